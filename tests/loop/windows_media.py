"""A synthetic medium beside the synthetic image: the names that Microsoft's ISO has, and nothing of what is in them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from agent.install.windows.choice import CA_2023, PCA_2011
from tests.unit.install.conftest import signed_pe

from .windows_image import run


def synthetic_media(folder: Path, wim: Path, *, boot: dict[str, bytes] | None = None) -> Path:
    """``folder`` filled like the ISO: ``boot`` has other boot files, by "EFI" and "EFI_EX"."""
    boot = boot or {"EFI": signed_pe(PCA_2011), "EFI_EX": signed_pe(CA_2023)}
    for name, size in (
        ("setup.exe", 90_000),
        ("bootmgr.efi", 40_000),
        ("boot/boot.sdi", 300_000),
        ("boot/fonts/wgl4_boot.ttf", 4_000),
        ("efi/microsoft/boot/bcd", 16_384),
        ("sources/setup.exe", 200_000),
        ("sources/fr-fr/lang file (1).mui", 70_000),
        ("support/a rather long name, with a comma.txt", 0),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.urandom(size))
    (folder / "efi/boot").mkdir()
    (folder / "efi/boot/bootx64.efi").write_bytes(boot["EFI"])
    shutil.copy(wim, folder / "sources/install.wim")
    _boot_wim(folder / "sources/boot.wim", folder.with_name(f"{folder.name}.pe"), boot)
    return folder


def _boot_wim(wim: Path, tree: Path, boot: dict[str, bytes]) -> None:
    """Image 1 is the bare one, image 2 the one that starts and has Setup: as on Microsoft's media."""
    for place in ("sources", "Windows/System32", "Windows/Boot/EFI_EX", "Windows/Boot/Fonts_EX"):
        (tree / place).mkdir(parents=True)
    for name in ("sources/setup.exe", "Windows/System32/drvload.exe", "Windows/System32/winpeshl.exe"):
        (tree / name).write_bytes(os.urandom(50_000))
    (tree / "Windows/Boot/EFI_EX/bootmgfw_EX.efi").write_bytes(boot["EFI_EX"])
    (tree / "Windows/Boot/EFI_EX/bootmgr_EX.efi").write_bytes(b"newer bootmgr")
    (tree / "Windows/Boot/Fonts_EX/wgl4_boot_EX.ttf").write_bytes(b"newer font")
    empty = tree.with_name(f"{tree.name}.bare")
    empty.mkdir()
    run("wimlib-imagex", "capture", str(empty), str(wim), "Microsoft Windows PE (amd64)")
    run("wimlib-imagex", "append", str(tree), str(wim), "Microsoft Windows Setup (amd64)", "--boot")
