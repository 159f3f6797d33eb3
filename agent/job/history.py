"""Journals of earlier runs: what was cut, and what may be continued."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.erasure.proof import ERASED_NOTHING
from agent.erasure.resume import ResumePoint, resume_point
from agent.job.journal import read_journal
from agent.model.erasure import Outcome
from agent.model.events import Event, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRun:
    """A run that left a disk without an outcome: power cut, stick pulled for good, process killed."""

    path: Path
    events: Sequence[Event]
    disks: tuple[str, ...]  # identities whose erasure started and never ended, or ended unknown


def _ended(events: Sequence[Event]) -> set[str | None]:
    """Disks whose erasure came to an outcome."""
    return {e.disk for e in events if e.kind is Kind.ERASURE_FINISHED and e.params["outcome"] != Outcome.UNKNOWN}


def _open_disks(events: Sequence[Event]) -> tuple[str, ...]:
    started = [e.disk for e in events if e.kind is Kind.ERASURE_STARTED and e.disk]
    ended = _ended(events)
    return tuple(dict.fromkeys(d for d in started if d not in ended))


def cut_runs(folder: Path) -> Sequence[CutRun]:
    """Runs in this journal folder that were cut in mid-erasure, oldest first. A disk whose erasure ended in a later
    run is settled, even when that run was cut afterwards. Raises Fault journal-damaged."""
    found: list[CutRun] = []
    settled: set[str | None] = set()
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        events = read_journal(path)
        disks = tuple(d for d in _open_disks(events) if d not in settled)
        settled |= _ended(events)
        if disks:
            found.append(CutRun(path=path, events=events, disks=disks))
    return found[::-1]


def _story(runs: Sequence[CutRun], identity: str) -> Iterator[Event]:
    for run in runs:
        if identity in run.disks:
            yield from run.events


def resume_points(folder: Path) -> dict[str, ResumePoint]:
    """Where each cut erasure may go on, by disk identity; a disk cut twice has its whole story read."""
    runs = cut_runs(folder)
    points: dict[str, ResumePoint] = {}
    for identity in {d for run in runs for d in run.disks}:
        point = resume_point(_story(runs, identity), identity)
        if point is not None:
            points[identity] = point
    return points


def cut_later(folder: Path) -> dict[str, str]:
    """Disks whose erasure had ended when their job was cut: ``install`` in mid-install, ``record`` before the record
    was signed. A later job that ended on the same disk settles it. Raises Fault journal-damaged."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        events = read_journal(path)
        kinds = {e.kind for e in events}
        touched = {e.disk for e in events if e.disk and e.kind in (Kind.ERASURE_FINISHED, Kind.INSTALL_STARTED)}
        if Kind.JOB_FINISHED in kinds:
            found = {disk: stage for disk, stage in found.items() if disk not in touched}
        elif Kind.INSTALL_STARTED in kinds and Kind.INSTALL_FINISHED not in kinds:
            found |= {e.disk: "install" for e in events if e.disk and e.kind is Kind.INSTALL_STARTED}
        elif Kind.RECORD_SIGNED not in kinds:
            found |= dict.fromkeys((d for d in touched if d not in _open_disks(events)), "record")
    return found


def liars(folder: Path, *, last_run_only: bool = False) -> frozenset[str]:
    """Disks whose drive once called its own command done without erasing: no later plan relies on its word.

    ``last_run_only``: the disks of a rehearsal are new each time. Raises Fault journal-damaged."""
    runs = (read_journal(path) for path in sorted(folder.glob("*.jsonl*")))
    ends = [[event for event in run if event.kind is Kind.ERASURE_FINISHED] for run in runs]
    ends = [run for run in ends if run]
    return frozenset(
        event.disk
        for run in (ends[-1:] if last_run_only else ends)
        for event in run
        if event.disk and ERASED_NOTHING in event.params.get("reasons", ())
    )


def close_runs(folder: Path, ended: Sequence[str]) -> None:
    """Once every disk of a cut run has an outcome in a later run, its journal is set aside, never deleted."""
    for path in sorted(folder.glob("*.jsonl")):
        disks = _open_disks(read_journal(path))
        if disks and set(disks) <= set(ended):
            path.rename(path.with_suffix(".jsonl.resumed"))
