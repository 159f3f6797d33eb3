"""Reading a recipe file: every mistake with its place, nothing guessed."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from agent.model.errors import Fault
from agent.model.recipe import Recipe

BUILT_IN = Recipe.model_validate({"schema": "regain-recipe/1", "system": "linux", "chosen_by": "recette"})
"""What a bench without a terminal and without a recipe does: erase every eligible disk, rehearse the best Linux."""


def read_recipe(path: Path) -> Recipe:
    """Raises Fault file-unreadable, recipe-bad (``problems``: one "place: what" a line)."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Fault("file-unreadable", path=str(path), why=str(error)) from None
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Fault("recipe-bad", path=str(path), problems=" ".join(str(error).split())) from None
    if not isinstance(document, dict):
        raise Fault("recipe-bad", path=str(path), problems="schema: regain-recipe/1")
    try:
        return Recipe.model_validate(document)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise Fault("recipe-bad", path=str(path), problems=problems) from None
