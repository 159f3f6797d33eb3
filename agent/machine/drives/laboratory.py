"""The laboratory: real tools, unmodified, on virtual drives (ERASURE design, section 12).

A tool is started with ``preload.c`` in it and with aliases instead of the drives' names, so that there is no path by
which it could reach a real device: no alias exists outside, the library opens nothing else under /dev, a line that
names another device is refused, and so is a tool that does not load the library.
"""

from __future__ import annotations

import errno
import secrets
import struct
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from agent.machine.door import Answer, DoorError
from agent.machine.drives import block
from agent.machine.drives.bus import CommandSet, Drive, ForcedReadOnly, Lockable, ManyNodes, Node, Sleeper
from agent.machine.drives.library import compiled
from agent.machine.drives.names import ALIAS, MACHINE, aliased, as_on_the_machine, devices_in
from agent.machine.drives.wire import NO_SUCH_COMMAND, Question, Reply, Server
from agent.machine.processes import find_tool, run_tool

_PROBE_S = 10.0
_O_EXCL = 0o200
_NVME_HEAD = struct.Struct("<BBHI 2I 2Q 2I 6I")  # nvme_passthru_cmd up to cdw15 (linux/nvme_ioctl.h)
_MMC_HEAD = struct.Struct("<4I")  # opcode, argument, writes, application command
_RANGE = struct.Struct("<2Q")
_ERASE_START, _ERASE_END, _ERASE, _AS_TRIM, _AS_DISCARD = 35, 36, 38, 1, 3
_MMC_ERRORS = 0xFDF92000  # bits of a card's first word, as mmc_do_erase looks at them


