"""``regain inventory --json`` loads only what reads this PC, and says what the ordinary way says."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from agent.cli import quick
from tests.conftest import REPO


def _run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *argv], capture_output=True, text=True, cwd=REPO, check=True, timeout=60)


@pytest.mark.parametrize(
    ("line", "short"),
    [
        ("inventory --json", True),
        ("--json inventory", False),
        ("inventory", False),
        ("inventory --json --machine x", False),
        ("inventory --json --glpi", False),
        ("--lang en inventory --json", False),
        ("check --json", False),
    ],
)
def test_only_the_bare_line_takes_the_short_way(line: str, short: bool) -> None:
    assert quick.asked(line.split()) is short


@pytest.mark.process
def test_both_ways_give_the_same_document() -> None:
    def facts(*argv: str) -> dict[str, Any]:
        wire: dict[str, Any] = json.loads(_run("-m", "agent", *argv).stdout)
        for moves in ("took_s", "clock"):
            wire.pop(moves)
        return wire

    assert facts("inventory", "--json") == facts("--lang", "en", "inventory", "--json")


@pytest.mark.process
def test_an_error_is_told_in_words_where_no_package_was_looked_for() -> None:
    lines = f"import sys; sys.path.insert(0, {str(REPO)!r}); from agent.cli import guarded\n"
    lines += "from agent.model.errors import Fault\ndef broken(): raise Fault('not-root')\nguarded(broken)"
    told = subprocess.run([sys.executable, "-IS", "-c", lines], capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 3 and "Traceback" not in told.stderr, told.stderr
    assert len(told.stderr.splitlines()) >= 3


@pytest.mark.process
def test_nothing_is_loaded_that_reading_a_pc_does_not_need() -> None:
    told = _run("-X", "importtime", "-m", "agent", "inventory", "--json").stderr
    loaded = {line.rsplit("|", 1)[1].strip() for line in told.splitlines() if line.startswith("import time:")}
    needless = {"typer", "fluent", "pydantic", "yaml", "cryptography", "requests", "textual", "logging", "ctypes"}
    needless |= {"dataclasses", "inspect", "ast"}  # five compiled functions a class, and what makes them
    assert "agent.inventory.collect" in loaded
    assert not {name.split(".")[0] for name in loaded} & needless
    assert not {name for name in loaded if name.startswith(("agent.tui", "agent.erasure", "agent.report"))}
