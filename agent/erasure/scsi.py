"""SAS and SCSI drives: SANITIZE (SBC-4, 5.30) and FORMAT UNIT (5.4), followed by REQUEST SENSE and TEST UNIT READY.

The drive keeps no log: an operation is seen only while it runs, and one that nobody saw run is never called completed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from agent.erasure.commands import ASK_S, Conversation, Heard, Status
from agent.erasure.technique import Refusal, Supported, Technique, every, extra, sanitize_action, says
from agent.machine.door import Answer, DoorError
from agent.model.erasure import Level, transition_in
from agent.model.facts import known
from agent.model.inventory import Disk

_FIXED, _DESCRIPTOR = (0x70, 0x71), (0x72, 0x73)
_SENSE_KEY_SPECIFIC = 2  # type of the descriptor that holds progress
_FIXED_BYTES, _WHOLE = 18, 65536
_STATES = {
    (2, 0x04, 0x1B): "in_progress",  # sanitize
    (2, 0x04, 0x04): "in_progress",  # format
    (3, 0x31, 0x03): "failed",
    (3, 0x31, 0x01): "corrupt",  # a format that failed
    (3, 0x31, 0x00): "corrupt",  # a format that was cut
}
"""What sense key, ASC and ASCQ say of the drive's own work (SPC-5 annex F). "corrupt": to be formatted again."""

_ILLEGAL, _NOT_READY, _PROTECTED = (5, 9), 2, 7  # exit status of sg3-utils, by sense key
_BROKEN = re.compile(r"transport|Host_status|DID_|timed out", re.IGNORECASE)
_NEVER_SENT = re.compile(r"open error|unrecognized option|invalid option|Permission denied|No such", re.IGNORECASE)
_WHY_REFUSED = re.compile(r"Illegal request[\w, ]*", re.IGNORECASE)

_BLOCKS = (512, 4096)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """Sense data (SPC-5, 4.5): key, additional code and qualifier, and how far the work is, where it is told."""

    code: tuple[int, int, int]
    fraction: float | None = None


def read_sense(raw: bytes) -> Sense | None:
    """From the bytes themselves, in fixed or descriptor format; None for anything else."""
    form = raw[0] & 0x7F if raw else 0
    if form in _FIXED and len(raw) >= _FIXED_BYTES - 4:
        return Sense(code=(raw[2] & 0xF, raw[12], raw[13]), fraction=_progress(raw[15:18]))
    if form not in _DESCRIPTOR or len(raw) < 8:
        return None
    rest, fraction = raw[8 : 8 + raw[7]], None
    while len(rest) >= 2:
        size = 2 + rest[1]
        if rest[0] == _SENSE_KEY_SPECIFIC:
            fraction = _progress(rest[4:7])
        rest = rest[size:]
    return Sense(code=(raw[1] & 0xF, raw[2], raw[3]), fraction=fraction)


def _progress(specific: bytes) -> float | None:
    """Sense-key specific bytes; their first bit says that they mean something."""
    valid = len(specific) == 3 and specific[0] & 0x80
    return int.from_bytes(specific[1:3], "big") / _WHOLE if valid else None


def is_scsi(facts: Disk) -> bool:
    bus = known(facts.bus)
    return bus == "sas" or bus == "scsi"


def sanitize_poll(talk: Conversation, *, silent: str = "idle") -> Callable[[], Status]:
    """Asks the drive each time. ``silent``: what it means that it is ready and was never seen at work here."""
    at_work = False

    def poll() -> Status:
        nonlocal at_work
        status = _asked(talk)
        at_work = at_work or status.state == "in_progress"
        if status.state != "idle":
            return status
        return Status(state="completed" if at_work else silent, raw=status.raw)

    return poll


def _asked(talk: Conversation) -> Status:
    """in_progress, failed, corrupt; idle when it has nothing to say and is ready; else unknown."""
    try:
        answer = talk.ask(["sg_requests", "--raw", talk.disk.path], timeout_s=ASK_S)
        sense = read_sense(answer.stdout) if answer.exit_status == 0 else None
        if sense is None:
            return Status(state="unknown", said=answer.errors)
        state = _STATES.get(sense.code)
        if state is not None:
            return Status(state=state, fraction=sense.fraction, raw=answer.stdout)
        ready = talk.ask(["sg_turs", talk.disk.path], timeout_s=ASK_S)
    except DoorError as error:
        return Status(state="unknown", said=str(error))
    quiet = ready.exit_status == 0 and not (ready.text + ready.errors).strip()
    return Status(state="idle" if quiet else "unknown", raw=answer.stdout, said=ready.text + ready.errors)


