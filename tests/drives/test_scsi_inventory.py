"""What the inventory learns of a SAS disk from the real sg3-utils and smartctl, on a virtual one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.ladder import choose
from agent.inventory.disks import list_disks
from agent.inventory.parse import parse_tool
from agent.inventory.sg import parse_opcodes
from agent.machine.door import Answer, NotThere, ToolMissing
from agent.machine.drives.faults import ScsiFault
from agent.machine.drives.laboratory import Laboratory
from agent.machine.drives.scsi import ScsiDrive
from agent.machine.drives.scsi_make import ScsiMake, ScsiPast, array_disk, huc109060, pm1633, st600mm
from agent.machine.drives.stand_in import stand_ins
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Disk, DiskSanitize
from tests.drives.conftest import OpensLab
from tests.drives.speaking import SIZE, Hand, old_disk

pytestmark = pytest.mark.laboratory("sg_opcodes", "sg_requests", "sg_format", "smartctl")
PATH = "/dev/sda"


class Pc:
    """lsblk shows one disk; every other tool speaks to the laboratory."""

    name, exercise = "double", True

    def __init__(self, lab: Laboratory, row: dict[str, Any]) -> None:
        self.lab, self.row = lab, row

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        if argv[0] == "lsblk":
            data = json.dumps({"blockdevices": [self.row]}).encode()
            return Answer(argv=tuple(argv), exit_status=0, stdout=data, stderr=b"", seconds=0.0)
        if not self.lab.names_one(argv):
            raise ToolMissing(argv[0])
        return self.lab.run(argv, timeout_s=timeout_s)

    def read(self, path: str, *, limit: int = 0) -> bytes:
        raise NotThere(path)

    def glob(self, pattern: str) -> list[str]:
        return []

    def exists(self, path: str) -> bool:
        return False

    def is_root(self) -> bool:
        return True


Looks = Callable[..., Disk]


@pytest.fixture
def look(tmp_path: Path, open_lab: OpensLab) -> Looks:
    def looked(make: ScsiMake, *faults: ScsiFault, past: ScsiPast | None = None, tran: str = "sas") -> Disk:
        size = SIZE // make.logical * make.logical
        drive = ScsiDrive(PATH, old_disk(tmp_path, size=size), Hand(), make=make, past=past, faults=faults)
        row = {"name": "sda", "kname": "sda", "path": PATH, "type": "disk", "tran": tran, "size": size, "rota": True}
        found = list_disks(Pc(open_lab(drive), {**row, "ro": False, "rm": False, "mountpoints": [None]}))  # type: ignore[arg-type]
        assert isinstance(found, Known)
        [disk] = found.value
        return disk

    return looked


def actions(disk: Disk) -> list[Any]:
    told = disk.sanitize or DiskSanitize()
    return [known(told.block_erase), known(told.crypto_erase), known(told.overwrite)]


@pytest.mark.parametrize("tran", ["sas", "scsi"])
def test_a_disk_tells_what_it_can_do(look: Looks, tran: str) -> None:
    disk = look(pm1633(), tran=tran)
    assert actions(disk) == [True, True, True] and disk.extra and disk.extra["format_unit"] is True
    assert choose(disk, reached=True).technique == "scsi-sanitize-block"


def test_an_old_one_has_a_format_only(look: Looks) -> None:
    disk = look(huc109060())
    assert actions(disk) == [False, False, False]
    assert choose(disk, reached=True).technique == "scsi-format-unit"


def test_one_that_does_not_list_its_commands_is_overwritten(look: Looks) -> None:
    disk = look(pm1633(), ScsiFault.NO_OPCODES)
    assert disk.sanitize and isinstance(disk.sanitize.block_erase, Unreadable)
    method = choose(disk, reached=True)
    assert method.technique == "overwrite"
    assert {s.reason for s in method.skipped} == {"skip-capability-unreadable"} and len(method.skipped) == 4


def test_zero_degrees_are_no_temperature(look: Looks) -> None:
    assert known(look(pm1633()).temperature_c) == 31
    assert isinstance(look(pm1633(), past=ScsiPast(temperature=0)).temperature_c, Absent)


def test_a_format_that_runs_is_no_sanitize(tmp_path: Path, open_lab: OpensLab) -> None:
    clock = Hand()
    lab = open_lab(ScsiDrive(PATH, old_disk(tmp_path), clock, make=pm1633(), faults=[ScsiFault.FORMAT_FAILS]))
    lab.run(["sg_format", "--format", "--quick", "--early", PATH], timeout_s=10)
    clock.sleep(450)

    def asked() -> dict[str, Any]:
        answer = lab.run(["sg_requests", PATH], timeout_s=10)
        return dict(parse_tool("sg-requests", answer.stdout + answer.stderr))

    assert asked() == {
        "sanitize_status": {"state": "unknown"},
        "format_status": {"state": "in_progress", "progress": 0.25},
    }
    clock.sleep(3600)
    assert asked()["format_status"] == {"state": "failed"}


@pytest.mark.parametrize("make", [pm1633(), st600mm(), huc109060()])
@pytest.mark.parametrize("tran", ["sas", "scsi"])
def test_the_drive_that_stands_for_it_tells_the_same(
    look: Looks, open_lab: OpensLab, tmp_path: Path, make: ScsiMake, tran: str
) -> None:
    disk = look(make, tran=tran)
    [drive] = stand_ins([disk], backing=lambda _: old_disk(tmp_path, name="stand-in"), clock=Hand()).values()
    told = parse_opcodes(open_lab(drive).run(["sg_opcodes", PATH], timeout_s=10).stdout)
    assert isinstance(told, Disk) and told.extra and disk.extra
    assert actions(told) == actions(disk) and told.extra["format_unit"] == disk.extra["format_unit"]
    assert (drive.size_bytes, drive.logical_block) == (known(disk.size_bytes), known(disk.logical_block_size))


def test_nothing_stands_for_a_disk_with_odd_sectors(look: Looks, tmp_path: Path) -> None:
    assert stand_ins([look(array_disk())], backing=lambda _: tmp_path, clock=Hand()) == {}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("drive-lies", {ScsiFault.SANITIZE_DOES_NOTHING, ScsiFault.FORMAT_DOES_NOTHING}),
        ("drive-refuses", {ScsiFault.SANITIZE_REFUSED}),
        ("drive-never-ends", {ScsiFault.SANITIZE_NEVER_ENDS}),
    ],
)
def test_it_has_the_faults_of_the_rehearsal(look: Looks, tmp_path: Path, fault: str, expected: set[ScsiFault]) -> None:
    made = stand_ins([look(pm1633())], backing=lambda _: old_disk(tmp_path, name="x"), clock=Hand(), faults=[fault])
    [drive] = made.values()
    assert isinstance(drive, ScsiDrive) and drive.faults == expected
