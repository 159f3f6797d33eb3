"""The plug is pulled twice, in the middle of the wipe and in the middle of the install: each next start of the same
stick says so, goes on where it can, and a cut run is never reported as a success."""

from __future__ import annotations

from pathlib import Path

from iso import donated, start
from iso.virtual import Firmware
from iso.vm import VirtualPC
from tests.vm.bench import BOOT_S, WORK_S, Bench

ENDS = (start.NVME[-4:], start.SATA[-4:])


def test_cut_in_the_wipe_then_in_the_install(iso: Path, accelerated: bool, tmp_path: Path, photos: Path) -> None:
    machine = start.donated_pc(tmp_path, iso, firmware=Firmware.UEFI, disk_mib=3072, accelerated=accelerated)
    with VirtualPC(machine) as pc:
        bench = Bench(pc)
        pc.wait_screens(BOOT_S)
        bench.wait_console("ACCUEIL", "terminé")
        bench.start_job("1", ENDS)
        bench.wait_event("mark", 600)
        assert not bench.events("erasure_finished", "job_finished"), "the cut must come in the middle"
        pc.powercut()

    with VirtualPC(machine) as pc:
        bench = Bench(pc)
        pc.wait_screens(BOOT_S)
        text = bench.wait_console("ACCUEIL", "terminé", "Résultats")
        pc.screendump(photos / "coupe-effacement.png")
        assert "À REPRENDRE" in text and "effacement" in text, text
        bench.start_job("1", ENDS)
        bench.wait_event("install_started", WORK_S)
        assert any(e["resumed"] for e in bench.events("erasure_started")), bench.events("erasure_started")
        outcomes = {e["outcome"] for e in bench.events("erasure_finished")}
        assert outcomes <= {"cleared", "cleared_with_exceptions"}, outcomes
        assert not bench.events("install_finished", "job_finished"), "the cut must come in the middle"
        pc.powercut()
    assert donated.left(machine.disks[2].path) == 0, "the disk whose wipe was cut and went on"

    with VirtualPC(machine) as pc:
        bench = Bench(pc)
        pc.wait_screens(BOOT_S)
        text = bench.wait_console("ACCUEIL", "terminé", "Résultats")
        pc.screendump(photos / "coupe-installation.png")
        assert "installation coupée" in text and ENDS[0] in text, text
        assert "pas prêt" in text, text
        waiting = bench.shell("find $REGAIN_HOME/station -name '*.jws' 2>/dev/null | wc -l").strip()
        assert waiting == "0", "no report may speak of the runs that were cut as if they had ended"
