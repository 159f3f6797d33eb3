"""Tools that are started before anybody asks: each answer is given once, and a failure is told as the door tells it."""

from __future__ import annotations

import time

import pytest

from agent.machine.ahead import AheadMachine
from agent.machine.door import ToolMissing, ToolTimedOut

pytestmark = pytest.mark.process


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AheadMachine, "is_root", lambda _self: True)


def test_the_tool_is_at_work_before_it_is_asked_for() -> None:
    machine = AheadMachine(lambda _pc: [(["sh", "-c", "sleep 0.3; date +%s.%N"], 5)])
    time.sleep(0.8)
    asked = time.time()
    answer = machine.run(["sh", "-c", "sleep 0.3; date +%s.%N"], timeout_s=5)
    assert float(answer.text) < asked
    again = machine.run(["sh", "-c", "sleep 0.3; date +%s.%N"], timeout_s=5)
    assert float(again.text) > asked


def test_other_lines_run_when_they_are_asked_for() -> None:
    machine = AheadMachine(lambda _pc: [(["true"], 5)])
    assert machine.run(["echo", "here"], timeout_s=5).text == "here\n"


def test_a_failure_is_kept_for_who_asks() -> None:
    machine = AheadMachine(lambda _pc: [(["no-such-tool"], 1), (["sleep", "600"], 0.3)])
    with pytest.raises(ToolMissing):
        machine.run(["no-such-tool"], timeout_s=5)
    with pytest.raises(ToolTimedOut):
        machine.run(["sleep", "600"], timeout_s=5)


def test_a_tool_that_nobody_asked_for_does_not_outlive_us() -> None:
    started = time.monotonic()
    AheadMachine(lambda _pc: [(["sleep", "600"], 0.5)]).leave()
    assert 0.5 <= time.monotonic() - started < 4


def test_without_root_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AheadMachine, "is_root", lambda _self: False)
    machine = AheadMachine(lambda _pc: [(["sh", "-c", "sleep 0.3; date +%s.%N"], 5)])
    time.sleep(0.5)
    asked = time.time()
    assert float(machine.run(["sh", "-c", "sleep 0.3; date +%s.%N"], timeout_s=5).text) > asked
