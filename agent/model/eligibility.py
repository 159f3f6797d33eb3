"""Verdicts: what this PC may run, rule by rule, each with its evidence (shape of ``regain check --json``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    PASS = "pass"
    FIXABLE = "fixable"
    UNDETERMINED = "undetermined"
    FAIL = "fail"


class WindowsVerdict(StrEnum):
    """Worst first when combined: not_eligible > undetermined > after_upgrade > after_firmware_change > eligible."""

    ELIGIBLE = "eligible"
    AFTER_FIRMWARE_CHANGE = "eligible_after_firmware_change"
    AFTER_UPGRADE = "eligible_after_upgrade"
    UNDETERMINED = "undetermined"
    NOT_ELIGIBLE = "not_eligible"


class LinuxVerdict(StrEnum):
    FITS = "fits"
    FITS_WITH_LIMITS = "fits_with_limits"
    UNDETERMINED = "undetermined"
    DOES_NOT_FIT = "does_not_fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule. ``found``, ``required`` and ``source`` are facts as text; ``remedy`` is a message id.

    ``kind`` is "firmware" or "upgrade" when the answer is fixable. ``note`` checks never block.
    ``message`` is the message id of the sentence shown, ``params`` fills it and the remedy.
    """

    id: str
    verdict: Answer
    found: str
    required: str
    source: str
    remedy: str | None = None
    kind: str | None = None
    blocks: bool = True
    message: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows11:
    verdict: WindowsVerdict
    checks: tuple[Check, ...]
    data: Mapping[str, Any]  # names and dates of the lists and rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Linux:
    verdict: LinuxVerdict
    checks: tuple[Check, ...]
    profiles: tuple[str, ...]  # best first


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    windows11: Windows11
    linux: Linux


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileNeeds:
    """What a Linux profile requires and suits: all the eligibility stage needs to know of it (sizes in MiB, GiB)."""

    id: str
    ram_mib: int
    disk_gib: int
    firmware: tuple[str, ...] = ("uefi", "bios")
    cpu_flags: tuple[str, ...] = ()
    suits_ram_mib: tuple[int, int] | None = None
    suits_medium: tuple[str, ...] = ()
    hidden: bool = False  # tests only, never offered on the screen
    support_until: str | None = None
    label: Mapping[str, str] = field(default_factory=dict)
