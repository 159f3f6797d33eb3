"""The preloaded library, compiled once from ``preload.c`` into a folder that the caller gives."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from agent.machine.door import DoorError
from agent.machine.processes import run_tool

SOURCE = Path(__file__).with_name("preload.c")
_COMPILE = ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra"]
_COMPILE_S = 120.0


def compiled(cache: Path) -> Path:
    """The library for this source. Raises ToolMissing where there is no C compiler, DoorError when it refuses."""
    digest = hashlib.sha256(SOURCE.read_bytes() + " ".join([*_COMPILE, os.uname().machine]).encode()).hexdigest()
    library = cache.absolute() / f"regain-lab-{digest[:16]}.so"
    if library.exists():
        return library
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:  # two at once: each its own, the last one stays
        made = Path(folder).absolute() / library.name
        answer = run_tool([*_COMPILE, "-o", str(made), str(SOURCE), "-ldl", "-pthread"], timeout_s=_COMPILE_S)
        if answer.exit_status != 0 or not made.exists():
            raise DoorError(f"cc: {answer.errors.strip().splitlines()[:1]}")
        made.replace(library)
    return library
