"""One virtual drive on a bench, erased by the product with the real tools, and the journal of it."""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.eligibility.assess import assess
from agent.erasure.ladder import choose
from agent.erasure.resume import resume_point
from agent.erasure.run import erase
from agent.erasure.watch import Limits
from agent.inventory.disks import list_disks
from agent.inventory.first import LSBLK
from agent.job.consent import grant
from agent.job.seen import Seen
from agent.machine.clocks import VirtualClock
from agent.machine.drives.bus import Drive
from agent.machine.drives.laboratory import Laboratory
from agent.machine.recorded import CARD, FILES, RecordedMachine
from agent.machine.rehearsal import RehearsalMachine
from agent.model.erasure import Evidence, Method
from agent.model.events import Kind
from agent.model.facts import Known, known
from agent.model.identity import DiskIdentity, identify
from agent.model.inventory import Disk, Inventory
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.warrant import Action, Warrant
from tests.unit.erasure.doubles import MIB, Journal

MARKER = b"DONATEUR-ANCIEN"

Emit = Callable[[Kind, Mapping[str, Any]], None]
Wanted = Callable[[Kind, Mapping[str, Any]], bool]


class PowerCut(Exception):
    pass


@dataclass(kw_only=True)
class Station:
    machine: RehearsalMachine
    drive: Drive
    lab: Laboratory
    path: str
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.identity.text)

    @property
    def facts(self) -> Disk:
        """As the inventory has them from the real tools."""
        return inventory(self.machine, self.path)

    @property
    def identity(self) -> DiskIdentity:
        found = identify(self.facts)
        assert found is not None
        return found

    def plan(self, technique: str | None = None, **options: Any) -> Method:
        return choose(self.facts, technique=technique, reached=True, **options)

    def erase(
        self,
        method: Method | None = None,
        *,
        emit: Emit | None = None,
        facts: Disk | None = None,
        stop: threading.Event | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
        psid: str = "",
    ) -> Evidence:
        """With what the journal holds of an earlier run. ``entropy``: the canaries' places are drawn from it."""
        known_facts, identity = facts or self.facts, self.identity
        target = Target(identity=identity, path=self.path, medium="?", method=method or self.plan())
        plan, warrant = self._consent(target)
        with self.machine.open_disk(identity, warrant, Action.ERASE) as disk:
            return erase(
                self.machine,
                disk,
                target,
                facts=known_facts,
                plan_digest=plan.digest,
                warrant_id=warrant.warrant_id,
                emit=emit or self.journal.emit,
                stop=stop or threading.Event(),
                resume=resume_point(self.journal.events(), identity.text),
                limits=Limits(block_bytes=MIB, mark_bytes=4 * MIB),
                entropy=entropy,
                psid=psid,
            )

    def _consent(self, target: Target) -> tuple[Plan, Warrant]:
        plan = Plan(
            machine="m",
            tag=None,
            targets=(target,),
            excluded=(),
            choice=Choice(system=SystemChoice.NONE, profile=None, chosen_by="07"),
            install=None,
            exercise=True,
            estimate_s=0.0,
        )
        typed = {target.identity.text: target.identity.text[-4:]}
        return plan, grant(plan, typed, by="07", clock=self.machine.clock, new_id=lambda: uuid.uuid4().hex)

    def cut_when(self, wanted: Wanted, *, seconds: float = 0.0) -> Emit:
        """The plug goes ``seconds`` after this event: it is on the medium, and nothing after it is."""

        def emit(kind: Kind, params: Mapping[str, Any]) -> None:
            self.journal.emit(kind, params)
            if wanted(kind, params):
                self.machine.clock.sleep(seconds)
                self.lab.power_cut()
                raise PowerCut

        return emit

    @property
    def left(self) -> bytes:
        return self.drive.backing.read_bytes()

    def sent(self) -> list[str]:
        """What the drive was told on the record, without the name of its path."""
        return [" ".join(e.params["argv"]).replace(f" {self.path}", "") for e in self.journal.of(Kind.COMMAND_STARTED)]

    def fell_back(self) -> list[tuple[str, str]]:
        return [(e.params["technique"], e.params["reason"]) for e in self.journal.of(Kind.FELL_BACK)]


def new_machine(
    folder: Path,
    clock: VirtualClock,
    lab: Laboratory,
    *,
    rows: Sequence[Mapping[str, Any]],
    files: Mapping[str, str] | None = None,
    stand_ins: Mapping[str, str],
) -> RehearsalMachine:
    """A PC whose recording knows what the kernel shows of the drives; all else is asked of them. ``files``: of /sys."""
    recording = folder / "recording"
    recording.mkdir(exist_ok=True)
    command = {"argv": list(LSBLK), "stdout": "lsblk.json"}
    (recording / CARD).write_text(json.dumps({"name": "bench", "commands": [command]}))
    (recording / "lsblk.json").write_text(json.dumps({"blockdevices": list(rows)}))
    for path, text in (files or {}).items():
        file = recording / FILES / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return RehearsalMachine(
        RecordedMachine(recording), folder / "work", clock=clock, laboratory=lab, stand_ins=stand_ins
    )


def row(name: str, size: int, **columns: Any) -> Mapping[str, Any]:
    """As lsblk prints one disk that nobody uses."""
    shown = {"rm": False, "ro": False, "log-sec": 512, "phy-sec": 512, "maj:min": "8:0", "mountpoints": [None]}
    return {"name": name, "kname": name, "path": f"/dev/{name}", "type": "disk", "size": size, **shown, **columns}


def inventory(machine: RehearsalMachine, path: str) -> Disk:
    found = list_disks(machine)
    assert isinstance(found, Known), found
    return next(disk for disk in found.value if known(disk.path) == path)


def judged(evidence: Evidence) -> tuple[str, str, tuple[str, ...]]:
    return evidence.outcome.value, evidence.method.technique, evidence.reasons


def states(evidence: Evidence) -> list[str]:
    return [str(step["state"]) for step in evidence.status_timeline]


def is_status(state: str, fraction: float = 0.0) -> Wanted:
    def wanted(kind: Kind, params: Mapping[str, Any]) -> bool:
        return kind is Kind.DRIVE_STATUS and params["state"] == state and params.get("fraction", 1.0) >= fraction

    return wanted


def seen(*disks: Disk) -> Seen:
    """What a session saw of a PC that has these disks, all its own, and of which nothing else is known."""
    inventory = Inventory(disks=Known(disks, "lsblk"))
    return Seen(inventory=inventory, eligibility=assess(inventory, ()), disks=disks, exclusions=(None,) * len(disks))
