"""The question of the Confirmation screen about sectors that a disk hides: asked before the serial is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.job.consent import readings
from agent.model.identity import SUFFIX_CHARS
from agent.model.plan import Reveal
from agent.tui import format as f
from agent.tui import paint
from agent.tui.paint import BAD, STRONG, WARN, Line

if TYPE_CHECKING:
    from agent.locale import Words
    from agent.tui.sheet import Keys

SHOW, LEAVE = "1", "2"


@dataclass(slots=True, kw_only=True)
class HiddenQuestion:
    """One disk. Nothing is chosen beforehand; showing lasts, so it takes the end of the serial as well."""

    about: Reveal
    again: bool  # it was shown once, and the drive still hides some
    showing: bool = False
    typed: str = ""

    @property
    def count(self) -> int:
        return min(len(self.about.identity.text), SUFFIX_CHARS)

    def exact(self) -> bool:
        end = self.about.identity.text[-self.count :].upper()
        return len(self.typed) == self.count and end in readings(self.typed)

    def character(self, character: str) -> None:
        if character != " ":
            self.typed = character if len(self.typed) >= self.count else self.typed + character

    def lines(self, w: Words, width: int) -> tuple[list[Line], tuple[int, int] | None]:
        """The rows, and where the cursor is: column and row."""
        identity = self.about.identity
        size = self.about.hidden_bytes
        told = f.disk_size(w, size) if size else w("hidden-size-unknown")
        rows: list[Line] = [(), paint.line(" ", (w("hidden-head"), STRONG)), ()]
        disk = w(
            "hidden-disk", model=identity.model, size=f.disk_size(w, identity.size_bytes), end=f.tail(identity.text)
        )
        texts = [(disk, STRONG), (w("hidden-what", size=told), None), (w("hidden-lasts"), None)]
        texts += [(w(f"hidden-risk-{'dco' if 'dco' in self.about.areas else 'hpa'}"), None), (w("hidden-else"), None)]
        texts += [(w("hidden-again"), WARN)] if self.again else []
        for text, ink in texts:
            for piece in paint.wrap(paint.drawable_keep(text), width - 4):
                rows.append(paint.line("   ", (piece, ink) if ink else piece))
        rows += [(), *(paint.line("   ", (key, STRONG), f"  {w(name)}") for key, name in self.answers()), ()]
        if not self.showing:
            return rows, None
        end = f.tail(identity.text, self.count)
        wrong = len(self.typed) == self.count and not self.exact()
        label = f"   {w('confirm-type', end=end)}  [ "
        rows.append(paint.line(label, (self.typed.upper().ljust(self.count, "_"), STRONG), " ]"))
        cell = (len(label) + len(self.typed), 2 + len(rows) - 1)
        rows.append(paint.line("   ", (w("confirm-wrong-end"), BAD)) if wrong else ())
        return rows, cell

    def answers(self) -> tuple[tuple[str, str], ...]:
        return ((SHOW, "hidden-show"), (LEAVE, "hidden-leave"))

    def keys(self, w: Words) -> Keys:
        if self.showing:
            return [(w("key-enter"), w("do-show-hidden")), (w("key-escape"), w("do-back"))]
        return [
            (SHOW, w("do-show")),
            (LEAVE, w("do-leave")),
            ("F3", w("do-see-plan")),
            (w("key-escape"), w("do-cancel")),
        ]
