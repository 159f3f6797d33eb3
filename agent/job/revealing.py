"""Hidden sectors of one drive, shown before there is a plan: a consent of its own, told as events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.erasure.reveal import Revealed, hidden, hidden_bytes, reveal
from agent.job.stream import EventStream
from agent.machine.door import Machine
from agent.model.events import Kind
from agent.model.identity import identify
from agent.model.inventory import Disk
from agent.model.plan import Reveal
from agent.model.warrant import Action, Warrant


def offer(disk: Disk, *, exercise: bool, dco: bool = True) -> Reveal | None:
    """What could be shown of this disk; None when it hides nothing. ``dco``: its overlay too."""
    identity = identify(disk)
    areas = tuple(area for area in hidden(disk) if dco or area != "dco")
    if identity is None or not areas:
        return None
    return Reveal(identity=identity, areas=areas, exercise=exercise, hidden_bytes=hidden_bytes(disk, areas))


def run_reveal(machine: Machine, stream: EventStream, wanted: Reveal, warrant: Warrant, facts: Disk) -> Revealed:
    """Under the warrant; the commands are on the journal before the drive hears of them. Raises Fault of the door."""
    name = wanted.identity.text

    def emit(kind: Kind, params: Mapping[str, Any]) -> None:
        stream.emit(kind, name, **params)

    with machine.open_disk(wanted.identity, warrant, Action.REVEAL) as disk:
        emit(
            Kind.REVEAL_STARTED,
            {
                "warrant_id": warrant.warrant_id,
                "digest": wanted.digest,
                "areas": list(wanted.areas),
                "by": warrant.consented_by,
            },
        )
        found = reveal(machine, disk, wanted.areas, facts=facts, emit=emit)
    told = {"before": found.before, "after": found.after, "left": list(found.left), "error": found.error}
    emit(Kind.REVEALED, {"areas": list(wanted.areas), **told})
    return found
