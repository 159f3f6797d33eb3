"""Probes never raise: what cannot be looked at is Unreadable with its reason, and everything else is still there."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.inventory import collect as collecting
from agent.inventory.collect import PROBES, ProbeDone, collect
from agent.inventory.disks import list_disks
from agent.machine.door import DoorError
from agent.machine.recorded import RecordedMachine
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Inventory
from tests.unit.inventory.conftest import Bent

NAME = "hp-elitebook-840-g3"


def still_there(inventory: Inventory) -> None:
    """Facts that no program is needed for."""
    assert known(inventory.cpu.family) == 6
    assert known(inventory.firmware.mode) == "uefi"
    assert known(inventory.tpm.version) == "2.0"
    assert len(known(inventory.batteries) or ()) == 1


@pytest.mark.parametrize(
    ("how", "reason"),
    [("missing", "tool missing: dmidecode"), ("timeout", "time-out: dmidecode"), ("denied", "needs root")],
)
def test_dmidecode_that_cannot_run(bent: Callable[..., Any], how: str, reason: str) -> None:
    inventory = collect(bent(NAME, how, tool="dmidecode"))
    assert inventory.system.serial == Unreadable(reason)
    assert inventory.firmware.admin_password == Unreadable(reason)
    assert len(known(inventory.disks) or ()) == 2
    still_there(inventory)


def test_no_program_at_all(bent: Callable[..., Any]) -> None:
    inventory = collect(bent(NAME, "timeout"))
    assert inventory.disks == Unreadable("time-out: lsblk")
    assert inventory.missing_firmware == Unreadable("time-out: dmesg")
    still_there(inventory)


@pytest.mark.parametrize("noise", [b"", b"\0\xff\xfe garbage", b"{", b"[]", b"Segmentation fault\n"])
def test_garbage_from_every_program(bent: Callable[..., Any], noise: bytes) -> None:
    inventory = collect(bent(NAME, noise))
    assert isinstance(inventory.system.manufacturer, Unreadable)
    assert isinstance(inventory.disks, Unreadable)
    assert isinstance(inventory.memory.slots, Unreadable)
    still_there(inventory)


def test_memory_is_estimated_when_the_firmware_says_nothing(bent: Callable[..., Any]) -> None:
    memory = collect(bent(NAME, "missing", tool="dmidecode")).memory
    assert memory.installed_bytes == Known(8 << 30, "/proc/meminfo", note="estimated")


def test_without_root_what_needs_it_is_not_even_tried(bent: Callable[..., Any]) -> None:
    inventory = collect(bent(NAME, b"", tool="none", root=False))
    assert inventory.system.serial == Unreadable("needs root")
    disk = (known(inventory.disks) or ())[0]
    assert disk.smart_passed == Unreadable("needs root")
    assert disk.security is not None and disk.security.frozen == Unreadable("needs root")
    assert known(disk.serial) == "S2ZDNX0J204417"  # lsblk tells it to anyone


@pytest.mark.parametrize("tool", ["smartctl", "hdparm"])
@pytest.mark.parametrize("how", ["missing", "timeout", b"noise"])
def test_one_deaf_drive_tool_costs_its_own_facts(bent: Callable[..., Any], tool: str, how: str | bytes) -> None:
    disk = (known(list_disks(bent(NAME, how, tool=tool))) or ())[0]
    assert known(disk.serial) == "S2ZDNX0J204417"
    assert known(disk.in_use) == ()
    if tool == "smartctl":
        assert isinstance(disk.smart_passed, Unreadable) and isinstance(disk.power_on_hours, Unreadable)
        assert disk.security is not None and known(disk.security.frozen) is True  # hdparm knows it too
    else:
        assert disk.sanitize is not None and isinstance(disk.sanitize.block_erase, Unreadable)
        assert known(disk.smart_passed) is True


def test_a_refusal_dressed_as_an_answer_is_not_believed(bent: Callable[..., Any]) -> None:
    refused = b"\n/dev/sda:\nSG_IO: bad/missing sense data, sb[]:  f0 00 0b 04\n max sectors   = 0/1, HPA is disabled\n"
    disk = (known(list_disks(bent(NAME, refused, tool="hdparm"))) or ())[0]
    assert disk.extra is not None and "unreadable" in disk.extra["hpa"]
    assert disk.sanitize is not None and isinstance(disk.sanitize.overwrite, Unreadable)


LSBLK = b"""{"blockdevices": [
 {"name":"sda","kname":"sda","path":"/dev/sda","type":"disk","size":1000204886016,"serial":"S1","tran":"sata","rota":true,
  "maj:min":"8:0","mountpoints":[null],"children":[
   {"name":"sda1","kname":"sda1","type":"part","mountpoints":["/media/alice/DATA"],"children":[
     {"name":"md0","kname":"md0","type":"raid1","mountpoints":[null],"children":[
       {"name":"crypt","kname":"dm-0","type":"crypt","mountpoints":["[SWAP]"]}]}]}]},
 {"name":"sdb","kname":"sdb","type":"disk","size":0,"tran":"usb","mountpoints":[null]},
 {"name":"zram0","kname":"zram0","type":"disk","size":8589934592,"mountpoints":["[SWAP]"]},
 {"name":"mmcblk0boot0","kname":"mmcblk0boot0","type":"disk","size":4194304,"mountpoints":[null]},
 {"name":"sr0","kname":"sr0","type":"rom","size":1073741312,"tran":"sata","mountpoints":[null]},
 {"name":"loop0","kname":"loop0","type":"loop","size":1048576,"mountpoints":[null]}]}"""


def test_why_a_disk_is_held_and_what_is_no_disk(bent: Callable[..., Any]) -> None:
    found = known(list_disks(bent(NAME, LSBLK, tool="lsblk")))
    assert found is not None
    assert [known(d.path) for d in found] == ["/dev/sda"]  # a loop device without a file is not there
    assert known(found[0].in_use) == ("mounted on /media/…", "member of md0", "held by dm-0", "swap")


def test_the_stick_s_own_system_is_no_disk_of_the_pc(bent: Callable[..., Any]) -> None:
    def found(mount: str) -> list[str | None]:
        row = {"name": "loop0", "type": "loop", "size": 407482368, "ro": True, "mountpoints": [mount]}
        machine = bent(NAME, json.dumps({"blockdevices": [row]}).encode(), tool="lsblk")
        machine.read = lambda path, limit=0: b"/somewhere/filesystem.squashfs\n"  # what sysfs says is behind it
        return [known(d.path) for d in known(list_disks(machine)) or ()]

    assert found("/mnt") == ["/dev/loop0"]
    assert found("/run/live/rootfs/filesystem.squashfs") == []


def test_lsblk_without_mount_points_leaves_the_use_unknown(bent: Callable[..., Any]) -> None:
    data = b'{"blockdevices":[{"name":"sda","type":"disk","size":1024000,"tran":"sata","rota":true}]}'
    found = known(list_disks(bent(NAME, data, tool="lsblk")))
    assert found is not None and isinstance(found[0].in_use, Unreadable)


def test_a_bug_in_a_probe_costs_its_own_facts(
    monkeypatch: pytest.MonkeyPatch, machine_path: Callable[[str], Path]
) -> None:
    def broken(machine: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(collecting, "PROBES", {**PROBES, "tpm": broken, "disks": broken, "identity": broken})
    inventory = collect(RecordedMachine(machine_path(NAME)))
    for fact in (inventory.tpm.present, inventory.disks, inventory.system.serial):
        assert isinstance(fact, Unreadable) and "ZeroDivisionError" in fact.error
    assert known(inventory.cpu.family) == 6


def test_a_probe_that_hangs_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, machine_path: Callable[[str], Path]
) -> None:
    import threading

    leave = threading.Event()
    monkeypatch.setattr(collecting, "PROBES", {**PROBES, "network": lambda machine: leave.wait(30)})
    monkeypatch.setattr(collecting, "ALL_PROBES_S", 0.3)
    try:
        inventory = collect(RecordedMachine(machine_path(NAME)))
    finally:
        leave.set()
    assert inventory.network == Unreadable("time-out")
    still_there(inventory)


def test_as_many_that_hang_as_there_are_lanes_hold_nothing_else(
    monkeypatch: pytest.MonkeyPatch, machine_path: Callable[[str], Path]
) -> None:
    import threading

    leave = threading.Event()
    hung = ("disks", "identity", "kernel-log", "controllers", "network", "displays")
    stuck = dict.fromkeys(hung, lambda machine: leave.wait(30))
    monkeypatch.setattr(collecting, "PROBES", {**PROBES, **stuck})
    monkeypatch.setattr(collecting, "ALL_PROBES_S", 3.0)
    monkeypatch.setattr(collecting, "_STANDSTILL_S", 0.1)
    ended: list[str] = []
    try:
        inventory = collect(RecordedMachine(machine_path(NAME)), on_probe=lambda done: ended.append(done.probe))
    finally:
        leave.set()
    assert set(ended[-len(hung) :]) == set(hung), "they were told last, at the end of the time"
    assert inventory.network == inventory.disks == Unreadable("time-out")
    still_there(inventory)


def test_progress_is_told_probe_by_probe(machine_path: Callable[[str], Path]) -> None:
    seen: list[ProbeDone] = []
    collect(RecordedMachine(machine_path(NAME)), on_probe=seen.append)
    assert {done.probe for done in seen} == set(PROBES)
    assert [done.done for done in seen] == list(range(1, len(PROBES) + 1))
    assert all(done.ok for done in seen)


def test_a_probe_that_could_not_look_says_so(bent: Callable[..., Any]) -> None:
    seen: list[ProbeDone] = []
    collect(bent(NAME, "timeout", tool="dmidecode"), on_probe=seen.append)
    told = next(done for done in seen if done.probe == "identity")
    assert (told.ok, told.error) == (False, "time-out: dmidecode")


def empty_machine(tmp_path: Path, *dirs: str) -> RecordedMachine:
    import json

    (tmp_path / "machine.json").write_text(json.dumps({"name": "x", "commands": [], "dirs": list(dirs)}))
    return RecordedMachine(tmp_path)


def test_no_tpm_and_could_not_look_are_different(tmp_path: Path) -> None:
    assert isinstance(collect(empty_machine(tmp_path)).tpm.present, Unreadable)
    assert isinstance(collect(empty_machine(tmp_path, "/sys/class/tpm")).tpm.present, Absent)


def test_a_machine_that_answers_nothing_turns_nothing_into_absent(tmp_path: Path) -> None:
    inventory = collect(empty_machine(tmp_path))
    for fact in (
        inventory.disks,
        inventory.cpu.family,
        inventory.memory.installed_bytes,
        inventory.firmware.mode,
        inventory.firmware.secure_boot,
        inventory.displays,
        inventory.batteries,
        inventory.network,
        inventory.gpus,
        inventory.clock.sane,
        inventory.kernel_limits_cpus,
        inventory.usb_devices,
    ):
        assert isinstance(fact, Unreadable), fact
    assert known(inventory.oem_windows_key) == "unknown"


# -- namespaces ------------------------------------------------------------------------------------------------------

T480 = "lenovo-thinkpad-t480"


@pytest.mark.parametrize(
    ("managed", "listed", "count"),
    [
        (False, None, Known(1, "sysfs")),
        (True, b'{"nsid_list":[{"nsid":1}]}', Known(1, "nvme list-ns")),
        (True, b'{"nsid_list":[{"nsid":1},{"nsid":7}]}', Known(2, "nvme list-ns")),
        (True, b"NVMe status: Invalid Field in Command(0x4002)", None),
    ],
    ids=["not-managed", "one", "one-hidden", "no-answer"],
)
def test_namespaces_that_are_not_attached_count_too(
    machine_path: Callable[[str], Path], managed: bool, listed: bytes | None, count: Known[int] | None
) -> None:
    recorded = RecordedMachine(machine_path(T480))

    def bend(argv: Sequence[str]) -> bytes | DoorError | None:
        if argv[0] == "nvme" and argv[1] == "id-ctrl" and managed:
            return recorded.run(argv, timeout_s=1).stdout.replace(b'"oacs":23', b'"oacs":31')
        return listed if argv[0] == "nvme" and argv[1] == "list-ns" else None

    disks = known(list_disks(Bent(machine_path(T480), bend))) or ()
    found = next(d.nvme for d in disks if known(d.bus) == "nvme")
    assert found is not None
    if count is None:  # nobody could list them: NN says how many there may be
        assert isinstance(found.namespaces, Known) and found.namespaces.source == "nvme id-ctrl"
    else:
        assert found.namespaces is not None and known(found.namespaces) == count.value
        assert isinstance(found.namespaces, Known) and found.namespaces.source == count.source
