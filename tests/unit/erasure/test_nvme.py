"""What nvme-cli's answers mean: recorded here under 2.13 on an emulated drive, and the shared recordings."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.commands import Conversation, Heard
from agent.erasure.ladder import choose
from agent.erasure.nvme import (
    NvmeFormat,
    SanitizeCryptoBlock,
    SanitizeLog,
    SanitizeOverwrite,
    sanitize_log,
    status_code,
)
from agent.erasure.watch import Limits, Seen
from agent.inventory.nvme import parse_id_ctrl
from agent.machine.door import Answer, ToolMissing
from agent.machine.guard import destroys
from agent.model.erasure import Method, transition_in
from agent.model.facts import known
from agent.model.inventory import Disk
from tests.unit.erasure.samples import nvme

RECORDINGS = Path(__file__).parent / "recordings"
OK = Answer(argv=("nvme",), exit_status=0, stdout=b"", stderr=b"", seconds=0.0)
SHOWN = choose(nvme(0, oacs=2), reached=True)


def recorded() -> list[Answer]:
    rows = json.loads((RECORDINGS / "nvme-2.13-qemu.json").read_text(encoding="utf-8"))["answers"]
    return [
        Answer(
            argv=tuple(row["argv"]),
            exit_status=row["exit_status"],
            stdout=row["stdout"].encode(),
            stderr=row["stderr"].encode(),
            seconds=0.0,
        )
        for row in rows
    ]


def said(words: str) -> Answer:
    """The recorded answer to this command line."""
    return next(a for a in recorded() if " ".join(a.argv) == words)


def failed(text: bytes) -> Answer:
    return Answer(argv=("nvme", "format"), exit_status=1, stdout=b"", stderr=text, seconds=0.0)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def utc(self) -> str:
        return "2026-01-02T03:04:05.000Z"

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Asked:
    """A machine that knows these answers and nothing else."""

    exercise = False

    def __init__(self, *answers: Answer) -> None:
        self.clock = Clock()
        self.answers = {a.argv: a for a in answers}

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        if tuple(argv) not in self.answers:
            raise ToolMissing(f"{argv[0]}: not installed")
        return self.answers[tuple(argv)]


class Opened:
    """The opened disk: answers come in order, the last one again and again."""

    path = "/dev/nvme0n1"

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers) or [OK]
        self.ran: list[list[str]] = []

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        self.ran.append(list(argv))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def talk(machine: Any, opened: Opened, method: Method = SHOWN) -> Conversation:
    return Conversation(
        machine=machine,
        disk=opened,  # type: ignore[arg-type]
        method=method,
        facts=nvme(7, oacs=2),
        seen=Seen(),
        emit=lambda kind, params: None,
        stop=threading.Event(),
        limits=Limits(),
        monotonic=lambda: 0.0,
    )


def in_use(flbas: int) -> Answer:
    data = bytearray(4096)
    data[26] = flbas
    return Answer(
        argv=("nvme", "id-ns", "/dev/nvme0n1", "-b"), exit_status=0, stdout=bytes(data), stderr=b"", seconds=0.0
    )


def sent(machine: Any) -> list[str]:
    """The Format that would be sent."""
    opened = Opened()
    heard = NvmeFormat().carry_out(talk(machine, opened))
    assert heard.goes_on, heard
    return opened.ran[0]


def heard(answer: Answer) -> Heard:
    """What a Format's answer means."""
    return NvmeFormat().carry_out(talk(Asked(in_use(0)), Opened(answer)))


def status(answer: Answer) -> str | None:
    one = talk(Asked(in_use(0)), Opened(answer))
    NvmeFormat().carry_out(one)
    return one.seen.commands[0].get("status")


# -- what is sent ----------------------------------------------------------------------------------------------------


def test_the_setting_is_explicit_and_the_command_line_counts_as_destructive() -> None:
    line = sent(Asked(said("nvme version"), in_use(0)))
    assert line == ["nvme", "format", "/dev/nvme0n1", "-s", "1", "-l", "0", "--force"]
    assert destroys(line)
    on_4k = sent(Asked(said("nvme version"), in_use(4)))
    assert said(" ".join(on_4k)).exit_status == 0, "this very line was recorded, on a namespace with 4 KiB blocks"


