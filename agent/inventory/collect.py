"""Everything about one PC: the probes run side by side, and what they found becomes one Inventory.

A probe never raises; one that hangs or meets a bug of ours costs its own facts only. The screen is told as each
probe ends.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as FuturesTimeout
from dataclasses import dataclass
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
    pci,
    tpm,
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

ALL_PROBES_S = 60.0  # whatever is missing then is unreadable: the technician is waiting

PROBES: Mapping[str, Callable[[Machine], Any]] = {
    "identity": dmi.probe,
    "cpu": cpu.probe,
    "memory": memory.probe,
    "disks": disks.list_disks,
    "controllers": pci.probe,
    "firmware": firmware.probe,
    "tpm": tpm.probe,
    "network": network.probe,
    "displays": edid.probe,
    "power": battery.probe,
    "windows-key": windows_key.probe,
    "clock": clock.probe,
    "kernel-log": kernel_log.probe,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDone:
    """One probe has ended: ``done`` of ``total``; ``error`` is why it gave nothing."""

    probe: str
    done: int
    total: int
    ok: bool
    error: str = ""


def collect(machine: Machine, *, on_probe: Callable[[ProbeDone], None] | None = None) -> Inventory:
    """Facts of this PC. Never raises for what a probe meets; ``on_probe`` is called in this thread."""
    started = machine.clock.monotonic()
    found: dict[str, Any] = {}
    pool = ThreadPoolExecutor(max_workers=len(PROBES), thread_name_prefix="probe")
    try:
        running: dict[Future[Any], str] = {pool.submit(probe, machine): name for name, probe in PROBES.items()}
        try:
            for future in as_completed(running, timeout=ALL_PROBES_S):
                name = running[future]
                found[name] = _result(future)
                _tell(on_probe, name, found)
        except FuturesTimeout:
            for future, name in running.items():
                if name not in found:
                    future.cancel()
                    found[name] = Unreadable("time-out")
                    _tell(on_probe, name, found)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    inventory = assemble(machine, found)
    return dataclasses.replace(inventory, took_s=round(machine.clock.monotonic() - started, 3))


def _result(future: Future[Any]) -> Any:
    """What the probe found. A bug of ours is told as the error of that probe, never as a missing fact."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, (DoorError, Fault)):
        return Unreadable(str(error))
    if not isinstance(error, Exception):
        raise error
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
    bus = _or(found["controllers"], pci.PciProbe, lambda why: pci.PciProbe(storage=why, gpus=why, undriven=why))
    power = _or(found["power"], battery.PowerProbe, lambda why: battery.PowerProbe(batteries=why, mains=why))
    log = _or(found["kernel-log"], kernel_log.LogProbe, lambda why: kernel_log.LogProbe(missing_firmware=why))
    key = _or(found["windows-key"], windows_key.KeyProbe, lambda why: windows_key.KeyProbe(present=why))
    return Inventory(
        system=_system(identity.system, chip.hypervisor),
        board=identity.board,
        chassis=identity.chassis,
        firmware=_overlay(boot, identity.firmware),
        cpu=_overlay(chip.cpu, identity.cpu, skip=("cores", "threads", "sockets", "max_mhz", "vendor", "brand_raw")),
        memory=memory.merge(machine, identity.memory, kernel_memory),
        tpm=tpm.merge(_or(found["tpm"], Tpm, lambda why: Tpm(present=why)), identity.tpm),
        disks=found["disks"],
        gpus=bus.gpus,
        storage_controllers=pci.with_log(bus.storage, log.remapped),
        undriven=bus.undriven,
        displays=found["displays"],
        batteries=_batteries(power.batteries, identity.batteries),
        mains=power.mains,
        network=found["network"],
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
    return kind(**{field.name: why for field in dataclasses.fields(kind)})


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


def _overlay(best: Any, second: Any, *, skip: tuple[str, ...] = ()) -> Any:
    """Field by field the first source, completed by the second; two that disagree are noted.

    ``skip``: fields for which the second source only fills a gap, since it words or counts them otherwise.
    """
    values = {}
    for field in dataclasses.fields(best):
        mine, other = getattr(best, field.name), getattr(second, field.name)
        values[field.name] = mine if field.name in skip and isinstance(mine, Known) else first(mine, other)
    return type(best)(**values)


def _system(system: System, hypervisor: MaybeFact[bool]) -> System:
    """A processor that announces a hypervisor makes a virtual machine of whatever SMBIOS says."""
    if known(hypervisor):
        return dataclasses.replace(system, virtual=Known(True, "cpuid hypervisor"))
    if system.virtual is None or isinstance(system.virtual, Unreadable):
        return dataclasses.replace(system, virtual=hypervisor or system.virtual)
    return system


def _batteries(kernel: MaybeFact[tuple[Battery, ...]], smbios: tuple[Battery, ...] | None) -> Any:
    """The kernel's batteries. A SMBIOS record proves no battery in the bay, so it only stands in for an unread one."""
    if isinstance(kernel, Unreadable) and smbios:
        return Known(smbios, "dmidecode 22", note="design figures only")
    return kernel
