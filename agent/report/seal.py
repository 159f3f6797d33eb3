"""The seal: one changed byte anywhere in a certificate file is noticed, though the signed record inside is the truth.

The station signs ``{sha256, bytes, report_id, report_sha256, number}`` as a JWS of its own type and writes it into the
file between two marker lines. ``sha256`` is that of the whole file without what stands between the markers, so every
byte is either hashed or part of the seal's only spelling, and the markers may occur once only.

In a PDF the seal is a run of comment lines just before the last ``startxref``: no object moves, nothing follows
``%%EOF`` (ISO 19005-3, 6.1.3 forbids it), and no line has more than 255 characters (ISO 32000-1, 7.5.1). In an HTML
certificate it is a comment before ``</html>``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from agent.model import strictjson
from agent.model.errors import Fault
from agent.report.outbox import Keys
from agent.report.sign import TYP_CERTIFICATE, SigningKey, peek, sign, verify

BEGIN, END = b"\n%regain-seal-begin\n", b"%regain-seal-end\n"
WIDTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal that verified over its file. ``rest`` is the file without it."""

    kid: str
    report_id: str
    report_sha256: str
    number: str | None
    rest: bytes


def _lines(token: str) -> bytes:
    return b"".join(b"%" + token[i : i + WIDTH].encode("ascii") + b"\n" for i in range(0, len(token), WIDTH))


def _altered(part: str) -> Fault:
    return Fault("certificate-altered", part=part)


def _place(document: bytes) -> int:
    """Where the seal goes. Raises ValueError for a document that is neither PDF nor HTML."""
    if document.startswith(b"%PDF-"):
        place = document.rfind(b"startxref")
    else:
        place = document.rfind(b"</html>")
    if place <= 0 or BEGIN in document or END in document:
        raise ValueError("no place for a seal")
    return place


def put_seal(document: bytes, *, key: SigningKey, report_id: str, report_sha256: str, number: str | None) -> bytes:
    """The document with its seal. Raises ValueError when it has no place for one, or has one already."""
    place = _place(document)
    html = not document.startswith(b"%PDF-")
    before = document[:place] + (b"<!--" if html else b"") + BEGIN
    after = END + (b"-->" if html else b"") + document[place:]
    said = {
        "sha256": hashlib.sha256(before + after).hexdigest(),
        "bytes": len(before) + len(after),
        "report_id": report_id,
        "report_sha256": report_sha256,
        "number": number,
    }
    return before + _lines(sign(strictjson.dumps(said), key=key, typ=TYP_CERTIFICATE)) + after


def token_in(document: bytes) -> tuple[str, bytes]:
    """The seal's token and the file without it. Raises Fault certificate-altered when it is not there once, whole."""
    if document.count(BEGIN) != 1 or document.count(END) != 1:
        raise _altered("seal-missing")
    start = document.index(BEGIN) + len(BEGIN)
    end = document.index(END)
    if end < start:
        raise _altered("seal-missing")
    inner = document[start:end]
    try:
        token = inner.replace(b"\n", b"").replace(b"%", b"").decode("ascii")
    except UnicodeDecodeError:
        raise _altered("seal-bad") from None
    if _lines(token) != inner:
        raise _altered("seal-bad")
    return token, document[:start] + document[end:]


def kid_of_seal(document: bytes) -> str:
    """Which key sealed it, not yet believed. Raises Fault certificate-altered."""
    token, _ = token_in(document)
    try:
        return peek(token).kid
    except Fault as fault:
        raise _altered("seal-bad") from fault


def check_seal(document: bytes, *, keys: Keys) -> Seal:
    """What the seal says, once it verified over every byte. Raises Fault certificate-altered, record-unknown-key."""
    token, rest = token_in(document)
    try:
        said = strictjson.loads(verify(token, keys=keys, typ=TYP_CERTIFICATE))
        kid = peek(token).kid
    except Fault as fault:
        if fault.error_id == "record-unknown-key":
            raise
        raise _altered("seal-bad") from fault
    if not isinstance(said, Mapping) or not all(isinstance(said.get(k), str) for k in ("report_id", "report_sha256")):
        raise _altered("seal-bad")
    if said.get("sha256") != hashlib.sha256(rest).hexdigest() or said.get("bytes") != len(rest):
        raise _altered("bytes")
    number = said.get("number")
    return Seal(
        kid=kid,
        report_id=said["report_id"],
        report_sha256=said["report_sha256"],
        number=number if isinstance(number, str) else None,
        rest=rest,
    )
