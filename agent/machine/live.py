"""The real PC. The only module that opens a block device: to write for a warrant alone, else to read."""

from __future__ import annotations

import errno
import fcntl
import glob as globbing
import json
import os
import re
import stat
import struct
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, Self

from agent.machine.ahead import Ahead
from agent.machine.clocks import SteadyClock
from agent.machine.door import Answer, Clock, Denied, DoorError, NotThere
from agent.machine.guard import destroys
from agent.machine.processes import Process, run_tool
from agent.machine.warrants import SpentPermits
from agent.model.errors import Fault
from agent.model.facts import Known, Unreadable
from agent.model.identity import DiskIdentity, identify
from agent.model.inventory import Disk, DiskNvme
from agent.model.warrant import Action, Warrant

_BLKSSZGET = 0x1268  # logical sector size, int (linux/fs.h)
_BLKPBSZGET = 0x127B  # physical sector size, unsigned int
_BLKGETSIZE64 = 0x80081272  # bytes, u64
_BLKROGET = 0x125E  # read-only flag, int

_REACHES_OTHERS = re.compile(r"/dev/(nvme\d+|ng\d+n\d+|sg\d+|bsg/.*)$")

_BLOCK = Path("/sys/block")
_AREA = re.compile(r"mmcblk\d+(boot[01]|gp[0-3])")

_LSBLK = ["lsblk", "-J", "-b", "-d", "-o", "PATH,MODEL,SERIAL,WWN,SIZE,MAJ:MIN"]


