"""Techniques that begin with a command of the drive: canaries, the command, a look at what it left, and then?

A new one is a class (``agent.erasure.technique``) and its place in the ladder. What was seen goes into ``Seen``;
``agent.erasure.proof`` alone says what it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.erasure import ata, ata_sanitize, nvme, opal, proof, scsi
from agent.erasure.commands import Conversation, Heard
from agent.erasure.ladder import named
from agent.erasure.technique import Technique
from agent.erasure.together import ONE_IS_MISSING, Together, mates_of
from agent.model.erasure import Method, Skipped
from agent.model.events import Kind

_ASK_AGAIN = 5  # a namespace is scanned anew after a Format: it may be away for a moment
_ASK_EVERY_S = 1.0

Work = Callable[[Sequence[str]], bool]
"""Runs a worker for these steps; True when it did them all."""


def at_rest(talk: Conversation) -> bool:
    """A sanitize that runs from before is waited for, and nothing is sent to a drive whose state cannot be told:
    ``seen.end`` says so. True when the drive is ready to be told something."""
    if not talk.machine.has_firmware(talk.disk.path):
        return True
    if talk.method.technique != opal.PsidRevert.name and opal.is_still_locked(talk):
        talk.seen.end = "opal-locked"
        return False
    if ata.is_ata(talk.facts):
        ata.speak_plainly(talk)
        if not ata.without_our_password(talk):
            talk.seen.end = "locked"
            return False
    poll = sanitize_poll(talk)
    if poll is None:
        return True
    status = poll()
    talk.note(status)
    if status.state == "in_progress":
        heard = talk.follow(poll, estimate_s=None)
        if heard.end:
            talk.seen.end = heard.end
            return False
        status = poll()
        talk.note(status)
    if status.state in ("failed", "format_failed"):
        talk.seen.end = _after_failure(talk, status.state)
    elif status.state == "unknown":
        talk.seen.end = "sanitize-unknown"
    return not talk.seen.end


_SANITIZES = ("nvme-sanitize", "ata-sanitize", "scsi-sanitize")


def _after_failure(talk: Conversation, state: str) -> str:
    """A drive that failed a sanitize takes another one, or lets its failure mode be left when AUSE was set (ERASURE
    design, section 3); one that failed a format must be formatted. It gives no sector to canaries until then: the first
    one is for nothing but that, and proves nothing. How the disk's story ends, "" when it goes on."""
    technique = talk.method.technique
    if state == "failed":
        if ata.is_ata(talk.facts):
            return "" if technique.startswith(_SANITIZES) else "sanitize-failed"
        leave = nvme.leave_failure if nvme.is_nvme(talk.facts) else scsi.leave_failure
        if leave(talk):
            return ""
        if not technique.startswith(_SANITIZES) or mates_of(talk.method):  # the others have not come yet
            return "sanitize-failed"
    elif technique != scsi.FormatUnit.name and not technique.startswith(_SANITIZES):
        return "format-failed"
    wanted = named(technique)
    if wanted is None:
        raise ValueError(f"a plan of another version: {technique}")
    talk.restricted = True
    heard = wanted().carry_out(talk)
    talk.restricted = False
    return heard.end or ("sanitize-failed" if heard.refusal and state == "failed" else "")


def sanitize_poll(talk: Conversation) -> Any:
    """How this kind of drive tells what its sanitize operation is doing; None when it has none."""
    if nvme.is_nvme(talk.facts):
        return nvme.sanitize_poll(talk)
    if ata.is_ata(talk.facts) and ata.offers_sanitize(talk.facts):
        return ata_sanitize.sanitize_poll(talk)
    return scsi.sanitize_poll(talk) if scsi.is_scsi(talk.facts) else None


def fall_back(method: Method, why: Skipped) -> Method | None:
    """The plan's next line, with the technique that gave way among those left aside; None when the plan has none."""
    if method.fallback is None:
        return None
    return replace(method.fallback, skipped=(*method.skipped, why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """One disk on its way through the drive's own commands."""

    talk: Conversation
    work: Work
    together: Together | None = None

    def carry_out(self, method: Method, *, cut: bool) -> Method:
        """Canaries, command, look. The method to go on with: this one, or the plan's next line when the drive refused
        before it started. With ``seen.end`` set, nothing goes on.

        ``cut``: an earlier run sent a command whose end nobody saw; its canaries are still planted.
        """
        seen = self.talk.seen
        while proof.sends_command(method.technique):
            self.talk.method = method
            wanted = named(method.technique)
            if wanted is None:
                raise ValueError(f"a plan of another version: {method.technique}")
            technique = wanted()
            heard = technique.reattach(self.talk) if cut else None
            if heard is not None and self.together is not None:
                self.together.leave(self.talk.disk.identity.text)  # it has its command behind it
            if cut and heard is None:  # nothing of it counts: neither its canaries nor what the drive said
                seen.planted = seen.canaries = None
                seen.status_timeline.clear()
            cut = False
            if heard is None:
                technique.admit(self.talk)
                if seen.planted is None and not technique.shut(self.talk) and not self.work(("plant",)):
                    return method
                heard = self._send(technique)
            if not heard.end and self._changed():
                heard = Heard(end="changed")
            if heard.end:
                seen.end = heard.end
                return method
            if not heard.refusal:
                self._look(method)
                return method
            after = self._give_way(method, heard)
            if after is None:
                return method
            method = after
        return method

    def _send(self, technique: Technique) -> Heard:
        """Alone, or once for all namespaces of the drive."""
        if not mates_of(self.talk.method):
            return technique.carry_out(self.talk)
        if self.together is None or self.together.members != mates_of(self.talk.method):
            return Heard(refusal=ONE_IS_MISSING)
        return self.together.carry_out(self.talk, technique.carry_out)

    def _look(self, method: Method) -> None:
        """What the command left at the places we know; a drive that lied, or hides it, gets nothing more."""
        if not self.work(("inspect",)):
            return
        found = self.talk.seen.inspection
        if found is None or not proof.erased_by_command(found):
            self.talk.seen.end = "not-erased" if found is not None and proof.survivors(found) else "not-shown"

    def _give_way(self, method: Method, heard: Heard) -> Method | None:
        """The plan's next line; without one the disk's story ends here, as it was seen."""
        why = Skipped(technique=method.technique, reason=heard.refusal, params=heard.params)
        after = fall_back(method, why)
        if after is None:
            self.talk.seen.end = "refused"
            return None
        if heard.touched:
            self.talk.seen.planted = self.talk.seen.canaries = None
        self.talk.emit(
            Kind.FELL_BACK,
            {"technique": method.technique, "reason": why.reason, "params": dict(why.params), "to": after.technique},
        )
        return after

    def _changed(self) -> bool:
        for _ in range(_ASK_AGAIN):
            if not self.talk.disk.changed():
                return False
            self.talk.machine.clock.sleep(_ASK_EVERY_S)
        return True
