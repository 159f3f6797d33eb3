"""Functions on the PCI bus: storage, graphics, and devices a driver should have bound and none did.

One ``uevent`` file per function tells class, ids and driver (Linux Documentation/ABI/testing/sysfs-bus-pci).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from agent.inventory import names
from agent.inventory.asking import read_word, uevent
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.inventory import Controller
from agent.model.value import replace, value

_BUS = "/sys/bus/pci/devices"

# Who makes it, for the ids that donated PCs have (pci-ids.ucw.cz); others are shown by number.
_VENDORS = {
    "1000": "Broadcom / LSI",
    "1002": "AMD/ATI",
    "1022": "AMD",
    "102b": "Matrox",
    "1039": "SiS",
    "105b": "Foxconn",
    "106b": "Apple",
    "10de": "NVIDIA",
    "10ec": "Realtek",
    "1106": "VIA",
    "1179": "Toshiba",
    "1180": "Ricoh",
    "1217": "O2 Micro",
    "1234": "QEMU",
    "126f": "Silicon Motion",
    "1344": "Micron",
    "1414": "Microsoft",
    "144d": "Samsung",
    "14c3": "MediaTek",
    "14e4": "Broadcom",
    "15ad": "VMware",
    "15b7": "SanDisk",
    "168c": "Qualcomm Atheros",
    "17cb": "Qualcomm",
    "1912": "Renesas",
    "1969": "Qualcomm Atheros",
    "197b": "JMicron",
    "1987": "Phison",
    "1a03": "ASPEED",
    "1af4": "Red Hat (virtio)",
    "1b21": "ASMedia",
    "1b36": "Red Hat (QEMU)",
    "1b4b": "Marvell",
    "1c5c": "SK hynix",
    "1cc1": "ADATA",
    "1e0f": "KIOXIA",
    "8086": "Intel",
    "80ee": "VirtualBox",
    "c0a9": "Crucial (Micron)",
}

_SHOWN = ("01", "03", "0280")  # storage, graphics, Wi-Fi
_NEEDS_DRIVER = re.compile(r"^(01|02|03|04|0c03|0805|0d|ff)")
_HARDWARE_RAID = {"megaraid_sas", "mpt3sas", "mpt2sas", "hpsa", "smartpqi", "aacraid", "3w-sas", "arcmsr"}


@value
class PciProbe:
    storage: MaybeFact[tuple[Controller, ...]]
    gpus: MaybeFact[tuple[Controller, ...]]
    undriven: MaybeFact[tuple[Controller, ...]]
    radios: MaybeFact[tuple[Controller, ...]] = None


def probe(machine: Machine) -> PciProbe:
    """Storage and graphics controllers, and the functions without a driver that should have one."""
    if not machine.exists("/sys/bus/pci"):
        why = Absent("no PCI bus") if machine.exists("/sys/bus") else Unreadable("not there: /sys/bus")
        return PciProbe(storage=why, gpus=why, undriven=why, radios=why)
    found = [c for c in (_function(machine, path) for path in machine.glob(f"{_BUS}/*")) if c is not None]
    found = [_named(machine, c) if c.pci_class.startswith(_SHOWN) or _lacks_driver(c) else c for c in found]
    storage = tuple(_with_hidden(machine, c) for c in found if c.pci_class.startswith("01"))
    return PciProbe(
        storage=Known(storage, "sysfs pci"),
        gpus=Known(tuple(c for c in found if c.pci_class.startswith("03")), "sysfs pci"),
        undriven=Known(tuple(c for c in found if _lacks_driver(c)), "sysfs pci"),
        radios=Known(tuple(c for c in found if c.pci_class.startswith("0280")), "sysfs pci"),
    )


def _named(machine: Machine, function: Controller) -> Controller:
    """With its names. Where the database has none of the maker, the short list above may."""
    vendor, device = names.on_pci(machine, function.slot)
    return replace(function, vendor=function.vendor or vendor, device=device)


def with_log(storage: MaybeFact[tuple[Controller, ...]], remapped: Mapping[str, int]) -> Any:
    """The controllers, with disks that only the kernel's log counted."""
    if not isinstance(storage, Known) or not remapped:
        return storage
    found = [
        replace(one, hidden_disks=Known(remapped[one.slot], "dmesg"))
        if remapped.get(one.slot) and not isinstance(one.hidden_disks, Known)
        else one
        for one in storage.value
    ]
    return Known(tuple(found), storage.source)


def _function(machine: Machine, path: str) -> Controller | None:
    told = uevent(machine, f"{path}/uevent")
    ids = re.fullmatch(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})", (told or {}).get("PCI_ID", ""))
    if told is None or ids is None or not re.fullmatch(r"[0-9A-Fa-f]{1,6}", told.get("PCI_CLASS", "")):
        return None
    vendor = ids[1].lower()
    driver = told.get("DRIVER")
    return Controller(
        slot=PurePosixPath(path).name,
        pci_class=told["PCI_CLASS"].lower().zfill(6),
        vendor_id=vendor,
        device_id=ids[2].lower(),
        vendor=Known(_VENDORS[vendor], "pci ids") if vendor in _VENDORS else None,
        driver=Known(driver, "sysfs pci") if driver else Absent("no driver bound"),
    )


def _lacks_driver(function: Controller) -> bool:
    return isinstance(function.driver, Absent) and _NEEDS_DRIVER.match(function.pci_class) is not None


def _with_hidden(machine: Machine, controller: Controller) -> Controller:
    return replace(controller, hidden_disks=_hidden(machine, controller))


def _hidden(machine: Machine, controller: Controller) -> MaybeFact[int]:
    """Disks that this controller keeps from the kernel.

    Intel RST remaps NVMe disks behind a SATA controller, and ``ahci`` counts them (``remapped_nvme``). A RAID
    controller without a driver, or one that shows its arrays only, hides we cannot say how many.
    """
    raid = controller.pci_class.startswith("0104")
    driver = controller.driver.value if isinstance(controller.driver, Known) else None
    if driver == "ahci":
        number = read_word(machine, f"{_BUS}/{controller.slot}/remapped_nvme")
        if number and number.isdigit():
            return Known(int(number), "remapped_nvme") if int(number) else Absent("no remapped disk")
        return Unreadable("the kernel does not count remapped disks") if raid else Absent("no remapped disk")
    if driver == "vmd":
        return Absent("the kernel sees the disks behind VMD; Windows Setup does not")
    if raid and driver is None:
        return Unreadable("no driver: what is behind it cannot be seen")
    if raid and driver in _HARDWARE_RAID:
        return Unreadable("a RAID controller shows its arrays, not its disks")
    return None if not raid else Unreadable(f"RAID controller with driver {driver}")
