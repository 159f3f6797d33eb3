"""The plug is pulled in the middle of the wipe: the next start of the same stick says so and goes on."""

from __future__ import annotations

import time
from pathlib import Path

from iso import donated, start
from iso.virtual import Firmware
from iso.vm import VirtualPC
from tests.vm.bench import BOOT_S, WORK_S, Bench


def test_cut_in_the_middle_of_the_wipe(iso: Path, accelerated: bool, tmp_path: Path, photos: Path) -> None:
    machine = start.donated_pc(tmp_path, iso, firmware=Firmware.UEFI, disk_mib=2048, accelerated=accelerated)
    ends = (start.NVME[-4:], start.SATA[-4:])
    with VirtualPC(machine) as pc:
        bench = Bench(pc)
        pc.wait_screens(BOOT_S)
        bench.wait_console("ACCUEIL", "terminé")
        bench.start_job("3", ends)
        bench.wait_event("mark", 300)
        time.sleep(2)
        assert not bench.events("job_finished"), "the cut must come in the middle"
        pc.powercut()

    with VirtualPC(machine) as pc:
        bench = Bench(pc)
        pc.wait_screens(BOOT_S)
        text = bench.wait_console("ACCUEIL", "terminé")
        pc.screendump(photos / "apres-coupure.png")
        assert "À REPRENDRE" in text, text
        bench.start_job("3", ends)
        bench.wait_event("job_finished", WORK_S)
        finished = bench.events("erasure_finished")
        assert {e["outcome"] for e in finished} <= {"cleared", "cleared_with_exceptions"}, finished
        began = bench.events("erasure_started")
        assert any(e["resumed"] for e in began), began
        bench.switch_off()
    for disk in machine.disks[1:]:
        assert donated.left(disk.path) == 0
