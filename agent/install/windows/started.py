"""Did this disk start Windows? Asked after the first start, of the disk itself and without writing to it.

Which files a first start leaves is general knowledge, never checked on a real Windows here: so a trace alone confirms
nothing. A technician says that they saw it, and is named; the trace only keeps them from saying it of another disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.install.windows.layout import BASIC_DATA
from agent.machine.door import DoorError, Machine
from agent.model.errors import Fault

_OF_THE_SYSTEM = (
    "/Windows/Panther/UnattendGC/setupact.log",
    "/Windows/System32/winevt/Logs/System.evtx",
)
TRACES = ("/pagefile.sys", "/swapfile.sys", *_OF_THE_SYSTEM)
"""Microsoft's own Setup may leave a page file itself: of a Windows that it installed, the other two count alone."""


def find_traces(
    machine: Machine,
    disk: str,
    identifiers: Mapping[str, Any],
    *,
    image_names: frozenset[str],
    staged: bool = False,
) -> list[str]:
    """What Windows left on the volume that our install had made there, and that the image does not bring.

    ``staged``: on a volume that Microsoft's Setup made itself, on the disk where we had left it. ``image_names``: paths
    of the image in lower case. Raises Fault boot-not-seen when it is another disk, when nothing is there, or when the
    volume cannot be read.
    """
    wanted = _OF_THE_SYSTEM if staged else TRACES
    folders = {path.rpartition("/")[0] for path in wanted}
    for volume in _windows_volumes(machine, disk, identifiers, staged=staged):
        there = {path.lower() for folder in folders for path in _names(machine, volume, folder)}
        if found := [path for path in wanted if path.lower() in there - image_names]:
            return found
    raise _not_seen("-")


def _names(machine: Machine, volume: str, folder: str) -> list[str]:
    """Paths of one folder; a folder that is not there has none. ``-f``: Windows may have left the volume in use."""
    try:
        answer = machine.run(["ntfsls", "-f", "-a", "-p", folder or "/", volume], timeout_s=120)
    except DoorError as error:
        raise _not_seen(str(error)) from None
    return [f"{folder}/{line}" for line in answer.text.splitlines() if line] if not answer.exit_status else []


def _windows_volumes(machine: Machine, disk: str, identifiers: Mapping[str, Any], *, staged: bool) -> list[str]:
    """The partition that we made for Windows; after Setup every one for data beside ours, whose GUIDs nobody drew."""
    try:
        answer = machine.run(["sfdisk", "--json", disk], timeout_s=60)
        table = json.loads(answer.stdout)["partitiontable"]
        ours = str(identifiers["esp_guid" if staged else "windows_guid"]).upper()
        same = str(table["id"]).upper() == str(identifiers["disk_guid"]).upper()
        parts = [(str(p["node"]), str(p["type"]).upper(), str(p["uuid"]).upper()) for p in table["partitions"] if same]
    except (DoorError, ValueError, KeyError, TypeError) as error:
        raise _not_seen(f"{disk}: {error}") from None
    if staged:
        nodes = [node for node, kind, guid in parts if kind == BASIC_DATA and guid != ours]
        nodes = nodes if any(guid == ours for *_, guid in parts) else []
    else:
        nodes = [node for node, _, guid in parts if guid == ours]
    if not nodes:
        raise _not_seen(f"{disk}: GUID")
    return nodes


def _not_seen(why: str) -> Fault:
    return Fault("boot-not-seen", why=why)
