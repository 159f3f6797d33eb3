"""Messages are parsed when they are asked for; what is read that way is what the whole files say."""

from __future__ import annotations

from pathlib import Path

import pytest
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast

import agent.locale
from agent.locale import LANGUAGES, MissingMessage, Words, entries

FILES = sorted(Path(agent.locale.__file__).parent.glob("*/*.ftl"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_a_file_is_cut_where_its_entries_begin(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    parsed = [e for e in FluentParser().parse(text).body if isinstance(e, (ast.Message, ast.Term, ast.Junk))]
    names = [f"-{e.id.name}" if isinstance(e, ast.Term) else e.id.name for e in parsed if not isinstance(e, ast.Junk)]
    assert len(names) == len(parsed), "the file holds something that is no message"
    assert list(entries(text)) == names


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_reads_as_in_the_whole(lang: str) -> None:
    whole = FluentBundle([lang], use_isolating=False)
    for file in FILES:
        if file.parent.name == lang:
            whole.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    compared, words = 0, Words(lang)
    for file in FILES:
        for name in entries(file.read_text(encoding="utf-8")) if file.parent.name == lang else ():
            if name.startswith("-"):
                continue
            message = whole.get_message(name)
            for key, pattern in (("", message.value), *message.attributes.items()):
                if pattern is not None:
                    asked = f"{name}.{key}" if key else name
                    assert words(asked, n=2) == whole.format_pattern(pattern, {"n": 2})[0]
                    compared += 1
    assert compared > 1000


def test_a_term_or_an_unknown_name_is_no_message() -> None:
    words = Words("fr")
    assert not words.has("no-such-message")
    with pytest.raises(MissingMessage):
        words("no-such-message")
    with pytest.raises(MissingMessage):
        words("inv-title.no-such-attribute")
