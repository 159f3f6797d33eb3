"""Asking the machine without ever raising: every failure becomes a stable short reason.

Reasons are "needs root", "time-out: X", "tool missing: X", "not there: X", or what was said; the same words on a live
and on a recorded PC, so that a recording gives the same facts as the PC it was made from.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import TypeVar, cast

from agent.machine.door import Answer, Denied, DoorError, Machine, NotThere, ToolMissing, ToolTimedOut
from agent.model.facts import Unreadable

T = TypeVar("T")

NEEDS_ROOT = "needs root"


def reason(error: DoorError, what: str) -> str:
    """Why ``what`` (a tool or a path) could not be looked at."""
    if isinstance(error, Denied):
        return NEEDS_ROOT
    if isinstance(error, ToolTimedOut):
        return f"time-out: {what}"
    if isinstance(error, ToolMissing):
        return f"tool missing: {what}"
    if isinstance(error, NotThere):
        return f"not there: {what}"
    return f"could not read: {what}"


def ask(machine: Machine, argv: Sequence[str], *, timeout_s: float, root: bool = False) -> Answer | Unreadable:
    """Run a tool that reads. ``root``: without root it is not even tried."""
    if root and not machine.is_root():
        return Unreadable(NEEDS_ROOT)
    try:
        return machine.run(argv, timeout_s=timeout_s)
    except DoorError as error:
        return Unreadable(reason(error, argv[0]))


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """The answers of calls that mostly wait for a tool, in their order; what one raises is raised here.

    The threads are daemons: one that hangs inside the kernel does not hold the end of the program.
    """
    answers: list[T | None] = [None] * len(calls)
    failures: list[BaseException] = []

    def answer(number: int) -> None:
        try:
            answers[number] = calls[number]()
        except BaseException as error:  # noqa: BLE001 raised below, in the thread that asked
            failures.append(error)

    threads = [threading.Thread(target=answer, args=(number,), daemon=True) for number in range(1, len(calls))]
    for thread in threads:
        thread.start()
    if calls:
        answer(0)
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return cast("list[T]", answers)


def parsed(answer: Answer | Unreadable, parser: Callable[[bytes], T | Unreadable]) -> T | Unreadable:
    """What the parser reads in the answer. An empty answer with a complaint beside it gives the complaint."""
    if isinstance(answer, Unreadable):
        return answer
    found = parser(answer.stdout or answer.stderr)
    if isinstance(found, Unreadable) and "Permission denied" in answer.errors + answer.text:
        return Unreadable(NEEDS_ROOT)
    return found


def read(machine: Machine, path: str, *, limit: int = 1 << 16) -> bytes | Unreadable | None:
    """A file's bytes; None when it does not exist although its folder does (the place to look says no)."""
    try:
        return machine.read(path, limit=limit)
    except NotThere:
        folder = str(PurePosixPath(path).parent)
        return None if machine.exists(folder) else Unreadable(f"not there: {folder}")
    except DoorError as error:
        return Unreadable(reason(error, path))


def read_word(machine: Machine, path: str) -> str | None:
    """The text of a small file, stripped; None whenever it cannot be had. For details that no verdict rests on."""
    data = read(machine, path)
    return data.decode("utf-8", "replace").strip() if isinstance(data, bytes) else None


def link_name(machine: Machine, path: str) -> str | None:
    """Last part of a symbolic link's target: the name of a driver; None when there is no link."""
    try:
        return PurePosixPath(machine.link(path)).name
    except DoorError:
        return None


def uevent(machine: Machine, path: str) -> dict[str, str] | None:
    """KEY=value lines of a sysfs uevent file; None when it cannot be read."""
    text = read_word(machine, path)
    if text is None:
        return None
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key: value.strip() for key, value in pairs}
