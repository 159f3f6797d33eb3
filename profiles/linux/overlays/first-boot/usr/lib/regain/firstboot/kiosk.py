"""The settings of a kiosk, for its manager: a password, then one thing at a time. Nobody else gets past it."""

from __future__ import annotations

from firstboot import questions
from firstboot.answers import Answers
from firstboot.pc import PC
from firstboot.screen import Back, Face, Idle

IDLE_S = 120.0
"""A manager who went away: the browser is back."""


def change_settings(face: Face, pc: PC) -> None:
    """For ever. Escape, the last row, or nobody at the keyboard: the browser is on the screen again."""
    while True:
        try:
            face.type_in("kiosk-open", hidden=True, check=lambda text: "" if pc.is_manager(text) else "kiosk-wrong")
            menu(face, pc)
        except (Back, Idle):
            pass  # done, or gone
        pc.show_kiosk()


def menu(face: Face, pc: PC) -> None:
    """Raises Back, Idle."""
    asked = {"page": questions.page, "wifi": questions.choose_network, "keyboard": questions.keyboard}
    asked["password"] = questions.password
    if not pc.has_wifi():
        del asked["wifi"]
    rows = [face.words[f"kiosk-row-{name}"] for name in (*asked, "end")]
    row = 0
    while True:
        row = face.choose("kiosk-menu", rows, row)
        if row == len(asked):
            return
        name = list(asked)[row]
        try:
            answers = asked[name](face, pc, Answers())
        except Back:
            continue
        if name == "page":
            pc.set_start_page(answers.page or "")
        if name == "password":
            pc.keep_manager(answers.password)
