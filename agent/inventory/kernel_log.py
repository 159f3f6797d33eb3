"""The kernel's log: only the lines that name remapped disks or missing firmware, nothing else of it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.inventory.asking import ask
from agent.inventory.first import DMESG_S
from agent.machine.door import Machine
from agent.model.facts import Known, MaybeFact, Unreadable
from agent.model.value import value

_MISSING = (
    re.compile(r"Direct firmware load for (\S+) failed"),
    re.compile(r"firmware: failed to load (\S+)"),
    re.compile(r"[Ff]irmware file \"?([\w./-]+)\"? not found"),
    re.compile(r"(no suitable firmware found)"),
)
_LOADED = re.compile(r"(?:loaded firmware version|Loading firmware:|firmware: direct-loading firmware)\s*(\S+)")
_REMAPPED = re.compile(r"ahci ([0-9a-f:.]+): Found (\d+) remapped NVMe devices")
_HARMLESS = re.compile(r"iwl-debug-yoyo|regulatory\.db")

_KEPT = (*_MISSING, _LOADED, _REMAPPED)


def kept_lines(text: str) -> str:
    """The lines this module reads, without anything else (serials, addresses and names stay out of recordings)."""
    return "".join(f"{line}\n" for line in text.splitlines() if any(pattern.search(line) for pattern in _KEPT))


def missing_firmware(text: str) -> tuple[str, ...]:
    """Firmware files the kernel asked for and did not get. iwlwifi tries newer versions before it finds one."""
    lines = [line for line in text.splitlines() if "irmware" in line]  # of a thousand lines a handful
    wifi_loaded = any("iwlwifi" in line and "loaded firmware version" in line for line in lines)
    found = []
    for line in lines:
        for pattern in _MISSING:
            match = pattern.search(line)
            if match and not _HARMLESS.search(line) and not (wifi_loaded and "iwlwifi" in line):
                found.append(match[1])
    return tuple(dict.fromkeys(found))


def remapped_disks(text: str) -> Mapping[str, int]:
    """NVMe disks that ahci found remapped at boot, by PCI slot: for kernels without a ``remapped_nvme`` file."""
    return {slot: int(number) for slot, number in _REMAPPED.findall(text)}


@value
class LogProbe:
    missing_firmware: MaybeFact[tuple[str, ...]]
    remapped: Mapping[str, int] = {}


def probe(machine: Machine) -> LogProbe:
    answer = ask(machine, ["dmesg"], timeout_s=DMESG_S, root=True)
    if isinstance(answer, Unreadable):
        return LogProbe(missing_firmware=answer)
    if answer.exit_status:
        return LogProbe(missing_firmware=Unreadable("dmesg gave no log"))
    return LogProbe(
        missing_firmware=Known(missing_firmware(answer.text), "dmesg"), remapped=remapped_disks(answer.text)
    )
