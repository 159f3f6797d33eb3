"""SATA and PATA drives: SANITIZE DEVICE (ACS-3, 7.37) and the SECURITY feature set (7.45)."""

from __future__ import annotations

from agent.erasure.technique import Refusal, Supported, Technique, every, sanitize_action, says
from agent.model.erasure import Level
from agent.model.facts import Unreadable, known
from agent.model.inventory import Disk, Medium


class SanitizeCryptoBlock(Technique):
    name, level = "ata-sanitize-crypto-block", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return every(sanitize_action(disk, "crypto_erase"), sanitize_action(disk, "block_erase"))


class SanitizeBlock(Technique):
    name, level = "ata-sanitize-block", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return sanitize_action(disk, "block_erase")


class SanitizeCrypto(Technique):
    name, level = "ata-sanitize-crypto", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return sanitize_action(disk, "crypto_erase")


class SanitizeOverwrite(Technique):
    name, level = "ata-sanitize-overwrite", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return sanitize_action(disk, "overwrite")


def _security(disk: Disk) -> Supported | Refusal:
    """ACS-3 IDENTIFY word 128: supported (bit 0), and neither locked (2) nor frozen (3)."""
    security = disk.security
    if security is None:
        return Refusal(reason="skip-capability-not-read")
    answer = says(security.supported)
    if isinstance(answer, Refusal):
        return answer
    for state, reason in ((security.locked, "skip-locked"), (security.frozen, "skip-frozen")):
        if known(state):
            return Refusal(reason=reason)
        if isinstance(state, Unreadable):
            return Refusal(reason="skip-capability-unreadable", params={"error": state.error})
    return answer


class SecurityEraseEnhanced(Technique):
    """Purge on a rotating disk (it covers reallocated sectors); on an SSD only Clear, with an overwrite pass."""

    name, level = "ata-security-erase-enhanced", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        enhanced = says(disk.security.enhanced_erase if disk.security else None)
        return every(_security(disk), enhanced)

    @classmethod
    def level_on(cls, disk: Disk) -> Level:
        return Level.PURGE if known(disk.medium) == Medium.HDD else Level.CLEAR


class SecurityErase(Technique):
    name, level = "ata-security-erase", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _security(disk)
