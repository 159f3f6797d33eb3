"""Opal drives: PSID revert (TCG Opal SSC 2.01, 5.1.2; feature set PSID 1.00), with the number printed on the label.

The number is typed by a person and lives in memory alone: it goes to the drive through a tool's standard input, never
onto a command line, into the journal or the record.

Where the owner has switched locking on and the drive is open now, canaries are planted, the revert replaces the key
that everything was written through, and they must be gone. A drive that is locked takes no canary: then the revert
only opens it, and what proves the erasure is the plan's next line.
"""

from __future__ import annotations

import re
import secrets

from agent.erasure import nvme, tcg
from agent.erasure.commands import Conversation, Heard, Status
from agent.erasure.sanitize import CryptoAlone
from agent.erasure.technique import Refusal, Supported, every, extra, says
from agent.machine.door import Answer, DoorError
from agent.model.erasure import Level, Method
from agent.model.errors import Fault
from agent.model.facts import known
from agent.model.identity import identify
from agent.model.inventory import Disk
from agent.model.tcg import DISCOVERY, ENCRYPTING, Discovery, read_discovery, receive_argv, received, send_argv

_ANSWERS_S = 60.0
_COMES_BACK_S = 30.0
_ASK_EVERY_S = 0.5
_SENT_S = 60.0
_REFUSED = (5, 9, 11)
"""Exit statuses of sg3-utils: illegal request, unknown command, aborted command (sg3_utils(8))."""
_NOT_SENT = re.compile(r"(No such file|Permission denied|resource busy|No such device)")

OPENED = "skip-opal-opened"
_FAULTS = {"NOT_AUTHORIZED": "psid-wrong", "AUTHORITY_LOCKED_OUT": "psid-locked-out"}


def _alone(facts: Disk) -> Supported | Refusal:
    """A revert reaches the whole drive, and no plan confirms several namespaces for it."""
    answer = nvme.one_namespace(facts) if nvme.is_nvme(facts) else Supported()
    several = isinstance(answer, Refusal) and answer.reason == nvme.SEVERAL
    return Refusal(reason="skip-opal-several-namespaces") if several else answer


def is_locked(facts: Disk) -> bool:
    """As the inventory saw it."""
    return known(extra(facts, "opal", "locked")) is True


def is_still_locked(talk: Conversation) -> bool:
    """It was locked when it was looked at, and nothing shows that it is open by now."""
    if not is_locked(talk.facts):
        return False
    found = discover(talk)
    return found is None or found.locked


class PsidRevert(CryptoAlone):
    """Never a rung of its own: taken when a person has typed the number."""

    name, level = "opal-psid", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        owned = known(extra(disk, "opal", "enabled")) is True
        whole = known(extra(disk, "opal", "encrypts")) is True and _family(disk) in ENCRYPTING
        return every(
            says(extra(disk, "opal", "supported")),
            Supported() if owned else Refusal(reason="skip-opal-not-owned"),
            Supported() if whole or is_locked(disk) else Refusal(reason="skip-opal-not-encrypting"),
            _alone(disk),
        )

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 0 if is_locked(disk) else 1

    @classmethod
    def reason(cls, disk: Disk) -> str:
        return "method-opal-psid-locked" if is_locked(disk) else "method-opal-psid"

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return "claim-opal-psid"

    @classmethod
    def method(cls, disk: Disk, *, verify: str | None, fallback: Method | None) -> Method:
        """Of a locked drive nobody can see what the revert erased: its level and its proof are those of the next line.
        Raises Fault disk-level-out-of-reach when there is none."""
        made = super().method(disk, verify=verify, fallback=fallback)
        if not is_locked(disk):
            return made
        if fallback is None:
            suffix = identity.suffix if (identity := identify(disk)) else "?"
            reason = "skip-level-too-low"
            raise Fault("disk-level-out-of-reach", disk=suffix, level="purge", method=cls.name, reason=reason)
        return Method(
            technique=cls.name,
            level=fallback.level,
            passes=fallback.passes,
            verify=fallback.verify,
            reason=made.reason,
            claim=fallback.claim,
            params={"passes": fallback.passes},
            fallback=fallback,
        )

    def admit(self, talk: Conversation) -> None:
        """The number is tried before anything is written: a session is opened with it and closed again."""
        suffix = talk.disk.identity.suffix
        if not talk.psid:
            raise Fault("psid-missing", wrote=False, disk=suffix)
        drive = _Talk(talk)
        got = drive.open()
        if isinstance(got, tcg.Session):
            drive.close(got)
            return
        status = "-" if got is None else tcg.status_word(got)
        raise Fault(_FAULTS.get(status, "psid-refused"), wrote=False, disk=suffix, status=status)

    def shut(self, talk: Conversation) -> bool:
        found = discover(talk)
        return found is not None and found.locked

    def carry_out(self, talk: Conversation) -> Heard:
        before = discover(talk)
        if before is None:
            return Heard(end="command-unknown")
        drive = _Talk(talk)
        session = drive.open()
        if not isinstance(session, tcg.Session):
            word = "-" if session is None else tcg.status_word(session)
            return self._refused(before, word)
        talk.note(Status(state="accepted", raw=before.locking))
        sent = drive.say(tcg.revert(drive.comid, session))
        if isinstance(sent, Heard) and sent.refusal:
            return self._refused(before, str(sent.params.get("status", sent.params.get("error", "-"))))
        if isinstance(sent, tcg.Reply) and sent.status not in (None, tcg.MethodStatus.SUCCESS):
            drive.close(session)
            return self._refused(before, sent.word)
        said = sent.word if isinstance(sent, tcg.Reply) else "no answer"
        return self._look(talk, said=said, shut=before.locked)

    def reattach(self, talk: Conversation) -> Heard | None:
        """The drive remembers: it was owned when the command was sent, and nobody owns it now."""
        asked = any(c.get("technique") == self.name and not c.get("aside") for c in talk.seen.commands)
        now = discover(talk)
        if not asked or now is None or now.enabled:
            return None
        talk.note(Status(state="accepted"))
        return self._look(talk, said="after a power cut", shut=False)

    @staticmethod
    def _refused(before: Discovery, word: str) -> Heard:
        """The next line can do nothing with a drive that is still locked."""
        if before.locked:
            return Heard(end="opal-locked")
        return Heard(refusal="skip-refused-by-drive", params={"status": word})

    @staticmethod
    def _look(talk: Conversation, *, said: str, shut: bool) -> Heard:
        """What the drive tells of its locking now, whatever it answered. ``shut``: it was locked before."""
        now = discover(talk, patience_s=_COMES_BACK_S)
        if now is None:
            return Heard(end="command-unknown")
        if now.locked or now.enabled:
            talk.note(Status(state="failed", raw=now.locking, said=said))
            return Heard(end="opal-still-locked")
        talk.note(Status(state="completed", raw=now.locking, agrees=True, said=said))
        if shut or talk.seen.planted is None:
            return Heard(refusal=OPENED, touched=True)
        return Heard()


