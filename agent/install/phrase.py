"""The phrase of an encrypted disk: drawn here, written on the sheet that goes with the PC, kept nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

LETTERS = "bcdefghjknprstuvx"
"""On the same key of AZERTY, QWERTY, QWERTZ keyboards, without shift, and never taken for one another."""

GROUPS, EACH = 5, 4
"""20 letters of 17: 81 bits."""


def draw_phrase(random_bytes: Callable[[int], bytes]) -> str:
    """For instance "bcde fghj knpr stuv xbcd". ``random_bytes(n)``: os.urandom, or fixed in tests."""
    limit = 256 - 256 % len(LETTERS)  # above it, the first letters would come more often
    letters: list[str] = []
    while len(letters) < GROUPS * EACH:
        letters += [LETTERS[byte % len(LETTERS)] for byte in random_bytes(64) if byte < limit]
    return " ".join("".join(letters[at : at + EACH]) for at in range(0, GROUPS * EACH, EACH))


def keep_sheet(folder: Path, name: str, lines: list[str]) -> Path:
    """The sheet as a text file that its owner alone can read; one that is there is never written over.

    Raises FileExistsError, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join([*lines, ""]))
        file.flush()
        os.fsync(file.fileno())
    return path
