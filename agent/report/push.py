"""The queue meets the registry: what waits is sent in its order, and one bad record holds up no other."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from agent.model.errors import Fault
from agent.report.outbox import Entry, Outbox, open_report
from agent.report.replies import Health, Receipt, Step, Verdict
from agent.report.sign import peek
from agent.report.transport import RegistryClient

MAX_WAIT_S, BASE_WAIT_S = 900.0, 5.0
_AWAY_LIMIT = 3
"""So many records in a row that the registry could not take: it is the registry and not the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    entry: Entry
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What one push did. ``fault`` is why it stopped or what still waits for; ``retry_after_s`` when to try again."""

    delivered: tuple[Delivered, ...] = ()
    dead: tuple[Entry, ...] = ()
    waiting: int = 0
    fault: Fault | None = None
    retry_after_s: float | None = None
    health: Health | None = None


class Sleeper(Protocol):
    def sleep(self, seconds: float) -> None: ...


def backoff_s(tries: int, *, chance: float) -> float:
    """Seconds before the next try: ``random(0, min(900, 5 x 2^n))``, ``chance`` being the draw in [0, 1]."""
    return chance * min(MAX_WAIT_S, BASE_WAIT_S * 2.0 ** min(max(tries, 0), 30))


def push(
    outbox: Outbox,
    client: RegistryClient,
    clock: Sleeper,
    *,
    rounds: int = 1,
    chance: Callable[[], float] = random.random,
) -> Push:
    """Send what waits, in ``seq`` order, never held up by one bad record. Raises no Fault: it is in the answer.

    With ``rounds`` above 1 a retry is waited for on ``clock``, otherwise the caller comes back after
    ``retry_after_s``. Nothing is marked without a valid receipt or a refusal in the registry's own words.
    """
    total = Push()
    for turn in range(max(1, rounds)):
        now = _push_once(outbox, client, tries=turn, chance=chance)
        total = Push(
            delivered=total.delivered + now.delivered,
            dead=total.dead + now.dead,
            waiting=now.waiting,
            fault=now.fault,
            retry_after_s=now.retry_after_s,
            health=now.health or total.health,
        )
        if now.retry_after_s is None or turn == rounds - 1:
            break
        clock.sleep(now.retry_after_s)
    return total


def _push_once(outbox: Outbox, client: RegistryClient, *, tries: int, chance: Callable[[], float]) -> Push:
    waiting = outbox.pending()
    if not waiting:
        return Push()
    try:
        health = client.health()
    except Fault as fault:
        # nobody was there to take them: each was tried all the same, and the queue says why it waits
        with contextlib.suppress(Fault, OSError):
            outbox.note_attempts([entry.report_id for entry in waiting], error_id=fault.error_id)
        again = backoff_s(tries, chance=chance()) if fault.error_id == "registry-unreachable" else None
        return Push(waiting=len(waiting), fault=fault, retry_after_s=again)
    run = _Run(outbox, client)
    for entry in waiting:
        if not run.send(entry):
            break
    wait = run.wait
    if wait is None and run.retry:
        wait = backoff_s(max(tries, run.most_tries), chance=chance())
    return Push(
        delivered=tuple(run.delivered),
        dead=tuple(run.dead),
        waiting=len(outbox.pending()),
        fault=run.fault,
        retry_after_s=wait,
        health=health,
    )


class _Run:
    """One pass over the queue: what came of each record, and whether the next one may be sent."""

    def __init__(self, outbox: Outbox, client: RegistryClient) -> None:
        self.outbox, self.client = outbox, client
        self.delivered: list[Delivered] = []
        self.dead: list[Entry] = []
        self.fault: Fault | None = None
        self.wait: float | None = None
        self.retry = False
        self.most_tries = 0
        self._away = 0

    def send(self, entry: Entry) -> bool:
        """False when the rest of the queue must wait too."""
        try:
            token = entry.token()
            report_id = open_report(token, self.outbox.keys).report_id
        except Fault as fault:  # a bad block on the stick costs this record and no other
            self._bury(entry, fault, {})
            return True
        verdict = self.client.put(token, report_id=report_id)
        match verdict.step:
            case Step.DELIVERED if verdict.receipt is not None:
                self.delivered.append(
                    Delivered(entry=self.outbox.mark_sent(entry, verdict.receipt.token), receipt=verdict.receipt)
                )
                self._away = 0
                return True
            case Step.DEAD if verdict.fault is not None:
                self._bury(entry, verdict.fault, verdict.problem)
                self._away = 0
                return True
            case Step.RETRY:
                return self._later(entry, verdict)
            case _:
                return self._pause(entry, verdict, foreign=peek(token).kid != self.client.kid)

    def _bury(self, entry: Entry, fault: Fault, problem: Mapping[str, Any]) -> None:
        note = {"error_id": fault.error_id, "code": fault.code, "problem": dict(problem)}
        self.dead.append(self.outbox.mark_dead(entry, note))
        self.fault = fault

    def _later(self, entry: Entry, verdict: Verdict) -> bool:
        self.retry, self.fault = True, verdict.fault
        why = verdict.fault.error_id if verdict.fault else "registry-unreachable"
        self.most_tries = max(self.most_tries, self.outbox.note_attempt(entry.report_id, error_id=why))
        if verdict.retry_after_s is not None:
            self.wait = max(self.wait or 0.0, verdict.retry_after_s)
        self._away += 1
        return not verdict.everyone and self._away < _AWAY_LIMIT

    def _pause(self, entry: Entry, verdict: Verdict, *, foreign: bool) -> bool:
        self.fault = verdict.fault
        if verdict.fault is not None:
            self.outbox.note_attempt(entry.report_id, error_id=verdict.fault.error_id)
        # a record carried here from another stick whose key is revoked does not hold up our own
        return foreign and verdict.fault is not None and verdict.fault.error_id == "registry-revoked"
