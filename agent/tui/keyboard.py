"""From a key to what it asks for: the card on top first, then the screen, then the bench."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent.locale import LANGUAGES, Words
from agent.tui.cards import Card, Note, Question
from agent.tui.commands import FUNCTION_KEYS, LETTERS, Command, digit
from agent.tui.scanner import FASTEST_HAND_PER_S
from agent.tui.sheet import BenchScreen

if TYPE_CHECKING:
    from agent.tui.bench import Bench


MOVES = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1), "tab": (1, 1), "shift+tab": (-1, -1)}
PAGES = {"pageup": -1, "pagedown": 1, "home": -2, "end": 2}

HAND_S = 1 / FASTEST_HAND_PER_S
"""Two keys closer than this came from a scanner."""


def pressed(bench: Bench, screen: BenchScreen, key: str, character: str | None) -> None:
    """One key, on one screen. Raises Fault."""
    now = bench.monotonic()
    by_hand = now - bench.last_key >= HAND_S
    bench.last_key = now
    if bench.wake():
        woken = bench.screen_stack[-1]
        if character is None or not character.isprintable() or not isinstance(woken, BenchScreen):
            bench.redraw()
            return
        screen = woken  # a scan wakes the screen and is not lost
    if bench.card is not None:
        _answer(bench, bench.card, key, character, by_hand=by_hand)
    else:
        _act(bench, screen, key, character)


def _act(bench: Bench, screen: BenchScreen, key: str, character: str | None) -> None:
    typed = character if character is not None and character.isprintable() and len(character) == 1 else None
    if key == "ctrl+c":
        _run(bench, Command.STOP if bench.running() else Command.POWER, screen)
    elif key in FUNCTION_KEYS:
        _run(bench, FUNCTION_KEYS[key], screen)
    elif key in MOVES:
        screen.move(*MOVES[key])
    elif key in PAGES:
        screen.page(PAGES[key])
    elif key == "enter":
        screen.enter()
    elif key == "escape":
        screen.escape()
    elif key in ("backspace", "delete"):
        screen.erase_character()
    elif typed is not None:
        _typed(bench, screen, typed)


def _typed(bench: Bench, screen: BenchScreen, typed: str) -> None:
    if screen.typing() or not typed.isalpha() or typed.lower() not in LETTERS:
        screen.character(typed if screen.typing() else digit(typed) or typed, bench.monotonic())
    elif not screen.character(typed, bench.monotonic()):
        _run(bench, LETTERS[typed.lower()], screen)


def _answer(bench: Bench, card: Card, key: str, character: str | None, *, by_hand: bool) -> None:
    """Letters answer at the pace of a hand: a stray scan answers nothing. A grave yes takes its letter, then Entrée."""
    letter = (character or "").lower()
    if not isinstance(card, Question):
        if key in ("enter", "escape", "space") or key in FUNCTION_KEYS:
            bench.card = None
        if key in FUNCTION_KEYS and isinstance(bench.screen, BenchScreen):
            _act(bench, bench.screen, key, character)
        return
    if key in MOVES:
        card.yes = not card.yes
    elif key == "escape" or letter == "n":
        bench.card = None
    elif letter in ("o", "y") and by_hand:
        card.yes = True
        if not card.grave and letter == bench.w("letter-yes").lower():  # no tag has this letter in French
            bench.card = None
            card.answer()
    elif key == "enter" and by_hand:
        bench.card = None
        if card.yes:
            card.answer()
    else:
        card.yes = False


def _run(bench: Bench, command: Command, screen: BenchScreen) -> None:
    if screen.command(command):
        return
    match command:
        case Command.HELP | Command.JOURNAL | Command.OUTBOX | Command.SETTINGS:
            from agent.tui.screens import side_screen

            if bench.session is not None or command is Command.HELP:
                bench.lay(side_screen(command, screen))
        case Command.LANGUAGE:
            bench.set_language(LANGUAGES[(LANGUAGES.index(bench.w.lang) + 1) % len(LANGUAGES)])
        case Command.STOP if bench.running():
            bench.card = Question(
                title_id="stop-title", text=lambda w: _stop_text(bench, w), answer=bench.stop_job, grave=True
            )
        case Command.POWER:
            bench.power()
        case Command.DIAGNOSTIC if bench.session is not None:
            path = bench.session.diagnostic()
            bench.card = Note(title_id="diagnostic-title", text=lambda w: w("diagnostic-done", path=_short(path)))
        case _:
            pass


def _short(path: Path) -> str:
    """The last folders of a path: enough to find it on the stick."""
    parts = path.parts
    return str(Path(*parts[-3:])) if len(parts) > 3 else str(path)


def _stop_text(bench: Bench, w: Words) -> str:
    """What a stop leaves; a drive that carries out its own command is not stopped by it."""
    alone = any(d.phase == "command" and d.outcome is None for d in bench.job.disks.values())
    return " ".join(w(each) for each in ("stop-question", *(["stop-question-command"] if alone else [])))
