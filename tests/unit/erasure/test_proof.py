"""From observations to an outcome: the table of ERASURE design, section 7, row by row."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.erasure import ladder, proof
from agent.erasure.proof import Observations, exceptions_of, grown, hidden_areas, judge, with_health
from agent.model.erasure import BadRange, Canaries, Evidence, Inspection, Level, Method, Outcome, Verification
from agent.model.errors import ERRORS, Exit
from agent.model.facts import Known, to_wire
from agent.model.identity import DiskIdentity
from agent.model.inventory import DiskNvme
from tests.unit.erasure.samples import LOST, disk, nvme, ssd

SIZE = 1_000_204_886_016
SECTORS = SIZE // 512
CLEAN_ATA = {
    "hpa": {"visible_sectors": SECTORS, "native_sectors": SECTORS, "enabled": False},
    "dco": {"max_sectors": SECTORS},
}
HDD = disk(size_bytes=SIZE, extra=CLEAN_ATA)
CANARIES = Canaries(
    key="11" * 32,
    seed="22" * 16,
    count=2002,
    readable_before=2002,
    alive_after=0,
    unreadable_after=0,
    witnesses=900,
    witnesses_matching=0,
)
FULL = Verification(mode="full", bytes=SIZE, seconds=1.0, mismatches=0, classes={"stream": SIZE // 4096})
SAMPLE = replace(FULL, mode="sample", bytes=SIZE // 10 + 4096, seed="33" * 16)
OVERWRITE = ladder.choose(HDD)
SANITIZE = Method(technique="nvme-sanitize-block", level=Level.PURGE, passes=0, verify="sample", reason="x")
GONE = Inspection(technique="nvme-format", looked=2902, alive=0, unreadable=0, witnesses_matching=0)


def seen(**changes: Any) -> Observations:
    """A hard disk overwritten in one pass, fully read back, with nothing wrong; with these changes."""
    plain = Observations(
        size_bytes=SIZE,
        method=OVERWRITE,
        disk=HDD,
        end="done",
        passes_finished=1,
        canaries=CANARIES,
        verification=FULL,
    )
    return replace(plain, **changes)


def purge(**changes: Any) -> Observations:
    """A firmware technique whose change of state was watched, checked by sample."""
    drive = nvme(2, size_bytes=SIZE)
    zeros = replace(SAMPLE, classes={"zeros": 999})
    whole = seen(
        method=SANITIZE, disk=drive, passes_finished=0, verification=zeros, inspection=GONE, transition_seen=True
    )
    return replace(whole, **changes)


def bad(start: int, end: int, operation: str = "write") -> BadRange:
    return BadRange(start=start, end=end, operation=operation, errno=5)


def verdict(observed: Observations) -> tuple[Outcome, Level, tuple[str, ...]]:
    found = judge(observed)
    return found.outcome, found.level, found.reasons


# -- the rows of success ---------------------------------------------------------------------------------------------


def test_cleared_full_read_back() -> None:
    found = judge(seen())
    assert (found.outcome, found.level, found.reasons) == (Outcome.CLEARED, Level.CLEAR, ("reason-cleared",))
    assert found.exceptions == () and found.bytes_covered == SIZE


def test_cleared_by_sample() -> None:
    sampled = seen(method=replace(OVERWRITE, verify="sample"), verification=SAMPLE)
    assert verdict(sampled) == (Outcome.CLEARED, Level.CLEAR, ("reason-cleared",))


def test_an_overwritten_ssd_is_cleared_never_purged() -> None:
    drive = nvme(7, oacs=2, size_bytes=SIZE)
    method = ladder.choose(drive)
    found = judge(seen(disk=drive, method=method, passes_finished=2, transition_seen=True))
    assert (found.outcome, found.level) == (Outcome.CLEARED, Level.CLEAR)


def test_purged_needs_the_transition() -> None:
    assert verdict(purge()) == (Outcome.PURGED, Level.PURGE, ("reason-purged",))
    assert verdict(purge(transition_seen=False)) == (Outcome.UNKNOWN, Level.NONE, ("reason-transition-not-seen",))


@pytest.mark.parametrize("content", ["zeros", "ones", "pattern", "random"])
def test_a_purged_drive_may_hold_zeros_ones_a_pattern_or_noise(content: str) -> None:
    """Do not demand zeros after a firmware erase; Seagate's 33 CC 55 AA is legitimate."""
    check = replace(SAMPLE, classes={content: 5})
    assert judge(purge(verification=check)).outcome is Outcome.PURGED


