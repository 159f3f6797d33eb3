"""Journal: what happened, with its time; all of it, the alarms, or the proofs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agent.model.events import Event, Kind
from agent.model.facts import to_wire
from agent.tui import format as f
from agent.tui import paint
from agent.tui.paint import BAD, FAINT, FOCUS, GOOD, PLAIN, STRONG, Ink, Line
from agent.tui.sheet import BenchScreen, Keys

FILTERS = ("all", "alerts", "proofs")

ALERTS = frozenset({Kind.CONSENT_REFUSED, Kind.FELL_BACK, Kind.RANGE_FAILED, Kind.STALLED, Kind.INSTALL_LOCKED,
                    Kind.STEP_FAILED, Kind.REPORT_WAITING, Kind.ATTENTION, Kind.FAULT,
                    Kind.STOP_REQUESTED})  # fmt: skip
PROOFS = frozenset({Kind.CANARIES_PLANTED, Kind.COMMAND_CHECKED, Kind.PASS_FINISHED, Kind.VERIFY_FINISHED,
                    Kind.CANARIES_CHECKED, Kind.ERASURE_FINISHED, Kind.RECORD_SIGNED, Kind.CERTIFICATE_WRITTEN,
                    Kind.REPORT_DELIVERED, Kind.CONSENTED})  # fmt: skip


def is_alert(event: Event) -> bool:
    if event.kind is Kind.PROBE_FINISHED:
        return not event.params.get("ok", True)
    if event.kind is Kind.ERASURE_FINISHED:
        return event.params.get("outcome") not in ("purged", "cleared")
    if event.kind is Kind.INSTALL_FINISHED:
        return not event.params.get("ok", True)
    if event.kind is Kind.JOB_FINISHED:
        return event.params.get("outcome") != "done"
    return event.kind in ALERTS


def select(events: Sequence[Event], which: str) -> list[Event]:
    """Events of one filter; the machine's own heartbeat (progress, marks) is in none."""
    told = [e for e in events if e.kind not in (Kind.PROGRESS, Kind.MARK)]
    if which == "alerts":
        return [e for e in told if is_alert(e)]
    if which == "proofs":
        return [e for e in told if e.kind in PROOFS]
    return told


