"""From the tag to the result, key by key: gestures counted, nothing destroyed by accident."""

from __future__ import annotations

import asyncio
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.model.identity import DiskIdentity
from agent.model.job import State
from agent.model.linux import AS_IT_IS, LinuxOptions
from agent.model.plan import Reveal
from agent.model.stick import Stick, StickState
from tests.unit.tui.driving import bench, run, to_confirm
from tests.unit.tui.scripted_session import DISK, SECOND, ScriptedSession

SERIAL = str(DISK["serial"])


def consents(session: ScriptedSession) -> list[str]:
    return [c for c in session.calls if c.startswith("consent")]


@run
async def test_one_disk_costs_one_scan_and_six_keys() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        assert d.place == "home"
        await d.scan("RC02041U")
        assert d.place == "choice"
        await d.press("2")
        await d.type("7k2f")
        await d.press("enter")
        assert d.keys == 6
        assert session.job.state is State.CONSENTED
        assert d.place == "wall"
        for index in (0.2, 0.9):
            session.erase(index)
        session.erase(0.5, phase="verify")
        session.erased()
        session.finish()
        await d.settle()
        assert "TERMINÉ" in d.lines()[0]
        assert d.keys == 6, "the certificate and the delivery cost no key"
        assert session.job.certificate is not None
        await d.press("f2")
        assert d.place == "result"
        assert "EX-2026-RC-000123" in d.text()


def hiding() -> Reveal:
    identity = DiskIdentity(text=SERIAL, kind="serial", model="Samsung", size_bytes=1_000_000)
    return Reveal(identity=identity, areas=("hpa",), exercise=True, hidden_bytes=40_000_000_000)


@run
async def test_a_hidden_part_is_answered_before_anything_is_consented_to() -> None:
    session = ScriptedSession(hidden={SERIAL: hiding()})
    async with bench(session) as d:
        await to_confirm(d)
        await d.press("enter", "enter")
        await d.type("7k")
        await d.scan("CONFIRMER")
        assert not consents(session) and "40 Go" in d.text().replace("\u00a0", " ")
        d.clock.at += 1
        await d.press("é")  # the unshifted 2 of an AZERTY keyboard
        assert session.calls[-1] == f"leave {SERIAL}" and session.job.plan_short == "77C1-9F3A"
        assert "Partie cachée laissée" in d.text()
        await d.type("7k2f")
        await d.press("enter")
        assert session.job.state is State.CONSENTED


@run
async def test_showing_a_hidden_part_takes_the_end_of_the_serial_by_hand() -> None:
    session = ScriptedSession(hidden={SERIAL: hiding()})
    async with bench(session) as d:
        await to_confirm(d)
        d.clock.at += 1
        await d.press("1", "enter")
        await d.type("7k2g")
        await d.press("enter")
        await d.scan("7K2F")
        await d.press("escape")
        d.clock.at += 1
        await d.press("1")
        assert not [c for c in session.calls if c.startswith("reveal")] and not consents(session)
        await d.type("7k2f")
        await d.press("enter")
        assert session.calls[-1] == f"reveal {SERIAL} 7k2f" and not consents(session)


@run
async def test_a_second_check_is_asked_for_and_is_in_the_plan() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.press("f6")
        assert d.place == "second"
        await d.press("enter")
        assert not [c for c in session.calls if c.startswith("second")], "nothing is chosen beforehand"
        await d.press("3")
        await d.type("07")
        await d.press("enter")
        assert "ne peut pas être celle qui efface" in d.text() and d.place == "second"
        await d.press("backspace", "8", "enter")
        assert session.calls[-1] == "second sha256 08" and d.place == "confirm"
        assert "carte 08" in d.text().replace("\u00a0", " ") and "77C1-9F3A" in d.text()
        await d.type("7k2f")
        await d.press("enter")
        assert session.job.state is State.CONSENTED


