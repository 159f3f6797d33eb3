"""Did this disk start Windows? Asked after the first start, of the disk itself and without writing to it.

Which files a first start leaves is general knowledge, never checked on a real Windows here: so a trace alone confirms
nothing. A technician says that they saw it, and is named; the trace only keeps them from saying it of another disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.machine.door import DoorError, Machine
from agent.model.errors import Fault

TRACES = (
    "/pagefile.sys",
    "/swapfile.sys",
    "/Windows/Panther/UnattendGC/setupact.log",
    "/Windows/System32/winevt/Logs/System.evtx",
)


def find_traces(
    machine: Machine, disk: str, identifiers: Mapping[str, Any], *, image_names: frozenset[str]
) -> list[str]:
    """What Windows left on the volume that our install had made there, and that the image does not bring.

    ``image_names``: paths of the image in lower case. Raises Fault boot-not-seen when it is another disk, when nothing
    is there, or when the volume cannot be read.
    """
    volume = _windows_volume(machine, disk, identifiers)
    there = {
        path.lower() for folder in {p.rpartition("/")[0] for p in TRACES} for path in _names(machine, volume, folder)
    }
    found = [path for path in TRACES if path.lower() in there - image_names]
    if not found:
        raise _not_seen("-")
    return found


def _names(machine: Machine, volume: str, folder: str) -> list[str]:
    """Paths of one folder; a folder that is not there has none. ``-f``: Windows may have left the volume in use."""
    try:
        answer = machine.run(["ntfsls", "-f", "-a", "-p", folder or "/", volume], timeout_s=120)
    except DoorError as error:
        raise _not_seen(str(error)) from None
    return [f"{folder}/{line}" for line in answer.text.splitlines() if line] if not answer.exit_status else []


def _windows_volume(machine: Machine, disk: str, identifiers: Mapping[str, Any]) -> str:
    try:
        answer = machine.run(["sfdisk", "--json", disk], timeout_s=60)
        table = json.loads(answer.stdout)["partitiontable"]
        wanted = str(identifiers["windows_guid"]).upper()
        same = str(table["id"]).upper() == str(identifiers["disk_guid"]).upper()
        nodes = [str(p["node"]) for p in table["partitions"] if same and str(p["uuid"]).upper() == wanted]
    except (DoorError, ValueError, KeyError, TypeError) as error:
        raise _not_seen(f"{disk}: {error}") from None
    if not nodes:
        raise _not_seen(f"{disk}: GUID")
    return nodes[0]


def _not_seen(why: str) -> Fault:
    return Fault("boot-not-seen", why=why)
