"""``regain image check`` and ``add`` on real squashfs files that the test makes from a small tree."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from agent.cli import install as commands
from agent.install import shim
from agent.install.contents import UPDATES
from agent.install.image import Builder
from agent.install.layout import MOKMANAGER, SHIM, SIGNED_GRUB
from agent.install.manifest import read_manifest
from agent.install.own import profile_of
from agent.install.profiles import folder, load_file
from agent.job.systems import Systems
from agent.locale import words
from agent.machine.live import LiveMachine
from agent.model.errors import Fault

from .conftest import LISTING, signed_pe

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("mksquashfs") is None, reason="squashfs-tools is not installed"),
]

STATUS = "Package: shim-signed\nStatus: install ok installed\nVersion: 1.51\n"


def _tree(root: Path, changes: Mapping[str, bytes | None]) -> Path:
    files: dict[str, bytes | None] = {name: b"x" * 10 for name in LISTING}
    files |= {SHIM: signed_pe(*shim.WANTED), MOKMANAGER: signed_pe("Debian"), SIGNED_GRUB: signed_pe("Debian")}
    files |= {
        "etc/machine-id": b"",
        "etc/passwd": b"root:x:0:0::/root:/bin/sh\n",
        "etc/shadow": b"root:*:1::::::\n",
        "etc/apt/sources.list": b"deb https://archive.example/debian trixie main\n",
        "etc/initramfs-tools/initramfs.conf": b"MODULES=most\n",
        "var/lib/dpkg/status": STATUS.encode(),
        "usr/bin/unattended-upgrade": b"#!/usr/bin/python3\n",
        UPDATES: b'APT::Periodic::Unattended-Upgrade "1";\n',
        **changes,
    }
    for name, content in files.items():
        if content is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
    return root


def _image(tmp_path: Path, **changes: bytes | None) -> Path:
    """Keywords name files with "__" for "/" and "_" for "-"; None leaves the file out."""
    named = {key.replace("__", "/").replace("_", "-"): value for key, value in changes.items()}
    file = tmp_path / "images" / "local" / "ours.squashfs"
    file.parent.mkdir(parents=True)
    argv = ["mksquashfs", str(_tree(tmp_path / "tree", named)), str(file), "-quiet", "-no-progress", "-noappend"]
    subprocess.run(argv, check=True, capture_output=True)
    return file


def _run(*argv: str) -> Any:
    app = typer.Typer()
    commands.register(app)
    return CliRunner().invoke(app, list(argv))


def _check(file: Path) -> tuple[int, dict[str, Any]]:
    result = _run("image", "check", str(file), "--json")
    return result.exit_code, json.loads(result.stdout)


def test_a_good_image_is_good_and_says_that_nothing_vouches_for_it(tmp_path: Path) -> None:
    code, answer = _check(_image(tmp_path))
    assert code == 0 and answer["ok"] and answer["findings"] == []
    assert answer["listed"] is False and answer["contents"]["shim_signers"] == list(shim.WANTED)


def test_everything_that_is_wrong_is_named(tmp_path: Path) -> None:
    file = _image(
        tmp_path,
        etc__machine_id=b"0123\n",
        etc__shadow=b"root:$y$x:1::::::\n",
        home__marie__lettre=b"x",
        usr__sbin__sshd=b"x",
        usr__sbin__update_grub=None,
        etc__apt__sources_list=None,
    )
    code, answer = _check(file)
    assert code == 5 and not answer["ok"]
    found = {f["id"]: f["refuses"] for f in answer["findings"]}
    assert found == {
        "no-grub-tools": True,
        "machine-id": True,
        "password-left": True,
        "home-not-empty": True,
        "sshd": False,
    }
    assert all(f["message"] for f in answer["findings"])


def test_a_cut_image_is_unreadable(tmp_path: Path) -> None:
    file = _image(tmp_path)
    file.write_bytes(file.read_bytes()[:-4096])
    code, answer = _check(file)
    assert code == 5 and [f["id"] for f in answer["findings"]] == ["unreadable"]


def _profile(tmp_path: Path) -> Path:
    profile = tmp_path / "minimal.yaml"
    profile.write_bytes((folder() / "minimal.yaml").read_bytes())
    return profile


def test_an_own_image_is_added_and_guarded_from_then_on(tmp_path: Path) -> None:
    file, images = _image(tmp_path), tmp_path / "images"
    added = _run("image", "add", str(file), "--profile", str(_profile(tmp_path)), "--out", str(images), "--json")
    assert added.exit_code == 0, added.output
    entry = read_manifest(images).images[0]
    assert (entry.file, entry.origin, entry.status) == ("local/ours.squashfs", "local", "unproven")
    assert entry.shim_version == "1.51" and entry.kernel == "6.12.117+deb13-amd64"
    assert _check(file)[1]["listed"] is True and _check(file)[0] == 0
    data = bytearray(file.read_bytes())
    data[200] ^= 1
    file.write_bytes(bytes(data))
    code, answer = _check(file)
    assert code == 5 and {f["id"] for f in answer["findings"]} & {"hash", "unreadable"}


OWN = """\
schema: regain-profile/1
id: primtux-ecole
kind: linux
label: {fr: "PrimTux", en: "PrimTux"}
summary: {fr: "Pour les enfants de six à dix ans.", en: "For children from six to ten."}
for: school
requires: {arch: x86_64, ram_mib: 2900, disk_gib: 20, firmware: [uefi, bios]}
image: {name: primtux, version: "2026.10"}
storage:
  layout: hybrid-gpt
  root_fs: ext4
  encryption: never
  swap: {kind: zram, percent: 60, algorithm: zstd}
