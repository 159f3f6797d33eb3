"""When the install stays locked (INSTALL design, rule 1, and what bad sectors add to it)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.erasure.ladder import choose
from agent.job.engine import install_lock
from agent.locale import LANGUAGES, words
from agent.model.erasure import Evidence, Level, Outcome
from agent.model.identity import DiskIdentity
from agent.model.plan import Choice, InstallPlan, Plan, SystemChoice
from tests.unit.erasure.samples import SIZE, disk

DISK = DiskIdentity(text="Z3TABCDE", kind="serial", model="ST500DM002", size_bytes=SIZE)
INSTALL = InstallPlan(
    profile="minimal",
    disk=DISK,
    image={},
    identifiers={},
    partition_script="",
    steps=(),
    firmware_mode="uefi",
    rehearsed=False,
    estimate_s=1.0,
)
PLAN = Plan(
    machine="m",
    tag=None,
    targets=(),
    excluded=(),
    choice=Choice(system=SystemChoice.LINUX, profile="minimal", chosen_by="7"),
    install=INSTALL,
    exercise=False,
    estimate_s=1.0,
)


def evidence(outcome: Outcome, *exceptions: str) -> Evidence:
    return Evidence(
        identity=DISK,
        disk={},
        method=choose(disk()),
        plan_digest="",
        warrant_id="",
        outcome=outcome,
        level=Level.CLEAR,
        started="",
        seconds=1.0,
        bytes_total=SIZE,
        bytes_covered=SIZE,
        exceptions=tuple({"id": name, "bytes": 512} for name in exceptions),
    )


@pytest.mark.parametrize(
    ("seen", "lock"),
    [
        (evidence(Outcome.CLEARED), None),
        (evidence(Outcome.PURGED), None),
        (evidence(Outcome.CLEARED_WITH_EXCEPTIONS, "exception-hpa-not-assessed"), None),
        (evidence(Outcome.CLEARED_WITH_EXCEPTIONS, "exception-command-erased-nothing"), None),
        (evidence(Outcome.CLEARED_WITH_EXCEPTIONS, "exception-write-ranges"), "lock-bad-ranges"),
        (evidence(Outcome.CLEARED_WITH_EXCEPTIONS, "exception-dco", "exception-read-ranges"), "lock-bad-ranges"),
        (evidence(Outcome.FAILED, "exception-write-ranges"), "lock-not-proven"),
        (evidence(Outcome.UNKNOWN), "lock-not-proven"),
    ],
)
def test_what_locks_the_install(seen: Evidence, lock: str | None) -> None:
    assert install_lock(PLAN, [seen], stopped=False) == lock
    assert install_lock(replace(PLAN, unproven_reason="pour pièces"), [seen], stopped=False) is None
    assert install_lock(PLAN, [seen], stopped=True) == "lock-stopped"


def test_another_disks_bad_sectors_lock_nothing() -> None:
    other: Any = replace(
        evidence(Outcome.CLEARED_WITH_EXCEPTIONS, "exception-write-ranges"), identity=replace(DISK, text="OTHER123")
    )
    assert install_lock(PLAN, [other, evidence(Outcome.CLEARED)], stopped=False) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_lock_has_its_sentence(lang: str) -> None:
    for lock in ("lock-stopped", "lock-not-proven", "lock-bad-ranges"):
        assert words(lang)(lock)
