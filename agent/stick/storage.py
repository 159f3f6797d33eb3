"""The stick as a session sees it: where results go now, and a second look when somebody plugged one in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.job.parts import Kept
from agent.machine.door import Machine
from agent.model.errors import Fault
from agent.model.stick import Stick
from agent.report.station import KEY_FILE
from agent.stick.move import STATION, move_home
from agent.stick.prepare import Places, prepare, write


class LiveStorage:
    """``stick`` is the last reading; ``opened`` makes the paper and the systems that go with a reading."""

    def __init__(
        self,
        stick: Stick,
        *,
        machine: Machine,
        opened: Callable[[Stick], Kept],
        places: Places | None = None,
        look: Callable[..., Stick] = prepare,
    ) -> None:
        self.stick = stick
        self._machine = machine
        self._opened = opened
        self._places = places or Places()
        self._look = look

    def save(self) -> Kept:
        """Look for a stick again and move to it what is in memory.

        Raises Fault stick-missing when there is still none, stick-full, and those of opening a station: everything
        is then where it was.
        """
        before = self.stick
        found = self._look(self._machine, self._places, late=True)
        if found.in_memory:
            if before.in_memory:
                self.stick = found
            else:  # a stick that was good is away: what waits for it does not go elsewhere
                write(before, self._places)
            raise Fault("stick-missing", reason=found.why)
        try:
            if (Path(found.home) / STATION / KEY_FILE).is_file():
                self._opened(found)  # a station there that cannot be opened: nothing is moved beside it
            move_home(self._places.memory, Path(found.home))
        except (Fault, OSError) as error:
            write(before, self._places)
            if isinstance(error, Fault):
                raise
            raise Fault("stick-missing", reason="stick-why-not-written", detail=str(error)) from error
        self.stick = found
        return self._opened(found)
