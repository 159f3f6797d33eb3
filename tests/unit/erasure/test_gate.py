"""The never-wipe gate (ERASURE design, section 9): every exclusion with its evidence, and what is never a target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.erasure.gate import GUARD_FACTS, exclude
from agent.inventory.disks import list_disks
from agent.inventory.lsblk import parse_lsblk
from agent.machine.recorded import RecordedMachine
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.identity import identify
from agent.model.inventory import Disk
from agent.model.plan import Exclusion
from tests.conftest import MACHINES
from tests.unit.erasure.samples import LOST, SIZE, disk, nvme


def judged(one: Disk, **options: Any) -> Exclusion | None:
    return exclude([one], **options)[0]


def why(one: Disk, **options: Any) -> str:
    found = judged(one, **options)
    return found.reason if found else "target"


def test_a_free_disk_with_an_identity_may_be_a_target() -> None:
    assert judged(disk()) is None
    assert judged(nvme()) is None
    assert judged(disk(serial=None, wwn="0x5000c500a1b2c3d4")) is None


TABLE: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("mounted", {"in_use": ("mounted on /home",)}, "excluded-in-use", {"evidence": "/home", "count": 1}),
    (
        "held twice",
        {"in_use": ("mounted on /", "swap")},
        "excluded-in-use",
        {"evidence": "/, swap", "count": 2},
    ),
    ("array", {"in_use": ("member of md0",)}, "excluded-in-use", {"evidence": "member of md0", "count": 1}),
    ("mapped", {"in_use": ("held by dm-0",)}, "excluded-in-use", {"evidence": "held by dm-0", "count": 1}),
    ("use lost", {"in_use": LOST}, "excluded-unreadable", {"what": "in_use", "error": "no answer"}),
    ("use not asked", {"in_use": None}, "excluded-unreadable", {"what": "in_use", "error": "-"}),
    ("size lost", {"size_bytes": LOST}, "excluded-unreadable", {"what": "size_bytes", "error": "no answer"}),
    ("protection lost", {"read_only": LOST}, "excluded-unreadable", {"what": "read_only", "error": "no answer"}),
    ("path lost", {"path": LOST}, "excluded-unreadable", {"what": "path", "error": "no answer"}),
    ("no path", {"path": None}, "excluded-unreadable", {"what": "path", "error": "-"}),
    ("bus lost", {"bus": LOST}, "excluded-unreadable", {"what": "bus", "error": "no answer"}),
    ("medium lost", {"medium": LOST}, "excluded-unreadable", {"what": "medium", "error": "no answer"}),
    ("removable lost", {"removable": LOST}, "excluded-unreadable", {"what": "removable", "error": "no answer"}),
    ("size zero", {"size_bytes": 0}, "excluded-size-zero", {}),
    ("size not told", {"size_bytes": None}, "excluded-size-zero", {}),
    ("size absent", {"size_bytes": Absent("no medium")}, "excluded-size-zero", {}),
    ("read-only", {"read_only": True}, "excluded-read-only", {}),
    ("optical", {"medium": "optical", "path": "/dev/sr0"}, "excluded-optical", {}),
    ("optical by name", {"path": "/dev/sr1"}, "excluded-optical", {}),
    ("zram", {"path": "/dev/zram0"}, "excluded-not-a-disk", {"evidence": "zram0"}),
    ("ram", {"path": "/dev/ram3"}, "excluded-not-a-disk", {"evidence": "ram3"}),
    ("floppy", {"path": "/dev/fd0"}, "excluded-not-a-disk", {"evidence": "fd0"}),
    ("mapper", {"path": "/dev/dm-2"}, "excluded-not-a-disk", {"evidence": "dm-2"}),
    ("md", {"path": "/dev/md127"}, "excluded-not-a-disk", {"evidence": "md127"}),
    ("nbd", {"path": "/dev/nbd0"}, "excluded-not-a-disk", {"evidence": "nbd0"}),
    ("usb bus", {"bus": "usb"}, "excluded-usb", {}),
    ("usb medium", {"bus": "scsi", "medium": "usb"}, "excluded-usb", {}),
    ("removable", {"removable": True}, "excluded-usb", {}),
    (
        "loop",
        {"bus": "loop", "path": "/dev/loop7", "backing_file": "/tmp/a.img", "serial": "FILE-1-2"},
        "excluded-loop",
        {"evidence": "/tmp/a.img"},
    ),
    ("loop by name", {"bus": None, "path": "/dev/loop7"}, "excluded-loop", {"evidence": "loop7"}),
    ("no serial", {"serial": None}, "excluded-no-identity", {}),
    ("serial lost", {"serial": LOST, "wwn": LOST}, "excluded-no-identity", {}),
    ("blank serial", {"serial": "   "}, "excluded-no-identity", {}),
    ("bridge serial", {"serial": "000000000000"}, "excluded-no-identity", {}),
    ("placeholder", {"serial": "To be filled by O.E.M.", "wwn": ""}, "excluded-no-identity", {}),
]


@pytest.mark.parametrize(("changes", "reason", "evidence"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_guard_says_no_with_its_evidence(changes: dict[str, Any], reason: str, evidence: dict[str, Any]) -> None:
    one = disk(**changes)
    found = judged(one)
    assert found is not None and found.reason == reason
    path = known(one.path) or ""
    assert found.params == {"path": path, **evidence} and found.path == path
    assert found.size_bytes == known(one.size_bytes) and found.model == "ST500DM002"
    identity = identify(one)
    assert found.suffix == (identity.suffix if identity else "")


def test_an_absent_holder_is_a_free_disk() -> None:
    """The place to look exists and says that nothing holds it: not the same as nobody could look."""
    assert why(disk(in_use=Absent("no holder"))) == "target"


# -- options ---------------------------------------------------------------------------------------------------------


def test_images_and_usb_disks_are_targets_only_when_asked_for() -> None:
    loop = disk(bus="loop", path="/dev/loop7", serial="FILE-0001-2A3B4C5D", medium="unknown")
    usb = disk(bus="usb", medium="usb", path="/dev/sdb", serial="0123456789AB")
    assert exclude([loop], allow_loop=True) == (None,) and exclude([usb], allow_usb=True) == (None,)
    assert why(loop, allow_usb=True) == "excluded-loop"
    assert why(usb, allow_loop=True) == "excluded-usb"


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_asking_for_everything_opens_only_images_and_usb(row: tuple[str, dict[str, Any], str, dict[str, Any]]) -> None:
    _, changes, reason, _ = row
    answer = why(disk(**changes), allow_loop=True, allow_usb=True)
    assert answer == ("target" if reason in ("excluded-loop", "excluded-usb") else reason)


def test_a_mounted_usb_stick_stays_excluded_when_usb_is_asked_for() -> None:
    stick = disk(bus="usb", medium="usb", removable=True, in_use=("mounted on /run/live/medium",))
    assert why(stick, allow_usb=True) == "excluded-in-use"


# -- the live medium -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [["/dev/sdb"], ["8:16"], ["STICK0001"], ["0x5000aaaa"], ["/dev/other", "STICK0001"]], ids=str
)
def test_the_live_medium_is_known_by_path_numbers_serial_or_wwn(words: list[str]) -> None:
    """Also with toram or Ventoy, where the stick is not mounted: nothing but this list tells."""
    stick = disk(
        path="/dev/sdb", major_minor="8:16", serial=" STICK0001 ", wwn="0x5000aaaa", bus="usb", medium="usb", in_use=()
    )
    first, second = exclude([disk(), stick], allow_usb=True, allow_loop=True, boot_medium=words)
    assert first is None
    assert second is not None and second.reason == "excluded-boot-medium" and second.params["evidence"] in words


def test_the_live_medium_is_named_first_whatever_else_is_wrong_with_it() -> None:
    stick = disk(in_use=("mounted on /",), size_bytes=None, bus="usb", medium="usb")
    assert why(stick, boot_medium=["8:0"]) == "excluded-boot-medium"


@pytest.mark.parametrize("bus", ["ata", "nvme", "mmc", "virtio"])
def test_an_internal_disk_it_was_started_from_is_of_this_pc(bus: str) -> None:
    """It leaves with the PC: the paper must not pass over it as it does over the stick."""
    from agent.model.plan import NOT_OF_THIS_PC

    assert why(disk(bus=bus, removable=False), boot_medium=["8:0"]) == "excluded-boot-disk"
    assert why(disk(bus=bus, removable=True), boot_medium=["8:0"]) == "excluded-boot-medium"
    assert "excluded-boot-disk" not in NOT_OF_THIS_PC


def test_a_junk_serial_of_the_live_medium_does_not_exclude_a_disk() -> None:
    assert why(disk(serial="0000", wwn="0x5000c500a1b2c3d4"), boot_medium=["0000"]) == "target"


# -- duplicates ------------------------------------------------------------------------------------------------------


def test_two_disks_of_one_serial_are_both_excluded() -> None:
    found = exclude([disk(), disk(path="/dev/sdb", serial=" Z3TABCDE"), disk(path="/dev/sdc", serial="OTHER001")])
    assert [x.reason if x else None for x in found] == ["excluded-duplicate", "excluded-duplicate", None]
    assert found[0] is not None and found[0].params["evidence"] == "Z3TABCDE"


def test_two_paths_to_one_wwn_are_excluded_though_the_serials_differ() -> None:
    twins = [disk(wwn="0x5000c500a1b2c3d4"), disk(path="/dev/sdb", serial="OTHER001", wwn="0x5000c500a1b2c3d4")]
    assert [why_ and why_.reason for why_ in exclude(twins)] == ["excluded-duplicate"] * 2


def test_a_duplicate_counts_even_when_the_other_disk_is_excluded_for_another_reason() -> None:
    found = exclude([disk(), disk(path="/dev/sdb", in_use=("swap",))])
    assert [x.reason if x else None for x in found] == ["excluded-duplicate", "excluded-in-use"]


def test_junk_serials_are_no_duplicates() -> None:
    disks = [disk(serial="0000", wwn="0x5000c500a1b2c3d4"), disk(path="/dev/sdb", serial="0000", wwn="0x5000c500beef")]
    assert exclude(disks) == (None, None)


# -- whatever the facts ----------------------------------------------------------------------------------------------

_TEXTS = st.sampled_from(["", "0000", "Z3TABCDE", "Z3TABCDF", "none"])
_STATES: dict[str, st.SearchStrategy[Any]] = {
    "path": st.sampled_from(["/dev/sda", "/dev/sdb", "/dev/loop0", "/dev/sr0", "/dev/zram0", ""]),
    "size_bytes": st.sampled_from([0, 512, SIZE]),
    "in_use": st.sampled_from([(), ("mounted on /",), ("swap", "held by dm-0")]),
    "read_only": st.booleans(),
    "bus": st.sampled_from(["ata", "usb", "loop", "nvme", "sas"]),
    "medium": st.sampled_from(["hdd", "ssd", "usb", "optical", "unknown"]),
    "removable": st.booleans(),
    "serial": _TEXTS,
    "wwn": _TEXTS,
    "major_minor": st.sampled_from(["8:0", "8:16"]),
}


@st.composite
def disks(draw: st.DrawFn) -> Disk:
    """Mostly a good disk; some facts are drawn, absent, unreadable or were not looked for."""
    changes: dict[str, Any] = {}
    for name in draw(st.sets(st.sampled_from(sorted(_STATES)), max_size=4)):
        value = _STATES[name].map(lambda v: Known(v, "drawn"))
        changes[name] = draw(st.one_of(value, st.sampled_from([None, Absent("no"), Unreadable("cannot")])))
    return disk(**changes)


@given(many=st.lists(disks(), max_size=4), loop=st.booleans(), usb=st.booleans(), boot=st.booleans())
@settings(max_examples=400, deadline=None)
def test_what_may_be_a_target_is_free_readable_and_named(many: list[Disk], loop: bool, usb: bool, boot: bool) -> None:
    found = exclude(many, allow_loop=loop, allow_usb=usb, boot_medium=["8:16", "Z3TABCDF"] if boot else ())
    assert len(found) == len(many)
    for one, exclusion in zip(many, found, strict=True):
        if exclusion is not None:
            continue
        assert not any(isinstance(getattr(one, name), Unreadable) for name in GUARD_FACTS)
        identity = identify(one)
        assert identity is not None and known(one.path) and known(one.size_bytes)
        assert isinstance(one.in_use, (Known, Absent)) and not known(one.in_use)
        assert not known(one.read_only)
        assert usb or not (known(one.bus) == "usb" or known(one.medium) == "usb" or known(one.removable))
        assert loop or known(one.bus) != "loop"
        assert not boot or (known(one.major_minor) != "8:16" and identity.text != "Z3TABCDF")
        assert sum(i is not None and i.text == identity.text for i in map(identify, many)) == 1


@given(one=disks(), name=st.sampled_from(GUARD_FACTS))
def test_a_fact_that_becomes_unreadable_never_makes_a_target(one: Disk, name: str) -> None:
    assert judged(replace(one, **{name: LOST}), allow_loop=True, allow_usb=True) is not None


# -- recorded machines -----------------------------------------------------------------------------------------------


def test_on_every_recorded_machine_the_stick_is_excluded_and_the_own_disks_are_not() -> None:
    machines = sorted(p for p in MACHINES.iterdir() if p.is_dir())
    assert machines
    targets = 0
    for folder in machines:
        found = known(list_disks(RecordedMachine(folder))) or ()
        for one, exclusion in zip(found, exclude(found, allow_loop=True, allow_usb=True), strict=True):
            if known(one.bus) == "usb":
                assert exclusion is not None and exclusion.reason == "excluded-in-use", folder.name
                assert exclusion.params["evidence"] == "/run/live/medium"
            elif exclusion is not None:  # the bench PC: a virtual disk without a serial number
                assert exclusion.reason == "excluded-no-identity" and known(one.bus) == "virtio"
            else:
                targets += 1
    assert targets >= 9


def test_lsblk_of_two_paths_or_without_serials_gives_no_target(shared: Path) -> None:
    """ironic's samples: multipath, and disks with empty serial and WWN; nothing in them says what is mounted."""
    for name in ("ironic-multipath_blk_device.json", "ironic-blk-incomplete.json", "ironic-raid_blk_device.json"):
        devices = parse_lsblk((shared / "fixtures/disks/misc" / name).read_bytes())
        assert not isinstance(devices, Unreadable) and devices, name
        found = exclude([d.disk for d in devices], allow_loop=True, allow_usb=True)
        assert None not in found, name
