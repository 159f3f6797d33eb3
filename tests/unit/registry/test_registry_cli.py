"""``regain registry``: what it prints, and its exit codes."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import update
from typer.testing import CliRunner

from agent.cli import registry as commands
from agent.model.errors import Fault
from agent.registry import schema, server
from agent.report.sign import SigningKey
from tests.unit.registry.house import House

RUNNER = CliRunner()


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    made.callback()(lambda: None)
    commands.register(made)
    return made


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A served database with two reports; its key file lies beside it, as ``serve`` leaves it."""
    from agent.registry.keyfile import load_or_make

    monkeypatch.delenv("REGAIN_LANG", raising=False)
    house = House(tmp_path, key=load_or_make(tmp_path / "registre.key", exercise=False))
    stick = house.stick()
    house.send(stick)
    house.send(stick, tag="RC00001B", inventory={"system": {}, "cpu": {}})
    house.store.close()
    return str(tmp_path / "registre.sqlite")


def test_a_code_from_the_command_line_enrols(app: typer.Typer, db: str, tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["registry", "enrol-code", "--workshop", "bd", "--days", "3", "--db", db])
    assert done.exit_code == 0, done.output
    code = done.stdout.strip()
    assert len(code) == 14 and "atelier BD" in done.stderr
    house = House(tmp_path, key=server.settings_for(db=db).key)
    assert house.enrol(SigningKey.generate(exercise=False), code).json()["workshop"] == "BD"
    told = json.loads(RUNNER.invoke(app, ["registry", "enrol-code", "--workshop", "RC", "--db", db, "--json"]).stdout)
    assert set(told) == {"code", "workshop", "days"} and told["days"] == 14
    house.store.close()


def test_wrong_letters_are_wrong_usage(app: typer.Typer, db: str) -> None:
    assert RUNNER.invoke(app, ["registry", "enrol-code", "--workshop", "R1", "--db", db]).exit_code == 2


def test_a_sound_registry_passes_its_audit(app: typer.Typer, db: str) -> None:
    done = RUNNER.invoke(app, ["registry", "audit", "--db", db])
    assert done.exit_code == 0 and "2 rapports" in done.stdout
    told = json.loads(RUNNER.invoke(app, ["registry", "audit", "--db", db, "--json"]).stdout)
    assert told["findings"] == [] and told["reports"] == 2 and told["head"] in done.stdout


def test_a_damaged_registry_ends_in_exit_5_with_a_list(app: typer.Typer, db: str) -> None:
    store = House(Path(db).parent, key=server.settings_for(db=db).key).store
    with store.write() as connection:
        connection.execute(update(schema.report).where(schema.report.c.seq == 1).values(jws="a.b.c"))
    store.close()
    done = RUNNER.invoke(app, ["registry", "audit", "--db", db])
    assert done.exit_code == 5
    assert "entrée 1" in done.stderr and "R10" in done.stderr
    as_json = RUNNER.invoke(app, ["registry", "audit", "--db", db, "--json"])
    assert as_json.exit_code == 5 and json.loads(as_json.stdout)["findings"][0]["seq"] == 1
    assert RUNNER.invoke(app, ["registry", "rebuild", "--db", db]).exit_code == 5


def test_rebuild_mends_what_was_changed(app: typer.Typer, db: str) -> None:
    store = House(Path(db).parent, key=server.settings_for(db=db).key).store
    with store.write() as connection:
        connection.execute(update(schema.device).values(state="done", product="autre"))
    store.close()
    assert RUNNER.invoke(app, ["registry", "audit", "--db", db]).exit_code == 5
    assert RUNNER.invoke(app, ["registry", "rebuild", "--db", db]).exit_code == 0
    assert RUNNER.invoke(app, ["registry", "audit", "--db", db]).exit_code == 0


def test_export_to_stdout_and_to_a_file(app: typer.Typer, db: str, tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["registry", "export", "--db", db])
    assert done.exit_code == 0 and done.stdout_bytes.startswith(b"\xef\xbb\xbf") and done.stdout.count("RC0") >= 2
    out = tmp_path / "postes.json"
    assert RUNNER.invoke(app, ["registry", "export", "--format", "json", "--out", str(out), "--db", db]).exit_code == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["exercise"] is False and {d["tag"] for d in told["devices"]} == {"RC02041U", "RC00001B"}
    assert RUNNER.invoke(app, ["registry", "export", "--format", "xml", "--db", db]).exit_code == 2


def test_a_lost_stick_is_revoked(app: typer.Typer, db: str) -> None:
    assert RUNNER.invoke(app, ["registry", "revoke", "nobody", "--db", db]).exit_code == 8
    store = House(Path(db).parent, key=server.settings_for(db=db).key).store
    with store.read() as connection:
        kid = connection.scalar(
            schema.key.select().with_only_columns(schema.key.c.kid).where(schema.key.c.role == "stick")
        )
    store.close()
    assert RUNNER.invoke(app, ["registry", "revoke", "--why", "perdue", "--db", db, "--", str(kid)]).exit_code == 0


def test_an_audit_makes_no_database(app: typer.Typer, tmp_path: Path) -> None:
    missing = tmp_path / "rien.sqlite"
    assert RUNNER.invoke(app, ["registry", "audit", "--db", str(missing)]).exit_code == 2
    assert not missing.exists()


@pytest.mark.parametrize("command", [["serve"], ["enrol-code", "--workshop", "RC"], ["audit"], ["rebuild"], ["export"]])
def test_without_the_extra_one_clear_sentence(
    app: typer.Typer, command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = importlib.util.find_spec

    def without(name: str, *args: Any) -> Any:
        return None if name in ("fastapi", "sqlalchemy") else real(name, *args)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    monkeypatch.chdir(tmp_path)
    done = RUNNER.invoke(app, ["registry", *command])
    assert done.exit_code == 2
    assert "R06" in done.stderr and "fastapi, sqlalchemy" in done.stderr and done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("listen", "expected"),
    [("127.0.0.1:8080", ("127.0.0.1", 8080)), ("[::1]:80", ("::1", 80)), ("0.0.0.0:0", ("0.0.0.0", 0))],
)
def test_addresses(listen: str, expected: tuple[str, int]) -> None:
    assert server.address(listen) == expected


@pytest.mark.parametrize("listen", ["", "8080", ":8080", "host:", "host:x", "host:70000"])
def test_addresses_that_are_none(listen: str) -> None:
    with pytest.raises(Fault):
        server.address(listen)


def test_pages_are_open_on_loopback_only() -> None:
    assert [server.is_loopback(h) for h in ("127.0.0.1", "::1", "localhost")] == [True] * 3
    assert [server.is_loopback(h) for h in ("0.0.0.0", "192.168.1.2", "registre.example", "::")] == [False] * 4
