"""Options: what a person may ask of Linux besides the profile. Untouched, the profile decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agent.model.linux import KEYBOARDS, LOCALES, LinuxOptions
from agent.tui import paint
from agent.tui.commands import Command
from agent.tui.paint import FAINT, FOCUS, WARN, Line
from agent.tui.sheet import BenchScreen, Keys

ROWS: Sequence[tuple[str, Sequence[Any]]] = (
    ("locale", (None, *(f"{name}.UTF-8" for name in LOCALES))),
    ("keyboard", (None, *KEYBOARDS)),
    ("encrypt", (False, True)),
)
COLUMN = 18


class LinuxScreen(BenchScreen):
    """One row a question; the answer turns with Entrée or the side arrows, and holds for this PC alone."""

    name_id = "screen-linux"

    def __init__(self) -> None:
        super().__init__()
        self.row: int | None = None

    def body(self, width: int, height: int) -> list[Line]:
        w, asked = self.w, self.bench.linux
        rows: list[Line] = [()]
        rows += [paint.line(" ", t) for t in paint.wrap(paint.drawable_keep(w("linux-what")), width - 2)]
        rows.append(())
        for index, (name, _) in enumerate(ROWS):
            focused = index == self.row
            value = answer(w, name, getattr(asked, name))
            text = paint.line(f" {'→' if focused else ' '} ", (w(f"linux-{name}").ljust(COLUMN), FAINT), value)
            if focused:
                self.cell = (1, 2 + len(rows))
            rows.append(paint.recolour(paint.fit(text, width), FOCUS) if focused else text)
        rows.append(())
        told = [("linux-locale-note", FAINT)] if asked.locale else []
        told += [("linux-encrypt-note", WARN)] if asked.encrypt else []
        for note, ink in told:
            rows += [paint.line("   ", (t, ink)) for t in paint.wrap(paint.drawable_keep(w(note)), width - 4)]
            rows.append(())
        return rows

    def keys(self) -> Keys:
        w = self.w
        return [("↑↓", w("do-line")), (w("key-enter"), w("do-change")), (w("key-escape"), w("do-back"))]

    def move(self, dx: int, dy: int) -> None:
        if dx and not dy:
            if self.row is not None:
                self._turn(dx)
        else:
            self.row = 0 if self.row is None else min(max(0, self.row + dy), len(ROWS) - 1)

    def enter(self) -> None:
        if self.row is not None:
            self._turn(1)

    def character(self, character: str, at: float) -> bool:
        if character == " ":
            self.enter()
        return character == " "

    def command(self, command: Command) -> bool:
        if command is Command.UNTAGGED:
            self.bench.back()
        return command is Command.UNTAGGED

    def _turn(self, by: int) -> None:
        assert self.row is not None
        name, values = ROWS[self.row]
        at = values.index(getattr(self.bench.linux, name))
        self.bench.linux = replace(self.bench.linux, **{name: values[(at + by) % len(values)]})


def answer(w: Any, name: str, value: Any) -> str:
    """The words of one answer; a value of a recipe that the screens do not offer stands as it is."""
    if value is None:
        return str(w("linux-as-profile"))
    if name == "encrypt":
        return str(w("linux-encrypt-yes" if value else "linux-encrypt-no"))
    word = f"linux-{name}-{str(value).removesuffix('.UTF-8').replace('_', '-')}"
    return str(w(word)) if w.has(word) else str(value)


def summary(w: Any, asked: LinuxOptions) -> str:
    """What differs from the profile, for the choice and for the consent; "" when nothing does."""
    parts = [answer(w, name, getattr(asked, name)) for name in ("locale", "keyboard", "timezone")
             if getattr(asked, name)]  # fmt: skip
    parts += [w("linux-encrypted")] if asked.encrypt else []
    return ", ".join(parts)
