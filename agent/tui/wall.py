"""The wall: what a job says from three metres away (WORKBENCH section 3). Pure: a job in, lines out.

A state is a word and a colour and a shape: plain field with a bar, solid frame, diagonal stripes, reversed field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agent.locale import Words
from agent.model.erasure import Outcome
from agent.model.errors import ERRORS
from agent.model.job import Job, State
from agent.tui import format as f
from agent.tui import pixels, theme
from agent.tui.paint import Ink, Line, both_ends, fit, line, overlay, window


class Shape(StrEnum):
    NOTHING = "nothing"
    BAR = "bar"
    FRAME = "frame"
    STRIPES = "stripes"
    REVERSED = "reversed"


class Sound(StrEnum):
    NONE = "none"
    CALL = "call"  # one beep every 30 s, ten at most
    DONE = "done"  # two rising
    FAILED = "failed"  # three low


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What the wall shows: ``word`` and ``figure`` in large letters, ``reason`` in plain text, a palette slot."""

    word: str
    slot: int
    shape: Shape
    figure: str = ""
    reason: str = ""
    sound: Sound = Sound.NONE
    fraction: float | None = None
    time_left_s: float | None = None


GAP = 1
"""Rows between the word and the figure."""

_BEFORE = frozenset({State.STARTING, State.SCANNING, State.ASSESSED, State.CHOSEN})


def face(job: Job, w: Words, *, waiting: bool = False) -> Face:
    """The face of a job. ``waiting``: consent has been awaited for over a minute."""
    if job.state is State.PLANNED:
        return _call(w("wall-why-consent")) if waiting else _ready(w)
    if job.state in _BEFORE:
        return _ready(w)
    if job.state is State.DONE:
        return _done(job, w)
    if job.state is State.UNKNOWN:
        return Face(word="wall-unknown", slot=theme.RED, shape=Shape.STRIPES, reason=w("wall-why-unknown"),
                    sound=Sound.FAILED)  # fmt: skip
    if job.state in (State.FAILED, State.ABORTED):
        reason = w("wall-why-stopped") if job.state is State.ABORTED else _failure(job, w)
        return Face(word="wall-failed", slot=theme.RED, shape=Shape.STRIPES, reason=reason, sound=Sound.FAILED)
    if job.state is State.ATTENTION:
        return _call(_attention(job, w))
    return _busy(job, w)


def _ready(w: Words) -> Face:
    return Face(word="wall-ready", slot=theme.BLACK, shape=Shape.NOTHING, reason=w("wall-why-ready"))


def _call(reason: str) -> Face:
    return Face(word="wall-call", slot=theme.AMBER, shape=Shape.REVERSED, reason=reason, sound=Sound.CALL)


def _done(job: Job, w: Words) -> Face:
    outcomes = {d.outcome for d in job.disks.values()}
    if Outcome.CLEARED_WITH_EXCEPTIONS in outcomes:
        return _call(w("wall-why-exceptions"))
    if not outcomes <= {Outcome.PURGED, Outcome.CLEARED}:
        return Face(word="wall-unknown", slot=theme.RED, shape=Shape.STRIPES, reason=w("wall-why-unknown"),
                    sound=Sound.FAILED)  # fmt: skip
    if (job.install_result or {}).get("staged"):
        return _call(w("wall-why-staged"))
    number = (job.certificate or {}).get("number", "")
    reason = w("wall-why-done", number=str(number)) if number else ""
    return Face(word="wall-done", slot=theme.GREEN, shape=Shape.FRAME, reason=reason, sound=Sound.DONE)


def _failure(job: Job, w: Words) -> str:
    codes = [_code(fault) for fault in job.faults]
    return w("wall-why-failed-code", code=codes[-1]) if codes else w("wall-why-failed")


def _code(fault: Mapping[str, Any]) -> str:
    known = ERRORS.get(str(fault.get("error_id", "")))
    return str(fault.get("code") or (known[0] if known else "X01"))


def _attention(job: Job, w: Words) -> str:
    outcomes = {d.outcome for d in job.disks.values()}
    if Outcome.CLEARED_WITH_EXCEPTIONS in outcomes:
        return w("wall-why-exceptions")
    if Outcome.REFUSED in outcomes:
        return w("wall-why-refused")
    if any((d.health or {}).get("verdict") in ("reject", "destroy") for d in job.disks.values()):
        return w("wall-why-health")
    return f.say(w, job.attention) or w("wall-why-attention")


def _busy(job: Job, w: Words) -> Face:
    if job.suspending:
        return Face(word="wall-suspending", slot=theme.AMBER, shape=Shape.REVERSED, reason=w("wall-why-suspending"))
    if job.state is State.INSTALLING:
        linux = (job.chosen or {}).get("system") != "windows"
        done = job.install_fraction
        if not done and job.install_total:
            done = max(0, job.install_index - 1) / job.install_total
        return Face(word="wall-linux" if linux else "wall-windows", slot=theme.VIOLET, shape=Shape.BAR,
                    figure=percent(done), fraction=done, time_left_s=job.install_eta_s)  # fmt: skip
    if job.state is State.REPORTING or job.install_result is not None:
        return Face(word="wall-reporting", slot=theme.BLUE, shape=Shape.BAR, fraction=1.0)
    done, left, verifying = erasure_progress(job)
    return Face(word="wall-verifying" if verifying else "wall-erasing", slot=theme.BLUE, shape=Shape.BAR,
                figure=percent(done), fraction=done, time_left_s=left)  # fmt: skip


