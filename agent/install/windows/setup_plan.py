"""Microsoft's own Setup, staged on the disk that it will install on: the plan as pure text (INSTALL design, 13).

What is written is the content of the workshop's ISO, an answer file and, where the disk needs one, its driver. Nothing
of Windows is installed by it: Setup does that when the PC starts, and nobody saw it do so here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.install.layout import Layout
from agent.install.steps import nvram_step, partition_step
from agent.install.windows import layout as lay
from agent.install.windows.autounattend import NAME, SHELL, autounattend, shell
from agent.install.windows.choice import Host, boot_folder, refuse_setup, why_setup
from agent.install.windows.plan import KEYBOARDS, MINIMUM_DISK, TIMEZONE, image_facts
from agent.install.windows.unattend import computer_name
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.plan import InstallPlan, Step, SystemChoice
from agent.model.windows import Basis, SetupMedia, WindowsImage

MEDIA = "setup"
"""Folder of the ISO's content beside the image."""
LIST = "setup.sha256"
"""Its list of hashes, as sha256sum writes it."""

LABEL = "Windows Setup"
BOOT_FILE = "\\EFI\\BOOT\\BOOTX64.EFI"

_COPY_BYTES_PER_S = 45e6  # from the stick to the disk, and all of it read back
_FIXED_S = 60.0
_CLUSTER = 32 << 10  # bytes, the largest of FAT32
_SPARE = 512 << 20  # boot.wim grows by the drivers; Setup writes its logs elsewhere
_WINDOWS_NEEDS = 1.6  # times the unpacked image: Setup unpacks beside its own temporary files


def plan_setup(
    *,
    image: WindowsImage,
    status: str,
    host: Host,
    basis: Basis | None,
    despite: str | None,
    drivers: str | None,
    storage: Sequence[str],
    identity: DiskIdentity,
    disk_size_bytes: int,
    logical_block: int,
    identifiers: Mapping[str, str],
    tag: str | None,
    rehearsed: bool,
    minimum_disk: int = MINIMUM_DISK,
) -> InstallPlan:
    """What will be written. ``drivers``: their folder below the image's; ``storage``: its .inf files for disks.

    Raises Fault windows-refused with the reason, disk-too-small.
    """
    media = refuse_setup(image, host, basis, storage_driver=bool(storage), despite=despite)
    why = why_setup(image, host, basis, storage_driver=bool(storage), despite=despite)
    if disk_size_bytes < minimum_disk:
        raise Fault("disk-too-small", have=disk_size_bytes, need=minimum_disk)
    size = media.bytes + image.bytes + media.files * _CLUSTER + min(_SPARE, minimum_disk // 4)
    parts = lay.setup_gpt(
        disk_bytes=disk_size_bytes,
        sector=logical_block,
        identifiers=identifiers,
        media=size,
        windows_needs=int(image.image.unpacked_bytes * _WINDOWS_NEEDS),
    )
    told = image.image
    answers = autounattend(
        index=told.index,
        computer=computer_name(tag, identity.suffix),
        language=told.language,
        keyboard=KEYBOARDS.get(told.language, told.language),
        timezone=TIMEZONE,
        drivers=drivers is not None,
    )
    ours = {name: identifiers[name] for name in lay.SETUP_GUIDS}
    return InstallPlan(
        profile=image.id,
        system=SystemChoice.WINDOWS,
        disk=identity,
        image=image_facts(image, status, basis, despite, path="setup", why=why),
        identifiers=ours,
        partition_script=parts.script,
        steps=_steps(
            image, media, parts, ours, folder=boot_folder(media.boot_signers, host.trust), drivers=drivers,
            files={NAME: answers, **({SHELL: text} if (text := shell(storage)) else {})}, size=disk_size_bytes,
            nvram=identity.kind != "file",
        ),
        firmware_mode=host.firmware_mode,
        rehearsed=rehearsed,
        estimate_s=estimate_s(image, media),
    )  # fmt: skip


def estimate_s(image: WindowsImage, media: SetupMedia) -> float:
    """Seconds until Setup is staged. Not Setup itself: it starts with the PC."""
    return round(_FIXED_S + (media.bytes + image.bytes) / _COPY_BYTES_PER_S, 1)


def _steps(
    image: WindowsImage,
    media: SetupMedia,
    parts: Layout,
    identifiers: Mapping[str, str],
    *,
    folder: str,
    drivers: str | None,
    files: Mapping[str, str],
    size: int,
    nvram: bool,
) -> tuple[Step, ...]:
    told = image.image
    authority = next(b.authority for b in media.boot_signers if b.folder == folder)
    start = parts.partition("SETUP").start
    steps = [
        Step(
            id="step-gate",
            kind="check",
            detail={
                "size_bytes": size,
                "sector": parts.sector,
                "files": [[part.name, part.sha256] for part in image.files],
                "index": told.index,
                "edition": told.edition,
                "language": told.language,
                "media": {"list": LIST, "sha256": media.sha256, "files": media.files},
            },
            postcondition="the disk is the planned one; every file of the image and of the medium has its hash",
        ),
        partition_step(
            parts,
            pmbr_boot_flag=False,
            postcondition="sfdisk --json equals the plan: one partition, all the rest is free for Setup",
        ),
        Step(
            id="step-format",
            kind="run",
            detail={
                "argv": [
                    *("mkfs.vfat", "-F32", "-n", "SETUP"),
                    *("-i", identifiers["esp_id"], "-h", str(start), "{setup}"),
                ],
                "hidden": start,
            },
            postcondition="blkid -p shows the file system; its boot sector knows where the volume begins",
        ),
        Step(
            id="step-media",
            kind="run",
            detail={"bytes": media.bytes + image.bytes, "files": media.files + len(image.files) - 1},
            postcondition="every file but the boot file is there; read back from the disk it has the hash of the list",
        ),
        Step(
            id="step-answers",
            kind="write",
            detail={"files": dict(files), "drivers": drivers, "boot_index": media.boot_index},
            postcondition="boot.wim verified and read back; our files out of it are equal; no key, nothing wiped",
        ),
        Step(
            id="step-bootfiles",
            kind="write",
            detail={"folder": folder, "authority": authority, "boot_index": media.boot_index},
            postcondition="what the firmware starts, read back, is signed as planned; nothing starts before this step",
        ),
        Step(
            id="step-check",
            kind="check",
            detail={"argvs": [["fsck.vfat", "-n", "{setup}"]], "files": media.files + len(image.files) + 1},
            postcondition="a clean file system with as many files as planned, nothing mounted",
        ),
    ]
    if nvram:
        steps.append(nvram_step(1, label=LABEL, loader=BOOT_FILE))
    return tuple(steps)
