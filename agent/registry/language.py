"""Which language a reader is answered in: French, unless English is asked for (RFC 9110, section 12.5.4)."""

from __future__ import annotations

from agent.locale import LANGUAGES


def preferred(header: str) -> str:
    """The language of ours with the highest weight in an Accept-Language header; French when in doubt."""
    best, weight = LANGUAGES[0], 0.0
    for item in header.split(","):
        name, _, parameter = item.strip().partition(";")
        quality = 1.0
        if parameter.strip().startswith("q="):
            try:
                quality = float(parameter.strip()[2:])
            except ValueError:
                continue
        primary = name.strip().lower().split("-")[0]
        if primary in LANGUAGES and quality > weight:
            best, weight = primary, quality
    return best
