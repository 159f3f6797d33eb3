"""Whole erasures of a virtual eMMC with the real mmc-utils and blkdiscard: Clear, and never more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.areas import with_boot_areas
from agent.erasure.stream import Keystream
from agent.machine.clocks import VirtualClock
from agent.machine.drives.faults import MmcFault
from agent.machine.drives.mmc import MmcDrive
from agent.machine.drives.mmc_make import GROUP, UNIT, MmcMake, Register, emmc45, emmc51
from agent.machine.processes import Process
from agent.machine.rehearsal import LaboratoryArea
from agent.model.erasure import AreaRecord, Evidence, Level, Method, Outcome
from agent.model.errors import Fault
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
        gp = [tmp_path / f"gp{n}.img" for n, groups in enumerate(kind.gp_groups)]
        for area, groups in zip(gp, kind.gp_groups, strict=True):
            area.write_bytes((MARKER * (groups * GROUP // len(MARKER) + 1))[: groups * GROUP])
        clock = VirtualClock()
        backing = tmp_path / "card.img"
        plant_old_content(backing, SIZE)
        boot = [tmp_path / f"boot{n}.img" for n in range(2)]
        for area in boot:
            area.write_bytes((MARKER * (kind.boot_units * UNIT // len(MARKER) + 1))[: kind.boot_units * UNIT])
        drive = MmcDrive(PATH, backing, clock, make=kind, boot=boot, gp=gp, faults=faults)
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


# -- the other areas of the card ---------------------------------------------------------------------------------------

SMALL = replace(emmc51(), boot_units=8)
BOTH = ("boot0", "boot1")


def card(station: Station) -> MmcDrive:
    assert isinstance(station.drive, MmcDrive)
    return station.drive


def with_boot(station: Station) -> Method:
    return with_boot_areas(station.plan(), station.facts)


def areas(evidence: Evidence) -> list[tuple[str, str]]:
    return [(a.name, a.outcome) for a in evidence.areas]


def test_without_a_word_nobody_touches_the_boot_areas(bench: Bench) -> None:
    station = bench(SMALL)
    before = [file.read_bytes() for file in card(station).boot]
    evidence = station.erase()
    assert evidence.areas == () and card(station).was_writable == []
    assert [file.read_bytes() for file in card(station).boot] == before
    assert exceptions(evidence) == ["exception-boot-areas"] and evidence.method.areas is None


def test_with_a_word_they_are_overwritten_read_back_and_closed_again(bench: Bench) -> None:
    station = bench(SMALL)
    evidence = station.erase(with_boot(station))
    assert judged(evidence) == ("cleared_with_exceptions", "mmc-sanitize", ("reason-cleared-with-exceptions",))
    assert areas(evidence) == [("boot0", "cleared"), ("boot1", "cleared")]
    assert evidence.exceptions == ({"id": "exception-rpmb", "bytes": 4 * UNIT},), "and that nobody can erase"
    for area, file in zip(evidence.areas, card(station).boot, strict=True):
        assert MARKER not in file.read_bytes() and area.read_back == area.bytes == file.stat().st_size == 8 * UNIT
        assert Keystream(area.cipher, bytes.fromhex(area.key)).matches(memoryview(file.read_bytes()), 0)
    assert card(station).was_writable == [f"{PATH}{name}" for name in BOTH] and card(station).writable == set()
    assert all(node.read_only for node in card(station).nodes() if "boot" in node.path)


def test_they_come_last_and_only_when_the_user_area_is_proven(bench: Bench) -> None:
    station = bench(SMALL)
    station.erase(with_boot(station))
    told = [e.kind for e in station.journal.events()]
    assert told.index(Kind.AREA_STARTED) > told.index(Kind.VERIFY_FINISHED)
    lying = bench(SMALL, MmcFault.ERASE_DOES_NOTHING)
    evidence = lying.erase(with_boot(lying))
    assert evidence.outcome is Outcome.FAILED and evidence.areas == () and card(lying).was_writable == []
    assert all(MARKER in file.read_bytes() for file in card(lying).boot)


@pytest.mark.parametrize(("status", "left"), [(0b1010, BOTH), (0b0101, BOTH), (0b0010, ("boot0",))])
def test_a_write_protected_boot_area_is_said(bench: Bench, status: int, left: tuple[str, ...]) -> None:
    """For ever, or until the next power on; the other one is erased."""
    station = bench(replace(SMALL, boot_wp_status=status))
    evidence = station.erase(with_boot(station))
    assert [a for a in areas(evidence) if a[1] == "locked"] == [(name, "locked") for name in left]
    told = [e for e in evidence.exceptions if e["id"] == "exception-area-locked"]
    assert told == [{"id": "exception-area-locked", "bytes": 8 * UNIT, "area": name} for name in left]
    assert evidence.outcome is Outcome.CLEARED_WITH_EXCEPTIONS
    for name, file in zip(BOTH, card(station).boot, strict=True):
        assert (MARKER in file.read_bytes()) is (name in left)


def test_a_lock_that_the_card_does_not_tell(bench: Bench) -> None:
    """The facts know of no lock and every write fails: left, and never called cleared."""
    station = bench(SMALL)
    method, facts = with_boot(station), station.facts
    card(station).registers[Register.BOOT_WP_STATUS] = 0b1010
    evidence = station.erase(method, facts=facts)
    assert areas(evidence) == [("boot0", "left"), ("boot1", "left")]
    assert exceptions(evidence).count("exception-area-left") == 2
    assert all(MARKER in file.read_bytes() for file in card(station).boot) and card(station).writable == set()


def test_one_that_drops_what_is_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    station = bench(SMALL)
    opened = LaboratoryArea.start_worker

    def lying(self: LaboratoryArea, module: str, spec: Mapping[str, Any]) -> Process:
        self._faults = [{"kind": "drop-writes", "start": 64 << 10, "end": 128 << 10}]
        return opened(self, module, spec)

    monkeypatch.setattr(LaboratoryArea, "start_worker", lying)
    evidence = station.erase(with_boot(station))
    assert areas(evidence) == [("boot0", "left"), ("boot1", "left")] and evidence.areas[0].mismatches
    assert all(MARKER in file.read_bytes() for file in card(station).boot)


def test_an_area_that_is_not_there(bench: Bench) -> None:
    station = bench(SMALL)
    method = with_boot(station)
    card(station).boot = card(station).boot[:1]
    evidence = station.erase(method)
    assert areas(evidence) == [("boot0", "cleared"), ("boot1", "left")]
    assert [a.detail for a in evidence.areas if isinstance(a, AreaRecord)] == ["", "disk-not-found"]


def test_general_purpose_partitions_go_with_the_user_area(bench: Bench) -> None:
    station = bench(replace(SMALL, gp_groups=(4, 2)))
    evidence = station.erase()
    assert areas(evidence) == [("gp0", "cleared"), ("gp1", "cleared")]
    assert all(MARKER not in file.read_bytes() for file in card(station).gp)
    assert exceptions(evidence) == ["exception-boot-areas"]
    assert all(MARKER in file.read_bytes() for file in card(station).boot)


def test_a_cut_in_an_area_begins_it_anew(bench: Bench) -> None:
    station = bench(SMALL)
    method = with_boot(station)
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(lambda kind, p: kind is Kind.AREA_STARTED and p["area"] == "boot1"))
    evidence = station.erase(method)
    assert areas(evidence) == [("boot0", "cleared"), ("boot1", "cleared")] and evidence.interruptions == 1
    assert len(evidence.passes) == 1 and MARKER not in station.left


def test_the_plan_says_what_it_may_cost(bench: Bench) -> None:
    station = bench(SMALL)
    assert with_boot(station).params["boot_from"] == "boot0" and with_boot(station).areas == BOTH
    other = bench(replace(SMALL, boot_from=7))
    method = with_boot(other)
    assert method.params["boot_from"] == "none" and method.fallback and method.fallback.areas == BOTH
    with pytest.raises(Fault, match="disk-no-boot-areas"):
        with_boot_areas(other.plan(), bench(replace(SMALL, boot_units=0)).facts)