@run
async def test_no_disk_needs_a_reason_and_a_person() -> None:
    session = ScriptedSession(disks=(), operator="")
    async with bench(session) as d:
        await d.scan("RC02041U")
        await d.press("f2", "3")
        assert d.place == "nodisk"
        await d.press("enter", "enter")
        assert not [c for c in session.calls if c.startswith("record")], "nothing is chosen beforehand"
        await d.press("quotation_mark")  # the unshifted 3 of an AZERTY keyboard
        await d.press("enter")
        await d.type("volé")
        await d.press("enter", "enter")
        assert session.job.no_disk is None, "nobody said it yet"
        await d.type("JR")
        await d.press("enter")
        assert session.job.no_disk == {"why": "other", "text": "volé", "by": "JR"}
        assert session.job.state is State.ATTENTION and d.place == "wall"


@run
async def test_red_card_costs_two_scans_and_one_key() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await d.scan("RC02041U")
        await d.press("1")
        await d.scan("CONFIRMER")
        assert d.keys == 1
        assert session.job.state is State.CONSENTED


@pytest.mark.parametrize("card", ["CONFIR,ER", "CONFIR?ER", "confirmer"])
@run
async def test_red_card_survives_a_scanner_in_the_other_layout(card: str) -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.scan(card)
        assert session.job.state is State.CONSENTED


@run
async def test_each_further_disk_costs_four_keys_and_the_next_field_takes_over() -> None:
    session = ScriptedSession(disks=(DISK, SECOND))
    async with bench(session) as d:
        await to_confirm(d)
        before = d.keys
        await d.type("7k2f")
        await d.press("enter")
        assert consents(session) == [], "one of two disks is not consent"
        await d.type("9abc")
        await d.press("enter")
        assert d.keys - before == 10
        assert session.job.state is State.CONSENTED


@run
async def test_an_undetermined_fact_comes_before_the_choice_and_costs_one_key() -> None:
    session = ScriptedSession(windows="undetermined", windows_possible=False)
    async with bench(session) as d:
        await d.scan("RC02041U")
        assert d.place == "hardware"
        assert "INDÉTERMINÉ" in d.text()
        await d.press("f2")
        assert d.place == "choice"


@run
async def test_entree_does_nothing_until_the_end_is_exact() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.press(*["enter"] * 20)
        await d.type("7k2")
        await d.press("enter")
        assert consents(session) == []
        await d.press("escape")
        assert d.place == "choice"
        await d.press("1")
        await d.type("7k2e")
        assert "Ce n’est pas la fin de ce n° de série." in d.text()
        await d.press("enter")
        assert consents(session) == []
        assert session.job.state is State.PLANNED
        assert "Rien n’a encore été écrit." in d.text()


@run
async def test_a_wrong_end_is_typed_again_without_erasing() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("1111")
        await d.type("7k2f")
        await d.press("enter")
        assert session.job.state is State.CONSENTED


@run
async def test_the_serial_scanned_is_not_consent() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        for code in ("7K2F", SERIAL, "CONFIRME", SERIAL[-8:]):
            await d.scan(code)
            assert consents(session) == [], code
            assert "une touche à la fois, ou la carte CONFIRMER" in d.text()
            d.clock.at += 1
        assert session.job.state is State.PLANNED


@run
async def test_the_same_four_keys_count_on_azerty() -> None:
    """7K2F typed on an AZERTY top row without Shift."""
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("èkéf")
        await d.press("enter")
        assert session.job.state is State.CONSENTED


KEYS = st.sampled_from(
    ["enter", "space", "escape", "up", "down", "left", "right", "tab", "backspace", "f1", "f2", "f3", "f4", "f5", "f6",
     "f7", "f8", "f9", "f11", "f12", "ctrl+c", *"123&éxhsdjno7k2", *string.ascii_lowercase[:12]]
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(KEYS, max_size=60), st.booleans())
def test_no_storm_of_keys_reaches_a_warrant(keys: list[str], fast: bool) -> None:
    """Only the exact end of the serial or the card does; storms that happen to hold the end are left out."""
    typed = "".join(k for k in keys if len(k) == 1).lower()
    if any(end in typed for end in ("7k2f", "èkéf", "7kéf", "èk2f")):
        return

    async def storm() -> None:
        session = ScriptedSession()
        async with bench(session) as d:
            await d.scan("RC02041U")
            await d.press(*keys, pace_s=0.005 if fast else 0.3)
            assert session.job.warrant_id == ""
            assert not [c for c in consents(session) if "7K2F" in c.upper()]

    asyncio.run(storm())


