"""The data partition on loop devices that carry a real xorriso image: made once, found again, never guessed."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.machine.door import Answer, ToolTimedOut
from agent.machine.live import LiveMachine
from agent.machine.processes import run_tool
from agent.model.stick import Stick, StickState
from agent.stick.partition import FOLDERS, MARKER
from agent.stick.prepare import RTC, Places, prepare, read_stick
from tests.loop.conftest import sh

pytestmark = pytest.mark.loop

MIB = 1 << 20
STICK = 600 * MIB
ESP = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
ISOLINUX = Path("/usr/lib/ISOLINUX")
LAYOUTS = ("gpt", "mbr", "isohybrid", "mkrescue")
"""An EFI partition appended as GPT or in an MBR; Debian's isohybrid; what grub-mkrescue makes."""


class Booted(LiveMachine):
    """This machine, as if it had been started from the ISO of that UUID and runs from memory."""

    def __init__(self, uuid: str) -> None:
        super().__init__()
        self.uuid = uuid
        self.battery = time.time()

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        if path == RTC:
            return f"{self.battery:.0f}\n".encode()
        if path == "/proc/cmdline":
            word = f"regain.medium={self.uuid} " if self.uuid else ""
            return f"boot=live toram {word}quiet\n".encode()
        return super().read(path, limit=limit)


