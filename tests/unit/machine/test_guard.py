"""Command lines that destroy are refused at the door; those that look are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.machine.guard import destroys
from agent.machine.live import LiveMachine, lies_on
from agent.model.errors import Fault

DESTROY = """
dd if=/dev/zero of=/dev/sda
mkfs.ext4 -F /dev/sda1
mkfs.vfat /dev/sda1
sfdisk /dev/sda
sfdisk --wipe always /dev/sda
sgdisk -Z /dev/sda
wipefs -a /dev/sda
wipefs --all /dev/sda
blkdiscard /dev/sda
shred /dev/sda
parted -s /dev/sda mklabel gpt
nvme format /dev/nvme0n1 -s 1
nvme sanitize /dev/nvme0 -a 2
nvme write-zeroes /dev/nvme0n1
nvme admin-passthru /dev/nvme0 --opcode=0x84
nvme security-send /dev/nvme0 --secp=1
sg_raw --send 512 /dev/sda b5 01 07 fe 80 00 00 00 00 01 00 00
sg_raw /dev/sda 48 01 00 00 00 00 00 00 00 00
sg_raw --binary --request 512 /dev/sda 2a a2 00 00 00 00 00 00 01 00
sg_raw --infile=x --request 512 /dev/sda a2 01 00 01 80 00 00 00 00 01 00 00
sg_raw --cmdfile=x /dev/sda
sg_raw /dev/sda
sg_raw -s 512 /dev/sda a2 01
sg_raw --readonly --send 512 /dev/sda a2 01
hdparm --user-master u --security-erase p /dev/sda
hdparm --user-master u --security-set-pass p /dev/sda
hdparm --yes-i-know-what-i-am-doing --sanitize-block-erase /dev/sda
hdparm -Np100 /dev/sda
hdparm --dco-restore /dev/sda
sg_sanitize --block /dev/sda
sg_format --format /dev/sda
sg_raw /dev/sda 04 00 00 00 00 00
sg_raw --infile=x --send=512 /dev/sda 00 00 00 00 00 00
mmc sanitize /dev/mmcblk0
mount /dev/sda1 /mnt
mkswap /dev/sda2
cryptsetup luksFormat /dev/sda
e2fsck -fy /dev/sda1
partx -a /dev/sda
nwipe /dev/sda
badblocks -w /dev/sda
tee /dev/sda
"""
LOOK = """
lsblk -J -b -d -o PATH,MODEL
blkid -p /dev/sda1
sfdisk --json /dev/sda
sfdisk -d /dev/sda
sgdisk -p /dev/sda
wipefs /dev/sda
nvme id-ctrl /dev/nvme0 -o json
nvme get-log /dev/nvme0 --log-id=0x81 --log-len=512 -b
nvme security-recv /dev/nvme0 --secp=1 --spsp=1 --size=2048 --al=2048 --raw-binary
sg_raw --readonly --binary --request 2048 /dev/sda a2 01 00 01 80 00 00 00 00 04 00 00
hdparm --Istdout /dev/sda
hdparm -I /dev/sda
hdparm -N /dev/sda
hdparm --sanitize-status /dev/sda
hdparm --dco-identify /dev/sda
smartctl --json=c -x /dev/sda
dmidecode
e2fsck -fn /dev/sda1
fsck.vfat -n /dev/sda1
mmc extcsd read /dev/mmcblk0
blockdev --getsize64 /dev/sda
ethtool -P eth0
dmesg
sg_raw /dev/sda 00 00 00 00 00 00
"""


@pytest.mark.parametrize("line", DESTROY.strip().splitlines())
def test_destructive(line: str) -> None:
    assert destroys(line.split())
    assert destroys(("/usr/sbin/" + line).split())


@pytest.mark.parametrize("line", LOOK.strip().splitlines())
def test_looking_is_free(line: str) -> None:
    assert not destroys(line.split())


def test_the_live_door_refuses_without_starting_anything() -> None:
    with pytest.raises(Fault) as caught:
        LiveMachine().run(["mkfs.ext4", "/dev/sda1"], timeout_s=1)
    assert caught.value.error_id == "warrant-missing"


def test_a_container_is_ours_when_all_it_lies_on_is_ours(tmp_path: Path) -> None:
    def node(number: str, **slaves: str) -> None:
        (tmp_path / number / "slaves").mkdir(parents=True)
        for name, under in slaves.items():
            (tmp_path / number / "slaves" / name).mkdir()
            (tmp_path / number / "slaves" / name / "dev").write_text(f"{under}\n")

    node("253:0", nvme0n1p4="259:4")
    node("253:1", nvme0n1p4="259:4", sda1="8:1")
    node("8:1")
    mine = {"259:0", "259:4"}
    assert lies_on("253:0", mine, tmp_path)
    assert not lies_on("253:1", mine, tmp_path), "half of it is another disk's"
    assert not lies_on("8:1", mine, tmp_path), "a partition of another disk lies on nothing"
