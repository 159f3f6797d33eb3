"""One report folded into the projections. Live and rebuild run the same code.

Everything here depends on the rows before it and on the report alone: no clock, no chance. Reports of one key are put
in the order of their own chain, never of their dates: one that arrives late does not overwrite what came after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from agent.model.report import Erasure, Report
from agent.registry.match import Candidate, Identity, Match, decide, identity_of
from agent.registry.plain import bounded, number_at, plain, text_at
from agent.registry.schema import certificate, device, erasure, event, identifier, reconciliation
from agent.registry.state import WITHOUT_EVIDENCE, current_disks, state_of
from agent.report.wording import is_supported, wording

TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A log entry without its body; ``workshop`` is the one its key was enrolled for."""

    seq: int
    report_id: str
    kid: str
    sha256: str
    received_at: str
    workshop: str | None


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def device_id_of(report_id: str) -> str:
    """The name of the machine that this report is the first of: the same in every rebuild."""
    return hashlib.sha256(f"device:{report_id}".encode()).hexdigest()[:12]


def fold_report(connection: Connection, entry: Entry, report: Report) -> str:
    """Project one report; the device it belongs to."""
    mine = identity_of(report.device)
    match = decide(mine, _candidates(connection, mine))
    device_id = match.device_id or device_id_of(entry.report_id)
    if match.device_id is None:
        connection.execute(insert(device), _new_device(device_id, entry, report))
    if match.reason is not None:
        row = {"report_id": entry.report_id, "seq": entry.seq, "device_id": device_id, "reason": match.reason.value}
        row |= {"candidates": compact(list(match.candidates)), "status": "open"}
        connection.execute(insert(reconciliation), row)
    _remember(connection, entry, device_id, mine, new=match.device_id is None)
    _events(connection, entry, report, device_id, match)
    _erasures(connection, entry, report, device_id)
    if report.certificate_number is not None:
        row = {"number": report.certificate_number.upper(), "sha256": entry.sha256, "seq": entry.seq}
        row |= {"report_id": entry.report_id, "device_id": device_id, "title": wording(report).title.id}
        connection.execute(insert(certificate), row)
    _facts(connection, entry, report, device_id, mine)
    for touched in {device_id, *match.candidates}:
        refresh(connection, touched)
    return device_id


# --- which machine ----------------------------------------------------------------------------------------------


def _candidates(connection: Connection, mine: Identity) -> list[Candidate]:
    wanted = [*mine.keys, *([(TAG, mine.tag)] if mine.tag else [])]
    if not wanted:
        return []
    each = [(identifier.c.kind == kind) & (identifier.c.value == value) for kind, value in sorted(wanted)]
    found = set(connection.scalars(select(identifier.c.device_id).where(or_(*each))))
    if not found:
        return []
    makes = {
        row.device_id: row
        for row in connection.execute(
            select(device.c.device_id, device.c.manufacturer, device.c.product).where(device.c.device_id.in_(found))
        )
    }
    keys: dict[str, set[tuple[str, str]]] = {name: set() for name in found}
    for row in connection.execute(select(identifier).where(identifier.c.device_id.in_(found))):
        keys[row.device_id].add((row.kind, row.value))
    waits = select(reconciliation.c.device_id).where(
        reconciliation.c.device_id.in_(found), reconciliation.c.status == "open"
    )
    waiting = set(connection.scalars(waits))
    return [
        Candidate(
            device_id=name,
            tags=frozenset(value for kind, value in keys[name] if kind == TAG),
            keys=frozenset(pair for pair in keys[name] if pair[0] != TAG),
            make=_make(makes[name]),
            open=name in waiting,
        )
        for name in sorted(found)
    ]


def _make(row: Any) -> str:
    known = row.manufacturer and row.product
    return " ".join(f"{row.manufacturer} {row.product}".split()).casefold() if known else ""


def _new_device(device_id: str, entry: Entry, report: Report) -> dict[str, Any]:
    head = {"head_kid": entry.kid, "head_chain_seq": 0, "reports": 0, "facts": "{}", "state": "seen", "search": ""}
    times = {"first_seq": entry.seq, "last_seq": entry.seq, "first_at": entry.received_at, "last_at": entry.received_at}
    return {"device_id": device_id, "workshop": entry.workshop, **head, **times}


def _remember(connection: Connection, entry: Entry, device_id: str, mine: Identity, *, new: bool) -> None:
    owned = () if new else connection.execute(select(identifier).where(identifier.c.device_id == device_id))
    known = {(row.kind, row.value) for row in owned}
    shown = {clue.key: clue.shown for clue in mine.clues} | ({(TAG, mine.tag): mine.tag} if mine.tag else {})
    rows = [
        {"kind": kind, "value": value, "device_id": device_id, "shown": text, "first_seq": entry.seq}
        for (kind, value), text in sorted(shown.items())
        if (kind, value) not in known
    ]
    if rows:
        connection.execute(insert(identifier), rows)


