"""The rehearsal bench with drives of the laboratory: what a trainee sees, and what is left in the file behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.machine.rehearsal import FORMER_CONTENT
from tests.conftest import REPO
from tests.unit.cli.test_bench import regain

pytestmark = [pytest.mark.laboratory("nvme"), pytest.mark.process, pytest.mark.net]
RECIPE = str(REPO / "profiles" / "recipes" / "effacer.yaml")


def events(home: Path, *faults: str) -> tuple[int, list[dict[str, object]]]:
    named = [word for fault in faults for word in ("--fault", fault)]
    done = regain("bench", "--machine", "lenovo-thinkpad-t480", "--json", "--recipe", RECIPE, *named, home=home)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def ended(stream: list[dict[str, object]]) -> dict[str, object]:
    return next(e for e in stream if e["event"] == "erasure_finished")


def content(home: Path) -> bytes:
    [image] = (home / "bench" / "disks" / "lenovo-thinkpad-t480").glob("*.img")
    return image.read_bytes()


@pytest.mark.exercises("nvme-sanitize-crypto-block", how="drive laboratory")
def test_the_recorded_drive_is_sanitized_with_the_real_tool(tmp_path: Path) -> None:
    code, stream = events(tmp_path)
    end = ended(stream)
    assert code == 0 and (end["outcome"], end["level"]) == ("purged", "purge"), end
    sent = [e["argv"] for e in stream if e["event"] == "command_started"]
    assert sent == [["nvme", "sanitize", "/dev/nvme0n1", "-a", action, "-u"] for action in ("4", "2")]
    states = [e["state"] for e in stream if e["event"] == "drive_status"]
    assert states.count("completed") == 2 and "in_progress" in states
    left = content(tmp_path)
    assert FORMER_CONTENT not in left and not any(left)


def test_a_drive_that_lies_fails_and_the_next_plan_does_without_its_word(tmp_path: Path) -> None:
    code, stream = events(tmp_path, "drive-lies")
    assert code == 4 and ended(stream)["outcome"] == "failed"
    assert ended(stream)["reasons"] == ["reason-command-erased-nothing"]
    assert FORMER_CONTENT in content(tmp_path)
    code, stream = events(tmp_path, "drive-lies")
    assert code == 0 and (ended(stream)["outcome"], ended(stream)["method"]) == ("cleared", "overwrite")
    assert FORMER_CONTENT not in content(tmp_path)


@pytest.mark.exercises("overwrite", how="drive laboratory", on=["NVMe"])
def test_a_drive_that_refuses_is_overwritten_as_the_plan_says(tmp_path: Path) -> None:
    code, stream = events(tmp_path, "drive-refuses")
    assert code == 0 and (ended(stream)["outcome"], ended(stream)["level"]) == ("cleared", "clear")
    gone = [(e["technique"], e["reason"]) for e in stream if e["event"] == "fell_back"]
    assert len(gone) == 4 and {reason for _, reason in gone} == {"skip-refused-by-drive"}


def test_a_sanitize_that_never_ends_is_unknown(tmp_path: Path) -> None:
    code, stream = events(tmp_path, "drive-never-ends")
    assert code == 4 and ended(stream)["outcome"] == "unknown"
    assert ended(stream)["reasons"] == ["reason-sanitize-no-end"]
