"""The check every machine makes before a disk is opened, and the count of permits already spent."""

from __future__ import annotations

from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.warrant import Action, Warrant


class SpentPermits:
    """Each permit opens one disk for one action, once, on the machine that keeps this count."""

    def __init__(self) -> None:
        self._spent: set[tuple[str, str, Action]] = set()

    def check(
        self, warrant: Warrant | None, identity: DiskIdentity, action: Action, *, now: float, exercise: bool
    ) -> Warrant:
        """The warrant, when it covers this disk and action now. Raises Fault otherwise; spends nothing."""
        if warrant is None:
            raise Fault("warrant-missing", disk=identity.suffix)
        if now >= warrant.expires_at:
            raise Fault("warrant-expired", disk=identity.suffix)
        if warrant.exercise != exercise or not warrant.permits_action(identity, action):
            raise Fault("warrant-other-disk", disk=identity.suffix, other="")
        if (warrant.warrant_id, identity.text, action) in self._spent:
            raise Fault("warrant-spent", disk=identity.suffix)
        return warrant

    def spend(
        self, warrant: Warrant | None, identity: DiskIdentity, action: Action, *, now: float, exercise: bool
    ) -> None:
        """Use the permit up. Raises Fault and spends nothing when it does not cover this."""
        valid = self.check(warrant, identity, action, now=now, exercise=exercise)
        self._spent.add((valid.warrant_id, identity.text, action))
