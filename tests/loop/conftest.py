"""Loop devices over this test's own temporary files, and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


def sh(*argv: str, **more: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(argv, capture_output=True, text=True, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
    return done  # type: ignore[no-any-return]


@pytest.fixture
def make_loop(tmp_path: Path) -> Iterator[Callable[..., tuple[str, Path]]]:
    """``make_loop(size_bytes, name="disk.img", sector=512)`` -> ("/dev/loopN", file). Detached at the end."""
    made: list[tuple[str, Path]] = []

    def make(size_bytes: int, name: str = "disk.img", sector: int = 512) -> tuple[str, Path]:
        path = tmp_path / name
        with open(path, "wb") as file:
            file.truncate(size_bytes)
        device = sh("losetup", "--find", "--show", "--sector-size", str(sector), str(path)).stdout.strip()
        made.append((device, path))
        return device, path

    yield make
    for device, path in made:
        backing = sh("losetup", "--noheadings", "-O", "BACK-FILE", device).stdout.strip()
        assert backing == str(path), f"{device} is no longer ours: {backing}"
        subprocess.run(["partx", "-d", device], capture_output=True, check=False)
        sh("losetup", "--detach", device)
