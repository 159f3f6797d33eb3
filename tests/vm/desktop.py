"""The first start of a profile with a desktop, seen by eye: installed on a disk file, started, answered by keyboard.

    python -m tests.vm.desktop [xfce-fr] [--firmware uefi|secureboot|bios] [--images build/images] [--keep FOLDER]

Root, QEMU, and the profile's image (``regain image build``); by hand, it is long without KVM. Photographs go to
build/photos. ``minimal`` asks nothing: only its facts are looked at. A root shell on the serial line, handed in by the
test and not in the image, tells what no photograph shows: identity, language, updates, and whether the questions did
what they say.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from agent.install.manifest import find_image, read_manifest
from agent.install.profiles import load_profile
from agent.machine.live import LiveMachine
from agent.model.profile import ImageEntry
from iso import kvm
from iso.tools import Failed
from iso.virtual import MODELS, Bus, Disk, Firmware, Machine, keys_of
from iso.vm import VirtualPC
from tests.conftest import REPO
from tests.loop.installing import carry_out, loop_plan
from tests.vm.bench import CONSOLE, wait_words

GIB = 1 << 30
SERIAL = "WD-WCC6Y0BUREAU"
NAME, LOGIN, PASSWORD = "Zoé", "zoe", "la clé est là"

_SHELL = """\
[Unit]
Description=Root shell of the test bench
[Service]
Environment=HOME=/root TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=/bin/bash --noprofile --norc -i
StandardInput=tty
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
Restart=always
"""
AWAKE = "for f in /sys/bus/usb/devices/*/power/control; do echo on > $f; done"
"""QEMU's keyboard is on systemd's list of those that may sleep, and QEMU 7.2 does not wake it."""

SHELL = (
    ("systemd.extra-unit.regain-test-shell.service", _SHELL),
    ("systemd.unit-dropin.sysinit.target", "[Unit]\nWants=regain-test-shell.service\n"),
)


def install_on(disk: Path, image: Path, entry: ImageEntry, *, size: int, mode: str) -> None:
    """The product's own install on a loop device over this new file."""
    with disk.open("xb") as file:
        file.truncate(size)
    device = subprocess.check_output(["losetup", "--find", "--show", str(disk)], text=True).strip()
    try:
        machine = LiveMachine()
        began = time.monotonic()
        done = carry_out(machine, loop_plan(machine, device, entry, mode=mode), image, [])
        assert done.ok and done.verified == "checked", done
        print(f"installed and checked: {time.monotonic() - began:.0f} s", flush=True)
        for step in done.steps:
            print(f"  {step.step:<16}{step.seconds:8.1f} s  {step.observed}", flush=True)
    finally:
        subprocess.run(["partx", "-d", device], capture_output=True, check=False)
        subprocess.run(["losetup", "--detach", device], check=True)


def pc_with(disk: Path, firmware: Firmware, *, accelerated: bool, memory_mib: int = 3072) -> Machine:
    return Machine(
        folder=disk.parent.resolve(),
        model=MODELS["thinkpad"],
        firmware=firmware,
        disks=(Disk(path=disk.resolve(), serial=SERIAL, bus=Bus.SATA),),
        boot=SERIAL,
        memory_mib=memory_mib,
        cores=2 if accelerated else 1,  # QEMU 7.2 was seen to crash with two emulated ones under X
        kvm=accelerated,
        tpm=None,
        units=SHELL,
    )


