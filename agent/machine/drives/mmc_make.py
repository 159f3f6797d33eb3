"""What an eMMC is, and its extended CSD of 512 bytes (JEDEC JESD84-B51, clause 7.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

UNIT = 128 << 10  # boot areas and RPMB
SECTOR = 512
GROUP = 512 << 10


class Register(IntEnum):
    """Indexes into the extended CSD."""

    SECURE_REMOVAL = 16
    GP_SIZES = 143
    PARTITIONING = 160
    SANITIZE_START = 165
    WRITE_RELIABILITY = 166
    RPMB_SIZE = 168
    BOOT_WP = 173
    BOOT_WP_STATUS = 174
    ERASE_GROUP_DEF = 175
    PARTITION_CONFIG = 179
    ERASED_CONTENT = 181
    HS_TIMING = 185
    REVISION = 192
    SECTORS = 212
    WP_GROUP_SIZE = 221
    RELIABLE_SECTORS = 222
    ERASE_TIMEOUT = 223
    ERASE_GROUP_SIZE = 224
    BOOT_SIZE = 226
    SECURITY_FEATURES = 231
    TRIM_TIMEOUT = 232
    PRE_EOL = 267
    LIFE_A = 268
    LIFE_B = 269


SECURE_ERASE, TRIM, SANITIZE = 0x01, 0x10, 0x40  # bits of SECURITY_FEATURES
_PLAIN = {194: 2, 196: 0x57, 225: 7, 228: 7, 248: 10, 502: 0x3F, 503: 1, 504: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class MmcMake:
    """``boot_units`` and ``rpmb_units`` are of 128 KiB. ``erased_byte`` is what the card says that erased blocks read
    as. ``gp_groups``: sizes of the general purpose partitions, in groups of 512 KiB."""

    name: str = "DF4008"
    serial: str = "0x1a2b3c4d"
    revision: int = 8  # 8: eMMC 5.1, 6: 4.5
    features: int = 0x55
    boot_units: int = 32
    rpmb_units: int = 4
    gp_groups: tuple[int, ...] = ()
    erased_byte: int = 0
    life: tuple[int, int] = (1, 1)
    pre_eol: int = 1
    boot_wp: int = 0
    boot_wp_status: int = 0  # two bits for each: 1 until the next power on, 2 for ever
    boot_from: int = 1  # BOOT_PARTITION_ENABLE: 1 and 2 are boot0 and boot1, 7 the user area
    sanitize_s: float = 20.0
    erase_s: float = 2.0
    registers: dict[int, int] = field(default_factory=dict)  # any other, as they are


def emmc51() -> MmcMake:
    return MmcMake()


def emmc45() -> MmcMake:
    """Secure erase and trim, no sanitize."""
    return MmcMake(features=0x15)


def build_ext_csd(make: MmcMake, *, sectors: int) -> bytearray:
    raw = bytearray(512)
    for index, value in _PLAIN.items():
        raw[index] = value
    raw[Register.SECURE_REMOVAL] = 0x39
    for number, groups in enumerate(make.gp_groups):
        at = Register.GP_SIZES + 3 * number
        raw[at : at + 3] = groups.to_bytes(3, "little")
    raw[Register.PARTITIONING] = 7
    raw[Register.WRITE_RELIABILITY] = 0x14
    raw[Register.RPMB_SIZE] = make.rpmb_units
    raw[Register.BOOT_WP] = make.boot_wp
    raw[Register.ERASE_GROUP_DEF] = 1
    raw[Register.BOOT_WP_STATUS] = make.boot_wp_status
    raw[Register.PARTITION_CONFIG] = make.boot_from << 3
    raw[Register.ERASED_CONTENT] = 1 if make.erased_byte else 0
    raw[Register.HS_TIMING] = 1
    raw[Register.REVISION] = make.revision
    raw[Register.SECTORS : Register.SECTORS + 4] = sectors.to_bytes(4, "little")
    for one in (
        Register.WP_GROUP_SIZE,
        Register.RELIABLE_SECTORS,
        Register.ERASE_TIMEOUT,
        Register.ERASE_GROUP_SIZE,
    ):
        raw[one] = 1
    raw[Register.BOOT_SIZE] = make.boot_units
    raw[Register.SECURITY_FEATURES] = make.features
    raw[Register.TRIM_TIMEOUT] = 2
    if make.revision >= 7:
        raw[Register.PRE_EOL], raw[Register.LIFE_A], raw[Register.LIFE_B] = make.pre_eol, *make.life
    for index, value in make.registers.items():
        raw[index] = value
    return raw
