"""A recording answers what was recorded and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.machine.door import Denied, DoorError, NotThere, ToolMissing, ToolTimedOut
from agent.machine.recorded import RecordedMachine, describe, find_machine, list_machines
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.warrant import Action


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    card: dict[str, Any] = {
        "name": "pc",
        "title": {"fr": "Un PC", "en": "A PC"},
        "commands": [
            {"argv": ["lsblk", "-J"], "exit_status": 32, "stdout": "out/lsblk.txt", "stderr": "out/lsblk.err"},
            {"argv": ["dmidecode"], "error": "missing"},
            {"argv": ["smartctl"], "error": "timeout"},
            {"argv": ["nvme"], "error": "denied"},
            {"argv": ["lost"], "stdout": "out/lost.txt"},
        ],
        "links": {"/sys/class/net/eth0/device": "../../../0000:00:19.0"},
        "dirs": ["/sys/class/tpm", "/sys/class/net/eth0/phy80211"],
        "unreadable": {"/sys/secret": "needs root", "/sys/broken": "could not be read"},
        "file_identities": {"/tmp/disk.img": "FILE-1-0002"},
    }
    root = tmp_path / "pc"
    (root / "out").mkdir(parents=True)
    (root / "files/proc").mkdir(parents=True)
    (root / "files/sys/block/sda").mkdir(parents=True)
    (root / "machine.json").write_text(json.dumps(card), encoding="utf-8")
    (root / "out/lsblk.txt").write_text("{}")
    (root / "out/lsblk.err").write_text("lsblk: odd")
    (root / "files/proc/cpuinfo").write_bytes(b"processor : 0\n")
    (root / "files/sys/block/sda/size").write_text("1000\n")
    return root


@pytest.fixture
def machine(folder: Path) -> RecordedMachine:
    return RecordedMachine(folder)


def test_a_recorded_command(machine: RecordedMachine) -> None:
    answer = machine.run(["lsblk", "-J"], timeout_s=5)
    assert (answer.exit_status, answer.text, answer.errors) == (32, "{}", "lsblk: odd")


@pytest.mark.parametrize(
    ("tool", "error"), [("dmidecode", ToolMissing), ("smartctl", ToolTimedOut), ("nvme", Denied), ("ls", ToolMissing)]
)
def test_commands_that_fail_fail_again(machine: RecordedMachine, tool: str, error: type[DoorError]) -> None:
    with pytest.raises(error):
        machine.run([tool], timeout_s=5)


def test_other_arguments_are_another_command(machine: RecordedMachine) -> None:
    with pytest.raises(ToolMissing, match="no answer for: lsblk -J -b"):
        machine.run(["lsblk", "-J", "-b"], timeout_s=5)


def test_an_answer_that_lost_its_file_is_said(machine: RecordedMachine) -> None:
    with pytest.raises(Fault, match="recording-lacks"):
        machine.run(["lost"], timeout_s=5)


def test_files(machine: RecordedMachine) -> None:
    assert machine.read("/proc/cpuinfo") == b"processor : 0\n"
    assert machine.read("/proc/cpuinfo", limit=4) == b"proc"
    with pytest.raises(NotThere):
        machine.read("/proc/meminfo")
    with pytest.raises(Denied):
        machine.read("/sys/secret")
    with pytest.raises(DoorError):
        machine.read("/sys/broken")
    with pytest.raises(NotThere):
        machine.read("/proc")  # a folder is not a file


def test_a_path_cannot_leave_the_recording(machine: RecordedMachine) -> None:
    with pytest.raises(NotThere):
        machine.read("/../machine.json")


def test_what_exists(machine: RecordedMachine) -> None:
    for path in ("/proc", "/proc/cpuinfo", "/sys/class/tpm", "/sys/class", "/sys/class/net/eth0", "/sys/secret", "/"):
        assert machine.exists(path), path
    for path in ("/sys/class/tpm/tpm0", "/sys/firmware/efi", "/pro"):
        assert not machine.exists(path), path


def test_globs(machine: RecordedMachine) -> None:
    assert machine.glob("/sys/class/*") == ["/sys/class/net", "/sys/class/tpm"]
    assert machine.glob("/sys/class/net/*/device") == ["/sys/class/net/eth0/device"]
    assert machine.glob("/sys/block/s*/size") == ["/sys/block/sda/size"]
    assert machine.glob("/sys/*") == ["/sys/block", "/sys/broken", "/sys/class", "/sys/secret"]
    assert machine.glob("/sys/class/tpm/*") == []
    assert machine.glob("/*") == ["/proc", "/sys", "/tmp"]


def test_links_and_identities(machine: RecordedMachine) -> None:
    assert machine.link("/sys/class/net/eth0/device") == "../../../0000:00:19.0"
    assert machine.file_identity("/tmp/disk.img") == "FILE-1-0002"
    with pytest.raises(NotThere):
        machine.link("/sys/class/tpm")
    with pytest.raises(NotThere):
        machine.file_identity("/tmp/other.img")


def test_nothing_is_ever_opened(machine: RecordedMachine) -> None:
    identity = DiskIdentity(text="S1", kind="serial", model="X", size_bytes=1)
    with pytest.raises(Fault, match="not-live"):
        machine.open_disk(identity, None, Action.ERASE)
    assert machine.exercise


def test_finding_and_listing(folder: Path, machine: RecordedMachine) -> None:
    assert find_machine("pc", folder.parent) == folder
    assert find_machine(str(folder), Path("/nowhere")) == folder
    assert [card.title["fr"] for card in list_machines(folder.parent)] == ["Un PC"]
    assert describe(folder).name == "pc"
    assert list_machines(folder / "none") == []
    with pytest.raises(Fault, match="machine-unknown"):
        find_machine("other", folder.parent)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"commands": [{}]}'])
def test_a_damaged_card_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "machine.json").write_text(text)
    with pytest.raises(Fault, match="data-damaged"):
        RecordedMachine(tmp_path)
