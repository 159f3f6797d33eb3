"""What the stick is made of, as values."""

from __future__ import annotations

import json
from pathlib import Path

from iso.recipe import (
    HERE,
    REPO,
    Recipe,
    epoch_of,
    project_version,
    read_packages,
    runtime_requirements,
    tree_digest,
)

PYPROJECT = (REPO / "pyproject.toml").read_text(encoding="utf-8")


def recipe(**changes: object) -> Recipe:
    values = {"version": "0.1.0", "commit": "abc", "epoch": 1_790_000_000, "out": Path("build"), **changes}
    return Recipe(**values)  # type: ignore[arg-type]


def test_packages_are_one_a_line_without_remarks() -> None:
    assert read_packages("# title\n\nudev\nnvme-cli  # disks\n") == ["udev", "nvme-cli"]
    packages = read_packages((HERE / "packages.txt").read_text(encoding="utf-8"))
    assert len(packages) == len(set(packages))
    assert {"live-boot", "shim-signed", "hdparm", "fonts-dejavu-core", "network-manager"} <= set(packages)


def test_the_stick_gets_neither_the_registry_nor_the_tests() -> None:
    names = " ".join(runtime_requirements(PYPROJECT))
    assert "textual" in names and "weasyprint" in names
    assert not any(other in names for other in ("fastapi", "sqlalchemy", "pytest", "mypy"))


def test_dates_come_from_source_date_epoch() -> None:
    assert epoch_of({"SOURCE_DATE_EPOCH": "1790000000"}, 5.0) == 1_790_000_000
    assert epoch_of({}, 1_795_000_000.7) == 1_795_000_000
    assert recipe().built == "2026-09-21T14:13:20Z"


def test_the_marker_says_which_stick_this_is() -> None:
    facts = json.loads(recipe(version=project_version(PYPROJECT)).marker())
    assert facts == {
        "version": project_version(PYPROJECT),
        "built": "2026-09-21T14:13:20Z",
        "commit": "abc",
        "suite": "trixie",
    }


def test_two_builds_have_two_tokens() -> None:
    assert recipe().token == recipe().token
    assert len({recipe().token, recipe(commit="abd").token, recipe(epoch=1_790_000_001).token}) == 3


def test_another_package_makes_another_tree() -> None:
    assert tree_digest(["a", "b"]) == tree_digest(["b", "a"]) != tree_digest(["a", "b", "c"])
