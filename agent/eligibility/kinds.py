"""Machines that the rules treat apart: virtual machines, Apple, Chromebooks, ARM (ELIGIBILITY section 6)."""

from __future__ import annotations

from agent.eligibility import cpu, lists
from agent.model.facts import known
from agent.model.inventory import Inventory


def _maker(inventory: Inventory) -> str:
    return (known(inventory.system.manufacturer) or "").strip().lower()


def is_virtual(inventory: Inventory) -> bool:
    """The SMBIOS bit, the hypervisor flag of the processor, or a maker that only makes virtual machines."""
    if known(inventory.system.virtual):
        return True
    if "hypervisor" in (known(inventory.cpu.flags) or ()):
        return True
    if (known(inventory.system.product) or "").strip().lower() == "virtual machine":  # Hyper-V says so itself
        return True
    return _maker(inventory).startswith(tuple(lists.rules()["machines"]["virtual"]))


def is_apple(inventory: Inventory) -> bool:
    return _maker(inventory).startswith(tuple(lists.rules()["machines"]["apple"]))


def is_chromebook(inventory: Inventory) -> bool:
    """Firmware coreboot with Google's name on the PC or on the firmware (stock or reflashed)."""
    if "coreboot" not in (known(inventory.firmware.vendor) or "").lower():
        return False
    machines = lists.rules()["machines"]
    version = (known(inventory.firmware.version) or "").strip().lower()
    return _maker(inventory) in machines["chromebook_makers"] or version.startswith(
        tuple(machines["chromebook_firmware"])
    )


def is_arm(inventory: Inventory) -> bool:
    flags = known(inventory.cpu.flags) or ()
    if "asimd" in flags or "atomics" in flags:
        return True
    return cpu.vendor_key(known(inventory.cpu.vendor), known(inventory.cpu.brand_raw)) == "qualcomm"


def setup_is_locked(inventory: Inventory) -> bool:
    """A setup password makes every firmware remedy impossible."""
    return known(inventory.firmware.admin_password) == "enabled"