def test_a_purged_drive_whose_content_was_not_classed_is_unknown() -> None:
    check = replace(SAMPLE, classes={"zeros": 4, "not_classed": 1})
    assert verdict(purge(verification=check))[0] is Outcome.UNKNOWN


# -- the rows of failure ---------------------------------------------------------------------------------------------

FAILURES: list[tuple[str, dict[str, Any], str, str]] = [
    ("canary", {"canaries": replace(CANARIES, alive_after=1)}, "reason-canary-alive", "disk-canary-alive"),
    ("witness", {"canaries": replace(CANARIES, witnesses_matching=1)}, "reason-witness-alive", "disk-canary-alive"),
    ("mismatch", {"verification": replace(FULL, mismatches=1)}, "reason-mismatch", "disk-verify-mismatch"),
    (
        "structured",
        {"verification": replace(FULL, classes={"structured": 1})},
        "reason-structured-content",
        "disk-structured-content",
    ),
    ("signature", {"signatures": ("510:55aa",)}, "reason-structured-content", "disk-structured-content"),
    ("vanished", {"end": "vanished"}, "reason-vanished", "disk-vanished"),
    ("budget", {"end": "budget"}, "reason-budget", "disk-write-errors"),
    ("read-only", {"end": "read-only"}, "reason-read-only", "disk-write-errors"),
    ("sync-failed", {"end": "sync-failed"}, "reason-sync-failed", "disk-write-errors"),
    ("error", {"end": "error"}, "reason-disk-error", "disk-write-errors"),
]
UNKNOWNS: list[tuple[str, dict[str, Any], str, str]] = [
    ("stopped", {"end": "stopped"}, "reason-interrupted", "disk-state-unknown"),
    ("stalled", {"end": "stalled"}, "reason-stalled", "disk-stalled"),
    ("died", {"end": "died"}, "reason-worker-died", "disk-worker-died"),
    ("no last word", {"end": ""}, "reason-worker-died", "disk-worker-died"),
    ("strange last word", {"end": "DONE"}, "reason-worker-died", "disk-worker-died"),
    ("pass missing", {"passes_finished": 0}, "reason-passes-missing", "disk-state-unknown"),
    ("not verified", {"verification": None}, "reason-not-verified", "disk-state-unknown"),
    (
        "a byte short",
        {"verification": replace(FULL, bytes=SIZE - 1)},
        "reason-verified-too-little",
        "disk-state-unknown",
    ),
    (
        "nothing readable",
        {"verification": replace(FULL, bytes=0, unreadable_bytes=SIZE)},
        "reason-verified-too-little",
        "disk-state-unknown",
    ),
    ("sample for full", {"verification": SAMPLE}, "reason-verified-too-little", "disk-state-unknown"),
    (
        "small sample",
        {"method": replace(OVERWRITE, verify="sample"), "verification": replace(SAMPLE, bytes=SIZE // 10 - 1)},
        "reason-verified-too-little",
        "disk-state-unknown",
    ),
    ("no canaries", {"canaries": None}, "reason-no-canaries", "disk-state-unknown"),
    ("none readable", {"canaries": replace(CANARIES, readable_before=0)}, "reason-no-canaries", "disk-state-unknown"),
    (
        "not looked for",
        {"canaries": replace(CANARIES, alive_after=None)},
        "reason-canaries-not-checked",
        "disk-state-unknown",
    ),
    (
        "witnesses not looked for",
        {"canaries": replace(CANARIES, witnesses_matching=None)},
        "reason-canaries-not-checked",
        "disk-state-unknown",
    ),
    ("unreadable", {"canaries": replace(CANARIES, unreadable_after=3)}, "reason-check-void", "disk-state-unknown"),
]


def _evidence(observed: Observations) -> Evidence:
    found = judge(observed)
    return Evidence(
        identity=DiskIdentity(text="Z3TABCDE", kind="serial", model="m", size_bytes=SIZE),
        disk=to_wire(observed.disk),
        method=observed.method,
        plan_digest="",
        warrant_id="",
        outcome=found.outcome,
        level=found.level,
        started="",
        seconds=1.0,
        bytes_total=SIZE,
        bytes_covered=found.bytes_covered,
        exceptions=found.exceptions,
        reasons=found.reasons,
    )


@pytest.mark.parametrize(
    ("outcome", "row"),
    [(o, row) for o, rows in ((Outcome.FAILED, FAILURES), (Outcome.UNKNOWN, UNKNOWNS)) for row in rows],
    ids=[row[0] for row in FAILURES + UNKNOWNS],
)
def test_each_row_of_failure_and_doubt(outcome: Outcome, row: tuple[str, dict[str, Any], str, str]) -> None:
    _, changes, reason, error = row
    observed = seen(**changes)
    assert verdict(observed) == (outcome, Level.NONE, (reason,))
    assert not outcome.proven
    assert proof.error_id(_evidence(observed)) == error
    assert ERRORS[error][1] is Exit.ERASURE_FAILED


def test_proven_outcomes_have_no_error() -> None:
    for observed in (seen(), purge(), seen(bad_ranges=(bad(0, 512),))):
        assert proof.error_id(_evidence(observed)) is None


def test_a_failure_outweighs_what_is_unknown_and_all_failures_are_told() -> None:
    observed = seen(
        end="vanished",
        passes_finished=0,
        canaries=replace(CANARIES, alive_after=2, witnesses_matching=1),
        verification=replace(FULL, bytes=5, mismatches=3, classes={"structured": 3}),
    )
    assert verdict(observed) == (
        Outcome.FAILED,
        Level.NONE,
        (
            "reason-vanished",
            "reason-canary-alive",
            "reason-witness-alive",
            "reason-structured-content",
            "reason-mismatch",
        ),
    )
    assert judge(observed).bytes_covered == 0


def test_a_structured_block_fails_a_purge_too() -> None:
    check = replace(SAMPLE, classes={"zeros": 9, "structured": 1})
    assert verdict(purge(verification=check))[::2] == (Outcome.FAILED, ("reason-structured-content",))


def test_one_in_a_thousand_unreadable_places_is_the_limit() -> None:
    """2002 canaries and 900 witnesses: two places may be unreadable, three make the check void."""
    for unreadable, expected in ((0, Outcome.CLEARED), (2, Outcome.CLEARED), (3, Outcome.UNKNOWN)):
        assert judge(seen(canaries=replace(CANARIES, unreadable_after=unreadable))).outcome is expected
    exactly = replace(CANARIES, readable_before=1000, witnesses=1000, unreadable_after=2)
    assert judge(seen(canaries=exactly)).outcome is Outcome.CLEARED
    assert judge(seen(canaries=replace(exactly, unreadable_after=3))).outcome is Outcome.UNKNOWN


def test_every_end_the_worker_can_say_has_its_reason() -> None:
    """The words of the worker's last line, from its own description."""
    from agent.erasure import worker

    line = next(x for x in (worker.__doc__ or "").splitlines() if '"status":' in x)
    words = {w.strip(" }`") for w in line.split('"status":')[1].split("}")[0].split("|")}
    assert words == {"done", "stopped", "vanished", "budget", "read-only", "sync-failed", "error"}
    assert words - {"done"} <= set(proof.FAILED_ENDS) | set(proof.UNKNOWN_ENDS)
    assert not set(proof.FAILED_ENDS) & set(proof.UNKNOWN_ENDS)


def test_an_exit_status_is_no_observation() -> None:
    names = {field.name for field in dataclasses.fields(Observations)}
    assert not [n for n in names if "exit" in n or "status" in n or "code" in n or "command" in n], names


# -- exceptions ------------------------------------------------------------------------------------------------------


def ids(observed: Observations) -> list[str]:
    return [str(e["id"]) for e in exceptions_of(observed)]


def test_unwritten_and_unread_ranges_are_listed_with_their_bytes() -> None:
    found = judge(seen(bad_ranges=(bad(4096, 8192), bad(4096, 12288), bad(0, 512, "read"), bad(1 << 20, 1 << 21))))
    assert (found.outcome, found.level) == (Outcome.CLEARED_WITH_EXCEPTIONS, Level.CLEAR)
    assert found.reasons == ("reason-cleared-with-exceptions",)
    written = (12288 - 4096) + (1 << 20)
    assert found.exceptions == (
        {"id": "exception-write-ranges", "bytes": written, "ranges": 3, "first": 4096},
        {"id": "exception-read-ranges", "bytes": 512, "ranges": 1, "first": 0},
    )
    assert found.bytes_covered == SIZE - written - 512


def test_unread_bytes_that_nobody_located_are_an_exception_too() -> None:
    found = judge(seen(verification=replace(FULL, bytes=SIZE - 4096, unreadable_bytes=4096)))
    assert found.outcome is Outcome.CLEARED_WITH_EXCEPTIONS
    assert found.exceptions == ({"id": "exception-read-ranges", "bytes": 4096, "ranges": None, "first": None},)
    assert found.bytes_covered == SIZE - 4096


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (CLEAN_ATA, []),
        (None, ["exception-hpa-not-assessed", "exception-dco-not-assessed"]),
        ({}, ["exception-hpa-not-assessed", "exception-dco-not-assessed"]),
        (
            {"hpa": {"unreadable": "x"}, "dco": {"unreadable": "x"}},
            ["exception-hpa-not-assessed", "exception-dco-not-assessed"],
        ),
        ({"hpa": LOST, "dco": LOST}, ["exception-hpa-not-assessed", "exception-dco-not-assessed"]),
        ({**CLEAN_ATA, "hpa": {"unreadable": "x"}}, ["exception-hpa-not-assessed", "exception-dco-not-assessed"]),
        ({**CLEAN_ATA, "dco": {"unreadable": "no answer"}}, ["exception-dco-not-assessed"]),
        ({**CLEAN_ATA, "dco": {"max_sectors": 1}}, ["exception-dco-not-assessed"]),
        ({**CLEAN_ATA, "dco": {"max_sectors": SECTORS - 1}}, ["exception-dco-not-assessed"]),
        ({"hpa": Known(CLEAN_ATA["hpa"], "hdparm"), "dco": Known(CLEAN_ATA["dco"], "hdparm")}, []),
    ],
    ids=[
        "clean",
        "not-asked",
        "nothing",
        "unreadable",
        "lost",
        "hpa-lost",
        "dco-lost",
        "dco-one",
        "dco-below",
        "known",
    ],
)
def test_hidden_areas_of_ata_disks_are_assessed_or_named(extra: Any, expected: list[str]) -> None:
    for kind in (disk, ssd):
        observed = seen(disk=kind(size_bytes=SIZE, extra=extra))
        assert ids(observed) == expected
        assert judge(observed).outcome is (Outcome.CLEARED_WITH_EXCEPTIONS if expected else Outcome.CLEARED)


