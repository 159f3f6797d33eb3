"""Drives that stand for the disks of a recorded PC: what the recording tells of a disk is what the drive says.

So the rehearsal runs the commands that the real PC would get, with the real tools, on files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from agent.machine.drives.ata import AtaDrive
from agent.machine.drives.ata_make import Action, AtaMake, AtaPast, Freeze
from agent.machine.drives.bus import Drive
from agent.machine.drives.faults import AtaFault, MmcFault, ScsiFault
from agent.machine.drives.medium import WaitingClock
from agent.machine.drives.mmc import MmcDrive
from agent.machine.drives.mmc_make import UNIT, MmcMake
from agent.machine.drives.nvme import NvmeDrive
from agent.machine.drives.nvme_make import NvmeFault, NvmeMake
from agent.machine.drives.scsi import ScsiDrive
from agent.machine.drives.scsi_make import ScsiMake, Service
from agent.model.facts import Known, MaybeFact, known
from agent.model.identity import DiskIdentity, identify
from agent.model.inventory import Disk, Medium

_LIES: Mapping[str, Sequence[StrEnum]] = {
    "drive-lies": (
        NvmeFault.SANITIZE_DOES_NOTHING,
        NvmeFault.FORMAT_DOES_NOTHING,
        AtaFault.SANITIZE_DOES_NOTHING,
        AtaFault.ERASE_DOES_NOTHING,
        ScsiFault.SANITIZE_DOES_NOTHING,
        ScsiFault.FORMAT_DOES_NOTHING,
        MmcFault.SANITIZE_DOES_NOTHING,
    ),
    "drive-refuses": (
        NvmeFault.SANITIZE_REFUSED,
        NvmeFault.FORMAT_REFUSED,
        AtaFault.ABORTS_SANITIZE,
        AtaFault.ABORTS_SECURITY,
        ScsiFault.SANITIZE_REFUSED,
        MmcFault.SANITIZE_FAILS,
    ),
    "drive-never-ends": (
        NvmeFault.SANITIZE_NEVER_ENDS,
        AtaFault.SANITIZE_NEVER_ENDS,
        ScsiFault.SANITIZE_NEVER_ENDS,
        MmcFault.SANITIZE_NEVER_ENDS,
    ),
}
"""Faults of the firmware by the names of the rehearsal: says done and erases nothing, refuses, never ends."""

_OVERWRITE_S, _SOLID_OVERWRITE_S = 5400.0, 60.0
_PLAIN_BLOCKS = (512, 4096)


def stand_ins(
    disks: Sequence[Disk],
    *,
    backing: Callable[[DiskIdentity], Path],
    clock: WaitingClock,
    faults: Collection[str] = (),
) -> dict[str, Drive]:
    """By the text of its identity, a drive for each disk whose command set can be played; the others stay files."""
    made: dict[str, Drive] = {}
    wrong = [each for name in faults for each in _LIES.get(name, ())]
    for disk in disks:
        identity = identify(disk)
        if identity is None or not known(disk.path) or known(disk.medium) == Medium.OPTICAL:
            continue
        maker = {"ata": _ata, "nvme": _nvme, "mmc": _mmc, "sas": _scsi, "scsi": _scsi}.get(known(disk.bus) or "")
        if maker is _scsi and (known(disk.logical_block_size) or 512) not in _PLAIN_BLOCKS:
            continue  # 520 bytes and the like: its blocks are not those of a host
        if maker is not None:
            made[identity.text] = maker(disk, backing(identity), clock, wrong)
    return made


def _ata(disk: Disk, file: Path, clock: WaitingClock, wrong: Collection[StrEnum]) -> Drive:
    security, sanitize = disk.security, disk.sanitize
    sector = known(disk.logical_block_size) or 512
    native = _told(disk, "hpa", "native_sectors") or (known(disk.size_bytes) or 0) // sector
    whole = max(native, _told(disk, "dco", "max_sectors") or 0)
    solid = known(disk.medium) == Medium.SSD
    actions = {
        Action.CRYPTO: _yes(sanitize.crypto_erase if sanitize else None),
        Action.BLOCK: _yes(sanitize.block_erase if sanitize else None),
        Action.OVERWRITE: _yes(sanitize.overwrite if sanitize else None),
    }
    make = AtaMake(
        model=(known(disk.model) or "?")[:40],
        serial=(known(disk.serial) or "?")[:20],
        firmware=(known(disk.firmware) or "1.0")[:8],
        wwn=_number(known(disk.wwn)),
        rotation=1 if solid else (known(disk.rotation_rpm) or 7200),
        logical=sector,
        physical=known(disk.physical_block_size) or sector,
        security=_yes(security.supported if security else None),
        enhanced=_yes(security.enhanced_erase if security else None),
        erase_word=_minutes(security.erase_minutes if security else None),
        enhanced_word=_minutes(security.enhanced_erase_minutes if security else None),
        sanitize=frozenset(action for action, has in actions.items() if has),
        hpa=_told(disk, "hpa", "native_sectors") is not None,
        dco=_told(disk, "dco", "max_sectors") is not None,
        freeze=Freeze.BOOT if _yes(security.frozen if security else None) else Freeze.NEVER,
        pass_s=_SOLID_OVERWRITE_S if solid else _OVERWRITE_S,
    )
    visible = (known(disk.size_bytes) or 0) // sector
    past = AtaPast(
        password=b"somebody" if _yes(security.locked if security else None) else b"",
        hpa_sectors=visible if visible < native else None,
        dco_sectors=native if native < whole else None,
    )
    mine = [fault for fault in wrong if isinstance(fault, AtaFault)]
    path = known(disk.path) or ""
    return AtaDrive(path, file, clock, make=make, past=past, faults=mine, size_bytes=whole * sector)


def _nvme(disk: Disk, file: Path, clock: WaitingClock, wrong: Collection[StrEnum]) -> Drive:
    told = disk.nvme
    make = NvmeMake(
        model=known(disk.model) or "?",
        serial=known(disk.serial) or "?",
        firmware=known(disk.firmware) or "1.0",
        oacs=(known(told.oacs) if told else None) or 0,
        sanicap=(known(told.sanicap) if told else None) or 0,
        fna=(known(told.fna) if told else None) or 0,
    )
    mine = [fault for fault in wrong if isinstance(fault, NvmeFault)]
    return NvmeDrive(known(disk.path) or "", file, clock, make=make, faults=mine, size_bytes=known(disk.size_bytes))


def _scsi(disk: Disk, file: Path, clock: WaitingClock, wrong: Collection[StrEnum]) -> Drive:
    """Hardware that was not asked for its commands has none: what is not known is not played."""
    sanitize, solid = disk.sanitize, known(disk.rotational) is False
    sector = known(disk.logical_block_size) or 512
    vendor, _, product = (known(disk.model) or "?").partition(" ")
    actions = {
        Service.OVERWRITE: _yes(sanitize.overwrite if sanitize else None),
        Service.BLOCK: _yes(sanitize.block_erase if sanitize else None),
        Service.CRYPTO: _yes(sanitize.crypto_erase if sanitize else None),
    }
    make = ScsiMake(
        vendor=vendor[:8] if product else "",
        product=(product or vendor)[:16],
        revision=(known(disk.firmware) or "1.0")[:4],
        serial=known(disk.serial) or "?",
        wwn=_number(known(disk.wwn)),
        rotation=1 if solid else (known(disk.rotation_rpm) or 7200),
        logical=sector,
        physical=known(disk.physical_block_size) or sector,
        sanitize=frozenset(action for action, has in actions.items() if has),
        format_unit=(disk.extra or {}).get("format_unit") is True,
        pass_s=_SOLID_OVERWRITE_S if solid else _OVERWRITE_S,
    )
    mine = [fault for fault in wrong if isinstance(fault, ScsiFault)]
    return ScsiDrive(known(disk.path) or "", file, clock, make=make, faults=mine, size_bytes=known(disk.size_bytes))


def _mmc(disk: Disk, file: Path, clock: WaitingClock, wrong: Collection[StrEnum]) -> Drive:
    make = MmcMake(
        name=known(disk.model) or "?",
        serial=known(disk.serial) or "?",
        features=_told(disk, "emmc", "sec_feature_support") or 0,
        boot_units=(_told(disk, "emmc", "boot_bytes") or 0) // UNIT,
        rpmb_units=(_told(disk, "emmc", "rpmb_bytes") or 0) // UNIT,
        erased_byte=_told(disk, "emmc", "erased_byte") or 0,
    )
    mine = [fault for fault in wrong if isinstance(fault, MmcFault)]
    return MmcDrive(known(disk.path) or "", file, clock, make=make, faults=mine, size_bytes=known(disk.size_bytes))


def _told(disk: Disk, box: str, key: str) -> int | None:
    """A whole number that one tool told, kept under ``extra``."""
    held: Any = (disk.extra or {}).get(box)
    held = held.value if isinstance(held, Known) else held
    value = held.get(key) if isinstance(held, Mapping) else None
    value = value.value if isinstance(value, Known) else value
    return value if isinstance(value, int) else None


def _number(text: str | None) -> int:
    try:
        return int((text or "").removeprefix("0x").removeprefix("naa."), 16)
    except ValueError:
        return 0


def _yes(fact: MaybeFact[bool]) -> bool:
    return known(fact) is True


def _minutes(fact: Any) -> int:
    """IDENTIFY words 89 and 90, in units of two minutes; 0 where the drive does not tell."""
    value = known(fact)
    return min(0xFE, -(-value // 2)) if isinstance(value, int) else 0
