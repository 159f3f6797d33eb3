"""What hdparm prints of an ATA drive, read without believing more than it says (ACS-3; ERASURE design, section 12).

libata tells an aborted command in fixed-format sense. hdparm does not read that: it prints the sense bytes with the
words below, takes zeros for the registers and exits 0. What it makes of them is no answer. The bytes are the kernel's
own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.model.value import value

SENSE = "bad/missing sense data"
FLOOR = "more than {} minutes: a floor, not a time"
"""Error of an erase time that IDENTIFY gives only the least of."""

UNSUCCESSFUL = "Last Sanitize Command completed unsuccessfully"
UNKNOWN_REASON = "Reason not reported"
_REASONS = {1: UNSUCCESSFUL, 2: "Unsupported command", 3: "Device in FROZEN state"}
_WORDS = re.compile(r"^\s*(?:[0-9a-f]{4} ){7}[0-9a-f]{4}\s*$", re.MULTILINE)
_BYTES = re.compile(re.escape(SENSE) + r", sb\[\]:((?: +[0-9a-f]{2})+)")
_ABORTED_COMMAND, _ABRT = 0x0B, 0x04


def identify_words(text: str) -> tuple[int, ...] | None:
    """IDENTIFY DEVICE as ``hdparm --Istdout`` prints it; None when the text holds no such words."""
    found = _WORDS.findall(text)
    return tuple(int(word, 16) for line in found for word in line.split()) if found else None


def noise_in(words: Sequence[int]) -> str | None:
    """Why these are not the words of an ATA disk: USB bridges answer with noise. None when they are."""
    if len(words) != 256:
        return f"{len(words)} words instead of 256"
    if words[255] & 0xFF != 0xA5:
        return "no integrity word: nothing in it may be believed"
    if sum((word & 0xFF) + (word >> 8) for word in words) & 0xFF:
        return "wrong checksum: nothing in it may be believed"
    return "not an ATA disk" if words[0] & 0x8000 else None


@value
class SecurityState:
    """IDENTIFY word 128 (ACS-3, 7.12.7.58). ``expired``: no password is taken until the next power on."""

    supported: bool
    enabled: bool
    locked: bool
    frozen: bool
    expired: bool


def security_state(text: str) -> SecurityState | None:
    """From ``hdparm --Istdout``; None when there is no answer to believe."""
    words = identify_words(text)
    if SENSE in text or words is None or noise_in(words):
        return None
    word = words[128]
    on = bool(word & 1)
    return SecurityState(
        supported=on,
        enabled=on and bool(word & 2),
        locked=on and bool(word & 4),
        frozen=on and bool(word & 8),
        expired=on and bool(word & 0x10),
    )


def refusal(text: str) -> str | None:
    """Why a SANITIZE command was aborted, in hdparm's words; None when no abort is told, in either sense format.

    In fixed format bytes 3 and 4 are the error and status registers, 9 is LBA bits 7:0: the reason (ACS-3, 7.36).
    """
    if told := re.search(r"SANITIZE device error reason: (.+?)\s*$", text, re.MULTILINE):
        return told[1]
    raw = _BYTES.search(text)
    if raw is None:
        return UNKNOWN_REASON if "SANITIZE failed" in text else None
    sense = bytes.fromhex(raw[1].replace(" ", ""))
    if len(sense) < 12 or sense[2] & 0xF != _ABORTED_COMMAND or not sense[3] & _ABRT:
        return None
    return _REASONS.get(sense[9], UNKNOWN_REASON)


def sanitize_status(text: str) -> dict[str, Any]:
    """``hdparm --sanitize-status`` by the state machine of ACS-3, clause 4.17: SD0 idle, SD1 frozen, SD2 in operation,
    SD3 failed. An aborted status is failure mode when the drive says so; else the drive has no such command."""
    if SENSE in text or "SANITIZE failed" in text:
        why = refusal(text)
        return {"state": "unknown" if why is None else "failed" if why == UNSUCCESSFUL else "unsupported"}
    if re.search(r"completed unsuccessfully|SD3 ", text):
        return {"state": "failed"}
    if re.search(r"unsupported sanitize|SANITIZE feature set is not supported", text, re.IGNORECASE):
        return {"state": "unsupported"}
    if "SD1 " in text or re.search(r"sanitize frozen", text, re.IGNORECASE):
        return {"state": "frozen"}
    if "SD2 " in text:
        match = re.search(r"Progress:\s*0x([0-9a-fA-F]+)", text)
        done = {} if match is None else {"progress": int(match[1], 16) / 65536}
        return {"state": "in_progress", **done}
    if "SD0 " in text and not re.search(r"failed:|error", text.replace("Without Error", "")):
        return {"state": "completed" if "Last Sanitize Operation Completed Without Error" in text else "idle"}
    return {"state": "unknown"}


def max_sectors(text: str) -> tuple[int, int] | None:
    """``hdparm -N``: visible and native sectors. A refused command leaves figures that cannot be: None."""
    match = re.search(r"max sectors\s*=\s*(\d+)/(\d+), HPA is (?:enabled|disabled)", text)
    if SENSE in text or match is None:
        return None
    visible, native = int(match[1]), int(match[2])
    return None if native <= 1 or visible > native else (visible, native)


def real_max_sectors(text: str) -> int | None:
    """``hdparm --dco-identify``. "Real max sectors: 1" comes from an aborted command."""
    match = re.search(r"Real max sectors:\s*(\d+)", text)
    if SENSE in text or match is None or "DCO Checksum verified" not in text or int(match[1]) <= 1:
        return None
    return int(match[1])
