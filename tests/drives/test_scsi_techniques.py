"""SAS disks erased end to end: sg3-utils on a virtual drive, its faults, and what the file behind holds afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.inventory.sg import parse_opcodes
from agent.machine.clocks import VirtualClock
from agent.machine.drives.bus import Drive
from agent.machine.drives.faults import ScsiFault
from agent.machine.drives.scsi import ScsiDrive
from agent.machine.drives.scsi_make import ScsiMake, huc109060, pm1633
from agent.machine.rehearsal import RehearsalMachine
from agent.model.erasure import Level, Outcome
from agent.model.events import Kind
from agent.model.facts import Known
from agent.model.inventory import Disk
from tests.drives.conftest import OpensLab
from tests.drives.erasing import CLEARED, PURGED, SIZE, Patient, PowerCut, alone, blocks_left, ended, patient, seed_that

pytestmark = [
    pytest.mark.laboratory("sg_sanitize", "sg_format", "sg_requests", "sg_turs", "sg_opcodes"),
    pytest.mark.process,
]

PATH = "/dev/sda"
BLOCKS = SIZE // 4096
SENDS = {
    "scsi-sanitize-block": ["sg_sanitize", "--block", "--quick", "--early", PATH],
    "scsi-sanitize-crypto": ["sg_sanitize", "--crypto", "--quick", "--early", PATH],
    "scsi-sanitize-overwrite": ["sg_sanitize", "--overwrite", "--zero", "--count=1", "--quick", "--early", PATH],
    "scsi-format-unit": ["sg_format", "--format", "--quick", "--early", PATH],
}
SANITIZES = list(SENDS)[:3]

Bench = Callable[..., Patient]


def facts(machine: RehearsalMachine, drive: Drive) -> Disk:
    told = parse_opcodes(machine.run(["sg_opcodes", drive.path], timeout_s=10).stdout)
    assert isinstance(told, Disk)
    said = "test"
    return replace(
        told,
        path=Known(drive.path, said),
        bus=Known("sas", said),
        medium=Known("ssd", said),
        rotational=Known(False, said),
        size_bytes=Known(drive.size_bytes, said),
        logical_block_size=Known(drive.logical_block, said),
        serial=Known("SERIAL01", said),
    )


@pytest.fixture
def bench(tmp_path: Path, open_lab: OpensLab) -> Bench:
    def make(*faults: ScsiFault, make: ScsiMake | None = None) -> Patient:
        def drive(file: Path, clock: VirtualClock) -> Drive:
            return ScsiDrive(PATH, file, clock, make=make or pm1633(), faults=faults)

        return patient(tmp_path, open_lab, drive, facts)

    return make


# -- what is proven


@pytest.mark.parametrize("technique", SENDS)
def test_each_technique_is_proven_on_an_honest_drive(bench: Bench, technique: str) -> None:
    disk = bench()
    assert blocks_left(disk.drive.backing) == BLOCKS
    evidence = disk.erase(disk.plan(technique=technique))
    assert ended(evidence) == (CLEARED if technique == "scsi-format-unit" else PURGED), evidence.status_timeline
    assert disk.sent() == [SENDS[technique]] and blocks_left(disk.drive.backing) == 0
    states = [step["state"] for step in evidence.status_timeline]
    assert states[:3] == ["idle", "accepted", "in_progress"] and states[-1] == "completed"
    assert any(step.get("fraction", 0.0) > 0.5 for step in evidence.status_timeline) or "crypto" in technique


@pytest.mark.parametrize(
    ("technique", "passes", "claim", "verify"),
    [
        ("scsi-sanitize-block", 0, None, "sample"),
        ("scsi-sanitize-crypto", 1, "claim-crypto-only", "full"),
        ("scsi-sanitize-overwrite", 0, None, "sample"),
        ("scsi-format-unit", 1, "claim-format-unit", "full"),
    ],
)
def test_what_the_plan_says(bench: Bench, technique: str, passes: int, claim: str | None, verify: str) -> None:
    method = bench().plan(technique=technique)
    assert (method.technique, method.passes, method.claim, method.verify) == (technique, passes, claim, verify)


def test_the_drive_itself_tells_what_it_has(bench: Bench) -> None:
    disk = bench(make=huc109060())
    method = disk.plan()
    assert method.technique == "scsi-format-unit"
    assert {s.reason for s in method.skipped} == {"skip-drive-lacks-it"}
    assert ended(disk.erase(method)) == CLEARED and blocks_left(disk.drive.backing) == 0


# -- what a drive does instead

LIED = (Outcome.FAILED, Level.NONE, ("reason-command-erased-nothing",))
UNKNOWN_COMMAND = (Outcome.UNKNOWN, Level.NONE, ("reason-command-unknown",))
UNKNOWN_STATE = (Outcome.UNKNOWN, Level.NONE, ("reason-sanitize-unknown",))
NO_END = (Outcome.UNKNOWN, Level.NONE, ("reason-sanitize-no-end",))
SANITIZE_FAILED = (Outcome.FAILED, Level.NONE, ("reason-sanitize-failed",))
FORMAT_FAILED = (Outcome.FAILED, Level.NONE, ("reason-format-failed",))
OF_SANITIZE = {
    ScsiFault.SANITIZE_TRANSPORT_ERROR: UNKNOWN_COMMAND,
    ScsiFault.SANITIZE_DOES_NOTHING: LIED,
    ScsiFault.SANITIZE_LEAVES_HALF: LIED,
    ScsiFault.SANITIZE_LEAVES_BLOCK: LIED,
    ScsiFault.SANITIZE_NEVER_ENDS: NO_END,
    ScsiFault.SANITIZE_FAILS: SANITIZE_FAILED,
    ScsiFault.SILENT: UNKNOWN_STATE,
}


@pytest.mark.parametrize("technique", SANITIZES)
@pytest.mark.parametrize("fault", OF_SANITIZE)
def test_a_sanitize_that_goes_wrong(bench: Bench, technique: str, fault: ScsiFault) -> None:
    disk = bench(fault)
    evidence = disk.erase(disk.plan(technique=technique), seed=seed_that(looks=True))
    assert ended(evidence) == OF_SANITIZE[fault], evidence.status_timeline
    assert disk.sent() == [SENDS[technique]] and disk.left_aside() == [], "nothing follows such a command"
    assert evidence.passes == ()


@pytest.mark.parametrize("technique", ["scsi-sanitize-block", "scsi-sanitize-overwrite"])
def test_one_block_between_the_canaries_is_found_when_all_is_read(bench: Bench, technique: str) -> None:
    disk = bench(ScsiFault.SANITIZE_LEAVES_BLOCK)
    evidence = disk.erase(disk.plan(technique=technique, verify="full"), seed=seed_that(looks=False))
    assert ended(evidence) == (Outcome.FAILED, Level.NONE, ("reason-structured-content",))
    assert blocks_left(disk.drive.backing) == 1


@pytest.mark.parametrize("fault", [ScsiFault.SANITIZE_REFUSED])
@pytest.mark.parametrize("technique", SANITIZES)
def test_a_refusal_gives_way_to_the_next_lines_of_the_plan(bench: Bench, technique: str, fault: ScsiFault) -> None:
    """Refused before it began, and the drive runs nothing: down the ladder to FORMAT UNIT, which is no Purge."""
    disk = bench(fault)
    evidence = disk.erase(disk.plan(technique=technique))
    assert ended(evidence) == CLEARED and evidence.method.technique == "scsi-format-unit"
    rest = SANITIZES[SANITIZES.index(technique) :]
    assert disk.left_aside() == [(name, "skip-refused-by-drive") for name in rest]
    assert disk.sent() == [*(SENDS[name] for name in rest), SENDS["scsi-format-unit"]]
    assert blocks_left(disk.drive.backing) == 0


@pytest.mark.parametrize("technique", SENDS)
def test_a_refusal_with_nothing_after_it_has_failed(bench: Bench, technique: str) -> None:
    disk = bench(ScsiFault.SANITIZE_REFUSED, make=replace(pm1633(), format_unit=False))
    if technique == "scsi-format-unit":
        disk.facts = replace(disk.facts, extra={"format_unit": True})  # the list of commands told a lie
    evidence = disk.erase(alone(disk.plan(technique=technique)))
    assert ended(evidence) == (Outcome.FAILED, Level.NONE, ("reason-command-refused",))
    assert blocks_left(disk.drive.backing) > BLOCKS // 2 and evidence.passes == ()


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (ScsiFault.FORMAT_DOES_NOTHING, LIED),
        (ScsiFault.FORMAT_FAILS, FORMAT_FAILED),
        (ScsiFault.SILENT, LIED),
    ],
)
def test_a_format_that_goes_wrong(bench: Bench, fault: ScsiFault, result: tuple[Outcome, Level, tuple[str]]) -> None:
    disk = bench(fault)
    evidence = disk.erase(disk.plan(technique="scsi-format-unit"))
    assert ended(evidence) == result, evidence.status_timeline
    assert disk.sent() == [SENDS["scsi-format-unit"]] and evidence.passes == ()


def test_a_drive_that_does_not_list_its_commands_is_overwritten(bench: Bench) -> None:
    """Without the list nobody knows what it has: nothing of it is tried."""
    disk = bench()
    disk.facts = replace(disk.facts, sanitize=None, extra=None)
    method = disk.plan()
    assert (method.technique, method.level) == ("overwrite", Level.CLEAR)
    assert {s.reason for s in method.skipped} == {"skip-capability-not-read"}
    assert ended(disk.erase(method)) == CLEARED and disk.sent() == [] and blocks_left(disk.drive.backing) == 0


# -- cut in the middle


def states(disk: Patient) -> list[str]:
    return [str(params["state"]) for kind, params in disk.seen if kind is Kind.DRIVE_STATUS]


@pytest.mark.parametrize("technique", SANITIZES)
def test_a_sanitize_that_was_cut_is_followed_to_its_end_and_not_sent_again(bench: Bench, technique: str) -> None:
    disk = bench()
    method = disk.plan(technique=technique)
    with pytest.raises(PowerCut):
        disk.erase(method, watch=disk.cut_at(0.4))
    if "crypto" not in technique:
        assert blocks_left(disk.drive.backing) > BLOCKS // 3
    evidence = disk.erase(method)
    assert ended(evidence) == PURGED and evidence.interruptions == 1
    assert disk.sent() == [SENDS[technique]] and blocks_left(disk.drive.backing) == 0


def test_one_that_ended_while_nobody_looked_leaves_no_trace_and_is_sent_again(bench: Bench) -> None:
    disk = bench()
    with pytest.raises(PowerCut):
        disk.erase(watch=disk.cut_at(0.4))
    disk.machine.clock.sleep(3600)
    assert disk.lab.run(["sg_turs", PATH], timeout_s=10).exit_status == 0 and blocks_left(disk.drive.backing) == 0
    evidence = disk.erase()
    assert ended(evidence) == PURGED and len(disk.sent()) == 2
    assert [kind for kind, _ in disk.seen].count(Kind.CANARIES_PLANTED) == 2, "what is gone since then proves nothing"


def test_a_sanitize_from_before_is_waited_for(bench: Bench) -> None:
    disk = bench()
    disk.lab.run(SENDS["scsi-sanitize-overwrite"], timeout_s=10)
    evidence = disk.erase(disk.plan(technique="scsi-sanitize-block"))
    assert ended(evidence) == PURGED and disk.sent() == [SENDS["scsi-sanitize-block"]]
    assert states(disk)[0] == "in_progress" and states(disk).index("completed") < states(disk).index("accepted")


def test_one_from_before_that_never_ends_gets_nothing_else(bench: Bench) -> None:
    disk = bench(ScsiFault.SANITIZE_NEVER_ENDS)
    disk.lab.run(SENDS["scsi-sanitize-overwrite"], timeout_s=10)
    evidence = disk.erase(disk.plan(technique="overwrite"))
    assert ended(evidence) == NO_END and disk.sent() == [] and evidence.passes == ()


@pytest.mark.parametrize("technique", ["scsi-format-unit", "overwrite"])
def test_after_a_failed_sanitize_only_another_one_is_sent(bench: Bench, technique: str) -> None:
    disk = bench(ScsiFault.SANITIZE_FAILS)
    disk.lab.run(SENDS["scsi-sanitize-block"], timeout_s=10)
    disk.machine.clock.sleep(3600)
    assert ended(disk.erase(disk.plan(technique=technique))) == SANITIZE_FAILED and disk.sent() == []
    assert ended(disk.erase(disk.plan(technique="scsi-sanitize-block"))) == SANITIZE_FAILED
    assert disk.sent() == [SENDS["scsi-sanitize-block"]]


def test_a_format_that_was_cut_is_sent_again(bench: Bench) -> None:
    """The drive takes nothing else before; the canaries of the first one still count."""
    disk = bench()
    method = disk.plan(technique="scsi-format-unit")
    with pytest.raises(PowerCut):
        disk.erase(method, watch=disk.cut_at(0.4))
    evidence = disk.erase(method)
    assert ended(evidence) == CLEARED and disk.sent() == [SENDS["scsi-format-unit"]] * 2
    assert [kind for kind, _ in disk.seen].count(Kind.CANARIES_PLANTED) == 1
    assert "corrupt" in states(disk) and blocks_left(disk.drive.backing) == 0


def test_a_format_that_goes_on_without_the_pc_is_followed(bench: Bench) -> None:
    disk = bench()
    method = disk.plan(technique="scsi-format-unit")
    with pytest.raises(PowerCut):
        disk.erase(method, watch=disk.cut_at(0.4, drive_too=False))
    assert ended(disk.erase(method)) == CLEARED and disk.sent() == [SENDS["scsi-format-unit"]]


def test_a_medium_that_wants_a_format_is_not_overwritten(bench: Bench) -> None:
    disk = bench()
    disk.lab.run(SENDS["scsi-format-unit"], timeout_s=10)
    disk.drive.power_cut()
    assert ended(disk.erase(disk.plan(technique="overwrite"))) == FORMAT_FAILED
    assert disk.sent() == []
