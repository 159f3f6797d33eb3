"""What the ATA techniques share: a sense format that hdparm reads, the drive's states, and the password we set.

SANITIZE stands in ``ata_sanitize``, SECURITY ERASE in ``ata_security``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.erasure.commands import ASK_S, Conversation, Heard, Status
from agent.machine.door import Answer, DoorError, Machine
from agent.model.ata import SENSE, SecurityState, sanitize_status, security_state
from agent.model.erasure import PASSWORD_REMOVED
from agent.model.facts import Known, known
from agent.model.inventory import Disk

PASSWORD = "regain"
YES = "--yes-i-know-what-i-am-doing"

_ASK_AGAIN = 10  # a drive that was reset needs some seconds to answer
_ASK_EVERY_S = 2.0


def is_ata(facts: Disk) -> bool:
    return known(facts.bus) == "ata"


def hdparm(*words: str, path: str) -> list[str]:
    return ["hdparm", *words, path]


def said(answer: Answer) -> str:
    """Both streams: hdparm tells failures on stderr."""
    return answer.text + answer.errors


def no_answer(answer: Answer) -> bool:
    """hdparm could not read the registers and took zeros for them: whatever it prints is no fact."""
    return SENSE in said(answer)


def speak_plainly(talk: Conversation) -> bool:
    """Ask libata for descriptor sense, which hdparm can read; True when it was seen to take it.

    The drive hears nothing of it. A SAS controller's own translation may ignore it: then ``no_answer`` stands guard.
    """
    path = talk.disk.path
    try:
        talk.disk.run(["sdparm", "--set", "D_SENSE=1", path], timeout_s=ASK_S)
        answer = talk.ask(["sdparm", "--get", "D_SENSE", path])  # exits 5 and prints the value
    except DoorError:
        return False
    return any(line.split()[:2] == ["D_SENSE", "1"] for line in answer.text.splitlines())


def security(machine: Machine, path: str) -> SecurityState | None:
    """Word 128 as the drive tells it now; None when it does not answer."""
    try:
        answer = machine.run(hdparm("--Istdout", path=path), timeout_s=ASK_S)
    except DoorError:
        return None
    return security_state(said(answer)) if answer.exit_status == 0 else None


def security_later(talk: Conversation) -> SecurityState | None:
    """As ``security``, and asked again for a while."""
    for _ in range(_ASK_AGAIN):
        found = security(talk.machine, talk.disk.path)
        if found is not None:
            return found
        talk.machine.clock.sleep(_ASK_EVERY_S)
    return None


def sanitize_state(talk: Conversation) -> Status:
    """What a sanitize operation is doing on this drive. "unsupported": it aborts the very question."""
    try:
        answer = talk.ask(hdparm("--sanitize-status", path=talk.disk.path))
    except DoorError as error:
        return Status(state="unknown", said=str(error))
    found = sanitize_status(said(answer))
    return Status(state=found["state"], fraction=found.get("progress"), said=answer.text)


def offers_sanitize(facts: Disk) -> bool:
    part = facts.sanitize
    return part is not None and any(
        isinstance(f, Known) and f.value for f in (part.crypto_erase, part.block_erase, part.overwrite)
    )


def without_our_password(talk: Conversation) -> bool:
    """A password that an earlier run of ours left goes before anything else: it locks the drive at each power on.

    Ours is tried once, never another one: five tries and the drive takes none. False when the drive stays locked.
    """
    state = security(talk.machine, talk.disk.path)
    if state is None or not state.enabled or state.frozen or state.expired:
        return state is None or not state.locked
    after = remove_password(talk, state)
    return after is None or not after.locked


def remove_password(talk: Conversation, state: SecurityState) -> SecurityState | None:
    """Unlock and disable with our password, and read back what the drive says then. None: it does not answer."""
    for option, needed in (("--security-unlock", state.locked), ("--security-disable", True)):
        if needed:
            argv = hdparm("--user-master", "u", option, PASSWORD, path=talk.disk.path)
            if not talk.send(argv, heard=_taken, aside=True).goes_on:
                break  # a wrong password must not be tried twice
    after = security_later(talk)
    if after is not None and not after.enabled:
        talk.note(Status(state=PASSWORD_REMOVED))
    return after


def left_password(commands: Sequence[Mapping[str, Any]]) -> bool:
    """A run that was cut had set ours: the drive is locked by it since."""
    return any("--security-set-pass" in command.get("argv", ()) for command in commands)


def _taken(answer: Answer) -> Heard:
    if answer.exit_status == 0 and not no_answer(answer):
        return Heard()
    return Heard(refusal="skip-refused-by-drive", params={"status": _last_words(said(answer))})


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:80] if lines else "?"
