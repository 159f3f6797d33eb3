"""Everything about one PC: what the probes found becomes one Inventory.

A probe never raises; one that hangs or meets a bug of ours costs its own facts only. The screen is told as each
probe ends. Those that wait for a tool or for the firmware have a lane each, the slowest first; the others, which only
read files, follow one another in the last one: threads that all want to read at the same time hold each other up. Where
a lane stands still, another one is opened for what is left.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from agent.inventory import (
    battery,
    clock,
    cpu,
    disks,
    dmi,
    edid,
    firmware,
    kernel_log,
    memory,
    network,
    optical,
    pci,
    ports,
    tpm,
    usb,
    windows_key,
)
from agent.inventory.dmidecode import DmiFacts
from agent.machine.door import DoorError, Machine
from agent.model.errors import Fault
from agent.model.facts import Known, MaybeFact, Unreadable, first, known
from agent.model.inventory import (
    Battery,
    Board,
    Chassis,
    Clock,
    Cpu,
    Firmware,
    Inventory,
    Memory,
    System,
    Tpm,
)
from agent.model.value import fields, replace, value

_CPU_GAPS = ("cores", "threads", "sockets", "max_mhz", "vendor", "brand_raw", "caches")  # worded, counted otherwise
ALL_PROBES_S = 60.0  # whatever is missing then is unreadable: the technician is waiting

_LANES = 5  # one more than there are probes that wait for a tool, or for the firmware: the first ones below
_STANDSTILL_S = 0.5

PROBES: Mapping[str, Callable[[Machine], Any]] = {
    "firmware": firmware.probe,
    "disks": disks.list_disks,
    "identity": dmi.probe,
    "kernel-log": kernel_log.probe,
    "cpu": cpu.probe,
    "memory": memory.probe,
    "controllers": pci.probe,
    "tpm": tpm.probe,
    "network": network.probe,
    "displays": edid.probe,
    "power": battery.probe,
    "windows-key": windows_key.probe,
    "clock": clock.probe,
    "usb": usb.probe,
    "optical": optical.probe,
    "ports": ports.probe,
}


@value
class ProbeDone:
    """One probe has ended: ``done`` of ``total``; ``error`` is why it gave nothing."""

    probe: str
    done: int
    total: int
    ok: bool
    error: str = ""


def collect(machine: Machine, *, on_probe: Callable[[ProbeDone], None] | None = None) -> Inventory:
    """Facts of this PC. Never raises for what a probe meets; ``on_probe`` is called in this thread."""
    started, real = machine.clock.monotonic(), time.monotonic()
    found: dict[str, Any] = {}
    answers: deque[tuple[str, Any]] = deque()
    answered = threading.Semaphore(0)
    waiting = deque(PROBES.items())

    def lane() -> None:
        while waiting:
            try:
                name, probe = waiting.popleft()
            except IndexError:  # another lane took the last one
                return
            answers.append((name, _result(probe, machine)))
            answered.release()

    def open_lane() -> None:
        # a daemon: one that hangs inside the kernel holds neither the rest nor the end of the program
        threading.Thread(target=lane, name="probes", daemon=True).start()

    for _ in range(_LANES):
        open_lane()
    while len(found) < len(PROBES) and (left_s := real + ALL_PROBES_S - time.monotonic()) > 0:
        if not answered.acquire(timeout=min(left_s, _STANDSTILL_S) if waiting else left_s):
            open_lane()
            continue
        name, result = answers.popleft()
        found[name] = result
        _tell(on_probe, name, found)
    for name in PROBES:
        if name not in found:
            found[name] = Unreadable("time-out")
            _tell(on_probe, name, found)
    inventory = assemble(machine, found)
    return replace(inventory, took_s=round(machine.clock.monotonic() - started, 3))


def _result(probe: Callable[[Machine], Any], machine: Machine) -> Any:
    """What the probe found. A bug of ours is told as the error of that probe, never as a missing fact."""
    try:
        return probe(machine)
    except (DoorError, Fault) as error:
        return Unreadable(str(error))
    except Exception as error:  # noqa: BLE001 told as this probe's error; the other facts stand
        return Unreadable(f"bug in this probe: {type(error).__name__}: {error}")


def _tell(on_probe: Callable[[ProbeDone], None] | None, name: str, found: Mapping[str, Any]) -> None:
    if on_probe is not None:
        headline = _headline(found[name])
        error = headline.error if isinstance(headline, Unreadable) else ""
        on_probe(ProbeDone(probe=name, done=len(found), total=len(PROBES), ok=not error, error=error))


def _headline(result: Any) -> Any:
    """The fact that tells whether a probe could look at all."""
    if isinstance(result, DmiFacts):
        return result.system.manufacturer
    if isinstance(result, cpu.CpuProbe):
        return result.cpu.family
    for name in ("usable_bytes", "mode", "present", "rtc_utc", "storage", "batteries", "missing_firmware"):
        if hasattr(result, name):
            return getattr(result, name)
    return result


def assemble(machine: Machine, found: Mapping[str, Any]) -> Inventory:
    """One Inventory from the probes' results; a probe that failed makes all of its facts unreadable."""
    identity = _or(found["identity"], DmiFacts, _no_identity)
    chip = _or(found["cpu"], cpu.CpuProbe, lambda why: cpu.CpuProbe(cpu=_blank(Cpu, why), limited=why))
    kernel_memory = _or(found["memory"], Memory, lambda why: Memory(usable_bytes=why))
    boot = _or(found["firmware"], Firmware, lambda why: Firmware(mode=why, secure_boot=why))
    bus = _or(
        found["controllers"], pci.PciProbe, lambda why: pci.PciProbe(storage=why, gpus=why, undriven=why, radios=why)
    )
    plugs = _or(found["usb"], usb.UsbProbe, lambda why: usb.UsbProbe(webcams=why, undriven=why, devices=why))
    power = _or(found["power"], battery.PowerProbe, lambda why: battery.PowerProbe(batteries=why, mains=why))
    log = _or(found["kernel-log"], kernel_log.LogProbe, lambda why: kernel_log.LogProbe(missing_firmware=why))
    key = _or(found["windows-key"], windows_key.KeyProbe, lambda why: windows_key.KeyProbe(present=why))
    return Inventory(
        system=_system(identity.system, chip.hypervisor),
        board=identity.board,
        chassis=identity.chassis,
        firmware=_overlay(boot, identity.firmware),
        cpu=_overlay(chip.cpu, identity.cpu, skip=_CPU_GAPS),
        memory=memory.merge(machine, identity.memory, kernel_memory),
        tpm=tpm.merge(_or(found["tpm"], Tpm, lambda why: Tpm(present=why)), identity.tpm),
        disks=found["disks"],
        gpus=bus.gpus,
        storage_controllers=pci.with_log(bus.storage, log.remapped),
        undriven=_both(bus.undriven, plugs.undriven),
        displays=found["displays"],
        batteries=_batteries(power.batteries, identity.batteries),
        mains=power.mains,
        network=found["network"],
        radios=bus.radios,
        webcams=plugs.webcams,
        usb_devices=plugs.devices,
        optical=found["optical"],
        ports=ports.merge(found["ports"], identity.ports),
        missing_firmware=log.missing_firmware,
        oem_windows_key=key.present,
        oem_windows_key_suffix=key.suffix,
        clock=_or(found["clock"], Clock, lambda why: Clock(rtc_utc=why, sane=why)),
        kernel_limits_cpus=chip.limited,
    )


