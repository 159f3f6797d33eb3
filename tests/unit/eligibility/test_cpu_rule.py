"""The processor rule: shared fixture, boundaries, and a second reading of the rule written here from the design."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.eligibility.cpu import CpuAnswer, CpuVerdict, judge_cpu, run_rule, vendor_key
from agent.model.eligibility import Answer


def judge(
    brand: str | None,
    family: int | None = None,
    model: int | None = None,
    stepping: int | None = None,
    *,
    vendor: str | None = "GenuineIntel",
    mask: int | None = None,
    product: str | None = None,
    flags: tuple[str, ...] | None = None,
) -> CpuAnswer:
    return judge_cpu(
        brand_raw=brand,
        vendor=vendor,
        family=family,
        model=model,
        stepping=stepping,
        platform_id=mask,
        system_model=product,
        flags=flags,
    )


def rows(shared: Path) -> list[dict[str, str]]:
    with (shared / "fixtures" / "cpus" / "dev_cpus.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str, base: int = 10) -> int | None:
    return int(text, base) if text else None


def judged(row: dict[str, str]) -> CpuAnswer:
    return judge(
        row["brand_raw"],
        number(row["family"]),
        number(row["model"]),
        number(row["stepping"]),
        vendor=row["vendor"],
        mask=number(row["platform_id"], 16),
        product=row["system_model"] or None,
    )


def test_every_labelled_processor(shared: Path) -> None:
    wrong = []
    for row in rows(shared):
        not_scored = row["expected"] == "unlisted" and row["fms_check"] == "needs_platform_id"  # says its README
        if not not_scored and judged(row).verdict != row["expected"]:
            wrong.append((row["brand_raw"], judged(row).verdict.value, row["expected"]))
    assert wrong == []


def test_names_and_rule_of_every_labelled_processor(shared: Path) -> None:
    for row in rows(shared):
        answer = judged(row)
        listed = "none" if answer.cpu_listed == "series" else answer.cpu_listed.value
        assert (listed, answer.name or "") == (row["list_match"], row["list_name"]), row["brand_raw"]
        alone = run_rule(
            vendor=vendor_key(row["vendor"], None),
            family=number(row["family"]),
            model=number(row["model"]),
            stepping=number(row["stepping"]),
            platform_id=number(row["platform_id"], 16),
        )
        assert alone == row["fms_check"], row["brand_raw"]


def test_recorded_machines(shared: Path) -> None:
    """The processors of the recorded PCs, by the numbers read by hand."""
    seen = 0
    for path in sorted((shared / "fixtures" / "machines").glob("*/expected.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.get("windows11_cpu") in (None, "not_meaningful") or told.get("cpu_brand") is None:
            continue
        family, model, stepping = told.get("cpu_family_model_stepping") or (None, None, None)
        answer = judge(
            told["cpu_brand"], family, model, stepping, vendor=told.get("cpu_manufacturer"), product=told.get("product")
        )
        assert answer.verdict == told["windows11_cpu"], path.parent.name
        seen += 1
    assert seen >= 15


@pytest.mark.parametrize(
    ("vendor", "family", "model", "stepping", "mask", "expected"),
    [
        ("intel", 6, 84, 0, None, "fail"),
        ("intel", 6, 85, 4, None, "pass"),
        ("intel", 6, 86, 0, None, "fail"),
        ("intel", 6, 94, 3, None, "fail"),
        ("intel", 6, 95, 1, None, "fail"),
        ("intel", 6, 96, 0, None, "pass"),
        ("intel", 6, 142, 8, None, "pass"),
        ("intel", 6, 142, 9, None, "needs_platform_id"),
        ("intel", 6, 142, 9, 0x08, "fail"),
        ("intel", 6, 142, 9, 0x10, "pass"),
        ("intel", 6, 142, 9, 0x40, "fail"),
        ("intel", 6, 142, 9, 0x80, "fail"),
        ("intel", 6, 142, 9, 0, "needs_platform_id"),  # no bit, or two: the kernel prints exactly one
        ("intel", 6, 142, 9, 0xC0, "needs_platform_id"),
        ("intel", 6, 142, 10, None, "pass"),
        ("intel", 6, 158, 9, 0x02, "fail"),
        ("intel", 6, 158, 9, 0x08, "pass"),
        ("intel", 6, 158, 10, None, "pass"),
        ("intel", 5, 200, 0, None, "fail"),
        ("intel", 7, 200, 0, None, "fail"),
        ("intel", 15, 6, 5, None, "fail"),
        ("intel", 17, 200, 0, None, "fail"),
        ("intel", 18, 1, 0, None, "pass"),
        ("intel", 19, 1, 0, None, "pass"),
        ("amd", 22, 255, 0, None, "fail"),
        ("amd", 23, 0, 0, None, "pass"),
        ("amd", 23, 1, 1, None, "fail"),
        ("amd", 23, 8, 2, None, "pass"),
        ("amd", 23, 17, 0, None, "fail"),
        ("amd", 23, 24, 1, None, "pass"),
        ("amd", 24, 17, 0, None, "pass"),
        ("other", 7, 59, 0, None, "fail"),
    ],
)
def test_boundaries(vendor: str, family: int, model: int, stepping: int, mask: int | None, expected: str) -> None:
    answer = run_rule(vendor=vendor, family=family, model=model, stepping=stepping, platform_id=mask)
    assert answer == expected


def second_reading(vendor: str, family: int, model: int, stepping: int, mask: int | None) -> str:
    """ELIGIBILITY section 4, read again and written as plain branches."""
    if vendor == "GenuineIntel":
        if family == 6:
            if model == 85:
                return "pass"
            if model < 96:
                return "fail"
            if (model, stepping) in {(142, 9), (158, 9)}:
                if mask is None:
                    return "needs_platform_id"
                return "pass" if mask == {142: 16, 158: 8}[model] else "fail"
            return "pass"
        return "pass" if family in (18, 19) or family > 19 else "fail"
    if vendor == "AuthenticAMD":
        if family <= 22 or (family == 23 and model in (1, 17)):
            return "fail"
        return "pass"
    return "fail"


@given(
    vendor=st.sampled_from(["GenuineIntel", "AuthenticAMD", "CentaurHauls", "HygonGenuine", "  Shanghai  "]),
    family=st.one_of(st.integers(0, 40), st.sampled_from([6, 23])),
    model=st.one_of(st.integers(0, 255), st.sampled_from([1, 17, 84, 85, 86, 94, 95, 96, 142, 158])),
    stepping=st.integers(0, 15),
    mask=st.one_of(st.none(), st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128])),
)
def test_second_reading_agrees(vendor: str, family: int, model: int, stepping: int, mask: int | None) -> None:
    key = vendor_key(vendor, None)
    mine = run_rule(vendor=key, family=family, model=model, stepping=stepping, platform_id=mask)
    assert mine == second_reading(vendor, family, model, stepping, mask)


@given(
    brand=st.one_of(st.none(), st.text(max_size=40), st.sampled_from(["Intel(R) Core(TM) i5-8250U", "<BAD INDEX>"])),
    vendor=st.one_of(st.none(), st.text(max_size=15), st.sampled_from(["GenuineIntel", "AuthenticAMD"])),
    numbers=st.tuples(*[st.one_of(st.none(), st.integers(0, 300))] * 4),
)
def test_never_raises_and_the_list_never_overrules_a_refusal(
    brand: str | None, vendor: str | None, numbers: tuple[int | None, ...]
) -> None:
    family, model, stepping, mask = numbers
    answer = judge(brand, family, model, stepping, vendor=vendor, mask=mask)
    if answer.cpu_check == "fail":
        assert answer.verdict is CpuVerdict.UNSUPPORTED
        assert answer.check is Answer.FAIL


def test_a_refusal_is_certain_even_when_numbers_are_missing() -> None:
    assert judge("AMD FX(tm)-8350 Eight-Core Processor", 21, vendor="AuthenticAMD").verdict == "unsupported"
    assert judge("x", 6, None, None).cpu_check == "unreadable"
    assert judge("x", 6, 142, None).cpu_check == "unreadable"


def test_without_64_bits_it_fails() -> None:
    assert judge("Intel(R) Core(TM) i5-8250U", 6, 142, 10, flags=("sse2", "pae")).verdict == "unsupported"


def test_the_named_exception_goes_by_the_model_of_the_pc() -> None:
    brand = "Intel(R) Core(TM) i7-7820HQ CPU @ 2.90GHz"
    assert judge(brand, 6, 158, 9, product=" precision 5520 ").verdict == "supported"
    assert judge(brand, 6, 158, 9, product="SURFACE STUDIO 2").verdict == "supported"
    other = judge(brand, 6, 158, 9, product="Precision 5520 XL")
    assert (other.verdict, other.contradiction, other.rule) == ("unsupported", True, "both")
    unknown = judge(brand, 6, 158, 9)
    assert (unknown.verdict, unknown.check) == ("needs_platform_id", Answer.UNDETERMINED)
    refused = judge(brand, 6, 158, 9, mask=0x20, product="Latitude 5480")
    assert (refused.verdict, refused.contradiction) == ("unsupported", True)


def test_listed_yet_refused_is_a_visible_contradiction() -> None:
    answer = judge("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", 6, 78, 3)
    assert (answer.verdict, answer.contradiction, answer.rule) == ("unsupported", True, "fms")
    assert answer.name == "Core i5-8250U"


def test_brand_alone_is_decided_by_the_list_or_not_at_all() -> None:
    named = judge("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", vendor=None)
    assert (named.verdict, named.rule, named.check) == ("supported", "list", Answer.UNDETERMINED)
    unnamed = judge("Intel(R) Core(TM) i5-7200U CPU @ 2.50GHz", vendor=None)
    assert (unnamed.verdict, unnamed.check) == ("unknown", Answer.UNDETERMINED)
    assert judge("", vendor=None).verdict == "unknown"


def test_needs_platform_id_when_the_brand_says_nothing() -> None:
    for brand in ("<BAD INDEX>", "Genuine Intel(R) CPU 0000 @ 2.60GHz", "", "pc-q35-8.2"):
        answer = judge(brand, 6, 142, 9)
        assert (answer.verdict, answer.rule) == ("needs_platform_id", "fms"), brand


def test_arm() -> None:
    vendor = "QUALCOMM Technologies Inc"
    elite = "Snapdragon(R) X Elite - X1E78100 - Qualcomm(R) Oryon(TM) CPU"
    assert judge(elite, vendor=vendor).verdict == "supported"
    assert judge(elite, vendor=vendor, flags=("asimd", "atomics")).rule == "both"
    assert judge(elite, vendor=vendor, flags=("asimd",)).verdict == "unsupported"
    assert judge("Snapdragon (TM) 835 @ 2.21 GHz", vendor=vendor).verdict == "unsupported"
    assert judge("Snapdragon X2 Elite", vendor=vendor).verdict == "unknown"
    assert judge("MT8195", vendor="MediaTek").verdict == "unsupported"


@pytest.mark.parametrize(
    ("vendor", "key"),
    [
        ("GenuineIntel", "intel"),
        ("Intel(R) Corporation", "intel"),
        ("Advanced Micro Devices, Inc.", "amd"),
        ("Qualcomm Technologies Inc", "qualcomm"),
        ("HygonGenuine", "other"),
        ("  Shanghai  ", "other"),
    ],
)
def test_vendor_spellings(vendor: str, key: str) -> None:
    assert vendor_key(vendor, None) == key
