"""Confirmation: the one screen on the way to a wipe. One field per disk, no OK button, Entrée only when exact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.job.consent import readings
from agent.job.psids import PSID_METHOD
from agent.model.events import Kind
from agent.model.linux import LinuxOptions
from agent.tui import format as f
from agent.tui import paint
from agent.tui.commands import Command, digit
from agent.tui.flow import Place
from agent.tui.paint import BAD, FAINT, GOOD, STRONG, WARN, Line
from agent.tui.scanner import Typist, is_confirm_card
from agent.tui.screens.hidden import LEAVE, SHOW, HiddenQuestion
from agent.tui.screens.linux import summary
from agent.tui.screens.psid import PsidQuestion
from agent.tui.sheet import BenchScreen, Keys


def is_end(identity: str, typed: str, count: int) -> bool:
    """True when the whole field is the end of this serial, in either keyboard layout; case is ignored."""
    return len(typed) == count and identity[-count:].upper() in readings(typed)


class ConfirmScreen(BenchScreen):
    """The fields belong to one plan: another plan empties them."""

    name_id = "screen-confirm"

    def __init__(self) -> None:
        super().__init__()
        self.typed: dict[str, str] = {}
        self.plan_digest = ""
        self.typist = Typist()
        self.message = ""
        self.asking: HiddenQuestion | None = None
        self.label: PsidQuestion | None = None

    # -- the fields ---------------------------------------------------------------------------------------

    def needed(self) -> Mapping[str, int]:
        """Characters to type for each disk, in the order of the plan."""
        if self.plan_digest != self.job.plan_digest:
            self.plan_digest = self.job.plan_digest
            self.typed, self.message = {}, ""
        return self.bench.session.needed_characters() if self.bench.session else {}

    def exact(self, identity: str) -> bool:
        return is_end(identity, self.typed.get(identity, ""), self.needed().get(identity, 4))

    def current(self) -> str | None:
        """The field that takes the next character: the first that is not exact."""
        return next((i for i in self.needed() if not self.exact(i)), None)

    def complete(self) -> bool:
        return bool(self.needed()) and self.current() is None

    def question(self) -> HiddenQuestion | None:
        """The first disk that hides sectors and of which nobody said whether to show them."""
        session = self.bench.session
        wanted = next(iter(session.unanswered().values()), None) if session else None
        if wanted is None:
            self.asking = None
        elif self.asking is None or self.asking.about != wanted:
            shown = session.events() if session else ()
            again = any(e.kind is Kind.REVEALED and e.disk == wanted.identity.text for e in shown)
            self.asking = HiddenQuestion(about=wanted, again=again)
        return self.asking

    def psid_question(self) -> PsidQuestion | None:
        """The first locked disk that nobody answered for; asked after what is hidden."""
        session = self.bench.session
        wanted = next(iter(session.unopened().values()), None) if session and self.question() is None else None
        if wanted is None:
            self.label = None
        elif self.label is None or self.label.about != wanted:
            self.label = PsidQuestion(about=wanted)
        return self.label

    def typing(self) -> bool:
        return True

    def _answer(self, asking: HiddenQuestion, character: str, at: float) -> None:
        """One key for each answer; the end of the serial, by hand, before anything is shown."""
        session, scanned = self.bench.session, self.typist.feel(character, at)
        alone = len(self.typist.times) == 1  # right after another key it may be a scan
        if asking.showing:
            if scanned:
                asking.typed = ""
            else:
                asking.character(character)
        elif alone and digit(character) == SHOW:
            asking.showing = True
        elif alone and digit(character) == LEAVE and session is not None:
            session.leave_hidden(asking.about.identity.text)

    def character(self, character: str, at: float) -> bool:
        if asking := self.question():
            self._answer(asking, character, at)
            return True
        if label := self.psid_question():
            label.character(character)
            return True
        if character == " " and not self.typist.scanning:
            return True
        if self.typist.feel(character, at):
            self.typed.clear()  # a bar code is not a serial that somebody read
            self.message = "confirm-scanner"
            return True
        identity = self.current()
        if identity is None:
            return True
        self.message = ""
        text = self.typed.get(identity, "")
        full = len(text) >= self.needed()[identity]
        self.typed[identity] = character if full else text + character
        if len(self.typed[identity]) == self.needed()[identity] and not self.exact(identity):
            self.message = "confirm-wrong-end"
        return True

    def erase_character(self) -> None:
        if asking := self.question():
            asking.typed = asking.typed[:-1]
            return
        if label := self.psid_question():
            label.erase_character()
            return
        order = [i for i in self.needed() if self.typed.get(i)]
        if order:
            self.typed[order[-1]] = self.typed[order[-1]][:-1]
        self.message = ""

    def enter(self) -> None:
        """Entrée alone never starts anything: every field must be exact, or the red card must have been scanned."""
        session = self.bench.session
        if session is None:
            return
        scanned = self.typist.finish()
        if asking := self.question():
            if asking.showing and asking.exact() and not scanned:
                session.reveal(asking.about.identity.text, asking.typed)
                self.asking = None
                self.bench.follow()
            return
        if label := self.psid_question():
            if label.complete():
                session.take_psid(label.about.text, label.typed)
                self.label = None
            return
        if scanned:
            self.typed.clear()
            self.message = "confirm-scanner"
            if is_confirm_card(scanned):
                self._start({i: i[-n:] for i, n in self.needed().items()})
        elif self.complete():
            self._start(dict(self.typed))
        elif any(self.typed.values()):
            self.message = "confirm-wrong-end"

    def _start(self, typed: Mapping[str, str]) -> None:
        session = self.bench.session
        if session is None or not session.consent(typed):
            self.typed.clear()
            self.message = "confirm-wrong-end"
            return
        self.message = ""
        self.bench.follow()

    def move(self, dx: int, dy: int) -> None:
        if dx > 0 and dy > 0 and self.typist.scanning:  # Tab ends some scanners' codes
            self.enter()

    def page(self, direction: int) -> None:
        """Nothing to page through."""

    def escape(self) -> None:
        if self.asking is not None and self.asking.showing:
            self.asking = None  # the question again
            return
        if (label := self.psid_question()) and self.bench.session is not None:
            self.bench.session.leave_locked(label.about.text)
            self.label = None
            return
        self.typed.clear()
        self.bench.go(Place.CHOICE)

    def command(self, command: Command) -> bool:
        if command is Command.DETAILS:
            from agent.tui.screens.details import PlanScreen

            self.bench.lay(PlanScreen())
            return True
        session = self.bench.session
        if self.asking is not None or self.label is not None:
            return False
        if command is Command.RETRY and session is not None and session.locked():
            session.ask_psids()
            return True
        if command is Command.UNTAGGED:
            from agent.tui.screens.second import SecondScreen

            self.typed.clear()
            self.bench.lay(SecondScreen())
            return True
        return False

    # -- the view -----------------------------------------------------------------------------------------

    def body(self, width: int, height: int) -> list[Line]:
        if asking := self.question():
            rows, self.cell = asking.lines(self.w, width)
            return rows
        if label := self.psid_question():
            rows, self.cell = label.lines(self.w, width)
            return rows
        for detail in (2, 1, 0):
            rows, focus = self._rows(width, detail=detail)
            if len(rows) <= height:
                break
        shown = paint.window([paint.fit(r, width) for r in rows], height, focus)
        if len(rows) > height and self.cell:
            start = min(max(0, focus - height // 2), len(rows) - height)
            self.cell = (self.cell[0], self.cell[1] - start)
        return shown

    def _rows(self, width: int, *, detail: int) -> tuple[list[Line], int]:
        """Every row and the one of the current field. With many disks claims, then reasons, are left to F3."""
        w, plan = self.w, self.job.plan or {}
        targets = plan.get("targets", [])
        needed = self.needed()
        boxed = len(needed) < 2
        rows: list[Line] = [paint.line(" ", (w("confirm-head"), STRONG))]
        focus = 0
        for index, target in enumerate(targets, start=1):
            rows += self._target(target, index, len(targets), width, detail=detail)
            identity = str(f.dig(target, "identity", "text"))
            if not boxed and identity in needed:
                if identity == self.current():
                    focus = len(rows)
                rows.append(self._inline(identity, needed[identity], row=len(rows)))
        rows += self._excluded(plan, width)
        rows += self._then(plan, width)
        rows.append(
            paint.line(
                " ",
                w("confirm-plan", digest=self.job.plan_short),
                " ",
                (self.bench.untouched("confirm-nothing-yet"), GOOD),
            )
        )
        rows += [paint.line(" ", t) for t in paint.wrap(paint.drawable_keep(w("confirm-no-classified")), width - 2)]
        if boxed:
            for identity, count in needed.items():
                focus = len(rows) + 1
                rows += self._boxed(identity, count, row=len(rows))
        rows.append(paint.line("   ", (w(self.message), BAD)) if self.message else self._ready())
        return rows, focus

    def _ready(self) -> Line:
        return paint.line("   ", (self.w("confirm-ready"), WARN)) if self.complete() else ()

    def _target(self, target: Mapping[str, Any], index: int, total: int, width: int, *, detail: int) -> list[Line]:
        w = self.w
        identity, method = target.get("identity", {}), target.get("method", {})
        medium = str(target.get("medium", ""))
        serial = w(f"identity-{identity.get('kind', 'serial')}", text=str(identity.get("text", "?")))
        parts = [
            str(identity.get("model", "?")),
            f.disk_size(w, identity.get("size_bytes", 0)),
            w(f"medium-{medium}") if w.has(f"medium-{medium}") else medium,
        ]
        lead = paint.line("   ", (f"{index}/{total}", FAINT), "  ")
        whole = "   ".join([*parts, serial])
        if paint.width_of(lead) + len(whole) <= width:
            rows = [(*lead, (paint.drawable(whole), STRONG))]
        else:  # the number is what a person reads and types: it is never cut
            pieces = paint.wrap(paint.drawable_keep(serial), width - 9)
            rows = [
                (*lead, (paint.drawable("   ".join(parts)), STRONG)),
                *(paint.line(" " * 8, (t, STRONG)) for t in pieces),
            ]
        rows += paint.labelled(w("confirm-method"), method_text(w, method), width, indent=8, column=10)
        if identity.get("text") in self.bench.resumable():
            told = paint.drawable_keep(w("resumable", end=f.tail(str(identity["text"]))))
            rows += [paint.line(" " * 8, (t, WARN)) for t in paint.wrap(told, width - 9)]
        if (method.get("params") or {}).get("thaw"):
            told = paint.drawable_keep(w("confirm-thaw"))
            rows += [paint.line(" " * 8, (t, WARN)) for t in paint.wrap(told, width - 9)]
        if method.get("technique") != "overwrite":
            told = paint.drawable_keep(w("command-cannot-stop"))
            rows += [paint.line(" " * 8, (t, WARN)) for t in paint.wrap(told, width - 9)]
        if told := _locked(method):
            pieces = paint.wrap(paint.drawable_keep(w(told)), width - 9)
            rows += [paint.line(" " * 8, (t, WARN)) for t in pieces]
        if tool := method.get("second_tool"):
            person = method.get("second_person")
            told = w("second-planned-by", tool=tool, by=person) if person else w("second-planned", tool=tool)
            rows += [paint.line(" " * 8, t) for t in paint.wrap(paint.drawable_keep(told), width - 9)]
        if target.get("left_hidden"):
            told = paint.drawable_keep(w("hidden-left"))
            rows += [paint.line(" " * 8, (t, WARN)) for t in paint.wrap(told, width - 9)]
        if not detail:
            return rows
        rows += paint.labelled(w("confirm-reason"), f.say(w, method.get("reason"), method.get("params")), width,
                               indent=8, column=10)  # fmt: skip
        if method.get("claim") and detail > 1:
            rows += paint.labelled(w("confirm-claim"), f.say(w, method["claim"], method.get("params")), width,
                                   indent=8, column=10)  # fmt: skip
        return rows

    def _excluded(self, plan: Mapping[str, Any], width: int) -> list[Line]:
        w = self.w
        rows: list[Line] = []
        for one in plan.get("excluded", []):
            text = f"{f.left_out(w, one)} : {f.say(w, one.get('reason'), one.get('params'))}"
            rows += paint.labelled(w("confirm-excluded"), text, width, indent=3, column=8)
        return rows

    def _then(self, plan: Mapping[str, Any], width: int) -> list[Line]:
        w = self.w
        system = str(f.dig(plan, "choice", "system") or "none")
        by = str(f.dig(plan, "choice", "chosen_by") or "")
        install = plan.get("install")
        if install:
            asked = summary(w, LinuxOptions(**(f.dig(plan, "choice", "linux") or {})))
            label = ", ".join(t for t in (self._profile_label(install), asked) if t)
            if f.dig(install, "image", "path") == "setup":
                text = w("confirm-then-setup", profile=label)
            else:
                text = w("confirm-then-install", system=w(f"choice-{system}"), profile=label)
            if why := f.dig(install, "image", "why"):
                text += " " + w(str(why))
            if system == "windows" and f.dig(install, "image", "status") != "proven":
                text += " " + w("windows-not-proven")
            if install.get("rehearsed"):
                text += " " + w("confirm-then-rehearsed")
        else:
            text = w("confirm-then-by-hand" if system == "windows" else "confirm-then-nothing")
        if by:
            text += " " + w("confirm-chosen-by", card=by)
        return [paint.line(" ", t) for t in paint.wrap(paint.drawable_keep(text), width - 2)]

    def _profile_label(self, install: Mapping[str, Any]) -> str:
        name, basis = str(install.get("profile", "")), f.dig(install, "image", "licence_basis")
        name = f"{name}+{basis}" if basis else name  # a Windows image is chosen with its licence
        name += "+setup" if f.dig(install, "image", "path") == "setup" else ""
        for option in self.job.options:
            for profile in option.get("profiles") or ():
                if profile.get("id") == name and isinstance(profile.get("label"), Mapping):
                    return str(profile["label"].get(self.w.lang) or name)
        return name

    def _field(self, identity: str, count: int) -> tuple[str, str]:
        """Text of the field with its cursor, and the end of the serial to type."""
        text = self.typed.get(identity, "").upper()
        cursor = "_" if identity == self.current() and len(text) < count else ""
        return f"{text}{cursor}".ljust(count), f.tail(identity, count)

    def _boxed(self, identity: str, count: int, *, row: int) -> list[Line]:
        text, end = self._field(identity, count)
        label = "   " + self.w("confirm-type", end=end) + "  "
        pad = " " * len(label)
        frame = paint.box([paint.line((text, STRONG))], count + 4)
        beside = "   " + self.w("confirm-or-card")
        self.cell = (len(label) + 2 + len(self.typed.get(identity, "")), 2 + row + 1)
        return [paint.line(pad, *frame[0]), paint.line(label, *frame[1], beside), paint.line(pad, *frame[2])]

    def _inline(self, identity: str, count: int, *, row: int) -> Line:
        text, end = self._field(identity, count)
        mark = (self.w("confirm-exact"), GOOD) if self.exact(identity) else ("", GOOD)
        label = "        " + self.w("confirm-type", end=end) + "  "
        if identity == self.current():
            self.cell = (len(label) + 2 + len(self.typed.get(identity, "")), 2 + row)
        return paint.line(label, ("[ ", STRONG), (text, STRONG), (" ]", STRONG), "  ", mark)

    def keys(self) -> Keys:
        w = self.w
        if self.asking is not None:
            return self.asking.keys(w)
        if self.label is not None:
            return self.label.keys(w)
        locked = bool(self.bench.session and self.bench.session.locked())
        pairs = [(w("key-enter"), w("do-start-short" if locked else "do-start")), ("F3", w("do-plan"))]
        pairs += [("F5", w("do-psid"))] if locked else []
        pairs.append(("F6", w("do-second")))
        return [*pairs, (w("key-escape"), w("do-cancel"))]


def method_text(w: Any, method: Mapping[str, Any]) -> str:
    """Technique, level and about how long."""
    technique = f"technique-{method.get('technique')}"
    level = f"level-{method.get('level')}"
    parts = [w(technique) if w.has(technique) else str(method.get("technique")), w(level) if w.has(level) else ""]
    if method.get("estimate_s"):
        parts.append(w("about", time=f.duration(w, method["estimate_s"])))
    return ", ".join(p for p in parts if p)


def _locked(method: Mapping[str, Any]) -> str:
    """What there is to say of a locked Opal drive: its number was typed, or it stays locked; "" for any other."""
    if method.get("technique") == PSID_METHOD:
        return "confirm-psid-typed"
    left = any(skipped.get("reason") == "skip-opal-psid-wanted" for skipped in method.get("skipped") or ())
    return "confirm-psid-left" if left else ""