def _or(result: Any, kind: type, lost: Callable[[Unreadable], Any]) -> Any:
    return result if isinstance(result, kind) else lost(result)


def _blank(kind: type, why: Unreadable) -> Any:
    """A section whose every fact is unreadable for one reason."""
    return kind(**dict.fromkeys(fields(kind), why))


def _no_identity(why: Unreadable) -> DmiFacts:
    return DmiFacts(
        system=_blank(System, why),
        board=_blank(Board, why),
        chassis=_blank(Chassis, why),
        firmware=Firmware(vendor=why, version=why, date=why, uefi_supported=why, admin_password=why),
        cpu=Cpu(),
        memory=Memory(installed_bytes=why, slots=why, max_bytes=why),
        tpm=Tpm(),
        batteries=None,
    )


def _both(pci_side: MaybeFact[tuple[Any, ...]], usb_side: MaybeFact[tuple[Any, ...]]) -> MaybeFact[tuple[Any, ...]]:
    """Two lists of devices as one; a bus that could not be looked at makes the whole unreadable."""
    for side in (pci_side, usb_side):
        if isinstance(side, Unreadable):
            return side
    return Known((*(known(pci_side) or ()), *(known(usb_side) or ())), "sysfs")


def _overlay(best: Any, second: Any, *, skip: tuple[str, ...] = ()) -> Any:
    """Field by field the first source, completed by the second; two that disagree are noted.

    ``skip``: fields for which the second source only fills a gap, since it words or counts them otherwise.
    """
    values = {}
    for name in fields(best):
        mine, other = getattr(best, name), getattr(second, name)
        values[name] = mine if name in skip and isinstance(mine, Known) else first(mine, other)
    return type(best)(**values)


def _system(system: System, hypervisor: MaybeFact[bool]) -> System:
    """A processor that announces a hypervisor makes a virtual machine of whatever SMBIOS says."""
    if known(hypervisor):
        return replace(system, virtual=Known(True, "cpuid hypervisor"))
    if system.virtual is None or isinstance(system.virtual, Unreadable):
        return replace(system, virtual=hypervisor or system.virtual)
    return system


def _batteries(kernel: MaybeFact[tuple[Battery, ...]], smbios: tuple[Battery, ...] | None) -> Any:
    """The kernel's batteries. A SMBIOS record proves no battery in the bay, so it only stands in for an unread one."""
    if isinstance(kernel, Unreadable) and smbios:
        return Known(smbios, "dmidecode 22", note="design figures only")
    return kernel
