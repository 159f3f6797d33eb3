"""What was kept in memory goes to a stick that came late: nothing is lost, and nothing there is replaced.

A stick without a station takes ours as it is. One that has a station keeps its own key and place in the chain: our
records join its outbox, and our station (key, chain, counters) is kept beside it under ``stations/``. What is on the
stick is read back before anything in memory is let go. Doing it twice, or again after a cut, is harmless.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator
from pathlib import Path

from agent.job.paper import held
from agent.report.files import move, sync_folder, write_atomic
from agent.report.keys import read_jwk_set
from agent.report.outbox import Outbox
from agent.report.station import KEY_FILE, OUTBOX, PUBLIC_KEYS, STATION_FILE, look, publish_keys

STATION, STATIONS = "station", "stations"
_NEWER_IN_MEMORY = (STATION_FILE, "delivery.json")
_BESIDE = "-2"


def move_home(memory: Path, stick: Path) -> int:
    """Move everything; how many files were in memory. Raises Fault stick-full, record-damaged; OSError: all stays."""
    if not memory.is_dir():
        return 0
    files = [p for p in _files(memory) if p.relative_to(memory).parts[0] != STATION]
    for path in files:
        if path.name == PUBLIC_KEYS:  # one list for all records of a folder, whoever signed them
            publish_keys((stick / path.relative_to(memory)).parent, read_jwk_set(path.read_bytes()))
        else:
            _copy(path, stick / path.relative_to(memory))
    station = memory / STATION
    count = len(files)
    if (station / KEY_FILE).is_file():
        with held(station):
            count += _move_station(station, stick)
    shutil.rmtree(memory)
    memory.mkdir(mode=0o700)
    return count


def _move_station(ours: Path, stick: Path) -> int:
    """First whole under ``stations/``, then in one step to where the stick's own station would be, if it has none."""
    mine, theirs = look(ours), stick / STATION
    there = look(theirs) if (theirs / KEY_FILE).is_file() else None
    target = theirs if there is not None and there.kid == mine.kid else stick / STATIONS / mine.kid
    files = list(_files(ours))
    for path in files:
        copy = target / path.relative_to(ours)
        if path.name in _NEWER_IN_MEMORY and copy.is_file():  # the same station, from a try that was cut
            write_atomic(copy, path.read_bytes())
        else:
            _copy(path, copy)
    if target == theirs:
        return len(files)
    if not theirs.is_dir() or not any(theirs.iterdir()):
        move(target, theirs)
        return len(files)
    theirs_outbox = there.outbox if there is not None else Outbox(theirs / OUTBOX)
    with held(theirs):
        publish_keys(theirs, mine.outbox.keys)  # so that our records verify on this stick too
        # a record that cannot join this queue stays in stations/ with its key: set aside, not lost
        theirs_outbox.take_in(ours / OUTBOX, registry={**(there.registry if there else {}), **mine.registry})
    return len(files)


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink() and p.name != "lock")


def _copy(source: Path, target: Path) -> None:
    """The same bytes on the stick, read back. Where other bytes have that name, ours get another one."""
    while target.is_file() and not filecmp.cmp(source, target, shallow=False):
        target = target.with_name(f"{target.stem}{_BESIDE}{target.suffix}")
    if not target.is_file():
        write_atomic(target, source.read_bytes(), mode=source.stat().st_mode & 0o777)
        sync_folder(target.parent)
    if not filecmp.cmp(source, target, shallow=False):
        raise OSError(f"{target}: not what was written")
