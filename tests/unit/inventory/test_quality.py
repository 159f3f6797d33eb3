"""Serial and UUID quality: placeholders met on real boards identify nothing."""

from __future__ import annotations

import pytest

from agent.inventory.quality import is_placeholder, same_uuid, serial_quality, uuid_quality


@pytest.mark.parametrize(
    "text",
    [
        "To Be Filled By O.E.M.",
        "to be filled by o.e.m.",
        "Default string",
        "System Serial Number",
        "Board Serial Number",
        "Base Board Serial Number",
        "Chassis Serial Number",
        "None",
        "N/A",
        "NA",
        "Unknown",
        "INVALID",
        "Undefined",
        "OEM",
        "0123456789",
        "123456789",
        "1234567890",
        "BSN12345678901234567",
        "EeePC-0123456789",
        "SerNum00",
        "0000000",
        "XXXXXXXX",
        "........",
        "A1",
    ],
)
def test_placeholders_are_junk(text: str) -> None:
    assert serial_quality(text) == "junk"


@pytest.mark.parametrize("text", [None, "", "   ", "Not Specified", "Not Available"])
def test_nothing_said_is_absent(text: str | None) -> None:
    assert serial_quality(text) == "absent"


@pytest.mark.parametrize("text", ["8DH48B2", "PFN7Z8N8", "/8DH48B2/CN7016331J0017/", "NM1587481962", "5CGD7TFHPG"])
def test_real_serials_are_good(text: str) -> None:
    assert serial_quality(text) == "good"


def test_what_a_boot_loader_invents_is_junk() -> None:
    assert serial_quality("W89P4L4368K", manufacturer="Acidanthera") == "junk"
    assert uuid_quality("11F878E0-10A2-4CAD-AE16-FA76609792EB", manufacturer="Acidanthera") == "junk"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not Settable", "absent"),
        ("Not Present", "absent"),
        ("00000000-0000-0000-0000-000000000000", "absent"),
        ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "absent"),
        ("03000200-0400-0500-0006-000700080009", "junk"),
        ("12345678-1234-5678-90ab-cddeefaabbcc", "junk"),
        ("11111111-1111-1111-1111-111111111111", "junk"),
        ("not a uuid", "junk"),
        ("00000000-0000-0000-0000-0cc47abb8711", "weak"),
        ("4c4c4544-0044-4810-8034-b8c04f384232", "good"),
    ],
)
def test_uuid_quality(text: str, expected: str) -> None:
    assert uuid_quality(text) == expected


def test_one_dell_uuid_in_two_byte_orders() -> None:
    assert same_uuid("4C4C4544-0044-4810-8034-B8C04F384232", "44454c4c-4400-1048-8034-b8c04f384232")
    assert not same_uuid("4C4C4544-0044-4810-8034-B8C04F384232", "4C4C4544-0044-4810-8034-B8C04F384233")


@pytest.mark.parametrize("text", ["System Product Name", "All Series", "To be filled by O.E.M.", "Default string"])
def test_product_placeholders(text: str) -> None:
    assert is_placeholder(text)
    assert not is_placeholder("OptiPlex 7010")
