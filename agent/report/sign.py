"""Compact JWS with Ed25519 (RFC 7515, RFC 8037, RFC 9864) and nothing else of JOSE.

The header is exactly ``{"alg", "typ", "kid"}``. ``EdDSA`` is emitted, ``EdDSA`` and ``Ed25519`` are accepted;
there is no ``none``, no ``jku``, ``jwk``, ``x5c`` or ``crit``. ``typ`` is always checked, so that one kind of record
never stands for another. A token has one spelling: base64url without padding and with its unused bits at zero,
so that no byte of it can be changed without being noticed, and its SHA-256 names it.

Faults: ``record-damaged`` (``part`` says where), ``record-unknown-key``, ``record-bad-signature``, ``record-too-big``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from agent.model import strictjson
from agent.model.errors import Fault

TYP_REPORT = "regain-report+jws"
TYP_RECEIPT = "regain-receipt+jws"
TYP_ENROLMENT = "regain-enrolment+jws"
TYP_CALL = "regain-call+jws"
TYP_CERTIFICATE = "regain-certificate+jws"

ALGORITHMS = frozenset({"EdDSA", "Ed25519"})
EXERCISE_PREFIX = "EXERCICE-"

MAX_TOKEN = 400_000
"""Characters. A 256 kB report is 350 000 of them; anything longer is refused before it is decoded."""

SIGNATURE_BYTES = 64
_HEADER_KEYS = ("alg", "typ", "kid")
_KID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_B64URL = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a token says of itself: believed only after its signature verified."""

    alg: str
    typ: str
    kid: str

    @property
    def exercise(self) -> bool:
        return self.kid.startswith(EXERCISE_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key and the name it signs under. ``repr`` never shows the private half."""

    private: Ed25519PrivateKey = field(repr=False)
    kid: str

    @classmethod
    def of(cls, private: Ed25519PrivateKey, *, exercise: bool) -> SigningKey:
        """The key under its RFC 7638 thumbprint; a rehearsal key has ``EXERCICE-`` in front of it."""
        return cls(private=private, kid=kid_of(private.public_key(), exercise=exercise))

    @classmethod
    def generate(cls, *, exercise: bool) -> SigningKey:
        return cls.of(Ed25519PrivateKey.generate(), exercise=exercise)

    @property
    def public(self) -> Ed25519PublicKey:
        return self.private.public_key()

    @property
    def exercise(self) -> bool:
        return self.kid.startswith(EXERCISE_PREFIX)


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64url_decode(text: str, *, part: str) -> bytes:
    """Bytes of base64url without padding, in its only canonical spelling. Raises Fault record-damaged."""
    if not _B64URL.fullmatch(text):
        raise Fault("record-damaged", part=part)
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Fault("record-damaged", part=part) from None
    if b64url(data) != text:  # unused low bits set: the same bytes under another spelling
        raise Fault("record-damaged", part=part)
    return data


def thumbprint(public: Ed25519PublicKey) -> str:
    """RFC 7638 SHA-256 thumbprint of an OKP key (RFC 8037, appendix A.3), base64url."""
    text = f'{{"crv":"Ed25519","kty":"OKP","x":"{b64url(public.public_bytes_raw())}"}}'
    return b64url(hashlib.sha256(text.encode("ascii")).digest())


def kid_of(public: Ed25519PublicKey, *, exercise: bool) -> str:
    return (EXERCISE_PREFIX if exercise else "") + thumbprint(public)


def public_jwk(key: SigningKey) -> dict[str, str]:
    """The public half as a JWK, with the ``kid`` it signs under."""
    return {"kty": "OKP", "crv": "Ed25519", "x": b64url(key.public.public_bytes_raw()), "kid": key.kid}


def from_jwk(jwk: Mapping[str, Any]) -> tuple[str, Ed25519PublicKey]:
    """``(kid, key)`` of one public JWK. Members we do not know are ignored (RFC 7517, section 4).

    The ``kid`` must be the key's own thumbprint (with ``EXERCICE-`` in front or not): a name cannot be borrowed.
    Raises Fault record-damaged, also for a JWK that carries a private half.
    """
    x = jwk.get("x")
    if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519" or not isinstance(x, str) or "d" in jwk:
        raise Fault("record-damaged", part="key")
    raw = b64url_decode(x, part="key")
    if len(raw) != 32:
        raise Fault("record-damaged", part="key")
    public = Ed25519PublicKey.from_public_bytes(raw)
    kid = jwk.get("kid", thumbprint(public))
    if kid not in (thumbprint(public), EXERCISE_PREFIX + thumbprint(public)):
        raise Fault("record-damaged", part="key")
    return str(kid), public


def sign(payload: bytes, *, key: SigningKey, typ: str) -> str:
    """The compact JWS over exactly these bytes."""
    header = strictjson.dumps({"alg": "EdDSA", "typ": typ, "kid": key.kid})
    signed = f"{b64url(header)}.{b64url(payload)}"
    return f"{signed}.{b64url(key.private.sign(signed.encode('ascii')))}"


def _split(token: str) -> tuple[str, str, str]:
    if len(token) > MAX_TOKEN:
        raise Fault("record-too-big", bytes=len(token), limit=MAX_TOKEN)
    parts = token.split(".")
    if len(parts) != 3:
        raise Fault("record-damaged", part="form")
    return parts[0], parts[1], parts[2]


def peek(token: str) -> Header:
    """The header, strictly parsed and not yet believed. Raises Fault record-damaged or record-too-big."""
    head, _, _ = _split(token)
    try:
        header = strictjson.loads(b64url_decode(head, part="header"))
    except strictjson.NotStrict:
        raise Fault("record-damaged", part="header") from None
    if not isinstance(header, dict) or sorted(header) != sorted(_HEADER_KEYS):
        raise Fault("record-damaged", part="header")
    alg, typ, kid = (header[name] for name in _HEADER_KEYS)
    if not all(isinstance(text, str) for text in (alg, typ, kid)):
        raise Fault("record-damaged", part="header")
    if alg not in ALGORITHMS or not _KID.fullmatch(kid):
        raise Fault("record-damaged", part="header")
    return Header(alg=alg, typ=typ, kid=kid)


def verify(token: str, *, keys: Mapping[str, Ed25519PublicKey], typ: str) -> bytes:
    """The signed bytes, when the token is of this ``typ`` and one of these keys signed it.

    Raises Fault record-damaged (spelling, header, other ``typ``), record-unknown-key, record-bad-signature.
    """
    header = peek(token)
    if header.typ != typ:
        raise Fault("record-damaged", part="type")
    head, body, tail = _split(token)
    payload = b64url_decode(body, part="content")
    signature = b64url_decode(tail, part="signature")
    if len(signature) != SIGNATURE_BYTES:
        raise Fault("record-damaged", part="signature")
    public = keys.get(header.kid)
    if public is None:
        raise Fault("record-unknown-key", kid=header.kid)
    try:
        public.verify(signature, f"{head}.{body}".encode("ascii"))
    except InvalidSignature:
        raise Fault("record-bad-signature", kid=header.kid) from None
    return payload


def sha256_of(token: str) -> str:
    """The hash that names this record: SHA-256 over the exact characters of the token, in hex."""
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def token_of(data: bytes) -> str:
    """The token in a ``.jws`` file: exactly its bytes, no white space forgiven. Raises Fault record-damaged."""
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise Fault("record-damaged", part="form") from None
