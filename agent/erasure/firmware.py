"""Techniques that begin with a command of the drive: canaries, the command, a look at what it left, and then?

A new one (sanitize, ATA security, FORMAT UNIT, …) is a class with its words (``commands.Command``) and a line in
``TECHNIQUES``. What was seen goes into ``Seen``; ``agent.erasure.proof`` alone says what it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.erasure import nvme, proof
from agent.erasure.commands import Command, send
from agent.erasure.watch import Emit, Seen
from agent.machine.door import Machine, OpenDisk
from agent.model.erasure import Method, Skipped
from agent.model.events import Kind
from agent.model.facts import known
from agent.model.inventory import Disk

TECHNIQUES: Mapping[str, Command] = {proof.NVME_FORMAT: nvme.NvmeFormat()}

_ASK_AGAIN = 5  # a namespace is scanned anew after a Format: it may be away for a moment
_ASK_EVERY_S = 1.0

Work = Callable[[Sequence[str]], bool]
"""Runs a worker for these steps; True when it did them all."""


def busy_with_itself(machine: Machine, disk: OpenDisk, facts: Disk, seen: Seen) -> bool:
    """A drive whose sanitize runs, failed or cannot be told takes no other command and no write: ``seen.end`` says so.

    A rehearsal disk has no firmware to ask.
    """
    if machine.exercise or known(facts.bus) != "nvme":
        return False
    found = nvme.sanitize_state(machine, disk.path, facts)
    seen.status_timeline.append({"t": machine.clock.utc(), "state": found.state, "raw_hex": found.raw.hex()})
    seen.end = nvme.forbidden_by(found.state)
    return bool(seen.end)


def fall_back(method: Method, why: Skipped) -> Method | None:
    """The plan's next line, with the technique that gave way among those left aside; None when the plan has none."""
    if method.fallback is None:
        return None
    return replace(method.fallback, skipped=(*method.skipped, why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """One disk on its way through the drive's own command."""

    machine: Machine
    disk: OpenDisk
    seen: Seen
    emit: Emit
    work: Work
    timeout_s: float
    monotonic: Callable[[], float]

    def carry_out(self, method: Method) -> Method:
        """Canaries, command, look. The method to go on with: this one, or the plan's next line when the drive refused
        before it started or was not seen to erase. With ``seen.end`` set, nothing goes on."""
        if not self.work(("plant",)):
            return method
        heard, entry = send(
            TECHNIQUES[method.technique],
            self.machine,
            self.disk,
            method,
            emit=self.emit,
            timeout_s=self.timeout_s,
            monotonic=self.monotonic,
        )
        if entry is not None:
            self.seen.commands.append(entry)
        self.seen.end = heard.end
        if not heard.end and self._changed():
            self.seen.end = "changed"
        if self.seen.end:
            return method
        if heard.refusal:
            return self._give_way(method, heard.refusal, heard.params, end="refused")
        if not self.work(("inspect",)):
            return method
        found = self.seen.inspection
        if found is not None and proof.erased_by_command(found):
            return method
        if found is not None and (alive := proof.survivors(found)):
            told = {"alive": alive, "looked": found.looked}
            return self._give_way(method, "skip-erased-nothing", told, end="not-shown")
        return self._give_way(method, "skip-not-shown-erased", {}, end="not-shown")

    def _give_way(self, method: Method, reason: str, params: Mapping[str, Any], *, end: str) -> Method:
        """The plan's next line; without one the disk's story ends here, as it was seen."""
        why = Skipped(technique=method.technique, reason=reason, params=params)
        after = fall_back(method, why)
        if after is None:
            self.seen.end = end
            return method
        self.emit(
            Kind.FELL_BACK,
            {"technique": method.technique, "reason": reason, "params": dict(params), "to": after.technique},
        )
        return after

    def _changed(self) -> bool:
        for _ in range(_ASK_AGAIN):
            if not self.disk.changed():
                return False
            self.machine.clock.sleep(_ASK_EVERY_S)
        return True
