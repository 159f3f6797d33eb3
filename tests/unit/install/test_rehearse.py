"""A rehearsal tells the same story as an install, says that it is one, and touches nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from agent.install.rehearse import rehearse
from agent.machine.clocks import VirtualClock
from agent.model.errors import Fault
from agent.model.events import Event, Kind
from agent.model.job import Job, State, apply
from agent.model.plan import InstallPlan

Events = list[tuple[Kind, Mapping[str, Any]]]


class OnlyAClock:
    """Anything but the clock is an AttributeError: a rehearsal has no use for it."""

    def __init__(self) -> None:
        self.clock = VirtualClock()


def _go(plan: InstallPlan, stop: threading.Event | None = None) -> tuple[Any, Events]:
    events: Events = []
    machine: Any = OnlyAClock()
    result = rehearse(machine, plan, emit=lambda k, p: events.append((k, p)), stop=stop or threading.Event())
    return result, events


@pytest.mark.parametrize("with_image", [True, False])
def test_every_step_is_told_as_rehearsed(install_plan: Any, with_image: bool) -> None:
    plan = install_plan(rehearsed=True, **({} if with_image else {"image": None}))
    result, events = _go(plan)
    assert result.rehearsed and result.ok and result.verified == "none"
    assert [p["step"] for k, p in events if k is Kind.STEP_STARTED] == [s.id for s in plan.steps]
    assert all(p["rehearsed"] is True for _, p in events)
    assert {s.observed for s in result.steps} == {"rehearsed"}
    assert result.seconds == pytest.approx(plan.estimate_s, rel=0.05)


def test_the_events_fold_like_those_of_an_install(install_plan: Any) -> None:
    _, events = _go(install_plan(rehearsed=True))
    job = Job(state=State.ERASED)
    for seq, (kind, params) in enumerate(events):
        job = apply(job, Event(kind=kind, seq=seq, t="", disk="x", params=params))
    assert job.state is State.ERASED and job.install_fraction == 1.0 and job.install_result is not None


def test_a_stop_ends_it(install_plan: Any) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Fault) as caught:
        _go(install_plan(rehearsed=True), stop)
    assert caught.value.error_id == "cancelled" and caught.value.wrote is False


def test_a_real_plan_is_never_rehearsed(install_plan: Any) -> None:
    with pytest.raises(Fault):
        _go(install_plan())
