"""Firmware judges the partition that Setup is staged on: OVMF starts EFI/BOOT/BOOTX64.EFI from "basic data" in GPT.

systemd-boot stands in for the boot manager of the medium: a program that a firmware can start and that draws a menu. It
says nothing of a real Setup, which never started from a disk of ours.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agent.install.windows import media
from agent.install.windows.choice import CA_2023, PCA_2011
from agent.install.windows.sidecar import make_sidecar, write_sidecar
from agent.machine.live import LiveMachine
from agent.model.windows import Basis
from iso.vm import VirtualPC
from tests.loop.test_install_windows import NEW, OLD, Events, _do
from tests.loop.test_stage_setup import At, Cut, cut, staging_plan
from tests.loop.windows_image import run, synthetic_wim
from tests.loop.windows_media import synthetic_media

from .test_windows_start import SIZE, START_S, SYSTEMD_BOOT, _pc, _signed

SETUP_AT = 1 << 20
TITLE = "The staged medium"

pytestmark = pytest.mark.skipif(not SYSTEMD_BOOT.is_file(), reason="systemd-boot-efi is not here")


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image and its medium whose boot files are real programs, one for each authority."""
    work = tmp_path_factory.mktemp("medium")
    program = SYSTEMD_BOOT.read_bytes()
    boot = {"EFI": _signed(program, PCA_2011), "EFI_EX": _signed(program, CA_2023)}
    wim = synthetic_wim(work, files=20)
    folder = work / "syn"
    folder.mkdir()
    shutil.move(synthetic_media(work / "iso", wim, boot=boot), folder / "setup")
    shutil.move(folder / "setup/sources/install.wim", folder / "install.wim")
    machine = LiveMachine()
    told = {"from": "iso", "date": "2026-11-25", "by": "RC"}
    image = make_sidecar(machine, [folder / "install.wim"], 2, image_id="syn", obtained=told,
                         bases=[Basis.RETAIL_OWNED], setup=media.take(machine, folder))  # fmt: skip
    write_sidecar(folder, image)
    return folder


def _staged(brought: Path, disk: Path, trust: object, events: Events) -> None:
    """A disk in a file, staged; the menu of the stand-in has an entry of its own."""
    with disk.open("wb") as file:
        file.truncate(SIZE)
    device = run("losetup", "--show", "-f", str(disk)).decode().strip()
    plan = staging_plan(device, brought, trust=trust, drivers=None, behind_vmd=False)
    try:
        assert _do(plan, brought / "install.wim", events).ok
    except Cut:
        pass
    finally:
        run("partx", "-d", device, ok=False)
        run("losetup", "-d", device)
    part = f"{disk}@@{SETUP_AT}"
    run("mmd", "-i", part, "::/loader", "::/loader/entries")
    for place, text in (
        ("::/loader/loader.conf", b"timeout menu-force\n"),
        ("::/loader/entries/a.conf", f"title {TITLE}\nefi /setup.exe\n".encode()),
    ):
        subprocess.run(["mcopy", "-i", part, "-", place], input=text, check=True)


@pytest.mark.parametrize("trust", [OLD, NEW], ids=["boot file of the medium", "newer one of its boot.wim"])
def test_the_firmware_starts_the_staged_disk_by_itself(
    brought: Path, trust: object, accelerated: bool, tmp_path: Path
) -> None:
    """No entry in the firmware's list: the removable path alone."""
    _staged(brought, tmp_path / "disk.img", trust, [])
    with VirtualPC(_pc(tmp_path, tmp_path / "disk.img", accelerated)) as pc:
        pc.expect(TITLE, START_S)
        print(f"\nremovable path to the menu: {pc.seconds():.1f} s")


def test_a_disk_on_which_the_copying_was_cut_starts_nothing(brought: Path, accelerated: bool, tmp_path: Path) -> None:
    """All the medium is there, and the answers: only what the firmware starts is not, and it looks elsewhere."""
    events = At("step-bootfiles", cut)
    _staged(brought, tmp_path / "disk.img", OLD, events)
    assert events[-1][1]["ok"] is False
    with VirtualPC(_pc(tmp_path, tmp_path / "disk.img", accelerated)) as pc:
        pc.expect("Interactive Shell|No bootable|PXE", START_S)
        print(f"\nthe firmware gave up after {pc.seconds():.1f} s")
        assert TITLE.encode() not in pc.machine.place("serial.log").read_bytes()
