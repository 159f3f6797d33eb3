"""What hdparm says, as recorded from real drives: refusals that it takes for answers, and the words of IDENTIFY."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.model import ata
from tests.conftest import SHARED

RECORDINGS = SHARED / "fixtures" / "disks" / "hdparm"


def recorded(name: str) -> str:
    path: Path = RECORDINGS / f"{name}.txt"
    if not path.exists():
        pytest.skip("no recordings here")
    return path.read_text()


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("sanitize-status-idle", "idle"),
        ("sanitize-status-done", "completed"),
        ("sanitize-status-running-12", "in_progress"),
        ("sanitize-status-frozen", "frozen"),
        ("sanitize-status-failed", "failed"),
        ("sanitize-status-false-idle", "unsupported"),
    ],
)
def test_the_state_of_a_sanitize(name: str, state: str) -> None:
    assert ata.sanitize_status(recorded(name))["state"] == state


@pytest.mark.parametrize("cut", range(0, 33, 3))
def test_sense_bytes_that_are_cut_say_nothing(cut: int) -> None:
    """Neither idle nor completed may come out of a status that nobody could read."""
    text = "State:    SD0 Sanitize Idle\nLast Sanitize Operation Completed Without Error\n"
    sense = "f0 00 0b 04 51 40 00 0a 80 00 00 00"[:cut]
    line = f"SG_IO: {ata.SENSE}, sb[]:  {sense}\n"
    assert ata.sanitize_status(text + line)["state"] in ("unknown", "unsupported")
    assert ata.sanitize_status(text + line.replace("0b 04", "05 20"))["state"] == "unknown"


def test_failure_mode_is_seen_in_either_sense_format() -> None:
    fixed = f"SG_IO: {ata.SENSE}, sb[]:  f0 00 0b 04 51 40 00 0a 80 01 00 00 00\nState:    SD0 Sanitize Idle\n"
    assert ata.sanitize_status(fixed) == {"state": "failed"}
    assert ata.refusal(fixed) == ata.UNSUCCESSFUL


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sanitize-block-erase-started", None),
        ("sanitize-block-erase-false-start", ata.UNKNOWN_REASON),
        ("sanitize-block-erase-aborted-dsense", ata.UNKNOWN_REASON),
    ],
)
def test_why_a_sanitize_was_aborted(name: str, why: str | None) -> None:
    assert ata.refusal(recorded(name)) == why


@pytest.mark.parametrize(
    ("name", "enabled", "locked", "frozen"),
    [
        ("istdout-wd5000-frozen", False, False, True),
        ("istdout-hts545050-locked-high", True, True, False),
        ("istdout-mx500-sanitize", False, False, False),
    ],
)
def test_word_128(name: str, enabled: bool, locked: bool, frozen: bool) -> None:
    state = ata.security_state(recorded(name))
    assert state is not None and state.supported
    assert (state.enabled, state.locked, state.frozen, state.expired) == (enabled, locked, frozen, False)


def test_noise_of_a_bridge_is_no_state() -> None:
    assert ata.security_state(recorded("istdout-usb-bridge-garbage")) is None
    assert ata.security_state("") is None


@pytest.mark.parametrize(
    ("name", "counts"),
    [("hpa-enabled", (586072368, 625142448)), ("hpa-disabled", (625142448, 625142448)), ("dco-equal", None)],
)
def test_visible_and_native_sectors(name: str, counts: tuple[int, int] | None) -> None:
    assert ata.max_sectors(recorded(name)) == counts


def test_a_size_from_an_aborted_command_is_none() -> None:
    assert ata.real_max_sectors(recorded("dco-aborted-fixed-sense")) is None
    assert ata.real_max_sectors(recorded("dco-aborted-descriptor-sense")) is None
    assert ata.real_max_sectors(recorded("dco-equal")) == 976773168
