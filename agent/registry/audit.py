"""Is everything still what it was? Signatures, hashes, receipts, the log chain, gaps per key, projections.

Nothing here changes the database except ``rebuild``, which makes the projections anew from the signed reports.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.exc import SQLAlchemyError

from agent.model.errors import Fault
from agent.model.report import Report, read_report
from agent.registry.enrol import public_key_of
from agent.registry.ingest import payload_of
from agent.registry.project import Entry, drop_all, fold_report
from agent.registry.schema import decision, key, projection, report
from agent.registry.settle import Decision, fold_decision, interleave
from agent.registry.store import Store
from agent.report.sign import TYP_RECEIPT, TYP_REPORT, sha256_of, verify

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. ``kind`` is the message id ``audit-<kind>``; ``seq`` the log entry, if there is one."""

    kind: str
    seq: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    reports: int
    keys: int
    head: str | None  # SHA-256 of the newest receipt
    findings: tuple[Finding, ...]


def _keys(connection: Connection, role: str) -> tuple[dict[str, Ed25519PublicKey], list[Finding]]:
    good: dict[str, Ed25519PublicKey] = {}
    findings = []
    for row in connection.execute(select(key).where(key.c.role == role).order_by(key.c.kid)):
        try:
            good[row.kid] = public_key_of(row.kid, row.x)
        except Fault:
            findings.append(Finding(kind="key-altered", params={"kid": row.kid}))
    return good, findings


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    """The log in order, in batches: bodies are large."""
    after = 0
    while True:
        page = select(report).where(report.c.seq > after).order_by(report.c.seq).limit(BATCH)
        rows = connection.execute(page).all()
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1].seq


def _check_body(row: Row[Any], keys: Mapping[str, Ed25519PublicKey]) -> tuple[Report | None, list[Finding]]:
    if row.jws is None:
        return None, []  # blanked at the end of its retention: hash and receipt still count
    findings = []
    if sha256_of(row.jws) != row.sha256:
        findings.append(Finding(kind="hash", seq=row.seq, params={"report": row.report_id}))
    try:
        read = read_report(verify(row.jws, keys=keys, typ=TYP_REPORT))
    except Fault as fault:
        return None, [*findings, Finding(kind="signature", seq=row.seq, params={"why": fault.error_id})]
    if read.report_id != row.report_id or read.chain.kid != row.kid:
        findings.append(Finding(kind="row", seq=row.seq, params={"report": row.report_id}))
    return read, findings


def _check_receipt(row: Row[Any], keys: Mapping[str, Ed25519PublicKey], previous: str | None) -> list[Finding]:
    findings = []
    if row.log_prev != previous:
        findings.append(Finding(kind="log-chain", seq=row.seq))
    try:
        said = json.loads(verify(row.receipt, keys=keys, typ=TYP_RECEIPT))
    except Fault as fault:
        return [*findings, Finding(kind="receipt", seq=row.seq, params={"why": fault.error_id})]
    expected = {"report_id": row.report_id, "sha256": row.sha256, "received_at": row.received_at}
    expected |= {"log_seq": row.seq, "log_prev": row.log_prev}
    wrong = sorted(name for name, value in expected.items() if said.get(name) != value)
    if wrong:
        findings.append(Finding(kind="receipt-differs", seq=row.seq, params={"fields": ", ".join(wrong)}))
    return findings


