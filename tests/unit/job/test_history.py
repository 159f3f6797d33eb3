"""What the journals of earlier runs say of a job that was cut after its disk had been erased."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.job.history import close_runs, cut_later, cut_runs, liars
from agent.model.events import Event, Kind

ERASED = [
    (Kind.ERASURE_STARTED, "D1", {"method": {}, "bytes_total": 1, "resumed": False}),
    (Kind.ERASURE_FINISHED, "D1", {"outcome": "cleared"}),
]
INSTALLING = [*ERASED, (Kind.INSTALL_STARTED, "D1", {"profile": "minimal", "steps": 9, "rehearsed": False})]
INSTALLED = [*INSTALLING, (Kind.INSTALL_FINISHED, "D1", {"ok": True, "verified": "checked", "seconds": 1.0})]
SIGNED = [*INSTALLED, (Kind.RECORD_SIGNED, None, {"report_id": "r", "number": "n", "sha256": "s", "path": "p"})]
END = (Kind.JOB_FINISHED, None, {"outcome": "done", "exit_code": 0})


def write(folder: Path, name: str, events: list[tuple[Kind, str | None, dict[str, object]]]) -> None:
    lines = [
        json.dumps(Event(kind=kind, seq=seq, t="2026-11-25T10:00:00Z", disk=disk, params=params).to_wire())
        for seq, (kind, disk, params) in enumerate(events, start=1)
    ]
    (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (ERASED[:1], {}),  # cut in mid-erasure: another story, that of the resume point
        (ERASED, {"D1": "record"}),
        (INSTALLING, {"D1": "install"}),
        (INSTALLED, {"D1": "record"}),
        (SIGNED, {}),
        ([*INSTALLING, END], {}),
    ],
    ids=["erasing", "erased", "installing", "installed", "signed", "ended"],
)
def test_where_it_was_cut(
    tmp_path: Path, events: list[tuple[Kind, str | None, dict[str, object]]], told: dict[str, str]
) -> None:
    write(tmp_path, "1", events)
    assert cut_later(tmp_path) == told


def test_a_later_job_that_ended_settles_it(tmp_path: Path) -> None:
    write(tmp_path, "1", INSTALLING)
    write(tmp_path, "2", [])
    (tmp_path / "2.jsonl").write_text("")
    assert cut_later(tmp_path) == {"D1": "install"}
    write(tmp_path, "3", [*SIGNED, END])
    assert cut_later(tmp_path) == {}


def test_an_erasure_that_ended_in_a_later_run_is_not_resumed_again(tmp_path: Path) -> None:
    """Cut in the wipe, then in the install: only the install is still to be done."""
    write(tmp_path, "1", ERASED[:1])
    assert [run.disks for run in cut_runs(tmp_path)] == [("D1",)]
    write(tmp_path, "2", INSTALLING)
    assert cut_runs(tmp_path) == [] and cut_later(tmp_path) == {"D1": "install"}
    write(tmp_path, "3", [*SIGNED, END])
    close_runs(tmp_path, ["D1"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.jsonl.resumed", "2.jsonl", "3.jsonl"]
    assert cut_runs(tmp_path) == [] and cut_later(tmp_path) == {}


def test_a_drive_that_lied_is_remembered(tmp_path: Path) -> None:
    lied = {"outcome": "failed", "method": "nvme-format", "reasons": ["reason-command-erased-nothing"]}
    write(tmp_path, "1", [ERASED[0], (Kind.ERASURE_FINISHED, "D1", lied), END])
    write(tmp_path, "2", [(ERASED[0][0], "D2", ERASED[0][2]), (Kind.ERASURE_FINISHED, "D2", {**lied, "reasons": []})])
    assert liars(tmp_path) == {"D1"}
    assert liars(tmp_path, last_run_only=True) == set()
