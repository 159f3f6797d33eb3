"""Whole erasures on virtual drives: the plan that their facts give, the real tools, and the file read afterwards."""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent.erasure.ladder import choose
from agent.erasure.places import canary_places
from agent.erasure.resume import resume_point
from agent.erasure.run import erase
from agent.job.consent import grant
from agent.machine.clocks import VirtualClock
from agent.machine.drives.bus import Drive
from agent.machine.drives.laboratory import Laboratory
from agent.machine.drives.medium import Leaves, left_by
from agent.machine.recorded import CARD, RecordedMachine
from agent.machine.rehearsal import RehearsalMachine
from agent.model.erasure import Evidence, Level, Method, Outcome
from agent.model.events import Kind
from agent.model.identity import DiskIdentity
from agent.model.inventory import Disk
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.warrant import Action
from tests.drives.conftest import OpensLab
from tests.unit.erasure.doubles import Journal

SIZE = 16 << 20
MARK = b"DONATEUR-ANCIEN-DOCUMENT"
_BLOCK = 4096


class PowerCut(Exception):
    """The PC is gone in the middle of an erasure."""


def former_content(path: Path, size: int = SIZE) -> Path:
    """Every 4 KiB block is somebody's, and none is like another."""
    with path.open("wb") as file:
        for number in range(size // _BLOCK):
            line = MARK + b" %08d " % number
            file.write((line * (_BLOCK // len(line) + 1))[:_BLOCK])
    return path


def blocks_left(path: Path) -> int:
    """4 KiB blocks that still hold former content."""
    data = path.read_bytes()
    return sum(MARK in data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK))


def seed_that(looks: bool, size: int = SIZE) -> bytes:
    """A seed of canaries whose places hold, or miss, the block that a ``*_LEAVES_BLOCK`` spares: 4 KiB somewhere
    between two of them is what a sampled check may miss."""
    block, _ = left_by(Leaves.BLOCK, size)
    for number in range(10_000):
        seed = number.to_bytes(16, "big")
        canaries, witnesses = canary_places(size, seed)
        if (block in canaries or block in witnesses) is looks:
            return seed
    raise AssertionError("no such seed")


@dataclass(kw_only=True)
class Patient:
    """One virtual drive with its real tools, and the journal of what is done to it."""

    machine: RehearsalMachine
    drive: Drive
    lab: Laboratory
    identity: DiskIdentity
    facts: Disk
    journal: Journal
    seen: list[tuple[Kind, Mapping[str, Any]]] = field(default_factory=list)

    def plan(self, **options: Any) -> Method:
        return choose(self.facts, reached=True, **options)

    def erase(
        self,
        method: Method | None = None,
        *,
        watch: Callable[[Kind, Mapping[str, Any]], None] | None = None,
        seed: bytes | None = None,
    ) -> Evidence:
        """As the engine does it; an erasure that the journal has begun is taken up. ``watch`` may raise PowerCut.
        ``seed``: of all places; without one they are new each time."""
        resume = resume_point(self.journal.events(), self.identity.text)
        target = Target(identity=self.identity, path=self.drive.path, medium="x", method=method or self.plan())

        def emit(kind: Kind, params: Mapping[str, Any]) -> None:
            self.journal.emit(kind, params)
            self.seen.append((kind, params))
            if watch is not None:
                watch(kind, params)

        with self.machine.open_disk(self.identity, self._warrant(target), Action.ERASE) as disk:
            evidence = erase(
                self.machine,
                disk,
                target,
                facts=self.facts,
                plan_digest="d",
                warrant_id="w",
                emit=emit,
                stop=threading.Event(),
                resume=resume,
                entropy=lambda count: seed if seed is not None and count == len(seed) else os.urandom(count),
            )
        # as the engine writes it, so that an outcome that is known is not taken up again
        self.journal.emit(Kind.ERASURE_FINISHED, {"outcome": evidence.outcome.value})
        return evidence

    def cut_at(self, fraction: float, *, drive_too: bool = True) -> Callable[[Kind, Mapping[str, Any]], None]:
        """The plug is pulled when the drive says that it is so far; a drive in a box of its own may keep its power."""

        def watch(kind: Kind, params: Mapping[str, Any]) -> None:
            if kind is Kind.DRIVE_STATUS and params.get("fraction", 0.0) >= fraction:
                if drive_too:
                    self.drive.power_cut()
                raise PowerCut

        return watch

    def sent(self) -> list[list[str]]:
        """What the drive was told to do, in order."""
        return [list(params["argv"]) for kind, params in self.seen if kind is Kind.COMMAND_STARTED]

    def left_aside(self) -> list[tuple[str, str]]:
        """Lines of the plan that gave way, and why."""
        return [(p["technique"], p["reason"]) for kind, p in self.seen if kind is Kind.FELL_BACK]

    def _warrant(self, target: Target) -> Any:
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
        text = self.identity.text
        return grant(plan, {text: text[-4:]}, by="07", clock=self.machine.clock, new_id=lambda: uuid.uuid4().hex)


def patient(
    folder: Path,
    open_lab: OpensLab,
    make_drive: Callable[[Path, VirtualClock], Drive],
    facts: Callable[[RehearsalMachine, Drive], Disk],
) -> Patient:
    """``make_drive`` gets a file of former content; ``facts`` asks the drive with the real tools."""
    recording = folder / "recording"
    recording.mkdir()
    (recording / CARD).write_text(json.dumps({"name": "nothing"}))
    clock = VirtualClock()
    drive = make_drive(former_content(folder / "disk.img"), clock)
    identity = DiskIdentity(text="SERIAL01", kind="serial", model="M", size_bytes=drive.size_bytes)
    lab = open_lab(drive)
    machine = RehearsalMachine(
        RecordedMachine(recording),
        folder / "work",
        clock=clock,
        laboratory=lab,
        stand_ins={identity.text: drive.path},
    )
    return Patient(
        machine=machine,
        drive=drive,
        lab=lab,
        identity=identity,
        facts=facts(machine, drive),
        journal=Journal(identity.text),
    )


def alone(method: Method) -> Method:
    """The same line of a plan with nothing after it."""
    return replace(method, fallback=None)


def ended(evidence: Evidence) -> tuple[Outcome, Level, tuple[str, ...]]:
    return evidence.outcome, evidence.level, evidence.reasons


PURGED = (Outcome.PURGED, Level.PURGE, ("reason-purged",))
CLEARED = (Outcome.CLEARED, Level.CLEAR, ("reason-cleared",))
