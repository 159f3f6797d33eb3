"""lsblk --json: the block devices, with named columns only (no label, no file-system UUID ever).

Traps: sizes as text or numbers; knames with or without "/dev/"; the same device twice under two parents; empty
readers; strings padded with blanks; RAM disks, zram, floppies and an eMMC's boot partitions, which are not disks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from agent.inventory.text import Noise, count, guarded, json_object, known_if, rows, told
from agent.model.facts import Known, MaybeFact
from agent.model.inventory import Disk, Medium
from agent.model.value import value

_NOT_DISKS = re.compile(r"^(ram|zram|fd|dm-|md|mtdblock|nbd)\d+|^mmcblk\d+(boot\d+|rpmb|gp\d+)$|^nvme\d+c\d+n\d+$")
_BUSES = {
    "sata": "ata",
    "ata": "ata",
    "nvme": "nvme",
    "usb": "usb",
    "mmc": "mmc",
    "sas": "sas",
    "spi": "scsi",
    "fc": "scsi",
    "iscsi": "scsi",
    "virtio": "virtio",
}
_PRIVATE = re.compile(r"^(/home|/media|/run/media|/mnt|/root)(/.*)$")
_SOURCE = "lsblk"


@value
class BlockDevice:
    """One top-level row: the disk itself and why it is held."""

    name: str
    type: str
    disk: Disk


@guarded
def parse_lsblk(data: bytes | str) -> tuple[BlockDevice, ...]:
    """The disks, in the order of lsblk; partitions and what is stacked on them only speak of use."""
    devices = json_object(data).get("blockdevices")
    if not isinstance(devices, list):
        raise Noise("no list of block devices in it")
    return devices_of(rows(devices))


def devices_of(table: list[Any]) -> tuple[BlockDevice, ...]:
    """The disks among rows of lsblk's shape; a device listed twice is one device."""
    found: dict[str, BlockDevice] = {}
    for row in table:
        device = _device(row)
        if device is not None:
            found.setdefault(device.name, device)
    return tuple(found.values())


def _name(row: Mapping[str, Any]) -> str:
    return PurePosixPath(str(row.get("kname") or row.get("name") or "").strip()).name


def _device(row: Mapping[str, Any]) -> BlockDevice | None:
    name, kind = _name(row), str(row.get("type") or "disk")
    size = count(row.get("size"))
    if not name or kind not in ("disk", "loop") or _NOT_DISKS.match(name):
        return None
    bus = bus_of(name, str(row.get("tran") or "").strip())
    if size == 0 and (bus != "sas" or not row.get("serial") or _flag(row.get("rm"))):
        return None  # an empty reader; a SAS disk without a size has sectors that the kernel does not take
    turning = row.get("rota") if isinstance(row.get("rota"), bool) else _flag(row.get("rota"))
    path = str(row.get("path") or f"/dev/{name}").strip()
    disk = Disk(
        path=Known(path, _SOURCE),
        model=_told(row.get("model")),
        serial=_told(row.get("serial")),
        wwn=_told(row.get("wwn")),
        firmware=_told(row.get("rev")),
        size_bytes=known_if(size or None, _SOURCE),
        logical_block_size=known_if(count(row.get("log-sec")), _SOURCE),
        physical_block_size=known_if(count(row.get("phy-sec")), _SOURCE),
        rotational=known_if(turning if bus not in ("loop", "virtio", "usb") else None, _SOURCE),
        medium=Known(medium_by(bus, turning), _SOURCE),
        bus=known_if(bus, _SOURCE),
        removable=known_if(_flag(row.get("rm")), _SOURCE),
        read_only=known_if(_flag(row.get("ro")), _SOURCE),
        major_minor=_told(row.get("maj:min")),
        in_use=Known(tuple(dict.fromkeys(_uses(row))), _SOURCE) if _speaks_of_use(row) else None,
    )
    return BlockDevice(name=name, type=kind, disk=disk)


def _told(value: Any) -> MaybeFact[str]:
    """lsblk's null and "" mean that it does not know, not that there is none."""
    word = str(value).strip() if value is not None else ""
    return told(word, _SOURCE) if word else None


def _flag(value: Any) -> bool | None:
    return {True: True, False: False, "1": True, "0": False, "true": True, "false": False}.get(value)


def bus_of(name: str, transport: str) -> str | None:
    """The bus in our words, from lsblk's TRAN or, where it is silent, from the kernel's name."""
    if name.startswith("loop"):
        return "loop"
    if transport.lower() in _BUSES:
        return _BUSES[transport.lower()]
    for prefix, bus in (("nvme", "nvme"), ("mmcblk", "mmc"), ("vd", "virtio"), ("xvd", "virtio"), ("sd", "scsi")):
        if name.startswith(prefix):
            return bus
    return None


def medium_by(bus: str | None, rotational: bool | None) -> str:
    """A first idea of the medium; the drive's own word comes before it when there is one."""
    fixed = {"nvme": Medium.NVME, "mmc": Medium.EMMC, "usb": Medium.USB}
    if bus in fixed:
        return fixed[bus].value
    if bus in ("ata", "sas", "scsi") and rotational is not None:
        return (Medium.HDD if rotational else Medium.SSD).value
    return Medium.UNKNOWN.value


def _speaks_of_use(row: Mapping[str, Any]) -> bool:
    return "mountpoints" in row or "mountpoint" in row


def _uses(row: Mapping[str, Any]) -> Iterator[str]:
    """Why a device is held: mounts and swap on it or below, and what is stacked on it."""
    points = row.get("mountpoints", [row.get("mountpoint")])
    for point in points if isinstance(points, list) else [points]:
        if isinstance(point, str) and point:
            yield "swap" if point == "[SWAP]" else f"mounted on {public_path(point)}"
    for child in rows(row.get("children")):
        kind = str(child.get("type") or "")
        if kind != "part":
            yield (
                f"member of {_name(child)}" if kind.startswith(("raid", "md", "linear")) else f"held by {_name(child)}"
            )
        yield from _uses(child)


def public_path(path: str) -> str:
    """A mount point without the names of people: only the first folder of /home, /media and the like."""
    match = _PRIVATE.match(path)
    return f"{match[1]}/…" if match else path
