"""The stream: every listener hears every event, in order, however many threads emit."""

from __future__ import annotations

import threading
import time

from agent.job.stream import EventStream
from agent.machine.clocks import RealClock
from agent.model.events import Event, Kind


def test_two_threads_never_swap_their_lines() -> None:
    stream = EventStream(RealClock())
    heard: list[int] = []

    def slow(event: Event) -> None:
        time.sleep(0.001 if event.seq % 3 else 0.003)
        heard.append(event.seq)

    stream.subscribe(slow)
    threads = [
        threading.Thread(target=lambda: [stream.emit(Kind.ATTENTION, reason="attention-no-disk") for _ in range(30)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == list(range(1, 121))


def test_a_listener_that_emits_is_heard_after_what_it_heard() -> None:
    stream = EventStream(RealClock())
    heard: list[str] = []

    def answers(event: Event) -> None:
        heard.append(event.kind.value)
        if event.kind is Kind.ATTENTION:
            stream.emit(Kind.STOP_REQUESTED)

    stream.subscribe(answers)
    stream.emit(Kind.ATTENTION, reason="attention-no-disk")
    assert heard == ["attention", "stop_requested"]
