"""A code works once, for the key that proves it holds its private half; calls are signed and short-lived."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from agent.model.errors import Fault
from agent.registry import enrol, schema
from agent.registry.access import Limiter
from agent.registry.problems import Problem
from agent.report.sign import TYP_CALL, TYP_ENROLMENT, SigningKey, public_jwk, sign
from tests.unit.registry.house import House
from tests.unit.registry.test_ingest import problem


def test_enrolment_tells_the_stick_all_it_keeps(house: House) -> None:
    key = SigningKey.generate(exercise=False)
    answer = house.enrol(key, house.code("BD"))
    assert answer.status_code == 201
    told = answer.json()
    assert told["kid"] == key.kid and told["workshop"] == "BD" and told["stick_number"] == 1
    assert told["tag_range"] == {"workshop": "BD", "first": 90000, "last": 90099}
    assert told["registry_jwk"] == public_jwk(house.settings.key)
    assert told["instance"] == house.client.get("/v1/health").json()["instance"]


def test_sticks_of_a_workshop_never_share_numbers(house: House) -> None:
    sticks = [house.stick("RC") for _ in range(3)] + [house.stick("BD")]
    assert [s.number for s in sticks] == [1, 2, 3, 1]
    ranges = [enrol.answer(house.settings, enrol.Enrolled(kid="k", workshop="RC", stick_number=n)) for n in (1, 2, 99)]
    spans = [(r["tag_range"]["first"], r["tag_range"]["last"]) for r in ranges]
    assert spans == [(90000, 90099), (90100, 90199), (99800, 99899)]


def test_a_code_works_once(house: House) -> None:
    code = house.code()
    assert house.enrol(SigningKey.generate(exercise=False), code).status_code == 201
    problem(house.enrol(SigningKey.generate(exercise=False), code), 403, "bad-code")


def test_a_lost_answer_is_repeated_with_the_same_code_and_key(house: House) -> None:
    key, code = SigningKey.generate(exercise=False), house.code()
    first, again = house.enrol(key, code), house.enrol(key, code)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


def test_a_key_is_enrolled_once_and_its_second_code_is_not_spent(house: House) -> None:
    key, spare = SigningKey.generate(exercise=False), house.code()
    assert house.enrol(key, house.code()).status_code == 201
    problem(house.enrol(key, spare), 409, "key-enrolled")
    assert house.enrol(SigningKey.generate(exercise=False), spare).status_code == 201


def test_a_revoked_key_does_not_come_back_by_its_old_code(house: House) -> None:
    key, code = SigningKey.generate(exercise=False), house.code()
    house.enrol(key, code)
    enrol.revoke(house.store, house.settings, kid=key.kid, why="volée")
    problem(house.enrol(key, code), 403, "bad-code")


def test_a_code_expires(house: House) -> None:
    code = house.code(days=2)
    house.clock.pass_time(days=2, seconds=1)
    problem(house.enrol(SigningKey.generate(exercise=False), code), 403, "bad-code")


def test_a_code_is_typed_by_people(house: House) -> None:
    key, code = SigningKey.generate(exercise=False), house.code()
    typed = code.replace("-", " ").lower()
    assert house.enrol(key, typed, proof=sign(typed.encode(), key=key, typ=TYP_ENROLMENT)).status_code == 201


def test_the_proof_must_be_by_this_key_over_this_code_and_of_this_kind(house: House) -> None:
    key, other, code = SigningKey.generate(exercise=False), SigningKey.generate(exercise=False), house.code()
    problem(house.enrol(key, code, proof=sign(code.encode(), key=other, typ=TYP_ENROLMENT)), 400, "bad-token")
    problem(house.enrol(key, code, proof=sign(b"ABCD", key=key, typ=TYP_ENROLMENT)), 400, "bad-token")
    problem(house.enrol(key, code, proof=sign(code.encode(), key=key, typ=TYP_CALL)), 400, "bad-token")
    problem(house.enrol(key, code, jwk=public_jwk(other)), 400, "bad-token")
    problem(house.enrol(key, code, jwk=public_jwk(key) | {"kid": other.kid}), 400, "bad-token")
    assert house.enrol(key, code).status_code == 201


def test_codes_cannot_be_guessed_at_leisure(house: House) -> None:
    answers = [house.enrol(SigningKey.generate(exercise=False), "AAAA-AAAA-AAAA") for _ in range(11)]
    assert [a.status_code for a in answers] == [403] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_codes_are_stored_as_hashes_only(house: House) -> None:
    code = house.code()
    with house.store.read() as connection:
        rows = connection.execute(select(schema.enrolment_code)).all()
    assert code.replace("-", "") not in repr(rows) and code not in repr(rows)


@pytest.mark.parametrize("letters", ["", "R", "RCX", "R1", "AO", "XX", "ÉC", "R\n"])
def test_workshop_letters_are_those_of_the_tags(house: House, letters: str) -> None:
    with pytest.raises(Fault):
        house.code(letters)


def test_the_hundredth_stick_is_told_that_the_workshop_is_full(house: House) -> None:
    for number in range(1, 100):
        with house.store.write() as connection:
            row = {"kid": f"k{number}", "role": "stick", "x": "x", "workshop": "RC", "stick_number": number}
            connection.execute(schema.key.insert(), row | {"enrolled_at": "2026"})
    problem(house.enrol(SigningKey.generate(exercise=False), house.code("RC")), 409, "workshop-full")


# --- signed calls -----------------------------------------------------------------------------------------------


@pytest.fixture
def closed(tmp_path: object) -> House:
    return House(tmp_path, open_pages=False)  # type: ignore[arg-type]


def test_nothing_is_read_without_a_login(closed: House) -> None:
    for path in ("/v1/devices/RC02041U", "/v1/devices?serial=abc", "/v1/board", "/v1/exports/devices.csv"):
        answer = closed.client.get(path)
        problem(answer, 401, "login-needed")
        assert answer.headers["www-authenticate"] == "Bearer"
    for path in ("/", "/board", "/machines/abc", "/reconciliations", "/v1/board/events", "/v1/reconciliations"):
        assert closed.client.get(path).status_code == 401, path
    report = "/v1/reports/00000000-0000-4000-8000-000000000001"
    assert closed.client.get(report).status_code == closed.client.get(report + "/receipt").status_code == 401


def test_public_calls_stay_public(closed: House) -> None:
    for path in ("/v1/health", "/v1/keys", "/v1/log/heads", "/v/RC02041U", "/V/RC02041U", "/static/regain.css"):
        assert closed.client.get(path).status_code == 200, path


def test_a_stick_reads_with_a_signed_call(closed: House) -> None:
    stick = closed.stick()
    closed.send(stick)
    path = "/v1/devices?serial=7HQ2ZM2"
    answer = closed.client.get(path, headers=closed.bearer(stick, "GET", path))
    assert answer.status_code == 200
    assert [d["tag"] for d in answer.json()["devices"]] == ["RC02041U"]


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "PUT"},
        {"path": "/v1/devices?serial=other"},
        {"path": "/v1/devices"},
        {"instance": "another"},
        {"at": "2026-11-24T07:57:59.000000Z"},
        {"at": "2026-11-24T08:02:30.000000Z"},
        {"at": "2026-11-24T08:00:00"},
        {"at": "soon"},
        {"at": None},
    ],
)
def test_a_signed_call_is_good_for_one_thing_and_two_minutes(closed: House, changes: dict[str, object]) -> None:
    stick, path = closed.stick(), "/v1/devices?serial=7HQ2ZM2"
    problem(closed.client.get(path, headers=closed.bearer(stick, "GET", path, **changes)), 401, "bad-call")


def test_a_report_or_an_unknown_key_is_no_login(closed: House) -> None:
    stick, path = closed.stick(), "/v1/board"
    _, token = stick.token()
    problem(closed.client.get(path, headers={"Authorization": f"Bearer {token}"}), 401, "bad-call")
    problem(closed.client.get(path, headers={"Authorization": "Bearer x"}), 401, "bad-call")
    problem(closed.client.get(path, headers={"Authorization": "Basic eDp5"}), 401, "login-needed")
    enrol.revoke(closed.store, closed.settings, kid=stick.key.kid, why="")
    problem(closed.client.get(path, headers=closed.bearer(stick, "GET", path)), 403, "revoked-key")


def test_the_login_header_counts_only_from_the_proxy(tmp_path: object) -> None:
    given = {"open_pages": False, "login_header": "X-Login", "trusted_proxies": frozenset({"testclient"})}
    trusting = House(tmp_path, **given)  # type: ignore[arg-type]
    assert trusting.client.get("/v1/board", headers={"X-Login": "amina"}).status_code == 200
    assert trusting.client.get("/v1/board", headers={"X-Login": " "}).status_code == 401
    given["trusted_proxies"] = frozenset({"10.0.0.1"})
    wary = House(tmp_path, key=trusting.settings.key, **given)  # type: ignore[arg-type]
    assert wary.client.get("/v1/board", headers={"X-Login": "amina"}).status_code == 401


def test_open_pages_are_not_open_to_a_rebound_name(house: House) -> None:
    assert house.client.get("/", headers={"Host": "127.0.0.1:8080"}).status_code == 200
    assert house.client.get("/", headers={"Host": "attaquant.example"}).status_code == 401


def test_the_limiter_forgets_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("agent.registry.access.time.monotonic", lambda: now[0])
    limiter = Limiter(per_minute=1)
    limiter.spend("a")
    limiter.spend("b")
    with pytest.raises(Problem):
        limiter.spend("a")
    now[0] += 61
    limiter.spend("a")
