"""Opal drives: PSID revert (TCG Opal SSC 2.01, 5.1.2), with the number printed on the label."""

from __future__ import annotations

from agent.erasure.technique import Refusal, Supported, Technique, extra, says
from agent.model.erasure import Level
from agent.model.inventory import Disk


class PsidRevert(Technique):
    """Never a rung of its own: offered when a drive is locked and its owner gone."""

    name, level = "opal-psid", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return says(extra(disk, "opal", "supported"))
