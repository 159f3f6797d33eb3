"""Consent is an object. Nothing that destroys can be called without a warrant.

Made by ``agent.job.consent`` alone (a test reads the sources), bound to one plan digest and to disk
identities, expiring, and each permit is spent once: the machine door keeps the count.
"""

from __future__ import annotations

from enum import StrEnum

from agent.model.identity import DiskIdentity
from agent.model.value import value


class Action(StrEnum):
    ERASE = "erase"
    INSTALL = "install"
    REVEAL = "reveal"  # hidden sectors of an ATA drive: nothing is erased, its size changes


@value
class Permit:
    identity: DiskIdentity
    action: Action


@value
class Warrant:
    """``expires_at`` is on the machine's monotonic clock, in seconds: the wall clock may lie."""

    warrant_id: str
    plan_digest: str
    permits: tuple[Permit, ...]
    consented_by: str
    consented_at: str
    expires_at: float
    exercise: bool

    def permits_action(self, identity: DiskIdentity, action: Action) -> bool:
        return any(p.identity == identity and p.action == action for p in self.permits)
