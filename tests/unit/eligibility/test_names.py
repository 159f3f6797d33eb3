"""Brand strings to list names: whole names only (ELIGIBILITY section 5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.eligibility import lists, names


@pytest.mark.parametrize(
    ("vendor", "brand", "name"),
    [
        ("intel", "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", "Core i5-8250U"),
        ("intel", "11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz", "Core i5-1135G7"),
        ("intel", "12th Gen Intel(R) Core(TM) i3-1215U", "Core i3-1215U"),
        ("intel", "Intel(R) Core(TM) i3-14100", "Core i3-14100"),
        ("intel", "Intel(R) Core(TM) Ultra 5 125H", "Core Ultra 5 125H"),
        ("intel", "Ultra 5-125H", "Core Ultra 5 125H"),
        ("intel", "Core Ultra 5 processor 125H", "Core Ultra 5 125H"),
        ("intel", "Intel(R) N100", "Processor N100"),
        ("intel", "Intel(R) N250", "Processor N250"),
        ("intel", "Intel(R) Processor U300", "Processor U300"),
        ("intel", "Intel(R) Celeron(R) N4020 CPU @ 1.10GHz", "Celeron N4020"),
        ("intel", "Intel(R) Celeron(R) CPU 3867U @ 1.80GHz", "Celeron 3867U"),
        ("intel", "Intel(R) Pentium(R) CPU 4417U @ 2.30GHz", "Pentium Gold 4417U"),
        ("intel", "Intel(R) Pentium(R) CPU 6405U @ 2.40GHz", "Pentium Gold 6405U"),
        ("intel", "Intel(R) Pentium(R) CPU GOLD 6500Y @ 1.10GHz", "Pentium Gold 6500Y"),
        ("intel", "Intel(R) Xeon(R) E-2176M  CPU @ 2.70GHz", "Xeon E-2176M"),
        ("intel", "Intel(R) Xeon(R) E E-2468", "Xeon E-2468"),
        ("intel", "INTEL(R) XEON(R) GOLD 5420+", "Xeon Gold 5420+"),
        ("amd", "AMD Ryzen 5 PRO 3500U w/ Radeon Vega Mobile Gfx", "Ryzen 5 PRO 3500U"),
        ("amd", "AMD Ryzen 7 7840U w/ Radeon  780M Graphics", "Ryzen 7 7840U"),
        ("amd", "AMD Ryzen 7 7840H w/Radeon 780M Graphics", "Ryzen 7 7840H"),
        ("amd", "AMD Ryzen 7 6800HS Creator Edition", "Ryzen 7 6800HS"),
        ("amd", "AMD Ryzen 3 3250C 15W with Radeon Graphics", "Ryzen 3 3250C"),
        ("amd", "AMD 3020e with Radeon Graphics", "3020e"),
        ("amd", "AMD Athlon Silver 7120U with Radeon Graphics", "Athlon 7120U"),
        ("amd", "AMD Ryzen 7 PRO 5750G with Radeon Graphics", "Ryzen 5 PRO 5750G"),
        ("amd", "AMD Ryzen 5 Microsoft Surface (R) Edition", "Ryzen 5 3580U"),
        ("amd", "AMD Ryzen Threadripper PRO 3995WX 64-Cores", "Ryzen Threadripper PRO 3995WX"),
        ("amd", "AMD Ryzen 5 2600 Six-Core Processor            ", "Ryzen 5 2600"),
        ("qualcomm", "Snapdragon(R) X Elite - X1E78100 - Qualcomm(R) Oryon(TM) CPU", "X1E-78-100"),
        ("qualcomm", "Snapdragon(R) X 10-core X1P64100 @ 3.40 GHz", "X1P-64-100"),
        ("qualcomm", "Snapdragon (TM) 8cx Gen 3 @ 3.0 GHz", "Snapdragon 8cx Gen 3"),
    ],
)
def test_brand_to_list_name(vendor: str, brand: str, name: str) -> None:
    assert names.look_up(brand, vendor).name == name


@pytest.mark.parametrize(
    ("vendor", "brand", "kind"),
    [
        ("amd", "AMD Ryzen 7 2700U with Radeon Vega Mobile Gfx", "none"),  # contains "Ryzen 7 2700"
        ("amd", "AMD Ryzen 5 1600 Six-Core Processor", "none"),
        ("intel", "Intel(R) Core(TM) i5-8265UC CPU @ 1.60GHz", "series"),
        ("intel", "Intel(R) Celeron(R) CPU 3965U @ 2.20GHz", "series"),
        ("intel", "Intel(R) Pentium(R) CPU 4415U @ 2.30GHz", "series"),
        ("intel", "Intel(R) Celeron(R) N5095 @ 2.00GHz", "delisted"),
        ("intel", "Intel(R) Core(TM) i7-7700K CPU @ 4.20GHz", "none"),
        ("amd", "AMD Ryzen 5 9600X 6-Core Processor", "series"),
    ],
)
def test_neighbours_are_other_processors(vendor: str, brand: str, kind: str) -> None:
    match = names.look_up(brand, vendor)
    assert match.kind == kind
    assert match.name is None or kind == "delisted"


def test_every_entry_normalises_to_itself_and_finds_itself() -> None:
    for (vendor, _), name in lists.names().listed.items():
        assert names.normalise(name) == name
        match = names.look_up(name, vendor)
        assert (match.kind, match.name) == ("exact", name)


def test_no_alias_names_another_processor() -> None:
    table = lists.names()
    for (vendor, reported), listed in table.aliases.items():
        assert (vendor, listed.lower()) in table.listed, listed
        if (vendor, reported) in table.listed:  # both rows exist: the exact one wins
            assert names.look_up(reported, vendor).name == table.listed[vendor, reported]
    for (vendor, _), name in table.listed.items():
        model = name.rsplit(" ", 1)[-1].lower()
        for other in names._spellings(vendor, name.lower()):
            assert model.replace("-", "") in other.replace("-", ""), (name, other)


def test_delisted_names_are_not_listed() -> None:
    table = lists.names()
    assert not set(table.delisted) & set(table.listed)


@given(st.text(max_size=80))
def test_any_text_is_survived(text: str) -> None:
    assert names.look_up(text, "intel").kind in set(names.Listed)
    assert len(names.normalise(text)) <= len(text)


@pytest.mark.parametrize(
    "brand", ["<BAD INDEX>", "", "AMD Processor model unknown", "AMD Eng Sample: 100-000000285-40_Y",
              "Genuine Intel(R) CPU 0000 @ 2.60GHz", "pc-q35-8.2", "QEMU Virtual CPU version 2.5+",
              "Common KVM processor", "To Be Filled By O.E.M."],
)  # fmt: skip
def test_brands_that_name_nothing(brand: str) -> None:
    assert not names.usable(brand)


def test_engineering_samples_are_noted() -> None:
    assert names.engineering_sample("AMD Eng Sample: 100-000000285-40_Y")
    assert names.engineering_sample("Genuine Intel(R) CPU 0000 @ 2.60GHz")
    assert not names.engineering_sample("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz")
