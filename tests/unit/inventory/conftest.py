"""Doubles of a machine for the probes' tests: one that misbehaves in a chosen way, over a recorded one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agent.machine.door import Answer, Denied, DoorError, ToolMissing, ToolTimedOut
from agent.machine.recorded import RecordedMachine

MACHINES = Path(__file__).resolve().parents[2] / "machines"


class Bent(RecordedMachine):
    """A recorded PC whose programs answer what ``bend`` makes of the question."""

    def __init__(self, path: Path, bend: Callable[[Sequence[str]], bytes | DoorError | None], *, root: bool = True):
        super().__init__(path)
        self._bend = bend
        self._is_root = root

    def is_root(self) -> bool:
        return self._is_root

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        bent = self._bend(argv)
        if isinstance(bent, DoorError):
            raise bent
        if bent is not None:
            return Answer(argv=tuple(argv), exit_status=0, stdout=bent, stderr=b"", seconds=0.0)
        return super().run(argv, timeout_s=timeout_s, stdin=stdin)


@pytest.fixture
def machine_path() -> Callable[[str], Path]:
    return lambda name: MACHINES / name


@pytest.fixture
def bent() -> Callable[..., Bent]:
    """``bent(name, "missing" | "timeout" | "denied" | bytes, tool=None)``: every program, or one of them."""
    errors = {"missing": ToolMissing("x"), "timeout": ToolTimedOut("x"), "denied": Denied("x")}

    def make(name: str, how: str | bytes, *, tool: str | None = None, root: bool = True) -> Bent:
        def bend(argv: Sequence[str]) -> bytes | DoorError | None:
            if tool is not None and argv[0] != tool:
                return None
            return errors[how] if isinstance(how, str) else how

        return Bent(MACHINES / name, bend, root=root)

    return make
