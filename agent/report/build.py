"""What happened -> the report that is signed. Pure: no clock, no randomness, no files.

The caller brings the report id, the instant, the place in the chain and the wire forms that the stages produced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from agent.model.erasure import Evidence
from agent.model.facts import to_wire
from agent.model.report import (
    EXERCISE_NUMBER_PREFIX,
    SCHEMA,
    Agent,
    ChainLink,
    FunctionTest,
    Grade,
    Install,
    Instant,
    LeftAlone,
    Lot,
    NoDisk,
    PlanSummary,
    Report,
    ReportKind,
    Time,
)
from agent.report.device import device_of, public_inventory
from agent.report.proof import erasure_of

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
            device=device_of(inventory, tag),
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
