"""The consent step: the only place where a Warrant is made (a test reads the sources to keep it so).

A person looks at the disk's serial number and types its end. Nothing else on the way to a wipe asks for
as much attention, so this is exact: the whole field, this disk, no default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.machine.door import Clock
from agent.model.errors import Fault
from agent.model.identity import SUFFIX_CHARS, DiskIdentity
from agent.model.plan import Plan, Reveal
from agent.model.warrant import Action, Permit, Warrant

LIFETIME_S = 48 * 3600.0
"""A large disk takes a day, and the install that follows needs the same warrant."""

REVEAL_S = 600.0

LONG_SUFFIX = 6

_TOP_ROW = str.maketrans("&é\"'(-è_çà", "1234567890")  # AZERTY digits typed without Shift
_TOP_ROW_CAPITALS = str.maketrans("ÉÈÇÀ", "2790")
_LETTER_SWAP = str.maketrans("AQZWaqzw", "QAWZqawz")  # the same keys in the other layout


def readings(typed: str) -> frozenset[str]:
    """What the same keys mean on a French and on a US layout, in capitals."""
    word = typed.strip()
    digits = word.translate(_TOP_ROW).upper().translate(_TOP_ROW_CAPITALS)
    return frozenset({word.upper(), digits, word.upper().translate(_LETTER_SWAP), digits.translate(_LETTER_SWAP)})


def needed_characters(plan: Plan) -> Mapping[str, int]:
    """How many characters each disk asks for: four, or six when two disks of the plan end alike in either layout."""
    identities = [t.identity for t in plan.targets]
    if plan.install and plan.install.disk not in identities:
        identities.append(plan.install.disk)
    ends = [(i.text, readings(i.suffix)) for i in identities]
    needed: dict[str, int] = {}
    for text, mine in ends:
        alike = any(other != text and mine & theirs for other, theirs in ends)
        needed[text] = min(len(text), LONG_SUFFIX if alike else SUFFIX_CHARS)
    return needed


def confirms(identity: DiskIdentity, typed: str, characters: int) -> bool:
    """True when what was typed is the end of this identity, at least ``characters`` long."""
    word = typed.strip()
    return len(word) >= characters and any(identity.text.upper().endswith(r) for r in readings(word))


def grant_reveal(reveal: Reveal, typed: str, *, by: str, clock: Clock, new_id: Callable[[], str]) -> Warrant:
    """The warrant to show a drive's hidden sectors, and nothing else. Raises Fault confirm-wrong."""
    identity = reveal.identity
    if not confirms(identity, typed, min(len(identity.text), SUFFIX_CHARS)):
        raise Fault("confirm-wrong", disk=identity.suffix, model=identity.model)
    return Warrant(
        warrant_id=new_id(),
        plan_digest=reveal.digest,
        permits=(Permit(identity=identity, action=Action.REVEAL),),
        consented_by=by,
        consented_at=clock.utc(),
        expires_at=clock.monotonic() + REVEAL_S,
        exercise=reveal.exercise,
    )


def grant(plan: Plan, typed: Mapping[str, str], *, by: str, clock: Clock, new_id: Callable[[], str]) -> Warrant:
    """The warrant for this plan, when every disk it touches was confirmed. Raises Fault confirm-wrong otherwise."""
    needed = needed_characters(plan)
    identities = {t.identity.text: t.identity for t in plan.targets}
    if plan.install:
        identities.setdefault(plan.install.disk.text, plan.install.disk)
    for text, identity in identities.items():
        if not confirms(identity, typed.get(text, ""), needed[text]):
            raise Fault("confirm-wrong", disk=identity.text[-needed[text] :], model=identity.model)
    permits = [Permit(identity=t.identity, action=Action.ERASE) for t in plan.targets]
    if plan.install:
        permits.append(Permit(identity=plan.install.disk, action=Action.INSTALL))
    return Warrant(
        warrant_id=new_id(),
        plan_digest=plan.digest,
        permits=tuple(permits),
        consented_by=by,
        consented_at=clock.utc(),
        expires_at=clock.monotonic() + LIFETIME_S,
        exercise=plan.exercise,
    )
