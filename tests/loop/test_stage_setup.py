"""Microsoft's own Setup, staged on a loop device, judged from outside: sfdisk, mtools, fsck.vfat, wimlib.

The medium is synthetic (``windows_media``). What no test here can show is a real Setup starting.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from agent.install.windows import media, stage
from agent.install.windows.choice import PCA_2011, Host
from agent.install.windows.layout import draw_identifiers
from agent.install.windows.setup_plan import plan_setup
from agent.install.windows.sidecar import make_sidecar, read_sidecar, storage_drivers, write_sidecar
from agent.machine.live import LiveMachine
from agent.model.eligibility import WindowsVerdict
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.plan import InstallPlan
from agent.model.windows import Basis
from tests.unit.install.conftest import signed_pe

from .installing import identity_of
from .test_install_command import Regain, regain  # noqa: F401 a fixture
from .test_install_linux import _head, _nothing_left, loop  # noqa: F401 a fixture
from .test_install_windows import NEW, OLD, Events, _do, _fails
from .windows_image import run, synthetic_wim
from .windows_media import synthetic_media

pytestmark = [
    pytest.mark.loop,
    pytest.mark.slow,
    pytest.mark.skipif(not os.access("/dev/fuse", os.W_OK), reason="no FUSE: ntfs-3g cannot mount here"),
]

DRIVERS = "drivers/acme/p1"
ADD = ("--windows", "syn", "--index", "2", "--licence", "retail-owned", "--setup")


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("medium")
    return synthetic_media(folder / "iso", synthetic_wim(folder))


@pytest.fixture
def brought(medium: Path, regain: Regain, tmp_path: Path) -> Path:  # noqa: F811
    """The folder of the image as ``regain image add --setup`` leaves it, with a driver for the disk of one model."""
    images = tmp_path / "images"
    done = regain("image", "add", str(medium), *ADD, "--out", str(images))
    assert done.returncode == 0, done.stderr
    assert "Jamais essayé par Regain" in done.stdout
    folder = images / "windows" / "syn"
    (folder / DRIVERS / "vmd").mkdir(parents=True)
    text = '[Version]\r\nSignature="$WINDOWS NT$"\r\nClass=SCSIAdapter\r\n'
    (folder / DRIVERS / "vmd/iaStorVD.inf").write_bytes(text.encode("utf-16"))
    (folder / DRIVERS / "vmd/iaStorVD.sys").write_bytes(os.urandom(9000))
    (folder / DRIVERS / "net.inf").write_bytes(b"[Version]\r\nClass = Net\r\n")
    return folder


def staging_plan(
    device: str, folder: Path, *, drivers: str | None = DRIVERS, behind_vmd: bool = True, **more: Any
) -> InstallPlan:
    image, machine = read_sidecar(folder / "sidecar.yaml"), LiveMachine()
    identity = identity_of(machine, device)
    host = Host(
        firmware_mode="uefi", secure_boot="on", trust=more.pop("trust", OLD), verdict=WindowsVerdict.ELIGIBLE,
        oem_key="absent", vendor_storage=behind_vmd,
    )  # fmt: skip
    given: dict[str, Any] = {
        "image": image,
        "status": "unproven",
        "host": host,
        "basis": Basis.RETAIL_OWNED,
        "despite": None,
        "drivers": drivers,
        "storage": storage_drivers(folder, drivers),
        "identity": identity,
        "disk_size_bytes": identity.size_bytes,
        "logical_block": int(Path(f"/sys/block/{Path(device).name}/queue/logical_block_size").read_text()),
        "identifiers": draw_identifiers(os.urandom),
        "tag": "RC-000123",
        "rehearsed": False,
        "minimum_disk": 1 << 30,
    }
    return plan_setup(**{**given, **more})


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)).lower(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.mark.parametrize(
    ("loop", "trust", "newer"),
    [({"sector": 512}, OLD, False), ({"sector": 512}, NEW, True), ({"sector": 4096}, NEW, True)],
    indirect=["loop"],
    ids=["firmware of 2011", "firmware of 2023", "4Kn"],
)
def test_setup_is_staged(loop: str, trust: Any, newer: bool, brought: Path, tmp_path: Path) -> None:  # noqa: F811
    events: Events = []
    plan = staging_plan(loop, brought, trust=trust)
    before = set(Path("/run").glob("regain-install.*"))  # of a run that was killed
    done = _do(plan, brought / "install.wim", events)
    assert done.ok and done.verified == "checked" and done.status == "unproven" and done.warnings == ()
    assert [s.step for s in done.steps] == [s.id for s in plan.steps]
    assert events[-1][0] is Kind.INSTALL_FINISHED and events[-1][1]["staged"] is True
    _nothing_left(loop)
    assert set(Path("/run").glob("regain-install.*")) == before
    run("partx", "-a", loop)
    table = json.loads(run("sfdisk", "--json", loop))["partitiontable"]
    assert [(p["name"], p["type"][:8]) for p in table["partitions"]] == [("SETUP", "EBD0A0A2")]
    part = f"{loop}p1"
    run("fsck.vfat", "-n", part)
    back = tmp_path / "back"
    back.mkdir()
    run("mcopy", "-s", "-i", part, "::/", str(back))
    _judge_files(back, brought, newer)
    _judge_start(back / "sources/boot.wim", tmp_path)


def _judge_files(back: Path, brought: Path, newer: bool) -> None:
    """Everything of the medium and the image is there as it was, but for what the plan changes."""
    seen, sent = _hashes(back), _hashes(brought / "setup")
    sent["sources/install.wim"] = hashlib.sha256((brought / "install.wim").read_bytes()).hexdigest()
    changed = {name for name in sent if seen.get(name) != sent[name]}
    boot = {"efi/boot/bootx64.efi", "bootmgr.efi"} if newer else set()
    assert changed == {"sources/boot.wim", *boot}
    added = set(seen) - set(sent)
    assert added == {"autounattend.xml", *({"efi/microsoft/boot/fonts/wgl4_boot.ttf"} if newer else set())}
    run("wimlib-imagex", "verify", str(back / "sources/install.wim"))


def _judge_start(wim: Path, tmp_path: Path) -> None:
    """wimlib reads the image that starts: still the second one, whole, with our files where Setup looks."""
    run("wimlib-imagex", "verify", str(wim))
    header = run("wimlib-imagex", "info", str(wim), "--header").decode()
    assert "Boot Index                  = 2" in header and "Image Count                 = 2" in header
    assert b"regain" not in run("wimlib-imagex", "dir", str(wim), "1")
    names = run("wimlib-imagex", "dir", str(wim), "2").decode().splitlines()
    for name in (
        "/Autounattend.xml",
        "/regain/drivers/vmd/iaStorVD.inf",
        "/regain/drivers/vmd/iaStorVD.sys",
        "/Windows/System32/winpeshl.ini",
        "/Windows/System32/drvload.exe",
        "/sources/setup.exe",
    ):
        assert name in names
    shell = run("wimlib-imagex", "extract", str(wim), "2", "/Windows/System32/winpeshl.ini", "--to-stdout").decode()
    assert "drvload.exe, X:\\regain\\drivers\\vmd\\iaStorVD.inf" in shell and "net.inf" not in shell
    assert shell.rstrip().endswith("\\sources\\setup.exe")
    text = run("wimlib-imagex", "extract", str(wim), "2", "/Autounattend.xml", "--to-stdout")
    ElementTree.fromstring(text)
    assert b"<WillWipeDisk>false</WillWipeDisk>" in text and b"<ComputerName>RG-RC-000123</ComputerName>" in text


def test_without_a_driver_setup_starts_as_microsoft_made_it(loop: str, brought: Path, tmp_path: Path) -> None:  # noqa: F811
    plan = staging_plan(loop, brought, drivers=None, behind_vmd=False)
    assert _do(plan, brought / "install.wim", []).ok
    run("partx", "-a", loop)
    wim = tmp_path / "boot.wim"
    wim.write_bytes(run("mcopy", "-i", f"{loop}p1", "::/sources/boot.wim", "-"))
    names = run("wimlib-imagex", "dir", str(wim), "2").decode()
    assert "winpeshl.ini" not in names and "drivers" not in names and "/Autounattend.xml" in names


@pytest.mark.parametrize("damage", ["changed", "gone", "list", "image"])
def test_a_medium_that_is_not_the_one_of_the_sidecar_writes_nothing(loop: str, brought: Path, damage: str) -> None:  # noqa: F811
    plan = staging_plan(loop, brought)
    victim = brought / "setup/boot/boot.sdi"
    if damage == "changed":
        victim.write_bytes(b"other")
    elif damage == "gone":
        victim.unlink()
    elif damage == "list":
        rows = (brought / "setup.sha256").read_text().splitlines()
        (brought / "setup.sha256").write_text("\n".join(rows[1:]) + "\n")
    else:
        with (brought / "install.wim").open("r+b") as file:
            file.seek(5 << 20)
            file.write(b"XXXX")
    fault, _ = _fails(plan, brought / "install.wim")
    assert fault.error_id == "image-damaged" and fault.wrote is False
    assert not any(_head(loop, 1 << 20))


class At(Events):
    """Does something when a step begins, as the world does."""

    def __init__(self, step: str, what: Callable[[], object]) -> None:
        super().__init__()
        self.step, self.what = step, what

    def append(self, item: tuple[Kind, Mapping[str, Any]]) -> None:
        super().append(item)
        if item[0] is Kind.STEP_STARTED and item[1]["step"] == self.step:
            self.what()


class Cut(BaseException):
    """A power cut: nothing of ours handles it."""


def cut() -> None:
    raise Cut


def _starts(device: str) -> bool:
    """Is there something on the disk that a firmware starts by itself? By mtools, whatever the kernel believes."""
    table = json.loads(run("sfdisk", "--json", device))["partitiontable"]
    at = int(table["partitions"][0]["start"]) * int(table["sectorsize"])
    listing = run("mdir", "-b", "-i", f"{device}@@{at}", "::/EFI/BOOT", ok=False).decode()
    return "bootx64.efi" in listing.lower()


def _never_done(events: Events) -> None:
    assert events[-1][0] is Kind.INSTALL_FINISHED
    assert events[-1][1]["ok"] is False and events[-1][1]["verified"] == "none"


@pytest.mark.parametrize("step", ["step-format", "step-media", "step-answers", "step-bootfiles"])
def test_a_disk_on_which_it_was_cut_starts_nothing_and_is_not_done(loop: str, brought: Path, step: str) -> None:  # noqa: F811
    events = At(step, cut)
    with pytest.raises(Cut):
        _do(staging_plan(loop, brought), brought / "install.wim", events)
    _never_done(events)
    _nothing_left(loop)
    assert not _starts(loop)
    assert _do(staging_plan(loop, brought), brought / "install.wim", []).ok, "done again from the beginning"
    assert _starts(loop)


def test_a_disk_that_fails_the_last_look_starts_nothing_either(loop: str, brought: Path) -> None:  # noqa: F811
    events = At("step-check", lambda: run("mdel", "-i", f"{loop}p1", "::/setup.exe"))
    with pytest.raises(Fault) as caught:
        _do(staging_plan(loop, brought), brought / "install.wim", events)
    assert caught.value.error_id == "install-step-failed" and "files on the partition" in str(caught.value.params)
    _never_done(events)
    assert not _starts(loop)


def test_a_stop_ends_it_before_anything_starts(loop: str, brought: Path) -> None:  # noqa: F811
    stop = threading.Event()
    events = At("step-media", stop.set)
    with pytest.raises(Fault) as caught:
        _do(staging_plan(loop, brought), brought / "install.wim", events, stop)
    assert caught.value.error_id == "cancelled" and not _starts(loop)
    _never_done(events)
    _nothing_left(loop)


@pytest.mark.parametrize(
    ("step", "damage"),
    [
        ("step-media", lambda folder: (folder / "setup/boot/boot.sdi").write_bytes(b"other")),
        ("step-media", lambda folder: shutil.rmtree(folder)),
        ("step-bootfiles", lambda folder: (folder / "setup/efi/boot/bootx64.efi").write_bytes(signed_pe(PCA_2011))),
    ],
    ids=["a file gives out", "the stick is pulled", "another boot file"],
)
def test_a_stick_that_gives_out_in_the_middle_is_told(
    loop: str,  # noqa: F811
    brought: Path,
    step: str,
    damage: Callable[[Path], object],
) -> None:
    plan, events = staging_plan(loop, brought), At(step, lambda: damage(brought))
    with pytest.raises(Fault) as caught:
        _do(plan, brought / "install.wim", events)
    assert caught.value.error_id == "image-damaged" and caught.value.wrote is True
    _never_done(events)
    _nothing_left(loop)
    assert not _starts(loop)


def test_a_disk_that_gives_back_another_file_is_seen(loop: str, brought: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """The stick is as it was at the gate: it is the disk that is not to be believed."""
    monkeypatch.setattr(stage, "_COPY", f'{stage._COPY}printf x | mcopy -o -i "$to" - ::/boot/boot.sdi\n')
    fault, _ = _fails(staging_plan(loop, brought), brought / "install.wim")
    assert fault.error_id == "install-step-failed" and "boot.sdi" in str(fault.params["observed"])
    assert not _starts(loop)


def test_a_partition_that_is_too_small_says_that_the_disk_is_full(loop: str, brought: Path) -> None:  # noqa: F811
    """The sidecar told fewer bytes than there are."""
    with (brought / "setup/big.bin").open("wb") as file:
        file.truncate(400 << 20)
    kept = media.take(LiveMachine(), brought)
    image = read_sidecar(brought / "sidecar.yaml")
    lying = image.model_copy(update={"setup": kept.model_copy(update={"bytes": 1 << 20})})
    fault, _ = _fails(staging_plan(loop, brought, image=lying), brought / "install.wim")
    assert fault.error_id == "install-disk-full" and fault.wrote is True
    assert not _starts(loop)


def test_an_image_above_the_limit_of_fat_is_split_and_staged(
    loop: str,  # noqa: F811
    brought: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The limit is lowered: a real one of 4 GiB is too large for here."""
    whole = read_sidecar(brought / "sidecar.yaml")
    monkeypatch.setattr(media, "PART_MIB", 6)
    monkeypatch.setattr(media, "FAT_LIMIT", 7 << 20)  # one file of the image has 9 MB and cannot be compressed
    with pytest.raises(Fault) as caught:
        media.split(LiveMachine(), [brought / "install.wim"])
    assert caught.value.error_id == "media-unfit" and not list(brought.glob("*.swm"))
    monkeypatch.setattr(media, "FAT_LIMIT", 10 << 20)
    parts = media.split(LiveMachine(), [brought / "install.wim"])
    assert len(parts) > 1 and parts[0].name == "install.swm" and not (brought / "install.wim").exists()
    told = {"from": "iso", "date": "2026-11-25", "by": "RC"}
    again = make_sidecar(
        LiveMachine(), parts, 2, image_id="syn", obtained=told, bases=[Basis.RETAIL_OWNED], setup=whole.setup
    )
    write_sidecar(brought, again)
    assert _do(staging_plan(loop, brought), parts[0], []).ok
    run("partx", "-a", loop)
    names = [part.name for part in parts]
    for name in names:
        (tmp_path / name).write_bytes(run("mcopy", "-i", f"{loop}p1", f"::/sources/{name}", "-"))
    run("wimlib-imagex", "verify", str(tmp_path / names[0]), *(f"--ref={tmp_path / name}" for name in names[1:]))


