"""The virtual SAS disk, spoken to as sg3-utils speak, its backing file read after each erase."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.machine.drives.bus import ScsiReply
from agent.machine.drives.faults import ScsiFault
from agent.machine.drives.scsi import ScsiDrive
from agent.machine.drives.scsi_make import ScsiMake, ScsiPast, Service, array_disk, pm1633
from tests.drives.speaking import SIZE, Hand, content, old_bytes, old_disk

IMMED, AUSE = 0x80, 0x20
ZERO = b"\x01\0\x00\x04" + bytes(4)  # one pass of zeros, as sg_sanitize --overwrite --zero


def drive(
    folder: Path, *faults: ScsiFault, make: ScsiMake | None = None, past: ScsiPast | None = None, size: int = SIZE
) -> ScsiDrive:
    return ScsiDrive("/dev/sda", old_disk(folder, size=size), Hand(), make=make or pm1633(), past=past, faults=faults)


def clock(d: ScsiDrive) -> Hand:
    assert isinstance(d.clock, Hand)
    return d.clock


def sanitize(d: ScsiDrive, action: int, data: bytes = b"", *, flags: int = IMMED) -> ScsiReply:
    return d.scsi(bytes([0x48, flags | action, 0, 0, 0, 0, 0, 0, len(data), 0]), data, 0)


def sense(reply: ScsiReply) -> tuple[int, int, int]:
    s = reply.sense
    if not s:
        return (0, 0, 0)
    return (s[1], s[2], s[3]) if s[0] == 0x72 else (s[2], s[12], s[13])


def ready(d: ScsiDrive) -> tuple[int, int, int]:
    return sense(d.scsi(bytes(6), b"", 0))


def asked(d: ScsiDrive) -> tuple[tuple[int, int, int], float | None]:
    """REQUEST SENSE in fixed format: what is told, and how far it is."""
    data = d.scsi(bytes([3, 0, 0, 0, 252, 0]), b"", 252).data
    progress = int.from_bytes(data[16:18], "big") / 65536 if data[15] & 0x80 else None
    return (data[2], data[12], data[13]), progress


@pytest.mark.parametrize(
    ("action", "data", "seconds", "result"),
    [(1, ZERO, 1800, "zeros"), (2, b"", 60, "zeros"), (3, b"", 3, "other")],
)
def test_sanitize_is_told_while_it_runs_and_erases(
    tmp_path: Path, action: int, data: bytes, seconds: float, result: str
) -> None:
    d = drive(tmp_path)
    assert sanitize(d, action, data).status == 0
    clock(d).now += seconds / 4
    assert asked(d) == ((2, 4, 0x1B), 0.25)
    assert ready(d) == (2, 4, 0x1B) and not d.media_ready
    assert sense(d.scsi(bytes([0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]), b"", 512)) == (2, 4, 0x1B)
    clock(d).now += seconds
    assert ready(d) == (0, 0, 0) and asked(d) == ((0, 0, 0), None)
    assert content(d.backing) == result and old_bytes(d.backing) < SIZE // 100


def test_without_immed_it_blocks(tmp_path: Path) -> None:
    d = drive(tmp_path)
    before = clock(d).now
    assert sanitize(d, 2, flags=0).status == 0
    assert clock(d).now - before >= 60 and content(d.backing) == "zeros"


def test_an_overwrite_without_a_count_or_a_pattern_is_refused(tmp_path: Path) -> None:
    d = drive(tmp_path)
    for data in (b"\0" + ZERO[1:], b"\x01\0\0\0", b""):
        assert sense(sanitize(d, 1, data)) == (5, 0x26, 0)
    assert content(d.backing) == "old"


def test_what_is_not_offered_is_refused(tmp_path: Path) -> None:
    d = drive(tmp_path, make=ScsiMake(sanitize=frozenset({Service.OVERWRITE})))
    assert sense(sanitize(d, 2)) == (5, 0x24, 0)
    assert sense(sanitize(drive(tmp_path, make=array_disk(), size=520 * 64), 1, ZERO)) == (5, 0x20, 0)
    d = drive(tmp_path, ScsiFault.SANITIZE_REFUSED)
    assert sense(sanitize(d, 2)) == (5, 0x24, 0) and content(d.backing) == "old"


def test_it_survives_the_power_cut(tmp_path: Path) -> None:
    d = drive(tmp_path)
    sanitize(d, 2)
    clock(d).now += 24
    d.power_cut()
    assert asked(d) == ((2, 4, 0x1B), pytest.approx(0.4, abs=0.01)) and 0.5 < old_bytes(d.backing) / SIZE < 0.7
    clock(d).now += 60
    assert ready(d) == (0, 0, 0) and content(d.backing) == "zeros"


@pytest.mark.parametrize("ause", [AUSE, 0])
def test_a_failed_one_is_left_only_with_ause(tmp_path: Path, ause: int) -> None:
    d = drive(tmp_path, ScsiFault.SANITIZE_FAILS)
    sanitize(d, 2, flags=IMMED | ause)
    clock(d).now += 100
    assert ready(d) == (3, 0x31, 3) and asked(d)[0] == (3, 0x31, 3) and not d.media_ready
    assert sense(sanitize(d, 0x1F)) == ((0, 0, 0) if ause else (5, 0x24, 0))
    assert d.media_ready is bool(ause)


@pytest.mark.parametrize(
    ("fault", "told", "left"),
    [
        (ScsiFault.SANITIZE_DOES_NOTHING, (0, 0, 0), SIZE),
        (ScsiFault.SANITIZE_LEAVES_HALF, (0, 0, 0), SIZE // 2),
        (ScsiFault.SANITIZE_LEAVES_BLOCK, (0, 0, 0), 4096),
        (ScsiFault.SANITIZE_NEVER_ENDS, (2, 4, 0x1B), SIZE - SIZE // 100),
    ],
)
def test_sanitizes_that_lie(tmp_path: Path, fault: ScsiFault, told: tuple[int, int, int], left: int) -> None:
    d = drive(tmp_path, fault)
    assert sanitize(d, 2).status == 0
    clock(d).now += 7 * 86400
    assert asked(d)[0] == told
    assert abs(old_bytes(d.backing) - left) <= 1


def test_transport_error_and_silence(tmp_path: Path) -> None:
    d = drive(tmp_path, ScsiFault.SANITIZE_TRANSPORT_ERROR)
    assert sanitize(d, 2) == ScsiReply(host_status=7) and content(d.backing) == "old"
    d = drive(tmp_path, ScsiFault.SILENT)
    sanitize(d, 2)
    assert ready(d) == (0, 0, 0) and asked(d) == ((0, 0, 0), None) and content(d.backing) == "old"


# -- FORMAT UNIT ---------------------------------------------------------------------------------------------------


def select_512(d: ScsiDrive) -> ScsiReply:
    """MODE SENSE and MODE SELECT (10) as sg_format --size=512 sends them."""
    data = bytearray(d.scsi(bytes([0x5A, 0x10, 1, 0, 0, 0, 0, 0, 252, 0]), b"", 252).data)
    assert data[4] & 1 and data[7] == 16
    data[0:2] = b"\0\0"
    data[8:16] = bytes(8)
    data[20:24] = (512).to_bytes(4, "big")
    return d.scsi(bytes([0x55, 0x11, 0, 0, 0, 0, 0, 0, len(data), 0]), bytes(data), 0)


def format_unit(d: ScsiDrive) -> ScsiReply:
    return d.scsi(bytes([0x04, 0x18, 0, 0, 0, 0]), b"\0\x02\0\0", 0)


def capacity(d: ScsiDrive) -> tuple[int, int]:
    data = d.scsi(bytes([0x25]).ljust(10, b"\0"), b"", 8).data
    return int.from_bytes(data[:4], "big") + 1, int.from_bytes(data[4:], "big")


@pytest.mark.parametrize(
    ("fault", "after", "left"),
    [
        (None, (1024, 512), "zeros"),
        (ScsiFault.FORMAT_KEEPS_BLOCK, (1024, 520), "zeros"),
        (ScsiFault.FORMAT_DOES_NOTHING, (1024, 520), "old"),
    ],
)
def test_520_becomes_512(tmp_path: Path, fault: ScsiFault | None, after: tuple[int, int], left: str) -> None:
    d = drive(tmp_path, *([fault] if fault else []), make=array_disk(), size=520 * 1024)
    assert capacity(d) == (1024, 520)
    assert select_512(d).status == 0 and format_unit(d).status == 0
    if fault is not ScsiFault.FORMAT_DOES_NOTHING:
        clock(d).now += 1200
        assert asked(d) == ((2, 4, 4), 0.25) and ready(d) == (2, 4, 4)
    clock(d).now += 4800
    assert capacity(d) == after and content(d.backing) == left
    assert d.size_bytes == d.backing.stat().st_size == after[0] * after[1]


def test_a_format_that_fails_and_one_that_was_cut(tmp_path: Path) -> None:
    d = drive(tmp_path, ScsiFault.FORMAT_FAILS)
    format_unit(d)
    clock(d).now += 5000
    assert ready(d) == (3, 0x31, 1) and not d.media_ready
    d = drive(tmp_path)
    format_unit(d)
    clock(d).now += 900
    d.power_cut()
    assert ready(d) == (3, 0x31, 0) and content(d.backing) == "some old"
    format_unit(d)
    clock(d).now += 5000
    assert ready(d) == (0, 0, 0) and content(d.backing) == "zeros"


# -- what it tells of itself ---------------------------------------------------------------------------------------


def test_opcodes_one_and_all(tmp_path: Path) -> None:
    d = drive(tmp_path)
    whole = d.scsi(bytes([0xA3, 0x0C, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0]), b"", 4096).data
    actions = {whole[i + 3] for i in range(4, len(whole), 8) if whole[i] == 0x48}
    assert actions == {1, 2, 3, 0x1F}
    one = d.scsi(bytes([0xA3, 0x0C, 2, 0x48, 0, 2, 0, 0, 16, 0, 0, 0]), b"", 4096).data
    assert one[1] == 3 and one[4] == 0x48
    assert d.scsi(bytes([0xA3, 0x0C, 2, 0x48, 0, 9, 0, 0, 16, 0, 0, 0]), b"", 4096).data[1] == 1
    assert sense(d.scsi(bytes([0xA3, 0x0C, 1, 0x48, 0, 0, 0, 0, 16, 0, 0, 0]), b"", 4096)) == (5, 0x24, 0)
    none = drive(tmp_path, ScsiFault.NO_OPCODES)
    assert sense(none.scsi(bytes([0xA3, 0x0C, *[0] * 6, 16, 0, 0, 0]), b"", 4096)) == (5, 0x20, 0)


def test_every_opcode_that_is_listed_is_known(tmp_path: Path) -> None:
    d = drive(tmp_path)
    whole = d.scsi(bytes([0xA3, 0x0C, *[0] * 6, 16, 0, 0, 0]), b"", 4096).data
    for i in range(4, len(whole), 8):
        opcode, action, length = whole[i], whole[i + 3], whole[i + 7]
        if opcode not in (0x04, 0x48):
            assert sense(d.scsi(bytes([opcode, action]).ljust(length, b"\0"), b"", 0))[:2] != (5, 0x20), hex(opcode)


def test_d_sense_is_kept_and_used(tmp_path: Path) -> None:
    d = drive(tmp_path)
    page = bytearray(d.scsi(bytes([0x5A, 8, 0x0A, 0, 0, 0, 0, 0, 252, 0]), b"", 252).data)
    page[0:2], page[8] = b"\0\0", page[8] & 0x3F
    page[10] |= 4
    assert d.scsi(bytes([0x55, 0x10, 0, 0, 0, 0, 0, 0, len(page), 0]), bytes(page), 0).status == 0
    assert sanitize(d, 9).sense[0] == 0x72
    page[11] ^= 1
    assert d.scsi(bytes([0x55, 0x10, 0, 0, 0, 0, 0, 0, len(page), 0]), bytes(page), 0).status == 2


def test_grown_defects_and_hours(tmp_path: Path) -> None:
    d = drive(tmp_path, past=ScsiPast(grown_defects=3, minutes=125))
    assert d.scsi(bytes([0x37, 0, 0x0C, 0, 0, 0, 0, 0x10, 0, 0]), b"", 4096).data[2:4] == b"\0\x18"
    log = d.scsi(bytes([0x4D, 0, 0x55, 0, 0, 0, 0, 0x10, 0, 0]), b"", 4096).data
    assert int.from_bytes(log[8:12], "big") == 125


def test_write_same_and_read(tmp_path: Path) -> None:
    d = drive(tmp_path)
    assert d.scsi(bytes([0x41, 0, 0, 0, 0, 2, 0, 0, 2, 0]), b"\x11" * 512, 0).status == 0
    read = d.scsi(bytes([0x28, 0, 0, 0, 0, 1, 0, 0, 4, 0]), b"", 2048).data
    assert read == b"\xaa" * 512 + b"\x11" * 1024 + b"\xaa" * 512


def test_a_file_smaller_than_the_disk(tmp_path: Path) -> None:
    d = ScsiDrive("/dev/sda", old_disk(tmp_path), Hand(), make=array_disk(), size_bytes=1172123568 * 520)
    assert capacity(d) == (1172123568, 520)
    select_512(d)
    format_unit(d)
    clock(d).now += 4800
    assert capacity(d) == (1172123568, 512) and d.backing.stat().st_size == SIZE and content(d.backing) == "zeros"
