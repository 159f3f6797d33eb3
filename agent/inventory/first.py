"""The tools that every inventory of a PC starts, told before any of their readers is loaded (``Ahead``)."""

from __future__ import annotations

from collections.abc import Sequence

SMARTCTL_S = 15.0  # a dying drive hangs, a sleeping one needs ten seconds
TOOL_S = 5.0
DMESG_S = 3.0

COLUMNS = "NAME,KNAME,PATH,TYPE,SIZE,MODEL,SERIAL,WWN,REV,TRAN,ROTA,RM,RO,LOG-SEC,PHY-SEC,MAJ:MIN,MOUNTPOINTS"
LSBLK = ("lsblk", "-J", "-b", "-o", COLUMNS)


def smartctl(path: str) -> list[str]:
    return ["smartctl", "--json=c", "-x", path]


def lines(drives: Sequence[str]) -> list[tuple[Sequence[str], float]]:
    """lsblk before the others: the drives wait for it. A drive's health takes longest, and needs only its name."""
    health = [(smartctl(f"/dev/{name}"), SMARTCTL_S) for name in drives]
    return [(LSBLK, TOOL_S), *health, (["dmidecode"], TOOL_S), (["dmesg"], DMESG_S)]
