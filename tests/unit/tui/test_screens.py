"""Every screen fits, in both languages and sizes; keys, letters, neutrality, help, journal, details."""

from __future__ import annotations

import pytest

from agent.locale import words
from agent.model.erasure import Outcome
from agent.model.job import State
from agent.tui import paint
from agent.tui.commands import AZERTY_DIGITS, FUNCTION_KEYS, LETTERS, SAFE_LETTERS, SCREEN_LETTERS, Command
from agent.tui.screens.journal import select
from agent.tui.screens.result import todo
from tests.unit.tui.driving import Driver, bench, run, to_confirm
from tests.unit.tui.scripted_session import DISK, SECOND, ScriptedSession

SIZES = [(80, 24), (100, 30)]


def well_made(d: Driver, size: tuple[int, int]) -> None:
    """Exactly the size, in the glyph budget, rows 1, 2 and the last three where they belong."""
    lines = d.lines()
    assert len(lines) == size[1]
    assert {len(line) for line in lines} == {size[0]}, [(len(x), x) for x in lines if len(x) != size[0]]
    strange = set("".join(lines)) - paint.budget()
    assert not strange, strange
    assert "{$" not in d.text() and "{ $" not in d.text()
    if d.screen.framed:
        assert set(lines[1]) == {"─"} and set(lines[-3]) == {"─"}
        assert "…" not in lines[-2], lines[-2]
        assert not lines[-2].endswith("…")
        columns = [lines[-1].find(f"F{n}") for n in (1, 2, 7, 8, 10)]
        assert columns == [1, 16, 31, 47, 65], lines[-1]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("size", SIZES)
@run
async def test_every_screen_of_a_whole_job(lang: str, size: tuple[int, int]) -> None:
    session = ScriptedSession(disks=(DISK, SECOND))
    w = words(lang)
    async with bench(session, size=size, lang=lang) as d:
        well_made(d, size)
        assert w("screen-home") in d.lines()[0] and w("exercise") in d.lines()[0]
        for key, place in (("f1", "help"), ("f7", "journal"), ("f4", "outbox"), ("f11", "settings")):
            await d.press(key)
            assert d.place == place
            well_made(d, size)
            await d.press("escape")
            assert d.place == "home"
        await d.scan("RC02041U")
        assert d.place == "choice"
        well_made(d, size)
        await d.press("f3")
        assert d.place == "hardware"
        well_made(d, size)
        await d.press("down", "enter")
        well_made(d, size)
        await d.press("f3")
        assert d.place == "facts"
        well_made(d, size)
        await d.press("escape", "escape", "1")
        assert d.place == "confirm"
        well_made(d, size)
        await d.press("f3")
        assert d.place == "plan"
        well_made(d, size)
        await d.press("pagedown", "end", "escape")
        await d.type("7k2f9abc")
        well_made(d, size)
        await d.press("enter")
        for disk in (0, 1):
            session.erase(0.5, disk=disk)
        await d.settle()
        assert w("wall-erasing") in d.lines()[0]
        well_made(d, size)
        for disk in (0, 1):
            session.erase(0.5, phase="verify", disk=disk)
            session.erased(disk=disk)
        session.install(0.5)
        await d.settle()
        assert w("wall-linux") in d.lines()[0]
        well_made(d, size)
        session.install(1.0, done=True)
        session.finish()
        await d.settle()
        assert w("wall-done") in d.lines()[0]
        well_made(d, size)
        await d.press("s")
        assert d.place == "result"
        well_made(d, size)
        await d.press("f3")
        assert d.place == "qr"
        assert len(d.lines()) == size[1]
        assert "EX-2026-RC-000123" in d.text()


@pytest.mark.parametrize("lang", ["fr", "en"])
@run
async def test_help_says_ten_lines_of_each_screen_and_every_code(lang: str) -> None:
    w = words(lang)
    topics = (
        "general",
        "home",
        "hardware",
        "choice",
        "no-disk",
        "confirm",
        "wall",
        "result",
        "journal",
        "outbox",
        "settings",
    )
    for topic in topics:
        texts = [w(f"help-{topic}-{n}") for n in range(1, 11)]
        assert all(texts) and not w.has(f"help-{topic}-11")
    async with bench(ScriptedSession(), lang=lang) as d:
        await d.press("f1")
        rows = "\n".join(paint.plain(r) for r in d.screen.rows(80))  # type: ignore[attr-defined]
        assert all(code in rows for code in ("D01", "M01", "P01", "C01", "R01", "X01"))
        assert "{" not in rows


@run
async def test_f9_changes_the_language_live_and_keeps_the_place() -> None:
    async with bench(ScriptedSession()) as d:
        await to_confirm(d)
        await d.type("7k")
        await d.press("f9")
        assert d.place == "confirm"
        assert "CONFIRMATION" in d.lines()[0] and "ERASE FOR GOOD" in d.text()
        assert "7K_" in d.text(), "what was typed is kept"
        await d.press("f9")
        assert "EFFACER DÉFINITIVEMENT" in d.text()


