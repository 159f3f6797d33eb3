"""Facts have three states: known with its source, looked for and absent, or unreadable.

On the wire a known fact is its bare value, the other two are ``{"absent": why}`` and
``{"unreadable": why}``; a key that is missing was not looked for (``None`` here).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Generic, TypeVar, Union

from agent.model.value import Value, replace

T = TypeVar("T")
U = TypeVar("U")

_set = object.__setattr__  # the classes below are frozen


class Known(Value, Generic[T]):
    """A value somebody said, and who said it (``source``: "dmidecode 17", "/proc/cpuinfo", …).

    ``note`` keeps what a person must see beside the value: an estimate, another source that disagrees.
    """

    __slots__ = _fields = __match_args__ = ("value", "source", "note")
    value: T
    source: str
    note: str

    def __init__(self, value: T, source: str, note: str = "") -> None:
        _set(self, "value", value)
        _set(self, "source", source)
        _set(self, "note", note)


class Absent(Value):
    """The place to look exists and says no."""

    __slots__ = _fields = __match_args__ = ("reason",)
    reason: str

    def __init__(self, reason: str) -> None:
        _set(self, "reason", reason)


class Unreadable(Value):
    """We could not look: permission, time-out, tool missing, garbage."""

    __slots__ = _fields = __match_args__ = ("error",)
    error: str

    def __init__(self, error: str) -> None:
        _set(self, "error", error)


Fact = Union[Known[T], Absent, Unreadable]
MaybeFact = Union[Known[T], Absent, Unreadable, None]
"""``None``: this source does not tell; the key is left out on the wire."""


def known(fact: MaybeFact[T]) -> T | None:
    """The value, or None when it is absent, unreadable or was not looked for."""
    return fact.value if isinstance(fact, Known) else None


def source_of(fact: MaybeFact[Any]) -> str:
    return fact.source if isinstance(fact, Known) else ""


def first(*facts: MaybeFact[T]) -> MaybeFact[T]:
    """The first known fact; else the first unreadable (it hides more), else the first absent, else None.

    A known fact keeps a note when a later source disagrees with it.
    """
    answers = [f for f in facts if f is not None]
    said = [f for f in answers if isinstance(f, Known)]
    if said:
        best = said[0]
        others = [f"{f.source}: {f.value}" for f in said[1:] if f.value != best.value]
        if others:
            note = "; ".join(filter(None, [best.note, "conflict with " + ", ".join(others)]))
            return replace(best, note=note)
        return best
    for kind in (Unreadable, Absent):
        for f in answers:
            if isinstance(f, kind):
                return f
    return None


def is_state(wire: Any) -> bool:
    """A fact without a value, in its wire form (``to_wire``)."""
    return isinstance(wire, Mapping) and set(wire) in ({"absent"}, {"unreadable"})


def to_wire(thing: Any) -> Any:
    """Plain JSON values from facts, dataclasses, enums, tuples and mappings; keys that are None are left out."""
    if isinstance(thing, Known):
        return to_wire(thing.value)
    if isinstance(thing, Absent):
        return {"absent": thing.reason}
    if isinstance(thing, Unreadable):
        return {"unreadable": thing.error}
    if isinstance(thing, Enum):
        return thing.value
    names = thing._fields if isinstance(thing, Value) else getattr(thing, "__dataclass_fields__", None)
    if names is not None and not isinstance(thing, type):
        return {name: to_wire(value) for name in names if (value := getattr(thing, name)) is not None}
    if isinstance(thing, Mapping):
        return {str(key): to_wire(value) for key, value in thing.items() if value is not None}
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [to_wire(item) for item in thing]
    if isinstance(thing, bytes):
        return thing.hex()
    return thing