@pytest.mark.parametrize("sector", [512, 4096])
def test_hidden_areas_are_counted_in_the_drives_own_sectors(sector: int) -> None:
    visible = SIZE // sector
    extra = {
        "hpa": {"visible_sectors": visible, "native_sectors": visible + 100, "enabled": True},
        "dco": {"max_sectors": visible + 150},
    }
    one = disk(size_bytes=SIZE, logical_block_size=sector, extra=extra)
    assert hidden_areas(one) == [
        {"id": "exception-hpa", "bytes": 100 * sector},
        {"id": "exception-dco", "bytes": 50 * sector},
    ]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (disk(bus="usb", medium="usb"), [{"id": "exception-bridge-not-assessed", "bytes": None}]),
        (disk(bus="scsi", medium="usb"), [{"id": "exception-bridge-not-assessed", "bytes": None}]),
        (disk(bus="mmc", medium="emmc"), [{"id": "exception-boot-areas", "bytes": None}]),
        (
            disk(bus="mmc", medium="emmc", extra={"emmc": {"boot_bytes": 4194304}}),
            [{"id": "exception-boot-areas", "bytes": 4194304}],
        ),
        (nvme(7), []),
        (
            nvme(nvme=DiskNvme(namespaces=Known(2, "sysfs"))),
            [{"id": "exception-namespaces", "bytes": None, "count": 2}],
        ),
        (disk(bus="loop", medium="unknown"), []),
        (disk(bus="sas"), []),
    ],
    ids=["usb", "usb-medium", "emmc", "emmc-size", "nvme", "namespaces", "loop", "sas"],
)
def test_hidden_areas_of_other_disks(one: Any, expected: list[Any]) -> None:
    assert hidden_areas(one) == expected


