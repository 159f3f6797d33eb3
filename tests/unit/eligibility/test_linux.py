"""The Linux side: checks, verdict, ranking (ELIGIBILITY section 8)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from agent.eligibility import linux
from agent.eligibility.fitting import level
from agent.model.eligibility import Answer, ProfileNeeds
from agent.model.facts import Absent, Known, Unreadable
from agent.model.inventory import Inventory, NetworkPort
from tests.unit.eligibility.eligible_pc import GB, V1, V2, V3, controller, disk, k, memory, module, part, pc

XFCE = ProfileNeeds(
    id="xfce-fr",
    ram_mib=1900,
    disk_gib=16,
    suits_ram_mib=(1900, 6000),
    suits_medium=("hdd", "ssd", "nvme", "emmc"),
    support_until="2028-06-30",
)
CINNAMON = ProfileNeeds(
    id="cinnamon-fr", ram_mib=3891, disk_gib=20, suits_ram_mib=(3891, 64000), suits_medium=("ssd", "nvme")
)
MINIMAL = ProfileNeeds(id="minimal", ram_mib=512, disk_gib=4, hidden=True)
ALL = (CINNAMON, MINIMAL, XFCE)


def verdict(inventory: Inventory, profiles: tuple[ProfileNeeds, ...] = ALL) -> tuple[str, list[str]]:
    judged = linux.judge(inventory, profiles)
    return judged.verdict.value, list(judged.profiles)


def ports(*pairs: tuple[str, str | None]) -> Any:
    return k(
        tuple(
            NetworkPort(name=f"if{n}", kind=k(kind), driver=k(driver) if driver else Absent("no driver bound"))
            for n, (kind, driver) in enumerate(pairs)
        )
    )


CABLE = ("ethernet", "e1000e")
CASES: list[tuple[str, Inventory, str]] = [
    ("as it stands", pc(), "fits"),
    ("hard disk", pc(disks=k((disk(500 * GB, medium="hdd"),))), "fits_with_limits"),
    ("x86-64-v1", part(pc(), "cpu", flags=k(V1)), "fits_with_limits"),
    ("32 bits only", part(pc(), "cpu", flags=k(V1[1:])), "does_not_fit"),
    ("flags unreadable", part(pc(), "cpu", flags=Unreadable("time-out")), "undetermined"),
    ("1 GiB", pc(memory=memory(module(1, kind="DDR2"))), "does_not_fit"),
    ("2 GiB", pc(memory=memory(module(2))), "fits"),
    ("memory unreadable", part(pc(), "memory", installed_bytes=Unreadable("x"), usable_bytes=None), "undetermined"),
    ("8 GB disk", pc(disks=k((disk(8 * GB),))), "does_not_fit"),
    ("no disk", pc(disks=k(())), "does_not_fit"),
    ("disks unreadable", pc(disks=Unreadable("time-out")), "undetermined"),
    ("disk hidden by RST", pc(disks=k(()), storage_controllers=k((controller(hidden=1),))), "undetermined"),
    ("device without driver", pc(undriven=k((controller("ff0000", driver="-"),))), "fits_with_limits"),
    ("devices not looked at", pc(undriven=Unreadable("time-out")), "fits_with_limits"),
    ("Wi-Fi chip without interface", pc(network=ports(CABLE), radios=k((controller("028000"),))), "fits_with_limits"),
    ("Wi-Fi chip without driver", pc(network=ports(CABLE), undriven=k((controller("028000"),))), "fits_with_limits"),
    ("Wi-Fi through b43", pc(network=ports(("wifi", "b43"))), "fits_with_limits"),
    ("Wi-Fi through wl", pc(network=ports(("wifi", "wl"))), "fits_with_limits"),
    ("cable only", pc(network=ports(CABLE)), "fits"),
    ("no network at all", pc(network=k(())), "fits_with_limits"),
    ("network unreadable", pc(network=Unreadable("time-out")), "fits_with_limits"),
    ("firmware file missing", pc(missing_firmware=k(("rtl_nic/rtl8168g-2.fw",))), "fits_with_limits"),
    ("Secure Boot on without our key", part(pc(), "firmware", ca_2011=k(False)), "fits_with_limits"),
    ("Secure Boot off", part(pc(), "firmware", secure_boot=k("off")), "fits"),
    ("old boot mode", part(pc(), "firmware", mode=k("bios"), secure_boot=k("unknown")), "fits"),
    ("32-bit UEFI", part(pc(), "firmware", bits=k(32)), "fits_with_limits"),
    ("boot mode unreadable", part(pc(), "firmware", mode=Unreadable("x")), "undetermined"),
    ("ARM", part(pc(), "cpu", flags=k(("asimd", "atomics"))), "does_not_fit"),
]


@pytest.mark.parametrize(("name", "inventory", "expected"), CASES, ids=[c[0] for c in CASES])
def test_verdict(name: str, inventory: Inventory, expected: str) -> None:
    assert verdict(inventory)[0] == expected


def test_order_of_profiles() -> None:
    assert verdict(pc())[1] == ["cinnamon-fr", "xfce-fr", "minimal"]
    assert verdict(pc(memory=memory(module(4))))[1] == ["cinnamon-fr", "xfce-fr", "minimal"]
    assert verdict(part(pc(memory=memory(module(4))), "cpu", threads=k(2)))[1][0] == "xfce-fr"
    assert verdict(part(pc(memory=memory(module(4))), "cpu", flags=k(V1)))[1][0] == "xfce-fr"
    assert verdict(pc(memory=memory(module(4)), disks=k((disk(500 * GB, medium="hdd"),))))[1][0] == "xfce-fr"
    assert verdict(pc(memory=memory(module(2))))[1] == ["xfce-fr", "minimal"]


def test_requires_decides() -> None:
    bios_only = dataclasses.replace(XFCE, firmware=("bios",))
    assert verdict(pc(), (bios_only,)) == ("does_not_fit", [])
    modern = dataclasses.replace(XFCE, cpu_flags=("avx2",))
    assert verdict(part(pc(), "cpu", flags=k(V2)), (modern, XFCE))[1] == ["xfce-fr"]


def test_hidden_profiles_rehearse_and_do_not_flatter_the_verdict() -> None:
    assert verdict(pc(), (MINIMAL,)) == ("fits", ["minimal"])
    one_gib = pc(memory=memory(module(1, kind="DDR2")))
    assert verdict(one_gib, (MINIMAL,)) == ("does_not_fit", ["minimal"])
    assert verdict(pc(), ()) == ("fits", [])


def test_remedies_are_offered_to_linux_too() -> None:
    judged = {c.id: c for c in linux.judge(pc(memory=memory(module(1, kind="DDR2")), disks=k(())), ALL).checks}
    assert (judged["memory"].verdict, judged["memory"].remedy) == (Answer.FAIL, "ram-add")
    assert (judged["disk"].verdict, judged["disk"].remedy) == (Answer.FAIL, "disk-replace")
    soldered = linux.judge(pc(memory=memory(module(1, soldered=True), slots=1)), ALL)
    assert {c.id: c.remedy for c in soldered.checks}["memory"] is None


@pytest.mark.parametrize(
    ("flags", "expected"),
    [(None, None), ((), 0), (V1, 1), (V2, 2), (V3, 3), ((*V3[:-3], "lzcnt", "movbe", "xsave"), 3)],
)
def test_level(flags: tuple[str, ...] | None, expected: int | None) -> None:
    assert level(flags) == expected


def test_support_date_comes_from_the_best_profile() -> None:
    found = {c.id: c for c in linux.judge(pc(memory=memory(module(2))), ALL).checks}["support"]
    assert (found.found, found.params["month"], found.params["year"]) == ("2028-06-30", "m06", "2028")
    assert {c.id: c for c in linux.judge(pc(), ALL).checks}["support"].message == "linux-support-unknown"


def test_installed_memory_counts_and_the_kernels_total_stands_in() -> None:
    tight = part(pc(memory=memory(module(2))), "memory", usable_bytes=k(1700 << 20))
    assert verdict(tight)[0] == "fits"
    only_total = part(pc(), "memory", installed_bytes=Unreadable("no type 17"), usable_bytes=Known(3 << 30, "meminfo"))
    assert verdict(only_total)[0] == "fits"


def test_check_ids() -> None:
    assert [c.id for c in linux.judge(pc(), ALL).checks] == [
        "boot", "drivers", "wifi", "firmware_files", "cpu_level", "memory", "disk", "secure_boot", "support",
    ]  # fmt: skip
