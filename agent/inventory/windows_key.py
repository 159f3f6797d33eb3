"""The Windows key in the firmware: whether ACPI has an MSDM table, and the last five characters. Never the key."""

from __future__ import annotations

import re

from agent.inventory.asking import read
from agent.machine.door import Machine
from agent.model.facts import Known, MaybeFact, Unreadable
from agent.model.value import value

TABLES = "/sys/firmware/acpi/tables"
MSDM = f"{TABLES}/MSDM"
KEY_START, KEY_LENGTH = 56, 29
_KEY = re.compile(rb"[0-9A-Z]{5}(-[0-9A-Z]{5}){4}")


@value
class KeyProbe:
    present: MaybeFact[str]
    suffix: MaybeFact[str] = None


def masked(table: bytes) -> bytes:
    """The table with all of the key but its last five characters crossed out: the form that may be recorded."""
    key = table[KEY_START : KEY_START + KEY_LENGTH]
    hidden = re.sub(rb"[0-9A-Z]", b"X", key[:-5]) + key[-5:]
    return table[:KEY_START] + hidden + table[KEY_START + KEY_LENGTH :]


def probe(machine: Machine) -> KeyProbe:
    if not machine.exists(TABLES):
        return KeyProbe(present=Known("unknown", TABLES))
    if not machine.exists(MSDM):
        return KeyProbe(present=Known("absent", TABLES))
    data = read(machine, MSDM, limit=4096)
    suffix: MaybeFact[str] = data if isinstance(data, Unreadable) else Unreadable("no key in the table")
    if isinstance(data, bytes):
        key = data[KEY_START : KEY_START + KEY_LENGTH]
        if _KEY.fullmatch(key):
            suffix = Known(key[-5:].decode("ascii"), "MSDM")
    return KeyProbe(present=Known("present", TABLES), suffix=suffix)
