"""A bench around a virtual donated PC: the registry on the host, what stands on the guest's console, what its
journal says. The guest's word is read, never trusted: disks are judged from outside, in their files."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from iso.tools import Failed
from iso.virtual import Disk, Firmware, Machine
from iso.vm import VirtualPC
from tests.conftest import REPO

BOOT_S = 600.0
"""From power-on to our screens: two minutes under TCG on a quiet machine, four on a loaded one."""

START_S = 420.0
"""From power-on to the login of an installed system: 105 s under TCG, with another PC beside it."""

WORK_S = 1500.0
GUEST_HOST = "10.0.2.2"
"""Where QEMU's user network shows the host (QEMU system manual, "Using the user mode network stack")."""

CONSOLE = (
    "d=open('/dev/vcsa1','rb').read(4);"
    "t=open('/dev/vcsu1','rb').read().decode('utf-32-le','replace');"
    "print('\\n'.join(t[i:i+d[1]].rstrip() for i in range(0,len(t),d[1])))"
)
"""Lines of the first console, from the kernel (vcs(4)): what is drawn, whoever drew it."""


def regain(*argv: str, home: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "REGAIN_HOME": str(home)}
    command = [sys.executable, "-m", "agent", *argv]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=REPO, timeout=timeout)


@dataclass(frozen=True, slots=True)
class Registry:
    """The network's registry, on the host."""

    home: Path
    url: str
    port: int

    @property
    def database(self) -> str:
        return f"sqlite:///{self.home / 'registre.sqlite'}"

    def code(self) -> str:
        done = regain("registry", "enrol-code", "--workshop", "RC", "--db", self.database, "--json", home=self.home)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["code"])


@contextlib.contextmanager
def registry(home: Path, port: int) -> Iterator[Registry]:
    home.mkdir(parents=True, exist_ok=True)
    here = Registry(home, f"http://127.0.0.1:{port}", port)
    argv = [sys.executable, "-m", "agent", "registry", "serve", "--db", here.database, "--listen", f"127.0.0.1:{port}"]
    env = {**os.environ, "REGAIN_HOME": str(home)}
    with (home / "serve.log").open("wb") as log:
        server = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env, cwd=REPO)
        try:
            _until(lambda: _answers(here.url), 60, "the registry does not answer")
            yield here
        finally:
            server.terminate()
            server.wait(30)


class Hotspot:
    """The Wi-Fi of a hall between the PC and the registry: behind its ``portal`` every page is its own."""

    PAGE = b"<!DOCTYPE html><title>Wi-Fi de la mairie</title><p>Acceptez les conditions pour continuer."

    def __init__(self, registry: Registry) -> None:
        self.portal = False
        spot = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._send(*((200, "text/html", spot.PAGE) if spot.portal else self._pass_on(body)))

            do_PUT = do_POST = do_GET

            def _pass_on(self, body: bytes) -> tuple[int, str, bytes]:
                kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                asked = urllib.request.Request(registry.url + self.path, body or None, kept, method=self.command)
                try:
                    with urllib.request.urlopen(asked, timeout=30) as answer:
                        return answer.status, answer.headers.get_content_type(), answer.read()
                except urllib.error.HTTPError as refused:
                    return refused.code, refused.headers.get_content_type(), refused.read()

            def _send(self, status: int, kind: str, page: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *told: object) -> None:
                """Nothing: it would end between the lines of pytest."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    def __enter__(self) -> Hotspot:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def flat(text: str) -> str:
    """Sentences of a console without the ends of its lines; no-break spaces are spaces."""
    return " ".join(text.split())


def wait_words(console: Callable[[], str], *words: str, timeout_s: float) -> str:
    """The console's text as soon as all the words are on it. Raises Failed with what was there instead."""
    until = time.monotonic() + timeout_s
    while True:
        text = console()
        if all(word in flat(text) for word in words):
            return text
        if time.monotonic() > until:
            raise Failed(f"{words} not on the console within {timeout_s:g} s:\n{text}")
        time.sleep(2)


def payload_of(record: Path) -> dict[str, Any]:
    """What a signed record says, its signature not looked at."""
    part = record.read_text().split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def alone(machine: Machine, disk: Disk, firmware: Firmware) -> Machine:
    """The PC as its recipient has it: the installed disk and nothing else; it tells the serial line that it started.
    One processor: a start uses no second one, and without one QEMU has nothing to emulate side by side."""
    told = ("getty.ttys.serial=ttyS0", "regain.beacon=1")
    return replace(machine, firmware=firmware, disks=(disk,), boot=disk.serial, credentials=told, cores=1)


