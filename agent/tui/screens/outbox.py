"""File d’envoi: every result that waits, how often it was tried and why it did not go. Nothing is lost."""

from __future__ import annotations

from typing import Any

from agent.tui import format as f
from agent.tui import paint
from agent.tui.commands import Command
from agent.tui.paint import FAINT, FOCUS, STRONG, Line
from agent.tui.sheet import BenchScreen, Keys

COLUMNS = (16, 19, 9, 8)


class OutboxScreen(BenchScreen):
    """Sending needs no key; F5 tries now."""

    name_id = "screen-outbox"

    def __init__(self) -> None:
        super().__init__()
        self.row: int | None = None

    def subject(self) -> str:
        return self.bench.pending_text()

    def lines(self) -> list[Any]:
        return list(self.bench.session.outbox()) if self.bench.session else []

    def body(self, width: int, height: int) -> list[Line]:
        w, entries = self.w, self.lines()
        titles = ("queue-pc", "queue-number", "queue-written", "queue-tries", "queue-state")
        head = "".join(w(t).ljust(c) for t, c in zip(titles, (*COLUMNS, 0), strict=True))
        rows: list[Line] = [paint.line("   ", (head, FAINT))]
        for index, entry in enumerate(entries):
            cells = (f.tag(entry.tag) or w("no-tag"), entry.number, self._when(entry.written), str(entry.tries))
            state = f"queue-{entry.state}"
            text = "".join(c[: n - 1].ljust(n) for c, n in zip(cells, COLUMNS, strict=True))
            text += w(state) if w.has(state) else entry.state
            focused = index == self.row
            line = paint.line(f" {'→' if focused else ' '} ", text)
            rows.append(paint.recolour(paint.fit(line, width), FOCUS) if focused else line)
            if entry.last_error and (focused or len(entries) <= 5):
                error = f.without_holes(f.say(w, f"err-{entry.last_error}"))
                error = entry.last_error if error.startswith("err-") else error
                rows += [paint.line("     ", (t, FAINT)) for t in paint.wrap(paint.drawable_keep(error), width - 6)]
        foot = [paint.line(" ", (t, STRONG)) for t in paint.wrap(paint.drawable_keep(self._foot(entries)), width - 2)]
        room = height - len(foot)
        at = 1 + (self.row or 0)
        self.cell = (1, 2 + min(at, room - 1)) if self.row is not None else None
        return [*paint.window([paint.fit(r, width) for r in rows], room, at), *foot]

    def _foot(self, entries: list[Any]) -> str:
        w, session = self.w, self.bench.session
        if session is not None and session.in_memory:
            return w("stick-in-memory" if session.stick and session.stick.in_memory else "stick-away")
        if self.bench.exercise:
            return w("queue-exercise")
        if not entries:
            return w("queue-empty")
        left = session.next_try_s(self.bench.monotonic()) if session is not None else None
        again = "" if left is None else " " + w("queue-again", time=f.duration(w, left))
        return w("queue-nothing-lost") + again

    def _when(self, written: str) -> str:
        when = f.instant(written)
        if when is None:
            return written[:9]
        return when.strftime("%H:%M") if when.date() == self.bench.now().date() else when.strftime("%d/%m")

    def keys(self) -> Keys:
        w = self.w
        in_memory = self.bench.session is not None and self.bench.session.in_memory
        retry = w("do-keep" if in_memory else "do-send-now")
        return [("↑↓", w("do-line")), ("F5", retry), (w("key-escape"), w("do-back"))]

    def move(self, dx: int, dy: int) -> None:
        last = len(self.lines()) - 1
        if last >= 0:
            self.row = 0 if self.row is None else min(max(0, self.row + dy), last)

    def command(self, command: Command) -> bool:
        if command is Command.RETRY and self.bench.session is not None:
            if self.bench.session.in_memory:
                self.bench.session.save_results()
            else:
                self.bench.session.send_now()
            return True
        if command is Command.OUTBOX:
            self.bench.back()
            return True
        return False
