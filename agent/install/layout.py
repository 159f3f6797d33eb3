"""Named layouts as text: the sfdisk script, the mkfs command lines, fstab and the GRUB stub. Pure.

Everything is counted in bytes and turned into the disk's own sectors at the end: a 4Kn disk has eight times fewer
of them. The identifiers are drawn by the caller, so that the same plan always reads the same.
Types: UEFI specification 2.10, 5.3.3 and the Discoverable Partitions Specification (uapi-group.org).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.model.errors import Fault
from agent.model.profile import LinuxProfile, Swap

MIB = 1 << 20
BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"
ESP = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
ROOT_X86_64 = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
XBOOTLDR = "BC13C2FF-59E6-4262-A352-B275FD6F7172"

ESP_BYTES = 512 * MIB  # FAT32 needs 65525 clusters: 260 MiB on a 4Kn disk
BOOT_BYTES = 1024 * MIB  # kernels and initrds of an encrypted system, in the open
_GPT_ENTRIES = 128 * 128  # bytes of the entry array at each end

PARTITION_ARGV = (
    *("sfdisk", "--quiet", "--wipe", "always", "--wipe-partitions", "always"),
    *("--no-reread", "--no-tell-kernel", "{disk}"),
)
"""The kernel is told by partx afterwards: some do not read partition tables by themselves."""

IDENTIFIERS = ("disk_guid", "bios_boot_guid", "esp_guid", "root_guid", "root_uuid", "esp_id")
LUKS_IDENTIFIERS = ("boot_guid", "boot_uuid", "luks_uuid")
"""An encrypted disk has these too; ``luks_uuid`` among the identifiers is what makes a plan an encrypted one."""

CONTAINER = "regain-root"
"""Name of the opened container, here and in the new system's crypttab."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """``start`` and ``size`` in sectors of the disk."""

    name: str
    type: str
    guid: str
    start: int
    size: int
    attrs: str = ""  # as sfdisk writes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where each partition lies, and the script that makes it so. ``sector`` in bytes."""

    sector: int
    disk_guid: str
    first_lba: int
    partitions: tuple[Partition, ...]

    @property
    def script(self) -> str:
        """Input of ``sfdisk`` (sfdisk(8), "named-fields format")."""
        head = [
            "label: gpt",
            f"label-id: {self.disk_guid}",
            "unit: sectors",
            f"sector-size: {self.sector}",
            f"first-lba: {self.first_lba}",
            "",
        ]
        lines = [
            f'start={p.start}, size={p.size}, type={p.type}, uuid={p.guid}, name="{p.name}"'
            + (f', attrs="{p.attrs}"' if p.attrs else "")
            for p in self.partitions
        ]
        return "\n".join([*head, *lines, ""])

    def partition(self, name: str) -> Partition:
        return next(p for p in self.partitions if p.name == name)

    def rows(self) -> list[dict[str, Any]]:
        """What ``sfdisk --json`` must tell afterwards."""
        rows = [
            {"name": p.name, "type": p.type, "uuid": p.guid, "start": p.start, "size": p.size} for p in self.partitions
        ]
        for row, part in zip(rows, self.partitions, strict=True):
            if part.attrs:
                row["attrs"] = part.attrs
        return rows


def draw_identifiers(random_bytes: Callable[[int], bytes], *, encrypted: bool = False) -> dict[str, str]:
    """Every identifier that a hybrid-gpt disk carries, from ``random_bytes(n)`` (os.urandom, or fixed in tests)."""
    names = [*IDENTIFIERS, *(LUKS_IDENTIFIERS if encrypted else ())]
    drawn = {name: str(uuid.UUID(bytes=random_bytes(16), version=4)) for name in names if name != "esp_id"}
    for name in names:
        if name.endswith("_guid"):
            drawn[name] = drawn[name].upper()
    drawn["esp_id"] = random_bytes(4).hex().upper()
    return drawn


