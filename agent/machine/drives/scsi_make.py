"""What a SAS disk is: its parameters, its age, and real ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Service(IntEnum):
    """Service actions of SANITIZE (SBC-4 clause 5.30)."""

    OVERWRITE = 1
    BLOCK = 2
    CRYPTO = 3
    EXIT_FAILURE = 0x1F


@dataclass(frozen=True, slots=True, kw_only=True)
class ScsiMake:
    """``logical`` may be 520 or 528 bytes, as disks come out of storage arrays. Seconds are how long it really takes:
    a pass of SANITIZE overwrite and FORMAT UNIT take ``pass_s``."""

    vendor: str = "SEAGATE"
    product: str = "ST600MM0006"
    revision: str = "LS0A"
    serial: str = "S0M1K7QD0000B4318WNE"
    wwn: int = 0x5000C50071D2E6A0
    rotation: int = 10520
    form_factor: int = 3
    logical: int = 512
    physical: int = 512
    sanitize: frozenset[Service] = frozenset({Service.OVERWRITE, Service.CRYPTO})
    format_unit: bool = True
    crypto_s: float = 3.0
    block_s: float = 60.0
    pass_s: float = 4800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScsiPast:
    grown_defects: int = 0
    uncorrected_reads: int = 0
    minutes: int = 41234 * 60 + 17
    temperature: int = 31
    starts: int = 213
    predicts_failure: bool = False


def st600mm(serial: str = "S0M1K7QD0000B4318WNE") -> ScsiMake:
    return ScsiMake(serial=serial)


def array_disk(serial: str = "S0M1K7QD0000B4318WNE") -> ScsiMake:
    """Out of a storage array: 520 bytes a sector, no SANITIZE."""
    return ScsiMake(serial=serial, logical=520, physical=520, sanitize=frozenset())


def huc109060(serial: str = "KSH4M2ZR") -> ScsiMake:
    """Old: FORMAT UNIT, and no SANITIZE."""
    return ScsiMake(
        vendor="HITACHI",
        product="HUC109060CSS600",
        revision="A440",
        serial=serial,
        wwn=0x5000CCA012345678,
        sanitize=frozenset(),
    )


def pm1633(serial: str = "S2TNNX0H500123") -> ScsiMake:
    """A SAS SSD with every SANITIZE."""
    return ScsiMake(
        vendor="SAMSUNG",
        product="MZILS960HEHP/007",
        revision="GXL0",
        serial=serial,
        wwn=0x5002538B003C4D50,
        rotation=1,
        physical=4096,
        sanitize=frozenset({Service.OVERWRITE, Service.BLOCK, Service.CRYPTO}),
        pass_s=1800.0,
    )
