"""What an install left behind, step by step: the ``install`` part of the signed report is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent.model.identity import DiskIdentity
from agent.model.plan import SystemChoice


class Verified(StrEnum):
    """How much was seen (INSTALL design, 11). ``checked``: every postcondition was read back from the disk."""

    NONE = "none"
    CHECKED = "checked"
    REHEARSED = "rehearsed"  # the disk started in a virtual machine
    STARTED = "started"  # the real PC started from it


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One step that ended well; ``observed`` is what was read back, as text."""

    step: str
    seconds: float
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallResult:
    """``rehearsed`` is true when the steps were only repeated and nothing was written: ``verified`` is "none" then.

    ``status`` is what the image's manifest says of it (proven, rehearsed, unproven), not what happened here.
    """

    ok: bool
    verified: Verified
    rehearsed: bool
    profile: str
    disk: DiskIdentity
    image: Mapping[str, Any]
    status: str
    steps: tuple[StepResult, ...]
    seconds: float
    versions: Mapping[str, str]
    firmware_mode: str
    warnings: tuple[str, ...] = ()  # message ids
    unproven_reason: str | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)
    system: SystemChoice = SystemChoice.LINUX

    @property
    def staged(self) -> bool:
        """As of the plan: Microsoft's own Setup is on the disk, and no system."""
        return self.image.get("path") == "setup"
