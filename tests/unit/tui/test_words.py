"""Words: none outside ``locale/``, the same ids and variables in both languages, the field's own vocabulary."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from agent.tui import format as f

AGENT = Path(__file__).resolve().parents[3] / "agent"
LOCALE = AGENT / "locale"
ROOMS = sorted(p.name for p in (LOCALE / "fr").glob("*.ftl"))

SECTION_11 = {
    "fr": ["blanchiment", "formatage", "niveau militaire", "certifié NIST", "sda", "média", "hash", "warrant",
           "incompatible", "probablement", "firmware", "gelé", "device", "batch", "offline"],
    "en": ["military", "NIST certified", "DoD"],
}  # fmt: skip
"""The « not » column, as whole words; « job » and « user » also name commands and their arguments: read by eye."""


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:
        self.names.add(node.id.name)


def messages(lang: str, room: str) -> dict[str, set[str]]:
    """Id or id.attribute -> variables."""
    resource = FluentParser().parse((LOCALE / lang / room).read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for entry in resource.body:
        assert not isinstance(entry, ftl.Junk), f"{lang}/{room}: {entry.content[:80]}"
        if isinstance(entry, ftl.Message):
            parts = [("", entry.value), *((f".{a.id.name}", a.value) for a in entry.attributes)]
            for suffix, value in parts:
                visitor = Variables()
                if value is not None:
                    visitor.visit(value)
                assert entry.id.name + suffix not in found, f"{lang}/{room}: {entry.id.name}{suffix} twice"
                found[entry.id.name + suffix] = visitor.names
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_say_the_same_things(room: str) -> None:
    assert (LOCALE / "en" / room).is_file()
    assert messages("fr", room) == messages("en", room)


def test_no_message_is_defined_twice() -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for room in ROOMS:
        for name in messages("fr", room):
            if "." not in name:
                owners[name].append(room)
    assert {n: r for n, r in owners.items() if len(r) > 1} == {}


def _sentences(lang: str) -> list[tuple[str, str]]:
    found = []
    for room in ROOMS:
        for line in (LOCALE / lang / room).read_text(encoding="utf-8").splitlines():
            if not line.startswith(("#", "    .makers")) and line.strip():  # names of firmware menus, as printed there
                found.append((room.removesuffix(".ftl"), line))
    return found


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_words_of_the_not_column_are_absent(lang: str) -> None:
    bad = []
    for room, line in _sentences(lang):
        text = re.sub(r"^\s*[.\w-]+ = |\{[^}]*\}|\[\w+\]", " ", line)
        for word in SECTION_11[lang]:
            if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE):
                bad.append(f"{room}: {word}: {line.strip()[:90]}")
    assert bad == []


def test_french_typography_of_the_screens() -> None:
    """No-break space before double signs, typographic apostrophe, no exclamation mark, in this room's files."""
    bad = []
    for room, line in _sentences("fr"):
        if room not in ("tui", "common"):
            continue
        text = re.sub(r"^\s*[.\w-]+ = |\{[^}]*\}|^\s*\*?\[\w+\]", "", line)
        if re.search(r"(?<=\S) [:;?%»]|« (?!\u00a0)|\w'\w|!", text):
            bad.append(f"{room}: {text}")
    assert bad == []


def test_error_families_of_this_room_have_all_three_sentences() -> None:
    from agent.locale import words
    from agent.model.errors import ERRORS

    for lang in ("fr", "en"):
        w = words(lang)
        for error_id, (code, _) in ERRORS.items():
            if code[0] in "PX" and error_id != "tag-bad":
                assert all(w(f"err-{error_id}{part}") for part in ("", ".why", ".todo"))


def _literals(path: Path) -> list[str]:
    """String literals that a screen could show: docstrings, log lines and what raises are not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skip: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for first in body:
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    skip.add(id(first.value))
        called = getattr(getattr(node, "func", None), "attr", "") if isinstance(node, ast.Call) else ""
        if called in ("warning", "exception", "info", "error") or isinstance(node, ast.Raise):
            skip |= {id(n) for n in ast.walk(node)}
    return [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in skip
    ]


@pytest.mark.parametrize("path", sorted((AGENT / "tui").rglob("*.py")), ids=lambda p: p.name)
def test_no_visible_sentence_in_code(path: Path) -> None:
    """Two words with a blank between them, or a word with an accent, are a sentence somebody would read."""
    sentences = [
        text
        for text in _literals(path)
        if re.search(r"[A-Za-zÀ-ÿ]{2,} [a-zà-ÿ]{2,}", text) and not re.search(r"[{};#\x1b]|^[a-z_ ]+$", text)
    ]
    accents = [t for t in _literals(path) if re.search(r"[A-Za-z][éèêàùûôîïç]|[éèêàùûôîïç][a-z]{2}", t)]
    if path.name == "commands.py":
        accents = []  # the AZERTY top row
    placeholders = set(f.PLACEHOLDERS) if path.name == "format.py" else set()  # what a BIOS says, never shown
    assert set(sentences + accents) - placeholders == set()


def test_every_message_that_the_code_asks_for_exists() -> None:
    from agent.locale import words

    missing = set()
    for path in (AGENT / "tui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ("w", "_words") and not words("fr").has(str(node.args[0].value)):
                    missing.add(f"{path.name}: {node.args[0].value}")
    assert missing == set()
