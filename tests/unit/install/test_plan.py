"""The plan as golden text: what is consented to is what is done, and nothing in it moves by itself."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.install.execute import STEPS
from agent.install.plan import host_name
from agent.model.errors import Fault
from agent.model.facts import to_wire
from agent.model.plan import SystemChoice

from .conftest import IDENTITY, recorded_entry

GOLDEN = Path(__file__).parent / "golden" / "plan-minimal.json"


def test_the_plan_reads_the_same_as_before(install_plan: Any) -> None:
    """Set REGAIN_GOLDEN=write to record a change that was looked at."""
    text = json.dumps(to_wire(install_plan()), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("REGAIN_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_a_plan_names_no_device(install_plan: Any) -> None:
    text = json.dumps(to_wire(install_plan()))
    assert "/dev/" not in text


def test_every_step_of_every_plan_can_be_done(install_plan: Any) -> None:
    real = dataclasses.replace(IDENTITY, kind="serial", text="S3Z5NB0K")
    for changes in ({}, {"firmware_mode": "bios"}, {"identity": real}, {"rehearsed": True, "image": None}):
        assert {s.id for s in install_plan(**changes).steps} <= set(STEPS[SystemChoice.LINUX])


def test_nvram_is_written_on_a_real_uefi_pc_only(install_plan: Any) -> None:
    real = dataclasses.replace(IDENTITY, kind="serial", text="S3Z5NB0K")
    assert "step-nvram" in [s.id for s in install_plan(identity=real).steps]
    assert "step-nvram" not in [s.id for s in install_plan(identity=real, firmware_mode="bios").steps]
    assert "step-nvram" not in [s.id for s in install_plan().steps]


def test_the_boot_flag_of_the_protective_mbr_is_for_bios_alone(install_plan: Any) -> None:
    flags = {m: install_plan(firmware_mode=m).steps[1].detail["pmbr_boot_flag"] for m in ("bios", "uefi")}
    assert flags == {"bios": True, "uefi": False}


def test_a_real_install_needs_an_image_and_a_rehearsal_does_not(install_plan: Any) -> None:
    with pytest.raises(Fault) as caught:
        install_plan(image=None)
    assert caught.value.error_id == "image-missing"
    assert install_plan(image=None, rehearsed=True).image["version"] == "2026.11"


def test_the_image_of_another_profile_is_refused(install_plan: Any, recording: Any) -> None:
    with pytest.raises(Fault) as caught:
        install_plan(image=recorded_entry(recording, profile="xfce-fr"))
    assert caught.value.error_id == "image-unfit"


def test_a_disk_below_the_profile_or_the_image_is_refused(install_plan: Any, recording: Any) -> None:
    with pytest.raises(Fault) as caught:
        install_plan(disk_size_bytes=(2 << 30) - 4096)
    assert caught.value.error_id == "disk-too-small"
    with pytest.raises(Fault):
        install_plan(image=recorded_entry(recording, unpacked_bytes=2_600_000_000))


@pytest.mark.parametrize(
    ("template", "tag", "name"),
    [
        ("regain-{tag}", "RC-000123", "regain-rc-000123"),
        ("regain-{tag}", None, "regain-c023"),
        ("{serial4}", "RC-000123", "c023"),
        ("regain-{tag}", "É!", "regain-c023"),
        ("kiosk", None, "kiosk"),
    ],
)
def test_host_names(template: str, tag: str | None, name: str) -> None:
    assert host_name(template, tag, IDENTITY) == name


@given(st.text(max_size=100))
def test_any_tag_gives_a_host_name(tag: str) -> None:
    name = host_name("regain-{tag}", tag, IDENTITY)
    assert 1 <= len(name) <= 63 and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name[0] != "-" and name[-1] != "-"