def _family(disk: Disk) -> str:
    return str(known(extra(disk, "opal", "family")) or "")


def _bus(talk: Conversation) -> str:
    return known(talk.facts.bus) or ""


def discover(talk: Conversation, *, patience_s: float = 0.0) -> Discovery | None:
    """Level 0 Discovery now; None when the drive tells nothing within ``patience_s``: some start anew after it."""
    clock = talk.machine.clock
    until = clock.monotonic() + patience_s
    while True:
        try:
            answer = talk.ask(receive_argv(_bus(talk), talk.disk.path, comid=DISCOVERY))
            found = read_discovery(received(answer.stdout)) if answer.exit_status == 0 else None
        except DoorError:
            found = None
        if found is not None or clock.monotonic() >= until:
            return found
        clock.sleep(_ASK_EVERY_S)


class _Talk:
    """Packets to the drive's Admin SP and its answers."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        found = discover(talk)
        self.comid = found.comid if found is not None else 0

    def open(self) -> tcg.Session | int | None:
        """A session with the typed number; else the method status that refused it, None when there was no answer."""
        if not self.comid:
            return None
        told = self.say(tcg.properties(self.comid), aside=True)
        if isinstance(told, Heard):
            return None
        host = 1 + secrets.randbelow(0xFFFF)
        got = self.say(tcg.start_session(self.comid, self._talk.psid, host_session=host), aside=True)
        if isinstance(got, Heard) or got.status is None:
            return None
        if got.status != tcg.MethodStatus.SUCCESS:
            return got.status
        try:
            return tcg.session_of(got, host_session=host)
        except tcg.Garbled:
            return None

    def close(self, session: tcg.Session) -> None:
        self.say(tcg.end_session(self.comid, session), aside=True)

    def say(self, packet: bytes, *, aside: bool = False) -> tcg.Reply | Heard:
        """One packet sent, and its answer waited for. A Heard says why there is none."""
        bus, path = _bus(self._talk), self._talk.disk.path
        argv = send_argv(bus, path, comid=self.comid, length=len(packet))
        hears = nvme.heard if bus == "nvme" else _heard_scsi
        heard = self._talk.send(argv, heard=hears, timeout_s=_SENT_S, aside=aside, stdin=packet)
        return self._answer() if heard.goes_on else heard

    def _answer(self) -> tcg.Reply | Heard:
        clock, nothing = self._talk.machine.clock, Heard(end="command-unknown")
        argv = receive_argv(_bus(self._talk), self._talk.disk.path, comid=self.comid)
        until = clock.monotonic() + _ANSWERS_S
        while clock.monotonic() < until:
            try:
                answer = self._talk.ask(argv)
                reply = tcg.read_reply(received(answer.stdout), self.comid) if answer.exit_status == 0 else None
            except (DoorError, tcg.Garbled):
                reply = None
            if reply is None or not reply.pending:
                return reply or nothing
            clock.sleep(_ASK_EVERY_S)
        return nothing


def _heard_scsi(answer: Answer) -> Heard:
    if answer.exit_status == 0:
        return Heard()
    if answer.exit_status in _REFUSED:
        return Heard(refusal="skip-refused-by-drive", params={"status": f"sg {answer.exit_status}"})
    said = " ".join((answer.errors + answer.text).split())
    if _NOT_SENT.search(said):
        return Heard(refusal="skip-tool-failed", params={"error": said[:160]})
    return Heard(end="command-unknown")
