"""A recording gives back the facts of the PC it was made from; a redacted one gives them with other numbers."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.inventory.capture import record
from agent.inventory.collect import collect
from agent.inventory.redact import Redactor
from agent.machine.recorded import RecordedMachine
from agent.model.errors import Fault
from agent.model.facts import known, to_wire
from agent.model.inventory import Inventory

MACHINES = Path(__file__).resolve().parents[2] / "machines"
NAMES = sorted(path.parent.name for path in MACHINES.glob("*/machine.json"))


def timeless(inventory: Inventory) -> Inventory:
    return dataclasses.replace(inventory, took_s=0.0)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_of_a_recording_tells_the_same(tmp_path: Path, name: str) -> None:
    done = record(RecordedMachine(MACHINES / name), tmp_path / name, redact=False)
    assert timeless(collect(RecordedMachine(tmp_path / name))) == timeless(done.inventory)


@pytest.mark.process
def test_this_pc_and_its_recording_tell_the_same(tmp_path: Path) -> None:
    from agent.machine.live import LiveMachine

    done = record(LiveMachine(), tmp_path / "here", redact=False)
    replayed = timeless(collect(RecordedMachine(tmp_path / "here")))
    live = timeless(done.inventory)
    assert replayed == live
    if os.geteuid() == 0:
        assert known(live.cpu.threads) == os.cpu_count()


def shape(value: Any) -> Any:
    """A wire value with every identifier's characters reduced to their kind."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in ("took_s", "uuid")}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return len(value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", NAMES)
def test_redaction_leaves_no_identifier_and_every_other_fact(tmp_path: Path, name: str) -> None:
    machine = RecordedMachine(MACHINES / name)
    done = record(machine, tmp_path / name, redact=True)
    again = collect(RecordedMachine(tmp_path / name))
    assert shape(to_wire(again)) == shape(to_wire(done.inventory))
    written = "\n".join(p.read_bytes().decode("latin-1") for p in (tmp_path / name).rglob("*") if p.is_file())
    gone = [known(port.mac) for port in known(done.inventory.network) or ()]
    for disk in known(done.inventory.disks) or ():
        gone += [known(disk.serial), known(disk.wwn)]
    if known(done.inventory.system.serial_quality) == "good":
        gone.append(known(done.inventory.system.serial))
    if known(done.inventory.system.uuid_quality) == "good":
        gone.append(known(done.inventory.system.uuid))
    for word in filter(None, gone):
        assert word not in written, word


def test_one_substitute_everywhere_and_quality_kept(tmp_path: Path) -> None:
    name = "dell-optiplex-7010"
    record(RecordedMachine(MACHINES / name), tmp_path / name, redact=True)
    again = collect(RecordedMachine(tmp_path / name))
    tag = known(again.system.serial) or ""
    assert tag and f"/{tag}/" in (known(again.board.serial) or "")  # Dell's tag stands in the board's number
    assert known(again.chassis.serial) == tag
    disk = (known(again.disks) or ())[0]  # lsblk, smartctl and IDENTIFY agree on the new numbers
    assert getattr(disk.serial, "note", "") == "" and getattr(disk.wwn, "note", "") == ""
    assert known(again.system.serial_quality) == "good"


def test_an_empty_redactor_changes_nothing() -> None:
    assert Redactor({}).data(b"S1\xff") == b"S1\xff"


def test_keys_and_logs_are_never_written(tmp_path: Path, bent: Callable[..., Any]) -> None:
    log = b"[0.0] Hostname set to <somebodys-pc>\n[1.0] Direct firmware load for a/b.bin failed with error -2\n"
    record(bent("lenovo-thinkpad-t480", log, tool="dmesg"), tmp_path / "x", redact=False)
    written = "\n".join(p.read_bytes().decode("latin-1") for p in (tmp_path / "x").rglob("*") if p.is_file())
    assert "somebodys-pc" not in written
    assert "a/b.bin" in written
    assert "POWER_SUPPLY_SERIAL_NUMBER" not in written
    assert "boot=live" not in written


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "something").write_text("x")
    with pytest.raises(Fault, match="file-unreadable"):
        record(RecordedMachine(MACHINES / NAMES[0]), tmp_path, redact=False)
    assert json.dumps(sorted(p.name for p in tmp_path.iterdir())) == '["something"]'
