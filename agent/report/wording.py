"""Which words a report may carry (REPORT design, section 10). Pure: a report in, message ids out.

A word is earned by what was observed, never by what a drive answered. Nobody can override it on a screen. The
sentences are in ``locale/*/report.ftl``; ids that other rooms own (techniques, reasons, claims) are passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.model.plan import NOT_OF_THIS_PC
from agent.model.report import CommandCheck, DiskOutcome, Erasure, ErasureException, Install, Report, ReportKind
from agent.model.windows import Basis

FLASH = frozenset({"ssd", "nvme", "emmc"})
READ_BACK = frozenset({"read_back_full", "read_back_sample"})
SUMMARY = "-ranges"
LOST = frozenset({"reject", "destroy"})
"""Verdicts on a disk that may not leave with the PC, however well it was erased."""

REQUIRED_TESTS_VERSION = "2026-11"
_EVERY_PC = frozenset(
    {"cpu_stress", "ram", "disk_smart", "usb_ports", "video_outputs", "wifi", "bluetooth", "ethernet", "speakers"}
    | {"fan", "chassis", "bios_password", "enrolment_lock", "cmos_battery"}
)
_WITH_SCREEN = frozenset({"display", "webcam", "microphone"})
_PORTABLE = frozenset({"battery", "charger", "keyboard", "touchpad", "touchscreen"})
REQUIRED_TESTS: Mapping[str, frozenset[str]] = {
    "desktop": _EVERY_PC,
    "all_in_one": _EVERY_PC | _WITH_SCREEN | {"touchscreen"},
    "laptop": _EVERY_PC | _WITH_SCREEN | _PORTABLE,
}
"""Function tests that the word « reconditionné » needs, by form (décret 2022-190: *all* functions)."""

_FORMS: Mapping[str, str] = {
    **dict.fromkeys(
        ("notebook", "laptop", "portable", "sub notebook", "convertible", "detachable", "tablet"), "laptop"
    ),
    **dict.fromkeys(("all in one", "all-in-one", "all_in_one"), "all_in_one"),
    **dict.fromkeys(
        (
            "desktop",
            "low profile desktop",
            "pizza box",
            "mini tower",
            "tower",
            "space-saving",
            "lunch box",
            "mini pc",
            "stick pc",
            "main server chassis",
        ),
        "desktop",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence: a message id and what fills it."""

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskWords:
    """What may be said of one disk: the claim, and the sentences that must stand beside it."""

    claim: Line
    beside: tuple[Line, ...]
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Everything that may be printed of one report."""

    title: Line
    exercise: bool
    disks: tuple[DiskWords, ...]
    date: Line | None  # what the date is worth; None when it is trusted
    condition: Line | None  # of the machine: refurbished, second hand, for parts; None when nothing may be said
    windows: tuple[Line, ...]
    install: tuple[Line, ...]
    signature: tuple[Line, Line]

    @property
    def certificate(self) -> bool:
        return self.title.id == "paper-title-certificate"


def wording(report: Report, *, received_at: str | None = None) -> Wording:
    """The words for this report; ``received_at`` is the registry's, once a receipt exists."""
    disks = tuple(_disk(e) for e in report.erasures)
    return Wording(
        title=Line(id=_title(report, disks)),
        exercise=report.exercise,
        disks=disks,
        date=_date(report, received_at),
        condition=_condition(report, disks),
        windows=_windows(report),
        install=_install(report),
        signature=(Line(id="paper-signature-proves"), Line(id="paper-signature-does-not-prove")),
    )


# --- disks ------------------------------------------------------------------------------------------------------


def is_supported(erasure: Erasure) -> bool:
    """Whether what was observed carries the outcome that the report states."""
    seen = set(erasure.evidence)
    read_back = bool(seen & READ_BACK)
    if erasure.canaries is not None and erasure.canaries.alive != 0:
        return False
    if erasure.witnesses is not None and erasure.witnesses.matching:
        return False
    if any(c.agrees is False for c in erasure.second_checks):
        return False
    if erasure.technique != "overwrite" and not _seen_to_erase(erasure.command_check):
        return False
    match erasure.outcome:
        case DiskOutcome.PURGED:
            watched = "transition_seen" in seen and "canaries_gone" in seen
            return erasure.level == "purge" and watched and read_back
        case DiskOutcome.CLEARED:
            return erasure.level == "clear" and read_back and "written_whole" in seen and not erasure.exceptions
        case DiskOutcome.CLEARED_WITH_EXCEPTIONS:
            return erasure.level == "clear" and read_back and bool(erasure.exceptions)
        case _:
            return False


def _seen_to_erase(check: CommandCheck | None) -> bool:
    """The drive's own command was looked at before anything was written over it, and nothing had survived."""
    return check is not None and check.looked > check.unreadable and not check.alive and not check.witnesses_matching


