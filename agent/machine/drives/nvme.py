"""A virtual NVMe drive: admin commands to answers, its state, and its backing files really erased.

Sources: NVMe base 2.0 and NVM command set 1.0. Content is read and written by the workers, in the files; a drive that
sanitizes would refuse them too, which is not shown here.
"""

from __future__ import annotations

import errno
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path, PurePosixPath

from agent.machine.drives import nvme_pages as pages
from agent.machine.drives.bus import CommandSet, MmcReply, Node, NvmeReply, ScsiReply
from agent.machine.drives.faults import leaves
from agent.machine.drives.medium import Erasing, Fill, Medium, WaitingClock
from agent.machine.drives.nvme_make import NvmeFault, NvmeMake, NvmePast
from agent.machine.drives.nvme_sanitize import (
    DNR,
    INVALID_FIELD,
    INVALID_OPCODE,
    SANITIZE_FAILED,
    SANITIZE_IN_PROGRESS,
    SUCCESS,
    Sanitize,
    Status,
)
from agent.machine.drives.opal import OpalFault, OpalMake, Tper


class Opcode(IntEnum):
    """Admin commands, figure 138."""

    GET_LOG = 0x02
    IDENTIFY = 0x06
    SET_FEATURES = 0x09
    GET_FEATURES = 0x0A
    ATTACH = 0x15
    FORMAT = 0x80
    SECURITY_SEND = 0x81
    SECURITY_RECEIVE = 0x82
    SANITIZE = 0x84


_REFUSED_IN_SANITIZE = {Opcode.ATTACH, Opcode.FORMAT}  # 8.21.1; of the others some logs only
_LOGS_IN_SANITIZE = {0x01, 0x02, 0x04, 0x80, 0x81}
INVALID_NAMESPACE, DENIED, WRITE_PROTECTED = DNR | 0x0B, DNR | 0x15, DNR | 0x20
INVALID_LOG, INVALID_FORMAT = DNR | 0x109, DNR | 0x10A
_ALREADY_ATTACHED, _NOT_ATTACHED = DNR | 0x118, DNR | 0x11A
_EVERY = 0xFFFFFFFF
_SANITIZE_CONFIG = 0x17
_MANAGES_NAMESPACES, _FORMATS = 1 << 3, 1 << 1  # OACS
_FORMAT_REACHES_ALL, _ERASE_REACHES_ALL, _CRYPTO = 1, 2, 4  # FNA
_ERROR_ENTRIES = 64

Dwords = tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class Namespace:
    """``size_bytes`` is what the drive says, which may be more than its file holds (a rehearsal disk is smaller)."""

    nsid: int
    medium: Medium
    size_bytes: int
    attached: bool = True
    write_protected: bool = False
    format_in_use: int = 0