def test_command_letters_keep_their_place_on_both_keyboards() -> None:
    assert set(LETTERS) <= SAFE_LETTERS and set(SCREEN_LETTERS) <= SAFE_LETTERS
    assert not SAFE_LETTERS & set("aqwzm")
    assert len(LETTERS) == 12 and set(LETTERS.values()) == set(Command)
    assert [FUNCTION_KEYS[f"f{n}"] for n in range(1, 13)] == list(Command)
    assert [AZERTY_DIGITS[c] for c in '&é"'] == ["1", "2", "3"]
    assert "".join(LETTERS) == "hsdfrnjxlegb"


@pytest.mark.parametrize(("key", "system"), [("1", "linux"), ("ampersand", "linux"), ("é", "windows"),
                                             ("quotation_mark", "none"), ("3", "none")])  # fmt: skip
@run
async def test_choice_keys_answer_on_both_keyboards(key: str, system: str) -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await d.scan("RC02041U")
        await d.press(key)
        assert f"choose {system}" in " ".join(session.calls)


@pytest.mark.parametrize("possible", [True, False])
@run
async def test_neutrality_of_the_choice(possible: bool) -> None:
    """Same rows, same inks, no focus at the start; also when one system is not possible."""
    windows = "eligible" if possible else "not_eligible"
    session = ScriptedSession(windows=windows, windows_possible=possible)
    async with bench(session) as d:
        await d.scan("RC02041U")
        assert d.bench.focused is None and d.screen.column is None  # type: ignore[attr-defined]
        rows = [line for line in d.screen.sheet.lines if "│" in paint.plain(line)]
        bar = paint.plain(rows[0]).index("│")
        labels = []
        for row in rows:
            assert paint.plain(row)[bar] == "│"
            left, right = paint.slice_line(row, 0, bar), paint.slice_line(row, bar + 1, None)
            labels.append((paint.plain(left)[:14].strip(), paint.plain(right)[:14].strip()))
            assert {ink for text, ink in left if text.strip()} | {paint.PLAIN} >= set()
            assert all(ink.bg == 0 for text, ink in (*left, *right))
        assert all(a == b for a, b in labels[1:]), labels
        inks = [[ink for text, ink in paint.slice_line(r, s, e) if text.strip()] for r in rows[:1]
                for s, e in ((0, bar), (bar + 1, None))]  # fmt: skip
        assert inks[0] == inks[1]
        assert paint.plain(rows[0]).index("LINUX") < paint.plain(rows[0]).index("WINDOWS")
        await d.press("enter", "space", "up", "down")
        assert d.place == "choice" and not any(c.startswith("choose") for c in session.calls)


@run
async def test_arrows_choose_a_column_then_a_profile() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await d.scan("RC02041U")
        await d.press("right", "down")
        assert "Bureau léger" in d.text()
        await d.press("enter")
        assert "choose linux xfce-fr" in session.calls


@run
async def test_letters_stand_for_function_keys_outside_fields_only() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await d.type("hj")
        assert d.place == "home" and "hj_" in d.text()
        await d.press("escape")
        await d.scan("RC02041U")
        await d.press("j")
        assert d.place == "journal"
        await d.press("f")
        assert "[alertes]" in d.lines()[0]
        await d.press("escape", "g")
        assert d.place == "settings"
        await d.press("down", "down", "enter")
        assert d.bench.speaker.muted
        await d.press("escape", "b")
        assert "diagnostic" in session.calls


@run
async def test_hardware_shows_evidence_and_source() -> None:
    session = ScriptedSession(windows="undetermined", windows_possible=False)
    async with bench(session) as d:
        await d.scan("RC02041U")
        text = d.text()
        assert "Module TPM" in text and " ? " in text and "2 profils conviennent" in text
        await d.press("down", "enter")
        assert "Source : dmidecode 4" in d.text().replace("\u00a0", " ")
        await d.press("f5")
        assert "rescan" in session.calls


@pytest.mark.parametrize("lang", ["fr", "en"])
@run
async def test_a_remedy_in_the_firmware_menu_says_how_one_gets_there(lang: str) -> None:
    asked: list[str] = []
    session = ScriptedSession(windows="eligible_after_firmware_change")
    async with bench(session, lang=lang, restart=lambda: asked.append("menu")) as d:
        await d.scan("RC02041U")
        assert d.place == "choice"
        await d.press("f3")
        well_made(d, (80, 24))
        text = " ".join(d.text().split())
        key = "appuyez plusieurs fois sur F1. " if lang == "fr" else "press F1 several times. "
        assert key in text, "the key of this maker, and no other"
        assert ("souvent en anglais" if lang == "fr" else "often has no mouse") in text
        assert ("Touche U" if lang == "fr" else "Key U") in text.replace("\u00a0", " ")
        await d.press("down", "enter")
        assert "Platform Trust Technology" in d.text(), "the names that makers give to the setting"
        well_made(d, (80, 24))
        await d.press("u")
        assert d.bench.card is not None and not asked
        await d.press("o" if lang == "fr" else "y")
        assert asked == ["menu"]


