"""What people read. Every visible sentence is a Fluent message in ``fr/*.ftl`` or ``en/*.ftl``; French first.

One file per room (common, errors, inventory, eligibility, erasure, install, report, tui, cli), same ids and
variables in both languages (a test compares them).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LANGUAGES = ("fr", "en")

_ENTRY = re.compile(r"^(-?[a-zA-Z][\w-]*) *=", re.MULTILINE)
_REFERENCE = re.compile(r"\{\s*(-?[a-z][\w-]*)")  # a variable begins with "$", a function with a capital


class MissingMessage(KeyError):
    """A message id that no file of this language has: a bug, never shown as an empty string."""


class Words:
    """Messages of one language: ``words("id", name=value)``; ``words("id.why")`` reads an attribute.

    A message is parsed when it is first asked for: a screen says fifty of a thousand, and parsing them all takes
    longer than all else up to the first paint.
    """

    def __init__(self, lang: str) -> None:
        from fluent.runtime import FluentBundle

        self.lang = lang
        # no isolation marks: the Linux console would draw them as diamonds
        self._bundle = FluentBundle([lang], use_isolating=False)
        self._entries: dict[str, str] = {}
        self._read: set[str] = set()
        for file in sorted((Path(__file__).parent / lang).glob("*.ftl")):
            self._entries.update(entries(file.read_text(encoding="utf-8")))

    def has(self, message_id: str) -> bool:
        name = message_id.split(".")[0]
        return name in self._entries and not name.startswith("-")

    def _parse(self, name: str) -> None:
        """The message and all that it refers to become part of the bundle."""
        from fluent.runtime import FluentResource

        if name in self._read or name not in self._entries:
            return
        text = self._entries[name]
        for other in _REFERENCE.findall(text):
            if other != name:
                self._parse(other)
        self._bundle.add_resource(FluentResource(text))
        self._read.add(name)

    def __call__(self, message_id: str, /, **params: Any) -> str:
        name, _, attribute = message_id.partition(".")
        if not self.has(name):
            raise MissingMessage(f"{self.lang}: {message_id}")
        self._parse(name)
        message = self._bundle.get_message(name)
        pattern = message.attributes.get(attribute) if attribute else message.value
        if pattern is None:
            raise MissingMessage(f"{self.lang}: {message_id}")
        text, _errors = self._bundle.format_pattern(pattern, self._worded(_plain(params)))
        return str(text)

    def reason(self, text: str) -> str:
        """Why a fact is missing or a disk held, in words; what a tool said itself stays as it is."""
        from agent.locale import reasons

        found = reasons.message(text)
        if found is None and ", " in text:  # several of them
            return ", ".join(self.reason(part) for part in text.split(", "))
        return self(found[0], **found[1]) if found else text

    def _worded(self, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters, with the probes' reasons among them in words: no screen has to think of it."""
        from agent.locale.reasons import PARAMETERS

        for name in PARAMETERS:
            if isinstance(params.get(name), str):
                params[name] = self.reason(params[name])
        return params


def entries(text: str) -> dict[str, str]:
    """A Fluent file cut into its messages and terms: only these begin at the margin with a name and "="."""
    starts = list(_ENTRY.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {start[1]: text[start.start() : end] for start, end in zip(starts, ends, strict=True)}


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Fluent takes text and numbers; anything else is shown as text. Keys use "-" for "_" as well."""
    flat: dict[str, Any] = {}
    for key, value in params.items():
        flat[key] = value if isinstance(value, (int, float, str)) and not isinstance(value, bool) else str(value)
    return flat


@functools.cache
def words(lang: str) -> Words:
    return Words(lang if lang in LANGUAGES else LANGUAGES[0])
