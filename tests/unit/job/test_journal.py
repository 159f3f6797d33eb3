from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from agent.job.journal import Journal, read_journal
from agent.job.stream import EventStream
from agent.machine.clocks import VirtualClock
from agent.model.errors import Fault
from agent.model.events import Event, Kind


def start(stream: EventStream) -> None:
    stream.emit(Kind.JOB_STARTED, job_id="j", machine="m", exercise=True)


def test_what_is_emitted_is_read_back(tmp_path: Path) -> None:
    stream = EventStream(VirtualClock(), Journal(tmp_path / "j.jsonl"))
    start(stream)
    stream.emit(Kind.PROBE_FINISHED, probe="é", done=1, total=1)
    assert [e.kind for e in read_journal(tmp_path / "j.jsonl")] == [Kind.JOB_STARTED, Kind.PROBE_FINISHED]
    assert [e.to_wire() for e in read_journal(tmp_path / "j.jsonl")] == [e.to_wire() for e in stream.events()]


def test_a_torn_last_line_is_left_out_and_cut_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    cut = Journal(path)
    start(EventStream(VirtualClock(), cut))
    cut.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"event":"tag_read","seq":2,"t')
    assert len(read_journal(path)) == 1
    Journal(path).close()
    assert path.read_bytes() == whole


@pytest.mark.parametrize("change", [lambda b: b.replace(b"job_started", b"job_starte", 1), lambda b: b"\x00" + b[1:]])
def test_a_damaged_line_is_told(tmp_path: Path, change: Any) -> None:
    path = tmp_path / "j.jsonl"
    start(EventStream(VirtualClock(), Journal(path)))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Fault) as caught:
        read_journal(path)
    assert caught.value.error_id == "journal-damaged"


def test_two_processes_never_share_a_journal(tmp_path: Path) -> None:
    first = Journal(tmp_path / "j.jsonl")
    with pytest.raises(Fault):
        Journal(tmp_path / "j.jsonl")
    first.close()


def test_a_full_stick_keeps_events_in_memory_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = EventStream(VirtualClock(), Journal(tmp_path / "j.jsonl"))
    heard: list[Event] = []
    stream.subscribe(heard.append)
    start(stream)
    real = os.fdatasync

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", full)
    stream.emit(Kind.TAG_READ, tag="RC02041U")
    assert not stream.safe
    assert [e.params.get("reason") for e in heard if e.kind is Kind.ATTENTION] == ["attention-stick-missing"]
    monkeypatch.setattr(os, "fdatasync", real)
    stream.emit(Kind.TAG_READ, tag="RC02042B")
    assert stream.safe
    kept = [e.seq for e in read_journal(tmp_path / "j.jsonl")]
    assert kept == sorted(set(kept)) and len(kept) == len(stream.events())
