"""The real program on a Linux console (a pseudo terminal, TERM=linux, read back by pyte), 24 lines compared as text.

``REGAIN_GOLDEN=write`` writes the files anew; look at the difference before keeping it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.tui import paint
from tests.console.terminal import KEYS, Terminal, scripted

pytestmark = pytest.mark.process

GOLDEN = Path(__file__).with_name("golden")

SCENES: dict[str, tuple[str, tuple[str, ...]]] = {
    "accueil": ("home-real-scanning", ()),
    "accueil-exercice": ("home", ()),
    "accueil-cle": ("home-real-created", ()),
    "accueil-memoire": ("home-real-memory", ()),
    "accueil-pile": ("home-real-floor", ()),
    "eteindre-memoire": ("home-real-memory", ("f10",)),
    "materiel-alarme": ("alarm", ("down", "enter")),
    "materiel-reglage": ("menu", ("f3", "down", "enter")),
    "redemarrer-menu": ("menu-real", ("f3", "=u")),
    "choix": ("choice", ()),
    "choix-impossible": ("choice-impossible", ()),
    "options": ("choice", ("f6", "down", "enter", "enter", "down", "down", "right")),
    "choix-options": ("choice", ("f6", "down", "enter", "enter", "down", "down", "right", "f6")),
    "confirmation-options": ("choice", ("f6", "down", "enter", "enter", "down", "down", "right", "f6", "=1")),
    "sans-disque": ("choice-bare", ("f2", "=3", "=1", "=mairie, archives", "enter")),
    "second": ("confirm", ("f6", "=3", "=0042")),
    "confirmation-second": ("confirm", ("f6", "=3", "=0042", "enter")),
    "confirmation-cache": ("confirm-hides", ("=1", "=9a")),
    "confirmation-laisse": ("confirm-hides", ("=2",)),
    "confirmation-psid": ("confirm-opal", ("=2r0t", "=-ex", "enter")),
    "confirmation-verrouille": ("confirm-opal", ("=2r0t", "escape")),
    "confirmation": ("confirm-excluded", ("=7k",)),
    "confirmation-fausse": ("confirm", ("=1234",)),
    "confirmation-deux": ("confirm-two", ("=7k2f",)),
    "plan": ("confirm", ("f3",)),
    "mur-effacement": ("wall-erasing", ()),
    "mur-deux": ("wall-two-stalled", ()),
    "mur-arreter": ("wall-erasing", ("f8",)),
    "mur-termine": ("wall-done", ()),
    "mur-echec": ("wall-failed", ()),
    "resultat": ("result", ()),
    "resultat-reel": ("result-real", ()),
    "resultat-memoire": ("result-real-memory", ()),
    "resultat-echec": ("result-failed", ()),
    "resultat-huit": ("result-real-memory-portal-eight-exceptions", ("down", "down")),
    "journal": ("result", ("f7",)),
    "file": ("result-real", ("f4",)),
    "file-memoire": ("result-real-memory", ("f4",)),
    "aide": ("confirm", ("f1",)),
    "reglages": ("home", ("f11",)),
    "carte": ("choice-impossible", ("=2",)),
    "qr": ("result", ("f3",)),
}
"""Name of the file, the scene of ``play.py``, the keys pressed in it."""


def play(scene: str, keys: tuple[str, ...], *, lang: str = "fr") -> list[str]:
    terminal = scripted(lang, scene)
    try:
        terminal.wait(lambda lines: bool(lines[23].strip()))
        terminal.read(0.3)
        for key in keys:
            before = len(terminal.raw)
            terminal.send(key[1:], gap_s=0.12) if key.startswith("=") else terminal.send(KEYS[key])
            for _ in range(40):
                terminal.read(0.1)
                if len(terminal.raw) > before:
                    break
            terminal.read(0.3)
        return terminal.lines()
    finally:
        terminal.close()


@pytest.mark.parametrize("name", SCENES)
def test_the_screens_are_what_they_were(name: str) -> None:
    scene, keys = SCENES[name]
    lines = [line.rstrip() for line in play(scene, keys)]
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REGAIN_GOLDEN") == "write":
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == path.read_text(encoding="utf-8").split("\n")[:-1]
    assert len(lines) == 24


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda p: p.stem)
def test_every_character_is_in_the_glyph_budget(path: Path) -> None:
    assert set(path.read_text(encoding="utf-8")) - {"\n"} <= paint.budget()


BACKGROUNDS = {"erasing": "blue", "verifying": "blue", "installing": "magenta", "done": "green", "failed": "red",
               "unknown": "red"}  # fmt: skip
"""pyte's names of slots 4, 4, 5, 2, 1, 1."""


