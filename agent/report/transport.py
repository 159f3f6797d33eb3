"""The only HTTP client: it speaks to the registry, and believes nothing that is not signed with the pinned key.

A report counts as delivered only when its receipt verifies and names our bytes, so that a captive portal, a proxy or a
wrong server can never swallow one. ``judge`` is the table of the REPORT design, section 5, as a pure function.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from agent import __version__
from agent.model import strictjson
from agent.model.errors import Fault
from agent.report.clock import http_date
from agent.report.outbox import Entry, Keys, Outbox, open_report
from agent.report.sign import (
    TYP_CALL,
    TYP_ENROLMENT,
    TYP_RECEIPT,
    SigningKey,
    from_jwk,
    peek,
    public_jwk,
    sha256_of,
    sign,
    token_of,
    verify,
)

if TYPE_CHECKING:
    import requests

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 30.0
MAX_REPLY = 256 * 1024
MAX_WAIT_S, BASE_WAIT_S = 900.0, 5.0
MAX_RETRY_AFTER_S = 86_400.0
API = "1.0"
SERVICE = "regain-registry"
PROBLEM_TYPE = "application/problem+json"
_RETRY = frozenset({408, 425, 429})
_SLOW_DOWN = frozenset({429, 503})
_REFUSED = frozenset({400, 409, 413, 415, 422})
_AWAY_LIMIT = 3
"""So many records in a row that the registry could not take: it is the registry and not the record."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    entry: Entry
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What one push did. ``fault`` is why it stopped or what still waits for; ``retry_after_s`` when to try again."""

    delivered: tuple[Delivered, ...] = ()
    dead: tuple[Entry, ...] = ()
    waiting: int = 0
    fault: Fault | None = None
    retry_after_s: float | None = None
    health: Health | None = None


class Sleeper(Protocol):
    def sleep(self, seconds: float) -> None: ...


# --- pure -------------------------------------------------------------------------------------------------------


def backoff_s(tries: int, *, chance: float) -> float:
    """Seconds before the next try: ``random(0, min(900, 5 x 2^n))``, ``chance`` being the draw in [0, 1]."""
    return chance * min(MAX_WAIT_S, BASE_WAIT_S * 2.0 ** min(max(tries, 0), 30))


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


def _problem(reply: Reply) -> Mapping[str, Any] | None:
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
    if status in _RETRY or 500 <= status <= 599:
        wait = retry_after_s(reply.headers.get("retry-after"), now_utc=now_utc)
        away = Fault("registry-unreachable", url=url, detail=f"HTTP {status}")
        return Verdict(step=Step.RETRY, fault=away, retry_after_s=wait, everyone=status in _SLOW_DOWN)
    if status in (200, 201):
        try:
            receipt = read_receipt(reply.body, token=token, report_id=report_id, registry=registry)
        except Fault as fault:
            return Verdict(step=Step.PAUSE, fault=fault if reply.body.count(b".") == 2 else portal)
        return Verdict(step=Step.DELIVERED, receipt=receipt)
    problem = _problem(reply)
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
    if reply.status in _RETRY or reply.status >= 500:
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


# --- the client -------------------------------------------------------------------------------------------------


class RegistryClient:
    """One registry. ``registry_public`` is the pinned key by ``kid``; ``instance`` the name it was enrolled under.

    TLS is checked against the system's authorities plus ``ca`` (a PEM file on the stick), and never switched off.
    """

    def __init__(
        self,
        url: str,
        *,
        key: SigningKey | None,
        registry_public: Keys,
        instance: str | None,
        session: requests.Session | None = None,
        ca: Path | None = None,
        kid: str | None = None,
    ) -> None:
        """``kid`` names our key where it need not be unlocked: a PUT carries its own signature."""
        self.url = url.rstrip("/")
        self.key = key
        self.kid = key.kid if key is not None else kid
        self.registry_public = registry_public
        self.instance = instance
        self._session = session
        self._ca = ca

    def health(self) -> Health:
        """Raises Fault registry-unreachable, registry-portal, registry-wrong."""
        return read_health(self._call("GET", "/v1/health"), url=self.url, instance=self.instance)

    def date(self) -> str | None:
        """The ``Date`` that answers without TLS at the registry's name: good enough to make its certificate valid.

        Asked for only when this PC's clock is known to be wrong; None when nobody answers.
        """
        try:
            plain = RegistryClient(
                "http://" + self.url.partition("://")[2], key=None, registry_public={}, instance=None
            )
            return http_date(plain._call("GET", "/v1/health").headers.get("date", ""))
        except Fault:
            return None

    def enrol(self, code: str, *, stick_label: str) -> Mapping[str, Any]:
        """Prove possession of our key and get workshop, numbers and the registry's key.

        Raises Fault enrol-code-bad, registry-refused, and those of ``health``.
        """
        if self.key is None:
            raise Fault("key-locked", reason="pin-needed")
        proof = sign(code.strip().encode("utf-8"), key=self.key, typ=TYP_ENROLMENT)
        body = {"code": code.strip(), "jwk": public_jwk(self.key), "stick_label": stick_label, "proof": proof}
        reply = self._call("POST", "/v1/enrolments", strictjson.dumps(body), media_type="application/json")
        if reply.status == 201 and reply.media_type == "application/json":
            try:
                answer = strictjson.loads(reply.body)
                from_jwk(answer["registry_jwk"])
            except (strictjson.NotStrict, KeyError, TypeError, AttributeError, Fault) as error:
                raise Fault("registry-wrong", url=self.url, detail="enrolment") from error
            if answer.get("kid") != self.key.kid:
                raise Fault("registry-wrong", url=self.url, detail="kid")
            return dict(answer)
        problem = _problem(reply)
        if reply.status in _RETRY or reply.status >= 500:
            raise Fault("registry-unreachable", url=self.url, detail=f"HTTP {reply.status}")
        if problem is None:
            raise Fault("registry-portal", url=self.url, status=reply.status)
        if reply.status == 403:
            raise Fault("enrol-code-bad")
        told = str(problem.get("detail") or problem.get("title") or reply.status)
        raise Fault("registry-refused", url=self.url, status=reply.status, detail=told)

    def put(self, token: str, *, report_id: str) -> Verdict:
        """Send one report and judge the answer; trouble on the way is a verdict too. Raises nothing of the network."""
        try:
            reply = self._call("PUT", f"/v1/reports/{report_id}", token.encode("ascii"), media_type="application/jose")
        except Fault as fault:
            away = fault.error_id == "registry-unreachable"
            return Verdict(step=Step.RETRY if away else Step.PAUSE, fault=fault, everyone=True)
        return judge(
            reply,
            token=token,
            report_id=report_id,
            registry=self.registry_public,
            url=self.url,
            now_utc=time.time(),
        )

    def ask(self, method: str, path: str, *, at: str, body: bytes | None = None) -> Reply:
        """A call that the stick signs for: bearer token over instance, method, path (with its query) and ``at``."""
        if self.key is None:
            raise Fault("key-locked", reason="pin-needed")
        call = {"instance": self.instance, "method": method, "path": path, "at": at}
        bearer = sign(strictjson.dumps(call), key=self.key, typ=TYP_CALL)
        headers = {"Authorization": f"Bearer {bearer}"}
        return self._call(method, path, body, media_type="application/json" if body else None, headers=headers)

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        media_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One exchange. Redirects are never followed. Raises Fault registry-unreachable, registry-portal (TLS)."""
        import requests

        given = {"User-Agent": f"Regain/{__version__}", "Accept": "application/jose, application/json"} | dict(
            headers or {}
        )
        if media_type:
            given["Content-Type"] = media_type
        started = time.monotonic()
        try:
            with self._open_session().request(
                method,
                self.url + path,
                data=body,
                headers=given,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,
                stream=True,
            ) as answer:
                data = _read_at_most(answer, MAX_REPLY, deadline=started + 2 * READ_TIMEOUT_S)
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(status=answer.status_code, headers=names, body=data, seconds=time.monotonic() - started)
        except requests.exceptions.SSLError as error:
            raise Fault("registry-portal", url=self.url, status="TLS") from error
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            raise Fault("registry-wrong", url=self.url, detail="url") from None
        except requests.exceptions.RequestException as error:
            raise Fault("registry-unreachable", url=self.url, detail=type(error).__name__) from error

    def _open_session(self) -> requests.Session:
        if self._session is None:
            self._session = make_session(self._ca)
        return self._session


