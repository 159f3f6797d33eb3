"""A rehearsal whose disk is a drive of the laboratory: consent, the real tool, the file behind it."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.nvme import sanitize_log
from agent.erasure.run import erase
from agent.inventory.nvme import parse_id_ctrl
from agent.job.consent import grant
from agent.machine.clocks import VirtualClock
from agent.machine.door import ToolMissing
from agent.machine.drives.laboratory import Laboratory
from agent.machine.drives.nvme import NvmeDrive
from agent.machine.drives.nvme_make import LbaFormat, NvmeFault, NvmeMake
from agent.machine.live import LiveMachine
from agent.machine.recorded import CARD, RecordedMachine
from agent.machine.rehearsal import RehearsalMachine
from agent.model.erasure import Level, Method, Outcome
from agent.model.errors import Fault
from agent.model.facts import Known, known
from agent.model.identity import DiskIdentity
from agent.model.inventory import Disk
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.warrant import Action, Warrant
from tests.drives.conftest import OpensLab
from tests.drives.speaking import content, old_disk

pytestmark = pytest.mark.laboratory("nvme")

SERIAL, OTHER, PLAIN = "20358F401277", "20358F409999", "PLAIN0001"
PATH = "/dev/nvme0n1"
ANNOUNCED = 256060514304
METHOD = Method(technique="nvme-format", level=Level.CLEAR, passes=1, verify="full", reason="r", params={"ses": 1})
SANITIZE = ["nvme", "sanitize", PATH, "-a", "2", "-u"]


def identity(serial: str) -> DiskIdentity:
    return DiskIdentity(text=serial, kind="serial", model="M", size_bytes=ANNOUNCED)


def warrant(machine: RehearsalMachine, *serials: str) -> Warrant:
    targets = tuple(Target(identity=identity(s), path="/x", medium="nvme", method=METHOD) for s in serials)
    choice = Choice(system=SystemChoice.NONE, profile=None, chosen_by="07")
    plan = Plan(
        machine="m", tag=None, targets=targets, excluded=(), choice=choice, install=None, exercise=True, estimate_s=0.0
    )
    return grant(plan, {s: s[-4:] for s in serials}, by="07", clock=machine.clock, new_id=lambda: uuid.uuid4().hex)


@pytest.fixture
def bench(tmp_path: Path, open_lab: OpensLab) -> Callable[..., tuple[RehearsalMachine, NvmeDrive, Laboratory]]:
    recording = tmp_path / "recording"
    recording.mkdir()
    (recording / CARD).write_text(json.dumps({"name": "nothing"}))

    def make(**more: Any) -> tuple[RehearsalMachine, NvmeDrive, Laboratory]:
        clock = VirtualClock()
        drive = NvmeDrive(PATH, old_disk(tmp_path, name="one"), clock, size_bytes=ANNOUNCED, **more)
        other = NvmeDrive("/dev/nvme1n1", old_disk(tmp_path, name="two"), clock, make=NvmeMake(serial=OTHER))
        lab = open_lab(drive, other)
        machine = RehearsalMachine(
            RecordedMachine(recording),
            tmp_path / "work",
            clock=clock,
            laboratory=lab,
            stand_ins={SERIAL: PATH, OTHER: "/dev/nvme1n1"},
        )
        return machine, drive, lab

    return make


Bench = Callable[..., tuple[RehearsalMachine, NvmeDrive, Laboratory]]


def test_tools_that_name_its_drive_go_there_and_the_others_to_the_recording(bench: Bench) -> None:
    machine, _, _ = bench()
    disk = parse_id_ctrl(machine.run(["nvme", "id-ctrl", PATH, "-o", "json"], timeout_s=10).stdout)
    assert isinstance(disk, Disk)
    assert known(disk.serial) == SERIAL
    for line in (["nvme", "id-ctrl", "/dev/nvme7n1"], ["lsblk", "-J"]):
        with pytest.raises(ToolMissing, match="the recording"):
            machine.run(line, timeout_s=10)


def test_who_has_firmware(bench: Bench) -> None:
    machine, _, _ = bench()
    assert [machine.has_firmware(p) for p in (PATH, "/dev/nvme0", "/dev/nvme7n1", "/dev/sda")] == [
        True,
        True,
        False,
        False,
    ]
    assert [LiveMachine().has_firmware(p) for p in ("/dev/sda", "/dev/loop3", "/tmp/disk.img")] == [True, False, False]


def test_without_a_warrant_no_command_line_destroys(bench: Bench) -> None:
    machine, drive, _ = bench()
    with pytest.raises(Fault) as caught:
        machine.run(SANITIZE, timeout_s=10)
    assert caught.value.error_id == "warrant-missing"
    with pytest.raises(Fault):
        machine.open_disk(identity(SERIAL), None, Action.ERASE)
    assert content(drive.backing) == "old"


def test_a_sanitize_of_minutes_takes_none(bench: Bench) -> None:
    machine, drive, _ = bench()
    facts = Disk()
    with machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE) as disk:
        assert (disk.path, disk.size_bytes, disk.logical_block) == (PATH, drive.backing.stat().st_size, 512)
        assert disk.rehearsal_scale == ANNOUNCED // drive.backing.stat().st_size
        assert disk.run(SANITIZE, timeout_s=10).exit_status == 0
        seen = []
        for _ in range(8):
            seen.append(sanitize_log(machine, disk.path, facts).state)
            machine.clock.sleep(30)
        assert seen[0] == "in_progress"
        assert seen[-1] == "completed"
        assert not disk.changed()
    assert content(drive.backing) == "zeros"


@pytest.mark.exercises("nvme-format", how="drive laboratory")
def test_the_techniques_own_format_command(bench: Bench) -> None:
    """Held open, so nvme-cli needs its --force; the block format is read from the drive."""
    machine, _, _ = bench(make=NvmeMake(formats=(LbaFormat(data_bits=12), LbaFormat(data_bits=9))))
    with machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE) as disk:
        evidence = erase(
            machine,
            disk,
            Target(identity=disk.identity, path=PATH, medium="nvme", method=METHOD),
            facts=Disk(bus=Known("nvme", "test"), size_bytes=Known(ANNOUNCED, "test")),
            plan_digest="d",
            warrant_id="w",
            emit=lambda kind, params: None,
            stop=threading.Event(),
            resume=None,
        )
        assert "--force" in evidence.commands[0]["argv"]
        assert evidence.outcome is Outcome.CLEARED, (evidence.reasons, evidence.commands)
        assert not disk.changed()
        disk.run(["nvme", "format", PATH, "-s", "1", "-l", "1", "--force"], timeout_s=10)
        assert disk.changed()  # blocks of another size than the plan's


def test_another_disk_is_out_of_reach(bench: Bench) -> None:
    machine, _, lab = bench()
    with machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE) as disk:
        for other in ("/dev/nvme1n1", "/dev/nvme1", "/dev/sda"):
            with pytest.raises(Fault) as caught:
                disk.run(["nvme", "sanitize", other, "-a", "2"], timeout_s=10)
            assert caught.value.error_id == "warrant-other-disk"
        with pytest.raises(Fault):
            disk.run(["nvme", "version"], timeout_s=10)
    assert content(lab.backing("/dev/nvme1n1")) == "old"


def test_a_disk_is_held_while_it_is_open(bench: Bench) -> None:
    machine, _, _ = bench()
    with machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE) as disk:
        answer = disk.run(["nvme", "format", PATH, "-s", "1"], timeout_s=20)
        assert "Device or resource busy" in answer.errors
        with pytest.raises(Fault) as caught:
            machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE)
        assert caught.value.error_id == "disk-busy"
    machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE).__exit__(None, None, None)


def test_a_drive_without_power_is_not_the_disk_it_was(bench: Bench) -> None:
    machine, drive, _ = bench(faults=[NvmeFault.POWER_CUT])
    with machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE) as disk:
        disk.run(SANITIZE, timeout_s=10)
        machine.clock.sleep(100)
        assert sanitize_log(machine, disk.path, Disk()).state == "unknown"
        assert disk.changed()
    with pytest.raises(Fault) as caught:
        machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE)
    assert caught.value.error_id == "disk-not-found"
    drive.power_cut()
    assert sanitize_log(machine, PATH, Disk()).state == "in_progress"


def test_a_read_only_drive_is_not_opened(bench: Bench) -> None:
    machine, _, _ = bench(write_protected=True)
    with pytest.raises(Fault) as caught:
        machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE)
    assert caught.value.error_id == "disk-read-only"


def test_a_disk_that_nothing_stands_for_is_a_file_as_ever(bench: Bench, tmp_path: Path) -> None:
    machine, _, _ = bench()
    with machine.open_disk(identity(PLAIN), warrant(machine, PLAIN), Action.ERASE) as disk:
        assert Path(disk.path).parent == tmp_path / "work"
        with pytest.raises(Fault) as caught:
            disk.run(["nvme", "version"], timeout_s=10)
        assert caught.value.error_id == "not-live"


def test_the_worker_writes_to_the_drives_own_file(bench: Bench) -> None:
    """One pass of the real overwrite; the tool and the worker see one content."""
    machine, drive, _ = bench()
    with machine.open_disk(identity(SERIAL), warrant(machine, SERIAL), Action.ERASE) as disk:
        worker = disk.start_worker("tests.drives.zeroing", {"what": "all"})
        assert [message["written"] for message in worker.messages()] == [drive.backing.stat().st_size]
        assert worker.wait() == 0, worker.errors
    assert content(drive.backing) == "zeros"
