"""Every message the verdicts use exists in both languages, with every parameter; advice; neutrality of the text."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import agent.eligibility
from agent.cli.verdicts import report_text
from agent.eligibility import windows11
from agent.eligibility.advice import advise, windows_version
from agent.eligibility.assess import assess
from agent.locale import LANGUAGES, words
from agent.model.eligibility import Answer, Check, LinuxVerdict, WindowsVerdict
from agent.model.facts import Unreadable
from agent.model.inventory import Inventory
from tests.unit.eligibility.eligible_pc import OLD, k, part, pc
from tests.unit.eligibility.test_linux import ALL, CASES
from tests.unit.eligibility.test_whole_machines import MACHINES, chromebook

PCS: list[Inventory] = [
    *(m[1] for m in MACHINES),
    *(c[1] for c in CASES),
    chromebook(),
    chromebook(cpu=OLD),
    Inventory(disks=Unreadable("time-out")),
]
TODAY = datetime.date(2026, 11, 24)
HOLE = re.compile(r"\{|\}|\$")


def used() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every (message, parameters) that these PCs bring up."""
    for inventory in PCS:
        judged = assess(inventory, ALL)
        for c in (*judged.windows11.checks, *judged.linux.checks):
            yield c.message or "", dict(c.params)
            if c.remedy:
                yield c.remedy, dict(c.params)
                yield f"remedy-{c.remedy}", dict(c.params)
                yield f"remedy-{c.remedy}.makers", dict(c.params)
            yield f"check-{c.id}", {}
            yield f"answer-{c.verdict}", {"kind": c.kind or "-"}
        for note in judged.windows11.data["notes"]:
            yield note["id"], note["params"]
        for line in advise(judged, ALL, today=TODAY):
            yield line.message, dict(line.params)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_has_its_words_and_its_parameters(lang: str) -> None:
    say = words(lang)
    for message, params in used():
        text = say(message, **params)
        assert text.strip(), message
        assert not HOLE.search(text), f"{lang} {message}: {text}"


