"""How the five tools' answers are judged: on what each really printed about one virtual PC (``tests/vm/five.py``)."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from tests.vm import five

ANSWERS = Path(five.__file__).parent / "answers"


def answer(tool: str) -> str:
    return lzma.decompress((ANSWERS / f"{tool}.xz").read_bytes()).decode("utf-8", "replace")


def test_an_empty_answer_and_another_pc_hold_nothing() -> None:
    assert five.judge("") == ()
    assert five.judge('{"system": {"serial": "5CD1234XYZ"}, "tpm": {"version": {"absent": "x"}}}') == ()


@pytest.mark.parametrize("tool", five.TOOLS)
@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("system serial", "PF1XYZ12"),
        ("UUID", five.PC_UUID),
        ("NVMe disk: serial", five.NVME_SERIAL),
        ("SATA disk: serial", five.SATA_SERIAL),
        ("MAC address", five.MAC),
    ],
)
def test_a_fact_is_found_where_its_value_stands_and_nowhere_else(tool: str, fact: str, value: str) -> None:
    text = answer(tool)
    assert fact in five.judge(text)
    at = text.lower().index(value.lower())
    blotted = text[:at] + text[at:].replace(value, "").replace(value.upper(), "").replace(value.lower(), "")
    assert fact not in five.judge(blotted)


@pytest.mark.parametrize("fact", ["Secure Boot state", "TPM version", "Windows key in the firmware"])
def test_only_one_tool_has_it(fact: str) -> None:
    assert [tool for tool in five.TOOLS if fact in five.judge(answer(tool))] == ["Regain"]
    for tool in five.TOOLS:  # read in another way than by the patterns
        words = answer(tool).lower()
        if tool != "Regain":
            assert "msdm" not in words and "secure boot" not in words and "secureboot" not in words


def test_one_tool_has_them_all() -> None:
    assert [tool for tool in five.TOOLS if set(five.judge(answer(tool))) == set(five.FACTS)] == ["Regain"]


@pytest.mark.parametrize(
    ("fact", "word"),
    [
        ("memory modules: serial numbers", "11223001"),
        ("network chip by name", "82574L"),
        ("USB devices by name", "QEMU USB Keyboard"),
        ("processor caches", '"kind": "unified"'),
    ],
)
def test_what_was_lacking_is_found_by_its_value(fact: str, word: str) -> None:
    text = answer("Regain")
    assert fact in five.judge(text) and fact not in five.judge(text.replace(word, ""))
