"""The PC of a report, and what of its inventory may travel. Pure.

What section 13 of the REPORT design forbids (paths, mounts, foreign MAC addresses) is left out here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from agent.model.facts import is_state, to_wire
from agent.model.report import Device, Identifier

_DISK_PRIVATE = frozenset({"backing_file", "in_use", "path"})
_DISK_EXTRA = frozenset({"hpa", "dco", "sanitize_log", "sanitize_status", "emmc"})


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _public_mac(port: Mapping[str, Any]) -> bool:
    """A permanent address of a built-in interface: not USB, not locally administered, not multicast, not zero."""
    mac = _text(port.get("mac"))
    try:
        raw = bytes.fromhex(mac.replace(":", "").replace("-", ""))
    except ValueError:
        return False
    return len(raw) == 6 and any(raw) and not raw[0] & 0b11 and port.get("usb") is not True


def _public_disk(disk: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in disk.items() if k not in _DISK_PRIVATE}
    if isinstance(kept.get("extra"), Mapping):
        kept["extra"] = {k: v for k, v in kept["extra"].items() if k in _DISK_EXTRA}
    return kept


def _public_port(port: Mapping[str, Any]) -> dict[str, Any]:
    if "mac" not in port or is_state(port["mac"]) or _public_mac(port):
        return dict(port)
    return {k: v for k, v in port.items() if k != "mac"}


def public_inventory(inventory: Mapping[str, Any]) -> dict[str, Any]:
    """The inventory document less what must never travel (REPORT design, section 13)."""
    kept: dict[str, Any] = dict(to_wire(inventory))
    if isinstance(kept.get("disks"), list):
        kept["disks"] = [_public_disk(d) for d in kept["disks"] if isinstance(d, Mapping)]
    if isinstance(kept.get("network"), list):
        kept["network"] = [_public_port(p) for p in kept["network"] if isinstance(p, Mapping)]
    suffix = kept.get("oem_windows_key_suffix")
    if isinstance(suffix, str):
        kept["oem_windows_key_suffix"] = suffix[-5:]
    return kept


def _identifier(kind: str, part: Mapping[str, Any], *, key: str, quality: str, scope: str) -> Identifier | None:
    value, judged = _text(part.get(key)), part.get(quality)
    if not value:
        return None
    known = judged if judged in ("good", "weak", "junk", "absent") else "weak"
    return Identifier.model_validate({"kind": kind, "value": value, "scope": scope, "quality": known})


def identifiers_of(inventory: Mapping[str, Any]) -> list[Identifier]:
    """Serial numbers of system, chassis and board, the UUID, and MAC addresses of built-in interfaces; no disks."""
    system, board, chassis = (dict(inventory.get(k) or {}) for k in ("system", "board", "chassis"))
    maker = _text(system.get("manufacturer"))
    rated = [
        _identifier("system_serial", system, key="serial", quality="serial_quality", scope=maker),
        _identifier("chassis_serial", chassis, key="serial", quality="serial_quality", scope=maker),
        _identifier(
            "board_serial", board, key="serial", quality="serial_quality", scope=_text(board.get("manufacturer"))
        ),
        _identifier("uuid", system, key="uuid", quality="uuid_quality", scope=""),
    ]
    ports = inventory.get("network")
    macs = [
        Identifier(kind="mac", value=port["mac"].lower(), quality="good")
        for port in (ports if isinstance(ports, list) else [])
        if isinstance(port, Mapping) and _public_mac(port)
    ]
    return [i for i in rated if i is not None] + macs


def fingerprint(identifiers: Iterable[Identifier]) -> str | None:
    """SHA-256 over the sorted good identifiers; None when there is none: two anonymous PCs are not the same PC."""
    lines = sorted(f"{i.kind}\t{i.scope}\t{i.value}" for i in identifiers if i.quality == "good")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else None


def device_of(inventory: Mapping[str, Any], tag: str | None) -> Device:
    system, chassis = (dict(inventory.get(k) or {}) for k in ("system", "chassis"))
    identifiers = identifiers_of(inventory)
    facts = {
        "tag": tag,
        "form": chassis.get("type"),
        "manufacturer": system.get("manufacturer"),
        "product": system.get("model_name") or system.get("product"),
        "sku": system.get("sku"),
    }
    return Device.model_validate(facts | {"identifiers": identifiers, "fingerprint": fingerprint(identifiers)})
