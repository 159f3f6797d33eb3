"""Virtual PCs that were started and recorded: the verdict and the remedy of each, and a sentence one can follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.eligibility.assess import assess
from agent.inventory.collect import collect
from agent.locale import LANGUAGES, words
from agent.machine.recorded import RecordedMachine
from agent.model.eligibility import Answer, Windows11
from tests.vm.donations import DONATIONS, Donation

FOLDER = Path(__file__).resolve().parents[2] / "virtual"
RECORDED = [pc for pc in DONATIONS if (FOLDER / pc.name / "machine.json").is_file()]


def verdict(pc: Donation) -> Windows11:
    return assess(collect(RecordedMachine(FOLDER / pc.name)), ()).windows11


def test_every_recording_has_an_expectation() -> None:
    assert {p.parent.name for p in FOLDER.glob("*/machine.json")} == {pc.name for pc in RECORDED}
    assert len(RECORDED) >= 12


@pytest.mark.parametrize("pc", RECORDED, ids=lambda pc: pc.name)
def test_verdict_and_remedies(pc: Donation) -> None:
    found = verdict(pc)
    todo = {c.remedy for c in found.checks if c.remedy and c.verdict is not Answer.PASS}
    assert found.verdict == pc.verdict, [(c.id, c.verdict, c.found) for c in found.checks]
    assert set(pc.remedies) <= todo
    if pc.verdict != "not_eligible":
        assert todo == set(pc.remedies), "nothing is asked of a person that is not needed"
    assert not found.data["contradictions"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("pc", [pc for pc in RECORDED if pc.remedies], ids=lambda pc: pc.name)
def test_the_remedy_says_where_to_go_and_what_to_do_next(pc: Donation, lang: str) -> None:
    for check in verdict(pc).checks:
        if check.remedy and check.verdict is not Answer.PASS:
            sentence = words(lang)(check.remedy, **check.params)
            assert len(sentence) > 40 and "{" not in sentence and sentence.rstrip().endswith("."), sentence
            if check.kind == "firmware" and check.remedy != "tpm-flash":  # that one is done with the maker's program
                assert any(key in sentence for key in ("F1", "F2", "F10")), sentence
