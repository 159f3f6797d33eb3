"""The same stick under Secure Boot and under a BIOS, each start used for what only a started stick can show."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from iso import donated, start
from iso.virtual import BadSectors, Bus, Disk, Firmware, Machine
from iso.vm import VirtualPC
from tests.vm import sticks
from tests.vm.bench import BOOT_S, Bench, Hotspot, Registry, alone, flat, regain, starts_alone

MIB = 1 << 20
DYING = "WD-DYING0042"


def test_secure_boot_a_full_stick_a_dying_disk_and_a_captive_portal(
    iso: Path, accelerated: bool, tmp_path: Path, photos: Path, network: Registry
) -> None:
    """Reads and writes of a range answer with an I/O error: the range is in the record, nothing says "cleared".
    The stick has no room and the network answers with a page of its own: the record waits, and leaves afterwards."""
    machine = start.donated_pc(
        tmp_path, iso, firmware=Firmware.SECUREBOOT, disk_mib=256, accelerated=accelerated, memory_mib=2048
    )
    film = sticks.home(tmp_path / "film")
    sticks.fill(film, left_mib=20)
    sticks.add(machine.disks[0].path, film)
    late = sticks.another(tmp_path / "late.raw", sticks.home(tmp_path / "fresh"))
    dying = tmp_path / "dying.raw"
    donated.plant(dying, 256 * MIB)
    bad = (BadSectors(100_000, 8, ("write", "read")),)
    machine = replace(
        machine, disks=(*machine.disks, Disk(path=dying, serial=DYING, bus=Bus.SATA, model="WDC DYING", bad=bad))
    )
    with Hotspot(network) as wifi, VirtualPC(machine) as pc:
        bench = Bench(pc)
        pc.wait_screens(BOOT_S)
        text = flat(bench.wait_console("ACCUEIL", "Scannez l’étiquette", "terminé"))
        pc.screendump(photos / "accueil-secureboot-cle-pleine.png")
        assert "est pleine" in text and "en mémoire seulement" in text, text
        assert "Secure boot enabled" in bench.shell("dmesg | grep -i 'secure boot' | head -3")
        bench.enrol(network, wifi.port)
        bench.wait_console("ACCUEIL", "terminé")

        wifi.portal = True
        bench.start_job("3", [disk.serial[-4:] for disk in machine.disks[1:]])
        bench.end_job()
        text = flat(bench.wait_console("RÉSULTAT", "EN MÉMOIRE SEULEMENT", "portail captif"))
        pc.screendump(photos / "portail-captif-en-memoire.png")
        assert "EN ATTENTE D’ENVOI (1)" in text and "ENVOYÉ" not in text, text
        assert not bench.events("report_delivered")
        outcomes = {e["disk"][-4:]: e["outcome"] for e in bench.events("erasure_finished")}
        assert outcomes.pop(DYING[-4:]) in ("cleared_with_exceptions", "failed"), outcomes
        assert len(outcomes) == 2 and all(o.startswith("cleared") for o in outcomes.values()), outcomes

        bench.keep_on(late)
        pc.keys("f5")
        text = flat(bench.wait_console("RÉSULTAT", "EN ATTENTE D’ENVOI (1)", "portail captif"))
        pc.screendump(photos / "portail-captif-sur-la-cle.png")
        pc.keys("f4")
        bench.wait_console("FILE D’ENVOI", "portail captif", "Rien n’est perdu")
        pc.screendump(photos / "portail-captif-file.png")
        pc.keys("esc")
        wifi.portal = False
        pc.keys("f5")
        bench.wait_console("ENVOYÉ, reçu vérifié")
        pc.screendump(photos / "portail-passe.png")
        record, report_id, exceptions = _only_record(bench)
        with sqlite3.connect(network.home / "registre.sqlite") as db:
            assert db.execute("select 1 from report where report_id = ?", (report_id,)).fetchone()

        told = json.dumps(exceptions[DYING])
        assert str(100_000) in told or str(100_000 * 512) in told, told
        path = next(str(d["path"]) for d in bench.disks() if DYING in str(d.get("serial")))
        installed = bench.shell(
            f"regain install {path} --profile minimal --confirm {DYING[-4:]} --erasure-record {record} --json "
            "--image /run/live/medium/images/linux/minimal-2026.11.squashfs >/dev/null 2>/run/why; "
            "echo code=$?; cat /run/why",
            300,
        )
        assert "code=3" in installed, installed


_SIGNED = (
    "import base64,glob,json,os;"
    "path,=[p for p in glob.glob(os.environ['REGAIN_HOME']+'/records/*.jws') if 'receipt' not in p];"
    "part=open(path).read().split('.')[1];"
    "told=json.loads(base64.urlsafe_b64decode(part+'='*(-len(part)%4)));"
    "print(json.dumps([path,told['report_id'],{e['disk']['serial']:e['exceptions'] for e in told['erasures']}]))"
)
"""The whole record would keep the serial line busy for minutes."""


def _only_record(bench: Bench) -> tuple[str, str, dict[str, Any]]:
    """Where the one signed record is, its id, and the exceptions of each disk."""
    path, report_id, exceptions = json.loads(bench.shell(f'python3 -c "{_SIGNED}"'))
    return path, report_id, exceptions


@pytest.fixture(scope="module")
def tower(iso: Path, accelerated: bool, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A PC of 2012: BIOS, 1 GiB, one SATA disk, no network card, and a stick whose data partition is damaged."""
    folder = tmp_path_factory.mktemp("tour")
    machine = start.donated_pc(
        folder, iso, firmware=Firmware.BIOS, disk_mib=3072, accelerated=accelerated, memory_mib=1024, model="optiplex"
    )
    stick, _, sata = machine.disks
    sticks.add(stick.path, sticks.home(folder / "damaged"))
    sticks.damage(stick.path)
    return replace(machine, disks=(stick, sata), network=False)


