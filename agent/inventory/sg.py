"""sg3_utils: which commands a SCSI disk supports, how far a sanitize is, and whether a command was accepted.

"Accepted" is never an outcome, and silence is no answer: idle, finished and never started look the same.
"""

from __future__ import annotations

import re
from typing import Any

from agent.inventory.text import Noise, guarded, to_text
from agent.model.facts import Known
from agent.model.inventory import Disk, DiskSanitize

_REFUSED = r"Illegal request|Invalid opcode|Invalid field|not supported"
_BROKEN = r"transport|Host_status|DID_|timed out|open error|No such"
_IDENTITY = r"peripheral_type: disk|Unit serial number:"


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:120] if lines else "empty output"


@guarded
def parse_opcodes(data: bytes | str) -> Disk:
    """``sg_opcodes``: SANITIZE (48h), service action 1 overwrite, 2 block erase, 3 cryptographic erase (SBC-4)."""
    text = to_text(data)
    table = re.findall(r"^ ([0-9a-f]{2})\s+(?:([0-9a-f]{1,4})\s+)?(\d{1,3})\s+\d,\d\s+\S", text, re.MULTILINE)
    if not table:
        refused = re.search(_REFUSED, text, re.IGNORECASE)
        raise Noise(refused[0] if refused else _first_line(text))
    actions = {action for code, action, _ in table if code == "48"}
    source = "sg_opcodes"
    return Disk(
        sanitize=DiskSanitize(
            overwrite=Known("1" in actions, source),
            block_erase=Known("2" in actions, source),
            crypto_erase=Known("3" in actions, source),
        ),
        extra={"format_unit": any(code == "04" for code, _, _ in table)},
    )


@guarded
def parse_requests(data: bytes | str) -> Disk:
    """``sg_requests``: sense data while a sanitize or a format runs, or after one failed (SPC-5, ASC 04h and 31h).

    A format is no sanitize and has a key of its own; progress alone (``--progress``) does not say whose it is.
    """
    text = to_text(data)
    if re.search(_BROKEN, text, re.IGNORECASE):
        raise Noise(_first_line(text))
    status: dict[str, Any] = {"state": "unknown"}
    formats = re.search(r"format in progress|format command failed|medium format corrupted", text, re.IGNORECASE)
    progress = re.search(r"Progress indication:\s*(\d+(?:\.\d+)?)\s*%", text)
    if formats is not None:
        doing: dict[str, Any] = {"state": "in_progress" if formats[0].lower().endswith("progress") else "failed"}
        if progress is not None:
            doing["progress"] = float(progress[1]) / 100
        return Disk(extra={"sanitize_status": status, "format_status": doing})
    if re.search(r"sanitize command failed", text, re.IGNORECASE):
        status = {"state": "failed"}
    elif progress is not None:
        status = {"state": "in_progress", "progress": float(progress[1]) / 100}
    elif re.search(r"sanitize in progress", text, re.IGNORECASE):
        status = {"state": "in_progress"}
    elif text.strip() and not re.search(r"sense|progress", text, re.IGNORECASE):
        raise Noise(_first_line(text))
    return Disk(extra={"sanitize_status": status})


@guarded
def parse_readcap(data: bytes | str) -> Disk:
    """``sg_readcap``, READ CAPACITY: as ``extra["capacity"]``, whatever the kernel makes of it."""
    text = to_text(data)
    last = re.search(r"Last LBA=(\d+)", text)
    length = re.search(r"Logical block length=(\d+) bytes", text)
    if last is None or length is None or not int(length[1]):
        raise Noise(_first_line(text))
    sectors, sector = int(last[1]) + 1, int(length[1])
    return Disk(extra={"capacity": {"sectors": sectors, "sector_bytes": sector, "bytes": sectors * sector}})


@guarded
def parse_accepted(data: bytes | str) -> Disk:
    """``sg_sanitize`` and ``sg_format``: did the disk take the command?"""
    text = to_text(data)
    if not text.strip():
        raise Noise("empty output")
    if re.search(_BROKEN, text, re.IGNORECASE):
        raise Noise("the command did not reach the disk, or its answer was lost")
    if re.search(_REFUSED, text, re.IGNORECASE) or re.search(r"\bfailed\b", text):
        return Disk(extra={"accepted": False})
    if re.search(rf"{_IDENTITY}|Format unit.*(started|has|success)", text, re.IGNORECASE):
        return Disk(extra={"accepted": True})
    raise Noise(_first_line(text))
