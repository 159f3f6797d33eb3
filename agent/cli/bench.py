"""``regain bench`` (rehearsal) and ``regain run`` (this PC): the same job, three ways to follow it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import emit_json, language, say, tell, w
from agent.cli.options import Json
from agent.model.errors import Exit, Fault
from agent.model.events import Event
from agent.model.nodisk import SHORTEST

if TYPE_CHECKING:
    from agent.job.session import Session
    from agent.model.recipe import Recipe

Plain = Annotated[bool, typer.Option("--plain", help="Une phrase par ligne : braille, console série, journal.")]
NoDiskReason = Annotated[
    str | None,
    typer.Option("--no-disk-reason", help="Si le poste ne montre aucun disque : pourquoi (avec --recipe)."),
]
RecipeFile = Annotated[Path | None, typer.Option("--recipe", help="Réponses écrites d'avance (YAML).")]


def register(app: typer.Typer) -> None:
    app.command("bench", help="S'exercer : PC enregistrés, disques virtuels, registre embarqué. Sans root.")(bench)
    app.command("run", help="Le même travail sur ce PC (root).")(run)


def bench(
    machine: Annotated[str | None, typer.Option(help="Un PC de la liste, ou un dossier de « regain record ».")] = None,
    plain: Plain = False,
    as_json: Json = False,
    recipe: RecipeFile = None,
    no_disk_reason: NoDiskReason = None,
    fault: Annotated[list[str] | None, typer.Option(help="Une panne à répéter ; plusieurs possibles.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Les PC de la liste.")] = False,
    home: Annotated[Path | None, typer.Option(help="Dossier de l'exercice : registre, rapports, disques.")] = None,
) -> None:
    from agent import wiring

    machines = wiring.machines()
    if list_:
        rows = [{"name": name, "title": titles[language()]} for name, titles in machines]
        if as_json:
            emit_json(rows)
        else:
            for row in rows:
                say(f"{row['name']:<26} {row['title']}")
        return
    answers = _recipe(recipe, no_disk_reason, headless=plain or as_json)
    folder = (home or wiring.data_home() / "bench").resolve()
    faults = tuple(fault or ())
    with contextlib.ExitStack() as stack:
        registry = None if "registry-down" in faults else stack.enter_context(wiring.embedded_registry(folder))
        if not (plain or as_json):
            _screens_need_terminal()
            code = wiring.run_bench_screens(machine, folder, faults=faults, registry=registry, lang=language())
            raise typer.Exit(code)
        name = machine or _pick(machines)
        session = wiring.bench_session(name, folder, faults=faults, registry=registry, lang=language(), paced=False)
        tell(w()("cli-bench-home", path=str(folder)))
        if registry is not None:
            tell(w()("cli-bench-registry", url=registry.url))
        code = _without_screens(session, answers, as_json=as_json)
    raise typer.Exit(code)


def run(
    plain: Plain = False,
    as_json: Json = False,
    recipe: RecipeFile = None,
    no_disk_reason: NoDiskReason = None,
) -> None:
    run_live(plain=plain, as_json=as_json, recipe=recipe, no_disk_reason=no_disk_reason)


def run_live(*, plain: bool, as_json: bool, recipe: Path | None, no_disk_reason: str | None = None) -> None:
    if os.geteuid() != 0:
        raise Fault("not-root")
    from agent import wiring

    answers = _recipe(recipe, no_disk_reason, headless=False)
    session = wiring.live_session(wiring.data_home(), lang=language())
    if plain or as_json:
        if answers is None and not sys.stdin.isatty():
            # no built-in recipe on a real PC: a run that nobody answers for starts nothing
            raise Fault("usage", what="regain run --recipe FILE")
        raise typer.Exit(_without_screens(session, answers, as_json=as_json))
    _screens_need_terminal()
    from agent.tui.app import run_bench

    live = wiring.on_live_stick()
    leave = wiring.switch_off

    def into_menu() -> None:
        nonlocal leave
        leave = wiring.restart_into_menu

    code = run_bench(session, lang=language(), restart=into_menu if live else None)
    if live:  # the screens were left by « Éteindre » or for the firmware's menu; a bug was raised again above
        leave()
    raise typer.Exit(code)


def _screens_need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Fault("usage", what=w()("cli-needs-terminal"))


def _recipe(path: Path | None, no_disk_reason: str | None, *, headless: bool) -> Recipe | None:
    """The answers; None where a person is asked. Raises Fault usage for a reason that nobody answers for."""
    if path is None and not (headless and not sys.stdin.isatty()):
        if no_disk_reason is not None:
            raise Fault("usage", what="--no-disk-reason TEXTE --recipe FICHIER")
        return None
    from agent.job.recipes import BUILT_IN, read_recipe

    found = read_recipe(path) if path else BUILT_IN
    if no_disk_reason is None:
        return found
    if len(no_disk_reason.strip()) < SHORTEST:
        raise Fault("no-disk-unexplained")
    return found.model_copy(update={"no_disk_reason": no_disk_reason.strip()})


def _pick(machines: object) -> str:
    """The first PC of the list without a terminal; else the person types a number."""
    from agent.wiring import machines as listed

    rows = listed()
    if not sys.stdin.isatty():
        return rows[0][0]
    say(w()("cli-bench-pick"))
    for number, (_, titles) in enumerate(rows, start=1):
        say(f"{number:>3}  {titles[language()]}")
    while True:
        answer = input(w()("plain-ask-machine") + " > ").strip()
        if answer.isdigit() and 1 <= int(answer) <= len(rows):
            return rows[int(answer) - 1][0]


def _without_screens(session: Session, recipe: Recipe | None, *, as_json: bool) -> int:
    """The job as lines: from a recipe, or asking on the terminal. Ctrl+C stops what can be stopped."""
    from agent.job.headless import answer
    from agent.tui.dialogue import converse, keep, tell_where
    from agent.tui.plain import PlainSink

    if as_json:

        def sink(event: Event) -> None:
            emit_json(event.to_wire())
    else:
        sink = PlainSink(say, w())
    tell_where(session, tell if as_json else say, w())
    for event in session.events():
        sink(event)
    session.subscribe(sink)

    def interrupted(number: int, frame: object) -> None:
        session.stop()

    before = signal.signal(signal.SIGTERM, interrupted)
    try:
        session.start()
        session.wait()
        if recipe is not None:
            answer(session, recipe)
        else:
            converse(session, input, say, w())
        signal.signal(signal.SIGINT, interrupted)
        session.wait()
        if recipe is None:
            keep(session, input, say, w())
        elif session.in_memory:
            tell(w()("stick-in-memory-plain"))
    except EOFError:
        raise Fault("cancelled") from None
    finally:
        signal.signal(signal.SIGTERM, before)
    code = session.job.exit_code
    return int(Exit.BUG if code is None else code)
