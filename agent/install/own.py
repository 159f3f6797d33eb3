"""Profiles that come with their image: ``<id>.yaml`` beside it, what an association says of its own (design page, 8).

Those of the product come first: a sidecar never changes what this program ships.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import yaml

from agent.install.manifest import read_manifest
from agent.install.profiles import load_file, load_profile, load_profiles, read_alone
from agent.model.errors import Fault
from agent.model.profile import ImageEntry, LinuxProfile

NOT_OF_AN_IMAGE = {"build", "checks"}
"""How an image was made, which one that is there does not need any more."""


def sidecar_of(images: Path, entry: ImageEntry) -> Path:
    return (images / entry.file).with_name(f"{entry.profile}.yaml")


def write_sidecar(images: Path, entry: ImageEntry, profile: LinuxProfile) -> Path:
    """Whole, or not at all. Raises Fault file-unreadable on a medium that refuses."""
    path = sidecar_of(images, entry)
    told = profile.model_dump(mode="json", by_alias=True, exclude=NOT_OF_AN_IMAGE, exclude_none=True)
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise Fault("file-unreadable", path=str(path), why=error.strerror or "") from None
    return path


def profiles_with(images: Path) -> tuple[LinuxProfile, ...]:
    """Of the product, then of the images in this folder; a sidecar that cannot be read offers nothing."""
    shipped = load_profiles()
    return (*shipped, *_own(images, {profile.id for profile in shipped}))


def _own(images: Path, taken: set[str]) -> Iterator[LinuxProfile]:
    for entry in read_manifest(images).images:
        if entry.profile not in taken:
            with contextlib.suppress(Fault):  # `regain image list` tells what is wrong with it
                yield load_file(sidecar_of(images, entry))
                taken.add(entry.profile)


def profile_of(profile_id: str, images: Path | None) -> LinuxProfile:
    """One profile by id. Raises Fault profile-unknown, profile-bad, file-unreadable (an image without its sidecar)."""
    try:
        return load_profile(profile_id)
    except Fault as fault:
        if fault.error_id != "profile-unknown" or images is None:
            raise
        mine = [entry for entry in read_manifest(images).images if entry.profile == profile_id]
        if not mine:
            raise
    return load_file(sidecar_of(images, mine[-1]))


def read_brought(path: Path) -> LinuxProfile:
    """The profile of somebody's image. An id of the product is only for what the product ships under it.

    Raises Fault file-unreadable, profile-bad, profile-taken.
    """
    profile = read_alone(path)
    shipped = {each.id: each for each in load_profiles()}.get(profile.id)
    without = {name: None for name in NOT_OF_AN_IMAGE}
    if shipped and profile.model_copy(update=without) != shipped.model_copy(update=without):
        raise Fault("profile-taken", profile=profile.id)
    return profile
