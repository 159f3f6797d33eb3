"""What a tool hands to the kernel for a drive, and what a drive answers: the three command sets, in values.

Sources: SG_IO (linux scsi/sg.h, SPC-4 status and sense), NVME_IOCTL_ADMIN_CMD (linux/nvme_ioctl.h, NVMe base 2.0
figure 88 for the status), MMC_IOC_CMD (linux/mmc/ioctl.h).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable


class CommandSet(StrEnum):
    ATA = "ata"  # SG_IO with SCSI commands translated as libata does (SAT-4), ATA PASS-THROUGH included
    SCSI = "scsi"
    NVME = "nvme"
    MMC = "mmc"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScsiReply:
    """``status``: SAM status byte (0 good, 2 check condition). ``data`` is what the host reads, at most what it asked
    for. ``host_status``: a transport error (DID_*), 0 for none."""

    status: int = 0
    sense: bytes = b""
    data: bytes = b""
    host_status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NvmeReply:
    """``status``: status field without the phase bit (SCT in bits 10:8, SC in 7:0, DNR bit 14). ``result``: DW0."""

    status: int = 0
    result: int = 0
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class MmcReply:
    """``errno`` 0 or what the ioctl fails with; ``response`` the four words of the card's answer."""

    errno: int = 0
    response: tuple[int, int, int, int] = (0, 0, 0, 0)
    data: bytes = b""


class Clock(Protocol):
    """Seconds that only go forward; the laboratory's is virtual, so a sanitize of hours takes none."""

    def monotonic(self) -> float: ...


class Drive(Protocol):
    """One drive with its state. ``path`` is the machine's name of it (``/dev/sda``); ``backing`` its content.

    A drive answers only the command set it has; the others raise NotImplementedError, which the laboratory turns into
    ENOTTY. ``power_cut`` is what a pulled plug does to it: volatile state is lost, a sanitize goes on when it comes
    back, a locked password locks.
    """

    command_set: CommandSet
    path: str
    backing: Path

    @property
    def size_bytes(self) -> int: ...

    @property
    def logical_block(self) -> int: ...

    @property
    def physical_block(self) -> int: ...

    def scsi(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply: ...

    def nvme(self, opcode: int, nsid: int, cdw10_15: tuple[int, ...], data_out: bytes, in_length: int) -> NvmeReply: ...

    def mmc(self, opcode: int, argument: int, *, writes: bool, data_out: bytes, in_length: int) -> MmcReply: ...

    def power_cut(self) -> None: ...


@runtime_checkable
class Sleeper(Protocol):
    """A drive to which a suspend of the PC is another thing than a pulled plug."""

    def suspend(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One name under which a drive is reached. ``nsid``: the NVMe namespace behind it, 0 for the whole controller.
    ``backing``: its content, where that is not the drive's own ``backing``.
    ``gone``: the drive has no power or was pulled; opening it fails as for a device that has vanished.
    ``closed``: it answers commands and gives no sector, because its owner has locked it.
    ``protected``: the drive itself fails every write, whatever the kernel lets through."""

    path: str
    size_bytes: int
    logical_block: int = 512
    physical_block: int = 512
    character: bool = False
    nsid: int = 0
    backing: Path | None = None
    read_only: bool = False
    gone: bool = False
    closed: bool = False
    protected: bool = False


@runtime_checkable
class Lockable(Protocol):
    """A drive that encrypts itself, and whose owner may have locked its sectors away."""

    @property
    def closed(self) -> bool: ...


@runtime_checkable
class ForcedReadOnly(Protocol):
    """A drive with areas that the kernel keeps read-only until it is told otherwise (sysfs ``force_ro``)."""

    def force_read_only(self, path: str, *, on: bool) -> None: ...


@runtime_checkable
class ManyNodes(Protocol):
    """A drive that has more names than its path: a controller, other namespaces, boot areas."""

    def nodes(self) -> Sequence[Node]: ...
