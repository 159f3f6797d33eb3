"""Is a serial number or a UUID worth anything? (ELIGIBILITY design, section 2; placeholders met on real boards.)"""

from __future__ import annotations

import re

from agent.model.inventory import SerialQuality

_ABSENT = {"", "not specified", "not available", "not present", "not provided", "no asset information"}

_PLACEHOLDERS = {
    "to be filled by o.e.m.",
    "to be filled by o.e.m",
    "tobefilledbyo.e.m.",
    "fill by oem",
    "filled by oem",
    "default string",
    "default",
    "default_string",
    "none",
    "n/a",
    "na",
    "null",
    "nil",
    "unknown",
    "invalid",
    "undefined",
    "not defined",
    "not applicable",
    "empty",
    "oem",
    "o.e.m.",
    "o.e.m",
    "serial",
    "serial#",
    "sernum",
    "sernum00",
    "system name",
    "system manufacturer",
    "system product name",
    "system version",
    "system sku",
    "product name",
    "oem product",
    "all series",
    "type1productconfigid",
    "bad index",
    "<bad index>",
    "<out of spec>",
    "no asset tag",
}

_SERIAL_WORDS = re.compile(
    r"(system|board|base\s?board|chassis|enclosure|mother\s?board)?\s*serial\s*(number|#|no\.?)?"
)

_COUNTED = re.compile(r"(?:[a-z]+\d*_)?sernum\d*")  # SerNum0, A1_SerNum2: the slots of a board, counted

_JUNK_UUIDS = {
    "03000200040005000006000700080009",
    "00020003000400050006000700080009",  # the same sixteen bytes in the other byte order
    "1234567812345678" + "90abcddeefaabbcc",
    "12345678123456789012123456789abc",
}

_INVENTED_BY = ("acidanthera",)  # a boot loader that makes up every identity field


def is_placeholder(text: str) -> bool:
    """True when the firmware says something that identifies nothing."""
    word = re.sub(r"\s+", " ", text.strip().lower())
    if word in _ABSENT or word in _PLACEHOLDERS or word.strip(".#*- ") in _PLACEHOLDERS:
        return True
    return bool(_SERIAL_WORDS.fullmatch(word) or _COUNTED.fullmatch(word)) and word != ""


def is_invented(manufacturer: str | None) -> bool:
    return (manufacturer or "").strip().lower().startswith(_INVENTED_BY)


def serial_quality(text: str | None, *, manufacturer: str | None = None) -> SerialQuality:
    """good: identifies; junk: a placeholder; absent: nothing is said. ``manufacturer`` is the system's."""
    word = (text or "").strip()
    if word.lower() in _ABSENT:
        return SerialQuality.ABSENT
    bare = re.sub(r"[^0-9a-zA-Z]", "", word)
    junk = (
        is_invented(manufacturer)
        or is_placeholder(word)
        or len(bare) < 3
        or len(set(bare.lower())) == 1
        or "123456789" in bare  # 0123456789, 1234567890, BSN12345678901234567, EeePC-0123456789, MB-1234567890
    )
    return SerialQuality.JUNK if junk else SerialQuality.GOOD


def uuid_quality(text: str | None, *, manufacturer: str | None = None) -> SerialQuality:
    """As for serials; weak: zeros and a MAC address, unique only as far as the MAC is."""
    word = (text or "").strip().lower()
    if word in _ABSENT or word in ("not settable", "not present"):
        return SerialQuality.ABSENT
    digits = word.replace("-", "").strip("{}")
    if not re.fullmatch(r"[0-9a-f]{32}", digits):
        return SerialQuality.JUNK
    if digits in ("0" * 32, "f" * 32):
        return SerialQuality.ABSENT
    if is_invented(manufacturer) or digits in _JUNK_UUIDS or len(set(digits)) == 1:
        return SerialQuality.JUNK
    return SerialQuality.WEAK if digits.startswith("0" * 20) else SerialQuality.GOOD


def same_uuid(one: str, other: str) -> bool:
    """Equal UUIDs, also when one has the byte order of SMBIOS before 2.6 (Dell: 44454C4C, 4C4C4544)."""

    def digits(text: str) -> str:
        return text.replace("-", "").strip("{} ").lower()

    def swapped(text: str) -> str:
        raw = bytes.fromhex(text)
        return (raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]).hex()

    a, b = digits(one), digits(other)
    if len(a) != 32 or len(b) != 32:
        return a == b
    return a == b or swapped(a) == b
