"""The same stick under Secure Boot and under a BIOS, each start used for what only a started stick can show."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from iso import donated, start
from iso.virtual import BadSectors, Bus, Disk, Firmware
from iso.vm import VirtualPC
from tests.vm.bench import BOOT_S, WORK_S, Bench

MIB = 1 << 20


def test_secure_boot_and_a_disk_with_bad_sectors(iso: Path, accelerated: bool, tmp_path: Path, photos: Path) -> None:
    """Reads and writes of a range answer with an I/O error: the range is in the record, nothing says "cleared"."""
    machine = start.donated_pc(
        tmp_path, iso, firmware=Firmware.SECUREBOOT, disk_mib=256, accelerated=accelerated, memory_mib=2048
    )
    dying = tmp_path / "dying.raw"
    donated.plant(dying, 256 * MIB)
    bad = (BadSectors(100_000, 8, ("write", "read")),)
    machine = replace(
        machine,
        disks=(*machine.disks, Disk(path=dying, serial="WD-DYING0042", bus=Bus.SATA, model="WDC DYING", bad=bad)),
    )
    with VirtualPC(machine) as pc:
        bench = Bench(pc)
        pc.wait_screens(BOOT_S)
        bench.wait_console("ACCUEIL", "Scannez l’étiquette")
        pc.screendump(photos / "accueil-secureboot.png")
        assert "Secure boot enabled" in bench.shell("dmesg | grep -i 'secure boot' | head -3")
        path = next(str(d["path"]) for d in bench.disks() if "DYING0042" in str(d.get("serial")))
        command = f"regain erase {path} --confirm 0042 --out /run/regain/out --json 2>/dev/null || true"
        lines = bench.shell(command, WORK_S).splitlines()
        last = json.loads(lines[-1])
        assert last["event"] == "erasure_finished" and last["outcome"] in ("cleared_with_exceptions", "failed"), last
        record = bench.shell(f"cut -d. -f2 {last['record']} | tr '_-' '/+' | base64 -d 2>/dev/null || true")
        erasure = json.loads(record)["erasures"][0]
        told = json.dumps(erasure)
        assert erasure["exceptions"], told
        assert str(100_000) in told or str(100_000 * 512) in told, told
        installed = bench.shell(
            f"regain install {path} --profile minimal --confirm 0042 --erasure-record {last['record']} --json "
            "--image /run/live/medium/images/linux/minimal-2026.11.squashfs >/dev/null 2>/run/why; "
            "echo code=$?; cat /run/why",
            300,
        )
        assert "code=3" in installed, installed


def test_bios_with_one_gibibyte_and_a_read_only_stick(
    iso: Path, accelerated: bool, tmp_path: Path, photos: Path
) -> None:
    machine = start.donated_pc(
        tmp_path, iso, firmware=Firmware.BIOS, disk_mib=64, accelerated=accelerated, memory_mib=1024, model="optiplex"
    )
    stick, *others = machine.disks
    machine = replace(machine, disks=(replace(stick, readonly=True), *others))
    with VirtualPC(machine) as pc:
        bench = Bench(pc)
        seconds = pc.wait_screens(BOOT_S)
        text = bench.wait_console("ACCUEIL", "Scannez l’étiquette")
        pc.screendump(photos / "accueil-bios.png")
        print(f"\nBIOS, 1 GiB: power-on to screens {seconds:.0f} s; {bench.shell('free -m | head -2 | tail -1')}")
        assert "mémoire" in text, f"where results are must be said:\n{text}"
        assert "OptiPlex 7010" in text
        assert "none" in bench.shell("[ -d /sys/firmware/efi ] && echo uefi || echo none")
