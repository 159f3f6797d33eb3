"""Which screen a job calls for. Pure."""

from __future__ import annotations

from enum import StrEnum

from agent.model.job import Job, State


class Place(StrEnum):
    PICKER = "picker"
    HOME = "home"
    HARDWARE = "hardware"
    CHOICE = "choice"
    CONFIRM = "confirm"
    WALL = "wall"
    RESULT = "result"


RUNNING = frozenset({State.CONSENTED, State.ERASING, State.ERASED, State.INSTALLING, State.REPORTING})
"""States in which a disk may be being written: no power off, stop instead."""


def place_of(job: Job, *, tag_done: bool, seen_facts: bool, alarmed: bool, dismissed: bool) -> Place:
    """``alarmed``: a fact asks to be read before the choice; ``dismissed``: the wall of an ended job was seen."""
    if job.ended:
        return Place.RESULT if dismissed else Place.WALL
    if job.state in RUNNING:
        return Place.WALL
    if job.state is State.PLANNED:
        return Place.CONFIRM
    if job.state in (State.ASSESSED, State.CHOSEN) and tag_done:
        return Place.HARDWARE if alarmed and not seen_facts else Place.CHOICE
    return Place.HOME