def make_session(ca: Path | None) -> requests.Session:
    """A session that trusts the system's authorities and those in ``ca``. Proxy variables are honoured."""
    import ssl

    import requests
    from requests.adapters import HTTPAdapter

    context = ssl.create_default_context()
    if ca is not None:
        try:
            context.load_verify_locations(cafile=str(ca))
        except (OSError, ssl.SSLError) as error:
            raise Fault("file-unreadable", path=str(ca), why=str(error)) from error

    class SystemAuthorities(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs, ssl_context=context)

        def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
            return super().proxy_manager_for(*args, **kwargs, ssl_context=context)

    session = requests.Session()
    session.mount("https://", SystemAuthorities())
    return session


def _read_at_most(answer: requests.Response, limit: int, *, deadline: float) -> bytes:
    """The body, cut at ``limit``: a wrong server may send without end, or one byte a minute."""
    import requests

    data = bytearray()
    for chunk in answer.iter_content(16 * 1024):
        data += chunk
        if len(data) >= limit:
            break
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout("body")
    return bytes(data[:limit])


# --- the queue --------------------------------------------------------------------------------------------------


def push(
    outbox: Outbox,
    client: RegistryClient,
    clock: Sleeper,
    *,
    rounds: int = 1,
    chance: Callable[[], float] = random.random,
) -> Push:
    """Send what waits, in ``seq`` order, never held up by one bad record. Raises no Fault: it is in the answer.

    With ``rounds`` above 1 a retry is waited for on ``clock``, otherwise the caller comes back after
    ``retry_after_s``. Nothing is marked without a valid receipt or a refusal in the registry's own words.
    """
    total = Push()
    for turn in range(max(1, rounds)):
        now = _push_once(outbox, client, tries=turn, chance=chance)
        total = Push(
            delivered=total.delivered + now.delivered,
            dead=total.dead + now.dead,
            waiting=now.waiting,
            fault=now.fault,
            retry_after_s=now.retry_after_s,
            health=now.health or total.health,
        )
        if now.retry_after_s is None or turn == rounds - 1:
            break
        clock.sleep(now.retry_after_s)
    return total


