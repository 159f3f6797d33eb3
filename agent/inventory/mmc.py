"""``mmc extcsd read``: what an eMMC's extended CSD tells (JEDEC JESD84-B51, clause 7.4)."""

from __future__ import annotations

import re
from typing import Any

from agent.inventory.text import Noise, guarded, known_if, to_text
from agent.model.facts import Known
from agent.model.inventory import Disk, Medium

_UNIT = 128 << 10  # boot and RPMB sizes are multiples of 128 KiB
_SECTOR = 512
_ERASE_UNIT = 512 << 10


@guarded
def parse_extcsd(data: bytes | str) -> Disk:
    """Erase features, hidden areas and wear as ``extra["emmc"]``; Unreadable for anything but a whole register dump."""
    text = to_text(data)
    revision = re.search(r"Extended CSD rev 1\.(\d+) \(MMC ([\d.]+)\)", text)
    features = _value(text, "SEC_FEATURE_SUPPORT")
    if revision is None or features is None:
        lines = [line for line in text.splitlines() if line.strip()]
        raise Noise(f"no extended CSD: {lines[0].strip()[:80]}" if lines else "empty output")
    last = "EXT_CSD_PRE_EOL_INFO" if int(revision[1]) >= 7 else "ERASED_MEM_CONT"
    if _value(text, last) is None:
        raise Noise("the register dump is cut short")
    sectors = _value(text, "SEC_COUNT")
    group = (_value(text, "HC_WP_GRP_SIZE") or 0) * (_value(text, "HC_ERASE_GRP_SIZE") or 0) * _ERASE_UNIT
    parts = [(_value(text, f"GP_SIZE_MULT_{n}") or 0) * group for n in (1, 2, 3, 4)]
    erased = _value(text, "ERASED_MEM_CONT")
    emmc: dict[str, Any] = {
        "version": revision[2],
        "sec_feature_support": features,
        "secure_erase": bool(features & 0x01),
        "trim": bool(features & 0x10),
        "sanitize": bool(features & 0x40),
        "boot_bytes": _times(_value(text, "BOOT_SIZE_MULTI"), _UNIT),
        "rpmb_bytes": _times(_value(text, "RPMB_SIZE_MULT"), _UNIT),
        "gp_partitions": sum(1 for size in parts if size),
        "gp_bytes": parts if any(parts) else None,
        "boot_from": _boot_from(_value(text, "PARTITION_CONFIG")),
        "erased_byte": None if erased is None else (0xFF if erased & 1 else 0),
        "boot_locked": _boot_locked(text),
        "life_time_a": _value(text, "EXT_CSD_DEVICE_LIFE_TIME_EST_TYP_A"),
        "life_time_b": _value(text, "EXT_CSD_DEVICE_LIFE_TIME_EST_TYP_B"),
        "pre_eol": _value(text, "EXT_CSD_PRE_EOL_INFO"),
    }
    return Disk(
        size_bytes=known_if(sectors * _SECTOR if sectors else None, "mmc extcsd"),
        medium=Known(Medium.EMMC.value, "mmc extcsd"),
        bus=Known("mmc", "mmc extcsd"),
        rotational=Known(False, "mmc extcsd"),
        extra={"emmc": {key: value for key, value in emmc.items() if value is not None}},
    )


def _times(value: int | None, unit: int) -> int | None:
    return None if value is None else value * unit


def _value(text: str, register: str) -> int | None:
    """ "[NAME: 0x55]" or "[NAME]: 0x55", as the registers are printed."""
    match = re.search(rf"\[{re.escape(register)}(?:\]: |: | )(0x[0-9a-fA-F]+)", text)
    return int(match[1], 16) if match else None


def _boot_from(config: int | None) -> str | None:
    """BOOT_PARTITION_ENABLE (bits 5:3): what the card hands to a PC that starts from it."""
    return None if config is None else {1: "boot0", 2: "boot1", 7: "user"}.get(config >> 3 & 7)


def _boot_locked(text: str) -> list[bool] | None:
    states = re.findall(r"^ *partition (\d) ro lock status: (.*)$", text, re.MULTILINE)
    return [status.strip() != "not locked" for _, status in sorted(states)] or None
