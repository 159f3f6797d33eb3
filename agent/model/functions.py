"""Function tests: which there are, what they may answer, and the two grades that are never mixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Result(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not_applicable"


COSMETIC = ("A", "B", "C", "D")
"""Micro-scratches; visible, not when lit; marked; a broken part. A person says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One function test (REPORT design, section 15). ``reason`` is a message id or a short fact; it never names a
    person."""

    id: str
    result: Result
    mode: str  # auto | manual
    reason: str = ""
    value: float | None = None
    unit: str = ""

    def wire(self) -> dict[str, Any]:
        """The keys of the report's FunctionTest; those without a value are left out."""
        told = {
            "id": self.id, "result": self.result.value, "mode": self.mode, "reason": self.reason or None,
            "value": self.value, "unit": self.unit or None,
        }  # fmt: skip
        return {key: value for key, value in told.items() if value is not None}


def from_wire(wire: Mapping[str, Any]) -> Tried:
    return Tried(
        id=str(wire["id"]), result=Result(wire["result"]), mode=str(wire["mode"]), reason=str(wire.get("reason") or ""),
        value=wire.get("value"), unit=str(wire.get("unit") or ""),
    )  # fmt: skip
