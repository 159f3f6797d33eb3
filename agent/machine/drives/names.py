"""Names on a command line: a drive of the laboratory is handed over under its alias, any other device not at all."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence

from agent.machine.door import Denied

MACHINE, ALIAS = "/dev/", "/dev/regain-lab/"
"""The alias keeps the last part, which tools look at; the folder exists on no machine. The same in preload.c."""

_DEVICE = re.compile(r"/+dev(?:/+[^\s,;:\"'|&<>()=]*)?(?![^\s,;:\"'|&<>()=/])")
_HARMLESS = re.compile(r"/dev/(null|zero|full|u?random|tty|std(in|out|err)|fd/\d+)")


def devices_in(argv: Sequence[str]) -> list[str]:
    """Every path under /dev that is named on the line, as one would open it; a harmless one is left out."""
    found = [posixpath.normpath(match[0].replace("//", "/")) for word in argv[1:] for match in _DEVICE.finditer(word)]
    return [name for name in found if not _HARMLESS.fullmatch(name)]


def aliased(argv: Sequence[str], drives: Collection[str]) -> list[str]:
    """The line with aliases. Raises Denied when it names a device that is none of ``drives``."""
    others = [name for name in devices_in(argv) if name not in drives]
    if others:
        raise Denied(f"{argv[0]}: {others[0]} is not a drive of the laboratory")

    def alias(match: re.Match[str]) -> str:
        name = posixpath.normpath(match[0].replace("//", "/"))
        return name.replace(MACHINE, ALIAS, 1) if name in drives else name

    return [argv[0], *(_DEVICE.sub(alias, word) for word in argv[1:])]


def as_on_the_machine(said: bytes) -> bytes:
    """What a tool printed, with the machine's names."""
    return said.replace(ALIAS.encode(), MACHINE.encode())
