"""The registry's own signing key: one PEM file, readable by its owner only, made at the first start.

It is not encrypted: the server must start alone after a power cut. Whoever can read this file can sign receipts;
its backup belongs with the database's. PKCS #8 (RFC 5958, RFC 8410).
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from agent.model.errors import Fault
from agent.report.sign import SigningKey


def load_or_make(path: Path, *, exercise: bool) -> SigningKey:
    """The key in this file; a new one, on the medium before it is used, when there is no file.

    Raises Fault file-unreadable when the file is there and is not an Ed25519 key.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return _make(path, exercise=exercise)
    except OSError as error:
        raise Fault("file-unreadable", path=str(path), error=str(error)) from error
    try:
        private = load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise Fault("file-unreadable", path=str(path), error=str(error)) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise Fault("file-unreadable", path=str(path), error="not an Ed25519 key")
    return SigningKey.of(private, exercise=exercise)


def _make(path: Path, *, exercise: bool) -> SigningKey:
    key = SigningKey.generate(exercise=exercise)
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key
