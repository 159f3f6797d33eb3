"""The virtual ATA drive, spoken to as hdparm and sdparm speak, its backing file read after each erase."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.inventory.ata import decode_identify
from agent.machine.drives import ata_make
from agent.machine.drives.ata import AtaDrive
from agent.machine.drives.ata_make import Action, AtaMake, AtaPast, Freeze
from agent.machine.drives.faults import AtaFault
from agent.machine.drives.sat import Bridge
from agent.model.facts import Known
from tests.conftest import SHARED
from tests.drives.speaking import (
    KEYS,
    SIZE,
    Hand,
    ask,
    content,
    old_bytes,
    old_disk,
    password,
    registers,
    set_d_sense,
    words,
)

FIXTURES = SHARED / "fixtures" / "disks" / "hdparm"
PW = password(b"regain")
ALL = frozenset(Action)


def drive(
    folder: Path, *faults: AtaFault, make: AtaMake | None = None, past: AtaPast | None = None, size: int = SIZE
) -> AtaDrive:
    made = make or AtaMake(sanitize=ALL, antifreeze=True)
    return AtaDrive("/dev/sda", old_disk(folder, size=size), Hand(), make=made, past=past, faults=faults)


def clock(d: AtaDrive) -> Hand:
    assert isinstance(d.clock, Hand)
    return d.clock


def told(d: AtaDrive) -> int:
    return words(ask(d, 0xEC, count=1, data="in").data)[128]


def enabled(d: AtaDrive) -> bool:
    return bool(told(d) & 2)


def taken(reply: object) -> bool:
    status = getattr(reply, "status", 2)
    return status == 0


def erase(d: AtaDrive, pw: bytes = PW) -> bool:
    return ask(d, 0xF3).sense[1] == 1 and taken(ask(d, 0xF4, pw, count=1, data="out"))


def sanitize(d: AtaDrive, what: str, count: int = 0) -> dict[str, int]:
    feature, key = KEYS[what] if what in KEYS else (0x14, 0x4F57 << 32 | 0xDEADBEEF)
    return registers(ask(d, 0xB4, features=feature, count=count, lba=key, ext=True))


def status(d: AtaDrive, count: int = 0) -> dict[str, int]:
    return registers(ask(d, 0xB4, count=count, ext=True))


# -- identity -------------------------------------------------------------------------------------------------------


def test_identify_decodes_in_our_own_reader(tmp_path: Path) -> None:
    disk = decode_identify(words(ask(drive(tmp_path), 0xEC, count=1, data="in").data), "IDENTIFY")
    assert disk.serial == Known("RGV0000001", "IDENTIFY")
    assert disk.size_bytes == Known(SIZE, "IDENTIFY")
    assert disk.security is not None and disk.security.erase_minutes == Known(86, "IDENTIFY")
    assert disk.sanitize is not None and disk.sanitize.crypto_erase == Known(True, "IDENTIFY")


@pytest.mark.parametrize(
    ("name", "make", "past", "sectors"),
    [
        ("wd5000-frozen", ata_make.wd5000(), AtaPast(), 976773168),
        ("mx500-sanitize", ata_make.mx500(), AtaPast(), 1953525168),
        ("hts545050-locked-high", ata_make.hts545050(), AtaPast(password=b"theirs"), 976773168),
    ],
)
def test_identify_is_that_of_the_real_drive(
    tmp_path: Path, name: str, make: AtaMake, past: AtaPast, sectors: int
) -> None:
    recording = FIXTURES / f"istdout-{name}.txt"
    if not recording.exists():
        pytest.skip("no recordings here")
    real = [int(word, 16) for word in re.findall(r"\b[0-9a-f]{4}\b", recording.read_text().split("sda:")[1])]
    backing = tmp_path / "sparse.img"
    with backing.open("wb") as file:
        file.truncate(sectors * 512)
    made = words(AtaDrive("/dev/sda", backing, Hand(), make=make, past=past).identify())
    assert {i: (hex(a), hex(b)) for i, (a, b) in enumerate(zip(made, real, strict=True)) if a != b} == {}


def test_four_kilobyte_sectors(tmp_path: Path) -> None:
    d = drive(tmp_path, make=AtaMake(logical=4096, physical=4096))
    disk = decode_identify(words(d.identify()), "I")
    assert (disk.size_bytes, disk.logical_block_size) == (Known(SIZE, "I"), Known(4096, "I"))
    assert d.scsi(bytes([0x25]).ljust(10, b"\0"), b"", 8).data == (SIZE // 4096 - 1).to_bytes(4, "big") + b"\0\0\x10\0"


# -- how a refusal is told: the root of the lies -------------------------------------------------------------------


def test_an_aborted_command_in_fixed_format_reads_as_success(tmp_path: Path) -> None:
    d = drive(tmp_path, AtaFault.ABORTS_SECURITY)
    reply = ask(d, 0xF1, PW, count=1, data="out")
    assert reply.status == 2 and reply.sense[:8] == bytes.fromhex("f0000b045140010a")
    assert registers(reply)["status"] & 1 == 0  # what hdparm believes


def test_an_aborted_command_in_descriptor_format_is_seen(tmp_path: Path) -> None:
    d = drive(tmp_path, AtaFault.ABORTS_SECURITY)
    assert set_d_sense(d).status == 0
    answer = registers(ask(d, 0xF1, PW, count=1, data="out"))
    assert answer["status"] & 1 and answer["error"] == 4
    d.suspend()
    assert d.scsi(bytes([0x5A, 8, 0x0A, 0, 0, 0, 0, 0, 252, 0]), b"", 252).data[10] & 4  # survives suspend


def test_mode_select_changes_nothing_else(tmp_path: Path) -> None:
    d = drive(tmp_path)
    page = bytearray(d.scsi(bytes([0x5A, 8, 0x0A, 0, 0, 0, 0, 0, 252, 0]), b"", 252).data)
    page[11] ^= 0x10
    assert d.scsi(bytes([0x55, 0x10, 0, 0, 0, 0, 0, 0, len(page), 0]), bytes(page), 0).status == 2


def test_a_good_command_without_data_answers_in_a_descriptor_whatever_d_sense_says(tmp_path: Path) -> None:
    assert registers(ask(drive(tmp_path), 0x27, ext=True)) == {
        "status": 0x50,
        "error": 0,
        "count": 0,
        "lba": SIZE // 512 - 1,
    }


def test_pass_through_in_12_and_32_bytes(tmp_path: Path) -> None:
    d = drive(tmp_path)
    twelve = d.scsi(bytes([0xA1, 4 << 1, 0x0E, 0, 1, 0, 0, 0, 0, 0xEC, 0, 0]), b"", 512)
    long = bytearray(32)
    long[0], long[7], long[8:10], long[10], long[11], long[23], long[25] = (
        0x7F,
        0x18,
        b"\x1f\xf0",
        4 << 1,
        0x0E,
        1,
        0xEC,
    )
    assert twelve.data == d.scsi(bytes(long), b"", 512).data == d.identify()


@pytest.mark.parametrize(("bridge", "state"), [(Bridge.REFUSES, 2), (Bridge.NOISE, 0)])
def test_a_bridge_gives_no_identity(tmp_path: Path, bridge: Bridge, state: int) -> None:
    d = AtaDrive("/dev/sda", old_disk(tmp_path), Hand(), bridge=bridge)
    reply = ask(d, 0xEC, count=1, data="in")
    assert reply.status == state
    assert len(reply.data) == (0 if state else 512) and reply.data != d.identify()
    assert d.scsi(bytes([0x12, 0, 0, 0, 96, 0]), b"", 96).data[8:16] != b"ATA     "


# -- SECURITY ------------------------------------------------------------------------------------------------------


def test_security_erase_takes_its_time_erases_and_clears_the_password(tmp_path: Path) -> None:
    d = drive(tmp_path)
    assert taken(ask(d, 0xF1, PW, count=1, data="out")) and enabled(d)
    before = clock(d).now
    assert erase(d)
    assert clock(d).now - before >= d.make.pass_s
    assert content(d.backing) == "zeros" and not enabled(d)


def test_erase_wants_prepare_right_before_and_the_right_password(tmp_path: Path) -> None:
    d = drive(tmp_path)
    ask(d, 0xF1, PW, count=1, data="out")
    assert not taken(ask(d, 0xF4, PW, count=1, data="out"))
    ask(d, 0xF3)
    ask(d, 0xEC, count=1, data="in")
    assert not taken(ask(d, 0xF4, PW, count=1, data="out"))
    assert not erase(d, password(b"guess"))
    assert content(d.backing) == "old" and enabled(d)


def test_five_wrong_unlocks_expire_the_counter_until_power_off(tmp_path: Path) -> None:
    d = drive(tmp_path, past=AtaPast(password=b"regain"))
    assert told(d) & 4
    for _ in range(5):
        assert not taken(ask(d, 0xF2, password(b"guess"), count=1, data="out"))
    assert told(d) & 0x10
    assert not taken(ask(d, 0xF2, PW, count=1, data="out")) and not erase(d)
    d.power_cut()
    assert taken(ask(d, 0xF2, PW, count=1, data="out")) and not told(d) & 4
    assert taken(ask(d, 0xF6, PW, count=1, data="out")) and not enabled(d)


@pytest.mark.parametrize("maximum", [False, True])
def test_what_the_master_password_may(tmp_path: Path, maximum: bool) -> None:
    past = AtaPast(password=b"theirs", master=b"owner", maximum=maximum)
    d = drive(tmp_path, past=past)
    master = password(b"owner", master=True)
    assert taken(ask(d, 0xF2, master, count=1, data="out")) is not maximum
    assert bool(told(d) & 0x100) is maximum
    assert erase(d, master) and content(d.backing) == "zeros" and not enabled(d)


def test_frozen_refuses_everything_and_is_thawed_as_it_was_made(tmp_path: Path) -> None:
    thawed = {}
    for freeze in Freeze:
        d = drive(tmp_path, make=AtaMake(freeze=freeze))
        frozen = not taken(ask(d, 0xF1, PW, count=1, data="out"))
        d.power_cut()
        after_cut = bool(told(d) & 8)
        d.suspend()
        thawed[freeze] = (frozen, after_cut, bool(told(d) & 8))
    assert thawed == {
        Freeze.NEVER: (False, False, False),
        Freeze.BOOT: (True, False, False),
        Freeze.POWER_ON: (True, True, False),
        Freeze.ALWAYS: (True, True, True),
    }


def test_a_locked_drive_cannot_be_frozen(tmp_path: Path) -> None:
    d = drive(tmp_path, make=AtaMake(freeze=Freeze.ALWAYS), past=AtaPast(password=b"regain"))
    assert told(d) & 0xC == 4 and not taken(ask(d, 0xF5))
    assert taken(ask(d, 0xF2, PW, count=1, data="out")) and registers(ask(d, 0xF5))["status"] == 0x50
    assert told(d) & 0xC == 8
    kept = drive(tmp_path, make=AtaMake(freeze=Freeze.ALWAYS), past=AtaPast(password=b"regain", unlocked=True))
    assert told(kept) & 0xE == 0xA


def test_a_password_locks_after_suspend(tmp_path: Path) -> None:
    d = drive(tmp_path)
    ask(d, 0xF1, PW, count=1, data="out")
    assert not told(d) & 4 and d.media_ready
    d.suspend()
    assert told(d) & 4 and not d.media_ready
    assert d.scsi(bytes([0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]), b"", 512).status == 2


@pytest.mark.parametrize(
    ("fault", "left", "still"),
    [
        (AtaFault.ERASE_DOES_NOTHING, SIZE, False),
        (AtaFault.ERASE_LEAVES_HALF, SIZE // 2, False),
        (AtaFault.ERASE_LEAVES_BLOCK, 4096, False),
        (AtaFault.ERASE_KEEPS_PASSWORD, 0, True),
    ],
)
def test_erases_that_lie(tmp_path: Path, fault: AtaFault, left: int, still: bool) -> None:
    d = drive(tmp_path, fault)
    ask(d, 0xF1, PW, count=1, data="out")
    assert erase(d)
    assert (old_bytes(d.backing), enabled(d)) == (left, still)


def test_reset_in_the_erase_comes_back_locked_and_half_done(tmp_path: Path) -> None:
    d = drive(tmp_path, AtaFault.RESETS_IN_ERASE)
    ask(d, 0xF1, PW, count=1, data="out")
    ask(d, 0xF3)
    assert ask(d, 0xF4, PW, count=1, data="out").host_status
    assert told(d) & 6 == 6
    assert 0.55 < old_bytes(d.backing) / SIZE < 0.65


def test_the_plug_pulled_in_the_erase(tmp_path: Path) -> None:
    d = drive(tmp_path)

    class Pulls(Hand):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if self.now > 1000 + d.make.pass_s / 2:
                d.power_cut()

    d.clock = Pulls()
    ask(d, 0xF1, PW, count=1, data="out")
    ask(d, 0xF3)
    assert ask(d, 0xF4, PW, count=1, data="out").host_status
    assert told(d) & 4 and 0.4 < old_bytes(d.backing) / SIZE < 0.6


def test_an_erase_that_fails_says_so_in_descriptors_only(tmp_path: Path) -> None:
    d = drive(tmp_path, AtaFault.ERASE_FAILS)
    ask(d, 0xF1, PW, count=1, data="out")
    assert not erase(d) and enabled(d) and content(d.backing) == "some old"


def test_enhanced_refused_normal_taken(tmp_path: Path) -> None:
    d = drive(tmp_path, AtaFault.ABORTS_ENHANCED)
    ask(d, 0xF1, PW, count=1, data="out")
    assert not erase(d, password(b"regain", enhanced=True)) and content(d.backing) == "old"
    assert erase(d)


# -- SANITIZE ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("what", "result"), [("crypto", "other"), ("block", "zeros"), ("overwrite", "other")])
def test_sanitize_goes_through_sd2_to_completed(tmp_path: Path, what: str, result: str) -> None:
    d = drive(tmp_path)
    assert status(d)["count"] == 0
    assert sanitize(d, what, count=1)["status"] == 0x50
    clock(d).now += 0.5 * {"crypto": d.make.crypto_s, "block": d.make.block_s, "overwrite": d.make.pass_s}[what]
    answer = status(d)
    assert answer["count"] == 0x4000 and 0.49 < answer["lba"] / 65536 < 0.51
    assert not d.media_ready
    clock(d).now += 10 * d.make.pass_s
    assert status(d) | {"lba": 0} == {"status": 0x50, "error": 0, "count": 0x8000, "lba": 0}
    assert content(d.backing) == result and old_bytes(d.backing) < SIZE // 100
    assert (d.backing.read_bytes()[:4] == bytes.fromhex("efbeadde")) is (what == "overwrite")


def test_count_zero_is_sixteen_passes(tmp_path: Path) -> None:
    d = drive(tmp_path)
    sanitize(d, "overwrite", count=0)
    clock(d).now += 15 * d.make.pass_s
    assert status(d)["count"] == 0x4000
    clock(d).now += 1.1 * d.make.pass_s
    assert status(d)["count"] == 0x8000


def test_inverted_passes_end_on_the_last_one(tmp_path: Path) -> None:
    d = drive(tmp_path)
    sanitize(d, "overwrite", count=0x80 | 2)
    clock(d).now += 1.5 * d.make.pass_s
    status(d)
    data = d.backing.read_bytes()
    assert data[:4] == bytes(~b & 0xFF for b in data[-4:])


def test_a_sanitize_survives_the_power_cut(tmp_path: Path) -> None:
    d = drive(tmp_path)
    sanitize(d, "block")
    clock(d).now += 0.4 * d.make.block_s
    d.power_cut()
    assert status(d)["count"] == 0x4000 and 0.5 < old_bytes(d.backing) / SIZE < 0.7
    clock(d).now += d.make.block_s
    assert status(d)["count"] == 0x8000 and content(d.backing) == "zeros"


def test_frozen_and_antifreeze(tmp_path: Path) -> None:
    d = drive(tmp_path)
    set_d_sense(d)
    assert sanitize(d, "freeze")["status"] == 0x50 and status(d)["count"] == 0x2000
    refused = sanitize(d, "block")
    assert refused["status"] & 1 and refused["lba"] & 0xFF == 3
    d.power_cut()
    set_d_sense(d)
    assert registers(ask(d, 0xB4, features=0x40, lba=0x416E7469, ext=True))["status"] == 0x50
    assert sanitize(d, "freeze")["lba"] & 0xFF == 4
    assert sanitize(d, "block")["status"] == 0x50
    assert content(d.backing) == "old"


@pytest.mark.parametrize("may_leave", [0x10, 0])
def test_a_failed_sanitize_is_left_only_with_failure_mode(tmp_path: Path, may_leave: int) -> None:
    d = drive(tmp_path, AtaFault.SANITIZE_FAILS)
    set_d_sense(d)
    sanitize(d, "block", count=may_leave)
    clock(d).now += 2 * d.make.block_s
    assert status(d)["lba"] & 0xFF == 1 and status(d)["status"] & 1
    assert not d.media_ready
    assert (status(d, count=1)["count"] == 0) is bool(may_leave)
    assert d.media_ready is bool(may_leave)


def test_the_false_start_of_the_mx500(tmp_path: Path) -> None:
    d = drive(tmp_path, AtaFault.ABORTS_SANITIZE, make=ata_make.mx500())
    feature, key = KEYS["block"]
    reply = ask(d, 0xB4, features=feature, lba=key, ext=True)
    assert reply.sense[:12] == bytes.fromhex("f0000b045140000aa072456b")  # byte for byte the real one
    assert registers(reply)["status"] & 1 == 0 and status(d)["count"] == 0
    assert content(d.backing) == "old"


@pytest.mark.parametrize(
    ("fault", "count", "left"),
    [
        (AtaFault.SANITIZE_IGNORED, 0, SIZE),
        (AtaFault.SANITIZE_DOES_NOTHING, 0x8000, SIZE),
        (AtaFault.SANITIZE_LEAVES_HALF, 0x8000, SIZE // 2),
        (AtaFault.SANITIZE_LEAVES_BLOCK, 0x8000, 4096),
        (AtaFault.SANITIZE_NEVER_ENDS, 0x4000, SIZE * 64881 // 65536 + 1),
    ],
)
def test_sanitizes_that_lie(tmp_path: Path, fault: AtaFault, count: int, left: int) -> None:
    d = drive(tmp_path, fault)
    assert sanitize(d, "block")["status"] == 0x50
    clock(d).now += 7 * 86400
    assert status(d)["count"] == count
    assert abs(old_bytes(d.backing) - left) <= 1
    if fault is AtaFault.SANITIZE_NEVER_ENDS:
        assert status(d)["lba"] == 655


def test_frozen_from_the_firmware_on_and_results_forgotten(tmp_path: Path) -> None:
    assert status(drive(tmp_path, AtaFault.SANITIZE_FROZEN))["count"] == 0x2000
    d = drive(tmp_path, AtaFault.FORGETS_SANITIZE)
    sanitize(d, "block")
    clock(d).now += 2 * d.make.block_s
    assert status(d)["count"] == 0x8000
    d.power_cut()
    assert status(d)["count"] == 0


# -- hidden sectors ------------------------------------------------------------------------------------------------


def set_max(d: AtaDrive, sectors: int, *, lasting: bool = True) -> bool:
    ask(d, 0x27, ext=True)
    return registers(ask(d, 0x37, count=int(lasting), lba=sectors - 1, ext=True))["status"] == 0x50


def test_hpa_shrinks_the_disk_until_it_is_removed_once_for_each_power_on(tmp_path: Path) -> None:
    d = drive(tmp_path, past=AtaPast(hpa_sectors=10000))
    set_d_sense(d)
    assert d.size_bytes == 10000 * 512
    assert registers(ask(d, 0x27, ext=True))["lba"] == SIZE // 512 - 1
    assert set_max(d, SIZE // 512) and d.size_bytes == SIZE
    assert not set_max(d, 9000) and d.size_bytes == SIZE
    d.power_cut()
    set_d_sense(d)
    assert set_max(d, 9000, lasting=False) and d.size_bytes == 9000 * 512
    d.power_cut()
    assert d.size_bytes == SIZE


def test_set_max_wants_read_native_max_right_before(tmp_path: Path) -> None:
    d = drive(tmp_path)
    assert registers(ask(d, 0x37, count=1, lba=99, ext=True))["status"] != 0x50
    assert d.size_bytes == SIZE


def test_dco_tells_the_whole_and_gives_it_back(tmp_path: Path) -> None:
    d = drive(tmp_path, past=AtaPast(dco_sectors=12000, hpa_sectors=11000))
    data = ask(d, 0xB1, features=0xC2, count=1, data="in").data
    assert int.from_bytes(data[6:14], "little") == SIZE // 512 - 1
    assert data[510] == 0xA5 and sum(data) & 0xFF == 0
    assert registers(ask(d, 0x27, ext=True))["lba"] == 11999
    assert registers(ask(d, 0xB1, features=0xC0))["status"] != 0x50  # an HPA forbids it
    assert set_max(d, 12000)
    assert registers(ask(d, 0xB1, features=0xC0))["status"] == 0x50 and d.size_bytes == SIZE


def test_an_aborted_dco_and_a_frozen_one(tmp_path: Path) -> None:
    assert ask(drive(tmp_path, AtaFault.ABORTS_DCO), 0xB1, features=0xC2, count=1, data="in").data == b""
    d = drive(tmp_path)
    assert registers(ask(d, 0xB1, features=0xC1))["status"] == 0x50
    assert ask(d, 0xB1, features=0xC2, count=1, data="in").status == 2


def test_security_erase_reaches_below_the_hpa_but_not_below_the_dco(tmp_path: Path) -> None:
    d = drive(tmp_path, past=AtaPast(dco_sectors=SIZE // 1024, hpa_sectors=1000))
    ask(d, 0xF1, PW, count=1, data="out")
    assert erase(d)
    assert old_bytes(d.backing) == SIZE // 2
    ask(d, 0xF1, PW, count=1, data="out")
    assert erase(d, password(b"regain", enhanced=True)) and content(d.backing) == "zeros"


# -- SMART ---------------------------------------------------------------------------------------------------------


def test_smart_tells_attributes_and_a_failing_status(tmp_path: Path) -> None:
    d = drive(tmp_path, past=AtaPast(attributes={5: 8, 197: 5}))
    data = ask(d, 0xB0, features=0xD0, count=1, lba=0xC24F00, data="in").data
    raws = {data[i]: int.from_bytes(data[i + 5 : i + 11], "little") for i in range(2, 362, 12)}
    assert (raws[5], raws[197], raws[9]) == (8, 5, 33120) and sum(data) & 0xFF == 0
    assert registers(ask(d, 0xB0, features=0xDA, lba=0xC24F00))["lba"] & 0xFFFF00 == 0xC24F00
    worn = tuple(ata_make.SmartAttribute(id=5, flags=0x33, value=1, raw=9, threshold=140) for _ in range(1))
    failing = drive(tmp_path, make=AtaMake(attributes=worn))
    assert registers(ask(failing, 0xB0, features=0xDA, lba=0xC24F00))["lba"] & 0xFFFF00 == 0x2CF400


def test_a_file_smaller_than_the_drive(tmp_path: Path) -> None:
    d = AtaDrive("/dev/sda", old_disk(tmp_path), Hand(), size_bytes=500107862016, past=AtaPast(hpa_sectors=900000000))
    assert d.size_bytes == 900000000 * 512
    assert decode_identify(words(d.identify()), "I").size_bytes == Known(900000000 * 512, "I")
    ask(d, 0xF1, PW, count=1, data="out")
    assert erase(d) and content(d.backing) == "zeros" and d.backing.stat().st_size == SIZE
