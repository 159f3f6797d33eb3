"""The real screens on a PC whose hands are ours: what would be done is written to a file. Run by a test."""

from __future__ import annotations

import contextlib
import curses
import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from firstboot.kiosk import change_settings  # type: ignore[import-not-found]
from firstboot.pc import PC  # type: ignore[import-not-found]
from firstboot.questions import ask_all  # type: ignore[import-not-found]
from firstboot.screen import Face  # type: ignore[import-not-found]


class FakePC(PC):  # type: ignore[misc]
    """Wi-Fi as nmcli printed it (colon escaped), a first attempt that fails, nothing else done."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.ran: list[list[str]] = []

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 90) -> tuple[int, str]:
        self.ran.append(list(argv))
        if argv[-1] == "device" and argv[3] == "TYPE":
            return 0, "wifi\nethernet\nloopback\n"
        if "list" in argv:
            return 0, "Livebox-42A0:54:WPA2\nCafé\\: invités:31:\nLivebox-42A0:88:WPA2\n:20:WPA2\n"
        ups = [ran for ran in self.ran if "up" in ran]
        return (4 if "up" in argv and len(ups) == 1 else 0), ""


def settings(window: curses.window) -> None:
    """Until the browser is shown again, which ends the test and not the program."""
    change_settings(Face(window, pc.words(), idle_s=float(sys.argv[3])), pc)


class Shown(Exception):
    pass


class OnceShown(FakePC):
    def show_kiosk(self) -> None:
        raise Shown


os.environ["ESCDELAY"] = "25"
told: dict[str, object] = {}
if len(sys.argv) > 3:
    pc = OnceShown(Path(sys.argv[2]))
    with contextlib.suppress(Shown):
        curses.wrapper(settings)
else:
    pc = FakePC(Path(sys.argv[2]))
    answers = curses.wrapper(lambda window: ask_all(Face(window, pc.words()), pc))
    told["answers"] = dataclasses.asdict(answers)
    if pc.is_kiosk():
        pc.finish(answers)
Path(sys.argv[2], "answers.json").write_text(json.dumps({**told, "ran": pc.ran}))
