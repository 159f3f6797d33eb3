"""Other areas of an eMMC on a real PC: which may be opened, and what becomes of the kernel's ``force_ro``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.machine import live
from agent.machine.live import LiveDisk
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.warrant import Action

IDENTITY = DiskIdentity(text="0x1a2b3c4d", kind="serial", model="DF4008", size_bytes=16 << 20)


@pytest.fixture
def sysfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As the kernel lays it out: areas are folders of their card, and each has a link in /sys/block."""
    devices, block = tmp_path / "devices/mmc0:0001/block/mmcblk0", tmp_path / "block"
    block.mkdir()
    for name, value in (("boot0", "1"), ("gp0", "0")):
        (devices / f"mmcblk0{name}").mkdir(parents=True)
        (devices / f"mmcblk0{name}/force_ro").write_text(f"{value}\n")
        (block / f"mmcblk0{name}").symlink_to(devices / f"mmcblk0{name}")
    (block / "mmcblk0").symlink_to(devices)
    other = tmp_path / "devices/mmc1:0001/block/mmcblk1"
    other.mkdir(parents=True)
    (other / "force_ro").write_text("1\n")
    (block / "mmcblk0boot1").symlink_to(other)  # not one of this card
    monkeypatch.setattr(live, "_BLOCK", block)
    monkeypatch.setattr(live, "_ioctl", lambda fd, request, form: 512)
    return block


def card(path: str = "/dev/mmcblk0") -> LiveDisk:
    fd = os.open(os.devnull, os.O_RDONLY)
    return LiveDisk(identity=IDENTITY, path=path, fd=fd, action=Action.ERASE, find=lambda identity: path)


def force_ro(sysfs: Path, name: str) -> str:
    return (sysfs / f"mmcblk0{name}" / "force_ro").read_text().strip()


@pytest.mark.parametrize(("name", "was"), [("boot0", "1"), ("gp0", "0")])
def test_writable_for_as_long_as_it_is_open(sysfs: Path, monkeypatch: pytest.MonkeyPatch, name: str, was: str) -> None:
    opened: list[tuple[str, str]] = []

    def opens(path: str, identity: DiskIdentity) -> int:
        opened.append((path, force_ro(sysfs, name)))
        return os.open(os.devnull, os.O_RDWR)

    monkeypatch.setattr(live, "_open_exclusive", opens)
    with card() as disk, disk.open_area(name) as area:
        assert area.path == f"/dev/mmcblk0{name}" and force_ro(sysfs, name) == "0"
    assert opened == [(f"/dev/mmcblk0{name}", "0")] and force_ro(sysfs, name) == was


def test_closed_again_when_somebody_holds_it(sysfs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(path: str, identity: DiskIdentity) -> int:
        raise Fault("disk-busy", disk=identity.suffix)

    monkeypatch.setattr(live, "_open_exclusive", busy)
    with card() as disk, pytest.raises(Fault, match="disk-busy"):
        disk.open_area("boot0")
    assert force_ro(sysfs, "boot0") == "1"


@pytest.mark.parametrize("name", ["boot1", "boot2", "gp3", "rpmb", "p1", "", "boot0/../mmcblk0gp0"])
def test_nothing_but_an_area_of_this_card(sysfs: Path, name: str) -> None:
    before = force_ro(sysfs, "boot0")
    with card() as disk, pytest.raises(Fault, match="disk-not-found"):
        disk.open_area(name)
    assert force_ro(sysfs, "boot0") == before


def test_no_other_disk_has_areas(sysfs: Path) -> None:
    with card("/dev/sda") as disk, pytest.raises(Fault, match="disk-not-found"):
        disk.open_area("boot0")