class Desktop:
    """A started PC whose serial line is the test's own root shell."""

    def __init__(self, pc: VirtualPC, photos: Path, name: str) -> None:
        self.pc, self.photos, self.name = pc, photos, name

    def shell(self, command: str, timeout_s: float = 180) -> str:
        return self.pc.shell(command, timeout_s)

    def console(self) -> str:
        """The words on the first console, without the colours (vcs(4))."""
        return self.shell(f'python3 -c "{CONSOLE}"')

    def wait(self, *words: str, timeout_s: float = 600) -> str:
        return wait_words(self.console, *words, timeout_s=timeout_s)

    def press(self, key: str, *words: str) -> None:
        """A key, again when it was lost, until the words it leads to are on the console."""
        for _ in range(3):
            self.pc.keys(key)
            with contextlib.suppress(Failed):
                self.wait(*words, timeout_s=40)
                return
        self.wait(*words, timeout_s=60)

    def write(self, text: str) -> None:
        """Slowly: under emulation a keyboard loses what comes too fast. Raises Failed when it is not on the screen."""
        for key in keys_of(text):
            self.pc.keys(key, pause_s=0.6)
        self.wait(text, timeout_s=30)

    def until(self, command: str, timeout_s: float) -> None:
        """Until the command has exit status 0."""
        self.shell(f"timeout {timeout_s:g} sh -c 'until {command}; do sleep 2; done'", timeout_s + 60)

    def photo(self, name: str) -> None:
        path = self.pc.screendump(self.photos / f"{self.name}-{name}.png")
        print(f"{self.pc.seconds():6.0f} s  {path}", flush=True)


