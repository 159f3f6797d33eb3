"""Sans disque: the PC shows none. A person says why, or nothing is signed: a controller may hide drives."""

from __future__ import annotations

from agent.model.nodisk import NEEDS_TEXT, NoDisk, Why
from agent.tui import facts, paint
from agent.tui.commands import Command
from agent.tui.paint import FAINT, FOCUS, STRONG, WARN, Line
from agent.tui.sheet import BenchScreen, Keys

REASONS = tuple(Why)
LONGEST = {"text": 60, "by": 20}


class NoDiskScreen(BenchScreen):
    """Three steps: the reason (nothing in focus at the start), its words where it needs some, who says so."""

    name_id = "screen-no-disk"

    def __init__(self) -> None:
        super().__init__()
        self.row: int | None = None
        self.step = "why"  # why | text | by
        self.said = {"text": "", "by": ""}

    @property
    def why(self) -> Why:
        return REASONS[self.row or 0]

    def told(self) -> NoDisk:
        text = self.said["text"] if self.why in NEEDS_TEXT else ""
        return NoDisk(why=self.why, text=text, by=self.said["by"])

    # -- the view -----------------------------------------------------------------------------------------

    def body(self, width: int, height: int) -> list[Line]:
        w = self.w
        rows: list[Line] = [()]
        rows += [paint.line(" ", (t, WARN)) for t in paint.wrap(paint.drawable_keep(w("no-disk-look")), width - 2)]
        for alarm in facts.alarms(self.job):
            if alarm.id == "alarm-hidden-disks":
                text = paint.wrap(paint.drawable_keep(w(alarm.id, **alarm.params)), width - 5)
                rows += [paint.line("   ", (t, WARN)) for t in text]
        rows += [(), paint.line(" ", (w("no-disk-why"), STRONG))]
        for index, reason in enumerate(REASONS):
            focused = index == self.row
            row = paint.line(f" {'→' if focused else ' '} ", f"{index + 1}  ", w(f"no-disk-{reason.value}"))
            if focused and self.step == "why":
                self.cell = (1, 2 + len(rows))
            rows.append(paint.recolour(paint.fit(row, width), FOCUS) if focused else row)
        rows.append(())
        if self.step != "why" and self.why in NEEDS_TEXT:
            rows += self._field("text", w(f"no-disk-{self.why.value}-text"), width, row=len(rows))
        if self.step == "by":
            rows += self._field("by", w("no-disk-by"), width, row=len(rows))
        rows += [
            (),
            *(paint.line(" ", (t, FAINT)) for t in paint.wrap(paint.drawable_keep(w("no-disk-kept")), width - 2)),
        ]
        return rows

    def _field(self, name: str, label: str, width: int, *, row: int) -> list[Line]:
        mine = name == self.step
        text = self.said[name] + ("_" if mine else "")
        if mine:
            self.cell = (5 + len(self.said[name]), 2 + row + 1)
        return [paint.line("   ", label), paint.line("   ", ("> ", FAINT), (text, STRONG))]

    def keys(self) -> Keys:
        w = self.w
        if self.step == "why":
            return [("1 2 3", w("do-choose")), ("↑↓", w("do-line")), ("F5", w("key-retry")),
                    (w("key-escape"), w("do-back"))]  # fmt: skip
        done = "do-sign" if self.step == "by" else "do-validate"
        return [(w("key-enter"), w(done)), (w("key-escape"), w("do-back"))]

    # -- what a person does -------------------------------------------------------------------------------

    def typing(self) -> bool:
        return self.step != "why"

    def move(self, dx: int, dy: int) -> None:
        if self.step == "why":
            self.row = 0 if self.row is None else min(max(0, self.row + (dy or dx)), len(REASONS) - 1)

    def character(self, character: str, at: float) -> bool:
        if self.step == "why":
            if character in ("1", "2", "3"):
                self.row = int(character) - 1
                self._next()
            return character in ("1", "2", "3")
        self.said[self.step] = (self.said[self.step] + character)[: LONGEST[self.step]]
        return True

    def erase_character(self) -> None:
        if self.step != "why":
            self.said[self.step] = self.said[self.step][:-1]

    def enter(self) -> None:
        """Signs only once the reason has its words and its person."""
        session = self.bench.session
        if self.step == "why":
            if self.row is not None:
                self._next()
        elif self.step == "text":
            if NoDisk(why=self.why, text=self.said["text"], by="?").complete:
                self._next()
        elif session is not None and self.told().complete:
            session.record_only(self.told())
            self.bench.follow()

    def _next(self) -> None:
        self.step = "text" if self.step == "why" and self.why in NEEDS_TEXT else "by"
        if self.step == "by" and not self.said["by"]:
            self.said["by"] = self.job.operator

    def escape(self) -> None:
        if self.step == "why":
            self.bench.back()
        else:
            self.step = "text" if self.step == "by" and self.why in NEEDS_TEXT else "why"

    def command(self, command: Command) -> bool:
        if command is Command.RETRY and self.step == "why" and self.bench.session is not None:
            self.bench.back()
            self.bench.session.rescan()
            return True
        return False
