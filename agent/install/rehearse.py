"""The same steps on a bench that cannot write a system: shown, paced, reported as rehearsed. Touches nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from agent.install.execute import result
from agent.machine.door import Machine
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.install import InstallResult, StepResult
from agent.model.plan import InstallPlan, Step

Emit = Callable[[Kind, Mapping[str, Any]], None]

_UNPACK_SHARE = 0.7  # of the estimate; measured on the reference machine
_SLICES = 20


def rehearse(machine: Machine, plan: InstallPlan, *, emit: Emit, stop: threading.Event) -> InstallResult:
    """Emit every step of the plan with ``rehearsed: true``. Raises Fault cancelled; never writes."""
    if not plan.rehearsed:
        raise Fault("warrant-other-disk", disk=plan.disk.suffix, other="real plan")
    clock = machine.clock
    started = clock.monotonic()
    emit(Kind.INSTALL_STARTED, {"profile": plan.profile, "steps": len(plan.steps), "rehearsed": True})
    done: list[StepResult] = []
    finished = False
    try:
        for index, step in enumerate(plan.steps, start=1):
            if stop.is_set():
                raise Fault("cancelled", wrote=False)
            done.append(_one(machine, plan, step, index, emit=emit, stop=stop))
        finished = True
    finally:
        seconds = round(clock.monotonic() - started, 3)
        end = {"ok": finished, "verified": "none", "seconds": seconds, "rehearsed": True}
        emit(Kind.INSTALL_FINISHED, end)
    return result(plan, tuple(done), seconds=seconds)


def _one(
    machine: Machine, plan: InstallPlan, step: Step, index: int, *, emit: Emit, stop: threading.Event
) -> StepResult:
    clock = machine.clock
    emit(Kind.STEP_STARTED, {"step": step.id, "index": index, "total": len(plan.steps), "rehearsed": True})
    started = clock.monotonic()
    if step.id == "step-unpack":
        _unpack(machine, plan, emit=emit, stop=stop)
    else:
        clock.sleep(plan.estimate_s * (1 - _UNPACK_SHARE) / max(1, len(plan.steps) - 1))
    seconds = round(clock.monotonic() - started, 3)
    emit(Kind.STEP_FINISHED, {"step": step.id, "seconds": seconds, "observed": "rehearsed", "rehearsed": True})
    return StepResult(step=step.id, seconds=seconds, observed="rehearsed")


def _unpack(machine: Machine, plan: InstallPlan, *, emit: Emit, stop: threading.Event) -> None:
    """Progress at the pace of the estimate. Without an image there are no bytes to count: slices stand for them."""
    total = int(plan.image.get("unpacked_bytes") or _SLICES)
    whole = plan.estimate_s * _UNPACK_SHARE
    for number in range(1, _SLICES + 1):
        if stop.is_set():
            raise Fault("cancelled", wrote=False)
        machine.clock.sleep(whole / _SLICES)
        emit(
            Kind.PROGRESS,
            {
                "phase": "install",
                "done": total * number // _SLICES,
                "total": total,
                "bytes_per_s": round(total / whole, 1) if whole else 0.0,
                "eta_s": round(whole * (_SLICES - number) / _SLICES, 1),
                "rehearsed": True,
            },
        )
