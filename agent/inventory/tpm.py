"""The security chip: what the kernel drives, then what ACPI announces (ELIGIBILITY design, section 6).

"No TPM visible" is Absent; a kernel without the TPM class could not look, which is Unreadable.
"""

from __future__ import annotations

import re

from agent.inventory.asking import read_word
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Tpm
from agent.model.value import replace

_CLASS = "/sys/class/tpm"
_ACPI = "/sys/firmware/acpi/tables"
_DEVICE = "/sys/bus/acpi/devices/MSFT0101:00/status"


def probe(machine: Machine) -> Tpm:
    """First evidence that holds: tpm0, ACPI TPM2 or MSFT0101, ACPI TCPA; else absent, or unreadable."""
    if machine.exists(f"{_CLASS}/tpm0"):
        return Tpm(
            present=Known(True, f"{_CLASS}/tpm0"),
            version=_version(machine),
            manufacturer=_maker(machine),
            seen_by=Known("kernel", _CLASS),
            driver_bound=Known(True, _CLASS),
        )
    for table, version in (("TPM2", "2.0"), ("TCPA", "1.2")):
        announced = machine.exists(f"{_ACPI}/{table}")
        if announced or (table == "TPM2" and read_word(machine, _DEVICE) == "15"):
            return Tpm(
                present=Known(True, f"ACPI {table}", note="no driver bound"),
                version=Known(version, f"ACPI {table}"),
                seen_by=Known("acpi", f"ACPI {table}"),
                driver_bound=Known(False, _CLASS),
            )
    if machine.exists(_CLASS):
        return Tpm(present=Absent("no TPM visible to the kernel"))
    return Tpm(present=Unreadable(f"not there: {_CLASS}"))


def _version(machine: Machine) -> Known[str] | Unreadable:
    major = read_word(machine, f"{_CLASS}/tpm0/tpm_version_major")
    if major in ("1", "2"):
        return Known({"1": "1.2", "2": "2.0"}[major], "tpm_version_major")
    match = re.search(r"TCG version: (\d\.\d)", read_word(machine, f"{_CLASS}/tpm0/device/caps") or "")
    return Known(match[1], "tpm caps") if match else Unreadable("the kernel does not tell the version")


def _maker(machine: Machine) -> Known[str] | None:
    """Four letters as one number, "Manufacturer: 0x49465800" (IFX); a TPM 2.0 shows no such file."""
    match = re.search(r"Manufacturer: 0x([0-9a-fA-F]{8})", read_word(machine, f"{_CLASS}/tpm0/device/caps") or "")
    letters = bytes.fromhex(match[1]).decode("ascii", "replace").strip("\0 ") if match else ""
    return Known(letters, "tpm caps") if letters.isalnum() and letters.isascii() else None


def merge(kernel: Tpm, smbios: Tpm) -> Tpm:
    """The kernel's view; a chip that only SMBIOS knows keeps its version and is not present to the kernel."""
    if isinstance(kernel.present, Known):
        maker = kernel.manufacturer or smbios.manufacturer
        return replace(kernel, manufacturer=maker)
    if known(smbios.version) is None:
        return kernel
    return replace(smbios, present=kernel.present, seen_by=Known("smbios", "dmidecode 43"))
