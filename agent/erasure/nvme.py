"""NVMe drives: SANITIZE (NVMe base 2.0, 5.24), its log (figure 291), and Format NVM (5.14)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.erasure.commands import ASK_S, Conversation, Heard, Status
from agent.erasure.proof import NVME_FORMAT
from agent.erasure.sanitize import CAPABILITY, CryptoAlone, InOrder
from agent.erasure.technique import Refusal, Supported, Technique, bit, every, extra, says
from agent.machine.door import Answer, DoorError, Machine
from agent.model.erasure import COMPLETED, Level
from agent.model.facts import known
from agent.model.identity import identify
from agent.model.inventory import Disk

_LOG_BYTES, _IDENTIFY_BYTES = 512, 4096
_LOG_HEAD = 32  # SPROG, SSTAT, SCDW10 and the estimates
_STATES = {0: "never", 1: "completed", 2: "in_progress", 3: "failed", 4: "completed_no_deallocate"}

_STATUS = re.compile(r"NVMe status: .*\((0x[0-9a-fA-F]+)\)")
_VERSION = re.compile(r"nvme version (\d+)\.(\d+)")
_FIRST_WITH_FORCE = (1, 16)
"""The oldest nvme-cli seen to have ``format --force``. From 2.x on it refuses, without it, a disk that we hold open."""

_CODE_BITS = 0x7FF  # status code type and code; above them: more, do not retry
_NOT_BEGUN = frozenset({0x001, 0x002, 0x003, 0x00B, 0x015, 0x10A})
"""Invalid opcode, field, command id conflict, namespace or format; operation denied; invalid LBA format."""
_UNSUPPORTED_LOG = frozenset({0x001, 0x002, 0x109})
_READ_ONLY = 0x020
_SANITIZE_FAILED, _SANITIZE_RUNNING = 0x01C, 0x01D
_NEVER_SENT = re.compile(r": (Device or resource busy|No such file or directory|Permission denied|unrecognized option)")


def status_code(answer: Answer) -> int | None:
    """Status code type and code of a completion queue entry, as nvme-cli prints them; None when it prints none."""
    found = _STATUS.search(answer.text + answer.errors)
    return int(found[1], 16) & _CODE_BITS if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SanitizeLog:
    """Log page 81h. ``action``: the sanitize action of the last command (SCDW10 bits 2:0); ``estimates``: seconds by
    action, where the drive reports one; ``clean``: nothing was written since the last one ended (SSTAT bit 8)."""

    state: str
    fraction: float | None = None
    action: int = 0
    clean: bool = False
    estimates: Mapping[int, int] = field(default_factory=dict)
    raw: bytes = b""


def read_sanitize_log(answer: bytes) -> SanitizeLog:
    """Decoded from the raw 512 bytes (NVMe base 2.0, figure 291), which every nvme-cli hands over alike."""
    word = int.from_bytes(answer[2:4], "little")
    state = _STATES.get(word & 7, "unknown")
    times = {action: int.from_bytes(answer[at : at + 4], "little") for action, at in ((3, 8), (2, 12), (4, 16))}
    return SanitizeLog(
        state=state,
        fraction=int.from_bytes(answer[0:2], "little") / 65536 if state == "in_progress" else None,
        action=int.from_bytes(answer[4:8], "little") & 7,
        clean=bool(word & 0x100),
        estimates={action: time for action, time in times.items() if time not in (0, 0xFFFFFFFF)},
        raw=answer[:_LOG_HEAD],
    )


def sanitize_log(machine: Machine, path: str, facts: Disk) -> SanitizeLog:
    """What a sanitize operation is doing on this drive; "unsupported" where it has none, "unknown" when it cannot be
    told."""
    argv = ["nvme", "get-log", path, "--log-id=0x81", f"--log-len={_LOG_BYTES}", "-b"]
    offered = known(facts.nvme.sanicap) if facts.nvme else None
    try:
        answer = machine.run(argv, timeout_s=ASK_S)
    except DoorError:
        return SanitizeLog(state="unknown")
    if answer.exit_status == 0 and len(answer.stdout) == _LOG_BYTES:
        return read_sanitize_log(answer.stdout)
    refused = status_code(answer) in _UNSUPPORTED_LOG
    return SanitizeLog(state="unsupported" if refused and not (offered or 0) & 7 else "unknown")


def is_nvme(facts: Disk) -> bool:
    return known(facts.bus) == "nvme"


def sanitize_poll(talk: Conversation, action: int = 0) -> Callable[[], Status]:
    """Asks the log each time. ``action``: the one that we sent, 0 for none. A log that speaks of another one does not
    tell what became of ours."""

    def poll() -> Status:
        log = sanitize_log(talk.machine, talk.disk.path, talk.facts)
        ours = log.action == action
        state = "unknown" if action and log.state in COMPLETED and not ours else log.state
        agrees = bool(action) and ours and log.clean
        return Status(state=state, fraction=log.fraction, raw=log.raw, agrees=agrees)

    return poll


_SANICAP = {"crypto": 1, "block": 2, "overwrite": 4}
"""Identify Controller, SANICAP (NVMe base 2.0, figure 275)."""

ACTIONS = {"block": 2, "overwrite": 3, "crypto": 4}


SEVERAL = "skip-several-namespaces"


def reaches_all(technique: str, disk: Disk) -> bool:
    """A command of this technique erases every namespace of the drive, not this one alone."""
    several = isinstance(one_namespace(disk), Refusal)
    return several and (technique.startswith("nvme-sanitize") or (technique == NVME_FORMAT and not _reaches_one(disk)))


def whole_drives(disks: Sequence[Disk]) -> Mapping[str, frozenset[str]]:
    """By identity, the identities of all namespaces of its drive, where ``disks`` holds every one of them.

    All that are allocated are attached, told apart by their number, and of one block size: what a Format of all leaves
    is then what each plan says.
    """
    drives: dict[tuple[str, str], list[Disk]] = {}
    for disk in disks:
        if is_nvme(disk) and (serial := known(disk.serial)):
            drives.setdefault((serial, known(disk.model) or ""), []).append(disk)
    found: dict[str, frozenset[str]] = {}
    for namespaces in drives.values():
        names = [identity.text for disk in namespaces if (identity := identify(disk))]
        counts = {known(getattr(disk.nvme, key)) for disk in namespaces for key in ("namespaces", "attached")}
        numbers = {known(disk.nvme.nsid) if disk.nvme else None for disk in namespaces} - {None}
        blocks = {known(disk.logical_block_size) for disk in namespaces}
        if len(namespaces) > 1 and counts == {len(set(names))} and len(numbers) == len(namespaces) and len(blocks) == 1:
            found |= dict.fromkeys(names, frozenset(names))
    return found


def one_namespace(disk: Disk) -> Supported | Refusal:
    """With several, a command of the controller reaches those that nobody confirmed."""
    namespaces = known(disk.nvme.namespaces) if disk.nvme else None
    if namespaces is None:
        return Refusal(reason="skip-namespaces-not-counted")
    return Supported() if namespaces == 1 else Refusal(reason=SEVERAL)


def _reaches_one(disk: Disk) -> bool:
    """A Format stays in its namespace: FNA bits 0 and 1 are known and clear."""
    return known(bit(disk.nvme.fna if disk.nvme else None, 3)) is False


class _Sanitize(InOrder):
    """SANITIZE (NVMe base 2.0, 5.24), sent through the namespace to the controller: every namespace dies.

    AUSE is always set: a drive that fails can then be left in unrestricted mode. One pass is said: the count 0 means
    sixteen. ``actions`` run in this order.
    """

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        sanicap = disk.nvme.sanicap if disk.nvme else None
        return every(*(says(bit(sanicap, _SANICAP[a])) for a in cls.actions), one_namespace(disk))

    @classmethod
    def seconds(cls, disk: Disk) -> float | None:
        told = known(extra(disk, "sanitize_log", "estimates_s"))
        if not isinstance(told, Mapping):
            return None
        times = [told.get(CAPABILITY[a]) for a in cls.actions]
        return float(sum(t for t in times if isinstance(t, int))) or None

    def one(self, talk: Conversation, action: str) -> Heard:
        code = ACTIONS[action]
        before = sanitize_log(talk.machine, talk.disk.path, talk.facts)
        once = ["-n", "1", "-p", "0"] if action == "overwrite" else []
        unrestricted = [] if talk.restricted else ["-u"]
        argv = ["nvme", "sanitize", talk.disk.path, "-a", str(code), *unrestricted, *once]
        answer = talk.send(argv, heard=heard, status=_status)
        if not answer.goes_on:
            return answer
        talk.note(Status(state="accepted"))
        return talk.follow(sanitize_poll(talk, code), estimate_s=before.estimates.get(code))

    def reattach(self, talk: Conversation) -> Heard | None:
        """The drive remembers: its log names the last action, and that nothing was written since."""
        code = ACTIONS[self.actions[-1]]
        log = sanitize_log(talk.machine, talk.disk.path, talk.facts)
        if log.action != code or log.state not in ("in_progress", *COMPLETED):
            return None
        talk.note(Status(state="accepted"))
        return talk.follow(sanitize_poll(talk, code), estimate_s=log.estimates.get(code))


class SanitizeCryptoBlock(_Sanitize):
    name, actions = "nvme-sanitize-crypto-block", ("crypto", "block")


class SanitizeBlock(_Sanitize):
    name, actions = "nvme-sanitize-block", ("block",)


class SanitizeCrypto(CryptoAlone, _Sanitize):
    name, actions = "nvme-sanitize-crypto", ("crypto",)


class SanitizeOverwrite(_Sanitize):
    name, actions = "nvme-sanitize-overwrite", ("overwrite",)


class NvmeFormat(Technique):
    """Format NVM (5.14) and one overwrite pass: Clear, whatever the drive says of its encryption.

    Needs OACS bit 1. Secure erase setting 2 (crypto) where FNA bit 2 offers it, else 1 (user data), never 0. With FNA
    bits 0 or 1 one Format reaches every namespace, also those that nobody confirmed: only a drive with one has it then.
    The block format in use is said too: nvme-cli takes format 0 where one Format reaches all namespaces, and the
    blocks of the disk would have another size than the plan's.
    """

    name, level = NVME_FORMAT, Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        alone = one_namespace(disk)
        return every(says(bit(disk.nvme.oacs if disk.nvme else None, 2)), Supported() if _reaches_one(disk) else alone)

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return 1

    @classmethod
    def params(cls, disk: Disk) -> Mapping[str, Any]:
        return {"ses": 2 if cls._crypto(disk) else 1}

    @classmethod
    def reason(cls, disk: Disk) -> str:
        return "method-nvme-format-crypto" if cls._crypto(disk) else "method-nvme-format"

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return "claim-nvme-format"

    @staticmethod
    def _crypto(disk: Disk) -> bool:
        return known(bit(disk.nvme.fna if disk.nvme else None, 4)) is True

    def carry_out(self, talk: Conversation) -> Heard:
        setting = int(talk.method.params["ses"])
        if setting not in (1, 2):
            raise ValueError(f"secure erase setting {setting} does not erase")
        try:
            block = str(_lba_format(talk))
        except DoorError as error:  # what cannot be said whole is not sent
            return Heard(refusal="skip-tool-failed", params={"error": str(error)})
        force = ["--force"] if _version(talk) >= _FIRST_WITH_FORCE else []
        argv = ["nvme", "format", talk.disk.path, "-s", str(setting), "-l", block, *force]
        return talk.send(argv, heard=heard, status=_status)


def leave_failure(talk: Conversation) -> bool:
    """Exit Failure Mode: only a drive whose sanitize was sent with AUSE takes it. True when it did."""
    talk.send(["nvme", "sanitize", talk.disk.path, "-a", "1"], heard=heard, status=_status, aside=True)
    status = sanitize_poll(talk)()
    talk.note(status)
    return status.state not in ("failed", "in_progress", "unknown")


def _status(answer: Answer) -> str | None:
    code = status_code(answer)
    return None if code is None else f"{code:#05x}"


def heard(answer: Answer) -> Heard:
    """What the answer to an admin command means: refused before it began, ended, or accepted."""
    if answer.exit_status == 0:
        return Heard()
    code, said = status_code(answer), answer.text + answer.errors
    if code in _NOT_BEGUN:
        return Heard(refusal="skip-refused-by-drive", params={"status": _status(answer)})
    if code == _READ_ONLY:
        return Heard(end="read-only")
    if code == _SANITIZE_RUNNING:
        return Heard(end="sanitize-running")
    if code == _SANITIZE_FAILED:
        return Heard(end="sanitize-failed")
    if code is None and _NEVER_SENT.search(said):  # the tool's own refusal: no command reached the drive
        return Heard(refusal="skip-tool-failed", params={"error": said.strip().splitlines()[0][:160]})
    return Heard(end="command-unknown")


def _lba_format(talk: Conversation) -> int:
    """Index of the LBA format in use (NVM command set 1.0, figure 97: FLBAS, byte 26). Raises DoorError."""
    answer = talk.ask(["nvme", "id-ns", talk.disk.path, "-b"])
    if answer.exit_status != 0 or len(answer.stdout) != _IDENTIFY_BYTES:
        raise DoorError("nvme id-ns: no answer")
    in_use = answer.stdout[26]
    return (in_use & 0xF) | (in_use >> 1 & 0x30)


def _version(talk: Conversation) -> tuple[int, int]:
    """nvme-cli's own word: Debian 12's package is called 2.4 and answers 2.3. (0, 0) when it does not tell."""
    try:
        found = _VERSION.search(talk.ask(["nvme", "version"]).text)
    except DoorError:
        return (0, 0)
    return (int(found[1]), int(found[2])) if found else (0, 0)
