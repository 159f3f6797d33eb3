"""Aide: the screen one comes from in ten lines, then the letters of the keys, then every code one may read on tape."""

from __future__ import annotations

from agent.model.errors import ERRORS
from agent.tui import format as f
from agent.tui import paint
from agent.tui.commands import FUNCTION_KEYS, LETTERS, Command
from agent.tui.paint import BAD, CODE, Line
from agent.tui.screens.details import Pages

LINES = 10


class HelpScreen(Pages):
    """``about`` is the name of the screen underneath."""

    name_id = "screen-help"

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def subject(self) -> str:
        return self.w("help-about", screen=self.w(self.about))

    def rows(self, width: int) -> list[Line]:
        w = self.w
        topic = self.about.removeprefix("screen-")
        topic = topic if w.has(f"help-{topic}-1") else "general"
        rows: list[Line] = []
        for number in range(1, LINES + 1):
            text = w(f"help-{topic}-{number}")
            rows += [paint.line("   ", t) for t in paint.wrap(paint.drawable_keep(text), width - 5)]
        rows += [paint.rule(width, left=w("help-letters"))]
        by_command = {command: letter for letter, command in LETTERS.items()}
        cells = [f"{k.upper():<4}{by_command[c].upper()}  {w(f'key-{c.value}')}" for k, c in FUNCTION_KEYS.items()]
        third = (width - 4) // 3
        for start in range(0, len(cells), 3):
            rows.append(paint.line("   ", *(c.ljust(third) for c in cells[start : start + 3])))
        rows += [paint.rule(width, left=w("help-codes"))]
        for error_id, (code, _exit) in sorted(ERRORS.items(), key=lambda e: e[1][0]):
            rows += self._code(error_id, code, width)
        return rows

    def _code(self, error_id: str, code: str, width: int) -> list[Line]:
        w, message = self.w, f"err-{error_id}"
        if not w.has(message):
            return [paint.line("   ", (code, BAD), "  ", error_id)]
        what = paint.wrap(paint.drawable_keep(f.without_holes(w(message))), width - 9)
        todo = paint.wrap(paint.drawable_keep(f.without_holes(w(f"{message}.todo"))), width - 11)
        first = paint.line("   ", (code, BAD), "  ", what[0])
        rest = [paint.line(" " * 8, t) for t in what[1:]]
        return [first, *rest, *(paint.line(" " * 8, ("→ " if i == 0 else "  ", CODE), t) for i, t in enumerate(todo))]

    def command(self, command: Command) -> bool:
        if command is Command.HELP:
            self.bench.back()
        return command is Command.HELP
