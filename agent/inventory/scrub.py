"""What a recording may never hold, taken out of each answer: product keys, panel serials, boot options, the kernel's
log, strings of the maker in SMBIOS, names of people in mount points. The probes read the same facts afterwards."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

from agent.inventory import kernel_log, names, windows_key
from agent.inventory.cpu import LIMITING_OPTIONS
from agent.inventory.lsblk import public_path
from agent.machine.door import Answer

_KEPT_STRUCTURES = {0, 1, 2, 3, 4, 7, 8, 16, 17, 22, 24, 43, 127}
_SMBIOS_HEADER = re.compile(r"^Handle 0x[0-9A-Fa-f]+, DMI type (\d+), \d+ bytes", re.MULTILINE)
_EDID_SERIAL = 0xFF
_BATTERY_SERIAL = re.compile(rb"^POWER_SUPPLY_SERIAL_NUMBER=.*$\n?", re.MULTILINE)


def answer(found: Answer) -> Answer:
    """One program's answer in the form that may be stored."""
    makers = {"dmesg": kernel_log.kept_lines, "dmidecode": smbios, "lsblk": mount_points}
    make = makers.get(found.argv[0])
    return found if make is None else dataclasses.replace(found, stdout=make(found.text).encode())


def file(path: str, data: bytes) -> bytes:
    """One file in the form that may be stored."""
    if path == windows_key.MSDM:
        return windows_key.masked(data)
    if path == "/proc/cmdline":
        words = data.decode("utf-8", "replace").split()
        return (" ".join(w for w in words if w.split("=", 1)[0] in LIMITING_OPTIONS) + "\n").encode()
    if path.endswith("/edid"):
        return edid(data)
    if path.startswith("/sys/class/power_supply/") and path.endswith("/uevent"):
        return _BATTERY_SERIAL.sub(b"", data)
    if path.endswith("/loop/backing_file"):
        return public_path(data.decode("utf-8", "replace").strip()).encode() + b"\n" if b"/home/" in data else data
    return names.public(path, data)


def smbios(text: str) -> str:
    """The structures that are read, whole; of the others only handle and title (a Dell OEM string is its tag)."""
    out: list[str] = []
    dropping = False
    for line in text.splitlines():
        if match := _SMBIOS_HEADER.match(line):
            dropping = int(match[1]) not in _KEPT_STRUCTURES
        if not (dropping and line.startswith(("\t", "    "))):
            out.append(line)
    return "\n".join(out) + "\n" if out else ""


def mount_points(text: str) -> str:
    """lsblk's answer with mount points that name nobody."""
    try:
        document = json.loads(text)
    except ValueError:
        return text
    return json.dumps(_public(document), indent=3, ensure_ascii=False) + "\n"


def _public(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: [public_path(p) if isinstance(p, str) else p for p in item]
            if key == "mountpoints" and isinstance(item, list)
            else _public(item)
            for key, item in value.items()
        }
    return [_public(item) for item in value] if isinstance(value, list) else value


def edid(data: bytes) -> bytes:
    """The EDID without its serial number and serial text, its checksum put right again."""
    if len(data) < 128 or sum(data[:128]) & 0xFF:
        return data
    block = bytearray(data[:128])
    block[12:16] = bytes(4)
    for start in (54, 72, 90, 108):
        if not any(block[start : start + 3]) and block[start + 3] == _EDID_SERIAL:
            block[start + 5 : start + 18] = b"\n" + b" " * 12
    block[127] = -sum(block[:127]) & 0xFF
    return bytes(block) + data[128:]
