"""Whole PCs made of facts, for the tests of the verdicts. ``pc()`` passes every rule; each change breaks one."""

from __future__ import annotations

import dataclasses
from typing import Any

from agent.model.facts import Known, MaybeFact
from agent.model.inventory import (
    Controller,
    Cpu,
    Disk,
    Display,
    Firmware,
    Inventory,
    Memory,
    MemoryModule,
    NetworkPort,
    System,
    Tpm,
)

GIB = 1 << 30
GB = 1_000_000_000
V1 = ("lm", "pae", "nx", "sse", "sse2", "fpu")
V2 = (*V1, "sse4_1", "sse4_2", "popcnt", "cx16", "lahf_lm", "3dnowprefetch", "pni", "ssse3")
V3 = (*V2, "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave")


def k(value: Any, source: str = "test") -> Known[Any]:
    return Known(value, source)


def module(size_gib: float, *, kind: str = "DDR4", form: str = "SODIMM", soldered: bool = False) -> MemoryModule:
    return MemoryModule(
        size_bytes=k(int(size_gib * GIB)), type=k(kind), form_factor=k(form), speed_mts=k(2666), soldered=k(soldered)
    )


def memory(*modules: MemoryModule, slots: int = 2, max_gib: int = 32, installed: int | None = None) -> Memory:
    size = installed if installed is not None else sum(m.size_bytes.value for m in modules)  # type: ignore[union-attr]
    return Memory(
        installed_bytes=k(size, "dmidecode 17"),
        usable_bytes=k(size * 9 // 10),
        slots=k(slots),
        max_bytes=k(max_gib * GIB),
        modules=modules,
    )


def disk(size_bytes: int, *, medium: str = "ssd", bus: str = "ata", removable: bool = False) -> Disk:
    return Disk(
        path=k("/dev/sda"),
        model=k("Maker 123"),
        size_bytes=k(size_bytes),
        medium=k(medium),
        bus=k(bus),
        rotational=k(medium == "hdd"),
        removable=k(removable),
    )


def controller(pci_class: str = "010601", *, driver: str = "ahci", hidden: int = 0, **ids: str) -> Controller:
    return Controller(
        slot="0000:00:17.0",
        pci_class=pci_class,
        vendor_id=ids.get("vendor_id", "8086"),
        device_id=ids.get("device_id", "9d03"),
        device=k(ids.get("device", "a device")),
        driver=k(driver),
        hidden_disks=k(hidden),
    )


def intel(model: int = 142, stepping: int = 10, brand: str = "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz") -> Cpu:
    return Cpu(
        brand_raw=k(brand, "/proc/cpuinfo"),
        vendor=k("GenuineIntel", "/proc/cpuinfo"),
        family=k(6, "/proc/cpuinfo"),
        model=k(model, "/proc/cpuinfo"),
        stepping=k(stepping, "/proc/cpuinfo"),
        platform_id=k(0x80, "processor_flags"),
        cores=k(4),
        threads=k(8),
        sockets=k(1),
        max_mhz=k(3400),
        flags=k(V3, "/proc/cpuinfo"),
    )


OLD = intel(58, 9, "Intel(R) Core(TM) i7-3770 CPU @ 3.40GHz")


def pc(**changes: Any) -> Inventory:
    """A PC that is eligible as it stands and fits Linux without limits, with these fields changed."""
    base = Inventory(
        system=System(
            manufacturer=k("LENOVO"), product=k("20L50000IX"), model_name=k("ThinkPad T480"), virtual=k(False)
        ),
        firmware=Firmware(
            vendor=k("LENOVO"),
            version=k("N24ET45W"),
            date=k("2019-06-01"),
            mode=k("uefi"),
            bits=k(64),
            uefi_supported=k(True),
            secure_boot=k("on"),
            ca_2011=k(True),
            ca_2023=k(False),
            windows_ca_2023=k(True),
            admin_password=k("disabled"),
        ),
        cpu=intel(),
        memory=memory(module(8)),
        tpm=Tpm(present=k(True), version=k("2.0"), seen_by=k("kernel"), driver_bound=k(True)),
        disks=k((disk(256 * GB, medium="nvme", bus="nvme"),)),
        gpus=k((controller("030000", driver="i915", device_id="5917"),)),
        storage_controllers=k((controller(),)),
        undriven=k(()),
        displays=k((Display(width_px=k(1920), height_px=k(1080), diagonal_inches=k(14.0), internal=k(True)),)),
        network=k(
            (
                NetworkPort(name="wlp3s0", kind=k("wifi"), driver=k("iwlwifi")),
                NetworkPort(name="enp0s31f6", kind=k("ethernet"), driver=k("e1000e")),
            )
        ),
        missing_firmware=k(()),
        oem_windows_key=k("present"),
        kernel_limits_cpus=k(False),
    )
    return dataclasses.replace(base, **changes)


def part(inventory: Inventory, name: str, **changes: MaybeFact[Any]) -> Inventory:
    """The same PC with some facts of one part changed: ``part(pc(), "firmware", mode=…)``."""
    return dataclasses.replace(inventory, **{name: dataclasses.replace(getattr(inventory, name), **changes)})
