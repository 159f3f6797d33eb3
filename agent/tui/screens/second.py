"""Second contrôle: another program, and another person, look at the disks after us. Neither unless somebody asks."""

from __future__ import annotations

from agent.model.erasure import SECOND_TOOLS
from agent.model.errors import Fault
from agent.tui import paint
from agent.tui.paint import BAD, FAINT, FOCUS, STRONG, Line
from agent.tui.sheet import BenchScreen, Keys

CHOICES = (None, *SECOND_TOOLS)
LONGEST = 20


class SecondScreen(BenchScreen):
    """First the program, then the card of whoever looks (it may stay empty). The plan is made anew at the end."""

    name_id = "screen-second"

    def __init__(self) -> None:
        super().__init__()
        self.row: int | None = None
        self.person: str | None = None  # None: the program is not chosen yet
        self.error = ""

    def body(self, width: int, height: int) -> list[Line]:
        w = self.w
        rows: list[Line] = [()]
        rows += [paint.line(" ", t) for t in paint.wrap(paint.drawable_keep(w("second-what")), width - 2)]
        rows += [(), paint.line(" ", (w("second-which"), STRONG))]
        for index, tool in enumerate(CHOICES):
            focused = index == self.row
            row = paint.line(f" {'→' if focused else ' '} ", f"{index + 1}  ", w(f"second-{tool or 'none'}"))
            if focused and self.person is None:
                self.cell = (1, 2 + len(rows))
            rows.append(paint.recolour(paint.fit(row, width), FOCUS) if focused else row)
        if self.person is not None:
            rows += [(), paint.line("   ", w("second-person"))]
            self.cell = (5 + len(self.person), 2 + len(rows))
            rows.append(paint.line("   ", ("> ", FAINT), (self.person + "_", STRONG)))
        if self.error:
            rows += [(), *(paint.line("   ", (t, BAD)) for t in paint.wrap(w(self.error), width - 4))]
        return rows

    def keys(self) -> Keys:
        w = self.w
        if self.person is None:
            return [("1 2 3 4", w("do-choose")), ("↑↓", w("do-line")), (w("key-escape"), w("do-back"))]
        return [(w("key-enter"), w("do-validate")), (w("key-escape"), w("do-back"))]

    def typing(self) -> bool:
        return self.person is not None

    def move(self, dx: int, dy: int) -> None:
        if self.person is None:
            self.row = 0 if self.row is None else min(max(0, self.row + (dy or dx)), len(CHOICES) - 1)

    def character(self, character: str, at: float) -> bool:
        if self.person is not None:
            self.person = (self.person + character)[:LONGEST]
            return True
        if character in ("1", "2", "3", "4"):
            self.row = int(character) - 1
            self.enter()
            return True
        return False

    def erase_character(self) -> None:
        if self.person is not None:
            self.person = self.person[:-1]

    def enter(self) -> None:
        session = self.bench.session
        if session is None or self.row is None:
            return
        tool = CHOICES[self.row]
        if tool is not None and self.person is None:
            self.person = ""
            return
        try:
            session.ask_second(tool, (self.person or "").strip() or None)
        except Fault as fault:
            self.error = f"err-{fault.error_id}"
            return
        self.bench.back()

    def escape(self) -> None:
        if self.person is None:
            self.bench.back()
        else:
            self.person, self.error = None, ""
