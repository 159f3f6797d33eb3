"""What is shown of the projections: one machine with its story, lists, keys, heads. Reading only, except ``decide``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select

from agent.registry.match import Reason, canonical_uuid, fold
from agent.registry.plain import plain
from agent.registry.problems import Problem
from agent.registry.project import TAG
from agent.registry.schema import certificate, decision, device, erasure, event, identifier, key, reconciliation, report
from agent.registry.settings import RegistrySettings
from agent.registry.settle import Decision, fold_decision, root_of
from agent.registry.state import STATES, current_disks, is_own_disk
from agent.registry.store import Store
from agent.report.sign import EXERCISE_PREFIX, sha256_of

PAGE = 100
HEADS = 400
"""Days of log heads told at once: more than a year."""


def _json(text: str | None) -> Any:
    return json.loads(text) if text else None


def _disk(row: Row[Any]) -> dict[str, Any]:
    names = (
        "disk",
        "model",
        "size_bytes",
        "medium",
        "outcome",
        "shown",
        "level",
        "technique",
        "bytes_covered",
        "exceptions",
    )
    told = {name: getattr(row, name) for name in (*names, "started", "seconds", "report_id")}
    return told | {"verification": _json(row.verification)}


def _event(row: Row[Any]) -> dict[str, Any]:
    return {"seq": row.seq, "kind": row.kind, "at": row.at, "report_id": row.report_id, **_json(row.params)}


def _device(row: Row[Any], identifiers: Sequence[Row[Any]], erased: Sequence[Row[Any]]) -> dict[str, Any]:
    names = ("device_id", "tag", "workshop", "form", "manufacturer", "product", "number", "state", "alarm")
    told: dict[str, Any] = {name: getattr(row, name) for name in (*names, "reports", "first_at", "last_at")}
    facts = _json(row.facts)
    told |= {"facts": facts, "install": _json(row.install), "disposition": _json(row.disposition)}
    told["identifiers"] = [{"kind": i.kind, "shown": i.shown} for i in identifiers if i.kind != TAG]
    told["disks"] = [_disk(e) for e in current_disks(erased)]
    told["left_alone"] = [d for d in facts.get("left_alone") or () if is_own_disk(d)]
    return told


def device_view(connection: Connection, device_id: str) -> dict[str, Any] | None:
    """One machine with its events and certificates; the one it was merged into, if it was."""
    root = root_of(connection, device_id)
    if root is None:
        return None
    row = connection.execute(select(device).where(device.c.device_id == root)).one()
    owned = select(identifier).where(identifier.c.device_id == root).order_by(identifier.c.kind, identifier.c.value)
    erased = select(erasure).where(erasure.c.device_id == root).order_by(erasure.c.seq, erasure.c.n)
    told = _device(row, connection.execute(owned).all(), connection.execute(erased).all())
    events = select(event).where(event.c.device_id == root).order_by(event.c.seq, event.c.n)
    told["events"] = [_event(e) for e in connection.execute(events)]
    papers = select(certificate).where(certificate.c.device_id == root).order_by(certificate.c.seq)
    told["certificates"] = [
        {"number": c.number, "sha256": c.sha256, "report_id": c.report_id} for c in connection.execute(papers)
    ]
    doubts = select(reconciliation.c.report_id).where(
        reconciliation.c.device_id == device_id, reconciliation.c.status == "open"
    )
    told["doubts"] = list(connection.scalars(doubts))
    return told


def one_device(store: Store, device_id: str) -> dict[str, Any] | None:
    with store.read() as connection:
        return device_view(connection, device_id.lower())


def by_tag(store: Store, tag: str) -> list[dict[str, Any]]:
    """Machines with this tag: one, or more when the tag sits on two machines."""
    with store.read() as connection:
        wanted = (identifier.c.kind == TAG, identifier.c.value == plain(tag).upper())
        names = connection.scalars(select(identifier.c.device_id).where(*wanted).order_by(identifier.c.first_seq))
        return [told for name in names.all() if (told := device_view(connection, name)) is not None]


def by_serial(store: Store, serial: str) -> list[dict[str, Any]]:
    """Machines where this is a serial number of the machine, its board, its chassis, its UUID or one of its disks."""
    text = plain(serial)
    shown = func.lower(identifier.c.shown) == fold(text)
    unique = canonical_uuid(text)
    with store.read() as connection:
        machines = select(identifier.c.device_id).where(
            identifier.c.kind != TAG, or_(shown, identifier.c.value == unique) if unique else shown
        )
        disks = select(erasure.c.device_id).where(func.lower(erasure.c.disk) == fold(text))
        names = {*connection.scalars(machines.limit(PAGE)), *connection.scalars(disks.limit(PAGE))}
        return [told for name in sorted(names) if (told := device_view(connection, name)) is not None]


def all_devices(store: Store) -> list[dict[str, Any]]:
    """Every machine that was not merged into another, by tag: for exports."""
    with store.read() as connection:
        rows = connection.execute(
            select(device).where(device.c.merged_into.is_(None)).order_by(device.c.tag, device.c.device_id)
        ).all()
        return _with_parts(connection, rows)


def _with_parts(connection: Connection, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    owned: dict[str, list[Row[Any]]] = {row.device_id: [] for row in rows}
    erased: dict[str, list[Row[Any]]] = {row.device_id: [] for row in rows}
    every = len(owned) > 2 * PAGE  # then reading the whole table beats a very long IN
    for table, parts in ((identifier, owned), (erasure, erased)):
        query = select(table).order_by(*table.primary_key.columns)
        for part in connection.execute(query if every else query.where(table.c.device_id.in_(owned))):
            if part.device_id in parts:
                parts[part.device_id].append(part)
    return [_device(row, owned[row.device_id], erased[row.device_id]) for row in rows]


def search_devices(store: Store, *, text: str = "", state: str = "", page: int = 1) -> dict[str, Any]:
    """One page of machines, newest report first, how many there are, and how many in each state."""
    wanted: list[ColumnElement[bool]] = [device.c.merged_into.is_(None)]
    wanted += [device.c.search.contains(word, autoescape=True) for word in fold(plain(text)).split()[:8]]
    with store.read() as connection:
        counted = connection.execute(select(device.c.state, func.count()).where(*wanted).group_by(device.c.state))
        counts = Counter({name: int(number) for name, number in counted})
        if state in STATES:
            wanted.append(device.c.state == state)
        total = counts[state] if state in STATES else counts.total()
        page = max(1, min(page, max(1, -(-total // PAGE))))
        newest = select(device).where(*wanted).order_by(device.c.last_seq.desc(), device.c.device_id)
        rows = connection.execute(newest.limit(PAGE).offset((page - 1) * PAGE)).all()
        found = {"devices": _with_parts(connection, rows), "total": total, "page": page}
        return found | {"pages": max(1, -(-total // PAGE)), "counts": {name: counts[name] for name in STATES}}


def recent(store: Store, limit: int = 12) -> list[dict[str, Any]]:
    """The machines that reported last, in a few words: for the board."""
    with store.read() as connection:
        newest = select(device).where(device.c.merged_into.is_(None)).order_by(device.c.last_seq.desc()).limit(limit)
        names = ("device_id", "tag", "manufacturer", "product", "state", "number", "last_at")
        return [{name: getattr(row, name) for name in names} for row in connection.execute(newest)]


def report_tokens(store: Store, report_id: str) -> tuple[str | None, str | None]:
    """``(jws, receipt)`` of one report; None where there is none."""
    with store.read() as connection:
        row = connection.execute(select(report).where(report.c.report_id == report_id)).first()
        return (row.jws, row.receipt) if row is not None else (None, None)


def report_rows(store: Store, report_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Log entries with their tokens and the stick that signed them, in log order."""
    with store.read() as connection:
        joined = select(report, key).join_from(report, key, report.c.kid == key.c.kid, isouter=True)
        rows = connection.execute(joined.where(report.c.report_id.in_(report_ids)).order_by(report.c.seq))
        return [dict(row._mapping) for row in rows]


