"""The install as pure text, drawn before consent: what is said on the screen, hashed, and then done. No I/O.

Device names move, so the plan has none: ``{disk}``, ``{bios}``, ``{esp}``, ``{root}`` are found again right before
each step, ``{target}`` is where the root is mounted, ``{image}`` the image file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agent.install import layout as lay
from agent.install.steps import nvram_step, partition_step
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.plan import InstallPlan, Step
from agent.model.profile import ImageEntry, Kiosk, LinuxProfile

_UNPACK_BYTES_PER_S = 40e6  # a SATA SSD behind a slow two-core PC; the reference machine does 120
_FIXED_S = 25.0  # partition, file systems, boot loader, checks
_GUESSED_UNPACKED = 5_000_000_000  # a desktop whose image is not on this stick
_SLACK = 1.08  # ext4 block rounding and metadata
_SPARE = 256 * lay.MIB


def plan_install(
    *,
    profile: LinuxProfile,
    identity: DiskIdentity,
    disk_size_bytes: int,
    logical_block: int,
    image: ImageEntry | None,
    identifiers: Mapping[str, str],
    firmware_mode: str,
    tag: str | None,
    rehearsed: bool,
) -> InstallPlan:
    """What will be written, step by step. Without an image only a rehearsal can be planned.

    An encrypted disk has its own identifiers (``draw_identifiers(..., encrypted=True)``); its phrase is in no plan.
    Raises Fault image-missing, image-unfit (an image of another profile), disk-too-small, encryption-refused (the
    profile never encrypts).
    """
    if "luks_uuid" in identifiers and profile.storage.encryption == "never":
        raise Fault("encryption-refused", profile=profile.id)
    if image is None and not rehearsed:
        raise Fault("image-missing", profile=profile.id)
    if image is not None and image.profile != profile.id:
        raise Fault("image-unfit", file=image.file, missing=f"profile {profile.id} (is {image.profile})")
    asked = profile.requires.disk_gib << 30
    if disk_size_bytes < asked:
        raise Fault("disk-too-small", have=disk_size_bytes, need=asked)
    root_needs = int(image.unpacked_bytes * _SLACK) + _SPARE if image else 0
    parts = lay.hybrid_gpt(
        disk_bytes=disk_size_bytes, sector=logical_block, identifiers=identifiers, root_needs=root_needs
    )
    steps = _steps(
        profile, parts, image, identifiers, firmware_mode, host_name(profile.system.hostname, tag, identity),
        tag=tag, disk_size_bytes=disk_size_bytes, nvram=identity.kind != "file",
    )  # fmt: skip
    return InstallPlan(
        profile=profile.id,
        disk=identity,
        image=_image_facts(profile, image),
        identifiers=dict(identifiers),
        partition_script=parts.script,
        steps=steps,
        firmware_mode=firmware_mode,
        rehearsed=rehearsed,
        estimate_s=estimate_s(image),
    )


def estimate_s(image: ImageEntry | None) -> float:
    """Seconds from partitioning to the last check, on a slow PC; without an image, of a usual desktop."""
    unpacked = image.unpacked_bytes if image else _GUESSED_UNPACKED
    return round(_FIXED_S + unpacked / _UNPACK_BYTES_PER_S, 1)


def asks_recipient(planned: InstallPlan) -> bool:
    """The first start asks the recipient."""
    return any(
        FIRST_BOOT_MARKER in step.detail.get("files", {}) for step in planned.steps if step.id == "step-identity"
    )


def host_name(template: str, tag: str | None, identity: DiskIdentity) -> str:
    """RFC 1123: letters, digits and hyphens, at most 63. A PC without a label takes the end of the disk's serial."""
    ending = re.sub(r"[^a-z0-9]", "", identity.suffix.lower()) or "pc"
    label = re.sub(r"[^a-z0-9]+", "-", (tag or ending).lower()).strip("-") or ending
    name = template.replace("{tag}", label).replace("{serial4}", ending)
    return re.sub(r"-{2,}", "-", name)[:63].strip("-") or "regain"


