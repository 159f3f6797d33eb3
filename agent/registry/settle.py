"""What persons decided about doubtful matches, folded into the projections: two machines become one, or stay two."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from agent.registry.project import compact, refresh
from agent.registry.schema import certificate, device, erasure, event, identifier, reconciliation

DECISION_N = 1000
"""Events of decisions are numbered from here within the log entry they follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person said about a doubtful match. ``action``: same_as (``device_id``) or another."""

    number: int
    after_seq: int
    report_id: str
    action: str
    device_id: str | None
    decided_by: str
    decided_at: str


def root_of(connection: Connection, device_id: str) -> str | None:
    """The machine that this name stands for after merges; None when nobody has that name."""
    for _ in range(64):
        row = connection.execute(select(device.c.merged_into).where(device.c.device_id == device_id)).first()
        if row is None:
            return None
        if row.merged_into is None:
            return device_id
        device_id = row.merged_into
    raise RuntimeError(f"device {device_id} is merged in a circle")


def fold_decision(connection: Connection, decision: Decision) -> None:
    """Settle one entry of the reconciliation list."""
    row = connection.execute(select(reconciliation).where(reconciliation.c.report_id == decision.report_id)).one()
    settled: dict[str, Any] = {"status": decision.action, "decided_by": decision.decided_by}
    settled |= {"decided_at": decision.decided_at, "decided_into": decision.device_id}
    connection.execute(update(reconciliation).where(reconciliation.c.report_id == decision.report_id).values(**settled))
    own = root_of(connection, row.device_id) or row.device_id
    target = root_of(connection, decision.device_id) if decision.device_id else None
    kind = "kept_apart"
    if decision.action == "same_as" and target is not None and target != own:
        _merge(connection, source=own, target=target)
        own, kind = target, "merged"
    note = {"seq": decision.after_seq, "n": DECISION_N + decision.number, "device_id": own, "kind": kind}
    note |= {"at": decision.decided_at, "report_id": decision.report_id}
    connection.execute(insert(event), note | {"params": compact({"operator": decision.decided_by})})
    for touched in sorted({own, row.device_id, *json.loads(row.candidates)}):
        refresh(connection, touched)


def _merge(connection: Connection, *, source: str, target: str) -> None:
    old, new = (connection.execute(select(device).where(device.c.device_id == name)).one() for name in (source, target))
    owned = connection.execute(select(identifier).where(identifier.c.device_id == target))
    known = {(row.kind, row.value) for row in owned}
    for row in connection.execute(select(identifier).where(identifier.c.device_id == source)).all():
        same = (identifier.c.kind == row.kind, identifier.c.value == row.value, identifier.c.device_id == source)
        if (row.kind, row.value) in known:
            connection.execute(delete(identifier).where(*same))
        else:
            connection.execute(update(identifier).where(*same).values(device_id=target))
    for table in (event, erasure, certificate):
        connection.execute(update(table).where(table.c.device_id == source).values(device_id=target))
    first, last = (old, new) if old.last_seq <= new.last_seq else (new, old)
    kept = ("tag", "form", "manufacturer", "product", "install", "disposition", "number", "workshop")
    columns: dict[str, Any] = {k: getattr(last, k) if getattr(last, k) is not None else getattr(first, k) for k in kept}
    columns["facts"] = compact(json.loads(first.facts) | json.loads(last.facts))
    columns |= {"head_kid": last.head_kid, "head_chain_seq": last.head_chain_seq, "reports": old.reports + new.reports}
    columns |= {"last_seq": last.last_seq, "last_at": last.last_at}
    columns |= {"first_seq": min(old.first_seq, new.first_seq), "first_at": min(old.first_at, new.first_at)}
    connection.execute(update(device).where(device.c.device_id == target).values(**columns))
    connection.execute(update(device).where(device.c.device_id == source).values(merged_into=target))


def interleave(entries: Iterable[Any], decisions: Iterable[Decision]) -> Iterable[Any]:
    """Log entries and decisions in the order in which they happened; entries have ``seq``."""
    waiting = sorted(decisions, key=lambda d: d.number)
    for entry in entries:
        while waiting and waiting[0].after_seq < entry.seq:
            yield waiting.pop(0)
        yield entry
    yield from waiting
