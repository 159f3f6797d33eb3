"""The one widget: a sheet of lines that repaints only the rows that changed, and the screen around it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset, Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from agent.tui import paint, theme
from agent.tui.commands import Command
from agent.tui.paint import FAINT, PLAIN, REVERSED, STRONG, Line

if TYPE_CHECKING:
    from agent.locale import Words
    from agent.model.job import Job
    from agent.tui.bench import Bench

log = logging.getLogger(__name__)

Keys = list[tuple[str, str]]

LEAST_WIDTH, LEAST_HEIGHT = 80, 24
FRAME_ROWS = 5  # title, rule, rule, keys, slots


class Sheet(Widget):
    """Exact lines of cells. ``show`` keeps what is on the glass and asks for a repaint of the difference."""

    DEFAULT_CSS = "Sheet { width: 100%; height: 100%; background: ansi_black; color: ansi_white; }"

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def show(self, lines: list[Line]) -> None:
        before, self.lines = self.lines, lines
        if len(before) != len(lines):
            self.refresh()
            return
        width = self.size.width
        changed = [Region(0, y, width, 1) for y, (old, new) in enumerate(zip(before, lines, strict=True)) if old != new]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        from rich.segment import Segment

        parts = self.lines[y] if y < len(self.lines) else ()
        parts = paint.fit(parts, self.size.width)
        return Strip([Segment(text, theme.style(ink)) for text, ink in parts], self.size.width)

    def text(self) -> list[str]:
        """What a person reads, row by row."""
        return [paint.plain(parts) for parts in self.lines]


class BenchScreen(Screen[None], inherit_bindings=False):
    """A screen of the bench: a view of the job in a frame of five fixed rows. Subclasses say what is in it.

    ``row`` is the row in focus, None at the start where nothing may be preselected.
    """

    name_id: ClassVar[str] = ""
    framed: ClassVar[bool] = True
    """False: the view draws every row itself (the wall, the full-screen QR)."""

    AUTO_FOCUS = None

    def __init__(self) -> None:
        super().__init__()
        self.sheet = Sheet()
        self.cell: tuple[int, int] | None = None  # where a braille display should look: column, row

    def compose(self) -> ComposeResult:
        yield self.sheet

    @property
    def bench(self) -> Bench:
        return cast("Bench", self.app)

    @property
    def w(self) -> Words:
        return self.bench.w

    @property
    def job(self) -> Job:
        return self.bench.job

    # what a subclass says -------------------------------------------------------------------------

    def body(self, width: int, height: int) -> list[Line]:
        raise NotImplementedError

    def subject(self) -> str:
        """The middle of row 1: which PC."""
        return self.bench.subject()

    def right(self) -> str:
        """The right end of row 1."""
        return self.bench.clock_text()

    def keys(self) -> Keys:
        return []

    def allowed(self) -> frozenset[Command]:
        """Commands of the fixed row that apply here; the others stay in brackets."""
        return frozenset()

    def typing(self) -> bool:
        """True while a text field takes the letters."""
        return False

    # what a person does ---------------------------------------------------------------------------

    def command(self, command: Command) -> bool:
        """True when the screen has taken it."""
        return False

    def character(self, character: str, at: float) -> bool:
        return False

    def move(self, dx: int, dy: int) -> None:
        """Arrows and Tab."""

    def page(self, direction: int) -> None:
        """Page up and down, Home (-2) and End (+2)."""
        self.move(0, {-2: -999, -1: -10, 1: 10, 2: 999}[direction])

    def enter(self) -> None:
        """Entrée: never destroys anything by itself."""

    def erase_character(self) -> None:
        """Retour arrière in a text field."""

    def escape(self) -> None:
        self.bench.back()

    # drawing --------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.bench.pressed(self, event.key, event.character)

    def on_resize(self) -> None:
        self.redraw()

    def on_screen_resume(self) -> None:
        self.redraw()

    def redraw(self) -> None:
        """Draw the view of the present job. A view that breaks is an X card, never a dead screen."""
        if not self.is_attached:
            return
        width, height = self.size.width or LEAST_WIDTH, self.size.height or LEAST_HEIGHT
        self.cell = None
        try:
            lines = self.draw(width, height)
        except Exception as error:  # the engine goes on whatever the screen does: say so and stay alive
            log.exception("view %s", type(self).__name__)
            lines = self.bench.broken(error, width, height)
        lines = self.bench.with_card(lines, width, height)
        self.sheet.show([paint.fit(parts, width) for parts in lines[:height]])
        column, row = self.cell or (0, 0)
        self.bench.cursor_position = Offset(min(column, width - 1), min(row, height - 1))

    def draw(self, width: int, height: int) -> list[Line]:
        if not self.framed:
            return self.body(width, height)
        room = height - FRAME_ROWS
        body = [paint.fit(parts, width) for parts in self.body(width, room)][:room]
        body += [paint.fit((), width)] * (room - len(body))
        rule = paint.rule(width)
        return [self._title(width), rule, *body, rule, paint.keys(self.keys()), self.slots()]

    def _title(self, width: int) -> Line:
        exercise = self.bench.exercise
        ink, strong = (REVERSED, REVERSED) if exercise else (PLAIN, STRONG)
        head = f"{self.w('exercise')} · {self.w(self.name_id)}" if exercise else self.w(self.name_id)
        left = paint.line((" " + head, strong), (f"  {self.subject()}", ink))
        return paint.both_ends(left, paint.line((self.right() + " ", ink)), width, fill=ink)

    def slots(self) -> Line:
        """Row 24: five slots that never move; one that does not apply is in brackets."""
        allowed = self.allowed() | self.bench.always_allowed()
        spans: list[paint.Span] = []
        at = 0
        for command, column in SLOTS:
            number = list(Command).index(command) + 1
            label = self.w(f"key-{command.value}")
            spans.append((" " * (column - at), PLAIN))
            if command in allowed:
                spans += [(f" F{number}", STRONG), (f" {label} ", PLAIN)]
            else:
                spans.append((f"[F{number} {label}]", FAINT))
            at = column + len(f" F{number} {label} ")
        return tuple(spans)


SLOTS: tuple[tuple[Command, int], ...] = (
    (Command.HELP, 0),
    (Command.NEXT, 15),
    (Command.JOURNAL, 30),
    (Command.STOP, 46),
    (Command.POWER, 64),
)
"""The fixed row and the column where each slot begins."""
