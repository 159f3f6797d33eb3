"""The order of the stick's files: what the inventory and the first screen read comes first."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from iso import order
from tests.conftest import REPO


def test_the_first_to_be_read_has_the_highest_rank_and_all_are_above_the_rest() -> None:
    assert order.sort_file(["usr/bin/python3.13", "etc/ld.so.cache"]) == "usr/bin/python3.13 2\netc/ld.so.cache 1\n"


def test_the_tools_of_the_inventory_are_those_that_it_starts_first() -> None:
    assert order.TOOLS == ("lsblk", "smartctl", "dmidecode", "dmesg", "nvme", "hdparm")


def test_only_files_of_the_tree_are_named_each_once_and_in_the_order_of_reading(tmp_path: Path) -> None:
    for name in ("usr/bin/python3.13", "usr/lib/libc.so.6", "usr/lib/a.pyc", "usr/lib/b.pyc", "usr/sbin/smartctl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "usr/lib/link.pyc").symlink_to("a.pyc")

    def ask(argv: Sequence[str]) -> str:
        if argv[0] == "sh":
            program = "/usr/bin/python3.13" if argv[-1] == "python3" else "/usr/sbin/smartctl"
            return f"{program}\n/usr/lib/libc.so.6\n"
        return "/usr/lib/a.pyc\n/dev/null\n" if "-IS" in argv else "/usr/lib/a.pyc\n/usr/lib/link.pyc\n/usr/lib/b.pyc\n"

    assert order.first_read(tmp_path, ask) == [
        *("usr/bin/python3.13", "usr/lib/libc.so.6", "usr/lib/a.pyc", "usr/sbin/smartctl", "usr/lib/b.pyc"),
    ]


@pytest.mark.process
def test_every_module_that_an_inventory_loads_is_named() -> None:
    """A module that is missing here costs the stick a block of its own."""
    command = [sys.executable, "-X", "importtime", "-m", "agent", "inventory", "--json"]
    told = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True).stderr
    loaded = set(re.findall(r"(?m)^import time:.*\| +(agent[\w.]*)$", told))
    listing = [sys.executable, "-c", order._MODULES, *order.INVENTORY]
    files = subprocess.run(listing, cwd=REPO, capture_output=True, text=True, check=True).stdout.splitlines()
    named = {
        f"{Path(file).parent.parent.relative_to(REPO)}/{Path(file).name.split('.')[0]}"
        for file in files
        if "/agent/" in file
    }
    missing = {name for name in loaded if not {name.replace(".", "/"), f"{name}.__init__".replace(".", "/")} & named}
    assert len(loaded) > 40 and missing <= {"agent.__main__"}
