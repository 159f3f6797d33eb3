"""Every message id that agent/erasure uses exists in both languages, with the parameters its sentence needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

import agent.erasure
from agent.erasure import ladder, proof
from agent.erasure.content import Content
from agent.erasure.gate import GUARD_FACTS
from agent.locale import LANGUAGES, words
from agent.model.erasure import Level
from agent.model.errors import ERRORS

ROOM = Path(agent.erasure.__file__).parent
LOCALE = ROOM.parent / "locale"
ROOMS = ("erasure.ftl", "proof.ftl", "inventory.ftl")  # the last: data that is damaged, whoever reads it
_ID = re.compile(r"(reason|skip|excluded|exception|claim|method|stall)-[a-z]+(-[a-z]+)*")
_KINDS = ("write", "read")  # what stands in f"exception-{operation}-ranges"

Use = tuple[str, frozenset[str], str]


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(ROOM.glob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST | None) -> list[str]:
    """The texts an expression may be: a constant, or a constant with an operation in its middle."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        whole = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
        return [whole.format(kind) for kind in _KINDS] if whole.count("{}") == 1 else []
    return []


def keys(node: ast.AST | None) -> set[str]:
    return {t for key in node.keys for t in texts(key)} if isinstance(node, ast.Dict) else set()


def used_ids() -> set[str]:
    """Every text in the room that has the form of a message id."""
    return {t for _, tree in trees() for node in ast.walk(tree) for t in texts(node) if _ID.fullmatch(t)}


def uses() -> list[Use]:
    """(message id, parameters given, where): exceptions, exclusions, refusals and faults where they are made."""
    found: list[Use] = []
    for path, tree in trees():
        for node in ast.walk(tree):
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Dict):
                pairs = {t: value for key, value in zip(node.keys, node.values, strict=True) for t in texts(key)}
                found += [(t, frozenset(keys(node)), where) for t in texts(pairs.get("id"))]
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            named = {k.arg: k.value for k in node.keywords if k.arg}
            if node.func.id == "Fault":
                found += [(f"err-{t}", frozenset(named) - {"wrote"}, where) for t in texts(node.args[0])]
            elif node.func.id == "no":
                found += [(t, frozenset(named) | {"path"}, where) for t in texts(node.args[0])]
            elif node.func.id == "Refusal":
                found += [(t, frozenset(keys(named.get("params"))), where) for t in texts(named.get("reason"))]
    return found


class _Variables(Visitor):  # type: ignore[misc]
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: Any) -> None:
        self.names.add(node.id.name)


def messages(lang: str) -> dict[str, set[str]]:
    """Message id -> the variables it and its attributes need, by Fluent's own parser."""
    texts_ = [(LOCALE / lang / name).read_text(encoding="utf-8") for name in ROOMS]
    resource = FluentParser().parse("\n".join(texts_))
    found: dict[str, set[str]] = {}
    for entry in resource.body:
        assert not isinstance(entry, fluent.Junk), entry.content
        if isinstance(entry, fluent.Message):
            visitor = _Variables()
            visitor.visit(entry)
            found[entry.id.name] = visitor.names
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_id_in_the_code_has_its_sentence(lang: str) -> None:
    known = messages(lang)
    used = used_ids()
    assert len(used) > 60, "the ids are still found in the code"
    assert sorted(used - set(known)) == []
    built = {f"technique-{name}" for name in ladder.Technique.registry}
    built |= {f"content-{c.value}" for c in Content} | {f"level-{level.value}" for level in Level}
    built |= {f"verify-{mode}" for mode in ladder.VERIFY_MODES}
    assert sorted(built - set(known)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_gets_the_parameters_it_needs(lang: str) -> None:
    known, found = messages(lang), uses()
    assert {"err-disk-no-method", "excluded-unreadable", "exception-defects-grew", "skip-capability-unreadable"} <= {
        name for name, _, _ in found
    }
    missing = [(name, where, known[name] - given) for name, given, where in found if known[name] - given]
    assert missing == []


def test_both_languages_say_the_same_things_with_the_same_parameters() -> None:
    french, english = messages("fr"), messages("en")
    assert french == english


@pytest.mark.parametrize("lang", LANGUAGES)
def test_method_sentences_are_whole_with_the_plans_parameters(lang: str) -> None:
    for name, needed in messages(lang).items():
        if name.startswith("method-"):
            assert needed <= {"passes"} and "{" not in words(lang)(name, passes=2)
        if name.startswith(("claim-", "reason-", "stall-", "technique-", "level-", "verify-", "content-")):
            assert not needed, name


def test_every_reason_of_an_outcome_is_a_failure_a_doubt_or_a_success() -> None:
    reasons = {name for name in messages("fr") if name.startswith("reason-")}
    assert reasons == {name for name in used_ids() if name.startswith("reason-")}
    assert set(proof.ERROR_IDS) <= reasons and set(proof.ERROR_IDS.values()) <= set(ERRORS)


SKIPS_WITH_TEXT = {
    "err-disk-no-method": {
        "skip-no-real-drive",
        "skip-several-namespaces",
        "skip-namespaces-not-counted",
        "skip-unknown-name",
        "skip-other-medium",
        "skip-not-available-yet",
        "skip-drive-lacks-it",
        "skip-capability-not-read",
        "skip-frozen",
        "skip-locked",
        "skip-opal-psid-wanted",
        "skip-opal-not-owned",
        "skip-opal-not-encrypting",
        "skip-opal-several-namespaces",
        "skip-no-estimate",
        "skip-lied",
        "skip-size-unknown",
        "skip-read-only",
        "skip-optical",
    },
    "err-disk-level-out-of-reach": {
        "skip-no-real-drive",
        "skip-several-namespaces",
        "skip-namespaces-not-counted",
        "skip-not-available-yet",
        "skip-drive-lacks-it",
        "skip-capability-not-read",
        "skip-frozen",
        "skip-locked",
        "skip-opal-psid-wanted",
        "skip-opal-not-owned",
        "skip-opal-not-encrypting",
        "skip-opal-several-namespaces",
        "skip-no-estimate",
        "skip-lied",
        "skip-level-too-low",
        "skip-size-unknown",
        "skip-read-only",
    },
}


AFTER_A_COMMAND = {
    "skip-refused-by-drive",
    "skip-opal-opened",
    "skip-namespace-missing",
    "skip-tool-failed",
    "skip-never-began",
    "skip-sanitize-frozen",
    "skip-password-not-set",
    "skip-password-of-another",
    "skip-not-carried-through",
    "skip-erased-nothing",
    "skip-not-shown-erased",
}
"""Known once the drive was asked, so never the reason of a plan that cannot be made."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_refusal_says_its_own_reason(lang: str) -> None:
    """Only a drive that could not be read gets the general sentence: any other reason in its place would be a lie."""
    say = words(lang)
    for error, reasons in SKIPS_WITH_TEXT.items():
        for reason in reasons:
            text = say(f"{error}.why", method="overwrite", disk="BCDE", reason=reason, level="purge")
            assert say(reason) in text, (error, reason)
    every = {name for name in messages(lang) if name.startswith("skip-")}
    assert every == set().union(*SKIPS_WITH_TEXT.values()) | {"skip-capability-unreadable"} | AFTER_A_COMMAND


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_unreadable_guard_fact_has_its_own_words(lang: str) -> None:
    said = {what: words(lang)("excluded-unreadable", what=what, error="E") for what in GUARD_FACTS}
    assert len(set(said.values())) == len(GUARD_FACTS)
