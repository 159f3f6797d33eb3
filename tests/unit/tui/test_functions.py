"""The round of checks: what a hand says, keys that light, colours, two grades; nothing after the signature."""

from __future__ import annotations

import dataclasses

from agent.job import functions
from agent.model.events import Kind
from agent.tui.screens.functions import COLOURS, ROWS, cap_of
from tests.unit.tui.driving import Driver, bench, run
from tests.unit.tui.scripted_session import ScriptedSession


async def open_round(d: Driver) -> None:
    await d.scan("RC02041U")
    assert d.place == "choice", d.text()
    await d.press("c")
    assert d.place == "functions", d.text()


@run
async def test_a_round_by_hand_and_both_grades() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await open_round(d)
        wanted = functions.wanted(session.job)
        assert "Aspect ?" in d.text().replace("\u00a0", " ") and "à faire" in d.text()
        for _ in wanted:
            await d.press("1")
        assert set(session.job.tests) == set(wanted)
        assert functions.grade(session.job) == {"scheme": "regain-2026.11", "functional": "A"}
        await d.press("2")
        assert session.job.cosmetic == "B"
        assert functions.grade(session.job) == {"scheme": "regain-2026.11", "cosmetic": "B", "functional": "A"}
        assert "Aspect B, fonctionnement A" in d.text()
        await d.press("escape")
        assert d.place == "choice"


@run
async def test_what_is_passed_over_is_marked_and_withholds_the_grade() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await open_round(d)
        for n in range(len(functions.wanted(session.job))):
            await d.press("3" if n == 0 else "&")  # AZERTY without Shift means 1
        assert "pas fait" in d.text() or session.job.tests["keyboard"]["result"] == "skipped"
        assert (functions.grade(session.job) or {}).get("functional") is None


@run
async def test_each_key_lights_and_escape_twice_ends() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await open_round(d)
        await d.press("enter")
        assert d.place == "keyboard"
        await d.press("a", "f1", "escape", "b", "3")
        assert d.screen.lit == {"a", "f1", "escape", "b", '"'}  # type: ignore[attr-defined]
        await d.press("escape", "escape")
        assert d.place == "functions"
        assert "keyboard" not in session.job.tests, "too few keys prove nothing"


def test_every_cap_can_be_lit_shifted_or_not() -> None:
    caps = [cap for row in ROWS for cap in row]
    assert len(caps) == len(set(caps)) == 75
    assert {cap_of(cap, cap if len(cap) == 1 else None) for cap in caps} == set(caps)
    assert [cap_of("unknown", c) for c in "A1°?"] == ["a", "&", ")", ","]
    assert cap_of("ctrl+q", None) == ""


@run
async def test_colours_one_after_the_other() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await open_round(d)
        while "→ Écran  " not in d.text():
            await d.press("down")
        await d.press("enter")
        assert d.place == "colour"
        for _ in COLOURS:
            assert all(not line.strip() for line in d.lines())
            await d.press("space")
        assert d.place == "functions"


@run
async def test_a_load_under_way_is_shown_and_its_answer_too() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await open_round(d)
        while "→ Chaleur" not in d.text():
            await d.press("down")
        await d.press("enter")
        assert session.job.trying == ("cpu_stress", "ram") and "en cours" in d.text()
        session.emit(Kind.FUNCTION_TESTED, id="cpu_stress", result="warn", mode="auto", reason="test-hot", value=94.0,
                     unit="°C")  # fmt: skip
        await d.settle()
        assert session.job.trying == ("ram",)
        assert "94 °C, chaud" in d.text().replace("\u00a0", " "), d.text()


@run
async def test_nothing_changes_once_the_report_is_signed() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await open_round(d)
        session.job = dataclasses.replace(session.job, certificate={"number": "EX"})
        await d.press("1")
        assert not session.job.tests
        await d.settle()
        assert "signé" in d.text()
