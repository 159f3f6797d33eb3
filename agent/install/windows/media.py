"""What Microsoft's own Setup needs beside the image: the rest of the ISO as a folder, with the hash of every file.

The list is one file, as ``sha256sum`` writes it, and its own hash is in the sidecar: whatever changes on the stick is
seen before anything is written on a disk. All of it must fit on FAT32, where a file ends below 4 GiB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.install.shim import signers
from agent.install.windows.choice import authority
from agent.install.windows.gate import file_hash
from agent.install.windows.iso import in_order
from agent.install.windows.plan import WIMLIB
from agent.install.windows.setup_plan import LIST, MEDIA
from agent.install.windows.wim import Wim, boot_manager
from agent.install.work import last_line
from agent.machine.door import DoorError, Machine
from agent.model.errors import Fault
from agent.model.windows import BootSigner, SetupMedia

FAT_LIMIT = (1 << 32) - 1  # bytes of one file
PART_MIB = 3800  # of a split image, as in Microsoft's own instructions for FAT32

BOOT_WIM = "sources/boot.wim"
BOOT_FILE = "efi/boot/bootx64.efi"
NEEDED = (BOOT_WIM, BOOT_FILE, "boot/boot.sdi", "efi/microsoft/boot/bcd", "setup.exe")
_EFI_LIMIT = 32 << 20
_IN_BOOT_WIM = ("/sources/setup.exe", "/Windows/System32/drvload.exe")

# What would answer in our place, run by itself, or hold a product key.
_NOT_MICROSOFTS = re.compile(r"(^|/)(autounattend|unattend)\.xml$|^sources/(pid\.txt|\$oem\$/.*)$", re.IGNORECASE)

_HASHES = 'cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum -- > "$2"'


def split(machine: Machine, files: Sequence[Path]) -> list[Path]:
    """The image in parts that FAT32 takes; as it is when it is small enough. Raises Fault image-damaged, media-unfit.

    A solid ESD cannot be split (wimlib-imagex-split(1)).
    """
    if all(file.stat().st_size <= FAT_LIMIT for file in files):
        return list(files)
    if len(files) > 1 or files[0].suffix.lower() != ".wim":
        raise Fault("media-unfit", why=f"{files[0].name} > 4 GiB")
    first = files[0].with_suffix(".swm")
    _must(machine, [*WIMLIB, "split", str(files[0]), str(first), str(PART_MIB)], files[0].name)
    parts = in_order(list(files[0].parent.glob("install*.swm")))
    too_big = [part.name for part in parts if part.stat().st_size > FAT_LIMIT]
    if too_big:  # one file of the image is larger than a part may be
        for each in parts:
            each.unlink()
        raise Fault("media-unfit", why=f"{too_big[0]} > 4 GiB")
    files[0].unlink()
    return parts


def take(machine: Machine, folder: Path) -> SetupMedia:
    """The medium in ``folder``, looked at and listed. Raises Fault media-unfit with the first reason, image-damaged."""
    media = folder / MEDIA
    found = {str(p.relative_to(media)): p for p in media.rglob("*") if p.is_file()}
    spelt = {name.lower(): path for name, path in found.items()}
    wrong = next(_wrong(found, spelt), None)
    if wrong:
        raise Fault("media-unfit", why=wrong)
    start = Wim(machine=machine, files=[spelt[BOOT_WIM]])
    number = start.header().boot
    if not number:
        raise Fault("media-unfit", why=f"{BOOT_WIM}: boot index 0")
    names = {name.lower() for name in start.names(number)}
    lacking = [name for name in _IN_BOOT_WIM if name.lower() not in names]
    if lacking:
        raise Fault("media-unfit", why=f"{BOOT_WIM}: {', '.join(lacking)}")
    start.verify()
    _must(machine, ["sh", "-c", _HASHES, "regain", str(media.absolute()), str((folder / LIST).absolute())], MEDIA)
    return SetupMedia(
        sha256=file_hash(machine, folder / LIST),
        files=len(found),
        bytes=sum(path.stat().st_size for path in found.values()),
        boot_index=number,
        boot_signers=_signers(start, number, names, spelt[BOOT_FILE]),
    )


def _wrong(found: dict[str, Path], spelt: dict[str, Path]) -> Iterator[str]:
    missing = [name for name in NEEDED if name not in spelt]
    if missing:
        yield ", ".join(missing)
    yield from (name for name in found if _NOT_MICROSOFTS.search(name))
    yield from (f"{name} > 4 GiB" for name, path in found.items() if path.stat().st_size > FAT_LIMIT)
    if len(spelt) != len(found):
        yield "two names that differ by their case alone"


def _signers(start: Wim, number: int, names: set[str], boot_file: Path) -> tuple[BootSigner, ...]:
    """Who signed what the medium starts with, and the newer one that its boot.wim may hold."""
    with boot_file.open("rb") as file:
        read = {"EFI": signers(file.read(_EFI_LIMIT))}
    if boot_manager("EFI_EX").lower() in names:
        read["EFI_EX"] = signers(start.content(number, boot_manager("EFI_EX")))
    known = {folder: authority(who) for folder, who in read.items()}
    made = [{"folder": folder, "authority": who} for folder, who in known.items() if who]
    if not made:
        raise Fault("media-unfit", why=f"{BOOT_FILE} ({', '.join(read['EFI']) or '-'})")
    return tuple(BootSigner.model_validate(each) for each in made)


def check(machine: Machine, folder: Path, media: SetupMedia) -> Iterator[str]:
    """What of the medium is not as the sidecar says; nothing when all of it is."""
    if file_hash(machine, folder / LIST) != media.sha256:
        yield LIST
        return
    argv = ["env", "-C", str(folder / MEDIA), "sha256sum", "--check", "--strict", "--quiet", f"../{LIST}"]
    try:
        answer = machine.run(argv, timeout_s=3600)
    except DoorError as error:
        yield str(error)
        return
    if answer.exit_status:
        yield last_line(answer.text) or last_line(answer.errors)


def _must(machine: Machine, argv: Sequence[str], file: str) -> None:
    try:
        answer = machine.run(argv, timeout_s=2 * 3600)
    except DoorError as error:
        raise Fault("image-damaged", file=file, why=str(error)) from None
    if answer.exit_status:
        raise Fault("image-damaged", file=file, why=last_line(answer.errors) or f"exit {answer.exit_status}")
