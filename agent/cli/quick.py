"""``regain inventory --json`` on this PC, without the parser of command lines: loading that takes longer than looking.

Any other line, one more option included, goes the ordinary way, which gives the same document.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.cli import emit_json

_LINE = ["inventory", "--json"]
_TOOL_S = 5.0


def asked(argv: Sequence[str]) -> bool:
    return list(argv) == _LINE


def inventory() -> None:
    from agent.inventory import lsblk
    from agent.machine.ahead import AheadMachine

    machine = AheadMachine([lsblk.ARGV, ["dmidecode"], ["dmesg"]], timeout_s=_TOOL_S)
    from agent.inventory.collect import collect
    from agent.inventory.wire import inventory_wire

    emit_json(inventory_wire(collect(machine)))
