"""An encrypted install, seen from outside: made by the stick on a virtual PC, opened by cryptsetup, started by hand.

    python -m tests.vm.encrypted [--iso FILE] [--firmware uefi|secureboot|bios]

Root, QEMU and a stick with the minimal image on it; by hand, it is long without KVM. Device-mapper is needed to open
the container, and that is the stick's kernel: this computer's may have none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from iso import build, kvm, start
from iso.tools import Failed
from iso.virtual import Firmware, keys_of
from iso.vm import VirtualPC
from tests.conftest import REPO
from tests.vm.bench import BOOT_S, Bench

IMAGE = "/run/live/medium/images/linux/minimal-2026.11.squashfs"
OUT = "/run/preuve"


def install(bench: Bench, disk: str, ending: str) -> str:
    """By command, as a technician does; the phrase, which is on the sheet and in nothing else that was written."""
    argv = f"regain install {disk} --profile minimal --image {IMAGE} --confirm {ending} --unproven essai"
    said = bench.shell(f"{argv} --encrypt --tag RC-000123 --out {OUT} --json 2>/run/why; cat /run/why >&2", 1500)
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    for line in lines:
        if line["event"] in ("step_finished", "step_failed", "fault"):
            print(f"  {line.get('step', line['event']):<18}{line.get('observed', line)}", flush=True)
    assert lines, said
    assert lines[-1]["event"] == "install_finished" and lines[-1]["verified"] == "checked", (lines[-1:], said[-600:])
    sheet = bench.shell(f"cat {OUT}/phrase-RC-000123-*.txt")
    print(sheet, flush=True)
    phrase = next(line.strip() for line in sheet.splitlines() if line.startswith("    "))
    assert bench.shell(f"stat -c %a {OUT}/phrase-*.txt").strip() == "600"
    left = bench.shell(f"grep -rlF '{phrase}' {OUT} /run/why /var/log 2>/dev/null || true").split()
    assert left == [name for name in left if "/phrase-" in name] and len(left) == 1, left
    report = "python3 -c \"import base64,glob;p=[x for x in glob.glob('" + OUT + "/*.jws')][0];"
    report += "b=open(p).read().split('.')[1];print(base64.urlsafe_b64decode(b+'='*(-len(b)%4)).decode())\""
    told = json.loads(bench.shell(report))["install"]
    assert told["layout"] == "hybrid-gpt-luks" and phrase not in json.dumps(told), told["layout"]
    return phrase


def open_it(bench: Bench, disk: str, phrase: str) -> None:
    """Other people's tools: the container opens with the phrase, not with another, and holds the system."""
    part = f"{disk}p4"
    bench.shell(f"printf %s '{phrase}' >/run/phrase; partx -u {disk} || true; udevadm settle")
    assert "LUKS2" in bench.shell(
        f"file -sL {part} 2>/dev/null || cryptsetup luksDump {part} | sed 's/Version:.*2/LUKS2/'"
    )
    wrong = bench.shell(f"printf wrong | cryptsetup open --test-passphrase --key-file - {part}; echo code=$?", 300)
    assert "code=2" in wrong, wrong
    bench.shell(f"cryptsetup open --readonly --key-file /run/phrase {part} essai && mkdir -p /run/see", 300)
    bench.shell("mount -o ro,noload /dev/mapper/essai /run/see")
    crypttab = bench.shell("cat /run/see/etc/crypttab")
    assert crypttab.startswith("regain-root UUID=") and "initramfs" in crypttab, crypttab
    assert not bench.shell("ls /run/see/boot").split(), "kernels are on the boot volume alone"
    print(bench.shell("cat /run/see/etc/fstab; stat -c '%a %s' /run/see/var/lib/regain/disk.key"), flush=True)
    bench.shell(f"cryptsetup open --test-passphrase --key-file /run/see/var/lib/regain/disk.key {part}", 300)
    bench.shell("umount /run/see && cryptsetup close essai && rm /run/phrase")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.vm.encrypted", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--iso", type=Path, default=build.recipe_of(REPO / "build", None).iso)
    parser.add_argument("--firmware", type=Firmware, choices=list(Firmware), default=Firmware.UEFI)
    told = parser.parse_args()
    if os.geteuid() != 0 or not told.iso.is_file():
        print(f"left out: root, and {told.iso} (make iso IMAGES=build/images)", file=sys.stderr)
        return 0
    photos = REPO / "build" / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="regain-encrypted-") as place:
        machine = start.donated_pc(
            Path(place), told.iso, firmware=told.firmware, disk_mib=6144, accelerated=kvm.works(), memory_mib=3072
        )
        with VirtualPC(machine) as pc:
            bench = Bench(pc)
            disk = next(d for d in bench.disks() if start.NVME in str(d.get("serial")))
            phrase = install(bench, str(disk["path"]), str(disk["identity"])[-4:])
            open_it(bench, str(disk["path"]), phrase)
            bench.shell("sync")
        nvme = machine.disks[1]
        alone = replace(
            machine, disks=(nvme,), boot=nvme.serial, folder=Path(place) / "alone", credentials=("regain.beacon=1",)
        )
        with VirtualPC(alone) as pc:
            answered = start_with(pc, phrase, photos / "disque-chiffre.png")
            print(f"{pc.seconds():.0f} s after power-on: {answered}", flush=True)
    return 0


def start_with(pc: VirtualPC, phrase: str, photo: Path) -> str:
    """Type the phrase at the prompt of the start, again while the system has not come up."""
    said = r"REGAIN-BOOT-OK [^\n]+"
    for wait in (120, 240, 240, 240):
        try:
            return pc.expect(said, wait)[0]
        except Failed:
            pc.screendump(photo)
            for key in keys_of(phrase):
                pc.keys(key, pause_s=0.5)
            pc.keys("ret")
    return pc.expect(said, BOOT_S)[0]


if __name__ == "__main__":
    sys.exit(main())
