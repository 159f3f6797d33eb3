"""Files of the live system that must agree with the program they carry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.tui.console import FONT_SIZES
from agent.wiring import LIVE_MARKER
from iso.recipe import HERE

OVERLAY = HERE / "overlay"
UNITS = OVERLAY / "usr/lib/systemd/system"


def read(name: str) -> str:
    return (OVERLAY / name).read_text(encoding="utf-8")


def test_the_font_script_knows_the_sizes_of_the_program() -> None:
    listed = re.search(r"for size in ([^;]+);", read("usr/lib/regain-live/font"))
    assert listed is not None and tuple(listed[1].split()) == FONT_SIZES


@pytest.mark.parametrize("unit", sorted(UNITS.glob("regain*.service")), ids=lambda p: p.name)
def test_every_unit_is_enabled(unit: Path) -> None:
    assert unit.name in (HERE / "configure.sh").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["regain.service", "regain-plain.service", "regain-serial.service"])
def test_the_program_comes_back_and_owns_its_terminal(name: str) -> None:
    text = (UNITS / name).read_text(encoding="utf-8")
    for line in ("Restart=always", "StartLimitIntervalSec=0", "StandardInput=tty", "StandardError=tty"):
        assert line in text.splitlines()
    # the data partition's folders are read last: they win over the memory's
    files = re.findall(r"(?m)^EnvironmentFile=(.*)$", text)
    assert files == ["/etc/regain/live.env", "-/run/regain/env"]


def test_sata_disks_tell_their_temperature() -> None:
    """``agent.erasure.heat`` reads hwmon, where a SATA disk shows up with this module alone."""
    assert "drivetemp" in read("etc/modules-load.d/regain.conf").splitlines()


def test_one_program_at_a_time() -> None:
    """Whatever the kernel words are, exactly one of the three units starts."""
    conditions = {
        name: re.findall(r"(?m)^ConditionKernelCommandLine=(!?)(\S+)$", (UNITS / name).read_text(encoding="utf-8"))
        for name in ("regain.service", "regain-plain.service", "regain-serial.service")
    }
    for words in ({""}, {"regain.plain"}, {"regain.serial"}, {"regain.plain", "regain.serial"}):
        started = [
            name for name, all_of in conditions.items() if all((word in words) != bool(no) for no, word in all_of)
        ]
        assert len(started) == 1, (words, started)


def test_the_environment_is_a_utf8_console() -> None:
    settings = dict(line.split("=", 1) for line in read("etc/regain/live.env").splitlines() if "=" in line)
    assert settings["TERM"] == "linux" and "UTF-8" in settings["LANG"]
    assert settings["REGAIN_HOME"].startswith("/run/")


def test_the_marker_is_where_the_program_looks() -> None:
    assert f'"{str(LIVE_MARKER)[1:]}"' in (HERE / "tree.py").read_text(encoding="utf-8")


def test_no_automatic_trim_check_or_sleep() -> None:
    masked = (HERE / "configure.sh").read_text(encoding="utf-8")
    for unit in ("fstrim.timer", "e2scrub_all.timer", "smartmontools.service", "suspend.target", "ctrl-alt-del.target"):
        assert unit in masked
