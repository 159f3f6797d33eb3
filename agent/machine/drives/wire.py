"""The laboratory's end of the wire: what ``preload.c`` asks for a tool, answered by the drives.

One connection is one open alias. A question is four numbers (kind, head, out, in) and the bytes of the command and of
the data for the drive; a reply is a row of numbers, then sense and data. Little-endian, as the structures in the
library. It is a socket of the file system: nothing of it leaves the PC.
"""

from __future__ import annotations

import errno
import socketserver
import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

_QUESTION = struct.Struct("<4I")
_REPLY = struct.Struct("<Qi8I4x")
LONGEST = 64 << 20
"""No command of a drive moves more at once; a longer question is a broken one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """``kind``: the letter of preload.c. ``room``: bytes that the tool can take."""

    kind: str
    head: bytes
    out: bytes
    room: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """``error``: what the ioctl fails with, 0 for none. The other fields depend on the question."""

    error: int = 0
    result: int = 0
    status: int = 0
    host_status: int = 0
    words: tuple[int, int, int, int] = (0, 0, 0, 0)
    sense: bytes = b""
    data: bytes = b""

    def packed(self) -> bytes:
        numbers = (self.result, self.error, self.status, self.host_status, *self.words, len(self.sense), len(self.data))
        return _REPLY.pack(*numbers) + self.sense + self.data


Talk = Callable[[Question], Reply]


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """``connect`` makes what answers one connection's questions."""

    daemon_threads = True

    def __init__(self, path: Path, connect: Callable[[], Talk]) -> None:
        self.connect = connect
        super().__init__(str(path), _Connection)


class _Connection(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        talk = self.server.connect()
        while (question := _read(self.rfile)) is not None:
            try:
                self.wfile.write(talk(question).packed())
            except (BrokenPipeError, ConnectionResetError):  # the tool was killed while its drive worked
                return


def _read(stream: BufferedIOBase) -> Question | None:
    """The next question; None when the tool has closed its end, in mid-question too."""
    numbers = stream.read(_QUESTION.size)
    if len(numbers) < _QUESTION.size:
        return None
    kind, head, out, room = _QUESTION.unpack(numbers)
    if head + out > LONGEST:
        return None
    body = stream.read(head + out)
    if len(body) < head + out:
        return None
    return Question(kind=chr(kind & 0x7F), head=body[:head], out=body[head:], room=min(room, LONGEST))


NO_SUCH_COMMAND = Reply(error=errno.ENOTTY)
GONE = Reply(error=errno.ENODEV)
