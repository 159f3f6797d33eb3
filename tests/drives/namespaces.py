"""Two namespaces of one virtual NVMe drive, each a disk of its PC."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.machine.clocks import VirtualClock
from agent.machine.drives.nvme import NvmeDrive
from agent.machine.drives.nvme_make import Estimates, NvmeFault, NvmeMake
from agent.machine.drives.nvme_sanitize import BLOCK, Status
from tests.drives.conftest import OpensLab
from tests.drives.station import Station, new_machine, row
from tests.unit.erasure.doubles import MIB, plant_old_content

SIZE = 16 * MIB
PATH, SECOND = "/dev/nvme0n1", "/dev/nvme0n2"
ALL = NvmeMake(sanicap=0x07, pass_s=120.0, estimates=Estimates(overwrite=120))
SEVERAL = replace(ALL, oacs=0x1F, nn=4)
Two = Callable[..., tuple[Station, Station]]


def nvme(station: Station) -> NvmeDrive:
    assert isinstance(station.drive, NvmeDrive)
    return station.drive


def fail(station: Station, *, ause: bool) -> None:
    """As a former run left it: status 3."""
    drive = nvme(station)
    drive.sanitize.status, drive.sanitize.dword10 = Status.FAILED, BLOCK
    drive.sanitize._restricted = not ause


def two_namespaces(tmp_path: Path, open_lab: OpensLab) -> Two:
    """Two namespaces of one drive, and a third that is not attached."""

    def make(
        kind: NvmeMake, *, third: bool = False, faults: Collection[NvmeFault] = (), **more: Any
    ) -> tuple[Station, Station]:
        clock = VirtualClock()
        files = [tmp_path / f"ns{n}.img" for n in (1, 2, 3)]
        for file in files:
            plant_old_content(file, SIZE)
        drive = NvmeDrive(PATH, files[0], clock, make=kind, faults=faults, **more)
        drive.add_namespace(files[1])
        if third:
            drive.add_namespace(files[2], attached=False)
        lab = open_lab(drive)
        named = [(f"nvme0n{n}", f"eui.{kind.eui64 + n - 1:016x}", n) for n in (1, 2)]
        rows = [
            row(name, SIZE, tran="nvme", model=kind.model, serial=kind.serial, wwn=eui, rota=False)
            for name, eui, _ in named
        ]
        shown = {f"/sys/class/nvme/nvme0/{name}/size": "1\n" for name, _, _ in named}
        shown |= {f"/sys/block/{name}/nsid": f"{n}\n" for name, _, n in named}
        stand_ins = {eui: f"/dev/{name}" for name, eui, _ in named}
        machine = new_machine(tmp_path, clock, lab, rows=rows, files=shown, stand_ins=stand_ins)
        first, second = (Station(machine=machine, drive=drive, lab=lab, path=path) for path in (PATH, SECOND))
        return first, second

    return make