# --- what happened ----------------------------------------------------------------------------------------------


def _event_params(report: Report) -> dict[str, Any]:
    params: dict[str, Any] = {"operator": plain(report.operator), "created": report.time.created.utc}
    params["trusted"] = report.time.created.trusted
    if report.certificate_number:
        params["number"] = report.certificate_number
    if report.erasures:
        params["disks"] = [
            {"suffix": plain(e.disk.identity)[-4:], "outcome": shown_outcome(e)} for e in report.erasures
        ]
    if report.install is not None:
        params["install"] = {"system": plain(report.install.os_family or ""), "result": report.install.result}
    for name in ("supersedes", "confirms"):
        if getattr(report, name):
            params[name] = getattr(report, name)
    if report.checker:
        params["checker"] = plain(report.checker)
    return params


def _events(connection: Connection, entry: Entry, report: Report, device_id: str, match: Match) -> None:
    base = {"seq": entry.seq, "device_id": device_id, "at": entry.received_at, "report_id": entry.report_id}
    base |= {"workshop": entry.workshop}
    notes = [*match.notes, *([match.reason.value] if match.reason else [])]
    # one list, one set of keys: SQLAlchemy shapes the statement after the first row
    rows = [
        {**base, "n": 0, "kind": report.kind.value, "supersedes": None, "params": compact(_event_params(report))},
        *({**base, "n": n, "kind": note, "supersedes": None, "params": "{}"} for n, note in enumerate(notes, start=1)),
    ]
    if report.supersedes:
        rows[0]["supersedes"] = report.supersedes
    connection.execute(insert(event), rows)


def shown_outcome(one: Erasure) -> str:
    """What may be shown of an erasure: a claim that nothing observed carries is named as such."""
    return WITHOUT_EVIDENCE if one.outcome.proven and not is_supported(one) else one.outcome.value


def _erasure_row(entry: Entry, report: Report, device_id: str, n: int, one: Erasure) -> dict[str, Any]:
    facts = one.disk.model_dump(mode="json")
    check = one.verification
    seen = {"mode": check.mode, "bytes": bounded(check.bytes), "mismatches": bounded(check.mismatches)} if check else {}
    return {
        "seq": entry.seq,
        "n": n,
        "device_id": device_id,
        "report_id": entry.report_id,
        "kid": entry.kid,
        "chain_seq": bounded(report.chain.seq),
        "workshop": entry.workshop,
        "disk": plain(one.disk.identity) or "?",
        "model": text_at(facts, "model"),
        "size_bytes": bounded(one.disk.size_bytes),
        "medium": text_at(facts, "medium"),
        "outcome": one.outcome.value,
        "shown": shown_outcome(one),
        "level": one.level,
        "technique": plain(one.technique),
        "bytes_covered": bounded(one.bytes_covered),
        "verification": compact(seen) if seen else None,
        "exceptions": bounded(one.exception_bytes),
        "started": plain(one.started),
        "seconds": bounded(one.seconds),
        "superseded_by": None,
    }


def _erasures(connection: Connection, entry: Entry, report: Report, device_id: str) -> None:
    rows = [_erasure_row(entry, report, device_id, n, one) for n, one in enumerate(report.erasures)]
    if rows:
        connection.execute(insert(erasure), rows)
    if report.supersedes:
        _supersede(connection, report.supersedes, by=entry.report_id, workshop=entry.workshop)
    corrections = select(event.c.report_id, event.c.workshop).where(event.c.supersedes == entry.report_id)
    for row in connection.execute(corrections.order_by(event.c.seq)).all():  # the correction came first
        _supersede(connection, entry.report_id, by=row.report_id, workshop=row.workshop)


def _supersede(connection: Connection, report_id: str, *, by: str, workshop: str | None) -> None:
    """Only a workshop corrects its own reports."""
    own = (erasure.c.report_id == report_id) & (erasure.c.workshop == workshop)
    touched = set(connection.scalars(select(erasure.c.device_id).where(own)))
    connection.execute(update(erasure).where(own).values(superseded_by=by))
    for device_id in touched:
        refresh(connection, device_id)


# --- facts of the machine ---------------------------------------------------------------------------------------


