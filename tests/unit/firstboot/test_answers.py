"""Rules of the first start: account names, passwords, networks, files. And its sentences, in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.tui import psf

from .conftest import LIBRARY, OVERLAY

from firstboot import answers as rules  # type: ignore[import-not-found]  # isort: skip
from firstboot import words  # type: ignore[import-not-found]  # isort: skip
from firstboot.pc import filled, font_for  # type: ignore[import-not-found]  # isort: skip


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("Zoé", "zoe"),
        ("Jean-Zoé Ünal", "jean-zoe-unal"),
        ("Œuvrard", "oeuvrard"),
        ("O’Neill", "oneill"),
        ("4x4", "u4x4"),
        ("root", "compte-root"),
        ("محمد", "compte"),
        ("  ", "compte"),
        ("x" * 60, "x" * 24),
    ],
)
def test_account_names(name: str, login: str) -> None:
    assert rules.login_of(name) == login


@given(st.text(max_size=60))
def test_any_name_makes_an_account_that_debian_accepts(name: str) -> None:
    """useradd's own rule (NAME_REGEX of adduser.conf(5)), and never a system account."""
    login = rules.login_of(name)
    assert re.fullmatch(r"[a-z][-a-z0-9]*", login) and len(login) <= 32
    assert login not in rules.RESERVED


@pytest.mark.parametrize(
    ("name", "problem"),
    [("Zoé", ""), (" ", "name-empty"), ("a" * 41, "name-long"), ("a:b", "name-signs"), ("a,b", "name-signs")],
)
def test_a_name_that_passwd_cannot_hold_is_told(name: str, problem: str) -> None:
    assert rules.name_problem(name) == problem


def test_a_password_is_asked_for_its_length_alone() -> None:
    assert rules.password_problem("aaaaaa", "aaaaaa") == ""
    assert rules.password_problem("aaaaa", "aaaaa") == "password-short"
    assert rules.password_problem("aaaaaa", "aaaaab") == "password-differs"
    assert rules.password_problem("aaaa\x7faaaa"[:4] + "\x01aaaa", "") == "password-signs"


def test_an_address_is_of_the_web_and_of_plain_signs() -> None:
    assert rules.address_of(" www.mairie.fr ") == "https://www.mairie.fr"
    assert rules.address_of("http://borne/") == "http://borne/" and rules.address_of(" ") == ""
    for good in ("", "www.mairie.fr", "https://a.example/b?c=d&e=%20#f", "http://[::1]:8080/"):
        assert rules.page_problem(good) == "", good
    for bad in (
        "file:///etc/passwd",
        "https://a b",
        'https://a"b',
        "https://a'b",
        "https://é.fr",
        "a`id`",
        "a\nb",
        "a<b",
    ):
        assert rules.page_problem(bad) == "page-bad", bad


def test_networks_are_told_once_the_strongest_first() -> None:
    heard = "Livebox-42A0:54:WPA2\nCaf\\\\é\\: x:31:\nLivebox-42A0:88:WPA2\n:20:WPA2\nshort:1\n"
    found = rules.parse_networks(heard)
    assert [(n.name, n.signal, n.secured) for n in found] == [("Livebox-42A0", 88, True), ("Caf\\é: x", 31, False)]


@given(st.text(min_size=1, max_size=32), st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8))
def test_a_connection_file_says_the_network_and_the_key(name: str, key: str) -> None:
    network = rules.Network(name, 50, True)
    file = ConfigParser(interpolation=None, comment_prefixes=(), inline_comment_prefixes=(), strict=True)
    file.read_string(rules.connection_file(network, key, "0"))
    ssid = bytes(int(n) for n in file["wifi"]["ssid"].split(";") if n)
    assert ssid == name.encode("utf-8", "surrogatepass")
    told = file["wifi-security"]["psk"].replace("\\\\", "\0").replace("\\s", " ").replace("\0", "\\")
    assert told.strip() == key.strip()


def test_an_open_network_has_no_key() -> None:
    assert "wifi-security" not in rules.connection_file(rules.Network("x", 1, False), "", "0")


def test_both_languages_have_the_same_sentences_and_each_fits_the_screen() -> None:
    french, english = words.read_words("fr"), words.read_words("en")
    assert french.keys() == english.keys()
    for told in (french, english):
        assert all(len(s) <= 72 for k, s in told.items() if not k.endswith("-text")), told
        for sentence in (s for k, s in told.items() if k.endswith("-text")):
            assert len(sentence) <= 72 * 8
    assert {"-".join(("keyboard", *k)).rstrip("-") for k in rules.KEYBOARDS} <= french.keys()


def test_every_sign_of_the_sentences_is_in_the_console_font() -> None:
    """Lat15 of console-setup: what it has not is a diamond on the screen."""
    fonts = Path("/usr/share/consolefonts/Lat15-TerminusBold16.psf.gz")
    if not fonts.exists():
        pytest.skip("console-setup-linux is not installed")
    known = psf.load(fonts).table
    for language in ("fr", "en"):
        signs = set("".join(words.read_words(language).values()))
        assert not {s for s in signs if s not in known}, language


def test_a_language_without_sentences_shows_french() -> None:
    assert [words.language_of(x) for x in ("fr_FR.UTF-8", "en_GB.UTF-8", "pt_PT.UTF-8", "")] == ["fr", "en", "fr", "fr"]


def test_fonts_keep_eighty_by_twenty_four() -> None:
    sizes = [(640, 400), (1024, 768), (1366, 768), (1920, 1080), (3840, 2160)]
    assert [font_for(*size) for size in sizes] == ["16", "24x12", "32x16", "32x16", "32x16"]


def test_the_first_steps_are_filled_and_nothing_of_a_name_becomes_markup() -> None:
    page = (OVERLAY / "usr/share/regain/welcome/fr-facile.html").read_text("utf-8")
    told = filled(page, {"name": "<b>{tag}</b>", "login": "zoe", "tag": "RC-1"})
    assert "&lt;b&gt;{tag}&lt;/b&gt;" in told and "<b>RC-1</b>" in told and "{login}" not in told


PAGES = [*OVERLAY.glob("usr/share/regain/welcome/*.html"), *OVERLAY.parent.glob("kiosk/usr/share/regain/kiosk/*.html")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_sentence_of_a_page_is_short(page: Path) -> None:
    """INSTALL design, 10: at most 15 words, and none of these."""
    text = page.read_text("utf-8")
    body = re.sub(r"<[^>]+>", "\n", text.partition("<body>")[2])
    for sentence in re.split(r"[.!?:\n]+", body):
        assert len(sentence.split()) <= 15, sentence
    assert not re.search(r"(?i)distribution|dépôt|paquet|\broot\b|repository|package", body)


@pytest.mark.process
def test_the_program_needs_nothing_but_python() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(LIBRARY)!r}); import firstboot.screen, firstboot.pc"],  # noqa: E501
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
