"""The hybrid ISO: boots from a stick or a DVD, by BIOS, by UEFI and by UEFI with Secure Boot.

One kernel, one menu. BIOS: GRUB's El Torito image, also reached from the boot sector of the stick
(``--grub2-mbr``). UEFI: a small FAT image with Debian's signed shim and GRUB, both an El Torito entry and the
second partition of the stick; the same files lie in the ISO itself for tools that copy files to a FAT stick.
An MBR, not a GPT: the stick is larger than the image, and a GPT would want its second copy at the end.
Every boot file comes out of the tree of this build, none from the computer that builds.
"""

from __future__ import annotations

import os
from pathlib import Path

from iso import menu
from iso.recipe import LABEL, Recipe
from iso.tools import Failed, run
from iso.tree import copy, inside

_BIOS_MODULES = (
    *("biosdisk", "iso9660", "part_msdos", "part_gpt", "fat", "search", "search_fs_file", "configfile", "normal"),
    *("linux", "echo", "test", "all_video", "font", "gfxterm", "serial", "terminal", "halt", "reboot", "gettext"),
)

_MBR_DISK_ID = 440
"""Offset of the four bytes that tell one MBR disk from another; without them Linux makes no PARTUUID."""


def lay_out(recipe: Recipe, tree: Path, folder: Path) -> None:
    """Everything of the medium but the squashfs, into ``folder``; ``folder.parent/efi.img`` beside it."""
    copy(_only(tree / "boot", "vmlinuz-*"), folder / menu.KERNEL[1:])
    copy(_only(tree / "boot", "initrd.img-*"), folder / menu.INITRD[1:])
    for program in (menu.MEMTEST_BIOS, menu.MEMTEST_EFI):
        copy(tree / program[1:], folder / program[1:])
    grub = folder / "boot/grub"
    copy(tree / "usr/share/grub/unicode.pf2", grub / "fonts/unicode.pf2")
    copy(tree / "usr/share/locale/fr/LC_MESSAGES/grub.mo", grub / "locale/fr.mo")
    (grub / "grub.cfg").write_text(menu.grub_cfg(), encoding="utf-8")
    disk = folder / ".disk"
    disk.mkdir()
    (disk / "info").write_text(f"Regain {recipe.version} ({recipe.built})\n")
    (disk / recipe.token).write_text(recipe.marker())
    _bios(recipe, tree, grub)
    _efi(recipe, tree, folder)


def _bios(recipe: Recipe, tree: Path, grub: Path) -> None:
    place = grub / "i386-pc"
    place.mkdir()
    for module in sorted((tree / "usr/lib/grub/i386-pc").glob("*.[ml][os][dt]")):
        copy(module, place / module.name)
    (tree / "tmp/stub.cfg").write_text(menu.stub(recipe.token))
    core = "grub-mkimage -O i386-pc-eltorito -c /tmp/stub.cfg -p /boot/grub -o /tmp/eltorito.img "
    inside(tree, core + " ".join(_BIOS_MODULES), {})
    copy(tree / "tmp/eltorito.img", place / "eltorito.img")
    for scratch in ("stub.cfg", "eltorito.img"):
        (tree / "tmp" / scratch).unlink()


def _efi(recipe: Recipe, tree: Path, folder: Path) -> None:
    """Debian's signed GRUB looks for its menu in /EFI/debian of the place it was loaded from."""
    boot = folder / "EFI/BOOT"
    copy(tree / "usr/lib/shim/shimx64.efi.signed", boot / "BOOTX64.EFI")
    copy(tree / "usr/lib/shim/mmx64.efi.signed", boot / "mmx64.efi")
    copy(tree / "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", boot / "grubx64.efi")
    stub = folder / "EFI/debian/grub.cfg"
    stub.parent.mkdir()
    stub.write_text(menu.stub(recipe.token))
    image = folder.parent / "efi.img"
    files = sorted(path for path in (folder / "EFI").rglob("*") if path.is_file())
    size_kib = (sum(path.stat().st_size for path in files) // 1024 + 1024 + 1023) // 1024 * 1024
    image.unlink(missing_ok=True)
    run(["mformat", "-i", image, "-C", "-T", str(size_kib * 2), "-h", "16", "-s", "32",
         "-N", f"{recipe.epoch & 0xFFFFFFFF:08x}", "-v", "REGAIN-EFI", "::"], timeout_s=60)  # fmt: skip
    for path in [folder / "EFI", folder / "EFI/BOOT", folder / "EFI/debian"]:
        run(["mmd", "-i", image, f"::{path.relative_to(folder)}"], timeout_s=60)
    for path in files:
        os.utime(path, (recipe.epoch, recipe.epoch))
        run(["mcopy", "-m", "-i", image, path, f"::{path.relative_to(folder)}"], timeout_s=60)


def write(recipe: Recipe, tree: Path, folder: Path, target: Path) -> None:
    argv: list[str | Path] = [
        *("xorriso", "-as", "mkisofs", "-quiet", "-iso-level", "3", "-r", "-J", "-joliet-long", "-V", LABEL),
        *("-o", target, "-b", "boot/grub/i386-pc/eltorito.img", "-no-emul-boot", "-boot-load-size", "4"),
        *("-boot-info-table", "--grub2-boot-info", "--grub2-mbr", tree / "usr/lib/grub/i386-pc/boot_hybrid.img"),
        *("-partition_offset", "16", "--mbr-force-bootable", "-append_partition", "2", "0xef"),
        *(folder.parent / "efi.img", "-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::"),
        *("-no-emul-boot", folder),
    ]
    run(argv, timeout_s=3600, environment={"SOURCE_DATE_EPOCH": str(recipe.epoch)})
    with target.open("r+b") as disk:
        disk.seek(_MBR_DISK_ID)
        disk.write(bytes.fromhex(recipe.token[-8:]))


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise Failed(f"{pattern}: {len(found)} files in {folder}, one is expected")
    return found[0]
