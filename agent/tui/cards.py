"""Cards laid on the screen where one was: an error (what, why, what to do, was anything written) or a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.locale import Words
from agent.model.errors import ERRORS, Fault
from agent.tui import format as f
from agent.tui import paint
from agent.tui.paint import BAD, FOCUS, STRONG, Line

TAPED = "DSX"
"""Families whose code goes on a strip of tape: the PC leaves the bench with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCard:
    """Always the same three sentences, then whether anything was written (None: not known)."""

    error_id: str
    params: Mapping[str, Any] = field(default_factory=dict)
    wrote: bool | None = None

    @classmethod
    def of(cls, fault: Fault) -> ErrorCard:
        return cls(error_id=fault.error_id, params=fault.params, wrote=fault.wrote)

    @property
    def code(self) -> str:
        return ERRORS[self.error_id][0] if self.error_id in ERRORS else "X01"

    def lines(self, w: Words, width: int) -> list[Line]:
        message = f"err-{self.error_id}"
        room = width - 4
        told = w.has(message)
        tape = w("card-tape", code=self.code)
        sentences = [("card-what", self.error_id), ("card-why", w("card-no-words")), ("card-todo", tape)]
        if told:
            params = {k: _last_line(v) for k, v in self.params.items()}
            texts = (w(f"{message}{part}", **params) for part in ("", ".why", ".todo"))
            sentences = [(label, f.without_holes(t)) for (label, _), t in zip(sentences, texts, strict=True)]
        rows: list[Line] = []
        for label, text in sentences:
            rows += paint.labelled(w(label), text, room + 1, indent=0, column=11)
        if told and self.code[0] in TAPED:
            rows += paint.labelled("", tape, room + 1, indent=0, column=11)
        foot = {None: "", False: w("error-nothing-written"), True: w("error-was-written")}[self.wrote]
        return paint.box(rows, width, title=self.code, foot=foot, ink=BAD)

    def keys(self, w: Words) -> list[tuple[str, str]]:
        return [(w("key-enter"), w("do-close")), (w("key-escape"), w("do-close"))]


def _last_line(value: Any) -> Any:
    """Of a text in several lines (a traceback), the last one: what went wrong. The journal keeps all of it."""
    return value.strip().rsplit("\n", 1)[-1] if isinstance(value, str) else value


@dataclass(slots=True, kw_only=True)
class Question:
    """One question, answered yes or no: a letter answers at once. « Non » is in focus, so that Entrée alone changes
    nothing. Where yes cannot be taken back (``grave``), its letter only moves there and Entrée answers; the
    card says so."""

    title_id: str
    text: Callable[[Words], str]
    answer: Callable[[], None]
    grave: bool = False
    yes: bool = False

    def lines(self, w: Words, width: int) -> list[Line]:
        rows: list[Line] = [paint.line(t) for t in paint.wrap(paint.drawable_keep(self.text(w)), width - 4)]
        no = (f" N  {w('answer-no')} ", STRONG if self.yes else FOCUS)
        yes = (f" {w('letter-yes')}  {w('answer-yes')} ", FOCUS if self.yes else STRONG)
        rows += [(), paint.line("  ", no, "    ", yes)]
        if self.grave:
            rows += [paint.line(t) for t in paint.wrap(paint.drawable_keep(w("answer-grave")), width - 4)]
        return paint.box(rows, width, title=w(self.title_id))

    def keys(self, w: Words) -> list[tuple[str, str]]:
        yes = w("answer-yes-then") if self.grave else w("answer-yes")
        return [(w("letter-yes"), yes), ("N", w("answer-no")), ("← →", w("do-change")),
                (w("key-enter"), w("do-answer"))]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to know, closed with any answer key."""

    title_id: str
    text: Callable[[Words], str]

    def lines(self, w: Words, width: int) -> list[Line]:
        rows = [paint.line(t) for t in paint.wrap(paint.drawable_keep(self.text(w)), width - 4)]
        return paint.box(rows, width, title=w(self.title_id))

    def keys(self, w: Words) -> list[tuple[str, str]]:
        return [(w("key-enter"), w("do-close")), (w("key-escape"), w("do-close"))]


Card = ErrorCard | Question | Note
