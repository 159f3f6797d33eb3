"""What a person may ask of a Linux profile besides choosing it."""

from __future__ import annotations

from dataclasses import dataclass

LOCALES = ("fr_FR", "en_GB", "es_ES", "pt_PT", "de_DE", "it_IT", "uk_UA")
"""What every image is built with (profiles/linux/hooks/05-language); more are possible by command."""

KEYBOARDS = ("fr", "fr-bepo", "be", "ch-fr", "gb", "us", "es", "pt", "de", "it", "ua")
"""XKB layouts, with a variant after the hyphen, that a bench offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinuxOptions:
    """None: as the profile says. ``locale`` "en_GB.UTF-8"; ``keyboard`` "gb" or "fr-bepo"; ``timezone``
    "Europe/Lisbon"; ``encrypt``: LUKS2, whose phrase goes on a sheet of its own; ``start_page``: of a kiosk, "" for the
    page of its image."""

    encrypt: bool = False
    locale: str | None = None
    keyboard: str | None = None
    timezone: str | None = None
    start_page: str | None = None


def language(asked: LinuxOptions) -> str:
    """Of the papers that go with the PC: what its recipient reads, of the two that we write."""
    return "fr" if asked.locale is None or asked.locale.startswith("fr_") else "en"


AS_IT_IS = LinuxOptions()
