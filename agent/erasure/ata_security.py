"""SECURITY ERASE UNIT of SATA and PATA drives (ACS-3, 4.18 and 7.45), by hdparm: a password of ours, and it goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from agent.erasure.ata import PASSWORD, hdparm, no_answer, remove_password, said, security, security_later
from agent.erasure.commands import Conversation, Heard, Status
from agent.erasure.technique import Refusal, Supported, Technique, every, says
from agent.machine.door import Answer
from agent.model.ata import FLOOR, SecurityState
from agent.model.erasure import SECURITY_OFF, SECURITY_ON, Level
from agent.model.facts import Known, MaybeFact, Unreadable, known
from agent.model.inventory import Disk, Medium

_MARGIN_S = 3600.0 + 300.0
"""hdparm waits an hour longer than the drive's estimate; we wait a little longer than hdparm."""

_LARGEST_WITH_FLOOR = 2 << 40
"""Bytes: on a larger disk "more than 508 minutes" may be a day, and the tool would cut the command (section 4)."""

_FLOOR = re.compile(re.escape(FLOOR).replace(r"\{\}", r"(\d+)"))


def _minutes(fact: MaybeFact[int], disk: Disk) -> int | None:
    """The drive's estimate; its floor where that can be relied on; None when it tells none."""
    if isinstance(fact, Known):
        return fact.value
    floor = _FLOOR.fullmatch(fact.error) if isinstance(fact, Unreadable) else None
    size = known(disk.size_bytes)
    return int(floor[1]) if floor and size and size <= _LARGEST_WITH_FLOOR else None


class _SecurityErase(Technique):
    """Word 128: supported (bit 0), enhanced (5); words 89 and 90: how long.

    The password is on the journal before the drive hears of it, and gone from the drive at the end, whatever happened.
    """

    option: ClassVar[str]
    time_field: ClassVar[str]

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        part = disk.security
        if part is None:
            return Refusal(reason="skip-capability-not-read")
        told = Supported() if cls._estimate(disk) else Refusal(reason="skip-no-estimate")
        # what stands in its way comes last: it may be lifted
        free = (_free(part.locked, "skip-locked"), _free(part.frozen, "skip-frozen"))
        return every(says(part.supported), cls._has(disk), told, *free)

    @classmethod
    def _has(cls, disk: Disk) -> Supported | Refusal:
        return Supported()

    @classmethod
    def _estimate(cls, disk: Disk) -> int | None:
        return _minutes(getattr(disk.security, cls.time_field) if disk.security else None, disk)

    @classmethod
    def seconds(cls, disk: Disk) -> float | None:
        minutes = cls._estimate(disk)
        return minutes * 60.0 if minutes else None

    @classmethod
    def params(cls, disk: Disk) -> Mapping[str, Any]:
        frozen = {"thaw": True} if disk.security and known(disk.security.frozen) else {}
        return {"minutes": cls._estimate(disk), **frozen}

    def carry_out(self, talk: Conversation) -> Heard:
        state = security_later(talk)
        if why := _in_the_way(state):
            return Heard(refusal=why)
        heard = talk.send(self._line(talk, "--security-set-pass"), heard=_heard, aside=True)
        if heard.end:
            return self._clean_up(talk, heard)
        state = security_later(talk)
        if state is None:
            return Heard(end="command-unknown")
        if not state.enabled:
            return Heard(refusal="skip-password-not-set")
        talk.note(Status(state=SECURITY_ON))
        limit = float(talk.method.params["minutes"]) * 60 + _MARGIN_S
        return self._clean_up(talk, talk.send(self._line(talk, self.option), heard=_heard, timeout_s=limit))

    def _clean_up(self, talk: Conversation, heard: Heard) -> Heard:
        """The password is read to be gone, and only then anything may follow (ERASURE design, section 3)."""
        # a tool that was given up may still wait for its drive: one question, which may not be answered either
        state = security(talk.machine, talk.disk.path) if heard.end else security_later(talk)
        if state is None:
            return Heard(end="command-unknown")
        if not state.enabled:
            talk.note(Status(state=SECURITY_OFF))
            return heard if heard.goes_on else Heard(end="command-unknown")
        after = remove_password(talk, state)
        if after is None or after.enabled:
            return Heard(end="password-left")
        return heard if heard.end else Heard(refusal="skip-not-carried-through")

    def _line(self, talk: Conversation, option: str) -> list[str]:
        return hdparm("--user-master", "u", option, PASSWORD, path=talk.disk.path)


def _free(fact: MaybeFact[bool], reason: str) -> Supported | Refusal:
    if isinstance(fact, Unreadable):
        return Refusal(reason="skip-capability-unreadable", params={"error": fact.error})
    return Refusal(reason=reason) if known(fact) else Supported()


def _in_the_way(state: SecurityState | None) -> str | None:
    """Why no password may be set now, as a message id."""
    if state is None or not state.supported:
        return "skip-password-not-set"
    if state.frozen:
        return "skip-frozen"
    if state.locked:
        return "skip-locked"
    return "skip-password-of-another" if state.enabled else None


def _heard(answer: Answer) -> Heard:
    """Exit status 0 says little, anything else as little: IDENTIFY tells what became of it."""
    if answer.exit_status == 0 and not no_answer(answer):
        return Heard()
    lines = [line.strip() for line in said(answer).splitlines() if line.strip()]
    return Heard(refusal="skip-refused-by-drive", params={"status": lines[-1][:80] if lines else "?"})


class SecurityEraseEnhanced(_SecurityErase):
    """Purge on a rotating disk (it covers reallocated sectors); on an SSD only Clear, with an overwrite pass."""

    name, level = "ata-security-erase-enhanced", Level.PURGE
    option, time_field = "--security-erase-enhanced", "enhanced_erase_minutes"

    @classmethod
    def _has(cls, disk: Disk) -> Supported | Refusal:
        return says(disk.security.enhanced_erase if disk.security else None)

    @classmethod
    def level_on(cls, disk: Disk) -> Level:
        return Level.PURGE if _turns(disk) else Level.CLEAR

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 0 if _turns(disk) else 1

    @classmethod
    def reason(cls, disk: Disk) -> str:
        return "method-ata-security-erase-enhanced" if _turns(disk) else "method-ata-security-erase-enhanced-ssd"

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return None if _turns(disk) else "claim-security-erase-ssd"


class SecurityErase(_SecurityErase):
    name, level = "ata-security-erase", Level.CLEAR
    option, time_field = "--security-erase", "erase_minutes"

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 1

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return "claim-security-erase-ssd"


def _turns(disk: Disk) -> bool:
    return known(disk.medium) == Medium.HDD
