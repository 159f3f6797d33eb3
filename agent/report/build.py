"""What happened -> the report that is signed. Pure: no clock, no randomness, no files.

The caller brings the report id, the instant, the place in the chain and the wire forms that the stages produced.
What section 13 of the REPORT design forbids (paths, mounts, foreign MAC addresses) is left out here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from agent.model.erasure import BadRange, Canaries, Evidence, Level, PassRecord, Verification, transition_in
from agent.model.facts import to_wire
from agent.model.report import (
    EXERCISE_NUMBER_PREFIX,
    SCHEMA,
    Agent,
    Area,
    CanaryCheck,
    ChainLink,
    CommandCheck,
    Consent,
    Device,
    DiskHealth,
    DiskOutcome,
    ErasedDisk,
    Erasure,
    ErasureException,
    FunctionTest,
    Grade,
    HiddenAreas,
    Identifier,
    Install,
    Instant,
    LeftAlone,
    Lot,
    NoDisk,
    Observation,
    OverwritePass,
    PlanSummary,
    Readback,
    Report,
    ReportKind,
    SecondReading,
    SkippedTechnique,
    Time,
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
_DISK_PRIVATE = frozenset({"backing_file", "in_use", "path"})
_DISK_EXTRA = frozenset({"hpa", "dco", "sanitize_log", "sanitize_status", "emmc"})
_INSTALL_KEYS = tuple(name for name in Install.model_fields if name not in ("detail", "result", "status"))
_IMAGE_STATUS = frozenset({"proven", "rehearsed", "unproven"})
_SAFE_PARAMS = frozenset({"count", "what"})
"""Of why a disk was left alone: the evidence names mount points and files, which stay on the stick."""


def certificate_number(*, year: int, workshop: str, stick: int, counter: int, exercise: bool) -> str:
    """``2026-RC-000123``: year, workshop letters, two digits of stick, the stick's own counter (at least four digits).

    Unique without the year: the clock may lie. Raises ValueError outside the ranges.
    """
    if not 0 <= stick <= 99 or counter < 1 or not 1000 <= year <= 9999:
        raise ValueError(f"no certificate number for stick {stick}, counter {counter}, year {year}")
    prefix = EXERCISE_NUMBER_PREFIX if exercise else ""
    return f"{prefix}{year:04d}-{workshop}-{stick:02d}{counter:04d}"


def _is_state(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) in ({"absent"}, {"unreadable"})


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


# --- inventory and device ---------------------------------------------------------------------------------------


def _public_mac(port: Mapping[str, Any]) -> bool:
    """A permanent address of a built-in interface: not USB, not locally administered, not multicast, not zero."""
    mac = _text(port.get("mac"))
    try:
        raw = bytes.fromhex(mac.replace(":", "").replace("-", ""))
    except ValueError:
        return False
    return len(raw) == 6 and any(raw) and not raw[0] & 0b11 and port.get("usb") is not True


def _public_disk(disk: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in disk.items() if k not in _DISK_PRIVATE}
    if isinstance(kept.get("extra"), Mapping):
        kept["extra"] = {k: v for k, v in kept["extra"].items() if k in _DISK_EXTRA}
    return kept


def _public_port(port: Mapping[str, Any]) -> dict[str, Any]:
    if "mac" not in port or _is_state(port["mac"]) or _public_mac(port):
        return dict(port)
    return {k: v for k, v in port.items() if k != "mac"}


def public_inventory(inventory: Mapping[str, Any]) -> dict[str, Any]:
    """The inventory document less what must never travel (REPORT design, section 13)."""
    kept: dict[str, Any] = dict(to_wire(inventory))
    if isinstance(kept.get("disks"), list):
        kept["disks"] = [_public_disk(d) for d in kept["disks"] if isinstance(d, Mapping)]
    if isinstance(kept.get("network"), list):
        kept["network"] = [_public_port(p) for p in kept["network"] if isinstance(p, Mapping)]
    suffix = kept.get("oem_windows_key_suffix")
    if isinstance(suffix, str):
        kept["oem_windows_key_suffix"] = suffix[-5:]
    return kept


def _identifier(kind: str, part: Mapping[str, Any], *, key: str, quality: str, scope: str) -> Identifier | None:
    value, judged = _text(part.get(key)), part.get(quality)
    if not value:
        return None
    known = judged if judged in ("good", "weak", "junk", "absent") else "weak"
    return Identifier.model_validate({"kind": kind, "value": value, "scope": scope, "quality": known})


def identifiers_of(inventory: Mapping[str, Any]) -> list[Identifier]:
    """Serial numbers of system, chassis and board, the UUID, and MAC addresses of built-in interfaces; no disks."""
    system, board, chassis = (dict(inventory.get(k) or {}) for k in ("system", "board", "chassis"))
    maker = _text(system.get("manufacturer"))
    rated = [
        _identifier("system_serial", system, key="serial", quality="serial_quality", scope=maker),
        _identifier("chassis_serial", chassis, key="serial", quality="serial_quality", scope=maker),
        _identifier(
            "board_serial", board, key="serial", quality="serial_quality", scope=_text(board.get("manufacturer"))
        ),
        _identifier("uuid", system, key="uuid", quality="uuid_quality", scope=""),
    ]
    ports = inventory.get("network")
    macs = [
        Identifier(kind="mac", value=port["mac"].lower(), quality="good")
        for port in (ports if isinstance(ports, list) else [])
        if isinstance(port, Mapping) and _public_mac(port)
    ]
    return [i for i in rated if i is not None] + macs


def fingerprint(identifiers: Iterable[Identifier]) -> str | None:
    """SHA-256 over the sorted good identifiers; None when there is none: two anonymous PCs are not the same PC."""
    lines = sorted(f"{i.kind}\t{i.scope}\t{i.value}" for i in identifiers if i.quality == "good")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else None


def _device(inventory: Mapping[str, Any], tag: str | None) -> Device:
    system, chassis = (dict(inventory.get(k) or {}) for k in ("system", "chassis"))
    identifiers = identifiers_of(inventory)
    facts = {
        "tag": tag,
        "form": chassis.get("type"),
        "manufacturer": system.get("manufacturer"),
        "product": system.get("model_name") or system.get("product"),
        "sku": system.get("sku"),
    }
    return Device.model_validate(facts | {"identifiers": identifiers, "fingerprint": fingerprint(identifiers)})


# --- one disk ---------------------------------------------------------------------------------------------------


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
    return any(not _is_state(value) for value in values.values())


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


# --- plan and install -------------------------------------------------------------------------------------------


def _plan(plan: Mapping[str, Any] | None) -> PlanSummary | None:
    if plan is None:
        return None
    choice = plan.get("choice") or {}
    left = []
    for disk in plan.get("excluded", ()):
        kept = {k: disk[k] for k in ("model", "suffix", "size_bytes", "reason") if k in disk}
        params = {k: v for k, v in disk.get("params", {}).items() if k in _SAFE_PARAMS}
        left.append(LeftAlone.model_validate(kept | {"params": params}))
    return PlanSummary(
        system=str(choice.get("system", "none")),
        profile=choice.get("profile"),
        chosen_by=str(choice.get("chosen_by", "")),
        left_alone=left,
    )


_RESULTS = frozenset({"done", "staged", "failed", "rehearsed", "locked", "unknown"})


def _image_status(install: Mapping[str, Any]) -> Any:
    """What the image's manifest says of the image, told apart from what happened; None when it is not."""
    return install.get("image_status", (install.get("detail") or {}).get("image_status"))