@run
async def test_stop_is_asked_once_and_entree_alone_does_not_stop() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        session.erase(0.4)
        await d.settle()
        await d.press("f8")
        assert "Arrêter maintenant" in d.text()
        await d.press("enter")
        assert "stop" not in session.calls
        await d.press("ctrl+c")
        await d.press("n")
        assert "stop" not in session.calls
        await d.press("x")
        for code in ("RC02041Y", "YRO", "CONFIRMER"):  # a stray scan answers nothing, whatever letters it holds
            await d.scan(code)
            d.clock.at += 1
            await d.press("escape", "x")
            assert "stop" not in session.calls, code
        await d.press("o")
        assert "stop" not in session.calls
        await d.press("enter")
        assert session.calls.count("stop") == 1
        await d.settle()
        assert "Arrêt demandé" in d.text()


@run
async def test_power_is_refused_while_a_disk_is_written() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        session.erase(0.4)
        await d.settle()
        await d.press("f10")
        assert "ne s’éteint pas" in d.text()
        await d.press("o", "enter")
        assert d.bench.is_running
        assert "[F10 Éteindre]" in d.lines()[-1]


@run
async def test_next_pc_begins_again() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        session.erase(0.9, phase="verify")
        session.erased()
        session.finish()
        await d.settle()
        await d.press("enter", "f2")
        assert d.place == "home"
        assert "next" in session.calls
        assert "RC02041U" not in d.text()
        await d.scan("RC02042V")
        assert d.place == "choice"


@run
async def test_a_screen_opened_late_shows_the_truth() -> None:
    """A crash of the screens: a new bench over the same session draws what the journal says."""
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        session.erase(0.43)
    async with bench(session) as d:
        assert d.place == "wall"
        assert "EFFACEMENT 43 %" in d.lines()[0]
        assert session.calls.count("start") == 1


@run
async def test_home_sleeps_as_pret_and_a_scan_wakes_it_and_is_not_lost() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        d.clock.at += 61
        d.bench.tick()
        await d.pilot.pause()
        assert "PRÊT" in d.lines()[0]
        await d.scan("RC02041U")
        assert d.place == "choice"
        assert "tag RC02041U" in session.calls


@run
async def test_a_bad_tag_is_a_card_with_its_three_sentences() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await d.scan("XX")
        text = d.text()
        assert "P11" in text
        for word in ("QUOI", "POURQUOI", "QUE FAIRE", "Rien n’a été écrit"):
            assert word in text
        await d.press("enter")
        assert "P11" not in d.text()
        await d.press("f6")
        assert d.place == "choice"


@run
async def test_an_impossible_system_says_why_and_nothing_happens() -> None:
    session = ScriptedSession(windows="not_eligible", windows_possible=False)
    async with bench(session) as d:
        await d.scan("RC02041U")
        await d.press("2")
        assert "P10" in d.text()
        assert session.job.state is State.ASSESSED
        await d.press("escape", "3")
        assert d.place == "confirm"


@run
async def test_leaving_returns_the_exit_code_of_the_job() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        session.erase(0.9)
        session.erased("failed")
        session.finish("failed", 4, paper=False)
        await d.settle()
        assert "ÉCHEC" in d.lines()[0]
        await d.press("f10", "enter")
        assert d.bench.card is None and d.bench.return_value is None, "Entrée alone says no"
        await d.press("f10", "o")
        assert d.bench.return_value == 4


@run
async def test_n_answers_at_once_and_a_scan_answers_nothing() -> None:
    async with bench(ScriptedSession()) as d:
        await d.press("f10", "n")
        assert d.bench.card is None and d.bench.return_value is None
        for code in ("YRO", "CONFIRMER", "RC02041Y"):
            await d.press("f10")
            await d.scan(code)
            assert d.bench.return_value is None, code
            d.clock.at += 1
            await d.press("escape")


