"""A synthetic image with everything NTFS can carry, made by ntfs-3g and captured by wimlib. No Microsoft file in it.

The boot managers are empty programs with a certificate table of our own making: enough to tell one authority from
the other, and nothing that a firmware would start.
"""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

from agent.install.windows.choice import CA_2023, PCA_2011
from tests.unit.install.conftest import signed_pe

SYSTEM = bytes.fromhex("010100000000000512000000")
ADMINISTRATORS = bytes.fromhex("01020000000000052000000020020000")
PROPERTIES = {
    "DISPLAYNAME": "Windows 11 Professionnel (synthetique)",
    "WINDOWS/ARCH": "9",
    "WINDOWS/EDITIONID": "Professional",
    "WINDOWS/LANGUAGES/LANGUAGE": "fr-FR",
    "WINDOWS/LANGUAGES/DEFAULT": "fr-FR",
    "WINDOWS/VERSION/MAJOR": "10",
    "WINDOWS/VERSION/MINOR": "0",
    "WINDOWS/VERSION/BUILD": "26200",
    "WINDOWS/VERSION/SPBUILD": "1234",
}


def run(*argv: str, ok: bool = True) -> bytes:
    done = subprocess.run(argv, capture_output=True, check=False, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
    if ok:
        assert done.returncode == 0, (argv, done.stdout[-500:], done.stderr[-800:])
    return done.stdout


def descriptor(rights: int) -> bytes:
    """Owner Administrators, group SYSTEM, both with ``rights`` (self-relative)."""
    aces = b"".join(struct.pack("<BBHI", 0, 0, 8 + len(sid), rights) + sid for sid in (SYSTEM, ADMINISTRATORS))
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(aces), 2, 0) + aces
    owner, group = 20, 20 + len(ADMINISTRATORS)
    head = struct.pack("<BBHIIII", 1, 0, 0x8004, owner, group, 0, group + len(SYSTEM))
    return head + ADMINISTRATORS + SYSTEM + acl


def fill(root: Path, *, boot: dict[str, bytes], files: int) -> None:
    """``files`` small ones beside those that the tests look at."""
    for folder in ("System32/config", "Boot/EFI/fr-FR", "Boot/EFI_EX", "Boot/Fonts", "Boot/Fonts_EX", "Boot/Resources"):
        (root / "Windows" / folder).mkdir(parents=True, exist_ok=True)
    windows = root / "Windows"
    for name, size in (("winload.efi", 1_600_000), ("ntoskrnl.exe", 9_000_000), ("config/SYSTEM", 700_000)):
        (windows / "System32" / name).write_bytes(os.urandom(size))
    for place, content in boot.items():
        (windows / "Boot" / place).write_bytes(content)
    (windows / "Boot/EFI/fr-FR/bootmgfw.efi.mui").write_bytes(b"mui")
    (windows / "Boot/Fonts/wgl4_boot.ttf").write_bytes(b"font 2011")
    (windows / "Boot/Fonts_EX/wgl4_boot_EX.ttf").write_bytes(b"font 2023")
    (windows / "Boot/Resources/bootres.dll").write_bytes(b"resource")
    many = windows / "WinSxS"
    many.mkdir()
    for number in range(files):
        (many / f"component {number:05}.dat").write_bytes(str(number).encode() * 40)

    long = windows / "System32" / "a rather long name.dll"
    long.write_bytes(b"long" * 5000)
    os.setxattr(long, "system.ntfs_dos_name", b"ARATHE~1.DLL")
    os.link(windows / "System32" / "ntoskrnl.exe", windows / "ntoskrnl.hard")
    stream = windows / "stream.txt"
    stream.write_bytes(b"unnamed")
    os.setxattr(stream, "user.side", b"a second stream")
    os.setxattr(stream, "system.ntfs_acl", descriptor(0x1200A9))
    hidden = windows / "hidden.ini"
    hidden.write_bytes(b"[x]")
    os.setxattr(hidden, "system.ntfs_attrib_be", struct.pack(">I", 0x27))  # read-only, hidden, system, archive


def synthetic_wim(folder: Path, *, files: int = 400, boot: dict[str, bytes] | None = None) -> Path:
    """``install.wim`` in ``folder``: index 1 is a small other edition, index 2 the one that is installed."""
    volume, mount, wim = folder / "source.ntfs", folder / "mount", folder / "install.wim"
    mount.mkdir()
    with volume.open("wb") as f:
        f.truncate(256 << 20)
    run("mkntfs", "-F", "-Q", "-q", str(volume))
    run("ntfs-3g", "-o", "streams_interface=xattr", str(volume), str(mount))
    try:
        made = {"EFI/bootmgfw.efi": signed_pe(PCA_2011), "EFI_EX/bootmgfw_EX.efi": signed_pe(CA_2023)}
        fill(mount, boot=boot or made, files=files)
    finally:
        run("umount", str(mount))
        mount.rmdir()
    empty = folder / "empty"
    empty.mkdir()
    other = [f"--image-property={k}={v}" for k, v in {**PROPERTIES, "WINDOWS/EDITIONID": "Core"}.items()]
    run("wimlib-imagex", "capture", str(empty), str(wim), "Core", "--compress=LZX", *other)
    mine = [f"--image-property={k}={v}" for k, v in PROPERTIES.items()]
    run("wimlib-imagex", "append", str(volume), str(wim), "Pro", *mine)
    volume.unlink()
    return wim
