"""The ``regain`` program: global options and the families of commands."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated

import typer

from agent import __version__
from agent.cli import say, speak, w
from agent.locale import LANGUAGES

FAMILIES = ("bench", "erase", "facts", "verdicts", "lists", "install", "paper", "registry", "stick")
ALONE = {
    **dict.fromkeys(("inventory", "parse", "record", "health"), "facts"),
    **dict.fromkeys(("cpu", "check"), "verdicts"),
}
"""Commands for which nothing else is loaded: reading a PC must not wait for what wipes and signs."""


def _language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"{value}: {' | '.join(LANGUAGES)}")
    return value


def build() -> typer.Typer:
    app = typer.Typer(
        name="regain",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Regain : une seconde vie pour les PC donnés.",
    )

    @app.callback(invoke_without_command=True)
    def root(
        context: typer.Context,
        lang: Annotated[str | None, typer.Option(help="fr ou en ; français par défaut.", callback=_language)] = None,
        version: Annotated[bool, typer.Option("--version", help="Affiche la version.")] = False,
    ) -> None:
        speak(lang)
        newer_lists()
        if version:
            say(f"regain {__version__}")
            raise typer.Exit
        if context.invoked_subcommand is None:
            start_here()

    for family in _families():
        importlib.import_module(f"agent.cli.{family}").register(app)
    return app


def _families() -> tuple[str, ...]:
    """The family of the command on this line, or all of them."""
    words = iter(sys.argv[1:])
    for word in words:
        if word == "--lang":
            next(words, None)
        elif not word.startswith("-"):
            return (ALONE[word],) if word in ALONE else FAMILIES
        elif not word.startswith("--lang="):
            break
    return FAMILIES


def newer_lists() -> None:
    """Lists that ``regain lists update`` kept count in every command of this program."""
    from agent.wiring import data_home

    os.environ.setdefault("REGAIN_LISTS", str(data_home() / "lists"))


def start_here() -> None:
    """On the live stick: the screens on this PC. Anywhere else: what the other commands are."""
    from agent.wiring import on_live_stick

    if on_live_stick():
        from agent.cli.bench import run_live

        run_live(plain=False, as_json=False, recipe=None)
        return
    lang = w()
    say(lang("cli-not-on-stick"))
    for name in ("bench", "check", "disks", "erase", "install", "verify", "registry"):
        say(f"  regain {name:<10} {lang('cli-about-' + name)}")
    say(lang("cli-more-help"))
