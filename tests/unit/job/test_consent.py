from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.job.consent import LIFETIME_S, confirms, grant, needed_characters
from agent.machine.clocks import VirtualClock
from agent.machine.warrants import SpentPermits
from agent.model.erasure import Level, Method
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.warrant import Action

METHOD = Method(technique="overwrite", level=Level.CLEAR, passes=1, verify="full", reason="r")


def identity(text: str) -> DiskIdentity:
    return DiskIdentity(text=text, kind="serial", model="M", size_bytes=10)


def plan(*serials: str, exercise: bool = True) -> Plan:
    return Plan(
        machine="f",
        tag=None,
        targets=tuple(Target(identity=identity(s), path="/x", medium="hdd", method=METHOD) for s in serials),
        excluded=(),
        choice=Choice(system=SystemChoice.NONE, profile=None, chosen_by="07"),
        install=None,
        exercise=exercise,
        estimate_s=0.0,
    )


def consent(p: Plan, typed: dict[str, str]):  # type: ignore[no-untyped-def]
    return grant(p, typed, by="07", clock=VirtualClock(), new_id=lambda: "w1")


def test_every_disk_must_be_confirmed() -> None:
    p = plan("AAAA7K2F", "BBBB91C0")
    with pytest.raises(Fault) as caught:
        consent(p, {"AAAA7K2F": "7K2F"})
    assert caught.value.error_id == "confirm-wrong"
    warrant = consent(p, {"AAAA7K2F": "7k2f", "BBBB91C0": "91C0"})
    assert warrant.plan_digest == p.digest
    assert {x.identity.text for x in warrant.permits} == {"AAAA7K2F", "BBBB91C0"}


@pytest.mark.parametrize("typed", ["7K2F", "7k2f", " 7K2F ", "èk2f", "èKéf", "A7K2F"])
def test_what_counts_as_the_end(typed: str) -> None:
    assert confirms(identity("AAAA7K2F"), typed, 4)


@pytest.mark.parametrize("typed", ["", "F", "K2F", "7K2", "AAAA", "7K2FX", "    ", "7K2G"])
def test_what_does_not(typed: str) -> None:
    assert not confirms(identity("AAAA7K2F"), typed, 4)


@given(st.text(max_size=8))
def test_nothing_else_confirms(typed: str) -> None:
    if confirms(identity("S4DXNX0M317K2F"), typed, 4):
        assert len(typed.strip()) >= 4


def test_two_disks_that_end_alike_ask_for_six() -> None:
    assert set(needed_characters(plan("AA117K2F", "BB227K2F")).values()) == {6}
    assert set(needed_characters(plan("AA11QWER", "BB22AZER")).values()) == {6}, "the same keys on the other layout"
    assert set(needed_characters(plan("AAAA7K2F", "BBBB91C0")).values()) == {4}


def test_a_permit_is_spent_once_and_only_for_its_disk() -> None:
    p = plan("AAAA7K2F")
    warrant = consent(p, {"AAAA7K2F": "7K2F"})
    permits, mine = SpentPermits(), identity("AAAA7K2F")
    now = VirtualClock().monotonic()

    def refused(w, i, action, exercise, at=now):  # type: ignore[no-untyped-def]
        with pytest.raises(Fault) as caught:
            permits.spend(w, i, action, now=at, exercise=exercise)
        return caught.value.error_id

    assert refused(None, mine, Action.ERASE, True) == "warrant-missing"
    assert refused(warrant, identity("BBBB91C0"), Action.ERASE, True) == "warrant-other-disk"
    assert refused(warrant, mine, Action.INSTALL, True) == "warrant-other-disk"
    assert refused(warrant, mine, Action.ERASE, False) == "warrant-other-disk", "an exercise never serves a real disk"
    assert refused(warrant, mine, Action.ERASE, True, now + LIFETIME_S + 9) == "warrant-expired"
    bigger = dataclasses.replace(mine, size_bytes=11)
    assert refused(warrant, bigger, Action.ERASE, True) == "warrant-other-disk"
    permits.spend(warrant, mine, Action.ERASE, now=now, exercise=True)
    assert refused(warrant, mine, Action.ERASE, True) == "warrant-spent"


def test_the_digest_follows_every_part_of_the_plan() -> None:
    one = plan("AAAA7K2F")
    assert one.digest == plan("AAAA7K2F").digest
    assert len({one.digest, plan("AAAA7K2G").digest, plan("AAAA7K2F", exercise=False).digest}) == 3
