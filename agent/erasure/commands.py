"""A command that a drive carries out by itself: sent once, waited for, and put on record (ERASURE design, section 2).

It blocks, cannot be called off, and its exit status proves nothing. What a technique needs beyond this stands in a
class of its own (``agent.erasure.nvme``); what follows it, in ``agent.erasure.firmware``.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.erasure.watch import Emit
from agent.machine.door import Answer, DoorError, Machine, OpenDisk, ToolTimedOut
from agent.model.erasure import Method
from agent.model.events import Kind

HEARTBEAT_S = 1.0
GRACE_S = 15.0
"""A tool that waits for its drive cannot be killed before the drive answers: after this it is left alone."""

_SAID_CHARS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an answer means. ``end``: how the disk's story ends here, a word for ``proof``; ``refusal``: the drive did
    not begin, with the message id of why. Neither: it was accepted, which is all that is known."""

    end: str = ""
    refusal: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


class Command(Protocol):
    """One technique's own words: what is sent, and what its answers mean."""

    def argv(self, machine: Machine, disk: OpenDisk, method: Method) -> Sequence[str]:
        """What is sent. Raises DoorError when something it must say could not be read."""
        ...

    def status(self, answer: Answer) -> str | None:
        """The drive's status as its standard writes it, for the record; None when the tool shows none."""
        ...

    def heard(self, answer: Answer) -> Heard: ...


def send(
    command: Command,
    machine: Machine,
    disk: OpenDisk,
    method: Method,
    *,
    emit: Emit,
    timeout_s: float,
    monotonic: Callable[[], float],
) -> tuple[Heard, Mapping[str, Any] | None]:
    """Run it on the opened disk, with a heartbeat. What was heard, and its entry for the record (none: not sent)."""
    try:
        argv = list(command.argv(machine, disk, method))
    except DoorError as error:
        return Heard(refusal="skip-tool-failed", params={"error": str(error)}), None
    entry: dict[str, Any] = {"technique": method.technique, "argv": argv, "started": machine.clock.utc()}
    emit(Kind.COMMAND_STARTED, entry)  # on the medium before the drive hears of it
    began = monotonic()
    got = _wait(disk, argv, method.technique, emit=emit, timeout_s=timeout_s, monotonic=monotonic)
    entry |= {"ended": machine.clock.utc(), "seconds": round(monotonic() - began, 3)}
    if isinstance(got, Answer):
        entry |= {
            "exit_status": got.exit_status,
            "stdout_sha256": hashlib.sha256(got.stdout).hexdigest(),
            "stderr_sha256": hashlib.sha256(got.stderr).hexdigest(),
            "said": " ".join((got.text + got.errors).split())[:_SAID_CHARS],
        }
        if (status := command.status(got)) is not None:
            entry["status"] = status
        heard = command.heard(got)
    elif isinstance(got, ToolTimedOut):
        entry["error"], heard = str(got), Heard(end="command-unknown")
    else:  # the tool is not there or may not run: nothing was sent
        entry["error"], heard = str(got), Heard(refusal="skip-tool-failed", params={"error": str(got)})
    emit(Kind.COMMAND_FINISHED, entry)
    return heard, entry


def _wait(
    disk: OpenDisk,
    argv: Sequence[str],
    technique: str,
    *,
    emit: Emit,
    timeout_s: float,
    monotonic: Callable[[], float],
) -> Answer | DoorError:
    """The answer, or why there is none. Raises whatever else the door raises."""
    inbox: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            inbox.put(disk.run(argv, timeout_s=timeout_s))
        except BaseException as error:  # noqa: BLE001 raised again below, in the thread that waits
            inbox.put(error)

    threading.Thread(target=run, daemon=True, name="command").start()
    began = monotonic()
    while True:
        try:
            got = inbox.get(timeout=HEARTBEAT_S)
        except queue.Empty:
            elapsed = monotonic() - began
            if elapsed > timeout_s + GRACE_S:
                return ToolTimedOut(f"{argv[0]}: no answer within {timeout_s:g} s, and it cannot be ended")
            emit(Kind.COMMAND_RUNNING, {"technique": technique, "seconds": round(elapsed)})
            continue
        if isinstance(got, (Answer, DoorError)):
            return got
        raise got
