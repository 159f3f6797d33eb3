"""What the inventory settles by itself: a part that is not there, a battery's wear, a setup password.

Only that. A Wi-Fi chip with an interface, or a webcam with a name, has not been tried: a person does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from agent.inventory.health.limits import limits
from agent.model.facts import Absent, Known, MaybeFact, known
from agent.model.functions import Result, Tried
from agent.model.inventory import Inventory


def settled(inventory: Inventory) -> tuple[Tried, ...]:
    return tuple(found for rule in _RULES for found in rule(inventory))


def _auto(test: str, result: Result, reason: str = "", value: float | None = None, unit: str = "") -> Tried:
    return Tried(id=test, result=result, mode="auto", reason=reason, value=value, unit=unit)


def _battery(inventory: Inventory) -> Iterator[Tried]:
    """The worst pack counts. None in the bay is a fault on a portable PC, which only its form tells."""
    fact = inventory.batteries
    packs = known(fact) or ()
    left = [100 - worn for pack in packs if (worn := known(pack.wear_percent)) is not None]
    steps = limits()["battery"]
    if left:
        worst = round(min(left), 1)
        good, fair = worst >= steps["good_percent"], worst >= steps["fair_percent"]
        reason = "" if good else "test-battery-worn" if fair else "test-battery-replace"
        result = Result.PASS if good else Result.WARN if fair else Result.FAIL
        yield _auto("battery", result, reason, worst, "%")
    elif not packs and isinstance(fact, (Known, Absent)) and _portable(inventory) is False:
        yield _auto("battery", Result.NOT_APPLICABLE, "test-not-there")
    elif not packs and isinstance(fact, (Known, Absent)) and _portable(inventory):
        yield _auto("battery", Result.FAIL, "test-battery-none")


def _portable(inventory: Inventory) -> bool | None:
    form = (known(inventory.chassis.type) or "").lower()
    if form in ("notebook", "laptop", "portable", "sub notebook", "convertible", "detachable", "tablet", "hand held"):
        return True
    return False if form else None


def _network(inventory: Inventory) -> Iterator[Tried]:
    """A kind that no interface and no chip shows is not there; a Wi-Fi chip without an interface does not work."""
    if not isinstance(inventory.network, Known):
        return
    kinds = {known(port.kind) for port in inventory.network.value}
    if "ethernet" not in kinds:
        yield _auto("ethernet", Result.NOT_APPLICABLE, "test-not-there")
    if "wifi" not in kinds and isinstance(inventory.radios, Known):
        chip = bool(inventory.radios.value)
        yield _auto("wifi", Result.FAIL if chip else Result.NOT_APPLICABLE, "test-dead" if chip else "test-not-there")
    if "bluetooth" not in kinds and "wifi" not in kinds and known(inventory.radios) == ():
        yield _auto("bluetooth", Result.NOT_APPLICABLE, "test-not-there")


def _flag(test: str, fact: MaybeFact[Any], good: object, bad: object, reason: str) -> Iterator[Tried]:
    value = known(fact)
    if value == good:
        yield _auto(test, Result.PASS)
    elif value == bad:
        yield _auto(test, Result.FAIL, reason)


def _firmware(inventory: Inventory) -> Iterator[Tried]:
    yield from _flag("bios_password", inventory.firmware.admin_password, "disabled", "enabled", "test-locked")
    yield from _flag("cmos_battery", inventory.clock.sane, True, False, "test-clock-flat")
    yield from _flag("secure_boot", inventory.firmware.secure_boot, "on", None, "")
    if known(inventory.tpm.present):
        yield _auto("tpm", Result.PASS)
    key = known(inventory.oem_windows_key)
    if key == "present" or key == "absent":
        there = key == "present"
        yield _auto("windows_key", Result.PASS if there else Result.NOT_APPLICABLE, "" if there else "test-not-there")


def _disks(inventory: Inventory) -> Iterator[Tried]:
    """The drives' own word alone. One that could not be asked leaves the test to do."""
    inside = [d for d in known(inventory.disks) or () if known(d.bus) not in ("usb", "loop", None)]
    words = [known(d.smart_passed) for d in inside]
    if False in words:
        yield _auto("disk_smart", Result.FAIL, "test-smart-failed")
    elif words and all(words):
        yield _auto("disk_smart", Result.PASS)


def _touchscreen(inventory: Inventory) -> Iterator[Tried]:
    form = (known(inventory.chassis.type) or "").lower()
    if form and form not in ("convertible", "detachable", "tablet", "all in one", "notebook", "laptop", "portable"):
        yield _auto("touchscreen", Result.NOT_APPLICABLE, "test-not-there")


_RULES: tuple[Callable[[Inventory], Iterator[Tried]], ...] = (_battery, _network, _firmware, _disks, _touchscreen)
