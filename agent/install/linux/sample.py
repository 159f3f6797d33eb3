"""Files read back from the disk after it was unmounted, and compared by hash with the image they came from."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from agent.install.contents import Entry
from agent.install.work import Work, expect

MOST_FILES, MOST_BYTES, LARGEST = 256, 96 << 20, 4 << 20
_PLAIN = re.compile(r"^usr/[A-Za-z0-9+._@%=:,/-]+$")

_OF_IMAGE = 'image=$1; shift; unsquashfs -no-wildcards -cat "$image" "$@" | sha256sum'
_OF_DISK = 'cd "$1"; shift; cat -- "$@" | sha256sum'


def pick(entries: Mapping[str, Entry], seed: str) -> list[str]:
    """Regular files below /usr, which no later step changes, in the order of their names; another seed, others."""
    names = sorted(n for n, e in entries.items() if e.kind == "-" and 0 < e.size <= LARGEST and _PLAIN.match(n))
    random.Random(seed).shuffle(names)
    picked: list[str] = []
    total = 0
    for name in names:
        if len(picked) == MOST_FILES or total + entries[name].size > MOST_BYTES:
            break
        picked.append(name)
        total += entries[name].size
    return sorted(picked)


def compare(work: Work) -> str:
    """On a fresh read-only mount: what is read comes from the disk, not from memory. Raises StepFailed."""
    if not work.sample:
        return "0 files compared"
    mount = work.detail("step-unpack")["mount"]
    work.mounted = True
    work.must([*mount[:4], "ro,noload", *mount[5:]])
    image = work.must(["sh", "-c", _OF_IMAGE, "regain", "{image}", *work.sample], timeout_s=600).text
    disk = work.must(["sh", "-c", _OF_DISK, "regain", "{target}", *work.sample], timeout_s=600).text
    work.must(["umount", "{target}"], timeout_s=600)
    work.mounted = False
    expect("files read back", disk.split(), image.split())
    return f"{len(work.sample)} files equal the image"
