"""eMMC: overwrite, discard, then the card's own sanitize (JESD84-B51, 6.6.12)."""

from __future__ import annotations

from agent.erasure.technique import Refusal, Supported, Technique, extra, says
from agent.model.erasure import Level
from agent.model.inventory import Disk


class Sanitize(Technique):
    """EXT_CSD byte 231 bit 6; overwrite and discard come first."""

    name, level = "mmc-sanitize", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return says(extra(disk, "emmc", "sanitize"))
