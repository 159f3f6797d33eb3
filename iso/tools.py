"""Programs that the builder, the writer and the virtual PC start. A failure is one sentence with the tool's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class Failed(Exception):
    """A step that could not be done; ``str()`` is what a person reads."""


def require(programs: Mapping[str, str]) -> None:
    """Every program is there, else the Debian packages that are missing are named (program -> package)."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = sorted({package for program, package in programs.items() if not shutil.which(program, path=path)})
    if missing:
        raise Failed(f"apt-get install {' '.join(missing)}")


def run(
    argv: Sequence[str | Path],
    *,
    timeout_s: float,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> str:
    """Standard output of a program that ended well. Raises Failed with the last lines it printed."""
    words = [str(word) for word in argv]
    settings = {**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})}
    try:
        done = subprocess.run(words, input=stdin, capture_output=True, timeout=timeout_s, env=settings, check=False)
    except FileNotFoundError:
        raise Failed(f"{words[0]}: not installed") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"{words[0]}: no answer within {timeout_s:g} s") from None
    if done.returncode:
        said = (done.stderr + b"\n" + done.stdout).decode("utf-8", "replace").strip().splitlines()
        raise Failed(f"{words[0]}: exit {done.returncode}\n" + "\n".join(said[-40:]))
    return done.stdout.decode("utf-8", "replace")
