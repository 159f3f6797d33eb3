"""The questions of the first start on a terminal of 80 columns and 24 rows, answered by keyboard, read by pyte."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from .conftest import LIBRARY

pytestmark = pytest.mark.process

DRIVER = Path(__file__).with_name("driver.py")


class Terminal:
    def __init__(self, root: Path, *more: str) -> None:
        self.root = root
        env = {"TERM": "linux", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
        self._child = pexpect.spawn(
            sys.executable,
            [str(DRIVER), str(LIBRARY), str(root), *more],
            dimensions=(24, 80),
            env=env,
            encoding="utf-8",
        )
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self._screen)

    def wait(self, *words: str) -> str:
        """The screen as soon as all the words are on it."""
        for _ in range(100):
            text = "\n".join(self._screen.display)
            if all(word in text for word in words):
                return text
            try:
                self._stream.feed(self._child.read_nonblocking(65536, timeout=0.1))
            except (pexpect.TIMEOUT, pexpect.EOF):
                continue
        raise AssertionError("\n".join(self._screen.display))

    def type(self, text: str) -> None:
        self._child.send(text)

    def end(self) -> dict[str, object]:
        self._child.expect(pexpect.EOF, timeout=20)
        told: dict[str, object] = json.loads((self.root / "answers.json").read_text())
        return told

    def close(self) -> None:
        self._child.close(force=True)


def _installed(root: Path, marker: str, **more: str) -> None:
    """What the installer leaves for the first start."""
    files = {
        "var/lib/regain/first-boot": marker,
        "etc/default/locale": "LANG=fr_FR.UTF-8\n",
        "etc/default/keyboard": 'XKBLAYOUT="fr"\nXKBVARIANT="latin9"\n',
        **more,
    }
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    _installed(tmp_path, "ask=keyboard wifi name password\nwelcome=fr-facile\ntag=RC-000123\n")
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def _kiosk(root: Path, *more: str) -> Terminal:
    _installed(root, "ask=keyboard page password\n", **{"etc/regain/kiosk": "page=\nidle_minutes=5\n"})
    return Terminal(root, *more)


DOWN = "\x1b[B"


def test_every_question_is_answered_by_keyboard(terminal: Terminal) -> None:
    terminal.wait("Bienvenue", "Appuyez sur la touche Entrée")
    terminal.type("\r")
    terminal.wait("Question 1 sur 4", "Français (AZERTY)", "Suisse romand")
    terminal.type(DOWN + DOWN + "\r")
    terminal.wait("Essayez votre clavier", "é à ç @")
    terminal.type("éàç@")
    terminal.wait("éàç@_")
    terminal.type("\x1b")
    terminal.wait("Votre clavier", "Français (AZERTY)")
    terminal.type("\r")
    terminal.wait("Essayez votre clavier")
    terminal.type("\r")
    text = terminal.wait("Question 2 sur 4", "Plus tard", "Livebox-42A0", "Café: invités")
    assert text.count("Livebox-42A0") == 1
    terminal.type("\r")
    terminal.wait("Le mot de passe du Wi-Fi")
    terminal.type("court\r")
    terminal.wait("entre 8 et 63 signes")
    terminal.type("-assez-long\r")
    terminal.wait("n’a pas répondu")
    terminal.type("\r")
    terminal.wait("Livebox-42A0")
    terminal.type(DOWN + "\r")  # the open one, and the second attempt
    terminal.wait("Votre prénom", "Question 3 sur 4")
    terminal.type("\r")
    terminal.wait("au moins une lettre")
    terminal.type("Zoé Œuvrard\r")
    terminal.wait("Votre mot de passe", "Question 4 sur 4")
    terminal.type("abc\r")
    terminal.wait("au moins 6 signes")
    terminal.type("déf ghi")
    text = terminal.wait("**********_")
    assert "abcdéf" not in text
    terminal.type("\x1b[[B")  # F2, as terminfo says of linux
    terminal.wait("abcdéf ghi_")
    terminal.type("\r")
    terminal.wait("encore une fois")
    terminal.type("abcdef ghi\r")
    terminal.wait("ne sont pas pareils")
    terminal.type("\x1b")
    terminal.wait("Votre mot de passe", "phrase facile")
    terminal.type("abcdéf ghi\r")
    terminal.wait("encore une fois")
    terminal.type("abcdéf ghi\r")
    terminal.wait("Votre compte se prépare")
    told = terminal.end()
    assert told["answers"] == {
        "keyboard": ["be", ""],
        "network": {"name": "Café: invités", "signal": 31, "secured": False},
        "network_password": "",
        "name": "Zoé Œuvrard",
        "password": "abcdéf ghi",
        "disk": "",
        "page": None,
    }
    assert 'XKBLAYOUT="be"' in (terminal.root / "etc/default/keyboard").read_text()
    kept = terminal.root / "etc/NetworkManager/system-connections/regain-wifi.nmconnection"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "assez-long" not in json.dumps(told["ran"])


def test_escape_goes_back_to_the_question_before(terminal: Terminal) -> None:
    terminal.wait("Bienvenue")
    terminal.type("\r")
    terminal.wait("Votre clavier")
    terminal.type("\r")
    terminal.wait("Essayez")
    terminal.type("\r")
    terminal.wait("Plus tard")
    terminal.type("\x1b")
    terminal.wait("Question 1 sur 4", "Votre clavier")


def test_a_kiosk_asks_its_manager_for_a_page_and_a_password_and_makes_no_account(tmp_path: Path) -> None:
    terminal = _kiosk(tmp_path)
    try:
        terminal.wait("est une borne", "Appuyez sur la touche Entrée")
        terminal.type("\r")
        terminal.wait("Question 1 sur 3", "Votre clavier")
        terminal.type("\r")
        terminal.wait("Essayez")
        terminal.type("\r")
        terminal.wait("Question 2 sur 3", "La page d’accueil", "Laissez vide")
        terminal.type("ftp://fichiers\r")
        terminal.wait("n’est pas possible")
        terminal.type("\x7f" * 14 + "www.mairie.fr/horaires?jour=1\r")
        terminal.wait("Question 3 sur 3", "Le mot de passe du responsable")
        terminal.type("clé de la borne\r")
        terminal.wait("encore une fois")
        terminal.type("clé de la borne\r")
        told = terminal.end()
    finally:
        terminal.close()
    assert (tmp_path / "etc/regain/kiosk").read_text() == "page=https://www.mairie.fr/horaires?jour=1\nidle_minutes=5\n"
    kept = tmp_path / "var/lib/regain/kiosk-password"
    assert kept.stat().st_mode & 0o777 == 0o600 and "borne" not in kept.read_text()
    ran = told["ran"]
    assert isinstance(ran, list) and not [argv for argv in ran if argv[0] in ("useradd", "chpasswd")]
    started = [argv[-1] for argv in ran if argv[:2] == ["systemctl", "start"]]
    assert "regain-kiosk-settings.service" in started
    assert started[-1] == "regain-kiosk.service", "it hangs up the console that this program runs on"
    assert not (tmp_path / "var/lib/regain/first-boot").exists()


def test_the_settings_of_a_kiosk_open_to_its_manager_alone(tmp_path: Path) -> None:
    from firstboot.pc import PC  # type: ignore[import-not-found]

    PC(tmp_path).keep_manager("clé de la borne")
    terminal = _kiosk(tmp_path, "60")
    try:
        terminal.wait("réservés au responsable")
        terminal.type("\r")
        terminal.wait("pas le bon mot de passe")
        terminal.type("la borne\r")
        terminal.wait("pas le bon mot de passe")
        terminal.type("\x7f" * 8 + "clé de la borne\r")
        terminal.wait("Que voulez-vous changer", "Page d’accueil", "Wi-Fi", "Revenir à la borne")
        terminal.type("\r")
        terminal.wait("La page d’accueil")
        terminal.type("www.example.org\r")
        terminal.wait("Que voulez-vous changer")
        terminal.type(DOWN * 3 + "\r")
        terminal.wait("Le mot de passe du responsable")
        terminal.type("une autre\r")
        terminal.wait("encore une fois")
        terminal.type("une autre\r")
        terminal.wait("Que voulez-vous changer")
        terminal.type(DOWN + "\r")
        told = terminal.end()
    finally:
        terminal.close()
    assert PC(tmp_path).start_page() == "https://www.example.org"
    assert PC(tmp_path).is_manager("une autre") and not PC(tmp_path).is_manager("clé de la borne")
    ran = told["ran"]
    assert isinstance(ran, list) and ["systemctl", "try-restart", "--no-block", "regain-kiosk.service"] in ran


def test_settings_that_nobody_touches_give_the_screen_back(tmp_path: Path) -> None:
    terminal = _kiosk(tmp_path, "1.5")
    try:
        terminal.wait("réservés au responsable")
        assert terminal.end()["ran"] == []
    finally:
        terminal.close()
