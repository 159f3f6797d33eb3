"""Take in one report: check, then append, project and sign the receipt in one transaction.

Order (REPORT design, section 16): size, signature, ``typ``, key and its status, duplicate keys, model, is the id known.
The receipt is stored, so the same bytes sent again get the same receipt, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Row, insert, select

from agent.model import strictjson
from agent.model.errors import Fault
from agent.model.report import Report, read_report
from agent.registry.enrol import NOBODY, public_key_of
from agent.registry.problems import Problem
from agent.registry.project import Entry, fold_report
from agent.registry.schema import key, report
from agent.registry.settings import REPORT_LIMIT, TOKEN_LIMIT, RegistrySettings
from agent.registry.store import Store
from agent.report.sign import (
    EXERCISE_PREFIX,
    TYP_RECEIPT,
    TYP_REPORT,
    b64url_decode,
    peek,
    sha256_of,
    sign,
    token_of,
    verify,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """``new`` False: these very bytes were here already."""

    new: bool
    receipt: str


def _checked(store: Store, settings: RegistrySettings, report_id: str, body: bytes) -> tuple[str, Report, Row[Any]]:
    """The token, its report and the key that signed it. Raises Problem; nothing is written."""
    if len(body) > TOKEN_LIMIT:
        raise Problem("too-large")
    try:
        token = token_of(body)
        header = peek(token)
    except Fault:
        raise Problem("bad-token") from None
    if header.typ != TYP_REPORT:
        raise Problem("bad-token")
    if header.kid.startswith(EXERCISE_PREFIX) != settings.exercise:
        raise Problem("exercise-only" if settings.exercise else "exercise-refused")
    with store.read() as connection:
        stick = _stick(connection, header.kid)
    payload = _verified(token, stick)
    if len(payload) > REPORT_LIMIT:
        raise Problem("too-large")
    return token, _read(settings, report_id, payload, stick), stick


def _stick(connection: Connection, kid: str) -> Row[Any]:
    row = connection.execute(select(key).where(key.c.kid == kid, key.c.role == "stick")).first()
    if row is None:
        raise Problem("unknown-key")
    if row.revoked_at is not None:
        raise Problem("revoked-key")
    return row


def _verified(token: str, stick: Row[Any]) -> bytes:
    try:
        return verify(token, keys={stick.kid: public_key_of(stick.kid, stick.x)}, typ=TYP_REPORT)
    except Fault as fault:
        raise Problem("bad-signature" if fault.error_id == "record-bad-signature" else "bad-token") from None


def _read(settings: RegistrySettings, report_id: str, payload: bytes, stick: Row[Any]) -> Report:
    try:
        read = read_report(payload)
    except Fault as fault:
        if fault.error_id == "record-too-big":
            raise Problem("too-large") from None
        slug = "bad-json" if fault.params.get("where") == "json" else "invalid"
        raise Problem(slug, errors=[f"{fault.params.get('where')}: {fault.params.get('detail')}"]) from None
    if read.exercise != settings.exercise:
        raise Problem("exercise-only" if settings.exercise else "exercise-refused")
    if read.report_id != report_id.lower():
        raise Problem("wrong-id")
    if read.chain.kid != stick.kid:
        raise Problem("wrong-kid")
    if read.workshop not in (None, NOBODY, stick.workshop):
        raise Problem("wrong-workshop")
    return read


def verify_url(base_url: str, number: str | None, sha256: str) -> str | None:
    """Address printed as a QR code: capitals, so that the code stays small (REPORT design, section 11)."""
    if number is None:
        return None
    scheme, _, host = base_url.rstrip("/").partition("://")
    return f"{scheme}://{host}/C/{quote(number.upper())}/{sha256[:16].upper()}"


def take_in(store: Store, settings: RegistrySettings, *, report_id: str, body: bytes, base_url: str) -> Taken:
    """Ingest one signed report. ``base_url`` is used when the settings have none. Raises Problem."""
    token, read, stick = _checked(store, settings, report_id, body)
    sha256 = sha256_of(token)
    with store.write() as connection:
        _stick(connection, stick.kid)  # it may have been revoked while we were checking
        known = connection.execute(select(report).where(report.c.report_id == read.report_id)).first()
        if known is not None:
            if known.sha256 != sha256:
                raise Problem("other-bytes")
            return Taken(new=False, receipt=known.receipt)
        receipt = _append(connection, settings, token, sha256, read, stick, settings.base_url or base_url)
    return Taken(new=True, receipt=receipt)


def _append(
    connection: Connection,
    settings: RegistrySettings,
    token: str,
    sha256: str,
    read: Report,
    stick: Row[Any],
    base_url: str,
) -> str:
    newest = select(report.c.seq, report.c.receipt).order_by(report.c.seq.desc()).limit(1)
    last = connection.execute(newest).first()
    seq, log_prev = (last.seq + 1, sha256_of(last.receipt)) if last is not None else (1, None)
    received_at = settings.now()
    row = {"seq": seq, "report_id": read.report_id, "kid": stick.kid, "sha256": sha256, "received_at": received_at}
    named = {k: row[k] for k in ("seq", "report_id", "kid", "sha256", "received_at")}
    device_id = fold_report(connection, Entry(**named, workshop=stick.workshop), read)
    receipt = sign(
        strictjson.dumps(
            receipt_of(settings.instance, row, log_prev=log_prev, device_id=device_id, read=read)
            | {"verify_url": verify_url(base_url, read.certificate_number, sha256)}
        ),
        key=settings.key,
        typ=TYP_RECEIPT,
    )
    connection.execute(insert(report), row | {"log_prev": log_prev, "receipt": receipt, "jws": token})
    return receipt


def receipt_of(
    instance: str, row: Mapping[str, Any], *, log_prev: str | None, device_id: str, read: Report
) -> dict[str, Any]:
    """What the registry signs for. ``log_prev`` is the SHA-256 of the receipt before this one."""
    return {
        "instance": instance,
        "report_id": row["report_id"],
        "sha256": row["sha256"],
        "received_at": row["received_at"],
        "log_seq": row["seq"],
        "log_prev": log_prev,
        "device_id": device_id,
        "tag": read.device.tag,
        "exercise": read.exercise,
    }


def payload_of(token: str) -> bytes:
    """The bytes inside a token that is already trusted (it comes from our own table)."""
    return b64url_decode(token.split(".")[1], part="content")
