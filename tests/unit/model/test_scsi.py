"""Texts recorded from sg3-utils 1.48 (Debian 13) on QEMU's SAS disk behind an LSI SAS1068."""

import pytest

from agent.model.scsi import sense

NOTHING = """data-in decoded as sense:
Fixed format, current; Sense key: No Sense
Additional sense: No additional sense information

"""
STALE = """Number of data-in errors detected: 1, most recent sense_key=5
data-in decoded as sense:
Fixed format, current; Sense key: Illegal Request
Additional sense: Invalid command operation code

"""
NOT_SENT = "Test unit ready: bad pass-through setup\n"


@pytest.mark.parametrize(("text", "state"), [(NOTHING, "nothing"), (STALE, "stale"), (NOT_SENT, "unknown")])
def test_sense_of_trixie(text: str, state: str) -> None:
    found = sense(text)
    assert (found.state, found.fraction) == (state, None)
