"""Windows 11 checks of size: memory and disk, each with what would bring the PC there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.eligibility import lists, parts
from agent.eligibility.evidence import gb, gib, said, sources, why, windows_check
from agent.model.eligibility import Answer, Check
from agent.model.facts import Absent, Known, known
from agent.model.inventory import Disk, Inventory


def memory(inventory: Inventory) -> Check:
    """4 GiB as the modules add up. 3.5 GiB passes Microsoft's script by rounding; the published 4 GB decides."""
    rule = lists.rules()["memory"]
    m = inventory.memory
    size = known(m.installed_bytes)
    params: dict[str, Any] = {
        "gib": gib(size or 0),
        "mib": (size or 0) >> 20,
        "need_gib": gib(rule["bytes_min"]),
        "why": why(m.installed_bytes),
    }
    estimated = isinstance(m.installed_bytes, Known) and "estimated" in m.installed_bytes.note
    remedy = kind = None
    if not size:
        verdict, message = Answer.UNDETERMINED, "check-memory-unreadable"
    elif estimated and (known(m.usable_bytes) or 0) < rule["bytes_min"]:
        verdict, message = Answer.UNDETERMINED, "check-memory-estimated"
    elif size >= rule["bytes_min"]:
        verdict, message = Answer.PASS, "check-memory-pass"
    else:
        can, offer = parts.more_memory(m, rule["bytes_min"])
        params.update(offer)
        almost = "-almost" if size >= rule["script_bytes_min"] else ""
        verdict, message = {
            parts.Can.YES: (Answer.FIXABLE, f"check-memory-low{almost}"),
            parts.Can.NO: (Answer.FAIL, f"check-memory-fixed{almost}"),
            parts.Can.UNKNOWN: (Answer.UNDETERMINED, f"check-memory-low-unknown{almost}"),
        }[can]
        if can is parts.Can.YES:
            remedy, kind = "ram-add", "upgrade"
    return windows_check(
        "memory",
        verdict,
        message,
        found=f"{params['mib']} MiB" if size else said(m.installed_bytes),
        source=sources(m.installed_bytes),
        params=params,
        remedy=remedy,
        kind=kind,
    )


def disk(inventory: Inventory) -> Check:
    """The largest internal disk. Free space and partitions do not count: it is wiped first."""
    rule = lists.rules()["disk"]
    fact = inventory.disks
    hidden = parts.hidden_disks(inventory)
    seen: Sequence[Disk] = fact.value if isinstance(fact, Known) else ()
    found = parts.internal_disks(seen)
    size = found.size_bytes
    params: dict[str, Any] = {
        "gb": gb(size),
        "need_gb": 64,
        "advised_gb": gb(rule["advised_bytes"]),
        "why": why(fact, inventory.storage_controllers),
        **parts.disk_words(found.best),
    }
    hides = hidden in (parts.Hidden.FROM_US, parts.Hidden.FROM_WINDOWS_SETUP)
    remedy: str | None = "vmd-ahci" if hides else None
    if known(fact) is None:
        verdict, message, remedy = Answer.UNDETERMINED, "check-disk-unreadable", None
    elif size >= rule["bytes_min"]:
        tight = size < rule["comfortable_bytes"]
        verdict, message = Answer.PASS, "check-disk-pass-tight" if tight else "check-disk-pass"
    elif hidden is parts.Hidden.FROM_US:
        verdict, message = Answer.UNDETERMINED, "check-disk-hidden"
    elif found.doubtful or (found.best is None and hidden is parts.Hidden.UNKNOWN):
        verdict, message = Answer.UNDETERMINED, "check-disk-unreadable"
    elif found.best is None:
        verdict, message, remedy = Answer.FIXABLE, "check-disk-none", "disk-replace"
    elif known(found.best.medium) == "emmc":
        verdict, message, remedy = _small_emmc(inventory)
    else:
        verdict, message, remedy = Answer.FIXABLE, "check-disk-small", "disk-replace"
    nothing = said(fact) if not isinstance(fact, Known) else "none"
    text = f"{size} bytes, {params['disk']}" if size else nothing
    return windows_check(
        "disk",
        verdict,
        message,
        found=text,
        source=sources(found.best.size_bytes if found.best else None, fact),
        params=params,
        remedy=remedy,
        kind={"vmd-ahci": "firmware", "disk-replace": "upgrade"}.get(remedy or ""),
    )


def _small_emmc(inventory: Inventory) -> tuple[Answer, str, str | None]:
    """Soldered: only a free bay helps, and whether there is one is known only when no controller could serve it."""
    controllers = inventory.storage_controllers
    if not isinstance(controllers, (Known, Absent)):
        return Answer.UNDETERMINED, "check-disk-emmc-unknown", "disk-replace"
    if any(c.pci_class[:4] in ("0101", "0104", "0106", "0107", "0108") for c in known(controllers) or ()):
        return Answer.UNDETERMINED, "check-disk-emmc-unknown", "disk-replace"
    return Answer.FAIL, "check-disk-emmc", None
