"""The two tests that take a minute: temperature under a load, and memory. Each answers with what was measured."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Mapping
from typing import Any

from agent.inventory.asking import NEEDS_ROOT, ask, read_word
from agent.inventory.health.limits import limits
from agent.machine.door import Machine
from agent.model.facts import Unreadable
from agent.model.functions import Result, Tried

_HWMON = "/sys/class/hwmon"
_CPU_SENSORS = {"coretemp", "k10temp", "zenpower", "cpu_thermal", "via_cputemp"}
_ZONES = "/sys/class/thermal"
_THROTTLES = "/sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/*_throttle_count"
_SAMPLE_S = 0.5
_GRACE_S = 20.0


def temperature(machine: Machine) -> float | None:
    """The hottest sensor of the processor, °C; None when there is none (virtual machines have none)."""
    found = []
    for path in machine.glob(f"{_HWMON}/hwmon*"):
        if read_word(machine, f"{path}/name") in _CPU_SENSORS:
            found += [read_word(machine, sensor) for sensor in machine.glob(f"{path}/temp*_input")]
    if not found:
        for path in machine.glob(f"{_ZONES}/thermal_zone*"):
            if read_word(machine, f"{path}/type") in ("x86_pkg_temp", "acpitz"):
                found.append(read_word(machine, f"{path}/temp"))
    values = [int(text) / 1000 for text in found if text and re.fullmatch(r"\d{1,6}", text)]
    return max((v for v in values if 0 < v < 150), default=None)


def throttles(machine: Machine) -> int | None:
    counts = [read_word(machine, path) for path in machine.glob(_THROTTLES)]
    numbers = [int(text) for text in counts if text and text.isdigit()]
    return sum(numbers) if numbers else None


def cpu_stress(machine: Machine, *, seconds: float | None = None) -> Tried:
    """Every processor busy for a minute: the highest temperature, and whether the processor had to slow itself down."""
    rule = limits()["cpu_stress"]
    lasts = float(rule["seconds"] if seconds is None else seconds)
    before, peak = throttles(machine), temperature(machine)
    over = threading.Event()
    seen: list[float] = [peak] if peak is not None else []

    def watch() -> None:
        while not over.wait(_SAMPLE_S):
            if (now := temperature(machine)) is not None:
                seen.append(now)

    watcher = threading.Thread(target=watch, name="temperature", daemon=True)
    watcher.start()
    argv = [sys.executable, "-m", "agent.inventory.health.burn", f"{lasts:g}"]
    answer = ask(machine, argv, timeout_s=lasts + _GRACE_S)
    over.set()
    watcher.join(_SAMPLE_S * 4)
    if isinstance(answer, Unreadable) or answer.exit_status:
        return _not_done("cpu_stress", answer.error if isinstance(answer, Unreadable) else "test-broke")
    slowed = None if before is None else (throttles(machine) or before) - before
    return judge_heat(max(seen, default=None), slowed)


def judge_heat(peak: float | None, slowed: int | None) -> Tried:
    """A load that was carried without a sensor to look at is *worth a look*: the fan must be heard."""
    rule = limits()["cpu_stress"]
    if peak is None:
        return Tried(id="cpu_stress", result=Result.WARN, mode="auto", reason="test-no-sensor")
    result, reason = Result.PASS, ""
    if peak >= rule["fail_celsius"]:
        result, reason = Result.FAIL, "test-too-hot"
    elif peak >= rule["warn_celsius"] or (slowed or 0) >= rule["warn_throttles"]:
        result, reason = Result.WARN, "test-hot" if peak >= rule["warn_celsius"] else "test-slowed"
    return Tried(id="cpu_stress", result=result, mode="auto", reason=reason, value=round(peak, 1), unit="°C")


def ram(machine: Machine, *, seconds: float | None = None, mib: int | None = None) -> Tried:
    """One pass over most of what is free. The value is how much was tested, MiB: never the whole memory."""
    rule = limits()["ram"]
    lasts = float(rule["seconds"] if seconds is None else seconds)
    free = _available_mib(machine)
    if free is None:
        return _not_done("ram", "not there: /proc/meminfo")
    share = mib or free * int(rule["share_percent"]) // 100
    if share < rule["least_mib"]:
        return _not_done("ram", "test-no-free-memory")
    argv = [sys.executable, "-m", "agent.inventory.health.ram", str(share), f"{lasts:g}"]
    answer = ask(machine, argv, timeout_s=lasts * 2 + _GRACE_S)  # the pattern that is under way is finished
    if isinstance(answer, Unreadable):
        return _not_done("ram", answer.error)
    try:
        told: Mapping[str, Any] = json.loads(answer.stdout)
        return judge_memory(told)
    except (ValueError, KeyError, TypeError):
        return _not_done("ram", "test-broke")


def judge_memory(told: Mapping[str, Any]) -> Tried:
    mib = float(told["mib"])

    def answer(result: Result, reason: str = "") -> Tried:
        return Tried(id="ram", result=result, mode="auto", reason=reason, value=mib, unit="MiB")

    if told["errors"]:
        return answer(Result.FAIL, "test-memory-errors")
    if told["patterns"] < min(3, told["wanted"]):
        return answer(Result.SKIPPED, "test-too-slow")
    return answer(Result.PASS, "" if told["patterns"] == told["wanted"] else "test-memory-part")


def _available_mib(machine: Machine) -> int | None:
    found = re.search(r"^MemAvailable:\s+(\d+) kB", read_word(machine, "/proc/meminfo") or "", re.MULTILINE)
    return int(found[1]) >> 10 if found else None


def _not_done(test: str, why: str) -> Tried:
    """A tool that is missing, late or broken: the test is passed over, with the reason; never a pass."""
    kind = why.partition(": ")[0]
    reason = {"time-out": "test-late", "tool missing": "test-no-tool", NEEDS_ROOT: "test-needs-root"}.get(kind, why)
    return Tried(id=test, result=Result.SKIPPED, mode="auto", reason=reason)
