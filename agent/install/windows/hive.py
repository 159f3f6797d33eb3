"""A registry hive as bytes: our own writer of the ``regf`` 1.3 format. Pure; the same tree is always the same bytes.

Source: "Windows registry file format specification" (M. Suhanov, msuhanov/regf). Version 1.3 with ``lf`` lists and
no big-data cells, because the smallest reader of a boot store (systemd-boot, src/boot/bcd.c) knows nothing newer.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from agent.install.windows.security import key_descriptor

_NONE = 0xFFFFFFFF  # no cell
_BASE = 4096  # bytes of the base block, and what bins are rounded up to
_BIN_HEAD = 32
_ROOT_FLAGS = 0x04 | 0x08 | 0x20  # entry of the hive, no delete, name in one byte a character
_KEY_FLAGS = 0x20
BIGGEST_VALUE = 16344  # bytes; more needs a "db" cell, which 1.3 does not have


class Kind(IntEnum):
    """Types of a value (winnt.h)."""

    SZ = 1
    BINARY = 3
    DWORD = 4
    MULTI_SZ = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    name: str
    kind: Kind
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Names in ASCII. The keys below may come in any order: they are written sorted as Windows looks for them."""

    name: str
    values: Sequence[Value] = ()
    keys: Sequence[Key] = ()


def text(value: str) -> bytes:
    """REG_SZ data."""
    return (value + "\0").encode("utf-16-le")


def texts(values: Sequence[str]) -> bytes:
    """REG_MULTI_SZ data: each text ends with a zero, the list with another one."""
    return "".join(f"{v}\0" for v in [*values, ""]).encode("utf-16-le")


def hive(root: Key, *, filetime: int = 0) -> bytes:
    """The whole file. ``filetime``: 100 ns since 1601 of every key (0 in tests and plans).

    Raises ValueError for what the format, or this writer, cannot hold: a name that is not ASCII or longer than 255,
    two names that are the same for Windows, a value of more than BIGGEST_VALUE bytes.
    """
    bins = _Bins(filetime)
    place = bins.write(root)
    return bins.file(place)


def checksum(base: bytes | bytearray) -> int:
    """XOR of the first 127 words; 0 and all ones are never stored."""
    total = 0
    for word in struct.unpack_from("<127I", base):
        total ^= word
    return {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(total, total)


class _Bins:
    """Cells one after the other in a single bin. Places are counted from the first byte after the base block."""

    def __init__(self, filetime: int) -> None:
        self._filetime = filetime
        self._data = bytearray(_BIN_HEAD)
        self._keys: list[int] = []
        self._security = -1

    def write(self, root: Key) -> int:
        place = self._key(root, _NONE, root=True)
        descriptor = key_descriptor()
        sk = self._cell(struct.pack("<2sHIIII", b"sk", 0, 0, 0, len(self._keys), len(descriptor)) + descriptor)
        struct.pack_into("<II", self._data, sk + 8, sk, sk)  # alone in its ring
        for key in self._keys:
            struct.pack_into("<I", self._data, key + 4 + 44, sk)
        return place

    def file(self, root: int) -> bytes:
        room = -len(self._data) % _BASE
        if room:
            self._data += struct.pack("<i", room) + bytes(room - 4)
        struct.pack_into("<4sIIQQI", self._data, 0, b"hbin", 0, len(self._data), 0, self._filetime, 0)
        base = bytearray(_BASE)
        struct.pack_into(
            "<4sIIQIIIIIII", base, 0, b"regf", 1, 1, self._filetime, 1, 3, 0, 1, root, len(self._data), 1
        )  # fmt: skip
        struct.pack_into("<I", base, 508, checksum(base))
        return bytes(base + self._data)

    def _cell(self, body: bytes) -> int:
        size = -(-(len(body) + 4) // 8) * 8
        place = len(self._data)
        self._data += struct.pack("<i", -size) + body + bytes(size - 4 - len(body))
        return place

    def _key(self, key: Key, parent: int, *, root: bool = False) -> int:
        name = _name(key.name)
        below = sorted(key.keys, key=lambda k: k.name.upper())
        _no_twins([k.name for k in below])
        _no_twins([v.name for v in key.values])
        place = self._cell(bytes(76) + name)
        self._keys.append(place)
        values = [self._value(v) for v in key.values]
        value_list = self._cell(struct.pack(f"<{len(values)}I", *values)) if values else _NONE
        places = [self._key(k, place) for k in below]
        fields = (
            *(b"nk", _ROOT_FLAGS if root else _KEY_FLAGS, self._filetime, 0, parent),
            *(len(places), 0, self._list(below, places), _NONE),
            *(len(values), value_list, _NONE, _NONE),
            *(max((2 * len(k.name) for k in below), default=0), 0),
            *(max((2 * len(v.name) for v in key.values), default=0), max((len(v.data) for v in key.values), default=0)),
            *(0, len(name), 0),
        )
        struct.pack_into("<2sHQIIIIIIIIIIIIIIIHH", self._data, place + 4, *fields)
        return place

    def _list(self, keys: Sequence[Key], places: Sequence[int]) -> int:
        """``lf``: the first four characters of each name beside its place, for a quick search."""
        if not keys:
            return _NONE
        body = struct.pack("<2sH", b"lf", len(keys))
        for key, place in zip(keys, places, strict=True):
            body += struct.pack("<I4s", place, key.name.encode("ascii")[:4])
        return self._cell(body)

    def _value(self, value: Value) -> int:
        name = _name(value.name)
        if len(value.data) > BIGGEST_VALUE:
            raise ValueError(f"{value.name}: {len(value.data)} bytes")
        if len(value.data) <= 4:
            size, where = len(value.data) | 0x80000000, value.data.ljust(4, b"\0")
        else:
            size, where = len(value.data), struct.pack("<I", self._cell(value.data))
        head = struct.pack("<2sHI4sIHH", b"vk", len(name), size, where, value.kind, 1 if name else 0, 0)
        return self._cell(head + name)


def _name(name: str) -> bytes:
    if len(name) > 255:
        raise ValueError(f"name of {len(name)} characters")
    return name.encode("ascii")


def _no_twins(names: Sequence[str]) -> None:
    if len({n.upper() for n in names}) != len(names):
        raise ValueError("two names are the same")
