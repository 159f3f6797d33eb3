"""Firmware and a boot manager judge our ESP: OVMF starts the boot file from both paths, systemd-boot reads our BCD.

systemd-boot stands in for the boot manager of Windows: a program that a firmware can start, with a parser of BCD
stores of its own (src/boot/bcd.c). It says nothing of a real Windows, whose boot manager never read our store.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from agent.install.windows.choice import CA_2023, PCA_2011
from iso.tools import Failed
from iso.virtual import MODELS, Bus, Disk, Firmware, Machine
from iso.vm import VirtualPC
from tests.loop.test_install_windows import OLD, _do, _plan, _sidecar
from tests.loop.windows_image import run, synthetic_wim
from tests.unit.install.conftest import certificate_table

SYSTEMD_BOOT = Path("/usr/lib/systemd/boot/efi/systemd-bootx64.efi")
SIZE = 3 << 30
ESP_AT = 1 << 20
START_S = 240.0

pytestmark = pytest.mark.skipif(not SYSTEMD_BOOT.is_file(), reason="systemd-boot-efi is not here")


def _signed(program: bytes, issuer: str) -> bytes:
    """The program with a certificate table at its end: without Secure Boot the firmware does not look at it."""
    data = bytearray(program + bytes(-len(program) % 8))
    table = certificate_table(issuer)
    (header,) = struct.unpack_from("<I", data, 0x3C)
    struct.pack_into("<II", data, header + 24 + 112 + 32, len(data), len(table))
    return bytes(data) + table


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disk that our installer wrote, in a file; the menu of the stand-in is made to wait."""
    folder = tmp_path_factory.mktemp("windows")
    program = SYSTEMD_BOOT.read_bytes()
    boot = {
        "EFI/bootmgfw.efi": _signed(program, PCA_2011),
        "EFI_EX/bootmgfw_EX.efi": _signed(program, CA_2023),
    }
    wim = synthetic_wim(folder, files=20, boot=boot)
    disk = folder / "disk.img"
    with disk.open("wb") as file:
        file.truncate(SIZE)
    device = run("losetup", "--show", "-f", str(disk)).decode().strip()
    try:
        assert _do(_plan(device, _sidecar([wim]), trust=OLD), wim, []).ok
    finally:
        run("partx", "-d", device, ok=False)
        run("losetup", "-d", device)
    esp = f"{disk}@@{ESP_AT}"
    run("mmd", "-i", esp, "::/loader")
    settings = b"timeout menu-force\n"
    subprocess.run(["mcopy", "-i", esp, "-", "::/loader/loader.conf"], input=settings, check=True)
    return disk


def _pc(folder: Path, disk: Path, accelerated: bool) -> Machine:
    return Machine(
        folder=folder,
        model=MODELS["thinkpad"],
        firmware=Firmware.UEFI,
        disks=(Disk(path=disk, serial="WINDOWS1", bus=Bus.SATA),),
        boot="WINDOWS1",
        memory_mib=512,
        kvm=accelerated,
        tpm=None,
    )


def _silence(pc: VirtualPC) -> None:
    """Until the menu is drawn and waits: what is heard afterwards is another program."""
    with pytest.raises(Failed):
        pc.expect("nothing says this", 4)
    pc.expect(r"(?s).*", 1)


def test_both_paths_start_and_the_entry_has_our_name(installed: Path, accelerated: bool, tmp_path: Path) -> None:
    """The firmware takes EFI/BOOT by itself; the entry of the menu is EFI/Microsoft/Boot/bootmgfw.efi, started with
    the firmware's own LoadImage: the menu comes a second time, drawn by the program there."""
    disk = tmp_path / "disk.img"
    shutil.copy(installed, disk)
    with VirtualPC(_pc(tmp_path, disk, accelerated)) as pc:
        pc.expect("Windows 11 Professionnel", START_S)
        print(f"\nremovable path to the menu: {pc.seconds():.1f} s")
        _silence(pc)
        pc.say("\r")
        pc.expect("Windows 11 Professionnel", START_S)
        print(f"second path to the menu: {pc.seconds():.1f} s")
        log = pc.machine.place("serial.log").read_bytes()
        assert b"Windows Boot Manager" not in log, "the name of last resort: our store was not read"


def test_a_boot_file_that_is_no_program_starts_nothing(installed: Path, accelerated: bool, tmp_path: Path) -> None:
    """The second menu above is drawn by the second program: without one it does not come."""
    disk, esp = tmp_path / "disk.img", f"{tmp_path / 'disk.img'}@@{ESP_AT}"
    shutil.copy(installed, disk)
    place = "::/EFI/Microsoft/Boot/bootmgfw.efi"
    subprocess.run(["mcopy", "-o", "-i", esp, "-", place], input=b"no program", check=True)
    with VirtualPC(_pc(tmp_path, disk, accelerated)) as pc:
        pc.expect("Windows 11 Professionnel", START_S)
        _silence(pc)
        pc.say("\r")
        with pytest.raises(Failed):
            pc.expect("Windows 11 Professionnel", 6)


def test_without_our_store_the_name_is_another(installed: Path, accelerated: bool, tmp_path: Path) -> None:
    """The name above comes out of the BCD and from nowhere else."""
    disk = tmp_path / "disk.img"
    shutil.copy(installed, disk)
    run("mdel", "-i", f"{disk}@@{ESP_AT}", "::/EFI/Microsoft/Boot/BCD")
    with VirtualPC(_pc(tmp_path, disk, accelerated)) as pc:
        pc.expect("Windows Boot Manager", START_S)
        assert b"Professionnel" not in pc.machine.place("serial.log").read_bytes()
