"""A Linux console in a box: the program in a pseudo terminal, what it drew read back by pyte."""

from __future__ import annotations

import os
import select
import struct
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

REPO = Path(__file__).resolve().parents[2]


class Terminal:
    """Runs ``argv`` with TERM=linux. ``wait`` reads until a condition on the screen holds."""

    def __init__(
        self, argv: list[str], *, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None
    ) -> None:
        import fcntl
        import pty
        import subprocess
        import termios

        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.started = time.monotonic()
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TEXTUAL", "COLOR", "LC_"))}
        settings = {**clean, "TERM": "linux", "LANG": "C.UTF-8", "TZ": "UTC", **(env or {})}
        for name in ("COLUMNS", "LINES"):
            settings.pop(name, None)
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=settings, cwd=REPO, start_new_session=True
        )
        os.close(slave)
        self.master = master

    def read(self, seconds: float) -> None:
        """Feed the screen with whatever comes within this time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.master], [], [], left)
            if not ready:
                return
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.raw += data
            # pyte takes the console's palette escape for an unfinished OSC and would wait for its end
            self.stream.feed(data)

    def wait(self, condition: Callable[[list[str]], bool], timeout_s: float = 20.0) -> list[str]:
        """The lines once the condition holds and the screen is still. Raises AssertionError with the last screen."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            self.read(0.1)
            if condition(self.lines()):
                before = len(self.raw)
                self.read(0.25)
                if len(self.raw) == before or condition(self.lines()):
                    return self.lines()
        raise AssertionError("not seen:\n" + "\n".join(self.lines()))

    def see(self, text: str, timeout_s: float = 20.0) -> list[str]:
        return self.wait(lambda lines: any(text in line for line in lines), timeout_s)

    def lines(self) -> list[str]:
        return list(self.screen.display)

    def send(self, text: str, *, gap_s: float = 0.0) -> None:
        """Bytes of keys; with a gap, one character after the other as a hand would."""
        for piece in list(text) if gap_s else [text]:
            os.write(self.master, piece.encode())
            if gap_s:
                self.read(gap_s)

    def backgrounds(self, row: int) -> list[str]:
        return [self.screen.buffer[row][x].bg for x in range(self.screen.columns)]

    def close(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(5)
        except Exception:
            self.process.kill()
            raise
        finally:
            os.close(self.master)
        return code


KEYS = {
    "f1": "\x1b[[A", "f2": "\x1b[[B", "f3": "\x1b[[C", "f4": "\x1b[[D", "f5": "\x1b[[E", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
    "up": "\x1b[A", "down": "\x1b[B", "left": "\x1b[D", "right": "\x1b[C", "enter": "\r", "escape": "\x1b",
    "ctrl+c": "\x03",
}  # fmt: skip
"""What the Linux console sends for each key."""


def scripted(*arguments: str, columns: int = 80, rows: int = 24) -> Terminal:
    """The screens over a scripted session, in a console."""
    script = Path(__file__).with_name("play.py")
    return Terminal([sys.executable, str(script), *arguments], columns=columns, rows=rows)