def _image_facts(profile: LinuxProfile, image: ImageEntry | None) -> Mapping[str, Any]:
    if image is None:
        return {"name": profile.image.name, "version": profile.image.version, "status": "unproven"}
    keys = ("file", "sha256", "bytes", "version", "unpacked_bytes", "files", "suite", "kernel", "shim_version", "built")
    return {"name": profile.image.name, "status": image.status, **{key: getattr(image, key) for key in keys}}


def _steps(
    profile: LinuxProfile,
    parts: lay.Layout,
    image: ImageEntry | None,
    identifiers: Mapping[str, str],
    firmware_mode: str,
    hostname: str,
    *,
    tag: str | None,
    disk_size_bytes: int,
    nvram: bool,
) -> tuple[Step, ...]:
    encrypted = "luks_uuid" in identifiers
    steps = [
        Step(
            id="step-gate",
            kind="check",
            detail={
                "size_bytes": disk_size_bytes,
                "sector": parts.sector,
                "sha256": image.sha256 if image else None,
                **({"needs": list(lay.ENCRYPTION_FILES)} if encrypted else {}),
            },
            postcondition="the disk is the planned one, the image equals its manifest and can start a PC",
        ),
        partition_step(
            parts,
            pmbr_boot_flag=firmware_mode == "bios",  # some BIOSes need it, some UEFI refuse the disk with it
            postcondition="sfdisk --json equals the plan: type, start, size, GUID, name",
        ),
        Step(
            id="step-format",
            kind="run",
            detail={
                **({"luks": [lay.luks_format(identifiers), lay.luks_open()]} if encrypted else {}),
                "argvs": [
                    lay.mkfs_root(identifiers),
                    *([lay.mkfs_boot(identifiers)] if encrypted else []),
                    lay.mkfs_esp(parts, identifiers),
                ],
            },
            postcondition="blkid -p shows the planned UUIDs",
        ),
        Step(
            id="step-unpack",
            kind="run",
            detail={
                "mount": ["mount", "-t", "ext4", "-o", "noatime", "{root}", "{target}"],
                "argv": ["unsquashfs", "-q", "-n", "-f", "-d", "{target}", "{image}"],
                "files": image.files if image else None,
                "bytes": image.unpacked_bytes if image else None,
            },
            postcondition="file count and bytes equal the manifest",
        ),
        *([_boot_volume_step()] if encrypted else []),
        _identity_step(profile, identifiers, hostname, tag=tag),
        *([_initramfs_step()] if encrypted else []),
        Step(
            id="step-menu",
            kind="run",
            detail={
                "chroot": ["update-grub"],
                "root": f"UUID={identifiers['root_uuid']}",
                **({"below": "/boot"} if encrypted else {}),
            },
            postcondition="each linux line of grub.cfg has root=UUID of the plan; its kernel and initrd exist",
        ),
        Step(
            id="step-bios",
            kind="run",
            detail={"chroot": ["grub-install", "--target=i386-pc", "--no-floppy", "--boot-directory=/boot", "{disk}"]},
            postcondition="boot code in sector 0, bios_boot equals core.img",
        ),
        Step(
            id="step-uefi",
            kind="write",
            detail={
                "folders": list(lay.ESP_FOLDERS),
                "copies": [list(pair) for pair in lay.esp_files()],
                "stub": [lay.STUB_PLACE, lay.grub_stub(identifiers)],
            },
            postcondition="each file read back from the ESP is equal; the shim is signed by both Microsoft CAs",
        ),
        Step(
            id="step-check",
            kind="check",
            detail={
                "chroot": ["dpkg", "--audit"],
                "argvs": [
                    ["e2fsck", "-fn", "{root}"],
                    *([["e2fsck", "-fn", "{boot}"]] if encrypted else []),
                    ["fsck.vfat", "-n", "{esp}"],
                ],
            },
            postcondition="file systems clean, a sample of files equals the image, nothing mounted, disk flushed",
        ),
    ]
    if firmware_mode == "uefi" and nvram:
        steps.append(nvram_step(2, label="Debian", loader="\\EFI\\debian\\shimx64.efi"))
    return tuple(steps)


