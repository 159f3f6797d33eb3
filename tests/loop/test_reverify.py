"""A second machine reads a wiped loop device again, with the record alone in a home of its own."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPO
from tests.loop.conftest import sh
from tests.loop.test_erase_command import MIB, fill, regain, the_disk

pytestmark = [pytest.mark.loop, pytest.mark.slow]
MakeLoop = Callable[..., tuple[str, Path]]


def erased(device: str, folder: Path, *more: str) -> Path:
    """Wipe it with the command; what is left is the record, alone in a folder, and nothing of the first machine."""
    home = folder / "premiere"
    suffix = str(the_disk(device, home)["identity"])[-4:]
    done = regain("erase", device, "--confirm", suffix, "--out", str(home / "out"), "--json", *more, home=home)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    alone = folder / "rapport-seul"
    alone.mkdir()
    record = Path(shutil.copy(json.loads(done.stdout.splitlines()[-1])["record"], alone))
    shutil.rmtree(home)
    return record


def again(*argv: str, folder: Path) -> tuple[int, dict[str, object], str]:
    home = folder / "seconde"
    done = regain("verify", *argv, "--json", home=home)
    assert not list(home.rglob("*")), "looking leaves nothing behind"
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("sector", [512, 4096])
def test_clean_then_one_flipped_sector_then_another_disk(make_loop: MakeLoop, tmp_path: Path, sector: int) -> None:
    device, file = make_loop(256 * MIB, sector=sector)
    fill(device, tmp_path / "mnt")
    record = erased(device, tmp_path)
    code, said, _ = again("--disk", device, str(record), folder=tmp_path)
    assert code == 0 and said["verdict"] == "same", said
    assert said["verification"]["bytes"] == 256 * MIB  # type: ignore[index]
    assert again("--disk", device, str(record), "--sample", folder=tmp_path)[0] == 0
    assert again("--disk", str(file), str(record), folder=tmp_path)[0] == 0, "the file behind it is the same disk"

    place = random.Random(20261125).randrange(256 * MIB // sector)
    with open(device, "r+b", buffering=0) as raw:
        raw.seek(place * sector)
        one = bytearray(raw.read(sector))
        one[sector // 3] ^= 0x10
        raw.seek(place * sector)
        raw.write(one)
    code, said, told = again("--disk", device, str(record), folder=tmp_path)
    assert code == 5 and said["verdict"] == "different"
    named = {"first_lba": place, "last_lba": place, "start": place * sector, "end": (place + 1) * sector}
    assert said["verification"]["mismatch_ranges"] == [named]  # type: ignore[index]
    assert said["verification"]["mismatches"] == 1 and "Secteur" in told  # type: ignore[index]

    other, _ = make_loop(256 * MIB, "autre.img", sector)
    code, said, told = again("--disk", other, str(record), folder=tmp_path)
    assert code == 3 and said["error"]["code"] == "D30" and "--as" in told  # type: ignore[index]


def test_a_copy_on_another_carrier_is_read_when_it_is_named(make_loop: MakeLoop, tmp_path: Path) -> None:
    device, _ = make_loop(64 * MIB)
    identity = str(the_disk(device, tmp_path)["identity"])
    record = erased(device, tmp_path)
    copy, copied = make_loop(96 * MIB, "copie.img")
    sh("dd", f"if={device}", f"of={copied}", "bs=1M", "conv=notrunc,fsync", "status=none")
    assert again("--disk", copy, str(record), folder=tmp_path)[0] == 3
    code, said, _ = again("--disk", copy, str(record), "--as", identity, folder=tmp_path)
    assert code == 0 and said["verification"]["bytes"] == 64 * MIB  # type: ignore[index]


def test_interrupted_it_ends_with_nine_and_writes_nothing(make_loop: MakeLoop, tmp_path: Path) -> None:
    device, file = make_loop(1024 * MIB)
    record = erased(device, tmp_path)
    before = file.stat().st_mtime_ns
    argv = [sys.executable, "-m", "agent", "verify", "--disk", device, str(record)]
    env = {**os.environ, "REGAIN_HOME": str(tmp_path / "seconde")}
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=REPO)
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("Attendu"):
            break
    time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=30)
    assert child.returncode == 9 and "P08" in told, told
    assert file.stat().st_mtime_ns == before


def test_a_disk_that_was_partitioned_since_is_told(make_loop: MakeLoop, tmp_path: Path) -> None:
    device, _ = make_loop(64 * MIB)
    record = erased(device, tmp_path)
    sh("sfdisk", "--quiet", device, input=",,L\n")
    code, said, _ = again("--disk", device, str(record), folder=tmp_path)
    assert code == 5 and said["verification"]["mismatch_ranges"][0]["first_lba"] == 0  # type: ignore[index]
