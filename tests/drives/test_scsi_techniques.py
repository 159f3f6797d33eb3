"""Whole erasures of virtual SAS disks with the real sg3-utils: what is proven, and every lie we know of.

A lie ends as failed or unknown, or as an honest fall-back of the plan; never as a purge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.gate import exclude
from agent.erasure.ladder import choose
from agent.machine.clocks import VirtualClock
from agent.machine.drives.faults import ScsiFault
from agent.machine.drives.scsi import ScsiDrive
from agent.machine.drives.scsi_make import ScsiMake, Service, array_disk, huc109060, pm1633, st600mm
from agent.machine.drives.scsi_sanitize import SANITIZE_FAILED
from agent.model.erasure import Level, Outcome
from agent.model.events import Kind
from agent.model.facts import known
from tests.drives.conftest import OpensLab
from tests.drives.station import (
    MARKER,
    PowerCut,
    Station,
    inventory,
    is_status,
    judged,
    new_machine,
    row,
    states,
)
from tests.unit.erasure.doubles import MIB, plant_old_content

pytestmark = pytest.mark.laboratory("sg_sanitize", "sg_format", "sg_requests", "sg_raw", "sg_opcodes", "smartctl")

SIZE = 16 * MIB
PATH = "/dev/sda"
SSD, HDD, OLD = pm1633(), st600mm(), huc109060()
OVERWRITES = replace(HDD, sanitize=frozenset({Service.OVERWRITE}), pass_s=300.0)
BLOCKS = replace(SSD, sanitize=frozenset({Service.BLOCK}))

Bench = Callable[..., Station]


@pytest.fixture
def bench(tmp_path: Path, open_lab: OpensLab) -> Bench:
    def make(kind: ScsiMake, *faults: ScsiFault) -> Station:
        clock = VirtualClock()
        backing = tmp_path / "drive.img"
        plant_old_content(backing, SIZE)
        drive = ScsiDrive(PATH, backing, clock, make=kind, faults=faults)
        lab = open_lab(drive)
        rows = [row("sda", SIZE, tran="sas", model=kind.product, serial=kind.serial, rota=kind.rotation > 1)]
        machine = new_machine(tmp_path, clock, lab, rows=rows, stand_ins={kind.serial: PATH})
        return Station(machine=machine, drive=drive, lab=lab, path=PATH)

    return make


def work(station: Station) -> Any:
    assert isinstance(station.drive, ScsiDrive)
    return station.drive.work


# -- what is proven ----------------------------------------------------------------------------------------------------


@pytest.mark.exercises(
    "scsi-sanitize-block", "scsi-sanitize-crypto", "scsi-sanitize-overwrite", how="drive laboratory"
)  # fmt: skip
@pytest.mark.parametrize(
    ("kind", "chosen", "line", "passes"),
    [
        (SSD, "scsi-sanitize-block", "sg_sanitize --block --ause --quick --early", 0),
        (HDD, "scsi-sanitize-crypto", "sg_sanitize --crypto --ause --quick --early", 1),
        (OVERWRITES, "scsi-sanitize-overwrite", "sg_sanitize --overwrite --zero --count=1 --ause --quick --early", 0),
    ],
)
def test_a_purge_is_seen_to_begin_and_end(bench: Bench, kind: ScsiMake, chosen: str, line: str, passes: int) -> None:
    station = bench(kind)
    evidence = station.erase()
    assert judged(evidence) == ("purged", chosen, ("reason-purged",))
    assert evidence.level is Level.PURGE and len(evidence.passes) == passes and evidence.exceptions == ()
    assert evidence.method.claim == ("claim-crypto-only" if passes else None)
    assert states(evidence)[:2] == ["idle", "accepted"] and states(evidence)[-1] == "completed"
    assert "in_progress" in states(evidence)
    assert station.sent() == [line] and MARKER not in station.left


@pytest.mark.exercises("scsi-format-unit", how="drive laboratory")
def test_format_unit_is_no_purge_and_a_pass_follows(bench: Bench) -> None:
    station = bench(OLD)
    evidence = station.erase()
    assert judged(evidence) == ("cleared", "scsi-format-unit", ("reason-cleared",))
    assert evidence.method.claim == "claim-format-unit" and len(evidence.passes) == 1
    assert station.sent() == ["sg_format --format --quick --early"] and MARKER not in station.left


def test_one_pass_of_the_drive_is_one(bench: Bench) -> None:
    station = bench(OVERWRITES)
    before = station.machine.clock.monotonic()
    station.erase()
    assert station.machine.clock.monotonic() - before < 1.5 * OVERWRITES.pass_s


def test_the_inventory_asks_what_there_is(bench: Bench) -> None:
    facts = bench(HDD).facts
    assert facts.sanitize and known(facts.sanitize.crypto_erase) and known(facts.sanitize.block_erase) is False
    assert facts.extra and facts.extra["format_unit"] is True
    assert facts.extra["sanitize_status"] == {"state": "unknown"}  # silence is no answer


# -- lies --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "outcome", "reason"),
    [
        (ScsiFault.SANITIZE_DOES_NOTHING, "failed", "reason-command-erased-nothing"),
        (ScsiFault.SANITIZE_LEAVES_HALF, "failed", "reason-command-erased-nothing"),
        (ScsiFault.SANITIZE_FAILS, "failed", "reason-sanitize-failed"),
        (ScsiFault.SANITIZE_NEVER_ENDS, "unknown", "reason-sanitize-no-end"),
    ],
)
@pytest.mark.parametrize("kind", [BLOCKS, OVERWRITES])
def test_a_lie_is_never_a_purge(bench: Bench, kind: ScsiMake, fault: ScsiFault, outcome: str, reason: str) -> None:
    station = bench(kind, fault)
    evidence = station.erase()
    assert evidence.outcome.value == outcome and reason in evidence.reasons
    assert evidence.level is Level.NONE and evidence.method.technique.startswith("scsi-sanitize")


def test_one_block_that_survives_is_never_a_purge_with_old_content(bench: Bench) -> None:
    station = bench(BLOCKS, ScsiFault.SANITIZE_LEAVES_BLOCK)
    evidence = station.erase()
    assert evidence.outcome is not Outcome.PURGED or MARKER not in station.left


def test_a_refusal_is_a_line_of_the_plan(bench: Bench) -> None:
    station = bench(SSD, ScsiFault.SANITIZE_REFUSED)
    evidence = station.erase()
    assert judged(evidence) == ("cleared", "scsi-format-unit", ("reason-cleared",))
    assert [gone for gone, _ in station.fell_back()] == [
        "scsi-sanitize-block",
        "scsi-sanitize-crypto",
        "scsi-sanitize-overwrite",
    ]
    assert {why for _, why in station.fell_back()} == {"skip-refused-by-drive"}


def test_exit_0_after_an_error_of_transport_is_no_acceptance(bench: Bench) -> None:
    """sg_sanitize 1.46: the drive never heard of it."""
    station = bench(BLOCKS, ScsiFault.SANITIZE_TRANSPORT_ERROR)
    evidence = station.erase()
    assert evidence.commands[0]["exit_status"] in (0, 35)
    assert judged(evidence) == ("cleared", "scsi-format-unit", ("reason-cleared",))
    assert station.fell_back() == [("scsi-sanitize-block", "skip-never-began")]


def test_a_drive_that_works_without_a_word(bench: Bench) -> None:
    """Nobody saw it begin: what follows has canaries of its own, and what is read back is ours."""
    station = bench(replace(BLOCKS, format_unit=False, block_s=2.0), ScsiFault.SILENT)
    evidence = station.erase()
    assert evidence.outcome in (Outcome.CLEARED, Outcome.FAILED, Outcome.UNKNOWN)
    assert evidence.method.technique == "overwrite"
    assert len(station.journal.of(Kind.CANARIES_PLANTED)) == 2


def test_a_sanitize_that_nobody_saw_is_no_purge(bench: Bench) -> None:
    """Crypto erase in no time: a SCSI drive keeps no log of it."""
    station = bench(replace(HDD, sanitize=frozenset({Service.CRYPTO}), crypto_s=0.0))
    evidence = station.erase()
    assert judged(evidence) == ("cleared", "scsi-format-unit", ("reason-cleared",))
    assert station.fell_back() == [("scsi-sanitize-crypto", "skip-never-began")]


@pytest.mark.parametrize(
    ("fault", "outcome", "technique", "reason"),
    [
        (ScsiFault.FORMAT_DOES_NOTHING, "cleared", "overwrite", "reason-cleared"),  # good status at once: QEMU
        (ScsiFault.FORMAT_FAILS, "failed", "scsi-format-unit", "reason-format-failed"),
    ],
)
def test_formats_that_lie(bench: Bench, fault: ScsiFault, outcome: str, technique: str, reason: str) -> None:
    evidence = bench(OLD, fault).erase()
    assert judged(evidence) == (outcome, technique, (reason,))
    assert evidence.level is (Level.CLEAR if outcome == "cleared" else Level.NONE)


@pytest.mark.exercises("overwrite", how="drive laboratory", on=["SAS"])
def test_a_drive_that_does_not_list_its_commands_is_overwritten(bench: Bench) -> None:
    station = bench(SSD, ScsiFault.NO_OPCODES)
    method = station.plan()
    assert method.technique == "overwrite"
    assert {s.reason for s in method.skipped} == {"skip-capability-unreadable"}
    assert station.erase(method).outcome is Outcome.CLEARED


# -- power -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [BLOCKS, OVERWRITES])
def test_power_cut_at_40_percent_and_the_drive_goes_on(bench: Bench, kind: ScsiMake) -> None:
    station = bench(kind)
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(is_status("in_progress", 0.4)))
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED and evidence.interruptions == 1
    assert len(station.sent()) == 1, "nothing is sent twice"
    assert len(station.journal.of(Kind.CANARIES_PLANTED)) == 1 and MARKER not in station.left


def test_a_cut_right_after_the_command_was_taken_starts_over(bench: Bench) -> None:
    """It was over when we came back, and nobody had seen it run."""
    station = bench(replace(BLOCKS, block_s=20.0))
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(is_status("accepted"), seconds=60))
    assert station.erase(method).outcome is Outcome.PURGED
    assert len(station.sent()) == 2 and len(station.journal.of(Kind.CANARIES_PLANTED)) == 2


def test_it_was_over_when_we_came_back_and_had_been_seen_to_run(bench: Bench) -> None:
    station = bench(BLOCKS)
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(is_status("in_progress"), seconds=600))
    assert station.erase(method).outcome is Outcome.PURGED and len(station.sent()) == 1


def test_a_format_that_was_cut_is_made_again(bench: Bench) -> None:
    station = bench(OLD)
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(is_status("in_progress", 0.4)))
    assert not station.drive.media_ready  # type: ignore[attr-defined]
    evidence = station.erase(method)
    assert judged(evidence) == ("cleared", "scsi-format-unit", ("reason-cleared",))
    assert MARKER not in station.left


def test_one_that_runs_from_before_is_waited_for_and_proves_nothing(bench: Bench) -> None:
    station = bench(BLOCKS)
    method = station.plan()
    station.lab.run(["sg_sanitize", "--block", "--quick", "--early", PATH], timeout_s=10)
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED and len(station.sent()) == 1
    told = [state for at, state in enumerate(states(evidence)) if state not in states(evidence)[max(0, at - 1) : at]]
    assert told == ["in_progress", "completed", "accepted", "in_progress", "completed"]


def test_a_power_cut_after_a_fall_back(bench: Bench) -> None:
    station = bench(replace(HDD, crypto_s=0.0))
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(is_status("in_progress", 0.4)))
    evidence = station.erase(method)
    assert judged(evidence) == ("purged", "scsi-sanitize-overwrite", ("reason-purged",))
    assert len(station.sent()) == 2, "the overwrite is not sent again"


# -- failure mode ------------------------------------------------------------------------------------------------------


def fail(station: Station, *, ause: bool) -> None:
    """As a former run left it: 03/31/03."""
    work(station).trouble, work(station).unrestricted = SANITIZE_FAILED, ause


def test_failure_mode_is_left_when_ause_was_set(bench: Bench) -> None:
    station = bench(BLOCKS)
    method = station.plan()
    fail(station, ause=True)
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED
    assert station.sent() == [
        "sg_sanitize --fail --quick --early",
        "sg_sanitize --block --ause --quick --early",
    ]


def test_without_ause_only_another_sanitize_leaves_it_and_only_the_next_one_counts(bench: Bench) -> None:
    station = bench(BLOCKS)
    method = station.plan()
    fail(station, ause=False)
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED
    assert station.sent() == [
        "sg_sanitize --fail --quick --early",
        "sg_sanitize --block --quick --early",
        "sg_sanitize --block --ause --quick --early",
    ]
    assert len(station.journal.of(Kind.CANARIES_PLANTED)) == 1


@pytest.mark.parametrize("technique", ["scsi-format-unit", "overwrite"])
def test_nothing_else_follows_a_failed_sanitize(bench: Bench, technique: str) -> None:
    station = bench(BLOCKS)
    method = station.plan(technique)
    fail(station, ause=False)
    evidence = station.erase(method)
    assert judged(evidence) == ("failed", technique, ("reason-sanitize-failed",))
    assert station.sent() == ["sg_sanitize --fail --quick --early"]


def test_it_fails_again(bench: Bench) -> None:
    station = bench(BLOCKS, ScsiFault.SANITIZE_FAILS)
    method = station.plan()
    assert station.erase(method).reasons == ("reason-sanitize-failed",)
    assert station.erase(method).reasons == ("reason-sanitize-failed",)
    fail(station, ause=False)
    assert station.erase(method).reasons == ("reason-sanitize-failed",)


# -- sectors of 520 bytes ----------------------------------------------------------------------------------------------


def test_sectors_that_the_kernel_does_not_take_are_said(tmp_path: Path, open_lab: OpensLab) -> None:
    clock, backing = VirtualClock(), tmp_path / "drive.img"
    backing.write_bytes(b"\xaa" * (520 << 10))
    make = array_disk()
    lab = open_lab(ScsiDrive(PATH, backing, clock, make=make))
    rows: list[Mapping[str, Any]] = [row("sda", 0, tran="sas", model=make.product, serial=make.serial, rota=True)]
    disk = inventory(new_machine(tmp_path, clock, lab, rows=rows, stand_ins={}), PATH)
    (exclusion,) = exclude([disk])
    assert exclusion is not None and exclusion.reason == "excluded-sector-size"
    assert exclusion.params["sector_bytes"] == 520
    lab.run(["sg_format", "--format", "--size=512", "--quick", "--early", PATH], timeout_s=10)
    clock.sleep(5000)
    answer = lab.run(["sg_readcap", PATH], timeout_s=10)
    assert "Logical block length=512 bytes" in answer.text


def test_no_method_without_a_size(bench: Bench) -> None:
    facts = bench(HDD).facts
    assert choose(facts, technique="scsi-sanitize-overwrite", reached=True).fallback is not None
