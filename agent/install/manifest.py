"""``images/manifest.json``: which images lie on this stick, with their hashes. Replaced as a whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from agent.model import strictjson
from agent.model.errors import Fault
from agent.model.profile import ImageEntry, Manifest

MANIFEST = "manifest.json"
_BIGGEST = 4 << 20  # bytes


def images_folder(environment: Mapping[str, str]) -> Path:
    """REGAIN_IMAGES, else the user's data folder (XDG Base Directory Specification)."""
    told = environment.get("REGAIN_IMAGES")
    if told:
        return Path(told)
    data = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME", "/root")) / ".local" / "share")
    return Path(data) / "regain" / "images"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder; an empty one when there is none. Raises Fault file-unreadable when it is damaged."""
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            data = file.read(_BIGGEST)
        strictjson.loads(data)  # a key that stands twice is a mistake, not a choice
        return Manifest.model_validate_json(data, strict=True)
    except FileNotFoundError:
        return Manifest()
    except (OSError, ValidationError, strictjson.NotStrict) as error:
        why = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise Fault("file-unreadable", path=str(path), why=why or "") from None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace it: written beside, synced, renamed, and the folder synced."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{MANIFEST}.{os.getpid()}"
    text = manifest.model_dump_json(by_alias=True, indent=1) + "\n"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / MANIFEST)
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def with_entry(manifest: Manifest, entry: ImageEntry) -> Manifest:
    """The manifest with this entry; one of the same file is replaced."""
    kept = tuple(e for e in manifest.images if e.file != entry.file)
    return Manifest(images=tuple(sorted((*kept, entry), key=lambda e: e.file)))


def find_image(manifest: Manifest, profile_id: str) -> ImageEntry | None:
    """The newest image of a profile: highest version, then the latest build."""
    mine = [e for e in manifest.images if e.profile == profile_id]
    return max(mine, key=lambda e: ([int(n) for n in e.version.split(".") if n.isdigit()], e.built), default=None)


def entry_of(path: Path) -> tuple[Path, ImageEntry] | None:
    """(images folder, entry) of an image file, from the manifest beside it or one folder up."""
    real = path.resolve()
    for folder in (real.parent, real.parent.parent):
        for entry in read_manifest(folder).images:
            if (folder / entry.file).resolve() == real:
                return folder, entry
    return None
