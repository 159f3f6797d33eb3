"""From observations to an outcome: the only place that says a disk is erased (ERASURE design, section 7).

Pure. Exit status 0 is never evidence, nor is a command that answered "OK"; what was not observed is *unknown*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.erasure import ranges
from agent.erasure.content import Content
from agent.model.erasure import (
    AreaRecord,
    BadRange,
    Canaries,
    Evidence,
    Inspection,
    Level,
    Method,
    Outcome,
    Verification,
)
from agent.model.facts import Known, known
from agent.model.inventory import Disk

OVERWRITE = "overwrite"
NVME_FORMAT = "nvme-format"

ERASED_NOTHING = "reason-command-erased-nothing"
"""A drive that called its command done, and canaries say otherwise."""


def ends_on_stream(method: Method) -> bool:
    """Our own pass is the last step: what is read back must be its stream, byte for byte."""
    return method.passes > 0


def sends_command(technique: str) -> bool:
    """It begins with commands the drive carries out: what they did is looked at before anything is written."""
    return technique != OVERWRITE


FAILED_ENDS: Mapping[str, str] = {
    "vanished": "reason-vanished",
    "budget": "reason-budget",
    "read-only": "reason-read-only",
    "sync-failed": "reason-sync-failed",
    "error": "reason-disk-error",
    "sanitize-failed": "reason-sanitize-failed",
    "format-failed": "reason-format-failed",
    "refused": "reason-command-refused",
    "not-erased": ERASED_NOTHING,
    "password-left": "reason-password-left",
    "locked": "reason-locked",
    "opal-locked": "reason-opal-locked",
    "opal-still-locked": "reason-opal-still-locked",
}
"""How the worker, or the drive's own command, ended -> why that is a failure of the disk."""

UNKNOWN_ENDS: Mapping[str, str] = {
    "stopped": "reason-interrupted",
    "stalled": "reason-stalled",
    "died": "reason-worker-died",
    "command-unknown": "reason-command-unknown",
    "not-shown": "reason-command-not-checked",
    "changed": "reason-changed-after-command",
    "sanitize-running": "reason-sanitize-running",
    "sanitize-unknown": "reason-sanitize-unknown",
    "sanitize-no-end": "reason-sanitize-no-end",
    "left-running": "reason-left-running",
}

ERROR_IDS: Mapping[str, str] = {
    "reason-vanished": "disk-vanished",
    "reason-budget": "disk-write-errors",
    "reason-read-only": "disk-write-errors",
    "reason-sync-failed": "disk-write-errors",
    "reason-disk-error": "disk-write-errors",
    "reason-canary-alive": "disk-canary-alive",
    "reason-witness-alive": "disk-canary-alive",
    ERASED_NOTHING: "disk-lied",
    "reason-structured-content": "disk-structured-content",
    "reason-mismatch": "disk-verify-mismatch",
    "reason-second-check-differs": "disk-verify-mismatch",
    "reason-zero-pass-differs": "disk-verify-mismatch",
    "reason-worker-died": "disk-worker-died",
    "reason-stalled": "disk-stalled",
}
"""The error id, and so the code written on the disk, of each reason; any other doubt is "disk-state-unknown"."""

