"""The structures that an NVMe drive answers with, built from its make (NVMe base 2.0; NVM command set 1.0)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from agent.machine.drives.nvme_make import LbaFormat, NvmeMake, NvmeSmart

IDENTIFY_BYTES = 4096
WRITE_PROTECTED = 1  # NSATTR bit 0
_READ_ONLY_WARNING = 0x08
_POWER_STATES = ((800, 0), (440, 0), (320, 0), (5, 3), (5, 3))  # maximum power, flags


def _put(page: bytearray, offset: int, form: str, *values: object) -> None:
    struct.pack_into("<" + form, page, offset, *values)


def _text(text: str, length: int) -> bytes:
    return text.encode("ascii").ljust(length)[:length]


def controller(make: NvmeMake, *, total_bytes: int, free_bytes: int) -> bytes:
    """Identify Controller, figure 275: version 1.3, one port."""
    page = bytearray(IDENTIFY_BYTES)
    serial, model = _text(make.serial, 20), _text(make.model, 40)
    _put(page, 0, "HH20s40s8s", make.vid, make.vid, serial, model, _text(make.firmware, 8))
    _put(page, 72, "B3sBBHIIIII", 2, make.ieee.to_bytes(3, "little"), 0, 7, 1, 0x10300, 200_000, 8_000_000, 0x200, 0)
    _put(page, 256, "HBBBBBBBBHHH", make.oacs, 7, 3, 0x16, 0x0F, 63, len(_POWER_STATES) - 1, 1, 1, 358, 361, 0)
    page[280:296] = total_bytes.to_bytes(16, "little")
    page[296:312] = free_bytes.to_bytes(16, "little")
    _put(page, 316, "HBBHHHHI", 35, 1, 0, 0, 1, 318, 356, make.sanicap)
    _put(page, 512, "BBHIHHBBHHBBH", 0x66, 0x44, 256, make.nn, 0x5F, 0, make.fna, 7, 255, 0, 1, 0, 0)
    page[768:1024] = (b"nqn.2014.08.org.nvmexpress:%04x%04x" % (make.vid, make.vid) + serial + model).ljust(256, b"\0")
    for number, (power, flags) in enumerate(_POWER_STATES):
        _put(page, 2048 + 32 * number, "HBB", power, 0, flags)
    return bytes(page)


def namespace(
    *, blocks: int, formats: Sequence[LbaFormat], in_use: int, eui64: int, attributes: int, size_bytes: int
) -> bytes:
    """Identify Namespace, NVM command set 1.0 figure 97."""
    page = bytearray(IDENTIFY_BYTES)
    _put(page, 0, "QQQBBB", blocks, blocks, blocks, 0, len(formats) - 1, in_use)
    page[48:64] = size_bytes.to_bytes(16, "little")
    page[99] = attributes
    page[120:128] = eui64.to_bytes(8, "big")
    for number, form in enumerate(formats):
        _put(page, 128 + 4 * number, "HBB", form.metadata_bytes, form.data_bits, form.performance)
    return bytes(page)


def namespace_list(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers).ljust(IDENTIFY_BYTES, b"\0")


def namespace_descriptors(eui64: int) -> bytes:
    """Namespace Identification Descriptor list, figure 277: the EUI64 alone."""
    return (bytes((1, 8, 0, 0)) + eui64.to_bytes(8, "big")).ljust(IDENTIFY_BYTES, b"\0")


def controller_list() -> bytes:
    """The one controller, number 1."""
    return struct.pack("<HH", 1, 1).ljust(IDENTIFY_BYTES, b"\0")


def smart(told: NvmeSmart, *, read_only: bool) -> bytes:
    """Log 02h, figure 208."""
    page = bytearray(512)
    warning = told.critical_warning | (_READ_ONLY_WARNING if read_only else 0)
    _put(page, 0, "BHBBB", warning, told.kelvin, told.spare, told.spare_threshold, told.used)
    counters = (
        *(told.data_units_read, told.data_units_written, told.host_reads, told.host_writes, told.busy_minutes),
        *(told.power_cycles, told.power_on_hours, told.unsafe_shutdowns, told.media_errors, told.error_entries),
    )
    for number, value in enumerate(counters):
        page[32 + 16 * number : 48 + 16 * number] = value.to_bytes(16, "little")
    _put(page, 200, "H", told.kelvin)
    return bytes(page)


def errors(entries: Sequence[tuple[int, int, int]]) -> bytes:
    """Log 01h, figure 206: (count, status field, namespace) of each, the newest first."""
    rows = []
    for count, status, nsid in entries:
        row = bytearray(64)
        _put(row, 0, "QHHHHQI", count, 0, 0, status << 1, 0xFFFF, 0, nsid)
        rows.append(bytes(row))
    return b"".join(rows)


def firmware_slots(make: NvmeMake) -> bytes:
    """Log 03h, figure 209: slot 1 is active, the others are empty."""
    return (b"\1".ljust(8, b"\0") + _text(make.firmware, 8)).ljust(512, b"\0")
