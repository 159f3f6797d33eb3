"""Drives that the firmware froze at boot: a few seconds of suspend to RAM, and they listen (ERASURE design, section 5).

Never while anything runs, nor while a drive of this PC has a password enabled: it would come back locked. So it
happens once, before the first disk is opened, and only for targets whose plan says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event
from typing import Any

from agent.erasure import ata
from agent.machine.door import DoorError, Machine
from agent.model.events import Kind
from agent.model.facts import known
from agent.model.inventory import Disk
from agent.model.plan import Target

NOTICE_S, ASLEEP_S = 10, 5
MEM_SLEEP = "/sys/power/mem_sleep"
"""Kernel: Documentation/admin-guide/pm/sleep-states.rst. "deep" is suspend to RAM; the others keep the drives awake."""

_TOOL_S = 120.0
_ASK_AGAIN = 15  # a disk needs some seconds to spin up
_ASK_EVERY_S = 2.0

WORKER = b"agent.erasure.worker"
_AT_DISKS = frozenset(
    {b"hdparm", b"nvme", b"sg_format", b"sg_raw", b"sg_sanitize", b"mmc", b"dd", b"badblocks", b"nwipe"}
)

Tell = Callable[[Kind, Mapping[str, Any]], None]


def possible(machine: Machine, disks: Iterable[Disk]) -> bool:
    """This PC can suspend to RAM, and none of its drives says that it may not."""
    return _deep(machine) and not any(forbids(disk) for disk in disks)


def forbids(disk: Disk) -> bool:
    """It has a password enabled, or does not tell; or it is at a sanitize."""
    part, box = disk.security, (disk.extra or {}).get("sanitize_status")
    if isinstance(box, Mapping) and box.get("state") == "in_progress":
        return True
    if part is None or known(part.supported) is False:
        return False
    enabled = known(part.enabled)
    return enabled is True or (enabled is None and ata.is_ata(disk))


def thaw(machine: Machine, targets: Sequence[Target], facts: Mapping[str, Disk], *, tell: Tell, stop: Event) -> None:
    """Suspend and wake, when a target's method asks for it and it is still frozen.

    What came of it is asked again by the technique itself: a drive that is frozen still refuses, and the plan's next
    line follows.
    """
    frozen = [t for t in targets if t.method.params.get("thaw") and _is_frozen(machine, t)]
    disks = list(facts.values())
    if not frozen or not possible(machine, disks) or _has_password(machine, disks) or _others_work(machine):
        return
    names = [target.identity.text for target in frozen]
    tell(Kind.SUSPENDING, {"seconds": NOTICE_S, "disks": names})  # the journal is synced with it
    for _ in range(NOTICE_S):
        if stop.is_set():
            tell(Kind.WOKE, {"frozen": names, "error": "stopped"})
            return
        machine.clock.sleep(1.0)
    error = _suspend(machine)
    left = [target.identity.text for target in frozen if _is_frozen_later(machine, target)]
    tell(Kind.WOKE, {"frozen": left, "error": error})


def _deep(machine: Machine) -> bool:
    try:
        return "deep" in machine.read(MEM_SLEEP).decode("ascii", "replace").replace("[", " ").replace("]", " ").split()
    except DoorError:
        return False


def _suspend(machine: Machine) -> str:
    """Why it did not work, in the tool's words; "" when the tool was content."""
    try:
        machine.run(["tee", MEM_SLEEP], timeout_s=_TOOL_S, stdin=b"deep\n")
        answer = machine.run(["rtcwake", "-m", "mem", "-s", str(ASLEEP_S)], timeout_s=_TOOL_S)
    except DoorError as error:
        return str(error)
    return "" if answer.exit_status == 0 else (answer.errors + answer.text).strip()[:160] or "?"


def _has_password(machine: Machine, disks: Iterable[Disk]) -> bool:
    """Asked anew: one may have been set since the inventory."""
    paths = [path for disk in disks if ata.is_ata(disk) and (path := known(disk.path))]
    states = [ata.security(machine, path) for path in paths]
    return any(state is not None and state.enabled for state in states)


def _others_work(machine: Machine) -> bool:
    """Another Regain on this PC, or a person in a shell, is at a disk."""
    for path in machine.glob("/proc/[0-9]*/cmdline"):
        try:
            words = machine.read(path).split(b"\0")
        except DoorError:  # it has ended meanwhile
            continue
        if WORKER in words or words[0].rpartition(b"/")[2] in _AT_DISKS:
            return True
    return False


def _is_frozen(machine: Machine, target: Target) -> bool:
    state = ata.security(machine, target.path)
    return state is not None and state.frozen


def _is_frozen_later(machine: Machine, target: Target) -> bool:
    """After the wake; True for a drive that does not come back."""
    for _ in range(_ASK_AGAIN):
        state = ata.security(machine, target.path)
        if state is not None:
            return state.frozen
        machine.clock.sleep(_ASK_EVERY_S)
    return True
