"""Real hdparm, sg3-utils and mmc on the virtual drives print what was recorded (shared/fixtures/disks).

Lines are compared in any order: the recordings merged both streams as a terminal does.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.inventory.mmc import parse_extcsd
from agent.inventory.sg import parse_opcodes
from agent.machine.drives import ata_make, mmc_make, scsi_make
from agent.machine.drives.ata import AtaDrive
from agent.machine.drives.ata_make import AtaMake, AtaPast, Freeze
from agent.machine.drives.bus import Drive
from agent.machine.drives.faults import AtaFault, MmcFault, ScsiFault
from agent.machine.drives.laboratory import Laboratory
from agent.machine.drives.mmc import MmcDrive
from agent.machine.drives.sat import Bridge
from agent.machine.drives.scsi import ScsiDrive
from tests.conftest import SHARED
from tests.drives.speaking import Hand

FIXTURES = SHARED / "fixtures" / "disks"
NEEDED = ("cc", "hdparm", "sg_opcodes", "sdparm", "smartctl", "mmc")
pytestmark = [
    pytest.mark.process,
    pytest.mark.net,
    pytest.mark.skipif(not FIXTURES.exists(), reason="no recordings here"),
    pytest.mark.skipif(any(shutil.which(tool) is None for tool in NEEDED), reason="tools missing"),
]
YES = "--yes-i-know-what-i-am-doing"
USER = "hdparm --user-master u"
SIZES = {"wd5000": 976773168, "mx500": 1953525168, "hts545050": 976773168, "st500lt012": 976773168}
SIZES |= {"st2000dm": 3907029168, "wd80": 15628053168, "thnsnh": 250069680}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


def sparse(folder: Path, size: int) -> Path:
    path = folder / "sparse.img"
    with path.open("wb") as file:
        file.truncate(size)
    return path


class Bench:
    def __init__(self, lab: Laboratory, drive: Drive, clock: Hand) -> None:
        self.lab, self.drive, self.clock = lab, drive, clock

    def __call__(self, line: str) -> tuple[list[str], int]:
        answer = self.lab.run(line.split(), timeout_s=30)
        text = (answer.stdout + answer.stderr).decode("utf-8", "replace")
        return sorted(text.splitlines()), answer.exit_status


@contextmanager
def bench(cache: Path, drive: Drive, clock: Hand) -> Iterator[Bench]:
    with Laboratory([drive], cache=cache) as lab:
        yield Bench(lab, drive, clock)


def ata(
    folder: Path,
    *,
    sectors: int = 16384,
    make: AtaMake | None = None,
    past: AtaPast | None = None,
    faults: Collection[AtaFault] = (),
    bridge: Bridge | None = None,
) -> AtaDrive:
    return AtaDrive(
        "/dev/sda",
        sparse(folder, sectors * 512),
        Hand(),
        make=make or ata_make.mx500(),
        past=past,
        faults=faults,
        bridge=bridge,
    )


def recorded(name: str) -> list[str]:
    return sorted((FIXTURES / name).read_text().splitlines())


@pytest.mark.parametrize(
    ("name", "make", "past"),
    [
        ("wd5000-frozen", ata_make.wd5000(), AtaPast()),
        ("mx500-sanitize", ata_make.mx500(), AtaPast()),
        ("hts545050-locked-high", ata_make.hts545050(), AtaPast(password=b"theirs")),
        (
            "st500lt012-password-set",
            ata_make.st500lt012(),
            AtaPast(password=b"theirs", unlocked=True, master_revision=1),
        ),
        ("st2000dm-508min", ata_make.st2000dm(), AtaPast()),
        ("ext-time-1080min", ata_make.wd80(), AtaPast()),
        ("no-security", ata_make.thnsnh(), AtaPast()),
    ],
)
def test_hdparm_prints_the_identity_that_was_recorded(
    tmp_path: Path, cache: Path, name: str, make: AtaMake, past: AtaPast
) -> None:
    short = {"ext": "wd80", "no": "thnsnh"}.get(name.split("-")[0], name.split("-")[0])
    drive = ata(tmp_path, sectors=SIZES[short], make=make, past=past)
    with bench(cache, drive, Hand()) as run:
        assert run("hdparm -I /dev/sda") == (recorded(f"hdparm/identify-{name}.txt"), 0)


HPA = AtaPast(hpa_sectors=586072368)
DCO = AtaPast(dco_sectors=900000000)
FROZEN = ata_make.wd5000()
LOCKED = AtaPast(password=b"regain")
OPEN = AtaPast(password=b"regain", unlocked=True)
BLOCK = f"hdparm {YES} --sanitize-block-erase /dev/sda"
STATUS = "hdparm --sanitize-status /dev/sda"
SENSE = "sdparm --set D_SENSE=1 /dev/sda"


@pytest.mark.parametrize(
    ("name", "line", "exit_status", "past", "sectors", "faults", "before"),
    [
        ("hpa-enabled", "hdparm -N /dev/sda", 0, HPA, 625142448, (), ()),
        ("hpa-removed", f"hdparm {YES} -N p625142448 /dev/sda", 0, HPA, 625142448, (), ()),
        ("hpa-disabled", "hdparm -N /dev/sda", 0, AtaPast(), 625142448, (), ()),
        ("dco-equal", "hdparm --dco-identify /dev/sda", 0, AtaPast(), 976773168, (), ()),
        ("dco-shrunk", "hdparm --dco-identify /dev/sda", 0, DCO, 976773168, (), ()),
        ("dco-shrunk-hpa", "hdparm -N /dev/sda", 0, DCO, 976773168, (), ()),
        (
            "dco-aborted-descriptor-sense",
            "hdparm --dco-identify /dev/sda",
            0,
            AtaPast(),
            16384,
            (AtaFault.ABORTS_DCO,),
            (SENSE,),
        ),
        ("sanitize-status-idle", STATUS, 0, AtaPast(), 16384, (), ()),
        ("sanitize-block-erase-started", BLOCK, 0, AtaPast(), 16384, (), ()),
        ("sanitize-status-running-50", STATUS, 0, AtaPast(), 16384, (), (BLOCK, 20.0)),
        ("sanitize-status-done", STATUS, 0, AtaPast(), 16384, (), (BLOCK, 60.0)),
        ("sanitize-status-frozen", STATUS, 0, AtaPast(), 16384, (AtaFault.SANITIZE_FROZEN,), ()),
        ("sanitize-status-failed", STATUS, 5, AtaPast(), 16384, (AtaFault.SANITIZE_FAILS,), (SENSE, BLOCK, 60.0)),
        ("sanitize-block-erase-false-start", BLOCK, 0, AtaPast(), 16384, (AtaFault.ABORTS_SANITIZE,), ()),
        ("sanitize-status-false-idle", STATUS, 0, AtaPast(), 16384, (AtaFault.ABORTS_SANITIZE,), ()),
        ("security-set-pass-ok", f"{USER} --security-set-pass regain /dev/sda", 0, AtaPast(), 16384, (), ()),
        ("security-unlock-ok", f"{USER} --security-unlock regain /dev/sda", 0, LOCKED, 16384, (), ()),
        ("security-unlock-wrong", f"{USER} --security-unlock guess /dev/sda", 5, LOCKED, 16384, (), (SENSE,)),
        ("security-disable-ok", f"{USER} --security-disable regain /dev/sda", 0, OPEN, 16384, (), ()),
        (
            "security-erase-enhanced-ok",
            f"{USER} --security-erase-enhanced regain /dev/sda",
            0,
            OPEN,
            16384,
            (),
            (),
        ),
    ],
)
def test_hdparm_prints_what_was_recorded(
    tmp_path: Path,
    cache: Path,
    name: str,
    line: str,
    exit_status: int,
    past: AtaPast,
    sectors: int,
    faults: Collection[AtaFault],
    before: tuple[str | float, ...],
) -> None:
    drive = ata(tmp_path, sectors=sectors, past=past, faults=faults)
    clock = drive.clock
    assert isinstance(clock, Hand)
    with bench(cache, drive, clock) as run:
        for step in before:
            if isinstance(step, str):
                run(step)
            else:
                clock.now += step
        assert run(line) == (recorded(f"hdparm/{name}.txt"), exit_status)


def masked(lines: list[str]) -> list[str]:
    return [line.split("sb[]")[0] for line in lines]


@pytest.mark.parametrize(
    ("name", "line", "faults"),
    [
        ("dco-aborted-fixed-sense", "hdparm --dco-identify /dev/sda", {AtaFault.ABORTS_DCO}),
        (
            "security-set-pass-aborted-fixed-sense",
            f"{USER} --security-set-pass regain /dev/sda",
            {AtaFault.ABORTS_SECURITY},
        ),
        (
            "security-erase-aborted-fixed-sense",
            f"{USER} --security-erase regain /dev/sda",
            {AtaFault.ABORTS_SECURITY},
        ),
    ],
)
def test_an_abort_in_fixed_sense_exits_zero(
    tmp_path: Path, cache: Path, name: str, line: str, faults: set[AtaFault]
) -> None:
    """The sense bytes are those of kernel 6.12 (transcripts), which differ in two from these recordings."""
    with bench(cache, ata(tmp_path, faults=faults), Hand()) as run:
        lines, exit_status = run(line)
        assert (masked(lines), exit_status) == (masked(recorded(f"hdparm/{name}.txt")), 0)


def test_the_fixed_sense_is_that_of_the_kernel(tmp_path: Path, cache: Path) -> None:
    """transcripts/kernel6.12-libata-dsense.txt; that drive's status register has no DSC bit."""
    with bench(cache, ata(tmp_path, faults={AtaFault.ABORTS_SECURITY}), Hand()) as run:
        lines = " ".join(run(f"{USER} --security-set-pass p /dev/sda")[0])
        assert "sb[]:  f0 00 0b 04 51 40 01 0a 00 00 00 00" in lines