class LiveDisk:
    """A disk that consent covers, held open; for an install the exclusive hold is only tried, the tools need it."""

    rehearsal_scale: int | None = None

    def __init__(
        self, *, identity: DiskIdentity, path: str, fd: int, action: Action, find: Callable[[DiskIdentity], str]
    ) -> None:
        self.identity = identity
        self.path = path
        self._fd = fd
        self._action = action
        self._find = find
        self.size_bytes = _ioctl(fd, _BLKGETSIZE64, "Q")
        self.logical_block = _ioctl(fd, _BLKSSZGET, "i")
        self.physical_block = _ioctl(fd, _BLKPBSZGET, "I")

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        self._refuse_other_disks(argv)
        return run_tool(argv, timeout_s=timeout_s, stdin=stdin)

    def _refuse_other_disks(self, argv: Sequence[str]) -> None:
        """Every device named on the line must be this disk, one of its partitions, an opened container that lies on
        those alone, or a harmless character device.

        The character device of a controller is none: it reaches every disk behind it.
        """
        mine = _major_minors(self.path)
        for word in argv:
            name = word.partition("=")[2] if "=/dev/" in word else word
            if _REACHES_OTHERS.match(name):
                raise Fault("warrant-other-disk", disk=self.identity.suffix, other=name)
            if not name.startswith("/dev/") or not Path(name).is_block_device():
                continue
            number = _major_minor(name)
            if number not in mine and not lies_on(number, mine):
                raise Fault("warrant-other-disk", disk=self.identity.suffix, other=name)

    def open_area(self, name: str) -> LiveArea:
        return LiveArea(self, name)

    def changed(self) -> bool:
        try:
            now = (_ioctl(self._fd, _BLKGETSIZE64, "Q"), _ioctl(self._fd, _BLKSSZGET, "i"), self._find(self.identity))
            return now != (self.size_bytes, self.logical_block, self.path)
        except OSError as error:
            if error.errno not in (errno.ENODEV, errno.ENXIO, errno.EIO):
                raise
            return True
        except (DoorError, Fault):  # lsblk does not answer, or does not show this disk, or shows it twice
            return True

    def start_worker(self, module: str, spec: Mapping[str, Any]) -> Process:
        os.set_inheritable(self._fd, True)
        geometry = {
            "fd": self._fd,
            "size_bytes": self.size_bytes,
            "logical_block": self.logical_block,
            "physical_block": self.physical_block,
        }
        return Process(module, {**spec, **geometry}, fd=self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class LiveArea(LiveDisk):
    """One more area of an eMMC. The kernel keeps boot areas read-only until ``force_ro`` is cleared; it is set anew."""

    def __init__(self, card: LiveDisk, name: str) -> None:
        kernel = PurePath(card.path).name
        folder = _BLOCK / f"{kernel}{name}"
        beside = Path(os.path.realpath(folder)).parent == Path(os.path.realpath(_BLOCK / kernel))
        if not _AREA.fullmatch(f"{kernel}{name}") or not folder.exists() or not beside:
            raise Fault("disk-not-found", disk=f"{card.identity.suffix} {name}")
        path = f"{card.path}{name}"
        self._force_ro = folder / "force_ro"
        self._was = self._force_ro.read_text().strip() if self._force_ro.exists() else ""
        try:
            self._allow(writes=True)
            fd = _open_exclusive(path, card.identity)
        except BaseException:
            self._allow(writes=False)
            raise
        super().__init__(identity=card.identity, path=path, fd=fd, action=card._action, find=card._find)

    def _allow(self, *, writes: bool) -> None:
        if self._was != "1":
            return
        try:
            self._force_ro.write_text("0" if writes else "1")
        except OSError as error:
            raise Fault("disk-read-only", disk=self._force_ro.parent.name, why=str(error)) from None

    def changed(self) -> bool:
        return False  # it comes and goes with its card

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._allow(writes=False)


class LookedAt:
    """A disk, a loop device or an image file, opened to be read and for nothing else: no warrant, no hold.

    ``identity`` is None when nothing tells which disk it is; an image file has that of a loop device over it.
    """

    def __init__(self, *, path: str, fd: int, identity: DiskIdentity | None, rotational: bool) -> None:
        from agent.machine.blockio import ReadOnlyDisk

        self.path, self.identity, self.rotational = path, identity, rotational
        self._fd = fd
        if stat.S_ISBLK(os.fstat(fd).st_mode):
            size, logical, physical = (
                _ioctl(fd, _BLKGETSIZE64, "Q"),
                _ioctl(fd, _BLKSSZGET, "i"),
                _ioctl(fd, _BLKPBSZGET, "I"),
            )
        else:
            size, logical, physical = os.fstat(fd).st_size, 512, 4096
        self.io = ReadOnlyDisk(fd, size, logical, physical)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class LiveMachine:
    """This PC, through its own tools and its /proc and /sys. ``ahead``: tools that are at work already."""

    name = "live"
    exercise = False

    def __init__(self, ahead: Ahead | None = None) -> None:
        self.clock: Clock = SteadyClock()
        self._permits = SpentPermits()
        self._ahead = ahead

    def is_root(self) -> bool:
        return os.geteuid() == 0

    def has_firmware(self, path: str) -> bool:
        return path.startswith("/dev/") and not PurePath(path).name.startswith("loop")

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        if destroys(argv):
            raise Fault("warrant-missing", disk=" ".join(argv[:3]))
        answer = self._ahead.take(argv) if self._ahead is not None and not stdin else None
        return answer or run_tool(argv, timeout_s=timeout_s, stdin=stdin)

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        with _looking(path):
            told = os.stat(path)  # noqa: PTH116 a hundred small files: each step counts
            if not stat.S_ISREG(told.st_mode):
                raise DoorError(f"{path}: not a regular file")
            with open(path, "rb", buffering=0) as file:
                pieces, left = [], limit
                while left and (piece := file.read(left)):  # a file of /proc comes page by page
                    pieces.append(piece)
                    left -= len(piece)
                    if told.st_size == limit - left:  # each look at an EFI variable, at its end too, asks the firmware
                        break
                return b"".join(pieces)

    def glob(self, pattern: str) -> list[str]:
        return sorted(globbing.glob(pattern))  # noqa: PTH207 absolute patterns

    def exists(self, path: str) -> bool:
        return os.path.exists(path)  # noqa: PTH110

    def link(self, path: str) -> str:
        with _looking(path):
            return str(Path(path).readlink())

    def file_identity(self, path: str) -> str:
        with _looking(path):
            found = Path(path).stat()
        return f"FILE-{found.st_dev:X}-{found.st_ino:08X}"

    def open_disk(self, identity: DiskIdentity, warrant: Warrant | None, action: Action) -> LiveDisk:
        self._permits.check(warrant, identity, action, now=self.clock.monotonic(), exercise=False)
        if not self.is_root():
            raise Fault("not-root")
        path = self.find(identity)
        from agent.machine.ancestry import standing_on

        if {path, _major_minor(path)} & standing_on(self):
            raise Fault("disk-excluded", disk=identity.suffix, why="/")
        fd = _open_exclusive(path, identity)
        try:
            if _ioctl(fd, _BLKROGET, "i"):
                raise Fault("disk-read-only", disk=identity.suffix)
            if _ioctl(fd, _BLKGETSIZE64, "Q") != identity.size_bytes or self.find(identity) != path:
                raise Fault("disk-changed", disk=identity.suffix)
            self._permits.spend(warrant, identity, action, now=self.clock.monotonic(), exercise=False)
            if action is Action.INSTALL:
                exclusive, fd = fd, os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                os.close(exclusive)
            return LiveDisk(identity=identity, path=path, fd=fd, action=action, find=self.find)
        except BaseException:
            os.close(fd)
            raise

    def read_disk(self, path: str) -> LookedAt:
        """Open a block device or a regular file to read it. Raises Fault disk-not-found, not-root, file-unreadable."""
        real = os.path.realpath(path)
        try:
            mode = Path(real).stat().st_mode
        except OSError:
            raise Fault("disk-not-found", disk=path) from None
        if not (stat.S_ISBLK(mode) or stat.S_ISREG(mode)):
            raise Fault("disk-not-found", disk=path)
        rotating = Path("/sys/block", PurePath(real).name, "queue/rotational")
        device = stat.S_ISBLK(mode)
        fd = _open_to_read(real)
        try:
            return LookedAt(
                path=real,
                fd=fd,
                identity=self._identity_at(real) if device else self._identity_of_file(real),
                rotational=device and rotating.is_file() and rotating.read_text().strip() == "1",
            )
        except BaseException:
            os.close(fd)
            raise

    def _identity_at(self, path: str) -> DiskIdentity | None:
        try:
            rows = json.loads(run_tool([*_LSBLK, path], timeout_s=10).stdout)["blockdevices"]
            return self._identify(rows[0])
        except (DoorError, ValueError, KeyError, IndexError):
            return None  # nothing says which disk it is: the caller must be told, never guess

    def _identity_of_file(self, path: str) -> DiskIdentity:
        size = Path(path).stat().st_size
        return DiskIdentity(text=self.file_identity(path), kind="file", model=PurePath(path).name, size_bytes=size)

    def find(self, identity: DiskIdentity) -> str:
        """Where the disk is now, asked of the drive again. Raises Fault disk-not-found, disk-duplicate-identity."""
        answer = run_tool(_LSBLK, timeout_s=10)
        try:
            rows = json.loads(answer.stdout)["blockdevices"]
        except (ValueError, KeyError):
            raise Fault("tool-garbage", tool="lsblk") from None
        serials = Counter(str(row.get("serial") or "").strip() for row in rows if _is_namespace(row))
        shared = {serial for serial, times in serials.items() if serial and times > 1}
        found = [row["path"] for row in rows if _same(self._identify(row, shared), identity)]
        if not found:
            raise Fault("disk-not-found", disk=identity.suffix)
        if len(found) > 1:
            raise Fault("disk-duplicate-identity", disk=identity.suffix, paths=", ".join(found))
        return str(found[0])

    def _identify(self, row: Mapping[str, Any], shared: Collection[str] = ()) -> DiskIdentity | None:
        """``shared``: serial numbers that several namespaces have in common."""
        path = str(row["path"])
        if PurePath(path).name.startswith("loop"):
            backing = Path(f"/sys/block/{PurePath(path).name}/loop/backing_file")
            if not backing.exists():
                return None
            file = backing.read_text().strip()
            try:
                serial = self.file_identity(file)
            except DoorError:
                return None
            return identify(
                Disk(
                    serial=Known(serial, "stat"),
                    model=Known(PurePath(file).name, "sysfs"),
                    bus=Known("loop", "sysfs"),
                    size_bytes=Known(int(row["size"]), "lsblk"),
                )
            )

        def fact(key: str) -> Known[str] | None:
            text = str(row.get(key) or "").strip()
            return Known(text, "lsblk") if text else None

        nvme = None
        if _is_namespace(row) and str(row.get("serial") or "").strip() in shared:
            nvme = DiskNvme(nsid=_nsid(path))
        return identify(
            Disk(
                serial=fact("serial"),
                wwn=fact("wwn"),
                model=fact("model"),
                size_bytes=Known(int(row["size"]), "lsblk"),
                nvme=nvme,
            )
        )


def _is_namespace(row: Mapping[str, Any]) -> bool:
    return PurePath(str(row.get("path"))).name.startswith("nvme")


def _nsid(path: str) -> Known[int] | Unreadable:
    """Its number on the drive; the one in its name is the kernel's own."""
    try:
        return Known(int(Path(f"/sys/block/{PurePath(path).name}/nsid").read_text()), "sysfs")
    except (OSError, ValueError) as error:
        return Unreadable(str(error))


def _same(one: DiskIdentity | None, other: DiskIdentity) -> bool:
    """The model is left out: tools spell it differently."""
    return one is not None and (one.text, one.size_bytes) == (other.text, other.size_bytes)


class _looking:
    """Errors of the file system in the door's words."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, (FileNotFoundError, NotADirectoryError)):
            raise NotThere(f"{self._path}: not there") from None
        if isinstance(error, PermissionError):
            raise Denied(f"{self._path}: needs root") from None
        if isinstance(error, OSError):
            raise DoorError(f"{self._path}: {errno.errorcode.get(error.errno or 0, '')} {error.strerror}") from None


def _open_exclusive(path: str, identity: DiskIdentity) -> int:
    """O_EXCL on a block device fails while anything holds it: a mount, swap, md, dm (open(2), linux/block)."""
    flags = os.O_RDWR | os.O_EXCL | os.O_CLOEXEC
    for direct in (os.O_DIRECT, 0):  # a loop device over tmpfs refuses O_DIRECT
        try:
            return os.open(path, flags | direct)
        except OSError as error:
            if error.errno == errno.EINVAL and direct:
                continue
            if error.errno == errno.EBUSY:
                raise Fault("disk-busy", disk=identity.suffix) from None
            if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
                raise Fault("disk-read-only", disk=identity.suffix) from None
            raise Fault("disk-not-found", disk=identity.suffix, why=os.strerror(error.errno or 0)) from None
    raise Fault("disk-not-found", disk=identity.suffix)


def _open_to_read(path: str) -> int:
    for direct in (os.O_DIRECT, 0):  # tmpfs, and a loop device over it, refuse O_DIRECT
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC | direct)
        except OSError as error:
            if error.errno == errno.EINVAL and direct:
                continue
            if error.errno in (errno.EACCES, errno.EPERM):
                raise Fault("not-root") from None
            raise Fault("file-unreadable", path=path, why=os.strerror(error.errno or 0)) from None
    raise Fault("file-unreadable", path=path, why="O_DIRECT")


def _ioctl(fd: int, request: int, form: str) -> int:
    buffer = bytearray(struct.calcsize(form))
    fcntl.ioctl(fd, request, buffer)
    return int(struct.unpack(form, buffer)[0])


def _major_minor(path: str) -> str:
    number = Path(path).stat().st_rdev
    return f"{os.major(number)}:{os.minor(number)}"


def lies_on(number: str, devices: Collection[str], sys: Path = Path("/sys/dev/block")) -> bool:
    """A device-mapper device whose every slave is among these "major:minor" (Documentation/ABI/testing/sysfs-block).
    One that has another one as well, or none, is not."""
    under = [(slave / "dev").read_text().strip() for slave in sorted((sys / number / "slaves").glob("*"))]
    return bool(under) and all(each in devices for each in under)


def _major_minors(path: str) -> set[str]:
    """The disk's own number and those of its partitions."""
    name = PurePath(path).name
    parts = Path("/sys/block", name).glob(f"{name}*/dev")
    return {_major_minor(path)} | {p.read_text().strip() for p in parts}
