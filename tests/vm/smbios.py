"""SMBIOS structures in bytes (SMBIOS 3.7, clauses 6 and 7): what makes a virtual PC look like a donated one.

QEMU's own tables always say "virtual machine"; a structure given as a file takes the place of QEMU's of that type.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

DESKTOP, NOTEBOOK, MINI_PC = 3, 10, 35
DIMM, SODIMM, ROW_OF_CHIPS = 0x09, 0x0D, 0x0B
DDR3, DDR4, LPDDR4 = 0x18, 0x1A, 0x1E

_CHARACTERISTICS = 1 << 7 | 1 << 11 | 1 << 15 | 1 << 16  # PCI, upgradeable, boot from CD, selectable boot
_ACPI, _UEFI = 0x01, 0x08
_NO_ERROR_HANDLE = 0xFFFE
_ARRAY = 0x1000  # the handle of QEMU's own array: its mapped addresses point there


def structure(type_: int, handle: int, body: bytes, strings: Sequence[str] = ()) -> bytes:
    """Header, formatted area, strings, double null."""
    text = b"".join(s.encode("ascii") + b"\0" for s in strings) or b"\0"
    return struct.pack("<BBH", type_, 4 + len(body), handle) + body + text + b"\0"


def firmware(vendor: str, version: str, date: str, *, uefi: bool) -> bytes:
    body = struct.pack("<BBHBBQBB4B", 1, 2, 0xE800, 3, 0, _CHARACTERISTICS, _ACPI, _UEFI if uefi else 0, 1, 0, 255, 255)
    return structure(0, 0, body, (vendor, version, date))


def chassis(maker: str, kind: int, serial: str) -> bytes:
    return structure(3, 0x300, struct.pack("<9BI5B", 1, kind, 0, 2, 0, 3, 3, 3, 2, 0, 0, 1, 0, 3, 0), (maker, serial))


def memory_array(*, slots: int, most_gib: int) -> bytes:
    return structure(16, _ARRAY, struct.pack("<BBBIHHQ", 3, 3, 3, most_gib * MIB, _NO_ERROR_HANDLE, slots, 0))


def memory_device(number: int, *, mib: int, form: int, kind: int, mts: int) -> bytes:
    """One slot; ``mib`` 0 is an empty one."""
    known = kind if mib else 0x02
    body = struct.pack(
        "<HHHHHBBBBBHHBBBBBIHHHH", _ARRAY, _NO_ERROR_HANDLE, 64, 64, mib, form, 0, 1, 2, known, 0x80, mts if mib else 0,
        3 if mib else 0, 4 if mib else 0, 0, 5 if mib else 0, 1 if mib else 0, 0, mts if mib else 0, 1200, 1200, 1200,
    )  # fmt: skip
    filled = ("Samsung", f"11223{number:03}", "M471A5244CB0-CRC") if mib else ()
    return structure(17, 0x1100 + number, body, (f"DIMM {number}", f"BANK {number}", *filled))


def passwords(*, administrator: bool) -> bytes:
    """Hardware security: power-on, keyboard and front panel not implemented; the setup password on or off."""
    return structure(24, 0x2400, bytes([0b10 << 6 | 0b10 << 4 | int(administrator) << 2 | 0b10]))


def tpm(*, vendor: str, major: int) -> bytes:
    body = vendor.encode("ascii") + struct.pack("<BBIIBQI", major, 0, 0x00070002, 0, 1, 1 << 2, 0)
    return structure(43, 0x4300, body, ("TPM",))
