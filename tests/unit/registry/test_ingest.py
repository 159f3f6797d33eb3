"""Every answer a stick may get when it hands in a report, and what is kept of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from agent.model import strictjson
from agent.registry import enrol, schema
from agent.report.sign import TYP_RECEIPT, TYP_REPORT, SigningKey, b64url, sha256_of, sign, verify
from tests.unit.registry.house import House, Stick
from tests.unit.report import samples


def stored(house: House) -> int:
    with house.store.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(schema.report)) or 0)


def problem(answer: Any, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:regain:problem:{slug}"
    assert body["status"] == status
    assert body["title"] and body["detail"]
    return body


def test_a_new_report_gets_a_signed_receipt(house: House) -> None:
    stick = house.stick()
    report_id, token = stick.token()
    answer = house.put(report_id, token)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/jose"
    receipt = json.loads(verify(answer.text, keys={house.settings.key.kid: house.settings.key.public}, typ=TYP_RECEIPT))
    assert receipt["report_id"] == report_id
    assert receipt["sha256"] == sha256_of(token)
    assert receipt["log_seq"] == 1 and receipt["log_prev"] is None
    assert receipt["tag"] == "RC02041U" and receipt["instance"] == house.settings.instance
    assert receipt["verify_url"] == f"http://testserver/C/2026-RC-010001/{sha256_of(token)[:16].upper()}"
    assert house.client.get(receipt["verify_url"].replace("http://testserver", "")).status_code == 200


def test_the_log_chains_receipts(house: House) -> None:
    stick = house.stick()
    first = house.send(stick).text
    second = house.send(stick).text
    payload = verify(second, keys={house.settings.key.kid: house.settings.key.public}, typ=TYP_RECEIPT)
    assert json.loads(payload)["log_prev"] == sha256_of(first)
    heads = house.client.get("/v1/log/heads").json()["heads"]
    assert [(h["log_seq"], h["head"]) for h in heads] == [(2, sha256_of(second))]


def test_the_same_bytes_again_get_the_same_receipt(house: House) -> None:
    stick = house.stick()
    report_id, token = stick.token()
    first = house.put(report_id, token)
    house.clock.pass_time(hours=3)
    again = house.put(report_id.upper(), token)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert stored(house) == 1


def test_the_same_id_with_other_bytes_is_a_conflict_and_replaces_nothing(house: House) -> None:
    stick = house.stick()
    report_id, token = stick.token()
    first = house.put(report_id, token)
    _, other = stick.token(report_id=report_id, duration_s=1.0)
    problem(house.put(report_id, other), 409, "other-bytes")
    assert house.put(report_id, token).content == first.content
    assert house.client.get(f"/v1/reports/{report_id}").text == token


def test_an_unknown_key_must_enrol(house: House) -> None:
    stranger = Stick(key=SigningKey.generate(exercise=False))
    problem(house.put(*stranger.token()), 401, "unknown-key")
    assert stored(house) == 0


def test_a_revoked_key_is_refused_and_what_it_sent_before_stays(house: House) -> None:
    stick = house.stick()
    kept = house.send(stick)
    enrol.revoke(house.store, house.settings, kid=stick.key.kid, why="perdue")
    problem(house.put(*stick.token()), 403, "revoked-key")
    assert house.client.get(f"/v1/reports/{stick.ids[0]}/receipt").text == kept.text
    told = {jwk["kid"]: jwk for jwk in house.client.get("/v1/keys").json()["keys"]}
    assert told[stick.key.kid]["revoked_at"] and told[house.settings.key.kid]["role"] == "registry"


def test_a_changed_character_is_not_the_signed_report(house: House) -> None:
    stick = house.stick()
    report_id, token = stick.token()
    head, body, tail = token.split(".")
    spoiled = body[:40] + ("A" if body[40] != "A" else "B") + body[41:]
    problem(house.put(report_id, f"{head}.{spoiled}.{tail}"), 400, "bad-signature")
    assert stored(house) == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"a.b.c", b"\xff\xfe.\x00.\x00", b"e30.e30.e30", b"{}", b"." * 40, "é.é.é".encode()],
)
def test_what_is_no_token_is_refused(house: House, body: bytes) -> None:
    problem(house.put("00000000-0000-4000-8000-000000000001", body), 400, "bad-token")


def test_another_kind_of_token_never_stands_for_a_report(house: House) -> None:
    stick = house.stick()
    wire = stick.wire(samples.evidence())
    problem(
        house.put(wire["report_id"], sign(strictjson.dumps(wire), key=stick.key, typ=TYP_RECEIPT)), 400, "bad-token"
    )


def test_no_algorithm_is_no_signature(house: House) -> None:
    stick = house.stick()
    wire = stick.wire(samples.evidence())
    head = b64url(json.dumps({"alg": "none", "typ": TYP_REPORT, "kid": stick.key.kid}).encode())
    problem(house.put(wire["report_id"], f"{head}.{b64url(strictjson.dumps(wire))}."), 400, "bad-token")


def _with_duplicate(payload: bytes) -> bytes:
    return payload[:-1] + b',"operator":"9999"}'


def _with_nan(payload: bytes) -> bytes:
    return payload.replace(b'"duration_s":5612.4', b'"duration_s":NaN')


@pytest.mark.parametrize("spoil", [_with_duplicate, _with_nan, lambda p: p[:-1], lambda p: p + b"\xff"])
def test_ambiguous_json_is_refused_although_it_is_signed(house: House, spoil: Any) -> None:
    stick = house.stick()
    payload = strictjson.dumps(stick.wire(samples.evidence()))
    spoiled = spoil(payload)
    assert spoiled != payload
    body = problem(house.put(stick.ids[-1], stick.sign(spoiled)), 400, "bad-json")
    assert body["errors"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "party"), ("exercise", "no"), ("erasures", {}), ("chain", None), ("schema", "regain-report/2.0")],
)
def test_a_report_outside_the_contract_is_refused_with_the_place(house: House, field: str, value: Any) -> None:
    stick = house.stick()
    wire = stick.wire(samples.evidence()) | {field: value}
    body = problem(house.put(wire["report_id"], stick.sign(wire)), 422, "invalid")
    assert body["errors"][0].startswith(field)


def test_unknown_keys_of_a_later_version_are_kept_and_ignored(house: House) -> None:
    stick = house.stick()
    wire = stick.wire(samples.evidence()) | {"schema": "regain-report/1.7", "novelty": {"x": [1]}}
    token = stick.sign(wire)
    assert house.put(wire["report_id"], token).status_code == 201
    assert house.client.get(f"/v1/reports/{wire['report_id']}").text == token


def test_the_address_and_the_report_must_name_the_same_id(house: House) -> None:
    stick = house.stick()
    _, token = stick.token()
    problem(house.put("00000000-0000-4000-8000-0000000000ff", token), 422, "wrong-id")


def test_a_stick_cannot_speak_for_another(house: House) -> None:
    one, two = house.stick(), house.stick()
    wire = one.wire(samples.evidence())
    problem(house.put(wire["report_id"], two.sign(wire)), 422, "wrong-kid")


def test_a_stick_cannot_speak_for_another_workshop(house: House) -> None:
    stick = house.stick("RC")
    problem(house.put(*stick.token(workshop="BD")), 422, "wrong-workshop")
    assert house.put(*stick.token(workshop="XX")).status_code == 201  # signed before the stick was enrolled


def test_a_large_body_is_refused_before_it_is_read(house: House) -> None:
    stick = house.stick()
    problem(house.put(stick.token()[0], b"a" * 1_000_000), 413, "too-large")
    wire = stick.wire(samples.evidence())
    wire["ext"] = {"org.example.notes": "x" * 262_144}
    problem(house.put(wire["report_id"], stick.sign(wire)), 413, "too-large")


def test_a_large_body_without_a_length_is_cut_off(house: House) -> None:
    def endless() -> Any:
        for _ in range(100):
            yield b"a" * 100_000

    headers = {"Content-Type": "application/jose"}
    answer = house.client.put("/v1/reports/00000000-0000-4000-8000-000000000001", content=endless(), headers=headers)
    problem(answer, 413, "too-large")


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", ""])
def test_only_jose_is_taken(house: House, media_type: str) -> None:
    stick = house.stick()
    problem(house.put(*stick.token(), media_type=media_type), 415, "wrong-media-type")


def test_a_storm_is_told_when_to_come_back(tmp_path: Any) -> None:
    house = House(tmp_path, reports_per_minute=2)
    stick = house.stick()
    answers = [house.put(*stick.token()) for _ in range(3)]
    assert [a.status_code for a in answers] == [201, 201, 429]
    problem(answers[2], 429, "too-many")
    assert 1 <= int(answers[2].headers["retry-after"]) <= 61
    house.store.close()


def test_a_locked_database_is_a_pause_and_loses_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    from agent.registry import api

    stick = house.stick()
    report_id, token = stick.token()

    def locked(*_args: Any, **_named: Any) -> Any:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(api, "take_in", locked)
        answer = house.put(report_id, token)
        problem(answer, 503, "busy")
        assert answer.headers["retry-after"] == "5"
    assert house.put(report_id, token).status_code == 201


def test_a_report_that_fails_to_project_leaves_no_trace(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.registry import project

    stick = house.stick()
    report_id, token = stick.token()

    def broken(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patch:
        patch.setattr(project, "_facts", broken)
        with pytest.raises(RuntimeError, match="in the middle"):
            house.put(report_id, token)
    assert stored(house) == 0
    with house.store.read() as connection:
        for table in schema.projection.sorted_tables:
            assert connection.scalar(select(func.count()).select_from(table)) == 0, table.name
    assert house.put(report_id, token).status_code == 201


# --- rehearsal --------------------------------------------------------------------------------------------------


def test_a_real_registry_refuses_every_exercise(house: House) -> None:
    exercise = Stick(key=SigningKey.generate(exercise=True))
    problem(house.put(*exercise.token()), 422, "exercise-refused")
    stick = house.stick()
    wire = stick.wire(samples.evidence()) | {"exercise": True}
    problem(house.put(wire["report_id"], stick.sign(wire)), 422, "invalid")


def test_an_exercise_key_cannot_enrol_in_a_real_registry(house: House) -> None:
    problem(house.enrol(SigningKey.generate(exercise=True), house.code()), 422, "exercise-refused")


def test_the_rehearsal_registry_takes_exercises_only(rehearsal: House) -> None:
    stick = rehearsal.stick()
    assert stick.key.kid.startswith("EXERCICE-")
    receipt = rehearsal.send(stick, exercise=True)
    told = json.loads(
        verify(receipt.text, keys={rehearsal.settings.key.kid: rehearsal.settings.key.public}, typ=TYP_RECEIPT)
    )
    assert told["exercise"] is True and told["instance"].startswith("EXERCICE-")
    real = Stick(key=SigningKey.generate(exercise=False))
    problem(rehearsal.put(*real.token()), 422, "exercise-only")
    problem(rehearsal.enrol(real.key, rehearsal.code()), 422, "exercise-only")
