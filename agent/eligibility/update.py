"""A newer list takes the place of the package's: checked whole, proved on known processors, then put in place.

The digest in a file's header guards against damage (a cut download, a bad stick), not against somebody who means harm:
whoever can write on the stick can also write the program.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent.eligibility import lists
from agent.eligibility.lists import DataFile
from agent.model.errors import Fault

LARGEST_BYTES = 1 << 20
LEAST_OF_BEFORE = 0.8
"""A by-name list may lose names, but not a fifth of them at once: that is a list that was cut and sealed again."""

ALWAYS_LISTED = (
    *(("intel", n) for n in ("core i5-8250u", "core i7-8700", "processor n100", "xeon e-2176m")),
    *(("amd", n) for n in ("ryzen 5 3500u", "ryzen 7 5800x", "epyc 7402p")),
)
NEVER_LISTED = (
    ("intel", "core i5-7200u"),
    ("intel", "core i7-7700k"),
    ("amd", "ryzen 5 1600"),
    ("amd", "ryzen 5 2500u"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One list as it counts now; ``updated`` when it is not the package's."""

    file: str
    name: str
    data_version: str
    date: str
    count: int
    updated: bool
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    file: str
    before: str
    after: str


def status() -> tuple[Status, ...]:
    return tuple(_status(file) for file in lists.FILES)


def _status(file: str) -> Status:
    found = lists.find(file)
    data = found.data
    return Status(
        file=f"{file}.yaml", name=data.name, data_version=data.data_version, date=data.date, count=data.count,
        updated=found.updated, refused=found.refused,
    )  # fmt: skip


def update(sources: Sequence[Path], folder: Path) -> tuple[Taken, ...]:
    """Take these files (or all lists in these folders) into ``folder``: all of them, or none. One that is in force
    already is passed over.

    Raises Fault data-damaged, data-not-newer when one is older or all are in force, file-unreadable.
    """
    texts = dict(_texts(sources))
    if not texts:
        raise Fault("file-unreadable", path=", ".join(map(str, sources)), why="rules.yaml, cpus-intel.yaml, …")
    given = {file: lists.parse(file, text) for file, text in texts.items()}
    taken = []
    for file, data in given.items():
        now = lists.load(file)
        if data.data_version == now.data_version and lists.digest(data.body) == lists.digest(now.body):
            texts.pop(file)
            continue
        _check_header(file, data, now)
        _check_form(file, data.body, now.body)
        taken.append(Taken(file=f"{file}.yaml", before=now.data_version, after=data.data_version))
    if not taken:
        file, data = next(iter(given.items()))
        raise Fault("data-not-newer", file=f"{file}.yaml", given=data.data_version, now=data.data_version)
    _prove({file: given[file].body if file in given else lists.load(file).body for file in lists.FILES})
    _put(folder, texts)
    lists.find.cache_clear()
    lists.names.cache_clear()
    return tuple(taken)


def _texts(sources: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for source in sources:
        paths = [source / f"{file}.yaml" for file in lists.FILES] if source.is_dir() else [source]
        for path in paths:
            if source.is_dir() and not path.is_file():
                continue
            if path.name.removesuffix(".yaml") not in lists.FILES:
                raise Fault("file-unreadable", path=str(path), why=", ".join(f"{f}.yaml" for f in lists.FILES))
            try:
                data = path.read_bytes()
                if len(data) > LARGEST_BYTES:
                    raise _damaged(path.stem, f"{len(data)} bytes")
                yield path.stem, data.decode("utf-8")
            except OSError as error:
                raise Fault("file-unreadable", path=str(path), why=error.strerror or "") from None
            except UnicodeDecodeError as error:
                raise _damaged(path.stem, str(error)) from None


def _damaged(file: str, reason: str) -> Fault:
    return Fault("data-damaged", file=f"{file}.yaml", reason=reason)


def _check_header(file: str, data: DataFile, now: DataFile) -> None:
    if not re.fullmatch(r"20\d\d\.\d\d\.\d\d", data.data_version):
        raise _damaged(file, f"data_version {data.data_version}")
    try:
        date.fromisoformat(data.date)
        date.fromisoformat(data.data_version.replace(".", "-"))
    except ValueError as error:
        raise _damaged(file, str(error)) from None
    if data.data_version <= now.data_version:
        raise Fault("data-not-newer", file=f"{file}.yaml", given=data.data_version, now=now.data_version)


def _check_form(file: str, body: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """The same sections of the same kind: what the rules read must be there."""
    for where, theirs, mine in _sections(body, now):
        if type(theirs) is not type(mine):
            raise _damaged(file, f"{where}: {type(mine).__name__} wanted")
    if file.startswith("cpus-") and lists.count_of(file, body) < LEAST_OF_BEFORE * lists.count_of(file, now):
        raise _damaged(file, f"{lists.count_of(file, body)} names, {lists.count_of(file, now)} before")


def _sections(theirs: Any, mine: Any, where: str = "body") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(mine, dict):
        for key, value in mine.items():
            inner = theirs.get(key) if isinstance(theirs, dict) else None
            yield f"{where}.{key}", inner, value
            yield from _sections(inner, value, f"{where}.{key}")


def _prove(bodies: Mapping[str, Mapping[str, Any]]) -> None:
    """The lists together still say what nobody doubts of a few processors, and every name can be looked up."""
    try:
        names = lists.names_of(bodies)
    except (KeyError, TypeError, AttributeError, ValueError, re.error) as error:
        raise _damaged("errata", f"{type(error).__name__}: {error}") from None
    for key in ALWAYS_LISTED:
        if key not in names.listed:
            raise _damaged(f"cpus-{key[0]}", f"{key[1]} ?")
    for key in NEVER_LISTED:
        if key in names.listed or key in names.aliases:
            raise _damaged(f"cpus-{key[0]}", f"{key[1]} !")
    refused = bodies["rules"]["cpu"]["refused"]
    if not any(line["family"][0] <= 6 <= line["family"][1] for line in refused["intel"]) or not refused["amd"]:
        raise _damaged("rules", "cpu.refused")


def _put(folder: Path, texts: Mapping[str, str]) -> None:
    """Beside first, synced, then renamed: a power cut leaves the old or the new file, never half of one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            with (folder / f".{file}.new").open("w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        for file in texts:
            (folder / f".{file}.new").replace(folder / f"{file}.yaml")
    except OSError as error:
        for file in texts:
            with contextlib.suppress(OSError):
                (folder / f".{file}.new").unlink()
        raise Fault("file-unreadable", path=str(folder), why=error.strerror or "") from None