def _readable(disk: Disk) -> Supported | Refusal:
    """Disks out of storage arrays have 520 or 528 bytes in a sector: no host reads them, so nothing can be proven."""
    size = known(disk.logical_block_size)
    if size is None or size in _BLOCKS:
        return Supported()
    return Refusal(reason="skip-sector-size", params={"bytes": size})


def _carried_out(talk: Conversation, argv: list[str], *, silent: str) -> Heard:
    """Sent, and followed to its end. Refused counts only when nothing runs afterwards."""
    heard = talk.send(argv, heard=_heard)
    poll = sanitize_poll(talk, silent=silent)
    if heard.goes_on:
        talk.note(Status(state="accepted"))
        return talk.follow(poll, estimate_s=None)
    if heard.refusal and _asked(talk).state == "in_progress":
        return Heard(end="sanitize-running")
    return heard


class _Sanitize(Technique):
    """Which actions there are: REPORT SUPPORTED OPERATION CODES, opcode 48h. One pass of zeros is said for overwrite:
    the count is not left to the tool's default."""

    level = Level.PURGE
    action: ClassVar[str]
    options: ClassVar[tuple[str, ...]]

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return every(sanitize_action(disk, cls.action), _readable(disk))

    def carry_out(self, talk: Conversation) -> Heard:
        argv = ["sg_sanitize", *self.options, "--quick", "--early", talk.disk.path]
        return _carried_out(talk, argv, silent="unknown")

    def reattach(self, talk: Conversation) -> Heard | None:
        """It goes on through a power cut, and ``firmware.at_rest`` has waited for its end. One that ended while nobody
        looked leaves no trace."""
        return Heard() if transition_in(talk.seen.status_timeline) else None


class SanitizeBlock(_Sanitize):
    name, action, options = "scsi-sanitize-block", "block_erase", ("--block",)


class SanitizeCrypto(_Sanitize):
    """Relies on the drive's own encryption: one pass of ours follows, and the paper says so."""

    name, action, options = "scsi-sanitize-crypto", "crypto_erase", ("--crypto",)

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 1

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return "claim-crypto-only"


class SanitizeOverwrite(_Sanitize):
    name, action, options = "scsi-sanitize-overwrite", "overwrite", ("--overwrite", "--zero", "--count=1")


class FormatUnit(Technique):
    """FORMAT UNIT in the block size that it has, and one overwrite pass: Clear. Its end proves nothing (some answer
    "good" at once and do nothing), the canaries do."""

    name, level = "scsi-format-unit", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return every(says(extra(disk, "format_unit")), _readable(disk))

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 1

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return "claim-format-unit"

    def carry_out(self, talk: Conversation) -> Heard:
        argv = ["sg_format", "--format", "--quick", "--early", talk.disk.path]
        return _carried_out(talk, argv, silent="completed")

    def reattach(self, talk: Conversation) -> Heard | None:
        """A format does not go on by itself after a power cut: the drive wants another one, and nothing can be planted
        before it; the canaries of the first still count."""
        if transition_in(talk.seen.status_timeline):
            return Heard()
        return self.carry_out(talk) if _asked(talk).state == "corrupt" else None


def _heard(answer: Answer) -> Heard:
    said = answer.text + answer.errors
    if _BROKEN.search(said):  # sg_sanitize 1.46 exits 0 all the same
        return Heard(end="command-unknown")
    if answer.exit_status == 0:
        return Heard()
    if answer.exit_status in _ILLEGAL:
        why = _WHY_REFUSED.search(said)
        params: dict[str, Any] = {"status": why[0].strip().lower() if why else str(answer.exit_status)}
        return Heard(refusal="skip-refused-by-drive", params=params)
    if answer.exit_status == _PROTECTED:
        return Heard(end="read-only")
    if answer.exit_status == _NOT_READY and "in progress" in said:
        return Heard(end="sanitize-running")
    if _NEVER_SENT.search(answer.errors):
        return Heard(refusal="skip-tool-failed", params={"error": answer.errors.strip().splitlines()[0][:160]})
    return Heard(end="command-unknown")
