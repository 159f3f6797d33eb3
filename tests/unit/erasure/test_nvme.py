"""What nvme-cli's answers mean: recorded here under 2.13 on an emulated drive, and the shared recordings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.commands import Heard
from agent.erasure.ladder import choose
from agent.erasure.nvme import NvmeFormat, SanitizeState, forbidden_by, sanitize_state, status_code
from agent.inventory.nvme import parse_id_ctrl
from agent.machine.door import Answer, DoorError, ToolMissing
from agent.machine.guard import destroys
from agent.model.facts import known
from agent.model.inventory import Disk
from tests.unit.erasure.samples import nvme

RECORDINGS = Path(__file__).parent / "recordings"
FORMAT = NvmeFormat()
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


class Asked:
    """A machine that knows these answers and nothing else."""

    exercise = False

    def __init__(self, *answers: Answer) -> None:
        self.answers = {a.argv: a for a in answers}

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        if tuple(argv) not in self.answers:
            raise ToolMissing(f"{argv[0]}: not installed")
        return self.answers[tuple(argv)]


class Opened:
    path = "/dev/nvme0n1"


def in_use(flbas: int) -> Answer:
    data = bytearray(4096)
    data[26] = flbas
    return Answer(
        argv=("nvme", "id-ns", "/dev/nvme0n1", "-b"), exit_status=0, stdout=bytes(data), stderr=b"", seconds=0.0
    )


def argv(machine: Any) -> list[str]:
    return list(FORMAT.argv(machine, Opened(), SHOWN))  # type: ignore[arg-type]


# -- what is sent ----------------------------------------------------------------------------------------------------


def test_the_setting_is_explicit_and_the_command_line_counts_as_destructive() -> None:
    sent = argv(Asked(said("nvme version"), in_use(0)))
    assert sent == ["nvme", "format", "/dev/nvme0n1", "-s", "1", "-l", "0", "--force"]
    assert destroys(sent)
    on_4k = argv(Asked(said("nvme version"), in_use(4)))
    assert said(" ".join(on_4k)).exit_status == 0, "this very line was recorded, on a namespace with 4 KiB blocks"


@pytest.mark.parametrize(("flbas", "index"), [(0, 0), (4, 4), (0x10, 0), (0x21, 0x11), (0x6F, 0x3F)])
def test_the_block_size_in_use_is_kept(flbas: int, index: int) -> None:
    """FLBAS bits 3:0 and 6:5; bit 4 says where metadata goes."""
    sent = argv(Asked(in_use(flbas)))
    assert sent[sent.index("-l") + 1] == str(index)


def test_without_the_block_size_nothing_is_sent(shared: Path) -> None:
    with pytest.raises(DoorError):
        argv(Asked(said("nvme version")))
    short = replace(in_use(0), stdout=b"NVMe status: x")
    with pytest.raises(DoorError):
        argv(Asked(short))
    real = replace(in_use(0), stdout=(shared / "fixtures/disks/nvme/raw/id-ns.bin").read_bytes())
    assert "-l" in argv(Asked(real))


@pytest.mark.parametrize(
    ("version", "force"),
    [("nvme version 1.12", False), ("nvme version 1.16", True), ("nvme version 2.3 (git 2.3)", True), ("?", False)],
)
def test_force_only_where_this_version_has_it(version: str, force: bool) -> None:
    answer = Answer(argv=("nvme", "version"), exit_status=0, stdout=version.encode(), stderr=b"", seconds=0.0)
    assert ("--force" in argv(Asked(answer, in_use(0)))) is force
    assert "--force" not in argv(Asked(in_use(0))), "nobody answered"


def test_a_setting_that_erases_nothing_is_never_sent() -> None:
    for setting in (0, 3):
        with pytest.raises(ValueError, match="does not erase"):
            FORMAT.argv(Asked(), Opened(), replace(SHOWN, params={"ses": setting}))  # type: ignore[arg-type]


# -- what is heard ---------------------------------------------------------------------------------------------------


def test_accepted_says_nothing_more() -> None:
    assert FORMAT.heard(said("nvme format /dev/nvme0n1 -s 1 --force")) == Heard()
    crypto = said("nvme format /dev/nvme0n1 -s 2 --force")
    assert FORMAT.heard(crypto) == Heard(), "a drive with FNA 0 accepts a crypto erase that it does not have"


def test_a_disk_held_open_is_refused_by_the_tool_without_force() -> None:
    answer = said("nvme format /dev/nvme0n1 -s 1")
    heard = FORMAT.heard(answer)
    assert (heard.refusal, heard.end) == ("skip-tool-failed", "")
    assert heard.params == {"error": "/dev/nvme0n1: Device or resource busy"} and FORMAT.status(answer) is None


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("nvme format /dev/nvme0n1 -s 1 -l 15 --force", "0x10a"),
        ("nvme format /dev/nvme0n1 -n 7 -s 1 --force", "0x002"),
    ],
)
def test_refused_before_it_started(words: str, status: str) -> None:
    answer = said(words)
    assert FORMAT.heard(answer) == Heard(refusal="skip-refused-by-drive", params={"status": status})
    assert FORMAT.status(answer) == status


def test_a_failure_nobody_can_place_is_unknown() -> None:
    assert FORMAT.heard(said("nvme format /dev/nvme0n1 -s 1 --force -p 3")).end == "command-unknown"
    for text in (b"", b"passthru: Interrupted system call", b"NVMe status: Internal Error: x(0x6)"):
        assert FORMAT.heard(failed(text)) == Heard(end="command-unknown"), text


@pytest.mark.parametrize("version", ["2.8", "2.13"])
def test_the_shared_recordings(shared: Path, version: str) -> None:
    folder = shared / "fixtures/disks/nvme" / version
    assert FORMAT.heard(failed((folder / "format-sanitize-running.txt").read_bytes())).end == "sanitize-running"
    protected = failed((folder / "format-write-protected.txt").read_bytes())
    assert FORMAT.heard(protected).end == "read-only" and FORMAT.status(protected) == "0x020"
    opcode = shared / "fixtures/disks/nvme/2.13/sanitize-invalid-opcode.txt"
    assert status_code(failed(opcode.read_bytes())) == 1


# -- the sanitize log ------------------------------------------------------------------------------------------------

LOG = ("nvme", "get-log", "/dev/nvme0n1", "--log-id=0x81", "--log-len=512", "-b")


def log(data: bytes, *, sanicap: Any = 2) -> SanitizeState:
    answer = Answer(argv=LOG, exit_status=0, stdout=data, stderr=b"", seconds=0.0)
    return sanitize_state(Asked(answer), "/dev/nvme0n1", nvme(sanicap))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "state", "end"),
    [
        ("log-0x81-never.bin", "never", ""),
        ("log-0x81-done-block.bin", "completed", ""),
        ("log-0x81-running-50.bin", "in_progress", "sanitize-running"),
        ("log-0x81-failed.bin", "failed", "sanitize-failed"),
        ("sanitize-log-b-2.3-running-50.bin", "unknown", "sanitize-unknown"),
    ],
)
def test_the_raw_log_says_what_runs(shared: Path, file: str, state: str, end: str) -> None:
    found = log((shared / "fixtures/disks/nvme/raw" / file).read_bytes())
    assert (found.state, forbidden_by(found.state)) == (state, end)
    assert len(found.raw) in (0, 32)


def test_noise_is_unknown_and_forbids() -> None:
    assert log(b"\xff" * 512).state == "unknown" and log(b"").state == "unknown"
    assert forbidden_by("unknown") == "sanitize-unknown"


def test_a_drive_without_sanitize_has_no_log() -> None:
    answer = next(a for a in recorded() if a.argv == LOG)
    for sanicap, state in ((0, "unsupported"), (None, "unsupported"), (2, "unknown")):
        found = sanitize_state(Asked(answer), "/dev/nvme0n1", nvme(sanicap))  # type: ignore[arg-type]
        assert found.state == state, "a drive that says it has SANITIZE and hides its log cannot be told"
    assert sanitize_state(Asked(), "/dev/nvme0n1", nvme(0)).state == "unknown"  # type: ignore[arg-type]
    assert forbidden_by("unsupported") == ""


def test_the_emulated_drive_says_it_can_be_formatted() -> None:
    found = parse_id_ctrl((RECORDINGS / "id-ctrl-2.13-qemu.json").read_bytes())
    assert isinstance(found, Disk) and found.nvme is not None
    assert (known(found.nvme.oacs), known(found.nvme.fna), known(found.nvme.sanicap)) == (266, 0, 0)
