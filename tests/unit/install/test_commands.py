"""``regain profile`` and ``regain image`` as scripts see them: exit codes and JSON; and what unlocks an install."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from agent.cli import install as commands
from agent.install.manifest import with_entry, write_manifest
from agent.install.profiles import folder
from agent.model.errors import Fault
from agent.model.profile import Manifest

from .conftest import recorded_entry


def _run(*argv: str) -> Any:
    app = typer.Typer()
    commands.register(app)
    return CliRunner().invoke(app, list(argv))


def test_good_profiles_end_with_zero() -> None:
    result = _run("profile", "check", *(str(p) for p in folder().glob("*.yaml")), "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0 and answer["ok"] is True
    assert all(row["ok"] and row["problems"] == [] for row in answer["files"])


def test_a_bad_profile_ends_with_seven_and_names_every_mistake(tmp_path: Path) -> None:
    text = (folder() / "minimal.yaml").read_text(encoding="utf-8")
    bad = tmp_path / "minimal.yaml"
    bad.write_text(text.replace("kind: zram", "kind: zrm").replace("percent:", "per_cent:"), encoding="utf-8")
    result = _run("profile", "check", str(bad), "--json")
    problems = json.loads(result.stdout)["files"][0]["problems"]
    assert result.exit_code == 7
    assert {(p["path"], p["suggestion"]) for p in problems} >= {
        ("storage.swap.kind", "zram"),
        ("storage.swap.per_cent", "percent"),
    }
    assert all(p["message"] and p["line"] >= 0 for p in problems)
    plain = _run("profile", "check", str(bad))
    assert (
        plain.exit_code == 7 and "storage.swap.kind" in plain.stdout and "« zram »" in plain.stdout.replace("\xa0", " ")
    )


def test_profiles_are_listed_with_what_they_ask() -> None:
    rows = json.loads(_run("profile", "list", "--json").stdout)
    minimal = next(r for r in rows if r["id"] == "minimal")
    assert minimal["hidden"] is True and minimal["schema"] == "regain-profile/1" and minimal["for"] == "test"


def test_images_are_listed_with_their_status(tmp_path: Path, recording: Any) -> None:
    write_manifest(tmp_path, with_entry(Manifest(), recorded_entry(recording)))
    answer = json.loads(_run("image", "list", "--out", str(tmp_path), "--json").stdout)
    assert answer["images"][0]["status"] == "unproven" and answer["images"][0]["present"] is False
    assert "minimal" in _run("image", "list", "--out", str(tmp_path)).stdout


def test_nothing_is_confirmed_without_reports(tmp_path: Path, recording: Any) -> None:
    missing = _run("image", "confirm", "minimal", "--out", str(tmp_path)).exception
    assert isinstance(missing, Fault) and missing.error_id == "image-missing"
    write_manifest(tmp_path, with_entry(Manifest(), recorded_entry(recording)))
    refused = _run("image", "confirm", "minimal", "--out", str(tmp_path)).exception
    assert isinstance(refused, Fault) and refused.error_id == "image-unconfirmed" and refused.exit_code == 3


def test_an_empty_reason_unlocks_nothing() -> None:
    argv = ("install", "/dev/null", "--profile", "minimal", "--image", "/x", "--confirm", "ABCD", "--unproven", " ")
    fault = _run(*argv).exception
    assert isinstance(fault, Fault) and fault.error_id == "usage"


def _report(**changes: Any) -> dict[str, Any]:
    erasure = {"disk": {"identity": "S3Z5NB0K"}, "outcome": "cleared", "rehearsal": False}
    return {"exercise": False, "erasures": [erasure | changes.pop("erasure", {})], **changes}


@pytest.mark.parametrize(
    ("report", "proves"),
    [
        (_report(), True),
        (_report(erasure={"outcome": "purged"}), True),
        (_report(erasure={"outcome": "cleared_with_exceptions"}), True),
        (_report(erasure={"outcome": "failed"}), False),
        (_report(erasure={"outcome": "unknown"}), False),
        (_report(erasure={"outcome": "interrupted"}), False),
        (_report(erasure={"outcome": "refused"}), False),
        (_report(erasure={"rehearsal": True}), False),
        (_report(erasure={"disk": {"identity": "OTHER"}}), False),
        (_report(exercise=True), False),
        ({"exercise": False, "erasures": []}, False),
        ({}, False),
    ],
)
def test_only_a_real_proven_erasure_of_this_disk_unlocks(report: dict[str, Any], proves: bool) -> None:
    assert commands.proves_erased(report, "S3Z5NB0K") is proves


@pytest.mark.parametrize(
    ("kinds", "locks"),
    [
        ([], False),
        (["exception-hpa-not-assessed", "exception-bridge-not-assessed", "exception-command-erased-nothing"], False),
        (["exception-hpa-not-assessed", "exception-write-ranges"], True),
        (["exception-read-ranges"], True),
        (["exception-write"], True),
    ],
)
def test_sectors_that_no_longer_work_need_a_reason_and_other_exceptions_do_not(kinds: list[str], locks: bool) -> None:
    bad = _report(erasure={"outcome": "cleared_with_exceptions", "exceptions": [{"kind": kind} for kind in kinds]})
    assert commands.has_bad_ranges(bad, "S3Z5NB0K") is locks and not commands.has_bad_ranges(bad, "OTHER")
    later = {**bad, "erasures": [*bad["erasures"], *_report()["erasures"]]}
    assert not commands.has_bad_ranges(later, "S3Z5NB0K"), "the last erasure counts"


def test_the_last_erasure_of_a_disk_counts() -> None:
    good, bad = _report()["erasures"][0], _report(erasure={"outcome": "failed"})["erasures"][0]
    assert not commands.proves_erased({"exercise": False, "erasures": [good, bad]}, "S3Z5NB0K")
    assert commands.proves_erased({"exercise": False, "erasures": [bad, good]}, "S3Z5NB0K")