def starts_alone(pc: VirtualPC, photo: Path) -> None:
    """Until the installed system is at its login; photographed there, or where it stopped. Raises Failed with the
    registers of each processor: they tell a firmware or an emulator that stands still from a system that does."""
    try:
        pc.expect(r"(?s)(REGAIN-BOOT-OK \S+.*login:|login:.*REGAIN-BOOT-OK \S+)", START_S)
    except Failed as failed:
        if not pc.running:
            raise
        raise Failed(f"{failed}\n{photo}\n{pc.monitor('info registers -a')}") from failed
    finally:
        if pc.running:
            pc.screendump(photo)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/v1/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _until(true: Callable[[], bool], timeout_s: float, otherwise: str, *, every_s: float = 0.5) -> None:
    until = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > until:
            raise Failed(otherwise)
        time.sleep(every_s)


class Bench:
    """A started PC with our screens on its console and a root shell on its serial line."""

    def __init__(self, pc: VirtualPC) -> None:
        self.pc = pc
        self._at_prompt = False

    def shell(self, command: str, timeout_s: float = 120) -> str:
        """What a command prints. The first one waits for the prompt: what is typed before it is lost."""
        if not self._at_prompt:
            self.pc.expect(r"root@regain:~# ", 600)
            self._at_prompt = True
        return self.pc.shell(command, timeout_s)

    def console(self) -> str:
        return self.shell(f'python3 -c "{CONSOLE}"')

    def wait_console(self, *words: str, timeout_s: float = 180) -> str:
        """As ``wait_words``."""
        return wait_words(self.console, *words, timeout_s=timeout_s)

    def disks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.shell("regain disks --json 2>/dev/null", 300))
        return found

    def events(self, *kinds: str) -> list[Mapping[str, Any]]:
        """Of the newest journal, those of these kinds."""
        pattern = "|".join(f'"event":"{kind}"' for kind in kinds)
        text = self.shell(f"grep -hE '{pattern}' $(ls -t $REGAIN_HOME/journal/*.jsonl | head -1) || true")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def wait_event(self, kind: str, timeout_s: float = WORK_S) -> Mapping[str, Any]:
        until = time.monotonic() + timeout_s
        while not (found := self.events(kind)):
            if time.monotonic() > until:
                raise Failed(f"no {kind} within {timeout_s:g} s; console:\n{self.console()}")
            time.sleep(4)
        return found[-1]

    def enrol(self, registry: Registry, port: int | None = None) -> None:
        """``port``: of something on the host that stands before the registry."""
        url = f"http://{GUEST_HOST}:{port or registry.port}"
        self.shell(f"regain outbox enrol {url} --code {registry.code()} --name essai", 300)
        self.shell("systemctl restart regain", 60)

    def start_job(self, system: str, ends: Sequence[str]) -> None:
        """From the home screen to the wall, by keyboard: no label, the system's key, the end of each disk."""
        self.pc.keys("f6")
        text = self.wait_console("F1 Aide", timeout_s=60)
        until = time.monotonic() + 180
        while "· CHOIX" not in text and " CHOIX " not in text:
            if "MATÉRIEL" in text:  # a fact raised an alarm: it comes first, on purpose
                self.pc.keys("f2")
            if time.monotonic() > until:
                raise Failed(f"no choice:\n{text}")
            time.sleep(2)
            text = self.console()
        self.pc.type(system)
        text = self.wait_console("CONFIRMATION")
        for end in sorted(ends, key=text.index):  # asked for in the order in which they are shown
            self.pc.type(end)
            time.sleep(1)
        self.wait_console("exact" if len(ends) > 1 else ends[0])
        self.pc.keys("ret")

    def end_job(self, photo: Path | None = None) -> Mapping[str, Any]:
        """From the wall to the result, once the job is over and the wall offers it: the job's last event."""
        finished = self.wait_event("job_finished", WORK_S)
        self.wait_console("Voir le résultat")
        if photo is not None:
            self.pc.screendump(photo)
        self.pc.keys("f2")
        self.wait_console("RÉSULTAT", timeout_s=40)
        return finished

    def keep_on(self, stick: Disk) -> str:
        """A second stick is plugged in and F5 pressed: the console once the results are on it."""
        self.pc.plug(stick, "late")
        self.shell(f"until lsblk -dno SERIAL | grep -q {stick.serial}; do sleep 1; done; udevadm settle", 60)
        self.pc.keys("f5")
        text = self.wait_console("enregistré sur la clé")
        self.shell("set -a; . /run/regain/env; set +a")
        return text

    def switch_off(self) -> None:
        """O answers at once; where results would be lost it only moves there, and the card says so."""
        self.pc.keys("f10")
        text = self.wait_console("O Oui")
        self.pc.keys("o", *(["ret"] if "puis Entrée" in text else []))
        self.pc.wait_off(180)
