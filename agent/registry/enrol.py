"""Enrolment: a code that works once, a key the stick made itself, and the proof that it holds the private half.

The code has 12 symbols of the tag alphabet (58 bits) and is stored as a hash only. Repeating an enrolment with the
same code and key gives the same answer, so that a lost answer costs nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, func, insert, select, update

from agent.model.errors import Fault
from agent.model.tag import ALPHABET, LETTERS
from agent.registry.problems import Problem
from agent.registry.schema import enrolment_code, key
from agent.registry.settings import RegistrySettings, stamp
from agent.registry.store import Store
from agent.report.sign import EXERCISE_PREFIX, TYP_ENROLMENT, b64url, from_jwk, public_jwk, verify

CODE_SYMBOLS = 12
STICKS_PER_WORKSHOP = 99  # two digits of the certificate number
TAGS_PER_STICK = 100
FIRST_STICK_TAG = 90_000  # printed rolls stay below; the last five digits of a stick's own range start here
DEFAULT_DAYS = 14
NOBODY = "XX"
"""Letters of a station that was never enrolled: no workshop may have them."""
_WORKSHOP = re.compile(rf"[{LETTERS}]{{2}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What the registry remembers of a stick."""

    kid: str
    workshop: str
    stick_number: int


def public_key_of(kid: str, x: str) -> Ed25519PublicKey:
    """The stored key, checked against its name: a changed row cannot sign for another stick. Raises Fault."""
    _, public = from_jwk({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid})
    return public


def normalise_code(text: str) -> str:
    """A code as it was typed: case, spaces and hyphens do not count."""
    return re.sub(r"[\s\-.]", "", text).upper()


def _hash(code: str) -> str:
    return hashlib.sha256(normalise_code(code).encode("utf-8", "surrogatepass")).hexdigest()


def make_code(store: Store, settings: RegistrySettings, *, workshop: str, days: float = DEFAULT_DAYS) -> str:
    """A new code for one stick of this workshop (two letters of the tag alphabet). Raises Fault usage on others."""
    letters = workshop.strip().upper()
    if not _WORKSHOP.fullmatch(letters) or letters == NOBODY or days <= 0:
        raise Fault("usage", what=f"workshop {workshop!r}, days {days}")
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(CODE_SYMBOLS))
    code = "-".join(symbols[i : i + 4] for i in range(0, CODE_SYMBOLS, 4))
    now = settings.clock()
    row = {
        "code_hash": _hash(code),
        "workshop": letters,
        "created_at": stamp(now),
        "expires_at": stamp(now + timedelta(days=days)),
    }
    with store.write() as connection:
        connection.execute(insert(enrolment_code), row)
    return code


def _proved(body_jwk: dict[str, Any], proof: str, code: str) -> tuple[str, str]:
    """``(kid, x)`` once the proof shows that the caller holds this key and meant this code."""
    try:
        kid, public = from_jwk(body_jwk)
        said = verify(proof, keys={kid: public}, typ=TYP_ENROLMENT)
    except Fault:
        raise Problem("bad-token") from None
    if normalise_code(said.decode("utf-8", "replace")) != normalise_code(code):
        raise Problem("bad-token")
    return kid, b64url(public.public_bytes_raw())


def _next_stick(connection: Connection, workshop: str) -> int:
    highest = connection.scalar(select(func.max(key.c.stick_number)).where(key.c.workshop == workshop)) or 0
    if highest >= STICKS_PER_WORKSHOP:
        raise Problem("workshop-full")
    return int(highest) + 1


def enrol(
    store: Store, settings: RegistrySettings, *, code: str, jwk: dict[str, Any], stick_label: str, proof: str
) -> Enrolled:
    """Spend a code on this key. Raises Problem bad-token, bad-code, key-enrolled, workshop-full, exercise-…"""
    kid, x = _proved(jwk, proof, code)
    if kid.startswith(EXERCISE_PREFIX) != settings.exercise:
        raise Problem("exercise-only" if settings.exercise else "exercise-refused")
    code_hash, now = _hash(code), settings.now()
    with store.write() as connection:
        found = connection.execute(select(enrolment_code).where(enrolment_code.c.code_hash == code_hash)).first()
        known = connection.execute(select(key).where(key.c.kid == kid)).first()
        if found is not None and known is not None and known.code_hash == code_hash and known.revoked_at is None:
            return _enrolled(known)  # a repeat: the first answer got lost
        if found is None or found.used_at is not None or found.expires_at <= now:
            raise Problem("bad-code")
        if known is not None:
            raise Problem("key-enrolled")
        number = _next_stick(connection, found.workshop)
        spend = update(enrolment_code).where(enrolment_code.c.code_hash == code_hash)
        connection.execute(spend.values(used_at=now, used_by=kid))
        row = {"kid": kid, "role": "stick", "x": x, "workshop": found.workshop, "stick_number": number}
        row |= {"stick_label": stick_label, "code_hash": code_hash, "enrolled_at": now}
        connection.execute(insert(key), row)
        return Enrolled(kid=kid, workshop=found.workshop, stick_number=number)


def _enrolled(row: Row[Any]) -> Enrolled:
    return Enrolled(kid=row.kid, workshop=row.workshop, stick_number=row.stick_number)


def answer(settings: RegistrySettings, stick: Enrolled) -> dict[str, Any]:
    """What a stick is told once, and keeps: whom it works for, its own tag numbers, the key to pin."""
    first = FIRST_STICK_TAG + (stick.stick_number - 1) * TAGS_PER_STICK
    return {
        "kid": stick.kid,
        "workshop": stick.workshop,
        "stick_number": stick.stick_number,
        "tag_range": {"workshop": stick.workshop, "first": first, "last": first + TAGS_PER_STICK - 1},
        "registry_jwk": public_jwk(settings.key),
        "instance": settings.instance,
        "policy": {"exercise": settings.exercise, "network": settings.network},
    }


def remember_own_key(store: Store, settings: RegistrySettings) -> None:
    """The registry's key is published like the others, and stays published after it was replaced.

    Raises Fault usage when the database is a rehearsal's and the settings are not, or the other way round.
    """
    with store.write() as connection:
        names = connection.scalars(select(key.c.kid).where(key.c.role == "registry")).all()
        if any(name.startswith(EXERCISE_PREFIX) != settings.exercise for name in names):
            raise Fault("usage", what="--exercise")
        if connection.execute(select(key.c.kid).where(key.c.kid == settings.key.kid)).first() is None:
            x = b64url(settings.key.public.public_bytes_raw())
            row = {"kid": settings.key.kid, "role": "registry", "x": x, "enrolled_at": settings.now()}
            connection.execute(insert(key), row)


def revoke(store: Store, settings: RegistrySettings, *, kid: str, why: str) -> None:
    """Refuse this stick from now on; what it reported before stays valid. Raises Fault not-enrolled."""
    with store.write() as connection:
        row = connection.execute(select(key).where(key.c.kid == kid, key.c.role == "stick")).first()
        if row is None:
            raise Fault("not-enrolled", kid=kid)
        if row.revoked_at is None:
            change = update(key).where(key.c.kid == kid)
            connection.execute(change.values(revoked_at=settings.now(), revoked_why=why))