def _install_result(install: Mapping[str, Any], *, exercise: bool) -> str:
    """What happened. A bench installs nothing: success there is a rehearsal, whoever calls it done.

    ``status`` is the result where ``image_status`` stands beside it; alone it may be the image's own.
    """
    status, ok = install.get("status"), install.get("ok")
    told = status in _RESULTS and (_image_status(install) is not None or status not in _IMAGE_STATUS)
    if told:
        result = str(status)
    elif not isinstance(ok, bool):
        result = "unknown"
    else:
        result = "failed" if not ok else "done"
    repeated = exercise or install.get("rehearsed") is True
    return "rehearsed" if result in ("done", "staged") and repeated else result


def _install(install: Mapping[str, Any] | None, plan: Mapping[str, Any] | None, *, exercise: bool) -> Install | None:
    """What the install stage says, completed by the plan; keys without a place of their own go to ``detail``."""
    if install is None:
        return None
    wire: dict[str, Any] = to_wire(install)
    planned = (plan or {}).get("install") or {}
    image = wire.get("image") or planned.get("image") or {}
    choice = (plan or {}).get("choice") or {}
    status = _image_status(wire) or wire.get("status")
    if status not in _IMAGE_STATUS:
        status = image.get("status")
    given = {
        "os_family": choice.get("system"),
        "profile": planned.get("profile") or choice.get("profile"),
        "image_id": image.get("name") or image.get("file"),
        "image_sha256": image.get("sha256"),
        "version": image.get("version"),
        "unproven_reason": (plan or {}).get("unproven_reason"),
        "status": status if status in _IMAGE_STATUS else None,
    } | {k: wire.get(k) for k in _INSTALL_KEYS if wire.get(k) is not None}
    rest = {
        k: v
        for k, v in wire.items()
        if k not in (*_INSTALL_KEYS, "status", "image_status", "detail", "image", "result")
    }
    detail = {**rest, **wire.get("detail", {})}
    return Install.model_validate(given | {"result": _install_result(wire, exercise=exercise), "detail": detail})


