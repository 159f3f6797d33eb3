"""The only place that starts processes: one ``run`` for tools, one ``Process`` for disk workers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import IO, Any

from agent.machine.door import Answer, Denied, ToolMissing, ToolTimedOut

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TO_DIE_S = 0.5
_TO_TELL_S = 0.5  # for one that is asked late: it may have waited for us, with its pipe full


def tool_environment() -> dict[str, str]:
    """What tools are started with: English messages that do not change, a path that has sbin, nothing of the user's."""
    kept = {k: v for k, v in os.environ.items() if k in ("HOME", "TMPDIR", "MIRROR", "SOURCE_DATE_EPOCH")}
    return {**kept, "PATH": _PATH, "LC_ALL": "C", "LANG": "C"}


def find_tool(name: str) -> str:
    """Where a program is. Raises ToolMissing."""
    import shutil

    found = shutil.which(name, path=_PATH)
    if found is None:
        raise ToolMissing(f"{name}: not installed")
    return found


def run_tool(
    argv: Sequence[str],
    *,
    timeout_s: float,
    stdin: bytes = b"",
    more_environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Answer:
    """Run one program to its end. Raises ToolMissing, Denied, ToolTimedOut (it is killed then)."""
    return Tool(argv, timeout_s=timeout_s, stdin=stdin, more_environment=more_environment, folder=folder).answer()


class Tool:
    """A program at work; its time runs from here. Raises ToolMissing, Denied."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        more_environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._argv, self._timeout_s, self._stdin = tuple(argv), timeout_s, stdin
        self._started = time.monotonic()
        try:
            self._process = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**tool_environment(), **(more_environment or {})},
                cwd=folder,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise ToolMissing(f"{argv[0]}: not installed") from None
        except PermissionError:
            raise Denied(f"{argv[0]}: needs root") from None

    def answer(self) -> Answer:
        """What it said, at its end. Raises ToolTimedOut (it is killed then)."""
        left_s = max(_TO_TELL_S, self._started + self._timeout_s - time.monotonic())
        try:
            stdout, stderr = self._process.communicate(self._stdin or None, timeout=left_s)
        except subprocess.TimeoutExpired:
            _end(self._process)
            raise ToolTimedOut(f"{self._argv[0]}: no answer within {self._timeout_s:g} s") from None
        except BaseException:
            _end(self._process)
            raise
        return Answer(
            argv=self._argv,
            exit_status=self._process.returncode,
            stdout=stdout,
            stderr=stderr,
            seconds=time.monotonic() - self._started,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a tool and all that it started; what waits for a dying drive inside the kernel cannot die and is left."""
    pipes = [pipe for pipe in (process.stdin, process.stdout, process.stderr) if pipe is not None]
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pid in _writers({os.fstat(pipe.fileno()).st_ino for pipe in pipes if not pipe.closed}):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_TO_DIE_S)
    for pipe in pipes:
        with contextlib.suppress(OSError):
            pipe.close()


def _writers(pipes: Set[int]) -> list[int]:
    """Processes, ourselves apart, that can still write into these pipes (inode numbers): a tool's child that made
    itself a session of its own belongs to no group of ours, but it holds the pipe (proc(5), fd and fdinfo)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended, or it is somebody else's
            if int(folder.name) != os.getpid() and any(_writes(fd, pipes) for fd in (folder / "fd").iterdir()):
                found.append(int(folder.name))
    return found


def _writes(fd: Path, pipes: Set[int]) -> bool:
    info = fd.stat()
    if not stat.S_ISFIFO(info.st_mode) or info.st_ino not in pipes:
        return False
    told = (fd.parent.parent / "fdinfo" / fd.name).read_text().splitlines()
    flags = next(line.split()[1] for line in told if line.startswith("flags:"))
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY


class Process:
    """A Python worker with a disk's descriptor, talking JSON lines (the ``Worker`` of the door).

    A line it prints that is not JSON is a fault of ours: it is kept with the standard error.
    """

    def __init__(self, module: str, spec: Mapping[str, Any], *, fd: int) -> None:
        self._tail: deque[str] = deque(maxlen=60)
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(fd,),
            # a Ctrl+C at the terminal is for the screen to answer, never for a worker in mid-write
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._drain, args=(self._process.stderr,), daemon=True)
        self._reader.start()
        self.send(spec)

    def _drain(self, stream: IO[bytes] | None) -> None:
        for line in stream or ():
            self._tail.append(line.decode("utf-8", "replace").rstrip())

    @property
    def pid(self) -> int:
        return self._process.pid

    def messages(self) -> Iterator[Mapping[str, Any]]:
        for line in self._process.stdout or ():
            try:
                message = json.loads(line)
            except ValueError:
                message = None
            if isinstance(message, dict):
                yield message
            else:  # cut in mid-line by a kill, or a stray print
                self._tail.append(line.decode("utf-8", "replace").rstrip())

    def send(self, message: Mapping[str, Any]) -> None:
        """Give the worker one message; a worker that has ended no longer listens, which is not an error."""
        with self._lock:
            pipe = self._process.stdin
            if pipe is None or self._process.poll() is not None:
                return
            try:
                pipe.write(json.dumps(message).encode() + b"\n")
                pipe.flush()
            except BrokenPipeError:
                self._tail.append("the worker closed its input")

    def kill(self) -> None:
        self._process.kill()

    def wait(self) -> int:
        status = self._process.wait()
        self._reader.join(timeout=2)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    self._tail.append("the worker closed its input")
        return status

    @property
    def errors(self) -> str:
        return "\n".join(self._tail)