def percent(fraction: float) -> str:
    """Rounded down: 100 % is only ever said by the word TERMINÉ."""
    return f"{min(99, int(fraction * 100 + 1e-6))} %"


def erasure_progress(job: Job) -> tuple[float, float | None, bool]:
    """Fraction, seconds left and whether every busy disk is being read back. Ended and stalled disks do not count."""
    busy = [d for d in job.disks.values() if d.outcome is None]
    moving = [d for d in busy if not d.stalled_s] or busy
    if not moving:
        return 1.0, None, True
    verifying = all(d.phase == "verify" for d in moving)
    shown = moving if verifying else [d for d in moving if d.phase != "verify"]
    told = [d.command_fraction for d in moving if d.phase == "command" and d.command_fraction is not None]
    if told and len(told) == len([d for d in moving if d.phase == "command"]) == len(moving):
        times = [d.eta_s for d in moving if d.eta_s is not None]
        return min(told), (max(times) if times else None), False
    written = sum((d.pass_number - 1 if d.pass_number else 0) * d.total + d.done for d in shown)
    total = sum(d.total * (1 if d.phase == "verify" else max(1, d.passes)) for d in shown)
    if verifying:
        written = sum(d.done for d in shown)
    times = [d.eta_s for d in moving if d.eta_s is not None]
    return (min(1.0, written / total) if total else 0.0), (max(times) if times else None), verifying


def disk_lines(job: Job, w: Words, width: int) -> list[str]:
    """One line per disk: which, how far, how warm, what slows it down; how, where there is room."""
    targets = (job.plan or {}).get("targets", [])
    lines = []
    for index, target in enumerate(targets, start=1):
        identity = str(f.dig(target, "identity", "text") or "")
        progress = job.disks.get(identity)
        maker = str(f.dig(target, "identity", "model") or "?").split()[0]
        parts = [f"{index}/{len(targets)}", f"{maker} {f.tail(identity)}"]
        if progress is not None:
            parts.append(_disk_state(progress, w))
        heat = temperature(job, identity)
        if progress is not None and progress.celsius is not None and progress.outcome is None:
            parts.append(w("temperature-now", n=str(progress.celsius)))
        elif heat is not None and (progress is None or progress.outcome is None):
            parts.append(w("temperature-at-start", n=str(heat)))
        text = "  ".join(p for p in parts if p)
        technique = (progress.technique if progress else "") or f.dig(target, "method", "technique")
        how = f.say(w, f"technique-{technique}")
        lines.append(f"{text}  {how}" if len(text) + len(how) + 2 <= width else text)
    return lines


def _disk_state(progress: Any, w: Words) -> str:
    if progress.outcome is not None:
        return w(f"outcome-{progress.outcome.value}")
    if progress.too_warm:
        return str(w("wall-too-warm"))
    if progress.stalled_s:
        return w("wall-stalled", time=f.duration(w, progress.stalled_s))
    pass_number = str(max(1, progress.pass_number))
    numbers = {"percent": percent(progress.fraction), "number": pass_number, "passes": str(progress.passes)}
    if progress.phase == "command":
        if progress.command_fraction is not None:
            return str(w("wall-phase-command-told", percent=percent(progress.command_fraction)))
        return str(w("wall-phase-command", time=f.duration(w, progress.command_s)))
    text = w(f"wall-phase-{progress.phase}", **numbers)
    if progress.bytes_per_s:
        text += "  " + w("rate", size=f.disk_size(w, progress.bytes_per_s))
    if progress.bad_bytes:
        text += "  " + w("wall-bad", size=f.disk_size(w, progress.bad_bytes))
    return text


def temperature(job: Job, identity: str) -> int | None:
    """Degrees Celsius when the inventory was taken, if the disk told them."""
    disks = f.dig(job.inventory, "disks")
    for disk in disks if isinstance(disks, list) else ():
        if isinstance(disk, dict) and identity in (disk.get("serial"), disk.get("wwn")):
            heat = disk.get("temperature_c")
            return heat if isinstance(heat, int) else None
    return None


def notes(job: Job, w: Words, width: int) -> list[str]:
    """The small lines: each disk, the step, what to do meanwhile."""
    if job.state in _BEFORE or job.state is State.PLANNED:
        return [w("nothing-since-start")]
    lines = disk_lines(job, w, width)
    if job.state is State.INSTALLING and job.install_step:
        step = f.without_holes(f.say(w, job.install_step))
        lines.append(w("wall-step", n=str(job.install_index), total=str(job.install_total), step=step))
    if not job.ended:
        if job.attention:
            lines.append(f.say(w, job.attention))
        lines.append(w("wall-stopping" if job.stop_requested else "wall-walk-away"))
    elif job.state is not State.DONE and job.state is not State.ATTENTION:
        lines.append(w("do-not-release"))
    return lines