@dataclass(slots=True)
class _Links:
    """Places in one key's chain: number -> (hash of the token, hash it names before it, log entry)."""

    places: dict[int, tuple[str, str | None, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, kid: str, number: int, sha256: str, previous: str | None, seq: int) -> None:
        if number in self.places:
            self.findings.append(Finding(kind="fork", seq=seq, params={"kid": kid, "number": number}))
            return
        self.places[number] = (sha256, previous, seq)

    def check(self, kid: str, *, blanked: int) -> list[Finding]:
        findings = list(self.findings)
        missing = [n for n in range(1, max(self.places, default=0) + 1) if n not in self.places]
        if len(missing) > blanked:
            shown = ", ".join(map(str, missing[:10])) + (", …" if len(missing) > 10 else "")
            findings.append(Finding(kind="gap", params={"kid": kid, "count": len(missing) - blanked, "numbers": shown}))
        for number, (_, previous, seq) in sorted(self.places.items()):
            before = self.places.get(number - 1)
            if before is not None and before[0] != previous:
                findings.append(Finding(kind="chain", seq=seq, params={"kid": kid, "number": number}))
        return findings


def audit(store: Store, *, head: str | None = None) -> Audit:
    """Check everything. ``head``: the hash of a receipt noted earlier, which must still be in the log."""
    with store.read() as connection:
        sticks, findings = _keys(connection, "stick")
        own, more = _keys(connection, "registry")
        findings += more
        previous: str | None = None
        expected, seen_head = 1, head is None
        links: dict[str, _Links] = {}
        blanked: dict[str, int] = {}
        for row in _rows(connection):
            if row.seq != expected:
                findings.append(Finding(kind="log-gap", seq=row.seq, params={"expected": expected}))
            expected = row.seq + 1
            read, found = _check_body(row, sticks)
            findings += found + _check_receipt(row, own, previous)
            if read is not None:
                link = links.setdefault(row.kid, _Links())
                link.add(row.kid, read.chain.seq, row.sha256, read.chain.prev_sha256, row.seq)
            elif row.jws is None:
                blanked[row.kid] = blanked.get(row.kid, 0) + 1
            previous = sha256_of(row.receipt)
            seen_head = seen_head or previous == head
        for kid, link in sorted(links.items()):
            findings += link.check(kid, blanked=blanked.get(kid, 0))
        if not seen_head:
            findings.append(Finding(kind="head-lost", params={"head": head or ""}))
        findings += _compare(connection)
        return Audit(reports=expected - 1, keys=len(sticks), head=previous, findings=tuple(findings))


# --- rebuild ----------------------------------------------------------------------------------------------------


def _refold(source: Connection, target: Connection) -> tuple[int, list[Finding]]:
    """Fold the whole log of ``source`` into the empty projections of ``target``."""
    workshops = {row.kid: row.workshop for row in source.execute(select(key.c.kid, key.c.workshop))}
    decisions = [Decision(**row._mapping) for row in source.execute(select(decision).order_by(decision.c.number))]
    done, findings = 0, []
    for item in interleave(_rows(source), decisions):
        if isinstance(item, Decision):
            try:
                fold_decision(target, item)
            except (SQLAlchemyError, LookupError, ValueError) as error:  # one finding, never the end of the audit
                findings.append(Finding(kind="decision", params={"number": item.number, "why": type(error).__name__}))
            continue
        if item.jws is None:
            continue
        names = ("seq", "report_id", "kid", "sha256", "received_at")
        entry = Entry(**{n: getattr(item, n) for n in names}, workshop=workshops.get(item.kid))
        try:
            fold_report(target, entry, read_report(payload_of(item.jws)))
        except (Fault, IndexError) as fault:
            findings.append(Finding(kind="unreadable", seq=item.seq, params={"why": str(fault)}))
            continue
        done += 1
    return done, findings


def rebuild(store: Store) -> int:
    """Drop the projections and make them anew; how many reports were folded. Raises Fault audit-failed.

    One transaction: when one stored report cannot be read, nothing is changed.
    """
    with store.write() as connection:
        projection.create_all(connection)
        drop_all(connection)
        done, findings = _refold(connection, connection)
        if findings:
            raise Fault("audit-failed", count=len(findings))
        return done


def _table(connection: Connection, table: Table) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    names = [column.name for column in table.primary_key]
    rows = connection.execute(select(table))
    return {tuple(getattr(row, n) for n in names): tuple(row) for row in rows}


def _compare(live: Connection) -> list[Finding]:
    """Row by row: what the live projections say against a rebuild in memory."""
    scratch = Store("sqlite://")
    try:
        with scratch.write() as connection:
            projection.create_all(connection)
            _, findings = _refold(live, connection)
            for table in projection.sorted_tables:
                is_now, should_be = _table(live, table), _table(connection, table)
                for name in sorted(is_now.keys() | should_be.keys(), key=str):
                    if is_now.get(name) != should_be.get(name):
                        row = "/".join(map(str, name))
                        findings.append(Finding(kind="projection", params={"table": table.name, "row": row}))
        return findings
    finally:
        scratch.close()
