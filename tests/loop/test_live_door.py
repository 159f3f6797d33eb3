"""The live door on real loop devices: it opens what consent names, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.job.consent import grant
from agent.machine.live import LiveDisk, LiveMachine
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.warrant import Action, Warrant
from tests.loop.conftest import sh
from tests.unit.job.test_consent import METHOD

pytestmark = pytest.mark.loop
MIB = 1 << 20
MakeLoop = Callable[..., tuple[str, Path]]


def identity_of(machine: LiveMachine, path: Path, size: int) -> DiskIdentity:
    return DiskIdentity(text=machine.file_identity(str(path)), kind="file", model=path.name, size_bytes=size)


def warrant_for(machine: LiveMachine, *identities: DiskIdentity, exercise: bool = False) -> Warrant:
    plan = Plan(
        machine="f",
        tag=None,
        targets=tuple(Target(identity=i, path="", medium="unknown", method=METHOD) for i in identities),
        excluded=(),
        choice=Choice(system=SystemChoice.NONE, profile=None, chosen_by=""),
        install=None,
        exercise=exercise,
        estimate_s=0.0,
    )
    typed = {i.text: i.text[-8:] for i in identities}
    return grant(plan, typed, by="", clock=machine.clock, new_id=lambda: "w")


def refusal(machine: LiveMachine, identity: DiskIdentity, warrant: Warrant | None) -> str:
    with pytest.raises(Fault) as caught:
        machine.open_disk(identity, warrant, Action.ERASE)
    assert caught.value.wrote is False
    return caught.value.error_id


def test_opens_the_disk_that_consent_names(make_loop: MakeLoop) -> None:
    device, path = make_loop(8 * MIB)
    machine = LiveMachine()
    mine = identity_of(machine, path, 8 * MIB)
    warrant = warrant_for(machine, mine)
    with machine.open_disk(mine, warrant, Action.ERASE) as disk:
        assert isinstance(disk, LiveDisk)
        assert (disk.path, disk.size_bytes, disk.logical_block) == (device, 8 * MIB, 512)
        assert not disk.changed()
    assert refusal(machine, mine, warrant) == "warrant-spent"


def test_refusals(make_loop: MakeLoop, tmp_path: Path) -> None:
    device, path = make_loop(8 * MIB)
    _, other = make_loop(8 * MIB, "other.img")
    machine = LiveMachine()
    mine, theirs = identity_of(machine, path, 8 * MIB), identity_of(machine, other, 8 * MIB)
    assert refusal(machine, mine, None) == "warrant-missing"
    assert refusal(machine, theirs, warrant_for(machine, mine)) == "warrant-other-disk"
    assert refusal(machine, mine, warrant_for(machine, mine, exercise=True)) == "warrant-other-disk"
    shrunk = identity_of(machine, path, 4 * MIB)
    assert refusal(machine, shrunk, warrant_for(machine, shrunk)) == "disk-not-found"
    sh("mkfs.ext4", "-q", device)
    mountpoint = tmp_path / "mnt"
    mountpoint.mkdir()
    sh("mount", device, str(mountpoint))
    try:
        assert refusal(machine, mine, warrant_for(machine, mine)) == "disk-busy"
    finally:
        sh("umount", str(mountpoint))
    sh("losetup", "--detach", device)
    try:
        assert refusal(machine, mine, warrant_for(machine, mine)) == "disk-not-found"
    finally:
        sh("losetup", device, str(path))


def test_a_read_only_disk(make_loop: MakeLoop) -> None:
    device, path = make_loop(8 * MIB)
    machine = LiveMachine()
    sh("blockdev", "--setro", device)
    mine = identity_of(machine, path, 8 * MIB)
    try:
        assert refusal(machine, mine, warrant_for(machine, mine)) == "disk-read-only"
    finally:
        sh("blockdev", "--setrw", device)  # the kernel keeps the flag for the next user of this loop device


def test_a_warranted_disk_runs_nothing_on_another(make_loop: MakeLoop) -> None:
    _, path = make_loop(8 * MIB)
    other_device, _ = make_loop(8 * MIB, "other.img")
    machine = LiveMachine()
    mine = identity_of(machine, path, 8 * MIB)
    with machine.open_disk(mine, warrant_for(machine, mine), Action.ERASE) as disk:
        with pytest.raises(Fault) as caught:
            disk.run(["dd", "if=/dev/zero", f"of={other_device}", "count=1"], timeout_s=5)
        assert caught.value.error_id == "warrant-other-disk"


def test_a_disk_that_shows_another_size_has_changed(make_loop: MakeLoop) -> None:
    """What a Format may do to a namespace, as far as the door can tell."""
    device, path = make_loop(8 * MIB)
    machine = LiveMachine()
    mine = identity_of(machine, path, 8 * MIB)
    with machine.open_disk(mine, warrant_for(machine, mine), Action.ERASE) as disk:
        with path.open("r+b") as file:
            file.truncate(4 * MIB)
        sh("losetup", "-c", device)
        assert disk.changed()


@pytest.mark.parametrize("name", ["/dev/nvme0", "/dev/ng0n1", "/dev/sg0", "/dev/bsg/0:0:0:0"])
def test_a_command_for_the_controller_reaches_other_disks_and_is_refused(make_loop: MakeLoop, name: str) -> None:
    _, path = make_loop(8 * MIB)
    machine = LiveMachine()
    mine = identity_of(machine, path, 8 * MIB)
    with machine.open_disk(mine, warrant_for(machine, mine), Action.ERASE) as disk, pytest.raises(Fault) as caught:
        disk.run(["nvme", "format", name, "-n", "1", "-s", "1"], timeout_s=5)
    assert caught.value.error_id == "warrant-other-disk"
