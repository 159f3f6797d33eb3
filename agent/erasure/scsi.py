"""SAS and SCSI drives: SANITIZE (SBC-4, 5.30) and FORMAT UNIT (5.4)."""

from __future__ import annotations

from agent.erasure.technique import Refusal, Supported, Technique, extra, sanitize_action, says
from agent.model.erasure import Level
from agent.model.inventory import Disk


class SanitizeBlock(Technique):
    """Which actions there are: REPORT SUPPORTED OPERATION CODES, opcode 48h."""

    name, level = "scsi-sanitize-block", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return sanitize_action(disk, "block_erase")


class SanitizeCrypto(Technique):
    name, level = "scsi-sanitize-crypto", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return sanitize_action(disk, "crypto_erase")


class SanitizeOverwrite(Technique):
    name, level = "scsi-sanitize-overwrite", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return sanitize_action(disk, "overwrite")


class FormatUnit(Technique):
    name, level = "scsi-format-unit", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return says(extra(disk, "format_unit"))
