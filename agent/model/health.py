"""The drive's own counters before and after a wipe, and what is made of them (ERASURE design, section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from agent.model.facts import Known, MaybeFact, Unreadable, known


class Verdict(StrEnum):
    """Worst last: ``max`` by place is the verdict of a disk."""

    KEEP = "keep"
    KEEP_WITH_NOTES = "keep_with_notes"
    REJECT = "reject"
    DESTROY = "destroy"

    @property
    def lost(self) -> bool:
        """The disk may not leave with the PC."""
        return self in (Verdict.REJECT, Verdict.DESTROY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smart:
    """One reading. A counter that the drive does not tell is Absent, never 0; ``None`` was not looked for."""

    smart_passed: MaybeFact[bool] = None
    power_on_hours: MaybeFact[int] = None
    reallocated_sectors: MaybeFact[int] = None  # ATA 5
    reallocation_events: MaybeFact[int] = None  # ATA 196
    pending_sectors: MaybeFact[int] = None  # ATA 197
    offline_uncorrectable: MaybeFact[int] = None  # ATA 198
    crc_errors: MaybeFact[int] = None  # ATA 199
    critical_warning: MaybeFact[int] = None
    media_errors: MaybeFact[int] = None
    available_spare: MaybeFact[int] = None
    available_spare_threshold: MaybeFact[int] = None
    percentage_used: MaybeFact[int] = None
    grown_defects: MaybeFact[int] = None  # SCSI
    uncorrected_errors: MaybeFact[int] = None  # SCSI: read, write and verify together
    emmc_life_a: MaybeFact[int] = None
    emmc_life_b: MaybeFact[int] = None
    emmc_pre_eol: MaybeFact[int] = None
    temperature_c: MaybeFact[int] = None

    def number(self, name: str) -> int | None:
        """The counter by name; ``smart_failed`` is 1 when the drive says of itself that it fails."""
        if name == "smart_failed":
            passed = known(self.smart_passed)
            return None if passed is None else int(not passed)
        value = known(getattr(self, name))
        return value if isinstance(value, int) else None

    @property
    def told(self) -> bool:
        """True when the drive told anything at all; a temperature says nothing of its health."""
        return any(isinstance(getattr(self, f.name), Known) for f in fields(self) if f.name != "temperature_c")


def unreadable(why: str) -> Smart:
    lost = Unreadable(why)
    return Smart(**{f.name: lost for f in fields(Smart)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that spoke. ``id`` is a message id; ``source`` says where the rule comes from."""

    rule: str
    id: str
    verdict: Verdict
    source: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    rules_version: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
