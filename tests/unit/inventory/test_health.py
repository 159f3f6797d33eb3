"""Health: judged figures, a pass over memory that finds a stuck bit, and facts that settle no more than they can."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.inventory.collect import collect
from agent.inventory.health import ram, trial
from agent.inventory.health.facts import settled
from agent.inventory.health.limits import functional_grade, limits, scheme
from agent.machine.door import Answer, ToolMissing, ToolTimedOut
from agent.machine.recorded import RecordedMachine
from agent.model.facts import Known, Unreadable
from agent.model.functions import Result, Tried
from agent.model.report import FunctionTest

MACHINES = Path(__file__).resolve().parents[2] / "machines"


class Bytes(bytearray):
    """Memory with one bit that is always set."""


def stuck(size: int, at: int) -> memoryview:
    class Stuck:
        def __init__(self) -> None:
            self.cells = bytearray(size)

        def __len__(self) -> int:
            return size

        def __setitem__(self, where: slice, data: bytes) -> None:
            self.cells[where] = data
            self.cells[at] |= 0x10

        def __getitem__(self, where: slice) -> memoryview:
            return memoryview(bytes(self.cells[where]))

    return Stuck()  # type: ignore[return-value]


def test_good_memory_passes_every_pattern() -> None:
    found = ram.test(memoryview(bytearray(2 * ram.BLOCK)), seconds=60)
    assert (found.errors, found.patterns, found.mib) == (0, found.wanted, 8)
    assert found.wanted == 22


def test_one_stuck_bit_is_found() -> None:
    found = ram.test(stuck(2 * ram.BLOCK, ram.BLOCK + 77), seconds=60)
    assert found.errors > 0 and "block 1" in found.first_error
    told = {name: getattr(found, name) for name in ram.Pass.__slots__}
    assert trial.judge_memory(told).result is Result.FAIL


def test_the_time_is_kept_and_said() -> None:
    ticks = iter(range(0, 1000, 10))
    found = ram.test(memoryview(bytearray(ram.BLOCK)), seconds=25, clock=lambda: float(next(ticks)))
    assert found.patterns < found.wanted
    told = {name: getattr(found, name) for name in ram.Pass.__slots__}
    assert trial.judge_memory(told).reason in ("test-memory-part", "test-too-slow")


@pytest.mark.parametrize(
    ("peak", "slowed", "result"),
    [
        (71.0, 0, "pass"),
        (93.0, 0, "warn"),
        (85.0, 4, "warn"),
        (102.0, 9, "fail"),
        (None, 0, "warn"),
        (60.0, None, "pass"),
    ],
)
def test_heat(peak: float | None, slowed: int | None, result: str) -> None:
    assert trial.judge_heat(peak, slowed).result.value == result


class Warm(RecordedMachine):
    """A PC with a sensor, whose tools answer as told."""

    def __init__(self, answer: bytes | Exception) -> None:
        super().__init__(MACHINES / "lenovo-thinkpad-t480")
        self.answer = answer
        self.asked: list[Sequence[str]] = []

    def glob(self, pattern: str) -> list[str]:
        return {"/sys/class/hwmon/hwmon*": ["/h0"], "/h0/temp*_input": ["/h0/t1", "/h0/t2"]}.get(pattern, [])

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        known = {
            "/h0/name": b"coretemp",
            "/h0/t1": b"61000",
            "/h0/t2": b"64500",
            "/proc/meminfo": b"MemAvailable: 900000 kB",
        }
        return known[path]

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        self.asked.append(argv)
        if isinstance(self.answer, Exception):
            raise self.answer
        return Answer(argv=tuple(argv), exit_status=0, stdout=self.answer, stderr=b"", seconds=0.1)


def test_a_load_with_a_sensor() -> None:
    tried = trial.cpu_stress(Warm(b"{}"), seconds=0.1)
    assert (tried.result, tried.value, tried.unit) == (Result.PASS, 64.5, "°C")


def test_memory_is_bounded_by_what_is_free() -> None:
    machine = Warm(json.dumps({"mib": 656, "patterns": 22, "wanted": 22, "errors": 0}).encode())
    tried = trial.ram(machine)
    assert (tried.result, tried.value) == (Result.PASS, 656.0)
    assert machine.asked[0][-2:] == [str(900000 // 1024 * 75 // 100), "60"]


@pytest.mark.parametrize("broken", [ToolMissing("x"), ToolTimedOut("x"), b"", b"[1]", b"Killed"], ids=repr)
def test_a_test_that_could_not_be_done_is_never_passed(broken: Any) -> None:
    for test in (trial.ram, trial.cpu_stress):
        if test is trial.cpu_stress and isinstance(broken, bytes):
            continue
        tried = test(Warm(broken), seconds=0.1)
        assert tried.result is Result.SKIPPED and tried.reason


def ids(name: str) -> dict[str, Tried]:
    return {t.id: t for t in settled(collect(RecordedMachine(MACHINES / name)))}


def test_facts_settle_what_they_can_and_no_more() -> None:
    t480 = ids("lenovo-thinkpad-t480")
    assert t480["battery"].result in (Result.PASS, Result.WARN) and t480["battery"].unit == "%"
    assert not {"keyboard", "display", "wifi", "webcam", "ram", "cpu_stress", "speakers"} & set(t480)
    desk = ids("dell-optiplex-7010")
    assert desk["battery"].result is Result.NOT_APPLICABLE
    assert desk["cmos_battery"].result is Result.FAIL
    assert ids("hp-elitebook-840-g3")["bios_password"].result is Result.FAIL


def test_nothing_unreadable_settles_anything() -> None:
    found = collect(RecordedMachine(MACHINES / "lenovo-thinkpad-t480"))
    lost = dataclasses.replace(
        found, batteries=Unreadable("x"), network=Unreadable("x"), disks=Unreadable("x"),
        radios=Known((), "x"),
    )  # fmt: skip
    assert not {"battery", "wifi", "ethernet", "disk_smart"} & {t.id for t in settled(lost)}


@pytest.mark.parametrize("name", sorted(p.name for p in MACHINES.iterdir() if p.is_dir()))
def test_every_result_fits_the_report(name: str) -> None:
    for tried in ids(name).values():
        FunctionTest.model_validate(tried.wire())
        assert tried.result is not Result.NOT_APPLICABLE or tried.reason


def grade_of(**results: str) -> str | None:
    wanted = ("keyboard", "display", "wifi", "fan")
    tests = {n: Tried(id=n, result=Result(r), mode="manual") for n, r in results.items()}
    return functional_grade(tests, wanted)


def test_grades() -> None:
    fine: Callable[..., str | None] = lambda **more: grade_of(  # noqa: E731
        **{"keyboard": "pass", "display": "pass", "wifi": "pass", "fan": "pass", **more}
    )
    assert fine() == "A"
    assert fine(wifi="not_applicable") == "A"
    assert fine(fan="warn") == "B"
    assert fine(wifi="fail") == "C"
    assert fine(keyboard="fail", wifi="fail") == "D"
    assert fine(fan="skipped") is None
    assert grade_of(keyboard="pass") is None
    assert scheme() == f"regain-{limits()['version']}"