def first_prompt(pc: VirtualPC, timeout_s: float) -> None:
    """Of the root shell: asked for again and again, for what is said while nobody listens is lost."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        with contextlib.suppress(Failed):
            pc.expect(r"# $", 20)
            return
        pc.say("\n")
    raise Failed(f"no shell within {timeout_s:g} s")


def answer(desktop: Desktop) -> None:
    """Every question of the first start, as a person does."""
    desktop.wait("Bienvenue", "Entrée")
    desktop.photo("1-bienvenue")
    desktop.press("ret", "Votre clavier", "Français (AZERTY)")
    desktop.photo("2-clavier")
    desktop.press("ret", "Essayez votre clavier")
    desktop.write("éàç@ azqm")
    desktop.photo("3-essai")
    desktop.press("ret", "Votre prénom")
    desktop.write(NAME)
    desktop.photo("4-prenom")
    desktop.press("ret", "Votre mot de passe")
    desktop.pc.keys("f2")
    desktop.write(PASSWORD)
    desktop.photo("5-mot-de-passe")
    desktop.press("ret", "encore une fois")
    desktop.pc.keys("f2")
    desktop.write(PASSWORD)
    desktop.pc.keys("ret")


def facts(desktop: Desktop, firmware: Firmware, *, asked_for: bool) -> None:
    """What the installed system says of itself; each line is asserted. ``asked_for``: somebody answered questions."""
    asked = {
        "machine-id": ("cat /etc/machine-id", lambda s: len(s) == 32),
        "ssh host keys": ("ls /etc/ssh/ssh_host_* 2>/dev/null | wc -l", lambda s: s == "0"),
        "language": ("cat /etc/default/locale", lambda s: "LANG=fr_FR.UTF-8" in s),
        "keyboard": ("grep -E 'LAYOUT|VARIANT' /etc/default/keyboard", lambda s: '"fr"' in s and "latin9" in s),
        "root": ("cat /proc/cmdline", lambda s: "root=UUID=" in s),
        "host name": ("hostname", lambda s: s == "regain-rc-000123"),
        "updates": ("systemctl is-enabled apt-daily-upgrade.timer", lambda s: s == "enabled"),
        "updates, setting": ("apt-config dump APT::Periodic::Unattended-Upgrade", lambda s: '"1"' in s),
        "secure boot": ("dmesg | grep -ci 'secure boot enabled'; true",
                        lambda s: (s != "0") == (firmware is Firmware.SECUREBOOT)),
        "firmware": ("test -d /sys/firmware/efi && echo uefi || echo bios",
                     lambda s: s == ("bios" if firmware is Firmware.BIOS else "uefi")),
        "swap": ("swapon --noheadings --show=NAME", lambda s: s == "/dev/zram0"),
        "failed units": ("systemctl --failed --no-legend --plain | cut -d' ' -f1", lambda s: s == ""),
    }  # fmt: skip
    if asked_for:
        asked |= {
            "account": (f"id -nG {LOGIN}", lambda s: "sudo" in s.split()),
            "marker gone": ("test -e /var/lib/regain/first-boot && echo there || echo gone", lambda s: s == "gone"),
            "started": ("cat /var/lib/regain/started", lambda s: "monotonic_s" in s),
        }
    wrong = []
    for name, (command, holds) in asked.items():
        said = desktop.shell(command).strip()
        print(f"  {name:<18}{said!r}", flush=True)
        if not holds(said):
            wrong.append(name)
    if wrong:
        raise Failed(f"not as promised: {', '.join(wrong)}")


def session(desktop: Desktop) -> None:
    """Log in at the greeter; the page of the first steps, which opens by itself once; the desktop and its menu."""
    pc = desktop.pc
    # the brackets: else it finds the shell that asks
    desktop.until('pgrep -f "[l]ightdm-gtk-greeter|[s]lick-greeter" >/dev/null', 900)
    time.sleep(60)  # drawn, which no process tells
    desktop.photo("6-connexion")
    for key in keys_of(PASSWORD):
        pc.keys(key, pause_s=0.6)
    pc.keys("ret")
    desktop.until(f'pgrep -u {LOGIN} "xfdesktop|nemo-desktop" >/dev/null', 900)
    if desktop.shell(f"ls /home/{LOGIN}/.config/autostart").strip():
        desktop.until(f"pgrep -u {LOGIN} -f 'firefox-esr.*-contentproc' >/dev/null", 600)
        time.sleep(240)
        desktop.photo("7-premiers-pas")
        pc.keys("alt-f4")
        desktop.until(f"! pgrep -u {LOGIN} firefox-esr >/dev/null", 120)
    desktop.until(f'pgrep -u {LOGIN} -f "panel/wrapper|cinnamon --replace" >/dev/null', 600)
    time.sleep(120)
    desktop.photo("8-bureau")
    pc.keys("alt-f1")
    time.sleep(30)
    desktop.photo("9-menu")
    print(desktop.shell(f"ls -l /home/{LOGIN}/Bureau; ls -a /home/{LOGIN}/.config/autostart"), flush=True)


def run(told: argparse.Namespace, folder: Path) -> None:
    entry = find_image(read_manifest(told.images), told.profile)
    if entry is None or not (told.images / entry.file).is_file():
        print(f"left out: no image of {told.profile} in {told.images} (regain image build {told.profile})")
        return
    disk = folder / "disk.raw"
    mode = "bios" if told.firmware is Firmware.BIOS else "uefi"
    profile = load_profile(told.profile)
    if not disk.exists():
        size = (profile.requires.disk_gib + 2) * GIB
        install_on(disk, told.images / entry.file, entry, size=size, mode=mode)
        print(f"disk: {disk}", flush=True)
    photos = REPO / "build" / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    memory_mib = max(3072, profile.requires.ram_mib + 296)
    with VirtualPC(pc_with(disk, told.firmware, accelerated=kvm.works(), memory_mib=memory_mib)) as pc:
        desktop = Desktop(pc, photos, told.profile)
        first_prompt(pc, 1200)
        print(f"{pc.seconds():6.0f} s  a shell answers", flush=True)
        desktop.shell(AWAKE)
        asks = profile.first_boot.mode == "wizard"
        if desktop.shell("ls /var/lib/regain/first-boot 2>/dev/null; true").strip():
            answer(desktop)
            desktop.until("! test -e /var/lib/regain/first-boot", 300)
        facts(desktop, told.firmware, asked_for=asks)
        if asks:
            session(desktop)
        desktop.shell("systemctl poweroff", 60)
        pc.wait_off(300)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.vm.desktop", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("profile", nargs="?", default="xfce-fr")
    return by_hand(parser, run)


def by_hand(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace, Path], None]) -> int:
    """What every run of an installed image asks, then the run, in a folder that is kept or goes with it."""
    parser.add_argument("--firmware", type=Firmware, choices=list(Firmware), default=Firmware.UEFI)
    parser.add_argument("--images", type=Path, default=REPO / "build" / "images")
    parser.add_argument("--keep", type=Path, help="a folder for the disk; one that is there is started again")
    told = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("root is needed")
    if told.keep:
        told.keep.mkdir(parents=True, exist_ok=True)
        run(told, told.keep)
        return 0
    with tempfile.TemporaryDirectory(prefix="regain-installed-") as folder:
        run(told, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
