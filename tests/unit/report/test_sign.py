"""The signature layer, checked by other people's libraries and by damage at every byte."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agent.model.errors import Exit, Fault
from agent.report import sign as s

KEY = s.SigningKey.generate(exercise=False)
KEYS = {KEY.kid: KEY.public}
PAYLOAD = '{"schéma":"regain-report/1.0","n":1}'.encode()


def refused(token: str, *, typ: str = s.TYP_REPORT) -> str:
    with pytest.raises(Fault) as caught:
        s.verify(token, keys=KEYS, typ=typ)
    assert caught.value.exit_code is Exit.VERIFICATION_FAILED
    return caught.value.error_id


def forge(header: object, payload: bytes = PAYLOAD, *, raw: bytes | None = None) -> str:
    """A token with any header, properly signed by our key."""
    head = s.b64url(raw if raw is not None else json.dumps(header).encode())
    signed = f"{head}.{s.b64url(payload)}"
    return f"{signed}.{s.b64url(KEY.private.sign(signed.encode()))}"


def test_rfc_8037_key_has_the_thumbprint_of_appendix_a3() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    kid, _ = s.from_jwk(jwk)
    assert kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_rfc_8037_appendix_a4_signature_is_reproduced() -> None:
    secret = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    private = Ed25519PrivateKey.from_private_bytes(secret)
    signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    assert s.b64url(private.sign(signed.encode())) == expected


@given(st.binary(max_size=2000))
def test_what_is_signed_comes_back_byte_for_byte(payload: bytes) -> None:
    token = s.sign(payload, key=KEY, typ=s.TYP_REPORT)
    assert s.verify(token, keys=KEYS, typ=s.TYP_REPORT) == payload
    assert s.peek(token) == s.Header(alg="EdDSA", typ=s.TYP_REPORT, kid=KEY.kid)


def test_every_flipped_byte_is_refused() -> None:
    token = s.sign(PAYLOAD, key=KEY, typ=s.TYP_REPORT).encode()
    for position in range(len(token)):
        for mask in (0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80):
            damaged = bytearray(token)
            damaged[position] ^= mask
            with pytest.raises(Fault):
                s.verify(s.token_of(bytes(damaged)), keys=KEYS, typ=s.TYP_REPORT)


def test_every_other_last_character_is_refused() -> None:
    """Four bits of the last base64url character carry nothing: only one of its sixteen spellings is ours."""
    token = s.sign(PAYLOAD, key=KEY, typ=s.TYP_REPORT)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for char in alphabet.replace(token[-1], ""):
        assert refused(token[:-1] + char) in ("record-damaged", "record-bad-signature")


@pytest.mark.parametrize("extra", ["\n", " ", "=", ".", "A", "\x00"])
def test_nothing_may_be_added(extra: str) -> None:
    token = s.sign(PAYLOAD, key=KEY, typ=s.TYP_REPORT)
    refused(token + extra)
    refused(extra + token)


@given(st.text(alphabet="abcXYZ019-_.=+/ \n", max_size=80) | st.text(max_size=40))
def test_noise_is_a_fault_and_never_another_exception(text: str) -> None:
    with pytest.raises(Fault):
        s.verify(text, keys=KEYS, typ=s.TYP_REPORT)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "typ": s.TYP_REPORT, "kid": KEY.kid},
        {"alg": "HS256", "typ": s.TYP_REPORT, "kid": KEY.kid},
        {"alg": "eddsa", "typ": s.TYP_REPORT, "kid": KEY.kid},
        {"alg": "Ed448", "typ": s.TYP_REPORT, "kid": KEY.kid},
        {"alg": "EdDSA", "typ": s.TYP_REPORT},
        {"alg": "EdDSA", "kid": KEY.kid},
        {"alg": "EdDSA", "typ": s.TYP_REPORT, "kid": KEY.kid, "crit": []},
        {"alg": "EdDSA", "typ": s.TYP_REPORT, "kid": KEY.kid, "jku": "https://exemple.fr"},
        {"alg": "EdDSA", "typ": s.TYP_REPORT, "kid": KEY.kid, "jwk": s.public_jwk(KEY)},
        {"alg": "EdDSA", "typ": s.TYP_REPORT, "kid": 7},
        {"alg": ["EdDSA"], "typ": s.TYP_REPORT, "kid": KEY.kid},
        {"alg": "EdDSA", "typ": s.TYP_REPORT, "kid": ""},
        {"alg": "EdDSA", "typ": s.TYP_REPORT, "kid": "../../clé"},
        ["EdDSA", s.TYP_REPORT, KEY.kid],
        "EdDSA",
        None,
    ],
)
def test_any_other_header_is_refused_though_the_signature_is_good(header: object) -> None:
    assert refused(forge(header)) == "record-damaged"


def test_a_duplicate_header_key_is_refused() -> None:
    raw = f'{{"alg":"EdDSA","typ":"x","typ":"{s.TYP_REPORT}","kid":"{KEY.kid}"}}'.encode()
    assert refused(forge(None, raw=raw)) == "record-damaged"


def test_the_newer_algorithm_name_is_accepted() -> None:
    token = forge({"alg": "Ed25519", "typ": s.TYP_REPORT, "kid": KEY.kid})
    assert s.verify(token, keys=KEYS, typ=s.TYP_REPORT) == PAYLOAD


def test_one_kind_never_stands_for_another() -> None:
    token = s.sign(PAYLOAD, key=KEY, typ=s.TYP_RECEIPT)
    assert refused(token) == "record-damaged"
    assert s.verify(token, keys=KEYS, typ=s.TYP_RECEIPT) == PAYLOAD


def test_another_key_is_unknown_and_a_key_under_our_name_fails() -> None:
    other = s.SigningKey.generate(exercise=False)
    assert refused(s.sign(PAYLOAD, key=other, typ=s.TYP_REPORT)) == "record-unknown-key"
    impostor = s.SigningKey(private=other.private, kid=KEY.kid)
    assert refused(s.sign(PAYLOAD, key=impostor, typ=s.TYP_REPORT)) == "record-bad-signature"


def test_the_size_is_bounded_before_anything_is_decoded() -> None:
    assert refused("A" * (s.MAX_TOKEN + 1)) == "record-too-big"


def test_a_rehearsal_key_says_so_in_its_name() -> None:
    key = s.SigningKey.generate(exercise=True)
    assert key.kid == "EXERCICE-" + s.thumbprint(key.public)
    assert s.peek(s.sign(b"{}", key=key, typ=s.TYP_REPORT)).exercise
    assert not s.peek(s.sign(b"{}", key=KEY, typ=s.TYP_REPORT)).exercise


def test_a_jwk_cannot_borrow_a_name_nor_carry_a_private_half() -> None:
    jwk = s.public_jwk(KEY)
    assert s.from_jwk(jwk)[0] == KEY.kid
    other = s.public_jwk(s.SigningKey.generate(exercise=False))
    for bad in ({**jwk, "kid": other["kid"]}, {**jwk, "d": "AAAA"}, {**jwk, "crv": "X25519"}, {**jwk, "x": "AAAA"}, {}):
        with pytest.raises(Fault) as caught:
            s.from_jwk(bad)
        assert caught.value.error_id == "record-damaged"


def test_the_private_half_is_not_shown() -> None:
    assert s.b64url(KEY.private.private_bytes_raw()) not in repr(KEY)
    assert "private" not in repr(KEY)


def test_joserfc_verifies_our_token_and_we_verify_its() -> None:
    from joserfc import jws
    from joserfc.jwk import OKPKey

    public = OKPKey.import_key({**s.public_jwk(KEY)})
    token = s.sign(PAYLOAD, key=KEY, typ=s.TYP_REPORT)
    assert jws.deserialize_compact(token, public, algorithms=["EdDSA"]).payload == PAYLOAD
    private = OKPKey.import_key({**s.public_jwk(KEY), "d": s.b64url(KEY.private.private_bytes_raw())})
    for alg in ("EdDSA", "Ed25519"):
        header = {"alg": alg, "typ": s.TYP_REPORT, "kid": KEY.kid}
        theirs = jws.serialize_compact(header, PAYLOAD, private, algorithms=[alg])
        assert s.verify(theirs, keys=KEYS, typ=s.TYP_REPORT) == PAYLOAD


def test_pyjwt_verifies_our_token_and_we_verify_its() -> None:
    import jwt

    token = s.sign(PAYLOAD, key=KEY, typ=s.TYP_REPORT)
    assert jwt.api_jws.decode(token, KEY.public, algorithms=["EdDSA"]) == PAYLOAD
    theirs = jwt.api_jws.encode(PAYLOAD, KEY.private, algorithm="EdDSA", headers={"typ": s.TYP_REPORT, "kid": KEY.kid})
    assert s.verify(theirs, keys=KEYS, typ=s.TYP_REPORT) == PAYLOAD


@pytest.mark.process
def test_openssl_verifies_our_token(tmp_path: Path) -> None:
    token = s.sign(PAYLOAD, key=KEY, typ=s.TYP_REPORT)
    signed, _, tail = token.rpartition(".")
    pem = KEY.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "sig").write_bytes(s.b64url_decode(tail, part="signature"))
    argv = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "in", "-sigfile", "sig"]
    for text, expected in ((signed, 0), (signed + "x", 1)):
        (tmp_path / "in").write_text(text)
        result = subprocess.run(argv, cwd=tmp_path, capture_output=True, timeout=20, check=False)
        assert result.returncode == expected, result