def wall(scene: str) -> Terminal:
    terminal = scripted("fr", f"wall-{scene}")
    terminal.wait(lambda lines: bool(lines[23].strip()))
    terminal.read(0.3)
    return terminal


@pytest.mark.parametrize("scene", BACKGROUNDS)
def test_the_wall_is_its_colour_with_white_on_it(scene: str) -> None:
    terminal = wall(scene)
    try:
        cells = [terminal.screen.buffer[y][x] for y in range(1, 21) for x in range(80)]
    finally:
        terminal.close()
    grounds = {c.bg for c in cells}
    assert grounds == {BACKGROUNDS[scene], "white"}
    inks = {c.fg for c in cells if c.data.strip()}
    assert inks <= {"brightwhite"}
    assert not any(c.bold or c.italics or c.underscore for c in cells)
    assert {c.data for c in cells if c.bg == "white"} == {" "}, "letters are coloured blanks"


def test_attention_is_amber_with_black_and_never_bold() -> None:
    terminal = wall("refused")
    seen = set()
    try:
        for _ in range(12):
            cells = [terminal.screen.buffer[y][x] for y in range(1, 21) for x in range(80)]
            seen |= {(c.fg, c.bg) for c in cells if c.data.strip()}
            assert not any(c.bold for c in cells)
            terminal.read(0.15)
    finally:
        terminal.close()
    assert seen <= {("black", "brown"), ("brown", "black")}, "slot 0 on slot 3, then reversed"
    assert len(seen) == 2, "the field is reversed at 1 Hz"


def test_only_the_sixteen_slots_are_asked_for_and_nothing_moves_twice() -> None:
    terminal = wall("erasing")
    terminal.close()
    assert b"38;2;" not in terminal.raw and b"38;5;" not in terminal.raw, "no colour beyond the palette"
    assert b"\x1b]P" not in terminal.raw, "no palette escape on a pseudo terminal"


def test_leaving_gives_the_terminal_back_and_its_exit_code() -> None:
    terminal = scripted("fr", "home")
    terminal.see("Scannez")
    terminal.send(KEYS["f10"])
    terminal.see("Quitter")
    terminal.read(0.3)
    terminal.send("o")
    assert terminal.process.wait(10) == 0
    terminal.read(0.5)
    assert b"\x1b[?25h" in terminal.raw, "the cursor is back"
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("bad", [b"\xe9", b"\xff\xfe", b"\xc3", b"\xf0\x9f", b"\x80" * 5000], ids=lambda b: b[:2].hex())
def test_a_byte_that_is_no_utf_8_does_not_end_the_screens(bad: bytes) -> None:
    terminal = scripted("fr", "home")
    try:
        terminal.see("Scannez")
        os.write(terminal.master, bad)
        terminal.read(0.5)
        terminal.send(KEYS["escape"])
        terminal.read(0.5)
        terminal.send("RC02041U", gap_s=0.12)
        terminal.see("RC02041U")
        assert terminal.process.poll() is None
    finally:
        terminal.close()
    assert b"Traceback" not in terminal.raw


def test_letters_cut_in_the_middle_are_read_whole() -> None:
    terminal = scripted("fr", "home")
    try:
        terminal.see("Scannez")
        for byte in "é".encode():
            os.write(terminal.master, bytes([byte]))
            terminal.read(0.3)
        terminal.see("é_")
    finally:
        terminal.close()


def test_ctrl_c_asks_and_is_never_a_traceback() -> None:
    terminal = scripted("fr", "wall-erasing")
    terminal.see("F8")
    terminal.send(KEYS["ctrl+c"])
    terminal.see("Arrêter maintenant")
    terminal.send(KEYS["escape"])
    terminal.read(0.5)
    assert terminal.process.poll() is None
    terminal.close()
    assert b"Traceback" not in terminal.raw
