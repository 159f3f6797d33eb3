"""Who is asking: a stick (signed call), a person (the reverse proxy's header), or anybody on an open bench registry.

A signed call is a JWS ``regain-call+jws`` over ``{instance, method, path, at}``: good for one registry, one method,
one path with its query, 120 seconds either way.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request
from sqlalchemy import Row, select

from agent.model import strictjson
from agent.model.errors import Fault
from agent.registry.board import Board
from agent.registry.enrol import public_key_of
from agent.registry.problems import Problem
from agent.registry.schema import key
from agent.registry.settings import RegistrySettings
from agent.registry.store import Store
from agent.report.sign import TYP_CALL, peek, verify

CALL_VALID = timedelta(seconds=120)
TRACKED_CALLERS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """``kind``: stick, person or anybody. ``name``: kid or login name. ``workshop``: of a stick."""

    kind: str
    name: str
    workshop: str | None = None


@dataclass(slots=True)
class Limiter:
    """At most ``per_minute`` calls in any minute per name; None: no limit."""

    per_minute: int | None
    _spent: dict[str, list[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, name: str) -> None:
        """Count one call. Raises Problem too-many with the seconds to wait."""
        if self.per_minute is None:
            return
        now = time.monotonic()
        with self._lock:
            recent = [at for at in self._spent.get(name, ()) if at > now - 60.0]
            if len(recent) >= self.per_minute:
                raise Problem("too-many", retry_after_s=max(1, int(recent[0] + 60.0 - now) + 1))
            if len(self._spent) >= TRACKED_CALLERS:
                self._spent.clear()  # a flood of names: start again rather than grow
            self._spent[name] = [*recent, now]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every call of one registry shares; at ``request.app.state.registry``."""

    settings: RegistrySettings
    store: Store
    board: Board
    puts: Limiter
    failed_enrolments: Limiter


def context(request: Request) -> Context:
    found: Context = request.app.state.registry
    return found


def client_of(request: Request) -> str:
    return request.client.host if request.client else "?"


def _is_local_name(request: Request, settings: RegistrySettings) -> bool:
    """Whether the Host is an address or our own name: another name may be a page that rebinds DNS to us."""
    host = request.url.hostname or ""
    own = urlsplit(settings.base_url or "").hostname
    if host in ("localhost", "testserver", own):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _person(request: Request, settings: RegistrySettings) -> Caller | None:
    if settings.login_header is None or client_of(request) not in settings.trusted_proxies:
        return None
    name = request.headers.get(settings.login_header, "").strip()
    return Caller(kind="person", name=name[:80]) if name else None


def _stick_row(store: Store, kid: str) -> Row[tuple[object, ...]]:
    with store.read() as connection:
        row = connection.execute(select(key).where(key.c.kid == kid, key.c.role == "stick")).first()
    if row is None:
        raise Problem("unknown-key")
    if row.revoked_at is not None:
        raise Problem("revoked-key")
    return row


def path_of(request: Request) -> str:
    """The path with its query, as it was sent."""
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def _signed_call(request: Request, ctx: Context, token: str) -> Caller:
    try:
        row = _stick_row(ctx.store, peek(token).kid)
        said = strictjson.loads(verify(token, keys={row.kid: public_key_of(row.kid, row.x)}, typ=TYP_CALL))
        at = datetime.fromisoformat(said["at"])
        expected = {"instance": ctx.settings.instance, "method": request.method, "path": path_of(request)}
        meant = all(said.get(name) == value for name, value in expected.items())
    except (Fault, ValueError, KeyError, TypeError, AttributeError):
        raise Problem("bad-call") from None
    now = ctx.settings.clock()
    if not meant or at.tzinfo is None or abs(now - at.astimezone(UTC)) > CALL_VALID:
        raise Problem("bad-call")
    return Caller(kind="stick", name=row.kid, workshop=row.workshop)


def stick(request: Request) -> Caller:
    """The stick that signed this call. Raises Problem."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem("login-needed")
    return _signed_call(request, context(request), token.strip())


def reader(request: Request) -> Caller:
    """Whoever may read: a stick, a person, or anybody where pages are open. Raises Problem."""
    ctx = context(request)
    if request.headers.get("authorization", "").lower().startswith("bearer "):
        return stick(request)
    person = _person(request, ctx.settings)
    if person is not None:
        return person
    if ctx.settings.open_pages and _is_local_name(request, ctx.settings):
        return Caller(kind="anybody", name=client_of(request))
    raise Problem("login-needed")


def decider(request: Request) -> Caller:
    """Whoever may decide: as a reader, but never a stick, and never from another site's page.

    A browser says where a form was sent from (Fetch metadata, ``Origin``); other programs say nothing.
    """
    caller = reader(request)
    if caller.kind == "stick":
        raise Problem("login-needed")
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in (None, "same-origin", "none") or (origin and urlsplit(origin).netloc != request.url.netloc):
        raise Problem("login-needed")
    return caller