def _boot_volume_step() -> Step:
    return Step(
        id="step-boot-volume",
        kind="run",
        detail={"mount": ["mount", "-t", "ext4", "-o", "noatime", "{boot}", "{target}/boot"]},
        postcondition="kernels and initrds are on the boot volume, equal to those of the image, and nowhere else",
    )


def _initramfs_step() -> Step:
    return Step(
        id="step-initramfs",
        kind="run",
        detail={"chroot": ["update-initramfs", "-u", "-k", "all"], "holds": list(INITRAMFS_HOLDS)},
        postcondition="each initrd holds cryptsetup and the container; no warning of cryptsetup's own hook",
    )


INITRAMFS_HOLDS = ("sbin/cryptsetup", "cryptroot/crypttab", lay.ASK_PHRASE)
"""Ends of names in ``lsinitramfs``."""


def _identity_step(profile: LinuxProfile, identifiers: Mapping[str, str], hostname: str, *, tag: str | None) -> Step:
    system, keyboard = profile.system, profile.system.keyboard
    files = {
        "etc/fstab": lay.fstab(profile, identifiers),
        "etc/hostname": f"{hostname}\n",
        "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {hostname}\n::1 localhost ip6-localhost ip6-loopback\n",
        "etc/default/locale": f"LANG={system.locale}\n",
        "etc/default/keyboard": (
            f'XKBMODEL="pc105"\nXKBLAYOUT="{keyboard.layout}"\nXKBVARIANT="{keyboard.variant}"\n'
            'XKBOPTIONS=""\nBACKSPACE="guess"\n'
        ),
        "etc/timezone": f"{system.timezone}\n",
        "etc/machine-id": "",
    }
    if profile.storage.swap.kind == "zram":
        files["etc/systemd/zram-generator.conf"] = lay.zram_conf(profile.storage.swap)
    if "luks_uuid" in identifiers:
        files["etc/crypttab"] = lay.crypttab(identifiers)
    if profile.kiosk:
        files[KIOSK] = kiosk_file(profile.kiosk)
    if profile.first_boot.mode == "wizard":
        files[FIRST_BOOT_MARKER] = first_boot_marker(profile, tag, luks=identifiers.get("luks_uuid", ""))
    return Step(
        id="step-identity",
        kind="write",
        detail={
            "files": files,
            "links": {"etc/localtime": f"/usr/share/zoneinfo/{system.timezone}"},
            "folders": ["boot/grub", "boot/efi", "var/lib/regain"],
            "remove": ["var/lib/dbus/machine-id", "var/lib/systemd/random-seed", "etc/ssh/ssh_host_*"],
            "swap_file_bytes": (profile.storage.swap.size_mib or 0) * lay.MIB,
            **({"key_file": f"/{KEY_FILE}"} if "luks_uuid" in identifiers else {}),
        },
        postcondition="every file read back; no device name in fstab",
    )


FIRST_BOOT_MARKER = "var/lib/regain/first-boot"


KEY_FILE = "var/lib/regain/disk.key"
"""A second key of an encrypted disk, on that disk: by it the first start changes the phrase, then removes it."""


def first_boot_marker(profile: LinuxProfile, tag: str | None, *, luks: str = "") -> str:
    """What the program of the first start asks and tells, one ``key=value`` a line; it removes the file at its end.
    ``luks``: UUID of the container whose phrase the recipient shall change."""
    told = {
        "ask": " ".join([*profile.first_boot.ask, *(["disk"] if luks else [])]),
        "welcome": profile.first_boot.welcome or "",
        "tag": tag or "",
        "luks": luks,
    }
    return "".join(f"{key}={value}\n" for key, value in told.items() if value)


KIOSK = "etc/regain/kiosk"


def kiosk_file(kiosk: Kiosk) -> str:
    """What the browser of a kiosk reads at each start; its manager can change the page."""
    return f"page={kiosk.start_page or ''}\nidle_minutes={kiosk.idle_minutes}\n"
