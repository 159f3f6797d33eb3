"""Every reason that a probe gives for a missing fact has words in both languages, wherever a sentence carries it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from agent.locale import LANGUAGES, words
from agent.locale.reasons import message
from agent.model import ata

AGENT = Path(ata.__file__).resolve().parents[1]
SAYS = {"Unreadable", "Absent", "Noise"}
ROOMS = ("inventory", "model", "erasure", "eligibility")


def _text(node: ast.expr) -> list[str]:
    """The reason that a call is given, with 7 for what stands in braces; both arms of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)]
    if isinstance(node, ast.IfExp):
        return _text(node.body) + _text(node.orelse)
    return []


def said() -> dict[str, str]:
    """Each reason in the sources, and where it stands."""
    found = {}
    for room in ROOMS:
        for path in sorted((AGENT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in SAYS:
                    found.update({text: f"{path.relative_to(AGENT)}:{node.lineno}" for text in _text(node.args[0])})
    return found


def test_every_reason_in_the_sources_has_words() -> None:
    reasons = said()
    assert len(reasons) > 60
    assert {text: place for text, place in reasons.items() if message(text) is None} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_reason_is_shown_as_the_probe_said_it(lang: str) -> None:
    for text in said():
        sentence = words(lang)("fact-unreadable-why", why=text)
        assert "{" not in sentence
        if lang == "fr":
            assert text not in sentence, sentence


@pytest.mark.parametrize(
    "noise",
    [[0] * 255, [0] * 256, [0] * 255 + [0xA5], [0x8000, *[0] * 254, 0xDBA5]],
    ids=["short", "zeros", "sum", "cd"],
)
def test_what_a_bridge_answers_instead_of_a_disk(noise: list[int]) -> None:
    reason = ata.noise_in(noise)
    assert reason is not None and message(reason) is not None, reason


def test_the_reasons_of_the_plan_and_of_use_are_in_the_reader_s_language() -> None:
    french = words("fr")
    broken = "no integrity word: nothing in it may be believed"
    assert french("skip-capability-unreadable", error=broken).endswith("réponse abîmée, elle n’est pas crue.")
    assert french("excluded-in-use", evidence="/, held by dm-0", count=2).endswith(": /, tenu par dm-0.")


def test_what_a_rule_found_is_worded_fact_by_fact() -> None:
    found = "present absent: no TPM visible to the kernel, version unreadable: time-out: dmidecode"
    line = words("fr")("source-line", source="-", found=found, required="TPM >= 2.0")
    assert "present absent (aucun module TPM visible), version illisible (pas de réponse à temps (dmidecode))" in line
    assert words("fr").reason("not looked for").strip() == "pas cherché"


def test_what_a_tool_said_itself_stays() -> None:
    quoted = "Smartctl open device: /dev/sdb failed: No such device"
    assert words("fr").reason(quoted) == quoted
