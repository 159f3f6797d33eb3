"""What a session is put together from: papers, systems to install, and the place where results are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from agent.job.engine import Install
from agent.job.stream import EventStream
from agent.model.eligibility import ProfileNeeds, WindowsVerdict
from agent.model.erasure import Evidence
from agent.model.identity import DiskIdentity
from agent.model.inventory import Inventory
from agent.model.linux import AS_IT_IS, LinuxOptions
from agent.model.plan import InstallPlan, Plan
from agent.model.stick import Stick


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """One result on its way to the registry, for the queue screen."""

    tag: str
    number: str
    written: str
    tries: int
    state: str  # pending | sent | dead
    last_error: str


class Paper(Protocol):
    """Signs, prints, queues and delivers. Knows the station's key, the outbox and the registry."""

    def ready(self) -> None:
        """Raises Fault (stick-full, key-locked) when a job's result could not be kept."""
        ...

    def finish(
        self,
        stream: EventStream,
        *,
        plan: Plan | None,
        evidence: Sequence[Evidence],
        install: Mapping[str, Any] | None,
    ) -> None:
        """Sign the record, write the certificate, queue it, try to deliver it; each as an event."""
        ...

    def deliver(self, stream: EventStream | None) -> float | None:
        """Try once to send what waits; how many seconds the registry asked to be left alone, or None."""
        ...

    def lines(self) -> Sequence[OutboxLine]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What changes when results are kept somewhere else."""

    home: Path
    paper: Paper
    systems: Systems


class Storage(Protocol):
    """Where results are kept on the live system. Elsewhere there is none: they are in a folder of the PC."""

    @property
    def stick(self) -> Stick: ...

    def save(self) -> Kept:
        """Look for a stick again, and move to it what is in memory.

        Raises Fault stick-missing, stick-full: everything is then where it was.
        """
        ...


class Systems(Protocol):
    """What may be installed here: profiles with their images, and the installer behind them."""

    def needs(self) -> Sequence[ProfileNeeds]: ...

    def facts(self, profile_id: str) -> Mapping[str, Any]:
        """Facts of one profile for the choice screen: id, label, summary, support_until, licence, sizes, status."""
        ...

    def windows_offers(self, inventory: Inventory, verdict: WindowsVerdict) -> Sequence[Mapping[str, Any]]:
        """Facts of each Windows image, and licence, that this PC may get: the keys are those of a Linux profile."""
        ...

    def windows_facts(self, inventory: Inventory, verdict: WindowsVerdict) -> Mapping[str, Any]: ...

    def plan_windows(
        self,
        offer_id: str,
        disk: DiskIdentity,
        *,
        inventory: Inventory,
        verdict: WindowsVerdict,
        logical_block: int,
        tag: str | None,
        exercise: bool,
    ) -> InstallPlan: ...

    def plan(
        self,
        profile_id: str,
        disk: DiskIdentity,
        *,
        linux: LinuxOptions = AS_IT_IS,
        logical_block: int,
        firmware_mode: str,
        tag: str | None,
        exercise: bool,
    ) -> InstallPlan: ...

    def installer(self, home: Path) -> Install:
        """``home``: where the sheet with the phrase of an encrypted disk is kept."""
        ...