class JournalScreen(BenchScreen):
    """Opens on the last line and follows it until an arrow is used."""

    name_id = "screen-journal"

    def __init__(self) -> None:
        super().__init__()
        self.which = 0
        self.row: int | None = None  # None: the last one
        self.open = False

    def shown(self) -> list[Event]:
        return select(self.bench.session.events() if self.bench.session else (), FILTERS[self.which])

    def right(self) -> str:
        names = [self.w(f"filter-{name}") for name in FILTERS]
        return "  ".join(f"[{n}]" if i == self.which else n for i, n in enumerate(names))

    def body(self, width: int, height: int) -> list[Line]:
        events = self.shown()
        if not events:
            return [paint.line("   ", self.w("journal-empty"))]
        focus = len(events) - 1 if self.row is None else min(self.row, len(events) - 1)
        rows: list[Line] = []
        at = 0
        for index, event in enumerate(events):
            if index == focus:
                at = len(rows)
            rows.append(self._row(event, width, focused=index == focus))
            if index == focus and self.open:
                rows += [paint.line("      ", (t, STRONG)) for t in _details(event, width - 8)]
        start = min(max(0, at - height // 2), max(0, len(rows) - height)) if len(rows) > height else 0
        self.cell = (1, 2 + at - start)
        return paint.window([paint.fit(r, width) for r in rows], height, at)

    def _row(self, event: Event, width: int, *, focused: bool) -> Line:
        w = self.w
        kind = f"kind-{event.kind.value.replace('_', '-')}"
        topic = w(kind) if w.has(kind) else event.kind.value
        ink: Ink = BAD if is_alert(event) else GOOD if event.kind in PROOFS else PLAIN
        mark = "→" if focused else " "
        text = paint.line(f" {mark} ", (f.clock(event.t, seconds=True), FAINT), "  ", (f"{topic:<13} ", ink),
                          sentence(w, event))  # fmt: skip
        return paint.recolour(paint.fit(text, width), FOCUS) if focused else text

    def keys(self) -> Keys:
        w = self.w
        return [("↑↓", w("do-line")), (w("key-enter"), w("do-detail")), ("F", w("do-filter")),
                ("F12", w("do-copy-diagnostic")), (w("key-escape"), w("do-back"))]  # fmt: skip

    def move(self, dx: int, dy: int) -> None:
        last = len(self.shown()) - 1
        now = last if self.row is None else self.row
        target = min(max(0, now + dy), max(0, last))
        self.row = None if target >= last and dy > 0 else target

    def enter(self) -> None:
        self.open = not self.open

    def character(self, character: str, at: float) -> bool:
        if character.lower() == "f":
            self.which = (self.which + 1) % len(FILTERS)
            self.row = None
            return True
        return False


def _details(event: Event, width: int) -> list[str]:
    text = json.dumps(to_wire(event.params), ensure_ascii=False, sort_keys=True)
    rows = paint.wrap(text, width)
    return [*rows[:8], "…"] if len(rows) > 8 else rows


def sentence(w: Any, event: Event) -> str:
    """What the event says in one line; an event that has no sentence shows its numbers."""
    message = f"ev-{event.kind.value.replace('_', '-')}"
    if event.params.get("staged") and event.params.get("ok"):
        message = "ev-install-staged"
    if event.params.get("aside"):
        return f.without_holes(
            w("ev-command-aside", disk=f.tail(event.disk or ""), line=" ".join(event.params["argv"]))
        )
    if not w.has(message):
        return json.dumps(to_wire(event.params), ensure_ascii=False, sort_keys=True)
    return f.without_holes(w(message, **_words_of(w, event)))


def _words_of(w: Any, event: Event) -> dict[str, Any]:
    """The event's parameters as words: sizes, times, ends of serials, other rooms' messages."""
    p = event.params
    words: dict[str, Any] = {k: v for k, v in p.items() if isinstance(v, (str, int, float))}
    words["disk"] = f.tail(event.disk) if event.disk else ""
    for key in ("bytes", "from", "bytes_total", "bytes_per_second"):
        if isinstance(p.get(key), (int, float)):
            words[key] = f.disk_size(w, p[key])
    for key in ("seconds", "eta_s"):
        if isinstance(p.get(key), (int, float)):
            words[key] = f.duration(w, p[key])
    for key in ("count", "readable", "looked", "alive", "mismatches", "witnesses_matching"):
        if isinstance(p.get(key), int):
            words[key] = f.number(w, p[key])
    if isinstance(p.get("start"), int) and isinstance(p.get("end"), int):
        words["length"] = f.disk_size(w, p["end"] - p["start"])
    for key in ("reason", "step"):
        if isinstance(p.get(key), str):
            words[key] = f.without_holes(
                f.say(w, p[key], p.get("params") if isinstance(p.get("params"), dict) else None)
            )
    if isinstance(p.get("outcome"), str):
        message = f"outcome-{p['outcome']}"
        words["outcome"] = w(message) if w.has(message) else p["outcome"]
    if isinstance(p.get("system"), str):
        words["system"] = w(f"choice-{p['system']}")
    if isinstance(p.get("plan_digest"), str):
        head = p["plan_digest"][:8].upper()
        words["plan_digest"] = f"{head[:4]}-{head[4:]}"
    if event.kind is Kind.ASSESSED:
        for system in ("linux", "windows11"):
            verdict = str(f.dig(p, "eligibility", system, "verdict") or "undetermined")
            words[system] = w(f"verdict-{'windows' if system == 'windows11' else system}-{verdict}")
    if event.kind is Kind.TAG_READ:
        words["tag"] = f.tag(p.get("tag")) or w("no-tag")
    if event.kind is Kind.FAULT and isinstance(p.get("error_id"), str):
        words["text"] = f.without_holes(f.say(w, f"err-{p['error_id']}", p.get("params") or {}))
    if event.kind is Kind.REPORT_WAITING and isinstance(p.get("error_id"), str):
        words["text"] = f.without_holes(f.say(w, f"err-{p['error_id']}"))
    if event.kind is Kind.ERASURE_STARTED:
        technique = f"technique-{f.dig(p, 'method', 'technique')}"
        words["technique"] = w(technique) if w.has(technique) else str(f.dig(p, "method", "technique"))
    if isinstance(p.get("technique"), str):
        words["technique"] = (
            w(f"technique-{p['technique']}") if w.has(f"technique-{p['technique']}") else p["technique"]
        )
    if event.kind is Kind.COMMAND_CHECKED:
        words["alive"] = f.number(w, p["alive"] + p["witnesses_matching"])
    words.setdefault("error", "")
    return words