class Laboratory:
    """Drives and the tools on them. A context manager: leaving it stops the server and removes its folder.

    ``cache``: folder for the compiled library. Entering raises ToolMissing where there is no C compiler.
    """

    def __init__(self, drives: Sequence[Drive], *, cache: Path) -> None:
        self.drives = tuple(drives)
        self._cache = cache
        self._locks = {drive.path: threading.RLock() for drive in self.drives}
        self._guard = threading.Lock()
        self._held: set[str] = set()
        self._greeted: set[str] = set()
        self._let_in: set[tuple[str, int]] = set()
        self._broken: list[BaseException] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._server: Server | None = None
        if len(self._locks) != len(self.drives):
            raise ValueError("two drives under one path")

    def __enter__(self) -> Self:
        if Path(ALIAS).exists():
            raise DoorError(f"{ALIAS}: exists on this machine, no tool is started here")
        self._library = compiled(self._cache)
        self._folder = tempfile.TemporaryDirectory(prefix="regain-lab-")  # short: a socket's path has 107 bytes
        self._root = Path(self._folder.name)
        (self._root / "sys").mkdir()
        self._server = Server(self._root / "wire", lambda: _Conversation(self).answer)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="laboratory").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    # -- names

    def nodes(self) -> dict[str, tuple[Drive, Node]]:
        """Every path by which a drive can be reached now."""
        return {node.path: (drive, node) for drive in self.drives for node in _nodes_of(drive)}

    def has(self, path: str) -> bool:
        return path in self.nodes()

    def drive(self, path: str) -> Drive:
        """The drive behind one of its paths. Raises KeyError."""
        return self.nodes()[path][0]

    def node(self, path: str) -> Node:
        """What is known of one of the paths now. Raises KeyError."""
        return self.nodes()[path][1]

    def backing(self, path: str) -> Path:
        """The file that holds the content reached under this path. Raises KeyError."""
        drive, node = self.nodes()[path]
        return node.backing or drive.backing

    def names_one(self, argv: Sequence[str]) -> bool:
        """Does this line speak of a drive that is here?"""
        nodes = self.nodes()
        return any(name in nodes for name in devices_in(argv))

    @contextmanager
    def held(self, path: str) -> Iterator[None]:
        """While somebody has the drive open exclusively: tools that ask for the same are told that it is busy."""
        self.hold(path)
        try:
            yield
        finally:
            self.release(path)

    def hold(self, path: str) -> None:
        with self._guard:
            self._held.add(path)

    def release(self, path: str) -> None:
        with self._guard:
            self._held.discard(path)

    def force_read_only(self, path: str, *, on: bool) -> None:
        """What is written to the kernel's ``force_ro`` of an area."""
        drive = self.drive(path)
        if isinstance(drive, ForcedReadOnly):
            drive.force_read_only(path, on=on)

    def is_held(self, path: str) -> bool:
        with self._guard:
            return path in self._held

    def power_cut(self) -> None:
        """The plug is pulled and put back: every drive loses its power."""
        for drive in self.drives:
            with self._locks[drive.path]:
                drive.power_cut()

    def suspend(self) -> None:
        """The PC sleeps to RAM and wakes: every drive lost its power, and no firmware of the PC ran."""
        for drive in self.drives:
            with self._locks[drive.path]:
                (drive.suspend if isinstance(drive, Sleeper) else drive.power_cut)()

    # -- tools

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        """Like the door's ``run``. Raises Denied for a line that names a device that is not here, DoorError for a
        tool that does not load the library, ToolMissing, ToolTimedOut; and what broke in the model of a drive."""
        if self._server is None:
            raise DoorError("the laboratory is closed")
        line = aliased(argv, self.nodes())
        self._let_in_or_refuse(argv[0])
        token = secrets.token_hex(8)
        answer = run_tool(
            line, timeout_s=timeout_s, stdin=stdin, more_environment=self._environment(token), folder=self._root
        )
        self._require_greeting(argv[0], token)
        with self._guard:
            broken, self._broken = self._broken, []
        if broken:
            raise broken[0]
        return Answer(
            argv=tuple(argv),
            exit_status=answer.exit_status,
            stdout=as_on_the_machine(answer.stdout),
            stderr=as_on_the_machine(answer.stderr),
            seconds=answer.seconds,
        )

    def _environment(self, token: str) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(self._library),
            "REGAIN_LAB_SOCKET": str(self._root / "wire"),
            "REGAIN_LAB_SYS": str(self._root / "sys"),
            "REGAIN_LAB_TOKEN": token,
        }

    def _let_in_or_refuse(self, tool: str) -> None:
        """A tool is first started without a word of its line, to see whether the library in it answers."""
        path = Path(find_tool(tool))
        known = (str(path), path.stat().st_mtime_ns)
        if known in self._let_in:
            return
        token = secrets.token_hex(8)
        environment = {**self._environment(token), "REGAIN_LAB_PROBE": "1"}
        run_tool([tool], timeout_s=_PROBE_S, more_environment=environment, folder=self._root)
        self._require_greeting(tool, token)
        self._let_in.add(known)

    def _require_greeting(self, tool: str, token: str) -> None:
        with self._guard:
            if token not in self._greeted:
                raise DoorError(f"{tool}: does not load the laboratory's library, it is not started here")
            self._greeted.discard(token)

    # -- what the server's connections need

    def greet(self, token: str) -> None:
        with self._guard:
            self._greeted.add(token)

    def broke(self, error: BaseException) -> None:
        with self._guard:
            self._broken.append(error)

    @contextmanager
    def one_at_a_time(self, drive: Drive) -> Iterator[None]:
        with self._locks[drive.path]:
            yield


