"""Reports for the tests of this room: one PC, its disks and what happened to them, each varied by keyword."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from agent.model.erasure import (
    BadRange,
    Canaries,
    Evidence,
    Inspection,
    Level,
    Method,
    Outcome,
    PassRecord,
    Skipped,
    Verification,
)
from agent.model.identity import DiskIdentity
from agent.model.report import ChainLink, Instant, Report
from agent.report.build import build_report, certificate_number
from agent.report.sign import TYP_REPORT, SigningKey, sha256_of, sign

GIB = 1 << 30
INSTANT = Instant(utc="2026-11-23T14:05:12.000Z", source="ntp", trusted=True, uncertainty_s=0.5, boottime_s=4321.0)
DOUBTFUL = Instant(utc="2026-11-23T14:05:12Z", source="floor", trusted=False)

INVENTORY: dict[str, Any] = {
    "system": {
        "manufacturer": "Dell Inc.",
        "product": "Latitude 5490",
        "serial": "7HQ2ZM2",
        "serial_quality": "good",
        "uuid": "4c4c4544-0048-5110-8032-b7c04f5a4d32",
        "uuid_quality": "good",
    },
    "board": {"manufacturer": "Dell Inc.", "serial": "/7HQ2ZM2/CNWS20088Q02B6/", "serial_quality": "good"},
    "chassis": {"type": "Notebook", "serial": "Default string", "serial_quality": "junk"},
    "firmware": {"mode": "uefi", "secure_boot": "on", "admin_password": {"unreadable": "needs root"}},
    "cpu": {"brand_raw": "Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz", "vendor": "GenuineIntel", "cores": 4},
    "memory": {"installed_bytes": 8 * GIB},
    "tpm": {"absent": "no TPM device"},
    "disks": [
        {
            "path": "/dev/sda",
            "model": "WDC WD5000LPLX-75ZNTT0",
            "serial": "WX61A8675309",
            "in_use": ["mounted on /home/particulier"],
            "backing_file": "/home/particulier/disque.img",
            "extra": {"hpa": {"enabled": False}, "partitions": [{"label": "Photos de vacances"}]},
        }
    ],
    "network": [
        {"name": "enp0s31f6", "kind": "ethernet", "mac": "54:bf:64:01:02:03", "usb": False},
        {"name": "enx00e04c", "kind": "ethernet", "mac": "00:e0:4c:68:00:01", "usb": True},
        {"name": "wlp2s0", "kind": "wifi", "mac": "02:11:22:33:44:55", "usb": False},
        {"name": "wwan0", "kind": "other", "mac": {"unreadable": "needs root"}},
    ],
    "batteries": [{"design_wh": 68.0, "full_wh": 57.1, "wear_percent": 16.0}],
    "oem_windows_key": "present",
    "oem_windows_key_suffix": "AAAAA-BBBBB-CCCCC",
}

ELIGIBILITY: dict[str, Any] = {
    "windows11": {"verdict": "eligible", "checks": [], "data": {"cpu_list": {"name": "Intel", "date": "2025-10-06"}}},
    "linux": {"verdict": "fits", "checks": [], "profiles": ["debian-xfce"]},
}

HDD: dict[str, Any] = {
    "path": "/dev/sda",
    "model": "WDC WD5000LPLX-75ZNTT0",
    "serial": "WX61A8675309",
    "firmware": "01.01A01",
    "bus": "ata",
    "medium": "hdd",
    "size_bytes": 500107862016,
    "logical_block_size": 512,
    "physical_block_size": 4096,
    "power_on_hours": 8211,
    "security": {"supported": True, "enabled": False, "frozen": True},
    "extra": {
        "hpa": {"visible_sectors": 976773168, "native_sectors": 976773168, "enabled": False},
        "dco": {"absent": "no DCO"},
    },
}
SSD: dict[str, Any] = HDD | {
    "model": "SAMSUNG MZ7LN256HAJQ-000L1",
    "serial": "S3UGNX0K512345",
    "medium": "ssd",
    "size_bytes": 256060514304,
    "extra": {},
}

OVERWRITE = Method(
    technique="overwrite",
    level=Level.CLEAR,
    passes=1,
    verify="full",
    reason="method-overwrite-hdd",
    skipped=(Skipped(technique="ata-sanitize-overwrite", reason="skip-drive-lacks-it", params={"bit": 12}),),
    estimate_s=5400.0,
)
BLOCK_ERASE = dataclasses.replace(
    OVERWRITE, technique="ata-sanitize-block", level=Level.PURGE, verify="sample", skipped=()
)


def evidence(disk: dict[str, Any] = HDD, **changes: Any) -> Evidence:
    size = disk["size_bytes"]
    base = Evidence(
        identity=DiskIdentity(text=disk["serial"], kind="serial", model=disk["model"], size_bytes=size),
        disk=disk,
        method=OVERWRITE
        if disk["medium"] == "hdd"
        else dataclasses.replace(OVERWRITE, passes=2, claim="claim-ssd-overwrite"),
        plan_digest="9f3a77c1" + "0" * 56,
        warrant_id="W-1",
        outcome=Outcome.CLEARED,
        level=Level.CLEAR,
        started="2026-11-23T12:20:00.000Z",
        seconds=5400.0,
        bytes_total=size,
        bytes_covered=size,
        passes=(
            PassRecord(
                number=1,
                cipher="aes-256-ctr",
                key="ab" * 32,
                bytes_written=size,
                seconds=5000.0,
                started="2026-11-23T12:21:00.000Z",
            ),
        ),
        canaries=Canaries(
            key="cd" * 32,
            seed="ef" * 16,
            count=2002,
            readable_before=2002,
            alive_after=0,
            unreadable_after=0,
            witnesses=998,
            witnesses_matching=0,
        ),
        verification=Verification(
            mode="full", bytes=size, seconds=4900.0, mismatches=0, seed="", classes={"ours": 119235}
        ),
        commands=({"argv": ["smartctl", "-x", "/dev/sda"], "exit_status": 0},),
        smart_before={"reallocated_sectors": 0},
        smart_after={"reallocated_sectors": 0},
    )
    return dataclasses.replace(base, **changes)


def formatted(**changes: Any) -> Evidence:
    """An NVMe drive that was seen to erase after its Format, then overwritten in one pass."""
    disk = SSD | {"medium": "nvme", "bus": "nvme", "nvme": {"fna": 0, "oacs": 2, "sanicap": 0, "namespaces": 1}}
    argv = ["nvme", "format", "/dev/nvme0n1", "-s", "1", "--force"]
    facts = {
        "method": dataclasses.replace(
            OVERWRITE, technique="nvme-format", reason="method-nvme-format", claim="claim-nvme-format", skipped=()
        ),
        "commands": ({"technique": "nvme-format", "argv": argv, "exit_status": 0},),
        "inspection": Inspection(
            technique="nvme-format", looked=2902, alive=0, unreadable=0, witnesses_matching=0, classes={"zeros": 2902}
        ),
    }
    return evidence(disk, **(facts | changes))


def purged(disk: dict[str, Any] = SSD, **changes: Any) -> Evidence:
    timeline = ({"t": "1", "state": "in_progress", "fraction": 0.4}, {"t": "2", "state": "completed"})
    facts = {
        "method": BLOCK_ERASE,
        "outcome": Outcome.PURGED,
        "level": Level.PURGE,
        "passes": (),
        "status_timeline": timeline,
    }
    read = Verification(
        mode="sample", bytes=disk["size_bytes"] // 10, seconds=60.0, mismatches=0, seed="5a" * 16, classes={"zeros": 9}
    )
    looked = Inspection(
        technique=BLOCK_ERASE.technique,
        looked=2902,
        alive=0,
        unreadable=0,
        witnesses_matching=0,
        classes={"zeros": 2902},
    )
    return evidence(disk, **(facts | {"verification": read, "inspection": looked} | changes))


def with_exceptions(disk: dict[str, Any] = HDD, **changes: Any) -> Evidence:
    bad = (
        BadRange(start=4096 * 100, end=4096 * 100 + 4096, operation="write", errno=5),
        BadRange(start=4096 * 100, end=4096 * 100 + 4096, operation="read", errno=5),
        BadRange(start=4096 * 900, end=4096 * 900 + 2048, operation="write", errno=5),
    )
    size = disk["size_bytes"]
    read = Verification(mode="full", bytes=size - 6144, seconds=4900.0, mismatches=0, unreadable_bytes=4096)
    facts = {
        "outcome": Outcome.CLEARED_WITH_EXCEPTIONS,
        "bad_ranges": bad,
        "bytes_covered": size - 6144,
        "verification": read,
    }
    return evidence(disk, **(facts | changes))


def failed(disk: dict[str, Any] = HDD, **changes: Any) -> Evidence:
    read = Verification(mode="full", bytes=disk["size_bytes"], seconds=10.0, mismatches=3)
    facts = {"outcome": Outcome.FAILED, "level": Level.NONE, "verification": read, "reasons": ("disk-verify-mismatch",)}
    return evidence(disk, **(facts | changes))


PLAN: dict[str, Any] = {
    "machine": "f" * 64,
    "targets": [],
    "excluded": [],
    "choice": {"system": "linux", "profile": "debian-xfce", "chosen_by": "0042"},
    "install": {"profile": "debian-xfce", "image": {"name": "debian-xfce-13", "version": "13.2", "sha256": "aa" * 32}},
    "exercise": False,
}


def report(
    *erased: Evidence, key: SigningKey | None = None, seq: int = 1, prev: str | None = None, **changes: Any
) -> Report:
    exercise = bool(changes.get("exercise", False))
    kid = key.kid if key else ("EXERCICE-" if exercise else "") + "k" * 43
    given: dict[str, Any] = {
        "report_id": f"00000000-0000-4000-8000-{seq:012d}",
        "kind": "final",
        "inventory": INVENTORY,
        "eligibility": ELIGIBILITY,
        "evidence": erased,
        "install": None,
        "plan": PLAN,
        "tag": "RC02041U",
        "operator": "0042",
        "lot": None,
        "created": INSTANT,
        "duration_s": 5612.4,
        "agent": {"version": "0.1.0", "kernel": "6.12.57", "tools": {"hdparm": "9.65"}, "stick_number": 0},
        "workshop": "RC",
        "chain": ChainLink(kid=kid, seq=seq, prev_sha256=prev),
        "certificate_number": certificate_number(year=2026, workshop="RC", stick=0, counter=seq, exercise=exercise),
        "exercise": exercise,
        "consent": {"by": "0042", "at": "2026-11-23T12:19:50.000Z"},
    }
    return build_report(**(given | changes))


def signed(key: SigningKey, *erased: Evidence, **changes: Any) -> tuple[Report, str]:
    made = report(*erased, key=key, exercise=key.exercise, **changes)
    return made, sign(made.to_bytes(), key=key, typ=TYP_REPORT)


def chain(key: SigningKey, length: int, erased: Sequence[Evidence] = ()) -> list[str]:
    """That many signed records in a row, each naming the one before it."""
    tokens: list[str] = []
    for seq in range(1, length + 1):
        prev = sha256_of(tokens[-1]) if tokens else None
        tokens.append(signed(key, *(erased or (evidence(),)), seq=seq, prev=prev)[1])
    return tokens
