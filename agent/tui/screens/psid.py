"""The question of the Confirmation screen about a drive that is locked: the PSID of its label, before the serial."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.job.psids import PSID_CHARS
from agent.model.identity import DiskIdentity
from agent.tui import format as f
from agent.tui import paint
from agent.tui.paint import BAD, STRONG, Line

if TYPE_CHECKING:
    from agent.locale import Words
    from agent.tui.sheet import Keys

GROUP = 4
_PRINT = " -"
"""What labels print between the groups: it is typed or not."""


@dataclass(slots=True, kw_only=True)
class PsidQuestion:
    """One disk. What is typed is shown, so that a person can compare it with the label, and goes with the question."""

    about: DiskIdentity
    typed: str = field(default="", repr=False)
    message: str = ""

    def character(self, character: str) -> None:
        self.message = ""
        if character in _PRINT:
            return
        if not (character.isascii() and character.isalnum()):
            self.message = "psid-bad-character"
        elif len(self.typed) >= PSID_CHARS:
            self.message = "psid-too-long"
        else:
            self.typed += character.upper()

    def erase_character(self) -> None:
        self.typed, self.message = self.typed[:-1], ""

    def complete(self) -> bool:
        """Every character is there; else the sentence that says how many are."""
        if len(self.typed) < PSID_CHARS:
            self.message = "psid-too-short"
        return len(self.typed) == PSID_CHARS

    def lines(self, w: Words, width: int) -> tuple[list[Line], tuple[int, int]]:
        """The rows, and where the cursor is: column and row."""
        identity = self.about
        rows: list[Line] = [(), paint.line(" ", (w("psid-head"), STRONG)), ()]
        size = f.disk_size(w, identity.size_bytes)
        disk = w("hidden-disk", model=identity.model, size=size, end=f.tail(identity.text))
        texts = [(disk, STRONG), *((w(name), None) for name in ("psid-where", "psid-what", "psid-kept", "psid-else"))]
        for text, ink in texts:
            for piece in paint.wrap(paint.drawable_keep(text), width - 4):
                rows.append(paint.line("   ", (piece, ink) if ink else piece))
        label = f"   {w('psid-field')}  [ "
        whole = self.typed.ljust(PSID_CHARS, "_")
        groups = " ".join(whole[at : at + GROUP] for at in range(0, PSID_CHARS, GROUP))
        rows += [(), paint.line(label, (groups, STRONG), " ]", f"  {len(self.typed)}/{PSID_CHARS}")]
        at = min(len(self.typed), PSID_CHARS - 1)
        cell = (len(label) + at + at // GROUP, 2 + len(rows) - 1)
        if self.message:
            told = paint.drawable_keep(w(self.message, n=len(self.typed)))
            rows += [paint.line("   ", (t, BAD)) for t in paint.wrap(told, width - 4)]
        return rows, cell

    def keys(self, w: Words) -> Keys:
        return [
            (w("key-enter"), w("do-validate")),
            ("F3", w("do-see-plan")),
            (w("key-escape"), w("do-leave-locked")),
        ]
