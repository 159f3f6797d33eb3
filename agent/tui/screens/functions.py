"""Contrôles: does everything work? A round of two minutes; what is passed over carries a mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual import events

from agent.job import functions
from agent.model.functions import COSMETIC, Result
from agent.tui import format as f
from agent.tui import paint
from agent.tui.commands import Command
from agent.tui.paint import BAD, FAINT, FOCUS, GOOD, PLAIN, STRONG, WARN, Ink, Line
from agent.tui.sheet import BenchScreen, Keys

INKS: Mapping[str, Ink] = {
    "pass": GOOD, "fail": BAD, "warn": WARN, "skipped": WARN, "not_applicable": FAINT,
}  # fmt: skip
ANSWERS: Mapping[str, Result] = {"1": Result.PASS, "2": Result.FAIL, "3": Result.SKIPPED, "4": Result.NOT_APPLICABLE}
"""Keys of the digit row, and what a person says with them."""

LOOKS = "looks"
LABEL, MARK = 22, 12


class FunctionsScreen(BenchScreen):
    """One row a test; the last one is how the PC looks, which is never mixed with whether it works."""

    name_id = "screen-functions"

    def __init__(self) -> None:
        super().__init__()
        self.row = 0
        self.said = ""

    def rows(self) -> list[str]:
        return [*functions.wanted(self.job), LOOKS]

    def body(self, width: int, height: int) -> list[Line]:
        w, job = self.w, self.job
        names = self.rows()
        self.row = min(self.row, len(names) - 1)
        rows = [self._row(name, width, focused=i == self.row) for i, name in enumerate(names)]
        foot = self._foot(width)
        room = height - len(foot) - 1
        top = min(max(0, self.row - room // 2), max(0, len(rows) - room))
        shown = [paint.fit(r, width) for r in rows[top : top + room]]
        self.cell = (1, 2 + self.row - top)
        filler: list[Line] = [paint.fit((), width)] * (room - len(shown))
        grade = functions.grade(job) or {}
        told = w(
            "functions-grades", cosmetic=grade.get("cosmetic", "?"), functional=grade.get("functional", "?"),
            done=sum(n in job.tests for n in names), total=len(names) - 1,
        )  # fmt: skip
        return [*shown, *filler, paint.rule(width, left=told), *foot]

    def _row(self, name: str, width: int, *, focused: bool) -> Line:
        w = self.w
        label = w(f"function-{name.replace('_', '-')}")
        arrow = "→" if focused else " "
        if name == LOOKS:
            grade = self.job.cosmetic
            mark, ink = (grade or w("function-open")), (STRONG if grade else FAINT)
            text = w(f"looks-{grade.lower()}") if grade else w("looks-none")
        else:
            tried = self.job.tests.get(name)
            mark, ink, text = self._told(name, tried)
        line = paint.line(f" {arrow} ", f"{label:<{LABEL}} "[: LABEL + 1], (f"{mark:<{MARK}} ", ink), text)
        return paint.recolour(paint.fit(line, width), FOCUS) if focused else line

    def _told(self, name: str, tried: Mapping[str, Any] | None) -> tuple[str, Ink, str]:
        w = self.w
        if name in self.job.trying:
            return w("function-running"), STRONG, w("function-wait")
        if tried is None:
            return w("function-open"), FAINT, w(f"try-{name.replace('_', '-')}")
        result = str(tried["result"])
        reason, value = str(tried.get("reason") or ""), tried.get("value")
        words = [f"{f.number(w, value)} {tried.get('unit', '')}".strip()] if value is not None else []
        if reason:
            words.append(w(reason) if w.has(reason) else w.reason(reason))
        if tried.get("mode") == "manual":
            words.append(w("function-by-hand"))
        return w(f"function-{result.replace('_', '-')}"), INKS[result], ", ".join(words)

    def _foot(self, width: int) -> list[Line]:
        w = self.w
        if self.job.certificate is not None:
            text = w("functions-signed")
        else:
            text = self.said or w("functions-how")
        return [paint.line(" ", (t, FAINT)) for t in paint.wrap(paint.drawable_keep(text), width - 2)[:2]]

    def keys(self) -> Keys:
        w = self.w
        pairs = [("↑↓", w("do-line")), (w("key-enter"), w("do-try"))]
        if self.rows()[self.row] == LOOKS:
            pairs += [(str(i), grade) for i, grade in enumerate(COSMETIC, start=1)]
        else:
            pairs += [(k, w(f"function-{r.value.replace('_', '-')}")) for k, r in ANSWERS.items()]
        return [*pairs, (w("key-escape"), w("do-back"))]

    def move(self, dx: int, dy: int) -> None:
        self.row = min(max(0, self.row + dy), len(self.rows()) - 1)
        self.said = ""

    def character(self, character: str, at: float) -> bool:
        session, name = self.bench.session, self.rows()[self.row]
        if session is None or character not in ANSWERS:
            return False
        if name == LOOKS:
            chosen = COSMETIC[int(character) - 1]
            session.grade(None if self.job.cosmetic == chosen else chosen)
        else:
            answer = ANSWERS[character]
            session.tested(name, answer, reason="test-not-there" if answer is Result.NOT_APPLICABLE else "")
        self.row = min(self.row + 1, len(self.rows()) - 1)
        return True

    def enter(self) -> None:
        """Try the thing of this row: keys that light, colours, a tone, a minute of load; else what to do is said."""
        session, name = self.bench.session, self.rows()[self.row]
        if session is None:
            return
        match name:
            case "keyboard":
                self.bench.lay(KeyboardScreen())
            case "display":
                self.bench.lay(ColourScreen())
            case "speakers":
                self.said = self.w("try-speakers-heard" if session.sound() else "try-speakers-silent")
            case "cpu_stress" | "ram":
                session.try_load()
                self.said = self.w("function-wait" if self.job.trying else "functions-busy")
            case "webcam":
                names = functions.camera_names(self.job)
                self.said = self.w("try-webcam-seen", names=", ".join(names)) if names else self.w("try-webcam-none")
            case _:
                self.said = ""

    def command(self, command: Command) -> bool:
        if command is Command.NEXT:
            self.bench.back()
        return command is Command.NEXT

    def allowed(self) -> frozenset[Command]:
        return frozenset({Command.NEXT})


ROWS = (
    ("escape", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12"),
    ("²", "&", "é", '"', "'", "(", "-", "è", "_", "ç", "à", ")", "=", "backspace"),
    ("tab", "a", "z", "e", "r", "t", "y", "u", "i", "o", "p", "^", "$", "enter"),
    ("q", "s", "d", "f", "g", "h", "j", "k", "l", "m", "ù", "*"),
    ("<", "w", "x", "c", "v", "b", "n", ",", ";", ":", "!"),
    ("space", "left", "up", "down", "right", "insert", "delete", "home", "end", "pageup", "pagedown"),
)
"""AZERTY as it lies before a person. A terminal does not tell Shift, Ctrl, Alt or Fn by themselves."""

NAMES: Mapping[str, str] = {
    "backspace": "<-", "tab": "Tab", "left": "←", "up": "↑",
    "down": "↓", "right": "→", "insert": "Ins", "delete": "Sup", "home": "Orig", "end": "Fin", "pageup": "PgH",
    "pagedown": "PgB",
}  # fmt: skip
_TOP = dict(zip("1234567890", "&é\"'(-è_çà", strict=True))
_SHIFTED = {
    "°": ")", "+": "=", "¨": "^", "£": "$", "%": "ù", "µ": "*", ">": "<", "?": ",", ".": ";", "/": ":", "§": "!",
    "dead_circumflex": "^",
}  # fmt: skip
_LEAST = 0.9


def cap_of(key: str, character: str | None) -> str:
    """The key cap behind what the terminal reports, shifted or not; "" for one that is not drawn."""
    caps = {cap for row in ROWS for cap in row}
    name = {"shift+tab": "tab", "ctrl+h": "backspace", "ctrl+m": "enter"}.get(key, key)
    if name in caps:
        return name
    if character is None:
        return ""
    letter = _TOP.get(character) or _SHIFTED.get(character) or character.lower()
    return letter if letter in caps else "space" if character == " " else ""


class KeyboardScreen(BenchScreen):
    """Each key that was pressed lights. Échap twice in a row ends it."""

    name_id = "screen-keyboard"

    def __init__(self) -> None:
        super().__init__()
        self.lit: set[str] = set()
        self.last = ""

    def body(self, width: int, height: int) -> list[Line]:
        rows: list[Line] = [()]
        for row in ROWS:
            spans: list[str | tuple[str, Ink]] = [" "]
            for cap in row:
                ink = Ink(15, 2) if cap in self.lit else PLAIN
                spans += [(f" {self._cap(cap)} ", ink), " "]
            rows += [paint.line(*spans), ()]
        total = sum(len(row) for row in ROWS)
        text = self.w("keyboard-how", done=len(self.lit), total=total)
        rows += [paint.line(" ", (t, FAINT)) for t in paint.wrap(paint.drawable_keep(text), width - 2)]
        return rows[:height]

    def _cap(self, cap: str) -> str:
        if cap in ("escape", "enter", "space"):
            return self.w(f"key-{cap}")
        return NAMES.get(cap, cap.upper() if cap.isascii() else cap)

    def on_key(self, event: events.Key) -> None:
        """Every key is a key here: none is a command."""
        event.stop()
        event.prevent_default()
        twice = event.key == "escape" and self.last == "escape"
        self.last = event.key
        if cap := cap_of(event.key, event.character):
            self.lit.add(cap)
        if twice:
            self._leave()
        else:
            self.redraw()

    def _leave(self) -> None:
        session = self.bench.session
        total = sum(len(row) for row in ROWS)
        if session is not None and len(self.lit) >= _LEAST * total:
            session.tested("keyboard", Result.PASS)
        self.bench.back()

    def keys(self) -> Keys:
        return [(f"{self.w('key-escape')} {self.w('key-escape')}", self.w("do-back"))]


COLOURS = ((7, "white"), (0, "black"), (1, "red"), (2, "green"), (4, "blue"))


class ColourScreen(BenchScreen):
    """The whole screen in one colour after another: dead dots, stains and lines show."""

    name_id = "screen-colours"
    framed = False

    def __init__(self) -> None:
        super().__init__()
        self.step = 0

    def body(self, width: int, height: int) -> list[Line]:
        slot, _name = COLOURS[min(self.step, len(COLOURS) - 1)]
        return [((" " * width, Ink(15 if slot in (0, 1, 2, 4) else 0, slot)),)] * height

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.step += 1
        if event.key == "escape" or self.step >= len(COLOURS):
            self.bench.back()
        else:
            self.redraw()
