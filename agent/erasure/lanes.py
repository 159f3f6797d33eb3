"""Several threads, each with its own buffer, take the spans of a disk one after the other.

While one lane waits for the disk another one computes (the cipher and the transfer both release the interpreter
lock). Transfers begin in the order of the spans and at most ``depth`` of them are under way, so a rotating disk
still sees one sequential stream.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass

from agent.erasure.stream import Keystream
from agent.machine.blockio import aligned_buffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    index: int
    start: int
    end: int


class Stopped(Exception):
    """Somebody asked to stop; what was finished before is kept."""


@dataclass(slots=True, kw_only=True)
class Lane:
    """What one thread owns."""

    buffer: memoryview
    stream: Keystream


class Lanes:
    """Run three stages over ``count`` spans: ``before`` and ``after`` in parallel, ``transfer`` in order."""

    def __init__(
        self,
        *,
        count: int,
        span: Callable[[int], tuple[int, int]],
        stream: Callable[[], Keystream],
        before: Callable[[Lane, Span], None],
        transfer: Callable[[Lane, Span], None],
        after: Callable[[Lane, Span], None],
        block_bytes: int,
        depth: int,
        lanes: int,
    ) -> None:
        self._count, self._span = count, span
        self._before, self._transfer, self._after = before, transfer, after
        self._depth = depth
        self._cond = threading.Condition()
        self._next = 0  # the span the next free lane takes
        self._turn = 0  # the span whose transfer may begin next
        self._busy = 0
        self._finished: set[int] = set()
        self._through = 0  # every span before this one is finished
        self._failure: BaseException | None = None
        self.stopping = False
        self._threads = [
            threading.Thread(target=self._run, args=(stream, block_bytes), daemon=True) for _ in range(lanes)
        ]

    def run(self, tick: Callable[[int], None], *, every_s: float = 0.2) -> None:
        """Work until all is done; ``tick(n)`` is called here, in the caller's thread: the first n spans are finished.

        Raises what a stage raised, or what ``tick`` raised (Stopped), once every lane has come to rest.
        """
        for thread in self._threads:
            thread.start()
        told = -1
        try:
            while True:
                with self._cond:
                    self._cond.wait_for(functools.partial(self._news, told), every_s)
                    told, failure = self._through, self._failure
                if failure is not None:
                    break
                tick(told)
                if told >= self._count:
                    break
        finally:
            self._halt()
            for thread in self._threads:
                thread.join()
        if self._failure is not None:
            raise self._failure

    def _news(self, told: int) -> bool:
        return self._failure is not None or self._through > told

    def _halt(self) -> None:
        with self._cond:
            self.stopping = True
            self._cond.notify_all()

    def _run(self, stream: Callable[[], Keystream], block_bytes: int) -> None:
        lane = Lane(buffer=memoryview(aligned_buffer(block_bytes)), stream=stream())
        try:
            while (span := self._take()) is not None:
                self._before(lane, span)
                if not self._enter(span):
                    return
                try:
                    self._transfer(lane, span)
                finally:
                    self._leave()
                self._after(lane, span)
                self._complete(span)
        except BaseException as error:  # noqa: BLE001  handed to the caller's thread, which raises it
            with self._cond:
                self._failure = self._failure or error
                self.stopping = True
                self._cond.notify_all()

    def _take(self) -> Span | None:
        with self._cond:
            if self.stopping or self._next >= self._count:
                return None
            index = self._next
            self._next += 1
        start, end = self._span(index)
        return Span(index=index, start=start, end=end)

    def _enter(self, span: Span) -> bool:
        with self._cond:
            self._cond.wait_for(
                lambda: self.stopping or (self._turn == span.index and self._busy < self._depth),
            )
            if self.stopping:
                return False
            self._turn += 1
            self._busy += 1
            self._cond.notify_all()
        return True

    def _leave(self) -> None:
        with self._cond:
            self._busy -= 1
            self._cond.notify_all()

    def _complete(self, span: Span) -> None:
        with self._cond:
            self._finished.add(span.index)
            while self._through in self._finished:
                self._finished.remove(self._through)
                self._through += 1
            self._cond.notify_all()