def _push_once(outbox: Outbox, client: RegistryClient, *, tries: int, chance: Callable[[], float]) -> Push:
    waiting = outbox.pending()
    if not waiting:
        return Push()
    try:
        health = client.health()
    except Fault as fault:
        # nobody was there to take them: each was tried all the same, and the queue says why it waits
        with contextlib.suppress(Fault, OSError):
            outbox.note_attempts([entry.report_id for entry in waiting], error_id=fault.error_id)
        again = backoff_s(tries, chance=chance()) if fault.error_id == "registry-unreachable" else None
        return Push(waiting=len(waiting), fault=fault, retry_after_s=again)
    run = _Run(outbox, client)
    for entry in waiting:
        if not run.send(entry):
            break
    wait = run.wait
    if wait is None and run.retry:
        wait = backoff_s(max(tries, run.most_tries), chance=chance())
    return Push(
        delivered=tuple(run.delivered),
        dead=tuple(run.dead),
        waiting=len(outbox.pending()),
        fault=run.fault,
        retry_after_s=wait,
        health=health,
    )


class _Run:
    """One pass over the queue: what came of each record, and whether the next one may be sent."""

    def __init__(self, outbox: Outbox, client: RegistryClient) -> None:
        self.outbox, self.client = outbox, client
        self.delivered: list[Delivered] = []
        self.dead: list[Entry] = []
        self.fault: Fault | None = None
        self.wait: float | None = None
        self.retry = False
        self.most_tries = 0
        self._away = 0

    def send(self, entry: Entry) -> bool:
        """False when the rest of the queue must wait too."""
        try:
            token = entry.token()
            report_id = open_report(token, self.outbox.keys).report_id
        except Fault as fault:  # a bad block on the stick costs this record and no other
            self._bury(entry, fault, {})
            return True
        verdict = self.client.put(token, report_id=report_id)
        match verdict.step:
            case Step.DELIVERED if verdict.receipt is not None:
                self.delivered.append(
                    Delivered(entry=self.outbox.mark_sent(entry, verdict.receipt.token), receipt=verdict.receipt)
                )
                self._away = 0
                return True
            case Step.DEAD if verdict.fault is not None:
                self._bury(entry, verdict.fault, verdict.problem)
                self._away = 0
                return True
            case Step.RETRY:
                return self._later(entry, verdict)
            case _:
                return self._pause(entry, verdict, foreign=peek(token).kid != self.client.kid)

    def _bury(self, entry: Entry, fault: Fault, problem: Mapping[str, Any]) -> None:
        note = {"error_id": fault.error_id, "code": fault.code, "problem": dict(problem)}
        self.dead.append(self.outbox.mark_dead(entry, note))
        self.fault = fault

    def _later(self, entry: Entry, verdict: Verdict) -> bool:
        self.retry, self.fault = True, verdict.fault
        why = verdict.fault.error_id if verdict.fault else "registry-unreachable"
        self.most_tries = max(self.most_tries, self.outbox.note_attempt(entry.report_id, error_id=why))
        if verdict.retry_after_s is not None:
            self.wait = max(self.wait or 0.0, verdict.retry_after_s)
        self._away += 1
        return not verdict.everyone and self._away < _AWAY_LIMIT

    def _pause(self, entry: Entry, verdict: Verdict, *, foreign: bool) -> bool:
        self.fault = verdict.fault
        if verdict.fault is not None:
            self.outbox.note_attempt(entry.report_id, error_id=verdict.fault.error_id)
        # a record carried here from another stick whose key is revoked does not hold up our own
        return foreign and verdict.fault is not None and verdict.fault.error_id == "registry-revoked"
