"""NVMe drives: what their sanitize operation is doing (NVMe base 2.0, figure 291), and Format NVM (5.14)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.erasure.commands import Heard
from agent.machine.door import Answer, DoorError, Machine, OpenDisk
from agent.model.erasure import Method
from agent.model.facts import known
from agent.model.inventory import Disk

_LOG_BYTES, _IDENTIFY_BYTES = 512, 4096
_LOG_HEAD = 32  # SPROG, SSTAT, SCDW10 and the estimates
_TOOL_S = 10.0
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
class SanitizeState:
    """``state`` of log page 81h; "unsupported" where the drive has none, "unknown" when it cannot be told."""

    state: str
    raw: bytes = b""


def sanitize_state(machine: Machine, path: str, facts: Disk) -> SanitizeState:
    """What a sanitize operation is doing on this drive, from the raw log, which every nvme-cli hands over alike."""
    argv = ["nvme", "get-log", path, "--log-id=0x81", f"--log-len={_LOG_BYTES}", "-b"]
    offered = known(facts.nvme.sanicap) if facts.nvme else None
    try:
        answer = machine.run(argv, timeout_s=_TOOL_S)
    except DoorError:
        return SanitizeState(state="unknown")
    if answer.exit_status == 0 and len(answer.stdout) == _LOG_BYTES:
        status = int.from_bytes(answer.stdout[2:4], "little")
        return SanitizeState(state=_STATES.get(status & 7, "unknown"), raw=answer.stdout[:_LOG_HEAD])
    refused = status_code(answer) in _UNSUPPORTED_LOG
    return SanitizeState(state="unsupported" if refused and not (offered or 0) & 7 else "unknown")


def forbidden_by(state: str) -> str:
    """How the story ends before anything is written, "" when nothing forbids it (ERASURE design, section 3)."""
    if state in ("in_progress", "unknown"):
        return "sanitize-running" if state == "in_progress" else "sanitize-unknown"
    return "sanitize-failed" if state == "failed" else ""


class NvmeFormat:
    """Format NVM of one namespace with everything said: without a secure erase setting it erases nothing, on purpose;
    without an LBA format nvme-cli takes format 0 where one Format reaches all namespaces (FNA bit 0), and the blocks
    of the disk would have another size than the plan's."""

    def argv(self, machine: Machine, disk: OpenDisk, method: Method) -> Sequence[str]:
        setting = int(method.params["ses"])
        if setting not in (1, 2):
            raise ValueError(f"secure erase setting {setting} does not erase")
        force = ["--force"] if _version(machine) >= _FIRST_WITH_FORCE else []
        return ["nvme", "format", disk.path, "-s", str(setting), "-l", str(_lba_format(machine, disk.path)), *force]

    def status(self, answer: Answer) -> str | None:
        code = status_code(answer)
        return None if code is None else f"{code:#05x}"

    def heard(self, answer: Answer) -> Heard:
        if answer.exit_status == 0:
            return Heard()
        code, said = status_code(answer), answer.text + answer.errors
        if code in _NOT_BEGUN:
            return Heard(refusal="skip-refused-by-drive", params={"status": self.status(answer)})
        if code == _READ_ONLY:
            return Heard(end="read-only")
        if code == _SANITIZE_RUNNING:
            return Heard(end="sanitize-running")
        if code == _SANITIZE_FAILED:
            return Heard(end="sanitize-failed")
        if code is None and _NEVER_SENT.search(said):  # the tool's own refusal: no command reached the drive
            return Heard(refusal="skip-tool-failed", params={"error": said.strip().splitlines()[0][:160]})
        return Heard(end="command-unknown")


def _lba_format(machine: Machine, path: str) -> int:
    """Index of the LBA format in use (NVM command set 1.0, figure 97: FLBAS, byte 26). Raises DoorError."""
    answer = machine.run(["nvme", "id-ns", path, "-b"], timeout_s=_TOOL_S)
    if answer.exit_status != 0 or len(answer.stdout) != _IDENTIFY_BYTES:
        raise DoorError("nvme id-ns: no answer")
    in_use = answer.stdout[26]
    return (in_use & 0xF) | (in_use >> 1 & 0x30)


def _version(machine: Machine) -> tuple[int, int]:
    """nvme-cli's own word: Debian 12's package is called 2.4 and answers 2.3. (0, 0) when it does not tell."""
    try:
        found = _VERSION.search(machine.run(["nvme", "version"], timeout_s=_TOOL_S).text)
    except DoorError:
        return (0, 0)
    return (int(found[1]), int(found[2])) if found else (0, 0)
