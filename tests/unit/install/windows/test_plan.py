"""The plan of a Windows install: text that nothing but its inputs moves, and what is not in it."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.install.execute import STEPS
from agent.install.layout import MIB
from agent.install.windows.layout import RECOVERY_BYTES, draw_identifiers, windows_gpt
from agent.install.windows.plan import boot_store, plan_windows
from agent.install.windows.unattend import computer_name, unattend
from agent.model.errors import Fault
from agent.model.facts import to_wire
from agent.model.identity import DiskIdentity
from agent.model.plan import InstallPlan, SystemChoice
from agent.model.windows import Basis

from .test_choice import HOST, windows_image

DISK = DiskIdentity(text="S3Z5NB0K", kind="serial", model="SSD", size_bytes=256_060_514_304)


def fixed_identifiers() -> dict[str, str]:
    drawn = iter(range(1, 99))
    return draw_identifiers(lambda count: bytes([next(drawn)] * count))


def make(**changes: Any) -> InstallPlan:
    given: dict[str, Any] = {
        "image": windows_image(),
        "status": "unproven",
        "host": HOST,
        "basis": Basis.RETAIL_OWNED,
        "despite": None,
        "drivers": None,
        "identity": DISK,
        "disk_size_bytes": DISK.size_bytes,
        "logical_block": 512,
        "identifiers": fixed_identifiers(),
        "tag": "RC-000123",
        "rehearsed": False,
    }
    return plan_windows(**{**given, **changes})


def test_the_same_inputs_are_the_same_plan_and_no_device_is_named() -> None:
    text = json.dumps(to_wire(make()))
    assert text == json.dumps(to_wire(make())) and "/dev/" not in text
    assert {s.id for s in make().steps} <= set(STEPS[SystemChoice.WINDOWS])


def test_the_script_of_the_disk() -> None:
    script = make().partition_script
    lines = [line for line in script.splitlines() if line.startswith("start=")]
    assert [line.split('name="')[1].split('"')[0] for line in lines] == ["ESP", "MSR", "Windows", "Recovery"]
    assert 'attrs="RequiredPartition GUID:63"' in lines[3]
    assert "start=2048, size=614400," in lines[0] and "start=616448, size=32768," in lines[1]


@pytest.mark.parametrize("sector", [512, 4096])
def test_every_partition_begins_where_the_last_one_ends(sector: int) -> None:
    parts = windows_gpt(disk_bytes=64 << 30, sector=sector, identifiers=fixed_identifiers(), windows_needs=0).partitions
    for before, after in itertools.pairwise(parts):
        assert before.start + before.size == after.start
    assert parts[0].start * sector == MIB and parts[3].size * sector == RECOVERY_BYTES
    assert (parts[3].start + parts[3].size) * sector <= (64 << 30) - 34 * sector


def test_the_boot_store_belongs_to_the_plan() -> None:
    plan = make()
    told = plan.steps[4].detail["store"]
    store = boot_store(plan.identifiers, label=told["label"], locale=told["locale"])
    assert hashlib.sha256(store).hexdigest() == told["sha256"]
    other = make(identifiers={**fixed_identifiers(), "windows_guid": plan.identifiers["esp_guid"]})
    assert other.steps[4].detail["store"]["sha256"] != told["sha256"]


def test_the_plan_repeats_that_nobody_saw_it_start_and_by_which_right() -> None:
    image = make().image
    assert image["status"] == "unproven" and image["licence_basis"] == "retail-owned" and image["despite"] is None


def test_a_small_disk_is_refused_by_the_rule_and_by_the_image() -> None:
    with pytest.raises(Fault) as caught:
        make(disk_size_bytes=50_000_000_000)
    assert caught.value.error_id == "disk-too-small"
    with pytest.raises(Fault) as caught:
        make(image=windows_image(image={**windows_image().image.model_dump(), "unpacked_bytes": 260_000_000_000}))
    assert caught.value.error_id == "disk-too-small"


def test_a_refusal_makes_no_plan() -> None:
    with pytest.raises(Fault) as caught:
        make(host=dataclasses.replace(HOST, firmware_mode="bios"))
    assert caught.value.params["reason"] == "bios"


def test_nvram_is_for_real_disks() -> None:
    assert make().steps[-1].id == "step-nvram"
    assert make(identity=dataclasses.replace(DISK, kind="file")).steps[-1].id == "step-check"


def test_the_recipient_is_left_what_is_theirs() -> None:
    text = make(drivers="drivers/x/y").steps[5].detail["files"]["Windows/Panther/unattend.xml"]
    root = ElementTree.fromstring(text)
    words = {node.tag.rsplit("}", 1)[-1] for node in root.iter()}
    for theirs in ("AcceptEula", "HideEULAPage", "UserAccounts", "LocalAccount", "ProductKey", "AutoLogon", 
                   "SkipMachineOOBE", "BypassNRO", "HideOnlineAccountScreens", "OOBE"):  # fmt: skip
        assert theirs not in words and theirs not in text
    assert "LabConfig" not in text and "\r\n" in text
    assert "<UILanguage>fr-FR</UILanguage>" in text and "040c:0000040c" in text
    assert "PreventDeviceEncryption" in text and "pnputil /add-driver C:\\Drivers\\*.inf" in text
    assert "pnputil" not in make().steps[5].detail["files"]["Windows/Panther/unattend.xml"]


@given(st.text(max_size=60))
def test_any_tag_gives_a_name_that_windows_takes(tag: str) -> None:
    name = computer_name(tag, "NB0K")
    assert 1 <= len(name) <= 15 and set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") and name[-1] != "-"
    assert not name.isdigit()


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=30))
def test_any_text_stays_text_in_the_answers(name: str) -> None:
    made = unattend(computer=name, language="fr-FR", keyboard="x", timezone="y", drivers=True, device_encryption=True)
    found = [n.text or "" for n in ElementTree.fromstring(made).iter() if n.tag.endswith("}ComputerName")]
    assert [f.strip() for f in found] == [name.strip()] or found == [name]
