"""A tool that hangs is killed with all that it started, at its time, whatever it does against that."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.inventory.asking import ask, at_once
from agent.machine.door import ToolTimedOut
from agent.machine.live import LiveMachine
from agent.machine.processes import run_tool
from agent.model.facts import Unreadable

pytestmark = pytest.mark.process

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
"""Ignores a polite end."""


def _alive(mark: str) -> list[int]:
    """Processes, zombies apart, whose command line holds the mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words, state = (folder / "cmdline").read_bytes(), (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue  # it has just ended
        if mark.encode() in words and state != "Z":
            found.append(int(folder.name))
    return found


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    """A word on the command line of everything that this test starts; none of it may be left."""
    word = f"mark-{tmp_path.name}-{time.monotonic_ns()}"
    yield word
    until = time.monotonic() + 2
    while _alive(word) and time.monotonic() < until:  # a killed process is not gone in the same instant
        time.sleep(0.02)
    assert _alive(word) == []


def test_a_tool_that_ignores_the_polite_signal(mark: str) -> None:
    started = time.monotonic()
    with pytest.raises(ToolTimedOut, match=r"no answer within 0\.7 s"):
        run_tool([sys.executable, "-c", DEAF, mark], timeout_s=0.7)
    assert time.monotonic() - started < 3


def test_a_tool_that_hangs_with_all_its_children(mark: str) -> None:
    """The child holds the pipe as well: to kill its parent alone would leave us waiting for the end of the answer."""
    both = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {DEAF!r}, {mark!r}]); {DEAF}"
    started = time.monotonic()
    with pytest.raises(ToolTimedOut):
        run_tool([sys.executable, "-c", both, mark], timeout_s=1.5)
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("own_session", [False, True])
def test_a_tool_that_ends_and_leaves_a_child_on_the_pipe(mark: str, own_session: bool) -> None:
    """Its parent has ended: neither its parent's number nor, in a session of its own, its group leads to the child."""
    leave = (
        "import subprocess, sys; print('an answer', flush=True); "
        f"subprocess.Popen([sys.executable, '-c', {DEAF!r}, {mark!r}], start_new_session={own_session})"
    )
    started = time.monotonic()
    with pytest.raises(ToolTimedOut):
        run_tool([sys.executable, "-c", leave, mark], timeout_s=1.5)
    assert time.monotonic() - started < 4


def test_the_fact_says_why_and_the_others_are_on_time(mark: str) -> None:
    machine, answered = LiveMachine(), []

    def quick() -> object:
        found = ask(machine, ["true"], timeout_s=5)
        answered.append(time.monotonic())
        return found

    started = time.monotonic()
    hung, done = at_once([lambda: ask(machine, [sys.executable, "-c", DEAF, mark], timeout_s=1.2), quick])
    assert hung == Unreadable(f"time-out: {sys.executable}")
    assert not isinstance(done, Unreadable)
    assert answered[0] - started < 1.0 < time.monotonic() - started < 3


def test_calls_at_once_keep_their_order_and_raise_what_went_wrong() -> None:
    assert at_once([]) == []
    assert at_once([lambda: 1, lambda: 2, lambda: 3]) == [1, 2, 3]
    with pytest.raises(ZeroDivisionError):
        at_once([lambda: 1, lambda: 1 // 0])
