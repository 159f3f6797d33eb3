"""An install of a Linux image on a loop device of our own: what tests, the bench and the virtual PC share."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.install.execute import install
from agent.install.layout import draw_identifiers
from agent.install.plan import plan_install
from agent.install.profiles import load_profile
from agent.job.consent import grant
from agent.machine.live import LiveMachine
from agent.model.events import Kind
from agent.model.identity import DiskIdentity
from agent.model.install import InstallResult
from agent.model.plan import Choice, InstallPlan, Plan
from agent.model.profile import ImageEntry
from agent.model.warrant import Action

TAG = "RC-000123"


def identity_of(machine: LiveMachine, device: str) -> DiskIdentity:
    """Of a loop device, by its backing file."""
    backing = Path(f"/sys/block/{Path(device).name}/loop/backing_file").read_text().strip()
    size = int(Path(f"/sys/block/{Path(device).name}/size").read_text()) * 512
    return DiskIdentity(text=machine.file_identity(backing), kind="file", model="disk.img", size_bytes=size)


def loop_plan(
    machine: LiveMachine, device: str, entry: ImageEntry, *, sector: int = 512, mode: str = "bios"
) -> InstallPlan:
    identity = identity_of(machine, device)
    return plan_install(
        profile=load_profile(entry.profile),
        identity=identity,
        disk_size_bytes=identity.size_bytes,
        logical_block=sector,
        image=entry,
        identifiers=draw_identifiers(os.urandom),
        firmware_mode=mode,
        tag=TAG,
        rehearsed=False,
    )


def carry_out(
    machine: LiveMachine,
    plan: InstallPlan,
    image: Path,
    events: list[tuple[Kind, Mapping[str, Any]]],
    stop: threading.Event | None = None,
) -> InstallResult:
    """With a consent of its own for this very plan."""
    whole = Plan(
        machine="test",
        tag=None,
        targets=(),
        excluded=(),
        choice=Choice(system=plan.system, profile=plan.profile, chosen_by="1"),
        install=plan,
        exercise=False,
        estimate_s=0,
    )
    typed = {plan.disk.text: plan.disk.suffix}
    warrant = grant(whole, typed, by="1", clock=machine.clock, new_id=lambda: os.urandom(8).hex())
    with machine.open_disk(plan.disk, warrant, Action.INSTALL) as disk:
        return install(
            machine, disk, plan, image, emit=lambda k, p: events.append((k, p)), stop=stop or threading.Event()
        )