@pytest.mark.parametrize(("flbas", "index"), [(0, 0), (4, 4), (0x10, 0), (0x21, 0x11), (0x6F, 0x3F)])
def test_the_block_size_in_use_is_kept(flbas: int, index: int) -> None:
    """FLBAS bits 3:0 and 6:5; bit 4 says where metadata goes."""
    line = sent(Asked(in_use(flbas)))
    assert line[line.index("-l") + 1] == str(index)


def test_without_the_block_size_nothing_is_sent(shared: Path) -> None:
    for machine in (Asked(said("nvme version")), Asked(replace(in_use(0), stdout=b"NVMe status: x"))):
        opened = Opened()
        found = NvmeFormat().carry_out(talk(machine, opened))
        assert found.refusal == "skip-tool-failed" and opened.ran == []
    real = replace(in_use(0), stdout=(shared / "fixtures/disks/nvme/raw/id-ns.bin").read_bytes())
    assert "-l" in sent(Asked(real))


@pytest.mark.parametrize(
    ("version", "force"),
    [("nvme version 1.12", False), ("nvme version 1.16", True), ("nvme version 2.3 (git 2.3)", True), ("?", False)],
)
def test_force_only_where_this_version_has_it(version: str, force: bool) -> None:
    answer = Answer(argv=("nvme", "version"), exit_status=0, stdout=version.encode(), stderr=b"", seconds=0.0)
    assert ("--force" in sent(Asked(answer, in_use(0)))) is force
    assert "--force" not in sent(Asked(in_use(0))), "nobody answered"


def test_a_setting_that_erases_nothing_is_never_sent() -> None:
    for setting in (0, 3):
        with pytest.raises(ValueError, match="does not erase"):
            NvmeFormat().carry_out(talk(Asked(), Opened(), replace(SHOWN, params={"ses": setting})))


# -- what is heard ---------------------------------------------------------------------------------------------------


def test_accepted_says_nothing_more() -> None:
    assert heard(said("nvme format /dev/nvme0n1 -s 1 --force")) == Heard()
    crypto = said("nvme format /dev/nvme0n1 -s 2 --force")
    assert heard(crypto) == Heard(), "a drive with FNA 0 accepts a crypto erase that it does not have"


def test_a_disk_held_open_is_refused_by_the_tool_without_force() -> None:
    answer = said("nvme format /dev/nvme0n1 -s 1")
    found = heard(answer)
    assert (found.refusal, found.end) == ("skip-tool-failed", "")
    assert found.params == {"error": "/dev/nvme0n1: Device or resource busy"} and status(answer) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("nvme format /dev/nvme0n1 -s 1 -l 15 --force", "0x10a"),
        ("nvme format /dev/nvme0n1 -n 7 -s 1 --force", "0x002"),
    ],
)
def test_refused_before_it_started(words: str, code: str) -> None:
    answer = said(words)
    assert heard(answer) == Heard(refusal="skip-refused-by-drive", params={"status": code})
    assert status(answer) == code


def test_a_failure_nobody_can_place_is_unknown() -> None:
    assert heard(said("nvme format /dev/nvme0n1 -s 1 --force -p 3")).end == "command-unknown"
    for text in (b"", b"passthru: Interrupted system call", b"NVMe status: Internal Error: x(0x6)"):
        assert heard(failed(text)) == Heard(end="command-unknown"), text


@pytest.mark.parametrize("version", ["2.8", "2.13"])
def test_the_shared_recordings(shared: Path, version: str) -> None:
    folder = shared / "fixtures/disks/nvme" / version
    assert heard(failed((folder / "format-sanitize-running.txt").read_bytes())).end == "sanitize-running"
    protected = failed((folder / "format-write-protected.txt").read_bytes())
    assert heard(protected).end == "read-only" and status(protected) == "0x020"
    opcode = shared / "fixtures/disks/nvme/2.13/sanitize-invalid-opcode.txt"
    assert status_code(failed(opcode.read_bytes())) == 1


