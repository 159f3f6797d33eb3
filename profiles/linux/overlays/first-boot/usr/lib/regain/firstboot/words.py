"""The sentences of the first start, from ``<language>.words``: one ``id = sentence`` a line."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "share" / "regain" / "first-boot"
DEFAULT = "fr"


def language_of(locale: str) -> str:
    """The language of ``fr_FR.UTF-8`` when it has sentences here, else French."""
    wanted = locale[:2].lower()
    return wanted if (FOLDER / f"{wanted}.words").is_file() else DEFAULT


def read_words(language: str) -> dict[str, str]:
    """Raises OSError when the file is not there, ValueError for a line that is none of ours."""
    words: dict[str, str] = {}
    for number, line in enumerate((FOLDER / f"{language}.words").read_text("utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        key, equals, sentence = line.partition(" = ")
        if not equals or key in words:
            raise ValueError(f"{language}.words, line {number}")
        words[key] = sentence
    return words