_GROWTH = (
    "reallocated_sectors",
    "pending_sectors",
    "offline_uncorrectable",
    "media_errors",
    "grown_defects",
)
"""Counters that must not grow during an erasure (ERASURE design, section 8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What was seen while one disk was erased. ``end`` is the worker's last word, "" when there was none.

    ``inspection``: what was seen between the drive's own command and our pass.
    ``transition_seen``: the drive's own status went through "in progress" to "completed" (firmware techniques).
    ``areas``: what came of the other areas of an eMMC.
    """

    size_bytes: int
    method: Method
    disk: Disk
    end: str
    passes_finished: int = 0
    canaries: Canaries | None = None
    inspection: Inspection | None = None
    verification: Verification | None = None
    bad_ranges: tuple[BadRange, ...] = ()
    signatures: tuple[str, ...] = ()
    transition_seen: bool = False
    areas: tuple[AreaRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    outcome: Outcome
    level: Level
    reasons: tuple[str, ...]
    exceptions: tuple[Mapping[str, Any], ...]
    bytes_covered: int


def judge(seen: Observations) -> Judgement:
    """The table of section 7: a failure outweighs what is unknown, which outweighs every success."""
    exceptions = exceptions_of(seen)
    covered = _covered(seen)
    failures = _failures(seen)
    doubts = _doubts(seen)
    if failures or doubts:
        return Judgement(
            outcome=Outcome.FAILED if failures else Outcome.UNKNOWN,
            level=Level.NONE,
            reasons=tuple(failures or doubts),
            exceptions=exceptions,
            bytes_covered=covered,
        )
    if exceptions:
        outcome, reason = Outcome.CLEARED_WITH_EXCEPTIONS, "reason-cleared-with-exceptions"
    elif seen.method.level is Level.PURGE:
        outcome, reason = Outcome.PURGED, "reason-purged"
    else:
        outcome, reason = Outcome.CLEARED, "reason-cleared"
    level = Level.PURGE if outcome is Outcome.PURGED else Level.CLEAR
    return Judgement(outcome=outcome, level=level, reasons=(reason,), exceptions=exceptions, bytes_covered=covered)


def error_id(evidence: Evidence) -> str | None:
    """The error a person is told about this disk; None when it is proven erased."""
    if evidence.outcome.proven:
        return None
    return next((ERROR_IDS[r] for r in evidence.reasons if r in ERROR_IDS), "disk-state-unknown")


def survivors(inspection: Inspection) -> int:
    """Places that still held what was there before the drive's own command."""
    return inspection.alive + inspection.witnesses_matching


def erased_by_command(inspection: Inspection) -> bool:
    """True when the command was seen to have erased: every place but 1 in 1,000 could be read, none had survived."""
    readable = inspection.looked - inspection.unreadable
    return readable > 0 and not survivors(inspection) and inspection.unreadable * 1000 <= inspection.looked


def _failures(seen: Observations) -> list[str]:
    """What was seen and is bad: no later observation can make up for it."""
    found = []
    if seen.end in FAILED_ENDS:
        found.append(FAILED_ENDS[seen.end])
    if seen.inspection is not None and survivors(seen.inspection) and ERASED_NOTHING not in found:
        found.append(ERASED_NOTHING)
    if seen.canaries is not None:
        if seen.canaries.alive_after:
            found.append("reason-canary-alive")
        if seen.canaries.witnesses_matching:
            found.append("reason-witness-alive")
    check = seen.verification
    if check is not None:
        if seen.signatures or check.classes.get(Content.STRUCTURED.value):
            found.append("reason-structured-content")
        if ends_on_stream(seen.method) and check.mismatches:
            found.append("reason-mismatch")
    return found


def _doubts(seen: Observations) -> list[str]:
    """What should have been seen and was not."""
    if seen.end != "done":  # what follows from it need not be said as well
        return [UNKNOWN_ENDS.get(seen.end, "reason-worker-died")]
    found = []
    commanded = sends_command(seen.method.technique)
    if commanded and (seen.inspection is None or not erased_by_command(seen.inspection)):
        found.append("reason-command-not-checked")
    if seen.passes_finished < seen.method.passes:
        found.append("reason-passes-missing")
    if seen.method.level is Level.PURGE and not seen.transition_seen:
        found.append("reason-transition-not-seen")
    found += _check_doubts(seen)
    found += _canary_doubts(seen.canaries)
    return found


def _check_doubts(seen: Observations) -> list[str]:
    check = seen.verification
    if check is None:
        return ["reason-not-verified"]
    if check.mode != seen.method.verify:
        return ["reason-verified-too-little"]
    looked_at = check.bytes + check.unreadable_bytes
    # full: every addressable byte; sample: two samples of 5 % in each subsection, a tenth at least
    wanted = seen.size_bytes if check.mode == "full" else seen.size_bytes // 10
    unclassed = not ends_on_stream(seen.method) and check.classes.get(Content.NOT_CLASSED.value)
    if looked_at < wanted or check.bytes == 0 or unclassed:
        return ["reason-verified-too-little"]
    return []


def _canary_doubts(canaries: Canaries | None) -> list[str]:
    if canaries is None or canaries.readable_before == 0:
        return ["reason-no-canaries"]
    if None in (canaries.alive_after, canaries.unreadable_after, canaries.witnesses_matching):
        return ["reason-canaries-not-checked"]
    places = canaries.readable_before + canaries.witnesses
    if (canaries.unreadable_after or 0) * 1000 > places:  # more than 1 in 1,000
        return ["reason-check-void"]
    return []


def exceptions_of(seen: Observations) -> tuple[Mapping[str, Any], ...]:
    """Everything the certificate must list beside the outcome: {"id": message id, "bytes": n, …}."""
    found: list[Mapping[str, Any]] = []
    for operation in ("write", "read"):
        bad = [r for r in seen.bad_ranges if r.operation == operation]
        if bad:
            found.append(
                {
                    "id": f"exception-{operation}-ranges",
                    "bytes": ranges.total(ranges.spans(bad)),
                    "ranges": len(bad),
                    "first": min(r.start for r in bad),
                }
            )
    unread = seen.verification.unreadable_bytes if seen.verification else 0
    if unread and not any(e["id"] == "exception-read-ranges" for e in found):  # counted, and nobody said where
        found.append({"id": "exception-read-ranges", "bytes": unread, "ranges": None, "first": None})
    reached = seen.method.level is Level.PURGE  # the drive's own command covers what a host cannot address
    return (*found, *(() if reached else hidden_areas(seen.disk, seen.areas)))


def hidden_areas(disk: Disk, areas: tuple[AreaRecord, ...] = ()) -> list[Mapping[str, Any]]:
    """Places of this kind of disk that an overwrite does not reach, or that nobody could look for."""
    bus, medium = known(disk.bus), known(disk.medium)
    extra = disk.extra or {}
    found: list[Mapping[str, Any]] = []
    if bus == "ata" and medium != "optical":
        found += _host_protected(extra, known(disk.logical_block_size) or 512, known(disk.size_bytes))
    if bus == "usb" or medium == "usb":
        found.append({"id": "exception-bridge-not-assessed", "bytes": None})
    if medium == "emmc" or bus == "mmc":
        found += _areas_left(_plain(extra.get("emmc")), areas)
    return found + _other_namespaces(disk)


def _areas_left(emmc: Any, areas: tuple[AreaRecord, ...]) -> list[Mapping[str, Any]]:
    """Areas of a card that were not erased. RPMB cannot be, by anybody."""
    left: list[Mapping[str, Any]] = [
        {
            "id": "exception-area-locked" if area.outcome == "locked" else "exception-area-left",
            "bytes": area.bytes,
            "area": area.name,
        }
        for area in areas
        if area.outcome != "cleared"
    ]
    if not any(area.name.startswith("boot") for area in areas):
        left.append({"id": "exception-boot-areas", "bytes": _plain(emmc, "boot_bytes")})
    elif (rpmb := _plain(emmc, "rpmb_bytes")) != 0:
        left.append({"id": "exception-rpmb", "bytes": rpmb})
    return left


def _other_namespaces(disk: Disk) -> list[Mapping[str, Any]]:
    """Each attached namespace is a disk of its own, with a page of its own; nobody sees the others."""
    namespaces = known(disk.nvme.namespaces) if disk.nvme else None
    attached = known(disk.nvme.attached) if disk.nvme else None
    if namespaces is None or namespaces < 2:
        return []
    if attached is None:
        return [{"id": "exception-namespaces", "bytes": None, "count": namespaces}]
    left = namespaces - attached
    return [{"id": "exception-namespaces-unattached", "bytes": None, "count": left}] if left > 0 else []


def _host_protected(extra: Mapping[str, Any], sector: int, size: int | None) -> list[Mapping[str, Any]]:
    """HPA and DCO (ACS-3): sectors that IDENTIFY does not count. Their keys: section 11 of the design.

    ``sector``: bytes of a logical sector, in which the drive counts (4096 on a 4Kn disk). ``size``: bytes that the
    kernel lets us reach, which may still be the size from before the area was shown.
    """
    found: list[Mapping[str, Any]] = []
    hpa = _plain(extra.get("hpa"))
    if not isinstance(hpa, Mapping) or not isinstance(_plain(hpa, "enabled"), bool):
        found.append({"id": "exception-hpa-not-assessed", "bytes": None})
    elif _plain(hpa, "enabled"):
        visible, native = _plain(hpa, "visible_sectors"), _plain(hpa, "native_sectors")
        both = isinstance(visible, int) and isinstance(native, int)
        found.append({"id": "exception-hpa", "bytes": (native - visible) * sector if both else None})
    elif size and isinstance(visible := _plain(hpa, "visible_sectors"), int) and visible * sector > size:
        found.append({"id": "exception-hpa", "bytes": visible * sector - size})
    dco, native = _plain(extra.get("dco")), _plain(hpa, "native_sectors") if isinstance(hpa, Mapping) else None
    real = _plain(dco, "max_sectors") if isinstance(dco, Mapping) else None
    if not isinstance(real, int) or not isinstance(native, int) or real < native:
        found.append({"id": "exception-dco-not-assessed", "bytes": None})  # below the native size: an aborted command
    elif real > native:
        found.append({"id": "exception-dco", "bytes": (real - native) * sector})
    return found


def _plain(value: Any, key: str | None = None) -> Any:
    """A value out of a fact or a mapping of facts; None when it is not known."""
    if key is not None:
        value = value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)
    return value.value if isinstance(value, Known) else value


