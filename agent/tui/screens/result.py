"""Résultat: what happened to each disk, where the paper is, and what to do with this PC now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.model.erasure import Outcome
from agent.model.job import DiskProgress, State
from agent.tui import format as f
from agent.tui import paint
from agent.tui.commands import Command
from agent.tui.paint import BAD, GOOD, PLAIN, STRONG, WARN, Ink, Line
from agent.tui.sheet import BenchScreen, Keys
from agent.tui.wall import face

INKS: Mapping[Outcome | None, Ink] = {
    Outcome.PURGED: GOOD,
    Outcome.CLEARED: GOOD,
    Outcome.CLEARED_WITH_EXCEPTIONS: WARN,
    Outcome.REFUSED: WARN,
    Outcome.FAILED: BAD,
    Outcome.UNKNOWN: BAD,
    None: BAD,
}


LEAST_DISK_ROWS = 4
LOST_DISKS = (("destroy", "todo-destroy-disk"), ("reject", "todo-reject-disk"))
HEALTH_INKS: Mapping[str, Ink] = {"keep_with_notes": PLAIN, "reject": WARN, "destroy": BAD}


class ResultScreen(BenchScreen):
    """F2 goes to the next PC; nothing else is asked. Where the paper is and what to do now always stay in sight: the
    disks scroll between them and the sentence on top."""

    name_id = "screen-result"

    def __init__(self) -> None:
        super().__init__()
        self.top = 0

    def body(self, width: int, height: int) -> list[Line]:
        head, disks = self._headline(width), self._disks(width)
        rest = [*self._paper(width), *self._install(width), *self._todo(width)]
        room = height - len(head) - len(rest)
        if room < min(LEAST_DISK_ROWS, len(disks)):  # too much for any order: everything moves
            head, disks, rest, room = [], [*head, *disks, *rest], [], height
        self.top = min(self.top, max(0, len(disks) - room))
        rows = [*head, *paint.window([paint.fit(r, width) for r in disks], room, self.top + room // 2), *rest]
        return [paint.fit(r, width) for r in rows]

    def _headline(self, width: int) -> list[Line]:
        w, job = self.w, self.job
        word = w(face(job, w).word)
        ink = {State.DONE: GOOD, State.ATTENTION: WARN}.get(job.state, BAD)
        outcomes = [d.outcome for d in job.disks.values()]
        text = self._sum(outcomes)
        rows = paint.wrap(paint.drawable_keep(text), width - 17)
        return [paint.line("   ", (f"{word:<12} ", ink), (rows[0], STRONG)),
                *(paint.line(" " * 16, (r, STRONG)) for r in rows[1:])]  # fmt: skip

    def _sum(self, outcomes: list[Outcome | None]) -> str:
        """One sentence that never says better than the state of the job."""
        w, state = self.w, self.job.state
        if state is State.ABORTED:
            return w("result-aborted")
        if state is State.UNKNOWN:
            return w("result-unknown")
        proven = all(o is not None and o.proven for o in outcomes)
        if state is State.FAILED and proven:
            return w("result-failed-afterwards")
        if state is State.ATTENTION and proven and self.job.attention:
            return f.say(w, self.job.attention)
        if not outcomes:
            return w("result-nothing-erased")
        worst = max(outcomes, key=lambda o: list(INKS).index(o))
        return w(f"result-{(worst.value if worst else 'unknown').replace('_', '-')}")

    def _disks(self, width: int) -> list[Line]:
        w, job = self.w, self.job
        rows: list[Line] = []
        for target in (job.plan or {}).get("targets", []):
            identity = str(f.dig(target, "identity", "text"))
            progress = job.disks.get(identity) or DiskProgress(identity=identity)
            word = w(f"outcome-{progress.outcome.value if progress.outcome else 'unknown'}")
            name = f"{f.dig(target, 'identity', 'model')} {f.tail(identity)}"
            rows += _row(w("result-disk"), f"{word}, {name}", width,
                                   ink=INKS[progress.outcome])  # fmt: skip
            facts = [f.say(w, r) for r in progress.reasons]
            proof = self._proof(identity)
            for text in (proof, *facts):
                if text:
                    rows += _row("", text, width)
            rows += self._health(progress, width)
        return rows

    def _health(self, progress: DiskProgress, width: int) -> list[Line]:
        """Is the disk worth keeping, when it was looked at; a disk to keep without a remark needs no line."""
        told = progress.health or {}
        verdict = str(told.get("verdict", "keep"))
        if verdict == "keep":
            return []
        rows = _row("", self.w(f"health-{verdict.replace('_', '-')}"), width, ink=HEALTH_INKS[verdict])
        for reason in told.get("reasons", ()):
            rows += _row("", f.health_reason(self.w, reason), width)
        return rows

    def _proof(self, identity: str) -> str:
        """Canaries and read-back as they were observed, from the journal."""
        from agent.model.events import Kind

        parts: list[str] = []
        planted = 0
        for event in self.bench.session.events() if self.bench.session else ():
            if event.disk != identity:
                continue
            if event.kind is Kind.CANARIES_PLANTED:
                planted = int(event.params.get("count", 0))
            elif event.kind is Kind.COMMAND_CHECKED:
                alive = int(event.params["alive"]) + int(event.params["witnesses_matching"])
                parts.append(self.w("proof-command", alive=f.number(self.w, alive),
                                    count=f.number(self.w, event.params["looked"])))  # fmt: skip
            elif event.kind is Kind.SECOND_CHECK_FINISHED:
                agrees = {True: "yes", False: "no"}.get(event.params["agrees"], "unknown")
                parts.append(self.w("proof-second", tool=event.params["tool"], agrees=agrees))
            elif event.kind is Kind.CANARIES_CHECKED:
                parts.append(self.w("proof-canaries", alive=f.number(self.w, event.params.get("alive", 0)),
                                    count=f.number(self.w, planted)))  # fmt: skip
            elif event.kind is Kind.VERIFY_FINISHED:
                mode = str(event.params.get("mode", "full"))
                parts.append(self.w(f"proof-verify-{mode}", size=f.disk_size(self.w, event.params.get("bytes", 0)),
                                    n=f.number(self.w, event.params.get("mismatches", 0))))  # fmt: skip
        return ", ".join(parts)

    def _paper(self, width: int) -> list[Line]:
        w, paper = self.w, self.job.certificate
        if not paper:
            return _row(w("result-certificate"), w("result-no-certificate"), width, ink=BAD)
        number = "result-number-memory" if self._in_memory() else "result-number"
        text = w(number, number=str(paper.get("number", "?")))
        waiting = self.bench.session.pending() if self.bench.session else 0
        state = {"delivered": w("delivery-delivered"), "none": w("delivery-none")}
        text += " " + (w("delivery-exercise") if self.bench.exercise and self.job.delivery == "none"
                       else state.get(self.job.delivery) or w("delivery-waiting", n=waiting))  # fmt: skip
        proven = all(d.outcome is not None and d.outcome.proven for d in self.job.disks.values())
        rows = _row(w("result-certificate" if proven else "result-statement"), text, width)
        path = self._path(paper)
        if path:
            rows += _row("", w("result-path", path=path), width)
        # in memory the station is a new one that no registry knows yet: the stick comes first, and F5
        if self.job.delivery_error and not (self._in_memory() and self.job.delivery_error == "not-enrolled"):
            rows += _row("", f.without_holes(f.say(w, f"err-{self.job.delivery_error}")), width)
        return rows

    def _path(self, paper: Mapping[str, Any]) -> str:
        path = next((str(paper[k]) for k in ("pdf", "html", "certificate", "path") if paper.get(k)), "")
        parts = Path(path).parts
        return str(Path(*parts[-2:])) if len(parts) > 2 else path

    def _install(self, width: int) -> list[Line]:
        w, job = self.w, self.job
        label = w("result-install")
        if job.install_locked:
            text = w("install-is-locked", why=f.say(w, job.install_locked))
            return _row(label, text, width, ink=WARN)
        result = job.install_result
        if result is None:
            wanted = f.dig(job.plan, "install")
            text = w("install-not-done" if wanted else "install-not-asked")
            return _row(label, text, width, ink=BAD if wanted else PLAIN)
        if not result.get("ok"):
            return _row(label, w("install-failed"), width, ink=BAD)
        if result.get("staged"):
            return _row(label, w("install-staged"), width, ink=WARN)
        verified = str(result.get("verified", "none"))
        rehearsed = verified == "rehearsed" or bool(f.dig(job.plan, "install", "rehearsed"))
        key = "install-rehearsed" if rehearsed else f"install-{verified}"
        ink = GOOD if verified == "checked" and not rehearsed else PLAIN
        return _row(label, w(key), width, ink=ink)

    def _todo(self, width: int) -> list[Line]:
        """Numbered gestures, the right ones for this end and for no other."""
        w, job = self.w, self.job
        end = job.install_result or {}
        steps = todo(
            job.state,
            [d.outcome for d in job.disks.values()],
            installed=bool(end.get("ok")),
            staged=bool(end.get("ok") and end.get("staged")),
        )
        tag, sheet = f.tag(job.tag), self._sheet_name()
        if not tag and job.certificate:
            steps = ["todo-write-number" if s == "todo-label" else s for s in steps]
        if job.phrase_sheet and (job.install_result or {}).get("ok"):
            steps = ["todo-phrase", *steps]
        if self._in_memory():
            steps = ["todo-save-results", *(s for s in steps if s != "todo-unplug")]
        lost = {str((d.health or {}).get("verdict")) for d in job.disks.values()}
        steps = [*(s for v, s in LOST_DISKS if v in lost), *steps]
        number = str((job.certificate or {}).get("number", ""))
        phrase = Path(job.phrase_sheet).name
        texts = [
            w(s, tag=tag or w("no-tag"), sheet=sheet, number=number, phrase=phrase)
            for s in steps
            if s != "todo-sheet" or sheet
        ]
        rows: list[Line] = []
        for index, text in enumerate(texts, start=1):
            label = w("result-todo") if index == 1 else ""
            rows += _row(label, f"{index}. {text}", width)
        if self.bench.exercise:
            rows += _row("", w("todo-exercise"), width, ink=STRONG)
        return rows

    def _in_memory(self) -> bool:
        return bool(self.bench.session and self.bench.session.in_memory)

    def _sheet_name(self) -> str:
        system = (self.job.chosen or {}).get("system")
        option = next((o for o in self.job.options if o["system"] == system), {})
        return f.say(self.w, option.get("sheet"))

    def keys(self) -> Keys:
        w = self.w
        pairs = [("F2", w("do-next-pc"))]
        if self.job.certificate:
            pairs.append(("F3", w("do-qr")))
        retry = w("do-keep" if self._in_memory() else "do-send")
        return [*pairs, ("F5", retry), ("F7", w("key-journal")), ("F12", w("key-diagnostic"))]

    def allowed(self) -> frozenset[Command]:
        return frozenset({Command.NEXT})

    def move(self, dx: int, dy: int) -> None:
        self.top = max(0, self.top + dy)

    def command(self, command: Command) -> bool:
        session = self.bench.session
        if command is Command.NEXT:
            self.bench.next_machine()
            return True
        if command is Command.DETAILS and self.job.certificate:
            from agent.tui.screens.details import QrScreen

            self.bench.lay(QrScreen())
            return True
        if command is Command.RETRY and session is not None:
            if session.in_memory:
                session.save_results()
            else:
                session.send_now()
            return True
        return False


def _row(label: str, text: str, width: int, ink: Ink = PLAIN) -> list[Line]:
    return paint.labelled(label, text, width, indent=3, column=13, ink=ink)


def todo(state: State, outcomes: list[Outcome | None], *, installed: bool, staged: bool = False) -> list[str]:
    """Message ids of what to do with the PC now. ``staged``: Setup is on the disk and has to be started."""
    if state in (State.FAILED, State.UNKNOWN, State.ABORTED):
        return ["todo-set-aside", "todo-tape", "todo-keep-stick"]
    if any(o is None or not o.proven for o in outcomes) or not outcomes:
        return ["todo-set-aside", "todo-read-journal", "todo-keep-stick"]
    after = ["todo-setup-start", "todo-setup-end"] if staged else []
    if Outcome.CLEARED_WITH_EXCEPTIONS in outcomes:
        return ["todo-owner-rule", "todo-label", "todo-unplug", *after]
    return ["todo-label", *(["todo-sheet"] if installed else []), "todo-unplug", *after]