def test_frozen_refuses_in_descriptors(tmp_path: Path, cache: Path) -> None:
    with bench(cache, ata(tmp_path, make=AtaMake(freeze=Freeze.BOOT)), Hand()) as run:
        run(SENSE)
        line = f"{USER} --security-set-pass regain /dev/sda"
        assert run(line) == (recorded("hdparm/security-set-pass-frozen.txt"), 5)


def test_a_bridge_has_no_identity(tmp_path: Path, cache: Path) -> None:
    with bench(cache, ata(tmp_path, bridge=Bridge.NOISE), Hand()) as run:
        lines, exit_status = run("hdparm -I /dev/sda")
        assert exit_status == 0 and "Checksum: correct" not in lines
    with bench(cache, ata(tmp_path, bridge=Bridge.REFUSES), Hand()) as run:
        assert "Model Number" not in " ".join(run("hdparm -I /dev/sda")[0])


def test_smartctl_reads_every_table(tmp_path: Path, cache: Path) -> None:
    with bench(cache, ata(tmp_path, make=ata_make.wd5000(), past=AtaPast(attributes={5: 8})), Hand()) as run:
        lines, exit_status = run("smartctl -x /dev/sda")
        text = "\n".join(lines)
        assert exit_status == 0 and "failed" not in text
        assert "Reallocated_Sector_Ct   PO--CK   200   200   140    -    8" in text
        assert "Disabled, frozen [SEC2]" in text


