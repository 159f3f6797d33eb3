"""What a technique is: whether a drive has it, what may be claimed, what the plan says, and how it is carried out.

One class each, in the module of its command set (``nvme``, ``ata``, ``scsi``, ``mmc``, ``opal``, ``overwrite``);
``agent.erasure.ladder`` gives the order, ``agent.erasure.proof`` says what was worth what. Everything but
``carry_out`` and ``reattach`` is pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from agent.erasure.commands import Conversation, Heard
from agent.model.erasure import Level, Method
from agent.model.facts import Absent, Known, MaybeFact, Unreadable, known
from agent.model.inventory import Disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Supported:
    """The drive says it has this technique."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why not, as a message id with its parameters."""

    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Technique:
    """One rung of the ladder. Subclasses with a name register themselves."""

    name: ClassVar[str]
    level: ClassVar[Level]
    firmware: ClassVar[bool] = True  # the drive does it by itself
    registry: ClassVar[dict[str, type[Technique]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in vars(cls):
            Technique.registry[cls.name] = cls

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        """From the drive's own capability bits."""
        raise NotImplementedError

    @classmethod
    def level_on(cls, disk: Disk) -> Level:
        """What may be claimed on this disk when the proof holds."""
        return cls.level

    @classmethod
    def passes(cls, disk: Disk) -> int:
        """Overwrite passes of ours that follow the drive's own commands."""
        return 0

    @classmethod
    def params(cls, disk: Disk) -> Mapping[str, Any]:
        """What ``carry_out`` and the sentences need."""
        return {}

    @classmethod
    def reason(cls, disk: Disk) -> str:
        """Message id of what the plan says of it."""
        return "method-" + cls.name

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        """Message id of a sentence that the certificate must carry."""
        return None

    @classmethod
    def seconds(cls, disk: Disk) -> float | None:
        """The drive's own estimate of its commands; None when it gives none."""
        return None

    @classmethod
    def is_built(cls) -> bool:
        """This version can carry it out."""
        return not cls.firmware or cls.carry_out is not Technique.carry_out

    @classmethod
    def offered(
        cls, disk: Disk, *, level: Level | None, reached: bool, lifted: Collection[str] = ()
    ) -> Supported | Refusal:
        """Supported by the drive, good enough for ``level``, and carried out by this version on this machine.

        ``reached``: commands reach the drive itself; the disks of a rehearsal have no firmware. ``lifted``: reasons of
        refusals that will not hold any more when it is carried out.
        """
        answer = cls.supports(disk)
        if isinstance(answer, Refusal) and answer.reason in lifted:
            answer = Supported()
        if isinstance(answer, Refusal):
            return answer
        if level is Level.PURGE and cls.level_on(disk) is not Level.PURGE:
            return Refusal(reason="skip-level-too-low")
        if not cls.is_built():
            return Refusal(reason="skip-not-available-yet")
        return answer if reached or not cls.firmware else Refusal(reason="skip-no-real-drive")

    @classmethod
    def method(cls, disk: Disk, *, verify: str | None, fallback: Method | None) -> Method:
        """The line of the plan. Without a word on it, what the drive erased by itself is read by sample, and what we
        wrote is read back whole (ERASURE design, section 7.5)."""
        passes = cls.passes(disk)
        return Method(
            technique=cls.name,
            level=cls.level_on(disk),
            passes=passes,
            verify=verify or ("full" if passes else "sample"),
            reason=cls.reason(disk),
            claim=cls.claim(disk),
            params={"passes": passes, **cls.params(disk)},
            areas=areas_of(disk) or None,
            fallback=fallback,
        )

    def admit(self, talk: Conversation) -> None:
        """Before anything is written: raises Fault when a word that a person must give is missing or wrong."""

    def shut(self, talk: Conversation) -> bool:
        """The drive gives no sector until its command has run: no canary can be planted before."""
        return False

    def carry_out(self, talk: Conversation) -> Heard:
        """Send what there is to send and follow it to its end. What was heard, never a verdict."""
        raise NotImplementedError

    def reattach(self, talk: Conversation) -> Heard | None:
        """After a power cut, with a command on the journal whose end nobody saw: what became of it.

        None: nothing of it counts any more, the technique starts over.
        """
        return None


def areas_of(disk: Disk) -> tuple[str, ...]:
    """General purpose partitions of an eMMC, as the kernel numbers them: they are erased with its user area."""
    sizes = known(extra(disk, "emmc", "gp_bytes"))
    return tuple(f"gp{n}" for n, size in enumerate(sizes) if size) if isinstance(sizes, (list, tuple)) else ()


def says(fact: MaybeFact[bool]) -> Supported | Refusal:
    """What one capability bit says. Not asked, unreadable and "no" are three different answers."""
    match fact:
        case Known(value=True):
            return Supported()
        case Known() | Absent():
            return Refusal(reason="skip-drive-lacks-it")
        case Unreadable(error=error):
            return Refusal(reason="skip-capability-unreadable", params={"error": error})
        case None:
            return Refusal(reason="skip-capability-not-read")


def bit(fact: MaybeFact[int], mask: int) -> MaybeFact[bool]:
    return Known(bool(fact.value & mask), fact.source) if isinstance(fact, Known) else fact


def every(*answers: Supported | Refusal) -> Supported | Refusal:
    """The first that refuses."""
    return next((a for a in answers if isinstance(a, Refusal)), Supported())


def extra(disk: Disk, key: str, field_name: str | None = None) -> MaybeFact[Any]:
    """A capability that only one tool tells, kept under ``extra`` (keys of ERASURE design, section 11)."""
    box = (disk.extra or {}).get(key)
    box = box.value if isinstance(box, Known) else box
    if isinstance(box, (Absent, Unreadable)):
        return box
    if isinstance(box, Mapping) and "unreadable" in box:
        return Unreadable(str(box["unreadable"]))
    value = box if field_name is None else box.get(field_name) if isinstance(box, Mapping) else None
    if isinstance(value, (Known, Absent, Unreadable)):
        return value
    return None if value is None else Known(value, key)


def sanitize_action(disk: Disk, action: str) -> Supported | Refusal:
    """ACS-3 IDENTIFY word 59: bits 13 crypto, 14 overwrite, 15 block; SBC-4: the service actions of opcode 48h."""
    return says(getattr(disk.sanitize, action) if disk.sanitize else None)
