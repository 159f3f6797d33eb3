"""``make vm``, and what tests drive: the stick on a virtual donated PC.

    with VirtualPC(machine) as pc:
        pc.expect(r"root@regain:\\S*# ", 600)  # the shell of the serial line
        pc.wait_screens()
        pc.shell("regain disks")
        pc.keys("f6")
        pc.screendump(Path("sans-etiquette.png"))
        pc.powercut()

Serial line on a socket (and in ``serial.log``), keys and photographs through QMP. The disks are plain files:
after the machine is off, a test reads them from outside.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agent.tui.theme import PALETTE
from iso import photo
from iso.tools import Failed
from iso.virtual import Disk, Machine, blockdev, firmware_files, keys_of, qemu_argv, swtpm_argv

_TYPING_S = 0.02
"""Between two characters on the serial line: an emulated UART drops what comes faster than it is read."""

_QUIET_SHELL = "stty -echo cols 500; PS1=; PS2=; bind 'set enable-bracketed-paste off'; TERM=dumb"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\([AB0]")
_LEAST_INK = 0.01
"""Of a screen with words on it; one that was only cleared has none."""


class VirtualPC:
    """One power-on of a machine. Its folder keeps firmware variables and TPM state from one power-on to the next."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._processes: list[subprocess.Popen[bytes]] = []
        self._serial: socket.socket | None = None
        self._qmp: _Qmp | None = None
        self._heard = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._shell_is_quiet = False
        self.started = 0.0

    # -- power -----------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Power on. Raises Failed when QEMU or the TPM does not start."""
        machine = self.machine
        machine.folder.mkdir(parents=True, exist_ok=True)
        for name in ("serial.sock", "qmp.sock", "tpm.sock"):
            machine.place(name).unlink(missing_ok=True)
        files = firmware_files(machine.firmware)
        if files and not machine.place("vars.fd").exists():
            shutil.copyfile(files[1], machine.place("vars.fd"))
        try:
            if machine.tpm:
                machine.place("tpm").mkdir(exist_ok=True)
                self._launch(swtpm_argv(machine), "tpm.log", "tpm.sock")
            self._launch(qemu_argv(machine), "qemu.log", "qmp.sock")
            self.started = time.monotonic()
            self._serial = _connect(machine.place("serial.sock"))
            self._qmp = _Qmp(_connect(machine.place("qmp.sock")))
        except BaseException:
            self.powercut()
            raise
        return self

    def _launch(self, argv: list[str], log: str, ready: str) -> None:
        """Start a program and wait until its socket is there. It ends when we do, however we end (setpriv(1))."""
        with self.machine.place(log).open("wb") as output:
            bound = ["setpriv", "--pdeathsig", "KILL", "--", *argv]
            process = subprocess.Popen(bound, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        self._processes.append(process)
        until = time.monotonic() + 20
        while not self.machine.place(ready).exists():
            if process.poll() is not None or time.monotonic() > until:
                raise Failed(f"{argv[0]}: {self.machine.place(log).read_text(errors='replace').strip()[-400:]}")
            time.sleep(0.05)

    @property
    def running(self) -> bool:
        return bool(self._processes) and self._processes[-1].poll() is None

    def powercut(self) -> None:
        """The plug is pulled: SIGKILL, nothing is flushed."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.kill()
            process.wait()
        self._processes.clear()
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    def wait_off(self, timeout_s: float) -> None:
        """Until the guest has switched itself off. Raises Failed."""
        try:
            self._processes[-1].wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise Failed(f"still on after {timeout_s:g} s") from None

    def seconds(self) -> float:
        """Since power-on."""
        return time.monotonic() - self.started

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.powercut()

    # -- serial line -----------------------------------------------------------------------------------------

    def expect(self, pattern: str, timeout_s: float = 120) -> re.Match[str]:
        """Read the serial line until the pattern is there; what it matched and what came before is then used up.
        Raises Failed with the last words heard."""
        until = time.monotonic() + timeout_s
        while not (found := re.search(pattern, self._heard)):
            if time.monotonic() > until:
                raise Failed(f"{pattern!r} not heard within {timeout_s:g} s; last: {self._heard[-600:]!r}")
            self._hear()
        self._heard = self._heard[found.end() :]
        return found

    def _hear(self) -> None:
        if self._serial is None:
            raise Failed("the PC is off")
        self._serial.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            heard = self._serial.recv(65536)
            if not heard:
                raise Failed(f"the PC went off; last: {self._heard[-600:]!r}")
            # colours and cursor movements are for terminals; one may still be cut in two here
            self._heard = _ESCAPES.sub("", self._heard + self._decode(heard))

    def say(self, text: str) -> None:
        """Characters on the serial line."""
        if self._serial is None:
            raise Failed("the PC is off")
        for letter in text:
            self._serial.sendall(letter.encode())
            time.sleep(_TYPING_S)

    def shell(self, command: str, timeout_s: float = 60) -> str:
        """What a command prints in the root shell of the serial line. Raises Failed for another exit status than 0."""
        if not self._shell_is_quiet:
            self._command(_QUIET_SHELL, timeout_s)
            self._shell_is_quiet = True
        status, output = self._command(command, timeout_s)
        if status:
            raise Failed(f"{command}: exit {status}: {output[-400:]}")
        return output

    def _command(self, command: str, timeout_s: float) -> tuple[int, str]:
        number = time.monotonic_ns() % 10**9
        self.say(f"{command}; echo fin''{number}=$?\n")  # the quotes: an echo of the line itself is not the end
        found = self.expect(rf"(?s)(.*?)fin{number}=(\d+)\s*\n", timeout_s)
        return int(found[2]), found[1].replace("\r", "").strip("\n")

    # -- keyboard and screen ---------------------------------------------------------------------------------

    def keys(self, *names: str, pause_s: float = 0.15) -> None:
        """Keys by QMP name (``ret``, ``f6``, ``shift-7``), by position on a US keyboard."""
        for name in names:
            self.monitor(f"sendkey {name}")
            time.sleep(pause_s)

    def type(self, text: str, layout: str = "fr") -> None:
        self.keys(*keys_of(text, layout))

    def screendump(self, path: Path) -> Path:
        """A photograph of the console, PNG."""
        self.qmp("screendump", filename=str(path.resolve()), format="png")
        return path

    def look(self) -> photo.Look:
        """What is on the console now, for a test without eyes."""
        picture = self.machine.place("console.ppm")
        self.qmp("screendump", filename=str(picture))
        return photo.look(picture.read_bytes())

    def wait_screens(self, timeout_s: float = 300) -> float:
        """Until our screens are drawn (their background is ours alone); the seconds since power-on."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            seen = self.look()
            if seen.background == PALETTE[0].lower() and seen.ink > _LEAST_INK:
                return self.seconds()
            time.sleep(0.5)
        raise Failed(f"no screen of ours within {timeout_s:g} s")

    # -- the monitor -----------------------------------------------------------------------------------------

    def plug(self, stick: Disk, name: str) -> None:
        """A USB stick is plugged in while the PC runs."""
        self.qmp("blockdev-add", **json.loads(blockdev(stick, name)[1]))
        self.qmp("device_add", driver="usb-storage", id=name, drive=name, serial=stick.serial, removable=True)

    def monitor(self, line: str) -> str:
        """A line of the human monitor, for instance ``device_del`` of a disk that is pulled out."""
        return str(self.qmp("human-monitor-command", **{"command-line": line}))

    def qmp(self, command: str, **arguments: Any) -> Any:
        if self._qmp is None:
            raise Failed("the PC is off")
        return self._qmp(command, arguments)


class _Qmp:
    """QEMU Machine Protocol: one JSON document a line, events in between (docs/interop/qmp-spec)."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(60)
        self._lines = connection.makefile("rw", encoding="utf-8")
        self._lines.readline()  # the greeting
        self("qmp_capabilities", {})

    def __call__(self, command: str, arguments: dict[str, Any]) -> Any:
        self._lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._lines.flush()
        while line := self._lines.readline():
            answer = json.loads(line)
            if "error" in answer:
                raise Failed(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise Failed(f"{command}: the PC is off")


def _connect(path: Path) -> socket.socket:
    until = time.monotonic() + 20
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return connection