# -- SAS -----------------------------------------------------------------------------------------------------------


def sas(
    folder: Path,
    *faults: ScsiFault,
    make: scsi_make.ScsiMake | None = None,
    size: int = 512 * 1024,
    past: scsi_make.ScsiPast | None = None,
) -> ScsiDrive:
    return ScsiDrive("/dev/sda", sparse(folder, size), Hand(), make=make, past=past, faults=faults)


OVERWRITE = "sg_sanitize --overwrite --zero --quick --early /dev/sda"


def test_sg_opcodes_lists_the_sanitizes_that_were_recorded(tmp_path: Path, cache: Path) -> None:
    with bench(cache, sas(tmp_path), Hand()) as run:
        lines, exit_status = run("sg_opcodes /dev/sda")
    real = {line for line in recorded("scsi/opcodes-sanitize.txt") if line.strip()}
    assert exit_status == 0 and real <= set(lines)
    mine, theirs = parse_opcodes("\n".join(lines)), parse_opcodes("\n".join(sorted(real)))
    assert mine == theirs
    with bench(cache, sas(tmp_path, ScsiFault.NO_OPCODES, make=scsi_make.huc109060()), Hand()) as run:
        assert run("sg_opcodes /dev/sda") == (recorded("scsi/opcodes-unsupported.txt"), 9)


def test_sg_sanitize_and_its_progress(tmp_path: Path, cache: Path) -> None:
    drive = sas(tmp_path)
    clock = drive.clock
    assert isinstance(clock, Hand)
    with bench(cache, drive, clock) as run:
        assert run("sg_requests --progress /dev/sda") == ([], 0)
        assert run(OVERWRITE) == (recorded("scsi/sanitize-accepted.txt"), 0)
        clock.now += drive.make.pass_s / 4
        assert run("sg_requests --progress /dev/sda") == (recorded("scsi/requests-progress-25.txt"), 0)
        said = {line for line in recorded("scsi/requests-sanitize-sense.txt") if "errors detected" not in line}
        assert said <= set(run("sg_requests /dev/sda")[0])
        clock.now += drive.make.pass_s
        assert run("sg_turs /dev/sda") == ([], 0)


