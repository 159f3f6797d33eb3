"""Where the data partition goes: behind everything the image brought, told by tables that sfdisk printed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.stick import layout as lay

TABLES = Path(__file__).with_name("tables")
NAMES = sorted(p.stem for p in TABLES.glob("*.json"))
MIB = 1 << 20


def table(name: str) -> lay.Table:
    return lay.read_table((TABLES / f"{name}.json").read_bytes())


def test_tables_of_real_images_are_read() -> None:
    assert [(n, table(n).label, len(table(n).rows)) for n in NAMES] == [
        ("gpt", "gpt", 3),
        ("isohybrid", "dos", 2),
        ("mbr", "dos", 2),
        ("mkrescue", "gpt", 4),
    ]
    assert table("gpt").image_end == 15204, "the second header is in the last sector of the image"
    assert [r.number for r in table("mkrescue").rows] == [1, 2, 3, 4]


@pytest.mark.parametrize("name", NAMES)
@given(disk=st.integers(300, 200_000), iso=st.integers(0, 100))
def test_it_never_touches_the_image(name: str, disk: int, iso: int) -> None:
    found = table(name)
    try:
        at = lay.place(found, disk_bytes=disk * MIB, iso_bytes=iso * MIB)
    except lay.NoPlace as no:
        assert no.reason == "stick-why-no-room" and disk < 8192
        return
    assert at.start >= max(r.start + r.size for r in found.rows)
    assert at.start >= found.image_end and at.start * 512 >= iso * MIB
    assert at.start * 512 % MIB == 0
    assert (at.start + at.size) * 512 <= disk * MIB
    assert at.size * 512 >= lay.LEAST_BYTES


def test_a_big_stick_gives_the_same_place_to_a_newer_image() -> None:
    places = {lay.place(table("gpt"), disk_bytes=32 << 30, iso_bytes=n * MIB).start for n in (700, 750, 1000)}
    assert places == {(1 << 30) // 512}


def test_four_rows_of_an_mbr_leave_no_slot() -> None:
    mbr = table("mbr")
    full = dataclasses.replace(mbr, rows=mbr.rows * 2)
    with pytest.raises(lay.NoPlace) as no:
        lay.place(full, disk_bytes=8 << 30, iso_bytes=0)
    assert no.value.reason == "stick-why-no-slot"


def test_the_script_names_our_type() -> None:
    at = lay.Place(start=2048, size=4096)
    gpt, mbr = lay.script(table("gpt"), at).decode(), lay.script(table("mbr"), at).decode()
    assert gpt == f'start=2048, size=4096, type={lay.UNFINISHED_GUID}, name="REGAIN-DATA"\n'
    assert mbr == "start=2048, size=4096, type=DA\n"


def test_only_one_new_row_is_accepted() -> None:
    before, at = table("gpt"), lay.Place(start=16384, size=100_000)
    new = lay.Row(node="/dev/sdb4", number=4, start=16384, size=100_000, type=lay.TYPE_GUID)
    assert lay.added(before, dataclasses.replace(before, rows=(*before.rows, new)), at) == new
    moved = dataclasses.replace(before.rows[0], size=before.rows[0].size + 1)
    for rows in (before.rows, (moved, *before.rows[1:], new), (*before.rows[1:], new)):
        with pytest.raises(ValueError, match="one row more"):
            lay.added(before, dataclasses.replace(before, rows=rows), at)


def test_candidates_are_never_a_fat() -> None:
    assert [lay.candidates(table(n)) for n in NAMES] == [()] * len(NAMES)


@pytest.mark.parametrize("noise", [b"", b"{}", b"[]", b'{"partitiontable": {"label": "sun"}}', b"\xff\xfe"])
def test_noise_is_no_table(noise: bytes) -> None:
    with pytest.raises(ValueError):
        lay.read_table(noise)


@pytest.mark.parametrize("name", ["gpt", "mbr"])
def test_one_that_was_begun_is_known_by_its_type_and_place(name: str) -> None:
    found, sizes = table(name), {"disk_bytes": 4 << 30, "iso_bytes": 0}
    at = lay.place(found, **sizes)
    kind = lay.UNFINISHED_GUID if name == "gpt" else lay.UNFINISHED_MBR
    row = lay.Row(node="/dev/sdb9", number=9, start=at.start, size=at.size, type=kind)
    assert lay.unfinished(found, **sizes) is None
    assert lay.unfinished(dataclasses.replace(found, rows=(*found.rows, row)), **sizes) == row
    foreign = dataclasses.replace(row, start=row.start + 8, type="DA")
    assert lay.unfinished(dataclasses.replace(found, rows=(*found.rows, foreign)), **sizes) is None