class _Conversation:
    """One connection: greeting, or an opened alias and the commands on it."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._laboratory = laboratory
        self._drive: Drive | None = None
        self._path = ""

    def answer(self, question: Question) -> Reply:
        asked = {"G": self._greet, "O": self._open, "T": self._open, "B": self._block}
        commands = {"S": _scsi, "N": _nvme, "M": _mmc, "D": _discard, "Z": _zeroout}
        try:
            if question.kind in asked:
                return asked[question.kind](question)
            if self._drive is None or question.kind not in commands:
                return NO_SUCH_COMMAND
            with self._laboratory.one_at_a_time(self._drive):
                return commands[question.kind](self._drive, question)
        except NotImplementedError:
            return NO_SUCH_COMMAND
        except OSError as error:  # a drive that is gone
            return Reply(error=error.errno or errno.EIO)
        except Exception as error:  # noqa: BLE001 raised again by ``run``, to whoever started the tool
            self._laboratory.broke(error)
            return Reply(error=errno.EIO)

    def _greet(self, question: Question) -> Reply:
        self._laboratory.greet(question.head.decode("ascii", "replace"))
        return Reply()

    def _open(self, question: Question) -> Reply:
        flags = int.from_bytes(question.head[:4], "little")
        path = MACHINE + question.head[4:].decode("utf-8", "replace")
        found = self._laboratory.nodes().get(path)
        if found is None or found[1].gone:
            return Reply(error=errno.ENOENT)
        drive, node = found
        if question.kind == "O":
            if flags & _O_EXCL and self._laboratory.is_held(path):
                return Reply(error=errno.EBUSY)
            self._drive, self._path = drive, path
        return Reply(result=node.size_bytes, words=(block.mode(node), *block.device(node), 0))

    def _block(self, question: Question) -> Reply:
        found = self._laboratory.nodes().get(self._path)
        if found is None or found[1].gone:
            return Reply(error=errno.ENODEV)
        return block.answer(found[1], int.from_bytes(question.head[:4], "little"))


def _nodes_of(drive: Drive) -> Sequence[Node]:
    if isinstance(drive, ManyNodes):
        return drive.nodes()
    return (
        Node(
            path=drive.path,
            size_bytes=drive.size_bytes,
            logical_block=drive.logical_block,
            physical_block=drive.physical_block,
            closed=isinstance(drive, Lockable) and drive.closed,
        ),
    )


def _scsi(drive: Drive, question: Question) -> Reply:
    got = drive.scsi(question.head, question.out, question.room)
    data = got.data[: question.room]
    return Reply(status=got.status, host_status=got.host_status, sense=got.sense[:255], data=data)


def _nvme(drive: Drive, question: Question) -> Reply:
    opcode, _flags, _reserved, nsid, *_rest = command = _NVME_HEAD.unpack(question.head)
    got = drive.nvme(opcode, nsid, command[-6:], question.out, question.room)
    return Reply(status=got.status, result=got.result, data=got.data[: question.room])


def _mmc(drive: Drive, question: Question) -> Reply:
    opcode, argument, writes, _application = _MMC_HEAD.unpack(question.head)
    got = drive.mmc(opcode, argument, writes=bool(writes), data_out=question.out, in_length=question.room)
    return Reply(error=got.errno, words=got.response, data=got.data[: question.room])


def _discard(drive: Drive, question: Question) -> Reply:
    """As the kernel makes it for a card (drivers/mmc/core/core.c, mmc_do_erase). Other drives get it as commands that
    are not built here."""
    return _erase_range(drive, question, _AS_DISCARD)


def _zeroout(drive: Drive, question: Question) -> Reply:
    """The kernel trims where a card's erased blocks read as zeros, which is taken to be so here, and writes zeros
    elsewhere (drivers/mmc/core/queue.c, max_write_zeroes_sectors)."""
    return _erase_range(drive, question, _AS_TRIM)


def _erase_range(drive: Drive, question: Question, how: int) -> Reply:
    start, length = _RANGE.unpack(question.head)
    if drive.command_set is not CommandSet.MMC or not length:
        return Reply(error=errno.EOPNOTSUPP if length else errno.EINVAL)
    first, last = start // 512, (start + length) // 512 - 1
    for opcode, argument in ((_ERASE_START, first), (_ERASE_END, last), (_ERASE, how)):
        got = drive.mmc(opcode, argument, writes=False, data_out=b"", in_length=0)
        if got.errno or got.response[0] & _MMC_ERRORS:
            return Reply(error=got.errno or errno.EIO)
    return Reply()
