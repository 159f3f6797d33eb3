"""Whole PCs: facts in, verdicts and remedies out (ELIGIBILITY section 12.5)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.eligibility import windows11
from agent.eligibility.evidence import facts
from agent.model.eligibility import Answer, Check
from agent.model.facts import Absent, Known, Unreadable
from agent.model.inventory import Clock, Display, Inventory, Memory, Tpm
from tests.unit.eligibility.eligible_pc import (
    GB,
    GIB,
    OLD,
    V1,
    V2,
    controller,
    disk,
    intel,
    k,
    memory,
    module,
    part,
    pc,
)

NO_POPCNT = tuple(f for f in V2 if f != "popcnt")
NO_TPM = Tpm(present=Absent("no tpm0"))
LEGACY = {"mode": k("bios"), "bits": None, "secure_boot": k("unknown")}


def checks(inventory: Inventory) -> dict[str, Check]:
    return {c.id: c for c in windows11.judge(inventory).checks}


def remedies(inventory: Inventory) -> set[str]:
    return {c.remedy for c in windows11.judge(inventory).checks if c.remedy and c.verdict is not Answer.PASS}


def small(*modules: Any, **kwargs: Any) -> Inventory:
    return pc(memory=memory(*modules, **kwargs))


MACHINES: list[tuple[str, Inventory, str, set[str]]] = [
    ("as it stands", pc(), "eligible", set()),
    ("4 GB exactly", small(module(4), slots=1, max_gib=4), "eligible", set()),
    ("3584 MiB, one slot free", small(module(3.5)), "eligible_after_upgrade", {"ram-add"}),
    ("3584 MiB, soldered", small(module(3.5, soldered=True), slots=1), "not_eligible", set()),
    ("2 GB, one slot free", small(module(2, kind="DDR3")), "eligible_after_upgrade", {"ram-add"}),
    ("2 GB in the only slot", small(module(2, kind="DDR3"), slots=1), "eligible_after_upgrade", {"ram-add"}),
    ("2 GB, maximum 2 GB", small(module(2), slots=1, max_gib=2), "not_eligible", set()),
    ("2 GB soldered", small(module(2, form="Row Of Chips"), slots=1), "not_eligible", set()),
    ("2 GB low-power that claims SODIMM", small(module(2, kind="LPDDR3"), slots=4), "not_eligible", set()),
    ("2 GB, slots unreadable", pc(memory=Memory(installed_bytes=k(2 * GIB))), "undetermined", set()),
    ("58 GB eMMC", pc(disks=k((disk(58 * GB, medium="emmc", bus="mmc"),))), "eligible", set()),
    ("64 GB SSD", pc(disks=k((disk(64 * GB),))), "eligible", set()),
    ("32 GB SSD", pc(disks=k((disk(32 * GB),))), "eligible_after_upgrade", {"disk-replace"}),
    (
        "32 GB eMMC, nothing else inside",
        pc(disks=k((disk(32 * GB, medium="emmc", bus="mmc"),)), storage_controllers=k(())),
        "not_eligible",
        set(),
    ),
    (
        "32 GB eMMC and a SATA controller",
        pc(disks=k((disk(32 * GB, medium="emmc", bus="mmc"),))),
        "undetermined",
        {"disk-replace"},
    ),
    ("no disk", pc(disks=k(())), "eligible_after_upgrade", {"disk-replace"}),
    (
        "only the stick",
        pc(disks=k((disk(500 * GB, medium="usb", bus="usb", removable=True),))),
        "eligible_after_upgrade",
        {"disk-replace"},
    ),
    (
        "NVMe hidden behind RST, no other disk",
        pc(disks=k(()), storage_controllers=k((controller("010400", hidden=1),))),
        "undetermined",
        {"vmd-ahci"},
    ),
    ("disks unreadable", pc(disks=Unreadable("time-out")), "undetermined", set()),
    ("TPM off", pc(tpm=NO_TPM), "eligible_after_firmware_change", {"tpm-enable"}),
    (
        "TPM in SMBIOS only",
        pc(tpm=Tpm(present=Absent("no tpm0"), version=k("2.0"), seen_by=k("smbios"))),
        "eligible_after_firmware_change",
        {"tpm-enable"},
    ),
    (
        "TPM by ACPI, driver did not bind",
        pc(tpm=Tpm(present=k(True), version=k("2.0"), seen_by=k("acpi"), driver_bound=k(False))),
        "eligible",
        set(),
    ),
    ("TPM 1.2", pc(tpm=Tpm(present=k(True), version=k("1.2"), seen_by=k("kernel"))), "not_eligible", set()),
    (
        "TPM 1.2, Dell of 2017",
        part(
            part(
                pc(tpm=Tpm(present=k(True), version=k("1.2"), seen_by=k("kernel"))),
                "system",
                manufacturer=k("Dell Inc."),
            ),
            "firmware",
            date=k("09/12/2017"),
        ),
        "eligible_after_firmware_change",
        {"tpm-flash"},
    ),
    ("TPM could not be looked for", pc(tpm=Tpm(present=Unreadable("no /sys/class/tpm"))), "undetermined", set()),
    ("legacy boot, UEFI known", part(pc(), "firmware", **LEGACY), "eligible_after_firmware_change", {"uefi-boot"}),
    ("legacy boot, no UEFI", part(pc(), "firmware", **LEGACY, uefi_supported=k(False)), "not_eligible", set()),
    (
        "legacy boot, flag unreadable",
        part(pc(), "firmware", **LEGACY, uefi_supported=Unreadable("needs root")),
        "undetermined",
        set(),
    ),
    (
        "setup mode",
        part(pc(), "firmware", secure_boot=k("setup")),
        "eligible_after_firmware_change",
        {"keys-restore"},
    ),
    ("Secure Boot off", part(pc(), "firmware", secure_boot=k("off")), "eligible", set()),
    ("Secure Boot not offered", part(pc(), "firmware", secure_boot=k("unsupported")), "not_eligible", set()),
    ("Secure Boot unknown", part(pc(), "firmware", secure_boot=k("unknown")), "undetermined", set()),
    ("UEFI of 32 bits", part(pc(), "firmware", bits=k(32)), "not_eligible", set()),
    ("flag missing on a PC that booted by UEFI", part(pc(), "firmware", uefi_supported=k(False)), "eligible", set()),
    ("Mac", part(pc(tpm=NO_TPM), "system", manufacturer=k("Apple Inc.")), "not_eligible", set()),
    ("old processor", pc(cpu=OLD), "not_eligible", set()),
    ("old processor and no TPM", pc(cpu=OLD, tpm=NO_TPM), "not_eligible", set()),
    ("virtual machine", part(pc(), "system", manufacturer=k("QEMU"), virtual=k(True)), "undetermined", set()),
    ("one thread", part(pc(), "cpu", threads=k(1), cores=k(1)), "not_eligible", set()),
    ("nosmt", part(pc(kernel_limits_cpus=k(True)), "cpu", threads=k(1), cores=k(1)), "undetermined", set()),
    (
        "missing instruction on a passing processor",
        part(pc(), "cpu", flags=k(NO_POPCNT)),
        "undetermined",
        set(),
    ),
    ("clock not read", part(pc(), "cpu", max_mhz=Unreadable("time-out")), "undetermined", set()),
    ("clock from the brand", part(pc(), "cpu", max_mhz=None), "eligible", set()),
    ("dead clock battery", pc(clock=Clock(sane=k(False))), "eligible", set()),
    (
        "everything to do",
        part(small(module(2)), "firmware", **LEGACY),
        "eligible_after_upgrade",
        {"ram-add", "uefi-boot"},
    ),
]


@pytest.mark.parametrize(("name", "inventory", "verdict", "fixes"), MACHINES, ids=[m[0] for m in MACHINES])
def test_machine(name: str, inventory: Inventory, verdict: str, fixes: set[str]) -> None:
    assert (windows11.judge(inventory).verdict, remedies(inventory)) == (verdict, fixes)


def chromebook(version: str = "MrChromebox-4.14", **changes: Any) -> Inventory:
    inventory = part(pc(**changes), "system", manufacturer=k("Google"), product=k("Eve"))
    return part(inventory, "firmware", vendor=k("coreboot"), version=k(version))


def test_a_reflashed_chromebook_passes_only_when_everything_passes() -> None:
    assert windows11.judge(chromebook()).verdict == "eligible"
    assert checks(chromebook())["firmware"].message == "check-firmware-chromebook-reflashed"
    off = chromebook(tpm=NO_TPM)
    assert windows11.judge(off).verdict == "not_eligible"
    assert checks(off)["firmware"].verdict is Answer.FAIL
    stock = part(chromebook("Google_Eve.9584"), "firmware", **LEGACY, uefi_supported=k(False))
    assert windows11.judge(stock).verdict == "not_eligible"


def test_a_laptop_with_coreboot_from_its_maker_is_no_chromebook() -> None:
    inventory = part(part(pc(), "system", manufacturer=k("System76")), "firmware", vendor=k("coreboot"))
    assert checks(inventory)["firmware"].message == "check-firmware-pass"


def test_arm_recordings_are_judged_by_their_features() -> None:
    cpu = dataclasses.replace(
        pc().cpu,
        brand_raw=k("Snapdragon (TM) 8cx Gen 3 @ 3.0 GHz"),
        vendor=k("Qualcomm Technologies Inc"),
        family=Absent("ARM"),
        model=Absent("ARM"),
        stepping=Absent("ARM"),
        flags=k(("fp", "asimd", "atomics")),
    )
    verdict = windows11.judge(pc(cpu=cpu))
    assert verdict.verdict == "eligible"
    assert "note-arm" in {n["id"] for n in verdict.data["notes"]}
    blind = dataclasses.replace(cpu, flags=Unreadable("not in the dump"))
    assert windows11.judge(pc(cpu=blind)).verdict == "undetermined"


def test_the_tpm_is_a_note_when_the_processor_is_refused() -> None:
    tpm = checks(pc(cpu=OLD, tpm=NO_TPM))["tpm"]
    assert (tpm.blocks, tpm.message, tpm.remedy) == (False, "check-tpm-not-seen-note", None)


def test_both_memory_limits_are_quoted() -> None:
    almost = checks(small(module(3.5)))["memory"]
    assert almost.message == "check-memory-low-almost"
    assert (almost.params["mib"], almost.params["need_gib"]) == (3584, 4)
    assert checks(small(module(3.25)))["memory"].message == "check-memory-low"


@pytest.mark.parametrize(
    ("modules", "slots", "offer"),
    [
        ((module(2, kind="DDR3"),), 2, {"add_gib": 2, "slot": "free"}),
        ((module(2, kind="DDR4"),), 2, {"add_gib": 4, "slot": "free"}),  # no smaller DDR4 module is sold
        ((module(1, kind="DDR3"), module(2, kind="DDR3")), 2, {"add_gib": 2, "slot": "swap", "swap_gib": 1}),
        ((module(2, soldered=True), module(1, kind="DDR3")), 2, {"add_gib": 4, "slot": "swap", "swap_gib": 1}),
    ],
)
def test_what_to_add(modules: tuple[Any, ...], slots: int, offer: dict[str, Any]) -> None:
    found = checks(small(*modules, slots=slots, max_gib=8))["memory"]
    assert found.remedy == "ram-add"
    assert offer.items() <= found.params.items()
    assert found.params["max_gib"] == 8


def test_memory_estimated_near_the_limit_is_not_decided() -> None:
    def estimated(size: int, usable: int) -> Inventory:
        return pc(memory=Memory(installed_bytes=Known(size, "meminfo", note="estimated"), usable_bytes=k(usable)))

    assert checks(estimated(4 * GIB, 3700 << 20))["memory"].verdict is Answer.UNDETERMINED
    assert checks(estimated(8 * GIB, 7800 << 20))["memory"].verdict is Answer.PASS


def test_vmd_is_named_before_anything_is_erased() -> None:
    inventory = pc(storage_controllers=k((controller("010400", driver="vmd"),)))
    found = checks(inventory)["disk"]
    assert (found.verdict, found.remedy) == (Answer.PASS, "vmd-ahci")
    assert windows11.judge(inventory).verdict == "eligible"


def test_two_disks_the_largest_counts_and_the_stick_does_not() -> None:
    both = pc(disks=k((disk(32 * GB), disk(240 * GB), disk(500 * GB, medium="usb", bus="usb"))))
    assert checks(both)["disk"].params["gb"] == 240


def test_notes_never_decide() -> None:
    tiny = k((Display(width_px=k(1024), height_px=k(600), diagonal_inches=k(8.9), internal=k(True)),))
    inventory = pc(displays=tiny, gpus=Unreadable("time-out"))
    assert checks(inventory)["display"].verdict is Answer.FAIL
    assert windows11.judge(inventory).verdict == "eligible"


def test_a_locked_setup_and_a_flat_battery_are_told() -> None:
    inventory = part(pc(clock=Clock(sane=k(False))), "firmware", admin_password=k("enabled"))
    told = {n["id"] for n in windows11.judge(inventory).data["notes"]}
    assert told == {"firmware-locked", "cmos-battery"}


def test_a_missing_windows_key_of_2023_is_told() -> None:
    lacking = part(pc(), "firmware", windows_ca_2023=k(False))
    assert [n["id"] for n in windows11.judge(lacking).data["notes"]] == ["note-windows-ca-2023"]
    assert windows11.judge(lacking).verdict == "eligible"


def test_platform_id_unreadable_is_decided_by_the_list_as_the_table_says() -> None:
    for brand, verdict in (
        ("Intel(R) Core(TM) i5-8200Y CPU @ 1.30GHz", "eligible"),
        ("Intel(R) Core(TM) i5-7200U CPU @ 2.50GHz", "not_eligible"),
        ("<BAD INDEX>", "undetermined"),
    ):
        cpu = dataclasses.replace(intel(142, 9, brand), platform_id=Unreadable("needs a newer kernel"))
        assert windows11.judge(pc(cpu=cpu)).verdict == verdict, brand


def test_conflicts_stay_visible() -> None:
    listed_yet_refused = pc(cpu=intel(78, 3))
    told = windows11.judge(listed_yet_refused).data["contradictions"]
    assert any("Core i5-8250U" in line for line in told)
    doubtful = part(pc(), "system", product=Known("A", "dmidecode 1", note="conflict with lshw: B"))
    assert any("lshw: B" in line for line in windows11.judge(doubtful).data["contradictions"])


def test_without_root_nothing_is_eligible() -> None:
    inventory = part(pc(), "system", serial=Unreadable("dmidecode: needs root"))
    verdict = windows11.judge(inventory)
    assert verdict.verdict == "undetermined"
    assert "note-needs-root" in {n["id"] for n in verdict.data["notes"]}


def test_the_ids_and_keys_of_the_contract() -> None:
    verdict = windows11.judge(pc())
    assert [c.id for c in verdict.checks] == [
        "cpu", "cpu_instructions", "cores", "clock", "memory", "disk", "tpm", "firmware", "secure_boot",
        "gpu", "display",
    ]  # fmt: skip
    assert [c.id for c in verdict.checks if not c.blocks] == ["gpu", "display"]
    assert verdict.data["cpu_list"]["date"] == "2025-10-06"
    assert all(c.found and c.required and c.source and c.message for c in verdict.checks)


ORDER = [
    "eligible",
    "eligible_after_firmware_change",
    "eligible_after_upgrade",
    "undetermined",
    "not_eligible",
]

# Facts that break one rule each, whatever else is true (virtual machines are apart: their result means nothing).
WORSE: list[tuple[str, Any]] = [
    ("old processor", lambda p: dataclasses.replace(p, cpu=OLD)),
    ("no 64 bits", lambda p: part(p, "cpu", flags=k(tuple(f for f in V1 if f != "lm")))),
    ("one thread", lambda p: part(p, "cpu", threads=k(1), cores=k(1))),
    ("slow", lambda p: part(p, "cpu", max_mhz=k(800))),
    ("2 GB", lambda p: dataclasses.replace(p, memory=memory(module(2)))),
    ("2 GB soldered", lambda p: dataclasses.replace(p, memory=memory(module(2, soldered=True), slots=1))),
    ("32 GB", lambda p: dataclasses.replace(p, disks=k((disk(32 * GB),)))),
    ("no disk", lambda p: dataclasses.replace(p, disks=k(()))),
    ("no TPM seen", lambda p: dataclasses.replace(p, tpm=NO_TPM)),
    ("TPM 1.2", lambda p: dataclasses.replace(p, tpm=Tpm(present=k(True), version=k("1.2"), seen_by=k("kernel")))),
    ("legacy", lambda p: part(p, "firmware", **LEGACY)),
    ("no UEFI", lambda p: part(p, "firmware", **LEGACY, uefi_supported=k(False))),
    ("setup mode", lambda p: part(p, "firmware", secure_boot=k("setup"))),
    ("no Secure Boot", lambda p: part(p, "firmware", secure_boot=k("unsupported"))),
]
TOUCHES = {"memory": {4, 5}, "disk": {6, 7}, "tpm": {8, 9}, "firmware": {10, 11, 12, 13}}


def disjoint(broken: list[int], index: int) -> bool:
    """Replacing one failing fact by a milder one of the same part is no added failure."""
    return not any(index in group and group & set(broken) for group in TOUCHES.values())


@given(broken=st.lists(st.integers(0, len(WORSE) - 1), unique=True, max_size=5), index=st.integers(0, len(WORSE) - 1))
def test_a_failing_fact_never_improves_the_verdict(broken: list[int], index: int) -> None:
    inventory = pc()
    for number in broken:
        inventory = WORSE[number][1](inventory)
    if index in broken or not disjoint(broken, index):
        return
    before = ORDER.index(windows11.judge(inventory).verdict)
    after = ORDER.index(windows11.judge(WORSE[index][1](inventory)).verdict)
    assert after >= before


# What the verdict hangs on. Not here, by the tables of the design: the brand and the platform id (the rule decides,
# the list stands in), and what is only printed (maker, model, certificates, slots of a PC that has enough).
DECISIVE = [
    "cpu.vendor", "cpu.family", "cpu.model", "cpu.stepping", "cpu.flags", "cpu.threads", "cpu.max_mhz",
    "memory.installed_bytes", "disks", "disks.0.size_bytes", "disks.0.bus", "tpm.present", "tpm.version", "tpm.seen_by",
    "firmware.mode", "firmware.bits", "firmware.secure_boot",
]  # fmt: skip


def unread(thing: Any, path: list[str], error: str) -> Any:
    """The same value with the fact at ``path`` unreadable."""
    if isinstance(thing, Known) and path:
        items = list(thing.value)
        items[int(path[0])] = unread(items[int(path[0])], path[1:], error)
        return dataclasses.replace(thing, value=tuple(items))
    if not path:
        return Unreadable(error)
    if isinstance(thing, tuple):
        items = list(thing)
        items[int(path[0])] = unread(items[int(path[0])], path[1:], error)
        return tuple(items)
    return dataclasses.replace(thing, **{path[0]: unread(getattr(thing, path[0]), path[1:], error)})


@pytest.mark.parametrize("path", DECISIVE)
@pytest.mark.parametrize("error", ["time-out", "needs root", "garbage"])
def test_an_unreadable_fact_is_undetermined(path: str, error: str) -> None:
    verdict = windows11.judge(unread(pc(), path.split("."), error)).verdict
    assert verdict == "undetermined"


def every_fact(inventory: Inventory) -> Iterator[str]:
    for path, fact in facts(inventory):
        if isinstance(fact, Known):
            yield path


def test_no_fact_made_unreadable_improves_any_machine() -> None:
    """All machines of the table, all their facts: unreadable never turns a no, or a to-do, into *eligible*."""
    for name, inventory, verdict, _ in MACHINES:
        for path in every_fact(inventory):
            worse = windows11.judge(unread(inventory, path.split("."), "time-out")).verdict
            assert verdict == "eligible" or worse != "eligible", (name, path)


def test_nothing_known_is_undetermined() -> None:
    why = Unreadable("time-out")
    assert windows11.judge(Inventory(disks=why)).verdict == "undetermined"
