"""Disks in facts: bare values become Known, the three other states are passed as they are."""

from __future__ import annotations

from typing import Any

from agent.model.facts import Absent, Known, Unreadable
from agent.model.inventory import Disk, DiskNvme, DiskSanitize, DiskSecurity

LOST = Unreadable("no answer")
SIZE = 500_107_862_016
_PARTS = (DiskNvme, DiskSanitize, DiskSecurity)


def fact(value: Any) -> Any:
    if value is None or isinstance(value, (Known, Absent, Unreadable, *_PARTS)):
        return value
    return Known(value, "test")


def facts(**values: Any) -> dict[str, Any]:
    return {name: value if name == "extra" else fact(value) for name, value in values.items()}


def disk(**changes: Any) -> Disk:
    """A free SATA hard disk of 500 GB that nothing forbids to erase, with these changes."""
    plain: dict[str, Any] = {
        "path": "/dev/sda",
        "model": "ST500DM002",
        "serial": "Z3TABCDE",
        "size_bytes": SIZE,
        "logical_block_size": 512,
        "physical_block_size": 4096,
        "rotational": True,
        "medium": "hdd",
        "bus": "ata",
        "removable": False,
        "read_only": False,
        "in_use": (),
        "major_minor": "8:0",
    }
    return Disk(**facts(**{**plain, **changes}))


def ssd(**changes: Any) -> Disk:
    return disk(**{"medium": "ssd", "rotational": False, **changes})


def nvme(sanicap: Any = None, *, oacs: Any = None, fna: Any = None, **changes: Any) -> Disk:
    part = DiskNvme(**facts(sanicap=sanicap, oacs=oacs, fna=fna, namespaces=1))
    plain = {"path": "/dev/nvme0n1", "bus": "nvme", "medium": "nvme", "rotational": False, "nvme": part}
    return disk(**{**plain, **changes})


def security(**changes: Any) -> DiskSecurity:
    plain = {"supported": True, "enabled": False, "locked": False, "frozen": False, "enhanced_erase": True}
    plain |= {"erase_minutes": 86, "enhanced_erase_minutes": 90}
    return DiskSecurity(**facts(**{**plain, **changes}))


def sanitize(*, crypto: Any = False, block: Any = False, overwrite: Any = False) -> DiskSanitize:
    return DiskSanitize(**facts(crypto_erase=crypto, block_erase=block, overwrite=overwrite))
