"""The tools that every inventory of a PC starts, told before any of their readers is loaded (``Ahead``)."""

from __future__ import annotations

from collections.abc import Sequence

SMARTCTL_S = 15.0  # a dying drive hangs, a sleeping one needs ten seconds
TOOL_S = 5.0
DMESG_S = 3.0

COLUMNS = "NAME,KNAME,PATH,TYPE,SIZE,MODEL,SERIAL,WWN,REV,TRAN,ROTA,RM,RO,LOG-SEC,PHY-SEC,MAJ:MIN,MOUNTPOINTS"
LSBLK = ("lsblk", "-J", "-b", "-o", COLUMNS)

IDENTIFY, HIDDEN, CONFIGURED = "--Istdout", "-N", "--dco-identify"
"""What hdparm is asked of every ATA drive."""


def smartctl(path: str) -> list[str]:
    return ["smartctl", "--json=c", "-x", path]


def hdparm(option: str, path: str) -> list[str]:
    return ["hdparm", option, path]


def id_ctrl(path: str) -> list[str]:
    return ["nvme", "id-ctrl", path, "-o", "json"]


def lines(drives: Sequence[tuple[str, str]]) -> list[tuple[Sequence[str], float]]:
    """For drives by name and bus. lsblk before the others: the drives wait for it. A drive's health takes longest."""
    paths = [(f"/dev/{name}", bus) for name, bus in drives]
    health = [(smartctl(path), SMARTCTL_S) for path, _ in paths]
    more = [(id_ctrl(path), TOOL_S) for path, bus in paths if bus == "nvme"]
    for option in (IDENTIFY, HIDDEN, CONFIGURED):
        more += [(hdparm(option, path), TOOL_S) for path, bus in paths if bus == "ata"]
    return [(LSBLK, TOOL_S), *health, (["dmidecode"], TOOL_S), (["dmesg"], DMESG_S), *more]
