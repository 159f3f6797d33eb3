"""What may be said of a machine in one word, from what its reports proved. Pure; the worst thing known decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent.model.plan import NOT_OF_THIS_PC
from agent.model.report import DiskOutcome

STATES = ("unknown", "failed", "attention", "done", "seen")
"""Worst first. unknown: do not release; attention: a person has to look; seen: nothing was erased here yet."""

ELSEWHERE = NOT_OF_THIS_PC | {"excluded-loop"}
"""Reasons of a disk left alone that say it does not belong to the machine."""

WITHOUT_EVIDENCE = "without_evidence"
"""Shown for an erasure that is called done and of which nothing that was observed says so."""

_NOT_KNOWN = frozenset({DiskOutcome.UNKNOWN.value, DiskOutcome.INTERRUPTED.value, WITHOUT_EVIDENCE})
_RESERVED = frozenset({DiskOutcome.REFUSED.value, DiskOutcome.CLEARED_WITH_EXCEPTIONS.value})


def current_disks(rows: Iterable[Any]) -> list[Any]:
    """The last word on each disk: rows of ``erasure`` in log order, corrected ones left out.

    Within one key the number in its chain counts, so a report that arrives late never hides a newer one.
    """
    latest: dict[str, Any] = {}
    for row in rows:
        if row.superseded_by is not None:
            continue
        before = latest.get(row.disk)
        if before is not None and before.kid == row.kid and row.chain_seq < before.chain_seq:
            continue
        latest[row.disk] = row
    return sorted(latest.values(), key=lambda r: (r.seq, r.n))


def is_own_disk(left: Mapping[str, Any]) -> bool:
    """Whether a disk that was left alone may hold data of the donor: yes unless its reason says whose it is."""
    return left.get("reason") not in ELSEWHERE


def state_of(
    disks: Sequence[Any], facts: Mapping[str, Any], install: Mapping[str, Any] | None, *, doubtful: bool
) -> str:
    """One of STATES. ``disks`` are the last words on each disk."""
    outcomes = {row.shown for row in disks}
    if outcomes & _NOT_KNOWN:
        return "unknown"
    if DiskOutcome.FAILED.value in outcomes:
        return "failed"
    reserved = bool(outcomes & _RESERVED)
    not_erased = bool(disks) and any(is_own_disk(d) for d in facts.get("left_alone") or ())
    trouble = install is not None and install.get("result") in ("failed", "unknown", "staged")  # staged: Setup waits
    if reserved or not_erased or trouble or doubtful:
        return "attention"
    return "done" if disks else "seen"
