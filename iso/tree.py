"""The live system as a folder: Debian packages, our files, our settings, then one squashfs of it."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from agent.install.image import CLEAN, DIES_WITH_US, host_mirrors
from agent.install.linux.work import chroot_argv
from iso.order import first_read, sort_file
from iso.recipe import COMPONENTS, DOCUMENTS, HERE, KEPT_DOCUMENTS, REPO, SUITE, Recipe, read_packages, tree_digest
from iso.tools import Failed, run

HOURS = 3600.0


def packages_tree(recipe: Recipe) -> Path:
    """A tree of the packages alone. A finished one of the same list is used again."""
    packages = read_packages((HERE / "packages.txt").read_text(encoding="utf-8"))
    base, stamp, digest = recipe.work / "base", recipe.work / "base.done", tree_digest(packages)
    if stamp.is_file() and stamp.read_text() == digest and base.is_dir():
        return base
    stamp.unlink(missing_ok=True)
    told = os.environ.get("MIRROR")
    try:
        _debstrap(base, packages, [told] if told else [])
    except Failed:
        mirrors = [] if told else host_mirrors(apt_sources())
        if not mirrors:
            raise
        _debstrap(base, packages, mirrors)
    stamp.write_text(digest)
    return base


def _debstrap(base: Path, packages: Sequence[str], mirrors: Sequence[str]) -> None:
    remove_tree(base)
    rules = [f"path-exclude={pattern}" for pattern in DOCUMENTS]
    rules += [f"path-include={pattern}" for pattern in KEPT_DOCUMENTS]
    argv = [
        *("mmdebstrap", "--mode=root", "--variant=minbase", f"--components={','.join(COMPONENTS)}"),
        f"--include={','.join(packages)}",
        '--aptopt=Apt::Install-Recommends "false"',
        *(f"--dpkgopt={rule}" for rule in rules),
        *(SUITE, str(base), *mirrors),
    ]
    run([*DIES_WITH_US, *argv], timeout_s=2 * HOURS)


def apt_sources() -> str:
    """What this computer is updated from; its own mirror is tried when mmdebstrap's default does not answer."""
    places = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    return "\n\n".join(place.read_text(encoding="utf-8", errors="replace") for place in places if place.is_file())


def live_tree(recipe: Recipe, base: Path, install_wheels: list[str | Path]) -> Path:
    """The tree as it will run: a copy of the packages, the wheels, the agent, our files, our settings."""
    tree = recipe.work / "tree"
    remove_tree(tree)
    run(["cp", "-a", "--reflink=auto", base, tree], timeout_s=HOURS)
    inside(tree, CLEAN, {"REGAIN_SUITE": SUITE, "REGAIN_COMPONENTS": " ".join(COMPONENTS)})
    run([*install_wheels, "--target", tree / "usr/local/lib/python3.13/dist-packages"], timeout_s=HOURS)
    _agent(tree)
    _overlay(tree)
    (tree / "etc/regain/live-image").write_text(recipe.marker(), encoding="utf-8")
    inside(tree, (HERE / "configure.sh").read_text(encoding="utf-8"), {"SOURCE_DATE_EPOCH": str(recipe.epoch)})
    return tree


def _agent(tree: Path) -> None:
    """The program where the checkout has it: the agent, what may be installed, the recorded PCs of the bench."""
    home = tree / "usr/lib/regain"
    for folder in ("agent", "profiles", "tests/machines"):
        listed = run(["git", "-C", REPO, "ls-files", "-z", "--", folder], timeout_s=60)
        for name in filter(None, listed.split("\0")):
            _put(REPO / name, home / name)
    (tree / "usr/local/lib/python3.13/dist-packages/regain.pth").write_text("/usr/lib/regain\n")


def _overlay(tree: Path) -> None:
    overlay = HERE / "overlay"
    for source in sorted(path for path in overlay.rglob("*") if path.is_file()):
        _put(source, tree / source.relative_to(overlay))


def _put(source: Path, target: Path) -> None:
    """A file as root's, 0644 or 0755: the owner and umask of the checkout do not matter."""
    mode = "0755" if source.stat().st_mode & 0o100 else "0644"
    run(["install", "-D", "-m", mode, "-o", "root", "-g", "root", source, target], timeout_s=60)


def inside(tree: Path, script: str, settings: dict[str, str]) -> str:
    """What a shell script in the tree prints; its mounts and processes end with it."""
    command = ["/usr/bin/env", *(f"{key}={value}" for key, value in settings.items()), "sh", "-s"]
    return run([*DIES_WITH_US, *chroot_argv(str(tree), command)], timeout_s=HOURS, stdin=script.encode())


def installed(tree: Path) -> str:
    """``name=version`` a line, sorted."""
    return inside(tree, "dpkg-query -W -f '${Package}=${Version}\\n' | sort", {})


def squash(tree: Path, target: Path, *, epoch: int, level: int = 15) -> None:
    """One compressed file, what is read first at its beginning. The kernel, the initrd and the boot loaders lie on the
    medium beside it, once."""
    order = target.with_suffix(".order")
    order.write_text(sort_file(first_read(tree, lambda argv: inside(tree, shlex.join(argv), {}))), encoding="utf-8")
    argv: list[str | Path] = [
        *("mksquashfs", tree, target, "-comp", "zstd", "-Xcompression-level", str(level), "-b", "256K"),
        *("-noappend", "-quiet", "-no-progress", "-sort", order, "-wildcards"),
        *("-e", "boot/*", "usr/lib/grub/*", "usr/lib/shim/*", "usr/share/grub/*", "proc/*", "sys/*", "dev/*", "run/*"),
    ]
    run(argv, timeout_s=HOURS, environment={"SOURCE_DATE_EPOCH": str(epoch)})
    order.unlink()


def remove_tree(tree: Path) -> None:
    """``--one-file-system``: were anything still mounted in it, it would not be emptied."""
    if tree.exists():
        run(["rm", "-rf", "--one-file-system", tree], timeout_s=HOURS)


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
