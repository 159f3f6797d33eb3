"""What this PC is, in the fewest words, and what about it needs a person first. Pure: wire facts in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.locale import Words
from agent.model.job import Job
from agent.tui import format as f

Wire = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something to read before choosing. ``shown`` is False when another line of the screen already says it."""

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)
    shown: bool = True


def disks_of(inventory: Wire | None) -> list[Wire]:
    disks = f.dig(inventory, "disks")
    return [d for d in disks if isinstance(d, Mapping)] if isinstance(disks, Sequence) else []


def inside(inventory: Wire | None) -> list[Wire]:
    """The PC's own disks: not the stick, not an optical drive."""
    return [d for d in disks_of(inventory) if d.get("bus") != "usb" and d.get("medium") not in ("usb", "optical")]


def alarms(job: Job) -> list[Alarm]:
    """Hidden or locked disks, failing disks, a battery without mains, an absurd clock, an undetermined verdict."""
    if job.inventory is None:
        return []
    return [*_disk_alarms(job.inventory), *_power_alarms(job.inventory), *_verdict_alarms(job)]


def _disk_alarms(inventory: Wire) -> Iterator[Alarm]:
    disks = disks_of(inventory)
    raw = f.dig(inventory, "disks")
    if isinstance(raw, Mapping) and "unreadable" in raw:
        yield Alarm(id="alarm-disks-unreadable", params={"why": str(raw["unreadable"])})
    elif not disks:
        yield Alarm(id="alarm-no-disk")
    controllers = f.dig(inventory, "storage_controllers")
    for controller in controllers if isinstance(controllers, Sequence) else ():
        hidden = f.dig(controller, "hidden_disks")
        if isinstance(hidden, int) and hidden > 0:
            yield Alarm(id="alarm-hidden-disks", params={"n": hidden})
    for disk in disks:
        params = {"model": _text(disk.get("model")), "end": f.tail(_text(disk.get("serial")))}
        if f.dig(disk, "security", "locked") is True:
            yield Alarm(id="alarm-disk-locked", params=params)
        elif f.dig(disk, "security", "enabled") is True:
            yield Alarm(id="alarm-disk-password", params=params)
        if disk.get("smart_passed") is False:
            yield Alarm(id="alarm-disk-failing", params=params)
        if f.dig(disk, "extra", "hpa", "enabled") is True:
            yield Alarm(id="alarm-disk-hidden-area", params=params)


def _power_alarms(inventory: Wire) -> Iterator[Alarm]:
    if f.dig(inventory, "mains") is False:
        yield Alarm(id="alarm-no-mains")
    if f.dig(inventory, "clock", "sane") is False:
        yield Alarm(id="alarm-clock")


def _verdict_alarms(job: Job) -> Iterator[Alarm]:
    if f.dig(job.eligibility, "windows11", "verdict") == "undetermined":
        yield Alarm(id="alarm-undetermined", shown=False)


def _text(value: Any) -> str:
    return str(value) if f.is_known(value) else "?"


def processor(w: Words, inventory: Wire | None) -> str:
    brand = f.dig(inventory, "cpu", "brand_raw")
    if not f.is_known(brand):
        return f.fact(w, brand)
    name = str(brand).split("@")[0].split(" with ")[0]
    for noise, word in (("(R)", ""), ("(TM)", ""), ("(tm)", ""), (" CPU", ""), (" Core i", " i")):
        name = name.replace(noise, word)
    cores = f.dig(inventory, "cpu", "cores")
    name = " ".join(name.split())
    return f"{name}, {w('cores', n=cores)}" if isinstance(cores, int) else name


def memory(w: Words, inventory: Wire | None) -> str:
    size = f.dig(inventory, "memory", "installed_bytes")
    if not isinstance(size, int):
        return f.fact(w, size)
    text = f.memory_size(w, size)
    modules = f.dig(inventory, "memory", "modules")
    slots = f.dig(inventory, "memory", "slots")
    if isinstance(modules, Sequence) and modules:
        filled = [m for m in modules if isinstance(f.dig(m, "size_bytes"), int) and m["size_bytes"] > 0]
        if filled:
            text += f" ({_modules(filled)})"
        if isinstance(slots, int) and slots > len(filled):
            text += ", " + w("slots-free", n=slots - len(filled))
    return text


def _modules(filled: Sequence[Wire]) -> str:
    """2 × 4, or 4 + 8, in Gio."""
    sizes = [f"{m['size_bytes'] / 2**30:g}" for m in filled]
    return f"{len(sizes)} × {sizes[0]}" if len(set(sizes)) == 1 else " + ".join(sizes)


def disk(w: Words, wire: Wire) -> str:
    """Model, size, medium, end of the serial, health and hours."""
    size = wire.get("size_bytes")
    medium = wire.get("medium")
    parts = [
        _text(wire.get("model")),
        f.disk_size(w, size) if isinstance(size, int) else f.fact(w, size),
        w(f"medium-{medium}") if f.is_known(medium) and w.has(f"medium-{medium}") else f.fact(w, medium),
        w("serial-end", end=f.tail(str(wire["serial"]))) if f.is_known(wire.get("serial")) else w("serial-none"),
    ]
    healthy = wire.get("smart_passed")
    if isinstance(healthy, bool):
        parts.append(w("health-good" if healthy else "health-bad"))
    hours = wire.get("power_on_hours")
    if isinstance(hours, int):
        parts.append(w("hours", n=f.number(w, hours)))
    return ", ".join(parts)


def battery(w: Words, inventory: Wire | None) -> str:
    batteries = f.dig(inventory, "batteries")
    if not isinstance(batteries, Sequence):
        return f.fact(w, batteries)
    texts = []
    for one in batteries:
        wear = f.dig(one, "wear_percent")
        if isinstance(wear, (int, float)):
            texts.append(w("battery-capacity", n=max(0, round(100 - wear))))
        else:
            texts.append(w("battery-unknown"))
    mains = f.dig(inventory, "mains")
    if isinstance(mains, bool):
        texts.append(w("mains-on" if mains else "mains-off"))
    return ", ".join(texts) or w("battery-none")


def display(w: Words, inventory: Wire | None) -> str:
    displays = f.dig(inventory, "displays")
    if not isinstance(displays, Sequence) or not displays:
        return f.fact(w, displays or None)
    first = displays[0]
    across, down = f.dig(first, "width_px"), f.dig(first, "height_px")
    return f"{across}×{down}" if isinstance(across, int) and isinstance(down, int) else f.fact(w, across)


def firmware(w: Words, inventory: Wire | None) -> str:
    mode = f.dig(inventory, "firmware", "mode")
    if not f.is_known(mode):
        return f.fact(w, mode)
    return w(f"firmware-{mode}") if w.has(f"firmware-{mode}") else str(mode)


def short_machine(w: Words, inventory: Wire | None) -> str:
    """Row 1 of the choice: processor, memory, disks."""
    parts = [processor(w, inventory).split(",")[0]]
    size = f.dig(inventory, "memory", "installed_bytes")
    if isinstance(size, int):
        parts.append(f.memory_size(w, size))
    for one in inside(inventory)[:1]:
        if isinstance(one.get("size_bytes"), int):
            parts.append(f.disk_size(w, one["size_bytes"]))
    return ", ".join(parts)
