"""The disk of a Windows PC as text: ESP, MSR, Windows, Recovery, and the mkfs command lines. Pure.

Sizes and types: Microsoft Learn, "UEFI/GPT-based hard drive partitions". Exactly one ESP and one MSR: with two of
either, or none, the "specialize" pass of Windows stops (pbatard/rufus 432).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from agent.install.layout import ESP, MIB, Layout, Partition, usable_end
from agent.model.errors import Fault

MSR = "E3C9E316-0B5C-4DB8-817D-F92DF00215AE"
BASIC_DATA = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"
RECOVERY = "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC"

ESP_BYTES = 300 * MIB  # FAT32 needs 260 MiB on a disk with 4096-byte sectors
MSR_BYTES = 16 * MIB
RECOVERY_BYTES = 1024 * MIB

GUIDS = ("disk_guid", "esp_guid", "msr_guid", "windows_guid", "recovery_guid", "loader_guid", "resume_guid")


def draw_identifiers(random_bytes: Callable[[int], bytes]) -> dict[str, str]:
    """Every identifier of the disk and of its boot store, from ``random_bytes(n)``."""
    drawn = {name: str(uuid.UUID(bytes=random_bytes(16), version=4)).upper() for name in GUIDS}
    drawn["esp_id"] = random_bytes(4).hex().upper()
    return drawn


def windows_gpt(*, disk_bytes: int, sector: int, identifiers: Mapping[str, str], windows_needs: int) -> Layout:
    """Windows takes what the others leave. Everything on whole mebibytes.

    ``windows_needs`` in bytes. Raises Fault disk-too-small, ValueError for a sector size nobody has.
    """
    if sector < 512 or MIB % sector:
        raise ValueError(f"sector size {sector}")
    windows_start = MIB + ESP_BYTES + MSR_BYTES
    recovery_start = usable_end(disk_bytes, sector) - RECOVERY_BYTES
    if recovery_start - windows_start < windows_needs:
        need = windows_start + windows_needs + RECOVERY_BYTES + 2 * MIB
        raise Fault("disk-too-small", have=disk_bytes, need=need)

    def part(name: str, kind: str, start: int, size: int, attrs: str = "") -> Partition:
        return Partition(
            name=name,
            type=kind,
            guid=identifiers[f"{name.lower()}_guid"],
            start=start // sector,
            size=size // sector,
            attrs=attrs,
        )

    return Layout(
        sector=sector,
        disk_guid=identifiers["disk_guid"],
        first_lba=MIB // sector,
        partitions=(
            part("ESP", ESP, MIB, ESP_BYTES),
            part("MSR", MSR, MIB + ESP_BYTES, MSR_BYTES),
            part("Windows", BASIC_DATA, windows_start, recovery_start - windows_start),
            # no letter (bit 63), and Disk Management does not offer to delete it
            part("Recovery", RECOVERY, recovery_start, RECOVERY_BYTES, "RequiredPartition GUID:63"),
        ),
    )


def mkfs(layout: Layout, identifiers: Mapping[str, str]) -> list[list[str]]:
    """FAT32 and two NTFS. mkntfs must be told where the volume begins: on some devices it cannot know, and the boot
    sector then leads nowhere (tuxera/ntfs-3g 122)."""

    def ntfs(name: str) -> list[str]:
        part = layout.partition(name)
        geometry = ["-p", str(part.start), "-H", "255", "-S", "63", "-s", str(layout.sector)]
        return ["mkntfs", "-F", "-Q", "-q", *geometry, "-L", name, "{" + name.lower() + "}"]

    esp = str(layout.partition("ESP").start)
    return [
        ["mkfs.vfat", "-F32", "-n", "SYSTEM", "-i", identifiers["esp_id"], "-h", esp, "{esp}"],
        ntfs("Windows"),
        ntfs("Recovery"),
    ]


SETUP_GUIDS = ("disk_guid", "esp_guid", "esp_id")
"""Of a disk that carries Microsoft's own Setup. ``esp_guid``, ``esp_id``: the partition that the firmware starts."""

LEFT_BY_SETUP = (("EFI", 300), ("MSR", 16))
"""Partitions that Setup makes before its own, in MiB: the answer file says the same."""


def setup_gpt(
    *, disk_bytes: int, sector: int, identifiers: Mapping[str, str], media: int, windows_needs: int
) -> Layout:
    """One FAT32 partition at the beginning, of "basic data": Setup makes the ESP itself, and a disk with two of them
    stops in "specialize" (pbatard/rufus 432). First on the disk and in the table, it is number 1 whoever counts.

    ``media`` and ``windows_needs`` in bytes. Raises Fault disk-too-small, ValueError for a sector size nobody has.
    """
    if sector < 512 or MIB % sector:
        raise ValueError(f"sector size {sector}")
    size = max(ESP_BYTES, -(-media // MIB) * MIB)
    rest = usable_end(disk_bytes, sector) - MIB - size - sum(mib for _, mib in LEFT_BY_SETUP) * MIB
    if rest < windows_needs:
        raise Fault("disk-too-small", have=disk_bytes, need=disk_bytes - rest + windows_needs)
    return Layout(
        sector=sector,
        disk_guid=identifiers["disk_guid"],
        first_lba=MIB // sector,
        partitions=(
            Partition(
                name="SETUP",
                type=BASIC_DATA,
                guid=identifiers["esp_guid"],
                start=MIB // sector,
                size=size // sector,
            ),
        ),
    )
