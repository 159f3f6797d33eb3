"""The Python packages of the stick, as wheels for its own Python, each with its hash."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from iso.recipe import PYTHON, REPO, Recipe, runtime_requirements
from iso.tools import run

_PLATFORMS = ("manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
"""Debian trixie has glibc 2.41: any of these run there (PEP 600)."""


def _pip() -> list[str | Path]:
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]


def _for_the_stick() -> list[str | Path]:
    platforms = [word for platform in _PLATFORMS for word in ("--platform", platform)]
    return ["--python-version", PYTHON, "--implementation", "cp", "--only-binary=:all:", *platforms]


def download(recipe: Recipe) -> Path:
    """A folder with exactly the wheels of .ci/constraints.txt that the agent needs; nothing is built here."""
    folder = recipe.work / "wheels"
    fresh = recipe.work / "wheels.new"
    for old in fresh.glob("*.whl"):
        old.unlink()
    wanted = runtime_requirements((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    known: list[str | Path] = ["--find-links", folder] if folder.is_dir() else []
    constraints = REPO / ".ci" / "constraints.txt"
    argv: list[str | Path] = [*_pip(), "download", "-d", fresh, *_for_the_stick(), *known, "-c", constraints]
    run([*argv, *wanted], timeout_s=1800)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    for wheel in fresh.glob("*.whl"):
        wheel.replace(folder / wheel.name)
    return folder


def listing(folder: Path) -> str:
    """``sha256  name`` a line, what sha256sum(1) reads."""
    return "".join(
        f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}\n" for wheel in sorted(folder.glob("*.whl"))
    )


def install_argv(folder: Path) -> list[str | Path]:
    """Installs exactly those files, whatever an index would offer. The caller adds ``--target``."""
    argv = [*_pip(), "install", "--no-index", "--no-deps", "--no-compile", *_for_the_stick()]
    return [*argv, *sorted(folder.glob("*.whl"))]
