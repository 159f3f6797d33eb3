"""``regain erase`` then ``regain install`` as a person runs them: the lock, the record, the exit codes.

Needs the ``minimal`` image (see test_install_linux).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.model.profile import ImageEntry

from .test_install_linux import image  # noqa: F401 a fixture

pytestmark = [pytest.mark.loop, pytest.mark.slow]

SIZE = (2 << 30) + (64 << 20)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[str]:
    file = tmp_path / "disk.img"
    with file.open("wb") as f:
        f.truncate(SIZE)
    made = subprocess.run(["losetup", "--show", "-f", str(file)], capture_output=True, text=True, check=True)
    device = made.stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["partx", "-d", device], capture_output=True, check=False)
        subprocess.run(["losetup", "-d", device], check=True)


class Regain:
    def __init__(self, home: Path) -> None:
        self.out = home / "records"
        self._env = {**os.environ, "REGAIN_HOME": str(home)}

    def __call__(self, *argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "agent", *argv]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=self._env, timeout=300)

    def suffix(self, disk: str) -> str:
        rows = json.loads(self("disks", "--json").stdout)
        return next(str(row["identity"])[-4:] for row in rows if row["path"] == disk)

    def install(self, disk: str, file: Path, *more: str, confirm: str = "") -> subprocess.CompletedProcess[str]:
        suffix = confirm or self.suffix(disk)
        argv = ("install", disk, "--profile", "minimal", "--image", str(file), "--confirm", suffix)
        return self(*argv, "--out", str(self.out), *more)


@pytest.fixture
def regain(tmp_path: Path) -> Regain:
    return Regain(tmp_path / "home")


def _blank(disk: str) -> bool:
    with Path(disk).open("rb") as file:
        return not any(file.read(1 << 20))


def test_the_install_is_locked_until_the_erasure_is_proven(
    disk: str,
    regain: Regain,
    image: tuple[Path, ImageEntry],  # noqa: F811
    tmp_path: Path,
) -> None:
    locked = regain.install(disk, image[0])
    assert locked.returncode == 3 and "S01" in locked.stderr and _blank(disk)
    wrong = regain.install(disk, image[0], "--unproven", "essai", confirm="ZZZZ")
    assert wrong.returncode == 3 and "P01" in wrong.stderr and _blank(disk)

    erased = regain("erase", disk, "--confirm", regain.suffix(disk), "--out", str(regain.out), "--json")
    assert erased.returncode == 0, erased.stderr
    record = Path(json.loads(erased.stdout.splitlines()[-1])["record"])

    torn = tmp_path / "torn.jws"
    token = record.read_text()
    torn.write_text(token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBB"))
    assert regain.install(disk, image[0], "--erasure-record", str(torn)).returncode == 5

    done = regain.install(disk, image[0], "--erasure-record", str(record), "--json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["event"] == "install_finished" and lines[-1]["verified"] == "checked"
    assert [line["step"] for line in lines if line["event"] == "step_finished"][-1] == "step-check"
    verified = regain("verify", lines[-1]["record"], "--keys", str(regain.out / "cles-publiques.json"))
    assert verified.returncode == 0, verified.stderr
    table = json.loads(subprocess.run(["sfdisk", "--json", disk], capture_output=True, check=True).stdout)
    assert [p["name"] for p in table["partitiontable"]["partitions"]] == ["bios_boot", "ESP", "root"]


def test_a_record_of_another_disk_unlocks_nothing(
    disk: str,
    regain: Regain,
    image: tuple[Path, ImageEntry],  # noqa: F811
    tmp_path: Path,
) -> None:
    small = tmp_path / "small.img"
    with small.open("wb") as f:
        f.truncate(16 << 20)
    made = subprocess.run(["losetup", "--show", "-f", str(small)], capture_output=True, text=True, check=True)
    other = made.stdout.strip()
    try:
        erased = regain("erase", other, "--confirm", regain.suffix(other), "--out", str(regain.out), "--json")
        assert erased.returncode == 0, erased.stderr
    finally:
        subprocess.run(["losetup", "-d", other], check=True)
    record = json.loads(erased.stdout.splitlines()[-1])["record"]
    refused = regain.install(disk, image[0], "--erasure-record", record)
    assert refused.returncode == 3 and "S01" in refused.stderr and _blank(disk)


def test_a_reason_unlocks_and_is_signed(disk: str, regain: Regain, image: tuple[Path, ImageEntry]) -> None:  # noqa: F811
    done = regain.install(disk, image[0], "--unproven", "disque neuf, facture 12", "--json")
    assert done.returncode == 0, done.stderr
    record = Path(json.loads(done.stdout.splitlines()[-1])["record"])
    said = json.loads(regain("verify", str(record), "--json").stdout)
    assert "disque neuf, facture 12" in json.dumps(said) or "disque neuf, facture 12" in _payload(record)


def _payload(record: Path) -> str:
    import base64

    body = record.read_text().split(".")[1]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("utf-8")
