"""The battery-backed clock: its time, and whether it can be believed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from agent.inventory.asking import read_word
from agent.machine.door import Machine
from agent.model.facts import Known, Unreadable
from agent.model.inventory import Clock

_SINCE_EPOCH = "/sys/class/rtc/rtc0/since_epoch"

# A clock before this programme's own data, or ten years after it, has lost its battery.
NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2036, 12, 31, tzinfo=UTC)


def probe(machine: Machine) -> Clock:
    text = read_word(machine, _SINCE_EPOCH)
    if text is None or not re.fullmatch(r"-?\d{1,11}", text):
        why = Unreadable(f"not there: {_SINCE_EPOCH}")
        return Clock(rtc_utc=why, sane=why)
    moment = datetime.fromtimestamp(int(text), UTC)
    return Clock(
        rtc_utc=Known(moment.isoformat(timespec="seconds").replace("+00:00", "Z"), "rtc0"),
        sane=Known(NOT_BEFORE <= moment <= NOT_AFTER, "rtc0"),
    )