_CLAIMS: Mapping[DiskOutcome, str] = {
    DiskOutcome.PURGED: "paper-claim-purge",
    DiskOutcome.CLEARED: "paper-claim-clear",
    DiskOutcome.CLEARED_WITH_EXCEPTIONS: "paper-claim-clear-exceptions",
    DiskOutcome.FAILED: "paper-claim-failed",
    DiskOutcome.REFUSED: "paper-claim-refused",
    DiskOutcome.UNKNOWN: "paper-claim-unknown",
    DiskOutcome.INTERRUPTED: "paper-claim-unknown",
    DiskOutcome.DESTROYED: "paper-claim-destroyed",
}


def _disk(erasure: Erasure) -> DiskWords:
    proven = erasure.outcome.proven and is_supported(erasure)
    if erasure.outcome.proven and not proven:
        claim = "paper-claim-without-evidence"
    else:
        claim = _CLAIMS[erasure.outcome]
    beside: list[Line] = []
    if proven and flash_overwritten(erasure):
        beside.append(Line(id="paper-ssd-overwrite"))
    if proven:  # what the method itself must say; the sentence above stands in for its own claim
        told = [c for c in erasure.claims if c.startswith("claim-") and c != "claim-ssd-overwrite"]
        beside += [Line(id=claim) for claim in told]
    beside += _exceptions(erasure)
    if erasure.health is not None and erasure.health.verdict in LOST:
        beside.append(Line(id=f"paper-health-{erasure.health.verdict}-beside"))
    if _hidden_unread(erasure):
        beside.append(Line(id="paper-hidden-not-assessed"))
    if erasure.interruptions:
        beside.append(Line(id="paper-interrupted", params={"count": erasure.interruptions}))
    if erasure.rehearsal:
        scale = erasure.rehearsal_scale or 1
        beside.append(Line(id="paper-rehearsal-scale" if scale > 1 else "paper-rehearsal", params={"scale": scale}))
    return DiskWords(claim=Line(id=claim, params={"technique": erasure.technique}), beside=tuple(beside), proven=proven)


def _hidden_unread(erasure: Erasure) -> bool:
    """HPA and DCO exist behind ATA only; a named exception that says so already is not repeated."""
    if erasure.hidden_areas.assessed or erasure.disk.bus in ("nvme", "mmc", "loop", "virtio"):
        return False
    return not any(
        "-not-assessed" in e.kind or e.kind.startswith(("exception-hpa", "exception-dco")) for e in erasure.exceptions
    )


def flash_overwritten(erasure: Erasure) -> bool:
    """Flash cleared by overwriting: spare areas were not reached."""
    return erasure.technique == "overwrite" and erasure.disk.medium in FLASH