def grown(before: Disk, after: Disk) -> list[Mapping[str, Any]]:
    """Defect counters that grew during the erasure. A counter that cannot be compared is no growth and no proof."""
    found: list[Mapping[str, Any]] = []
    for name in _GROWTH:
        a, b = known(getattr(before, name)), known(getattr(after, name))
        if a is not None and b is not None and b > a:
            found.append({"id": "exception-defects-grew", "bytes": None, "counter": name, "before": a, "after": b})
    return found


def with_health(evidence: Evidence, before: Disk, after: Disk) -> Evidence:
    """The evidence once the drive's counters were read again: growth is an exception even if every write succeeded."""
    new = grown(before, after)
    if not new:
        return evidence
    exceptions = (*evidence.exceptions, *new)
    if evidence.outcome is not Outcome.CLEARED:  # purged stays: spare areas are what a Purge reaches
        return replace(evidence, exceptions=exceptions)
    return replace(
        evidence,
        exceptions=exceptions,
        outcome=Outcome.CLEARED_WITH_EXCEPTIONS,
        reasons=("reason-cleared-with-exceptions",),
    )


def _covered(seen: Observations) -> int:
    """Bytes that were overwritten and read back as the stream (as much as was looked at), or that the drive erased by
    its own command and could be read since."""
    check = seen.verification
    if check is None or seen.passes_finished < seen.method.passes:
        return 0
    lost = ranges.total(ranges.spans(r for r in seen.bad_ranges if r.operation in ("write", "read")))
    if not any(r.operation == "read" for r in seen.bad_ranges):
        lost += check.unreadable_bytes
    wrong = ranges.total((r.start, r.end) for r in check.mismatch_ranges)
    return max(0, seen.size_bytes - lost - wrong)
