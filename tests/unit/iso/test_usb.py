"""Which devices may become a stick: decided from what lsblk says, with no device."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from iso import usb
from iso.tools import Failed

ISO = 455_000_000


def stick(**changes: Any) -> dict[str, Any]:
    return {
        "path": "/dev/sdx",
        "type": "disk",
        "size": 16_008_609_792,
        "rm": True,
        "ro": False,
        "hotplug": True,
        "tran": "usb",
        "serial": "4C530001230815113a2f",
        "model": "Ultra Fit",
        "mountpoints": [None],
        "children": [{"path": "/dev/sdx1", "type": "part", "mountpoints": [None]}],
        **changes,
    }


def test_a_stick_may_be_written() -> None:
    assert usb.refusal(stick(), ISO) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rm": False}, "usb-not-removable"),
        ({"type": "part"}, "usb-not-disk"),
        ({"type": "loop"}, "usb-not-disk"),
        ({"type": "rom"}, "usb-not-disk"),
        ({"ro": True}, "usb-read-only"),
        ({"mountpoints": ["/media/moi"]}, "usb-mounted"),
        ({"children": [{"type": "part", "mountpoints": ["/"]}]}, "usb-mounted"),
        ({"children": [{"type": "part", "mountpoints": ["[SWAP]"]}]}, "usb-mounted"),
        ({"children": [{"type": "part", "children": [{"type": "crypt", "mountpoints": [None]}]}]}, "usb-in-use"),
        ({"children": [{"type": "raid1", "mountpoints": [None]}]}, "usb-in-use"),
        ({"size": ISO - 1}, "usb-too-small"),
        ({"serial": None}, "usb-no-serial"),
        ({"serial": "12"}, "usb-no-serial"),
    ],
)
def test_anything_else_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert usb.refusal(stick(**changes), ISO) == reason


def test_the_person_types_the_end_of_the_serial_number() -> None:
    assert usb.suffix_of(stick()) == "3A2F"


@pytest.mark.parametrize("typed", ["", "3A2E", "4C530001230815113A2F", "oui"])
def test_nothing_is_opened_before_the_serial_number_is_typed(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iso = tmp_path / "regain.iso"
    iso.write_bytes(b"image")
    monkeypatch.setattr(usb, "look", lambda path: stick())
    monkeypatch.setattr("builtins.input", lambda prompt: typed)
    with pytest.raises(Failed, match="Rien n’a été écrit"):
        usb.make_stick(iso, "/dev/sdx", lang="fr")  # opening it would be refused by tests/conftest.py


def test_a_stick_that_was_swapped_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    iso = tmp_path / "regain.iso"
    iso.write_bytes(b"image")
    answers = iter([stick(), stick(serial="000000003a2f")])
    monkeypatch.setattr(usb, "look", lambda path: next(answers))
    monkeypatch.setattr("builtins.input", lambda prompt: "3a2f")
    with pytest.raises(Failed, match="plus le même"):
        usb.make_stick(iso, "/dev/sdx", lang="fr")


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    iso, target = tmp_path / "regain.iso", tmp_path / "stick"
    iso.write_bytes(os.urandom(usb.BLOCK + 12_345))
    target.write_bytes(b"\xff" * (3 * usb.BLOCK))
    fd = os.open(target, os.O_RDWR)
    try:
        written = usb.write(iso, fd)
        assert usb.read_back(fd, iso.stat().st_size) == written
        os.pwrite(fd, b"!", 4321)  # a cell of the stick that does not keep what it was given
        assert usb.read_back(fd, iso.stat().st_size) != written
    finally:
        os.close(fd)
    assert target.read_bytes()[iso.stat().st_size :] == b"\xff" * (2 * usb.BLOCK - 12_345)
