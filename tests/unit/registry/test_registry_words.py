"""The sentences of this room: the same in both languages, French as it is written, none missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from agent.locale import words
from agent.model.errors import ERRORS
from agent.model.report import DiskOutcome, Disposition, Erasure, Install, ReportKind
from agent.registry.export import COLUMNS
from agent.registry.match import Reason
from agent.registry.problems import STATUS
from agent.registry.state import STATES, WITHOUT_EVIDENCE
from agent.registry.wording import Wording

LOCALE = Path(__file__).resolve().parents[3] / "agent" / "locale"


class Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.names.add(node.id.name)


def messages(lang: str) -> dict[str, set[str]]:
    resource = FluentParser().parse((LOCALE / lang / "registry.ftl").read_text(encoding="utf-8"))
    found = {}
    for entry in resource.body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            for name, part in [("", entry.value), *((f".{a.id.name}", a.value) for a in entry.attributes)]:
                seen = Variables()
                seen.visit(part)
                found[entry.id.name + name] = seen.names
    return found


def test_both_languages_have_the_same_messages_and_variables() -> None:
    assert messages("fr") == messages("en")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_value_has_its_word(lang: str) -> None:
    w = Wording(words(lang))
    closed = {
        "state": [*STATES],
        "outcome": [*DiskOutcome, WITHOUT_EVIDENCE],
        "event": [*ReportKind, *Reason, "board_replaced", "tagged", "merged", "kept_apart"],
        "level": Erasure.model_fields["level"].annotation.__args__,  # type: ignore[union-attr]
        "install": Install.model_fields["result"].annotation.__args__,  # type: ignore[union-attr]
        "verified": Install.model_fields["verified"].annotation.__args__,  # type: ignore[union-attr]
        "disposition": Disposition.model_fields["outcome"].annotation.__args__,  # type: ignore[union-attr]
        "identifier": ["system_serial", "chassis_serial", "board_serial", "uuid", "mac"],
        "reason": [*Reason],
        "column": COLUMNS,
    }
    for family, values in closed.items():
        for value in values:
            assert w.words.has(f"registry-{family}-{value}".replace("_", "-")), (family, value)
            assert w.maybe(family, value)
    for slug in STATUS:
        assert w.words(f"problem-{slug}") and w.words(f"problem-{slug}.detail")
    for error in ("enrol-code-bad", "audit-failed", "registry-extra-missing"):
        assert error in ERRORS
        for part in ("", ".why", ".todo"):
            assert w.words(f"err-{error}{part}", count=2, modules="x")
    for state in STATES:
        assert w.t(f"state-{state}-means")


def test_every_message_that_the_code_names_exists() -> None:
    package = LOCALE.parent
    known = set(messages("fr"))
    sources = [*(package / "registry").glob("*.py"), *(package / "registry/templates").glob("*.html")]
    for path in sources:
        for name in re.findall(r"""\bt\(["']([a-z0-9-]*[a-z0-9])["']""", path.read_text(encoding="utf-8")):
            assert f"registry-{name}" in known, (path.name, name)
    for name in re.findall(r'"(registry-cli-[a-z-]+)"', (package / "cli/registry.py").read_text(encoding="utf-8")):
        assert name in known, name
    kinds = set(re.findall(r'Finding\(kind="([a-z-]+)"', (package / "registry/audit.py").read_text(encoding="utf-8")))
    assert len(kinds) >= 14
    for kind in kinds:
        assert f"registry-audit-{kind}" in known, kind


def test_the_french_is_written_as_french() -> None:
    text = (LOCALE / "fr" / "registry.ftl").read_text(encoding="utf-8")
    sentences = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in sentences:
        value = line.split("=", 1)[-1]
        plain = re.sub(r"\{[^}]*\}|pip install \"[^\"]*\"|--\w+", "", value)
        assert "'" not in plain, line
        assert "!" not in plain, line
        assert not re.search(r" [:;?%»]", plain) and "« " not in plain, line
        for word in ("blanchiment", "formatage", "hash", "job", "device", "warrant", "offline"):
            assert word not in plain.lower().split(), line


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (500_107_862_016, "500 Go", "500 GB"),
        (2_000_398_934_016, "2,0 To", "2.0 TB"),
        (6144, "6 ko", "6 kB"),
        (512, "512 o", "512 B"),
        (None, "?", "?"),
    ],
)
def test_sizes(value: int | None, fr: str, en: str) -> None:
    told = {lang: Wording(words(lang)).size(value).replace("\u00a0", " ") for lang in ("fr", "en")}
    assert told == {"fr": fr, "en": en}


def test_instants_durations_and_numbers() -> None:
    fr = Wording(words("fr"))
    assert fr.moment("2026-11-23T14:05:12.000000Z") == "23\u00a0nov. 2026, 14:05\u00a0UTC"
    assert [fr.duration(s) for s in (5, 60, 65, 5400, None)] == [
        "5\u00a0s",
        "1\u00a0min",
        "1\u00a0min\u00a005\u00a0s",
        "1\u00a0h\u00a030\u00a0min",
        "?",
    ]
    assert fr.number(1234.5, 1) == "1\u202f234,5"
    assert fr.memory(8 << 30) == "8\u00a0Gio" and fr.memory(3 << 29) == "1,5\u00a0Gio"
    assert fr.cpu("Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz") == "Intel Core i5-8350U"
