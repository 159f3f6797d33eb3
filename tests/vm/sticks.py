"""Data partitions of sticks, made and read on the host in their files: no mount, no loop device."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path

from agent.stick import layout
from agent.stick.partition import FOLDERS, MARKER, MARKER_FORMAT
from iso.donated import MIB
from iso.virtual import Bus, Disk

LATE_STICK = "REGAIN-STICK-0002"
DATA_BYTES = 300 * MIB
_BLOCK = 4096


def sh(*argv: str, stdin: str | None = None) -> str:
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return done.stdout


def home(folder: Path) -> Path:
    """What a first start puts on a data partition."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text(json.dumps({"format": MARKER_FORMAT, "uuid": str(uuid.uuid4())}) + "\n")
    return folder


def another(path: Path, content: Path) -> Disk:
    """A second stick, with nothing on it but a data partition."""
    with path.open("wb") as file:
        file.truncate(DATA_BYTES + 2 * MIB)
    sh("sfdisk", "-q", str(path), stdin=f'label: gpt\nstart=1MiB, type={layout.TYPE_GUID}, name="{layout.LABEL}"\n')
    _format(path, content)
    return Disk(path=path.resolve(), serial=LATE_STICK, bus=Bus.USB, removable=True)


def add(stick: Path, content: Path) -> None:
    """Behind the image of a stick, where its first start would have put it; the stick gets as short as that allows."""
    image = stick.stat().st_size
    iso = int(sh("isosize", str(stick)))
    with stick.open("r+b") as file:
        file.truncate(min(image, -(-iso // MIB) * MIB + DATA_BYTES + MIB))
    table = layout.read_table(sh("sfdisk", "--json", str(stick)).encode())
    at = layout.place(table, disk_bytes=stick.stat().st_size, iso_bytes=iso)
    kind = layout.finished_type(table)
    row = f"start={at.start}, size={at.size}, type={kind}\n"
    sh("sfdisk", "-q", "--append", "--wipe", "never", str(stick), stdin=row)
    _format(stick, content)


def _format(stick: Path, content: Path) -> None:
    start, size = _extent(stick)
    options = f"offset={start},lazy_itable_init=0,lazy_journal_init=0,nodiscard"
    sh("mkfs.ext4", "-q", "-F", "-L", layout.LABEL, "-m", "1", "-J", "size=16", "-i", "131072", "-E", options,
       "-d", str(content), str(stick), f"{size // 1024}k")  # fmt: skip


def fill(content: Path, *, left_mib: int) -> None:
    """Somebody copied a film: so much is left of the room of a data partition."""
    used = 24 * MIB  # journal, inodes and what ext4 keeps for root
    with (content / "film.mkv").open("wb") as film:
        for _ in range((DATA_BYTES - used) // MIB - left_mib):
            film.write(os.urandom(MIB))


def damage(stick: Path) -> None:
    """The root folder's inode and its neighbours are overwritten: a person would have to decide."""
    start, _ = _extent(stick)
    with stick.open("r+b") as file:
        file.seek(start + _BLOCK)
        file.write(os.urandom(300 * _BLOCK))


def read(stick: Path, folder: Path) -> Path:
    """What is on the data partition now, copied into a folder."""
    folder.mkdir(parents=True)
    start, _ = _extent(stick)
    sh("debugfs", "-R", f"rdump / {folder}", f"{stick}?offset={start}")
    return folder


def _extent(stick: Path) -> tuple[int, int]:
    """Byte and bytes of the last partition."""
    table = layout.read_table(sh("sfdisk", "--json", str(stick)).encode())
    row = table.rows[-1]
    return row.start * table.sector, row.size * table.sector
