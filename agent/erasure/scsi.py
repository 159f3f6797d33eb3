"""SAS and SCSI drives: SANITIZE (SBC-4, 5.30) and FORMAT UNIT (5.4), by sg3-utils.

A SCSI drive keeps no log of its last sanitize: it tells that one runs (02/04/1B) or failed (03/31/03), and nothing
else. So "completed" is that it was seen to run and that the drive then takes commands again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from agent.erasure.commands import ASK_S, Conversation, Heard, Status
from agent.erasure.overwrite import surface
from agent.erasure.sanitize import CAPABILITY, CryptoAlone
from agent.erasure.technique import Refusal, Supported, Technique, extra, sanitize_action, says
from agent.machine.door import Answer, DoorError
from agent.model.erasure import COMPLETED, Level
from agent.model.facts import known
from agent.model.inventory import Disk
from agent.model.scsi import Sense, sense, transport_error

TEST_UNIT_READY = ("00",) * 6
"""The CDB of SPC-5, 6.47: no data, nothing is written."""
_GOOD = re.compile(r"SCSI Status: Good")
_SILENT = re.compile("")
"""sg_requests 1.48 prints nothing at all when a drive sends no sense data; TEST UNIT READY must agree."""
_QUIET_LOOKS = 4
"""A drive that was told "go" may need a moment before it says that it works."""
_ATTENTIONS = 3
_OF_SANITIZE = {"sanitizing": "in_progress", "sanitize_failed": "failed"}
_OF_FORMAT = {"formatting": "in_progress", "format_failed": "format_failed"}
_OF_BOTH = {**_OF_SANITIZE, **_OF_FORMAT}

_REFUSED = re.compile(r"Illegal request|Invalid opcode|Invalid field|not supported", re.IGNORECASE)
_NEVER_SENT = re.compile(r"open error|No such file|Permission denied|Device or resource busy|Usage:", re.IGNORECASE)
_OTHER_RUNS = re.compile(r"not ready", re.IGNORECASE)
_REFUSED_EXITS = frozenset({5, 9})
"""sg3-utils: illegal request, invalid opcode (sg3_utils(8), exit status)."""
_NOT_READY_EXIT = 2


def is_scsi(disk: Disk) -> bool:
    bus = known(disk.bus)
    return bus is not None and bus in ("sas", "scsi")


def sanitize_poll(talk: Conversation) -> Callable[[], Status]:
    """What a sanitize, or a format, is doing, asked each time."""
    return _poll(talk, _OF_BOTH)


def _poll(talk: Conversation, states: Mapping[str, str], *, patient: bool = False) -> Callable[[], Status]:
    """What it was last seen at, also before a power cut, tells "completed" from "idle".

    ``patient``: it was just told to begin, and gets a few looks to say so.
    """
    last = talk.seen.status_timeline[-1].get("state") if talk.seen.status_timeline else ""
    ran, quiet = last == "in_progress", 0
    over = last in COMPLETED

    def poll() -> Status:
        nonlocal ran, quiet, over
        found, said = _ask(talk)
        state = states.get(found.state, "unknown")
        if found.state == "nothing":
            quiet += 1
            over = over or ran
            waits = patient and not over and quiet < _QUIET_LOOKS
            state = "unknown" if waits else "completed" if over else "idle"
        elif state == "in_progress":
            ran, over = True, False
        return Status(state=state, fraction=found.fraction if state == "in_progress" else None, said=said)

    return poll


def _ask(talk: Conversation) -> tuple[Sense, str]:
    """REQUEST SENSE, and TEST UNIT READY when that has nothing to say: "nothing" is a drive that takes commands.

    By sg_raw: sg_turs 1.48 (Debian 13) sends nothing, says "bad pass-through setup" and ends with 0.
    A drive that gives its progress without saying of what is asked for the reason of its not being ready.
    """
    path, found, said = talk.disk.path, Sense(state="unknown"), ""
    for _ in range(_ATTENTIONS):  # REQUEST SENSE and TEST UNIT READY take a unit attention away
        found, said = _one_answer(talk, ["sg_requests", path])
        if found.state in ("nothing", "unit_attention", "stale", "unknown"):
            asked = found
            found, said = _one_answer(talk, ["sg_raw", path, *TEST_UNIT_READY])
            found = Sense(state="unknown") if found.state == "nothing" and asked.state == "unknown" else found
        if found.state != "unit_attention":
            break
    if found.state in ("sanitizing", "formatting") and found.fraction is None:
        found = Sense(state=found.state, fraction=_one_answer(talk, ["sg_requests", "--progress", path])[0].fraction)
    return found, said


def _one_answer(talk: Conversation, argv: list[str]) -> tuple[Sense, str]:
    try:
        answer = talk.ask(argv, timeout_s=ASK_S)
    except DoorError as error:
        return Sense(state="unknown"), str(error)
    said = answer.text + answer.errors
    silent = {"sg_raw": _GOOD, "sg_requests": _SILENT}[argv[0]].fullmatch(said.strip())
    if silent and answer.exit_status == 0:
        return Sense(state="nothing"), ""
    return sense(said), said


class _Sanitize(Technique):
    """AUSE is always set: a drive that fails can then be left in unrestricted mode. The drive goes on by itself, also
    after a power cut. Which actions there are: REPORT SUPPORTED OPERATION CODES, opcode 48h."""

    level = Level.PURGE
    action: ClassVar[str]

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return sanitize_action(disk, CAPABILITY[cls.action])

    @classmethod
    def params(cls, disk: Disk) -> Mapping[str, Any]:
        return {"action": cls.action}

    @classmethod
    def line(cls, path: str, *, ause: bool = True) -> list[str]:
        zeros = ["--zero", "--count=1"] if cls.action == "overwrite" else []
        return ["sg_sanitize", f"--{cls.action}", *zeros, *(["--ause"] if ause else []), "--quick", "--early", path]

    def carry_out(self, talk: Conversation) -> Heard:
        heard = talk.send(self.line(talk.disk.path, ause=not talk.restricted), heard=_heard, status=_status)
        if heard.end:
            return heard
        if heard.refusal:
            return _refused(talk, heard)
        talk.note(Status(state="accepted"))
        estimate = (known(talk.facts.size_bytes) or 0) / surface(talk.facts).rate if self.action == "overwrite" else 0
        return _began(talk.follow(_poll(talk, _OF_SANITIZE, patient=True), estimate_s=estimate or None))

    def reattach(self, talk: Conversation) -> Heard | None:
        return _reattach(talk, self.line(talk.disk.path), self.line(talk.disk.path, ause=False))


class SanitizeBlock(_Sanitize):
    name, action = "scsi-sanitize-block", "block"


class SanitizeCrypto(CryptoAlone, _Sanitize):
    name, action = "scsi-sanitize-crypto", "crypto"


class SanitizeOverwrite(_Sanitize):
    name, action = "scsi-sanitize-overwrite", "overwrite"


class FormatUnit(Technique):
    """FORMAT UNIT in the block length in use, and one pass of ours: Clear. A drive that takes no time for it did not
    do it: the pass alone is what remains then."""

    name, level = "scsi-format-unit", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return says(extra(disk, "format_unit"))

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 1

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return "claim-format-unit"

    @classmethod
    def seconds(cls, disk: Disk) -> float | None:
        return (known(disk.size_bytes) or 0) / surface(disk).rate or None

    def carry_out(self, talk: Conversation) -> Heard:
        heard = talk.send(self.line(talk.disk.path), heard=_heard, status=_status)
        if heard.end:
            return heard
        if heard.refusal:
            return _refused(talk, heard)
        talk.note(Status(state="accepted"))
        return _began(talk.follow(_poll(talk, _OF_FORMAT, patient=True), estimate_s=self.seconds(talk.facts)))

    def reattach(self, talk: Conversation) -> Heard | None:
        return _reattach(talk, self.line(talk.disk.path))

    @staticmethod
    def line(path: str) -> list[str]:
        return ["sg_format", "--format", "--quick", "--early", path]


def _began(heard: Heard) -> Heard:
    """A drive that was not seen at work may have been too fast for us: canaries from before count no more."""
    return replace(heard, touched=True) if heard.refusal else heard


def _reattach(talk: Conversation, *lines: list[str]) -> Heard | None:
    """One that still ran has been waited for. What is over counts when it was seen to run since our command."""
    sent = talk.seen.commands[-1].get("argv") if talk.seen.commands else None
    if sent not in lines:
        return None
    poll = sanitize_poll(talk)
    status = poll()
    if status.state == "in_progress":
        return talk.follow(poll, estimate_s=None)
    if status.state not in COMPLETED:
        return None
    talk.note(status)
    return Heard()


def leave_failure(talk: Conversation) -> bool:
    """Exit failure mode (SBC-4, 5.30.6): only a drive whose sanitize was sent with AUSE takes it. True when it did."""
    argv = ["sg_sanitize", "--fail", "--quick", "--early", talk.disk.path]
    talk.send(argv, heard=_heard, status=_status, aside=True)
    found, said = _ask(talk)
    talk.note(Status(state="idle" if found.state == "nothing" else _OF_BOTH.get(found.state, "unknown"), said=said))
    return found.state == "nothing"


def _refused(talk: Conversation, heard: Heard) -> Heard:
    """What may follow a refusal: nothing while a sanitize runs, nor in failure mode (ERASURE design, section 3)."""
    found, said = _ask(talk)
    ends = {
        "sanitizing": "sanitize-running",
        "sanitize_failed": "sanitize-failed",
        "formatting": "sanitize-running",
        "format_failed": "format-failed",
        "unknown": "sanitize-unknown",
    }
    if found.state not in ends:
        return heard
    talk.note(Status(state=_OF_BOTH.get(found.state, "unknown"), fraction=found.fraction, said=said))
    return Heard(end=ends[found.state])


def _status(answer: Answer) -> str | None:
    """sg3-utils' own exit status; 0 is no status of the drive."""
    return str(answer.exit_status) if answer.exit_status else None


def _heard(answer: Answer) -> Heard:
    """Accepted, or refused before it began. After an error of transport nobody knows: then the drive's state tells."""
    text = answer.text + answer.errors
    if transport_error(text):
        return Heard()
    lines = [line.strip() for line in answer.errors.splitlines() if line.strip()]
    if answer.exit_status in _REFUSED_EXITS or (answer.exit_status and _REFUSED.search(text)):
        return Heard(refusal="skip-refused-by-drive", params={"status": lines[-1][:80] if lines else "?"})
    if answer.exit_status == 0:
        return Heard()
    if _NEVER_SENT.search(text):
        return Heard(refusal="skip-tool-failed", params={"error": lines[0][:160] if lines else "?"})
    if answer.exit_status == _NOT_READY_EXIT and _OTHER_RUNS.search(text):
        return Heard(refusal="skip-refused-by-drive", params={"status": lines[-1][:80] if lines else "?"})
    return Heard(end="command-unknown")
