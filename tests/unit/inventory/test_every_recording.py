"""Every disk recording of the developers' set, with facts read in it by hand: nothing is left out, nothing is read in.

What a tool prints when it refuses, or of something else than its question, gives no facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.inventory.parse import parse_tool
from tests.conftest import SHARED

DISKS = SHARED / "fixtures/disks"
UNREADABLE: Mapping[str, Any] = {"unreadable": ...}

SN730 = {"model": "WDC PC SN730 SDBQNTY-256G-1001", "firmware": "11170101", "size_bytes": 256060514304}
TIMES = {"block_erase": 180, "crypto_erase": 13}
LOGS: Mapping[str, Mapping[str, Any]] = {
    "never": {"state": "never", "estimates_s": {}},
    "running-50": {"state": "in_progress", "last_action": "block_erase", "estimates_s": TIMES},
    "done-block": {"state": "completed", "last_action": "block_erase", "estimates_s": TIMES},
    "done-crypto": {"state": "completed", "last_action": "crypto_erase", "estimates_s": TIMES},
    "failed": {"state": "failed", "last_action": "block_erase", "estimates_s": TIMES},
}
NVME: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    r"[\d.]+/id-ctrl\.json|raw/id-ctrl\.bin": (
        "nvme-id-ctrl",
        {**SN730, "nvme": {"fna": 4, "sanicap": 0x60000003, "oacs": 0x17, "namespaces": 1}},
    ),
    r"[\d.]+/id-ns\.json|raw/id-ns\.bin": (
        "nvme-id-ns",
        {"wwn": "eui.001b444a41c72301", "size_bytes": 500118192 * 512, "logical_block_size": 512},
    ),
    r"[\d.]+/list-ns\.json": ("nvme-list-ns", {"nvme": {"namespaces": 1}}),
    r"[\d.]+/smart-log\.json|raw/smart-log\.bin": (
        "nvme-smart-log",
        {"power_on_hours": 9123, "temperature_c": 314 - 273, "percentage_used": 7, "critical_warning": 0},
    ),
    r"[\d.]+/sanitize-log-unsupported\.json(\.stderr)?": ("nvme-sanitize-log", UNREADABLE),
    r"ironic-sn730-id-ctrl\.json": ("nvme-id-ctrl", SN730),
    r"ironic-sn730-id-ctrl-fna0\.json": ("nvme-id-ctrl", SN730),
    r"ecclesia-sanitize-log-block-done\.txt": (
        "nvme-sanitize-log",
        {"sanitize_log": {"state": "completed", "last_action": "block_erase", "estimates_s": {}}},
    ),
    # what was answered to a command: no parser of facts reads it, the techniques do
    r"[\d.]+/(sanitize|format)-(ok|in-progress|invalid-opcode|write-protected|sanitize-running)\.txt": (
        "nvme-sanitize-log",
        UNREADABLE,
    ),
    **{
        rf"[\d.]+/sanitize-log-{name}(-H)?\.(json|txt)|raw/(log-0x81|sanitize-log-b-2\.3)-{name}\.bin": (
            "nvme-sanitize-log",
            {"sanitize_log": log},
        )
        for name, log in LOGS.items()
    },
}

SMART: Mapping[str, tuple[int, int, int]] = {  # hours, bytes, degrees
    "HITACHI_H109060SESUN600G_9": (982, 600127266816, 27),
    "INTEL_SSDPE2KX080T8_1": (12164, 8001563222016, 29),
    "KXG60ZNV512G_TOSHIBA_8": (12728, 512110190592, 35),
    "MB0500EBNCR_13": (89214, 500107862016, 26),
    "SAMSUNG_MZQLB1T9HAJR-00007_19": (20701, 1920383410176, 40),
    "SAMSUNG_MZVL21T0HCLR-00B00_23": (10423, 1024209543168, 29),
    "ST3500418AS_11": (44670, 500107862016, 32),
    "WDC_WD20EFRX-68EUZN0_17": (47657, 2000398934016, 34),
    "ata-pending-and-realloc": (33120, 500107862016, 31),
    "ironlib-nvme0": (3415, 256060514304, 55),
    "ironlib-r6515-sda": (306, 240057409536, 49),
    "ironlib-sda": (3410, 960197124096, 36),
    "ironlib-sdb": (3416, 8001563222016, 30),
    "ironlib-x11-sda": (4280, 8001563222016, 33),
    "nvme-null-CT250P2SSD8-nvme0": (10147, 250059350016, 26),
    "nvme-null-HUSMR7632BHP301-nvme0": (482, 3204045602816, 40),
    "nvme-null-Samsung_SSD_970_EVO_Plus_250GB-nvme0": (3149, 250059350016, 35),
    "sas-st600mm0006": (41234, 600127266816, 31),
    "sat-Dell_Certified_Intel_S3520_Series_SSDs-SSDSCKJB240G7R-sdm": (21213, 240057409536, 47),
    "sat-HGST_Ultrastar_7K6000-HGST_HUS726020ALE614-sda": (67518, 2000398934016, 27),
    "sat-Hitachi_Deskstar_7K1000.C-Hitachi_HDS721010CLA332-sda": (109245, 1000204886016, 28),
    "sat-Micron_5100_Pro___52x0___5300_SSDs-Micron_5210_MTFDDAK960QDE-sdm": (3815, 960197124096, 19),
    "scrutiny-smart-ata-full": (14551, 500107862016, 36),
    "scrutiny-smart-megaraid0": (37787, 4000787030016, 36),
    "scrutiny-smart-nvme2": (6487, 480103981056, 38),
    "scrutiny-smart-scsi2": (5675, 1200243695616, 31),
    "telegraf-megaraid": (44316, 6001175126016, 25),
    "telegraf-scsi": (32978, 13715978077777, 24),
    "telegraf-scsi_extended": (34222, 13715978079776, 24),
    **{
        f"security-{name}": (21340, 500107862016, 31)
        for name in ("enabled-frozen", "enabled-unlocked-max", "frozen", "locked-high", "not-frozen", "unsupported")
    },
}
"""smartctl's hours, bytes and degrees, read in the JSON."""