@pytest.mark.parametrize("file", ["Autounattend.xml", "sources/pid.txt", "sources/$OEM$/$$/x.cmd", "-bootx64"])
def test_a_medium_that_somebody_changed_is_not_taken(regain: Regain, medium: Path, tmp_path: Path, file: str) -> None:  # noqa: F811
    other = tmp_path / "other"
    shutil.copytree(medium, other)
    if file == "-bootx64":
        (other / "efi/boot/bootx64.efi").unlink()
    else:
        (other / file).parent.mkdir(parents=True, exist_ok=True)
        (other / file).write_text("x")
    done = regain("image", "add", str(other), *ADD, "--out", str(tmp_path / "images"))
    assert done.returncode == 3 and "S23" in done.stderr
    assert (file.removeprefix("-") in done.stderr) and not (tmp_path / "images/windows/syn/sidecar.yaml").exists()


def test_the_medium_is_checked_with_the_image(regain: Regain, brought: Path) -> None:  # noqa: F811
    assert regain("image", "check", str(brought)).returncode == 0
    (brought / "setup/setup.exe").write_bytes(b"other")
    bad = regain("image", "check", str(brought), "--json")
    assert bad.returncode == 5 and "setup.exe" in json.loads(bad.stdout)["findings"][0]["detail"]