def _exceptions(erasure: Erasure) -> list[Line]:
    """« 12 secteurs illisibles, 6 144 octets non couverts », then what else was not covered, by name."""
    ranges = [e for e in erasure.exceptions if e.start is not None and e.end is not None]
    sector = erasure.disk.logical_block_size if isinstance(erasure.disk.logical_block_size, int) else 512
    lines = []
    if ranges:
        size = _spanned(ranges)
        params = {"sectors": -(-size // sector), "bytes": size, "omitted": erasure.exceptions_omitted}
        lines.append(Line(id="paper-exceptions", params=params))
    for exception in erasure.exceptions:
        named = exception.start is None and exception.kind.startswith("exception-")
        if named and not (ranges and exception.kind.endswith(SUMMARY)):
            told = {"bytes": exception.bytes} if exception.bytes is not None else {}
            lines.append(Line(id=exception.kind, params={**exception.params, **told}))
    return lines


def _spanned(ranges: list[ErasureException]) -> int:
    """Bytes in these ranges, each counted once."""
    total, reached = 0, 0
    for start, end in sorted((r.start or 0, r.end or 0) for r in ranges):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _title(report: Report, disks: tuple[DiskWords, ...]) -> str:
    """A certificate only when every disk is proven; a PC without erasures has a statement, never a certificate."""
    if not disks:
        return "paper-title-statement"
    left_behind = [d for d in left_alone(report)]
    return "paper-title-certificate" if all(d.proven for d in disks) and not left_behind else "paper-title-failed"


def left_alone(report: Report) -> list[Any]:
    """Disks that leave with the PC and were not erased."""
    return [d for d in (report.plan.left_alone if report.plan else []) if d.reason not in NOT_OF_THIS_PC]


# --- date, machine, install ---------------------------------------------------------------------------------------


def _date(report: Report, received_at: str | None) -> Line | None:
    if received_at is not None:
        return Line(id="paper-date-received", params={"when": received_at})
    created = report.time.created
    if created.trusted:
        return None
    return Line(id="paper-date-floor" if created.source == "floor" else "paper-date-unverified")


def form_of(report: Report) -> str:
    """The form whose tests are required; one that nobody could read gets the longest list."""
    form = report.device.form
    return form_of_chassis(form)


def form_of_chassis(form: object) -> str:
    """desktop, all_in_one or laptop: the one with the most tests stands for a form that is not known."""
    return _FORMS.get(form.strip().casefold(), "laptop") if isinstance(form, str) else "laptop"


def missing_tests(report: Report) -> list[str]:
    """Required function tests that are not passed (or not applicable, with a reason)."""
    good = {
        t.id for t in report.tests if t.result == "pass" or (t.result == "not_applicable" and (t.reason or "").strip())
    }
    bad = {t.id for t in report.tests if t.result in ("fail", "skipped")}
    return sorted((REQUIRED_TESTS[form_of(report)] - good) | bad)


def may_say_refurbished(report: Report) -> bool:
    """« Reconditionné » (décret 2022-190; C. conso. R. 122-4 to R. 122-6). Nobody can override it."""
    disks_known = isinstance(report.inventory.get("disks"), list) or "absent" in _mapping(report.inventory.get("disks"))
    emptied = all(
        (e.outcome in (DiskOutcome.PURGED, DiskOutcome.CLEARED) and is_supported(e) and not e.exceptions)
        or e.outcome is DiskOutcome.DESTROYED
        for e in report.erasures
    )
    started = report.install is not None and report.install.result == "done" and report.install.verified == "started"
    on_purpose = report.disposition is not None and report.disposition.without_system
    return (
        not report.exercise
        and disks_known
        and emptied
        and len(report.erasures) >= _internal_disks(report)
        and not left_alone(report)
        and not any(e.health is not None and e.health.verdict in LOST for e in report.erasures)
        and not missing_tests(report)
        and (started or on_purpose)
    )


def _internal_disks(report: Report) -> int:
    disks = report.inventory.get("disks")
    if not isinstance(disks, list):
        return 0
    left = len(report.plan.left_alone) if report.plan else 0
    return max(0, len(disks) - left)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _condition(report: Report, disks: tuple[DiskWords, ...]) -> Line | None:
    """Nothing is said of a machine that must not be handed over."""
    if report.kind is ReportKind.SCRAP or (report.disposition and report.disposition.outcome == "spare_parts"):
        return Line(id="paper-condition-parts")
    emptied = all(d.proven or e.outcome is DiskOutcome.DESTROYED for d, e in zip(disks, report.erasures, strict=True))
    if not emptied or left_alone(report) or report.exercise:
        return None
    if may_say_refurbished(report):
        return Line(id="paper-condition-refurbished", params={"date": report.time.created.utc})
    if any(t.result in ("pass", "warn", "fail") for t in report.tests):
        return Line(id="paper-condition-used-tested", params={"date": report.time.created.utc})
    return Line(id="paper-condition-used")


def _windows(report: Report) -> tuple[Line, ...]:
    """The verdict as it was given and the presence of a key: never « compatible », never a licence."""
    lines = []
    verdict = _mapping(report.eligibility.get("windows11")).get("verdict")
    if isinstance(verdict, str):
        lines.append(Line(id=f"paper-windows-{verdict.replace('_', '-')}"))
    if report.inventory.get("oem_windows_key") == "present":
        lines.append(Line(id="paper-oem-key"))
    return tuple(lines)


def _how_much(install: Install) -> str:
    """How much of it was seen. Setup that is staged is no system, whatever else is said of it."""
    if install.result in ("rehearsed", "staged"):
        return {"rehearsed": "repeated", "staged": "staged"}[install.result]
    by_setup = install.path == "setup" and install.verified == "started"
    return "setup-started" if by_setup else install.verified


def _install(report: Report) -> tuple[Line, ...]:
    install = report.install
    if install is None:
        return ()
    if install.result in ("failed", "locked", "unknown"):
        return (Line(id=f"paper-install-{install.result}"),)
    rehearsed = install.result == "rehearsed"
    lines = [Line(id=f"paper-install-{_how_much(install)}")]
    if install.os_family == "windows" and install.verified != "started" and not rehearsed:
        lines.append(Line(id="paper-windows-start"))
    if install.status != "proven":
        lines.append(Line(id="paper-image-unconfirmed"))
    if install.licence_basis in {basis.value for basis in Basis}:
        lines.append(Line(id=f"paper-licence-{install.licence_basis}"))
    if install.detail.get("despite"):
        lines.append(Line(id="paper-windows-despite", params={"reason": str(install.detail["despite"])}))
    if install.unproven_reason:
        lines.append(Line(id="paper-install-unproven", params={"reason": install.unproven_reason}))
    return tuple(lines)
