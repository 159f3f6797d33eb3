"""Other people's judgement of the interface: schemathesis drives every call from the OpenAPI document, in process."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.unit.registry.house import House

schemathesis.serializer.alias("application/jose", "text/plain")


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    house = House(tmp_path_factory.mktemp("openapi"), enrolment_failures_per_minute=1_000_000)
    house.send(house.stick())
    loaded = schemathesis.openapi.from_asgi("/v1/openapi.json", house.app)
    # a stream has no end to wait for; test_pages follows it
    return loaded.exclude(path="/v1/board/events")


def test_every_answer_is_in_the_document(schema: Any) -> None:
    """Driven by hand: the pytest plugin of schemathesis 4.32 does not know pytest 9.2."""
    driven = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        def drive(case: Any) -> None:
            # a schema cannot say that a token must be signed: well-formed requests may be refused
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        drive()
        driven += 1
    assert driven == 14


def test_the_document_is_openapi_3_1_and_names_every_call(house: House) -> None:
    told = house.client.get("/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1.")
    assert set(told["paths"]) == {
        "/v1/health",
        "/v1/enrolments",
        "/v1/reports/{report_id}",
        "/v1/reports/{report_id}/receipt",
        "/v1/devices",
        "/v1/devices/{tag}",
        "/v1/keys",
        "/v1/log/heads",
        "/v1/benches/{stick_name}",
        "/v1/board",
        "/v1/board/events",
        "/v1/exports/devices.csv",
        "/v1/reconciliations",
    }
    answers = set(told["paths"]["/v1/reports/{report_id}"]["put"]["responses"])
    assert {"200", "201", "400", "401", "403", "409", "413", "415", "422", "429", "503"} <= answers


def test_no_bytes_break_the_front_door(house: House) -> None:
    """Whatever is put under a well-formed name is a 4xx with a problem document, never a 5xx."""

    @given(st.binary(max_size=400) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")))
    @settings(max_examples=80, deadline=None)
    def put(body: bytes) -> None:
        answer = house.put("00000000-0000-4000-8000-000000000001", body)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"

    put()
