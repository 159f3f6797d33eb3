"""The pages that libata builds for an ATA drive: INQUIRY, vital product data, mode pages (libata-scsi.c, SAT-4)."""

from __future__ import annotations

from typing import Protocol

from agent.machine.drives.ata_make import AtaMake

_BRIDGE_VENDOR, _BRIDGE_PRODUCT = b"JMicron ", b"Generic         "


class AtaDevice(Protocol):
    make: AtaMake
    size_bytes: int
    logical_block: int
    physical_block: int

    def identify(self) -> bytes: ...


def inquiry(make: AtaMake, *, bridged: bool) -> bytes:
    """The revision is the last four characters of the firmware's, or the first four when those are blank."""
    firmware = make.firmware.ljust(8)[:8]
    revision = (firmware[4:] if firmware[4:].strip() else firmware[:4]).encode()
    vendor, product = b"ATA     ", make.model.encode().ljust(16)[:16]
    if bridged:
        vendor, product, revision = _BRIDGE_VENDOR, _BRIDGE_PRODUCT, b"0508"
    head = bytes([0, 0, 6 if bridged else 5, 2, 91, 0, 0, 2])
    return (head + vendor + product + revision).ljust(96, b"\0")


def vital_data(device: AtaDevice, page: int, *, bridged: bool) -> bytes | None:
    serial = device.make.serial.encode().ljust(20)
    body: dict[int, bytes] = {
        0x80: b"DD56419883891"[:13] if bridged else serial,
        0x83: _identification(device.make, serial),
        0xB0: b"\0\x01\0\x01".ljust(60, b"\0"),
        0xB1: device.make.rotation.to_bytes(2, "big") + bytes([0, 0]) + bytes(56),
    }
    if bridged:
        body = {0x80: body[0x80]}
    else:
        body[0x89] = _ata_information(device.identify())
    body[0x00] = bytes(sorted({0, *body}))
    found = body.get(page)
    return None if found is None else bytes([0, page]) + len(found).to_bytes(2, "big") + found


def _identification(make: AtaMake, serial: bytes) -> bytes:
    """Vendor specific, T10 vendor with model and serial, NAA."""
    vendor = bytes([2, 0, 0, len(serial)]) + serial
    named = b"ATA     " + make.model.encode().ljust(40) + serial
    naa = bytes([1, 3, 0, 8]) + make.wwn.to_bytes(8, "big")
    return vendor + bytes([2, 1, 0, len(named)]) + named + naa


def _ata_information(identify: bytes) -> bytes:
    head = b"\0\0\0\0" + b"linux   " + b"libata          " + b"3.00"
    signature = bytes([0x34, 0, 0x50, 1, 1]).ljust(20, b"\0")
    return head + signature + bytes([0xEC, 0, 0, 0]) + identify


def mode_pages(page: int, *, changeable: bool, d_sense: bool) -> bytes | None:
    """Error recovery, caching, control, or all of them. The default values are the current ones, as libata has it."""
    recovery = bytes([0x01, 10, 0 if changeable else 0x80, *[0] * 9])  # automatic reallocation of writes
    caching = bytes([0x08, 18, 4, *[0] * 17])  # write cache on, and may be turned off
    control = [4, *[0] * 9] if changeable else [2 | (4 if d_sense else 0), 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 30]
    whole = bytes([0x0A, 10, *control])
    known = {0x01: recovery, 0x08: caching, 0x0A: whole, 0x3F: recovery + caching + whole}
    return known.get(page)
