"""Thresholds and grades are data with a name and a version (``limits.yaml``)."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from agent.model.functions import Result, Tried


@functools.cache
def limits() -> Mapping[str, Any]:
    import yaml

    text = resources.files(__package__).joinpath("limits.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def scheme() -> str:
    """Name and version, printed with every grade."""
    return f"{limits()['name']}-{limits()['version']}"


def functional_grade(tests: Mapping[str, Tried], wanted: Sequence[str]) -> str | None:
    """A to D from the tests alone; None while one that this form of PC needs is missing or was passed over."""
    results = {test: tests[test].result for test in wanted if test in tests}
    if len(results) < len(wanted) or Result.SKIPPED in results.values():
        return None
    failed = {test for test, result in results.items() if result is Result.FAIL}
    if failed & set(limits()["essential"]):
        return "D"
    if failed:
        return "C"
    return "B" if Result.WARN in results.values() else "A"
