"""The laboratory's promises: tools speak to its drives and to nothing else, or they do not start."""

from __future__ import annotations

import os
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.machine.door import Answer, Denied, DoorError, ToolMissing
from agent.machine.drives import library
from agent.machine.drives.bus import CommandSet, MmcReply, NvmeReply, ScsiReply
from agent.machine.drives.laboratory import Laboratory
from agent.machine.drives.library import compiled
from agent.machine.drives.names import ALIAS, aliased, devices_in
from agent.machine.drives.nvme import NvmeDrive
from tests.drives.conftest import OpensLab, say
from tests.drives.speaking import Hand, old_disk

HELLO = """
#include <stdio.h>
int main(int argc, char **argv) {
    FILE *seen = fopen("%s", "a");
    for (int i = 1; i < argc; i++) fprintf(seen, "%%s\\n", argv[i]);
    fclose(seen);
    return 0;
}
"""


class Talker:
    """An NVMe drive that answers every command with what it is given to do."""

    command_set = CommandSet.NVME
    logical_block = physical_block = 512
    size_bytes = 1 << 20

    def __init__(self, path: str, backing: Path, answer: Callable[[], NvmeReply]) -> None:
        self.path, self.backing, self._answer = path, backing, answer

    def nvme(self, opcode: int, nsid: int, cdw10_15: tuple[int, ...], data_out: bytes, in_length: int) -> NvmeReply:
        return self._answer()

    def scsi(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        raise NotImplementedError

    def mmc(self, opcode: int, argument: int, *, writes: bool, data_out: bytes, in_length: int) -> MmcReply:
        raise NotImplementedError

    def power_cut(self) -> None:
        return None


def nvme_drive(folder: Path, clock: Hand, path: str = "/dev/nvme0n1") -> NvmeDrive:
    return NvmeDrive(path, old_disk(folder, size=1 << 20, name=Path(path).name), clock)


def a_real_device() -> Path:
    for path in sorted(Path("/dev").iterdir()):
        if path.is_block_device():
            return path
    for name in ("/dev/loop-control", "/dev/kmsg", "/dev/rtc0"):
        if Path(name).is_char_device():
            return Path(name)
    pytest.skip("no device under /dev that could be refused")


# -- names


@pytest.mark.parametrize(
    "line",
    [
        "nvme format /dev/sda",
        "nvme format /dev/nvme0n1p1",
        "nvme format /dev/regain-lab/nvme0n1",
        "nvme copy /dev/nvme0n1 --to=/dev/sda",
        "nvme format //dev//sda",
        "nvme format /dev/../dev/sda",
        "nvme format /dev/nvme0n1/../sda",
        "nvme format /tmp/../dev/sda",
        "nvme format /dev/",
        "nvme format /dev",
        "nvme format /dev/mem",
        "nvme format /dev/fd/../sda",
        "dd if=/dev/nvme0n1 of=/dev/sda",
    ],
)
def test_a_line_that_names_another_device_is_refused(line: str) -> None:
    with pytest.raises(Denied):
        aliased(line.split(), {"/dev/nvme0n1", "/dev/nvme0"})


def test_a_shell_line_is_looked_through_too() -> None:
    with pytest.raises(Denied):
        aliased(["sh", "-c", "nvme id-ctrl /dev/nvme0;cat </dev/sda"], {"/dev/nvme0"})


def test_drives_get_their_alias_and_the_rest_stays() -> None:
    line = ["nvme", "id-ctrl", "/dev/nvme0", "--of=/dev/nvme0n1", "/dev/null", "/devices/x", "-b"]
    assert aliased(line, {"/dev/nvme0n1", "/dev/nvme0"}) == [
        *("nvme", "id-ctrl", "/dev/regain-lab/nvme0", "--of=/dev/regain-lab/nvme0n1", "/dev/null", "/devices/x", "-b")
    ]
    assert devices_in(line) == ["/dev/nvme0", "/dev/nvme0n1"]


# -- the greeting


@pytest.mark.laboratory("nvme")
def test_a_tool_without_the_library_is_not_started(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    """A static program ignores LD_PRELOAD: it must never see its command line."""
    seen, source, tool = tmp_path / "seen", tmp_path / "tool.c", tmp_path / "tool"
    source.write_text(HELLO % seen)
    lab = open_lab(nvme_drive(tmp_path, clock))
    line = [str(tool), "--erase", "/dev/nvme0n1"]
    subprocess.run(["cc", "-static", "-o", tool, source], check=True)
    with pytest.raises(DoorError, match="does not load"):
        lab.run(line, timeout_s=5)
    assert seen.read_text() == ""  # started once, without a word, to see whether it loads the library
    subprocess.run(["cc", "-o", tool, source], check=True)
    lab.run(line, timeout_s=5)
    assert seen.read_text() == "--erase\n/dev/regain-lab/nvme0n1\n"


@pytest.mark.laboratory("nvme")
def test_a_library_that_does_not_load_stops_everything(tmp_path: Path, clock: Hand) -> None:
    cache = tmp_path / "cache"
    compiled(cache).write_bytes(b"not a library")
    with Laboratory([nvme_drive(tmp_path, clock)], cache=cache) as lab, pytest.raises(DoorError, match="does not load"):
        say(lab, "nvme id-ctrl /dev/nvme0n1")


@pytest.mark.laboratory("nvme")
def test_a_tool_that_nobody_greets_ends_before_it_starts(lab_cache: Path, tmp_path: Path) -> None:
    environment = {
        "LD_PRELOAD": str(compiled(lab_cache)),
        "REGAIN_LAB_SOCKET": str(tmp_path / "nobody"),
        "REGAIN_LAB_SYS": str(tmp_path),
        "REGAIN_LAB_TOKEN": "x",
        "PATH": "/usr/sbin:/usr/bin",
    }
    done = subprocess.run(["nvme", "version"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (97, "")


def test_without_a_compiler_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_tool(*args: object, **more: object) -> Answer:
        raise ToolMissing("cc: not installed")

    monkeypatch.setattr(library, "run_tool", no_tool)
    with pytest.raises(ToolMissing, match="cc"):
        Laboratory([], cache=tmp_path).__enter__()


# -- no way out


@pytest.mark.laboratory("nvme")
def test_an_alias_does_not_open_when_the_server_is_gone(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    lab = open_lab(nvme_drive(tmp_path, clock))
    alias = f"{ALIAS}nvme0n1"
    line = ["sh", "-c", f"echo ready; read go; : <{alias} && echo opened"]
    environment = {**lab._environment("t"), "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    for closes_first, opened in ((False, True), (True, False)):
        shell = subprocess.Popen(
            line, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert shell.stdout
        assert shell.stdout.readline() == "ready\n"
        if closes_first:
            lab.__exit__(None, None, None)
        said, complaint = shell.communicate("\n", timeout=10)
        assert ("opened" in said) == opened, complaint
        assert ("No such device" in complaint) != opened


@pytest.mark.laboratory("blockdev")
def test_no_link_leads_to_a_real_device(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    """The line names no device: it is the library that refuses, and it lets an ordinary file through."""
    lab = open_lab(nvme_drive(tmp_path, clock))
    link, file = tmp_path / "innocent", tmp_path / "file"
    link.symlink_to(a_real_device())
    file.write_bytes(b"")
    refused = lab.run(["blockdev", "--getsize64", str(link)], timeout_s=5)
    assert "Operation not permitted" in refused.errors
    assert refused.exit_status != 0
    assert "Operation not permitted" not in lab.run(["blockdev", "--getsize64", str(file)], timeout_s=5).errors


@pytest.mark.laboratory("sh")
def test_a_name_under_dev_that_is_put_together_later_is_not_tried(
    open_lab: OpensLab, tmp_path: Path, clock: Hand
) -> None:
    """The device is not there: it is the library that refuses, before the kernel is asked."""
    lab = open_lab(nvme_drive(tmp_path, clock))
    refused = lab.run(["sh", "-c", "x=/de; : <${x}v/regain-no-such-device"], timeout_s=5)
    assert "Operation not permitted" in refused.errors
    harmless = lab.run(["sh", "-c", "x=/de; : <${x}v/null && echo opened"], timeout_s=5)
    assert harmless.text == "opened\n"


@pytest.mark.laboratory("sh")
def test_a_device_under_another_name_is_closed_again(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    """The kernel log (1:11) as a node of this test's own; reading it does nothing."""
    node, file = tmp_path / "node", tmp_path / "file"
    try:
        os.mknod(node, stat.S_IFCHR | 0o600, os.makedev(1, 11))
    except PermissionError:
        pytest.skip("needs root to make a device node")
    file.write_bytes(b"")
    lab = open_lab(nvme_drive(tmp_path, clock))
    assert "Operation not permitted" in lab.run(["sh", "-c", f": <{node}"], timeout_s=5).errors
    assert lab.run(["sh", "-c", f": <{file} && echo opened"], timeout_s=5).text == "opened\n"


@pytest.mark.laboratory("nvme")
def test_no_tool_runs_in_a_closed_laboratory(lab_cache: Path, tmp_path: Path, clock: Hand) -> None:
    lab = Laboratory([nvme_drive(tmp_path, clock)], cache=lab_cache)
    with pytest.raises(DoorError, match="closed"):
        say(lab, "nvme id-ctrl /dev/nvme0n1")
    with lab:
        assert say(lab, "nvme id-ctrl /dev/nvme0n1").exit_status == 0
    with pytest.raises(DoorError, match="closed"):
        say(lab, "nvme id-ctrl /dev/nvme0n1")


@pytest.mark.laboratory("nvme")
def test_a_real_path_is_refused_before_anything_starts(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    lab = open_lab(nvme_drive(tmp_path, clock))
    with pytest.raises(Denied, match="/dev/nvme1n1"):
        say(lab, "nvme format /dev/nvme1n1 -s 1 --force")


@pytest.mark.laboratory("nvme", "cat")
def test_content_is_not_to_be_had_through_a_tool(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    """And no tool hangs that tries."""
    lab = open_lab(nvme_drive(tmp_path, clock))
    for line in ("cat /dev/nvme0n1", "dd if=/dev/nvme0n1 count=1", "nvme read /dev/nvme0n1 -c 0 -z 512"):
        answer = say(lab, line)
        assert answer.exit_status != 0
        assert b"\xaa" not in answer.stdout


# -- running


@pytest.mark.laboratory("smartctl", "stat")
def test_what_a_tool_prints_has_the_machines_names(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    lab = open_lab(nvme_drive(tmp_path, clock))
    for line in ("smartctl -i /dev/nvme0n1 -j", "stat /dev/nvme0n1"):
        answer = say(lab, line)
        assert "/dev/nvme0n1" in answer.text
        assert "regain-lab" not in answer.text + answer.errors
        assert answer.argv == tuple(line.split())


@pytest.mark.laboratory("nvme")
def test_two_tools_work_at_once_on_two_drives(open_lab: OpensLab, tmp_path: Path) -> None:
    """Each drive answers only when the other is being asked too."""
    both = threading.Barrier(2)

    def answer() -> NvmeReply:
        both.wait(timeout=20)
        return NvmeReply(data=bytes(4096))

    backing = old_disk(tmp_path, size=1 << 20)
    paths = ("/dev/nvme0n1", "/dev/nvme1n1")
    lab = open_lab(*(Talker(path, backing, answer) for path in paths))
    got: dict[str, Answer] = {}
    threads = [
        threading.Thread(target=lambda p=path: got.update({p: say(lab, f"nvme id-ctrl {p} -b")})) for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert {path: (a.exit_status, len(a.stdout)) for path, a in got.items()} == dict.fromkeys(paths, (0, 4096))


@pytest.mark.laboratory("nvme")
def test_one_drive_hears_one_command_at_a_time(open_lab: OpensLab, tmp_path: Path) -> None:
    inside, most = 0, 0

    def answer() -> NvmeReply:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.05)
        inside -= 1
        return NvmeReply(data=bytes(4096))

    lab = open_lab(Talker("/dev/nvme0n1", old_disk(tmp_path, size=1 << 20), answer))
    threads = [threading.Thread(target=say, args=(lab, "nvme id-ctrl /dev/nvme0n1 -b")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert most == 1


@pytest.mark.laboratory("nvme")
def test_a_broken_drive_is_told_to_who_started_the_tool(open_lab: OpensLab, tmp_path: Path) -> None:
    def answer() -> NvmeReply:
        raise ZeroDivisionError("a fault of ours")

    lab = open_lab(Talker("/dev/nvme0n1", old_disk(tmp_path, size=1 << 20), answer))
    with pytest.raises(ZeroDivisionError):
        say(lab, "nvme id-ctrl /dev/nvme0n1")


@pytest.mark.laboratory("mmc")
def test_a_command_of_another_set_is_no_command(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    lab = open_lab(nvme_drive(tmp_path, clock))
    answer = say(lab, "mmc extcsd read /dev/nvme0n1")
    assert "Inappropriate ioctl for device" in answer.errors
    assert answer.exit_status != 0


@pytest.mark.laboratory("blockdev")
def test_the_block_layer_knows_size_and_blocks(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    drive = NvmeDrive("/dev/nvme0n1", old_disk(tmp_path, size=1 << 20), clock, size_bytes=256060514304)
    lab = open_lab(drive)
    line = "blockdev --getsize64 --getsz --getss --getpbsz --getro /dev/nvme0n1"
    assert say(lab, line).text.split() == ["256060514304", "500118192", "512", "512", "0"]


class Card(Talker):
    """Remembers the commands that an eMMC gets."""

    command_set = CommandSet.MMC

    def __init__(self, path: str, backing: Path, *, error_in: int = 0) -> None:
        super().__init__(path, backing, NvmeReply)
        self.heard: list[tuple[int, int]] = []
        self._error_in = error_in

    def mmc(self, opcode: int, argument: int, *, writes: bool, data_out: bytes, in_length: int) -> MmcReply:
        self.heard.append((opcode, argument))
        return MmcReply(response=(1 << 28 if opcode == self._error_in else 0x900, 0, 0, 0))


@pytest.mark.laboratory("blkdiscard")
def test_a_discard_becomes_the_cards_commands(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    backing = old_disk(tmp_path, size=1 << 20)
    card, broken = Card("/dev/mmcblk0", backing), Card("/dev/mmcblk1", backing, error_in=38)
    lab = open_lab(card, broken, nvme_drive(tmp_path, clock))
    line = "blkdiscard --force --offset 4096 --length 8192"
    assert say(lab, f"{line} /dev/mmcblk0").exit_status == 0
    assert card.heard == [(35, 8), (36, 23), (38, 3)]
    assert "Input/output error" in say(lab, f"{line} /dev/mmcblk1").errors
    assert "Operation not supported" in say(lab, f"{line} /dev/nvme0n1").errors


@pytest.mark.laboratory("nvme")
def test_a_disk_that_somebody_holds_is_busy_for_nvme_format(open_lab: OpensLab, tmp_path: Path, clock: Hand) -> None:
    """nvme-cli opens it exclusively, unless it is told --force."""
    lab = open_lab(nvme_drive(tmp_path, clock))
    with lab.held("/dev/nvme0n1"):
        busy = say(lab, "nvme format /dev/nvme0n1 -s 1")
        assert "Device or resource busy" in busy.errors
        assert say(lab, "nvme format /dev/nvme0n1 -s 1 --force").exit_status == 0