def _inventory_facts(report: Report) -> dict[str, Any]:
    inventory, eligibility = report.inventory, report.eligibility
    disks = inventory.get("disks")
    shown = [
        {"model": text_at(d, "model"), "size_bytes": number_at(d, "size_bytes"), "medium": text_at(d, "medium")}
        for d in (disks if isinstance(disks, list) else [])[:32]
    ]
    linux = eligibility.get("linux")
    offered = linux.get("profiles") if isinstance(linux, Mapping) else None
    return {
        "cpu": text_at(inventory, "cpu", "brand_raw"),
        "cores": number_at(inventory, "cpu", "cores"),
        "memory_bytes": number_at(inventory, "memory", "installed_bytes"),
        "firmware": text_at(inventory, "firmware", "mode"),
        "tpm": text_at(inventory, "tpm", "version"),
        "disks": shown or None,
        "windows11": text_at(eligibility, "windows11", "verdict"),
        "linux": text_at(eligibility, "linux", "verdict"),
        "profiles": [plain(p) for p in offered if isinstance(p, str)][:8] if isinstance(offered, list) else None,
    }


def _other_facts(report: Report) -> dict[str, Any]:
    plan, lot, grade = report.plan, report.lot, report.grade
    left = [
        {"model": plain(d.model), "suffix": plain(d.suffix), "reason": plain(d.reason)}
        for d in (plan.left_alone if plan else [])[:32]
    ]
    return {
        "left_alone": left if plan else None,
        "lot": plain(lot.lot_id) if lot and lot.lot_id else None,
        "donor": lot.donor_category if lot else None,
        "grade": {"cosmetic": grade.cosmetic, "functional": grade.functional} if grade else None,
        "tests": [{"id": plain(t.id), "result": t.result} for t in report.tests[:64]] or None,
        "operator": plain(report.operator),
        "agent": plain(report.agent.version),
    }


def _column_facts(report: Report, mine: Identity) -> dict[str, Any]:
    told = report.device.model_dump(mode="json")
    changes = {name: text_at(told, name) for name in ("form", "manufacturer", "product")} | {"tag": mine.tag}
    if report.install is not None:
        fields = report.install.model_dump(mode="json", exclude_none=True, exclude={"detail"})
        changes["install"] = compact({k: plain(v) if isinstance(v, str) else v for k, v in fields.items()})
    if report.disposition is not None:
        changes["disposition"] = compact(report.disposition.model_dump(mode="json", exclude_none=True))
    return changes | {"number": report.certificate_number}


def _facts(connection: Connection, entry: Entry, report: Report, device_id: str, mine: Identity) -> None:
    """Facts of the newest report win; a fact that it does not tell stays as it was."""
    row = connection.execute(select(device).where(device.c.device_id == device_id)).one()
    chain_seq = bounded(report.chain.seq)
    told = {k: v for k, v in (_inventory_facts(report) | _other_facts(report)).items() if v is not None}
    columns = {k: v for k, v in _column_facts(report, mine).items() if v is not None}
    before = json.loads(row.facts)
    if row.head_kid == entry.kid and chain_seq < row.head_chain_seq:  # late: it only fills gaps
        facts = told | before
        columns = {k: v for k, v in columns.items() if getattr(row, k) is None}
    else:
        facts = before | told
        columns |= {"head_kid": entry.kid, "head_chain_seq": chain_seq, "workshop": entry.workshop}
    columns |= {
        "facts": compact(facts),
        "reports": row.reports + 1,
        "last_seq": entry.seq,
        "last_at": entry.received_at,
    }
    connection.execute(update(device).where(device.c.device_id == device_id).values(**columns))


def refresh(connection: Connection, device_id: str) -> None:
    """State, alarm and search text of one machine, computed anew from the other projections."""
    row = connection.execute(select(device).where(device.c.device_id == device_id)).first()
    if row is None:
        return
    erased = connection.execute(
        select(erasure).where(erasure.c.device_id == device_id).order_by(erasure.c.seq, erasure.c.n)
    ).all()
    mentions = (reconciliation.c.device_id == device_id) | reconciliation.c.candidates.contains(f'"{device_id}"')
    doubts = connection.execute(select(reconciliation).where(mentions, reconciliation.c.status == "open")).all()
    alarm = "tag_twice" if any(d.reason == "tag_twice" for d in doubts) else None
    waits = any(d.device_id == device_id for d in doubts)
    install = json.loads(row.install) if row.install else None
    state = state_of(current_disks(erased), json.loads(row.facts), install, doubtful=waits or alarm is not None)
    named = connection.scalars(select(identifier.c.shown).where(identifier.c.device_id == device_id))
    numbers = connection.scalars(select(certificate.c.number).where(certificate.c.device_id == device_id))
    words = {row.manufacturer, row.product, *named, *numbers, *(e.disk for e in erased)}
    text = " ".join(sorted(word.casefold() for word in words if word))
    connection.execute(
        update(device).where(device.c.device_id == device_id).values(state=state, alarm=alarm, search=text)
    )


def drop_all(connection: Connection) -> None:
    """Empty every projection."""
    for table in (device, identifier, event, erasure, certificate, reconciliation):
        connection.execute(delete(table))