class NvmeDrive:
    """Namespace 1 is ``path`` and ``backing``; ``add_namespace`` makes others. The controller is ``path`` without nN.

    ``size_bytes``: what namespace 1 says of itself, by default what its file holds.
    """

    command_set = CommandSet.NVME

    def __init__(
        self,
        path: str,
        backing: Path,
        clock: WaitingClock,
        *,
        make: NvmeMake | None = None,
        past: NvmePast | None = None,
        faults: Collection[NvmeFault] = (),
        size_bytes: int | None = None,
        write_protected: bool = False,
        opal: OpalMake | None = None,
        opal_faults: Collection[OpalFault] = (),
    ) -> None:
        self.path, self.backing, self.clock = path, backing, clock
        self.make = make or NvmeMake()
        self.past = past or NvmePast()
        self.faults = frozenset(faults)
        self.smart = self.past.smart
        self.firmware_locked = self.past.firmware_locked
        self.namespaces: list[Namespace] = []
        self.unallocated_bytes = 0
        self._errors: list[tuple[int, int, int]] = []
        self._media: list[Medium] = []
        self.sanitize = Sanitize(make=self.make, clock=clock, media=self._media, faults=self.faults)
        self.tper = Tper(make=opal, media=self._media, clock=clock, faults=opal_faults) if opal else None
        if self.past.sanitized is not None:
            self.sanitize.status, self.sanitize.dword10 = Status.COMPLETED, self.past.sanitized
        self.add_namespace(backing, size_bytes=size_bytes, write_protected=write_protected)

    def add_namespace(
        self, backing: Path, *, size_bytes: int | None = None, attached: bool = True, write_protected: bool = False
    ) -> Namespace:
        nsid = len(self.namespaces) + 1
        if nsid > self.make.nn:
            raise ValueError(f"this make has at most {self.make.nn} namespaces")
        medium = Medium(backing, seed=f"{self.make.serial}:{nsid}")
        made = Namespace(
            nsid=nsid,
            medium=medium,
            size_bytes=size_bytes or medium.size,
            attached=attached,
            write_protected=write_protected,
        )
        self.namespaces.append(made)
        self._media.append(medium)
        return made

    # -- what the kernel shows

    @property
    def size_bytes(self) -> int:
        return self.namespaces[0].size_bytes

    @property
    def logical_block(self) -> int:
        return self._block_bytes(self.namespaces[0])

    @property
    def physical_block(self) -> int:
        return self.logical_block

    def _block_bytes(self, namespace: Namespace) -> int:
        return 1 << self.make.formats[namespace.format_in_use].data_bits

    def nodes(self) -> Sequence[Node]:
        """The controller and each attached namespace, as block device and as generic character device."""
        controller = self.path.rpartition("n")[0]
        number = PurePosixPath(controller).name.removeprefix("nvme")
        gone = self.sanitize.gone or (self.tper is not None and self.tper.gone)
        found = [Node(path=controller, size_bytes=0, character=True, gone=gone)]
        for namespace in (n for n in self.namespaces if n.attached):
            block = self._block_bytes(namespace)
            node = Node(
                path=f"{controller}n{namespace.nsid}",
                size_bytes=namespace.size_bytes,
                logical_block=block,
                physical_block=block,
                nsid=namespace.nsid,
                backing=namespace.medium.backing,
                read_only=namespace.write_protected,
                gone=gone,
                closed=self.tper is not None and self.tper.locked,
            )
            generic = str(PurePosixPath(self.path).with_name(f"ng{number}n{namespace.nsid}"))
            found += [node, replace(node, path=generic, character=True)]
        return found

    # -- power

    def power_cut(self) -> None:
        self.sanitize.settle()
        self.sanitize.power_on()
        if self.tper is not None:
            self.tper.power_on()
        self.smart = replace(
            self.smart, power_cycles=self.smart.power_cycles + 1, unsafe_shutdowns=self.smart.unsafe_shutdowns + 1
        )

    def suspend(self) -> None:
        """The PC slept and woke: no firmware ran that would lock Format and Sanitize."""
        self.sanitize.settle()
        self.sanitize.power_on()
        if self.tper is not None:
            self.tper.power_on()
        self.firmware_locked = False

    # -- commands

    def nvme(self, opcode: int, nsid: int, cdw10_15: Dwords, data_out: bytes, in_length: int) -> NvmeReply:
        self.sanitize.settle()
        if self.sanitize.gone or (self.tper is not None and self.tper.gone):
            raise OSError(errno.ENODEV, "no power")
        reply = self._execute(opcode, nsid, cdw10_15, data_out, in_length)
        if self.tper is not None and self.tper.gone:
            raise OSError(errno.ENODEV, "the power went")
        if reply.status:
            self.smart = replace(self.smart, error_entries=self.smart.error_entries + 1)
            self._errors.insert(0, (self.smart.error_entries, reply.status, nsid))
        self.sanitize.settle()
        return reply

    def _execute(self, opcode: int, nsid: int, dwords: Dwords, data: bytes, room: int) -> NvmeReply:
        if (refused := self._refused_by_sanitize(opcode, dwords)) != SUCCESS:
            return NvmeReply(status=refused)
        match opcode:
            case Opcode.GET_LOG:
                return self._log(dwords, room)
            case Opcode.IDENTIFY:
                return self._identify(nsid, dwords)
            case Opcode.SET_FEATURES | Opcode.GET_FEATURES:
                return self._features(opcode, dwords)
            case Opcode.ATTACH if self.make.oacs & _MANAGES_NAMESPACES:
                return NvmeReply(status=self._attach(nsid, dwords))
            case Opcode.FORMAT if self.make.oacs & _FORMATS and NvmeFault.FORMAT_REFUSED not in self.faults:
                return NvmeReply(status=self._format(nsid, dwords[0]))
            case Opcode.SANITIZE:
                return NvmeReply(status=self._start_sanitize(dwords))
            case Opcode.SECURITY_SEND | Opcode.SECURITY_RECEIVE if self.tper is not None:
                return self._security(self.tper, opcode, dwords, data, room)
            case _:
                return NvmeReply(status=INVALID_OPCODE)

    def _refused_by_sanitize(self, opcode: int, dwords: Dwords) -> int:
        known = opcode in set(Opcode) - _REFUSED_IN_SANITIZE
        allowed = known and (opcode != Opcode.GET_LOG or dwords[0] & 0xFF in _LOGS_IN_SANITIZE)
        if allowed or self.sanitize.status not in (Status.RUNNING, Status.FAILED):
            return SUCCESS
        return SANITIZE_IN_PROGRESS if self.sanitize.status == Status.RUNNING else SANITIZE_FAILED

    def _start_sanitize(self, dwords: Dwords) -> int:
        if self.firmware_locked or (self.tper is not None and self.tper.locked):
            return DENIED
        if any(namespace.write_protected for namespace in self.namespaces):
            return WRITE_PROTECTED
        return self.sanitize.start(dwords[0], dwords[1])

    def _security(self, tper: Tper, opcode: int, dwords: Dwords, data: bytes, room: int) -> NvmeReply:
        """Security Send and Receive (5.25, 5.26): protocol and its specific field, then how many bytes."""
        protocol, specific, length = dwords[0] >> 24, dwords[0] >> 8 & 0xFFFF, dwords[1]
        if opcode == Opcode.SECURITY_SEND:
            return NvmeReply(status=SUCCESS if tper.send(protocol, specific, data[:length]) else INVALID_FIELD)
        answer = tper.receive(protocol, specific, min(length, room))
        return NvmeReply(status=INVALID_FIELD) if answer is None else NvmeReply(data=answer)

    def _find(self, nsid: int) -> Namespace | None:
        return next((n for n in self.namespaces if n.nsid == nsid), None)

    def _format(self, nsid: int, dword10: int) -> int:
        """Format NVM (5.14). Setting 0 erases nothing here, as on many drives; the command blocks."""
        number, setting = (dword10 & 0xF) | (dword10 >> 8 & 0x30), dword10 >> 9 & 7
        all_of_them = self.make.fna & (_ERASE_REACHES_ALL if setting else _FORMAT_REACHES_ALL)
        if nsid == _EVERY or all_of_them or self.make.fna & _FORMAT_REACHES_ALL:
            targets = list(self.namespaces)
        else:
            targets = [n for n in self.namespaces if n.nsid == nsid and n.attached]
        unadvertised = setting == 2 and not self.make.fna & _CRYPTO
        if not targets:
            return INVALID_NAMESPACE
        if number >= len(self.make.formats):
            return INVALID_FORMAT
        if setting > 2 or (unadvertised and NvmeFault.FORMAT_CRYPTO_IS_ZEROS not in self.faults):
            return INVALID_FIELD
        if self.firmware_locked or (self.tper is not None and self.tper.locked):
            return DENIED
        if any(namespace.write_protected for namespace in targets):
            return WRITE_PROTECTED
        erased = Fill.ONES if self.make.erased_to_ones else Fill.ZEROS
        fill = Fill.NOISE if setting == 2 and not unadvertised else erased
        self.clock.sleep(self.make.format_s)
        for namespace in targets:
            namespace.format_in_use = number
            if setting:
                self._erase(namespace, fill)
        return SUCCESS

    def _erase(self, namespace: Namespace, fill: Fill) -> None:
        Erasing(
            medium=namespace.medium,
            fill=fill,
            started=0.0,
            seconds=0.0,
            size=namespace.medium.size,
            leaves=leaves("format", self.faults),
        ).advance(0.0)

    def _attach(self, nsid: int, dwords: Dwords) -> int:
        """Namespace Attachment (5.20) to the one controller there is: select 0 attaches, 1 detaches."""
        namespace, attach = self._find(nsid), dwords[0] & 0xF == 0
        if namespace is None or dwords[0] & 0xF > 1:
            return INVALID_NAMESPACE if namespace is None else INVALID_FIELD
        if namespace.attached == attach:
            return _ALREADY_ATTACHED if attach else _NOT_ATTACHED
        namespace.attached = attach
        return SUCCESS

    def _features(self, opcode: int, dwords: Dwords) -> NvmeReply:
        """Feature 17h alone, Sanitize Config (5.27.1.19): NODRM, whether an impossible no-deallocate only warns."""
        if dwords[0] & 0xFF != _SANITIZE_CONFIG:
            return NvmeReply(status=INVALID_FIELD)
        if opcode == Opcode.SET_FEATURES:
            self.sanitize.no_deallocate_warns = bool(dwords[1] & 1)
        return NvmeReply(result=int(self.sanitize.no_deallocate_warns))

    # -- structures

    def _log(self, dwords: Dwords, room: int) -> NvmeReply:
        """Get Log Page (5.16): identifier, number of dwords less one, offset."""
        number = dwords[0] & 0xFF
        wanted = ((dwords[0] >> 16 | (dwords[1] & 0xFFFF) << 16) + 1) * 4
        start = dwords[2] | dwords[3] << 32
        match number:
            case 0x01:
                page = pages.errors(self._errors[:_ERROR_ENTRIES]).ljust(64 * _ERROR_ENTRIES, b"\0")
            case 0x02:
                page = pages.smart(self.smart, read_only=any(n.write_protected for n in self.namespaces))
            case 0x03:
                page = pages.firmware_slots(self.make)
            case 0x04:
                page = pages.namespace_list([])
            case 0x06:  # no self-test was run
                page = b"\0\0\0\0" + (b"\x0f" + bytes(27)) * 20
            case 0x81 if self.sanitize.log_is_there:
                page = self.sanitize.log()
            case _:
                return NvmeReply(status=INVALID_LOG)
        if start > len(page):
            return NvmeReply(status=INVALID_FIELD)
        return NvmeReply(data=page[start : start + min(wanted, room)].ljust(min(wanted, room), b"\0"))

    def _identify(self, nsid: int, dwords: Dwords) -> NvmeReply:
        """Identify (5.17): CNS 0, 1, 2, 3, and with namespace management 10h to 13h."""
        structure = dwords[0] & 0xFF
        if structure >= 0x10 and not self.make.oacs & _MANAGES_NAMESPACES:
            return NvmeReply(status=INVALID_FIELD)
        match structure:
            case 0x01:
                total = sum(n.size_bytes for n in self.namespaces) + self.unallocated_bytes
                page = pages.controller(self.make, total_bytes=total, free_bytes=self.unallocated_bytes)
                return NvmeReply(data=page)
            case 0x02 | 0x10:
                if nsid >= 0xFFFFFFFE:
                    return NvmeReply(status=INVALID_NAMESPACE)
                shown = [n.nsid for n in self.namespaces if n.nsid > nsid and (n.attached or structure == 0x10)]
                return NvmeReply(data=pages.namespace_list(shown))
            case 0x00 | 0x03 | 0x11 | 0x12:
                return self._identify_namespace(nsid, structure)
            case 0x13:
                return NvmeReply(data=pages.controller_list())
            case _:
                return NvmeReply(status=INVALID_FIELD)

    def _identify_namespace(self, nsid: int, structure: int) -> NvmeReply:
        if not 0 < nsid <= self.make.nn:
            return NvmeReply(status=INVALID_NAMESPACE)
        namespace = self._find(nsid)
        if structure == 0x12:
            return NvmeReply(data=pages.controller_list() if namespace and namespace.attached else bytes(4096))
        if namespace is None or not (namespace.attached or structure == 0x11):
            return NvmeReply(data=bytes(pages.IDENTIFY_BYTES)) if structure != 0x03 else _no_namespace()
        eui64 = self.make.eui64 + nsid - 1
        if structure == 0x03:
            return NvmeReply(data=pages.namespace_descriptors(eui64))
        page = pages.namespace(
            blocks=namespace.size_bytes // self._block_bytes(namespace),
            formats=self.make.formats,
            in_use=namespace.format_in_use,
            eui64=eui64,
            attributes=pages.WRITE_PROTECTED if namespace.write_protected else 0,
            size_bytes=namespace.size_bytes,
        )
        return NvmeReply(data=page)

    def scsi(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        raise NotImplementedError

    def mmc(self, opcode: int, argument: int, *, writes: bool, data_out: bytes, in_length: int) -> MmcReply:
        raise NotImplementedError


def _no_namespace() -> NvmeReply:
    return NvmeReply(status=INVALID_NAMESPACE)
