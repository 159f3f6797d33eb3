"""Namespaces of one NVMe drive that one command of it erases, when all of them are in the plan (NVMe base 2.0, 8.21).

A SANITIZE, and a Format where FNA bits 0 or 1 say so, reaches every namespace. Each is a disk with a consent, canaries
and a read-back of its own. So the command waits until every one has planted its canaries and has it on its journal;
one of them sends it, once, and what the drive says then counts for all. Where one has fallen away nothing is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from agent.erasure.commands import HEARTBEAT_S, Conversation, Heard
from agent.model.erasure import Method
from agent.model.events import Kind

ONE_IS_MISSING = "skip-namespace-missing"

Command = Callable[[Conversation], Heard]


def mates_of(method: Method) -> frozenset[str]:
    """The identities that this line of a plan erases with one command; none where it erases its own disk alone."""
    return frozenset(method.params.get("together", ()))


def with_mates(method: Method, mates: Collection[str], *, reach: Callable[[str], bool]) -> Method:
    """The method and its next lines, those whose technique reaches every namespace with the names of all of them."""
    after = None if method.fallback is None else with_mates(method.fallback, mates, reach=reach)
    if reach(method.technique):
        method = replace(method, params={**method.params, "together": sorted(mates)})
    return replace(method, fallback=after)


@dataclass(slots=True, kw_only=True)
class _Round:
    """One command: who has come, who has it on the journal, who sends it, and what was heard. ``steps``, ``commands``:
    how many its sender's record had before; ``taken``: how far each other one has copied the steps."""

    here: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    leader: str = ""
    sender: Conversation | None = None
    steps: int = 0
    commands: int = 0
    taken: dict[str, int] = field(default_factory=dict)
    heard: Heard | None = None


class Together:
    """Where the threads of one drive's namespaces meet. Every member comes, or leaves; none is waited for in vain."""

    def __init__(self, members: Collection[str]) -> None:
        self.members = frozenset(members)
        self._meet = threading.Condition()
        self._gone: set[str] = set()
        self._rounds: dict[str, _Round] = {}
        self._at: dict[str, str] = {}

    def leave(self, name: str) -> None:
        """This one takes no further part: its erasure has ended, or goes on by itself."""
        with self._meet:
            self._gone.add(name)
            self._at.pop(name, None)
            self._meet.notify_all()

    def carry_out(self, talk: Conversation, command: Command) -> Heard:
        """What was heard of the one command, which the first to come sends when all have come."""
        name, technique = talk.disk.identity.text, talk.method.technique
        with self._meet:
            meeting = self._rounds.setdefault(technique, _Round())
            meeting.here.add(name)
            self._at[name] = technique
            meeting.leader = meeting.leader or name
            self._meet.notify_all()
            came = self._wait(talk, lambda: meeting.here >= self.members)
            self._at.pop(name, None)  # it waits for nobody any more
            if not came:  # nobody has seen all of them here: whoever comes later does not count on this one
                meeting.here.discard(name)
                meeting.leader = "" if meeting.leader == name else meeting.leader
            leads = meeting.leader == name
            self._meet.notify_all()
        if not came:
            return _not_sent(talk)
        return self._lead(talk, meeting, command) if leads else self._follow(talk, meeting)

    def _lead(self, talk: Conversation, meeting: _Round, command: Command) -> Heard:
        heard = _not_sent(talk)
        try:
            others = self.members - {meeting.leader}
            if self._wait(talk, lambda: meeting.told >= others) and _counted(talk) == len(self.members):
                with self._meet:
                    meeting.steps, meeting.commands = len(talk.seen.status_timeline), len(talk.seen.commands)
                    meeting.sender = talk
                heard = command(talk)
        except BaseException:
            heard = Heard(end="command-unknown")
            raise
        finally:
            with self._meet:
                meeting.heard = heard
                self._meet.notify_all()
        return heard

    def _follow(self, talk: Conversation, meeting: _Round) -> Heard:
        """On the journal before the drive hears of it, as if it were sent here; then what its sender sees."""
        begun: dict[str, Any] = {"technique": talk.method.technique, "argv": [], "together": meeting.leader}
        begun["started"] = talk.machine.clock.utc()
        talk.emit(Kind.COMMAND_STARTED, begun)
        with self._meet:
            meeting.told.add(talk.disk.identity.text)
            self._meet.notify_all()
        began, heard = talk.monotonic(), None
        while heard is None:
            with self._meet:
                if meeting.heard is None:
                    self._meet.wait(HEARTBEAT_S)
                heard = meeting.heard
                if heard is None and meeting.leader in self._gone:
                    heard = Heard(end="command-unknown")
            self._copy(talk, meeting)
            waited = round(talk.monotonic() - began)
            talk.emit(Kind.COMMAND_RUNNING, {"technique": talk.method.technique, "seconds": waited})
        sent = meeting.sender.seen.commands[meeting.commands :] if meeting.sender is not None else []
        mine = [{**command, "together": meeting.leader} for command in sent] or [{**begun, "error": "not sent"}]
        talk.emit(Kind.COMMAND_FINISHED, mine[-1])
        talk.seen.commands += mine
        return heard

    @staticmethod
    def _copy(talk: Conversation, meeting: _Round) -> None:
        """The sender's word of the drive's state, step by step."""
        if meeting.sender is None:
            return
        taken = meeting.taken.get(talk.disk.identity.text, meeting.steps)
        for step in meeting.sender.seen.status_timeline[taken:]:
            taken += 1
            talk.seen.status_timeline.append(dict(step))
            talk.emit(Kind.DRIVE_STATUS, dict(step))
        meeting.taken[talk.disk.identity.text] = taken

    def _wait(self, talk: Conversation, ready: Callable[[], bool]) -> bool:
        """Until ``ready``; False when it never will be: one has left, one is at another command, or a stop was told."""
        with self._meet:
            while not ready():
                apart = len(self._at) == len(self.members) and len(set(self._at.values())) > 1
                if self._gone or apart or talk.stop.is_set():
                    return False
                self._meet.wait(HEARTBEAT_S)
            return True


def _not_sent(talk: Conversation) -> Heard:
    return Heard(end="stopped") if talk.stop.is_set() else Heard(refusal=ONE_IS_MISSING)


def _counted(talk: Conversation) -> int:
    """How many namespaces the drive shows at this moment."""
    controller = PurePosixPath(talk.disk.path).name.rpartition("n")[0]
    return len(talk.machine.glob(f"/sys/class/nvme/{controller}/{controller}n*"))
