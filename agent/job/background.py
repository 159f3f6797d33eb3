"""The threads of a session: what goes wrong in one ends on the screen and in the journal, never in a dead thread."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from agent import __version__
from agent.job.stream import EventStream
from agent.model.errors import Fault
from agent.model.events import Kind


def tell(stream: EventStream, fault: Fault) -> None:
    stream.emit(Kind.FAULT, error_id=fault.error_id, code=fault.code, params=dict(fault.params), wrote=fault.wrote)


def tell_bug(stream: EventStream, folder: Path) -> None:
    """The trace of the bug being handled goes into the folder, where whoever helps will look for it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "bug.txt"
    path.write_text(f"regain {__version__}\n\n{traceback.format_exc()}", encoding="utf-8")
    stream.emit(Kind.FAULT, error_id="bug", code="X01", params={"path": str(path)}, wrote=None)


class Background:
    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def run(self, work: Callable[[], None], *, stream: EventStream, folder: Callable[[], Path]) -> None:
        """``folder``: of the traces, asked for when there is a bug: a stick may have come since."""

        def guarded() -> None:
            try:
                work()
            except Fault as fault:
                tell(stream, fault)
            except Exception:  # noqa: BLE001 see the module
                tell_bug(stream, folder())
                if not stream.job.ended:
                    stream.emit(Kind.JOB_FINISHED, outcome="unknown", exit_code=1)

        thread = threading.Thread(target=guarded, daemon=True)
        self._threads.append(thread)
        thread.start()

    def running(self) -> tuple[threading.Thread, ...]:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        return tuple(self._threads)

    def wait(self, timeout_s: float | None = None) -> None:
        for thread in tuple(self._threads):
            thread.join(timeout_s)
