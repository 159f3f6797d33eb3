"""The real session behind the real screens: a recorded PC, virtual disks, faults; in a pseudo terminal.

Last words on the screen, certificate present or not: what a technician is left with.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.console.terminal import KEYS, REPO, Terminal

pytestmark = [pytest.mark.process, pytest.mark.net, pytest.mark.slow]

PLAY = """
import sys
from pathlib import Path
from agent import wiring
from agent.tui.app import run_bench
home, name, *faults = sys.argv[1:]
session = wiring.bench_session(name, Path(home), faults=faults, registry=None, lang="fr", paced=False)
sys.exit(run_bench(session, lang="fr"))
"""

MACHINE = "lenovo-thinkpad-t480"


def start(home: Path, *faults: str) -> Terminal:
    if not (REPO / "tests" / "machines" / MACHINE).is_dir():
        pytest.skip("no recorded PC of that name")
    return Terminal([sys.executable, "-c", PLAY, str(home), MACHINE, *faults])


def consent(terminal: Terminal, choice: str) -> None:
    """Without a label, the choice, the ends of the serials that the screen shows."""
    terminal.see("terminé")
    terminal.send(KEYS["f6"])
    lines = terminal.wait(lambda s: "CHOIX" in s[0] or "MATÉRIEL" in s[0])
    if "MATÉRIEL" in lines[0]:
        terminal.send(KEYS["f2"])
        terminal.see("CHOIX")
    terminal.send(choice)
    terminal.see("CONFIRMATION")
    for _ in range(4):
        ends = re.findall(r"n° de série, …(\w+)\s+[│\[] \w*_", "\n".join(terminal.lines()))
        if not ends:
            break
        terminal.send(ends[0], gap_s=0.12)
        terminal.read(0.4)
    terminal.see("Exact. Entrée démarre")
    terminal.send(KEYS["enter"])


def ended(terminal: Terminal) -> list[str]:
    words = ("TERMINÉ", "ÉCHEC", "INCONNU", "À VOUS")
    return terminal.wait(lambda s: any(w in s[0] for w in words) and "F2 Voir" in s[22], 120)


def certificates(home: Path) -> list[Path]:
    return sorted(home.rglob("*.pdf"))


def test_a_whole_pc_ends_with_a_certificate_and_no_key(tmp_path: Path) -> None:
    terminal = start(tmp_path)
    try:
        consent(terminal, "1")
        lines = ended(terminal)
        assert "TERMINÉ" in lines[0]
        terminal.send(KEYS["enter"])
        text = "\n".join(terminal.see("RÉSULTAT"))
        assert "prouvé" in text and "effacement" in text and "répété (exercice)" in text and "EX-" in text
        assert certificates(tmp_path)
        terminal.send(KEYS["f10"])
        terminal.see("Quitter")
        terminal.read(0.3)
        terminal.send("o")
        assert terminal.process.wait(20) == 0
    finally:
        terminal.close()
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize(
    ("fault", "words"),
    [("dropped-writes", ("ÉCHEC",)), ("disk-vanishes", ("ÉCHEC", "INCONNU")), ("bad-zone", ("À VOUS", "ÉCHEC"))],
)
def test_a_fault_never_ends_in_green(tmp_path: Path, fault: str, words: tuple[str, ...]) -> None:
    terminal = start(tmp_path, fault)
    try:
        consent(terminal, "3")
        lines = terminal.wait(lambda s: any(w in s[0] for w in ("TERMINÉ", "ÉCHEC", "INCONNU", "À VOUS")), 120)
        assert any(w in lines[0] for w in words), lines[0]
        assert "green" not in terminal.backgrounds(5)
    finally:
        terminal.close()
    assert b"Traceback" not in terminal.raw