# -- the sanitize log ------------------------------------------------------------------------------------------------

LOG = ("nvme", "get-log", "/dev/nvme0n1", "--log-id=0x81", "--log-len=512", "-b")


def log(data: bytes, *, sanicap: Any = 2) -> SanitizeLog:
    answer = Answer(argv=LOG, exit_status=0, stdout=data, stderr=b"", seconds=0.0)
    return sanitize_log(Asked(answer), "/dev/nvme0n1", nvme(sanicap))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "state", "fraction"),
    [
        ("log-0x81-never.bin", "never", None),
        ("log-0x81-done-block.bin", "completed", None),
        ("log-0x81-running-50.bin", "in_progress", 0.5),
        ("log-0x81-failed.bin", "failed", None),
        ("sanitize-log-b-2.3-running-50.bin", "unknown", None),
    ],
)
def test_the_raw_log_says_what_runs(shared: Path, file: str, state: str, fraction: float | None) -> None:
    found = log((shared / "fixtures/disks/nvme/raw" / file).read_bytes())
    assert found.state == state and found.fraction == (None if fraction is None else pytest.approx(fraction, abs=0.01))
    assert len(found.raw) in (0, 32)
    if file == "log-0x81-done-block.bin":
        assert found.action == 2, "SCDW10: a block erase"


def test_noise_is_unknown() -> None:
    assert log(b"\xff" * 512).state == "unknown" and log(b"").state == "unknown"


def test_a_drive_without_sanitize_has_no_log() -> None:
    answer = next(a for a in recorded() if a.argv == LOG)
    for sanicap, state in ((0, "unsupported"), (None, "unsupported"), (2, "unknown")):
        found = sanitize_log(Asked(answer), "/dev/nvme0n1", nvme(sanicap))  # type: ignore[arg-type]
        assert found.state == state, "a drive that says it has SANITIZE and hides its log cannot be told"
    assert sanitize_log(Asked(), "/dev/nvme0n1", nvme(0)).state == "unknown"  # type: ignore[arg-type]


# -- SANITIZE --------------------------------------------------------------------------------------------------------


def bytes_of(state: int, *, action: int = 0, progress: int = 0xFFFF, clean: bool = True) -> bytes:
    word = state | (0x100 if clean else 0)
    head = progress.to_bytes(2, "little") + word.to_bytes(2, "little") + action.to_bytes(4, "little")
    return head + bytes([0xFF] * 12) + bytes(512 - 20)


class Logs(Asked):
    """A drive whose sanitize log says these things, one after the other, the last one for ever."""

    def __init__(self, *logs: bytes) -> None:
        super().__init__()
        self.logs = list(logs)

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        data = self.logs.pop(0) if len(self.logs) > 1 else self.logs[0]
        return Answer(argv=tuple(argv), exit_status=0, stdout=data, stderr=b"", seconds=0.0)


NEVER = bytes_of(0)


def follow(technique: Any, *logs: bytes) -> tuple[Heard, Conversation, Opened]:
    opened = Opened()
    one = talk(Logs(*logs), opened, replace(SHOWN, technique=technique.name))
    return technique().carry_out(one), one, opened


def test_every_action_is_said_whole_and_the_drives_word_is_on_record() -> None:
    logs = (NEVER, bytes_of(2, action=4, progress=9000), bytes_of(1, action=4), bytes_of(1, action=4))
    block = (bytes_of(2, action=2, progress=30000), bytes_of(4, action=2))
    found, one, opened = follow(SanitizeCryptoBlock, *logs, *block)
    assert found.goes_on
    assert opened.ran == [["nvme", "sanitize", "/dev/nvme0n1", "-a", code, "-u"] for code in ("4", "2")]
    states = [step["state"] for step in one.seen.status_timeline]
    assert states == ["accepted", "in_progress", "completed", "accepted", "in_progress", "completed_no_deallocate"]
    assert transition_in(one.seen.status_timeline)
    assert all(destroys(line) for line in opened.ran)


