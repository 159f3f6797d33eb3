"""JSON read the way a signed record must be read: one meaning only.

``json.loads`` keeps the last of two equal keys and takes NaN and Infinity, so two readers of the same signed
bytes may see different things (RFC 8259, section 4). Here both are refused, and so is text that is not UTF-8.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn


class NotStrict(ValueError):
    """Not JSON, or JSON that two readers could understand differently. ``str()`` names the offence."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise NotStrict(f"duplicate key {key!r}")
        result[key] = value
    return result


def _no_constant(name: str) -> NoReturn:
    raise NotStrict(f"{name} is not a JSON number")


def loads(data: bytes | str) -> Any:
    """The value of one JSON document. Raises NotStrict (a ValueError), whatever the bytes are."""
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        # "1e999" is a legal token and overflows to infinity; a lone surrogate cannot be written back
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
    except NotStrict:
        raise
    except RecursionError:
        raise NotStrict("nested too deeply") from None
    except ValueError as error:
        raise NotStrict(str(error)) from None
    return value


def dumps(value: Any) -> bytes:
    """Compact UTF-8 JSON without NaN. These bytes are what is signed: they are never produced twice and compared."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
