"""Réglages: the bench, not the machine. Language and sound can be changed; the rest is said as it is."""

from __future__ import annotations

from agent.locale import LANGUAGES
from agent.tui import paint
from agent.tui.commands import LETTERS, Command
from agent.tui.paint import FAINT, FOCUS, Line
from agent.tui.sheet import BenchScreen, Keys

CHANGEABLE = ("language", "sound")


class SettingsScreen(BenchScreen):
    name_id = "screen-settings"

    def __init__(self) -> None:
        super().__init__()
        self.row: int | None = None

    def subject(self) -> str:
        return self.w("settings-bench")

    def body(self, width: int, height: int) -> list[Line]:
        w = self.w
        rows: list[Line] = []
        values = {
            "language": w("language-name"),
            "sound": w("sound-off" if self.bench.speaker.muted else "sound-on"),
        }
        for index, name in enumerate(CHANGEABLE):
            focused = index == self.row
            text = paint.line(f" {'→' if focused else ' '} ", (w(f"setting-{name}").ljust(16), FAINT), values[name])
            rows.append(paint.recolour(paint.fit(text, width), FOCUS) if focused else text)
            if focused:
                self.cell = (1, 2 + index)
        rows.append(())
        letters = " ".join(letter.upper() for letter in LETTERS)
        told = {
            "letters": w("letters-value", letters=letters),
            "mode": w("mode-exercise" if self.bench.exercise else "mode-real"),
            "console": w("console-real" if self.bench.speaker.console else "console-terminal"),
            "recipe": w("recipe-none"),
            "version": self.bench.version_text(),
        }
        for name, value in told.items():
            rows += paint.labelled(w(f"setting-{name}"), value, width, indent=3, column=16)
        return rows

    def keys(self) -> Keys:
        w = self.w
        return [("↑↓", w("do-line")), (w("key-enter"), w("do-change")), (w("key-escape"), w("do-back"))]

    def move(self, dx: int, dy: int) -> None:
        self.row = 0 if self.row is None else min(max(0, self.row + (dy or dx)), len(CHANGEABLE) - 1)

    def enter(self) -> None:
        if self.row is None:
            return
        if CHANGEABLE[self.row] == "language":
            self.bench.set_language(LANGUAGES[(LANGUAGES.index(self.w.lang) + 1) % len(LANGUAGES)])
        else:
            self.bench.speaker.muted = not self.bench.speaker.muted

    def character(self, character: str, at: float) -> bool:
        if character == " ":
            self.enter()
        return character == " "

    def command(self, command: Command) -> bool:
        if command is Command.SETTINGS:
            self.bench.back()
        return command is Command.SETTINGS
