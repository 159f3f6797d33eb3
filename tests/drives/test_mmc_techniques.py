"""Whole erasures of a virtual eMMC with the real mmc-utils and blkdiscard: Clear, and never more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.machine.clocks import VirtualClock
from agent.machine.drives.faults import MmcFault
from agent.machine.drives.mmc import MmcDrive
from agent.machine.drives.mmc_make import MmcMake, emmc45, emmc51
from agent.model.erasure import Evidence, Level, Outcome
from agent.model.events import Kind
from agent.model.facts import known
from tests.drives.conftest import OpensLab
from tests.drives.station import MARKER, PowerCut, Station, judged, new_machine, row
from tests.unit.erasure.doubles import MIB, plant_old_content

pytestmark = pytest.mark.laboratory("mmc", "blkdiscard")

SIZE = 16 * MIB
PATH = "/dev/mmcblk0"
Bench = Callable[..., Station]


@pytest.fixture
def bench(tmp_path: Path, open_lab: OpensLab) -> Bench:
    def make(kind: MmcMake, *faults: MmcFault) -> Station:
        clock = VirtualClock()
        backing = tmp_path / "card.img"
        plant_old_content(backing, SIZE)
        boot = [tmp_path / f"boot{n}.img" for n in range(2)]
        for area in boot:
            area.write_bytes(MARKER * 100)
        drive = MmcDrive(PATH, backing, clock, make=kind, boot=boot, faults=faults)
        lab = open_lab(drive)
        folder = "/sys/block/mmcblk0/device"
        shown = {f"{folder}/type": "MMC\n", f"{folder}/name": kind.name, f"{folder}/serial": kind.serial}
        rows = [row("mmcblk0", SIZE, tran="mmc", model=None, serial=kind.serial, rota=False)]
        machine = new_machine(tmp_path, clock, lab, rows=rows, files=shown, stand_ins={kind.serial: PATH})
        return Station(machine=machine, drive=drive, lab=lab, path=PATH)

    return make


def exceptions(evidence: Evidence) -> list[str]:
    return [e["id"] for e in evidence.exceptions]


@pytest.mark.exercises("mmc-sanitize", how="drive laboratory")
def test_released_sanitized_looked_at_and_overwritten(bench: Bench) -> None:
    station = bench(emmc51())
    evidence = station.erase()
    assert judged(evidence) == ("cleared_with_exceptions", "mmc-sanitize", ("reason-cleared-with-exceptions",))
    assert evidence.level is Level.CLEAR and evidence.method.claim == "claim-emmc"
    assert exceptions(evidence) == ["exception-boot-areas"]
    assert len(evidence.passes) == 1 and evidence.verification and evidence.verification.mode == "full"
    assert evidence.inspection and evidence.inspection.classes.get("zeros") == evidence.inspection.looked
    assert station.sent()[0] == "blkdiscard --force --zeroout" and station.sent()[-1].startswith("mmc sanitize")
    assert MARKER not in station.left and station.drive.remnant_bytes == 0  # type: ignore[attr-defined]
    assert all(MARKER in area.read_bytes() for area in station.drive.boot), "boot areas are left"  # type: ignore[attr-defined]


def test_a_card_that_reads_ones(bench: Bench) -> None:
    """EXT_CSD says zeros (QEMU 11.1): nobody demands them."""
    assert bench(emmc51(), MmcFault.ERASES_TO_ONES).erase().outcome is Outcome.CLEARED_WITH_EXCEPTIONS


def test_the_inventory_tells_its_areas_and_wear(bench: Bench) -> None:
    facts = bench(replace(emmc51(), life=(3, 0xB), pre_eol=2)).facts
    assert known(facts.medium) == "emmc" and facts.extra
    told = facts.extra["emmc"]
    assert (told["boot_bytes"], told["rpmb_bytes"], told["sanitize"]) == (4 << 20, 512 << 10, True)
    assert (told["life_time_a"], told["life_time_b"], told["pre_eol"]) == (3, 0xB, 2)


@pytest.mark.parametrize(
    ("fault", "outcome", "technique", "reason"),
    [
        (MmcFault.ERASE_DOES_NOTHING, "failed", "mmc-sanitize", "reason-command-erased-nothing"),
        (MmcFault.ERASE_LEAVES_HALF, "failed", "mmc-sanitize", "reason-command-erased-nothing"),
        (MmcFault.SANITIZE_NEVER_ENDS, "unknown", "mmc-sanitize", "reason-command-unknown"),
        (MmcFault.SANITIZE_FAILS, "cleared_with_exceptions", "overwrite", "reason-cleared-with-exceptions"),
    ],
)
def test_lies_and_refusals(bench: Bench, fault: MmcFault, outcome: str, technique: str, reason: str) -> None:
    station = bench(emmc51(), fault)
    evidence = station.erase()
    assert judged(evidence) == (outcome, technique, (reason,))
    if technique == "overwrite":
        assert station.fell_back() == [("mmc-sanitize", "skip-refused-by-drive")]
        assert len(evidence.passes) == 2 and len(station.journal.of(Kind.CANARIES_PLANTED)) == 2


def test_a_sanitize_that_does_nothing_cannot_be_seen_and_claims_nothing(bench: Bench) -> None:
    station = bench(emmc51(), MmcFault.SANITIZE_DOES_NOTHING)
    evidence = station.erase()
    assert evidence.level is Level.CLEAR and evidence.method.claim == "claim-emmc" and MARKER not in station.left


@pytest.mark.exercises("overwrite", how="drive laboratory", on=["eMMC"])
@pytest.mark.parametrize(("kind", "faults"), [(emmc45(), ()), (emmc51(), (MmcFault.NO_EXT_CSD,))])
def test_without_sanitize_it_is_overwritten_twice(bench: Bench, kind: MmcMake, faults: tuple[MmcFault, ...]) -> None:
    station = bench(kind, *faults)
    evidence = station.erase()
    assert judged(evidence)[:2] == ("cleared_with_exceptions", "overwrite") and len(evidence.passes) == 2
    assert station.sent() == [] and exceptions(evidence) == ["exception-boot-areas"]


def test_a_power_cut_in_it_starts_over(bench: Bench) -> None:
    station = bench(emmc51())
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(lambda kind, _: kind is Kind.COMMAND_FINISHED))
    evidence = station.erase(method)
    assert judged(evidence)[:2] == ("cleared_with_exceptions", "mmc-sanitize") and evidence.interruptions == 1
    assert len(station.journal.of(Kind.CANARIES_PLANTED)) == 2 and MARKER not in station.left