def image(folder: Path, layout: str) -> Path:
    if shutil.which("xorriso") is None:
        pytest.skip("needs xorriso")
    tree = folder / f"tree-{layout}"
    (tree / "live").mkdir(parents=True)
    (tree / "live" / "filesystem.squashfs").write_bytes(os.urandom(3_000_000))
    efi = folder / f"{layout}.efi"
    efi.write_bytes(b"\0" * (4 * MIB))
    sh("mkfs.vfat", str(efi))
    made = folder / f"{layout}.iso"
    # the UUID of an ISO is a moment: two made in the same second would be one and the same stick
    moment = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=secrets.randbelow(2_000_000))
    dated = f"--modification-date={moment:%Y%m%d%H%M%S}00"
    base = ["xorriso", "-as", "mkisofs", "-quiet", "-V", "REGAIN", dated, "-o", str(made)]
    appended = ["-partition_offset", "16", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot"]
    match layout:
        case "gpt":
            sh(*base, "-append_partition", "2", ESP, str(efi), "-appended_part_as_gpt", *appended, str(tree))
        case "mbr":
            sh(*base, "-append_partition", "2", "0xef", str(efi), *appended, str(tree))
        case "isohybrid":
            if not (ISOLINUX / "isohdpfx.bin").is_file():
                pytest.skip("needs isolinux")
            shutil.copy(ISOLINUX / "isolinux.bin", tree / "isolinux.bin")
            shutil.copy(efi, tree / "efi.img")
            boot = ["-b", "isolinux.bin", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"]
            second = ["-eltorito-alt-boot", "-e", "efi.img", "-no-emul-boot", "-isohybrid-gpt-basdat"]
            sh(*base, "-isohybrid-mbr", str(ISOLINUX / "isohdpfx.bin"), *boot, *second, str(tree))
        case _:
            if shutil.which("grub-mkrescue") is None or shutil.which("mformat") is None:
                pytest.skip("needs grub-mkrescue and mtools")
            sh("grub-mkrescue", "-o", str(made), str(tree))
    return made


class Bench:
    """One stick and one pretended live system beside it."""

    def __init__(self, folder: Path, make_loop: Callable[..., tuple[str, Path]]) -> None:
        self.folder, self._make_loop = folder, make_loop
        self.places = Places(
            run=folder / "run",
            note=folder / "live-image",
            medium=folder / "no-medium",
            profiles=folder / "profiles",
            loops=True,
        )
        self.places.note.write_text(json.dumps({"built": "2026-11-01T00:00:00Z"}))
        self.uuid = "none"
        self.clock: list[float] = []
        self._protected: list[str] = []

    def stick(self, layout: str = "gpt", size: int = STICK) -> tuple[str, Path, Path]:
        iso = image(self.folder, layout)
        device, file = self._make_loop(size, name=f"{layout}.stick")
        with file.open("r+b") as out:
            out.write(iso.read_bytes())
        self.uuid = sh("blkid", "-p", "-o", "value", "-s", "UUID", str(iso)).stdout.strip()
        return device, file, iso

    def start(self, *, late: bool = False) -> Stick:
        machine = Booted(self.uuid)
        return prepare(machine, self.places, late=late, set_clock=self.clock.append)

    def protect(self, *devices: str) -> None:
        """The write-protect switch; a loop device would keep it for the next test."""
        for device in devices:
            sh("blockdev", "--setro", device)
            self._protected.append(device)

    def unprotect(self) -> None:
        for device in self._protected:
            sh("blockdev", "--setrw", device)

    def stop(self) -> None:
        """Switch off: what was mounted is no longer."""
        if not os.path.ismount(self.places.mount):
            return
        node = sh("findmnt", "-no", "SOURCE", str(self.places.mount)).stdout.strip()
        sh("umount", str(self.places.mount))
        for _ in range(100):  # a mount namespace that somebody made in the meantime may hold it a moment longer
            if not Path("/sys/fs/ext4", Path(node).name).exists():
                return
            time.sleep(0.1)


@pytest.fixture
def bench(tmp_path: Path, make_loop: Callable[..., tuple[str, Path]]) -> Iterator[Bench]:
    made = Bench(tmp_path, make_loop)
    yield made
    made.stop()
    made.unprotect()


def digest(file: Path, *, at: int, size: int) -> str:
    with file.open("rb") as data:
        data.seek(at)
        return hashlib.sha256(data.read(size)).hexdigest()


def rows(device: str) -> list[dict[str, object]]:
    told = json.loads(sh("sfdisk", "--json", device).stdout)
    return list(told["partitiontable"]["partitions"])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_made_behind_the_image_and_found_again(bench: Bench, layout: str) -> None:
    device, file, iso = bench.stick(layout)
    before, size = rows(device), iso.stat().st_size
    table = 64 * 512 if layout in ("gpt", "mkrescue") else 512
    body = {"at": table, "size": size - table}
    content = digest(file, **body)

    first = bench.start()
    assert first.state is StickState.CREATED, (first.why, first.params)
    assert first.home == str(bench.places.mount)
    assert {p.name for p in Path(first.home).iterdir()} >= {MARKER, *FOLDERS}
    assert rows(device)[: len(before)] == before, "the rows of the image are what they were"
    assert digest(file, **body) == content, "and so is every byte of it behind its table"
    assert int(str(rows(device)[-1]["start"])) * 512 >= size
    assert sh("blkid", "-p", "-o", "value", "-s", "UUID", device).stdout.strip() == bench.uuid
    marker = (Path(first.home) / MARKER).read_bytes()
    (Path(first.home) / "records" / "a.jws").write_text("signed")
    bench.stop()
    node = first.device or ""
    assert "clean" in sh("tune2fs", "-l", node).stdout

    again = bench.start()
    assert again.state is StickState.OK and again.device == node
    assert (Path(again.home) / MARKER).read_bytes() == marker
    assert (Path(again.home) / "records" / "a.jws").read_text() == "signed"
    assert len(rows(device)) == len(before) + 1
    told = read_stick(bench.places.run)
    assert told == again
    env = (bench.places.run / "env").read_text()
    assert f"REGAIN_HOME={again.home}\n" in env and f"REGAIN_IMAGES={again.home}/images\n" in env
    number = sh("lsblk", "-dno", "MAJ:MIN", device).stdout.strip()
    assert {device, number} <= set(again.never)


def test_from_memory_the_medium_is_known_by_when_it_was_built(bench: Bench) -> None:
    device, _, _ = bench.stick()
    year, month, day, hour, minute, second, _ = bench.uuid.split("-")
    bench.places.note.write_text(json.dumps({"built": f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"}))
    machine = Booted("")
    assert prepare(machine, bench.places, set_clock=bench.clock.append).state is StickState.CREATED
    assert device in (read_stick(bench.places.run) or bench.start()).never


def test_a_newer_image_finds_the_data_again(bench: Bench) -> None:
    device, file, iso = bench.stick("gpt")
    first = bench.start()
    (Path(first.home) / "records" / "kept").write_text("kept")
    bench.stop()
    sh("partx", "-d", device)
    with file.open("r+b") as out:  # written anew with another image of the same size
        out.write(iso.read_bytes())
    sh("blockdev", "--flushbufs", device)
    assert len(rows(device)) < 4
    again = bench.start()
    assert (Path(again.home) / "records" / "kept").read_text() == "kept"


@pytest.mark.parametrize("layout", ["gpt", "mbr"])
@pytest.mark.parametrize("cut", ["mkfs.ext4", "--part-type"])
def test_a_start_that_was_cut_in_the_middle_goes_on(bench: Bench, layout: str, cut: str) -> None:
    device, _, _ = bench.stick(layout)

    def cutting(argv: list[str], **more: object) -> Answer:
        if cut in argv:
            raise ToolTimedOut("the power went")
        return run_tool(argv, **more)  # type: ignore[arg-type]

    first = prepare(Booted(bench.uuid), bench.places, run=cutting)
    assert first.state is StickState.NONE and "power" in first.params["detail"]
    count = len(rows(device))
    again = bench.start()
    assert again.state is StickState.CREATED and len(rows(device)) == count
    bench.stop()
    assert bench.start().state is StickState.OK


def test_an_unclean_partition_is_repaired(bench: Bench) -> None:
    bench.stick()
    first = bench.start()
    (Path(first.home) / "records" / "x").write_text("x")
    bench.stop()
    node = first.device or ""
    sh("debugfs", "-w", "-R", "ssv state 2", node)  # marked as having errors
    sh("debugfs", "-w", "-R", "ssv free_blocks_count 12", node)
    again = bench.start()
    assert again.state is StickState.OK and again.why == "stick-why-repaired"
    assert (Path(again.home) / "records" / "x").read_text() == "x"


@pytest.mark.parametrize("layout", ["gpt", "mbr"])
@pytest.mark.parametrize("hurt", ["groups", "superblock"])
def test_one_that_cannot_be_repaired_is_left_alone(bench: Bench, layout: str, hurt: str) -> None:
    device, file, _ = bench.stick(layout)
    first = bench.start()
    bench.stop()
    start = int(str(rows(device)[-1]["start"])) * 512
    with file.open("r+b") as out:
        if hurt == "superblock":
            out.seek(start)
            out.write(b"\xff" * 4096)
        else:  # the root folder's inode and its neighbours: a person must decide
            out.seek(start + 4096)
            out.write(os.urandom(4096 * 300))
    sh("blockdev", "--flushbufs", first.device or "")
    size = file.stat().st_size
    held = digest(file, at=0, size=size)
    again = bench.start()
    assert again.state is StickState.CORRUPT and again.in_memory and again.home == str(bench.places.memory)
    assert not os.path.ismount(bench.places.mount)
    if hurt == "superblock":
        assert digest(file, at=0, size=size) == held, "not a byte was written"
    assert sum(1 for _ in rows(device)) == (4 if layout == "gpt" else 3), "and no second partition was made"


def test_a_full_one_holds_up_nothing_results_stay_in_memory(bench: Bench) -> None:
    bench.stick()
    first = bench.start()
    free = first.free_bytes or 0
    with (Path(first.home) / "images" / "big").open("wb") as big:
        os.posix_fallocate(big.fileno(), 0, free - 20_000_000)
    bench.stop()
    again = bench.start()
    assert again.state is StickState.FULL and again.in_memory and again.home == str(bench.places.memory)
    assert again.free_bytes is not None and again.free_bytes < 50_000_000
    late = bench.start(late=True)
    assert (late.state, late.why) == (StickState.FULL, "stick-why-full"), "F5 does not take it either"


def test_a_write_protected_one_is_read_and_results_stay_in_memory(bench: Bench) -> None:
    device, _file, _ = bench.stick()
    first = bench.start()
    (Path(first.home) / "settings.yaml").write_text("wifi:\n  - ssid: Atelier\n    password: motdepasse\n")
    bench.stop()
    bench.protect(device, first.device or "")
    again = bench.start()
    assert again.state is StickState.READ_ONLY and again.in_memory and again.home == str(bench.places.memory)
    profile = bench.places.profiles / "regain-wifi-1.nmconnection"
    assert profile.stat().st_mode & 0o777 == 0o600 and "psk=motdepasse" in profile.read_text()


def test_another_stick_helps_where_our_own_cannot(bench: Bench) -> None:
    """A boot stick with its switch on "lock": one that another PC was started from is plugged in, then F5."""
    other, _, _ = bench.stick("mbr")
    assert bench.start().state is StickState.CREATED
    bench.stop()
    device, _, _ = bench.stick("gpt")
    bench.protect(device)
    again = bench.start(late=True)
    assert again.state is StickState.LATE and (again.device or "").startswith(other)
    assert {device, other} <= set(again.never)


def test_a_write_protected_stick_without_one_gets_none(bench: Bench) -> None:
    device, file, _ = bench.stick()
    bench.protect(device)
    held = digest(file, at=0, size=STICK)
    stick = bench.start()
    assert (stick.state, stick.why) == (StickState.NONE, "stick-why-write-protected")
    assert digest(file, at=0, size=STICK) == held


def test_no_room_and_no_medium(bench: Bench) -> None:
    _, file, _ = bench.stick(size=64 * MIB)
    held = digest(file, at=0, size=64 * MIB)
    stick = bench.start()
    assert (stick.state, stick.why) == (StickState.NONE, "stick-why-no-room")
    assert digest(file, at=0, size=64 * MIB) == held
    bench.uuid = "1999-01-01-00-00-00-00"
    stick = bench.start()
    assert (stick.state, stick.why) == (StickState.NONE, "stick-why-no-medium")
    assert Path(stick.home).is_dir()


def test_an_ext4_with_our_label_and_no_marker_is_not_ours(
    bench: Bench, make_loop: Callable[..., tuple[str, Path]]
) -> None:
    other, _ = make_loop(300 * MIB, name="other.img")
    sh("sfdisk", "--no-reread", other, input="label: gpt\ntype=23E6EE57-C63C-42CE-926D-9FADD275B60C\n")
    sh("partx", "-a", other)
    sh("mkfs.ext4", "-q", "-L", "REGAIN-DATA", f"{other}p1")
    sh("mkdir", "-p", str(bench.folder / "m"))
    sh("mount", f"{other}p1", str(bench.folder / "m"))
    (bench.folder / "m" / "someone").write_text("else")
    sh("umount", str(bench.folder / "m"))
    stick = bench.start()
    assert (stick.state, stick.why) == (StickState.NONE, "stick-why-no-marker")
    assert not os.path.ismount(bench.places.mount)


def test_a_stick_that_comes_late(bench: Bench, make_loop: Callable[..., tuple[str, Path]]) -> None:
    """Started from a DVD: no medium to write to, then a stick that another start made is plugged in."""
    first = bench.start()
    assert first.state is StickState.NONE
    device, _, _ = bench.stick()
    made = bench.start()
    assert made.state is StickState.CREATED
    bench.stop()
    bench.uuid = "none"
    late = bench.start(late=True)
    assert late.state is StickState.LATE and late.device == made.device
    assert device in late.never


def test_two_sticks_are_one_too_many(bench: Bench) -> None:
    for layout in ("gpt", "mbr"):
        bench.stick(layout)
        assert bench.start().state is StickState.CREATED
        bench.stop()
    bench.uuid = "none"
    stick = bench.start()
    assert (stick.state, stick.why) == (StickState.NONE, "stick-why-several")


@pytest.mark.parametrize(
    ("battery", "system", "source", "set_to"),
    [
        (1_240_000_000.0, 1_240_000_000.0, "floor", [1_793_491_200.0]),
        (1_240_000_000.0, 1_793_491_260.0, "floor", []),  # systemd came before us, with the time it was built
        (9e17, 1_793_491_260.0, "floor", []),
        (1_795_000_000.0, 1_795_000_000.0, "rtc", []),
    ],
)
def test_an_impossible_clock_goes_to_the_floor(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, battery: float, system: float, source: str, set_to: list[float]
) -> None:
    machine = Booted("none")
    machine.battery = battery
    monkeypatch.setattr("agent.stick.prepare.time.time", lambda: system)
    stick = prepare(machine, bench.places, set_clock=bench.clock.append)
    assert stick.clock["source"] == source and stick.clock["floor"] == "2026-11-01T00:00:00.000Z"
    assert bench.clock == set_to
