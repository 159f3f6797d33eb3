"""Where results are, in sentences: for the first screen, the result, and the text output."""

from __future__ import annotations

from agent.job.session import Session
from agent.locale import Words
from agent.model.stick import Stick, StickState
from agent.tui import format as f
from agent.tui import paint
from agent.tui.paint import WARN, Line

_ON_STICK = {
    StickState.CREATED: "stick-on-stick-created",
    StickState.LATE: "stick-on-stick-late",
}


def place(w: Words, stick: Stick) -> str:
    """On the stick, and how much room is left there."""
    return w(_ON_STICK.get(stick.state, "stick-on-stick"), free=f.disk_size(w, stick.free_bytes or 0))


def sentences(w: Words, session: Session, *, keys: bool = True) -> list[str]:
    """What a person must know of the stick, worst first; empty where there is no stick to speak of.

    Without ``keys`` no function key is named: the text output has none.
    """
    plain = "" if keys else "-plain"
    stick = session.stick
    if stick is None:
        return []
    told = [w(f"stick-in-memory{plain}"), w(stick.why, **stick.params)] if stick.in_memory else []
    told += [w(f"stick-away{plain}")] if session.in_memory and not stick.in_memory else []
    told += [w(stick.why, **stick.params)] if stick.why == "stick-why-repaired" else []
    if stick.clock.get("source") == "floor":
        told.append(w("stick-clock-floor"))
    if stick.settings_fault:
        message, params = f"err-{stick.settings_fault['error_id']}", stick.settings_fault["params"]
        told += [w(message, **params), w(f"{message}.why", **params)]
    return told


def rows(w: Words, session: Session | None, width: int) -> list[Line]:
    """For the first screen: one quiet row when all is well, the sentences when it is not."""
    if session is None or session.stick is None:
        return []
    stick = session.stick
    found = [] if session.in_memory else paint.labelled(w("stick-place"), place(w, stick), width)
    for text in sentences(w, session):
        for index, part in enumerate(paint.wrap(paint.drawable_keep(text), width - 6)):
            found.append(paint.line(" ! " if index == 0 else "   ", (part, WARN)))
    return found
