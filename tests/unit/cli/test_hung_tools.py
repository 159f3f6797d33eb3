"""``regain inventory --json`` itself, on this computer, beside a tool that hangs, one that is missing, one that prints
garbage: those facts say why, all others are there, on time, and no process is left.

The tools are exchanged in a mount namespace of this test alone (mount_namespaces(7)).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPO

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may exchange tools in a namespace"),
]

HUNG_S, SLACK_S = 5.0, 8.0
_HANGS = """#!/bin/sh
sh -c "trap '' TERM HUP INT; while :; do sleep 9; done" {mark} &
exec sh -c "trap '' TERM HUP INT; while :; do sleep 9; done" {mark}
"""
_GARBAGE = "#!/bin/sh\nprintf '\\377\\376{{ not an answer'\n"


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Any]:
    """What the program printed; with it ``seconds`` and the processes that were ``left``."""
    fakes, view, real = tmp_path / "fakes", tmp_path / "view", tmp_path / "real"
    for folder in (fakes, view, real):
        folder.mkdir()
    mark = str(tmp_path)
    _program(fakes / "dmidecode", _HANGS.format(mark=mark))
    _program(fakes / "lsblk", _GARBAGE)
    home = Path(shutil.which("dmesg") or "/usr/bin/dmesg").resolve().parent
    for tool in home.iterdir():
        if tool.name != "dmesg":
            (view / tool.name).symlink_to(real / tool.name)
    exchanged = f"""
        mount --bind {fakes} /usr/local/sbin
        mount --bind {home} {real}
        mount --bind {view} {home}
        cd {REPO} && exec {sys.executable} -m agent inventory --json
    """
    started = time.monotonic()
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", exchanged], capture_output=True, timeout=60, check=False, text=True
    )
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    wire: dict[str, Any] = json.loads(done.stdout)
    left = [
        folder.name
        for folder in Path("/proc").glob("[0-9]*")
        if (folder / "cmdline").exists() and mark in (folder / "cmdline").read_text(errors="replace")
    ]
    return {**wire, "seconds": seconds, "left": left}


def test_a_hung_a_missing_and_a_babbling_tool(found: dict[str, Any]) -> None:
    assert found["firmware"]["admin_password"] == {"unreadable": "time-out: dmidecode"}
    assert found["missing_firmware"] == {"unreadable": "tool missing: dmesg"}
    disks = found["disks"]  # the kernel's own list stands in; what is in use cannot be told
    assert "unreadable" in disks or all("not JSON" in disk["in_use"]["unreadable"] for disk in disks)
    cpuinfo = Path("/proc/cpuinfo").read_text()
    assert f"model\t\t: {found['cpu']['model']}\n" in cpuinfo
    assert found["cpu"]["threads"] == cpuinfo.count("processor\t:")
    assert found["memory"]["usable_bytes"] > 0
    assert found["firmware"]["mode"] in ("uefi", "bios")
    assert isinstance(found["network"], list)
    assert found["seconds"] < HUNG_S + SLACK_S
    assert found["took_s"] < HUNG_S + SLACK_S
    assert found["left"] == []
