"""The GLPI document: valid by GLPI's own schema, and right where the schema does not look."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.inventory.collect import collect
from agent.inventory.wire import inventory_wire
from agent.machine.recorded import RecordedMachine, list_machines
from agent.report.adapters import glpi

TESTS = Path(__file__).resolve().parents[2]
CARDS = [*list_machines(TESTS / "machines"), *list_machines(TESTS / "virtual")]


@cache
def wire(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(inventory_wire(collect(RecordedMachine(path)))))
    return made


@pytest.fixture
def check(shared: Path) -> Any:
    schema = json.loads((shared / "contracts/glpi/inventory.schema.json").read_text(encoding="utf-8"))
    known = set(schema["properties"]["content"]["properties"])

    def errors(document: dict[str, Any]) -> list[str]:
        found = [e.message for e in jsonschema.Draft7Validator(schema).iter_errors(document)]
        for section, value in document["content"].items():  # what the schema tolerates and the server ignores
            if section not in known:
                found.append(f"content.{section} is not in the format")
                continue
            form = schema["properties"]["content"]["properties"][section]
            keys = set(form.get("items", form).get("properties", {}))
            for row in value if isinstance(value, list) else [value] if isinstance(value, dict) else []:
                found += [f"{section}.{key} is not in the format" for key in set(row) - keys]
        return found

    return errors


@pytest.mark.parametrize("card", CARDS, ids=lambda c: c.name)
def test_every_recorded_pc_validates(card: Any, check: Any) -> None:
    document = glpi.document(wire(card.path), tag="RC02041U", entity="RC", description="Effacé, Linux installé")
    assert check(document) == []
    assert document["deviceid"] == "regain-RC02041U"
    assert set(document) == {"action", "deviceid", "itemtype", "tag", "content"}
    assert not {"softwares", "users", "local_users", "processes"} & set(document["content"])


@pytest.mark.parametrize("card", CARDS, ids=lambda c: c.name)
def test_what_the_schema_does_not_catch(card: Any) -> None:
    inventory, content = wire(card.path), glpi.document(wire(card.path), tag=None)["content"]
    system = inventory["system"]
    if system.get("serial_quality") != "good":
        assert "ssn" not in content["bios"]
    if "bdate" in content["bios"]:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", content["bios"]["bdate"])
    for module in content.get("memories", []):
        assert 128 <= module["capacity"] <= 1 << 20  # MiB
    for port in content.get("networks", []):
        assert re.fullmatch(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", port.get("mac", "00:00:00:00:00:00"))
    text = json.dumps(content)
    assert '""' not in text and "unreadable" not in text and '"absent"' not in text


def test_units() -> None:
    content = glpi.document(wire(TESTS / "machines" / "lenovo-thinkpad-t480"), tag="A")["content"]
    assert content["hardware"]["memory"] == sum(m["capacity"] for m in content["memories"])
    assert content["storages"][0]["disksize"] > 100_000  # 10^6 bytes
    assert all(10_000 < b["capacity"] < 100_000 for b in content["batteries"])  # mWh
    assert content["bios"]["secure_boot"] == "enabled"
    assert content["firmwares"] == [{"name": "TPM", "type": "TPM", "version": "2.0"}]
    assert content["bios"]["smodel"] == "ThinkPad T480"


def test_serials_caches_chips_and_usb_devices() -> None:
    content = glpi.document(wire(TESTS / "virtual" / "eligible-secure-boot"), tag="A")["content"]
    assert content["networks"][0] == {
        "description": "enp0s2", "mac": content["networks"][0]["mac"], "driver": "e1000e", "type": "ethernet",
        "manufacturer": "Intel Corporation", "model": "82574L Gigabit Network Connection", "virtualdev": False,
    }  # fmt: skip
    assert {"name": "QEMU USB Keyboard", "manufacturer": "QEMU", "vendorid": "0627", "productid": "0001"} in content[
        "usbdevices"
    ]
    assert content["cpus"][0]["cache"].startswith("L1d 32 KiB, L1i 32 KiB, L2 ")
    assert all(len(m["serialnumber"]) == 8 for m in content["memories"])


def test_a_junk_serial_of_a_module_is_left_out() -> None:
    module = {"size_bytes": 1 << 30, "serial": "00000000", "serial_quality": "junk"}
    content = glpi.document({"memory": {"modules": [module]}}, tag="A")["content"]
    assert content["memories"] == [{"capacity": 1024, "numslots": 1}]


def test_two_untagged_pcs_are_not_one() -> None:
    ids = [glpi.document(wire(card.path), tag=None)["deviceid"] for card in CARDS if card.name in
           ("lenovo-thinkpad-t480", "dell-optiplex-7010", "hp-elitebook-840-g3")]  # fmt: skip
    assert len(set(ids)) == 3


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(wire(CARDS[0].path))), json_values, max_size=6))
def test_any_part_may_be_missing_or_strange(damage: dict[str, Any]) -> None:
    document = glpi.document({**wire(CARDS[0].path), **damage}, tag="X")
    assert document["content"]["versionclient"].startswith("Regain-Agent_v")
