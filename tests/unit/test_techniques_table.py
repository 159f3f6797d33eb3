"""The table of the README is what the tests claim, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.techniques import BEGIN, END, README, claims, rewritten, table


def test_the_readme_has_the_table_of_the_tests() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert rewritten(text) == text, "run: python -m tests.techniques"


def test_every_row_has_an_answer() -> None:
    rows = [line.split("|") for line in table().splitlines()[2:]]
    assert len(rows) > 20 and all(len(row) == 6 and row[4].strip() for row in rows)


def test_a_claim_needs_a_technique_and_a_way_that_exist(tmp_path: Path) -> None:
    wrong = ('"magnets", how="drive laboratory"', '"overwrite", how="somehow"', '"overwrite"')
    for words in (*wrong, '"overwrite", how="loop device", on=["paper"]'):
        (tmp_path / "test_it.py").write_text(f"@pytest.mark.exercises({words})\ndef test() -> None: ...\n")
        with pytest.raises(ValueError, match="test_it"):
            list(claims(tmp_path))
