"""The install of one Windows as pure text, like the one of Linux: said, hashed, consented to, and then done. No I/O.

``{esp}``, ``{windows}``, ``{recovery}`` are found again before each step; ``{image}`` is the first file, ``{images}``
its folder, ``{boot}`` a folder of the live system's memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from agent.install.layout import Layout
from agent.install.steps import nvram_step, partition_step
from agent.install.windows import bcd
from agent.install.windows import layout as lay
from agent.install.windows.choice import Host, boot_folder, refuse, why_apply
from agent.install.windows.security import descriptor
from agent.install.windows.unattend import PLACE, computer_name, unattend
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.plan import InstallPlan, Step, SystemChoice
from agent.model.windows import Basis, WindowsImage

WIMLIB = ("env", "WIMLIB_IMAGEX_IGNORE_CASE=1", "wimlib-imagex")
"""Names in a WIM differ by more than their case, as on NTFS."""

MINIMUM_DISK = 58_000_000_000
"""Bytes: the smallest that makers sell as 64 GB, as in the eligibility rules."""

_APPLY_BYTES_PER_S = 38e6  # 1.78 GiB in 47 s, mkfs and checks included, on a two-core PC
_FIXED_S = 40.0
_SLACK = 1.10  # NTFS clusters, indexes and log
_SPARE = 2 << 30  # the first start writes a page file and its logs

KEYBOARDS = {"fr-FR": "040c:0000040c", "en-US": "0409:00000409", "en-GB": "0809:00000809"}
TIMEZONE = "Romance Standard Time"  # Paris


def plan_windows(
    *,
    image: WindowsImage,
    status: str,
    host: Host,
    basis: Basis | None,
    despite: str | None,
    drivers: str | None,
    identity: DiskIdentity,
    disk_size_bytes: int,
    logical_block: int,
    identifiers: Mapping[str, str],
    tag: str | None,
    rehearsed: bool,
    storage: Sequence[str] = (),
    minimum_disk: int = MINIMUM_DISK,
) -> InstallPlan:
    """What will be written. ``drivers``: their folder below the image's, or None; ``storage``: its .inf for disks.

    Raises Fault windows-refused with the reason, disk-too-small.
    """
    refuse(image, host, basis, storage_driver=bool(storage), despite=despite)
    if disk_size_bytes < minimum_disk:
        raise Fault("disk-too-small", have=disk_size_bytes, need=minimum_disk)
    needs = int(image.image.unpacked_bytes * _SLACK) + min(_SPARE, minimum_disk // 10)
    parts = lay.windows_gpt(
        disk_bytes=disk_size_bytes, sector=logical_block, identifiers=identifiers, windows_needs=needs
    )
    return InstallPlan(
        profile=image.id,
        system=SystemChoice.WINDOWS,
        disk=identity,
        image=image_facts(image, status, basis, despite, path="apply", why=why_apply(host)),
        identifiers=dict(identifiers),
        partition_script=parts.script,
        steps=_steps(
            image, parts, identifiers, folder=boot_folder(image.boot_signers, host.trust), drivers=drivers,
            computer=computer_name(tag, identity.suffix), size=disk_size_bytes, nvram=identity.kind != "file",
        ),
        firmware_mode=host.firmware_mode,
        rehearsed=rehearsed,
        estimate_s=estimate_s(image),
    )  # fmt: skip


def estimate_s(image: WindowsImage) -> float:
    """Seconds from partitioning to the last check, on a slow PC. Not the first start: that is Windows' own work."""
    return round(_FIXED_S + image.image.unpacked_bytes / _APPLY_BYTES_PER_S, 1)


def boot_store(identifiers: Mapping[str, str], *, label: str, locale: str) -> bytes:
    """The BCD of this plan: the same bytes each time it is asked."""
    return bcd.store(
        disk_guid=identifiers["disk_guid"],
        esp_guid=identifiers["esp_guid"],
        windows_guid=identifiers["windows_guid"],
        loader=identifiers["loader_guid"],
        resume=identifiers["resume_guid"],
        label=label,
        locale=locale,
    )


