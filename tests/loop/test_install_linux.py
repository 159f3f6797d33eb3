"""A real install of the real ``minimal`` image on a loop device, judged from outside by other people's tools.

Needs an image: ``REGAIN_TEST_IMAGE=FILE`` or ``regain image build minimal`` into the images folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.install.manifest import entry_of, find_image, images_folder, read_manifest
from agent.machine.live import LiveMachine
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.plan import InstallPlan
from agent.model.profile import ImageEntry
from tests.loop.installing import carry_out, loop_plan

pytestmark = [pytest.mark.loop, pytest.mark.slow]

SIZE = 3 << 30


def _run(*argv: str, ok: bool = True) -> bytes:
    done = subprocess.run(argv, capture_output=True, check=False, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
    if ok:
        assert done.returncode == 0, (argv, done.stdout[-500:], done.stderr[-500:])
    return done.stdout


@pytest.fixture(scope="module")
def image() -> tuple[Path, ImageEntry]:
    told = os.environ.get("REGAIN_TEST_IMAGE")
    if told:
        listed = entry_of(Path(told))
        assert listed is not None, f"{told} is in no manifest"
        return listed[0] / listed[1].file, listed[1]
    folder = images_folder(os.environ)
    entry = find_image(read_manifest(folder), "minimal")
    if entry is None or not (folder / entry.file).is_file():
        pytest.skip("no minimal image: run `regain image build minimal`, or set REGAIN_TEST_IMAGE")
    return folder / entry.file, entry


@pytest.fixture
def loop(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A loop device over our own sparse file; ``sector`` and ``size`` by indirect parameters."""
    wanted: Mapping[str, int] = getattr(request, "param", {})
    file = tmp_path / "disk.img"
    with file.open("wb") as f:
        f.truncate(wanted.get("size", SIZE))
    device = _run("losetup", "--show", "-f", "-b", str(wanted.get("sector", 512)), str(file)).decode().strip()
    try:
        yield device
    finally:
        _run("partx", "-d", device, ok=False)
        _run("losetup", "-d", device)


def _head(path: str, size: int) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(size)


def _nothing_left(device: str) -> None:
    mounts = Path("/proc/self/mountinfo").read_text()
    assert device not in mounts
    assert not list(Path(f"/sys/block/{Path(device).name}").glob(f"{Path(device).name}p*"))


@pytest.mark.parametrize(
    ("loop", "mode"),
    [({"sector": 512}, "bios"), ({"sector": 512}, "uefi"), ({"sector": 4096}, "uefi")],
    indirect=["loop"],
    ids=["bios", "uefi", "4Kn"],
)
def test_the_minimal_image_is_installed(loop: str, mode: str, image: tuple[Path, ImageEntry], tmp_path: Path) -> None:
    machine = LiveMachine()
    sector = int(Path(f"/sys/block/{Path(loop).name}/queue/logical_block_size").read_text())
    plan = loop_plan(machine, loop, image[1], sector=sector, mode=mode)
    events: list[tuple[Kind, Mapping[str, Any]]] = []
    done = carry_out(machine, plan, image[0], events)

    assert done.ok and done.verified == "checked" and not done.rehearsed
    assert [s.step for s in done.steps] == [s.id for s in plan.steps]
    assert [k for k, _ in events if k is not Kind.PROGRESS][-1] is Kind.INSTALL_FINISHED
    progress = [p for k, p in events if k is Kind.PROGRESS]
    assert progress and progress[-1]["done"] == progress[-1]["total"] == image[1].unpacked_bytes
    _nothing_left(loop)
    _judge_from_outside(loop, plan, sector=sector, boot_flag=0x80 if mode == "bios" else 0, folder=tmp_path)