def message_ids(lang: str) -> dict[str, set[str]]:
    """Ids of the room's file with the variables each uses, attributes included."""
    path = Path(agent.eligibility.__file__).parents[1] / "locale" / lang / "eligibility.ftl"
    found: dict[str, set[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if head := re.match(r"([a-z][\w-]*) = ", line):
            name = head[1]
            assert name not in found, f"{lang}: {name} twice"
            found[name] = set()
        elif attribute := re.match(r"    \.(\w+) = ", line):
            found[f"{name}.{attribute[1]}"] = set()
        if name:
            found[name] |= set(re.findall(r"\$(\w+)", line))
    return found


def test_both_languages_have_the_same_messages_and_variables() -> None:
    assert message_ids("fr") == message_ids("en")


def test_no_message_of_the_code_is_without_words() -> None:
    """Ids written in the code of the room, whether or not a PC of these tests brings them up."""
    folder = Path(agent.eligibility.__file__).parent
    written = {
        found
        for path in folder.glob("*.py")
        for found in re.findall(r'"((?:check|linux|note|advice|cpu-row)-[a-z0-9-]+)"', path.read_text("utf-8"))
    }
    assert len(written) > 80
    known_ids = set(message_ids("fr"))
    assert written - known_ids == set()
    dynamic = {f"check-cpu-pass-{listed}" for listed in ("series", "delisted", "none")}
    dynamic |= {f"check-memory-{x}{y}" for x in ("low", "fixed", "low-unknown") for y in ("", "-almost")}
    assert dynamic <= known_ids


def test_no_message_is_left_over() -> None:
    folder = Path(agent.eligibility.__file__).parent
    code = "".join(
        p.read_text("utf-8")
        for p in [*folder.glob("*.py"), *(folder.parent / "cli" / f for f in ("verdicts.py", "lists.py"))]
    )
    built = re.compile(r"^(verdict-|answer-|check-|cpu-verdict-|cpu-decided-|remedy-|eligibility-|advice-)")
    assert {m for m in message_ids("fr") if "." not in m and f'"{m}"' not in code and not built.match(m)} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_verdict_words(lang: str) -> None:
    for windows in WindowsVerdict:
        assert words(lang)(f"verdict-windows-{windows}")
    for verdict in LinuxVerdict:
        assert words(lang)(f"verdict-linux-{verdict}")


def test_the_five_words_of_the_workbench() -> None:
    say = words("fr")
    assert [say(f"verdict-windows-{v}") for v in WindowsVerdict] == [
        "éligible",
        "éligible après réglage",
        "éligible après ajout",
        "indéterminé",
        "non éligible",
    ]
    assert say("verdict-windows-not_eligible-because", reason="processeur") == "non éligible (processeur)"


def test_french_typography() -> None:
    path = Path(agent.eligibility.__file__).parents[1] / "locale" / "fr" / "eligibility.ftl"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        text = line.partition(" = ")[2] if re.match(r"[a-z.\s]", line) else line
        assert "'" not in text, line
        assert not re.search(r"[^\s\u00a0] [:;!%»]|« ", text), line
        assert not re.search(r"\w[;!»]", text), line
        assert "!" not in text, line


def blocks(lines: list[str], first: str, second: str) -> tuple[list[str], list[str]]:
    """The lines of both systems, as the text puts them."""
    start = next(i for i, line in enumerate(lines) if line.startswith(first))
    middle = next(i for i, line in enumerate(lines) if line.startswith(second))
    height = middle - start - 1  # one empty line between them
    return lines[start : start + height], lines[middle : middle + height]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_is_78_columns_and_neutral(lang: str) -> None:
    for inventory in PCS:
        judged = assess(inventory, ALL)
        advice = advise(judged, ALL, today=TODAY)
        lines = report_text(inventory, judged, advice, ALL, words(lang))
        assert max(map(len, lines)) <= 78
        windows, linux = blocks(lines, "Windows 11", "Linux")
        assert len(windows) == len(linux) >= 11
        for check in (*judged.windows11.checks, *judged.linux.checks):
            assert any(words(lang)(f"check-{check.id}") in line for line in lines)


def test_the_text_lists_every_remedy() -> None:
    legacy = part(pc(), "firmware", mode=k("bios"), secure_boot=k("unknown"))
    judged = assess(legacy, ALL)
    lines = report_text(legacy, judged, advise(judged, ALL, today=TODAY), ALL, words("fr"))
    text = " ".join(" ".join(lines).replace("\u00a0", " ").split())
    assert "Ce PC a démarré en mode ancien" in text
    assert "ÉLIGIBLE APRÈS RÉGLAGE" in text


def test_dates_of_the_advice() -> None:
    assert windows_version() == ("26H2", "2028-10-10")
    fine = assess(pc(), ALL)
    refused = assess(pc(cpu=OLD), ALL)

    def lines(judged: Any, day: str) -> list[str]:
        return [a.message for a in advise(judged, ALL, today=datetime.date.fromisoformat(day))]

    assert lines(fine, "2026-11-24") == ["advice-windows11", "advice-linux-unknown", "advice-data"]
    assert lines(fine, "2028-10-10")[0] == "advice-windows11"
    assert lines(fine, "2028-10-11")[0] == "advice-windows11-ended"
    assert lines(refused, "2027-10-12")[0] == "advice-windows10-esu"
    assert lines(refused, "2027-10-13")[0] == "advice-windows10-esu-ended"
    assert "advice-data-old" not in lines(fine, "2028-05-23")
    assert "advice-data-old" in lines(fine, "2028-05-24")
    assert [a.message for a in advise(fine, ALL, today=None)] == lines(fine, "2026-11-24")


def test_each_side_gets_one_line_of_advice() -> None:
    for inventory in PCS:
        topics = [a.topic for a in advise(assess(inventory, ALL), ALL, today=TODAY)]
        assert topics[:2] == ["windows", "linux"]
        assert topics.count("windows") == topics.count("linux") == 1


def test_a_setting_is_asked_and_a_missing_part_is_a_no() -> None:
    def mark(check: Check) -> str:
        return words("fr")(f"answer-{check.verdict}", kind=check.kind or "-")

    tpm = next(c for c in windows11.judge(MACHINES[19][1]).checks if c.id == "tpm")
    assert (tpm.verdict, mark(tpm)) == (Answer.FIXABLE, "?")
    ram = next(c for c in windows11.judge(MACHINES[4][1]).checks if c.id == "memory")
    assert (ram.verdict, mark(ram)) == (Answer.FIXABLE, "NON")
