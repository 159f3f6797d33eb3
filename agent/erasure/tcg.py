"""Packets of TCG Storage: what is said to a drive's Admin SP, and what it answers (TCG Core 2.01, 3.2 and 3.3).

Pure. A ComPacket (20 bytes) holds a Packet (24) holds a data SubPacket (12) holds the tokens of one method call.
Numbers are big-endian. Only what a revert with the PSID needs is here (Opal SSC 2.01, 5.1.2; feature set PSID 1.00).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

BLOCK = 512
PSID_CHARS = 32
_COM_HEADER, _PACKET_HEADER, _SUB_HEADER = 20, 24, 12
_HEADERS = _COM_HEADER + _PACKET_HEADER + _SUB_HEADER

# Token bytes (3.2.2.3.1)
_START_LIST, _END_LIST, _START_NAME, _END_NAME = 0xF0, 0xF1, 0xF2, 0xF3
_CALL, _END_OF_DATA, _END_OF_SESSION, _EMPTY = 0xF8, 0xF9, 0xFA, 0xFF

# UIDs (Core 2.01 table 239 on; Opal SSC 2.01 tables 15 to 20; PSID 1.00)
SESSION_MANAGER = bytes.fromhex("00000000000000ff")
PROPERTIES, START_SESSION = bytes.fromhex("000000000000ff01"), bytes.fromhex("000000000000ff02")
THIS_SP, REVERT = bytes.fromhex("0000000000000001"), bytes.fromhex("0000000600000202")
ADMIN_SP, PSID_AUTHORITY = bytes.fromhex("0000020500000001"), bytes.fromhex("000000090001ff01")

_CHALLENGE, _SIGNING_AUTHORITY = 0, 3  # names of StartSession's optional arguments

_HOST_PROPERTIES = (
    (b"MaxComPacketSize", 2048),
    (b"MaxPacketSize", 2028),
    (b"MaxIndTokenSize", 1992),
    (b"MaxPackets", 1),
    (b"MaxSubpackets", 1),
    (b"MaxMethods", 1),
)


class MethodStatus(IntEnum):
    """Status codes of a method (Core 2.01, table 166)."""

    SUCCESS = 0x00
    NOT_AUTHORIZED = 0x01
    SP_BUSY = 0x03
    SP_FAILED = 0x04
    SP_DISABLED = 0x05
    SP_FROZEN = 0x06
    NO_SESSIONS_AVAILABLE = 0x07
    UNIQUENESS_CONFLICT = 0x08
    INSUFFICIENT_SPACE = 0x09
    INSUFFICIENT_ROWS = 0x0A
    INVALID_PARAMETER = 0x0C
    TPER_MALFUNCTION = 0x0F
    TRANSACTION_FAILURE = 0x10
    RESPONSE_OVERFLOW = 0x11
    AUTHORITY_LOCKED_OUT = 0x12
    FAIL = 0x3F


def status_word(status: int) -> str:
    """The status by its name in the standard."""
    try:
        return MethodStatus(status).name
    except ValueError:
        return f"{status:#04x}"


class Garbled(ValueError):
    """These bytes are no answer of a TPer. ``str()`` says what is wrong with them."""


def clean_psid(typed: str) -> str | None:
    """The number as the drive wants it: blanks and hyphens of the print left out. None when it is none.

    Letters stay as they were typed: what the label shows is what counts.
    """
    text = "".join(c for c in typed if c not in " -\t")
    return text if len(text) == PSID_CHARS and text.isascii() and text.isalnum() else None


# -- building ------------------------------------------------------------------------------------------------------

Value = int | bytes


def _atom(value: Value) -> bytes:
    """The shortest atom (3.2.2.3.1): tiny, short, medium."""
    if isinstance(value, int):
        if 0 <= value < 64:
            return bytes([value])
        raw = value.to_bytes(max(1, -(-value.bit_length() // 8)), "big")
        return bytes([0x80 | len(raw)]) + raw
    if len(value) < 16:
        return bytes([0xA0 | len(value)]) + value
    if len(value) < 2048:
        return bytes([0xD0 | len(value) >> 8, len(value) & 0xFF]) + value
    raise ValueError("no atom of ours is longer than 2047 bytes")


def _named(name: Value, value: bytes) -> bytes:
    return bytes([_START_NAME]) + _atom(name) + value + bytes([_END_NAME])


def _call(invoking: bytes, method: bytes, *arguments: bytes) -> bytes:
    body = bytes([_CALL]) + _atom(invoking) + _atom(method) + bytes([_START_LIST]) + b"".join(arguments)
    return body + bytes([_END_LIST, _END_OF_DATA, _START_LIST, 0, 0, 0, _END_LIST])


def packet(comid: int, tokens: bytes, *, tper_session: int = 0, host_session: int = 0) -> bytes:
    """One ComPacket, filled up to whole blocks of 512 bytes. The SubPacket is filled up to four (3.2.3.4.2)."""
    padded = tokens + bytes(-len(tokens) % 4)
    sub = bytes(8) + len(tokens).to_bytes(4, "big") + padded
    numbers = tper_session.to_bytes(4, "big") + host_session.to_bytes(4, "big")
    inner = numbers + bytes(12) + len(sub).to_bytes(4, "big") + sub
    whole = bytes(4) + comid.to_bytes(2, "big") + bytes(10) + len(inner).to_bytes(4, "big") + inner
    return whole + bytes(-len(whole) % BLOCK)


def properties(comid: int) -> bytes:
    """Properties (5.2.2.1): what we can take, to the least that every TPer allows."""
    pairs = b"".join(_named(name, _atom(value)) for name, value in _HOST_PROPERTIES)
    listed = bytes([_START_LIST]) + pairs + bytes([_END_LIST])
    return packet(comid, _call(SESSION_MANAGER, PROPERTIES, _named(0, listed)))


def start_session(comid: int, psid: str, *, host_session: int) -> bytes:
    """StartSession (5.2.3.1) on the Admin SP, to write, signed by the PSID authority with the number itself."""
    return packet(
        comid,
        _call(
            SESSION_MANAGER,
            START_SESSION,
            _atom(host_session),
            _atom(ADMIN_SP),
            _atom(1),
            _named(_CHALLENGE, _atom(psid.encode("ascii"))),
            _named(_SIGNING_AUTHORITY, _atom(PSID_AUTHORITY)),
        ),
    )


def revert(comid: int, session: Session) -> bytes:
    """Revert of the Admin SP (Opal SSC 5.1.2): factory state, the keys of everything with it. It ends its session."""
    call = _call(ADMIN_SP, REVERT)
    return packet(comid, call, tper_session=session.tper, host_session=session.host)


def end_session(comid: int, session: Session) -> bytes:
    return packet(comid, bytes([_END_OF_SESSION]), tper_session=session.tper, host_session=session.host)


# -- reading -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Its two numbers: the TPer's and ours."""

    tper: int
    host: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. ``pending``: there is none yet, ask again. ``status`` None: no method status in it."""

    pending: bool = False
    status: int | None = None
    tokens: tuple[Value, ...] = ()
    session_ended: bool = False

    @property
    def word(self) -> str:
        return "no status" if self.status is None else status_word(self.status)


@dataclass(frozen=True, slots=True)
class Control:
    """A token that is no atom: the start of a list, the end of data."""

    code: int


def read_reply(raw: bytes, comid: int) -> Reply:
    """A ComPacket from the drive. Raises Garbled for anything else."""
    if len(raw) < _COM_HEADER:
        raise Garbled("shorter than a header")
    outstanding, length = int.from_bytes(raw[8:12], "big"), int.from_bytes(raw[16:20], "big")
    if int.from_bytes(raw[4:6], "big") not in (comid, 0):  # some leave it out while they have nothing to say
        raise Garbled("an answer to another ComID")
    if not length:
        return Reply(pending=bool(outstanding), status=None)
    if _COM_HEADER + length > len(raw) or length < _PACKET_HEADER + _SUB_HEADER:
        raise Garbled("a packet longer than the answer" if length > _PACKET_HEADER else "no room for a packet")
    tokens_bytes = int.from_bytes(raw[_HEADERS - 4 : _HEADERS], "big")
    if _HEADERS + tokens_bytes > _COM_HEADER + length or int.from_bytes(raw[50:52], "big"):
        raise Garbled("no data in the packet")
    tokens = tuple(_tokens(raw[_HEADERS : _HEADERS + tokens_bytes]))
    ended = Control(_END_OF_SESSION) in tokens
    return Reply(status=_status(tokens), tokens=_arguments(tokens), session_ended=ended)


def session_of(reply: Reply, *, host_session: int) -> Session:
    """The numbers of SyncSession (5.2.3.2). Raises Garbled when it speaks of another session."""
    numbers = [value for value in reply.tokens if isinstance(value, int)]
    if len(numbers) < 2 or numbers[0] != host_session or not numbers[1]:
        raise Garbled("no session in the answer")
    return Session(tper=numbers[1], host=numbers[0])


def _tokens(raw: bytes) -> Iterator[Value | Control]:
    at = 0
    while at < len(raw):
        first = raw[at]
        at += 1
        if first >= 0xE4:  # control tokens, and the empty atom, which says nothing
            if first != _EMPTY:
                yield Control(first)
            continue
        if first < 0x80:  # tiny, 6 bits; bit 6: signed
            yield first & 0x3F
            continue
        if first < 0xC0:
            is_bytes, length = bool(first & 0x20), first & 0x0F
        elif first < 0xE0:
            if at >= len(raw):
                raise Garbled("an atom without its length")
            is_bytes, length = bool(first & 0x10), (first & 0x07) << 8 | raw[at]
            at += 1
        else:
            if at + 3 > len(raw):
                raise Garbled("an atom without its length")
            is_bytes, length = bool(first & 0x02), int.from_bytes(raw[at : at + 3], "big")
            at += 3
        if at + length > len(raw):
            raise Garbled("an atom that reaches over the end")
        piece = raw[at : at + length]
        yield piece if is_bytes else int.from_bytes(piece, "big")
        at += length


def _status(tokens: Sequence[Value | Control]) -> int | None:
    """The first number of the status list, which follows the end of data (3.2.4.2)."""
    ends = [i for i, token in enumerate(tokens) if token == Control(_END_OF_DATA)]
    if not ends:
        return None
    after = tokens[ends[0] + 1 : ends[0] + 6]
    match after:
        case (Control(code=0xF0), int() as status, int(), int(), Control(code=0xF1)):
            return status
        case _:
            raise Garbled("no status after the end of data")


def _arguments(tokens: Sequence[Value | Control]) -> tuple[Value, ...]:
    """The atoms of a call or a result, up to the end of data, without the UIDs of a call."""
    found: list[Value] = []
    skip = 0
    for token in tokens:
        if isinstance(token, Control):
            if token.code == _END_OF_DATA:
                break
            skip = 2 if token.code == _CALL else skip
        elif skip:
            skip -= 1
        else:
            found.append(token)
    return tuple(found)