def image_facts(
    image: WindowsImage, status: str, basis: Basis | None, despite: str | None, *, path: str, why: str
) -> Mapping[str, Any]:
    """``path``: apply, or setup for Microsoft's own; ``why`` it is this one, as a message id."""
    told = image.image
    return {
        "name": image.id,
        "file": image.files[0].name,
        "sha256": image.files[0].sha256,
        "bytes": image.bytes,
        "version": told.version,
        "build": told.build,
        "edition": told.edition,
        "language": told.language,
        "unpacked_bytes": told.unpacked_bytes,
        "files": told.entries,
        "licence_basis": basis.value if basis else None,
        "despite": despite,
        "status": status,
        "path": path,
        "why": why,
    }


def _steps(
    image: WindowsImage,
    parts: Layout,
    identifiers: Mapping[str, str],
    *,
    folder: str,
    drivers: str | None,
    computer: str,
    size: int,
    nvram: bool,
) -> tuple[Step, ...]:
    told, number = image.image, str(image.image.index)
    references = [f"--ref={{images}}/{part.name}" for part in image.files[1:]]
    authority = next(b.authority for b in image.boot_signers if b.folder == folder)
    store = boot_store(identifiers, label=told.name, locale=told.language)
    answers = unattend(
        computer=computer,
        language=told.language,
        keyboard=KEYBOARDS.get(told.language, told.language),
        timezone=TIMEZONE,
        drivers=drivers is not None,
        device_encryption=False,
    )
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
                "boot": [folder, authority],
            },
            postcondition="the disk is the planned one, every file has its hash, the image is the one of the sidecar",
        ),
        partition_step(
            parts,
            pmbr_boot_flag=False,  # Windows starts from GPT on UEFI alone
            postcondition="sfdisk --json equals the plan: type, start, size, GUID, name, attributes",
        ),
        Step(
            id="step-format",
            kind="run",
            detail={
                "argvs": lay.mkfs(parts, identifiers),
                "hidden": {p.name.lower(): p.start for p in parts.partitions if p.name != "MSR"},
            },
            postcondition="blkid -p shows the file systems; each boot sector knows where its volume begins",
        ),
        Step(
            id="step-unpack",
            kind="run",
            detail={
                "argv": [*WIMLIB, "apply", "{image}", number, "{windows}", *references],
                "entries": told.entries,
                "bytes": told.unpacked_bytes,
            },
            postcondition="wimlib found every checksum right; as many names on the volume as in the image",
        ),
        Step(
            id="step-bootfiles",
            kind="write",
            detail={
                "argv": [
                    *WIMLIB,
                    "extract",
                    "{image}",
                    number,
                    *BOOT_PARTS,
                    *references,
                ],
                "folder": folder,
                "authority": authority,
                "store": {"sha256": hashlib.sha256(store).hexdigest(), "label": told.name, "locale": told.language},
            },
            postcondition="everything read back from the ESP is equal; the boot file is signed as planned",
        ),
        Step(
            id="step-answers",
            kind="write",
            detail={
                "files": {PLACE: answers},
                "drivers": drivers,
                "computer": computer,
                "descriptor": descriptor().hex(),
            },
            postcondition="unattend.xml and the drivers read back from the volume; users may read them and not write",
        ),
        Step(
            id="step-check",
            kind="check",
            detail={
                "argv": [*WIMLIB, "extract", "{image}", number, *ESSENTIAL, *references],
                "argvs": [
                    ["ntfsfix", "-n", "{windows}"],
                    ["ntfsfix", "-n", "{recovery}"],
                    ["fsck.vfat", "-n", "{esp}"],
                ],
            },
            postcondition="what starts Windows is equal to the image; three clean file systems, nothing mounted",
        ),
    ]
    if nvram:
        steps.append(nvram_step(1, label=bcd.BOOT_MANAGER_NAME, loader=bcd.BOOT_FILE))
    return tuple(steps)


BOOT_PARTS = tuple(f"/Windows/Boot/{n}" for n in ("EFI", "EFI_EX", "Fonts", "Fonts_EX", "Resources"))
"""Folders that the ESP gets its files from; not every image has all of them."""

ESSENTIAL = (
    "/Windows/System32/winload.efi",
    "/Windows/System32/ntoskrnl.exe",
    "/Windows/System32/config/SYSTEM",
)
"""A tree without these starts nothing: they are asked of the image, and compared on the disk."""
