"""The station's key at rest: our own envelope, scrypt and ChaCha20-Poly1305 under a PIN.

There is no TPM to lean on, the stick moves from PC to PC. Plain storage exists only with a written policy, which is
kept in the file. PEM's own encryption is not used: it is PBKDF2 with 2048 rounds (REPORT design, section 8).
A rehearsal key is always plain: it is unknown to every registry and its name says EXERCICE.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.model import strictjson
from agent.model.errors import Fault
from agent.report.files import read_bounded, write_atomic
from agent.report.sign import EXERCISE_PREFIX, SigningKey, b64url, b64url_decode, from_jwk, public_jwk

FORMAT = "regain-key/1"
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 15, 8, 1
MIN_PIN = 4
REHEARSAL_POLICY = "rehearsal"
_LIMIT = 16 * 1024
_SALT, _NONCE, _SEED = 16, 12, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A key file that was read and is not unlocked yet. ``policy`` is why it is stored plain, else empty."""

    kid: str
    public: Ed25519PublicKey
    policy: str
    _body: Mapping[str, str] = field(repr=False)

    @property
    def locked(self) -> bool:
        return "box" in self._body

    @property
    def exercise(self) -> bool:
        return self.kid.startswith(EXERCISE_PREFIX)


def _damaged() -> Fault:
    return Fault("record-damaged", part="key")


def _derive(pin: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(pin.encode("utf-8"))


def _bound(head: Mapping[str, Any]) -> bytes:
    """What the seal also covers: nobody may put another name or policy on a locked key."""
    return strictjson.dumps({name: head[name] for name in sorted(head)})


def _head(key: SigningKey, policy: str) -> dict[str, Any]:
    kdf = {"name": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P}
    return {"format": FORMAT, "jwk": public_jwk(key), "policy": policy, "kdf": kdf, "cipher": "chacha20-poly1305"}


def seal(key: SigningKey, *, pin: str | None, policy: str = "") -> bytes:
    """The envelope's bytes. Raises Fault key-locked without a PIN, unless a written policy allows plain storage."""
    if key.exercise:
        pin, policy = None, REHEARSAL_POLICY
    head = _head(key, "" if pin else policy)
    seed = key.private.private_bytes_raw()
    if not pin:
        if not policy.strip():
            raise Fault("key-locked", reason="pin-needed")
        return strictjson.dumps(head | {"plain": b64url(seed)})
    if len(pin) < MIN_PIN:
        raise Fault("key-locked", reason="pin-short")
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    box = ChaCha20Poly1305(_derive(pin, salt)).encrypt(nonce, seed, _bound(head))
    return strictjson.dumps(head | {"salt": b64url(salt), "nonce": b64url(nonce), "box": b64url(box)})


def create(path: Path, *, pin: str | None, policy: str = "", exercise: bool = False) -> SigningKey:
    """A new key, on the medium before it is used. Raises FileExistsError rather than replace a key."""
    if path.exists():
        raise FileExistsError(str(path))
    key = SigningKey.generate(exercise=exercise)
    write_atomic(path, seal(key, pin=pin, policy=policy), mode=0o600)
    return key


def load(path: Path) -> KeyFile:
    """The key file, still locked. Raises Fault file-unreadable, record-damaged."""
    return parse(read_bounded(path, limit=_LIMIT))


def parse(data: bytes) -> KeyFile:
    try:
        value = strictjson.loads(data)
    except strictjson.NotStrict:
        raise _damaged() from None
    plain, boxed = {"plain"}, {"salt", "nonce", "box"}
    head_keys = {"format", "jwk", "policy", "kdf", "cipher"}
    if not isinstance(value, dict) or set(value) - head_keys not in (plain, boxed) or not head_keys <= set(value):
        raise _damaged()
    jwk, policy = value["jwk"], value["policy"]
    body = {name: value[name] for name in set(value) - head_keys}
    if not isinstance(jwk, dict) or not isinstance(policy, str) or not all(isinstance(v, str) for v in body.values()):
        raise _damaged()
    if set(jwk) != {"kty", "crv", "x", "kid"}:  # a renamed member would be passed over: here nothing is
        raise _damaged()
    kid, public = from_jwk(jwk)
    expected = {"name": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P}
    if value["format"] != FORMAT or value["kdf"] != expected or value["cipher"] != "chacha20-poly1305":
        raise _damaged()  # other parameters are never obeyed: they could be weak, or made to exhaust the memory
    if "plain" in body and not policy.strip():
        raise _damaged()
    return KeyFile(kid=kid, public=public, policy=policy, _body=body)


def unlock(file: KeyFile, *, pin: str | None = None) -> SigningKey:
    """The signing key. Raises Fault key-locked (``reason`` pin-needed or pin-wrong), record-damaged."""
    if not file.locked:
        seed = b64url_decode(file._body["plain"], part="key")
    else:
        if not pin:
            raise Fault("key-locked", reason="pin-needed")
        salt, nonce, box = (b64url_decode(file._body[name], part="key") for name in ("salt", "nonce", "box"))
        if (len(salt), len(nonce)) != (_SALT, _NONCE):
            raise _damaged()
        head = _head_of(file)
        try:
            seed = ChaCha20Poly1305(_derive(pin, salt)).decrypt(nonce, box, _bound(head))
        except InvalidTag:
            raise Fault("key-locked", reason="pin-wrong") from None
    if len(seed) != _SEED:
        raise _damaged()
    private = Ed25519PrivateKey.from_private_bytes(seed)
    if private.public_key().public_bytes_raw() != file.public.public_bytes_raw():
        raise _damaged()
    return SigningKey(private=private, kid=file.kid)


def _head_of(file: KeyFile) -> dict[str, Any]:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64url(file.public.public_bytes_raw()), "kid": file.kid}
    kdf = {"name": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P}
    return {"format": FORMAT, "jwk": jwk, "policy": file.policy, "kdf": kdf, "cipher": "chacha20-poly1305"}


def pem(public: Ed25519PublicKey) -> bytes:
    """The public key as OpenSSL reads it (SubjectPublicKeyInfo, RFC 8410)."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk_set(keys: Iterable[tuple[str, Ed25519PublicKey]]) -> bytes:
    """A JWK set (RFC 7517, section 5) of public keys, as ``cles-publiques.json`` holds it."""
    entries = [
        {"kty": "OKP", "crv": "Ed25519", "x": b64url(public.public_bytes_raw()), "kid": kid} for kid, public in keys
    ]
    return strictjson.dumps({"keys": entries}) + b"\n"


def read_jwk_set(data: bytes) -> dict[str, Ed25519PublicKey]:
    """Public keys by ``kid``, from a JWK set or one JWK. Keys of other kinds are passed over (RFC 7517, section 5).

    Raises Fault record-damaged when the text is neither, or an Ed25519 key in it is wrong.
    """
    try:
        value = strictjson.loads(data)
    except strictjson.NotStrict:
        raise _damaged() from None
    entries = value.get("keys", [value]) if isinstance(value, dict) else None
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise _damaged()
    ours = [e for e in entries if e.get("kty") == "OKP" and e.get("crv") == "Ed25519"]
    if entries and not ours:
        raise _damaged()
    return dict(from_jwk(e) for e in ours)
