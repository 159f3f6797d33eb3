"""The tools that every inventory of a PC starts, known before one of their readers is loaded (``AheadMachine``)."""

from __future__ import annotations

from collections.abc import Sequence

from agent.inventory import lsblk
from agent.inventory.asking import read_word
from agent.machine.door import Machine

SMARTCTL_S = 15.0  # a dying drive hangs, a sleeping one needs ten seconds
TOOL_S = 5.0
DMESG_S = 3.0


def smartctl(path: str) -> list[str]:
    return ["smartctl", "--json=c", "-x", path]


def lines(machine: Machine) -> list[tuple[Sequence[str], float]]:
    """lsblk before the others: the drives wait for it. A drive's health takes longest, and needs only its name."""
    found = machine.glob("/sys/block/sd*") + machine.glob("/sys/block/nvme*n*")
    drives = [path.rsplit("/", 1)[1] for path in found if read_word(machine, f"{path}/size") not in (None, "0")]
    health = [(smartctl(f"/dev/{name}"), SMARTCTL_S) for name in drives]
    return [(lsblk.ARGV, TOOL_S), *health, (["dmidecode"], TOOL_S), (["dmesg"], DMESG_S)]
