"""``regain erase`` on a real loop device with a real file system, checked by reading the raw file from outside."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.conftest import REPO
from tests.loop.conftest import sh

pytestmark = [pytest.mark.loop, pytest.mark.slow]

MIB = 1 << 20
SECRET = b"DOSSIER-DU-DONATEUR"
MakeLoop = Callable[..., tuple[str, Path]]


def regain(*argv: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "REGAIN_HOME": str(home)}
    return subprocess.run([sys.executable, "-m", "agent", *argv], capture_output=True, text=True, env=env, cwd=REPO)


def fill(device: str, folder: Path) -> None:
    """A real ext4 with real files."""
    sh("mkfs.ext4", "-q", "-F", device)
    folder.mkdir()
    sh("mount", device, str(folder))
    try:
        for number in range(40):
            (folder / f"lettre-{number}.txt").write_bytes((SECRET + f" {number}\n".encode()) * 20_000)
        for source in sorted((REPO / "agent").rglob("*.py"))[:60]:
            (folder / source.name).write_bytes(source.read_bytes())
    finally:
        sh("umount", str(folder))


def the_disk(device: str, home: Path) -> dict[str, object]:
    rows = json.loads(regain("disks", "--json", home=home).stdout)
    return next(row for row in rows if row["path"] == device)  # type: ignore[no-any-return]


def stream(key: str, offset: int, size: int) -> bytes:
    """What must stand on the disk, by another path than the product's: AES-256-CTR, counter = offset / 16."""
    counter = (offset // 16).to_bytes(16, "big")
    encryptor = Cipher(algorithms.AES(bytes.fromhex(key)), modes.CTR(counter)).encryptor()
    return encryptor.update(bytes(size))


@pytest.mark.exercises("overwrite", how="loop device", on=["disk image (loop)"])
def test_a_real_file_system_is_gone_and_everything_agrees(make_loop: MakeLoop, tmp_path: Path) -> None:
    device, file = make_loop(1024 * MIB)
    fill(device, tmp_path / "mnt")
    assert SECRET in file.read_bytes()
    row = the_disk(device, tmp_path)
    assert row["excluded"] is None and str(row["identity"]).startswith("FILE-")
    out = tmp_path / "out"
    done = regain("erase", device, "--confirm", str(row["identity"])[-4:], "--out", str(out), "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["event"] == "erasure_finished" and last["outcome"] == "cleared"
    assert last["bytes"] == 1024 * MIB and last["verification"] == {
        "mode": "full",
        "bytes": 1024 * MIB,
        "seconds": last["verification"]["seconds"],
        "mismatches": 0,
    }

    content = file.read_bytes()
    assert SECRET not in content and b"lettre-" not in content and content[1080:1082] != b"\x53\xef"
    assert subprocess.run(["blkid", "-p", str(file)], capture_output=True).stdout == b"", "no signature of any kind"

    record, certificate = Path(last["record"]), Path(last["certificate"])
    verdict = regain("verify", str(record), str(certificate), "--json", home=tmp_path)
    assert verdict.returncode == 0, verdict.stderr
    payload = json.loads(_body(record))
    erasure = payload["erasures"][0]
    assert erasure["outcome"] == "cleared" and erasure["disk"]["size_bytes"] == 1024 * MIB
    key = erasure["overwrite"][0]["key"]
    for offset in (0, 4096 * 1000, 1024 * MIB - 65536):
        assert content[offset : offset + 65536] == stream(key, offset, 65536)
    text = sh("pdftotext", str(certificate), "-").stdout
    assert payload["certificate_number"] in text and str(row["identity"]) in text
    assert "Effacement simple" in text and "Purge" not in text.split("Effacement simple")[0]


def _body(record: Path) -> bytes:
    import base64

    part = record.read_text().split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_refusals_write_nothing(make_loop: MakeLoop, tmp_path: Path) -> None:
    device, file = make_loop(64 * MIB)
    fill(device, tmp_path / "mnt")
    before = file.read_bytes()
    suffix = str(the_disk(device, tmp_path)["identity"])[-4:]
    out = ["--out", str(tmp_path / "out")]
    wrong = "0000" if suffix != "0000" else "1111"
    for argv, code in (
        ([device, "--confirm", wrong], "P01"),
        ([device, "--confirm", ""], "P01"),
        ([device, "--confirm", suffix, "--level", "purge"], "D16"),
        ([device, "--confirm", suffix, "--method", "ata-security-erase"], "D15"),
        (["/dev/loop-not-there", "--confirm", suffix], "D01"),
        ([_root_device(), "--confirm", suffix], "D03"),
    ):
        done = regain("erase", *argv, *out, home=tmp_path)
        assert done.returncode == 3 and code in done.stderr, (argv, done.stdout, done.stderr)
    sh("mount", device, str(tmp_path / "mnt"))
    try:
        done = regain("erase", device, "--confirm", suffix, *out, home=tmp_path)
        assert done.returncode == 3 and "D03" in done.stderr, done.stderr
    finally:
        sh("umount", str(tmp_path / "mnt"))
    assert file.read_bytes().count(SECRET) == before.count(SECRET)


def _root_device() -> str:
    source = sh("findmnt", "-no", "SOURCE", "/").stdout.strip()
    return re.sub(r"p?\d+$", "", source) if not source.endswith("da") else source


def test_killed_twenty_times_the_journal_tells_the_truth(make_loop: MakeLoop, tmp_path: Path) -> None:
    """SIGKILL to the whole command at random moments. Before each last mark the disk must be the stream of that key,
    and the next run must go on from there, until the disk is proven."""
    device, file = make_loop(1024 * MIB)
    fill(device, tmp_path / "mnt")
    suffix = str(the_disk(device, tmp_path)["identity"])[-4:]
    out = tmp_path / "out"
    argv = [sys.executable, "-m", "agent", "erase", device, "--confirm", suffix, "--out", str(out), "--json"]
    env = {**os.environ, "REGAIN_HOME": str(tmp_path)}
    chance = random.Random(20261124)
    kills = 0
    positions: list[int] = []
    while kills < 20:
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=env, cwd=REPO, start_new_session=True)
        assert child.stdout is not None
        for line in child.stdout:  # wait until it writes, then strike
            if json.loads(line)["event"] == "pass_started":
                break
        time.sleep(chance.uniform(0.0, 0.2))  # a quick disk writes and reads back a gigabyte in half a second
        child.send_signal(signal.SIGKILL)
        child.communicate()
        kills += 1
        _wait_until_free(device)
        events = _journal(out)
        if not any(e["event"] == "mark" for e in events):
            positions.append(0)
            continue
        mark = [e for e in events if e["event"] == "mark"][-1]
        positions.append(mark["offset"])
        _check_stream(file, mark)
        assert not [e for e in events if e["event"] == "erasure_finished" and e["outcome"] != "unknown"], (
            "no result yet"
        )
        if mark["offset"] >= 1024 * MIB:
            break  # the write is over; what is left is the read-back
    while kills < 20:  # the rest of the kills land in the read-back
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=env, cwd=REPO, start_new_session=True)
        assert child.stdout is not None
        for line in child.stdout:
            if json.loads(line)["event"] == "verify_started":
                break
        time.sleep(chance.uniform(0.0, 0.05))  # a quiet machine reads it back in a fifth of a second
        child.send_signal(signal.SIGKILL)
        child.communicate()
        kills += 1
        _wait_until_free(device)
    assert positions == sorted(positions), "a run never starts further back than the one before"
    done = subprocess.run(argv, capture_output=True, text=True, env=env, cwd=REPO)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [e["resumed"] for e in lines if e["event"] == "erasure_started"] == [True]
    assert lines[-1]["outcome"] == "cleared"
    payload = json.loads(_body(Path(lines[-1]["record"])))
    assert SECRET not in file.read_bytes()
    assert payload["erasures"][0]["outcome"] == "cleared"


def _journal(out: Path) -> list[dict[str, object]]:
    """All whole lines of all journals, oldest file first."""
    found: list[dict[str, object]] = []
    for path in sorted((out / "journal").glob("*.jsonl*")):
        text = path.read_text()
        found += [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
    return found


def _check_stream(file: Path, mark: dict[str, object]) -> None:
    key, end = str(mark["key"]), int(str(mark["offset"]))
    with open(file, "rb") as raw:
        for offset in range(0, end, 32 * MIB):
            size = min(256 * 1024, end - offset)
            raw.seek(offset)
            assert raw.read(size) == stream(key, offset, size), f"the mark lies at {offset} of {end}"
        raw.seek(max(0, end - MIB))
        assert raw.read(MIB) == stream(key, max(0, end - MIB), MIB), "the mark lies at its own end"


def _wait_until_free(device: str) -> None:
    """The worker notices that its parent is gone, syncs and leaves; the device is then free again."""
    limit = time.monotonic() + 15
    while time.monotonic() < limit:
        try:
            os.close(os.open(device, os.O_RDWR | os.O_EXCL))
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the worker outlived its parent")