@run
async def test_nobody_is_offered_a_restart_that_cannot_be_done() -> None:
    async with bench(ScriptedSession(windows="eligible_after_firmware_change")) as d:  # a recorded PC
        await d.scan("RC02041U")
        await d.press("f3", "u")
        assert d.bench.card is None and "Touche U" not in d.text().replace("\u00a0", " ")
    async with bench(ScriptedSession(), restart=lambda: None) as d:  # nothing to settle there
        await d.scan("RC02041U")
        await d.press("f3", "u")
        assert d.bench.card is None and "souvent en anglais" not in d.text()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"mains": False}, "Le secteur est débranché"),
        ({"disks": []}, "Aucun disque visible"),
        ({"storage_controllers": [{"hidden_disks": 2}]}, "2 disques sont cachés"),
        ({"disks": [{**DISK, "security": {"locked": True}}]}, "verrouillé par mot de passe"),
        ({"disks": [{**DISK, "smart_passed": False}]}, "se dit en panne"),
        ({"disks": {"unreadable": "lsblk: time-out"}}, "n’ont pas pu être lus"),
    ],
)
@run
async def test_alarms_come_before_the_choice(changes: dict[str, object], sentence: str) -> None:
    session = ScriptedSession()
    session.inventory = {**session.inventory, **changes}
    async with bench(session) as d:
        await d.scan("RC02041U")
        assert d.place == "hardware"
        assert sentence in d.text()
        assert len(d.lines()) == 24


@run
async def test_confirmation_shows_what_is_left_out_and_never_cuts_a_serial() -> None:
    long = {**DISK, "model": "SAMSUNG MZVLB256HBHQ-000L7 WITH A LONG NAME", "serial": "S4DXNX0M317K2FABCDEF7K2F"}
    usb = {"path": "/dev/sdb", "model": "SanDisk Ultra", "suffix": "91A0", "size_bytes": 32_000_000_000,
           "reason": "exclude-live-medium", "params": {}}  # fmt: skip
    session = ScriptedSession(disks=(long,), excluded=(usb,))
    async with bench(session) as d:
        await to_confirm(d)
        assert "S4DXNX0M317K2FABCDEF7K2F" in d.text()
        assert "SanDisk Ultra 32 Go …91A0" in d.text()
        assert "9F3A-77C1" in d.text()
        assert "Choix fait par la carte 07" in d.text()


@run
async def test_result_never_says_better_than_the_state() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        session.erase(0.9, phase="verify")
        session.erased("cleared")
        session.finish("unknown", 1)
        await d.settle()
        await d.press("enter")
        assert "INCONNU" in d.text() and "ne remettez pas ce poste" in d.text()
        assert "Effacement simple (Clear) prouvé" not in d.text()


@run
async def test_result_of_a_locked_install_gives_its_reason() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("7k2f")
        await d.press("enter")
        session.erase(0.2)
        session.erased("failed", reasons=("lock-not-proven",))
        session.emit(__import__("agent.model.events", fromlist=["Kind"]).Kind.INSTALL_LOCKED, reason="lock-not-proven")
        session.finish("failed", 4)
        await d.settle()
        await d.press("enter")
        text = d.text()
        assert "verrouillée" in text and "Constat" in text and "Certificat " not in text
        assert "À ÉCARTER" in text


def test_what_to_do_follows_the_outcome() -> None:
    assert todo(State.DONE, [Outcome.CLEARED], installed=True)[0] == "todo-label"
    assert todo(State.FAILED, [Outcome.FAILED], installed=False)[0] == "todo-set-aside"
    assert todo(State.UNKNOWN, [Outcome.CLEARED], installed=False)[0] == "todo-set-aside"
    assert todo(State.DONE, [None], installed=False)[0] == "todo-set-aside"
    assert todo(State.DONE, [Outcome.CLEARED_WITH_EXCEPTIONS], installed=True)[0] == "todo-owner-rule"
    for outcome in (Outcome.CLEARED, Outcome.CLEARED_WITH_EXCEPTIONS):
        assert todo(State.DONE, [outcome], installed=True, staged=True)[-2:] == ["todo-setup-start", "todo-setup-end"]
    assert "todo-setup-start" not in todo(State.FAILED, [Outcome.CLEARED], installed=False, staged=True)


def test_journal_filters() -> None:
    session = ScriptedSession()
    session.start()
    session.read_tag("RC02041U")
    from agent.model.plan import SystemChoice

    session.choose(SystemChoice.NONE, None)
    session.consent({"x": "y"})
    session.consent({str(DISK["serial"]): "7K2F"})
    session.erase(0.5, phase="verify")
    session.erased("failed")
    kinds = {name: [e.kind.value for e in select(session.events(), name)] for name in ("all", "alerts", "proofs")}
    assert "progress" not in kinds["all"]
    assert kinds["alerts"] == ["consent_refused", "erasure_finished"]
    assert "canaries_planted" in kinds["proofs"] and "erasure_finished" in kinds["proofs"]


@run
async def test_a_view_that_breaks_is_a_card_and_the_bench_lives() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await d.scan("RC02041U")
        session.job = __import__("dataclasses").replace(session.job, options=({"system": "linux", "profiles": 3},))
        await d.settle()
        assert "X01" in d.text()
        await d.press("f7")
        assert d.place == "journal"
