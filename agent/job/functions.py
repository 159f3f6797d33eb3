"""Function tests and grades of one PC: what its form needs, what is done, what the grades are. Pure, but for the trial.

The results go into the stream of events, and from there into the signed report; after the signature nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.inventory.health import trial
from agent.inventory.health.limits import functional_grade, scheme
from agent.machine.door import Machine
from agent.model.functions import Tried, from_wire
from agent.model.job import Job
from agent.report.wording import REQUIRED_TESTS, form_of_chassis

ORDER = (
    *("keyboard", "touchpad", "touchscreen", "display", "speakers", "microphone", "webcam"),
    *("usb_ports", "video_outputs", "ethernet", "wifi", "bluetooth", "charger", "battery"),
    *("cpu_stress", "ram", "disk_smart", "fan", "chassis"),
    *("bios_password", "enrolment_lock", "cmos_battery", "tpm", "secure_boot", "windows_key"),
)
"""As a technician goes round a PC: hands and eyes first, then plugs, then what the machine does alone."""

TIMED = ("cpu_stress", "ram")


def wanted(job: Job) -> tuple[str, ...]:
    """Tests that this form of PC needs (all of them when the form is not known), in the order of the round."""
    chassis = (job.inventory or {}).get("chassis") or {}
    needed = REQUIRED_TESTS[form_of_chassis(chassis.get("type") if isinstance(chassis, Mapping) else None)]
    return tuple(test for test in ORDER if test in needed)


def done(job: Job) -> Mapping[str, Tried]:
    return {name: from_wire(wire) for name, wire in job.tests.items()}


def grade(job: Job) -> dict[str, Any] | None:
    """The report's Grade; None when neither a person nor the tests gave one."""
    functional = functional_grade(done(job), wanted(job))
    if functional is None and job.cosmetic is None:
        return None
    told = {"scheme": scheme(), "cosmetic": job.cosmetic, "functional": functional}
    return {key: value for key, value in told.items() if value is not None}


def results(job: Job) -> Sequence[Mapping[str, Any]]:
    """As the report carries them, in the order of the round."""
    return [job.tests[name] for name in ORDER if name in job.tests]


def run_timed(machine: Machine, tell: Callable[[Tried], None]) -> None:
    """The minute of load, then the pass over memory; each is told as it ends."""
    tell(trial.cpu_stress(machine))
    tell(trial.ram(machine))


def camera_names(job: Job) -> Sequence[str]:
    names = (job.inventory or {}).get("webcams")
    return [str(name) for name in names] if isinstance(names, (list, tuple)) else []
