"""Steps that the plans of more than one system have."""

from __future__ import annotations

from agent.install.layout import PARTITION_ARGV, Layout
from agent.model.plan import Step


def partition_step(parts: Layout, *, pmbr_boot_flag: bool, postcondition: str) -> Step:
    """``pmbr_boot_flag``: on the protective MBR's own entry, for a BIOS that starts GPT only with it."""
    return Step(
        id="step-partition",
        kind="run",
        detail={
            "argv": list(PARTITION_ARGV),
            "stdin": parts.script,
            "partitions": parts.rows(),
            "pmbr_boot_flag": pmbr_boot_flag,
        },
        postcondition=postcondition,
    )


def nvram_step(part: int, *, label: str, loader: str) -> Step:
    """A boot entry of the firmware. ``part``: number of the partition; ``loader``: path on it, with backslashes."""
    return Step(
        id="step-nvram",
        kind="run",
        detail={
            "argv": [
                *("efibootmgr", "--quiet", "--create", "--disk", "{disk}", "--part", str(part)),
                *("--label", label, "--loader", loader),
            ]
        },
        postcondition="the entry is read again from NVRAM, first in the order; a failure is a warning",
    )
