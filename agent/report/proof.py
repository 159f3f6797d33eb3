"""What happened to one disk -> its entry in the report: everything that was observed, failures included. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from agent.model.erasure import BadRange, Canaries, Evidence, Level, PassRecord, Verification, transition_in
from agent.model.facts import is_state, to_wire
from agent.model.report import (
    Area,
    CanaryCheck,
    CommandCheck,
    Consent,
    DiskHealth,
    DiskOutcome,
    ErasedDisk,
    Erasure,
    ErasureException,
    HiddenAreas,
    Observation,
    OverwritePass,
    Readback,
    SecondReading,
    SkippedTechnique,
    WitnessCheck,
)

STANDARD = "IEEE 2883-2022; NIST SP 800-88r2"
MAX_RANGES = 1000
"""Ranges kept one by one in the record; beyond, the number and the bytes of the others are kept."""

_DISK_KEYS = (
    "model",
    "serial",
    "wwn",
    "firmware",
    "bus",
    "medium",
    "logical_block_size",
    "physical_block_size",
    "power_on_hours",
    "security",
    "nvme",
)


def _range(bad: BadRange, block: int) -> ErasureException:
    return ErasureException(
        kind=f"exception-{bad.operation}",
        bytes=bad.end - bad.start,
        start=bad.start,
        end=bad.end,
        first_lba=bad.start // block,
        last_lba=max(bad.start, bad.end - 1) // block,
        operation=bad.operation,
        errno=bad.errno,
    )


def _merged_bytes(ranges: Iterable[ErasureException]) -> int:
    """Bytes not covered, each counted once: a range that could be neither written nor read is listed twice."""
    total, reached = 0, 0
    for start, end in sorted((r.start or 0, r.end or 0) for r in ranges if r.start is not None and r.end is not None):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


_RANGE_KEYS = ("kind", "bytes", "start", "end", "first_lba", "last_lba", "operation", "errno")


def _named(exception: Mapping[str, Any]) -> ErasureException:
    """An exception as the erasure stage words it: the keys of the contract, everything else in ``params``."""
    wire = to_wire(exception)
    known = {k: wire[k] for k in _RANGE_KEYS if k in wire}
    rest = {k: v for k, v in wire.items() if k not in (*_RANGE_KEYS, "id", "params")}
    kind = wire.get("kind") or wire.get("id") or "exception-other"
    return ErasureException.model_validate(known | {"kind": kind, "params": {**wire.get("params", {}), **rest}})


def _exceptions(evidence: Evidence, block: int) -> tuple[list[ErasureException], int, int]:
    """Listed exceptions, how many ranges were left out of the list, and all the bytes not covered."""
    ranges = [_range(bad, block) for bad in evidence.bad_ranges]
    named = [_named(e) for e in evidence.exceptions]
    placed = [e for e in named if e.start is not None]
    # a summary ("write-ranges: 6 144 bytes") repeats the ranges that it sums up: its bytes count only without them
    counted = [e for e in named if e.start is None and not (ranges and e.kind.endswith("-ranges"))]
    total = _merged_bytes([*ranges, *placed]) + sum(e.bytes or 0 for e in counted)
    return [*named, *ranges[:MAX_RANGES]], max(0, len(ranges) - MAX_RANGES), total


def _passes(passes: Iterable[PassRecord]) -> list[OverwritePass]:
    return [
        OverwritePass(
            number=p.number,
            cipher=p.cipher,
            key=p.key,
            bytes=p.bytes_written,
            seconds=float(p.seconds),
            started=p.started,
            resumed_from=list(p.resumed_from),
        )
        for p in passes
    ]


def _readback(v: Verification | None, block: int) -> Readback | None:
    if v is None:
        return None
    return Readback.model_validate(
        {
            "mode": v.mode,
            "bytes": v.bytes,
            "seconds": float(v.seconds),
            "mismatches": v.mismatches,
            "unreadable_bytes": v.unreadable_bytes,
            "seed": v.seed,
            "classes": dict(v.classes),
            "mismatch_ranges": [_range(bad, block) for bad in v.mismatch_ranges[:MAX_RANGES]],
        }
    )


def _canaries(c: Canaries | None) -> tuple[CanaryCheck | None, WitnessCheck | None]:
    if c is None:
        return None, None
    counts = {"before_ok": c.readable_before, "alive": c.alive_after, "unreadable": c.unreadable_after}
    check = CanaryCheck.model_validate({"key": c.key, "seed": c.seed, "count": c.count, **counts})
    return check, WitnessCheck(count=c.witnesses, matching=c.witnesses_matching)


def observations(evidence: Evidence) -> list[Observation]:
    """What was seen, named: the words of the certificate depend on these and not on what a drive answered."""
    seen: list[Observation] = []
    if evidence.passes and evidence.bytes_total and evidence.bytes_covered == evidence.bytes_total:
        seen.append("written_whole")
    v, c = evidence.verification, evidence.canaries
    if v is not None and v.bytes > 0 and v.mismatches == 0:
        seen.append("read_back_full" if v.mode == "full" else "read_back_sample")
    if c is not None and c.readable_before > 0 and c.alive_after == 0:
        seen.append("canaries_gone")
    if c is not None and c.witnesses > 0 and c.witnesses_matching == 0:
        seen.append("witnesses_gone")
    if transition_in(evidence.status_timeline):
        seen.append("transition_seen")
    if _answered(evidence.smart_before) and _answered(evidence.smart_after):
        seen.append("smart_compared")
    others = [c for c in evidence.second_checks if c.agrees and c.tool != "regain"]
    if others:
        seen.append("second_tool_agrees")
    if any(c.by for c in others):
        seen.append("second_person")
    return seen


def _answered(smart: Mapping[str, Any] | None) -> bool:
    """The drive told something: a reading that failed compares nothing."""
    if smart is None:
        return False
    values = smart.get("values", smart)
    return any(not is_state(value) for value in values.values())


def _hidden_areas(disk: Mapping[str, Any]) -> HiddenAreas:
    extra = disk.get("extra")
    told = extra if isinstance(extra, Mapping) else {}
    hpa, dco = told.get("hpa"), told.get("dco")
    read = [
        area for area in (hpa, dco) if area is not None and not (isinstance(area, Mapping) and "unreadable" in area)
    ]
    return HiddenAreas.model_validate({"assessed": len(read) == 2, "hpa": hpa, "dco": dco})


def _block(disk: Mapping[str, Any]) -> int:
    size = disk.get("logical_block_size")
    return size if isinstance(size, int) and size > 0 else 512


def erasure_of(
    evidence: Evidence, *, operator: str, consent: Mapping[str, Any] | None = None, transcript_sha256: str | None = None
) -> Erasure:
    """The ``erasures[]`` entry of one disk: everything that was observed, failures included."""
    disk: Mapping[str, Any] = to_wire(evidence.disk)
    block, method = _block(disk), evidence.method
    listed, omitted, bytes_left = _exceptions(evidence, block)
    canaries, witnesses = _canaries(evidence.canaries)
    facts = {key: disk[key] for key in _DISK_KEYS if key in disk}
    identity = evidence.identity
    given = ErasedDisk.model_validate(
        {"identity": identity.text, "identity_kind": identity.kind, "size_bytes": identity.size_bytes, **facts}
    )
    agreed = Consent(suffix=identity.suffix, **{k: str(consent[k]) for k in ("by", "at")}) if consent else None
    return Erasure(
        disk=given,
        outcome=DiskOutcome(evidence.outcome.value),
        level=evidence.level.value,
        technique=method.technique,
        passes=method.passes,
        standard=STANDARD if evidence.level is not Level.NONE else None,
        why=method.reason,
        why_params=to_wire(method.params),
        skipped=[
            SkippedTechnique(technique=s.technique, reason=s.reason, params=to_wire(s.params)) for s in method.skipped
        ],
        claims=[method.claim] if method.claim else [],
        reasons=list(evidence.reasons),
        hidden_areas=_hidden_areas(disk),
        bytes_total=evidence.bytes_total,
        bytes_covered=evidence.bytes_covered,
        exceptions=listed,
        exceptions_omitted=omitted,
        exception_bytes=bytes_left,
        evidence=observations(evidence),
        command_check=CommandCheck.model_validate(to_wire(evidence.inspection)) if evidence.inspection else None,
        verification=_readback(evidence.verification, block),
        overwrite=_passes(evidence.passes),
        canaries=canaries,
        witnesses=witnesses,
        commands=[to_wire(c) for c in evidence.commands],
        status_timeline=[to_wire(s) for s in evidence.status_timeline],
        smart_before=to_wire(evidence.smart_before),
        smart_after=to_wire(evidence.smart_after),
        health=DiskHealth.model_validate(to_wire(evidence.health)) if evidence.health else None,
        temperature=to_wire(evidence.temperature),
        areas=[Area.model_validate(to_wire(a)) for a in evidence.areas],
        second_checks=[SecondReading.model_validate(to_wire(c)) for c in evidence.second_checks],
        plan_digest=evidence.plan_digest,
        warrant_id=evidence.warrant_id,
        consent=agreed,
        transcript_sha256=transcript_sha256,
        started=evidence.started,
        seconds=float(evidence.seconds),
        interruptions=evidence.interruptions,
        operator=operator,
        rehearsal=evidence.rehearsal,
        rehearsal_scale=evidence.rehearsal_scale,
    )
