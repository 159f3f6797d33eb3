"""What one registry is: where it keeps things, which key it signs with, who may read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.report.sign import SigningKey

REPORT_LIMIT = 256 * 1024
"""Bytes of one report (REPORT design, section 2)."""

TOKEN_LIMIT = 360_000
"""Bytes of one PUT body: 256 KiB in base64url, a header and a signature."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """An instant as it is stored and signed: UTC, microseconds, fixed width, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """Everything ``create_app`` needs.

    ``db`` is a SQLAlchemy URL. ``exercise`` makes the rehearsal registry: it takes exercise reports only and says
    EXERCICE everywhere. ``open_pages`` lets anybody who reaches the server read it: for loopback only.
    ``login_header`` is the one header that a reverse proxy sets after it has checked a person; it is believed only
    when the request comes from ``trusted_proxies``. ``base_url`` is the address printed in receipts.
    """

    db: str
    key: SigningKey
    exercise: bool = False
    network: str = "Regain"
    contact: str = ""
    base_url: str | None = None
    open_pages: bool = False
    login_header: str | None = None
    trusted_proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    reports_per_minute: int | None = None
    enrolment_failures_per_minute: int = 10
    clock: Callable[[], datetime] = utc_now

    @property
    def instance(self) -> str:
        """The registry's name for machines: the ``kid`` of its key, which every stick pins at enrolment."""
        return self.key.kid

    def now(self) -> str:
        return stamp(self.clock())
