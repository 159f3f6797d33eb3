"""Laboratories for tests: real tools on virtual drives over this test's own files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.machine.door import Answer
from agent.machine.drives.bus import Drive
from agent.machine.drives.laboratory import Laboratory
from tests.drives.speaking import Hand

SBIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OpensLab = Callable[..., Laboratory]
Says = Callable[..., Answer]


@pytest.fixture(autouse=True)
def tools_are_there(request: pytest.FixtureRequest) -> None:
    """A test says which tools it runs: ``@pytest.mark.laboratory("nvme")``."""
    for mark in request.node.iter_markers("laboratory"):
        for tool in ("cc", *mark.args):
            if shutil.which(tool, path=SBIN) is None:
                pytest.skip(f"{tool} is not installed: .ci/setup test")


@pytest.fixture(scope="session")
def lab_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("laboratory")


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def open_lab(lab_cache: Path) -> Iterator[OpensLab]:
    """``open_lab(drive, …)`` -> an entered laboratory; left at the end."""
    with ExitStack() as stack:

        def opened(*drives: Drive) -> Laboratory:
            return stack.enter_context(Laboratory(drives, cache=lab_cache))

        yield opened


def say(lab: Laboratory, line: str) -> Answer:
    """One command line, split at blanks."""
    return lab.run(line.split(), timeout_s=30)
