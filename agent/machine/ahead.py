"""Answers of a few tools asked for before anybody needs them: they work while their readers are loaded."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from agent.machine.door import Answer, DoorError
from agent.machine.guard import destroys
from agent.machine.processes import run_tool
from agent.model.errors import Fault


def drives() -> list[str]:
    """Kernel names of the SATA, SAS, USB and NVMe drives that hold something: not an empty card reader."""
    found = [*Path("/sys/block").glob("sd*"), *Path("/sys/block").glob("nvme*n*")]
    return sorted(folder.name for folder in found if (folder / "size").read_text().strip() != "0")


class Ahead:
    """Each line, with its seconds, is started at once; its answer is given once, to who asks for that very line.

    All of them need root: without it none is started. Raises Fault warrant-missing for a line that destroys.
    """

    def __init__(self, lines: Sequence[tuple[Sequence[str], float]]) -> None:
        self._asked: dict[tuple[str, ...], _Asked] = {}
        for argv, timeout_s in lines if os.geteuid() == 0 else ():
            if destroys(argv):
                raise Fault("warrant-missing", disk=" ".join(argv[:3]))
            self._asked[tuple(argv)] = _Asked(argv, timeout_s)

    def take(self, argv: Sequence[str]) -> Answer | None:
        """The answer, once the tool has given it; None for any other line. Raises what the door raises."""
        asked = self._asked.pop(tuple(argv), None)
        return None if asked is None else asked.answer()

    def leave(self) -> None:
        """Wait for what nobody asked for: a tool must not outlive who started it."""
        for asked in self._asked.values():
            asked.wait()


class _Asked:
    """One tool at work in a thread of its own."""

    def __init__(self, argv: Sequence[str], timeout_s: float) -> None:
        self._result: Answer | DoorError | None = None
        self._thread = threading.Thread(target=self._work, args=(argv, timeout_s), daemon=True)
        self._thread.start()

    def _work(self, argv: Sequence[str], timeout_s: float) -> None:
        try:
            self._result = run_tool(argv, timeout_s=timeout_s)
        except DoorError as error:
            self._result = error

    def wait(self) -> None:
        self._thread.join()

    def answer(self) -> Answer:
        """What the tool answered, or its failure as the door tells it."""
        self.wait()
        if isinstance(self._result, Answer):
            return self._result
        raise self._result or DoorError("the thread that asked it broke")
