"""eMMC: every block released, the card's own sanitize (JESD84-B51, 6.6.12), then our pass over all of it.

This order can be proven best. Blocks are released first (``blkdiscard --zeroout``: the kernel trims where trimmed
blocks read as zeros, and writes zeros elsewhere; a plain discard may leave what it likes to be read), sanitize
removes what is released, and a look shows whether former content is gone. The pass comes last, so that what is read
back, whole, is our stream. What sanitize did to blocks out of a host's reach nobody can see: Clear.

The other areas of the card come after that: ``agent.erasure.areas``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.erasure.commands import Conversation, Heard
from agent.erasure.technique import Refusal, Supported, Technique, extra, says
from agent.machine.door import Answer
from agent.model.erasure import Level
from agent.model.facts import known
from agent.model.inventory import Disk

_SLOWEST = 5e6
"""Bytes per second of a card that the kernel has to write zeros to."""
_SANITIZE_MS = 600_000
_ANSWERS_S = 900.0
_NO_BIT = "Operation not supported"
_SWITCH_ERROR = "Bad message"
_NOT_SENT = ("Usage:", "No such file", "Permission denied", "resource busy", "cannot open", "ioctl failed")


class Sanitize(Technique):
    """EXT_CSD byte 231 bit 6."""

    name, level = "mmc-sanitize", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return says(extra(disk, "emmc", "sanitize"))

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 1

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return "claim-emmc"

    @classmethod
    def params(cls, disk: Disk) -> Mapping[str, Any]:
        return {}

    def carry_out(self, talk: Conversation) -> Heard:
        path = talk.disk.path
        release = ["blkdiscard", "--force", "--zeroout", path]  # we hold the disk: without force it is "busy"
        limit = max(_ANSWERS_S, (known(talk.facts.size_bytes) or 0) / _SLOWEST)
        heard = talk.send(release, heard=_heard, timeout_s=limit)
        if not heard.goes_on:
            return _touched(heard)
        heard = talk.send(["mmc", "sanitize", path, str(_SANITIZE_MS)], heard=_heard, timeout_s=_ANSWERS_S)
        if heard.params.get("error", "").startswith("Usage:"):  # mmc-utils of Debian 12: 240 s, the kernel's own limit
            heard = talk.send(["mmc", "sanitize", path], heard=_heard, timeout_s=_ANSWERS_S)
        return _touched(heard)


def _touched(heard: Heard) -> Heard:
    return replace(heard, touched=True) if heard.refusal else heard


def _heard(answer: Answer) -> Heard:
    """A card that answers in time has done what it was told, or says that it did not begin. The kernel calls off one
    that takes too long, and nobody knows what it did."""
    if answer.exit_status == 0:
        return Heard()
    said = " ".join((answer.errors + answer.text).split())
    if _NO_BIT in said:
        return Heard(refusal="skip-drive-lacks-it")
    if _SWITCH_ERROR in said:
        return Heard(refusal="skip-refused-by-drive", params={"status": _SWITCH_ERROR})
    if any(word in said for word in _NOT_SENT):
        return Heard(refusal="skip-tool-failed", params={"error": said[:160]})
    return Heard(end="command-unknown")
