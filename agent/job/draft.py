"""What a person wants for a PC, and the plan that follows from it and from what was seen of the PC."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.erasure import thaw
from agent.erasure.second import asked
from agent.job import planning
from agent.job.history import liars, resume_points
from agent.job.parts import Systems
from agent.job.psids import Psids
from agent.job.seen import Seen
from agent.machine.door import Machine
from agent.model.erasure import Level
from agent.model.errors import Fault
from agent.model.facts import known
from agent.model.plan import Choice, InstallPlan, Plan, SystemChoice, Target


@dataclass(kw_only=True)
class Wishes:
    """Beside the system that was chosen. They belong to one PC and are empty for the next."""

    second_tool: str | None = None
    """Another program that reads the disks after us."""
    second_person: str | None = None
    left_hidden: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By identity, the hidden areas that a person lets be."""
    psids: Psids = field(default_factory=Psids, repr=False)


def draft(
    seen: Seen,
    choice: Choice,
    wishes: Wishes,
    *,
    machine: Machine,
    systems: Systems,
    journals: Path,
    level: Level | None,
    tag: str | None,
) -> Plan:
    """Raises Fault disk-none-found, those of the ladder and of the systems. Nothing is written."""
    locked = seen.locked(level=level, reaches=machine.has_firmware)
    targets = planning.plan_targets(
        seen.disks,
        seen.exclusions,
        level=level,
        reaches=machine.has_firmware,
        liars=liars(journals, last_run_only=machine.exercise),
        lifted=planning.obstacles_lifted(thaws=thaw.possible(machine, seen.disks), points=resume_points(journals)),
        psids=wishes.psids.typed() & locked.keys(),
    )
    if not targets:
        raise Fault("disk-none-found")
    targets = tuple(_as_wished(target, wishes) for target in targets)
    return planning.make_plan(
        inventory=seen.inventory,
        tag=tag,
        targets=targets,
        excluded=seen.excluded,
        choice=choice,
        install=_install(seen, choice, targets, systems=systems, tag=tag, exercise=machine.exercise),
        exercise=machine.exercise,
    )


def _as_wished(target: Target, wishes: Wishes) -> Target:
    method = target.method
    if wishes.second_tool is not None:
        method = asked(method, tool=wishes.second_tool, person=wishes.second_person, zero_pass=False)
    return replace(target, method=method, left_hidden=wishes.left_hidden.get(target.identity.text, ()))


def _install(
    seen: Seen, choice: Choice, targets: tuple[Target, ...], *, systems: Systems, tag: str | None, exercise: bool
) -> InstallPlan | None:
    if choice.system is SystemChoice.NONE or choice.profile is None:
        return None
    disk = planning.system_disk(targets)
    if disk is None:
        raise Fault("disk-none-found")
    block = known(seen.facts[disk.text].logical_block_size) or 512
    if choice.system is SystemChoice.WINDOWS:
        return systems.plan_windows(
            choice.profile,
            disk,
            inventory=seen.inventory,
            verdict=seen.eligibility.windows11.verdict,
            logical_block=block,
            tag=tag,
            exercise=exercise,
        )
    return systems.plan(
        choice.profile,
        disk,
        linux=choice.linux,
        logical_block=block,
        firmware_mode=known(seen.inventory.firmware.mode) or "uefi",
        tag=tag,
        exercise=exercise,
    )