def _judge_from_outside(device: str, plan: InstallPlan, *, sector: int, boot_flag: int, folder: Path) -> None:
    ids = plan.identifiers
    table = json.loads(_run("sfdisk", "--json", device))["partitiontable"]
    assert table["label"] == "gpt" and table["id"] == ids["disk_guid"] and table["sectorsize"] == sector
    types = [p["type"] for p in table["partitions"]]
    assert types == [
        "21686148-6449-6E6F-744E-656564454649",
        "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
        "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
    ]
    assert [p["uuid"] for p in table["partitions"]] == [ids["bios_boot_guid"], ids["esp_guid"], ids["root_guid"]]
    assert [p["start"] * sector for p in table["partitions"]] == [1 << 20, 2 << 20, 514 << 20]

    first = _head(device, 512)
    assert first[510:] == b"\x55\xaa" and b"GRUB" in first[:440] and first[446] == boot_flag

    _run("partx", "-a", device)
    esp, root = f"{device}p2", f"{device}p3"
    _run("fsck.vfat", "-n", esp)
    _run("e2fsck", "-fn", root)
    assert ids["root_uuid"].encode() in _run("blkid", "-p", root)
    stub = _run("mcopy", "-i", esp, "::/EFI/debian/grub.cfg", "-").decode()
    assert ids["root_uuid"] in stub and "configfile $prefix/grub.cfg" in stub
    names = _run("mdir", "-b", "-/", "-i", esp, "::/").decode().upper()
    for name in ("BOOT/BOOTX64.EFI", "BOOT/GRUBX64.EFI", "DEBIAN/SHIMX64.EFI", "DEBIAN/GRUBX64.EFI", "MMX64.EFI"):
        assert name in names
    boot = folder / "bootx64.efi"
    boot.write_bytes(_run("mcopy", "-i", esp, "::/EFI/BOOT/BOOTX64.EFI", "-"))
    signers = _run("sbverify", "--list", str(boot)).decode()
    assert "Microsoft Corporation UEFI CA 2011" in signers and "Microsoft UEFI CA 2023" in signers

    def cat(path: str) -> str:  # debugfs: the file system is not mounted, and it is not our code
        return _run("debugfs", "-R", f"cat {path}", root).decode()

    menu = cat("/boot/grub/grub.cfg")
    lines = [line for line in menu.splitlines() if line.strip().startswith("linux\t")]
    assert lines and all(f"root=UUID={ids['root_uuid']}" in line for line in lines)
    assert "/dev/loop" not in menu
    fstab = cat("/etc/fstab")
    assert f"UUID={ids['root_uuid']} / ext4" in fstab and "/dev/" not in fstab
    assert cat("/etc/hostname") == "regain-rc-000123\n"
    assert cat("/etc/machine-id") == ""
    assert "fr_FR.UTF-8" in cat("/etc/default/locale") and 'XKBVARIANT="latin9"' in cat("/etc/default/keyboard")
    assert "Europe/Paris" in _run("debugfs", "-R", "stat /etc/localtime", root).decode()
    assert "zstd" in cat("/etc/systemd/zram-generator.conf")


@pytest.mark.parametrize("loop", [{"size": (2 << 30) + (1 << 20)}], indirect=True)
def test_a_stop_while_unpacking_leaves_nothing_mounted(loop: str, image: tuple[Path, ImageEntry]) -> None:
    machine = LiveMachine()
    plan = loop_plan(machine, loop, image[1])
    stop = threading.Event()
    events: list[tuple[Kind, Mapping[str, Any]]] = []

    class StopsAtProgress(list[tuple[Kind, Mapping[str, Any]]]):
        def append(self, item: tuple[Kind, Mapping[str, Any]]) -> None:
            super().append(item)
            if item[0] is Kind.PROGRESS:
                stop.set()

    events = StopsAtProgress()
    with pytest.raises(Fault) as caught:
        carry_out(machine, plan, image[0], events, stop)
    assert caught.value.error_id == "cancelled" and caught.value.wrote is True
    assert events[-1] == (Kind.INSTALL_FINISHED, events[-1][1]) and events[-1][1]["ok"] is False
    _nothing_left(loop)


def test_an_image_that_is_cut_short_is_refused_before_anything_is_written(
    loop: str, image: tuple[Path, ImageEntry], tmp_path: Path
) -> None:
    short = tmp_path / "short.squashfs"
    with image[0].open("rb") as source:
        short.write_bytes(source.read(20 << 20))
    machine = LiveMachine()
    before = _head(loop, 1 << 20)
    with pytest.raises(Fault) as caught:
        carry_out(machine, loop_plan(machine, loop, image[1]), short, [])
    assert caught.value.error_id == "image-damaged" and caught.value.wrote is False
    assert _head(loop, 1 << 20) == before
