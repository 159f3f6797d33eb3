"""``regain erase``: what a person types for a drive."""

from __future__ import annotations

import pytest
import typer

from agent.cli.erase import PSID_METHOD, _psid
from agent.model.errors import Fault

PSID = "2R0TEXAMPLE0NUMBER0PRINTED0HERE0"


def test_no_number_is_asked_for_unless_the_method_wants_one() -> None:
    assert _psid(None, "auto") == "" and _psid(None, "overwrite") == ""


@pytest.mark.parametrize("method", ["auto", PSID_METHOD])
def test_the_number_on_the_line(method: str) -> None:
    assert _psid(PSID, method) == PSID
    assert _psid("-".join(PSID[i : i + 8] for i in range(0, 32, 8)), method) == PSID


@pytest.mark.parametrize(("typed", "method"), [("?", "auto"), (None, PSID_METHOD)])
def test_the_number_at_the_keyboard(monkeypatch: pytest.MonkeyPatch, typed: str | None, method: str) -> None:
    asked: list[str] = []

    def prompt(text: str, **_: object) -> str:
        asked.append(text)
        return f" {PSID} "

    monkeypatch.setattr(typer, "prompt", prompt)
    assert _psid(typed, method) == PSID and len(asked) == 1


def test_what_is_no_number_is_refused_and_not_repeated() -> None:
    with pytest.raises(Fault) as found:
        _psid(PSID[:-1], "auto")
    assert found.value.error_id == "psid-missing" and PSID[:8] not in str(found.value)
    with pytest.raises(Fault, match="usage"):
        _psid(PSID, "overwrite")
