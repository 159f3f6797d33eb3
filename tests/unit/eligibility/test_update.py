"""Newer lists: taken whole, refused when damaged, older, cut or of another form; never half in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.eligibility import lists, update, windows11
from agent.eligibility.cpu import judge_cpu
from agent.model.errors import Fault
from tests.unit.eligibility.eligible_pc import pc


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    kept = tmp_path / "kept"
    monkeypatch.setenv(lists.FOLDER_VARIABLE, str(kept))
    _forget()
    yield kept
    monkeypatch.delenv(lists.FOLDER_VARIABLE)
    _forget()


def _forget() -> None:
    lists.find.cache_clear()
    lists.names.cache_clear()


def made(
    path: Path,
    file: str,
    change: Callable[[dict[str, Any]], None] = lambda body: None,
    *,
    version: str = "2027.01.15",
    seal: bool = True,
) -> Path:
    """A list file as a later release would carry it."""
    document = yaml.safe_load(lists.packaged_text(file))
    change(document["body"])
    document["header"]["data_version"] = version
    if seal:
        document["header"] |= {
            "count": lists.count_of(file, document["body"]), "sha256": lists.digest(document["body"])
        }  # fmt: skip
    path.mkdir(exist_ok=True)
    target = path / f"{file}.yaml"
    target.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return target


def named(body: dict[str, Any], prefix: str, model: str) -> None:
    family = next(f for f in body["families"] if f["prefix"].startswith(prefix))
    family["models"] = f"{family['models']}, {model}"


def ryzen() -> str:
    return judge_cpu(
        brand_raw="AMD Ryzen 5 9600X 6-Core Processor", vendor="AuthenticAMD", family=26, model=68, stepping=0,
        platform_id=None, system_model=None,
    ).verdict  # fmt: skip


def test_a_newer_list_counts_at_once_and_in_the_next_process(tmp_path: Path, folder: Path) -> None:
    assert ryzen() == "unlisted"
    source = made(tmp_path / "new", "cpus-amd", lambda body: named(body, "Ryzen 5 ", "9600X"))
    taken = update.update([source], folder)
    assert [(t.file, t.after) for t in taken] == [("cpus-amd.yaml", "2027.01.15")]
    assert ryzen() == "supported"
    _forget()
    assert ryzen() == "supported"
    assert [s.file for s in update.status() if s.updated] == ["cpus-amd.yaml"]


def test_a_whole_folder_is_taken_together(tmp_path: Path, folder: Path) -> None:
    for file in lists.FILES:
        made(tmp_path / "new", file)
    assert len(update.update([tmp_path / "new"], folder)) == len(lists.FILES)
    assert all(s.updated for s in update.status())


def cut(text: str) -> str:
    return text[: len(text) // 2]


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        lambda t: t.replace("9600X", "9700X"),
        lambda t: "",
        lambda t: "\0" * 50,
        lambda t: t.replace("header:", "h:"),
    ],
    ids=["cut", "one name changed", "empty", "zeros", "no header"],
)
def test_a_damaged_file_is_refused_and_nothing_changes(
    tmp_path: Path, folder: Path, damage: Callable[[str], str]
) -> None:
    source = made(tmp_path / "new", "cpus-amd", lambda body: named(body, "Ryzen 5 ", "9600X"))
    good = made(tmp_path / "new", "cpus-intel")
    source.write_text(damage(source.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(Fault) as fault:
        update.update([good, source], folder)
    assert fault.value.error_id == "data-damaged"
    assert not folder.exists()
    assert ryzen() == "unlisted"


def drop_most(body: dict[str, Any]) -> None:
    body["families"] = body["families"][:1]


def name_a_refused_one(body: dict[str, Any]) -> None:
    named(body, "Core i5-", "7200U")


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("cpus-intel", drop_most),
        ("cpus-intel", name_a_refused_one),
        ("rules", lambda body: body.pop("tpm")),
        ("rules", lambda body: body["cpu"].update(refused={"intel": [], "amd": []})),
        ("errata", lambda body: body.update(spellings="none")),
        ("lifecycle", lambda body: body.pop("windows_11")),
    ],
    ids=["most names gone", "a blocked processor named", "a rule gone", "nothing refused", "another form", "no dates"],
)
def test_sealed_nonsense_is_refused(
    tmp_path: Path, folder: Path, file: str, change: Callable[[dict[str, Any]], Any]
) -> None:
    source = made(tmp_path / "new", file, change)
    with pytest.raises(Fault) as fault:
        update.update([source], folder)
    assert fault.value.error_id == "data-damaged"
    assert not folder.exists()


@pytest.mark.parametrize("version", ["2026.11.23", "2025.01.01"])
def test_an_older_list_is_refused(tmp_path: Path, folder: Path, version: str) -> None:
    with pytest.raises(Fault) as fault:
        update.update([made(tmp_path / "new", "cpus-amd", version=version)], folder)
    assert fault.value.error_id == "data-not-newer"


def test_a_file_that_is_no_list(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    for source in (tmp_path / "notes.txt", tmp_path / "cpus-amd.yaml", tmp_path):
        with pytest.raises(Fault) as fault:
            update.update([source], folder)
        assert fault.value.error_id == "file-unreadable"


def test_a_kept_list_that_went_bad_decides_nothing_and_is_told(tmp_path: Path, folder: Path) -> None:
    update.update([made(tmp_path / "new", "cpus-amd", lambda body: named(body, "Ryzen 5 ", "9600X"))], folder)
    kept = folder / "cpus-amd.yaml"
    kept.write_bytes(kept.read_bytes()[:-40])
    _forget()
    assert ryzen() == "unlisted"
    notes = [n["id"] for n in windows11.judge(pc()).data["notes"]]
    assert "note-lists-refused" in notes
    assert [s.file for s in update.status() if s.refused] == ["cpus-amd.yaml"]