# -- reallocated sectors ---------------------------------------------------------------------------------------------

COUNTERS = ["reallocated_sectors", "pending_sectors", "offline_uncorrectable", "media_errors", "grown_defects"]


@pytest.mark.parametrize("counter", COUNTERS)
def test_a_counter_that_grew_is_an_exception(counter: str) -> None:
    before, after = disk(**{counter: 3}), disk(**{counter: 4})
    found = with_health(_evidence(seen()), before, after)
    assert found.outcome is Outcome.CLEARED_WITH_EXCEPTIONS and found.level is Level.CLEAR
    assert found.reasons == ("reason-cleared-with-exceptions",)
    assert found.exceptions == (
        {"id": "exception-defects-grew", "bytes": None, "counter": counter, "before": 3, "after": 4},
    )


@pytest.mark.parametrize(("before", "after"), [(3, 3), (4, 3), (None, 9), (3, None), (LOST, 9), (0, LOST)])
def test_a_counter_that_did_not_grow_or_cannot_be_compared_changes_nothing(before: Any, after: Any) -> None:
    evidence = _evidence(seen())
    pair = disk(reallocated_sectors=before), disk(reallocated_sectors=after)
    assert with_health(evidence, *pair) == evidence and grown(*pair) == []


def test_growth_never_improves_an_outcome() -> None:
    pair = disk(reallocated_sectors=0), disk(reallocated_sectors=1)
    for observed in (seen(end="died"), seen(end="vanished"), purge(), seen(bad_ranges=(bad(0, 512),))):
        before = _evidence(observed)
        after = with_health(before, *pair)
        assert after.outcome is before.outcome and after.reasons == before.reasons
        assert len(after.exceptions) == len(before.exceptions) + 1


