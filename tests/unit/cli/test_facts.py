"""``regain inventory``, ``parse``, ``record`` as a person and as a program see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from agent.cli import facts
from agent.inventory.collect import collect
from agent.locale import LANGUAGES, words
from agent.machine.recorded import RecordedMachine, list_machines
from agent.model.errors import Fault

MACHINES = Path(__file__).resolve().parents[2] / "machines"
CARDS = list_machines(MACHINES)


def regain(*words_: str) -> Any:
    app = typer.Typer()
    facts.register(app)
    return CliRunner().invoke(app, list(words_))


CONTRACT = {
    "system": {"manufacturer", "product", "version", "serial", "uuid", "serial_quality"},
    "board": set(),
    "chassis": {"type"},
    "firmware": {"vendor", "version", "date", "mode", "uefi_supported", "secure_boot"},
    "cpu": {"brand_raw", "vendor", "family", "model", "stepping", "cores", "threads", "flags"},
    "memory": {"installed_bytes", "slots", "modules"},
    "tpm": {"present", "version"},
}
LISTS = ("disks", "gpus", "displays", "batteries", "network")


@pytest.mark.parametrize("card", CARDS, ids=lambda c: c.name)
def test_the_contract_of_the_json_form(card: Any) -> None:
    result = regain("inventory", "--machine", card.name, "--json")
    assert result.exit_code == 0
    wire = json.loads(result.stdout)
    for section, keys in CONTRACT.items():
        assert keys <= set(wire[section]), (section, keys - set(wire[section]))
    for name in LISTS:
        assert isinstance(wire[name], list) or set(wire[name]) <= {"absent", "unreadable"}, name
    assert wire["oem_windows_key"] in ("present", "absent", "unknown")
    assert wire["firmware"]["secure_boot"] in ("on", "off", "setup", "unsupported", "unknown")
    assert all("extra" not in disk for disk in wire["disks"])


def test_disks_carry_what_their_tools_tell_under_flat_keys() -> None:
    wire = json.loads(regain("inventory", "--machine", "dell-optiplex-7010", "--json").stdout)
    assert wire["disks"][0]["hpa"]["enabled"] is False
    assert wire["disks"][0]["security"]["frozen"] is True


@pytest.mark.parametrize("card", CARDS, ids=lambda c: c.name)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheet_fits_and_says_everything(card: Any, lang: str) -> None:
    found = collect(RecordedMachine(card.path))
    lines = list(facts.inventory_text(found, words(lang), name=card.name))
    assert all(len(line) <= 78 for line in lines)
    text = "\n".join(lines)
    assert "{" not in text  # a variable that was not given
    assert str(getattr(found.cpu.brand_raw, "value", "")).split(" @")[0].split()[-1] in text


def test_the_hidden_disk_is_said() -> None:
    assert "1 disque caché par le contrôleur" in regain("inventory", "--machine", "dell-precision-5520").stdout


def test_parse_says_what_it_reads(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\n/dev/sda:\n max sectors   = 586072368/625142448, HPA is enabled\n")
    wire = json.loads(regain("parse", "hdparm", str(file), "--json").stdout)
    assert wire == {"hpa": {"visible_sectors": 586072368, "native_sectors": 625142448, "enabled": True}}
    file.write_text("")
    assert json.loads(regain("parse", "smartctl", str(file), "--json").stdout) == {"unreadable": "empty output"}


def test_parse_refuses_a_tool_it_does_not_know(tmp_path: Path) -> None:
    assert regain("parse", "fdisk", str(tmp_path / "x")).exit_code == 2


def test_faults_of_the_family(tmp_path: Path) -> None:
    for argv, error in (
        (("parse", "edid", str(tmp_path / "none")), "file-unreadable"),
        (("inventory", "--machine", "none"), "machine-unknown"),
    ):
        result = regain(*argv)
        assert isinstance(result.exception, Fault) and result.exception.error_id == error


def test_every_error_of_the_machine_family_has_its_three_sentences() -> None:
    from agent.model.errors import ERRORS

    params = dict.fromkeys(("tool", "name", "known", "machine", "what", "path", "file", "reason"), "x")
    for error_id, (code, _) in ERRORS.items():
        if code.startswith("M"):
            for lang in LANGUAGES:
                for part in ("", ".why", ".todo"):
                    assert "{" not in words(lang)(f"err-{error_id}{part}", **params)


@pytest.mark.process
def test_record_writes_a_pc_that_can_be_read_again(tmp_path: Path) -> None:
    result = regain("record", str(tmp_path / "here"), "--redact")
    assert result.exit_code == 0, result.output
    again = regain("inventory", "--machine", str(tmp_path / "here"), "--json")
    assert json.loads(again.stdout)["cpu"]["threads"] >= 1
