"""Self-encrypting drives: what Level 0 Discovery tells, asked of those that say they answer it."""

from __future__ import annotations

from agent.inventory.asking import ask
from agent.machine.door import Answer, Machine
from agent.model.ata import identify_words, noise_in
from agent.model.facts import Unreadable
from agent.model.inventory import Disk
from agent.model.tcg import DISCOVERY, OPENS, read_discovery, receive_argv, received

_TOOL_S = 5.0
_NOT_PASSED_ON = "the kernel does not pass it on: libata.allow_tpm=1"


def trusted(identify: Answer | Unreadable) -> bool:
    """IDENTIFY word 48 bit 0, the Trusted Computing feature set (ACS-3, 7.12.7.19)."""
    words = None if isinstance(identify, Unreadable) else identify_words(identify.text)
    return words is not None and not noise_in(words) and words[48] & 0xC001 == 0x4001


def listed(opcodes: Answer | Unreadable) -> bool:
    """SECURITY PROTOCOL IN is among the commands that the disk lists."""
    return not isinstance(opcodes, Unreadable) and "security protocol in" in opcodes.text.lower()


def look(machine: Machine, bus: str, path: str) -> list[Disk]:
    """``extra["opal"]``: family, supported, enabled, locked, encrypts, shadowed. Nothing where nobody could ask.

    An ATA drive that says it has security protocols and refuses them was not asked: libata stands between, unless it
    was told to let them through.
    """
    answer = ask(machine, receive_argv(bus, path, comid=DISCOVERY), timeout_s=_TOOL_S, root=True)
    if isinstance(answer, Unreadable):
        missing = answer.error.startswith("tool missing")
        return [] if missing else [Disk(extra={"opal": {"unreadable": answer.error}})]
    found = read_discovery(received(answer.stdout)) if answer.exit_status == 0 else None
    if found is not None:
        told = {**found.to_wire(), "supported": found.supported and found.family in OPENS}
        return [Disk(extra={"opal": told})]
    if bus == "ata":
        return [Disk(extra={"opal": {"unreadable": _NOT_PASSED_ON}})]
    return [Disk(extra={"opal": {"supported": False}})]
