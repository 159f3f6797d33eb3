"""Frozen values with named fields and slots: what ``dataclass(frozen, slots, kw_only)`` makes, with no code compiled.

``dataclass`` writes and compiles five functions for each class. A program that starts, looks at one PC and ends waits
longer for that than for the PC: here all classes share one set of functions. ``dataclasses.fields``, ``replace`` and
``asdict`` work on these values as on any other; ``replace`` and ``fields`` below do without loading that module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")
V = TypeVar("V", bound="Value")

_set = object.__setattr__


class _Fields:
    """The fields in the words of ``dataclasses``, made when one of its functions asks for them."""

    def __get__(self, _instance: Any, owner: type[Value]) -> Mapping[str, Any]:
        if "__annotations__" not in owner.__dict__:
            raise AttributeError("__dataclass_fields__")
        import dataclasses

        rows = [
            (
                name,
                owner.__annotations__[name],
                dataclasses.field(default=owner._defaults.get(name, dataclasses.MISSING)),
            )
            for name in owner._fields
        ]
        made = dataclasses.make_dataclass(owner.__name__, rows, kw_only=True)
        fields: Mapping[str, Any] = getattr(made, "__dataclass_fields__")  # noqa: B009
        setattr(owner, "__dataclass_fields__", fields)  # noqa: B010
        return fields


class Value:
    """What every value can do: be compared, printed and hashed by its fields, and never be changed."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()
    _defaults: Mapping[str, Any] = {}
    __dataclass_fields__: Any = _Fields()

    def __init__(self, **given: Any) -> None:
        for name in self._fields:
            if name in given:
                _set(self, name, given.pop(name))
            elif name in self._defaults:
                _set(self, name, self._defaults[name])
            else:
                raise TypeError(f"{type(self).__name__}: {name} is missing")
        if given:
            raise TypeError(f"{type(self).__name__} has no {', '.join(given)}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._fields)

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self._fields)))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__qualname__}({told})"

    def __setattr__(self, name: str, _to: Any) -> None:
        raise _frozen(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise _frozen(f"cannot delete field {name!r}")

    def __reduce__(self) -> Any:
        return _again, (type(self), {name: getattr(self, name) for name in self._fields})


def _frozen(why: str) -> AttributeError:
    from dataclasses import FrozenInstanceError

    return FrozenInstanceError(why)


def _again(kind: type[V], given: Mapping[str, Any]) -> V:
    """A value from its fields, for ``copy`` and ``pickle``."""
    return kind(**given)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(kind: type[T]) -> type[T]:
    """The class decorator: annotated names become fields, given by keyword; what is assigned there is the default."""
    names = tuple(kind.__annotations__)
    body = {key: kept for key, kept in kind.__dict__.items() if key not in {*names, "__dict__", "__weakref__"}}
    body["__slots__"] = body["_fields"] = names
    body["_defaults"] = {name: kind.__dict__[name] for name in names if name in kind.__dict__}
    bases = tuple(base for base in kind.__bases__ if base is not object)
    made: type[T] = type(kind.__name__, (*bases, Value), body)
    return made


def fields(of: Any) -> tuple[str, ...]:
    """The names of the fields, in their order; of a class or of a value."""
    found: tuple[str, ...] = of._fields
    return found


def replace(one: T, **changes: Any) -> T:
    """The same value with other contents in some fields. Raises TypeError for a name that is no field."""
    found = {name: getattr(one, name) for name in fields(one)}
    return type(one)(**(found | changes))