def by_certificate(store: Store, number: str, digest: str) -> dict[str, Any] | None:
    """What anybody who holds the paper may see of it; ``digest``: at least the first 16 hex digits of its hash."""
    start = digest.lower()
    if len(start) < 16 or any(c not in "0123456789abcdef" for c in start):
        return None
    with store.read() as connection:
        wanted = (certificate.c.number == number.upper(), certificate.c.sha256.startswith(start))
        paper = connection.execute(select(certificate).where(*wanted)).first()
        if paper is None:
            return None
        entry = connection.execute(select(report).where(report.c.report_id == paper.report_id)).one()
        rows = connection.execute(
            select(erasure).where(erasure.c.report_id == paper.report_id).order_by(erasure.c.n)
        ).all()
        stick = connection.execute(select(key).where(key.c.kid == entry.kid)).one()
        root = root_of(connection, paper.device_id) or paper.device_id
        machine = connection.execute(select(device).where(device.c.device_id == root)).one()
        disks = [_disk(e) | {"suffix": e.disk[-4:], "superseded": e.superseded_by is not None} for e in rows]
        for disk in disks:
            del disk["disk"]
        told = {
            "number": paper.number,
            "sha256": paper.sha256,
            "title": paper.title,
            "received_at": entry.received_at,
            "disks": disks,
        }
        told |= {"manufacturer": machine.manufacturer, "product": machine.product, "workshop": stick.workshop}
        return told | {"kid": entry.kid, "revoked_at": stick.revoked_at}


