"""``make vm``: the stick on a virtual donated PC, in a window or over VNC, until it is switched off."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from agent.locale import words
from iso import build, donated, kvm
from iso.recipe import REPO
from iso.tools import Failed, require
from iso.virtual import MODELS, Bus, Disk, Firmware, Machine, Screen
from iso.vm import VirtualPC

PROGRAMS = {"qemu-system-x86_64": "qemu-system-x86", "swtpm": "swtpm"}
STICK, NVME, SATA = "REGAIN-STICK-0001", "S4EMNX0N701234", "WD-WCC6Y7XK2F01"
"""Serial numbers of the stick and of the two disks."""


def donated_pc(
    folder: Path,
    iso: Path,
    *,
    firmware: Firmware,
    model: str = "thinkpad",
    memory_mib: int = 2048,
    disk_mib: int = 4096,
    screen: Screen | None = None,
    accelerated: bool | None = None,
) -> Machine:
    """A PC with the stick and two dirty disks in ``folder``; disks that are there stay, a stick older than the
    ISO is written again. ``accelerated``: None tries whether KVM works."""
    folder.mkdir(parents=True, exist_ok=True)
    stick, nvme, sata = (folder / name for name in ("stick.raw", "nvme.raw", "sata.raw"))
    if not stick.exists() or stick.stat().st_mtime < iso.stat().st_mtime:
        donated.write_stick(iso, stick)
    for disk in (nvme, sata):
        if not disk.exists():
            donated.plant(disk, disk_mib * donated.MIB)
    return Machine(
        folder=folder.resolve(),
        model=MODELS[model],
        firmware=firmware,
        boot=STICK,
        memory_mib=memory_mib,
        kvm=kvm.works() if accelerated is None else accelerated,
        screen=screen or Screen(),
        disks=(
            Disk(path=stick.resolve(), serial=STICK, bus=Bus.USB, removable=True),
            Disk(path=nvme.resolve(), serial=NVME, bus=Bus.NVME),
            Disk(path=sata.resolve(), serial=SATA, bus=Bus.SATA, model="WDC WD10EZEX-08WN4A0"),
        ),
    )


def window() -> str:
    """The kind of window this computer can open, else ``vnc``."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "vnc"
    asked = subprocess.run(["qemu-system-x86_64", "-display", "help"], capture_output=True, text=True, check=False)
    return next((kind for kind in ("gtk", "sdl") if kind in asked.stdout.split()), "vnc")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make vm", description=__doc__)
    parser.add_argument("--iso", type=Path, help="default: the stick of this version, built when it is not there")
    parser.add_argument("--firmware", type=Firmware, choices=list(Firmware), default=Firmware.UEFI)
    parser.add_argument("--model", choices=sorted(MODELS), default="thinkpad")
    parser.add_argument("--memory", type=int, default=2048, help="MiB")
    parser.add_argument("--display", choices=("auto", "none", "vnc", "gtk", "sdl"), default="auto")
    parser.add_argument("--folder", type=Path, default=REPO / "build" / "vm")
    parser.add_argument("--fresh", action="store_true", help="another PC: new disks, new firmware settings")
    told = parser.parse_args()
    try:
        return _start(told)
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1


def _start(told: argparse.Namespace) -> int:
    require(PROGRAMS)
    w = words(os.environ.get("REGAIN_LANG", "fr"))
    recipe = build.recipe_of(REPO / "build", None)
    iso = told.iso or recipe.iso
    if not iso.exists():
        if told.iso or os.geteuid() != 0:
            raise Failed(w("vm-no-iso", path=str(iso)))
        require(build.PROGRAMS)
        build.build(recipe)
    if told.fresh:
        for name in ("stick.raw", "nvme.raw", "sata.raw", "vars.fd"):
            (told.folder / name).unlink(missing_ok=True)
    screen = Screen(kind=window() if told.display == "auto" else told.display)
    machine = donated_pc(
        told.folder, iso, firmware=told.firmware, model=told.model, memory_mib=told.memory, screen=screen
    )
    with VirtualPC(machine) as pc:
        print(w("vm-started", model=machine.model.version, speed="KVM" if machine.kvm else "TCG"))
        if screen.kind == "vnc":
            print(w("vm-vnc", address=f"127.0.0.1:{5900 + screen.number}"))
        print(w("vm-serial", path=str(machine.place("serial.sock"))))
        try:
            pc.wait_off(timeout_s=7 * 24 * 3600)
        except KeyboardInterrupt:
            print(w("vm-cut"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
