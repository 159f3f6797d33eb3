"""The job is a fold over one transition table: what may follow what, and what a screen reads from it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.erasure import Outcome
from agent.model.events import Event, Kind, from_wire
from agent.model.job import ENDED, IllegalTransition, Job, State, apply, fold

PLAN = {"targets": [{"identity": {"text": "AAAA1111"}}, {"identity": {"text": "BBBB2222"}}]}

STORY: list[tuple[Kind, str | None, dict[str, Any]]] = [
    (Kind.JOB_STARTED, None, {"job_id": "j", "machine": "m", "exercise": True}),
    (Kind.PROBE_FINISHED, None, {"probe": "cpu", "done": 1, "total": 2, "ok": False, "error": "time-out"}),
    (Kind.INVENTORY_FINISHED, None, {"inventory": {}}),
    (Kind.ASSESSED, None, {"eligibility": {}, "options": []}),
    (Kind.CHOSEN, None, {"system": "none", "profile": None}),
    (Kind.PLANNED, None, {"plan": PLAN, "digest": "d", "short_digest": "D"}),
    (Kind.CONSENTED, None, {"warrant_id": "w"}),
    (Kind.ERASURE_STARTED, "AAAA1111", {"method": {"passes": 2}, "bytes_total": 100}),
    (Kind.PASS_STARTED, "AAAA1111", {"number": 1, "passes": 2, "from": 0}),
    (Kind.PROGRESS, "AAAA1111", {"phase": "write", "done": 43, "total": 100, "eta_s": 5.0}),
    (Kind.ERASURE_STARTED, "BBBB2222", {"method": {"passes": 1}, "bytes_total": 50}),
    (Kind.ERASURE_FINISHED, "AAAA1111", {"outcome": "cleared"}),
    (Kind.RANGE_FAILED, "BBBB2222", {"start": 0, "end": 512, "operation": "write", "errno": 5}),
    (Kind.ERASURE_FINISHED, "BBBB2222", {"outcome": "failed", "reasons": ["r"]}),
    (Kind.INSTALL_LOCKED, "AAAA1111", {"reason": "lock-not-proven"}),
    (Kind.RECORD_SIGNED, None, {"number": "EX-1"}),
    (Kind.JOB_FINISHED, None, {"outcome": "failed", "exit_code": 4}),
]


def events(upto: int | None = None) -> list[Event]:
    return [
        Event(kind=kind, seq=n, t="2026-11-23T10:00:00.000Z", disk=disk, params=params)
        for n, (kind, disk, params) in enumerate(STORY[:upto], start=1)
    ]


def test_the_whole_story() -> None:
    job = fold(events())
    assert job.state is State.FAILED and job.exit_code == 4
    assert job.disks["AAAA1111"].outcome is Outcome.CLEARED
    assert job.disks["BBBB2222"].outcome is Outcome.FAILED
    assert job.disks["BBBB2222"].bad_bytes == 512
    assert job.probe_errors == {"cpu": "time-out"}
    assert job.install_locked == "lock-not-proven"


def test_one_disk_done_is_not_all_disks_done() -> None:
    assert fold(events(12)).state is State.ERASING
    assert fold(events(14)).state is State.ERASED


@given(st.integers(min_value=0, max_value=len(STORY)))
def test_a_journal_cut_anywhere_still_folds_and_never_claims_more(cut: int) -> None:
    job = fold([from_wire(e.to_wire()) for e in events(cut)])
    finished = sum(1 for k, _, p in STORY[:cut] if k is Kind.ERASURE_FINISHED)
    assert sum(d.outcome is not None for d in job.disks.values()) == finished
    assert job.state not in ENDED or cut == len(STORY)


@pytest.mark.parametrize(
    ("before", "kind"),
    [(0, Kind.CONSENTED), (4, Kind.CONSENTED), (5, Kind.ERASURE_STARTED), (6, Kind.ERASURE_STARTED),
     (9, Kind.INSTALL_STARTED), (9, Kind.CHOSEN), (17, Kind.ERASURE_STARTED), (17, Kind.JOB_FINISHED)],
)  # fmt: skip
def test_an_illegal_edge_raises(before: int, kind: Kind) -> None:
    params = {"warrant_id": "w", "method": {}, "bytes_total": 1, "steps": 1, "outcome": "done", "system": "none"}
    with pytest.raises(IllegalTransition):
        apply(fold(events(before)), Event(kind=kind, seq=99, t="t", disk="AAAA1111", params=params))


@given(st.lists(st.sampled_from(STORY), max_size=25))
def test_no_wipe_without_consent_in_any_order_of_events(story: list[tuple[Kind, str | None, dict[str, Any]]]) -> None:
    job, consented = Job(), False
    for n, (kind, disk, params) in enumerate(story, start=1):
        try:
            job = apply(job, Event(kind=kind, seq=n, t="t", disk=disk, params=params))
        except (IllegalTransition, KeyError):
            continue
        consented = consented or kind is Kind.CONSENTED
        assert consented or job.state not in (State.ERASING, State.ERASED, State.INSTALLING)
