"""The face of the first start: one question a screen on a console of 80 columns and 24 rows (curses)."""

from __future__ import annotations

import contextlib
import curses
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence

WIDTH, MARGIN = 80, 4
_ENTER = ("\n", "\r", curses.KEY_ENTER)
_ERASE = (curses.KEY_BACKSPACE, "\x7f", "\b")
_INK, _TITLE, _FOCUS, _ALARM = 1, 2, 3, 4


class Back(Exception):
    """Escape: the question before."""


class Idle(Exception):
    """Nobody pressed a key for as long as this face waits."""


class Face:
    """``words``: sentence by id. A screen ``x`` has ``x`` for its title, ``x-text``, and ``x-keys`` at the bottom."""

    def __init__(self, window: curses.window, words: Mapping[str, str], *, idle_s: float = 0) -> None:
        """``idle_s``: seconds without a key before Idle is raised; 0 waits for ever."""
        self.words = words
        self._idle_s = idle_s
        if idle_s:
            window.timeout(1000)  # ms; get_wch then comes back to look at the clock
        self.step: tuple[int, int] | None = None
        self._window = window
        window.keypad(True)
        curses.curs_set(0)
        for pair, (ink, paper) in {
            _INK: (curses.COLOR_WHITE, curses.COLOR_BLUE),
            _TITLE: (curses.COLOR_BLUE, curses.COLOR_WHITE),
            _FOCUS: (curses.COLOR_BLACK, curses.COLOR_WHITE),
            _ALARM: (curses.COLOR_WHITE, curses.COLOR_RED),
        }.items():
            curses.init_pair(pair, ink, paper)
        window.bkgd(" ", curses.color_pair(_INK))

    # -- screens ---------------------------------------------------------------------------------------------

    def show(self, screen: str, body: Sequence[str]) -> int:
        """Draw a screen; the row below what was drawn. All of it each time: others may have written on this console."""
        self._window.clear()
        step = self.words["step"].format(*self.step) if self.step else ""
        title, width = f"  {self.words[screen]}", self._window.getmaxyx()[1]
        self._put(0, 0, title.ljust(width - len(step) - 2) + step + "  ", _TITLE)
        row = 3
        for paragraph in self.words.get(f"{screen}-text", "").split("|"):
            for line in textwrap.wrap(paragraph.strip(), WIDTH - 2 * MARGIN):
                self._put(row, MARGIN, line)
                row += 1
            row += 1
        for line in body:
            self._put(row, MARGIN, line)
            row += 1
        keys = self.words.get(f"{screen}-keys", "")
        if keys:
            height, width = self._window.getmaxyx()
            self._put(height - 1, 0, f"  {keys}".ljust(width), _TITLE)
        self._window.refresh()
        return row

    def tell(self, screen: str, body: Sequence[str]) -> None:
        """Shown until Enter."""
        self.show(screen, body)
        while self._key() not in _ENTER:
            pass

    def choose(self, screen: str, rows: Sequence[str], first: int = 0) -> int:
        """The number of the row that was chosen by the arrows and Enter. Raises Back."""
        at = first
        while True:
            top = self.show(screen, ())
            for number, text in enumerate(rows):
                line = f" {text} ".ljust(WIDTH - 2 * MARGIN)[: WIDTH - 2 * MARGIN]
                self._put(top + number, MARGIN, line, _FOCUS if number == at else _INK)
            self._window.refresh()
            key = self._key()
            if key in _ENTER:
                return at
            if key == "\x1b":
                raise Back
            at += {curses.KEY_DOWN: 1, curses.KEY_UP: -1}.get(key, 0) if isinstance(key, int) else 0
            at %= len(rows)

    def type_in(self, screen: str, *, hidden: bool, check: Callable[[str], str], text: str = "") -> str:
        """A line of text; ``check`` names the sentence of what is wrong with it, or "". Raises Back."""
        problem, room = "", WIDTH - 2 * MARGIN - 3
        while True:
            row = self.show(screen, ())
            seen = ("*" * len(text) if hidden else text)[-room:]
            self._put(row, MARGIN, f" {seen}_".ljust(WIDTH - 2 * MARGIN), _FOCUS)
            if problem:
                self._put(row + 2, MARGIN, f" {self.words[problem]} ", _ALARM)
            self._window.refresh()
            key = self._key()
            if key in _ENTER:
                problem = check(text)
                if not problem:
                    return text
            elif key == "\x1b":
                raise Back
            elif key == curses.KEY_F2:
                hidden = not hidden
            elif key in _ERASE:
                text = text[:-1]
            elif isinstance(key, str) and key.isprintable() and len(text) < 200:
                text, problem = text + key, ""

    def _key(self) -> str | int:
        """A key; a console that changes its size or its font interrupts the wait, which curses calls an error."""
        until = time.monotonic() + self._idle_s
        while not self._idle_s or time.monotonic() < until:
            with contextlib.suppress(curses.error):
                return self._window.get_wch()
            time.sleep(0.1)
        raise Idle

    def _put(self, row: int, column: int, text: str, pair: int = _INK) -> None:
        """What does not fit is left out. The last cell of the last row is filled too, which curses calls an error."""
        height, width = self._window.getmaxyx()
        if row < height and column < width:
            ink = curses.color_pair(pair) | (curses.A_BOLD if pair in (_INK, _ALARM) else 0)
            with contextlib.suppress(curses.error):
                self._window.addnstr(row, column, text, width - column, ink)
