"""The whole job from the command line, for every recorded PC, and checked from outside."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MACHINES, REPO

pytestmark = [pytest.mark.process, pytest.mark.net]

NAMES = sorted(p.parent.name for p in MACHINES.glob("*/machine.json"))
WITHOUT_TARGET = {"dell-precision-5520", "qemu-standard-pc"}
RECIPE = REPO / "profiles" / "recipes" / "linux.yaml"


def regain(*argv: str, home: Path, stdin: str = "", timeout: float = 120) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "REGAIN_HOME": str(home), "REGAIN_IMAGES": str(home / "images")}
    command = [sys.executable, "-m", "agent", *argv]
    return subprocess.run(command, capture_output=True, text=True, input=stdin, env=env, cwd=REPO, timeout=timeout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("regain")


@pytest.fixture(scope="module")
def runs(home: Path) -> dict[str, subprocess.CompletedProcess[str]]:
    """Every recorded PC, one after the other, into the same registry."""
    return {name: regain("bench", "--machine", name, "--plain", "--recipe", str(RECIPE), home=home) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_pc_completes(runs: dict[str, subprocess.CompletedProcess[str]], name: str) -> None:
    done = runs[name]
    assert done.returncode == (3 if name in WITHOUT_TARGET else 0), done.stdout + done.stderr
    assert "reçu vérifié" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 78
    assert ("TERMINÉ" in done.stdout) or ("À VOUS" in done.stdout)


def test_the_registry_holds_them_all_and_its_books_are_right(
    home: Path, runs: dict[str, subprocess.CompletedProcess[str]]
) -> None:
    database = home / "bench" / "registry" / "registre.sqlite"
    with sqlite3.connect(database) as db:
        assert db.execute("select count(*) from report").fetchone()[0] == len(NAMES)
        assert db.execute("select count(*) from device").fetchone()[0] == len(NAMES)
    audit = regain("registry", "audit", "--db", f"sqlite:///{database}", home=home)
    assert audit.returncode == 0, audit.stdout + audit.stderr


def test_verify_accepts_what_was_made_and_refuses_one_flipped_byte(
    home: Path, runs: dict[str, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    records = home / "bench" / "records"
    papers = sorted([*records.glob("EX-*[0-9].jws"), *records.glob("*.pdf")])
    assert len(papers) == 2 * len(NAMES)
    every = regain("verify", *map(str, papers), home=home)
    assert every.returncode == 0, every.stdout + every.stderr
    keys = records / "cles-publiques.json"
    for paper in (papers[0], papers[-1], papers[len(papers) // 2]):
        data = bytearray(paper.read_bytes())
        for position in (10, len(data) // 2, len(data) - 12):
            changed = bytearray(data)
            changed[position] ^= 0x01
            target = tmp_path / paper.name
            target.write_bytes(changed)
            assert regain("verify", str(target), "--keys", str(keys), home=home).returncode == 5, (paper, position)


def test_openssl_verifies_the_signature_too(
    home: Path, runs: dict[str, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    records = home / "bench" / "records"
    record = sorted(records.glob("EX-*[0-9].jws"))[0]
    head, body, signature = record.read_text().strip().split(".")
    (tmp_path / "signed").write_text(f"{head}.{body}")
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=="))
    pem = next(records.glob("cle-*.pem"))
    argv = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(pem), "-rawin"]
    argv += ["-in", str(tmp_path / "signed"), "-sigfile", str(tmp_path / "signature")]
    assert "Verified Successfully" in subprocess.run(argv, capture_output=True, text=True).stdout
    (tmp_path / "signed").write_text(f"{head}.{body[:-1]}A")
    assert subprocess.run(argv, capture_output=True).returncode != 0


def test_the_json_stream_is_the_journal(tmp_path: Path) -> None:
    done = regain("bench", "--machine", NAMES[0], "--json", home=tmp_path)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["event"] == "job_started" and events[-1]["event"] == "job_finished"
    assert [e["seq"] for e in events] == sorted(e["seq"] for e in events)
    finished = [e for e in events if e["event"] == "erasure_finished"]
    proven = ("purged", "cleared", "cleared_with_exceptions")
    assert finished and all(e["outcome"] in proven and e["verification"]["mismatches"] == 0 for e in finished)
    journal = next((tmp_path / "bench" / "journal").glob("*.jsonl"))
    kept = [json.loads(line)["seq"] for line in journal.read_text().splitlines()]
    assert kept == [e["seq"] for e in events if e["event"] not in ("progress", "command_running")]


@pytest.mark.parametrize(
    ("argv", "code", "word"),
    [
        (["bench", "--machine", "nothere", "--plain"], 2, "M05"),
        (["bench", "--machine", "dell-optiplex-7010", "--plain", "--fault", "nonsense"], 2, "M09"),
        (["bench", "--machine", "dell-optiplex-7010", "--plain", "--recipe", "/nonexistent"], 2, "M08"),
        (["bench", "--machine", "dell-optiplex-7010", "--plain", "--fault", "stick-full"], 3, "C01"),
        (["bench", "--machine", "dell-optiplex-7010", "--plain", "--fault", "disk-vanishes"], 4, "ÉCHEC"),
        (["bench", "--machine", "dell-optiplex-7010", "--plain", "--fault", "power-cut"], 4, "INCONNU"),
        (["bench", "--machine", "dell-optiplex-7010", "--plain", "--fault", "registry-down"], 0, "EN ATTENTE D’ENVOI"),
        (["bench"], 2, "--plain"),
        (["verify", "/nonexistent.jws"], 2, "M08"),
        (["nonsense"], 2, ""),
    ],
)
def test_bad_input_ends_in_a_sentence_and_its_exit_code(tmp_path: Path, argv: list[str], code: int, word: str) -> None:
    done = regain(*argv, home=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    assert word in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_recipe_with_mistakes_names_each_place(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("schema: regain-recipe/1\nsystem: macos\nchosen_by: x\nextra: 1\n")
    done = regain("bench", "--machine", NAMES[0], "--plain", "--recipe", str(recipe), home=tmp_path)
    assert done.returncode == 2
    assert "system" in done.stderr and "extra" in done.stderr


def test_windows_by_recipe_where_it_may_not_run(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("schema: regain-recipe/1\nsystem: windows\nchosen_by: x\n")
    done = regain("bench", "--machine", "dell-optiplex-7010", "--plain", "--recipe", str(recipe), home=tmp_path)
    assert done.returncode == 7 and "P10" in done.stderr


def test_what_waited_is_sent_by_the_next_run(tmp_path: Path) -> None:
    first = regain("bench", "--machine", NAMES[3], "--plain", home=tmp_path)
    assert first.returncode == 0
    down = regain("bench", "--machine", NAMES[3], "--plain", "--fault", "registry-down", home=tmp_path)
    assert "EN ATTENTE" in down.stdout
    regain("bench", "--machine", NAMES[3], "--plain", home=tmp_path)
    outbox = tmp_path / "bench" / "station" / "outbox"
    assert not list((outbox / "pending").glob("*.jws"))
    assert len(list((outbox / "sent").glob("*.receipt.jws"))) == 3


def test_typed_answers_on_a_text_terminal(tmp_path: Path) -> None:
    """The same typed consent in text mode, by a person: a wrong end first, then the right one."""
    import pexpect

    env = {**os.environ, "REGAIN_HOME": str(tmp_path), "TERM": "linux"}
    child = pexpect.spawn(
        sys.executable, ["-m", "agent", "bench", "--machine", "dell-optiplex-7010", "--plain"],
        env=env, cwd=str(REPO), encoding="utf-8", timeout=60,
    )  # fmt: skip
    child.expect("étiquette")
    child.sendline("")
    child.expect("Votre choix")
    child.sendline("2")  # not possible on this PC: asked again
    child.expect("Votre choix")
    child.sendline("3")
    child.expect("derniers caractères")
    child.sendline("0000")
    child.expect("Ce n’est pas la fin")
    child.expect("derniers caractères")
    child.sendline("9306")
    child.expect("TERMINÉ")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
