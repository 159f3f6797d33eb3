"""What is known of the stick: where results go, in which state that place is, and which disks it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

FORMAT = "regain-stick/1"


class StickState(StrEnum):
    OK = "ok"
    CREATED = "created"  # made by this start, in the free space of the stick
    LATE = "late"  # plugged in after the start; what was in memory has been moved to it
    FULL = "full"  # less room than a job's result may need
    NONE = "none"
    READ_ONLY = "read_only"
    CORRUPT = "corrupt"


IN_MEMORY = frozenset({StickState.NONE, StickState.FULL, StickState.READ_ONLY, StickState.CORRUPT})
"""States in which results live in the memory of this PC, until somebody saves them or it is switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick:
    """One reading. ``why`` is a message id with ``params``; ``never`` names the live medium and all under it.

    ``home`` and ``images`` are folders. ``clock`` is how the system clock was found at start (REPORT design,
    section 6); ``settings_fault`` what is wrong with ``settings.yaml``, as ``error_id``, ``code`` and ``params``.
    """

    state: StickState
    home: str
    images: str
    why: str
    params: Mapping[str, Any] = field(default_factory=dict)
    device: str | None = None
    size_bytes: int | None = None
    free_bytes: int | None = None
    never: tuple[str, ...] = ()
    clock: Mapping[str, Any] = field(default_factory=dict)
    settings_fault: Mapping[str, Any] | None = None

    @property
    def in_memory(self) -> bool:
        return self.state in IN_MEMORY

    def to_wire(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self), "state": self.state.value, "never": list(self.never)}


def stick_from_wire(value: Mapping[str, Any]) -> Stick:
    """Raises ValueError, KeyError or TypeError for anything that ``to_wire`` did not make."""
    told = dict(value)
    if told.pop("format") != FORMAT:
        raise ValueError("format")
    return Stick(**{**told, "state": StickState(told["state"]), "never": tuple(told["never"])})
