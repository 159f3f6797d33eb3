"""A command that a drive carries out by itself: what the wall, the text console and the journal say of it."""

from __future__ import annotations

from typing import Any

import pytest

from agent.locale import LANGUAGES, words
from agent.model.erasure import Level
from agent.model.events import EPHEMERAL, SYNCED, Event, Kind
from agent.model.plan import SystemChoice
from agent.tui import wall
from agent.tui.plain import PlainSink
from agent.tui.screens.journal import is_alert, select, sentence
from tests.unit.tui.scripted_session import DISK, ScriptedSession

W = words("fr")
NAME = str(DISK["serial"])
TECHNIQUE = "nvme-format"
STARTED = {"technique": TECHNIQUE, "argv": ["nvme", "format", "/dev/nvme0n1", "-s", "1"], "started": "t"}
FINISHED = {**STARTED, "ended": "t", "seconds": 61.0, "exit_status": 0}
CHECKED = {"technique": TECHNIQUE, "looked": 3002, "alive": 2, "unreadable": 0, "witnesses_matching": 1, "classes": {}}
GAVE_WAY = {
    "technique": TECHNIQUE,
    "reason": "skip-erased-nothing",
    "params": {"alive": 3, "looked": 3002},
    "to": "overwrite",
}


def event(kind: Kind, params: dict[str, Any]) -> Event:
    return Event(kind=kind, seq=1, t="2026-01-02T03:04:05.000Z", disk=NAME, params=params)


def lines(sink: PlainSink, kind: Kind, params: dict[str, Any]) -> str:
    return " ".join(sink.lines(event(kind, params))).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_console_says_what_is_known_and_no_more(lang: str) -> None:
    sink = PlainSink(lambda line: None, words(lang))
    assert lines(sink, Kind.COMMAND_STARTED, STARTED) and lines(sink, Kind.COMMAND_FINISHED, FINISHED)
    unanswered = {k: v for k, v in FINISHED.items() if k != "exit_status"}
    assert lines(sink, Kind.COMMAND_FINISHED, unanswered) != lines(sink, Kind.COMMAND_FINISHED, FINISHED)
    assert "3" in lines(sink, Kind.COMMAND_CHECKED, CHECKED) and lines(sink, Kind.FELL_BACK, GAVE_WAY)


def test_the_answer_of_the_drive_is_never_called_a_proof() -> None:
    sink = PlainSink(lambda line: None, W)
    assert "ne prouve rien" in " ".join(lines(sink, Kind.COMMAND_FINISHED, FINISHED).split())


def test_text_console_says_why_an_outcome_has_reserves_and_why_a_report_waits() -> None:
    sink = PlainSink(lambda line: None, W)
    ended = {"outcome": "cleared_with_exceptions", "reasons": ["reason-cleared-with-exceptions"]}
    assert "Les réserves sont listées" in lines(sink, Kind.ERASURE_FINISHED, ended)
    for error, why in (("registry-portal", "portail captif"), ("odd", "Le registre ne répond pas")):
        told = " ".join(lines(sink, Kind.REPORT_WAITING, {"report_id": "r1", "error_id": error}).split())
        assert why in told and "fin du prochain poste" in told


def test_a_line_a_minute_while_it_blocks() -> None:
    sink = PlainSink(lambda line: None, W)
    told = [bool(sink.lines(event(Kind.COMMAND_RUNNING, {"technique": TECHNIQUE, "seconds": s}))) for s in range(180)]
    assert [s for s, said in enumerate(told) if said] == [60, 120]


def test_the_wall_shows_how_long_and_no_percentage() -> None:
    session = ScriptedSession()
    session.start()
    session.read_tag("RC02041U")
    session.choose(SystemChoice.NONE, None)
    session.consent({NAME: NAME[-4:]})
    method = {"technique": TECHNIQUE, "passes": 1, "level": Level.CLEAR}
    session.emit(Kind.ERASURE_STARTED, NAME, method=method, bytes_total=1000, resumed=False)
    session.emit(Kind.COMMAND_STARTED, NAME, **STARTED)
    session.emit(Kind.COMMAND_RUNNING, NAME, technique=TECHNIQUE, seconds=75)
    [line] = wall.disk_lines(session.job, W, 120)
    assert "commande du disque" in line and "%" not in line and "Format NVMe" in line
    session.emit(Kind.FELL_BACK, NAME, **GAVE_WAY)
    [line] = wall.disk_lines(session.job, W, 120)
    assert "écrasement" in line, "what really runs now"


def test_the_journal_keeps_everything_but_the_heartbeat() -> None:
    assert Kind.COMMAND_RUNNING in EPHEMERAL and Kind.COMMAND_RUNNING not in SYNCED
    kept = {Kind.COMMAND_STARTED: STARTED, Kind.COMMAND_FINISHED: FINISHED, Kind.COMMAND_CHECKED: CHECKED}
    assert set(kept) | {Kind.FELL_BACK} <= SYNCED
    events = [event(kind, params) for kind, params in {**kept, Kind.FELL_BACK: GAVE_WAY}.items()]
    for one in events:
        assert "Format NVMe" in sentence(W, one) or one.kind in (Kind.COMMAND_CHECKED, Kind.FELL_BACK)
        assert "{" not in sentence(W, one)
    assert [e.kind for e in select(events, "proofs")] == [Kind.COMMAND_CHECKED]
    assert [is_alert(e) for e in events] == [False, False, False, True]
