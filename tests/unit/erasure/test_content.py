"""What a block holds that is not our stream (ERASURE design, section 7.4)."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.erasure.content import BLOCK, SIGNATURES, Content, classify, signatures

HEAD = 128 << 10


def noise(length: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


@pytest.mark.parametrize("length", [512, 1024, BLOCK])
@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (b"\x00", Content.ZEROS),
        (b"\xff", Content.ONES),
        (b"\x33\xcc\x55\xaa", Content.PATTERN),
        (b"\x55", Content.PATTERN),
        (b"\xde\xad\xbe\xef\x00\x00\x00\x00", Content.PATTERN),
    ],
)
def test_what_firmware_leaves_behind(unit: bytes, expected: Content, length: int) -> None:
    assert classify((unit * length)[:length]) is expected


@pytest.mark.parametrize("length", [512, 1024, BLOCK])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_noise_is_random_and_not_somebodys(length: int, seed: int) -> None:
    assert classify(noise(length, seed)) is Content.RANDOM


def test_a_shifted_pattern_is_a_pattern_too() -> None:
    assert classify((b"\x33\xcc\x55\xaa" * 1025)[3 : 3 + BLOCK]) is Content.PATTERN


@pytest.mark.parametrize(
    "block",
    [
        b"Lettre du 4 mars. " * 300,
        bytes(4000) + b"one word, the rest is zeros" + bytes(100),
        b"\xff" * 4095 + b"\x00",
        bytes(510) + b"\x55\xaa" + bytes(BLOCK - 512),
        noise(2048) + bytes(2048),
        b"\x33\xcc\x55\xaa" * 1023 + b"\x33\xcc\x55\xab",
        bytes(range(256)) * 15 + bytes(256),
        Path(__file__).read_bytes(),
    ],
    ids=["text", "word", "last-byte", "boot-sector", "half", "broken-pattern", "table", "program"],
)
def test_somebodys_data_is_structured(block: bytes) -> None:
    assert classify(block[:BLOCK]) is Content.STRUCTURED


def test_too_short_to_tell_is_taken_as_somebodys() -> None:
    assert classify(noise(64)) is Content.STRUCTURED


@given(st.binary(min_size=1, max_size=2048))
def test_one_changed_byte_in_zeros_is_never_called_zeros(block: bytes) -> None:
    assert (classify(block) is Content.ZEROS) == (set(block) == {0})
    assert (classify(block) is Content.ONES) == (set(block) == {0xFF})
    assert classify(block) not in (Content.STREAM, Content.NOT_CLASSED)


# -- signatures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("offset", "magic"), SIGNATURES)
def test_each_signature_is_found_at_its_place_and_nowhere_else(offset: int, magic: bytes) -> None:
    head = bytearray(HEAD)
    head[offset : offset + len(magic)] = magic
    found = signatures(bytes(head))
    assert len(found) == 1 and found[0].startswith(f"{offset}:")
    moved = bytes(2) + bytes(head[:-2])
    assert signatures(moved) == []
    assert signatures(bytes(head[: offset + len(magic) - 1])) == [], "a short head"


def test_nothing_is_found_in_what_an_erasure_leaves() -> None:
    for head in (bytes(HEAD), b"\xff" * HEAD, b"\x33\xcc\x55\xaa" * (HEAD // 4), b""):
        assert signatures(head) == []


@pytest.mark.process
@pytest.mark.parametrize(
    ("tool", "argv", "offset"),
    [
        ("mkfs.ext4", ["-q", "-F"], 1080),
        ("mkswap", ["-q"], 4086),
        ("mkfs.vfat", [], 510),
        ("mkfs.ntfs", ["-q", "-F", "-f"], 3),
        ("mkfs.btrfs", ["-q"], 0x10040),
        ("mkfs.xfs", ["-q"], 0),
    ],
)
def test_what_real_tools_write_is_recognised(tmp_path: Path, tool: str, argv: list[str], offset: int) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} here")
    image = tmp_path / "disk.img"
    with open(image, "wb") as file:
        file.truncate(320 << 20)
    subprocess.run([tool, *argv, str(image)], check=True, capture_output=True)
    with open(image, "rb") as file:
        assert any(name.startswith(f"{offset}:") for name in signatures(file.read(HEAD)))


@pytest.mark.process
@pytest.mark.parametrize(("label", "expected"), [("dos", {"510:55aa"}), ("gpt", {"510:55aa", "512:EFI PART"})])
def test_partition_tables_of_sfdisk_are_recognised(tmp_path: Path, label: str, expected: set[str]) -> None:
    if shutil.which("sfdisk") is None:
        pytest.skip("no sfdisk here")
    image = tmp_path / "disk.img"
    with open(image, "wb") as file:
        file.truncate(8 << 20)
    subprocess.run(["sfdisk", "-q", str(image)], input=f"label: {label}\n,,\n", text=True, check=True)
    with open(image, "rb") as file:
        assert set(signatures(file.read(HEAD))) == expected