def hybrid_gpt(*, disk_bytes: int, sector: int, identifiers: Mapping[str, str], root_needs: int) -> Layout:
    """bios_boot 1 MiB, ESP 512 MiB, root: starts on UEFI and on BIOS. Everything on whole mebibytes.
    With a ``luks_uuid`` among the identifiers: /boot of 1 GiB, then the container that holds the root.

    ``root_needs`` in bytes. Raises Fault disk-too-small, ValueError for a sector size nobody has.
    """
    if sector < 512 or MIB % sector:
        raise ValueError(f"sector size {sector}")
    encrypted = "luks_uuid" in identifiers
    boot_start = 2 * MIB + ESP_BYTES
    root_start = boot_start + (BOOT_BYTES if encrypted else 0)
    root_bytes = usable_end(disk_bytes, sector) - root_start
    if root_bytes < root_needs:
        raise Fault("disk-too-small", have=disk_bytes, need=root_start + root_needs + 2 * MIB)

    def part(name: str, kind: str, guid: str, start: int, size: int) -> Partition:
        return Partition(name=name, type=kind, guid=identifiers[guid], start=start // sector, size=size // sector)

    return Layout(
        sector=sector,
        disk_guid=identifiers["disk_guid"],
        first_lba=MIB // sector,
        partitions=(
            part("bios_boot", BIOS_BOOT, "bios_boot_guid", MIB, MIB),
            part("ESP", ESP, "esp_guid", 2 * MIB, ESP_BYTES),
            *((part("boot", XBOOTLDR, "boot_guid", boot_start, BOOT_BYTES),) if encrypted else ()),
            part("luks" if encrypted else "root", ROOT_X86_64, "root_guid", root_start, root_bytes),
        ),
    )


def usable_end(disk_bytes: int, sector: int) -> int:
    """Bytes from the start of the disk to the last whole mebibyte before the backup table."""
    last_lba = disk_bytes // sector - 1 - 1 - _GPT_ENTRIES // sector  # backup header and its entries
    return (last_lba + 1) * sector // MIB * MIB


def mkfs_root(identifiers: Mapping[str, str]) -> list[str]:
    """GRUB 2.12 does not read ``metadata_csum_seed``; the lazy options leave zeroing to the first idle minutes."""
    return [
        *("mkfs.ext4", "-q", "-F", "-L", "root", "-U", identifiers["root_uuid"]),
        *("-O", "^metadata_csum_seed", "-E", "lazy_itable_init=1,lazy_journal_init=1", "{root}"),
    ]


def mkfs_boot(identifiers: Mapping[str, str]) -> list[str]:
    named = ("-L", "boot", "-U", identifiers["boot_uuid"])
    return ["mkfs.ext4", "-q", "-F", *named, "-O", "^metadata_csum_seed", "{boot}"]


def luks_format(identifiers: Mapping[str, str]) -> list[str]:
    """LUKS2 with cryptsetup's own choice of cipher and key derivation; the phrase comes on standard input."""
    return [
        *("cryptsetup", "luksFormat", "--batch-mode", "--type", "luks2", "--uuid", identifiers["luks_uuid"]),
        *("--key-file", "-", "{luks}"),
    ]


def luks_open() -> list[str]:
    return ["cryptsetup", "open", "--key-file", "-", "{luks}", CONTAINER]


def mkfs_esp(layout: Layout, identifiers: Mapping[str, str]) -> list[str]:
    """``-h``: hidden sectors before the volume, in the disk's own sectors."""
    start = str(layout.partition("ESP").start)
    return ["mkfs.vfat", "-F32", "-n", "ESP", "-i", identifiers["esp_id"], "-h", start, "{esp}"]


def fat_serial(identifiers: Mapping[str, str]) -> str:
    """The FAT volume id as blkid and fstab write it: "1A2B-3C4D"."""
    text = identifiers["esp_id"].upper()
    return f"{text[:4]}-{text[4:]}"


def fstab(profile: LinuxProfile, identifiers: Mapping[str, str]) -> str:
    """By UUID alone: device names move. The ESP may be missing without stopping the start."""
    options = ",".join([*profile.storage.mount_options, "errors=remount-ro"])
    lines = [
        f"UUID={identifiers['root_uuid']} / {profile.storage.root_fs} {options} 0 1",
        *([f"UUID={identifiers['boot_uuid']} /boot ext4 noatime 0 2"] if "luks_uuid" in identifiers else []),
        f"UUID={fat_serial(identifiers)} /boot/efi vfat umask=0077,noatime,nofail 0 2",
    ]
    if profile.storage.swap.kind == "file":
        lines.append("/swapfile none swap sw 0 0")
    return "\n".join([*lines, ""])


def crypttab(identifiers: Mapping[str, str]) -> str:
    """crypttab(5). ``initramfs``: opened before the root file system is looked for, whatever a chroot shows. Our own
    question, asked until the phrase is right: after three tries Debian's would leave a person in a rescue shell."""
    options = f"luks,discard,initramfs,tries=0,keyscript=/{ASK_PHRASE}"
    return f"{CONTAINER} UUID={identifiers['luks_uuid']} none {options}\n"


def zram_conf(swap: Swap) -> str:
    """zram-generator.conf(5): ``ram`` is in MiB and a comparison is worth 1 or 0; all of a memory below 2.5 GiB."""
    share = (swap.percent or 0) / 100
    size = f"ram * {share:g}" if share >= 1 else f"ram * ({share:g} + {1 - share:g} * (ram < 2560))"
    return f"[zram0]\nzram-size = {size}\ncompression-algorithm = {swap.algorithm}\n"


def grub_stub(identifiers: Mapping[str, str]) -> str:
    """``EFI/debian/grub.cfg``: Debian's signed GRUB looks there, whatever disk it was read from."""
    volume, folder = identifiers["root_uuid"], "/boot/grub"
    if "luks_uuid" in identifiers:
        volume, folder = identifiers["boot_uuid"], "/grub"
    return f"search.fs_uuid {volume} root\nset prefix=($root){folder}\nconfigfile $prefix/grub.cfg\n"


ASK_PHRASE = "usr/lib/regain/ask-phrase"
ENCRYPTION_FILES = ("usr/sbin/cryptsetup", "usr/share/initramfs-tools/hooks/cryptroot", ASK_PHRASE)
"""What an image needs to open its own disk (packages cryptsetup-bin and cryptsetup-initramfs, overlay ``common``)."""

SHIM_FOLDER = "usr/lib/shim"
SHIM = f"{SHIM_FOLDER}/shimx64.efi.signed"
MOKMANAGER = f"{SHIM_FOLDER}/mmx64.efi.signed"
SIGNED_GRUB = "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"


def esp_files() -> tuple[tuple[str, str], ...]:
    """(source below the root, place on the ESP). Both folders: the removable path, and GRUB's built-in prefix."""
    return (
        (SHIM, "EFI/BOOT/BOOTX64.EFI"),
        (SIGNED_GRUB, "EFI/BOOT/grubx64.efi"),
        (MOKMANAGER, "EFI/BOOT/mmx64.efi"),
        (SHIM, "EFI/debian/shimx64.efi"),
        (SIGNED_GRUB, "EFI/debian/grubx64.efi"),
        (MOKMANAGER, "EFI/debian/mmx64.efi"),
    )


ESP_FOLDERS = ("EFI", "EFI/BOOT", "EFI/debian")
STUB_PLACE = "EFI/debian/grub.cfg"
