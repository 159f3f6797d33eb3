"""Steps 5 to 7: the boot menu, legacy BIOS, and UEFI files with their signatures."""

from __future__ import annotations

import hashlib
import re

from agent.install import shim
from agent.install.layout import SHIM
from agent.install.linux.work import inside, must_inside, system
from agent.install.work import StepFailed, Work, expect

_EFI_LIMIT = 32 << 20  # bytes; the largest is GRUB with 3 MiB
_CORE = "/boot/grub/i386-pc/core.img"
_SAME_FROM, _SAME_TO = 1024, 4096  # grub-bios-setup patches the block list in the first two sectors of core.img


def write_menu(work: Work) -> str:
    """grub-mkconfig writes a device name where it finds no by-uuid link; such a disk starts nowhere else."""
    detail = work.detail("step-menu")
    system(work, detail["chroot"])
    menu = must_inside(work, ["cat", "/boot/grub/grub.cfg"]).text
    lines = linux_lines(menu)
    if not lines:
        raise StepFailed("grub.cfg: no linux line")
    for kernel, options in lines:
        if f"root={detail['root']}" not in options:
            raise StepFailed(f"grub.cfg: {kernel} {' '.join(options)}")
        _must_exist(work, detail.get("below", "") + kernel)
    initrds = re.findall(r"(?m)^\s*initrd(?:efi)?\s+(\S+)", menu)
    if not initrds:
        raise StepFailed("grub.cfg: no initrd line")
    for initrd in initrds:
        _must_exist(work, detail.get("below", "") + initrd)
    return f"{len(lines)} linux lines, root={detail['root']}"


def linux_lines(menu: str) -> list[tuple[str, list[str]]]:
    """(kernel, options) of each entry of a grub.cfg."""
    found = re.findall(r"(?m)^\s*linux(?:efi)?\s+(\S+)[ \t]*(.*)$", menu)
    return [(kernel, options.split()) for kernel, options in found]


def _must_exist(work: Work, path: str) -> None:
    if inside(work, ["test", "-s", path]).exit_status:
        raise StepFailed(f"grub.cfg: {path} does not exist")


def write_bios(work: Work) -> str:
    system(work, work.detail("step-bios")["chroot"])
    sector = work.must(["head", "-c", "512", "{disk}"]).stdout
    if not any(sector[:440]) or b"GRUB" not in sector[:440] or sector[510:512] != b"\x55\xaa":
        raise StepFailed("sector 0: no GRUB boot code")
    flag = 0x80 if work.detail("step-partition")["pmbr_boot_flag"] else 0
    expect("protective MBR boot flag", sector[446], flag)
    core = must_inside(work, ["head", "-c", str(_SAME_TO), _CORE]).stdout
    embedded = work.must(["head", "-c", str(_SAME_TO), "{bios}"]).stdout
    if len(core) < _SAME_TO or not any(core[_SAME_FROM:]):
        raise StepFailed(f"{_CORE}: blank or short")
    if embedded[_SAME_FROM:] != core[_SAME_FROM:]:
        raise StepFailed("bios_boot does not hold core.img")
    return "GRUB in sector 0, core.img in bios_boot"


def write_uefi(work: Work) -> str:
    """By mtools: the live kernel may have no vfat, and nothing is left mounted. mtools is judged by the read-back."""
    detail = work.detail("step-uefi")
    work.must(["mmd", "-i", "{esp}", *(f"::/{name}" for name in detail["folders"])])
    for source, place in detail["copies"]:
        content = work.look(f"{work.target}/{source}", limit=_EFI_LIMIT)
        if not content:
            raise StepFailed(f"{source}: empty")
        work.must(["mcopy", "-o", "-i", "{esp}", "{target}/" + source, f"::/{place}"])
        back = work.must(["mcopy", "-i", "{esp}", f"::/{place}", "-"]).stdout
        expect(place, hashlib.sha256(back).hexdigest(), hashlib.sha256(content).hexdigest())
        lacking = shim.missing_signers(shim.signers(back)) if source == SHIM else ()
        if lacking:
            raise StepFailed(f"{place}: not signed by {', '.join(lacking)}")
    place, stub = detail["stub"]
    work.must(["mcopy", "-o", "-i", "{esp}", "-", f"::/{place}"], stdin=stub.encode())
    expect(place, work.must(["mcopy", "-i", "{esp}", f"::/{place}", "-"]).text, stub)
    return f"{len(detail['copies']) + 1} files, shim signed by {len(shim.WANTED)} authorities"
