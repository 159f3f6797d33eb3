"""What sg3-utils print of a SCSI disk's sense data (SPC-5, 4.4; ASC and ASCQ in annex F), read as a state.

REQUEST SENSE that has nothing to say is no state: idle, finished and never started look the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PROGRESS = re.compile(r"Progress indication:\s*(\d+(?:\.\d+)?)\s*%")
_TRANSPORT = re.compile(r"transport|Host_status|DID_|timed out", re.IGNORECASE)
_NOTHING = re.compile(r"Sense key: No Sense\s+Additional sense: No additional sense information")
_STATES = (
    ("sanitize_failed", "Sanitize command failed"),  # 03/31/03
    ("format_failed", "Format command failed"),  # 03/31/01
    ("format_failed", "Medium format corrupted"),  # 03/31/00: a format that was cut
    ("sanitizing", "sanitize in progress"),  # 02/04/1B
    ("formatting", "format in progress"),  # 02/04/04
    ("unit_attention", "Sense key: Unit Attention"),
    ("stale", "Sense key: Illegal Request"),  # of an earlier command: REQUEST SENSE itself is never one
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """``state``: sanitizing | formatting | sanitize_failed | format_failed | unit_attention | stale | nothing |
    unknown.
    ``fraction``: how far it says it is; a drive may tell that and not of what."""

    state: str
    fraction: float | None = None


def sense(text: str) -> Sense:
    """``sg_requests``, or what ``sg_raw`` prints of a refusal."""
    if transport_error(text):
        return Sense(state="unknown")
    progress = _PROGRESS.search(text)
    fraction = min(1.0, float(progress[1]) / 100) if progress else None
    low = text.lower()
    for state, words in _STATES:
        if words.lower() in low:
            return Sense(state=state, fraction=fraction if state in ("sanitizing", "formatting") else None)
    if fraction is None and _NOTHING.search(text):
        return Sense(state="nothing")
    return Sense(state="unknown", fraction=fraction)


def transport_error(text: str) -> bool:
    """The command or its answer was lost on the way; sg3-utils 1.46 exit 0 then."""
    return bool(_TRANSPORT.search(text))
