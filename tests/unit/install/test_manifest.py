"""The manifest of the images on a stick: closed, replaced as a whole, and never trusted blindly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.install.manifest import (
    MANIFEST,
    entry_of,
    find_image,
    images_folder,
    read_manifest,
    with_entry,
    write_manifest,
)
from agent.model.errors import Fault
from agent.model.profile import Manifest

from .conftest import recorded_entry


def test_a_folder_without_manifest_has_no_image(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == Manifest() and find_image(Manifest(), "minimal") is None


def test_what_is_written_is_read_again(tmp_path: Path, recording: Any) -> None:
    entry = recorded_entry(recording)
    write_manifest(tmp_path / "new", with_entry(Manifest(), entry))
    assert read_manifest(tmp_path / "new").images == (entry,)
    assert [p.name for p in (tmp_path / "new").iterdir()] == [MANIFEST]


def test_an_image_built_again_replaces_its_entry(recording: Any) -> None:
    old, new = recorded_entry(recording), recorded_entry(recording, sha256="0" * 64)
    assert with_entry(with_entry(Manifest(), old), new).images == (new,)


def test_the_newest_version_is_found(recording: Any) -> None:
    entries = [
        recorded_entry(recording, file=f"linux/{v}.squashfs", version=v) for v in ("2026.9", "2026.11", "2026.2")
    ]
    manifest = Manifest(images=tuple(entries))
    found = find_image(manifest, "minimal")
    assert found is not None and found.version == "2026.11"


def test_an_entry_is_found_from_its_file(tmp_path: Path, recording: Any) -> None:
    entry = recorded_entry(recording)
    write_manifest(tmp_path, with_entry(Manifest(), entry))
    file = tmp_path / entry.file
    file.parent.mkdir()
    file.write_bytes(b"")
    assert entry_of(file) == (tmp_path, entry)
    other = tmp_path / "linux" / "other.squashfs"
    other.write_bytes(b"")
    assert entry_of(other) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d[:40],
        lambda d: b"",
        lambda d: b"[]",
        lambda d: d.replace(b'"linux/minimal', b'"../../etc/minimal'),
        lambda d: d.replace(b'"sha256": "4', b'"sha256": "X'),
        lambda d: d.replace(b'"kind"', b'"sort"'),
        lambda d: d.replace(b'"kind": "linux"', b'"kind": "linux", "kind": "linux"'),
        lambda d: d.replace(b'"bytes": 2', b'"bytes": -2'),
    ],
)
def test_a_damaged_manifest_is_told(tmp_path: Path, recording: Any, damage: Any) -> None:
    data = json.dumps({"schema": "regain-images/1", "images": [recording["image"]]}).encode()
    (tmp_path / MANIFEST).write_bytes(data)
    assert len(read_manifest(tmp_path).images) == 1
    assert damage(data) != data
    (tmp_path / MANIFEST).write_bytes(damage(data))
    with pytest.raises(Fault) as caught:
        read_manifest(tmp_path)
    assert caught.value.error_id == "file-unreadable"


def test_where_the_images_are() -> None:
    assert images_folder({"REGAIN_IMAGES": "/x"}) == Path("/x")
    assert images_folder({"XDG_DATA_HOME": "/d"}) == Path("/d/regain/images")
    assert images_folder({"HOME": "/home/a"}) == Path("/home/a/.local/share/regain/images")
