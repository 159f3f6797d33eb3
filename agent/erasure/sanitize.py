"""What the SANITIZE of every command set has in common: its actions, their order, and what crypto alone relies on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from agent.erasure.commands import Conversation, Heard
from agent.erasure.technique import Technique
from agent.model.erasure import Level
from agent.model.inventory import Disk

CAPABILITY: Mapping[str, str] = {"crypto": "crypto_erase", "block": "block_erase", "overwrite": "overwrite"}
"""An action and the name of its capability (``DiskSanitize``, and the estimates of a sanitize log)."""


class InOrder(Technique):
    """``actions`` run one after the other; ``one`` sends each and follows it to its end."""

    level = Level.PURGE
    actions: ClassVar[tuple[str, ...]]

    @classmethod
    def params(cls, disk: Disk) -> Mapping[str, Any]:
        return {"actions": list(cls.actions)}

    def carry_out(self, talk: Conversation) -> Heard:
        for index, action in enumerate(self.actions):
            heard = self.one(talk, action)
            if not heard.goes_on:  # refused after another one has run: what was begun is no fall-back
                return Heard(end="command-unknown") if heard.refusal and index else heard
        return Heard()

    def one(self, talk: Conversation, action: str) -> Heard:
        raise NotImplementedError


class CryptoAlone(Technique):
    """Relies on the drive's own encryption: one pass of ours follows, and the paper says so."""

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 1

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return "claim-crypto-only"
