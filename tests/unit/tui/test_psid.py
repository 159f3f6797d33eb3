"""The question about a locked Opal drive: what is typed is shown while it is asked, and nowhere afterwards."""

from __future__ import annotations

import pytest

from agent.locale import words
from agent.model.identity import DiskIdentity
from agent.model.job import State
from agent.tui import paint
from agent.tui.screens.confirm import ConfirmScreen
from agent.tui.screens.psid import PsidQuestion
from tests.unit.tui.driving import bench, run, to_confirm
from tests.unit.tui.scripted_session import DISK, SECOND, ScriptedSession

SERIAL = str(DISK["serial"])
PSID = "2R0TEXAMPLE0NUMBER0PRINTED0HERE0"
GROUPS = " ".join(PSID[at : at + 4] for at in range(0, 32, 4))


def locked(disk: dict[str, object] = DISK) -> DiskIdentity:
    return DiskIdentity(text=str(disk["serial"]), kind="serial", model=str(disk["model"]), size_bytes=256_000_000_000)


def told(session: ScriptedSession) -> list[str]:
    return [c for c in session.calls if c.startswith(("psid", "leave locked", "consent"))]


@run
async def test_the_number_is_typed_compared_and_then_gone_from_the_screen() -> None:
    session = ScriptedSession(locked={SERIAL: locked()})
    async with bench(session) as d:
        await to_confirm(d)
        assert "verrouillé par une puce Opal" in d.text() and "imprimé sur son étiquette" in d.text()
        await d.press("enter")
        await d.type("2r0t-exam ple0-numb")
        assert "[ 2R0T EXAM PLE0 NUMB ____ ____ ____ ____ ]  16/32" in d.text()
        await d.press("enter")
        assert "en voici 16" in d.text() and not told(session)
        await d.type("er0printed0here0")
        assert f"[ {GROUPS} ]  32/32" in d.text() and "en voici" not in d.text()
        await d.press("enter")
        assert told(session) == [f"psid {SERIAL} {PSID}"] and session.job.plan_short == "77C1-9F3A"
        assert "Code PSID tapé" in d.text() and "2R0T" not in d.text() and PSID not in d.text()
        assert isinstance(d.screen, ConfirmScreen) and d.screen.label is None and not d.screen.typed
        assert not d.screen.typist.recent and not d.screen.typist.scanned, "nothing of the screen still holds it"
        await d.type("7k2f")
        await d.press("enter")
        assert session.job.state is State.CONSENTED


@run
async def test_escape_leaves_it_locked_and_f5_asks_again() -> None:
    session = ScriptedSession(locked={SERIAL: locked()})
    async with bench(session) as d:
        await to_confirm(d)
        await d.type("2r0t")
        await d.press("f6", "f5")
        assert d.place == "confirm" and not told(session), "no other question before this one has an answer"
        await d.press("escape")
        assert told(session) == [f"leave locked {SERIAL}"] and d.place == "confirm"
        assert "Sans son code PSID" in d.text() and "F5 PSID" in d.text() and "Échap Annuler" in d.text()
        await d.press("f5")
        assert session.calls[-1] == "ask psids" and "0/32" in d.text(), "what was typed is not kept"
        await d.press("escape", "escape")
        assert d.place == "choice"


@run
async def test_a_scanned_card_or_a_serial_starts_nothing_here() -> None:
    session = ScriptedSession(locked={SERIAL: locked()})
    async with bench(session) as d:
        await to_confirm(d)
        await d.scan("CONFIRMER")
        await d.type("7k2f")
        await d.press("enter")
        assert not told(session) and "en voici 13" in d.text()


@run
async def test_each_locked_disk_is_asked_about() -> None:
    other = str(SECOND["serial"])
    session = ScriptedSession(disks=(DISK, SECOND), locked={SERIAL: locked(), other: locked(SECOND)})
    async with bench(session) as d:
        await to_confirm(d)
        await d.press("escape")
        assert "WDC" in d.text() and "0/32" in d.text()
        await d.type(PSID.lower())
        await d.press("enter")
        assert told(session) == [f"leave locked {SERIAL}", f"psid {other} {PSID}"]
        assert "Code PSID tapé" in d.text() and "Sans son code PSID" in d.text()


@run
async def test_without_a_locked_disk_there_is_neither_question_nor_key() -> None:
    session = ScriptedSession()
    async with bench(session) as d:
        await to_confirm(d)
        assert "PSID" not in d.text()
        await d.press("f5")
        assert "ask psids" not in session.calls and d.place == "confirm"


@pytest.mark.parametrize(
    ("typed", "message", "kept"),
    [
        ("é", "psid-bad-character", ""),
        ("A_", "psid-bad-character", "A"),
        ("²", "psid-bad-character", ""),
        (PSID + "x", "psid-too-long", PSID),
        (GROUPS.replace(" ", "-"), "", PSID),
        (GROUPS.lower(), "", PSID),
    ],
)
def test_what_is_refused_is_refused_with_a_sentence(typed: str, message: str, kept: str) -> None:
    question = PsidQuestion(about=locked())
    for character in typed:
        question.character(character)
    assert (question.message, question.typed) == (message, kept)
    assert kept == "" or kept not in repr(question)
    for lang in ("fr", "en"):
        rows, (column, row) = question.lines(words(lang), 80)
        shown = ["".join(text for text, _ink in line) for line in rows]
        assert len(rows) <= 19 and all(len(line) <= 80 for line in shown) and column < 80 and row < 22
        said = paint.drawable_keep(words(lang)(message, n=len(kept))).split() if message else []
        assert " ".join(said) in " ".join(" ".join(shown).split())
