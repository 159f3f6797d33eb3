"""The questions, one a screen, in their order; Escape goes back to the one before."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

from firstboot import answers as rules
from firstboot.answers import Answers
from firstboot.pc import PC
from firstboot.screen import Back, Face

Question = Callable[[Face, PC, Answers], Answers]


def ask_all(face: Face, pc: PC) -> Answers:
    """Everything that this profile asks. Before the last answer only the keyboard and the network are kept."""
    face.tell("kiosk-welcome" if pc.is_kiosk() else "welcome", ())
    asked = [QUESTIONS[name] for name in pc.asked()]
    answers, number = Answers(), 0
    while number < len(asked):
        face.step = (number + 1, len(asked))
        try:
            answers = asked[number](face, pc, answers)
        except Back:
            number = max(0, number - 1)
        else:
            number += 1
    face.step = None
    face.show("kiosk-working" if pc.is_kiosk() else "working", ())
    return answers


def keyboard(face: Face, pc: PC, answers: Answers) -> Answers:
    """Chosen, loaded at once, and tried by typing before it is kept."""
    first = rules.KEYBOARDS.index(answers.keyboard or pc.keyboard()) if pc.keyboard() in rules.KEYBOARDS else 0
    rows = [face.words["-".join(("keyboard", *keyboard)).rstrip("-")] for keyboard in rules.KEYBOARDS]
    while True:
        first = face.choose("keyboard", rows, first)
        face.show("keyboard-loading", ())
        pc.load_keyboard(rules.KEYBOARDS[first])
        try:
            face.type_in("keyboard-try", hidden=False, check=lambda text: "")
        except Back:
            continue
        return dataclasses.replace(answers, keyboard=rules.KEYBOARDS[first])


def wifi(face: Face, pc: PC, answers: Answers) -> Answers:
    """A PC without Wi-Fi, or with a cable that works, is not asked."""
    if not pc.has_wifi() or pc.is_online():
        return answers
    return choose_network(face, pc, answers)


def choose_network(face: Face, pc: PC, answers: Answers) -> Answers:
    while True:
        face.show("wifi-looking", ())
        networks = pc.networks()[:10]
        rows = [face.words["wifi-later"], face.words["wifi-again"], *(n.name for n in networks)]
        row = face.choose("wifi" if networks else "wifi-none", rows, 2 if networks else 0)
        if row == 0:
            return dataclasses.replace(answers, network=None, network_password="")
        if row == 1:
            continue
        network = networks[row - 2]
        password = ""
        if network.secured:
            try:
                password = face.type_in("wifi-password", hidden=False, check=rules.network_password_problem)
            except Back:
                continue
        face.show("wifi-joining", ())
        if pc.join(network, password):
            return dataclasses.replace(answers, network=network, network_password=password)
        face.tell("wifi-failed", ())


def name(face: Face, pc: PC, answers: Answers) -> Answers:
    typed = face.type_in("name", hidden=False, check=rules.name_problem, text=answers.name)
    return dataclasses.replace(answers, name=" ".join(typed.split()))


def page(face: Face, pc: PC, answers: Answers) -> Answers:
    """What a kiosk shows; the workshop's address, if it gave one, is there to be kept."""
    first = pc.start_page() if answers.page is None else answers.page
    typed = face.type_in("page", hidden=False, check=rules.page_problem, text=first)
    return dataclasses.replace(answers, page=rules.address_of(typed))


def password(face: Face, pc: PC, answers: Answers) -> Answers:
    """Of the person's account; of a kiosk's settings."""
    screen = "kiosk-password" if pc.is_kiosk() else "password"
    return dataclasses.replace(answers, password=_twice(face, screen, rules.password_problem))


def disk(face: Face, pc: PC, answers: Answers) -> Answers:
    """The phrase of the workshop's sheet gives way to one that nobody else knows."""
    return dataclasses.replace(answers, disk=_twice(face, "disk", rules.disk_problem))


def _twice(face: Face, screen: str, problem: Callable[[str, str], str]) -> str:
    """F2 shows what is typed."""
    while True:
        chosen = face.type_in(screen, hidden=True, check=lambda text: problem(text, text))
        try:
            face.type_in(f"{screen}-again", hidden=True, check=functools.partial(problem, chosen))
        except Back:
            continue
        return chosen


QUESTIONS: dict[str, Question] = {
    "keyboard": keyboard,
    "wifi": wifi,
    "page": page,
    "name": name,
    "password": password,
    "disk": disk,
}
