"""Erasure in values: the method chosen and why, what was observed, and the outcome (ERASURE design, 3, 7, 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent.model.health import Health
from agent.model.identity import DiskIdentity


class Level(StrEnum):
    """NIST SP 800-88r2 / IEEE 2883-2022 words."""

    CLEAR = "clear"
    PURGE = "purge"
    NONE = "none"


class Outcome(StrEnum):
    PURGED = "purged"
    CLEARED = "cleared"
    CLEARED_WITH_EXCEPTIONS = "cleared_with_exceptions"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"

    @property
    def proven(self) -> bool:
        """True when a certificate may be printed and an install may start."""
        return self in (Outcome.PURGED, Outcome.CLEARED, Outcome.CLEARED_WITH_EXCEPTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A better technique that was not chosen, and the message id of why."""

    technique: str
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


SECOND_TOOLS = ("cmp", "sha256", "badblocks")
"""Other programs that may read a disk after us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What the ladder picks for one disk. ``reason`` and ``claim`` are message ids."""

    technique: str  # "overwrite", later "nvme-sanitize-block", …
    level: Level
    passes: int
    verify: str  # full | sample
    reason: str
    claim: str | None = None  # sentence the certificate must carry, e.g. "claim-ssd-overwrite"
    params: Mapping[str, Any] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    estimate_s: float | None = None
    zero_pass: bool | None = None
    """A last pass of zeros once the stream was read back; None or False: none."""
    second_tool: str | None = None  # another program that reads the disk after us: cmp | sha256 | badblocks
    second_person: str | None = None  # card number of whoever runs it
    areas: tuple[str, ...] | None = None
    """Other areas of an eMMC that are erased once the user area is proven: gp0 to gp3, boot0, boot1."""
    fallback: Method | None = None
    """What follows when the drive refuses its command before starting it, or was not seen to erase: a line of the
    plan, covered by the same consent. None: nothing may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRange:
    """Bytes [start, end) that could not be written or read; ``operation`` is "write" or "read"."""

    start: int
    end: int
    operation: str
    errno: int


BAD_RANGE_IDS = frozenset({"exception-write-ranges", "exception-read-ranges", "exception-write", "exception-read"})
"""Exceptions that name sectors which can no longer be written or read: such a disk gets no system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRecord:
    """One overwrite pass. The key is published on purpose: it protects nothing and lets anyone re-verify."""

    number: int
    cipher: str  # "aes-256-ctr" | "chacha20" | "zeros"
    key: str  # hex, 64 digits; "" for zeros
    bytes_written: int
    seconds: float
    started: str
    resumed_from: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """Known blocks planted before and looked for after; witnesses are hashes of former content left alone."""

    key: str
    seed: str
    count: int
    readable_before: int
    alive_after: int | None = None  # None: not looked for yet
    unreadable_after: int | None = None
    witnesses: int = 0
    witnesses_matching: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was seen right after the drive's own erase command and before anything else was written.

    ``classes``: content class -> blocks read at the places of canaries and witnesses.
    """

    technique: str
    looked: int
    alive: int
    unreadable: int
    witnesses_matching: int
    classes: Mapping[str, int] = field(default_factory=dict)


COMPLETED = ("completed", "completed_no_deallocate")
SECURITY_ON, SECURITY_OFF = "security_enabled", "security_not_enabled"
PASSWORD_REMOVED = "security_password_removed"


def transition_in(timeline: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the drive itself showed its command begin and end, after the last one it accepted (ERASURE design, 4, 7).

    A sanitize went from "in_progress" to "completed"; one that was over when first looked at counts when the drive's
    log names our action (``agrees``). ATA security was enabled by us, and is not enabled any more.
    """
    before, seen = "", False
    for step in timeline:
        state = str(step.get("state"))
        if state == "accepted":
            seen = False
        elif state in COMPLETED:
            seen = seen or before == "in_progress" or (before == "accepted" and step.get("agrees") is True)
        elif state == SECURITY_OFF:
            seen = seen or before == SECURITY_ON
        elif state != "in_progress":
            seen = False
        before = state
    return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    mode: str  # full | sample
    bytes: int
    seconds: float
    mismatches: int
    mismatch_ranges: tuple[BadRange, ...] = ()
    unreadable_bytes: int = 0
    seed: str = ""
    classes: Mapping[str, int] = field(default_factory=dict)  # content class -> blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondCheck:
    """What another reader saw: another program (``tool``), a sample of the zero pass (tool "regain"), another person.

    ``agrees`` is None when it could not tell (``detail``: why); ``argv`` is the first of its command lines.
    """

    tool: str
    by: str
    expected: str  # cipher of what must be there: "zeros" | "aes-256-ctr" | "chacha20"
    argv: tuple[str, ...]
    started: str
    bytes: int
    seconds: float
    agrees: bool | None
    differs_at: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRecord:
    """What came of one more area of an eMMC. ``outcome``: cleared | locked (write-protected by the card) | left.

    The key is published as that of a pass is; ``detail`` says why it was left.
    """

    name: str
    bytes: int
    outcome: str
    cipher: str = ""
    key: str = ""
    read_back: int = 0
    mismatches: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything observed while one disk was erased: the ``erasures[]`` entry of the signed report is made of it."""

    identity: DiskIdentity
    disk: Mapping[str, Any]  # wire form of the Disk facts when the job began
    method: Method
    plan_digest: str
    warrant_id: str
    outcome: Outcome
    level: Level
    started: str
    seconds: float
    bytes_total: int
    bytes_covered: int
    passes: tuple[PassRecord, ...] = ()
    canaries: Canaries | None = None
    inspection: Inspection | None = None
    verification: Verification | None = None
    bad_ranges: tuple[BadRange, ...] = ()
    exceptions: tuple[Mapping[str, Any], ...] = ()
    reasons: tuple[str, ...] = ()  # message ids: why this outcome
    commands: tuple[Mapping[str, Any], ...] = ()
    status_timeline: tuple[Mapping[str, Any], ...] = ()
    smart_before: Mapping[str, Any] | None = None
    smart_after: Mapping[str, Any] | None = None
    health: Health | None = None
    temperature: Mapping[str, Any] | None = None  # sensor, limit_c, max_c, paused_s, points [[second, Celsius]]
    second_checks: tuple[SecondCheck, ...] = ()
    areas: tuple[AreaRecord, ...] = ()
    interruptions: int = 0
    rehearsal: bool = False
    rehearsal_scale: int | None = None  # virtual disk: real bytes shown / bytes of the file behind it
