"""The stick on the serial line, as somebody with a braille terminal uses it: one sentence a line, answers typed."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from iso import donated, start
from iso.virtual import Firmware
from iso.vm import VirtualPC
from tests.vm import sticks
from tests.vm.bench import BOOT_S, WORK_S, Registry, regain

WIDTH = 78
DOUBLED = 2
"""The emulated UART of a busy PC was seen to send a letter twice."""


def test_a_job_over_the_serial_line_on_a_write_protected_stick(
    iso: Path, accelerated: bool, tmp_path: Path, photos: Path, network: Registry
) -> None:
    """The boot menu answers there too. Results are kept by a second stick, and what it kept reaches the registry."""
    machine = start.donated_pc(tmp_path, iso, firmware=Firmware.UEFI, disk_mib=64, accelerated=accelerated)
    stick, _, sata = machine.disks
    machine = replace(machine, disks=(replace(stick, readonly=True), sata), network=False)
    late = sticks.another(tmp_path / "late.raw", sticks.home(tmp_path / "fresh"))
    end = start.SATA[-4:]
    with VirtualPC(machine) as pc:
        pc.expect(r"Console s.rie", 300)
        pc.say("s")
        pc.expect(r"(?s)mémoire seulement.*protégée\s+en\s+écriture", BOOT_S)
        print(f"\nserial: power-on to the first question {pc.seconds():.0f} s")
        pc.expect("(?s)tapez l’étiquette.*> $", 120)
        pc.say("\n")
        pc.expect(r"(?s)effacer sans rien installer.*Votre choix.*> $", 120)
        pc.say("3\n")
        pc.expect(rf"(?s)Rien n’a encore été écrit.*{start.SATA}.*…{end}.*> $", 120)
        pc.say("0000\n")
        pc.expect(r"(?s)Ce n’est pas la fin.*Rien n’a été écrit.*> $")
        pc.say(f"{end}\n")
        pc.expect(r"(?s)EFFACEMENT.*RELECTURE.*témoins retrouvés, 0", WORK_S)
        pc.expect(r"(?s)effacement simple.*Rapport signé n°.*Document.*(TERMINÉ|À VOUS)", 300)
        pc.expect(r"(?s)Branchez une clé Regain.*> $", 60)
        pc.plug(late, "late")
        time.sleep(10)  # as long as the sentence on the screen asks for, twice
        pc.say("\n")
        pc.expect(r"(?s)Résultats sur la clé.*tapez l’étiquette.*> $", 300)
        pc.screendump(photos / "serie-ecran.png")
        pc.monitor("system_powerdown")
        pc.wait_off(180)
    transcript = machine.place("serial.log").read_text(errors="replace")
    (photos / "serie.txt").write_text(transcript)
    spoken = transcript[transcript.index("mémoire seulement") : transcript.rindex("tapez l’étiquette")]
    longest = max(spoken.replace("\r", "").split("\n"), key=len)
    assert len(longest) <= WIDTH + DOUBLED, longest
    assert "\x1b" not in spoken, "nothing but sentences"
    assert donated.left(sata.path) == 0
    kept = sticks.read(late.path, tmp_path / "kept")
    assert len(list((kept / "station" / "outbox" / "pending").glob("*.jws"))) == 1
    for argv in (("enrol", network.url, "--code", network.code(), "--name", "essai"), ("push",)):
        done = regain("outbox", *argv, home=kept)
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((kept / "station" / "outbox" / "sent").glob("*.receipt.jws"))) == 1
