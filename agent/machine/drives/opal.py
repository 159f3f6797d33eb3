"""The TPer of a virtual self-encrypting drive: ComPackets in, ComPackets out, and keys that really go.

Sources: TCG Core 2.01, Opal SSC 2.01, feature set PSID 1.00. It takes a call apart by itself, and not with the code
that made it: a mistake of ours would be answered, not repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agent.machine.drives.bus import ScsiReply
from agent.machine.drives.medium import Erasing, Fill, Leaves, Medium, WaitingClock
from agent.machine.drives.sense import number

_HEADS = 56
_CALL, _EOD, _EOS, _START, _END, _NAME, _END_NAME = 0xF8, 0xF9, 0xFA, 0xF0, 0xF1, 0xF2, 0xF3
_OK, _NOT_AUTHORIZED, _NO_SESSIONS, _INVALID, _LOCKED_OUT, _FAIL = 0x00, 0x01, 0x07, 0x0C, 0x12, 0x3F
_SMUID, _PROPERTIES, _START_SESSION, _SYNC_SESSION = 0xFF, 0xFF01, 0xFF02, 0xFF03
_ADMIN_SP, _PSID, _REVERT = 0x0000020500000001, 0x000000090001FF01, 0x0000000600000202
_FIRST_SESSION = 0x1001


class OpalFault(StrEnum):
    """What such a drive lies about or how it breaks. None may end as purged."""

    REVERT_DOES_NOTHING = "revert_does_nothing"  # SUCCESS, locking is off; the content is what it was
    REVERT_LEAVES_HALF = "revert_leaves_half"
    REVERT_LEAVES_BLOCK = "revert_leaves_block"
    STAYS_LOCKED = "stays_locked"  # SUCCESS, and everything as before
    REVERT_REFUSED = "revert_refused"  # FAIL, although the session was opened
    CUT_BEFORE = "cut_before"  # its power goes when it is told to revert, and nothing was done
    CUT_AFTER = "cut_after"  # its power goes when it has reverted, before it says so
    NO_PSID = "no_psid"  # the authority does not exist: INVALID_PARAMETER
    SILENT = "silent"  # takes packets and never has an answer
    GARBLES = "garbles"  # answers that are cut
    SLOW = "slow"  # has its answer when asked for the fourth time


@dataclass(frozen=True, slots=True, kw_only=True)
class OpalMake:
    """As a used Samsung or WD drive: Opal 2. ``tries``: wrong numbers until the authority is locked out, until the next
    power on. ``enabled``, ``locked``, ``shadowed``: what a former owner left."""

    psid: str = "2R0TEXAMPLE0NUMBER0PRINTED0HERE0"
    code: int = 0x0203
    comid: int = 0x07FE
    encrypts: bool = True
    enabled: bool = True
    locked: bool = False
    shadowed: bool = False
    tries: int = 5
    tries_used: int = 0


@dataclass(slots=True, kw_only=True)
class Tper:
    """``media``: what one key encrypts. ``cut``: called when a fault takes the drive's power."""

    make: OpalMake
    media: Sequence[Medium]
    clock: WaitingClock
    faults: Collection[OpalFault] = ()
    cut: Callable[[], None] = lambda: None
    enabled: bool = field(init=False)
    locked: bool = field(init=False)
    gone: bool = field(default=False, init=False)
    reverts: int = field(default=0, init=False)
    _tries: int = field(init=False)
    _answer: bytes = field(default=b"", init=False)
    _wait: int = field(default=0, init=False)
    _session: tuple[int, int] | None = field(default=None, init=False)
    _next: int = field(default=_FIRST_SESSION, init=False)

    def __post_init__(self) -> None:
        self.enabled, self.locked, self._tries = self.make.enabled, self.make.locked, self.make.tries_used

    def power_on(self) -> None:
        """Sessions and tries are forgotten; what an owner protects is locked again."""
        self.gone, self._session, self._answer, self._wait = False, None, b"", 0
        self._tries = 0
        self.locked = self.enabled and self.make.locked

    # -- IF-SEND and IF-RECV

    def receive(self, protocol: int, specific: int, room: int) -> bytes | None:
        """None: an illegal request."""
        if protocol == 0x00:
            return (bytes(6) + b"\0\x02\0\x01").ljust(room, b"\0")[:room]
        if protocol != 0x01:
            return None
        if specific == 0x0001:
            return self.discovery().ljust(room, b"\0")[:room]
        if specific != self.make.comid:
            return None
        if self._answer and self._wait:
            self._wait -= 1
            return self._head(outstanding=1).ljust(room, b"\0")[:room]
        answer, self._answer = self._answer or self._head(), b""
        return answer.ljust(room, b"\0")[:room]

    def send(self, protocol: int, specific: int, data: bytes) -> bool:
        """False: an illegal request. What is wrong inside the packet is told by the answer, or by none."""
        if protocol != 0x01 or specific != self.make.comid:
            return False
        tokens = self._unpacked(data)
        if tokens is None or OpalFault.SILENT in self.faults:
            self._answer = b""
            return True
        said = self._told(tokens, data[20:28])
        if OpalFault.GARBLES in self.faults:
            said = said[:60]
        self._answer, self._wait = said, 3 if OpalFault.SLOW in self.faults else 0
        return True

    def discovery(self) -> bytes:
        """Level 0: TPer, Locking, Geometry and the SSC."""
        make = self.make
        bits = 0x01 | self.enabled << 1 | self.locked << 2 | make.encrypts << 3
        bits |= (make.shadowed and self.enabled) << 4
        tper = _feature(0x0001, bytes([0x11]).ljust(12, b"\0"))
        locking = _feature(0x0002, bytes([bits]).ljust(12, b"\0"))
        geometry = _feature(0x0003, b"\1".ljust(28, b"\0"))
        ssc = _feature(make.code, (make.comid.to_bytes(2, "big") + b"\0\1").ljust(16, b"\0"))
        body = tper + locking + geometry + ssc
        return (44 + len(body)).to_bytes(4, "big") + b"\0\0\0\1".ljust(44, b"\0") + body

    def _unpacked(self, data: bytes) -> bytes | None:
        """The tokens of a packet whose lengths agree in every header; None for any other."""
        if len(data) < _HEADS or len(data) % 512 or int.from_bytes(data[4:6], "big") != self.make.comid:
            return None
        whole, inner, sub = (int.from_bytes(data[at : at + 4], "big") for at in (16, 40, 52))
        agree = whole == inner + 24 and inner == 12 + sub + -sub % 4 and 20 + whole <= len(data)
        return data[_HEADS : _HEADS + sub] if agree and sub else None

    # -- methods

    def _told(self, tokens: bytes, numbers: bytes) -> bytes:
        if tokens == bytes([_EOS]):
            self._session = None
            return self._packet(bytes([_EOS]), numbers)
        if len(tokens) < 20 or tokens[0] != _CALL or tokens[1] != 0xA8 or tokens[10] != 0xA8:
            return b""
        invoking, method = int.from_bytes(tokens[2:10], "big"), int.from_bytes(tokens[11:19], "big")
        arguments = tokens[19:]
        if not arguments.endswith(bytes([_END, _EOD, _START, 0, 0, 0, _END])):
            return b""
        session = (int.from_bytes(numbers[:4], "big"), int.from_bytes(numbers[4:], "big"))
        if invoking == _SMUID and method == _PROPERTIES and session == (0, 0):
            return self._packet(bytes([_CALL]) + tokens[1:19] + bytes([_START, _START, _END, _END]) + _status(_OK))
        if invoking == _SMUID and method == _START_SESSION and session == (0, 0):
            return self._start(arguments[1:-7])
        if (invoking, method) == (_ADMIN_SP, _REVERT) and session == self._session and arguments[:2] == b"\xf0\xf1":
            return self._revert(numbers)
        return b""

    def _start(self, arguments: bytes) -> bytes:
        """HostSessionID, SPID, Write, 0 = HostChallenge, 3 = HostSigningAuthority."""
        width = 1 if arguments[0] < 0x40 else 1 + (arguments[0] & 0x0F)
        host = arguments[0] if width == 1 else int.from_bytes(arguments[1:width], "big")
        signed = bytes([_NAME, 3, 0xA8]) + _PSID.to_bytes(8, "big") + bytes([_END_NAME])
        rest = arguments[width:]
        head = b"\xa8" + _ADMIN_SP.to_bytes(8, "big") + b"\1"
        if not rest.startswith(head + bytes([_NAME, 0, 0xD0, 32])) or not rest.endswith(bytes([_END_NAME]) + signed):
            return self._sync(host, 0, _INVALID)
        if OpalFault.NO_PSID in self.faults:
            return self._sync(host, 0, _INVALID)
        if self._session is not None:
            return self._sync(host, 0, _NO_SESSIONS)
        if self._tries >= self.make.tries:
            return self._sync(host, 0, _LOCKED_OUT)
        if rest[len(head) + 4 : len(head) + 36] != self.make.psid.encode():
            self._tries += 1
            return self._sync(host, 0, _NOT_AUTHORIZED)
        self._tries = 0
        self._session, self._next = (self._next, host), self._next + 1
        return self._sync(host, self._session[0], _OK)

    def _sync(self, host: int, tper: int, status: int) -> bytes:
        call = bytes([_CALL, 0xA8]) + _SMUID.to_bytes(8, "big") + b"\xa8" + _SYNC_SESSION.to_bytes(8, "big")
        numbers = b"\x84" + host.to_bytes(4, "big") + b"\x84" + tper.to_bytes(4, "big")
        return self._packet(call + bytes([_START]) + numbers + bytes([_END]) + _status(status))

    def _revert(self, numbers: bytes) -> bytes:
        if OpalFault.REVERT_REFUSED in self.faults:
            return self._packet(bytes([_START, _END]) + _status(_FAIL), numbers)
        self._session = None
        if OpalFault.CUT_BEFORE in self.faults:
            return self._lose_power()
        self.reverts += 1
        if OpalFault.STAYS_LOCKED not in self.faults:
            self._new_key()
            self.enabled = self.locked = False
        if OpalFault.CUT_AFTER in self.faults:
            return self._lose_power()
        return self._packet(bytes([_START, _END]) + _status(_OK), numbers)

    def _new_key(self) -> None:
        """Nothing changes on the medium but how it reads. Where nobody had switched locking on, the key stays."""
        told = {fault.value for fault in self.faults}
        left = {"revert_does_nothing": Leaves.EVERYTHING, "revert_leaves_half": Leaves.HALF}
        left |= {"revert_leaves_block": Leaves.BLOCK}
        leaves = next((kind for name, kind in left.items() if name in told), Leaves.NOTHING)
        if not self.make.encrypts or not self.enabled:
            return
        for medium in self.media:
            Erasing(medium=medium, fill=Fill.NOISE, started=0.0, seconds=0.0, size=medium.size, leaves=leaves)

    def _lose_power(self) -> bytes:
        self.gone = True
        self.cut()
        return b""

    # -- packets

    def _head(self, *, outstanding: int = 0) -> bytes:
        numbers = outstanding.to_bytes(4, "big") + outstanding.to_bytes(4, "big")
        return bytes(4) + self.make.comid.to_bytes(2, "big") + bytes(2) + numbers + bytes(4)

    def _packet(self, tokens: bytes, numbers: bytes = bytes(8)) -> bytes:
        padded = tokens + bytes(-len(tokens) % 4)
        sub = bytes(8) + len(tokens).to_bytes(4, "big") + padded
        inner = numbers + bytes(12) + len(sub).to_bytes(4, "big") + sub
        return self._head()[:16] + len(inner).to_bytes(4, "big") + inner


def security_protocol(tper: Tper, cdb: bytes, data: bytes, room: int) -> ScsiReply | None:
    """SECURITY PROTOCOL IN and OUT (SPC-4 6.30, 6.31); None: an illegal request."""
    protocol, specific, length = cdb[1], number(cdb, 2, 2), number(cdb, 6, 4)
    length *= 512 if cdb[4] & 0x80 else 1
    if cdb[0] == 0xB5:
        return ScsiReply() if len(data) >= length and tper.send(protocol, specific, data[:length]) else None
    answer = tper.receive(protocol, specific, min(length, room))
    return None if answer is None else ScsiReply(data=answer)


def _feature(code: int, data: bytes) -> bytes:
    return code.to_bytes(2, "big") + bytes([0x10, len(data)]) + data


def _status(code: int) -> bytes:
    return bytes([_EOD, _START, code, 0, 0, _END])
