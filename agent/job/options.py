"""What may be chosen, as facts side by side. Linux and Windows get the same keys; neither is ever preselected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.model.eligibility import Eligibility, LinuxVerdict, WindowsVerdict

Option = Mapping[str, Any]

RECORD_ONLY = "option-record-only"
"""The note of the third option on a PC without a disk to erase."""


def options(
    eligibility: Eligibility,
    *,
    linux_profiles: Sequence[Mapping[str, Any]],
    windows: Mapping[str, Any],
    windows_profiles: Sequence[Mapping[str, Any]] = (),
    disks: int,
) -> tuple[Option, ...]:
    """Three options, the two systems in alphabetical order. An impossible one stays, with its reason (message id).

    ``disks`` is the number that may be erased: with none, all that is left is to sign what was seen of the PC.
    """
    no_disk = None if disks else "option-no-disk"
    return (
        _option("linux", _linux_reason(eligibility, linux_profiles) or no_disk, linux_profiles, {}),
        _option("windows", _windows_reason(eligibility) or no_disk, windows_profiles, windows),
        _option("none", None, (), {"note": RECORD_ONLY if no_disk else None}),
    )


def _option(system: str, reason: str | None, profiles: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> Option:
    best = profiles[0] if profiles else {}
    keys = ("support_until", "licence", "space_bytes", "estimate_s", "note", "sheet")
    rows = {key: facts.get(key, best.get(key)) for key in keys}
    return {
        "system": system,
        "possible": reason is None,
        "reason": reason,
        "params": facts.get("params", {}),
        "profiles": list(profiles),
        **rows,
    }


def _linux_reason(eligibility: Eligibility, profiles: Sequence[Mapping[str, Any]]) -> str | None:
    if eligibility.linux.verdict is LinuxVerdict.DOES_NOT_FIT:
        return "option-linux-does-not-fit"
    return None if profiles else "option-no-image"


def _windows_reason(eligibility: Eligibility) -> str | None:
    """Windows 11 is offered on a PC that is eligible as it stands; otherwise the verdict is the reason."""
    verdict = eligibility.windows11.verdict
    return None if verdict is WindowsVerdict.ELIGIBLE else f"option-windows-{verdict.value}"