HDPARM: Mapping[str, Mapping[str, Any]] = {
    "dco-aborted-descriptor-sense": UNREADABLE,
    "dco-aborted-fixed-sense": {"sense_errors": 1},
    "dco-equal": {"dco": {"max_sectors": 976773168}},
    "dco-shrunk": {"dco": {"max_sectors": 976773168}},
    "dco-shrunk-hpa": {"hpa": {"visible_sectors": 900000000, "native_sectors": 900000000, "enabled": False}},
    "hpa-disabled": {"hpa": {"visible_sectors": 625142448, "native_sectors": 625142448, "enabled": False}},
    "hpa-enabled": {"hpa": {"visible_sectors": 586072368, "native_sectors": 625142448, "enabled": True}},
    "hpa-removed": {"hpa": {"visible_sectors": 625142448, "native_sectors": 625142448, "enabled": False}},
    "identify-ext-time-1080min": {"model": "WDC WD80EFZX-68UW8N0", "size_bytes": 8001563222016},
    "identify-hts545050-locked-high": {"serial": "TE95113Q2H7KLM", "rotation_rpm": 5400},
    "identify-mx500-sanitize": {"serial": "2317E6C09A44", "medium": "ssd"},
    "identify-no-security": {"security": {"supported": False}},
    "identify-st2000dm-508min": {"size_bytes": 2000398934016, "rotation_rpm": 7200},
    "identify-st500lt012-password-set": {"model": "ST500LT012-1DG142"},
    "identify-usb-bridge-garbage": UNREADABLE,
    "identify-usb-bridge-refuses": UNREADABLE,
    "identify-wd5000-frozen": {"serial": "WD-WMAYU7834521", "physical_block_size": 512},
    "ironic-satadom.template": {"serial": "46815247804283837445", "size_bytes": 31016853504},
    "ironlib-850evo": {"size_bytes": 2000398934016, "wwn": "0x500253820eb1031c"},
    "istdout-hts545050-locked-high": {"serial": "TE95113Q2H7KLM", "rotation_rpm": 5400},
    "istdout-mx500-sanitize": {"serial": "2317E6C09A44", "medium": "ssd"},
    "istdout-usb-bridge-garbage": UNREADABLE,
    "istdout-wd5000-frozen": {"serial": "WD-WMAYU7834521", "physical_block_size": 512},
    "sanitize-block-erase-false-start": {"sense_errors": 1},
    "sanitize-status-done": {"sanitize_status": {"state": "completed"}},
    "sanitize-status-failed": {"sanitize_status": {"state": "failed"}},
    "sanitize-status-false-idle": {"sense_errors": 1},
    "sanitize-status-frozen": {"sanitize_status": {"state": "frozen"}},
    "sanitize-status-idle": {"sanitize_status": {"state": "idle"}},
    "sanitize-status-running-12": {"sanitize_status": {"state": "in_progress", "progress": 0x1FFF / 65536}},
    "sanitize-status-running-50": {"sanitize_status": {"state": "in_progress", "progress": 0.5}},
    "security-erase-aborted-fixed-sense": {"sense_errors": 2},
    "security-set-pass-aborted-fixed-sense": {"sense_errors": 1},
    # answers to commands
    **dict.fromkeys(
        (
            *(f"sanitize-block-erase-{name}" for name in ("aborted-dsense", "frozen", "started")),
            *(f"security-{name}" for name in ("disable-ok", "erase-enhanced-ok", "set-pass-frozen", "set-pass-ok")),
            *(f"security-unlock-{name}" for name in ("ok", "wrong")),
        ),
        UNREADABLE,
    ),
}