def workshop_of_tag(store: Store, tag: str) -> str | None:
    """The workshop letters of a known tag. Tags can be counted through: nothing else is told."""
    with store.read() as connection:
        wanted = (identifier.c.kind == TAG, identifier.c.value == plain(tag).upper())
        query = select(device.c.workshop).join_from(identifier, device, identifier.c.device_id == device.c.device_id)
        return connection.scalar(query.where(*wanted).limit(1))


# --- keys and log -----------------------------------------------------------------------------------------------


def stick_name(store: Store, kid: str) -> str:
    """Short name of a stick for the board: workshop letters and number, ``RC-03``."""
    with store.read() as connection:
        row = connection.execute(select(key).where(key.c.kid == kid)).one()
        return f"{row.workshop}-{row.stick_number:02d}"


def jwk_set(store: Store) -> list[dict[str, Any]]:
    """RFC 7517 set of all keys, the registry's and the sticks', revoked ones included."""
    with store.read() as connection:
        rows = connection.execute(select(key).order_by(key.c.enrolled_at, key.c.kid)).all()
    told = []
    for row in rows:
        jwk = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": row.kid, "x": row.x}
        jwk |= {"role": row.role, "enrolled_at": row.enrolled_at, "revoked_at": row.revoked_at}
        if row.role == "stick":
            jwk |= {"workshop": row.workshop, "stick_number": row.stick_number}
        told.append(jwk)
    return told


def log_heads(store: Store) -> list[dict[str, Any]]:
    """The last entry of each day, newest first: hash of its receipt, to publish or time-stamp."""
    with store.read() as connection:
        day = func.substr(report.c.received_at, 1, 10)
        lasts = select(func.max(report.c.seq)).group_by(day)
        newest = select(report).where(report.c.seq.in_(lasts)).order_by(report.c.seq.desc())
        rows = connection.execute(newest.limit(HEADS))
        return [
            {"day": row.received_at[:10], "log_seq": row.seq, "head": sha256_of(row.receipt), "at": row.received_at}
            for row in rows
        ]


# --- reconciliation ---------------------------------------------------------------------------------------------


def _short(row: Row[Any] | None, name: str) -> dict[str, Any]:
    if row is None:
        return {"device_id": name}
    told = {"device_id": row.device_id, "tag": row.tag, "manufacturer": row.manufacturer, "product": row.product}
    return told | {"state": row.state, "last_at": row.last_at, "merged_into": row.merged_into}


def reconciliations(store: Store) -> list[dict[str, Any]]:
    """Every doubtful match, open ones first, with the machines it may be."""
    with store.read() as connection:
        rows = connection.execute(select(reconciliation).order_by(reconciliation.c.seq.desc())).all()
        told = []
        for row in sorted(rows, key=lambda r: r.status != "open"):
            names = [row.device_id, *json.loads(row.candidates)]
            found = {d.device_id: d for d in connection.execute(select(device).where(device.c.device_id.in_(names)))}
            entry = {n: getattr(row, n) for n in ("report_id", "seq", "reason", "status", "decided_by", "decided_at")}
            entry["device"] = _short(found.get(names[0]), names[0])
            entry["candidates"] = [_short(found.get(name), name) for name in names[1:]]
            told.append(entry)
        return told


def decide(
    store: Store, settings: RegistrySettings, *, report_id: str, action: str, device_id: str | None, by: str
) -> dict[str, Any]:
    """Record what a person decided and fold it in. Raises Problem not-found, already-decided, bad-decision."""
    with store.write() as connection:
        row = connection.execute(select(reconciliation).where(reconciliation.c.report_id == report_id)).first()
        if row is None:
            raise Problem("not-found")
        if row.status != "open":
            raise Problem("already-decided")
        target = root_of(connection, device_id.lower()) if device_id else None
        own = root_of(connection, row.device_id)
        if (action == "same_as") != (device_id is not None) or (device_id and (target is None or target == own)):
            raise Problem("bad-decision")
        if action == "same_as" and row.reason == Reason.TAG_TWICE:
            raise Problem("bad-decision")  # an alarm, never a merge: one of the two gets a new tag
        made = Decision(
            number=int(connection.scalar(select(func.max(decision.c.number))) or 0) + 1,
            after_seq=int(connection.scalar(select(func.max(report.c.seq))) or 0),
            report_id=report_id,
            action=action,
            device_id=target,
            decided_by=plain(by, 80),
            decided_at=settings.now(),
        )
        row_values = {name: getattr(made, name) for name in Decision.__dataclass_fields__}
        connection.execute(insert(decision), row_values)
        fold_decision(connection, made)
    return row_values


def is_exercise(store: Store) -> bool:
    """Whether this database is a rehearsal registry's: its own key says so."""
    with store.read() as connection:
        names = connection.scalars(select(key.c.kid).where(key.c.role == "registry")).all()
        return any(name.startswith(EXERCISE_PREFIX) for name in names)
