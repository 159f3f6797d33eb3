"""The virtual eMMC, spoken to as mmc-utils speak through the kernel."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from agent.machine.drives.faults import MmcFault
from agent.machine.drives.mmc import MmcDrive
from agent.machine.drives.mmc_make import MmcMake, emmc45
from tests.drives.speaking import SIZE, Hand, content, old_bytes, old_disk

SECURE, TRIM, DISCARD = 0x80000000, 1, 3
SWITCH_ERROR, SEQUENCE, PARAMETER = 1 << 7, 1 << 28, 1 << 27


def drive(folder: Path, *faults: MmcFault, make: MmcMake | None = None) -> MmcDrive:
    boot = [old_disk(folder, size=1 << 20, name=f"boot{n}.img") for n in range(2)]
    return MmcDrive("/dev/mmcblk0", old_disk(folder), Hand(), make=make, boot=boot, faults=faults)


def send(d: MmcDrive, opcode: int, argument: int = 0) -> int:
    return d.mmc(opcode, argument, writes=opcode != 8, data_out=b"", in_length=0).response[0]


def switch(d: MmcDrive, index: int, value: int, mode: int = 3) -> tuple[int, int]:
    reply = d.mmc(6, mode << 24 | index << 16 | value << 8 | 1, writes=True, data_out=b"", in_length=0)
    return reply.errno, reply.response[0]


def registers(d: MmcDrive) -> bytes:
    return d.mmc(8, 0, writes=False, data_out=b"", in_length=512).data


def erase(d: MmcDrive, argument: int, first: int, last: int) -> int:
    return send(d, 35, first) | send(d, 36, last) | send(d, 38, argument)


def test_the_registers_say_what_it_is(tmp_path: Path) -> None:
    raw = registers(drive(tmp_path, make=MmcMake(life=(3, 0xB), pre_eol=2, gp_groups=(8, 16))))
    assert len(raw) == 512 and int.from_bytes(raw[212:216], "little") * 512 == SIZE
    assert (raw[231], raw[267], raw[268], raw[269]) == (0x55, 2, 3, 0xB)
    assert (raw[143], raw[146]) == (8, 16)


def test_switch_writes_modes_and_not_properties(tmp_path: Path) -> None:
    d = drive(tmp_path)
    assert switch(d, 179, 0x48) == (0, 0x900) and registers(d)[179] == 0x48
    assert switch(d, 179, 0x01, mode=1) == (0, 0x900) and registers(d)[179] == 0x49
    assert switch(d, 179, 0x40, mode=2) == (0, 0x900) and registers(d)[179] == 0x09
    assert switch(d, 212, 0)[1] & SWITCH_ERROR and registers(d)[213] == SIZE // 512 >> 8
    d.power_cut()
    assert registers(d)[179] == 0x08


@pytest.mark.parametrize(
    ("argument", "first", "last", "erased", "remnants"),
    [
        (0, 0, 1023, 512 << 10, 512 << 10),
        (0, 5, 6, 512 << 10, 512 << 10),  # whole groups
        (SECURE, 0, 2047, 1 << 20, 0),
        (TRIM, 5, 6, 1024, 1024),
        (DISCARD, 0, SIZE // 512 - 1, SIZE, SIZE),
    ],
)
def test_erases(tmp_path: Path, argument: int, first: int, last: int, erased: int, remnants: int) -> None:
    d = drive(tmp_path)
    assert erase(d, argument, first, last) == 0x900
    assert (SIZE - old_bytes(d.backing), d.remnant_bytes) == (erased, remnants)


def test_erases_out_of_order_or_out_of_range(tmp_path: Path) -> None:
    d = drive(tmp_path)
    assert send(d, 38) & SEQUENCE and send(d, 36, 9) & SEQUENCE
    assert erase(d, 0, 9, 3) & PARAMETER
    assert erase(d, 0, 0, SIZE // 512) & (1 << 31)
    assert erase(d, 0x77, 0, 9) & PARAMETER
    assert content(d.backing) == "old"


def test_sanitize_removes_what_a_laboratory_would_find(tmp_path: Path) -> None:
    d = drive(tmp_path)
    erase(d, 0, 0, 1023)
    assert switch(d, 165, 1) == (0, 0x900)
    assert d.remnant_bytes == 0 and old_bytes(d.backing) == SIZE - (512 << 10)  # mapped data stay


@pytest.mark.parametrize(
    ("fault", "error", "left"),
    [
        (MmcFault.SANITIZE_DOES_NOTHING, 0, 512 << 10),
        (MmcFault.SANITIZE_FAILS, errno.EBADMSG, 512 << 10),
        (MmcFault.SANITIZE_NEVER_ENDS, errno.ETIMEDOUT, 512 << 10),
    ],
)
def test_sanitizes_that_lie(tmp_path: Path, fault: MmcFault, error: int, left: int) -> None:
    d = drive(tmp_path, fault)
    erase(d, 0, 0, 1023)
    assert switch(d, 165, 1)[0] == error
    assert d.remnant_bytes == left


def test_a_card_without_sanitize_and_a_slow_one(tmp_path: Path) -> None:
    assert switch(drive(tmp_path, make=emmc45()), 165, 1)[0] == errno.EOPNOTSUPP
    d = drive(tmp_path, make=MmcMake(sanitize_s=600))
    erase(d, 0, 0, 1023)
    assert switch(d, 165, 1)[0] == errno.ETIMEDOUT and d.remnant_bytes
    d.clock.sleep(400)
    send(d, 13)
    assert d.remnant_bytes == 0


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        (MmcFault.ERASE_DOES_NOTHING, "old"),
        (MmcFault.ERASE_LEAVES_HALF, "some old"),
        (MmcFault.ERASES_TO_ONES, "ones"),
    ],
)
def test_erases_that_lie(tmp_path: Path, fault: MmcFault, left: str) -> None:
    d = drive(tmp_path, fault)
    assert erase(d, SECURE, 0, SIZE // 512 - 1) == 0x900
    assert content(d.backing) == left and registers(d)[181] == 0


def test_boot_areas_are_their_own(tmp_path: Path) -> None:
    d = drive(tmp_path)
    assert [node.path for node in d.nodes()] == ["/dev/mmcblk0", "/dev/mmcblk0boot0", "/dev/mmcblk0boot1"]
    assert [node.read_only for node in d.nodes()] == [False, True, True] and d.nodes()[2].backing == d.boot[1]
    switch(d, 179, 1, mode=1)
    assert erase(d, 0, 0, 2047) == 0x900
    assert content(d.backing) == "old" and content(d.boot[0]) == "zeros" and content(d.boot[1]) == "old"
    switch(d, 173, 1)
    assert registers(d)[174] == 0b0101
    d.power_cut()
    assert registers(d)[174] == 0


def test_no_extended_csd(tmp_path: Path) -> None:
    reply = drive(tmp_path, MmcFault.NO_EXT_CSD).mmc(8, 0, writes=False, data_out=b"", in_length=512)
    assert (reply.errno, reply.data) == (errno.ETIMEDOUT, b"")
