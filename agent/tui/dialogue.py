"""The questions of the bench on a text terminal: the same typed consent, numbered choices, the prompt ``> ``."""

from __future__ import annotations

from collections.abc import Callable

from agent.job.session import Session
from agent.locale import Words
from agent.model.errors import Fault
from agent.model.nodisk import NoDisk, Why
from agent.model.plan import SystemChoice
from agent.tui.plain import Write, fault_lines, size_text, wrapped

Ask = Callable[[str], str]


def tell_where(session: Session, write: Write, words: Words) -> None:
    """Where results go, and what is not as it should be with the stick; nothing off the live system."""
    from agent.tui.where import place, sentences

    if session.stick is not None and not session.in_memory:
        for line in wrapped(f"{words('stick-place')} {place(words, session.stick)}"):
            write(line)
    for text in sentences(words, session, keys=False):
        for line in wrapped(text):
            write(line)


def keep(session: Session, ask: Ask, write: Write, words: Words) -> None:
    """Ask for a stick until the results are on one, or until a person types that it goes on without."""
    while session.in_memory:
        for line in wrapped(words("stick-ask-save")):
            write(line)
        if ask("> ").strip().upper() == words("stick-without-word"):
            return
        session.save_results()
        session.wait()
        tell_where(session, write, words)


def converse(session: Session, ask: Ask, write: Write, words: Words) -> None:
    """The questions of the bench on a text terminal, in the same order as on the screens.

    Returns when a run was consented to (the caller waits for it). Raises Fault cancelled on an empty answer
    to the consent question, and EOFError when the terminal goes away.
    """
    write(words("plain-ask-tag"))
    while True:
        answer = ask("> ").strip()
        try:
            session.read_tag(answer or None)
            break
        except Fault as fault:
            _show(fault, write, words)
    system = _ask_system(session, ask, write, words)
    if not session.has_targets():
        session.record_only(_ask_no_disk(session, ask, write, words) if session.no_disk_seen() else None)
        return
    session.choose(system, None)
    _ask_hidden(session, ask, write, words)
    _ask_psids(session, ask, write, words)
    needed = session.needed_characters()
    while True:
        typed: dict[str, str] = {}
        for identity, characters in needed.items():
            for line in wrapped(words("plain-ask-consent", n=characters, suffix=identity[-characters:])):
                write(line)
            typed[identity] = ask("> ")
            if not typed[identity].strip():
                raise Fault("cancelled")
        if session.consent(typed):
            return


def _ask_system(session: Session, ask: Ask, write: Write, words: Words) -> SystemChoice:
    keys = {str(n): option for n, option in enumerate(session.job.options, start=1)}
    for number, option in keys.items():
        name = words("system-" + option["system"])
        text = f"{number}  {name}" if option["possible"] else f"-  {name} : {words(option['reason'])}"
        for line in wrapped(text):
            write(line)
    while True:
        write(words("plain-ask-system"))
        picked = keys.get(ask("> ").strip())
        if picked is not None and picked["possible"]:
            return SystemChoice(picked["system"])


def _ask_hidden(session: Session, ask: Ask, write: Write, words: Words) -> None:
    """Sectors that a disk hides: to show them takes the end of its serial. Raises Fault cancelled on no answer."""
    while session.unanswered():
        identity, found = next(iter(session.unanswered().items()))
        size = size_text(found.hidden_bytes, words) if found.hidden_bytes else words("hidden-size-unknown")
        disk = {"model": found.identity.model, "size": size_text(found.identity.size_bytes, words)}
        risk = words(f"hidden-risk-{'dco' if 'dco' in found.areas else 'hpa'}")
        texts = [words("hidden-disk", **disk, end="…" + identity[-4:]), words("hidden-what", size=size)]
        for text in (*texts, words("hidden-lasts"), risk, words("hidden-else"), words("plain-ask-hidden")):
            for line in wrapped(text):
                write(line)
        picked = ask("> ").strip()
        if not picked:
            raise Fault("cancelled")
        if picked == "2":
            session.leave_hidden(identity)
        elif picked == "1":
            write(words("plain-ask-reveal", suffix=identity[-4:]))
            try:
                session.reveal(identity, ask("> "))
            except Fault as fault:
                _show(fault, write, words)
            session.wait()


def _ask_psids(session: Session, ask: Ask, write: Write, words: Words) -> None:
    """The number on the label of a locked disk; an empty answer leaves it locked."""
    while session.unopened():
        identity, found = next(iter(session.unopened().items()))
        disk = {"model": found.model, "size": size_text(found.size_bytes, words), "end": "…" + identity[-4:]}
        texts = [words("psid-head"), words("hidden-disk", **disk)]
        texts += [words(name) for name in ("psid-where", "psid-what", "psid-kept", "plain-ask-psid")]
        for text in texts:
            for line in wrapped(text):
                write(line)
        typed = ask("> ").strip()
        if not typed:
            session.leave_locked(identity)
            for line in wrapped(words("confirm-psid-left")):
                write(line)
            continue
        try:
            session.take_psid(identity, typed)
        except Fault as fault:
            _show(fault, write, words)


def _ask_no_disk(session: Session, ask: Ask, write: Write, words: Words) -> NoDisk:
    """Why there is no disk, and who says so. Raises Fault cancelled on an empty answer."""

    def answer(question: str) -> str:
        for line in wrapped(words(question)):
            write(line)
        text = ask("> ").strip()
        if not text:
            raise Fault("cancelled")
        return text

    for number, why in enumerate(Why, start=1):
        write(f"{number}  {words(f'no-disk-{why.value}')}")
    reasons = {str(number): why for number, why in enumerate(Why, start=1)}
    while (picked := answer("plain-ask-no-disk")) not in reasons:
        pass
    why = reasons[picked]
    text = ""
    while not NoDisk(why=why, text=text, by="?").complete:
        text = answer(f"no-disk-{why.value}-text")
    return NoDisk(why=why, text=text, by=session.job.operator or answer("no-disk-by"))


def _show(fault: Fault, write: Write, words: Words) -> None:
    card = {"error_id": fault.error_id, "code": fault.code, "params": fault.params, "wrote": fault.wrote}
    for line in fault_lines(card, words):
        write(line)
