"""``make iso``: packages, wheels, settings, squashfs, medium -> ``build/regain-VERSION.iso`` and its lists."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

from iso import medium, tree, wheels
from iso.recipe import LARGEST_ISO, REPO, Recipe, epoch_of, project_version
from iso.tools import Failed, require, run

PROGRAMS = {
    **{"mmdebstrap": "mmdebstrap", "mksquashfs": "squashfs-tools", "xorriso": "xorriso", "mformat": "mtools"},
    **{"mcopy": "mtools", "git": "git", "unshare": "util-linux"},
}


def build(recipe: Recipe) -> Path:
    """The finished ISO. An interrupted build leaves the former one as it was."""
    recipe.work.mkdir(parents=True, exist_ok=True)
    with _Step("paquets Debian"):
        base = tree.packages_tree(recipe)
    with _Step("paquets Python"):
        folder = wheels.download(recipe)
    with _Step("système"):
        root = tree.live_tree(recipe, base, wheels.install_argv(folder))
        lists = {"packages.txt": tree.installed(root), "wheels.txt": wheels.listing(folder)}
        for name, text in lists.items():
            (root / "etc/regain" / name).write_text(text, encoding="utf-8")
    with _Step("compression"):
        layout = recipe.work / "medium"
        shutil.rmtree(layout, ignore_errors=True)
        (layout / "live").mkdir(parents=True)
        tree.squash(root, layout / "live/filesystem.squashfs", epoch=recipe.epoch)
    with _Step("support amorçable"):
        medium.lay_out(recipe, root, layout)
        if recipe.images is None:
            _write(recipe, root, layout, limit=LARGEST_ISO)
        else:
            shutil.copytree(recipe.images, layout / "images", ignore=shutil.ignore_patterns(".*"))
            _write(recipe, root, layout, limit=None)
    for name, text in lists.items():
        (recipe.out / f"{recipe.name}.{name}").write_text(text, encoding="utf-8")
    tree.remove_tree(root)
    return recipe.iso


def _write(recipe: Recipe, root: Path, layout: Path, *, limit: int | None) -> None:
    fresh = recipe.work / "fresh.iso"
    medium.write(recipe, root, layout, fresh)
    size = fresh.stat().st_size
    if limit is not None and size > limit:
        raise Failed(f"{size} bytes, more than the {limit} that the stick may have")
    digest = hashlib.sha256()
    with fresh.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    fresh.replace(recipe.iso)
    (recipe.out / f"{recipe.iso.name}.sha256").write_text(f"{digest.hexdigest()}  {recipe.iso.name}\n")


class _Step:
    """Says what is being done, and how long it took."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        print(f"{self.name} ...", file=sys.stderr, flush=True)
        self.started = time.monotonic()

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            print(f"{self.name} : {time.monotonic() - self.started:.0f} s", file=sys.stderr, flush=True)


def recipe_of(out: Path, images: Path | None) -> Recipe:
    commit = run(["git", "-C", REPO, "describe", "--always", "--dirty", "--abbrev=12"], timeout_s=60).strip()
    version = project_version((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    return Recipe(version=version, commit=commit, epoch=epoch_of(os.environ, time.time()), out=out, images=images)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make iso", description=__doc__)
    parser.add_argument("--out", type=Path, default=REPO / "build")
    parser.add_argument("--images", type=Path, help="folder of installable images to put on the medium")
    told = parser.parse_args()
    try:
        if os.geteuid() != 0:
            raise Failed("make iso must run as root")
        require(PROGRAMS)
        if told.images and not (told.images / "manifest.json").is_file():
            raise Failed(f"{told.images}: no manifest.json (regain image build)")
        iso = build(recipe_of(told.out.resolve(), told.images))
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    print(f"{iso} : {iso.stat().st_size / 1e6:.0f} Mo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
