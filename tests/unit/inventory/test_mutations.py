"""Recordings of the real tools, damaged: every parser answers, with facts or "unreadable", and never raises."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.inventory.parse import TOOLS, parse_tool
from tests.conftest import SHARED

MACHINES = Path(__file__).resolve().parents[2] / "machines"
_HOME = {
    "dmidecode": "dmidecode",
    "lshw": "lshw",
    "cpuinfo": "cpuinfo",
    "lscpu": "lscpu",
    "meminfo": "meminfo",
    "lsblk": "lsblk",
    "smartctl": "smartctl",
    "hdparm": "hdparm",
    "nvme-id-ctrl": "id-ctrl",
    "nvme-id-ns": "id-ns",
    "nvme-list-ns": "list-ns",
    "nvme-smart-log": "smart-log",
    "nvme-sanitize-log": "sanitize-log|log-0x81",
    "mmc-extcsd": "extcsd",
    "sg-opcodes": "opcodes",
    "sg-requests": "requests",
    "sg-sanitize": "scsi/sanitize",
    "sg-format": "scsi/format",
    "sg-readcap": "scsi/format",
    "edid": "edid",
    "upower": "upower",
    "power_supply": "power_supply",
    "ethtool": "ethtool",
}
_MOST_BYTES = 200_000


@cache
def recordings(tool: str) -> tuple[bytes, ...]:
    """Whatever was recorded of this tool, here and in the developers' set."""
    wanted = re.compile(_HOME[tool])
    found = [p for root in (MACHINES, SHARED / "fixtures/disks") for p in sorted(root.rglob("*")) if p.is_file()]
    return tuple(
        path.read_bytes()
        for path in found
        if wanted.search(path.as_posix().split("/disks/")[-1].split("/machines/")[-1])
        and path.stat().st_size <= _MOST_BYTES
    )


def cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def lose(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + data[at + dice.choice((1, 4, 64, 512)) :]


def repeat(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + data[at : at + 200] * dice.choice((2, 5)) + data[at:]


def flip(data: bytes, dice: random.Random) -> bytes:
    raw = bytearray(data)
    for _ in range(dice.choice((1, 10, 100))):
        if raw:
            raw[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(raw)


def numbers(data: bytes, dice: random.Random) -> bytes:
    """Other numbers in their place: huge, negative, none at all, of another kind."""
    new = (b"-1", b"0", b"99999999999999999999999999", b"", b"0xZZ", b"1e999", b'"x"', b"null", b"\xd9\xa3")
    return re.sub(rb"\d+", lambda m: dice.choice(new) if dice.random() < 0.1 else m[0], data)


def lines(data: bytes, dice: random.Random) -> bytes:
    kept = data.splitlines(keepends=True)
    dice.shuffle(kept)
    return b"".join(kept)


def kinds(data: bytes, dice: random.Random) -> bytes:
    """JSON that is JSON, with values of other kinds."""
    try:
        document = json.loads(data)
    except ValueError:
        return flip(data, dice)
    strange: tuple[Any, ...] = (None, True, -1, 2**70, 1.5, "", "x", [], {}, [[]], [None], {"value": {}}, float("nan"))

    def changed(value: Any) -> Any:
        if dice.random() < 0.08:
            return dice.choice(strange)
        if isinstance(value, dict):
            return {key: changed(inner) for key, inner in value.items()}
        return [changed(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps(changed(document)).encode()


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (cut, lose, repeat, flip, numbers, lines, kinds)


def test_every_tool_has_recordings_to_damage() -> None:
    assert set(_HOME) == set(TOOLS)


@pytest.mark.parametrize("tool", sorted(_HOME))
@settings(max_examples=int(os.environ.get("REGAIN_MUTATIONS", "60")), deadline=None)
@given(seed=st.integers(0, 2**32), damages=st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=3))
def test_damaged_recordings_are_answered(tool: str, seed: int, damages: list[Any]) -> None:
    known = recordings(tool)
    if not known:
        pytest.skip(f"no recording of {tool} here")
    dice = random.Random(seed)
    data = dice.choice(known)
    for damage in damages:
        data = damage(data, dice)
    wire = parse_tool(tool, data)
    assert isinstance(wire, dict)
    json.dumps(wire)  # it is what the report is made of
