"""Files that go into an image as they are: each of its own kind, and the desktop's bar whole."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from agent.install.profiles import folder, load_profiles

OVERLAYS = folder() / "overlays"
FILES = sorted(p for p in OVERLAYS.rglob("*") if p.is_file() and p.suffix != ".pyc")
XFCONF = OVERLAYS / "xfce" / "etc/skel/.config/xfce4/xfconf/xfce-perchannel-xml"


def _of(suffix: str) -> list[Path]:
    return [path for path in FILES if path.suffix == suffix]


@pytest.mark.parametrize("path", _of(".json"), ids=lambda p: str(p.relative_to(OVERLAYS)))
def test_a_browser_shows_no_page_of_its_maker_and_tells_him_nothing(path: Path) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))["policies"]
    assert told["OverrideFirstRunPage"] == "" and told["DisableTelemetry"] and told["UserMessaging"]["SkipOnboarding"]


def test_every_profile_with_a_browser_says_what_the_browser_does() -> None:
    policies = "usr/share/firefox-esr/distribution/policies.json"
    for profile in load_profiles():
        assert profile.build is not None
        has = [name for name in profile.build.overlay if (OVERLAYS / name / policies).is_file()]
        assert len(has) == int("firefox-esr" in profile.build.packages), profile.id


@pytest.mark.parametrize("path", _of(".xml"), ids=lambda p: p.name)
def test_a_setting_of_the_desktop_is_in_the_file_of_its_channel(path: Path) -> None:
    assert ET.parse(path).getroot().attrib == {"name": path.stem, "version": "1.0"}


def test_every_part_of_the_bar_is_there_once() -> None:
    root = ET.parse(XFCONF / "xfce4-panel.xml").getroot()
    placed = [f"plugin-{v.get('value')}" for v in root.iterfind(".//property[@name='plugin-ids']/value")]
    made = {p.get("name"): p.get("value") for p in root.iterfind("property[@name='plugins']/property")}
    assert placed == list(made) and len(set(placed)) == len(placed)
    kinds = list(made.values())
    assert kinds[0] == "applicationsmenu" and kinds[-2] == "actions"  # where the first steps say they are
    assert "pager" not in kinds and {"systray", "clock"} <= set(kinds)


@pytest.mark.process
@pytest.mark.parametrize(
    "path",
    [
        p
        for p in [*FILES, *(folder() / "hooks").iterdir()]
        if p.read_bytes().startswith(b"#!/bin/sh") or "hooks" in p.parts
    ],
    ids=lambda p: p.name,
)
def test_a_script_is_one_that_sh_reads(path: Path) -> None:
    done = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_a_unit_starts_is_in_an_overlay_and_may_be_run() -> None:
    started = [
        (unit, line.partition("=")[2].lstrip("-").split()[0])
        for unit in _of(".service")
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=") and "/usr/lib/regain/" in line
    ]
    assert len(started) >= 4
    for unit, program in started:
        places = [p for p in OVERLAYS.glob(f"*{program}") if p.is_file()]
        assert len(places) == 1 and places[0].stat().st_mode & 0o100, (unit.name, program)
