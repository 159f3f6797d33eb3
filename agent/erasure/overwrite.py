"""Our own stream over every byte the host can address, read back: Clear, whatever the number of passes."""

from __future__ import annotations

from dataclasses import dataclass

from agent.erasure.proof import OVERWRITE
from agent.erasure.technique import Refusal, Supported, Technique
from agent.model.erasure import Level
from agent.model.facts import known
from agent.model.inventory import Disk, Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """How one kind of disk is overwritten. Flash gets two passes (FAST'11), rotating disks and images one.

    ``rate`` is a typical one in bytes per second, for the first estimate.
    """

    passes: int
    reason: str
    claim: str | None
    rate: float


def surface(disk: Disk) -> Surface:
    medium, bus = known(disk.medium), known(disk.bus)
    rotating = known(disk.rotational) is True or medium == Medium.HDD
    if bus == "loop":
        return Surface(passes=1, reason="method-overwrite-loop", claim=None, rate=1e9)
    if bus == "usb" or medium == Medium.USB:
        turning = known(disk.rotational) is True
        passes, rate = (1, 80e6) if turning else (2, 40e6)
        return Surface(passes=passes, reason="method-overwrite-usb", claim="claim-bridge", rate=rate)
    if medium == Medium.EMMC or bus == "mmc":
        return Surface(passes=2, reason="method-overwrite-emmc", claim="claim-emmc", rate=90e6)
    if medium == Medium.NVME or bus == "nvme":
        return Surface(passes=2, reason="method-overwrite-ssd", claim="claim-ssd-overwrite", rate=1.2e9)
    if bus in ("sas", "scsi") and rotating:
        return Surface(passes=1, reason="method-overwrite-hdd", claim=None, rate=150e6)
    if bus in ("sas", "scsi") or medium == Medium.SSD:
        return Surface(passes=2, reason="method-overwrite-ssd", claim="claim-ssd-overwrite", rate=400e6)
    if medium == Medium.HDD:
        return Surface(passes=1, reason="method-overwrite-hdd", claim=None, rate=120e6)
    return Surface(passes=2, reason="method-overwrite-unknown", claim="claim-unknown-medium", rate=120e6)


class Overwrite(Technique):
    name, level, firmware = OVERWRITE, Level.CLEAR, False

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        if not known(disk.size_bytes):
            return Refusal(reason="skip-size-unknown")
        if known(disk.read_only):
            return Refusal(reason="skip-read-only")
        return Supported()

    @classmethod
    def passes(cls, disk: Disk) -> int:
        return surface(disk).passes

    @classmethod
    def reason(cls, disk: Disk) -> str:
        return surface(disk).reason

    @classmethod
    def claim(cls, disk: Disk) -> str | None:
        return surface(disk).claim
