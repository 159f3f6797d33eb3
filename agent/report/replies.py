"""What an answer of the registry means: nothing is believed that is not signed with the pinned key. Pure.

A report counts as delivered only when its receipt verifies and names our bytes, so that a captive portal, a proxy or a
wrong server can never swallow one. ``judge`` is the table of the REPORT design, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from agent.model import strictjson
from agent.model.errors import Fault
from agent.report.outbox import Keys
from agent.report.sign import TYP_RECEIPT, sha256_of, token_of, verify

MAX_REPLY = 256 * 1024
MAX_RETRY_AFTER_S = 86_400.0
API = "1.0"
SERVICE = "regain-registry"
PROBLEM_TYPE = "application/problem+json"
_RETRY = frozenset({408, 425, 429})
_SLOW_DOWN = frozenset({429, 503})
_REFUSED = frozenset({400, 409, 413, 415, 422})


class Step(StrEnum):
    DELIVERED = "delivered"
    RETRY = "retry"
    PAUSE = "pause"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, bounded: status, header names in lower case, at most ``MAX_REPLY`` bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def away(self) -> bool:
        """Nobody who can take anything now: come back later."""
        return self.status in _RETRY or 500 <= self.status <= 599


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt that verified. ``received_at`` is the date that counts."""

    token: str
    report_id: str
    sha256: str
    received_at: str
    log_seq: int | None
    verify_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one answer to a PUT means. ``fault`` says why it is not delivered."""

    step: Step
    receipt: Receipt | None = None
    fault: Fault | None = None
    retry_after_s: float | None = None
    problem: Mapping[str, Any] = field(default_factory=dict)
    everyone: bool = False  # a RETRY that concerns every record, not only this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Connection test, portal test and time source at once."""

    instance: str
    utc: str
    round_trip_s: float


def retry_after_s(header: str | None, *, now_utc: float) -> float | None:
    """Seconds of a Retry-After header, a number or a date (RFC 9110, section 10.2.3); None when it says nothing."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(MAX_RETRY_AFTER_S, float(text[:9]))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return min(MAX_RETRY_AFTER_S, max(0.0, moment.timestamp() - now_utc))


def read_receipt(data: bytes, *, token: str, report_id: str, registry: Keys) -> Receipt:
    """The receipt for exactly these bytes. Raises Fault receipt-bad, whatever is wrong with it."""
    try:
        receipt = token_of(data)
        said = strictjson.loads(verify(receipt, keys=registry, typ=TYP_RECEIPT))
    except (Fault, strictjson.NotStrict) as error:
        part = error.error_id if isinstance(error, Fault) else "record-damaged"
        raise Fault("receipt-bad", part=part) from error
    if not isinstance(said, dict) or said.get("sha256") != sha256_of(token) or said.get("report_id") != report_id:
        raise Fault("receipt-bad", part="other-report")
    received, log_seq, url = said.get("received_at"), said.get("log_seq"), said.get("verify_url")
    if not isinstance(received, str):
        raise Fault("receipt-bad", part="record-damaged")
    return Receipt(
        token=receipt,
        report_id=report_id,
        sha256=said["sha256"],
        received_at=received,
        log_seq=log_seq if isinstance(log_seq, int) else None,
        verify_url=url if isinstance(url, str) else None,
    )


def problem_of(reply: Reply) -> Mapping[str, Any] | None:
    """The problem document (RFC 9457), or None: an answer in HTML does not come from a registry."""
    if reply.media_type != PROBLEM_TYPE:
        return None
    try:
        value = strictjson.loads(reply.body)
    except strictjson.NotStrict:
        return None
    return value if isinstance(value, dict) else None


def judge(reply: Reply, *, token: str, report_id: str, registry: Keys, url: str, now_utc: float) -> Verdict:
    """What an answer to ``PUT /v1/reports/{id}`` means (table of section 5). Pure.

    A refusal is believed only as a problem document: a proxy that answers 413 in HTML does not bury a report.
    """
    status, portal = reply.status, Fault("registry-portal", url=url, status=reply.status)
    if reply.away:
        wait = retry_after_s(reply.headers.get("retry-after"), now_utc=now_utc)
        away = Fault("registry-unreachable", url=url, detail=f"HTTP {status}")
        return Verdict(step=Step.RETRY, fault=away, retry_after_s=wait, everyone=status in _SLOW_DOWN)
    if status in (200, 201):
        try:
            receipt = read_receipt(reply.body, token=token, report_id=report_id, registry=registry)
        except Fault as fault:
            return Verdict(step=Step.PAUSE, fault=fault if reply.body.count(b".") == 2 else portal)
        return Verdict(step=Step.DELIVERED, receipt=receipt)
    problem = problem_of(reply)
    if problem is None:
        return Verdict(step=Step.PAUSE, fault=portal)
    if status in (401, 403):
        return Verdict(step=Step.PAUSE, fault=Fault("registry-revoked", url=url, status=status), problem=problem)
    if status in _REFUSED:
        told = str(problem.get("detail") or problem.get("title") or status)
        refused = Fault("registry-refused", url=url, status=status, detail=told)
        return Verdict(step=Step.DEAD, fault=refused, problem={**problem, "status": status})
    return Verdict(step=Step.PAUSE, fault=Fault("registry-wrong", url=url, detail=f"HTTP {status}"), problem=problem)


def read_health(reply: Reply, *, url: str, instance: str | None) -> Health:
    """Who answered. Raises Fault registry-portal, registry-wrong, registry-unreachable."""
    if reply.away:
        raise Fault("registry-unreachable", url=url, detail=f"HTTP {reply.status}")
    if reply.status == 404:
        raise Fault("registry-wrong", url=url, detail="HTTP 404")
    try:
        value = strictjson.loads(reply.body) if reply.status == 200 else None
    except strictjson.NotStrict:
        value = None
    if not isinstance(value, dict):
        raise Fault("registry-portal", url=url, status=reply.status)
    name, utc, versions = value.get("instance"), value.get("time"), value.get("api")
    if value.get("service") != SERVICE or not isinstance(name, str) or not isinstance(utc, str):
        raise Fault("registry-wrong", url=url, detail="service")
    if not isinstance(versions, list) or API not in versions:
        raise Fault("registry-wrong", url=url, detail=f"api {versions}")
    if instance is not None and name != instance:
        raise Fault("registry-wrong", url=url, detail="instance")
    return Health(instance=name, utc=utc, round_trip_s=reply.seconds)
