"""dmidecode's text cut into structures: handle, type, fields and lists, with every oddity of its versions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.inventory.text import Noise
from agent.model.value import value

_HEADER = re.compile(r"^Handle (0x[0-9A-Fa-f]+), DMI type (\d+), (\d+) bytes")
_COUNT = re.compile(r"^(\d+) structures occupying \d+ bytes", re.MULTILINE)
_FIELD = re.compile(r"^([^:]{1,60}):(?:\s(.*))?$")

END_OF_TABLE = 127


@value
class Structure:
    handle: str
    type: int
    title: str
    fields: Mapping[str, str] = {}
    lists: Mapping[str, tuple[str, ...]] = {}

    def get(self, *names: str) -> str | None:
        """The first of these fields that is printed; None when none is."""
        return next((self.fields[name] for name in names if name in self.fields), None)


@value
class Table:
    structures: tuple[Structure, ...]
    complete: bool  # the end of the table was seen, or as many structures as the header promises

    def of(self, type_: int) -> list[Structure]:
        return [s for s in self.structures if s.type == type_]


def parse_structures(text: str) -> Table:
    """Every structure in the order it is printed. Raises Noise when there is none.

    Lines that are no field (a comment, a collector's hash, a lone "...") are passed over. Two fields on one line,
    as dmidecode 3.2 prints type 43, are parted at the tab.
    """
    found: list[Structure] = []
    header: re.Match[str] | None = None
    title = ""
    fields: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    last = ""

    def close() -> None:
        if header is not None and title:
            made = {name: tuple(items) for name, items in lists.items()}
            found.append(
                Structure(handle=header[1].upper(), type=int(header[2]), title=title, fields=dict(fields), lists=made)
            )

    for line in text.splitlines():
        if match := _HEADER.match(line):
            close()
            header, title, fields, lists, last = match, "", {}, {}, ""
        elif header is None or not line.strip() or line.startswith("#"):
            continue
        elif not line.startswith(("\t", "    ")):
            title = title or line.strip()
        elif line.startswith("\t\t") and last:
            lists.setdefault(last, []).append(line.strip())
        else:
            for part in line.strip("\t").split("\t"):
                if match := _FIELD.match(part.lstrip(" ") if part.strip() else ""):
                    last = match[1].strip()
                    fields.setdefault(last, (match[2] or "").strip())
    close()
    if not found:
        raise Noise(_why_nothing(text))
    promised = _COUNT.search(text)
    ended = any(s.type == END_OF_TABLE for s in found)
    counted = promised is not None and len(found) >= int(promised[1])
    return Table(structures=tuple(found), complete=ended or counted)


def _why_nothing(text: str) -> str:
    """dmidecode says on the same stream, or on stderr, why it could not look."""
    if "Permission denied" in text or "Operation not permitted" in text:
        return "needs root"
    if "No SMBIOS nor DMI entry point found" in text:
        return "no SMBIOS entry point found"
    if not text.strip():
        return "empty output"
    return "no SMBIOS structure in it"