SIZE = 7818182656
RUNS = {"sanitize_status": {"state": "in_progress", "progress": 0.25}}
EMMC = {"version": "5.1", "trim": True, "boot_bytes": 4 << 20, "rpmb_bytes": 512 << 10, "life_time_a": 1, "pre_eol": 1}
OTHERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "mmc/extcsd-emmc51-8gb.txt": ("mmc-extcsd", {"size_bytes": SIZE, "emmc": {**EMMC, "sanitize": True}}),
    "mmc/extcsd-emmc45-no-sanitize.txt": (
        "mmc-extcsd",
        {"size_bytes": SIZE, "emmc": {**EMMC, "sanitize": False}},
    ),
    "mmc/sanitize-unsupported.txt": ("mmc-extcsd", UNREADABLE),
    "scsi/format-520-to-512.txt": (
        "sg-readcap",
        {"capacity": {"sectors": 1172123568, "sector_bytes": 520, "bytes": 609504255360}},
    ),
    "scsi/opcodes-sanitize.txt": (
        "sg-opcodes",
        {"sanitize": {"overwrite": True, "block_erase": False, "crypto_erase": True}, "format_unit": True},
    ),
    "scsi/opcodes-unsupported.txt": ("sg-opcodes", UNREADABLE),
    "scsi/requests-progress-25.txt": ("sg-requests", RUNS),
    "scsi/requests-progress-idle.txt": ("sg-requests", {"sanitize_status": {"state": "unknown"}}),
    "scsi/requests-sanitize-sense.txt": (
        "sg-requests",
        {"sanitize_status": {"state": "in_progress", "progress": 0.25}},
    ),
    "scsi/sanitize-accepted.txt": ("sg-sanitize", {"accepted": True}),
    "scsi/sanitize-over-sat-refused.txt": ("sg-sanitize", {"accepted": False}),
    "scsi/sanitize-refused.txt": ("sg-sanitize", {"accepted": False}),
    "scsi/sanitize-transport-error-1.46.txt": ("sg-sanitize", UNREADABLE),
    "scsi/sanitize-transport-error-1.48.txt": ("sg-sanitize", UNREADABLE),
    "smartctl/ironlib-scan.json": ("smartctl", UNREADABLE),
    "smartctl/open-failed.json": ("smartctl", UNREADABLE),
    "smartctl/ironic-smartctl_normal.txt": (
        "smartctl",
        {"security": {"supported": True, "enabled": False, "locked": False, "frozen": False}},
    ),
    "smartctl/ironic-smartctl_unavailable.txt": ("smartctl", {"security": {"supported": False}}),
}


def expected(name: str) -> tuple[str, Mapping[str, Any]] | None:
    """Tool and facts of one file; None for one that nobody has read."""
    if name in OTHERS:
        return OTHERS[name]
    folder, _, rest = name.partition("/")
    stem = rest.rpartition(".")[0]
    if folder == "nvme":
        return next((told for pattern, told in NVME.items() if re.fullmatch(pattern, rest)), None)
    if folder == "smartctl" and stem in SMART:
        hours, size, degrees = SMART[stem]
        return "smartctl", {"power_on_hours": hours, "size_bytes": size, "temperature_c": degrees}
    return ("hdparm", HDPARM[stem]) if folder == "hdparm" and stem in HDPARM else None


def recordings() -> list[str]:
    folders = ("hdparm", "mmc", "nvme", "scsi", "smartctl")
    files = (path for folder in folders for path in sorted((DISKS / folder).rglob("*")) if path.is_file())
    return [path.relative_to(DISKS).as_posix() for path in files]


def holds(wire: Any, facts: Any) -> bool:
    """Every fact is there; ``...`` stands for any word."""
    if facts is ...:
        return wire is not None
    if isinstance(facts, Mapping):
        return isinstance(wire, Mapping) and all(key in wire and holds(wire[key], facts[key]) for key in facts)
    return bool(wire == facts)


@pytest.mark.skipif(not DISKS.is_dir(), reason="the developers' set is not here")
@pytest.mark.parametrize("name", recordings() if DISKS.is_dir() else [])
def test_what_was_read_by_hand_is_what_the_parser_tells(name: str) -> None:
    told = expected(name)
    assert told is not None, "a recording that nobody has read"
    tool, facts = told
    wire = parse_tool(tool, (DISKS / name).read_bytes())
    assert holds(wire, facts), wire
    if facts is UNREADABLE:
        assert set(wire) == {"unreadable"}


def test_the_set_is_where_it_is_looked_for() -> None:
    assert not DISKS.is_dir() or len(recordings()) > 100
    assert Path(DISKS).name == "disks"
