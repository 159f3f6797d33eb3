"""SMART before and after: what the record keeps of it, what the stick keeps, and what is made of the difference."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from agent.job import smart
from agent.locale import words
from agent.machine.door import Answer, ToolTimedOut
from agent.model.erasure import Outcome
from agent.model.health import Verdict
from agent.report.page import Page
from tests.unit.erasure.doubles import TestClock
from tests.unit.erasure.samples import disk
from tests.unit.report.samples import evidence, report


def answer(**raw: int) -> bytes:
    """A drive's answer in the shape of smartctl 7.4, with these raw values by attribute id (``a5=3``)."""
    table = [{"id": int(k[1:]), "raw": {"value": v, "string": str(v)}} for k, v in raw.items()]
    return json.dumps(
        {
            "smartctl": {"version": [7, 4], "exit_status": 0, "argv": ["smartctl", "-x"]},
            "device": {"name": "/dev/sda", "type": "sat", "protocol": "ATA"},
            "model_name": "ST500DM002",
            "smart_status": {"passed": True},
            "power_on_time": {"hours": 4100},
            "ata_smart_attributes": {"table": table},
        }
    ).encode()


class Pc:
    exercise = False

    def __init__(self, *answers: bytes | None) -> None:
        self.clock, self.answers, self.asked = TestClock(), list(answers), []  # type: ignore[var-annotated]

    def is_root(self) -> bool:
        return True

    def run(self, argv: Any, *, timeout_s: float, stdin: bytes = b"") -> Answer:
        self.asked.append(list(argv))
        out = self.answers.pop(0)
        if out is None:
            raise ToolTimedOut("smartctl: no answer")
        return Answer(argv=tuple(argv), exit_status=0, stdout=out, stderr=b"", seconds=0.1)


def both(pc: Pc, folder: Path | None) -> tuple[smart.Taken, smart.Taken]:
    def one(when: str) -> smart.Taken:
        return smart.take(pc, disk(), "/dev/sda", when=when, folder=folder, identity="Z3T/ÀBC")  # type: ignore[arg-type]

    return one("before"), one("after")


def test_the_whole_answer_is_kept_beside_the_journal_and_its_hash_in_the_record(tmp_path: Path) -> None:
    raw = answer(a5=0, a197=0, a199=0)
    before, after = both(Pc(raw, raw), tmp_path / "job")
    wire = before.wire
    assert wire["argv"] == ["smartctl", "--json=c", "-x", "/dev/sda"]
    assert wire["sha256"] == hashlib.sha256(raw).hexdigest() and wire["bytes"] == len(raw)
    assert gzip.decompress((tmp_path / wire["file"]).read_bytes()) == raw
    assert wire["values"]["reallocated_sectors"] == 0 and wire["values"]["power_on_hours"] == 4100
    assert wire["values"]["offline_uncorrectable"] == {"absent": "not in the drive's answer"}, "absent is never 0"
    assert before.wire["file"] != after.wire["file"] and len(json.dumps(wire)) < 2000
    record = report(smart.judged(evidence(), before, after)).erasures[0]
    assert "smart_compared" in record.evidence and record.health is not None
    assert (record.health.verdict, record.outcome.value) == ("keep", "cleared")


def test_growth_is_an_exception_and_rejects_the_disk(tmp_path: Path) -> None:
    found = smart.judged(evidence(), *both(Pc(answer(a5=2, a196=1), answer(a5=9, a196=3)), tmp_path))
    assert found.outcome is Outcome.CLEARED_WITH_EXCEPTIONS and found.health is not None
    assert found.health.verdict is Verdict.REJECT
    assert [r.rule for r in found.health.reasons] == ["growth", "growth", "reallocated"]
    made = report(found)
    page = Page(made, "0" * 64, words("fr")).html()
    text = page.replace("\u00a0", " ").replace("\u202f", " ")
    assert "à écarter (règles 2026.11.25)" in text and "Secteurs réalloués : de 2 à 9 pendant l’effacement." in text
    assert "Ce disque est à écarter" in text


def test_a_drive_that_does_not_answer_costs_nothing_but_the_note(tmp_path: Path) -> None:
    found = smart.judged(evidence(), *both(Pc(None, None), tmp_path))
    assert found.outcome is Outcome.CLEARED and found.health is not None
    assert [r.id for r in found.health.reasons] == ["health-not-told"]
    assert "smart_compared" not in report(found).erasures[0].evidence
    assert not list(tmp_path.iterdir())


def test_a_stick_that_takes_nothing_more_is_told_in_the_record(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    before, _ = both(Pc(answer(), answer()), blocked / "job")
    assert "file" not in before.wire and before.wire["not_kept"] and before.wire["sha256"]


def test_a_disk_without_a_drive_is_not_asked() -> None:
    pc = Pc()
    taken = smart.take(pc, disk(bus="loop"), "/dev/loop9", when="before", folder=None, identity="x")  # type: ignore[arg-type]
    assert pc.asked == [] and not taken.reading.smart.told


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_disk_to_destroy_is_named_so(lang: str, tmp_path: Path) -> None:
    raw = answer(a197=3)
    found = smart.judged(evidence(), *both(Pc(raw, raw), tmp_path))
    assert found.health is not None and found.health.verdict is Verdict.DESTROY
    page = Page(report(found), "0" * 64, words(lang)).html()
    assert ("à détruire" if lang == "fr" else "to destroy") in page.replace("\u00a0", " ")
