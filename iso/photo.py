"""What a photograph of the console says without eyes: its background, and how much is drawn on it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_EVERY_ROW = 4
"""One row in four is looked at: text is 16 rows high or more."""


@dataclass(frozen=True, slots=True)
class Look:
    background: str
    """The most frequent colour, rrggbb."""

    ink: float
    """Share of the pixels that have another colour."""


def look(ppm: bytes) -> Look:
    """Of a binary PPM, three bytes a pixel (ppm(5)), as QEMU's screendump writes it."""
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", ppm)
    if head is None:
        raise ValueError("not a P6 picture of 255 shades")
    width, height = int(head[1]), int(head[2])
    start, row = head.end(), 3 * width
    colours: Counter[bytes] = Counter()
    for number in range(0, height, _EVERY_ROW):
        line = ppm[start + number * row : start + (number + 1) * row]
        colours.update(line[at : at + 3] for at in range(0, len(line), 3))
    (background, most), *_ = colours.most_common(1)
    return Look(background=background.hex(), ink=1 - most / colours.total())
