"""Where an interrupted erasure may go on: never after its last synced mark."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.erasure.resume import ResumePoint, resume_point
from agent.model.events import Event, Kind, from_wire

NAME = "Z3TABCDE"
SIZE = 1000 << 20
MIB = 1 << 20
KEYS = {1: "a1" * 32, 2: "b2" * 32}
CANARIES = {"key": "11" * 32, "seed": "22" * 16, "count": 2, "readable": 2, "lost": [], "witnesses": 0}

Line = tuple[Kind, dict[str, Any]]


def start(*, resumed: bool = False) -> Line:
    return Kind.ERASURE_STARTED, {"method": {"technique": "overwrite"}, "bytes_total": SIZE, "resumed": resumed}


def planted(**changes: Any) -> Line:
    return Kind.CANARIES_PLANTED, {**CANARIES, **changes}


def begin(number: int, at: int = 0) -> Line:
    return Kind.PASS_STARTED, {"number": number, "passes": 2, "cipher": "aes-256-ctr", "key": KEYS[number], "from": at}


def mark(number: int, offset: int, **changes: Any) -> Line:
    params = {"number": number, "key": KEYS[number], "offset": offset, "seconds": offset / MIB, "bad_ranges": []}
    return Kind.MARK, {**params, **changes}


def finish(number: int, *, written: int = SIZE) -> Line:
    return Kind.PASS_FINISHED, {"number": number, "seconds": 1000.0, "bytes": written}


def ended(outcome: str) -> Line:
    return Kind.ERASURE_FINISHED, {"outcome": outcome}


def failed(start_: int, end: int, operation: str = "write") -> Line:
    return Kind.RANGE_FAILED, {"operation": operation, "start": start_, "end": end, "errno": 5}


def story(*lines: Line, disk: str = NAME) -> list[Event]:
    """As the journal gives them back: through JSON."""
    events = [
        Event(kind=kind, seq=n, t=f"2026-01-02T03:04:{n % 60:02}.000Z", disk=disk, params=params)
        for n, (kind, params) in enumerate(lines, 1)
    ]
    return [from_wire(json.loads(json.dumps(event.to_wire()))) for event in events]


def point(*lines: Line) -> ResumePoint | None:
    return resume_point(story(*lines), NAME)


def there(*lines: Line) -> ResumePoint:
    found = point(*lines)
    assert found is not None
    return found


HEAD = (start(), planted(), begin(1))
ONE_PASS = (*HEAD, mark(1, 400 * MIB), mark(1, SIZE), finish(1))


# -- nothing to go on with -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (start(),),
        (start(resumed=True),),
        (start(), begin(1), mark(1, MIB)),
        (planted(), begin(1), mark(1, MIB)),
        (*ONE_PASS, ended("cleared")),
        (*ONE_PASS, ended("cleared_with_exceptions")),
        (*HEAD, mark(1, MIB), ended("failed")),
        (*HEAD, mark(1, MIB), ended("refused")),
    ],
    ids=["none", "started", "resumed-alone", "no-canaries", "no-start", "cleared", "exceptions", "failed", "refused"],
)
def test_nothing_to_go_on_with(lines: tuple[Line, ...]) -> None:
    assert point(*lines) is None


def test_another_disks_events_are_not_ours() -> None:
    assert resume_point(story(*HEAD, mark(1, MIB), disk="OTHER"), NAME) is None
    ours, theirs = story(*HEAD, mark(1, MIB)), story(start(), planted(), begin(1), mark(1, 9 * MIB), disk="OTHER")
    mixed = [event for pair in zip(theirs, ours, strict=True) for event in pair]
    found = resume_point(mixed, NAME)
    assert found is not None and found.offset == MIB


# -- somewhere -------------------------------------------------------------------------------------------------------


def test_canaries_and_no_pass_begin_with_the_first_one() -> None:
    found = there(start(), planted())
    assert (found.current, found.offset, found.finished) == (None, 0, ())
    assert (found.bytes_total, found.identity, found.interruptions) == (SIZE, NAME, 1)
    assert found.canaries["key"] == CANARIES["key"] and found.method["technique"] == "overwrite"
    assert found.started == "2026-01-02T03:04:01.000Z"


def test_a_pass_without_a_mark_starts_over_with_its_key() -> None:
    found = there(*HEAD)
    assert found.current and (found.current.number, found.current.key, found.offset) == (1, KEYS[1], 0)


def test_the_last_mark_counts() -> None:
    found = there(*HEAD, mark(1, 100 * MIB), mark(1, 200 * MIB, seconds=12.5))
    assert found.current and (found.current.key, found.current.cipher) == (KEYS[1], "aes-256-ctr")
    assert (found.offset, found.seconds) == (200 * MIB, 12.5)


def test_a_finished_pass_is_not_made_again() -> None:
    found = there(*ONE_PASS)
    assert found.current is None and found.offset == 0
    assert [(p.number, p.key, p.bytes_written, p.seconds) for p in found.finished] == [(1, KEYS[1], SIZE, 1000.0)]


def test_a_cut_in_the_second_pass_keeps_the_first() -> None:
    found = there(*ONE_PASS, begin(2), mark(2, 7 * MIB))
    assert [p.number for p in found.finished] == [1]
    assert found.current and (found.current.number, found.current.key, found.offset) == (2, KEYS[2], 7 * MIB)
    assert found.seconds == 7.0


@pytest.mark.parametrize(
    "more",
    [
        (),
        ((Kind.VERIFY_STARTED, {"mode": "full"}),),
        (
            (Kind.VERIFY_STARTED, {"mode": "full"}),
            (Kind.VERIFY_FINISHED, {"mode": "full", "bytes": SIZE, "seconds": 1.0, "mismatches": 0}),
            (Kind.CANARIES_CHECKED, {"alive": 0, "unreadable": 0, "witnesses_matching": 0}),
        ),
    ],
    ids=["before", "during", "after"],
)
def test_a_cut_around_the_read_back_only_reads_again(more: tuple[Line, ...]) -> None:
    found = there(*ONE_PASS, begin(2), mark(2, SIZE), finish(2), *more)
    assert found.current is None and [p.number for p in found.finished] == [1, 2]


def test_an_unknown_end_can_be_gone_on_with() -> None:
    assert there(*HEAD, mark(1, MIB), ended("unknown")).offset == MIB


def test_a_pass_whose_last_mark_is_missing_is_not_finished() -> None:
    """ "Finished" without the sync at its end says nothing of what the drive kept."""
    found = there(*HEAD, mark(1, 300 * MIB), finish(1))
    assert found.finished == () and found.current and found.offset == 300 * MIB


def test_bad_ranges_are_kept_merged_from_marks_and_from_the_moment() -> None:
    bad = [{"operation": "write", "start": 4096, "end": 8192, "errno": 5}]
    found = there(*HEAD, failed(4096, 8192), mark(1, MIB, bad_ranges=bad), failed(8192, 12288), failed(0, 512, "read"))
    assert [(r.operation, r.start, r.end) for r in found.bad_ranges] == [("write", 4096, 12288), ("read", 0, 512)]


# -- cut twice -------------------------------------------------------------------------------------------------------


def test_a_story_resumed_twice_keeps_its_keys_canaries_and_beginning() -> None:
    first = (*HEAD, mark(1, 300 * MIB), ended("unknown"))
    second = (start(resumed=True), begin(1, 300 * MIB), mark(1, 500 * MIB))
    third = (start(resumed=True), begin(1, 480 * MIB), mark(1, 490 * MIB, seconds=77.0))
    found = there(*first, *second, *third)
    assert found.current and found.current.resumed_from == (300 * MIB, 480 * MIB)
    assert (found.offset, found.seconds, found.interruptions) == (490 * MIB, 77.0, 3)
    assert found.started == there(*first).started and found.current.started == there(*first).current.started  # type: ignore[union-attr]
    assert found.canaries["key"] == CANARIES["key"]


def test_a_resumed_pass_that_stepped_back_goes_on_from_there() -> None:
    found = there(*HEAD, mark(1, 300 * MIB), start(resumed=True), begin(1, 12 * MIB))
    assert found.offset == 12 * MIB and found.current and found.current.resumed_from == (12 * MIB,)


def test_the_same_story_told_twice_is_a_new_erasure_with_the_same_point() -> None:
    lines = (*HEAD, mark(1, 300 * MIB), ended("unknown"))
    assert there(*lines, *lines).offset == there(*lines).offset == 300 * MIB
    assert there(*lines, *lines).interruptions == 1


def test_an_erasure_begun_afresh_forgets_what_was_before() -> None:
    assert point(*ONE_PASS, start()) is None, "its canaries are not planted yet"
    found = there(*ONE_PASS, ended("failed"), start(), planted(key="33" * 32))
    assert found.finished == () and found.canaries["key"] == "33" * 32 and found.bad_ranges == ()


def test_a_resumed_run_alone_says_nothing() -> None:
    """The journal of the first run is gone: its canaries and keys are not known, so the erasure starts over."""
    assert point(start(resumed=True), begin(1, 300 * MIB), mark(1, 400 * MIB)) is None


# -- damaged ---------------------------------------------------------------------------------------------------------


def without(line: Line, key: str) -> Line:
    return line[0], {k: v for k, v in line[1].items() if k != key}


def changed(line: Line, **changes: Any) -> Line:
    return line[0], {**line[1], **changes}


@pytest.mark.parametrize(
    "lines",
    [
        (without(start(), "bytes_total"),),
        (without(start(), "method"),),
        (changed(start(), bytes_total=None),),
        (changed(start(), bytes_total="much"),),
        (changed(start(), method=7),),
        (start(), planted(), without(begin(1), "key")),
        (start(), planted(), changed(begin(1), number=None)),
        (start(), planted(), begin(1, 5 * MIB)),
        (start(), planted(), begin(1, -1)),
        (start(), planted(), mark(1, MIB)),
        (*HEAD, mark(1, MIB, key=KEYS[2])),
        (*HEAD, mark(1, SIZE + 1)),
        (*HEAD, mark(1, -4096)),
        (*HEAD, mark(1, MIB, seconds=None)),
        (*HEAD, without(mark(1, MIB), "offset")),
        (*HEAD, mark(1, MIB, bad_ranges=[{"start": 1}])),
        (*HEAD, mark(1, MIB, bad_ranges=7)),
        (*HEAD, mark(1, MIB, bad_ranges=["x"])),
        (*HEAD, without(failed(0, 512), "errno")),
        (start(), planted(), finish(1)),
        (*HEAD, mark(1, SIZE), without(finish(1), "bytes")),
        (*HEAD, mark(1, 100 * MIB), start(resumed=True), begin(1, 101 * MIB)),
    ],
)
def test_a_damaged_journal_is_an_error_never_a_guess(lines: tuple[Line, ...]) -> None:
    with pytest.raises((KeyError, ValueError)):
        point(*lines)


_JUNK = st.one_of(st.none(), st.integers(-5, 5), st.text(max_size=3), st.lists(st.integers(), max_size=2), st.just({}))


@given(place=st.integers(0, 7), key=st.integers(0, 20), value=_JUNK, drop=st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_damage_to_one_event_is_either_an_error_or_claims_no_more(
    place: int, key: int, value: Any, drop: bool
) -> None:
    lines = [*HEAD, mark(1, 100 * MIB), failed(0, 512), mark(1, 200 * MIB), start(resumed=True), begin(1, 200 * MIB)]
    kind, params = lines[place]
    name = sorted(params)[key % len(params)]
    lines[place] = without((kind, params), name) if drop else changed((kind, params), **{name: value})
    try:
        found = point(*lines)
    except (KeyError, ValueError):
        return
    assert found is None or (found.offset <= 200 * MIB and found.finished == ())


# -- whatever the story ----------------------------------------------------------------------------------------------


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Line], Mapping[int, int], set[int]]:
    """What workers say over up to four runs of two passes, cut anywhere; the last mark of each pass, and the passes
    whose end was synced."""
    lines: list[Line] = [start(), planted()]
    marks: dict[int, int] = {}
    done: set[int] = set()
    for run in range(draw(st.integers(1, 4))):
        if run:
            lines.append(start(resumed=True))
        for number in (1, 2):
            if number in done:
                continue
            at = draw(st.integers(0, marks.get(number, 0)))
            lines.append(begin(number, at))
            marks[number] = at
            for step in draw(st.lists(st.integers(1, 400 * MIB), max_size=3)):
                marks[number] = min(SIZE, marks[number] + step)
                lines.append(mark(number, marks[number]))
            if not draw(st.booleans()):
                break
            marks[number] = SIZE
            lines.append(mark(number, SIZE))
            if not draw(st.booleans()):
                break
            lines.append(finish(number))
            done.add(number)
    return lines, marks, done


@given(stories())
@settings(max_examples=300, deadline=None)
def test_a_point_never_claims_more_than_the_last_mark(told: tuple[list[Line], Mapping[int, int], set[int]]) -> None:
    lines, marks, done = told
    found = there(*lines)
    assert {p.number for p in found.finished} == done
    if found.current is None:
        assert found.offset == 0 and set(marks) <= done
    else:
        assert found.current.number not in done
        assert found.offset == marks[found.current.number]
        assert found.current.key == KEYS[found.current.number]
    assert found.interruptions == sum(kind is Kind.ERASURE_STARTED for kind, _ in lines)


@given(stories(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_journal_cut_anywhere_claims_only_what_is_left_of_it(
    told: tuple[list[Line], Mapping[int, int], set[int]], data: st.DataObject
) -> None:
    lines = told[0][: data.draw(st.integers(0, len(told[0])))]
    found = point(*lines)
    if found is None:
        assert not any(kind is Kind.CANARIES_PLANTED for kind, _ in lines)
        return
    whole = {p["number"] for kind, p in lines if kind is Kind.MARK and p["offset"] == SIZE}
    assert {p.number for p in found.finished} <= whole
    if found.current is not None:
        number = found.current.number
        said = [p for kind, p in lines if kind in (Kind.MARK, Kind.PASS_STARTED) and p["number"] == number]
        assert found.offset == said[-1].get("offset", said[-1].get("from"))


# -- a command of the drive ------------------------------------------------------------------------------------------

ARGV = ["nvme", "format", "/dev/nvme0n1", "-s", "1", "--force"]
FORMAT = (Kind.ERASURE_STARTED, {"method": {"technique": "nvme-format"}, "bytes_total": SIZE, "resumed": False})
SENT = (Kind.COMMAND_STARTED, {"technique": "nvme-format", "argv": ARGV, "started": "t"})
ANSWERED = (Kind.COMMAND_FINISHED, {"technique": "nvme-format", "argv": ARGV, "started": "t", "exit_status": 0})
SEEN = {"technique": "nvme-format", "looked": 9, "alive": 0, "unreadable": 0, "witnesses_matching": 0, "classes": {}}
CHECKED = (Kind.COMMAND_CHECKED, {**SEEN, "classes": {"zeros": 9}})
GAVE_WAY = (
    Kind.FELL_BACK,
    {"technique": "nvme-format", "reason": "skip-refused-by-drive", "params": {"status": "0x001"}, "to": "overwrite"},
)


@pytest.mark.parametrize("lines", [(), (SENT,), (SENT, ANSWERED)], ids=["not-sent", "cut", "not-looked-at"])
def test_a_command_nobody_looked_at_starts_the_technique_over(lines: tuple[Line, ...]) -> None:
    found = there(FORMAT, planted(), *lines)
    assert found.current is None and found.interruptions == 1 and len(found.commands) == (1 if lines else 0)
    if lines:
        assert found.unsettled and found.canaries, "the drive is asked what became of it, and its canaries are there"
    else:
        assert found.starts_over and not found.unsettled, "nothing was sent"


def test_a_command_that_was_cut_stays_without_an_answer() -> None:
    again = (FORMAT[0], {**FORMAT[1], "resumed": True})
    found = there(FORMAT, planted(), SENT, again, planted(key="33" * 32), SENT, ANSWERED, CHECKED, begin(1))
    assert [c.get("exit_status") for c in found.commands] == [None, 0]
    assert found.canaries["key"] == "33" * 32 and found.interruptions == 2 and not found.starts_over


def test_after_the_look_the_pass_goes_on() -> None:
    found = there(FORMAT, planted(), SENT, ANSWERED, CHECKED, begin(1), mark(1, 7 * MIB))
    assert found.offset == 7 * MIB and found.inspection is not None and found.inspection.classes == {"zeros": 9}


def test_after_a_fall_back_the_overwrite_goes_on() -> None:
    found = there(FORMAT, planted(), SENT, ANSWERED, GAVE_WAY, begin(1), mark(1, 7 * MIB))
    assert found.offset == 7 * MIB and found.inspection is None
    assert [(gone.technique, gone.reason) for gone in found.fell_back] == [("nvme-format", "skip-refused-by-drive")]
    assert not found.unsettled


def test_new_canaries_end_what_was_written_before_them() -> None:
    again = (FORMAT[0], {**FORMAT[1], "resumed": True})
    before = (FORMAT, planted(), SENT, ANSWERED, CHECKED, begin(1), mark(1, 7 * MIB))
    found = there(*before, again, planted(key="33" * 32))
    assert found.finished == () and found.current is None and found.inspection is None
    assert found.canaries["key"] == "33" * 32 and found.unsettled
