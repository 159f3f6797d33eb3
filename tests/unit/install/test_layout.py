"""Layouts as text: golden scripts for 512 and 4096-byte sectors, and what must hold for any disk."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.install import layout as lay
from agent.install.profiles import load_profile
from agent.model.errors import Fault
from agent.model.profile import Swap

from .conftest import fixed_identifiers

GIB = 1 << 30


def test_the_script_for_512_byte_sectors() -> None:
    layout = lay.hybrid_gpt(disk_bytes=3 * GIB, sector=512, identifiers=fixed_identifiers(), root_needs=0)
    assert layout.script == (
        "label: gpt\n"
        "label-id: 11111111-1111-4111-9111-111111111111\n"
        "unit: sectors\n"
        "sector-size: 512\n"
        "first-lba: 2048\n"
        "\n"
        "start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, "
        'uuid=21212121-2121-4121-A121-212121212121, name="bios_boot"\n'
        "start=4096, size=1048576, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, "
        'uuid=31313131-3131-4131-B131-313131313131, name="ESP"\n'
        "start=1052672, size=5236736, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, "
        'uuid=41414141-4141-4141-8141-414141414141, name="root"\n'
    )


def test_the_same_bytes_on_a_4kn_disk() -> None:
    small = lay.hybrid_gpt(disk_bytes=3 * GIB, sector=512, identifiers=fixed_identifiers(), root_needs=0)
    large = lay.hybrid_gpt(disk_bytes=3 * GIB, sector=4096, identifiers=fixed_identifiers(), root_needs=0)
    assert "sector-size: 4096\nfirst-lba: 256\n" in large.script
    assert [(p.start * 512, p.size * 512) for p in small.partitions] == [
        (p.start * 4096, p.size * 4096) for p in large.partitions
    ]
    assert lay.mkfs_esp(large, fixed_identifiers())[-2] == "512"


@given(
    disk=st.integers(2 * GIB, 32 << 40).map(lambda n: n // 4096 * 4096),
    sector=st.sampled_from([512, 4096]),
)
def test_partitions_follow_each_other_and_leave_room_for_both_tables(disk: int, sector: int) -> None:
    layout = lay.hybrid_gpt(disk_bytes=disk, sector=sector, identifiers=fixed_identifiers(), root_needs=0)
    assert layout.first_lba * sector == lay.MIB
    end = layout.first_lba
    for part in layout.partitions:
        assert part.start == end and part.size > 0
        assert part.start * sector % lay.MIB == part.size * sector % lay.MIB == 0
        end = part.start + part.size
    backup = sector + 128 * 128  # header and entries at the end of the disk (UEFI 2.10, 5.3)
    assert disk - 2 * lay.MIB < end * sector + backup <= disk


def test_a_disk_that_does_not_hold_the_system_is_refused() -> None:
    with pytest.raises(Fault) as caught:
        lay.hybrid_gpt(disk_bytes=2 * GIB, sector=512, identifiers=fixed_identifiers(), root_needs=2 * GIB)
    assert caught.value.error_id == "disk-too-small" and caught.value.wrote is False


@pytest.mark.parametrize("sector", [0, 256, 520])
def test_a_sector_size_that_nobody_has_is_a_bug(sector: int) -> None:
    with pytest.raises(ValueError, match="sector size"):
        lay.hybrid_gpt(disk_bytes=3 * GIB, sector=sector, identifiers=fixed_identifiers(), root_needs=0)


def test_identifiers_are_random_uuids() -> None:
    drawn = lay.draw_identifiers(os.urandom)
    assert set(drawn) == set(lay.IDENTIFIERS) and len(set(drawn.values())) == len(drawn)
    for name in ("disk_guid", "bios_boot_guid", "esp_guid", "root_guid"):
        assert re.fullmatch(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}", drawn[name])
    assert re.fullmatch(r"[0-9A-F]{8}", drawn["esp_id"])


def test_fstab_names_no_device() -> None:
    assert lay.fstab(load_profile("minimal"), fixed_identifiers()) == (
        "UUID=51515151-5151-4151-9151-515151515151 / ext4 noatime,errors=remount-ro 0 1\n"
        "UUID=6161-6161 /boot/efi vfat umask=0077,noatime,nofail 0 2\n"
    )


def test_the_stub_finds_the_root_by_uuid() -> None:
    assert lay.grub_stub(fixed_identifiers()) == (
        "search.fs_uuid 51515151-5151-4151-9151-515151515151 root\n"
        "set prefix=($root)/boot/grub\n"
        "configfile $prefix/grub.cfg\n"
    )


def test_small_memories_get_all_of_it_compressed() -> None:
    text = lay.zram_conf(Swap(kind="zram", percent=60, algorithm="zstd"))
    assert text == "[zram0]\nzram-size = ram * (0.6 + 0.4 * (ram < 2560))\ncompression-algorithm = zstd\n"
    assert "ram * 1.5\n" in lay.zram_conf(Swap(kind="zram", percent=150, algorithm="lz4"))


def test_both_boot_paths_get_the_three_signed_files() -> None:
    places = [place for _, place in lay.esp_files()]
    assert len(set(places)) == 6
    assert {"EFI/BOOT/BOOTX64.EFI", "EFI/debian/shimx64.efi"} <= set(places)
