"""How the PC started, and Secure Boot: /sys/firmware/efi and its variables (UEFI 2.10, clause 3.3 and 32)."""

from __future__ import annotations

from agent.inventory.asking import read, read_word
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.inventory import Firmware

_EFI = "/sys/firmware/efi"
_VARS = f"{_EFI}/efivars"
_GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
_SECURITY = "d719b2cb-3d3a-4596-a3bc-dad00e67656f"
_ATTRIBUTES = 4  # bytes before the value of a variable
_DB_LIMIT = 1 << 18

_WINDOWS_PCA_2011 = b"Microsoft Windows Production PCA 2011"
_CERTIFICATES = {  # variable: fact -> name in the certificate
    f"db-{_SECURITY}": {
        "ca_2011": b"Microsoft Corporation UEFI CA 2011",
        "ca_2023": b"Microsoft UEFI CA 2023",
        "windows_ca_2011": _WINDOWS_PCA_2011,
        "windows_ca_2023": b"Windows UEFI CA 2023",
    },
    f"KEK-{_GLOBAL}": {
        "kek_2011": b"Microsoft Corporation KEK CA 2011",
        "kek_2023": b"Microsoft Corporation KEK 2K CA 2023",
    },
}


def probe(machine: Machine) -> Firmware:
    """Boot mode, UEFI width, Secure Boot state and the certificates its database names."""
    if not machine.exists("/sys/firmware"):
        why = Unreadable("not there: /sys/firmware")
        return Firmware(mode=why, secure_boot=why)
    if not machine.exists(_EFI):
        return Firmware(
            mode=Known("bios", "/sys/firmware"),
            secure_boot=Known("unknown", _EFI, note="started in the old mode"),
        )
    width = read_word(machine, f"{_EFI}/fw_platform_size")
    certificates = _certificates(machine)
    return Firmware(
        mode=Known("uefi", _EFI),
        bits=Known(int(width), _EFI) if width in ("32", "64") else Unreadable(f"not there: {_EFI}/fw_platform_size"),
        secure_boot=_secure_boot(machine),
        ca_2011=certificates.get("ca_2011"),
        ca_2023=certificates.get("ca_2023"),
        windows_ca_2011=certificates.get("windows_ca_2011"),
        windows_ca_2023=certificates.get("windows_ca_2023"),
        kek_2011=certificates.get("kek_2011"),
        kek_2023=certificates.get("kek_2023"),
        windows_pca_2011_revoked=_revoked(machine),
        menu_at_restart=_menu_at_restart(machine),
    )


def _menu_at_restart(machine: Machine) -> MaybeFact[bool]:
    """EFI_OS_INDICATIONS_BOOT_TO_FW_UI, bit 0 of OsIndicationsSupported (UEFI 2.10, clause 8.5.4)."""
    data = read(machine, f"{_VARS}/OsIndicationsSupported-{_GLOBAL}")
    if data is None:
        return Absent("the firmware takes no such request")
    if isinstance(data, Unreadable):
        return data
    if len(data) != _ATTRIBUTES + 8:
        return Unreadable("OsIndicationsSupported: not 64 bits")
    return Known(bool(data[_ATTRIBUTES] & 1), "OsIndicationsSupported")


def _flag(machine: Machine, name: str) -> bool | Unreadable | None:
    data = read(machine, f"{_VARS}/{name}-{_GLOBAL}")
    if data is None or isinstance(data, Unreadable):
        return data
    if len(data) != _ATTRIBUTES + 1 or data[_ATTRIBUTES] > 1:
        return Unreadable(f"{name}: not a flag")
    return data[_ATTRIBUTES] == 1


def _secure_boot(machine: Machine) -> MaybeFact[str]:
    """on, off, setup, unsupported; unknown when the variables are not mounted."""
    if not machine.glob(f"{_VARS}/*"):
        return Known("unknown", _VARS, note="no EFI variables to read")
    state, setup = _flag(machine, "SecureBoot"), _flag(machine, "SetupMode")
    if isinstance(state, Unreadable):
        return state
    if state is None:
        return Known("unsupported", _VARS)
    if setup is True and not state:
        return Known("setup", _VARS)
    return Known("on" if state else "off", _VARS)


def _certificates(machine: Machine) -> dict[str, MaybeFact[bool]]:
    """Which certificates KEK and db name. Their names stand as text in the certificates."""
    found: dict[str, MaybeFact[bool]] = {}
    if not machine.glob(f"{_VARS}/*"):
        return found
    for variable, names in _CERTIFICATES.items():
        data = read(machine, f"{_VARS}/{variable}", limit=_DB_LIMIT)
        for fact, text in names.items():
            if isinstance(data, Unreadable):
                found[fact] = data
            elif data is None:
                found[fact] = Absent("no signature database")
            else:
                found[fact] = Known(text in data, variable.split("-")[0])
    return found


def _revoked(machine: Machine) -> MaybeFact[bool]:
    """Whether dbx holds the certificate of 2011 itself. No dbx at all: nothing is revoked."""
    if not machine.glob(f"{_VARS}/*"):
        return None
    data = read(machine, f"{_VARS}/dbx-{_SECURITY}", limit=_DB_LIMIT)
    if isinstance(data, Unreadable):
        return data
    return Known(data is not None and _WINDOWS_PCA_2011 in data, "dbx")
