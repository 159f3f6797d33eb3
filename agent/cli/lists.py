"""``regain lists``: the dated lists behind the verdicts, and newer ones taken in."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import emit_json, say, w
from agent.cli.options import Json


def register(app: typer.Typer) -> None:
    family = typer.Typer(help="Les listes datées qui fondent les verdicts.", no_args_is_help=True)
    family.command("show", help="Les listes en vigueur, leur date et leur version.")(show)
    family.command("update", help="Prend des listes plus récentes ; refuse une liste abîmée ou plus ancienne.")(update)
    app.add_typer(family, name="lists")


def folder() -> Path:
    """Where newer lists are kept: beside the journal and the keys, on the stick its data partition."""
    from agent.eligibility.lists import FOLDER_VARIABLE
    from agent.wiring import data_home

    return Path(os.environ.get(FOLDER_VARIABLE) or data_home() / "lists")


def show(as_json: Json = False) -> None:
    from agent.eligibility.update import status

    lang, rows = w(), status()
    if as_json:
        emit_json([dataclasses.asdict(row) for row in rows])
        return
    for row in rows:
        mark = lang("lists-updated") if row.updated else lang("lists-packaged")
        say(lang("lists-line", file=row.file, version=row.data_version, date=row.date, count=row.count, mark=mark))
        if row.refused:
            say(lang("lists-refused", file=row.file, why=row.refused))


def update(
    sources: Annotated[list[Path], typer.Argument(help="Des fichiers (cpus-intel.yaml, …) ou un dossier.")],
    as_json: Json = False,
) -> None:
    from agent.eligibility.update import update as take

    lang, taken = w(), take(sources, folder())
    if as_json:
        emit_json([dataclasses.asdict(one) for one in taken])
        return
    for one in taken:
        say(lang("lists-taken", file=one.file, before=one.before, after=one.after))
    say(lang("lists-kept", path=str(folder())))