def test_an_overwrite_says_one_pass() -> None:
    """Without a count nvme-cli sends 0, which the standard reads as sixteen."""
    _, _, opened = follow(SanitizeOverwrite, NEVER, bytes_of(2, action=3), bytes_of(1, action=3))
    assert opened.ran == [["nvme", "sanitize", "/dev/nvme0n1", "-a", "3", "-u", "-n", "1", "-p", "0"]]


def test_over_before_it_was_looked_at_counts_only_when_the_log_names_our_action() -> None:
    for after, seen in (
        (bytes_of(1, action=3), True),
        (bytes_of(1, action=3, clean=False), False),
    ):
        found, one, _ = follow(SanitizeOverwrite, NEVER, after)
        assert found.goes_on and transition_in(one.seen.status_timeline) is seen


@pytest.mark.parametrize(
    ("logs", "expected"),
    [
        ([NEVER, NEVER], Heard(refusal="skip-never-began")),
        ([NEVER, bytes_of(2, action=3), bytes_of(3, action=3)], Heard(end="sanitize-failed")),
        ([NEVER, bytes_of(2, action=3), b""], Heard(end="sanitize-unknown")),
        ([NEVER, bytes_of(7, action=3)], Heard(end="sanitize-unknown")),
        ([NEVER, bytes_of(2, action=3, progress=655)], Heard(end="sanitize-no-end")),
    ],
    ids=["never-began", "failed", "log-vanishes", "unknown-state", "655-for-a-week"],
)
def test_what_the_log_says_ends_the_story(logs: list[bytes], expected: Heard) -> None:
    found, one, _ = follow(SanitizeOverwrite, *logs)
    assert found == expected and not transition_in(one.seen.status_timeline)


def test_a_log_that_speaks_of_another_action_does_not_tell_what_became_of_ours() -> None:
    found, one, _ = follow(SanitizeOverwrite, NEVER, bytes_of(2, action=3), bytes_of(1, action=2))
    assert found == Heard(end="sanitize-unknown") and not transition_in(one.seen.status_timeline)


def test_a_stop_only_ends_our_looking() -> None:
    one = talk(Logs(NEVER, bytes_of(2, action=3)), Opened(), replace(SHOWN, technique="nvme-sanitize-overwrite"))
    one.stop.set()
    assert SanitizeOverwrite().carry_out(one) == Heard(end="left-running")


def test_a_second_action_that_is_refused_is_no_fall_back() -> None:
    no = failed(b"NVMe status: Invalid Command Opcode: x(0x4001)")
    opened = Opened(OK, no)
    one = talk(Logs(NEVER, bytes_of(2, action=4), bytes_of(1, action=4)), opened)
    assert SanitizeCryptoBlock().carry_out(one).end == "command-unknown"
    assert SanitizeCryptoBlock().carry_out(talk(Logs(NEVER), Opened(no))).refusal == "skip-refused-by-drive"


def test_after_a_cut_the_drive_is_asked_what_became_of_it() -> None:
    def again(*logs: bytes) -> tuple[Heard | None, Conversation]:
        one = talk(Logs(*logs), Opened(), replace(SHOWN, technique="nvme-sanitize-crypto-block"))
        return SanitizeCryptoBlock().reattach(one), one

    going, one = again(bytes_of(2, action=2, progress=20000), bytes_of(2, action=2), bytes_of(1, action=2))
    assert going == Heard() and transition_in(one.seen.status_timeline)
    over, one = again(bytes_of(1, action=2))
    assert over == Heard() and transition_in(one.seen.status_timeline), "its log names the action that was sent"
    for other in (NEVER, bytes_of(1, action=4), bytes_of(3, action=2), b""):
        assert again(other)[0] is None, "start over"


def test_the_emulated_drive_says_it_can_be_formatted() -> None:
    found = parse_id_ctrl((RECORDINGS / "id-ctrl-2.13-qemu.json").read_bytes())
    assert isinstance(found, Disk) and found.nvme is not None
    assert (known(found.nvme.oacs), known(found.nvme.fna), known(found.nvme.sanicap)) == (266, 0, 0)