def test_bios_one_sata_disk_a_damaged_stick_and_no_network(
    tower: Machine, tmp_path: Path, photos: Path, network: Registry
) -> None:
    enrolled = sticks.home(tmp_path / "enrolled")
    code = ("--code", network.code(), "--name", "essai")
    done = regain("outbox", "enrol", network.url, *code, home=enrolled)
    assert done.returncode == 0, done.stderr
    late = sticks.another(tmp_path / "late.raw", enrolled)
    with VirtualPC(tower) as pc:
        bench = Bench(pc)
        seconds = pc.wait_screens(BOOT_S)
        text = flat(bench.wait_console("ACCUEIL", "Scannez l’étiquette", "terminé"))
        pc.screendump(photos / "accueil-bios-cle-abimee.png")
        print(f"\nBIOS, 1 GiB: power-on to screens {seconds:.0f} s; {bench.shell('free -m | head -2 | tail -1')}")
        assert "en mémoire seulement" in text and "abîmée" in text, f"where results are must be said:\n{text}"
        assert "OptiPlex 7010" in text
        assert "none" in bench.shell("[ -d /sys/firmware/efi ] && echo uefi || echo none")
        bench.start_job("1", [start.SATA[-4:]])
        finished = bench.end_job()
        text = flat(bench.wait_console("RÉSULTAT", "EN MÉMOIRE SEULEMENT"))
        pc.screendump(photos / "sans-reseau-en-memoire.png")
        assert finished["exit_code"] == 0, (finished, text)
        assert all(e["outcome"].startswith("cleared") for e in bench.events("erasure_finished"))
        assert bench.events("install_finished")[-1]["ok"] is True, bench.events("fault")
        bench.keep_on(late)
        pc.keys("f5")
        text = flat(bench.wait_console("RÉSULTAT", "Le registre ne répond pas"))
        pc.screendump(photos / "sans-reseau-sur-la-cle.png")
        assert "EN ATTENTE D’ENVOI (1)" in text, text
        bench.switch_off()
    assert donated.left(tower.disks[1].path) == 0
    kept = sticks.read(late.path, tmp_path / "kept")
    waiting = list((kept / "station" / "outbox" / "pending").glob("*.jws"))
    assert len(waiting) == 1, sorted(kept.rglob("*"))
    verified = regain("verify", *(str(path) for path in (kept / "records").glob("*.jws")), home=tmp_path)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_system_on_that_disk_starts_alone_under_bios_and_uefi(tower: Machine, photos: Path) -> None:
    """Both at once, each with a copy of the disk: a start is mostly one processor's work."""
    sata = tower.disks[1]
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        machines = []
        for firmware in (Firmware.BIOS, Firmware.UEFI):
            folder = tower.folder / f"alone-{firmware.value}"
            folder.mkdir()
            disk = replace(sata, path=folder / "sata.raw")
            sticks.sh("cp", "--sparse=always", str(sata.path), str(disk.path))
            machines.append(alone(replace(tower, folder=folder), disk, firmware))
        started = [stack.enter_context(VirtualPC(machine)) for machine in machines]
        places = [photos / f"sata-seul-{pc.machine.firmware.value}.png" for pc in started]
        for found in [pool.submit(starts_alone, pc, place) for pc, place in zip(started, places, strict=True)]:
            found.result()
