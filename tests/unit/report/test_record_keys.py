"""The key file: locked by a PIN, plain only by policy, and never obeyed when it was tampered with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.model.errors import Fault
from agent.report import keys as k
from agent.report import sign as s

PIN = "4812-clé"


def fault_of(call: object, *args: object, **kwargs: object) -> Fault:
    with pytest.raises(Fault) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return caught.value


def test_a_key_comes_back_with_its_pin_and_only_with_it(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    key = k.create(path, pin=PIN)
    assert path.stat().st_mode & 0o777 == 0o600
    file = k.load(path)
    assert (file.locked, file.kid, file.policy) == (True, key.kid, "")
    again = k.unlock(file, pin=PIN)
    assert s.verify(s.sign(b"x", key=again, typ=s.TYP_REPORT), keys={key.kid: key.public}, typ=s.TYP_REPORT) == b"x"
    assert fault_of(k.unlock, file, pin="4812").params["reason"] == "pin-wrong"
    assert fault_of(k.unlock, file).params["reason"] == "pin-needed"


def test_nothing_of_the_seed_is_readable_in_a_locked_file() -> None:
    key = s.SigningKey.generate(exercise=False)
    data = k.seal(key, pin=PIN)
    assert s.b64url(key.private.private_bytes_raw()).encode() not in data
    assert k.seal(key, pin=PIN) != data, "salt and nonce are new each time"


def test_plain_storage_needs_a_written_policy() -> None:
    key = s.SigningKey.generate(exercise=False)
    assert fault_of(k.seal, key, pin=None).error_id == "key-locked"
    assert fault_of(k.seal, key, pin="12").params["reason"] == "pin-short"
    file = k.parse(k.seal(key, pin=None, policy="atelier fermé, décision du 3 mars 2026"))
    assert (file.locked, file.policy) == (False, "atelier fermé, décision du 3 mars 2026")
    assert k.unlock(file).kid == key.kid


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    k.create(tmp_path / "key.json", pin=None, exercise=True)
    before = (tmp_path / "key.json").read_bytes()
    with pytest.raises(FileExistsError):
        k.create(tmp_path / "key.json", pin=PIN)
    assert (tmp_path / "key.json").read_bytes() == before


def test_a_rehearsal_key_says_so_and_needs_no_pin(tmp_path: Path) -> None:
    key = k.create(tmp_path / "key.json", pin=None, exercise=True)
    assert key.kid.startswith("EXERCICE-")
    assert k.unlock(k.load(tmp_path / "key.json")).kid == key.kid


SEALED = k.seal(s.SigningKey.generate(exercise=False), pin=PIN)


@pytest.mark.parametrize("field", ["policy", "kid", "x", "kdf", "cipher", "format", "salt", "nonce", "box"])
def test_no_field_of_a_locked_file_can_be_changed(field: str) -> None:
    value = json.loads(SEALED)
    other = s.public_jwk(s.SigningKey.generate(exercise=False))
    match field:
        case "kid":
            value["jwk"]["kid"] = other["kid"]
        case "x":
            value["jwk"] = other
        case "kdf":
            value["kdf"]["n"] = 2
        case "salt" | "nonce" | "box":
            value[field] = ("A" if value[field][0] != "A" else "B") + value[field][1:]
        case _:
            value[field] += "x"

    def read() -> None:
        k.unlock(k.parse(json.dumps(value).encode()), pin=PIN)

    assert fault_of(read).error_id in ("record-damaged", "key-locked")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
@example(SEALED.index(b'"kid"') + 1, 1)
@example(SEALED.index(b'"policy"') + 1, 1)
def test_any_flipped_byte_is_a_fault(position: int, mask: int) -> None:
    data = bytearray(SEALED)
    data[position] ^= mask

    def read() -> None:
        k.unlock(k.parse(bytes(data)), pin=PIN)

    fault_of(read)


@given(st.binary(max_size=80))
def test_noise_is_a_fault(data: bytes) -> None:
    assert fault_of(k.parse, data).error_id == "record-damaged"


def test_a_key_set_is_read_by_others_and_theirs_by_us() -> None:
    from joserfc.jwk import KeySet

    keys = [s.SigningKey.generate(exercise=e) for e in (False, True)]
    data = k.jwk_set((key.kid, key.public) for key in keys)
    assert set(k.read_jwk_set(data)) == {key.kid for key in keys}
    assert {key.kid for key in KeySet.import_key_set(json.loads(data)).keys} == {key.kid for key in keys}
    one = json.dumps(s.public_jwk(keys[0])).encode()
    assert list(k.read_jwk_set(one)) == [keys[0].kid]
    mixed = {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}, s.public_jwk(keys[0])]}
    assert list(k.read_jwk_set(json.dumps(mixed).encode())) == [keys[0].kid]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys":7}', '{"keys":[7]}', '{"keys":[{"kty":"RSA"}]}'])
def test_a_bad_key_set_is_a_fault(text: str) -> None:
    assert fault_of(k.read_jwk_set, text.encode()).error_id == "record-damaged"
