"""An encrypted Linux by command, on a virtual PC of its own: the host's kernel may have no device-mapper.

The container is opened again by another cryptsetup call with the phrase of the printed sheet, and looked into.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vm import record
from tests.vm.donations import DONATIONS

DISK = "/dev/nvme0n1"
_INSIDE = f"""
export REGAIN_HOME=/mnt/home
modprobe -a loop squashfs dm-crypt overlay nls_ascii nls_cp437 vfat 2>/dev/null
end=$(python3 -m agent disks --json | python3 -c 'import json, sys
print(next(d["identity"][-4:] for d in json.load(sys.stdin) if d["path"] == "{DISK}"))')
python3 -m agent install {DISK} --profile minimal --image /mnt/images/linux/*.squashfs --encrypt --unproven essai \\
    --confirm $end --json --out /mnt/out >/mnt/installed.out 2>/mnt/installed.err
echo $? >/mnt/installed.code
sfdisk --json {DISK} >/mnt/table.json
root={DISK}p4
cryptsetup luksDump $root >/mnt/dump.txt 2>&1
phrase=$(sed -n 3p /mnt/out/phrase-*.txt | tr -s ' ' | sed 's/^ //')
printf %s "$phrase" | cryptsetup open --readonly --key-file - $root look 2>/mnt/open.txt && echo opened >>/mnt/open.txt
printf %s "${{phrase%?}}" | cryptsetup open --test-passphrase --key-file - $root && echo wrong >>/mnt/open.txt
mkdir -p /tmp/volume /tmp/boot
mount -o ro,noload /dev/mapper/look /tmp/volume
mount -o ro,noload {DISK}p3 /tmp/boot
cp /tmp/volume/etc/crypttab /tmp/volume/etc/fstab /mnt/
ls /tmp/volume/boot >/mnt/under.txt
ls /tmp/boot >/mnt/boot.txt
lsinitramfs /tmp/boot/initrd.img-* 2>/dev/null | grep -c cryptsetup >/mnt/initrd.txt
"""


@pytest.fixture(scope="module")
def share(iso: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("chiffre")
    root = record.unpack(iso, work)
    images = work / "images"
    extract = ["xorriso", "-osirrox", "on", "-indev", str(iso), "-extract", "/images", str(images)]
    subprocess.run(extract, check=True, capture_output=True)
    pc = next(d for d in DONATIONS if d.name == "eligible-secure-boot")
    return record.run(replace(pc, slots=(2048, 0), threads=2, disk_gb=8), work, root, _INSIDE, files=[images])


def test_the_install_is_checked_and_signed_without_its_phrase(share: Path) -> None:
    assert (share / "installed.code").read_text().strip() == "0", (share / "installed.err").read_text()
    done = json.loads((share / "installed.out").read_text().splitlines()[-1])
    assert done["ok"] is True and done["verified"] == "checked"
    (sheet,) = (share / "out").glob("phrase-*.txt")
    phrase = sheet.read_text().splitlines()[2].strip()
    assert len(phrase.split()) == 5
    shutil.move(sheet, share / "sheet.txt")
    for path in [p for folder in ("out", "home") for p in (share / folder).rglob("*") if p.is_file()]:
        assert phrase.encode() not in path.read_bytes(), path
    assert phrase not in (share / "installed.out").read_text()


def test_the_phrase_of_the_sheet_opens_the_container_and_no_other_does(share: Path) -> None:
    assert (share / "open.txt").read_text().split() == ["opened"]
    dump = (share / "dump.txt").read_text()
    assert "Version:       \t2" in dump and "argon2id" in dump, dump
    parts = json.loads((share / "table.json").read_text())["partitiontable"]["partitions"]
    assert [p["name"] for p in parts] == ["bios_boot", "ESP", "boot", "luks"]
    assert "regain-root" in (share / "crypttab").read_text()
    assert (share / "under.txt").read_text().split() in ([], ["efi"]), "no kernel is left under the mount"
    assert "vmlinuz" in (share / "boot.txt").read_text()
    assert int((share / "initrd.txt").read_text()) > 0
