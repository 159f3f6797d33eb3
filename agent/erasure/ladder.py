"""Which technique for which disk: best first, and why the better ones were left aside (ERASURE design, section 3).

Pure. A technique says from the drive's own bits whether the drive has it. Those that this version does not run stand in
the ladder too, so that plan and certificate say what was not done, and why. How one is carried out stands in
``agent.erasure.firmware``; what it was worth, in ``agent.erasure.proof``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from agent.erasure.proof import NVME_FORMAT, OVERWRITE
from agent.model.erasure import Level, Method, Skipped
from agent.model.errors import Fault
from agent.model.facts import Absent, Known, MaybeFact, Unreadable, known
from agent.model.identity import identify
from agent.model.inventory import Disk, Medium

AUTO = "auto"
VERIFY_MODES = ("full", "sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supported:
    """The drive says it has this technique."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why not, as a message id with its parameters."""

    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Technique:
    """One rung. Subclasses register themselves; ``rungs`` gives the order for each kind of disk."""

    name: ClassVar[str]
    level: ClassVar[Level]
    built: ClassVar[bool] = False  # this version can carry it out
    firmware: ClassVar[bool] = True  # the drive does it by itself: a rehearsal disk has no firmware
    registry: ClassVar[dict[str, type[Technique]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if hasattr(cls, "name"):
            Technique.registry[cls.name] = cls

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        raise NotImplementedError

    @classmethod
    def level_on(cls, disk: Disk) -> Level:
        """What may be claimed on this disk when the proof holds."""
        return cls.level

    @classmethod
    def offered(cls, disk: Disk, *, level: Level | None, real_drives: bool) -> Supported | Refusal:
        """Supported by the drive, good enough for ``level``, and carried out by this version on this machine."""
        answer = cls.supports(disk)
        if isinstance(answer, Refusal):
            return answer
        if level is Level.PURGE and cls.level_on(disk) is not Level.PURGE:
            return Refusal(reason="skip-level-too-low")
        if not cls.built:
            return Refusal(reason="skip-not-available-yet")
        return answer if real_drives or not cls.firmware else Refusal(reason="skip-no-real-drive")

    @classmethod
    def method(cls, disk: Disk, row: Rungs, verify: str) -> Method:
        """What the plan says of it. Raises NotImplementedError for a technique that this version does not run."""
        raise NotImplementedError


def _says(fact: MaybeFact[bool]) -> Supported | Refusal:
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


def _bit(fact: MaybeFact[int], mask: int) -> MaybeFact[bool]:
    return Known(bool(fact.value & mask), fact.source) if isinstance(fact, Known) else fact


def _sanicap(disk: Disk, mask: int) -> Supported | Refusal:
    """NVMe base specification 2.0, Identify Controller, SANICAP: bit 0 crypto, 1 block, 2 overwrite."""
    return _says(_bit(disk.nvme.sanicap if disk.nvme else None, mask))


def _all(*answers: Supported | Refusal) -> Supported | Refusal:
    return next((a for a in answers if isinstance(a, Refusal)), Supported())


class NvmeSanitizeCryptoBlock(Technique):
    name, level = "nvme-sanitize-crypto-block", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _all(_sanicap(disk, 1), _sanicap(disk, 2))


class NvmeSanitizeBlock(Technique):
    name, level = "nvme-sanitize-block", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _sanicap(disk, 2)


class NvmeSanitizeCrypto(Technique):
    name, level = "nvme-sanitize-crypto", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _sanicap(disk, 1)


class NvmeSanitizeOverwrite(Technique):
    name, level = "nvme-sanitize-overwrite", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _sanicap(disk, 4)


class NvmeFormat(Technique):
    """Format NVM (NVMe base 2.0, 5.14) and one overwrite pass: Clear, whatever the drive says of its encryption.

    Needs OACS bit 1. Secure erase setting 2 (crypto) where FNA bit 2 offers it, else 1 (user data), never 0. With FNA
    bits 0 or 1 one Format reaches every namespace, also those that nobody confirmed: only a drive with one has it.
    """

    name, level, built = NVME_FORMAT, Level.CLEAR, True

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        answer = _says(_bit(disk.nvme.oacs if disk.nvme else None, 2))
        if isinstance(answer, Refusal):
            return answer
        namespaces = known(disk.nvme.namespaces) if disk.nvme else None
        if namespaces is None:
            return Refusal(reason="skip-namespaces-not-counted")
        return answer if namespaces == 1 else Refusal(reason="skip-several-namespaces")

    @classmethod
    def method(cls, disk: Disk, row: Rungs, verify: str) -> Method:
        crypto = known(_bit(disk.nvme.fna if disk.nvme else None, 4)) is True
        return Method(
            technique=cls.name,
            level=cls.level,
            passes=1,
            verify=verify,
            reason="method-nvme-format-crypto" if crypto else "method-nvme-format",
            claim="claim-nvme-format",
            params={"passes": 1, "ses": 2 if crypto else 1},
            fallback=Overwrite.method(disk, row, verify),
        )


def _sanitize(disk: Disk, action: str) -> Supported | Refusal:
    """ACS-3 IDENTIFY word 59: bits 13 crypto, 14 overwrite, 15 block; SBC-4: the service actions of opcode 48h."""
    return _says(getattr(disk.sanitize, action) if disk.sanitize else None)


class AtaSanitizeCryptoBlock(Technique):
    name, level = "ata-sanitize-crypto-block", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _all(_sanitize(disk, "crypto_erase"), _sanitize(disk, "block_erase"))


class AtaSanitizeBlock(Technique):
    name, level = "ata-sanitize-block", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _sanitize(disk, "block_erase")


class AtaSanitizeCrypto(Technique):
    name, level = "ata-sanitize-crypto", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _sanitize(disk, "crypto_erase")


class AtaSanitizeOverwrite(Technique):
    name, level = "ata-sanitize-overwrite", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _sanitize(disk, "overwrite")


def _ata_security(disk: Disk) -> Supported | Refusal:
    """ACS-3 IDENTIFY word 128: supported (bit 0), and neither locked (2) nor frozen (3)."""
    security = disk.security
    if security is None:
        return Refusal(reason="skip-capability-not-read")
    answer = _says(security.supported)
    if isinstance(answer, Refusal):
        return answer
    for bit, reason in ((security.locked, "skip-locked"), (security.frozen, "skip-frozen")):
        if known(bit):
            return Refusal(reason=reason)
        if isinstance(bit, Unreadable):
            return Refusal(reason="skip-capability-unreadable", params={"error": bit.error})
    return answer


class AtaSecurityEraseEnhanced(Technique):
    """Purge on a rotating disk (it covers reallocated sectors); on an SSD only Clear, with an overwrite pass."""

    name, level = "ata-security-erase-enhanced", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        enhanced = _says(disk.security.enhanced_erase if disk.security else None)
        return _all(_ata_security(disk), enhanced)

    @classmethod
    def level_on(cls, disk: Disk) -> Level:
        return Level.PURGE if known(disk.medium) == Medium.HDD else Level.CLEAR


class AtaSecurityErase(Technique):
    name, level = "ata-security-erase", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _ata_security(disk)


def _extra(disk: Disk, key: str, field_name: str | None = None) -> MaybeFact[bool]:
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
    return None if value is None else Known(bool(value), key)


class ScsiSanitize(Technique):
    """SBC-4 SANITIZE, as REPORT SUPPORTED OPERATION CODES tells (opcode 48h): any of its three actions."""

    name, level = "scsi-sanitize", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        actions = [_sanitize(disk, action) for action in ("block_erase", "crypto_erase", "overwrite")]
        return next((a for a in actions if isinstance(a, Supported)), actions[0])


class ScsiFormatUnit(Technique):
    name, level = "scsi-format-unit", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _says(_extra(disk, "format_unit"))


class MmcSanitize(Technique):
    """JESD84-B51 EXT_CSD byte 231 bit 6; overwrite and discard come first."""

    name, level = "mmc-sanitize", Level.CLEAR

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _says(_extra(disk, "emmc", "sanitize"))


class OpalPsid(Technique):
    """Revert by the number printed on the label. Never a rung of its own: offered when a drive is locked."""

    name, level = "opal-psid", Level.PURGE

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return _says(_extra(disk, "opal", "supported"))


class Overwrite(Technique):
    """Our own stream over every byte the host can address, read back: Clear, whatever the number of passes."""

    name, level, built, firmware = OVERWRITE, Level.CLEAR, True, False

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        if not known(disk.size_bytes):
            return Refusal(reason="skip-size-unknown")
        if known(disk.read_only):
            return Refusal(reason="skip-read-only")
        return Supported()

    @classmethod
    def method(cls, disk: Disk, row: Rungs, verify: str) -> Method:
        return Method(
            technique=cls.name,
            level=cls.level,
            passes=row.passes,
            verify=verify,
            reason=row.reason,
            claim=row.claim,
            params={"passes": row.passes},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rungs:
    """The ladder of one kind of disk. ``rate`` is a typical one in bytes per second, for the first estimate."""

    above: tuple[type[Technique], ...]
    passes: int
    reason: str
    claim: str | None
    rate: float


_NVME = (NvmeSanitizeCryptoBlock, NvmeSanitizeBlock, NvmeSanitizeCrypto, NvmeSanitizeOverwrite, NvmeFormat)
_SATA_SSD = (
    AtaSanitizeCryptoBlock,
    AtaSanitizeBlock,
    AtaSanitizeCrypto,
    AtaSecurityEraseEnhanced,
    AtaSecurityErase,
)
_HDD = (AtaSanitizeOverwrite, AtaSecurityEraseEnhanced)
_SCSI = (ScsiSanitize, ScsiFormatUnit)


def rungs(disk: Disk) -> Rungs:
    """Section 3's row for this disk. Flash gets two passes (FAST'11), rotating disks and images one."""
    medium, bus = known(disk.medium), known(disk.bus)
    rotating = known(disk.rotational) is True
    if bus == "loop":
        return Rungs(above=(), passes=1, reason="method-overwrite-loop", claim=None, rate=1e9)
    if bus == "usb" or medium == Medium.USB:
        passes, rate = (1, 80e6) if rotating else (2, 40e6)
        return Rungs(above=(), passes=passes, reason="method-overwrite-usb", claim="claim-bridge", rate=rate)
    if medium == Medium.EMMC or bus == "mmc":
        return Rungs(above=(MmcSanitize,), passes=2, reason="method-overwrite-emmc", claim="claim-emmc", rate=90e6)
    if medium == Medium.NVME or bus == "nvme":
        return Rungs(above=_NVME, passes=2, reason="method-overwrite-ssd", claim="claim-ssd-overwrite", rate=1.2e9)
    if bus in ("sas", "scsi"):
        if rotating or medium == Medium.HDD:
            return Rungs(above=_SCSI, passes=1, reason="method-overwrite-hdd", claim=None, rate=150e6)
        return Rungs(above=_SCSI, passes=2, reason="method-overwrite-ssd", claim="claim-ssd-overwrite", rate=400e6)
    if medium == Medium.SSD:
        return Rungs(above=_SATA_SSD, passes=2, reason="method-overwrite-ssd", claim="claim-ssd-overwrite", rate=400e6)
    if medium == Medium.HDD:
        return Rungs(above=_HDD, passes=1, reason="method-overwrite-hdd", claim=None, rate=120e6)
    return Rungs(above=(), passes=2, reason="method-overwrite-unknown", claim="claim-unknown-medium", rate=120e6)


def choose(
    disk: Disk,
    *,
    level: Level | None = None,
    technique: str | None = None,
    verify: str | None = None,
    real_drives: bool = False,
) -> Method:
    """The best technique this disk and this version have, at ``level`` or better, or the one that is named.

    ``real_drives``: commands reach the drives themselves; on the rehearsal bench they cannot.
    Raises Fault "disk-no-method" (unknown name or mode, nothing that can run), "disk-level-out-of-reach".
    """
    suffix = identity.suffix if (identity := identify(disk)) else "?"
    if known(disk.medium) == Medium.OPTICAL:
        raise Fault("disk-no-method", method=technique or AUTO, disk=suffix, reason="skip-optical")
    if verify is not None and verify not in VERIFY_MODES:
        raise Fault("disk-no-method", method=verify, disk=suffix, reason="skip-unknown-name")
    row = rungs(disk)
    ladder: tuple[type[Technique], ...] = (*row.above, Overwrite)
    if technique not in (None, AUTO):
        ladder = (_named(str(technique), row, suffix),)
    skipped: list[Skipped] = []
    for rung in ladder:
        answer = rung.offered(disk, level=level, real_drives=real_drives)
        if isinstance(answer, Supported):
            method = replace(rung.method(disk, row, verify or "full"), skipped=tuple(skipped))
            return replace(method, estimate_s=estimate(disk, method))
        skipped.append(Skipped(technique=rung.name, reason=answer.reason, params=answer.params))
    if level is Level.PURGE:
        best = next((s for s in skipped if s.reason == "skip-not-available-yet"), skipped[0])
        raise Fault(
            "disk-level-out-of-reach", disk=suffix, level=level.value, method=best.technique, reason=best.reason
        )
    last = skipped[-1]
    raise Fault("disk-no-method", method=last.technique, disk=suffix, reason=last.reason)


def _named(name: str, row: Rungs, suffix: str) -> type[Technique]:
    """A technique by its name, when it exists and belongs to this kind of disk."""
    known_one = Technique.registry.get(name)
    if known_one is None:
        raise Fault("disk-no-method", method=name, disk=suffix, reason="skip-unknown-name")
    if known_one not in (*row.above, Overwrite, OpalPsid):
        raise Fault("disk-no-method", method=name, disk=suffix, reason="skip-other-medium")
    return known_one


def estimate(disk: Disk, method: Method, *, bytes_per_s: float | None = None) -> float | None:
    """Seconds for all passes and the read-back, from a measured or a typical rate; None when the size is unknown."""
    size = known(disk.size_bytes)
    if not size:
        return None
    rate = bytes_per_s or rungs(disk).rate
    turns = method.passes + (1.0 if method.verify == "full" else 0.1)
    return round(size * turns / rate, 1)
