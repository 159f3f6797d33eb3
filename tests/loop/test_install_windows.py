"""The Windows installer on a loop device, judged by other people's tools: ntfs-3g, dissect.ntfs, mtools, regipy.

The image is synthetic (``windows_image``). What no test here can show is a real Windows starting.
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
import shutil
import struct
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from dissect.ntfs import NTFS
from regipy.plugins.bcd.boot_entry_list import BootEntryListPlugin
from regipy.registry import RegistryHive

from agent.install.windows import security
from agent.install.windows.choice import Host, Trust
from agent.install.windows.layout import draw_identifiers
from agent.install.windows.plan import plan_windows
from agent.install.windows.sidecar import make_sidecar
from agent.machine.live import LiveMachine
from agent.model.eligibility import WindowsVerdict
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.install import InstallResult
from agent.model.plan import InstallPlan
from agent.model.windows import Basis, WindowsImage

from .installing import carry_out, identity_of
from .test_install_linux import _head, _nothing_left, loop  # noqa: F401 a fixture
from .windows_image import descriptor, run, synthetic_wim

pytestmark = [
    pytest.mark.loop,
    pytest.mark.slow,
    pytest.mark.skipif(not os.access("/dev/fuse", os.W_OK), reason="no FUSE: ntfs-3g cannot mount here"),
]

Events = list[tuple[Kind, Mapping[str, Any]]]
OLD = Trust(knows_2011=True, knows_2023=False, revokes_2011=False)
NEW = Trust(knows_2011=True, knows_2023=True, revokes_2011=False)


@pytest.fixture(scope="module")
def wim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic_wim(tmp_path_factory.mktemp("wim"))


@pytest.fixture(scope="module")
def sidecar(wim: Path) -> WindowsImage:
    return _sidecar([wim])


def _sidecar(files: list[Path], number: int = 2) -> WindowsImage:
    told = {"from": "iso", "date": "2026-11-25", "by": "RC"}
    return make_sidecar(LiveMachine(), files, number, image_id="syn", obtained=told, bases=[Basis.RETAIL_OWNED])


def _plan(
    device: str, image: WindowsImage, *, trust: Trust = OLD, drivers: str | None = None, **more: Any
) -> InstallPlan:
    machine = LiveMachine()
    identity = identity_of(machine, device)
    sector = int(Path(f"/sys/block/{Path(device).name}/queue/logical_block_size").read_text())
    host = Host(firmware_mode="uefi", secure_boot="on", trust=trust, verdict=WindowsVerdict.ELIGIBLE, oem_key="absent")
    given: dict[str, Any] = {
        "image": image,
        "status": "unproven",
        "host": host,
        "basis": Basis.RETAIL_OWNED,
        "despite": None,
        "drivers": drivers,
        "identity": identity,
        "disk_size_bytes": identity.size_bytes,
        "logical_block": sector,
        "identifiers": draw_identifiers(os.urandom),
        "tag": "RC-000123",
        "rehearsed": False,
        "minimum_disk": 1 << 30,
    }
    return plan_windows(**{**given, **more})


def _do(plan: InstallPlan, image: Path, events: Events, stop: threading.Event | None = None) -> InstallResult:
    return carry_out(LiveMachine(), plan, image, events, stop)


def _fails(plan: InstallPlan, image: Path) -> tuple[Fault, Events]:
    events: Events = []
    with pytest.raises(Fault) as caught:
        _do(plan, image, events)
    assert events[-1][0] is Kind.INSTALL_FINISHED
    assert events[-1][1]["ok"] is False and events[-1][1]["verified"] == "none"
    return caught.value, events


@pytest.fixture
def parts(loop: str) -> Iterator[str]:  # noqa: F811
    yield loop
    run("partx", "-d", loop, ok=False)


@pytest.mark.parametrize(
    ("loop", "trust", "authority"),
    [({"sector": 512}, OLD, "2011"), ({"sector": 512}, NEW, "2023"), ({"sector": 4096}, NEW, "2023")],
    indirect=["loop"],
    ids=["firmware of 2011", "firmware of 2023", "4Kn"],
)
def test_the_synthetic_image_is_installed(
    loop: str,  # noqa: F811
    trust: Trust,
    authority: str,
    wim: Path,
    sidecar: WindowsImage,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "syn"
    (folder / "drivers/acme/p1").mkdir(parents=True)
    (folder / "drivers/acme/p1/net.inf").write_bytes(b"[Version]\r\n")
    shutil.copy(wim, folder / "install.wim")
    plan = _plan(loop, sidecar, trust=trust, drivers="drivers/acme/p1")
    events: Events = []
    before = set(Path("/run").glob("regain-install.*"))  # of a run that was killed
    done = _do(plan, folder / "install.wim", events)
    assert done.ok and done.verified == "checked" and done.status == "unproven" and done.warnings == ()
    assert [s.step for s in done.steps] == [s.id for s in plan.steps]
    progress = [p for k, p in events if k is Kind.PROGRESS]
    assert progress and progress[-1]["done"] == progress[-1]["total"] == sidecar.image.unpacked_bytes
    _nothing_left(loop)
    assert set(Path("/run").glob("regain-install.*")) == before

    run("partx", "-a", loop)
    _judge_table(loop, plan)
    _judge_esp(loop, plan, authority, tmp_path)
    _judge_ntfs(loop, plan)


def _judge_table(device: str, plan: InstallPlan) -> None:
    table = json.loads(run("sfdisk", "--json", device))["partitiontable"]
    assert [p["name"] for p in table["partitions"]] == ["ESP", "MSR", "Windows", "Recovery"]
    assert [p["type"][:8] for p in table["partitions"]] == ["C12A7328", "E3C9E316", "EBD0A0A2", "DE94BBA4"]
    assert "GUID:63" in table["partitions"][3]["attrs"] and "RequiredPartition" in table["partitions"][3]["attrs"]
    assert table["partitions"][2]["uuid"] == plan.identifiers["windows_guid"]


def _judge_esp(device: str, plan: InstallPlan, authority: str, folder: Path) -> None:
    esp, ids = f"{device}p1", plan.identifiers
    run("fsck.vfat", "-n", esp)
    names = run("mdir", "-b", "-/", "-i", esp, "::/").decode()
    for name in ("EFI/BOOT/BOOTX64.EFI", "EFI/Microsoft/Boot/bootmgfw.efi", "fr-FR/bootmgfw.efi.mui", "bootres.dll"):
        assert name in names
    assert "_EX" not in names
    font = run("mcopy", "-i", esp, "::/EFI/Microsoft/Boot/Fonts/wgl4_boot.ttf", "-").decode()
    assert font == f"font {authority}"
    removable = run("mcopy", "-i", esp, "::/EFI/BOOT/BOOTX64.EFI", "-")
    assert removable == run("mcopy", "-i", esp, "::/EFI/Microsoft/Boot/bootmgfw.efi", "-")
    store = folder / "BCD"
    store.write_bytes(run("mcopy", "-i", esp, "::/EFI/Microsoft/Boot/BCD", "-"))
    plugin = BootEntryListPlugin(RegistryHive(str(store)), as_json=True)
    plugin.run()
    loader = next(e for e in plugin.entries if e["guid"] == "{" + ids["loader_guid"].lower() + "}")
    assert loader["gpt_disk"] == ids["disk_guid"].lower() and loader["gpt_partition"] == ids["windows_guid"].lower()


def _judge_ntfs(device: str, plan: InstallPlan) -> None:
    volume = f"{device}p3"
    start = next(p["start"] for p in plan.steps[1].detail["partitions"] if p["name"] == "Windows")
    with Path(volume).open("rb") as file:
        boot = file.read(512)
        assert struct.unpack_from("<I", boot, 0x1C)[0] == start
        file.seek(0)
        fs = NTFS(io.BufferedReader(file.raw, 1 << 20))
        kernel, hard = fs.mft.get("Windows/System32/ntoskrnl.exe"), fs.mft.get("Windows/ntoskrnl.hard")
        assert kernel.segment == hard.segment and kernel.size() == 9_000_000
        stream = fs.mft.get("Windows/stream.txt")
        assert stream.open().read() == b"unnamed" and stream.open("side").read() == b"a second stream"
        hidden = fs.mft.get("Windows/hidden.ini").attributes.STANDARD_INFORMATION[0].attribute
        assert int(hidden.file_attributes) & 0x27 == 0x27
        long = fs.mft.get("Windows/System32/a rather long name.dll")
        assert {n.attribute.file_name for n in long.attributes.FILE_NAME} >= {"ARATHE~1.DLL", "a rather long name.dll"}
        answers = fs.mft.get("Windows/Panther/unattend.xml").open().read().decode()
        assert "<ComputerName>RG-RC-000123</ComputerName>" in answers and "pnputil" in answers
        assert fs.mft.get("Drivers/net.inf").open().read() == b"[Version]\r\n"
    mounted = Path("/run") / f"regain-test-{os.getpid()}"
    mounted.mkdir()
    run("ntfs-3g", "-o", "ro", volume, str(mounted))
    try:
        assert os.getxattr(mounted / "Windows/stream.txt", "system.ntfs_acl") == descriptor(0x1200A9)
        for ours in ("Windows/Panther", "Windows/Panther/unattend.xml", "Drivers", "Drivers/net.inf"):
            assert os.getxattr(mounted / ours, "system.ntfs_acl") == security.descriptor()
        assert (
            os.getxattr(mounted / "Windows/System32/a rather long name.dll", "system.ntfs_dos_name") == b"ARATHE~1.DLL"
        )
    finally:
        run("umount", str(mounted))
        mounted.rmdir()


@pytest.mark.parametrize("kind", ["split", "solid"])
def test_split_and_solid_images_are_installed(loop: str, wim: Path, tmp_path: Path, kind: str) -> None:  # noqa: F811
    if kind == "split":
        run("wimlib-imagex", "split", str(wim), str(tmp_path / "install.swm"), "4")
        files = [tmp_path / "install.swm", *sorted(tmp_path.glob("install?*.swm"))]
        assert len(files) > 2
    else:
        run("wimlib-imagex", "export", str(wim), "all", str(tmp_path / "install.esd"), "--solid")
        files = [tmp_path / "install.esd"]
    events: Events = []
    done = _do(_plan(loop, _sidecar(files)), files[0], events)
    assert done.ok and done.verified == "checked"
    _nothing_left(loop)


def test_a_part_that_is_missing_or_foreign_is_refused(loop: str, wim: Path, tmp_path: Path) -> None:  # noqa: F811
    run("wimlib-imagex", "split", str(wim), str(tmp_path / "install.swm"), "4")
    files = [tmp_path / "install.swm", *sorted(tmp_path.glob("install?*.swm"))]
    with pytest.raises(Fault) as caught:
        _sidecar(files[:-1])
    assert caught.value.error_id == "wim-parts"
    plan = _plan(loop, _sidecar(files))
    files[-1].unlink()
    fault, _ = _fails(plan, files[0])
    assert fault.error_id == "image-damaged" and fault.wrote is False


@pytest.mark.parametrize("damage", ["hash", "short", "gone"])
def test_a_file_that_is_not_the_one_of_the_sidecar_writes_nothing(
    loop: str,  # noqa: F811
    wim: Path,
    sidecar: WindowsImage,
    tmp_path: Path,
    damage: str,
) -> None:
    copy = tmp_path / "install.wim"
    data = bytearray(wim.read_bytes())
    data[len(data) // 2] ^= 0xFF
    copy.write_bytes(data[: 1 << 20] if damage == "short" else data)
    if damage == "gone":
        copy.unlink()
    fault, events = _fails(_plan(loop, sidecar), copy)
    assert fault.error_id == "image-damaged" and fault.wrote is False and fault.exit_code == 6
    assert {p["step"] for k, p in events if k is Kind.STEP_STARTED} == {"step-gate"}
    assert not any(_head(loop, 1 << 20))


def test_an_image_without_the_wanted_index_is_refused(wim: Path) -> None:
    with pytest.raises(Fault) as caught:
        _sidecar([wim], number=3)
    assert caught.value.error_id == "wim-no-index" and caught.value.params["have"] == "1, 2"
    with pytest.raises(Fault) as caught:  # index 1 is another edition, and no Windows at all
        _sidecar([wim], number=1)
    assert caught.value.error_id == "image-unfit" and "winload.efi" in caught.value.params["missing"]


def test_a_damaged_image_is_not_taken_in(wim: Path, tmp_path: Path) -> None:
    data = bytearray(wim.read_bytes())
    data[len(data) // 2] ^= 0xFF
    copy = tmp_path / "install.wim"
    copy.write_bytes(data)
    with pytest.raises(Fault) as caught:
        _sidecar([copy])
    assert caught.value.error_id == "image-damaged"


def test_a_disk_that_fills_up_is_never_called_installed(loop: str, wim: Path, sidecar: WindowsImage) -> None:  # noqa: F811
    """The sidecar lies about the size, so that the plan lets the image through to a volume it cannot fit on."""
    plan = _plan(loop, sidecar)
    small = json.loads(json.dumps([dict(p) for p in plan.steps[1].detail["partitions"]]))
    gap = small[2]["size"] - (12 << 20) // 512
    small[2]["size"] -= gap
    script = plan.steps[1].detail["stdin"].replace(f"size={small[2]['size'] + gap},", f"size={small[2]['size']},")
    detail = {**plan.steps[1].detail, "partitions": small, "stdin": script}
    steps = (plan.steps[0], dataclasses.replace(plan.steps[1], detail=detail), *plan.steps[2:])
    fault, events = _fails(dataclasses.replace(plan, steps=steps), wim)
    assert fault.error_id == "install-disk-full" and fault.wrote is True and fault.exit_code == 6
    assert [p["step"] for k, p in events if k is Kind.STEP_FAILED] == ["step-unpack"]
    _nothing_left(loop)


def test_a_stick_pulled_while_the_image_is_copied(loop: str, wim: Path, sidecar: WindowsImage, tmp_path: Path) -> None:  # noqa: F811
    """The file loses its end once the hash was checked: what a pulled stick gives to whoever goes on reading."""
    copy = tmp_path / "install.wim"
    shutil.copy(wim, copy)

    class Pulls(Events):
        def append(self, item: tuple[Kind, Mapping[str, Any]]) -> None:
            super().append(item)
            if item[0] is Kind.STEP_STARTED and item[1]["step"] == "step-unpack":
                os.truncate(copy, 2 << 20)

    events = Pulls()
    with pytest.raises(Fault) as caught:
        _do(_plan(loop, sidecar), copy, events)
    assert caught.value.error_id == "image-damaged" and caught.value.wrote is True and caught.value.exit_code == 6
    assert events[-1][1]["ok"] is False and events[-1][1]["verified"] == "none"
    _nothing_left(loop)


def test_a_stop_leaves_nothing_mounted(loop: str, wim: Path, sidecar: WindowsImage) -> None:  # noqa: F811
    stop = threading.Event()

    class Stops(Events):
        def append(self, item: tuple[Kind, Mapping[str, Any]]) -> None:
            super().append(item)
            if item[0] is Kind.STEP_STARTED and item[1]["step"] == "step-unpack":
                stop.set()

    events = Stops()
    with pytest.raises(Fault) as caught:
        _do(_plan(loop, sidecar), wim, events, stop)
    assert caught.value.error_id == "cancelled" and caught.value.wrote is True
    _nothing_left(loop)
