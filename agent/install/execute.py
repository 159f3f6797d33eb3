"""Executes an install plan on an opened disk, and believes nothing but what it reads back.

Every command goes through the disk that consent opened. A postcondition that does not hold ends the install:
the disk is then erased but not installed, and says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agent.install import nvram, partitions
from agent.install.leave import put_back
from agent.install.linux import boot, checks, disk, encrypted, identity, unpack
from agent.install.windows import bootfiles, gate, stage, volume
from agent.install.windows import checks as windows_checks
from agent.install.work import StepFailed, Work
from agent.machine.door import Machine, OpenDisk
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.install import InstallResult, StepResult, Verified
from agent.model.plan import InstallPlan, SystemChoice

Emit = Callable[[Kind, Mapping[str, Any]], None]

STEPS: Mapping[SystemChoice, Mapping[str, Callable[[Work], str]]] = {
    SystemChoice.LINUX: {
        "step-gate": disk.gate,
        "step-partition": partitions.partition,
        "step-format": disk.make_file_systems,
        "step-unpack": unpack.unpack,
        "step-boot-volume": encrypted.separate_boot,
        "step-identity": identity.give_identity,
        "step-initramfs": encrypted.write_initramfs,
        "step-menu": boot.write_menu,
        "step-bios": boot.write_bios,
        "step-uefi": boot.write_uefi,
        "step-check": checks.check,
        "step-nvram": nvram.write_nvram,
    },
    SystemChoice.WINDOWS: {
        "step-gate": gate.gate,
        "step-partition": partitions.partition,
        "step-format": volume.make_file_systems,
        "step-unpack": volume.apply,
        "step-bootfiles": bootfiles.write_boot_files,
        "step-answers": volume.write_answers,
        "step-check": windows_checks.check,
        "step-nvram": nvram.write_nvram,
    },
}

STAGING: Mapping[str, Callable[[Work], str]] = {
    "step-gate": stage.gate,
    "step-partition": partitions.partition,
    "step-format": stage.make_file_system,
    "step-media": stage.copy_media,
    "step-answers": stage.write_answers,
    "step-bootfiles": stage.write_boot_files,
    "step-check": stage.check,
    "step-nvram": nvram.write_nvram,
}
"""Of a plan that leaves Microsoft's own Setup on the disk, and no system."""


def _steps(plan: InstallPlan) -> Mapping[str, Callable[[Work], str]]:
    return STAGING if plan.staged else STEPS[plan.system]


def install(
    machine: Machine,
    disk: OpenDisk,
    plan: InstallPlan,
    image: Path,
    *,
    emit: Emit,
    stop: threading.Event,
    phrase: str = "",
) -> InstallResult:
    """Run the steps. Whatever happens, nothing stays mounted. ``phrase``: of a disk that the plan encrypts.

    Raises Fault: disk-changed, image-damaged, image-unfit, wim-no-index, wim-parts (nothing written);
    install-step-failed, install-disk-full, image-damaged for a stick that gave out, cancelled.
    """
    if plan.rehearsed:
        raise Fault("warrant-other-disk", disk=plan.disk.suffix, other="rehearsed plan")
    clock = machine.clock
    started = clock.monotonic()
    emit(Kind.INSTALL_STARTED, {"profile": plan.profile, "steps": len(plan.steps), "rehearsed": False})
    work = Work(
        machine=machine,
        disk=disk,
        plan=plan,
        image=str(image.absolute()),
        tell=_teller(machine, emit),
        stop=stop,
        phrase=phrase,
    )
    done: list[StepResult] = []
    finished = False
    try:
        for index, step in enumerate(plan.steps, start=1):
            work.stop_if_asked()
            done.append(_one(work, step.id, index, emit))
        finished = True
    finally:
        put_back(work, failed=not finished)
        seconds = round(clock.monotonic() - started, 3)
        verified = Verified.CHECKED if finished else Verified.NONE
        end = {"ok": finished, "verified": verified.value, "seconds": seconds}
        emit(Kind.INSTALL_FINISHED, {**end, "staged": True} if plan.staged else end)
    return result(plan, tuple(done), seconds=seconds, warnings=tuple(work.warnings))


def _one(work: Work, step_id: str, index: int, emit: Emit) -> StepResult:
    clock = work.machine.clock
    emit(Kind.STEP_STARTED, {"step": step_id, "index": index, "total": len(work.plan.steps)})
    started = clock.monotonic()
    work.wrote = work.wrote or step_id != "step-gate"
    try:
        observed = _steps(work.plan)[step_id](work)
    except StepFailed as failure:
        emit(Kind.STEP_FAILED, {"step": step_id, "error": str(failure)})
        raise Fault("install-step-failed", wrote=work.wrote, step=step_id, observed=str(failure)) from None
    except Fault as fault:
        emit(Kind.STEP_FAILED, {"step": step_id, "error": fault.error_id})
        fault.wrote = work.wrote
        raise
    seconds = round(clock.monotonic() - started, 3)
    emit(Kind.STEP_FINISHED, {"step": step_id, "seconds": seconds, "observed": observed})
    return StepResult(step=step_id, seconds=seconds, observed=observed)


def _teller(machine: Machine, emit: Emit) -> Callable[[int, int], None]:
    """Progress of the unpacking, with the rate since its beginning."""
    started = machine.clock.monotonic()
    first: list[tuple[float, int]] = []

    def tell(done: int, total: int) -> None:
        now = machine.clock.monotonic()
        if not first:
            first.append((min(now, max(started, now - 0.5)), 0))
        rate = (done - first[0][1]) / max(0.001, now - first[0][0])
        eta = (total - done) / rate if rate > 0 else None
        emit(
            Kind.PROGRESS,
            {
                "phase": "install",
                "done": done,
                "total": total,
                "bytes_per_s": round(rate, 1),
                "eta_s": round(eta, 1) if eta is not None else None,
            },
        )

    return tell


def result(
    plan: InstallPlan, steps: tuple[StepResult, ...], *, seconds: float, warnings: tuple[str, ...] = ()
) -> InstallResult:
    """What the report says of a plan that was carried out, or rehearsed when the plan is a rehearsal."""
    keys = ("version", "suite", "kernel", "shim_version", "build")
    return InstallResult(
        ok=True,
        verified=Verified.NONE if plan.rehearsed else Verified.CHECKED,
        rehearsed=plan.rehearsed,
        profile=plan.profile,
        disk=plan.disk,
        image=plan.image,
        status=str(plan.image.get("status", "unproven")),
        steps=steps,
        seconds=seconds,
        versions={key: str(plan.image[key]) for key in keys if key in plan.image},
        firmware_mode=plan.firmware_mode,
        warnings=warnings,
        identifiers=plan.identifiers,
        system=plan.system,
    )
