"""A second program and a second person on a real loop device; the record says both, and zeros are what is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loop.conftest import sh
from tests.loop.test_erase_command import MIB, _body, fill, regain, the_disk

pytestmark = [pytest.mark.loop, pytest.mark.slow]
MakeLoop = Callable[..., tuple[str, Path]]


@pytest.mark.parametrize("tool", ["cmp", "badblocks", "sha256"])
def test_another_program_and_another_person(make_loop: MakeLoop, tmp_path: Path, tool: str) -> None:
    device, file = make_loop(130 * MIB)
    fill(device, tmp_path / "mnt")
    suffix = str(the_disk(device, tmp_path)["identity"])[-4:]
    out = tmp_path / "out"
    argv = ["erase", device, "--confirm", suffix, "--out", str(out), "--json", "--operator", "0042"]
    done = regain(*argv, "--second-tool", tool, "--second-person", "0099", home=tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["outcome"] == "cleared"
    payload = json.loads(_body(Path(last["record"])))
    entry = payload["erasures"][0]
    theirs = entry["second_checks"][-1]
    assert (theirs["tool"], theirs["by"], theirs["agrees"], theirs["bytes"]) == (tool, "0099", True, 130 * MIB)
    assert payload["operator"] == "0042" and payload["checker"] == "0099"
    assert {"second_tool_agrees", "second_person", "read_back_full"} <= set(entry["evidence"])
    zero = tool != "sha256"
    assert [p["cipher"] for p in entry["overwrite"]] == ["aes-256-ctr", "zeros"][: 1 + zero]
    assert any(file.read_bytes()) is not zero
    text = sh("pdftotext", "-layout", last["certificate"], "-").stdout
    assert "Second contrôle" in text and "0099" in text and "État du disque" in text
    again = regain("verify", "--disk", device, last["record"], "--json", home=tmp_path / "seconde")
    assert again.returncode == 0 and json.loads(again.stdout)["expected"]["cipher"] == entry["overwrite"][-1]["cipher"]


def test_wrong_usage_writes_nothing(make_loop: MakeLoop, tmp_path: Path) -> None:
    device, file = make_loop(16 * MIB)
    suffix = str(the_disk(device, tmp_path)["identity"])[-4:]
    base = ["erase", device, "--confirm", suffix, "--out", str(tmp_path / "out")]
    for more in (
        ["--second-tool", "md5sum"],
        ["--second-person", "0099"],
        ["--operator", "0042", "--second-tool", "cmp", "--second-person", "0042"],
    ):
        done = regain(*base, *more, home=tmp_path)
        assert done.returncode == 2 and "X02" in done.stderr, (more, done.stderr)
    assert not any(file.read_bytes())
