"""What a SAS disk tells of itself: INQUIRY and vital product data (SPC-4), mode pages, log pages, defect lists."""

from __future__ import annotations

from dataclasses import dataclass

from agent.machine.drives.scsi_make import ScsiMake, ScsiPast

_SAS = 6  # protocol identifier


def inquiry(make: ScsiMake) -> bytes:
    head = bytes([0, 0, 6, 2, 139, 0, 0, 2])
    names = make.vendor.ljust(8)[:8] + make.product.ljust(16)[:16] + make.revision.ljust(4)[:4]
    versions = b"".join(v.to_bytes(2, "big") for v in (0x00A0, 0x0C60, 0x0463, 0x04C0))  # SAM-5, SAS, SPC-4, SBC-3
    return ((head + names.encode()).ljust(58, b"\0") + versions).ljust(144, b"\0")


def vital_data(make: ScsiMake, page: int) -> bytes | None:
    naa = make.wwn.to_bytes(8, "big")
    port = (make.wwn + 1).to_bytes(8, "big")
    body: dict[int, bytes] = {
        0x80: make.serial.encode(),
        0x83: bytes([1, 3, 0, 8]) + naa + bytes([_SAS << 4 | 1, 0x93, 0, 8]) + port,
        0xB0: bytes(60),
        0xB1: make.rotation.to_bytes(2, "big") + bytes([0, make.form_factor]) + bytes(56),
    }
    body[0x00] = bytes(sorted({0, *body}))
    found = body.get(page)
    return None if found is None else bytes([0, page]) + len(found).to_bytes(2, "big") + found


@dataclass(slots=True)
class ModePages:
    """D_SENSE and the write cache can be changed; the rest is as made."""

    make: ScsiMake
    d_sense: bool = False
    write_cache: bool = False

    def page(self, code: int, *, changeable: bool) -> bytes | None:
        pages = self._changeable() if changeable else self._current()
        if code == 0x3F:
            return b"".join(pages[number] for number in sorted(pages))
        return pages.get(code)

    def _current(self) -> dict[int, bytes]:
        speed = self.make.rotation if self.make.rotation > 1 else 0
        return {
            0x01: bytes([0x81, 10, 0xC0, 20, 0, 0, 0, 0, 5, 0, 0xFF, 0xFF]),
            0x04: bytes([0x84, 22, *[0] * 18, *speed.to_bytes(2, "big"), 0, 0]),
            0x08: bytes([0x88, 18, 4 if self.write_cache else 0, *[0] * 17]),
            0x0A: bytes([0x8A, 10, 4 if self.d_sense else 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x58]),
            0x19: bytes([0x99, 14, _SAS, *[0] * 13]),
            0x1C: bytes([0x9C, 10, 0x10, 4, *[0] * 8]),
        }

    def _changeable(self) -> dict[int, bytes]:
        blank = {code: bytes([page[0], page[1], *[0] * page[1]]) for code, page in self._current().items()}
        for code in (0x08, 0x0A):
            blank[code] = blank[code][:2] + b"\x04" + blank[code][3:]
        return blank

    def select(self, page: bytes) -> bool:
        """Take one page; False when it would change what cannot be changed."""
        code = page[0] & 0x3F
        current, mask = self.page(code, changeable=False), self.page(code, changeable=True)
        if current is None or mask is None or len(page) != len(current):
            return False
        if any((old ^ new) & ~may & 0xFF for old, new, may in zip(current[2:], page[2:], mask[2:], strict=True)):
            return False
        if code == 0x0A:
            self.d_sense = bool(page[2] & 4)
        if code == 0x08:
            self.write_cache = bool(page[2] & 4)
        return True


def log_page(past: ScsiPast, page: int) -> bytes | None:
    """Supported pages, error counters, temperature, starts, background scan, informational exceptions."""
    read = {0: 100, 1: 20, 2: 0, 3: 120, 4: 120, 5: 9123456789000, 6: past.uncorrected_reads}
    write = {0: 5, 1: 0, 2: 0, 3: 5, 4: 5, 5: 8123456789000, 6: 0}
    warning = (0x5D, 0x10) if past.predicts_failure else (0, 0)
    parameters: dict[int, dict[int, bytes]] = {
        0x02: _counters(write),
        0x03: _counters(read),
        0x0D: {0: bytes([0, past.temperature]), 1: bytes([0, 60])},
        0x0E: {
            1: b"201327",
            2: b"      ",
            3: (10000).to_bytes(4, "big"),
            4: past.starts.to_bytes(4, "big"),
            5: (300000).to_bytes(4, "big"),
            6: (1201).to_bytes(4, "big"),
        },
        0x15: {0: past.minutes.to_bytes(4, "big") + bytes(8)},
        0x2F: {0: bytes([*warning, past.temperature, 60])},
    }
    if page == 0:
        body = bytes(sorted({0, *parameters}))
    elif page in parameters:
        body = b"".join(
            number.to_bytes(2, "big") + bytes([3, len(value)]) + value for number, value in parameters[page].items()
        )
    else:
        return None
    return bytes([page, 0]) + len(body).to_bytes(2, "big") + body


def _counters(values: dict[int, int]) -> dict[int, bytes]:
    return {number: value.to_bytes(8, "big") for number, value in values.items()}


def defect_list(past: ScsiPast, request: int, *, long: bool) -> bytes:
    """READ DEFECT DATA (10) and (12): grown ones in physical sector format; the primary list is empty."""
    entries = past.grown_defects if request & 0x08 else 0
    body = b"".join((4096 * n).to_bytes(4, "big") + bytes([0, 0, 0, n & 0xFF]) for n in range(entries))
    head = bytes([0, request & 0x18 | 5])
    if long:
        return head + bytes(2) + len(body).to_bytes(4, "big") + body
    return head + len(body).to_bytes(2, "big") + body
