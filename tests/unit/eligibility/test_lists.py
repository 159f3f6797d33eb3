"""The data files: counts and digests, agreement with the collected facts, refusal of damaged files."""

from __future__ import annotations

import datetime
import re
from importlib import resources
from pathlib import Path

import pytest

from agent.eligibility import lists
from agent.model.errors import Fault


def text_of(file: str) -> str:
    return resources.files("agent.eligibility.data").joinpath(f"{file}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", lists.FILES)
def test_headers_tell_the_truth(file: str) -> None:
    data = lists.load(file)
    assert data.count == lists.count_of(file, data.body) > 0
    assert data.sources
    assert re.fullmatch(r"20\d\d\.\d\d\.\d\d", data.data_version)
    datetime.date.fromisoformat(data.date)


def test_every_file_of_the_folder_is_checked() -> None:
    folder = resources.files("agent.eligibility.data")
    assert {e.name for e in folder.iterdir() if e.name.endswith(".yaml")} == {f"{f}.yaml" for f in lists.FILES}


@pytest.mark.parametrize(("vendor", "count"), [("intel", 1041), ("amd", 397), ("qualcomm", 24)])
def test_lists_hold_the_collected_names(shared: Path, vendor: str, count: int) -> None:
    source = (shared / "data" / "windows11" / f"{vendor}.txt").read_text(encoding="utf-8")
    wanted = {line.strip() for line in source.splitlines() if line.strip() and not line.startswith("#")}
    mine = lists.expand(lists.load(f"cpus-{vendor}").body)
    assert len(mine) == len(set(mine)) == count
    assert set(mine) == wanted


def test_series_and_errata_hold_the_collected_facts(shared: Path) -> None:
    import yaml

    folder = shared / "data" / "windows11"
    series = yaml.safe_load((folder / "series.yaml").read_text(encoding="utf-8"))
    mine = {(s.vendor, s.name) for s in lists.names().series}
    assert mine == {
        *(("intel", e["name"]) for e in series["intel"]),
        *(("amd", n) for n in series["amd_25h2"]),
        *(("qualcomm", n) for n in series["qualcomm_25h2"]),
    }
    errata = yaml.safe_load((folder / "delisted_and_errata.yaml").read_text(encoding="utf-8"))
    for vendor, entries in errata["delisted"].items():
        for entry in entries:
            row = lists.names().delisted[vendor, entry["name"].lower()]
            assert f"{row['from']}..{row['until']}" == entry["seen"]


def test_support_ends_are_tuesdays_and_agree_with_the_collected_dates(shared: Path) -> None:
    import yaml

    mine = lists.load("lifecycle").body
    source = yaml.safe_load((shared / "data" / "windows11" / "lifecycle.yaml").read_text(encoding="utf-8"))
    for row, told in zip(mine["windows_11"], source["windows_11"], strict=True):
        for key in ("home_pro", "enterprise_education"):
            assert datetime.date.fromisoformat(row[key]) == told[key]
            assert told[key].weekday() == 1, row
    assert mine["windows_10_esu"]["ends"] == str(source["windows_10"]["esu_consumer"]["ends"])
    assert mine["windows_11_to_install"] == source["install_now"]["versions"]


@pytest.mark.parametrize("file", lists.FILES)
def test_damaged_files_are_refused(file: str) -> None:
    good = text_of(file)
    assert lists.parse(file, good).count == lists.load(file).count
    body = good.index("body:")
    bare = re.sub(r"(?m)(^|\s)#.*$", "", good)
    start = bare.index("body:")
    flipped = re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), bare[start:], count=1)
    changed = [
        good[: len(good) * 2 // 3],  # cut short
        "",
        "header: 3",
        "\x00" + good,
        good[:body] + "body: {}\n",
        re.sub(r"count: (\d+)", lambda m: f"count: {int(m[1]) + 1}", good),
        bare[:start] + flipped,
    ]
    for text in changed:
        with pytest.raises(Fault) as caught:
            lists.parse(file, text)
        assert caught.value.error_id == "data-damaged"
        assert caught.value.params["file"] == f"{file}.yaml"


def test_comments_and_line_breaks_do_not_count() -> None:
    text = text_of("rules").replace("body:\n", "body:\n  # another remark\n\n")
    assert lists.parse("rules", text).body == lists.load("rules").body
