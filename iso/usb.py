"""``make usb DEV=/dev/sdX``: write the ISO to a stick, and read it back.

What may be written is decided by a pure function from what lsblk(8) says of the device; the person then types
the end of its serial number. Reading back goes to the device, not to the page cache.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.locale import words
from iso import build
from iso.recipe import REPO
from iso.tools import Failed, run

BLOCK = 4 << 20
SUFFIX = 4
BLKRRPART = 0x125F  # linux/fs.h: read the partition table again
_LSBLK = "PATH,TYPE,SIZE,RM,RO,HOTPLUG,TRAN,SERIAL,MODEL,MOUNTPOINTS,FSTYPE"
_IN_USE = ("lvm", "crypt", "dm", "mpath", "raid", "linear")


def refusal(device: Mapping[str, Any], needed: int) -> str | None:
    """Message id of the reason why this device may not be written, or None. ``device``: one of ``lsblk --json``."""
    if device.get("type") != "disk":
        return "usb-not-disk"
    if not device.get("rm"):
        return "usb-not-removable"
    if device.get("ro"):
        return "usb-read-only"
    family = list(_family(device))
    if any(point for member in family for point in member.get("mountpoints") or ()):
        return "usb-mounted"
    if any(str(member.get("type", "")).startswith(_IN_USE) for member in family):
        return "usb-in-use"
    if int(device.get("size") or 0) < needed:
        return "usb-too-small"
    if len(suffix_of(device)) < SUFFIX:
        return "usb-no-serial"
    return None


def suffix_of(device: Mapping[str, Any]) -> str:
    """What the person types: the last characters of the serial number, in capitals."""
    return str(device.get("serial") or "").strip()[-SUFFIX:].upper()


def _family(device: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The device and everything on it: partitions, volumes, mappings."""
    yield device
    for child in device.get("children") or ():
        yield from _family(child)


def look(path: str) -> Mapping[str, Any]:
    """Raises Failed when there is no such block device."""
    answer = json.loads(run(["lsblk", "--json", "--bytes", "--output", _LSBLK, path], timeout_s=30))
    devices: Sequence[Mapping[str, Any]] = answer["blockdevices"]
    return devices[0]


def write(iso: Path, fd: int) -> str:
    """Copy the ISO to the start of an open device; its SHA-256. What is after it stays as it was."""
    digest = hashlib.sha256()
    with iso.open("rb") as source:
        while block := source.read(BLOCK):
            digest.update(block)
            view = memoryview(block)
            while view:
                view = view[os.write(fd, view) :]
    os.fsync(fd)
    return digest.hexdigest()


def read_back(fd: int, size: int) -> str:
    """SHA-256 of the first ``size`` bytes of the device itself: the cache is dropped first (posix_fadvise(2))."""
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.lseek(fd, 0, os.SEEK_SET)
    digest = hashlib.sha256()
    while size:
        block = os.read(fd, min(BLOCK, size))
        if not block:
            break
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()


def make_stick(iso: Path, path: str, *, lang: str) -> None:
    """Ask, write, compare. Raises Failed with the reason; nothing is written before the serial number is typed."""
    w = words(lang)
    device, needed = look(path), iso.stat().st_size
    reason = refusal(device, needed)
    if reason:
        raise Failed(f"{path} : {w(reason)}")
    print(w("usb-device", path=path, model=str(device.get("model") or "?").strip(), gb=round(device["size"] / 1e9)))
    print(w("usb-all-lost"))
    if input(w("usb-ask", n=SUFFIX) + " > ").strip().upper() != suffix_of(device):
        raise Failed(w("usb-wrong-serial"))
    if look(path) != device:
        raise Failed(w("usb-changed"))
    fd = os.open(path, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC)  # O_EXCL: the kernel refuses one that is in use
    try:
        print(w("usb-writing", mb=round(needed / 1e6)), flush=True)
        written = write(iso, fd)
        print(w("usb-reading"), flush=True)
        if read_back(fd, needed) != written:
            raise Failed(w("usb-differs"))
        fcntl.ioctl(fd, BLKRRPART)
    finally:
        os.close(fd)
    print(w("usb-done"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make usb", description=__doc__)
    parser.add_argument("device")
    parser.add_argument("--iso", type=Path)
    told = parser.parse_args()
    lang = os.environ.get("REGAIN_LANG", "fr")
    try:
        iso = told.iso or build.recipe_of(REPO / "build", None).iso
        if not iso.is_file():
            raise Failed(words(lang)("vm-no-iso", path=str(iso)))
        make_stick(iso, told.device, lang=lang)
    except (Failed, OSError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
