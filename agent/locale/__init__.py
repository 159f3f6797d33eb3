"""What people read. Every visible sentence is a Fluent message in ``fr/*.ftl`` or ``en/*.ftl``; French first.

One file per room (common, errors, inventory, eligibility, erasure, install, report, tui, cli), same ids and
variables in both languages (a test compares them).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("fr", "en")


class MissingMessage(KeyError):
    """A message id that no file of this language has: a bug, never shown as an empty string."""


class Words:
    """Messages of one language: ``words("id", name=value)``; ``words("id.why")`` reads an attribute."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        # no isolation marks: the Linux console would draw them as diamonds
        self._bundle = FluentBundle([lang], use_isolating=False)
        for entry in sorted(resources.files(__package__).joinpath(lang).iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".ftl"):
                self._bundle.add_resource(FluentResource(entry.read_text(encoding="utf-8")))

    def has(self, message_id: str) -> bool:
        return self._bundle.has_message(message_id.split(".")[0])

    def __call__(self, message_id: str, /, **params: Any) -> str:
        name, _, attribute = message_id.partition(".")
        if not self._bundle.has_message(name):
            raise MissingMessage(f"{self.lang}: {message_id}")
        message = self._bundle.get_message(name)
        pattern = message.attributes.get(attribute) if attribute else message.value
        if pattern is None:
            raise MissingMessage(f"{self.lang}: {message_id}")
        text, _errors = self._bundle.format_pattern(pattern, _plain(params))
        return str(text)


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Fluent takes text and numbers; anything else is shown as text. Keys use "-" for "_" as well."""
    flat: dict[str, Any] = {}
    for key, value in params.items():
        flat[key] = value if isinstance(value, (int, float, str)) and not isinstance(value, bool) else str(value)
    return flat


@functools.cache
def words(lang: str) -> Words:
    return Words(lang if lang in LANGUAGES else LANGUAGES[0])