def test_sg_sanitize_refused_and_lost(tmp_path: Path, cache: Path) -> None:
    old = sas(tmp_path, make=scsi_make.huc109060())
    with bench(cache, old, Hand()) as run:
        lines, exit_status = run("sg_sanitize --block --quick --early /dev/sda")
        differ = set(recorded("scsi/sanitize-refused.txt")) ^ set(lines)
        assert exit_status == 9 and all("LU name" in line for line in differ)
    with bench(cache, sas(tmp_path, ScsiFault.SANITIZE_TRANSPORT_ERROR), Hand()) as run:
        lines, exit_status = run("sg_sanitize --overwrite --zero --quick --early /dev/sda")
        assert "Host_status=0x07 [DID_ERROR]" in " ".join(lines)
        assert exit_status in (0, 35)  # 1.46, 1.48: the first is one of the lies
    with bench(cache, ata(tmp_path), Hand()) as run:
        lines, exit_status = run("sg_sanitize -B -Q /dev/sda")
        assert exit_status == 9 and "Sanitize failed: Illegal request, Invalid opcode" in lines


def test_520_byte_sectors_become_512(tmp_path: Path, cache: Path) -> None:
    drive = sas(tmp_path, make=scsi_make.array_disk(), size=520 * 1024)
    clock = drive.clock
    assert isinstance(clock, Hand)
    with bench(cache, drive, clock) as run:
        assert "   Logical block length=520 bytes" in run("sg_readcap -l /dev/sda")[0]
        lines, exit_status = run("sg_format --format --size=512 --quick --early /dev/sda")
        assert exit_status == 0 and "Format unit has started" in lines
        clock.now += 2 * drive.make.pass_s
        assert "   Logical block length=512 bytes" in run("sg_readcap -l /dev/sda")[0]
    assert (drive.logical_block, drive.size_bytes) == (512, 512 * 1024)


def test_smartctl_reads_a_sas_disk(tmp_path: Path, cache: Path) -> None:
    past = scsi_make.ScsiPast(grown_defects=3, uncorrected_reads=4)
    with bench(cache, sas(tmp_path, past=past), Hand()) as run:
        text = "\n".join(run("smartctl -x /dev/sda")[0])
    assert "Elements in grown defect list: 3" in text
    assert "hours:minutes 41234:17" in text


# -- eMMC ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "make"), [("emmc51-8gb", mmc_make.emmc51()), ("emmc45-no-sanitize", mmc_make.emmc45())]
)
def test_mmc_reads_the_registers_that_were_recorded(
    tmp_path: Path, cache: Path, name: str, make: mmc_make.MmcMake
) -> None:
    drive = MmcDrive("/dev/mmcblk0", sparse(tmp_path, 0xE90000 * 512), Hand(), make=make)
    with bench(cache, drive, Hand()) as run:
        lines, exit_status = run("mmc extcsd read /dev/mmcblk0")
        answer = run.lab.run(["mmc", "extcsd", "read", "/dev/mmcblk0"], timeout_s=30)
    theirs = (FIXTURES / f"mmc/extcsd-{name}.txt").read_text()
    assert exit_status == 0
    assert parse_extcsd(answer.stdout) == parse_extcsd(theirs)
    registers = {line for line in theirs.splitlines() if "[" in line and "0x" in line}
    assert len(registers - set(lines)) <= 1, registers - set(lines)


Make = Callable[[], mmc_make.MmcMake]


@pytest.mark.parametrize(
    ("make", "faults", "exit_status", "left"),
    [
        (mmc_make.emmc51, (), 0, 0),
        (mmc_make.emmc45, (), 1, 1 << 20),
        (mmc_make.emmc51, (MmcFault.SANITIZE_DOES_NOTHING,), 0, 1 << 20),
        (mmc_make.emmc51, (MmcFault.SANITIZE_NEVER_ENDS,), 1, 1 << 20),
    ],
)
def test_mmc_erase_and_sanitize(
    tmp_path: Path, cache: Path, make: Make, faults: Collection[MmcFault], exit_status: int, left: int
) -> None:
    drive = MmcDrive("/dev/mmcblk0", sparse(tmp_path, 8 << 20), Hand(), make=make(), faults=faults)
    with bench(cache, drive, Hand()) as run:
        assert run("mmc erase legacy 0x0 0x7ff /dev/mmcblk0")[1] == 0
        assert drive.remnant_bytes == 1 << 20
        lines, status = run("mmc sanitize /dev/mmcblk0")
        assert (status, drive.remnant_bytes) == (exit_status, left)
        if make is mmc_make.emmc45:
            assert lines == recorded("mmc/sanitize-unsupported.txt")
