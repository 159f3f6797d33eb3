"""Answers of a few tools asked for before anybody needs them: they work while their readers are loaded."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from agent.machine.door import Answer, DoorError
from agent.machine.guard import destroys
from agent.machine.processes import Tool
from agent.model.errors import Fault

_BLOCK = "/sys/block"


def drives() -> list[tuple[str, str]]:
    """The drives that hold something (not an empty card reader): kernel name, and "nvme", "ata" or "other"."""
    found = []
    for folder in sorted([*Path(_BLOCK).glob("sd*"), *Path(_BLOCK).glob("nvme*n*")]):
        with contextlib.suppress(OSError):  # it has just been pulled out: lsblk tells what is left
            if (folder / "size").read_text().strip() != "0":
                ata = "/ata" in str(folder.readlink())
                found.append((folder.name, "nvme" if folder.name.startswith("nvme") else "ata" if ata else "other"))
    return found


class Ahead:
    """Each line, with its seconds, is started at once; its answer is given once, to who asks for that very line.

    All of them need root: without it none is started. Raises Fault warrant-missing for a line that destroys.
    """

    def __init__(self, lines: Sequence[tuple[Sequence[str], float]]) -> None:
        self._asked: dict[tuple[str, ...], Tool | DoorError] = {}
        for argv, timeout_s in lines if os.geteuid() == 0 else ():
            if destroys(argv):
                raise Fault("warrant-missing", disk=" ".join(argv[:3]))
            try:
                self._asked[tuple(argv)] = Tool(argv, timeout_s=timeout_s)
            except DoorError as error:
                self._asked[tuple(argv)] = error

    def take(self, argv: Sequence[str]) -> Answer | None:
        """The answer, once the tool has given it; None for any other line. Raises what the door raises."""
        asked = self._asked.pop(tuple(argv), None)
        if isinstance(asked, DoorError):
            raise asked
        return None if asked is None else asked.answer()

    def leave(self) -> None:
        """Wait for what nobody asked for: a tool must not outlive who started it."""
        for asked in self._asked.values():
            if isinstance(asked, Tool):
                with contextlib.suppress(DoorError):
                    asked.answer()
