"""What one look at a PC gave: its facts, its disks, which of them are its own, and what may be done with each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from agent.eligibility.assess import assess
from agent.erasure.gate import exclude
from agent.job import planning
from agent.job.psids import openable
from agent.job.revealing import offer
from agent.machine.ancestry import standing_on
from agent.machine.door import Machine
from agent.model.eligibility import Eligibility, ProfileNeeds
from agent.model.erasure import Level
from agent.model.facts import known
from agent.model.identity import DiskIdentity
from agent.model.inventory import Disk, Inventory
from agent.model.plan import NOT_OF_THIS_PC, Exclusion, Reveal


@dataclass(frozen=True, kw_only=True)
class Seen:
    """``exclusions``: for each disk, in their order, why it is never a target, or None."""

    inventory: Inventory
    eligibility: Eligibility
    disks: tuple[Disk, ...]
    exclusions: Sequence[Exclusion | None]

    @property
    def excluded(self) -> Sequence[Exclusion]:
        return [exclusion for exclusion in self.exclusions if exclusion is not None]

    @property
    def targets(self) -> Sequence[Disk]:
        """The disks that may be erased."""
        return [disk for disk, excluded in zip(self.disks, self.exclusions, strict=True) if excluded is None]

    @property
    def no_disk_of_its_own(self) -> bool:
        """True when this PC shows no disk of its own: only a person can say whether that is right."""
        return all(e is not None and e.reason in NOT_OF_THIS_PC for e in self.exclusions)

    @property
    def facts(self) -> Mapping[str, Disk]:
        """By identity text, for the engine and the record."""
        return planning.disk_facts(self.disks)

    def locked(self, *, level: Level | None, reaches: Callable[[str], bool]) -> Mapping[str, DiskIdentity]:
        """Disks that are locked, by identity, and that the number of their label (PSID) opens."""
        return openable(self.targets, level=level, reaches=reaches)

    def hidden(self, *, exercise: bool, dco: bool) -> Mapping[str, Reveal]:
        """Disks that hide sectors, by identity, with what can be shown of them."""
        offers = [offer(disk, exercise=exercise, dco=dco) for disk in self.targets]
        return {found.identity.text: found for found in offers if found is not None}


def examine(machine: Machine, inventory: Inventory, *, needs: Sequence[ProfileNeeds], never: Collection[str]) -> Seen:
    """What follows from the inventory. ``needs``: of the Linux profiles that are here; ``never``: names and serial
    numbers of what this program was started from, where no mount tells it."""
    disks = known(inventory.disks) or ()
    started_from = planning.boot_medium(disks, standing_on(machine) | frozenset(never))
    return Seen(
        inventory=inventory,
        eligibility=assess(inventory, needs),
        disks=disks,
        exclusions=exclude(disks, boot_medium=started_from),
    )
