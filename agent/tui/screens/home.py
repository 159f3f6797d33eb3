"""Accueil: which PC is this? The tag field is in focus; the inventory is already running."""

from __future__ import annotations

from agent.model.job import State
from agent.tui import facts, paint, where
from agent.tui import format as f
from agent.tui.commands import Command
from agent.tui.paint import BAD, GOOD, PLAIN, STRONG, WARN, Line
from agent.tui.scanner import Typist
from agent.tui.sheet import BenchScreen, Keys

FIELD = 26
"""Characters a tag field shows; more are kept and scroll to the left."""

TAG_AT_MOST = 64


class HomeScreen(BenchScreen):
    """A scan or typing, then Entrée. F6 goes on without a label."""

    name_id = "screen-home"

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.typist = Typist()

    def subject(self) -> str:
        return ""

    def right(self) -> str:
        parts = (self.bench.version_text(), self.bench.pending_text(), self.bench.clock_text())
        return " · ".join(parts)

    def body(self, width: int, height: int) -> list[Line]:
        w, job = self.w, self.job
        read = self.bench.tag_done()
        shown = f.tag(job.tag) or w("no-tag") if read else ""
        field = shown if read else self.text[-FIELD:] + "_"
        rows: list[Line] = [paint.line(" ", (w("home-wait" if read else "home-scan"), STRONG))]
        inner = [paint.line((field, STRONG))]
        rows += [paint.line(" ", *b) for b in paint.box(inner, FIELD + 4)]
        self.cell = (3 + len(self.text[-FIELD:]), 2 + 2)
        rows += [(), *self._machine(width)]
        rows += paint.labelled(w("home-inventory"), self._progress(), width)
        if job.operator:
            rows += paint.labelled(w("home-card"), job.operator, width)
        rows += where.rows(w, self.bench.session, width)
        rows += [(), *self._alarms(width)]
        rows.append(paint.line(" ", (self.bench.untouched("home-untouched"), GOOD)))
        return rows

    def _machine(self, width: int) -> list[Line]:
        w, inventory = self.w, self.job.inventory
        if inventory is None:
            return paint.labelled(w("home-this-pc"), w("home-looking"), width)
        serial = f.dig(inventory, "system", "serial")
        junk = f.dig(inventory, "system", "serial_quality") != "good"
        number = w("serial-none") if junk or not f.is_known(serial) else w("serial-number", serial=str(serial))
        rows = paint.labelled(w("home-this-pc"), f"{f.machine_name(w, inventory)}, {number}", width)
        rows += paint.labelled("", f"{facts.processor(w, inventory)}, {facts.memory(w, inventory)}", width)
        own = facts.inside(inventory)
        for disk in own[:3]:
            rows += paint.labelled("", facts.disk(w, disk), width)
        if more := len(facts.disks_of(inventory)) - len(own[:3]):
            rows += paint.labelled("", w("home-more-disks", n=more), width)
        return rows

    def _progress(self) -> str:
        job = self.job
        if job.state in (State.STARTING, State.SCANNING):
            if not job.probes_total:
                return self.w("inventory-starting")
            if job.inventory is None:
                return self.w("inventory-running", done=job.probes_done, total=job.probes_total)
            return self.w("inventory-judging")
        failed = len(job.probe_errors)
        return self.w("inventory-failed", n=failed) if failed else self.w("inventory-done")

    def _alarms(self, width: int) -> list[Line]:
        rows: list[Line] = []
        for identity in self.bench.resumable():
            rows.append(paint.line(" ", (self.w("resumable", end=f.tail(identity)), WARN)))
        for identity, stage in self.bench.cut_later().items():
            rows.append(paint.line(" ", (self.w(f"cut-{stage}", end=f.tail(identity)), WARN)))
        for alarm in facts.alarms(self.job):
            if alarm.shown:
                text = paint.wrap(paint.drawable_keep(self.w(alarm.id, **alarm.params)), width - 6)
                rows += [paint.line((" ! " if i == 0 else "   ", BAD), (t, WARN)) for i, t in enumerate(text)]
        return [*rows, ()] if rows else [((" ", PLAIN),)]

    def keys(self) -> Keys:
        w = self.w
        if self.bench.session is not None and self.bench.session.in_memory:
            return [(w("key-enter"), w("do-validate")), ("F4", w("key-outbox")), ("F5", w("do-keep")),
                    ("F6", w("key-untagged"))]  # fmt: skip
        return [(w("key-enter"), w("do-validate")), ("F4", w("key-outbox")), ("F6", w("key-untagged")),
                ("F9", w("key-language")), ("F11", w("key-settings"))]  # fmt: skip

    def typing(self) -> bool:
        return not self.bench.tag_done()

    def character(self, character: str, at: float) -> bool:
        if self.typing():
            self.typist.feel(character, at)
            self.text = (self.text + character)[:TAG_AT_MOST]
            return True
        return False

    def erase_character(self) -> None:
        self.text = self.text[:-1]

    def move(self, dx: int, dy: int) -> None:
        if dx > 0 and dy > 0:  # Tab ends some scanners' codes
            self.enter()

    def enter(self) -> None:
        text, self.text = self.text.strip(), ""
        if text and self.typing() and self.bench.session is not None:
            self.bench.session.read_tag(text)
            self.bench.follow()

    def escape(self) -> None:
        self.text = ""

    def command(self, command: Command) -> bool:
        if command is Command.UNTAGGED and self.typing() and self.bench.session is not None:
            self.text = ""
            self.bench.session.read_tag(None)
            self.bench.follow()
            return True
        if command is Command.DETAILS and self.job.eligibility is not None:
            from agent.tui.screens.hardware import HardwareScreen

            self.bench.lay(HardwareScreen(side=True))
            return True
        if command is Command.RETRY and self.bench.session is not None:
            if self.bench.session.in_memory:
                self.bench.session.save_results()
            else:
                self.bench.session.rescan()
            return True
        return False
