"""What may this PC run? Facts in, both verdicts out; pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent.eligibility import linux, windows11
from agent.model.eligibility import Eligibility, ProfileNeeds
from agent.model.inventory import Inventory


def assess(inventory: Inventory, profiles: Sequence[ProfileNeeds]) -> Eligibility:
    """Windows 11 and Linux, rule by rule. Raises Fault data-damaged when a list of the program is damaged."""
    return Eligibility(windows11=windows11.judge(inventory), linux=linux.judge(inventory, profiles))
