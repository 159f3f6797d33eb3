"""Whole erasures of virtual NVMe drives with the real nvme-cli: what is proven, and every lie we know of.

A lie ends as failed or unknown, or as an honest fall-back of the plan; never as a purge.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.erasure.gate import exclude
from agent.erasure.places import canary_places
from agent.machine.clocks import VirtualClock
from agent.machine.drives.medium import Leaves, left_by
from agent.machine.drives.nvme import NvmeDrive
from agent.machine.drives.nvme_make import NvmeFault, NvmeMake, NvmePast
from agent.machine.drives.nvme_sanitize import CRYPTO
from agent.model.erasure import Level, Outcome
from agent.model.events import Kind
from agent.model.facts import known
from tests.drives.conftest import OpensLab
from tests.drives.namespaces import ALL, PATH, SEVERAL, SIZE, Two, fail, nvme, two_namespaces
from tests.drives.station import MARKER, PowerCut, Station, is_status, judged, new_machine, row, states
from tests.unit.erasure.doubles import plant_old_content

pytestmark = pytest.mark.laboratory("nvme", "smartctl")

BLOCKS, CRYPTOS = replace(ALL, sanicap=2), replace(ALL, sanicap=1)
OVERWRITES, FORMATS = replace(ALL, sanicap=4), replace(ALL, sanicap=0)

Bench = Callable[..., Station]


@pytest.fixture
def bench(tmp_path: Path, open_lab: OpensLab) -> Bench:
    def make(kind: NvmeMake, *faults: NvmeFault, past: NvmePast | None = None) -> Station:
        clock = VirtualClock()
        backing = tmp_path / "drive.img"
        plant_old_content(backing, SIZE)
        drive = NvmeDrive(PATH, backing, clock, make=kind, past=past, faults=faults)
        lab = open_lab(drive)
        rows = [row("nvme0n1", SIZE, tran="nvme", model=kind.model, serial=kind.serial, rota=False)]
        shown = {"/sys/class/nvme/nvme0/nvme0n1/size": "1\n"}
        machine = new_machine(tmp_path, clock, lab, rows=rows, files=shown, stand_ins={kind.serial: PATH})
        return Station(machine=machine, drive=drive, lab=lab, path=PATH)

    return make


# -- what is proven ----------------------------------------------------------------------------------------------------


@pytest.mark.exercises(
    "nvme-sanitize-crypto-block", "nvme-sanitize-block", "nvme-sanitize-crypto", "nvme-sanitize-overwrite",
    how="drive laboratory",
)  # fmt: skip
@pytest.mark.parametrize(
    ("technique", "lines", "passes"),
    [
        ("nvme-sanitize-crypto-block", ["nvme sanitize -a 4 -u", "nvme sanitize -a 2 -u"], 0),
        ("nvme-sanitize-block", ["nvme sanitize -a 2 -u"], 0),
        ("nvme-sanitize-crypto", ["nvme sanitize -a 4 -u"], 1),
        ("nvme-sanitize-overwrite", ["nvme sanitize -a 3 -u -n 1 -p 0"], 0),
    ],
)
def test_a_purge_is_seen_to_begin_and_end(bench: Bench, technique: str, lines: list[str], passes: int) -> None:
    station = bench(ALL)
    evidence = station.erase(station.plan(technique))
    assert judged(evidence) == ("purged", technique, ("reason-purged",))
    assert evidence.level is Level.PURGE and len(evidence.passes) == passes and evidence.exceptions == ()
    assert evidence.method.claim == ("claim-crypto-only" if passes else None)
    assert station.sent() == lines and MARKER not in station.left
    assert states(evidence)[-1] == "completed"


@pytest.mark.exercises("nvme-format", how="drive laboratory")
@pytest.mark.parametrize(("fna", "setting"), [(0x04, "2"), (0x00, "1")])
def test_format_is_no_purge_and_a_pass_follows(bench: Bench, fna: int, setting: str) -> None:
    station = bench(replace(FORMATS, fna=fna))
    evidence = station.erase()
    assert judged(evidence) == ("cleared", "nvme-format", ("reason-cleared",))
    assert evidence.method.claim == "claim-nvme-format" and len(evidence.passes) == 1
    assert station.sent() == [f"nvme format -s {setting} -l 0 --force"] and MARKER not in station.left


def test_erased_flash_that_reads_ones_is_erased(bench: Bench) -> None:
    assert bench(replace(BLOCKS, erased_to_ones=True)).erase().outcome is Outcome.PURGED


def test_done_when_looked_at_counts_when_the_log_names_our_action(bench: Bench) -> None:
    evidence = bench(CRYPTOS, NvmeFault.DONE_WHEN_LOOKED).erase()
    assert evidence.outcome is Outcome.PURGED and "in_progress" not in states(evidence)


# -- lies --------------------------------------------------------------------------------------------------------------

NEVER_A_PURGE = [
    (NvmeFault.SANITIZE_DOES_NOTHING, "failed", "reason-command-erased-nothing"),
    (NvmeFault.SANITIZE_LEAVES_HALF, "failed", "reason-command-erased-nothing"),
    (NvmeFault.SANITIZE_NEVER_ENDS, "unknown", "reason-sanitize-no-end"),
    (NvmeFault.SANITIZE_FAILS, "failed", "reason-sanitize-failed"),
    (NvmeFault.SANITIZE_UNKNOWN_STATUS, "unknown", "reason-sanitize-unknown"),
    (NvmeFault.LOG_VANISHES, "unknown", "reason-sanitize-unknown"),
]


@pytest.mark.parametrize(("fault", "outcome", "reason"), NEVER_A_PURGE)
@pytest.mark.parametrize("kind", [BLOCKS, OVERWRITES])
def test_a_lie_is_never_a_purge(bench: Bench, kind: NvmeMake, fault: NvmeFault, outcome: str, reason: str) -> None:
    evidence = bench(kind, fault).erase()
    assert (evidence.outcome.value, evidence.level) == (outcome, Level.NONE) and reason in evidence.reasons


@pytest.mark.parametrize("fault", [f for f, _, _ in NEVER_A_PURGE if f is not NvmeFault.SANITIZE_LEAVES_HALF])
def test_a_crypto_erase_that_lies_is_no_purge_either(bench: Bench, fault: NvmeFault) -> None:
    evidence = bench(CRYPTOS, fault).erase()
    assert evidence.outcome in (Outcome.FAILED, Outcome.UNKNOWN) and evidence.level is Level.NONE


def test_one_block_that_survives_is_never_a_purge_with_old_content(bench: Bench) -> None:
    station = bench(BLOCKS, NvmeFault.SANITIZE_LEAVES_BLOCK)
    evidence = station.erase()
    assert evidence.outcome is not Outcome.PURGED or MARKER not in station.left


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(NvmeFault.SANITIZE_REFUSED, "skip-refused-by-drive"), (NvmeFault.SANITIZE_IGNORED, "skip-never-began")],
)
def test_what_never_began_gives_way_to_the_plan_s_next_line(bench: Bench, fault: NvmeFault, reason: str) -> None:
    station = bench(ALL, fault)
    evidence = station.erase()
    assert judged(evidence) == ("cleared", "nvme-format", ("reason-cleared",))
    assert station.fell_back() == [
        (f"nvme-sanitize-{name}", reason) for name in ("crypto-block", "block", "crypto", "overwrite")
    ]


@pytest.mark.parametrize("more", [(), (NvmeFault.DONE_WHEN_LOOKED,)])
def test_a_log_that_names_another_action(bench: Bench, more: tuple[NvmeFault, ...]) -> None:
    """Seen to run and to end, and erased: what ran is another action than was asked for, and the crypto erase that the
    log speaks of proves nothing of the blocks."""
    station = bench(BLOCKS, NvmeFault.SANITIZE_OTHER_ACTION, *more)
    evidence = station.erase()
    assert evidence.outcome is Outcome.UNKNOWN and evidence.reasons == ("reason-sanitize-unknown",)


@pytest.mark.parametrize(
    ("fault", "judgement"),
    [
        (NvmeFault.FORMAT_DOES_NOTHING, ("failed", "nvme-format", ("reason-command-erased-nothing",))),
        (NvmeFault.FORMAT_REFUSED, ("cleared", "overwrite", ("reason-cleared",))),
    ],
)
def test_formats_that_lie(bench: Bench, fault: NvmeFault, judgement: tuple[str, str, tuple[str, ...]]) -> None:
    station = bench(FORMATS, fault)
    evidence = station.erase()
    assert judged(evidence) == judgement
    if evidence.outcome is Outcome.CLEARED:
        assert MARKER not in station.left


@pytest.mark.parametrize(
    ("known_place", "judgement"),
    [
        (True, ("failed", "nvme-format", ("reason-command-erased-nothing",))),
        (False, ("cleared", "nvme-format", ("reason-cleared",))),  # the pass reaches it
    ],
)
def test_one_block_that_a_format_leaves(
    bench: Bench, known_place: bool, judgement: tuple[str, str, tuple[str, ...]]
) -> None:
    """The seed of the places is such that the block lies at one of them, or at none; keys are drawn as ever."""
    at, _ = left_by(Leaves.BLOCK, SIZE)
    seeds = (bytes([n]) * 16 for n in range(256))
    seed = next(s for s in seeds if any(at in group for group in canary_places(SIZE, s)) is known_place)
    station = bench(FORMATS, NvmeFault.FORMAT_LEAVES_BLOCK)
    evidence = station.erase(entropy=lambda count: seed if count == len(seed) else os.urandom(count))
    assert judged(evidence) == judgement
    assert MARKER not in station.left or evidence.outcome is Outcome.FAILED


def test_crypto_is_not_asked_of_a_drive_that_does_not_offer_it(bench: Bench) -> None:
    """QEMU accepts it and writes zeros: it must not be called a crypto erase."""
    station = bench(replace(FORMATS, fna=0), NvmeFault.FORMAT_CRYPTO_IS_ZEROS)
    evidence = station.erase()
    assert evidence.method.params["ses"] == 1 and evidence.level is Level.CLEAR


def test_a_drive_that_its_firmware_locked(bench: Bench) -> None:
    station = bench(ALL, past=NvmePast(firmware_locked=True))
    evidence = station.erase()
    assert judged(evidence)[:2] == ("cleared", "overwrite")
    assert {why for _, why in station.fell_back()} == {"skip-refused-by-drive"}


# -- power -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [BLOCKS, OVERWRITES])
def test_power_cut_at_40_percent_and_the_drive_goes_on(bench: Bench, kind: NvmeMake) -> None:
    station = bench(kind)
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(is_status("in_progress", 0.4)))
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED and evidence.interruptions == 1
    assert len(station.sent()) == 1, "nothing is sent twice"
    assert len(station.journal.of(Kind.CANARIES_PLANTED)) == 1 and MARKER not in station.left


def test_it_was_over_when_we_came_back(bench: Bench) -> None:
    station = bench(BLOCKS)
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(is_status("accepted"), seconds=3600))
    assert station.erase(method).outcome is Outcome.PURGED and len(station.sent()) == 1


def test_a_drive_that_loses_its_power_in_mid_sanitize(bench: Bench) -> None:
    station = bench(BLOCKS, NvmeFault.POWER_CUT)
    method = station.plan()
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.UNKNOWN and evidence.level is Level.NONE
    station.lab.power_cut()
    assert station.erase(method).outcome is Outcome.PURGED


def test_one_that_runs_from_before_is_waited_for_and_proves_nothing(bench: Bench) -> None:
    station = bench(BLOCKS)
    method = station.plan()
    station.lab.run(["nvme", "sanitize", PATH, "-a", "2"], timeout_s=10)
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED and len(station.sent()) == 1
    assert states(evidence)[0] == "in_progress" and "accepted" in states(evidence)
    overwritten = bench(FORMATS)
    assert overwritten.erase().outcome is Outcome.CLEARED


def test_a_cut_in_a_format_starts_over(bench: Bench) -> None:
    station = bench(FORMATS)
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(lambda kind, _: kind is Kind.COMMAND_FINISHED))
    evidence = station.erase(method)
    assert judged(evidence)[:2] == ("cleared", "nvme-format") and len(station.sent()) == 2
    assert len(station.journal.of(Kind.CANARIES_PLANTED)) == 2


# -- failure mode ------------------------------------------------------------------------------------------------------


def test_failure_mode_is_left_when_ause_was_set(bench: Bench) -> None:
    station = bench(BLOCKS)
    method = station.plan()
    fail(station, ause=True)
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED
    assert station.sent() == ["nvme sanitize -a 1", "nvme sanitize -a 2 -u"]


def test_without_ause_only_another_sanitize_leaves_it_and_only_the_next_one_counts(bench: Bench) -> None:
    station = bench(BLOCKS)
    method = station.plan()
    fail(station, ause=False)
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED
    assert station.sent() == ["nvme sanitize -a 1", "nvme sanitize -a 2", "nvme sanitize -a 2 -u"]
    assert len(station.journal.of(Kind.CANARIES_PLANTED)) == 1


@pytest.mark.parametrize("technique", ["nvme-format", "overwrite"])
@pytest.mark.parametrize("ause", [True, False])
def test_nothing_else_follows_a_failed_sanitize_that_cannot_be_left(bench: Bench, technique: str, ause: bool) -> None:
    station = bench(BLOCKS)
    method = station.plan(technique)
    fail(station, ause=ause)
    evidence = station.erase(method)
    assert station.sent()[0] == "nvme sanitize -a 1"
    if ause:
        assert evidence.outcome is Outcome.CLEARED
    else:
        assert judged(evidence) == ("failed", technique, ("reason-sanitize-failed",)) and MARKER in station.left


def test_it_fails_again(bench: Bench) -> None:
    station = bench(BLOCKS, NvmeFault.SANITIZE_FAILS)
    method = station.plan()
    for _ in range(2):
        assert station.erase(method).reasons == ("reason-sanitize-failed",)
    fail(station, ause=False)
    assert station.erase(method).reasons == ("reason-sanitize-failed",)


def test_what_a_former_owner_completed_proves_nothing(bench: Bench) -> None:
    station = bench(CRYPTOS, NvmeFault.SANITIZE_IGNORED, past=NvmePast(sanitized=CRYPTO))
    evidence = station.erase()
    assert evidence.outcome is Outcome.FAILED and evidence.reasons == ("reason-command-erased-nothing",)
    log = (station.facts.extra or {})["sanitize_log"]
    assert log["state"] == "completed" and known(station.facts.bus) == "nvme"


# -- several namespaces ------------------------------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path, open_lab: OpensLab) -> Two:
    return two_namespaces(tmp_path, open_lab)


def test_each_namespace_is_a_disk_with_an_identity_of_its_own(two: Two) -> None:
    stations = two(SEVERAL)
    assert [s.identity.text for s in stations] == ["eui.001b444a41c72301", "eui.001b444a41c72302"]
    assert exclude([station.facts for station in stations]) == (None, None)
    evidences = [station.erase() for station in stations]
    assert [judged(e)[:2] for e in evidences] == [("cleared", "nvme-format")] * 2
    assert {s.reason for s in evidences[0].method.skipped} == {"skip-several-namespaces"}
    assert [station.sent()[0].split()[1] for station in stations] == ["format", "format"]
    assert all(MARKER not in n.medium.backing.read_bytes() for n in nvme(stations[0]).namespaces)


def test_erasing_one_leaves_the_other(two: Two) -> None:
    first, second = two(SEVERAL)
    assert first.erase().outcome is Outcome.CLEARED
    assert MARKER in nvme(second).namespaces[1].medium.backing.read_bytes()


@pytest.mark.parametrize("fna", [0x05, 0x06, 0x07])
def test_a_format_that_would_reach_the_others_is_not_sent(two: Two, fna: int) -> None:
    first, second = two(replace(SEVERAL, fna=fna))
    evidence = first.erase()
    assert judged(evidence)[:2] == ("cleared", "overwrite") and first.sent() == []
    assert MARKER in nvme(second).namespaces[1].medium.backing.read_bytes()


def test_what_is_not_attached_is_an_exception(two: Two) -> None:
    first, _ = two(SEVERAL, third=True)
    evidence = first.erase()
    assert evidence.outcome is Outcome.CLEARED_WITH_EXCEPTIONS
    assert evidence.exceptions == ({"id": "exception-namespaces-unattached", "bytes": None, "count": 1},)


def test_started_from_one_of_them_none_is_a_target(two: Two) -> None:
    stations = two(SEVERAL)
    first, second = exclude([s.facts for s in stations], boot_medium=[SEVERAL.serial])
    assert first and second and first.reason == second.reason == "excluded-boot-disk"
