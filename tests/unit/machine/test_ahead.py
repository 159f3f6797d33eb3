"""Tools that are started before anybody asks: each answer is given once, and a failure is told as the door tells it."""

from __future__ import annotations

import os
import time

import pytest

from agent.machine.ahead import Ahead
from agent.machine.door import ToolMissing, ToolTimedOut
from agent.machine.live import LiveMachine
from agent.model.errors import Fault

pytestmark = pytest.mark.process

WHEN = ["sh", "-c", "sleep 0.3; date +%s.%N"]


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_the_tool_is_at_work_before_it_is_asked_for() -> None:
    machine = LiveMachine(Ahead([(WHEN, 5)]))
    time.sleep(0.8)
    asked = time.time()
    assert float(machine.run(WHEN, timeout_s=5).text) < asked
    assert float(machine.run(WHEN, timeout_s=5).text) > asked, "the answer is given once"


def test_other_lines_run_when_they_are_asked_for() -> None:
    machine = LiveMachine(Ahead([(["true"], 5)]))
    assert machine.run(["echo", "here"], timeout_s=5).text == "here\n"


def test_a_failure_is_kept_for_who_asks() -> None:
    machine = LiveMachine(Ahead([(["no-such-tool"], 1), (["sleep", "600"], 0.3)]))
    with pytest.raises(ToolMissing):
        machine.run(["no-such-tool"], timeout_s=5)
    with pytest.raises(ToolTimedOut):
        machine.run(["sleep", "600"], timeout_s=5)


def test_a_tool_that_nobody_asked_for_does_not_outlive_us() -> None:
    started = time.monotonic()
    Ahead([(["sleep", "600"], 0.5)]).leave()
    assert 0.5 <= time.monotonic() - started < 4


def test_a_line_that_destroys_is_never_started() -> None:
    with pytest.raises(Fault, match="warrant-missing"):
        Ahead([(["nvme", "format", "/dev/nvme0n1"], 5)])


def test_without_root_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    machine = LiveMachine(Ahead([(WHEN, 5)]))
    time.sleep(0.5)
    asked = time.time()
    assert float(machine.run(WHEN, timeout_s=5).text) > asked
