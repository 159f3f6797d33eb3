"""``regain inventory --json`` on this PC, without the parser of command lines: loading that takes longer than looking.

Any other line, one more option included, goes the ordinary way, which gives the same document.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence

from agent.cli import emit_json

_LINE = ["inventory", "--json"]


def asked(argv: Sequence[str]) -> bool:
    return list(argv) == _LINE


def inventory() -> None:
    gc.disable()  # a program of half a second has nothing to collect
    from agent.inventory.first import lines
    from agent.machine.ahead import Ahead, drives

    ahead = Ahead(lines(drives()))
    from agent.inventory.collect import collect  # while the tools are at work
    from agent.inventory.wire import inventory_wire
    from agent.machine.live import LiveMachine

    emit_json(inventory_wire(collect(LiveMachine(ahead))))
    ahead.leave()
    os._exit(0)  # the answer is out and no tool is left: taking the interpreter apart would be for nobody
