"""``regain stick``: the data partition of the live system. ``prepare`` is what the start of the system runs."""

from __future__ import annotations

import typer

from agent.cli import emit_json, say, w
from agent.cli.options import Json
from agent.model.errors import Fault


def register(app: typer.Typer) -> None:
    stick = typer.Typer(help="La clé : où sont les résultats.", no_args_is_help=True)
    stick.command("show", help="Où sont les résultats, et pourquoi.")(show)
    stick.command("prepare", hidden=True, help="Au démarrage : partition de données, horloge, Wi-Fi (root).")(prepare)
    app.add_typer(stick, name="stick")


def show(as_json: Json = False) -> None:
    from agent.wiring import current_stick, on_live_stick

    if not on_live_stick():
        raise Fault("usage", what=w()("stick-not-live"))
    stick = current_stick()
    if as_json:
        emit_json(stick.to_wire() if stick else {"state": "unknown"})
        return
    say(w()(stick.why, **stick.params) if stick else w()("stick-why-unknown"))
    if stick is not None:
        say(w()("stick-in-memory-plain") if stick.in_memory else stick.home)


def prepare() -> None:
    """Done (exit code 0) whenever results have a place, be it in memory."""
    from agent.machine.live import LiveMachine
    from agent.stick.prepare import prepare as make_ready
    from agent.wiring import current_stick, on_live_stick

    machine = LiveMachine()
    if not on_live_stick():
        raise Fault("usage", what=w()("stick-not-live"))
    if not machine.is_root():
        raise Fault("not-root")
    before = current_stick()
    if before is not None and before.in_memory:  # the screens work in memory: only they may move their results
        raise Fault("usage", what=w()("stick-already"))
    stick = make_ready(machine)
    say(w()(stick.why, **stick.params))
