"""The virtual donated PC: command lines, dirty disks, keys and photographs, without starting anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iso import donated, photo
from iso.virtual import MODELS, BadSectors, Bus, Disk, Firmware, Machine, keys_of, qemu_argv, swtpm_argv

FOLDER = Path("/tmp/pc")


def machine(**changes: object) -> Machine:
    values = {
        "folder": FOLDER,
        "model": MODELS["thinkpad"],
        "firmware": Firmware.UEFI,
        "boot": "STICK",
        "disks": (
            Disk(path=FOLDER / "stick.raw", serial="STICK", bus=Bus.USB, removable=True),
            Disk(path=FOLDER / "nvme.raw", serial="NV01", bus=Bus.NVME),
            Disk(path=FOLDER / "sata.raw", serial="SA01", bus=Bus.SATA),
        ),
        **changes,
    }
    return Machine(**values)  # type: ignore[arg-type]


def test_only_the_chosen_disk_is_started_from() -> None:
    for serial in ("STICK", "NV01", "SA01"):
        devices = [w for w in qemu_argv(machine(boot=serial)) if "bootindex" in w]
        assert len(devices) == 1 and f"serial={serial}" in devices[0]


def test_secure_boot_is_smm_and_protected_flash() -> None:
    argv = qemu_argv(machine(firmware=Firmware.SECUREBOOT))
    assert "q35,smm=on" in argv and "driver=cfi.pflash01,property=secure,value=on" in argv
    assert any("OVMF_CODE_4M.secboot.fd" in word for word in argv)
    assert any(word.endswith("file=/tmp/pc/vars.fd") for word in argv)  # a private copy of the variables
    assert not any("pflash" in word for word in qemu_argv(machine(firmware=Firmware.BIOS)))


def test_tpm_2_or_1_2_or_none() -> None:
    assert "--tpm2" in swtpm_argv(machine()) and "--tpm2" not in swtpm_argv(machine(tpm="1.2"))
    assert not any("tpm" in word for word in qemu_argv(machine(tpm=None)))


def test_a_network_card_or_none() -> None:
    nics = [argv[argv.index("-nic") + 1] for argv in (qemu_argv(machine()), qemu_argv(machine(network=False)))]
    assert nics == ["user,model=e1000e", "none"]


def test_bad_sectors_become_rules_of_blkdebug() -> None:
    bad = Disk(path=Path("/tmp/bad.raw"), serial="B", bus=Bus.SATA, bad=(BadSectors(100, 3, ("read", "write")),))
    argv = qemu_argv(machine(disks=(bad,), boot="B"))
    drive = json.loads(argv[argv.index("-blockdev") + 1])
    rules = drive["file"]["inject-error"]
    assert drive["file"]["driver"] == "blkdebug" and len(rules) == 6
    assert {rule["sector"] for rule in rules} == {100, 101, 102}
    with pytest.raises(ValueError, match="at most"):
        qemu_argv(machine(disks=(Disk(path=FOLDER, serial="B", bus=Bus.SATA, bad=(BadSectors(0, 9999),)),)))


def test_dirty_disks_are_counted_from_outside(tmp_path: Path) -> None:
    disk, size = tmp_path / "disk.raw", 8 * donated.MIB
    donated.plant(disk, size)
    assert disk.stat().st_size == size
    assert donated.left(disk) == donated.planted(size) == 9  # one a mebibyte, and the last sector
    with disk.open("r+b") as file:
        file.seek(3 * donated.MIB)
        file.write(b"\0" * donated.SECTOR)
    assert donated.left(disk) == 8


def test_a_stick_has_room_behind_the_image(tmp_path: Path) -> None:
    iso, stick = tmp_path / "regain.iso", tmp_path / "stick.raw"
    iso.write_bytes(b"ISO" * 1000)
    donated.write_stick(iso, stick, size=1 << 20)
    assert stick.stat().st_size == 1 << 20 and stick.read_bytes().startswith(iso.read_bytes())


def test_keys_make_the_same_text_on_both_keyboards() -> None:
    assert keys_of("az 7K", "fr") == ["q", "w", "spc", "shift-7", "shift-k"]
    assert keys_of("az 7", "us") == ["a", "z", "spc", "7"]
    with pytest.raises(ValueError, match="no key"):
        keys_of("€", "fr")


def test_a_photograph_is_judged_by_its_background_and_ink() -> None:
    dark, white = bytes.fromhex("101418"), b"\xff\xff\xff"
    rows = [dark * 8] * 4 + [white * 2 + dark * 6] * 4
    seen = photo.look(b"P6\n8 8\n255\n" + b"".join(rows))
    assert seen == photo.Look(background="101418", ink=2 / 16)
