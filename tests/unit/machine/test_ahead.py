"""Tools that are started before anybody asks: each answer is given once, and a failure is told as the door tells it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from agent.inventory import first
from agent.machine import ahead
from agent.machine.ahead import Ahead
from agent.machine.door import ToolMissing, ToolTimedOut
from agent.machine.guard import destroys
from agent.machine.live import LiveMachine
from agent.model.errors import Fault

pytestmark = pytest.mark.process

WHEN = ["sh", "-c", "sleep 0.3; date +%s.%N"]


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_the_tool_is_at_work_before_it_is_asked_for(tmp_path: Path) -> None:
    when = ["sh", "-c", f"date +%s.%N; touch {tmp_path}/ended"]
    machine = LiveMachine(Ahead([(when, 60)]))
    until = time.monotonic() + 60
    while not (tmp_path / "ended").exists() and time.monotonic() < until:
        time.sleep(0.01)
    asked = time.time()
    assert float(machine.run(when, timeout_s=60).text) < asked
    assert float(machine.run(when, timeout_s=60).text) > asked, "the answer is given once"


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


def test_which_drives_there_are_and_on_which_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    buses = {"sda": ("pci0000:00/0000:00:17.0/ata1/host0", 1000215216), "sdb": ("pci0000:00/usb1/1-2/host4", 60000000),
             "sdc": ("pci0000:00/usb1/1-3/host5", 0), "nvme0n1": ("pci0000:00/0000:01:00.0/nvme/nvme0", 500118192),
             "loop0": ("virtual/block/loop0", 8), "sr0": ("pci0000:00/0000:00:17.0/ata2/host1", 8)}  # fmt: skip
    (tmp_path / "block").mkdir()
    for name, (where, size) in buses.items():
        folder = tmp_path / "devices" / where / name
        folder.mkdir(parents=True)
        (folder / "size").write_text(f"{size}\n")
        (tmp_path / "block" / name).symlink_to(folder)
    monkeypatch.setattr(ahead, "_BLOCK", str(tmp_path / "block"))
    assert ahead.drives() == [("nvme0n1", "nvme"), ("sda", "ata"), ("sdb", "other")]
    asked = [" ".join(argv) for argv, _ in first.lines(ahead.drives())]
    assert asked[0].startswith("lsblk ")
    assert [a.split()[0] for a in asked if a.endswith("/dev/sda")] == ["smartctl", "hdparm", "hdparm", "hdparm"]
    assert [a for a in asked if "/dev/sdb" in a] == ["smartctl --json=c -x /dev/sdb"]
    assert not any("sdc" in a or "sr0" in a or destroys(a.split()) for a in asked)


def test_no_drives_to_ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ahead, "_BLOCK", str(tmp_path / "block"))
    assert ahead.drives() == []
    (tmp_path / "block/sda").mkdir(parents=True)  # pulled out: its folder has nothing left
    assert ahead.drives() == []


def test_a_tool_that_waits_with_a_full_pipe_is_not_late_by_our_fault() -> None:
    many = ["sh", "-c", "head -c 200000 /dev/zero"]
    machine = LiveMachine(Ahead([(many, 0.2)]))
    time.sleep(0.4)
    assert len(machine.run(many, timeout_s=5).stdout) == 200_000
