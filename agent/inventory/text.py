"""Small tools for parsers: bytes to text, JSON, numbers and sizes, without ever guessing.

``Noise`` is raised inside a parser when the data is not what the tool prints; ``guarded`` turns it, and anything
that damaged input trips over, into Unreadable: a parser's callers never see an exception.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from agent.model.facts import Absent, Known, MaybeFact, Unreadable

P = ParamSpec("P")
T = TypeVar("T")

UNITS = {"bytes": 1, "byte": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}

_MISSING_WORDS = {"", "not specified", "not available", "not present", "not provided"}
_BROKEN = re.compile(r"<(BAD INDEX|OUT OF SPEC)>", re.IGNORECASE)


class Noise(Exception):
    """The data is not an answer of this tool; ``str()`` says why."""


def guarded(parser: Callable[P, T]) -> Callable[P, T | Unreadable]:
    """A parser whose Noise, and whatever else damaged input makes it stumble over, becomes Unreadable."""

    @functools.wraps(parser)
    def safe(*args: P.args, **kwargs: P.kwargs) -> T | Unreadable:
        try:
            return parser(*args, **kwargs)
        except Noise as noise:
            return Unreadable(str(noise))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            return Unreadable(f"damaged output: {type(error).__name__}")

    return safe


def to_text(data: bytes | str) -> str:
    return data if isinstance(data, str) else data.decode("utf-8", "replace")


def json_document(data: bytes | str) -> Any:
    """The JSON value in it. Raises Noise when it is empty, cut or not JSON."""
    text = to_text(data).strip("\ufeff \t\r\n\0")
    if not text:
        raise Noise("empty output")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Noise(f"not JSON, or cut short: {type(error).__name__}") from None


def json_object(data: bytes | str) -> Mapping[str, Any]:
    value = json_document(data)
    if not isinstance(value, dict):
        raise Noise("not a JSON object")
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is an object, else an empty one: for optional parts of a document."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list, else nothing."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(value: Any) -> int | None:
    """An integer, or text that is one (nvme-cli 2.2 and 2.3 print 128-bit values as text). Never a boolean."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,40}\s*", value):
        return int(value)
    return None


def count(value: Any) -> int | None:
    """A number that counts something: below zero it is not an answer."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def size_in_bytes(text: str) -> int | None:
    """ "8 GB", "4096 MB", "512 kB": binary multiples, as dmidecode means them."""
    match = re.fullmatch(r"\s*(\d+)\s*([kKMGT]?[bB](?:ytes?)?)\s*", text)
    if match is None:
        return None
    return int(match[1]) * UNITS[match[2].lower()]


def told(value: Any, source: str) -> MaybeFact[str]:
    """A string somebody printed: missing (None), absent (blank or "Not Specified"), broken, or known.

    Inner runs of blanks stay: a processor's name is compared as printed.
    """
    if value is None:
        return None
    word = str(value).strip().strip("\0").strip()
    if word.lower() in _MISSING_WORDS:
        return Absent("not specified")
    if _BROKEN.search(word):
        return Unreadable(word)
    return Known(word, source)


def known_if(value: T | None, source: str) -> Known[T] | None:
    """Known when there is a value, else None: this source does not tell."""
    return None if value is None else Known(value, source)
