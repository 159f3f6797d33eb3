"""``regain stick``: only on the live system, and its answer is the file that the start wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent import wiring
from agent.cli import stick as command
from agent.model.errors import Fault
from agent.model.stick import Stick, StickState


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    marker = tmp_path / "live-image"
    marker.write_text("{}")
    monkeypatch.setattr(wiring, "LIVE_MARKER", marker)
    return tmp_path


def test_off_the_stick_nothing_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "LIVE_MARKER", tmp_path / "none")
    for run in (command.prepare, command.show):
        with pytest.raises(Fault, match="usage"):
            run()
    assert wiring.current_stick() is None


def test_show(live: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("agent.stick.prepare.read_stick", lambda: None)
    command.show()
    assert "préparée" in capsys.readouterr().out
    stick = Stick(state=StickState.NONE, home="/run/regain/home", images="", why="stick-why-optical", never=("8:0",))
    monkeypatch.setattr("agent.stick.prepare.read_stick", lambda: stick)
    command.show()
    assert "DVD" in (out := capsys.readouterr().out) and "perdus" in out
    command.show(as_json=True)
    assert json.loads(capsys.readouterr().out)["never"] == ["8:0"]
