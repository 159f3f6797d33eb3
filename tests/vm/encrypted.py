"""An encrypted disk, from the install to its recipient: made by the stick on a virtual PC, opened by cryptsetup,
started by its phrase, given another phrase by the questions of the first start, started again by each firmware.

    python -m tests.vm.encrypted [--iso FILE] [--firmware uefi|secureboot|bios] [--keep FOLDER]

Root, QEMU and a stick; by hand, it is long without KVM. Device-mapper is needed to open the container, and that is
the stick's kernel: this computer's may have none. The image is ``minimal`` with the questions of a person, built here
once as an association builds its own: a profile that the stick does not ship. Photographs go to build/photos.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from agent.install.manifest import find_image, read_manifest
from agent.install.profiles import folder
from iso import build, kvm, start
from iso.tools import Failed
from iso.virtual import Bus, Disk, Firmware, keys_of
from iso.vm import VirtualPC
from tests.conftest import REPO
from tests.vm.bench import Bench
from tests.vm.desktop import AWAKE, SHELL, Desktop, first_prompt

PROFILE = "essai-questions"
IMAGES = REPO / "build" / "vm-images"
IMAGES_DISK, PLACE = "ESSAI-IMAGES", "/run/essai"
OUT = "/run/preuve"
NAME, PASSWORD = "Zoé", "la clé est là"
WORDS = 0.002
"""Least share of the screen that the question covers."""

NEW_PHRASE = "wagon qui amaze quinze"
"""Of letters that AZERTY and QWERTY have elsewhere: it opens the disk only where the start speaks the keyboard."""


def make_image() -> None:
    """``minimal`` and the questions of the first start, unless it is there."""
    if find_image(read_manifest(IMAGES), PROFILE):
        return
    text = (folder() / "minimal.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("id: minimal", f"id: {PROFILE}"),
        ("{name: minimal,", f"{{name: {PROFILE},"),
        ("{mode: none}", "{mode: wizard, ask: [keyboard, name, password]}"),
        ("    - kbd\n", "    - kbd\n    - python3\n    - sudo\n"),
        ("overlay: [common]", "overlay: [common, first-boot]"),
        ("15-units, 25-updates", "15-units, 20-first-boot, 25-updates"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    with tempfile.TemporaryDirectory(prefix="regain-profiles-") as place:
        profiles = Path(place)
        (profiles / f"{PROFILE}.yaml").write_text(text, encoding="utf-8")
        for name in ("overlays", "hooks"):
            (profiles / name).symlink_to(folder() / name)
        env = {**os.environ, "REGAIN_PROFILES": place}
        argv = [sys.executable, "-m", "agent", "image", "build", PROFILE, "--out", str(IMAGES)]
        subprocess.run(argv, check=True, env=env, cwd=REPO)


def images_disk(place: Path) -> Disk:
    """The images folder on a disk of its own, as a workshop brings one."""
    path = place / "images.raw"
    if not path.exists():
        size = sum(f.stat().st_size for f in IMAGES.rglob("*") if f.is_file() and ".build" not in str(f))
        with path.open("xb") as file:
            file.truncate(size + (128 << 20))
        subprocess.run(["mkfs.ext4", "-q", "-L", "images", "-d", str(IMAGES), str(path)], check=True)
    return Disk(path=path.resolve(), serial=IMAGES_DISK, bus=Bus.SATA)


def install(bench: Bench, disk: str, ending: str) -> str:
    """By command, as a technician does; the phrase, which is on the sheet and in nothing else that was written."""
    bench.shell(f"mkdir -p {PLACE}; mount -o ro $(lsblk -rno PATH,SERIAL | sed -n 's/ {IMAGES_DISK}$//p') {PLACE}")
    entry = find_image(read_manifest(IMAGES), PROFILE)
    assert entry is not None
    argv = f"regain install {disk} --profile {PROFILE} --image {PLACE}/{entry.file} --confirm {ending} --unproven essai"
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


def question(pc: VirtualPC, seconds: float = 150) -> None:
    """Time for the firmware, GRUB and the initrd: the question has no process that a test could see. Raises Failed when
    the screen is black then: a person would take the PC for a dead one."""
    time.sleep(max(0.0, seconds - pc.seconds()))
    if (ink := pc.look().ink) < WORDS:
        raise Failed(f"no question on the screen: {ink:.4f} of it is drawn on")


def type_phrase(pc: VirtualPC, phrase: str) -> None:
    for key in keys_of(phrase):
        pc.keys(key, pause_s=0.6)
    pc.keys("ret")


def opened(pc: VirtualPC, phrase: str) -> Desktop:
    """The root shell of the started system. Raises Failed when the phrase does not open the disk."""
    type_phrase(pc, phrase)
    desktop = Desktop(pc, REPO / "build" / "photos", "disque-chiffre")
    first_prompt(pc, 900)
    print(f"{pc.seconds():6.0f} s  started: a shell answers", flush=True)
    desktop.shell(AWAKE)
    return desktop


def first_start(pc: VirtualPC, phrase: str) -> None:
    """A wrong phrase is told in French; the sheet's opens; the recipient's own takes its place."""
    desktop = Desktop(pc, REPO / "build" / "photos", "disque-chiffre")
    question(pc)
    desktop.photo("1-question")
    type_phrase(pc, "une autre phrase")
    time.sleep(90)  # argon2, emulated
    desktop.photo("2-refus")
    desktop = opened(pc, phrase)
    device = desktop.shell("sed -n 's/^luks=//p' /var/lib/regain/first-boot").strip()
    assert keyslots(desktop, device) == 2
    desktop.wait("Bienvenue", "Entrée")
    desktop.press("ret", "Votre clavier")
    desktop.press("ret", "Essayez votre clavier")
    desktop.press("ret", "Votre prénom")
    desktop.write(NAME)
    desktop.press("ret", "Votre mot de passe")
    for again in ("encore une fois", "La phrase du disque"):
        desktop.pc.keys("f2")
        desktop.write(PASSWORD)
        desktop.press("ret", again)
    desktop.photo("3-nouvelle-phrase")
    desktop.pc.keys("f2")
    desktop.write(NEW_PHRASE)
    desktop.press("ret", "encore une fois")
    desktop.pc.keys("f2")
    desktop.write(NEW_PHRASE)
    desktop.pc.keys("ret")
    desktop.until("! test -e /var/lib/regain/first-boot", 1800)
    assert keyslots(desktop, device) == 1
    assert desktop.shell("test -e /var/lib/regain/disk.key && echo there || echo gone").strip() == "gone"
    for tried, wanted in ((phrase, "2"), (NEW_PHRASE, "0")):
        test = (
            f"printf %s '{tried}' | cryptsetup open --test-passphrase --key-file - /dev/disk/by-uuid/{device}; echo $?"
        )
        assert desktop.shell(test, 600).strip().endswith(wanted), tried
    desktop.wait("login:", timeout_s=300)
    desktop.photo("4-connexion")
    desktop.shell("sync; systemctl poweroff", 60)
    pc.wait_off(300)


def keyslots(desktop: Desktop, device: str) -> int:
    return int(desktop.shell(f"cryptsetup luksDump /dev/disk/by-uuid/{device} | grep -c '^ *[0-9]: luks2'"))


def next_start(pc: VirtualPC, old: str, firmware: Firmware) -> None:
    """The phrase of the workshop's sheet is refused; the recipient's opens, and the account is there."""
    desktop = Desktop(pc, REPO / "build" / "photos", f"disque-chiffre-{firmware.value}")
    question(pc)
    desktop.photo("5-question")
    type_phrase(pc, old)
    time.sleep(90)
    desktop.photo("6-ancienne-phrase")
    desktop = opened(pc, NEW_PHRASE)
    print(desktop.shell("findmnt -no SOURCE,FSTYPE /; lsblk -o NAME,TYPE,FSTYPE,MOUNTPOINTS; id zoe"), flush=True)
    assert desktop.shell("findmnt -no SOURCE /").strip() == "/dev/mapper/regain-root"
    assert desktop.shell("test -d /sys/firmware/efi && echo uefi || echo bios").strip() == (
        "bios" if firmware is Firmware.BIOS else "uefi"
    )
    secure = desktop.shell("dmesg | grep -ci 'secure boot enabled'; true").strip() != "0"
    assert secure == (firmware is Firmware.SECUREBOOT)
    print(desktop.shell("systemctl --failed --no-legend --plain"), flush=True)
    desktop.wait("login:", timeout_s=300)
    desktop.shell("systemctl poweroff", 60)
    pc.wait_off(300)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.vm.encrypted", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--iso", type=Path, default=build.recipe_of(REPO / "build", None).iso)
    parser.add_argument("--firmware", type=Firmware, choices=list(Firmware), default=Firmware.UEFI)
    parser.add_argument("--keep", type=Path, help="a folder for the disks; a disk that was installed there is started")
    told = parser.parse_args()
    if os.geteuid() != 0 or not told.iso.is_file():
        print(f"left out: root, and {told.iso} (make iso)", file=sys.stderr)
        return 0
    (REPO / "build" / "photos").mkdir(parents=True, exist_ok=True)
    make_image()
    if told.keep:
        told.keep.mkdir(parents=True, exist_ok=True)
        run(told, told.keep)
        return 0
    with tempfile.TemporaryDirectory(prefix="regain-encrypted-") as place:
        run(told, Path(place))
    return 0


def run(told: argparse.Namespace, place: Path) -> None:
    machine = start.donated_pc(
        place, told.iso, firmware=told.firmware, disk_mib=6144, accelerated=kvm.works(), memory_mib=3072
    )
    sheet = place / "phrase"
    if not sheet.exists():
        with VirtualPC(replace(machine, disks=(*machine.disks[:2], images_disk(place)))) as pc:
            bench = Bench(pc)
            disk = next(d for d in bench.disks() if start.NVME in str(d.get("serial")))
            phrase = install(bench, str(disk["path"]), str(disk["identity"])[-4:])
            open_it(bench, str(disk["path"]), phrase)
            bench.shell("sync")
        sheet.write_text(phrase)
    phrase, nvme = sheet.read_text(), machine.disks[1]

    def started(firmware: Firmware) -> VirtualPC:
        folder = place / f"alone-{firmware.value}"
        alone = replace(machine, disks=(nvme,), boot=nvme.serial, folder=folder, firmware=firmware)
        return VirtualPC(replace(alone, cores=2 if machine.kvm else 1, tpm=None, units=SHELL))

    answered = place / "answered"
    if not answered.exists():
        with started(told.firmware) as pc:
            first_start(pc, phrase)
            print(f"{pc.seconds():.0f} s after power-on: the first start is as it must be", flush=True)
        answered.touch()
    for firmware in Firmware:
        with started(firmware) as pc:
            next_start(pc, phrase, firmware)
            print(
                f"{pc.seconds():.0f} s after power-on: the next start, {firmware.value}, is as it must be", flush=True
            )


if __name__ == "__main__":
    sys.exit(main())
