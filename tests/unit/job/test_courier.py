"""What waits is tried again by itself, further and further apart, and never twice at once."""

from __future__ import annotations

import threading

from agent.job.courier import FIRST_S, LONGEST_S, LOOK_S, Courier


def tries(courier: Courier, until: float, waiting: int = 1, step: float = 1.0) -> list[float]:
    """At which seconds a try began."""
    found, now = [], 0.0
    while now <= until:
        before = courier._thread
        courier.tick(now, lambda: waiting)
        if courier._thread is not before:
            found.append(now)
            courier.join()
        now += step
    return found


def test_each_try_for_nothing_doubles_the_pause() -> None:
    began = tries(Courier(lambda: None), 3 * LONGEST_S)
    pauses = [b - a for a, b in zip([0.0, *began], began, strict=False)]
    wanted = [min(LONGEST_S, FIRST_S * 2.0**n) for n in range(len(pauses))]
    assert len(pauses) > 5 and all(0 <= p - w <= 2 * LOOK_S for p, w in zip(pauses, wanted, strict=True))


def test_the_registry_says_how_long_it_wants_to_be_left_alone() -> None:
    began = tries(Courier(lambda: 300.0), 700.0)
    assert FIRST_S <= began[0] <= FIRST_S + LOOK_S and 300.0 <= began[1] - began[0] <= 300.0 + 2 * LOOK_S


def test_nothing_waits_nothing_is_tried_and_the_next_result_is_soon_on_its_way() -> None:
    courier = Courier(lambda: None)
    assert not tries(courier, 500.0, waiting=0) and courier.left_s(500.0) is None
    tries(courier, 300.0)
    courier.tick(1000.0, lambda: 0)
    courier.tick(1010.0, lambda: 1)
    assert courier.left_s(1010.0) == FIRST_S


def test_one_try_at_a_time() -> None:
    entered, leave = threading.Event(), threading.Event()
    count: list[int] = []

    def slow() -> None:
        count.append(1)
        entered.set()
        leave.wait(10)

    courier = Courier(slow)
    courier.tick(0.0, lambda: 1)
    courier.tick(FIRST_S + LOOK_S, lambda: 1)
    assert entered.wait(10) and courier.busy
    for now in range(100, 5000, 10):
        courier.tick(float(now), lambda: 1)
    leave.set()
    courier.join()
    assert count == [1]
