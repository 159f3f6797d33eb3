"""hdparm, smartctl, nvme, mmc, sg and lsblk: recordings of the real tools, and what must not be believed in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.inventory.parse import TOOLS, parse_tool
from agent.model.errors import Fault

MACHINES = Path(__file__).resolve().parents[2] / "machines"


@pytest.fixture
def disks(shared: Path) -> Path:
    return shared / "fixtures/disks"


def read(folder: Path, tool: str, name: str) -> dict[str, Any]:
    return parse_tool(tool, (folder / name).read_bytes())


def subset(wire: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: wire.get(key) for key in keys}


# -- hdparm --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wd5000-frozen", "mx500-sanitize", "hts545050-locked-high"])
def test_words_and_prose_tell_the_same(disks: Path, name: str) -> None:
    words = read(disks, "hdparm", f"hdparm/istdout-{name}.txt")
    prose = read(disks, "hdparm", f"hdparm/identify-{name}.txt")
    assert {key: words.get(key) for key in prose} == prose


def test_an_identified_ssd(disks: Path) -> None:
    wire = read(disks, "hdparm", "hdparm/istdout-mx500-sanitize.txt")
    assert wire == {
        "model": "CT1000MX500SSD1",
        "serial": "2317E6C09A44",
        "firmware": "M3CR046",
        "wwn": "0x500a0751e6c09a44",
        "size_bytes": 1953525168 * 512,
        "logical_block_size": 512,
        "physical_block_size": 4096,
        "rotational": False,
        "medium": "ssd",
        "bus": "ata",
        "security": {
            "supported": True,
            "enabled": False,
            "locked": False,
            "frozen": False,
            "enhanced_erase": True,
            "erase_minutes": 2,
            "enhanced_erase_minutes": 2,
        },
        "sanitize": {"overwrite": False, "block_erase": True, "crypto_erase": True},
    }


@pytest.mark.parametrize(
    ("name", "security"),
    [
        ("identify-wd5000-frozen", {"enabled": False, "locked": False, "frozen": True}),
        ("identify-hts545050-locked-high", {"enabled": True, "locked": True, "frozen": False, "level": "high"}),
        ("identify-st500lt012-password-set", {"enabled": True, "locked": False}),
        ("identify-no-security", {"supported": False}),
        ("identify-ext-time-1080min", {"erase_minutes": 1080, "enhanced_erase_minutes": 2400}),
        ("ironlib-850evo", {"erase_minutes": 2, "enhanced_erase_minutes": 8, "frozen": False}),
    ],
)
def test_every_state_of_ata_security(disks: Path, name: str, security: dict[str, Any]) -> None:
    wire = read(disks, "hdparm", f"hdparm/{name}.txt")
    assert {key: wire["security"].get(key) for key in security} == security


def test_more_than_508_minutes_is_no_time(disks: Path) -> None:
    security = read(disks, "hdparm", "hdparm/identify-st2000dm-508min.txt")["security"]
    assert "508" in security["erase_minutes"]["unreadable"]


@pytest.mark.parametrize("word", ["", "not"])
def test_the_security_block_of_another_hdparm(disks: Path, word: str) -> None:
    template = (disks / "hdparm/ironic-satadom.template.txt").read_text(encoding="utf-8")
    names = ("supported", "enabled", "locked", "frozen")
    filled = template % {**{n: f"{word}\t{n}" for n in names}, "enhanced_erase": f"{word}\tsupported: enhanced erase"}
    security = parse_tool("hdparm", filled.encode())["security"]
    assert {security[n] for n in (*names, "enhanced_erase")} == {word == ""}


@pytest.mark.parametrize(
    "name", ["identify-usb-bridge-garbage", "identify-usb-bridge-refuses", "istdout-usb-bridge-garbage"]
)
def test_a_bridge_that_answers_with_noise_tells_nothing(disks: Path, name: str) -> None:
    assert set(read(disks, "hdparm", f"hdparm/{name}.txt")) == {"unreadable"}


def test_one_wrong_bit_breaks_the_checksum(disks: Path) -> None:
    text = (disks / "hdparm/istdout-mx500-sanitize.txt").read_text(encoding="utf-8")
    assert set(parse_tool("hdparm", text.replace("0021 0000", "0029 0000").encode())) == {"unreadable"}
    assert set(parse_tool("hdparm", text[: len(text) // 2].encode())) == {"unreadable"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hpa-enabled", {"hpa": {"visible_sectors": 586072368, "native_sectors": 625142448, "enabled": True}}),
        ("hpa-disabled", {"hpa": {"visible_sectors": 625142448, "native_sectors": 625142448, "enabled": False}}),
        ("hpa-removed", {"hpa": {"visible_sectors": 625142448, "native_sectors": 625142448, "enabled": False}}),
        ("dco-equal", {"dco": {"max_sectors": 976773168}}),
        ("dco-shrunk", {"dco": {"max_sectors": 976773168}}),
        ("dco-aborted-fixed-sense", {"sense_errors": 1}),
        ("sanitize-status-idle", {"sanitize_status": {"state": "idle"}}),
        ("sanitize-status-done", {"sanitize_status": {"state": "completed"}}),
        ("sanitize-status-running-50", {"sanitize_status": {"state": "in_progress", "progress": 0.5}}),
        ("sanitize-status-frozen", {"sanitize_status": {"state": "frozen"}}),
        ("sanitize-status-failed", {"sanitize_status": {"state": "failed"}}),
        ("sanitize-status-false-idle", {"sense_errors": 1}),
        ("security-erase-aborted-fixed-sense", {"sense_errors": 2}),
    ],
)
def test_hidden_areas_and_sanitize_states(disks: Path, name: str, expected: dict[str, Any]) -> None:
    assert read(disks, "hdparm", f"hdparm/{name}.txt") == expected


def test_no_other_command_of_hdparm_reads_as_a_success(disks: Path) -> None:
    for path in sorted((disks / "hdparm").glob("s*-*.txt")):
        wire = parse_tool("hdparm", path.read_bytes())
        if path.name != "sanitize-status-done.txt":
            assert wire.get("sanitize_status", {}).get("state") != "completed", path.name


# -- smartctl ------------------------------------------------------------------------------------------------------


def test_every_disk_of_the_development_set(shared: Path) -> None:
    folders = sorted((shared / "fixtures/machines").glob("disk-*"))
    assert folders
    moved = {"exit_status": "smart_exit_status"}
    for folder in folders:
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        wire = parse_tool("smartctl", (folder / "smartctl.json").read_bytes())
        for key in set(expected) - {"schema", "source", "protocol", "health", "reasons"}:
            assert wire.get(moved.get(key, key)) == expected[key], (folder.name, key)


@pytest.mark.parametrize(
    ("name", "security"),
    [
        ("security-frozen", {"supported": True, "enabled": False, "locked": False, "frozen": True}),
        ("security-not-frozen", {"supported": True, "enabled": False, "locked": False, "frozen": False}),
        ("security-locked-high", {"supported": True, "enabled": True, "locked": True, "level": "high"}),
        ("security-enabled-unlocked-max", {"enabled": True, "locked": False, "level": "maximum"}),
        ("security-unsupported", {"supported": False}),
    ],
)
def test_smartctl_and_ata_security(disks: Path, name: str, security: dict[str, Any]) -> None:
    wire = read(disks, "smartctl", f"smartctl/{name}.json")
    assert {key: wire["security"].get(key) for key in security} == security


def test_a_capacity_that_only_the_controller_tells(disks: Path) -> None:
    assert read(disks, "smartctl", "smartctl/INTEL_SSDPE2KX080T8_1.json")["size_bytes"] == 8001563222016


def test_sas_disks_of_three_versions(disks: Path) -> None:
    keys = ("model", "firmware", "medium", "grown_defects")
    assert subset(read(disks, "smartctl", "smartctl/scrutiny-smart-scsi2.json"), *keys) == {
        "model": "SEAGATE ST1200MM0088",
        "firmware": "N004",
        "medium": "hdd",
        "grown_defects": 0,
    }
    newer = read(disks, "smartctl", "smartctl/sas-st600mm0006.json")
    assert subset(newer, "grown_defects", "uncorrected_errors", "smart_passed", "bus") == {
        "grown_defects": 3,
        "uncorrected_errors": 4,
        "smart_passed": True,
        "bus": "sas",
    }


def test_an_attribute_the_disk_does_not_have_is_missing(disks: Path) -> None:
    assert "pending_sectors" not in read(disks, "smartctl", "smartctl/ironlib-r6515-sda.json")


@pytest.mark.parametrize("name", ["open-failed.json", "ironlib-scan.json"])
def test_no_disk_in_the_answer_is_unreadable(disks: Path, name: str) -> None:
    assert set(read(disks, "smartctl", f"smartctl/{name}")) == {"unreadable"}


# -- nvme ----------------------------------------------------------------------------------------------------------

VERSIONS = ("2.3", "2.8", "2.13", "2.16")


@pytest.mark.parametrize("version", VERSIONS)
def test_one_drive_through_four_versions(disks: Path, version: str) -> None:
    wire = read(disks, "nvme-id-ctrl", f"nvme/{version}/id-ctrl.json")
    assert wire == read(disks, "nvme-id-ctrl", "nvme/raw/id-ctrl.bin")
    assert wire["nvme"] == {"fna": 4, "sanicap": 0x60000003, "oacs": 23, "namespaces": 1}
    assert wire["sanitize"] == {"overwrite": False, "block_erase": True, "crypto_erase": True}
    assert wire["serial"] == "20358F401277"
    space = read(disks, "nvme-id-ns", f"nvme/{version}/id-ns.json")
    assert space == read(disks, "nvme-id-ns", "nvme/raw/id-ns.bin")
    assert space["size_bytes"] == 500118192 * 512
    health = read(disks, "nvme-smart-log", f"nvme/{version}/smart-log.json")
    assert health == read(disks, "nvme-smart-log", "nvme/raw/smart-log.bin")
    assert subset(health, "power_on_hours", "percentage_used", "temperature_c") == {
        "power_on_hours": 9123,
        "percentage_used": 7,
        "temperature_c": 41,
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("never", {"state": "never", "global_data_erased": False}),
        ("running-50", {"state": "in_progress", "progress": 32754 / 65536, "last_action": "block_erase"}),
        ("done-block", {"state": "completed", "global_data_erased": True, "last_action": "block_erase"}),
        ("done-crypto", {"state": "completed", "global_data_erased": False, "last_action": "crypto_erase"}),
        ("failed", {"state": "failed", "last_action": "block_erase"}),
    ],
)
def test_the_sanitize_log_of_every_version(disks: Path, version: str, name: str, expected: dict[str, Any]) -> None:
    log = read(disks, "nvme-sanitize-log", f"nvme/{version}/sanitize-log-{name}.json")["sanitize_log"]
    assert {key: log.get(key) for key in expected} == expected
    assert ("progress" in log) == (expected["state"] == "in_progress")
    assert "overwrite" not in log["estimates_s"]  # 4294967295 and -1 are no time


@pytest.mark.parametrize("name", ["never", "running-50", "done-block", "failed"])
def test_the_raw_sanitize_log_is_the_same(disks: Path, name: str) -> None:
    raw = read(disks, "nvme-sanitize-log", f"nvme/raw/log-0x81-{name}.bin")
    assert raw == read(disks, "nvme-sanitize-log", f"nvme/2.13/sanitize-log-{name}.json")


@pytest.mark.parametrize(
    "name",
    [
        "2.3/sanitize-log-unsupported.json",
        "2.3/sanitize-log-unsupported.json.stderr",
        "2.8/sanitize-log-unsupported.json",
        "2.16/sanitize-log-unsupported.json",
        "2.13/format-ok.txt",
        "2.13/sanitize-ok.txt",
    ],
)
def test_errors_and_silence_are_no_state(disks: Path, name: str) -> None:
    assert set(read(disks, "nvme-sanitize-log", f"nvme/{name}")) == {"unreadable"}


@pytest.mark.parametrize("noise", [bytes(512), b"\xff" * 512, bytes(range(256)) * 2, bytes(4096)])
def test_zeros_and_noise_are_no_sanitize_log(noise: bytes) -> None:
    assert set(parse_tool("nvme-sanitize-log", noise)) == {"unreadable"}


# -- the others ----------------------------------------------------------------------------------------------------


def test_extended_csd(disks: Path) -> None:
    emmc = read(disks, "mmc-extcsd", "mmc/extcsd-emmc51-8gb.txt")["emmc"]
    assert emmc == {
        "version": "5.1",
        "sec_feature_support": 0x55,
        "secure_erase": True,
        "trim": True,
        "sanitize": True,
        "boot_bytes": 4 << 20,
        "rpmb_bytes": 512 << 10,
        "gp_partitions": 0,
        "erased_byte": 0,
        "boot_from": "boot0",  # PARTITION_CONFIG 0x08: boot partition 1 enabled
        "boot_locked": [False, False],
        "life_time_a": 1,
        "life_time_b": 1,
        "pre_eol": 1,
    }
    assert read(disks, "mmc-extcsd", "mmc/extcsd-emmc45-no-sanitize.txt")["emmc"]["sanitize"] is False
    assert set(read(disks, "mmc-extcsd", "mmc/sanitize-unsupported.txt")) == {"unreadable"}


@pytest.mark.parametrize(
    ("tool", "name", "expected"),
    [
        (
            "sg-opcodes",
            "opcodes-sanitize",
            {"sanitize": {"overwrite": True, "block_erase": False, "crypto_erase": True}, "format_unit": True},
        ),
        ("sg-requests", "requests-progress-25", {"sanitize_status": {"state": "in_progress", "progress": 0.25}}),
        ("sg-requests", "requests-sanitize-sense", {"sanitize_status": {"state": "in_progress", "progress": 0.25}}),
        ("sg-requests", "requests-progress-idle", {"sanitize_status": {"state": "unknown"}}),
        ("sg-sanitize", "sanitize-accepted", {"accepted": True}),
        ("sg-sanitize", "sanitize-refused", {"accepted": False}),
        ("sg-sanitize", "sanitize-over-sat-refused", {"accepted": False}),
    ],
)
def test_scsi_tools(disks: Path, tool: str, name: str, expected: dict[str, Any]) -> None:
    assert read(disks, tool, f"scsi/{name}.txt") == expected


@pytest.mark.parametrize("version", ["1.46", "1.48"])
def test_a_lost_scsi_command_was_neither_taken_nor_refused(disks: Path, version: str) -> None:
    assert set(read(disks, "sg-sanitize", f"scsi/sanitize-transport-error-{version}.txt")) == {"unreadable"}


def test_lsblk_of_others(disks: Path) -> None:
    def names(name: str) -> list[str]:
        return [disk["path"] for disk in read(disks, "lsblk", f"misc/{name}.json")["disks"]]

    assert names("ironic-blk_device") == ["/dev/sda", "/dev/sdb", "/dev/sdc", "/dev/sdd", "/dev/loop0"]
    assert names("ironic-raid_blk_device") == ["/dev/sda", "/dev/sdb"]
    assert names("ironic-multipath_blk_device") == ["/dev/sda", "/dev/sdb", "/dev/sdc"]
    assert names("ironlib-lsblk") == ["/dev/sda", "/dev/sdb", "/dev/nvme0", "/dev/nvme1"]
    small = read(disks, "lsblk", "misc/ironic-blk_device_small.json")["disks"]
    assert [disk["size_bytes"] for disk in small] == [3116853504, 4294967295]  # one number, one text
    assert "serial" not in read(disks, "lsblk", "misc/ironic-blk-incomplete.json")["disks"][0]


def test_every_recording_of_the_manifest_is_answered(disks: Path) -> None:
    manifest = json.loads((disks / "manifest.json").read_text(encoding="utf-8"))
    by_command = {"id-ctrl": "nvme-id-ctrl", "id-ns": "nvme-id-ns", "smart-log": "nvme-smart-log"}
    by_command |= {"sanitize-log": "nvme-sanitize-log", "list-ns": "nvme-list-ns", "extcsd": "mmc-extcsd"}
    by_command |= {"sg_opcodes": "sg-opcodes", "sg_requests": "sg-requests", "sg_sanitize": "sg-sanitize"}
    for recording in manifest["recordings"]:
        words = [Path(recording["argv"][0]).name, *recording["argv"][1:2]]
        tool = next((by_command[w] for w in words if w in by_command), words[0])
        if tool in TOOLS:
            wire = parse_tool(tool, (disks / recording["file"]).read_bytes())
            assert wire and isinstance(wire, dict), recording["file"]


def test_an_unknown_tool_is_refused() -> None:
    with pytest.raises(Fault):
        parse_tool("fdisk", b"")


@pytest.mark.parametrize("tool", sorted(TOOLS))
@given(data=st.binary(max_size=600) | st.text(max_size=300).map(str.encode))
def test_anything_at_all_is_answered(tool: str, data: bytes) -> None:
    assert isinstance(parse_tool(tool, data), dict)


@pytest.mark.parametrize("tool", sorted(set(TOOLS) - {"sg-requests"}))
@pytest.mark.parametrize("data", [b"", b"\n", b"{}", b"[]", b"null", b'"x"', b"{", b"[1]", b"\xff\xfe"])
def test_nothing_and_fragments_are_unreadable(tool: str, data: bytes) -> None:
    wire = parse_tool(tool, data)
    assert set(wire) == {"unreadable"} or (tool == "meminfo" and wire == {"memory": {}}), wire


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_KEYS = ("smartctl", "device", "wwn", "ata_smart_attributes", "table", "mn", "sn", "nsze", "flbas", "lbafs", "sprog")
_SHAPED = st.dictionaries(st.sampled_from((*_KEYS, "sstat", "blockdevices", "lscpu", "children", "id", "class")), _JSON)


@given(document=_SHAPED)
def test_json_of_the_right_keys_and_wrong_kinds(document: dict[str, Any]) -> None:
    data = json.dumps(document).encode()
    for tool in ("smartctl", "nvme-id-ctrl", "nvme-id-ns", "nvme-sanitize-log", "lsblk", "lscpu", "lshw"):
        assert isinstance(parse_tool(tool, data), dict)


def test_cut_recordings_never_raise() -> None:
    for path in sorted(MACHINES.glob("*/out/*")):
        data = path.read_bytes()
        for tool in ("smartctl", "hdparm", "nvme-id-ctrl", "mmc-extcsd", "lsblk"):
            for cut in (len(data) // 3, len(data) // 2, len(data) - 20):
                parse_tool(tool, data[:cut])
