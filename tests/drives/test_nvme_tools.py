"""The real nvme-cli and smartctl on a virtual NVMe drive, read by the parsers that read real drives.

What is left in the file is compared with what the tool and the log were told.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.nvme import status_code
from agent.inventory.nvme import parse_id_ctrl, parse_id_ns, parse_list_ns, parse_sanitize_log, parse_smart_log
from agent.inventory.smartctl import parse_smartctl
from agent.machine.door import Answer
from agent.machine.drives import nvme_pages as pages
from agent.machine.drives.laboratory import Laboratory
from agent.machine.drives.nvme import NvmeDrive
from agent.machine.drives.nvme_make import Estimates, LbaFormat, NvmeFault, NvmeMake, NvmePast, NvmeSmart
from agent.model.facts import Unreadable, known
from agent.model.inventory import Disk
from tests.drives.conftest import OpensLab, say
from tests.drives.speaking import OLD, Hand, content, old_bytes, old_disk

pytestmark = pytest.mark.laboratory("nvme", "smartctl")

ANNOUNCED = 256060514304
SIZE = 4 << 20
LOG = "nvme get-log /dev/nvme0n1 --log-id=0x81 --log-len=512 -b"
ALL_ACTIONS = NvmeMake(sanicap=0x07)
SEVERAL = NvmeMake(oacs=0x1F, nn=4, fna=0x04)


@pytest.fixture
def made(tmp_path: Path, clock: Hand, open_lab: OpensLab) -> Callable[..., tuple[NvmeDrive, Laboratory]]:
    def make(**more: Any) -> tuple[NvmeDrive, Laboratory]:
        more.setdefault("size_bytes", ANNOUNCED)
        drive = NvmeDrive("/dev/nvme0n1", old_disk(tmp_path, size=SIZE), clock, **more)
        return drive, open_lab(drive)

    return make


Made = Callable[..., tuple[NvmeDrive, Laboratory]]


def ok(lab: Laboratory, line: str) -> Answer:
    answer = say(lab, line)
    assert answer.exit_status == 0, answer.errors + answer.text
    return answer


def refused(lab: Laboratory, line: str) -> int | None:
    answer = say(lab, line)
    assert answer.exit_status != 0
    return status_code(answer)


def log(lab: Laboratory) -> dict[str, Any]:
    """The sanitize log, which its raw form, nvme-cli's JSON and its text must tell alike.

    The text has the status alone of SSTAT: nvme-cli 2.3 masks the number of passes and the erased bit away.
    """
    told = []
    for line in (LOG, "nvme sanitize-log /dev/nvme0 -o json", "nvme sanitize-log /dev/nvme0"):
        disk = parse_sanitize_log(ok(lab, line).stdout)
        assert isinstance(disk, Disk)
        assert disk.extra
        told.append(disk.extra["sanitize_log"])
    raw, json, text = told
    assert raw == json
    assert text == {key: value for key, value in raw.items() if key not in ("overwrite_passes", "global_data_erased")}
    return dict(told[0])


# -- what it says of itself


def test_identify_controller(made: Made) -> None:
    _, lab = made()
    for line in ("nvme id-ctrl /dev/nvme0n1 -o json", "nvme id-ctrl /dev/nvme0 -b"):
        disk = parse_id_ctrl(ok(lab, line).stdout)
        assert isinstance(disk, Disk)
        assert disk.nvme
        assert known(disk.serial) == "20358F401277"
        assert known(disk.model) == "WDC PC SN730 SDBQNTY-256G-1001"
        assert known(disk.size_bytes) == ANNOUNCED
        assert [known(f) for f in (disk.nvme.sanicap, disk.nvme.oacs, disk.nvme.fna, disk.nvme.namespaces)] == [
            *(0x60000003, 0x17, 4, 1)
        ]


def test_identify_namespace(made: Made) -> None:
    _, lab = made(make=NvmeMake(formats=(LbaFormat(data_bits=9), LbaFormat(data_bits=12))))
    for number, block in ((1, 4096), (0, 512)):
        ok(lab, f"nvme format /dev/nvme0n1 -s 0 -l {number} --force")
        for line in ("nvme id-ns /dev/nvme0n1 -o json", "nvme id-ns /dev/nvme0n1 -b"):
            disk = parse_id_ns(ok(lab, line).stdout)
            assert isinstance(disk, Disk)
            assert (known(disk.size_bytes), known(disk.logical_block_size)) == (ANNOUNCED, block)
    assert refused(lab, "nvme id-ns /dev/nvme0 -n 2") == 0x0B


def test_smart_log_in_both_tools(made: Made) -> None:
    _, lab = made(past=NvmePast(smart=NvmeSmart(used=33, media_errors=4, power_on_hours=777)))
    for disk in (
        parse_smart_log(ok(lab, "nvme smart-log /dev/nvme0 -o json").stdout),
        parse_smart_log(ok(lab, "nvme smart-log /dev/nvme0 -b").stdout),
        parse_smartctl(ok(lab, "smartctl -a -j /dev/nvme0n1").stdout),
    ):
        assert isinstance(disk, Disk)
        told = (disk.power_on_hours, disk.percentage_used, disk.media_errors, disk.temperature_c)
        assert [known(fact) for fact in told] == [777, 33, 4, 41]


def test_a_read_only_drive_says_so_everywhere(made: Made) -> None:
    drive, lab = made(write_protected=True)
    assert ok(lab, "blockdev --getro /dev/nvme0n1").text.strip() == "1"
    assert "critical_warning" in (text := ok(lab, "nvme smart-log /dev/nvme0").text)
    assert ": 0x8" in text
    assert refused(lab, "nvme format /dev/nvme0n1 -s 1 --force") == 0x20
    assert refused(lab, "nvme sanitize /dev/nvme0 -a 2 -u") == 0x20
    assert content(drive.backing) == "old"


def test_namespaces(made: Made, tmp_path: Path) -> None:
    drive, lab = made(make=SEVERAL)
    drive.add_namespace(old_disk(tmp_path, size=SIZE, name="two"))
    drive.add_namespace(old_disk(tmp_path, size=SIZE, name="three"), attached=False)

    def listed(option: str) -> int | None:
        disk = parse_list_ns(ok(lab, f"nvme list-ns /dev/nvme0 {option} -o json").stdout)
        assert isinstance(disk, Disk)
        assert disk.nvme
        return known(disk.nvme.namespaces)

    assert (listed(""), listed("-a")) == (2, 3)
    assert lab.has("/dev/nvme0n2")
    assert not lab.has("/dev/nvme0n3")
    ok(lab, "nvme attach-ns /dev/nvme0 -n 3 -c 1")
    assert listed("") == 3
    assert lab.has("/dev/nvme0n3")
    assert "lbads:9" in ok(lab, "nvme id-ns /dev/nvme0n3").text


def test_without_namespace_management_all_namespaces_cannot_be_asked_for(made: Made) -> None:
    _, lab = made()
    assert refused(lab, "nvme list-ns /dev/nvme0 -a -o json") == 0x02


def test_errors_are_counted_and_logged(made: Made) -> None:
    _, lab = made(past=NvmePast(smart=NvmeSmart(error_entries=0)))
    refused(lab, "nvme sanitize /dev/nvme0 -a 3 -n 1 -u")
    text = ok(lab, "nvme error-log /dev/nvme0 -e 1").text
    assert "error_count\t: 1" in text
    assert "status_field\t: 0x4002" in text or "Invalid Field" in text


def test_the_firmware_slot(made: Made) -> None:
    assert "11170101" in ok(made()[1], "nvme fw-log /dev/nvme0").text


@pytest.mark.parametrize("name", ["id-ctrl", "id-ns", "smart-log"])
def test_the_structures_are_those_of_the_recorded_drive(made: Made, shared: Path, name: str) -> None:
    """Byte for byte: the values in nvme_make.py were not written from memory."""
    recorded = (shared / f"fixtures/disks/nvme/raw/{name}.bin").read_bytes()
    device = "/dev/nvme0n1" if name == "id-ns" else "/dev/nvme0"
    assert ok(made()[1], f"nvme {name} {device} -b").stdout == recorded


def test_the_log_of_a_block_erase_is_the_recorded_one(made: Made, shared: Path, clock: Hand) -> None:
    _, lab = made()
    ok(lab, "nvme sanitize /dev/nvme0 -a 2")
    clock.now += 181
    assert ok(lab, LOG).stdout == (shared / "fixtures/disks/nvme/raw/log-0x81-done-block.bin").read_bytes()


# -- Format


@pytest.mark.parametrize(("setting", "left"), [(0, "old"), (1, "zeros"), (2, "other")])
def test_format_erases_with_a_setting_and_not_without(made: Made, setting: int, left: str) -> None:
    drive, lab = made()
    assert "Success" in ok(lab, f"nvme format /dev/nvme0n1 -s {setting} -l 0 --force").text
    assert content(drive.backing) == left
    assert old_bytes(drive.backing) < SIZE // 100 or setting == 0
    assert drive.backing.stat().st_size == SIZE


def test_two_crypto_erases_leave_different_noise(made: Made) -> None:
    drive, lab = made()
    found = set()
    for _ in range(2):
        ok(lab, "nvme format /dev/nvme0n1 -s 2 --force")
        found.add(drive.backing.read_bytes())
    assert len(found) == 2


@pytest.mark.parametrize(("fna", "other"), [(0x04, "old"), (0x05, "zeros"), (0x06, "zeros")])
def test_format_of_one_namespace_reaches_all_where_fna_says_so(
    made: Made, tmp_path: Path, fna: int, other: str
) -> None:
    drive, lab = made(make=NvmeMake(oacs=0x1F, nn=2, fna=fna))
    second = drive.add_namespace(old_disk(tmp_path, size=SIZE, name="two"))
    ok(lab, "nvme format /dev/nvme0n1 -s 1 --force")
    assert (content(drive.backing), content(second.medium.backing)) == ("zeros", other)


def test_format_crypto_needs_fna_bit_2(made: Made) -> None:
    drive, lab = made(make=NvmeMake(fna=0))
    assert refused(lab, "nvme format /dev/nvme0n1 -s 2 --force") == 0x02
    assert content(drive.backing) == "old"


def test_format_with_an_unknown_block_format(made: Made) -> None:
    drive, lab = made()
    assert refused(lab, "nvme format /dev/nvme0n1 -s 1 -l 3 --force") == 0x10A
    assert content(drive.backing) == "old"


def test_a_drive_without_format(made: Made) -> None:
    _, lab = made(make=NvmeMake(oacs=0))
    assert refused(lab, "nvme format /dev/nvme0n1 -s 1 --force") == 0x01


# -- Sanitize


@pytest.mark.parametrize(
    ("action", "word", "left", "seconds"), [(2, "block_erase", "zeros", 180), (4, "crypto_erase", "other", 13)]
)
def test_a_sanitize_runs_and_ends(made: Made, clock: Hand, action: int, word: str, left: str, seconds: int) -> None:
    drive, lab = made()
    assert log(lab)["state"] == "never"
    assert ok(lab, f"nvme sanitize /dev/nvme0 -a {action} -u").text == ""
    clock.now += seconds / 2
    half = log(lab)
    assert (half["state"], half["last_action"], half["progress"]) == ("in_progress", word, pytest.approx(0.5, abs=0.01))
    clock.now += seconds
    end = log(lab)
    assert (end["state"], end["last_action"], end["global_data_erased"]) == ("completed", word, True)
    assert content(drive.backing) == left


def test_a_write_afterwards_takes_the_global_erased_bit_away(made: Made, clock: Hand) -> None:
    drive, lab = made()
    ok(lab, "nvme sanitize /dev/nvme0 -a 2 -u")
    clock.now += 200
    assert log(lab)["global_data_erased"]
    with drive.backing.open("r+b") as file:
        file.write(b"new")
    assert not log(lab)["global_data_erased"]


def test_half_way_half_is_erased(made: Made, clock: Hand) -> None:
    drive, lab = made()
    ok(lab, "nvme sanitize /dev/nvme0 -a 2 -u")
    clock.now += 90
    ok(lab, LOG)
    data = drive.backing.read_bytes()
    assert 0.49 < data.count(OLD) / SIZE < 0.51
    assert data.startswith(b"\0" * 4096)
    assert data.endswith(OLD * 4096)


@pytest.mark.parametrize(("option", "passes"), [("-n 1", 1), ("-n 3", 3), ("", 16)])
def test_overwrite_without_a_count_takes_sixteen_passes(made: Made, clock: Hand, option: str, passes: int) -> None:
    drive, lab = made(make=ALL_ACTIONS)
    ok(lab, f"nvme sanitize /dev/nvme0 -a 3 {option} -p 0x12345678 -u")
    clock.now += 600 * passes - 1
    assert log(lab)["state"] == "in_progress"
    clock.now += 2
    end = log(lab)
    assert (end["state"], end["last_action"], end["overwrite_passes"]) == ("completed", "overwrite", passes)
    assert drive.backing.read_bytes() == bytes.fromhex("78563412") * (SIZE // 4)


def test_a_drive_without_sanitize(made: Made) -> None:
    _, lab = made(make=NvmeMake(sanicap=0))
    assert refused(lab, "nvme sanitize /dev/nvme0 -a 2 -u") == 0x01
    assert refused(lab, LOG) == 0x109
    assert isinstance(parse_sanitize_log(say(lab, "nvme sanitize-log /dev/nvme0 -o json").errors), Unreadable)


def test_an_action_that_is_not_offered(made: Made) -> None:
    drive, lab = made(make=NvmeMake(sanicap=0x01))
    assert refused(lab, "nvme sanitize /dev/nvme0 -a 2 -u") == 0x02
    assert log(lab)["state"] == "never"
    assert content(drive.backing) == "old"


def test_no_deallocate_where_it_is_inhibited(made: Made, clock: Hand) -> None:
    """Refused, unless feature 17h makes it a warning: state 4 then."""
    _, lab = made()
    assert refused(lab, "nvme sanitize /dev/nvme0 -a 2 -u -d") == 0x02
    ok(lab, "nvme set-feature /dev/nvme0 -f 0x17 -v 1")
    ok(lab, "nvme sanitize /dev/nvme0 -a 2 -u -d")
    clock.now += 181
    assert log(lab)["state"] == "completed_no_deallocate"


def test_all_else_is_refused_while_it_runs(made: Made, clock: Hand) -> None:
    _, lab = made()
    ok(lab, "nvme sanitize /dev/nvme0 -a 2 -u")
    for line in (
        *("nvme format /dev/nvme0n1 -s 1 --force", "nvme sanitize /dev/nvme0 -a 4 -u", "nvme fw-log /dev/nvme0"),
        "nvme sanitize /dev/nvme0 -a 2 -u",
    ):
        assert refused(lab, line) == 0x1D
    for line in ("nvme id-ctrl /dev/nvme0", "nvme smart-log /dev/nvme0", "nvme error-log /dev/nvme0", LOG):
        ok(lab, line)
    assert log(lab)["last_action"] == "block_erase"
    clock.now += 181
    ok(lab, "nvme format /dev/nvme0n1 -s 1 --force")


def test_every_namespace_is_sanitized_the_unattached_too(made: Made, tmp_path: Path, clock: Hand) -> None:
    drive, lab = made(make=SEVERAL)
    hidden = drive.add_namespace(old_disk(tmp_path, size=SIZE, name="hidden"), attached=False)
    ok(lab, "nvme sanitize /dev/nvme0 -a 2 -u")
    clock.now += 181
    ok(lab, LOG)
    assert content(hidden.medium.backing) == "zeros"


def test_a_pulled_plug_does_not_end_it(made: Made, clock: Hand) -> None:
    drive, lab = made()
    ok(lab, "nvme sanitize /dev/nvme0 -a 2 -u")
    clock.now += 72
    lab.power_cut()
    assert 0 < old_bytes(drive.backing) < SIZE
    assert log(lab)["progress"] == pytest.approx(0.4, abs=0.01)
    clock.now += 109
    assert log(lab)["state"] == "completed"
    assert content(drive.backing) == "zeros"


def test_firmware_may_have_locked_both_commands(made: Made) -> None:
    drive, lab = made(past=NvmePast(firmware_locked=True))
    for line in ("nvme format /dev/nvme0n1 -s 1 --force", "nvme sanitize /dev/nvme0 -a 2 -u"):
        assert refused(lab, line) == 0x15
    assert content(drive.backing) == "old"
    drive.suspend()
    ok(lab, "nvme format /dev/nvme0n1 -s 1 --force")


def test_estimates(made: Made) -> None:
    told = Estimates(overwrite=7200, block=None, crypto=0, kept_overwrite=1, kept_block=2, kept_crypto=3)
    _, lab = made(make=NvmeMake(estimates=told))
    assert log(lab)["estimates_s"] == {"overwrite": 7200, "crypto_erase": 0}


def test_the_sanitize_of_a_former_owner_is_still_in_the_log(made: Made) -> None:
    drive, lab = made(past=NvmePast(sanitized=4))
    assert (log(lab)["state"], log(lab)["last_action"]) == ("completed", "crypto_erase")
    assert not log(lab)["global_data_erased"]
    assert content(drive.backing) == "old"


# -- failure mode


@pytest.mark.parametrize("unrestricted", [True, False])
def test_a_failed_sanitize(made: Made, clock: Hand, unrestricted: bool) -> None:
    """Nothing but the log answers; the way out is -a 1 if AUSE was set, else another restricted sanitize."""
    drive, lab = made(faults=[NvmeFault.SANITIZE_FAILS])
    ok(lab, f"nvme sanitize /dev/nvme0 -a 2 {'-u' if unrestricted else ''}")
    clock.now += 181
    assert log(lab)["state"] == "failed"
    assert 0.35 < old_bytes(drive.backing) / SIZE < 0.45
    assert refused(lab, "nvme format /dev/nvme0n1 -s 1 --force") == 0x1C
    if not unrestricted:
        assert refused(lab, "nvme sanitize /dev/nvme0 -a 1") == 0x1C
        assert refused(lab, "nvme sanitize /dev/nvme0 -a 2 -u") == 0x1C
        ok(lab, "nvme sanitize /dev/nvme0 -a 2")
        return
    ok(lab, "nvme sanitize /dev/nvme0 -a 1")
    assert log(lab)["state"] != "failed"
    ok(lab, "nvme format /dev/nvme0n1 -s 1 --force")
    assert content(drive.backing) == "zeros"


# -- lies


def sanitized(made: Made, clock: Hand, fault: NvmeFault, action: int = 2) -> tuple[NvmeDrive, Laboratory]:
    drive, lab = made(faults=[fault])
    ok(lab, f"nvme sanitize /dev/nvme0 -a {action} -u")
    clock.now += 90 if action == 2 else 6
    return drive, lab


@pytest.mark.parametrize("action", [2, 4])
def test_it_says_done_and_did_nothing(made: Made, clock: Hand, action: int) -> None:
    drive, lab = sanitized(made, clock, NvmeFault.SANITIZE_DOES_NOTHING, action)
    assert log(lab)["state"] == "in_progress"
    clock.now += 100
    assert log(lab)["state"] == "completed"
    assert content(drive.backing) == "old"


@pytest.mark.parametrize("action", [2, 4])
def test_it_leaves_one_block_in_the_last_subsection(made: Made, clock: Hand, action: int) -> None:
    drive, lab = sanitized(made, clock, NvmeFault.SANITIZE_LEAVES_BLOCK, action)
    clock.now += 100
    assert log(lab)["state"] == "completed"
    data = drive.backing.read_bytes()
    at = data.index(OLD * 4096)
    assert at > SIZE * 0.997
    assert data.rindex(OLD * 4096) == at
    assert OLD * 4096 not in data[:at]


def test_it_never_ends(made: Made, clock: Hand) -> None:
    _, lab = sanitized(made, clock, NvmeFault.SANITIZE_NEVER_ENDS)
    clock.now += 7 * 86400
    assert log(lab)["state"] == "in_progress"
    assert int.from_bytes(ok(lab, LOG).stdout[:2], "little") == 655


def test_it_ends_in_a_status_that_nobody_knows(made: Made, clock: Hand) -> None:
    _, lab = sanitized(made, clock, NvmeFault.SANITIZE_UNKNOWN_STATUS)
    clock.now += 100
    raw = parse_sanitize_log(ok(lab, LOG).stdout)
    assert isinstance(raw, Disk)
    assert raw.extra
    assert raw.extra["sanitize_log"]["state"] == "unknown"


def test_its_log_vanishes_once_it_has_started(made: Made, clock: Hand) -> None:
    drive, lab = made(faults=[NvmeFault.LOG_VANISHES])
    assert log(lab)["state"] == "never"
    ok(lab, "nvme sanitize /dev/nvme0 -a 2 -u")
    assert refused(lab, LOG) == 0x109
    clock.now += 181
    assert refused(lab, LOG) == 0x109
    assert content(drive.backing) == "zeros"


def test_it_refuses_what_it_advertises(made: Made) -> None:
    drive, lab = made(faults=[NvmeFault.SANITIZE_REFUSED])
    assert refused(lab, "nvme sanitize /dev/nvme0 -a 4 -u") == 0x01
    assert log(lab)["state"] == "never"
    assert content(drive.backing) == "old"


def test_it_accepts_and_never_starts(made: Made, clock: Hand) -> None:
    drive, lab = sanitized(made, clock, NvmeFault.SANITIZE_IGNORED)
    assert log(lab)["state"] == "never"
    assert content(drive.backing) == "old"


def test_it_was_done_before_anybody_looked(made: Made, clock: Hand) -> None:
    drive, lab = made(faults=[NvmeFault.DONE_WHEN_LOOKED])
    ok(lab, "nvme sanitize /dev/nvme0 -a 4 -u")
    assert (log(lab)["state"], log(lab)["last_action"]) == ("completed", "crypto_erase")
    assert content(drive.backing) == "other"


def test_its_log_tells_another_action(made: Made, clock: Hand) -> None:
    _, lab = sanitized(made, clock, NvmeFault.SANITIZE_OTHER_ACTION)
    assert log(lab)["last_action"] == "crypto_erase"


def test_the_power_goes_at_forty_percent(made: Made, clock: Hand) -> None:
    """The drive is gone until the plug is back, and goes on from where it was, whatever time has passed."""
    drive, lab = made(faults=[NvmeFault.POWER_CUT])
    ok(lab, "nvme sanitize /dev/nvme0 -a 2 -u")
    clock.now += 90
    for _ in range(2):
        assert "No such" in say(lab, LOG).errors
    assert 0.55 < old_bytes(drive.backing) / SIZE < 0.65
    clock.now += 86400
    drive.power_cut()
    assert log(lab)["progress"] == pytest.approx(0.4, abs=0.01)
    clock.now += 107
    assert log(lab)["state"] == "in_progress"
    clock.now += 2
    assert log(lab)["state"] == "completed"
    assert content(drive.backing) == "zeros"


@pytest.mark.parametrize(
    ("fault", "setting", "left"),
    [
        (NvmeFault.FORMAT_DOES_NOTHING, 1, "old"),
        (NvmeFault.FORMAT_DOES_NOTHING, 2, "old"),
        (NvmeFault.FORMAT_LEAVES_BLOCK, 1, "some old"),
    ],
)
def test_a_format_that_lies(made: Made, fault: NvmeFault, setting: int, left: str) -> None:
    drive, lab = made(faults=[fault])
    assert "Success" in ok(lab, f"nvme format /dev/nvme0n1 -s {setting} --force").text
    assert content(drive.backing) == left


def test_a_crypto_format_that_was_not_advertised_writes_zeros(made: Made) -> None:
    drive, lab = made(make=NvmeMake(fna=0), faults=[NvmeFault.FORMAT_CRYPTO_IS_ZEROS])
    assert "Success" in ok(lab, "nvme format /dev/nvme0n1 -s 2 --force").text
    assert content(drive.backing) == "zeros"


def test_a_format_that_is_refused_although_advertised(made: Made) -> None:
    drive, lab = made(faults=[NvmeFault.FORMAT_REFUSED])
    assert refused(lab, "nvme format /dev/nvme0n1 -s 1 --force") == 0x01
    assert content(drive.backing) == "old"


def test_a_longer_name_than_the_field_is_cut() -> None:
    page = pages.controller(NvmeMake(serial="S" * 30, model="M" * 50), total_bytes=1, free_bytes=0)
    assert (page[4:24], page[24:64]) == (b"S" * 20, b"M" * 40)
