"""The whole job on a virtual donated PC, by keyboard, and the disks judged from outside.

One PC, one day: the tests follow each other, and one that fails leaves the next without their ground.
"""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from iso import donated, start
from iso.virtual import Firmware, Machine
from iso.vm import VirtualPC
from tests.vm.bench import BOOT_S, Bench, Registry, alone, payload_of, regain, starts_alone

DISK_MIB = 3072
ENDS = (start.NVME[-4:], start.SATA[-4:])


@dataclass
class Day:
    """What one test leaves for the next."""

    machine: Machine
    bench: Bench | None = None
    pc: VirtualPC | None = None
    events: dict[str, Any] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def needs(self, *steps: str) -> None:
        missing = [step for step in steps if step not in self.done]
        if missing:
            pytest.skip(f"no ground to stand on: {', '.join(missing)} failed")


@pytest.fixture(scope="module")
def day(iso: Path, accelerated: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("poste")
    machine = start.donated_pc(folder, iso, firmware=Firmware.UEFI, disk_mib=DISK_MIB, accelerated=accelerated)
    today = Day(machine=machine)
    yield today
    if today.pc is not None:
        today.pc.powercut()


def test_the_stick_starts_to_our_french_home_screen(day: Day, photos: Path) -> None:
    day.pc = VirtualPC(day.machine).start()
    bench = day.bench = Bench(day.pc)
    seconds = day.pc.wait_screens(BOOT_S)
    text = bench.wait_console("ACCUEIL", "Scannez l’étiquette", "terminé")
    day.pc.screendump(photos / "accueil-uefi.png")
    kernel_s = float(bench.shell("systemctl show regain -P ActiveEnterTimestampMonotonic")) / 1e6
    print(f"\npower-on to screens {seconds:.0f} s, kernel to regain.service {kernel_s:.0f} s")
    assert "\ufffd" not in text and "ThinkPad T480" in text and "F10 Éteindre" in text
    assert "EFI" in bench.shell("[ -d /sys/firmware/efi ] && echo EFI")
    day.done.add("boot")


def test_the_stick_is_never_a_target_and_the_pc_disks_are(day: Day) -> None:
    day.needs("boot")
    assert day.bench is not None
    disks = {str(disk.get("serial", "")): disk for disk in day.bench.disks()}
    sticks = [disk for serial, disk in disks.items() if start.STICK in serial]
    assert sticks and sticks[0]["excluded"], sticks
    assert disks[start.NVME]["excluded"] is None and disks[start.NVME]["method"]["name"] == "nvme-format"
    assert disks[start.SATA]["excluded"] is None and disks[start.SATA]["method"]["name"] == "overwrite"


@pytest.mark.exercises("nvme-format", how="virtual drive")
@pytest.mark.exercises("overwrite", how="virtual drive", on=["SATA/PATA hard disk"])
def test_both_disks_are_erased_and_linux_installed_by_keyboard(day: Day, network: Registry, photos: Path) -> None:
    day.needs("boot")
    assert day.bench is not None and day.pc is not None
    bench = day.bench
    bench.enrol(network)
    bench.wait_console("ACCUEIL", "terminé")
    bench.start_job("1", ENDS)
    bench.wait_event("erasure_started", 120)
    bench.wait_console("EFFACEMENT", timeout_s=60)
    day.pc.screendump(photos / "mur.png")
    finished = bench.end_job(photos / "mur-fin.png")
    result = bench.console()
    day.pc.screendump(photos / "resultat.png")
    outcomes = {e["disk"]: e["outcome"] for e in bench.events("erasure_finished")}
    assert len(outcomes) == 2 and all(o.startswith("cleared") for o in outcomes.values()), (outcomes, result)
    installs = bench.events("install_finished")
    assert installs and installs[-1]["ok"] is True, (installs, bench.events("fault"), result)
    assert finished["exit_code"] == 0, finished
    assert bench.events("report_delivered"), result
    bench.switch_off()
    day.done.add("job")


def test_nothing_of_the_old_content_is_left_in_the_raw_files(day: Day) -> None:
    day.needs("job")
    for disk in day.machine.disks[1:]:
        assert donated.left(disk.path) == 0, f"{disk.serial}: old content is still there"
    sata = day.machine.disks[2].path
    whole = subprocess.run(["grep", "-c", "-a", "DONNEES-DE-QUELQU-UN", str(sata)], capture_output=True, text=True)
    assert whole.stdout.strip() == "0"


def test_the_registry_has_the_signed_report_with_a_receipt(day: Day, network: Registry, tmp_path: Path) -> None:
    day.needs("job")
    with sqlite3.connect(network.home / "registre.sqlite") as db:
        rows = db.execute("select jws, receipt from report").fetchall()
    assert rows
    for number, (jws, receipt) in enumerate(rows):
        (tmp_path / f"{number}.jws").write_text(jws if isinstance(jws, str) else jws.decode())
        (tmp_path / f"{number}.receipt.jws").write_text(receipt if isinstance(receipt, str) else receipt.decode())
    audit = regain("registry", "audit", "--db", network.database, home=network.home)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    report = payload_of(tmp_path / f"{len(rows) - 1}.jws")
    by_serial = {e["disk"]["serial"]: e for e in report["erasures"]}
    nvme, sata = by_serial[start.NVME], by_serial[start.SATA]
    assert nvme["technique"] == "nvme-format" and sata["technique"] == "overwrite"
    for erasure in (nvme, sata):
        assert erasure["outcome"].startswith("cleared") and erasure["canaries"]["alive"] == 0
        assert erasure["verification"]["mismatches"] == 0
    assert any("format" in command["argv"] for command in nvme["commands"]), "what was run is in the record"
    assert report["install"]["verified"] == "checked" and report["exercise"] is False


@pytest.mark.parametrize("firmware", list(Firmware))
def test_the_installed_system_starts(day: Day, firmware: Firmware, photos: Path) -> None:
    day.needs("job")
    machine = alone(day.machine, day.machine.disks[1], firmware)
    machine.place("vars.fd").unlink(missing_ok=True)
    with VirtualPC(machine) as pc:
        starts_alone(pc, photos / f"installe-{firmware.value}.png")
