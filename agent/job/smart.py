"""SMART before and after a wipe: both answers are kept whole beside the journal, their counters go into the record.

The job never fails for it. An answer that cannot be kept is said so in the record, and its hash is there all the same.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.erasure.health import Rates, health, thresholds
from agent.erasure.proof import with_health
from agent.inventory.smart import Reading, read_smart
from agent.machine.door import Machine
from agent.model.erasure import Evidence, Outcome
from agent.model.errors import Fault
from agent.model.facts import known, to_wire
from agent.model.inventory import Disk
from agent.report.files import write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    reading: Reading
    wire: Mapping[str, Any]  # as the record keeps it


def take(machine: Machine, facts: Disk, path: str, *, when: str, folder: Path | None, identity: str) -> Taken:
    """Ask the drive. ``when``: before | after; ``folder``: where the whole answer is kept, None: nowhere."""
    name = f"smart-{when}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}.json.gz"
    # a rehearsal disk is a file: the recorded drive is asked where it was recorded
    asked = path if not machine.exercise else known(facts.path) or path
    reading = read_smart(machine, asked, known(facts.bus))
    wire: dict[str, Any] = {"taken": machine.clock.utc(), "argv": list(reading.argv), "values": to_wire(reading.smart)}
    if reading.raw:
        wire |= {"sha256": hashlib.sha256(reading.raw).hexdigest(), "bytes": len(reading.raw)}
        wire |= _keep(reading.raw, folder, name)
    return Taken(reading=reading, wire=wire)


def _keep(raw: bytes, folder: Path | None, name: str) -> dict[str, Any]:
    if folder is None:
        return {}
    try:
        write_atomic(folder / name, gzip.compress(raw, mtime=0))
    except (Fault, OSError) as error:
        return {"not_kept": type(error).__name__ if isinstance(error, OSError) else error.error_id}
    return {"file": f"{folder.name}/{name}"}


def judged(evidence: Evidence, before: Taken, after: Taken) -> Evidence:
    """The evidence with both readings, the exceptions that their difference makes, and the verdict on the disk."""
    mine, theirs = before.reading.facts, after.reading.facts
    if mine is not None and theirs is not None:
        evidence = with_health(evidence, mine, theirs)
    verdict = health(
        before.reading.smart,
        after.reading.smart,
        thresholds(),
        firmware_purged=evidence.outcome is Outcome.PURGED,
        rates=None if evidence.rehearsal else rates_of(evidence),
    )
    return dataclasses.replace(evidence, smart_before=before.wire, smart_after=after.wire, health=verdict)


def rates_of(evidence: Evidence) -> Rates:
    """Mean rates of the passes and of the read-back; what took less than ten seconds tells nothing."""
    written, seconds = sum(p.bytes_written for p in evidence.passes), sum(p.seconds for p in evidence.passes)
    check, medium = evidence.verification, evidence.disk.get("medium")
    return Rates(
        medium=medium if isinstance(medium, str) else "unknown",
        write=written / seconds if seconds >= 10 else None,
        read=check.bytes / check.seconds if check is not None and check.seconds >= 10 else None,
    )
