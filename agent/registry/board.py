"""The live board: what each bench said last. Memory only, forgotten after 90 seconds, shown to whoever watches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

FORGET_S = 90.0
MOST_BENCHES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One line. ``percent`` of the stage, or None; ``at`` in seconds of a monotonic clock."""

    stick: str
    workshop: str
    tag: str | None
    stage: str
    percent: float | None
    state: str
    at: float


@dataclass(slots=True)
class Board:
    """Thread-safe. ``version`` grows with every change, so a watcher knows when to look again."""

    clock: Callable[[], float] = time.monotonic
    version: int = 0
    closed: bool = False
    _benches: dict[str, Bench] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, bench: Bench) -> None:
        with self._lock:
            self._forget()
            if bench.stick not in self._benches and len(self._benches) >= MOST_BENCHES:
                oldest = min(self._benches.values(), key=lambda b: b.at)
                del self._benches[oldest.stick]
            self._benches[bench.stick] = bench
            self.version += 1

    def touch(self) -> None:
        """Something else that the board shows has changed: a report came in."""
        with self._lock:
            self.version += 1

    def _forget(self) -> None:
        limit = self.clock() - FORGET_S
        gone = [name for name, bench in self._benches.items() if bench.at < limit]
        for name in gone:
            del self._benches[name]
        if gone:
            self.version += 1

    def view(self) -> tuple[int, list[dict[str, Any]]]:
        """The version and the benches in order; ``age_s`` is how long ago each one spoke."""
        with self._lock:
            self._forget()
            now = self.clock()
            lines = []
            for bench in sorted(self._benches.values(), key=lambda b: (b.workshop, b.stick)):
                line = asdict(bench)
                line["age_s"] = round(now - line.pop("at"), 1)
                lines.append(line)
            return self.version, lines

    def close(self) -> None:
        """Tell the watchers that the server stops."""
        self.closed = True
