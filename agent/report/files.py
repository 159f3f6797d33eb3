"""Writing a file so that a power cut leaves the old one or the new one, never half of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from agent.model.errors import Fault

TMP_SUFFIX = ".tmp"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Temporary file beside it, write, fsync, rename, fsync of the folder. Parent folders are made.

    Raises Fault stick-full when there is no room (nothing half-written stays), else OSError.
    """
    draft = path.with_name(path.name + TMP_SUFFIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(draft, path)  # noqa: PTH105 tests cut the power at each os call
        sync_folder(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        if error.errno in FULL:
            raise stick_full(path.parent, needed=len(data)) from error
        raise


def move(source: Path, target: Path) -> None:
    """Rename within one file system, durable on both sides."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)  # noqa: PTH105 as above
    sync_folder(target.parent)
    sync_folder(source.parent)


def stick_full(folder: Path, *, needed: int) -> Fault:
    free = free_bytes(folder)
    free_mb, needed_mb = free // 1_000_000, -(-needed // 1_000_000)
    return Fault("stick-full", path=str(folder), free=free, needed=needed, free_mb=free_mb, needed_mb=needed_mb)


def free_bytes(folder: Path) -> int:
    """Bytes that a user may still write there; the nearest existing parent is asked."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    stats = os.statvfs(folder)
    return stats.f_bavail * stats.f_frsize


def read_bounded(path: Path, *, limit: int) -> bytes:
    """The whole file. Raises Fault file-unreadable, or record-too-big above ``limit`` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Fault("file-unreadable", path=str(path), why=error.strerror or type(error).__name__) from error
    if len(data) > limit:
        raise Fault("record-too-big", bytes=len(data), limit=limit)
    return data
