"""What the stick reads first lies side by side in its compressed file.

The inventory and the first screen read some four hundred small files. In the order of the folders each of them lies in
another block, which has to be read and unpacked whole for its sake; next to each other a block gives thirty of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from agent.inventory.first import lines
from agent.loaded import INVENTORY

SCREEN = ("agent.cli.app", "agent.tui.app", "agent.tui.screens.home", "agent.tui.screens.hardware")
"""Modules; what they need follows from Python itself."""

TOOLS = tuple(dict.fromkeys(argv[0] for argv, _seconds in lines([("sda", "ata"), ("nvme0n1", "nvme")])))

ALWAYS = ("etc/ld.so.cache", "usr/lib/locale/C.utf8/LC_CTYPE", "usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache")
PROGRAM = ("usr/local/bin/regain", "usr/lib/regain/inventory.modules")
WORDS = ("usr/lib/regain/agent/locale/fr/*.ftl", "usr/lib/regain/agent/tui/*.tcss")

_MODULES = """
import importlib, sys
sys.path.insert(0, "/usr/lib/regain")
for name in sys.argv[1:]:
    importlib.import_module(name)
for spec in [getattr(module, "__spec__", None) for module in list(sys.modules.values())]:
    if spec is not None and spec.has_location:
        print(spec.cached or spec.origin)
"""
"""In the tree: compiled files, or libraries, of these modules and of all that they load, in the order of reading."""

_LIBRARIES = r"""for program in "$@"; do
    path=$(command -v "$program") && readlink -f "$path" && ldd "$path" | grep -o '/[^ ]*' | xargs -r readlink -f
done
"""


def first_read(tree: Path, ask: Callable[[Sequence[str]], str]) -> list[str]:
    """Paths in the tree, as it has them, without a first "/". ``ask`` gives what a program in the tree prints."""

    def modules(*options_and_names: str) -> list[str]:
        options = [word for word in options_and_names if word.startswith("-")]
        names = [word for word in options_and_names if not word.startswith("-")]
        return ask(["python3", "-B", *options, "-c", _MODULES, *names]).splitlines()

    def libraries(*programs: str) -> list[str]:
        return ask(["sh", "-c", _LIBRARIES, "sh", *programs]).splitlines()

    words = [path for pattern in WORDS for path in sorted(tree.glob(pattern))]
    found = [
        *libraries("python3"),
        *ALWAYS,
        *PROGRAM,
        *modules("-IS", *INVENTORY),
        *libraries(*TOOLS),
        *modules("-I", *SCREEN),
        *(str(path.relative_to(tree)) for path in words),
    ]
    named = dict.fromkeys(path.lstrip("/") for path in found)
    return [name for name in named if (tree / name).is_file() and not (tree / name).is_symlink()]


def sort_file(paths: Sequence[str]) -> str:
    """For ``mksquashfs -sort``: a path and its rank a line, the highest first; what is not named has rank 0."""
    return "".join(f"{path} {len(paths) - number}\n" for number, path in enumerate(paths))
