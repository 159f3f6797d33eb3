"""The plan is a value: what will happen to which disk, and why. Its digest is what the technician consents to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agent.model.erasure import Method
from agent.model.facts import to_wire
from agent.model.identity import DiskIdentity
from agent.model.linux import AS_IT_IS, LinuxOptions


class SystemChoice(StrEnum):
    """Neither is ever preselected: a plan without a choice does not exist."""

    LINUX = "linux"
    WINDOWS = "windows"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    system: SystemChoice
    profile: str | None  # profile or image id; None for NONE
    chosen_by: str  # card number
    linux: LinuxOptions = AS_IT_IS


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One disk to erase, with the method and the better ones that were left aside."""

    identity: DiskIdentity
    path: str  # where it was when planned; resolved again right before opening
    medium: str
    method: Method
    left_hidden: tuple[str, ...] = ()  # areas ("hpa", "dco") that a person chose not to show before the erasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """Areas of one disk ("hpa", "dco") to show again, for good: its size is another one afterwards."""

    identity: DiskIdentity  # with the size it shows now
    areas: tuple[str, ...]
    exercise: bool
    hidden_bytes: int | None = None  # in these areas, as the drive tells

    @property
    def digest(self) -> str:
        return _digest(to_wire(self))


NOT_OF_THIS_PC = frozenset(
    {"excluded-boot-medium", "excluded-optical", "excluded-not-a-disk", "excluded-usb", "excluded-loop"}
    | {"excluded-size-zero"}
)
"""Reasons for which a disk is left alone because it holds nothing that leaves with the PC: the stick, a plugged-in
key, a card reader without a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A disk that is not touched; ``reason`` is a message id."""

    path: str
    model: str
    suffix: str
    size_bytes: int | None
    reason: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One install step as text. ``kind``: run (argv), write (path, content), check."""

    id: str  # message id of what the screen says: "step-partition", …
    kind: str
    detail: Mapping[str, Any]
    postcondition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallPlan:
    """What the installer will do: pure text drawn before consent (INSTALL design, rule 2)."""

    profile: str
    disk: DiskIdentity
    image: Mapping[str, Any]  # name, version, sha256, bytes, unpacked_bytes
    identifiers: Mapping[str, str]  # GUIDs and UUIDs drawn by the caller
    partition_script: str
    steps: tuple[Step, ...]
    firmware_mode: str  # uefi | bios
    rehearsed: bool  # True: this bench cannot write a system, the step is shown and reported as rehearsed
    estimate_s: float
    system: SystemChoice = SystemChoice.LINUX

    @property
    def encrypted(self) -> bool:
        return "luks_uuid" in self.identifiers

    @property
    def staged(self) -> bool:
        """True when the plan leaves Microsoft's own Setup on the disk: no system is installed by it."""
        return self.image.get("path") == "setup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``exercise`` is part of the plan, so that a rehearsal consent can never serve a real disk."""

    machine: str  # fingerprint of the PC
    tag: str | None
    targets: tuple[Target, ...]
    excluded: tuple[Exclusion, ...]
    choice: Choice
    install: InstallPlan | None
    exercise: bool
    estimate_s: float
    unproven_reason: str | None = None  # install without an erasure record: the reason is printed

    def to_wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = to_wire(self)
        return wire

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON (sorted keys, no blanks, UTF-8), in hex."""
        return _digest(self.to_wire())

    @property
    def short_digest(self) -> str:
        """Eight hex digits for people: "9F3A-77C1"."""
        head = self.digest[:8].upper()
        return f"{head[:4]}-{head[4:]}"


def _digest(wire: Any) -> str:
    text = json.dumps(wire, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