# -- a command of the drive, then our pass ---------------------------------------------------------------------------

NVME = nvme(0, oacs=2, size_bytes=SIZE)
FORMAT = ladder.choose(NVME, reached=True)


def formatted(**changes: Any) -> Observations:
    return replace(seen(disk=NVME, method=FORMAT, inspection=GONE), **changes)


def test_a_format_that_was_seen_to_erase_and_one_pass_clear() -> None:
    assert verdict(formatted()) == (Outcome.CLEARED, Level.CLEAR, ("reason-cleared",))


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({"inspection": None}, Outcome.UNKNOWN, "reason-command-not-checked"),
        ({"inspection": replace(GONE, looked=0)}, Outcome.UNKNOWN, "reason-command-not-checked"),
        ({"inspection": replace(GONE, unreadable=3)}, Outcome.UNKNOWN, "reason-command-not-checked"),
        ({"inspection": replace(GONE, alive=1)}, Outcome.FAILED, "reason-command-erased-nothing"),
        ({"inspection": replace(GONE, witnesses_matching=1)}, Outcome.FAILED, "reason-command-erased-nothing"),
        ({"passes_finished": 0}, Outcome.UNKNOWN, "reason-passes-missing"),
        ({"verification": replace(FULL, mismatches=1)}, Outcome.FAILED, "reason-mismatch"),
        ({"end": "command-unknown"}, Outcome.UNKNOWN, "reason-command-unknown"),
        ({"end": "changed"}, Outcome.UNKNOWN, "reason-changed-after-command"),
        ({"end": "sanitize-running"}, Outcome.UNKNOWN, "reason-sanitize-running"),
        ({"end": "sanitize-unknown"}, Outcome.UNKNOWN, "reason-sanitize-unknown"),
        ({"end": "sanitize-failed"}, Outcome.FAILED, "reason-sanitize-failed"),
        ({"end": "refused"}, Outcome.FAILED, "reason-command-refused"),
    ],
)
def test_a_format_is_worth_what_was_seen_of_it(changes: dict[str, Any], outcome: Outcome, reason: str) -> None:
    found = judge(formatted(**changes))
    assert (found.outcome, found.level) == (outcome, Level.NONE) and reason in found.reasons


def test_a_purge_needs_the_look_between_command_and_read_back() -> None:
    assert verdict(purge(inspection=None))[::2] == (Outcome.UNKNOWN, ("reason-command-not-checked",))
    alive = replace(GONE, alive=1)
    assert verdict(purge(inspection=alive, end="not-erased"))[::2] == (Outcome.FAILED, (proof.ERASED_NOTHING,))


def test_a_purge_reaches_what_a_host_cannot_address() -> None:
    hidden = disk(size_bytes=SIZE, extra={"hpa": {"visible_sectors": 9, "native_sectors": 90, "enabled": True}})
    assert judge(seen(disk=hidden)).outcome is Outcome.CLEARED_WITH_EXCEPTIONS
    assert judge(purge(disk=hidden)).outcome is Outcome.PURGED


# -- whatever was observed -------------------------------------------------------------------------------------------

RANK = {
    Outcome.FAILED: 0,
    Outcome.UNKNOWN: 0,
    Outcome.CLEARED_WITH_EXCEPTIONS: 1,
    Outcome.CLEARED: 2,
    Outcome.PURGED: 3,
}


