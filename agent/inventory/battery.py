"""Batteries and mains: /sys/class/power_supply, upower's text, and the design figures of SMBIOS type 22.

Two packs are normal; a cycle count of 0 is not known; more than the design counts as as-new; a design of 0 cannot
be read (ELIGIBILITY design, section 2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from agent.inventory.asking import read_word, uevent
from agent.inventory.text import Noise, count, guarded, known_if, to_text, told
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.inventory import Battery
from agent.model.value import value

_CLASS = "/sys/class/power_supply"
_MICRO = 1_000_000


@value
class PowerProbe:
    batteries: MaybeFact[tuple[Battery, ...]]
    mains: MaybeFact[bool]


@guarded
def parse_power_supply(data: bytes | str) -> Battery:
    """One battery's ``uevent`` (Linux Documentation/ABI/testing/sysfs-class-power): µWh, or µAh with a voltage."""
    pairs = (line.split("=", 1) for line in to_text(data).splitlines() if line.startswith("POWER_SUPPLY_"))
    found = {key.removeprefix("POWER_SUPPLY_"): value.strip() for key, *rest in pairs for value in rest}
    if found.get("TYPE", "Battery") != "Battery" or "NAME" not in found:
        raise Noise("not a battery")
    return _battery(found, "power_supply")


def _battery(found: Mapping[str, str], source: str) -> Battery:
    design, full = _energy(found, "_FULL_DESIGN"), _energy(found, "_FULL")
    cycles = count(found.get("CYCLE_COUNT"))
    return Battery(
        name=told(found.get("MODEL_NAME") or found.get("NAME"), source),
        manufacturer=told(found.get("MANUFACTURER"), source),
        design_wh=Known(round(design, 2), source) if design else Unreadable("design capacity not told"),
        full_wh=Known(round(full, 2), source) if full else Unreadable("full capacity not told"),
        wear_percent=wear(design, full, source),
        cycles=Known(cycles, source) if cycles else Unreadable("not counted"),
        charge_percent=known_if(count(found.get("CAPACITY")), source),
        state=told(found.get("STATUS"), source),
    )


def wear(design: float | None, full: float | None, source: str) -> MaybeFact[float]:
    """Percent of the design lost; 0 for a pack that holds more than its design."""
    if not design or full is None:
        return Unreadable("capacity not told")
    return Known(round(max(0.0, 100 - 100 * full / design), 1), source)


def _energy(found: Mapping[str, str], suffix: str) -> float | None:
    """Watt-hours."""
    energy = count(found.get(f"ENERGY{suffix}"))
    if energy is not None:
        return energy / _MICRO
    charge, voltage = count(found.get(f"CHARGE{suffix}")), count(found.get("VOLTAGE_MIN_DESIGN"))
    return charge * voltage / _MICRO / _MICRO if charge is not None and voltage else None


@guarded
def parse_upower(data: bytes | str) -> tuple[Battery, ...]:
    """Batteries in ``upower -d`` or ``upower -i``; peripherals (mice, phones) are left out."""
    text = to_text(data)
    if "native-path" not in text:
        raise Noise("not upower's answer")
    found = []
    for part in re.split(r"^Device: .*$", text, flags=re.MULTILINE):
        if "DisplayDevice" in part or not re.search(r"^ {2}battery\s*$", part, re.MULTILINE):
            continue
        lines = (line.split(":", 1) for line in part.splitlines() if ":" in line)
        pairs = {key.strip(): value.strip() for key, value in lines}
        if pairs.get("power supply", "yes") == "yes" and pairs.get("native-path"):
            found.append(_upower_battery(pairs))
    return tuple(found)


def _upower_battery(pairs: Mapping[str, str]) -> Battery:
    source = "upower"

    def figure(name: str) -> float | None:
        match = re.match(r"(\d+(?:[.,]\d+)?)", pairs.get(name, ""))
        return float(match[1].replace(",", ".")) if match else None

    design, full, percent = figure("energy-full-design"), figure("energy-full"), figure("percentage")
    cycles = count(pairs.get("charge-cycles"))
    return Battery(
        name=told(pairs.get("model") or pairs.get("native-path"), source),
        manufacturer=told(pairs.get("vendor"), source) if "vendor" in pairs else None,
        design_wh=Known(design, source) if design else Unreadable("design capacity not told"),
        full_wh=Known(full, source) if full else Unreadable("full capacity not told"),
        wear_percent=wear(design, full, source),
        cycles=Known(cycles, source) if cycles else None,
        charge_percent=known_if(None if percent is None else round(percent), source),
        state=told(pairs.get("state"), source) if "state" in pairs else None,
    )


def probe(machine: Machine) -> PowerProbe:
    """Batteries of the PC itself, and whether the mains is plugged in."""
    if not machine.exists(_CLASS):
        why = Unreadable(f"not there: {_CLASS}")
        return PowerProbe(batteries=why, mains=why)
    batteries: list[Battery] = []
    mains: list[bool] = []
    for path in machine.glob(f"{_CLASS}/*"):
        told_of = uevent(machine, f"{path}/uevent") or {}
        kind = read_word(machine, f"{path}/type") or told_of.get("POWER_SUPPLY_TYPE", "")
        if kind in ("Mains", "USB", "USB_C") and "POWER_SUPPLY_ONLINE" in told_of:
            mains.append(told_of["POWER_SUPPLY_ONLINE"] == "1")
        if kind == "Battery" and told_of.get("POWER_SUPPLY_SCOPE") != "Device":
            if told_of.get("POWER_SUPPLY_PRESENT") == "0":
                continue
            found = {key.removeprefix("POWER_SUPPLY_"): value for key, value in told_of.items()}
            batteries.append(_battery({"NAME": PurePosixPath(path).name, **found}, "power_supply"))
    return PowerProbe(
        batteries=Known(tuple(batteries), _CLASS) if batteries else Absent("no battery in the bay"),
        mains=Known(any(mains), _CLASS) if mains else Absent("no mains supply is told"),
    )
