"""Exercise: which recorded PC to work on."""

from __future__ import annotations

from agent.tui import paint
from agent.tui.commands import Command
from agent.tui.paint import CODE, FOCUS, STRONG, Line
from agent.tui.sheet import BenchScreen, Keys


class PickerScreen(BenchScreen):
    """A list; nothing is in focus until an arrow or a number says so."""

    name_id = "screen-picker"

    def __init__(self) -> None:
        super().__init__()
        self.row: int | None = None

    def subject(self) -> str:
        return ""

    def body(self, width: int, height: int) -> list[Line]:
        head: list[Line] = [
            (),
            paint.line(" ", (self.w("picker-head"), STRONG)),
            paint.line(" ", self.w("picker-what")),
            (),
        ]
        rows: list[Line] = []
        for index, (name, title) in enumerate(self.bench.machines):
            mark = "→" if index == self.row else " "
            number = f"{index + 1:>3}" if index < 9 else "   "
            text = paint.line(f" {mark} ", (number, CODE), f"  {title}", (f"  ({name})", paint.FAINT))
            rows.append(paint.recolour(paint.fit(text, width), FOCUS) if index == self.row else text)
        if not rows:
            rows = [paint.line("  ", self.w("picker-none"))]
        focus = self.row or 0
        room = height - len(head)
        if self.row is not None:
            start = min(max(0, focus - room // 2), max(0, len(rows) - room))
            self.cell = (1, 2 + len(head) + focus - start)
        return [*head, *paint.window(rows, room, focus)]

    def keys(self) -> Keys:
        return [("↑↓", self.w("do-line")), (self.w("key-enter"), self.w("do-open")), ("1 … 9", self.w("do-open")),
                ("F9", self.w("key-language"))]  # fmt: skip

    def move(self, dx: int, dy: int) -> None:
        last = len(self.bench.machines) - 1
        if last >= 0:
            self.row = 0 if self.row is None else min(max(0, self.row + dy), last)

    def enter(self) -> None:
        if self.row is not None:
            self._open(self.row)

    def command(self, command: Command) -> bool:
        if command is Command.NEXT:
            self.enter()
        return command is Command.NEXT

    def character(self, character: str, at: float) -> bool:
        if character == " ":
            self.enter()
            return True
        if character.isdigit() and 1 <= int(character) <= len(self.bench.machines):
            self._open(int(character) - 1)
            return True
        return False

    def _open(self, index: int) -> None:
        self.bench.open_named(self.bench.machines[index][0])