@st.composite
def observations(draw: st.DrawFn) -> Observations:
    """A success with up to three things in it changed: seen and bad, or not seen."""
    firmware, verify = draw(st.booleans()), draw(st.sampled_from(["full", "sample"]))
    check = SAMPLE if firmware or verify == "sample" else FULL
    observed: dict[str, Any] = {
        "method": SANITIZE if firmware else replace(OVERWRITE, verify=verify),
        "transition_seen": firmware,
        "inspection": GONE if firmware else None,
        "disk": draw(st.sampled_from([HDD, disk(size_bytes=SIZE), nvme(7, size_bytes=SIZE)])),
    }
    canaries: dict[str, Any] = {}
    checked: dict[str, Any] = {}
    changes: list[tuple[dict[str, Any], str, list[Any]]] = [
        (canaries, "readable_before", [0, 1]),
        (canaries, "alive_after", [1, None]),
        (canaries, "unreadable_after", [2, 3, None]),
        (canaries, "witnesses_matching", [1, None]),
        (checked, "mismatches", [1]),
        (checked, "unreadable_bytes", [4096]),
        (checked, "classes", [{"zeros": 9}, {"structured": 1}, {"not_classed": 1}]),
        (checked, "bytes", [0, 512]),
        (observed, "end", ["stopped", "vanished", "error", ""]),
        (observed, "passes_finished", [0]),
        (observed, "bad_ranges", [(bad(0, 4096),), (bad(0, 512, "read"),)]),
        (observed, "transition_seen", [not firmware]),
        (observed, "inspection", [None, replace(GONE, alive=1), replace(GONE, unreadable=9)]),
        (observed, "signatures", [("510:55aa",)]),
    ]
    for box, name, values in draw(st.lists(st.sampled_from(changes), max_size=3)):
        box[name] = draw(st.sampled_from(values))
    return seen(canaries=replace(CANARIES, **canaries), verification=replace(check, **checked), **observed)


def _with_less(observed: Observations) -> list[Observations]:
    """The same run, each time with one thing that nobody saw."""
    less = [replace(observed, **{name: None}) for name in ("canaries", "verification")]
    less += [replace(observed, end=""), replace(observed, passes_finished=0), replace(observed, transition_seen=False)]
    if observed.canaries is not None:
        for name in ("alive_after", "unreadable_after", "witnesses_matching"):
            less.append(replace(observed, canaries=replace(observed.canaries, **{name: None})))
        less.append(replace(observed, canaries=replace(observed.canaries, readable_before=0)))
    if observed.verification is not None:
        less.append(replace(observed, verification=replace(observed.verification, bytes=0)))
    if observed.disk.extra is not None:
        less.append(replace(observed, disk=replace(observed.disk, extra=None)))
    return less


@given(observations())
@settings(max_examples=400, deadline=None)
def test_what_was_not_seen_never_improves_the_outcome(observed: Observations) -> None:
    rank = RANK[judge(observed).outcome]
    for less in _with_less(observed):
        assert RANK[judge(less).outcome] <= rank, less


@given(observations())
@settings(max_examples=400, deadline=None)
def test_a_proven_outcome_has_everything_behind_it(observed: Observations) -> None:
    found = judge(observed)
    assert found.level is {
        Outcome.PURGED: Level.PURGE,
        Outcome.CLEARED: Level.CLEAR,
        Outcome.CLEARED_WITH_EXCEPTIONS: Level.CLEAR,
    }.get(found.outcome, Level.NONE)
    assert found.reasons and 0 <= found.bytes_covered <= SIZE
    if not found.outcome.proven:
        return
    canaries, check = observed.canaries, observed.verification
    assert observed.end == "done" and canaries is not None and check is not None
    assert (canaries.alive_after, canaries.witnesses_matching) == (0, 0) and canaries.readable_before > 0
    assert check.mode == observed.method.verify and not check.classes.get("structured")
    if observed.method.technique == "overwrite":
        assert observed.passes_finished >= observed.method.passes and check.mismatches == 0
    else:
        assert observed.transition_seen and observed.inspection is not None
        assert (observed.inspection.alive, observed.inspection.witnesses_matching) == (0, 0)
    spotless = not observed.bad_ranges and not check.unreadable_bytes
    hidden = observed.method.level is not Level.PURGE and bool(hidden_areas(observed.disk))
    assert (found.outcome is Outcome.CLEARED_WITH_EXCEPTIONS) == (not spotless or hidden)
