"""dmidecode's text: other people's dumps against what a person read in them, and every oddity on its own."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.inventory.dmidecode import DmiFacts, decode_signature, is_soldered, parse_dmidecode
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Cache

HEAD = "# dmidecode 3.4\nSMBIOS 3.0.0 present.\n\n"
END = "Handle 0x00FF, DMI type 127, 4 bytes\nEnd Of Table\n\n"


def facts(text: str) -> DmiFacts:
    found = parse_dmidecode(text)
    assert isinstance(found, DmiFacts), found
    return found


def structure(number: int, type_: int, *lines: str) -> str:
    body = "".join(f"\t{line}\n" for line in lines)
    return f"Handle 0x{number:04X}, DMI type {type_}, 40 bytes\nSome Title\n{body}\n"


def memory_device(number: int, size: str, **fields: str) -> str:
    rest = [f"{name.replace('_', ' ')}: {value}" for name, value in fields.items()]
    return structure(number, 17, f"Size: {size}", *rest)


def read_by_hand(found: DmiFacts) -> dict[str, Any]:
    """The facts in the words of expected.json."""
    family = known(found.cpu.family)
    return {
        "manufacturer": known(found.system.manufacturer),
        "product": known(found.system.product),
        "model_name": known(found.system.model_name),
        "serial_quality": known(found.system.serial_quality),
        "board_serial_quality": known(found.board.serial_quality),
        "chassis_serial_quality": known(found.chassis.serial_quality),
        "uuid_quality": known(found.system.uuid_quality),
        "board_product": known(found.board.product),
        "chassis_type": known(found.chassis.type),
        "firmware_vendor": known(found.firmware.vendor),
        "firmware_version": known(found.firmware.version),
        "firmware_date": known(found.firmware.date),
        "uefi_supported": known(found.firmware.uefi_supported),
        "virtual_machine": known(found.system.virtual),
        "memory_bytes_installed": known(found.memory.installed_bytes),
        "memory_modules": len(found.memory.modules) if found.memory.modules else None,
        "memory_slots": known(found.memory.slots),
        "memory_array_devices": known(found.memory.array_devices),
        "memory_bytes_max": known(found.memory.max_bytes),
        "cpu_family_model_stepping": [family, known(found.cpu.model), known(found.cpu.stepping)] if family else None,
        "tpm_in_smbios": known(found.tpm.version),
        "batteries": [
            {
                "name": known(b.name),
                "maker": known(b.manufacturer),
                "design_capacity_mwh": round((known(b.design_wh) or 0) * 1000),
            }
            for b in found.batteries or ()
        ],
    }


def test_every_dump_of_the_development_set(shared: Path) -> None:
    dumps = sorted((shared / "fixtures/machines").glob("*/dmidecode.txt"))
    assert dumps
    for dump in dumps:
        expected = json.loads((dump.parent / "expected.json").read_text(encoding="utf-8"))
        got = read_by_hand(facts(dump.read_text(encoding="utf-8", errors="replace")))
        for battery in expected["batteries"]:
            battery.pop("location", None)
        assert got == {key: expected[key] for key in got}, dump.parent.name
        brand = known(facts(dump.read_text(errors="replace")).cpu.brand_raw)
        assert brand == (expected["cpu_brand"] if "<" not in expected["cpu_brand"] else None)


def test_a_bad_index_never_becomes_a_brand() -> None:
    text = (
        HEAD + structure(4, 4, "Type: Central Processor", "ID: 41 0F A4 00 FF FB 8B 17", "Version: <BAD INDEX>") + END
    )
    cpu = facts(text).cpu
    assert cpu.brand_raw == Unreadable("<BAD INDEX>")
    assert (known(cpu.family), known(cpu.model), known(cpu.stepping)) == (25, 68, 1)


@pytest.mark.parametrize(
    ("id_bytes", "expected"),
    [
        ("EA 06 08 00 FF FB EB BF", (6, 142, 10)),
        ("81 0F 81 00 FF FB 8B 17", (23, 24, 1)),
        ("E0 06 0B 00 FF FB EB BF", (6, 190, 0)),
        ("A9 06 03 00 FF FB EB BF", (6, 58, 9)),
        ("00 00 00 00 00 00 00 00", None),
    ],
)
def test_the_signature_comes_from_the_id_bytes(id_bytes: str, expected: tuple[int, int, int] | None) -> None:
    assert decode_signature(id_bytes) == expected


def test_the_id_bytes_outrank_the_signature_line() -> None:
    text = HEAD + structure(
        4, 4, "Family: 80486", "ID: A4 06 0A 00 FF FB EB BF", "Signature: Type 0, Family 6, Model 10, Stepping 4"
    )
    assert known(facts(text + END).cpu.model) == 170


def test_an_arm_processor_has_no_x86_signature() -> None:
    text = HEAD + structure(
        4, 4, "Family: ARM", "Manufacturer: Qualcomm Technologies Inc", "ID: 8D 80 1F 51 00 00 00 00"
    )
    cpu = facts(text + END).cpu
    assert cpu.family is None
    assert known(cpu.vendor) == "Qualcomm Technologies Inc"


def test_two_fields_on_one_line() -> None:
    text = HEAD + structure(43, 43, "Vendor ID: ", "Specification Version: 2.0\tFirmware Revision: 7.2") + END
    tpm = facts(text).tpm
    assert known(tpm.version) == "2.0"
    assert isinstance(tpm.manufacturer, Absent)


@pytest.mark.parametrize(
    ("size", "expected"), [("4096 MB", 4 << 30), ("4 GB", 4 << 30), ("512 kB", 512 << 10), ("1 TB", 1 << 40)]
)
def test_sizes_of_every_version(size: str, expected: int) -> None:
    assert known(facts(HEAD + memory_device(1, size) + END).memory.installed_bytes) == expected


def test_speeds_of_every_version() -> None:
    old = facts(HEAD + memory_device(1, "2048 MB", Speed="1333 MHz") + END).memory.modules
    new = facts(
        HEAD + memory_device(1, "2 GB", Speed="Unknown", Configured_Memory_Speed="2400 MT/s") + END
    ).memory.modules
    assert old is not None and new is not None
    assert (known(old[0].speed_mts), known(new[0].speed_mts)) == (1333, 2400)


def test_every_slot_empty_is_unreadable_never_zero() -> None:
    memory = facts(
        HEAD + memory_device(1, "No Module Installed") + memory_device(2, "No Module Installed") + END
    ).memory
    assert isinstance(memory.installed_bytes, Unreadable)
    assert known(memory.slots) == 2
    assert memory.modules is None


def test_no_memory_record_tells_nothing() -> None:
    memory = facts(HEAD + structure(1, 1, "Manufacturer: X") + END).memory
    assert (memory.installed_bytes, memory.slots, memory.modules) == (None, None, None)


def test_a_module_of_unknown_size_makes_the_sum_unreadable() -> None:
    memory = facts(HEAD + memory_device(1, "4 GB") + memory_device(2, "Unknown") + END).memory
    assert isinstance(memory.installed_bytes, Unreadable)


def test_flash_rom_is_not_memory() -> None:
    text = (
        HEAD
        + structure(0x10, 16, "Use: System Memory", "Maximum Capacity: 8 GB", "Number Of Devices: 1")
        + structure(0x20, 16, "Use: Flash Memory", "Maximum Capacity: 8 MB", "Number Of Devices: 1")
        + memory_device(0x11, "4 GB", Array_Handle="0x0010")
        + memory_device(0x21, "8 MB", Array_Handle="0x0020", Type="Flash")
        + END
    )
    memory = facts(text).memory
    assert (known(memory.installed_bytes), known(memory.slots), known(memory.max_bytes)) == (4 << 30, 1, 8 << 30)


def test_a_dump_without_its_end_gives_no_sums() -> None:
    memory = facts(HEAD + memory_device(1, "4 GB")).memory
    assert isinstance(memory.installed_bytes, Unreadable)
    assert isinstance(memory.slots, Unreadable)


def test_as_many_structures_as_promised_is_an_end_too() -> None:
    text = "# dmidecode 2.12\nSMBIOS 2.7 present.\n1 structures occupying 40 bytes.\n\n" + memory_device(1, "4 GB")
    assert known(facts(text).memory.installed_bytes) == 4 << 30


@pytest.mark.parametrize(
    ("printed", "serial", "quality"),
    [
        ("DE63B195", Known("DE63B195", "dmidecode 17"), "good"),
        ("00000000", Known("00000000", "dmidecode 17"), "junk"),
        ("SerNum0", Known("SerNum0", "dmidecode 17"), "junk"),
        ("A1_SerNum2", Known("A1_SerNum2", "dmidecode 17"), "junk"),
        ("Not Specified", Absent("not specified"), "absent"),
        ("NO DIMM", Absent("NO DIMM"), "absent"),
        ("[Empty]", Absent("[Empty]"), "absent"),
    ],
)
def test_serials_of_modules(printed: str, serial: Any, quality: str) -> None:
    (module,) = facts(HEAD + memory_device(1, "4 GB", Serial_Number=printed) + END).memory.modules or ()
    assert (module.serial, known(module.serial_quality)) == (serial, quality)


def test_a_module_that_tells_no_serial_and_one_that_is_damaged() -> None:
    silent, broken = (
        facts(
            HEAD + memory_device(1, "4 GB") + memory_device(2, "4 GB", Serial_Number="<BAD INDEX>") + END
        ).memory.modules
        or ()
    )
    assert (silent.serial, silent.serial_quality) == (None, None)
    assert broken.serial == broken.serial_quality == Unreadable("<BAD INDEX>")


def test_serials_of_the_development_set(shared: Path) -> None:
    """Against a second reading of each filled type 17: a good one is eight hexadecimal digits that differ. A boot
    loader that makes up the identity of the PC is not believed here either."""
    read = 0
    for dump in sorted((shared / "fixtures/machines").glob("*/dmidecode.txt")):
        text = dump.read_text(encoding="utf-8", errors="replace")
        printed = []
        for block in text.split("\n\n"):
            size = re.search(r"^\tSize: (\d+) [MG]B$", block, re.MULTILINE)
            if "DMI type 17," in block and size and "Type: Flash" not in block:
                printed.append((re.findall(r"^\tSerial Number: (.*?)\s*$", block, re.MULTILINE) or [None])[0])
        found = facts(text).memory.modules or ()
        for line, module in zip(printed, found, strict=True):
            good = line is not None and re.fullmatch(r"[0-9A-F]{8}", line) and len(set(line)) > 1
            good = good and "acidanthera" not in dump.parent.name
            assert (known(module.serial_quality) == "good") == bool(good), (dump.parent.name, line)
            assert not good or known(module.serial) == line
            read += bool(good)
    assert read > 15


CACHES = """Handle 0x0004, DMI type 7, 19 bytes
Cache Information
\tSocket Designation: L1-Cache
\tConfiguration: Enabled, Not Socketed, Level 1
\tOperational Mode: Write Back
\tInstalled Size: 256 kB
\tSystem Type: Unified

