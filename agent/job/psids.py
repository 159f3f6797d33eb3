"""The numbers typed from the labels of locked Opal drives: in memory, from the question to the erasure, nowhere else.

The plan has that a number was typed, as its technique; never the number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.erasure.opal import PsidRevert, is_locked
from agent.erasure.tcg import PSID_CHARS as PSID_CHARS
from agent.erasure.tcg import clean_psid
from agent.erasure.technique import Supported
from agent.model.erasure import Level
from agent.model.errors import Fault
from agent.model.facts import known
from agent.model.identity import DiskIdentity, identify
from agent.model.inventory import Disk

PSID_METHOD = PsidRevert.name


def openable(
    disks: Sequence[Disk], *, level: Level | None, reaches: Callable[[str], bool]
) -> Mapping[str, DiskIdentity]:
    """By identity, the locked drives that the number of their label opens. ``reaches``: as in ``plan_targets``."""
    found: dict[str, DiskIdentity] = {}
    for disk in disks:
        identity = identify(disk)
        if identity is None or not is_locked(disk):
            continue
        offered = PsidRevert.offered(disk, level=level, reached=reaches(known(disk.path) or ""))
        if isinstance(offered, Supported):
            found[identity.text] = identity
    return found


@dataclass(slots=True)
class Psids:
    """What a person answered for each locked drive, by identity."""

    _typed: dict[str, str] = field(default_factory=dict, repr=False)
    _left: set[str] = field(default_factory=set)

    def take(self, identity: str, typed: str) -> None:
        """In capitals, as labels have it. Raises Fault psid-missing when it is no such number."""
        number = clean_psid(typed.upper())
        if number is None:
            raise Fault("psid-missing", wrote=False, disk=identity[-4:])
        self._typed[identity] = number
        self._left.discard(identity)

    def leave(self, identity: str) -> None:
        self._typed.pop(identity, None)
        self._left.add(identity)

    def forget(self) -> None:
        self._typed.clear()
        self._left.clear()

    def answered(self, identity: str) -> bool:
        return identity in self._typed or identity in self._left

    def typed(self) -> frozenset[str]:
        """The drives whose number is here."""
        return frozenset(self._typed)

    def hand_over(self) -> Mapping[str, str]:
        """The numbers, for the erasure that starts now; none is kept here."""
        numbers = dict(self._typed)
        self.forget()
        return numbers
