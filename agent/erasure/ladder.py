"""Which technique for which disk: best first, and why the better ones were left aside (ERASURE design, section 3).

Pure. What follows when a drive refuses before it starts is a line of the plan too, covered by the same consent. How a
technique is carried out stands beside its capability bits; what it was worth, in ``agent.erasure.proof``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from agent.erasure import ata_sanitize, ata_security, mmc, nvme, opal, scsi
from agent.erasure.overwrite import Overwrite, surface
from agent.erasure.technique import Supported, Technique
from agent.model.erasure import Level, Method, Skipped
from agent.model.errors import Fault
from agent.model.facts import known
from agent.model.identity import identify
from agent.model.inventory import Disk, Medium

AUTO = "auto"
VERIFY_MODES = ("full", "sample")

_HAD_IT = ("skip-not-available-yet", "skip-no-real-drive")
"""The drive itself has it: what a person is told when no better level can be had here."""

_NVME: tuple[type[Technique], ...] = (
    nvme.SanitizeCryptoBlock,
    nvme.SanitizeBlock,
    nvme.SanitizeCrypto,
    nvme.SanitizeOverwrite,
    nvme.NvmeFormat,
)
_SATA_SSD: tuple[type[Technique], ...] = (
    ata_sanitize.SanitizeCryptoBlock,
    ata_sanitize.SanitizeBlock,
    ata_sanitize.SanitizeCrypto,
    ata_security.SecurityEraseEnhanced,
    ata_security.SecurityErase,
)
_HDD: tuple[type[Technique], ...] = (ata_sanitize.SanitizeOverwrite, ata_security.SecurityEraseEnhanced)
_SCSI: tuple[type[Technique], ...] = (
    scsi.SanitizeBlock,
    scsi.SanitizeCrypto,
    scsi.SanitizeOverwrite,
    scsi.FormatUnit,
)


def above(disk: Disk) -> tuple[type[Technique], ...]:
    """Section 3's row for this disk, without the overwrite that ends every one."""
    medium, bus = known(disk.medium), known(disk.bus)
    if bus == "loop" or bus == "usb" or medium == Medium.USB:
        return ()
    if medium == Medium.EMMC or bus == "mmc":
        return (mmc.Sanitize,)
    if medium == Medium.NVME or bus == "nvme":
        return _NVME
    if bus in ("sas", "scsi"):
        return _SCSI
    return {Medium.SSD: _SATA_SSD, Medium.HDD: _HDD}.get(Medium(medium), ()) if medium else ()


def choose(
    disk: Disk,
    *,
    level: Level | None = None,
    technique: str | None = None,
    verify: str | None = None,
    reached: bool = False,
    lied: bool = False,
    lifted: Collection[str] = (),
) -> Method:
    """The best technique this disk and this version have, at ``level`` or better, or the one that is named; what may
    follow a refusal is its ``fallback``.

    ``reached``: commands reach the drive itself; on the rehearsal bench most disks have no firmware.
    ``lifted``: obstacles (their skip-… ids) that are out of the way when the method begins: a frozen drive that a
    suspend thaws, one that our own password locks, namespaces beside this one that are all in the plan.
    ``lied``: this drive has once called a command done without erasing: none of its own is relied on.
    Raises Fault "disk-no-method" (unknown name or mode, nothing that can run), "disk-level-out-of-reach".
    """
    suffix = identity.suffix if (identity := identify(disk)) else "?"
    if known(disk.medium) == Medium.OPTICAL:
        raise Fault("disk-no-method", method=technique or AUTO, disk=suffix, reason="skip-optical")
    if verify is not None and verify not in VERIFY_MODES:
        raise Fault("disk-no-method", method=verify, disk=suffix, reason="skip-unknown-name")
    ladder: tuple[type[Technique], ...] = (*above(disk), Overwrite)
    if technique not in (None, AUTO):
        ladder, lied = _from(str(technique), ladder, suffix), False
    for_all = {nvme.SEVERAL} & set(lifted)  # of the drive, and so of every line; others are seen to before the first
    wanted = opal.is_locked(disk) and technique != opal.PsidRevert.name
    skipped = [Skipped(technique=opal.PsidRevert.name, reason="skip-opal-psid-wanted")] if wanted else []
    if lied:
        skipped += [Skipped(technique=rung.name, reason="skip-lied") for rung in ladder if rung.firmware]
        ladder = (Overwrite,)
    for index, rung in enumerate(ladder):
        answer = rung.offered(disk, level=level, reached=reached, lifted=lifted)
        if isinstance(answer, Supported):
            after = _next(ladder[index + 1 :], disk, level=level, verify=verify, reached=reached, lifted=for_all)
            method = replace(rung.method(disk, verify=verify, fallback=after), skipped=tuple(skipped))
            return replace(method, estimate_s=estimate(disk, method))
        skipped.append(Skipped(technique=rung.name, reason=answer.reason, params=answer.params))
        if technique not in (None, AUTO):
            break
    if level is Level.PURGE:
        best = next((s for s in skipped if s.reason in _HAD_IT), skipped[0])
        raise Fault(
            "disk-level-out-of-reach", disk=suffix, level=level.value, method=best.technique, reason=best.reason
        )
    last = skipped[-1]
    raise Fault("disk-no-method", method=last.technique, disk=suffix, reason=last.reason)


def _next(
    rest: tuple[type[Technique], ...],
    disk: Disk,
    *,
    level: Level | None,
    verify: str | None,
    reached: bool,
    lifted: Collection[str] = (),
) -> Method | None:
    """The plan's next line: the best of what remains, with its own next one."""
    for index, rung in enumerate(rest):
        if isinstance(rung.offered(disk, level=level, reached=reached, lifted=lifted), Supported):
            after = _next(rest[index + 1 :], disk, level=level, verify=verify, reached=reached, lifted=lifted)
            method = rung.method(disk, verify=verify, fallback=after)
            return replace(method, estimate_s=estimate(disk, method))
    return None


def named(technique: str) -> type[Technique] | None:
    """A technique by its name; None for a name of another version."""
    return Technique.registry.get(technique)


def _from(name: str, ladder: tuple[type[Technique], ...], suffix: str) -> tuple[type[Technique], ...]:
    """The ladder from a named technique on, when it exists and belongs to this kind of disk."""
    wanted = named(name)
    if wanted is None:
        raise Fault("disk-no-method", method=name, disk=suffix, reason="skip-unknown-name")
    if wanted is opal.PsidRevert:
        return (wanted, *ladder)
    if wanted not in ladder:
        raise Fault("disk-no-method", method=name, disk=suffix, reason="skip-other-medium")
    return ladder[ladder.index(wanted) :]


def estimate(disk: Disk, method: Method, *, bytes_per_s: float | None = None) -> float | None:
    """Seconds for the drive's own command as it tells them, for all passes and for the read-back, from a measured or a
    typical rate; None when the size is unknown."""
    size = known(disk.size_bytes)
    if not size:
        return None
    rate = bytes_per_s or surface(disk).rate
    turns = method.passes + (1.0 if method.verify == "full" else 0.1)
    own = Technique.registry[method.technique].seconds(disk) or 0.0
    return round(own + size * turns / rate, 1)
