"""A record to work from: what it says, and how much its signature is worth here.

``regain verify`` refuses a record whose key is unknown; whoever reads a disk again may have nothing but the record.
What the disk holds is then shown by the disk itself, and who wrote the record is said to be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.model.errors import Fault
from agent.model.report import Report, read_report
from agent.report.files import read_bounded
from agent.report.sign import TYP_REPORT, b64url_decode, peek, token_of
from agent.report.verify import MAX_FILE, KeySource, verify_file

VALID, UNKNOWN_KEY, NONE = "valid", "unknown_key", "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """``signature``: valid | unknown_key (there is one that nobody here can check) | none (plain JSON)."""

    path: Path
    report: Report
    signature: str
    kid: str | None = None
    source: KeySource | None = None


def open_record(path: Path, *, keys: KeySource | None, station: Path | None) -> Opened:
    """A signed record, a certificate with its record inside, or the plain JSON of one.

    Raises the Faults of ``verify_file``; record-unknown-key only when keys were given, or for a certificate.
    """
    data = read_bounded(path, limit=MAX_FILE)
    if data.lstrip()[:1] == b"{":
        return Opened(path=path, report=read_report(data.strip()), signature=NONE)
    try:
        verdict = verify_file(path, keys=keys, station=station)
    except Fault as fault:
        if fault.error_id != "record-unknown-key" or keys is not None or data.lstrip()[:1] in (b"%", b"<"):
            raise
        return _unchecked(path, token_of(data))
    if verdict.report is None:  # a receipt
        raise Fault("record-damaged", part="type")
    return Opened(path=path, report=verdict.report, signature=VALID, kid=verdict.kid, source=verdict.source)


def _unchecked(path: Path, token: str) -> Opened:
    header = peek(token)
    if header.typ != TYP_REPORT:
        raise Fault("record-damaged", part="type")
    report = read_report(b64url_decode(token.split(".")[1], part="content"))
    return Opened(path=path, report=report, signature=UNKNOWN_KEY, kid=header.kid)
