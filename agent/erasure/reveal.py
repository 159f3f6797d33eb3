"""Sectors that a drive hides from everybody: the Host Protected Area and the Device Configuration Overlay (section 5).

Shown again before there is a plan, with a consent of their own: the identity that a plan is bound to has a size.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from agent.erasure import ata
from agent.erasure.commands import Conversation, Heard
from agent.erasure.watch import Emit, Limits, Seen
from agent.machine.door import Answer, DoorError, Machine, OpenDisk
from agent.model.ata import max_sectors, real_max_sectors
from agent.model.erasure import Level, Method
from agent.model.facts import Known, known
from agent.model.inventory import Disk

HPA, DCO = "hpa", "dco"
_TOOL_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """Counts of sectors as the drive tells them; None when it does not. ``left``: areas that are hidden still."""

    before: int | None
    after: int | None
    left: tuple[str, ...]
    error: str = ""


def hidden(disk: Disk) -> tuple[str, ...]:
    """The areas that the inventory saw, in the order in which they can be shown; () when there is none."""
    extra = disk.extra or {}
    hpa, dco = _box(extra, "hpa"), _box(extra, "dco")
    native, real = hpa.get("native_sectors"), dco.get("max_sectors")
    found = [HPA] if hpa.get("enabled") is True else []
    if isinstance(native, int) and isinstance(real, int) and real > native:
        found.append(DCO)
    return tuple(found)


def hidden_bytes(disk: Disk, areas: tuple[str, ...]) -> int | None:
    """How much these areas hold, as the drive tells; None when it does not."""
    extra = disk.extra or {}
    hpa, dco = _box(extra, HPA), _box(extra, DCO)
    native = hpa.get("native_sectors")
    above = {HPA: (native, hpa.get("visible_sectors")), DCO: (dco.get("max_sectors"), native)}
    sizes = [top - low for top, low in (above[a] for a in areas) if isinstance(top, int) and isinstance(low, int)]
    return sum(sizes) * (known(disk.logical_block_size) or 512) if len(sizes) == len(areas) else None


def _box(extra: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = extra.get(key)
    value = value.value if isinstance(value, Known) else value
    return value if isinstance(value, Mapping) else {}


def reveal(
    machine: Machine,
    disk: OpenDisk,
    areas: tuple[str, ...],
    *,
    facts: Disk,
    emit: Emit,
    monotonic: Callable[[], float] = time.monotonic,
) -> Revealed:
    """Show these areas, for good, and ask the drive what it hides now. An HPA goes first: it forbids the other."""
    method = Method(technique="reveal", level=Level.NONE, passes=0, verify="sample", reason="")
    talk = Conversation(
        machine=machine,
        disk=disk,
        method=method,
        facts=facts,
        seen=Seen(),
        emit=emit,
        stop=threading.Event(),
        limits=Limits(),
        monotonic=monotonic,
    )
    ata.speak_plainly(talk)
    counts = _counts(talk)
    if counts is None:
        return Revealed(before=None, after=None, left=areas, error="hdparm -N")
    error = ""
    if HPA in areas and counts[0] < counts[1]:
        error = _tell(talk, "-N", f"p{counts[1]}")
    if DCO in areas and not error:
        error = _tell(talk, "--dco-restore")
    _see_the_size(machine, disk.path)
    return _judge(talk, counts[0], error)


def _judge(talk: Conversation, before: int, error: str) -> Revealed:
    """From what the drive says afterwards, whatever the tool said."""
    now, real = _counts(talk), _real(talk)
    if now is None:
        return Revealed(before=before, after=None, left=(HPA,), error=error or "hdparm -N")
    left = [HPA] if now[0] < now[1] else []
    if real is not None and real > now[1]:
        left.append(DCO)
    return Revealed(before=before, after=now[0], left=tuple(left), error=error)


def _counts(talk: Conversation) -> tuple[int, int] | None:
    """Visible and native sectors."""
    try:
        return max_sectors(ata.said(talk.ask(ata.hdparm("-N", path=talk.disk.path))))
    except DoorError:
        return None


def _real(talk: Conversation) -> int | None:
    try:
        return real_max_sectors(ata.said(talk.ask(ata.hdparm("--dco-identify", path=talk.disk.path))))
    except DoorError:
        return None


def _tell(talk: Conversation, *words: str) -> str:
    """Why the drive did not take it, in the tool's words; "" when nothing was said against it."""

    def heard(answer: Answer) -> Heard:
        if answer.exit_status == 0 and not ata.no_answer(answer):
            return Heard()
        lines = [line.strip() for line in ata.said(answer).splitlines() if line.strip()]
        return Heard(refusal="skip-refused-by-drive", params={"status": lines[-1][:80] if lines else "?"})

    argv = ata.hdparm(ata.YES, *words, path=talk.disk.path)
    answer = talk.send(argv, heard=heard, timeout_s=_TOOL_S, aside=True)
    return answer.end or str(answer.params.get("status", answer.params.get("error", "")))


def _see_the_size(machine: Machine, path: str) -> None:
    """The kernel asks the drive for its size again: the port is looked at anew (Documentation/scsi, ``scan``), and the
    disk's capacity read (``rescan``). Where this does nothing, the next inventory shows it."""
    name = PurePosixPath(path).name
    try:
        host = re.search(r"/host(\d+)/", machine.link(f"/sys/block/{name}"))
        if host:
            machine.run(["tee", f"/sys/class/scsi_host/host{host[1]}/scan"], timeout_s=_TOOL_S, stdin=b"- - -\n")
        machine.run(["tee", f"/sys/block/{name}/device/rescan"], timeout_s=_TOOL_S, stdin=b"1\n")
        machine.run(["udevadm", "settle", "--timeout=10"], timeout_s=_TOOL_S)
    except DoorError:
        return