def field(what: Face, w: Words, width: int, height: int, notes: list[str], *, lit: bool) -> list[Line]:
    """The coloured field: word, figure, reason and notes, ``height`` rows of ``width`` cells.

    ``lit`` is the half second of the blink: it only ever matters to a reversed field.
    """
    swapped = what.shape is Shape.REVERSED and not lit
    ground = theme.BLACK if swapped else what.slot
    letters = theme.AMBER if swapped else theme.ink_on(what.slot)
    pen = Ink(letters if letters != 15 else 15, ground)
    blot = Ink(pen.fg, 7 if letters == 15 else letters)
    rows: list[Line] = [((" " * width, pen),)] * height
    rows = _shape(rows, what, width, height)
    text = [t for t in (what.reason, *notes) if t]
    margin = 4 if what.shape in (Shape.FRAME, Shape.STRIPES) else 0
    small = window([line((t, pen)) for t in text], min(len(text), max(1, height // 3)), 0) if text else []
    room = height - len(small) - 1 - min(1, margin)
    pictures = _pictures(w(what.word), what.figure, width - 2 * margin, room)
    used = sum(len(p) for p in pictures) + (len(pictures) - 1) * GAP
    y = 1 + max(0, (room - used) // 2)
    for picture in pictures:
        x = max(margin, (width - len(picture[0])) // 2)
        rows = overlay(rows, [_blanks(r, blot, pen) for r in picture], row=y, column=x)
        y += len(picture) + GAP
    at = height - len(small) - min(1, margin)
    for offset, note in enumerate(small):
        cut = fit(note, min(width - 2 * margin - 2, sum(len(t) for t, _ in note)), fill=pen)
        x = (width - sum(len(t) for t, _ in cut)) // 2 if what.shape is not Shape.BAR else 1
        rows = overlay(rows, [cut], row=at + offset, column=x)
    return rows


def _blanks(row: str, blot: Ink, ground: Ink) -> Line:
    spans: list[tuple[str, Ink]] = []
    for c in row:
        ink = blot if c == "#" else ground
        if spans and spans[-1][1] == ink:
            spans[-1] = (spans[-1][0] + " ", ink)
        else:
            spans.append((" ", ink))
    return tuple(spans)


def _pictures(word: str, figure: str, columns: int, rows: int) -> list[list[str]]:
    """The word, and the figure below it, each as large as fits; a word too long for the field is left to the title."""
    gap = GAP if figure else 0
    least = 10 if figure and rows >= 5 + GAP + 10 else 5 if figure else 0
    size = pixels.fits(word, columns, rows - gap - least)
    first = [pixels.enlarge(pixels.bitmap(word), *size)] if size else []
    if not figure:
        return first
    left = rows - (len(first[0]) + gap if first else 0)
    below = pixels.fits(figure, columns, left)
    return [*first, *([pixels.enlarge(pixels.bitmap(figure), *below)] if below else [])]


def _shape(rows: list[Line], what: Face, width: int, height: int) -> list[Line]:
    if what.shape is Shape.FRAME:
        bright, ground = Ink(0, 7), Ink(15, what.slot)
        middle: Line = (("  ", bright), (" " * (width - 4), ground), ("  ", bright))
        edge: Line = ((" " * width, bright),)
        return [edge, *[middle] * (height - 2), edge]
    if what.shape is Shape.STRIPES:
        return [_stripe(y, width, height, what.slot) for y in range(height)]
    return rows


def _stripe(y: int, width: int, height: int, slot: int) -> Line:
    """Diagonal stripes in the margins: two cells left and right, whole first and last rows."""
    whole = y in (0, height - 1)
    cells = [(x + 2 * y) % 8 < 4 and (whole or x < 2 or x >= width - 2) for x in range(width)]
    return _blanks("".join("#" if c else " " for c in cells), Ink(0, 7), Ink(15, slot))


def bar(fraction: float, width: int, slot: int) -> Line:
    """Progress as blanks of two backgrounds; the figure above says the same in words."""
    full = round(fraction * width)
    return ((" " * full, Ink(0, 7)), (" " * (width - full), Ink(15, slot)))


def title(job: Job, w: Words, what: Face, width: int, time: str) -> Line:
    """Row 1 of the wall: tag, model, word in plain text, time left."""
    left = line(" ", (f.tag(job.tag) or w("no-tag"), Ink(15)), "  ", f.machine_name(w, job.inventory))
    remaining = w("time-left", time=f.duration(w, what.time_left_s)) if what.time_left_s else ""
    words = "   ".join(p for p in (f"{w(what.word)} {what.figure}".strip(), remaining, time) if p)
    return both_ends(left, line((words, Ink(15)), " "), width)
