"""Small files of /proc and /sys, read by the live machine: whole, and with no look more than they need."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from agent.machine import live
from agent.machine.door import DoorError


class Counted(io.FileIO):
    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        Counted.reads += 1
        return super().read(size if size is not None else -1)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> type[Counted]:
    Counted.reads = 0
    monkeypatch.setattr(live, "open", lambda path, _mode, buffering: Counted(path), raising=False)
    return Counted


def test_a_file_that_says_its_size_is_read_once(tmp_path: Path, reads: type[Counted]) -> None:
    """As an EFI variable does, where the end is one more question to the firmware."""
    (tmp_path / "SecureBoot").write_bytes(b"\6\0\0\0\1")
    assert live.LiveMachine().read(str(tmp_path / "SecureBoot")) == b"\6\0\0\0\1"
    assert reads.reads == 1


def test_a_file_of_proc_that_says_no_size_is_read_to_its_end(reads: type[Counted]) -> None:
    assert Path("/proc/self/maps").stat().st_size == 0
    text = live.LiveMachine().read("/proc/self/maps")
    assert text.endswith(b"\n") and len(text) > 4096 and reads.reads > 2


def test_no_more_than_the_limit_and_nothing_of_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"x" * 100)
    (tmp_path / "empty").touch()
    machine = live.LiveMachine()
    assert machine.read(str(tmp_path / "long"), limit=7) == b"x" * 7
    assert machine.read(str(tmp_path / "empty")) == b""


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(DoorError, match="not a regular file"):
        live.LiveMachine().read(str(tmp_path))
