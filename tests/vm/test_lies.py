"""The lies that QEMU's own drives and the guest's kernel tell: a command that ends with 0 and erased nothing, writes
that are dropped. Whoever believes them must be caught by the canaries: failed, never cleared, never purged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from iso import donated
from tests.conftest import REPO
from tests.vm import record

SERIALS = ("WD-BELIEVED01", "S4EMNX0LIES02", "PERC-SAS-0003", "WD-FLAKY00004", "S3Z8NB0K00005", "USB-BRIDGE-06")
SATA, NVME, SAS, FLAKY, SSD, USB = SERIALS
SIZE = 64 << 20
LIMIT_S = 900


@pytest.fixture(scope="module")
def stories(iso: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Mapping[str, Any]]]:
    """The folder with the raw disks, and what each story ended on."""
    work = tmp_path_factory.mktemp("mensonges")
    root = record.unpack(iso, work)
    share = work / "share"
    share.mkdir()
    shutil.copyfile(REPO / "tests" / "vm" / "believing.py", share / "believing.py")
    told = f"python3 /mnt/believing.py {' '.join(SERIALS)} >/mnt/told.jsonl 2>/mnt/err.txt"
    commands = f"modprobe loop; {told}; dmesg >/mnt/dmesg.txt"
    (share / "inside.sh").write_text(record.INSIDE % commands)
    for serial in SERIALS:
        donated.plant(work / f"{serial}.raw", SIZE)
    record.start(_qemu(work, root, share), share, work / "qemu.log", LIMIT_S)
    errors = (share / "err.txt").read_text() if (share / "err.txt").exists() else (work / "qemu.log").read_text()
    assert (share / "done").exists(), errors
    ends = [json.loads(line) for line in (share / "told.jsonl").read_text().splitlines()]
    assert ends and ends[-1]["story"] == "dropped-writes", errors
    return work, {end["story"]: end for end in ends}


def _qemu(work: Path, root: Path, share: Path) -> Sequence[str]:
    """QEMU's raw format ignores discards unless it is told otherwise: the drive answers "done" and keeps all."""
    words = "console=ttyS0 quiet loglevel=3 mitigations=off no_timer_check"
    argv = [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024", "-nic", "none"),
        *("-serial", f"file:{work / 'serial.log'}", "-device", "mptsas1068,id=sas", "-device", "qemu-xhci"),
        *("-kernel", str(work / "vmlinuz"), "-initrd", str(work / "initrd"), "-append", words),
        *record.shared("root", root, readonly=True), *record.shared("out", share, readonly=False),
    ]  # fmt: skip
    devices = {
        SATA: f"ide-hd,bus=ide.0,serial={SATA},model=WDC WD5000AAKX",
        NVME: f"nvme,serial={NVME}",
        SAS: f"scsi-hd,bus=sas.0,serial={SAS},vendor=SEAGATE,product=ST600MM0006,wwn=0x5000c500a1b2c3d4",
        FLAKY: f"ide-hd,bus=ide.1,serial={FLAKY},model=WDC WD5000AAKX",
        SSD: f"ide-hd,bus=ide.2,serial={SSD},model=Samsung SSD 860,rotation_rate=1",
        USB: f"usb-storage,serial={USB}",
    }
    for number, (serial, device) in enumerate(devices.items()):
        argv += ["-drive", f"if=none,id=d{number},format=raw,file={work / f'{serial}.raw'}"]
        argv += ["-device", f"{device},drive=d{number}"]
    return argv


@pytest.mark.parametrize(
    ("story", "tools"),
    [
        ("believes-security-erase", ("hdparm",)),
        ("believes-sg-sanitize", ("sg_sanitize",)),
        ("believes-sg-format", ("sg_format",)),
        ("believes-blkdiscard", ("blkdiscard",)),
    ],
)
def test_a_command_that_was_believed_is_caught_by_the_canaries(
    stories: tuple[Path, Mapping[str, Mapping[str, Any]]], story: str, tools: Sequence[str]
) -> None:
    told = stories[1][story]
    sent = [c for c in told["commands"] if c["argv"][0] in tools]
    assert sent, told
    if story != "believes-sg-sanitize":  # sg3-utils 1.46 said 0; 1.48 says that the drive refused
        assert [c["exit_status"] for c in sent] == [0] * len(sent), sent
    assert (told["outcome"], told["level"]) == ("failed", "none"), told
    assert "reason-command-erased-nothing" in told["reasons"]
    assert told["inspection"]["alive"] > 1000


@pytest.mark.exercises("overwrite", how="virtual drive", on=["SATA SSD", "SAS", "behind a USB bridge"])
def test_the_same_drives_are_cleared_by_our_own_pass(stories: tuple[Path, Mapping[str, Mapping[str, Any]]]) -> None:
    """The check can also say yes."""
    work, told = stories
    for serial in (SATA, SSD, SAS, USB):
        found = told[f"overwrite {serial}"]
        assert found["outcome"].startswith("cleared"), found
        assert donated.left(work / f"{serial}.raw") == 0


def test_writes_that_are_dropped_below_us(stories: tuple[Path, Mapping[str, Mapping[str, Any]]]) -> None:
    work, told = stories
    found = told["dropped-writes"]
    assert found["exit_status"] == 4 and found["outcome"] == "failed" and found["level"] == "none", found
    assert found["verification"]["mismatches"] > 0, found
    assert donated.left(work / f"{FLAKY}.raw") == donated.planted(SIZE), "every sector is as it was"