Handle 0x0005, DMI type 7, 19 bytes
Cache Information
\tSocket Designation: L3-Cache
\tConfiguration: Enabled, Not Socketed, Level 3
\tInstalled Size: 6 MB
\tSystem Type: Unified

Handle 0x0006, DMI type 7, 19 bytes
Cache Information
\tConfiguration: Disabled, Not Socketed, Level 4
\tInstalled Size: 0 kB

"""


def test_caches_of_the_whole_processor() -> None:
    four = structure(4, 4, "Type: Central Processor")
    caches = facts(HEAD + four + CACHES + END).cpu.caches
    assert caches == Known(
        (Cache(level=1, kind="unified", size_bytes=256 << 10), Cache(level=3, kind="unified", size_bytes=6 << 20)),
        "dmidecode 7",
    )
    assert facts(HEAD + four + END).cpu.caches is None


@pytest.mark.parametrize(
    ("form", "kind", "place", "expected"),
    [
        ("SODIMM", "DDR4", "DIMM A", False),
        ("Row Of Chips", "DDR4", "", True),
        ("SODIMM", "LPDDR3", "Channel-0-DIMM-0", True),
        ("TSOP", "LPDDR4", "Top - on board", True),
        ("Other", "DDR4", "Motherboard", True),
        ("Unknown", "Unknown", "", None),
    ],
)
def test_soldered_memory(form: str, kind: str, place: str, expected: bool | None) -> None:
    assert is_soldered(form, kind, place) is expected


def test_unpopulated_and_doubled_processor_records() -> None:
    one = ("Socket Designation: U2E1", "Type: Central Processor", "Core Count: 2", "Thread Count: 2")
    text = HEAD + structure(1, 4, *one) + structure(2, 4, *one) + END
    cpu = facts(text).cpu
    assert (known(cpu.cores), known(cpu.sockets)) == (2, 1)
    coreboot = HEAD + structure(1, 4, "Status: Unpopulated", "Core Count: 16") + END
    assert known(facts(coreboot).cpu.cores) == 16


def test_dates_become_iso() -> None:
    for printed, expected in (("05/25/2022", "2022-05-25"), ("06/ 4/2019", "2019-06-04"), ("03/14/07", "1907-03-14")):
        text = HEAD + structure(0, 0, f"Release Date: {printed}") + END
        assert known(facts(text).firmware.date) == expected


def test_oem_strings_are_not_kept() -> None:
    text = HEAD + structure(11, 11, "String 1: 27[18423560258]") + structure(1, 1, "Manufacturer: Dell Inc.") + END
    assert "18423560258" not in repr(facts(text))


@pytest.mark.parametrize("text", ["", "# dmidecode 3.4\nScanning /dev/mem for entry point.\n", "\0\0\0", "{}"])
def test_no_structure_is_unreadable(text: str) -> None:
    assert isinstance(parse_dmidecode(text), Unreadable)


def test_permission_denied_is_said_as_such() -> None:
    text = (
        "# dmidecode 3.4\n/sys/firmware/dmi/tables/smbios_entry_point: Permission denied\n/dev/mem: Permission denied\n"
    )
    assert parse_dmidecode(text) == Unreadable("needs root")


def test_cut_and_shuffled_dumps_never_raise(shared: Path) -> None:
    for dump in sorted((shared / "fixtures/machines").glob("*/dmidecode.txt"))[:6]:
        data = dump.read_bytes()
        for cut in range(0, len(data), 997):
            parse_dmidecode(data[:cut])
        blocks = data.split(b"\n\n")
        random.Random(1).shuffle(blocks)
        whole, mixed = parse_dmidecode(data), parse_dmidecode(b"\n\n".join(blocks))
        assert isinstance(whole, DmiFacts) and isinstance(mixed, DmiFacts)
        assert whole.memory.installed_bytes == mixed.memory.installed_bytes


@given(st.text() | st.binary())
def test_anything_at_all_is_answered(data: str | bytes) -> None:
    assert isinstance(parse_dmidecode(data), (DmiFacts, Unreadable))


def test_the_source_is_told() -> None:
    fact = facts(HEAD + structure(1, 1, "Manufacturer: LENOVO") + END).system.manufacturer
    assert fact == Known("LENOVO", "dmidecode 1")