# --- the report -------------------------------------------------------------------------------------------------


def build_report(
    *,
    report_id: str,
    kind: ReportKind | str,
    inventory: Mapping[str, Any],
    eligibility: Mapping[str, Any],
    evidence: Sequence[Evidence],
    install: Mapping[str, Any] | None,
    plan: Mapping[str, Any] | None,
    tag: str | None,
    operator: str,
    lot: Mapping[str, Any] | None,
    created: Instant,
    duration_s: float,
    agent: Mapping[str, Any],
    workshop: str | None,
    chain: ChainLink,
    certificate_number: str | None,
    exercise: bool,
    consent: Mapping[str, Any] | None = None,
    transcript_sha256: str | None = None,
    tests: Sequence[Mapping[str, Any]] = (),
    grade: Mapping[str, Any] | None = None,
    no_disk: Mapping[str, Any] | None = None,
    checker: str | None = None,
    supersedes: str | None = None,
    confirms: str | None = None,
) -> Report:
    """The report of one machine. ``consent`` is ``{by, at}``; ``agent`` holds versions (``version`` at least).

    Raises ValueError when the parts contradict each other, a rehearsal passing for real above all.
    """
    entries = [erasure_of(e, operator=operator, consent=consent, transcript_sha256=transcript_sha256) for e in evidence]
    try:
        return Report(
            contract=SCHEMA,
            report_id=report_id,
            kind=ReportKind(kind),
            supersedes=supersedes,
            confirms=confirms,
            exercise=exercise,
            certificate_number=certificate_number,
            lot=Lot.model_validate(dict(lot)) if lot is not None else None,
            device=_device(inventory, tag),
            inventory=public_inventory(inventory),
            eligibility=to_wire(eligibility),
            tests=[FunctionTest.model_validate(dict(t)) for t in tests],
            grade=Grade.model_validate(dict(grade)) if grade else None,
            erasures=entries,
            no_disk=NoDisk.model_validate(dict(no_disk)) if no_disk else None,
            plan=_plan(plan),
            install=_install(install, plan, exercise=exercise),
            agent=Agent.model_validate(dict(to_wire(agent))),
            workshop=workshop,
            operator=operator,
            checker=checker,
            time=Time(created=created, duration_s=float(duration_s)),
            chain=chain,
        )
    except ValidationError as error:
        raise ValueError(str(error)) from error