@run
async def test_where_results_would_be_lost_yes_takes_its_letter_then_enter() -> None:
    session = ScriptedSession(exercise=False)
    session.stick = Stick(state=StickState.NONE, home="/run/regain/home", images="", why="stick-why-optical")
    async with bench(session) as d:
        await d.press("f10")
        assert "O, puis Entrée" in d.text()
        await d.press("o")
        assert d.bench.return_value is None and d.bench.card is not None
        await d.press("enter")
        assert d.bench.return_value == 0


@run
async def test_the_picker_opens_the_pc_that_was_chosen() -> None:
    opened: list[str] = []

    def opens(name: str) -> ScriptedSession:
        opened.append(name)
        return ScriptedSession()

    machines = [("dell-latitude", "Dell Latitude E6420, 2011"), ("thinkpad", "ThinkPad L480, 2018")]
    async with bench(None, machines=machines, open_machine=opens) as d:
        assert d.place == "picker"
        await d.press("enter")
        assert opened == [], "nothing is in focus at the start"
        await d.press("down", "down", "enter")
        assert opened == ["thinkpad"]
        assert d.place == "home"


@run
async def test_a_cut_erasure_is_said_before_anything_and_no_false_comfort() -> None:
    """« Aucun disque n’a été touché » would be a lie on a disk that was half erased before the power went."""
    session = ScriptedSession(resumable={SERIAL: 4096})
    async with bench(session) as d:
        assert "À REPRENDRE" in d.text() and "Aucun disque n’a été touché" not in d.text()
        await to_confirm(d)
        assert "À REPRENDRE" in d.text() and "Rien n’a encore été écrit" not in d.text()
        assert "Rien n’a été écrit depuis le démarrage" in d.text()


@run
async def test_next_pc_of_the_exercise_is_another_one_of_the_list() -> None:
    made: list[ScriptedSession] = []

    def opens(name: str) -> ScriptedSession:
        made.append(ScriptedSession())
        return made[-1]

    async with bench(None, machines=[("a", "A"), ("b", "B")], open_machine=opens) as d:
        await d.press("1")
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        made[0].erase(0.9, phase="verify")
        made[0].erased()
        made[0].finish()
        await d.settle()
        await d.press("enter", "f2")
        assert d.place == "picker"
        await d.press("2")
        assert d.place == "home" and len(made) == 2


@run
async def test_consent_awaited_over_a_minute_turns_the_wall_amber_and_a_key_brings_the_fields_back() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        d.clock.at += 61
        d.bench.tick()
        await d.pilot.pause()
        assert "À VOUS" in d.lines()[0]
        await d.press("enter")
        assert d.place == "confirm" and consents(session) == []


@run
async def test_a_flood_of_events_becomes_few_paints() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        painted = 0
        redraw = type(d.screen).redraw

        def counted(screen: object) -> None:
            nonlocal painted
            painted += 1
            redraw(screen)  # type: ignore[arg-type]

        type(d.screen).redraw = counted  # type: ignore[method-assign, assignment]
        try:
            for step in range(400):
                session.erase(step / 500)
            await d.pilot.pause()
        finally:
            type(d.screen).redraw = redraw  # type: ignore[method-assign]
        assert painted < 20, painted


@run
async def test_what_is_asked_of_linux_is_in_the_plan_and_of_this_pc_alone() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await d.scan("RC02041U")
        await d.press("f2")
        assert d.place == "choice"
        await d.press("f6")
        assert d.place == "linux"
        await d.press("enter", "right")
        assert d.bench.linux == AS_IT_IS, "no row is in focus before an arrow says so"
        await d.press("down", "left", "down", "enter", "enter", "down", "space")
        assert d.bench.linux == LinuxOptions(locale="uk_UA.UTF-8", keyboard="fr-bepo", encrypt=True)
        assert "les documents sont perdus" in " ".join(d.text().split())
        await d.press("escape")
        assert d.place == "choice" and "ukrainien" in d.text()
        await d.press("1")
        assert d.place == "confirm"
        assert "ukrainien, clavier français (BÉPO), disque chiffré" in " ".join(d.text().split())
        assert (session.job.chosen or {})["linux"]["encrypt"] is True
        d.bench.next_machine()
        assert d.bench.linux == AS_IT_IS
