"""SANITIZE DEVICE of SATA drives (ACS-3, 4.17 and 7.36), by hdparm."""

from __future__ import annotations

from collections.abc import Callable

from agent.erasure.ata import YES, hdparm, no_answer, said, sanitize_state
from agent.erasure.commands import Conversation, Heard, Status
from agent.erasure.overwrite import surface
from agent.erasure.sanitize import CAPABILITY, CryptoAlone, InOrder
from agent.erasure.technique import Refusal, Supported, every, sanitize_action
from agent.machine.door import Answer
from agent.model.ata import refusal
from agent.model.erasure import COMPLETED, transition_in
from agent.model.facts import known
from agent.model.inventory import Disk

_WORDS = {
    "crypto": ("--sanitize-crypto-scramble",),
    "block": ("--sanitize-block-erase",),
    # without a count hdparm sends 0, which means sixteen passes
    "overwrite": ("--sanitize-overwrite-passes", "1", "--sanitize-overwrite", "hex:00000000"),
}
_FLASH_S = {"crypto": 10.0, "block": 60.0}
"""Typical; no ATA drive tells how long it will take."""


def sanitize_poll(talk: Conversation, *, fresh: bool = False) -> Callable[[], Status]:
    """Asks the drive each time. ``fresh``: before our command it did not say "completed", so that this word can only
    speak of ours. The status names no action."""

    def poll() -> Status:
        status = sanitize_state(talk)
        return Status(state=status.state, fraction=status.fraction, said=status.said, agrees=fresh)

    return poll


class _Sanitize(InOrder):
    """``actions`` run in this order. The drive goes on by itself, also after a power cut."""

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return every(*(sanitize_action(disk, CAPABILITY[a]) for a in cls.actions))

    @classmethod
    def seconds(cls, disk: Disk) -> float | None:
        return sum(_seconds(disk, action) for action in cls.actions)

    def one(self, talk: Conversation, action: str) -> Heard:
        before = sanitize_state(talk)
        if before.state == "frozen":
            return Heard(refusal="skip-sanitize-frozen")
        heard = talk.send(_line(action, talk.disk.path), heard=_heard)
        if heard.end:
            return heard
        if heard.refusal:
            return self._refused(talk, heard)
        fresh = before.state not in COMPLETED and before.state != "unknown"
        talk.note(Status(state="accepted", agrees=fresh))
        estimate = _seconds(talk.facts, action) if action == "overwrite" else None
        return talk.follow(sanitize_poll(talk, fresh=fresh), estimate_s=estimate)

    def _refused(self, talk: Conversation, heard: Heard) -> Heard:
        """What may follow a refusal: nothing while one runs, nor in failure mode (ERASURE design, section 3)."""
        after = sanitize_state(talk)
        talk.note(after)
        if after.state in ("in_progress", "unknown"):
            return Heard(end="sanitize-running" if after.state == "in_progress" else "sanitize-unknown")
        return Heard(end="sanitize-failed") if after.state == "failed" else heard

    def reattach(self, talk: Conversation) -> Heard | None:
        """One that still ran has been waited for. "Completed" is ours when the drive was seen at it since our command,
        or had not said so before."""
        sent = talk.seen.commands[-1].get("argv") if talk.seen.commands else None
        if sent != _line(self.actions[-1], talk.disk.path):
            return None
        fresh = _was_fresh(talk)
        status = sanitize_state(talk)
        if status.state == "in_progress":
            return talk.follow(sanitize_poll(talk, fresh=fresh), estimate_s=None)
        if status.state not in COMPLETED:
            return None
        if fresh and not transition_in(talk.seen.status_timeline):
            talk.note(Status(state="accepted", agrees=True))
            talk.note(Status(state=status.state, said=status.said, agrees=True))
        return Heard() if transition_in(talk.seen.status_timeline) else None


def _was_fresh(talk: Conversation) -> bool:
    """What was noted when the drive accepted our last command."""
    accepted = [step for step in talk.seen.status_timeline if step.get("state") == "accepted"]
    return bool(accepted) and accepted[-1].get("agrees") is True


def _seconds(disk: Disk, action: str) -> float:
    return _FLASH_S.get(action) or (known(disk.size_bytes) or 0) / surface(disk).rate


def _line(action: str, path: str) -> list[str]:
    return hdparm(YES, *_WORDS[action], path=path)


def _heard(answer: Answer) -> Heard:
    """hdparm prints "Operation started in background" also after an abort that it could not read."""
    text = said(answer)
    why = refusal(text)
    if no_answer(answer):  # aborted, or nobody knows: then the drive's status tells
        return Heard() if why is None else Heard(refusal="skip-never-began")
    if answer.exit_status == 0:
        return Heard()
    if why is not None:
        return Heard(refusal="skip-refused-by-drive", params={"status": why})
    if "feature set is not supported" in text:
        return Heard(refusal="skip-drive-lacks-it")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if answer.exit_status in _NEVER_SENT:
        return Heard(refusal="skip-tool-failed", params={"error": lines[-1][:160] if lines else "?"})
    return Heard(end="command-unknown")


_NEVER_SENT = frozenset({1, 2, 13, 16, 22})
"""hdparm exits with an errno; before it has opened the drive, or has read IDENTIFY, nothing was sent."""


class SanitizeCryptoBlock(_Sanitize):
    name, actions = "ata-sanitize-crypto-block", ("crypto", "block")


class SanitizeBlock(_Sanitize):
    name, actions = "ata-sanitize-block", ("block",)


class SanitizeCrypto(CryptoAlone, _Sanitize):
    name, actions = "ata-sanitize-crypto", ("crypto",)


class SanitizeOverwrite(_Sanitize):
    """Reaches reallocated sectors too."""

    name, actions = "ata-sanitize-overwrite", ("overwrite",)
