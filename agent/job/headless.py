"""A job without a person at the keyboard: a recipe answers, and its author is named in the report."""

from __future__ import annotations

from agent.job.session import Session
from agent.model.erasure import Level
from agent.model.errors import Fault
from agent.model.identity import SUFFIX_CHARS
from agent.model.job import State
from agent.model.nodisk import NoDisk, Why
from agent.model.plan import SystemChoice
from agent.model.recipe import Recipe


def answer(session: Session, recipe: Recipe) -> None:
    """Tag, system and consent as the recipe says; the run then goes on in the session's threads.

    Without any disk to erase nothing is chosen: the PC is recorded as seen, and a person must look unless the recipe
    says why this PC has none.
    Raises Fault choice-impossible when the recipe's system does not fit this PC.
    """
    if session.job.state is not State.ASSESSED:
        return  # the inventory failed; its fault was told
    if recipe.reveal:
        for identity in session.hidden(dco=recipe.reveal == "dco"):
            session.reveal(identity, identity[-SUFFIX_CHARS:], dco=recipe.reveal == "dco")
            session.wait()
    session.level = Level(recipe.level) if recipe.level else None
    session.read_tag(recipe.tag, operator=recipe.chosen_by)
    if recipe.second_tool or recipe.second_person:
        session.ask_second(recipe.second_tool, recipe.second_person)
    if not session.has_targets():
        said = recipe.no_disk_reason
        session.record_only(NoDisk(why=Why.OTHER, text=said, by=recipe.chosen_by) if said else None)
        return
    session.choose(SystemChoice(recipe.system), recipe.profile, chosen_by=recipe.chosen_by, linux=recipe.linux)
    typed = {identity: identity[-characters:] for identity, characters in session.needed_characters().items()}
    if not session.consent(typed):
        raise Fault("confirm-wrong", disk="", model="")
