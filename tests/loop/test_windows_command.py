"""``regain image add --windows``, ``regain install`` and ``--confirm-boot`` as a person runs them.

This computer has no UEFI, so an install by command is refused with that reason; what a PC with UEFI gets is in
test_install_windows.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from agent.install.windows.sidecar import read_sidecar
from agent.install.windows.started import find_traces
from agent.machine.live import LiveMachine
from agent.model.errors import Fault

from .test_install_command import Regain, _blank, disk, regain  # noqa: F401 fixtures
from .test_install_linux import loop  # noqa: F401 a fixture
from .test_install_windows import _do, _plan, _sidecar, wim  # noqa: F401 a fixture
from .windows_image import run

pytestmark = [
    pytest.mark.loop,
    pytest.mark.slow,
    pytest.mark.skipif(not os.access("/dev/fuse", os.W_OK), reason="no FUSE: ntfs-3g cannot mount here"),
]


@pytest.fixture
def images(tmp_path: Path, wim: Path) -> Path:  # noqa: F811
    folder = tmp_path / "images" / "windows" / "win11-pro"
    folder.mkdir(parents=True)
    shutil.copy(wim, folder / "install.wim")
    return tmp_path / "images"


def test_an_image_is_brought_listed_and_checked(regain: Regain, images: Path) -> None:  # noqa: F811
    folder = images / "windows" / "win11-pro"
    asked = regain("image", "add", str(folder / "install.wim"), "--windows", "win11-pro", "--licence", "retail-owned",
                   "--out", str(images))  # fmt: skip
    assert asked.returncode == 2 and "Professional" in asked.stderr and "Core" in asked.stderr
    none = regain(
        "image", "add", str(folder / "install.wim"), "--windows", "win11-pro", "--index", "2", "--out", str(images)
    )
    assert none.returncode == 2 and "retail-owned" in none.stderr
    done = regain("image", "add", str(folder / "install.wim"), "--windows", "win11-pro", "--index", "2", "--licence",
                  "retail-owned", "--operator", "07", "--out", str(images))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "non vérifié par Regain" in done.stdout
    image = read_sidecar(folder / "sidecar.yaml")
    assert image.image.edition == "Professional" and image.obtained.by == "07"
    listed = json.loads(regain("image", "list", "--out", str(images), "--json").stdout)
    assert listed["windows"][0]["status"] == "unproven" and listed["windows"][0]["present"] is True
    assert "non confirmée en atelier" in regain("image", "list", "--out", str(images)).stdout
    assert regain("image", "check", str(folder)).returncode == 0
    with (folder / "install.wim").open("r+b") as file:
        file.seek(5 << 20)
        file.write(b"XXXX")
    bad = regain("image", "check", str(folder), "--json")
    assert bad.returncode == 5 and json.loads(bad.stdout)["findings"][0]["id"] == "hash"


@pytest.mark.skipif(shutil.which("xorriso") is None, reason="xorriso is not here")
def test_an_image_comes_out_of_an_iso(regain: Regain, images: Path, tmp_path: Path) -> None:  # noqa: F811
    source = images / "windows" / "win11-pro" / "install.wim"
    (tmp_path / "tree" / "sources").mkdir(parents=True)
    source.rename(tmp_path / "tree" / "sources" / "install.wim")
    iso = tmp_path / "windows.iso"
    run("xorriso", "-as", "mkisofs", "-quiet", "-o", str(iso), str(tmp_path / "tree"))
    done = regain("image", "add", str(iso), "--windows", "win11-pro", "--index", "2", "--licence", "mar-commercial",
                  "--out", str(images))  # fmt: skip
    if "unknown filesystem" in done.stderr:
        pytest.skip("this kernel mounts no ISO")
    assert done.returncode == 0, done.stderr
    assert (source.parent / "sidecar.yaml").is_file() and source.is_file()
    assert not list(Path("/run").glob("regain-iso.*"))


def test_a_pc_without_uefi_is_refused_with_the_reason(disk: str, regain: Regain, images: Path) -> None:  # noqa: F811
    if Path("/sys/firmware/efi").exists():
        pytest.skip("this computer started in UEFI mode")
    folder = images / "windows" / "win11-pro"
    regain("image", "add", str(folder / "install.wim"), "--windows", "win11-pro", "--index", "2", "--licence",
           "retail-owned", "--out", str(images))  # fmt: skip
    argv = ("install", disk, "--profile", "win11-pro", "--image", str(folder), "--confirm", regain.suffix(disk))
    asked = regain(*argv, "--unproven", "essai")
    assert asked.returncode == 2 and "--licence" in asked.stderr
    refused = regain(*argv, "--unproven", "essai", "--licence", "retail-owned")
    assert refused.returncode == 3 and "S15" in refused.stderr and "UEFI" in refused.stderr
    despite = regain(*argv, "--unproven", "essai", "--licence", "retail-owned", "--despite", "demande écrite")
    assert despite.returncode == 3 and "S15" in despite.stderr
    assert _blank(disk)


def test_a_first_start_is_looked_for_on_the_disk(loop: str, wim: Path, tmp_path: Path) -> None:  # noqa: F811
    """Nothing is there after the install; what a first start leaves is put there by hand, and found."""
    image, machine = _sidecar([wim]), LiveMachine()
    plan = _plan(loop, image)
    assert _do(plan, wim, []).ok
    run("partx", "-a", loop)
    ids = dict(plan.identifiers)
    with pytest.raises(Fault) as caught:
        find_traces(machine, loop, ids, image_names=frozenset())
    assert caught.value.error_id == "boot-not-seen"
    mount = tmp_path / "volume"
    mount.mkdir()
    run("ntfs-3g", f"{loop}p3", str(mount))
    try:
        (mount / "Windows/Panther/UnattendGC").mkdir()
        (mount / "Windows/Panther/UnattendGC/setupact.log").write_text("specialize\n")
    finally:
        run("umount", str(mount))
    found = find_traces(machine, loop, ids, image_names=frozenset())
    assert found == ["/Windows/Panther/UnattendGC/setupact.log"]
    brings = frozenset({"/windows/panther/unattendgc/setupact.log"})
    for names, wanted in ((brings, ids), (frozenset(), {**ids, "disk_guid": ids["esp_guid"]}), (frozenset(), {})):
        with pytest.raises(Fault):
            find_traces(machine, loop, wanted, image_names=names)
