"""The sheet of an encrypted disk: its phrase, the PC it belongs to, and what the recipient does with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from agent.install.phrase import draw_phrase, keep_sheet
from agent.install.plan import asks_recipient
from agent.model.errors import Fault
from agent.model.plan import InstallPlan

FOLDER = "phrases"
Words = Callable[..., str]


def write_sheet(folder: Path, planned: InstallPlan, *, tag: str | None, words: Words) -> tuple[str, Path]:
    """The phrase, and the sheet that is on the medium before the disk is touched: a power cut must not leave a disk
    that nobody opens. Raises Fault phrase-not-kept."""
    phrase = draw_phrase(os.urandom)
    lines = [words("phrase-sheet-title"), "", f"    {phrase}", ""]
    lines += [words("phrase-sheet-pc", tag=tag or "-"), words("phrase-sheet-disk", disk=planned.disk.suffix)]
    lines += [
        words("phrase-sheet-how"),
        words("phrase-sheet-change" if asks_recipient(planned) else "phrase-sheet-none"),
    ]
    lines += [words("phrase-sheet-lost")]
    name = f"phrase-{tag or planned.disk.suffix}-{planned.identifiers['luks_uuid'][:8]}.txt"
    try:
        return phrase, keep_sheet(folder, name.replace(" ", ""), lines)
    except OSError as error:
        raise Fault("phrase-not-kept", path=str(folder), why=error.strerror or str(error)) from None
