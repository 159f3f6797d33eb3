"""One disk's talk with its drive: commands that the drive carries out by itself, and its own word on how far it is.

A command is sent once, put on the journal before the drive hears of it, and waited for; its exit status proves
nothing (ERASURE design, section 2). What is said stands in the techniques (``agent.erasure.technique``); what follows
it, in ``agent.erasure.firmware``.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.erasure.watch import Emit, Limits, Seen
from agent.machine.door import Answer, DoorError, Machine, OpenDisk, ToolTimedOut
from agent.model.erasure import COMPLETED, Method
from agent.model.events import Kind
from agent.model.inventory import Disk

HEARTBEAT_S = 1.0
GRACE_S = 15.0
"""A tool that waits for its drive cannot be killed before the drive answers: after this it is left alone."""

ASK_S = 10.0
"""Time-out of a tool that only asks."""

_SAID_CHARS = 160
_TIMELINE_STEP = 0.05
"""A share of progress that is worth a line of the record; every change of state is."""
_ASK_EVERY_S = 30
_MUTE_S = 60.0
"""A drive in mid-command may not answer for a moment: silence longer than this is "cannot be told"."""
_OVERDUE = 4.0
_LEAST_LIMIT_S, _NO_ESTIMATE_S = 1800.0, 8 * 3600.0
_STUCK_S = 2 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an answer means. ``end``: how the disk's story ends here, a word for ``proof``; ``refusal``: the drive did
    not begin, with the message id of why. Neither: it was accepted, which is all that is known.

    ``touched``: refused, and yet something may have been erased: canaries from before prove nothing of what follows.
    """

    end: str = ""
    refusal: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    touched: bool = False

    @property
    def goes_on(self) -> bool:
        return not self.end and not self.refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The drive's own word. ``state``: never | idle | in_progress | completed | completed_no_deallocate | failed |
    format_failed | frozen | unsupported | unknown. ``agrees``: it can only speak of the action that we sent."""

    state: str
    fraction: float | None = None
    raw: bytes = b""
    agrees: bool = False
    said: str = ""


@dataclass(slots=True, kw_only=True)
class Conversation:
    """One opened disk, its technique's method, and where everything that is said goes."""

    machine: Machine
    disk: OpenDisk
    method: Method
    facts: Disk
    seen: Seen
    emit: Emit
    stop: threading.Event
    limits: Limits
    monotonic: Callable[[], float]
    restricted: bool = False
    """The drive failed a sanitize that was sent without AUSE: it takes nothing but another one without it."""
    psid: str = field(default="", repr=False)
    """The number of the drive's label as a person has typed it, "" for none. It is written nowhere."""

    def ask(self, argv: Sequence[str], *, timeout_s: float = ASK_S) -> Answer:
        """A question that writes nothing. Raises DoorError."""
        return self.machine.run(argv, timeout_s=timeout_s)

    def send(
        self,
        argv: Sequence[str],
        *,
        heard: Callable[[Answer], Heard],
        status: Callable[[Answer], str | None] = lambda _: None,
        timeout_s: float | None = None,
        aside: bool = False,
        stdin: bytes = b"",
    ) -> Heard:
        """Run it on the opened disk, with a heartbeat; the record keeps what was sent and answered.

        ``aside``: it prepares the erase or cleans up after it, and erases nothing. ``stdin`` goes to the tool and
        nowhere else: it may hold what a person typed.
        """
        limit = timeout_s or self.limits.command_s
        entry: dict[str, Any] = {
            "technique": self.method.technique,
            "argv": list(argv),
            "started": self.machine.clock.utc(),
        }
        if aside:
            entry["aside"] = True
        self.emit(Kind.COMMAND_STARTED, entry)  # on the medium before the drive hears of it
        began = self.monotonic()
        got = self._wait(list(argv), limit, stdin)
        entry |= {"ended": self.machine.clock.utc(), "seconds": round(self.monotonic() - began, 3)}
        if isinstance(got, Answer):
            entry |= {
                "exit_status": got.exit_status,
                "stdout_sha256": hashlib.sha256(got.stdout).hexdigest(),
                "stderr_sha256": hashlib.sha256(got.stderr).hexdigest(),
                "said": " ".join((got.text + got.errors).split())[:_SAID_CHARS],
            }
            if (code := status(got)) is not None:
                entry["status"] = code
            found = heard(got)
        elif isinstance(got, ToolTimedOut):
            entry["error"], found = str(got), Heard(end="command-unknown")
        else:  # the tool is not there or may not run: nothing was sent
            entry["error"], found = str(got), Heard(refusal="skip-tool-failed", params={"error": str(got)})
        self.emit(Kind.COMMAND_FINISHED, entry)
        self.seen.commands.append(entry)
        return found

    def note(self, status: Status) -> None:
        """The drive's word goes on the record when it says something new."""
        last = self.seen.status_timeline[-1] if self.seen.status_timeline else {}
        told = last.get("fraction")
        moved = status.fraction is not None and (told is None or status.fraction - told >= _TIMELINE_STEP)
        if last.get("state") == status.state and not moved:
            return
        step: dict[str, Any] = {"t": self.machine.clock.utc(), "state": status.state}
        if status.fraction is not None:
            step["fraction"] = round(status.fraction, 4)
        if status.raw:
            step["raw_hex"] = status.raw.hex()
        if status.said:
            step["said"] = " ".join(status.said.split())[:_SAID_CHARS]
        if status.agrees:
            step["agrees"] = True
        self.seen.status_timeline.append(step)
        self.emit(Kind.DRIVE_STATUS, step)

    def follow(self, poll: Callable[[], Status], *, estimate_s: float | None) -> Heard:
        """The drive's command until its own status says how it ended.

        "completed" proves nothing yet. Progress that never ends is *unknown*, not failed: the drive goes on. Nobody
        can call a sanitize off: a stop only ends our looking.
        """
        clock = self.machine.clock
        limit = max(_LEAST_LIMIT_S, _OVERDUE * estimate_s) if estimate_s else _NO_ESTIMATE_S
        began = spoke = moved = clock.monotonic()
        best = -1.0
        while True:
            status, now = poll(), clock.monotonic()
            if status.state == "unknown":
                if now - spoke >= _MUTE_S:
                    self.note(status)
                    return Heard(end="sanitize-unknown")
            else:
                spoke = now
                self.note(status)
            match status.state:
                case state if state in COMPLETED:
                    return Heard()
                case "failed":
                    return Heard(end="sanitize-failed")
                case "format_failed":
                    return Heard(end="format-failed")
                case "frozen":
                    return Heard(refusal="skip-sanitize-frozen")
                case "idle" | "never" | "unsupported":  # it said "accepted", and nothing runs: it never began
                    return Heard(refusal="skip-never-began")
            if status.fraction is not None and status.fraction > best:
                best, moved = status.fraction, now
            if now - began > limit and now - moved > min(_STUCK_S, limit):
                return Heard(end="sanitize-no-end")
            for _ in range(max(1, min(_ASK_EVERY_S, round((now - began) / 50)))):
                self._tell(status, clock.monotonic() - began, estimate_s)
                if self.stop.is_set():
                    return Heard(end="left-running")
                clock.sleep(HEARTBEAT_S)

    def _tell(self, status: Status, elapsed: float, estimate_s: float | None) -> None:
        told: dict[str, Any] = {"technique": self.method.technique, "seconds": round(elapsed)}
        if status.fraction is not None:
            told["fraction"] = round(status.fraction, 4)
            if status.fraction >= 0.02 and elapsed >= 10:
                told["left_s"] = round(elapsed * (1 - status.fraction) / status.fraction)
        if "left_s" not in told and estimate_s and estimate_s > elapsed:
            told["left_s"] = round(estimate_s - elapsed)
        self.emit(Kind.COMMAND_RUNNING, told)

    def _wait(self, argv: Sequence[str], timeout_s: float, stdin: bytes) -> Answer | DoorError:
        """The answer, or why there is none. Raises whatever else the door raises."""
        inbox: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()

        def run() -> None:
            try:
                inbox.put(self.disk.run(argv, timeout_s=timeout_s, stdin=stdin))
            except BaseException as error:  # noqa: BLE001 raised again below, in the thread that waits
                inbox.put(error)

        threading.Thread(target=run, daemon=True, name="command").start()
        began = self.monotonic()
        while True:
            try:
                got = inbox.get(timeout=HEARTBEAT_S)
            except queue.Empty:
                elapsed = self.monotonic() - began
                if elapsed > timeout_s + GRACE_S:
                    return ToolTimedOut(f"{argv[0]}: no answer within {timeout_s:g} s, and it cannot be ended")
                told: dict[str, Any] = {"technique": self.method.technique, "seconds": round(elapsed)}
                if self.method.estimate_s and self.method.estimate_s > elapsed:
                    told["left_s"] = round(self.method.estimate_s - elapsed)
                self.emit(Kind.COMMAND_RUNNING, told)
                continue
            if isinstance(got, (Answer, DoorError)):
                return got
            raise got
