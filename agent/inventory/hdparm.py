"""hdparm's answers: --Istdout words, -I text, -N, --dco-identify, --sanitize-status.

"bad/missing sense data" on either stream means that the drive refused and hdparm took zeros for its answer
(exit status 0 all the same): then only the count of those lines is a fact (ERASURE design, section 11).
"""

from __future__ import annotations

import re
from typing import Any

from agent.inventory.ata import decode_identify, medium_of
from agent.inventory.text import Noise, guarded, known_if, to_text, told
from agent.model.ata import FLOOR, SENSE, identify_words, max_sectors, real_max_sectors, sanitize_status
from agent.model.facts import Known, MaybeFact, Unreadable
from agent.model.inventory import Disk, DiskSanitize, DiskSecurity


@guarded
def parse_hdparm(data: bytes | str) -> Disk:
    """Facts of one hdparm call, whichever of its outputs it is; Unreadable for noise and refusals."""
    text = to_text(data)
    if not text.strip():
        raise Noise("empty output")
    if senses := text.count(SENSE):
        return Disk(extra={"sense_errors": senses})
    if "Sanitize status:" in text or "SANITIZE_STATUS" in text or "SANITIZE feature set is not" in text:
        return Disk(extra={"sanitize_status": sanitize_status(text)})
    if "DCO" in text or "dco_identify" in text:
        return Disk(extra={"dco": _dco(text)})
    if "max sectors" in text and "ATA device" not in text:
        return Disk(extra={"hpa": _hpa(text)})
    if words := identify_words(text):
        return decode_identify(words, "IDENTIFY")
    if "ATA device" in text:
        return _identify_text(text)
    raise Noise(_first_line(text))


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("/dev/")]
    return f"no answer: {lines[0][:80]}" if lines else "no answer"


def _hpa(text: str) -> dict[str, Any]:
    counts = max_sectors(text)
    if counts is None:
        raise Noise(
            _first_line(text) if "max sectors" not in text else "impossible sector counts: the command was refused"
        )
    return {"visible_sectors": counts[0], "native_sectors": counts[1], "enabled": counts[0] < counts[1]}


def _dco(text: str) -> dict[str, Any]:
    real = real_max_sectors(text)
    if real is None:
        raise Noise("impossible sector count: the command was refused" if "Real max" in text else _first_line(text))
    return {"max_sectors": real}


def _line(text: str, name: str) -> str | None:
    match = re.search(rf"^\s*{re.escape(name)}:\s*(.*?)\s*$", text, re.MULTILINE)
    return match[1] if match else None


def _number(text: str, pattern: str) -> int | None:
    match = re.search(pattern, text, re.MULTILINE)
    return int(match[1]) if match else None


def _identify_text(text: str) -> Disk:
    source = "hdparm -I"
    if not re.search(r"^Checksum: correct\s*$", text, re.MULTILINE):
        raise Noise("no correct checksum: nothing in it may be believed")
    logical = _number(text, r"Logical\s+Sector size:\s+(\d+) bytes") or _number(
        text, r"Logical/Physical Sector size:\s+(\d+) bytes"
    )
    sectors = _number(text, r"LBA48\s+user addressable sectors:\s+(\d+)") or _number(
        text, r"LBA\s+user addressable sectors:\s+(\d+)"
    )
    rate = _line(text, "Nominal Media Rotation Rate") or ""
    rpm = int(rate) if rate.isdigit() and int(rate) > 1 else None
    turning = False if rate.lower().startswith("solid state") else (True if rpm else None)
    wwn = _line(text, "Logical Unit WWN Device Identifier")
    physical = _number(text, r"Physical Sector size:\s+(\d+) bytes")
    return Disk(
        model=told(_line(text, "Model Number"), source),
        serial=told(_line(text, "Serial Number"), source),
        firmware=told(_line(text, "Firmware Revision"), source),
        wwn=Known(f"0x{wwn.lower()}", source) if wwn and re.fullmatch(r"[0-9a-fA-F]{16}", wwn) else None,
        size_bytes=known_if(sectors * logical if sectors and logical else None, source),
        logical_block_size=known_if(logical, source),
        physical_block_size=known_if(physical, source),
        rotational=known_if(turning, source),
        rotation_rpm=known_if(rpm, source),
        medium=known_if(medium_of(turning), source),
        bus=Known("ata", source),
        security=_security_text(text, source),
        sanitize=_sanitize_text(text, source),
    )


def _sanitize_text(text: str, source: str) -> DiskSanitize:
    def has(words: str) -> bool:
        return re.search(rf"^\s*\*?\s*{words}\s*$", text, re.MULTILINE) is not None

    offered = has("SANITIZE feature set")
    return DiskSanitize(
        overwrite=Known(offered and has("OVERWRITE_EXT command"), source),
        block_erase=Known(offered and has("BLOCK_ERASE_EXT command"), source),
        crypto_erase=Known(offered and has("CRYPTO_SCRAMBLE_EXT command"), source),
    )


def _security_text(text: str, source: str) -> DiskSecurity:
    """The Security block; a drive without one has no ATA security."""
    match = re.search(r"^Security:[ \t]*\n((?:[ \t]+.*\n?)*)", text, re.MULTILINE)
    if match is None:
        return DiskSecurity(supported=Known(False, source))
    block = match[1]

    def state(word: str) -> MaybeFact[bool]:
        found = re.search(rf"^[ \t]*(not[ \t]+)?{word}[ \t]*$", block, re.MULTILINE)
        return None if found is None else Known(found[1] is None, source)

    level = re.search(r"Security level (high|maximum)", block)
    return DiskSecurity(
        supported=state("supported"),
        enabled=state("enabled"),
        locked=state("locked"),
        frozen=state("frozen"),
        enhanced_erase=state("supported: enhanced erase"),
        level=known_if(level[1] if level else None, source),
        erase_minutes=_minutes(block, r"(more than )?(\d+)min for SECURITY ERASE UNIT", source),
        enhanced_erase_minutes=_minutes(block, r"(more than )?(\d+)min for ENHANCED SECURITY ERASE UNIT", source),
    )


def _minutes(block: str, pattern: str, source: str) -> MaybeFact[int]:
    match = re.search(pattern, block)
    if match is None:
        return None
    return Unreadable(FLOOR.format(match[2])) if match[1] else Known(int(match[2]), source)