system: {locale: fr_FR.UTF-8, keyboard: {layout: fr}, timezone: Europe/Paris, hostname: "ecole-{tag}"}
first_boot: {mode: none}
updates: {security: automatic, release: none}
support_until: "2028-06"
licence: free
"""


def _add(tmp_path: Path, text: str) -> Any:
    profile = tmp_path / "notre profil.yaml"
    profile.write_text(text, encoding="utf-8")
    file = tmp_path / "images" / "local" / "ours.squashfs"
    return _run("image", "add", str(file), "--profile", str(profile), "--out", str(tmp_path / "images"), "--json")


def test_an_image_with_a_profile_of_its_own_can_be_chosen_checked_and_planned(
    tmp_path: Path, install_plan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = tmp_path / "images"
    file = _image(tmp_path, usr__lib__os_release=b'VERSION_CODENAME="bookworm"\n')
    added = _add(tmp_path, OWN)
    assert added.exit_code == 0, added.output
    entry = read_manifest(images).images[0]
    assert (entry.profile, entry.suite, entry.origin) == ("primtux-ecole", "bookworm", "local")
    assert _check(file)[0] == 0
    systems = Systems(images, words)
    needs = {each.id: each for each in systems.needs()}
    assert needs["primtux-ecole"].ram_mib == 2900 and not needs["primtux-ecole"].hidden and "xfce-fr" in needs
    assert systems.facts("primtux-ecole")["label"]["fr"] == "PrimTux"
    planned = install_plan(profile=profile_of("primtux-ecole", images), image=entry, disk_size_bytes=20 << 30)
    files = next(step.detail["files"] for step in planned.steps if step.id == "step-identity")
    assert files["etc/hostname"] == "ecole-rc-000123\n"
    monkeypatch.setenv("REGAIN_IMAGES", str(images))
    listed = json.loads(_run("image", "list", "--json").stdout)["images"]
    assert [row["problem"] for row in listed] == [None]


def test_a_sidecar_that_is_lost_or_damaged_offers_nothing_and_says_why(tmp_path: Path) -> None:
    _image(tmp_path)
    assert _add(tmp_path, OWN).exit_code == 0
    images = tmp_path / "images"
    sidecar = images / "local" / "primtux-ecole.yaml"
    sidecar.write_text(
        sidecar.read_text(encoding="utf-8").replace("ram_mib: 2900", "ram_mib: beaucoup"), encoding="utf-8"
    )
    for error in ("profile-bad", "file-unreadable"):
        assert "primtux-ecole" not in {each.id for each in Systems(images, words).needs()}
        with pytest.raises(Fault) as caught:
            profile_of("primtux-ecole", images)
        assert caught.value.error_id == error
        (row,) = json.loads(_run("image", "list", "--out", str(images), "--json").stdout)["images"]
        assert row["problem"]
        assert row["problem"] in _run("image", "list", "--out", str(images)).stdout
        sidecar.unlink(missing_ok=True)
    with pytest.raises(Fault) as caught:
        profile_of("inconnu", images)
    assert caught.value.error_id == "profile-unknown"


@pytest.mark.parametrize("lacking", ["label", "requires", "image", "storage", "system", "first_boot", "updates", "for"])
def test_what_a_sidecar_lacks_is_refused_by_name(tmp_path: Path, lacking: str) -> None:
    _image(tmp_path)
    lines = OWN.splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.startswith(f"{lacking}:"))
    end = next(n for n, line in enumerate(lines) if n > start and not line.startswith(" "))
    fault = _add(tmp_path, "".join(lines[:start] + lines[end:])).exception
    assert isinstance(fault, Fault) and fault.error_id == "profile-bad" and fault.params["path"] == lacking
    assert read_manifest(tmp_path / "images").images == ()


def test_a_profile_of_the_product_keeps_its_name(tmp_path: Path) -> None:
    _image(tmp_path)
    fault = _add(tmp_path, OWN.replace("id: primtux-ecole", "id: ecole-fr")).exception
    assert isinstance(fault, Fault) and fault.error_id == "profile-taken" and fault.exit_code == 3
    assert read_manifest(tmp_path / "images").images == ()


def test_nobody_builds_a_profile_that_does_not_say_how(tmp_path: Path) -> None:
    profile = tmp_path / "primtux-ecole.yaml"
    profile.write_text(OWN, encoding="utf-8")
    builder = Builder(
        machine=LiveMachine(), profile=load_file(profile), profiles=folder(), out=tmp_path, tell=lambda *_: None
    )
    with pytest.raises(Fault) as caught:
        _ = builder.recipe
    assert caught.value.error_id == "build-impossible"


def test_an_own_image_that_could_not_start_is_not_added(tmp_path: Path) -> None:
    file = _image(tmp_path, usr__lib__shim__shimx64_efi_signed=None, etc__machine_id=b"1")
    argv = ("image", "add", str(file), "--profile", str(_profile(tmp_path)), "--out", str(tmp_path / "images"))
    fault = _run(*argv).exception
    assert isinstance(fault, Fault) and fault.error_id == "image-unfit" and fault.exit_code == 3
    assert read_manifest(tmp_path / "images").images == ()


@pytest.mark.parametrize("setting", [None, b'APT::Periodic::Unattended-Upgrade "0";\n'])
def test_an_own_image_without_the_promised_updates_is_not_added(tmp_path: Path, setting: bytes | None) -> None:
    file = _image(tmp_path, **{UPDATES.replace("/", "__").replace("-", "_"): setting})
    argv = ("image", "add", str(file), "--profile", str(_profile(tmp_path)), "--out", str(tmp_path / "images"))
    fault = _run(*argv).exception
    assert isinstance(fault, Fault) and fault.error_id == "image-unfit" and "20auto-upgrades" in fault.params["missing"]


def test_an_image_outside_the_folder_is_not_added(tmp_path: Path) -> None:
    file = _image(tmp_path)
    argv = ("image", "add", str(file), "--profile", str(_profile(tmp_path)), "--out", str(tmp_path / "elsewhere"))
    fault = _run(*argv).exception
    assert isinstance(fault, Fault) and fault.error_id == "usage"
