"""The rehearsal bench has no route to a real device."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.job.consent import grant
from agent.machine.rehearsal import FAULT_NAMES, FAULTS, FORMER_CONTENT, RehearsalMachine
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.warrant import Action
from tests.unit.job.test_consent import identity, plan

TYPED = {"AAAA7K2F": "7K2F"}


class Nothing:
    """A recorded machine that knows nothing: rehearsal must not need it to open its own disks."""

    name = "nothing"


def bench(folder: Path, **more: object) -> RehearsalMachine:
    return RehearsalMachine(Nothing(), folder, **more)  # type: ignore[arg-type]


def warrant(machine: RehearsalMachine, *, exercise: bool = True):  # type: ignore[no-untyped-def]
    return grant(plan("AAAA7K2F", exercise=exercise), TYPED, by="07", clock=machine.clock, new_id=lambda: "w")


def test_a_disk_is_a_file_with_former_content(tmp_path: Path) -> None:
    machine = bench(tmp_path)
    with machine.open_disk(identity("AAAA7K2F"), warrant(machine), Action.ERASE) as disk:
        assert Path(disk.path).parent == tmp_path
        assert FORMER_CONTENT in Path(disk.path).read_bytes()
        with pytest.raises(Fault):
            disk.run(["mkfs.ext4", "/dev/sda"], timeout_s=1)


def test_a_link_to_a_device_is_refused(tmp_path: Path) -> None:
    machine = bench(tmp_path)
    path = machine.disk_file(identity("AAAA7K2F"))
    path.unlink()
    path.symlink_to("/dev/null")
    with pytest.raises((Fault, OSError)):
        machine.open_disk(identity("AAAA7K2F"), warrant(machine), Action.ERASE)


def test_a_real_warrant_opens_no_rehearsal_disk(tmp_path: Path) -> None:
    machine = bench(tmp_path)
    with pytest.raises(Fault):
        machine.open_disk(identity("AAAA7K2F"), warrant(machine, exercise=False), Action.ERASE)
    with pytest.raises(Fault):
        machine.open_disk(identity("AAAA7K2F"), None, Action.ERASE)


def test_an_unknown_fault_is_told(tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        bench(tmp_path, faults=["nonsense"])
    assert caught.value.error_id == "fault-unknown"
    assert set(FAULTS) <= set(FAULT_NAMES)


def test_faults_land_inside_the_disk() -> None:
    for spec in FAULTS.values():
        fault = spec(64 << 20)
        assert 0 <= fault["start"] < fault["end"] <= 64 << 20


def test_the_virtual_clock_jumps(tmp_path: Path) -> None:
    clock = bench(tmp_path).clock
    before = clock.monotonic()
    clock.sleep(3600)
    assert 3600 <= clock.monotonic() - before < 3605


def test_a_disk_that_consent_does_not_name(tmp_path: Path) -> None:
    machine = bench(tmp_path)
    other = DiskIdentity(text="ZZZZ0000", kind="serial", model="M", size_bytes=10)
    with pytest.raises(Fault):
        machine.open_disk(other, warrant(machine), Action.ERASE)
