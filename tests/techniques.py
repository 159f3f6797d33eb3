"""Which technique was exercised on what: read from the marks of the tests, written into the README.

    python -m tests.techniques          rewrites the table
    @pytest.mark.exercises("nvme-sanitize-block", how="drive laboratory")
    @pytest.mark.exercises("overwrite", how="virtual drive", on=["SATA SSD"])

A technique that no test claims is "not exercised", and the table says so: no blank is called done.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from agent.erasure.ladder import above, named
from agent.erasure.overwrite import Overwrite
from agent.model.facts import Known
from agent.model.inventory import Disk
from tests.conftest import REPO

HOWS = ("virtual drive", "guest kernel module", "drive laboratory", "replayed recording", "loop device")
"""QEMU's own drives; a module of the guest's kernel; the real tools on our virtual drives; recorded answers; a file."""

BEGIN, END = "<!-- techniques: made by `python -m tests.techniques` -->", "<!-- /techniques -->"
README = REPO / "README.md"

MEDIA: Mapping[str, Disk] = {
    name: Disk(bus=Known(bus, "table"), medium=Known(medium, "table"), rotational=Known(turns, "table"))
    for name, bus, medium, turns in (
        ("NVMe", "nvme", "nvme", False),
        ("SATA SSD", "ata", "ssd", False),
        ("SATA/PATA hard disk", "ata", "hdd", True),
        ("SAS", "sas", "hdd", True),
        ("eMMC", "mmc", "emmc", False),
        ("behind a USB bridge", "usb", "usb", True),
        ("disk image (loop)", "loop", "unknown", False),
    )
}


def claims(root: Path = REPO / "tests") -> Iterator[tuple[str, str, str, Path]]:
    """(technique, medium, how, file) of every ``exercises`` mark; without ``on`` every medium that has the technique.

    Raises ValueError for a name, a medium or a way that does not exist."""
    for path in sorted(root.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.exercises":
                told = {k.arg: ast.literal_eval(k.value) for k in node.keywords}
                how, media = told.get("how"), told.get("on", list(MEDIA))
                for technique in map(ast.literal_eval, node.args):
                    if named(technique) is None or how not in HOWS or not set(media) <= set(MEDIA):
                        raise ValueError(f"{path.name}:{node.lineno}: {technique}, {told}")
                    yield from ((technique, medium, how, path) for medium in media)


def table() -> str:
    """The rows of the README, one for each technique of each kind of disk, the best first."""
    found: dict[tuple[str, str], set[str]] = {}
    for technique, medium, how, path in claims():
        found.setdefault((technique, medium), set()).add(f"{how} (`{path.relative_to(REPO)}`)")
    lines = ["| medium | technique | level | how it was exercised |", "|---|---|---|---|"]
    for medium, disk in MEDIA.items():
        for rung in (*above(disk), Overwrite):
            how = ", ".join(sorted(found.get((rung.name, medium), ()))) or "not exercised"
            if not rung.is_built():
                how = "not built"
            lines.append(f"| {medium} | `{rung.name}` | {rung.level_on(disk).value} | {how} |")
    how = ", ".join(sorted({how for (name, _), hows in found.items() if name == "opal-psid" for how in hows}))
    lines.append(f"| Opal, open | `opal-psid` | purge | {how or 'not exercised'} |")
    lines.append(f"| Opal, locked | `opal-psid`, then its medium's | of what follows | {how or 'not exercised'} |")
    lines.append("| UFS, drives hidden by RST or VMD | none | – | not exercised: named, never wiped |")
    return "\n".join(lines)


def rewritten(text: str) -> str:
    """The README with the table as the tests have it now."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table()}\n\n{END}{tail}"


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
