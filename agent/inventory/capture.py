"""``regain record``: this PC as a folder that RecordedMachine replays.

The list of what to record cannot drift from the probes: ``collect`` runs through a machine that writes down all it
was asked. What may never be stored (ELIGIBILITY design, 1.6) is taken out before anything touches the disk.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.inventory import scrub
from agent.inventory.collect import collect
from agent.inventory.redact import Redactor
from agent.machine.door import Answer, Clock, Denied, DoorError, Machine, NotThere, OpenDisk, ToolMissing, ToolTimedOut
from agent.model.errors import Fault
from agent.model.facts import known
from agent.model.identity import DiskIdentity
from agent.model.inventory import Inventory
from agent.model.warrant import Action, Warrant

_NAMES: Sequence[tuple[type[DoorError], str]] = (
    (ToolMissing, "missing"),
    (ToolTimedOut, "timeout"),
    (Denied, "denied"),
    (DoorError, "failed"),
)


@dataclass(slots=True)
class Heard:
    """Everything that was asked of a machine, and what it answered."""

    runs: dict[tuple[str, ...], Answer | DoorError] = field(default_factory=dict)
    files: dict[str, bytes | DoorError] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)


class SpyMachine:
    """A machine in front of another one that remembers every question and answer. It opens nothing."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lock = threading.Lock()
        self.heard = Heard()
        self.name = machine.name
        self.exercise = machine.exercise
        self.clock: Clock = machine.clock

    def is_root(self) -> bool:
        return self._machine.is_root()

    def has_firmware(self, path: str) -> bool:
        return self._machine.has_firmware(path)

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        try:
            answer = self._machine.run(argv, timeout_s=timeout_s, stdin=stdin)
        except DoorError as error:
            with self._lock:
                self.heard.runs[tuple(argv)] = error
            raise
        with self._lock:
            self.heard.runs[tuple(argv)] = answer
        return answer

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        try:
            data = self._machine.read(path, limit=limit)
        except NotThere:
            raise
        except DoorError as error:
            with self._lock:
                self.heard.files[path] = error
            raise
        with self._lock:
            self.heard.files[path] = data
        return data

    def glob(self, pattern: str) -> list[str]:
        found = self._machine.glob(pattern)
        with self._lock:
            self.heard.there.update(found)
        return found

    def exists(self, path: str) -> bool:
        found = self._machine.exists(path)
        if found:
            with self._lock:
                self.heard.there.add(path)
        return found

    def link(self, path: str) -> str:
        target = self._machine.link(path)
        with self._lock:
            self.heard.links[path] = target
        return target

    def file_identity(self, path: str) -> str:
        identity = self._machine.file_identity(path)
        with self._lock:
            self.heard.identities[path] = identity
        return identity

    def open_disk(self, identity: DiskIdentity, warrant: Warrant | None, action: Action) -> OpenDisk:
        """A recording opens no disk. Raises Fault "not-live", always."""
        raise Fault("not-live", machine=self.name, disk=identity.suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What ``record`` wrote."""

    directory: Path
    commands: int
    files: int
    size_bytes: int
    replaced: int  # identifiers replaced by --redact
    inventory: Inventory


def record(machine: Machine, directory: Path, *, redact: bool) -> Recorded:
    """Write this PC into ``directory``, which must be new or empty. Raises Fault "file-unreadable" otherwise."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Fault("file-unreadable", path=str(directory), why="not empty", error="not empty")
    spy = SpyMachine(machine)
    inventory = collect(spy)
    heard = _scrubbed(spy.heard)
    redactor = Redactor.of(heard.runs, heard.files, heard.links, heard.identities) if redact else Redactor({})
    try:
        files = _write(heard, directory, redactor, card=_card(spy, inventory, directory, redacted=redact))
    except OSError as error:
        raise Fault("file-unreadable", path=str(directory), why=str(error), error=str(error)) from None
    return Recorded(
        directory=directory,
        commands=len(heard.runs),
        files=files,
        size_bytes=sum(p.stat().st_size for p in directory.rglob("*") if p.is_file()),
        replaced=len(redactor.substitutes),
        inventory=inventory,
    )


def _scrubbed(heard: Heard) -> Heard:
    """Without what may never be stored: keys, kernel log, boot options, names of people in mount points."""
    runs: dict[tuple[str, ...], Answer | DoorError] = {}
    for argv, answer in heard.runs.items():
        runs[argv] = scrub.answer(answer) if isinstance(answer, Answer) else answer
    files = {
        path: scrub.file(path, data) if isinstance(data, bytes) else data
        for path, data in heard.files.items()
        if not isinstance(data, NotThere)
    }
    return Heard(runs=runs, files=files, there=heard.there, links=heard.links, identities=heard.identities)


def _card(spy: SpyMachine, inventory: Inventory, directory: Path, *, redacted: bool) -> dict[str, Any]:
    model = known(inventory.system.model_name) or directory.name
    return {
        "name": directory.name,
        "title": {"fr": model, "en": model},
        "source": "regain record",
        "recorded": spy.clock.utc()[:10],
        "notes": "redacted" if redacted else "",
        "root": spy.is_root(),
    }


def _write(heard: Heard, directory: Path, redactor: Redactor, *, card: dict[str, Any]) -> int:
    """The folder itself; returns how many files of the PC it holds."""
    (directory / "out").mkdir(parents=True, exist_ok=True)
    names: set[str] = set()
    commands = [_command(argv, answer, directory, redactor, names) for argv, answer in sorted(heard.runs.items())]
    unreadable: dict[str, str] = {}
    written = 0
    for path, data in sorted(heard.files.items()):
        if isinstance(data, DoorError):
            unreadable[path] = "needs root" if isinstance(data, Denied) else "could not be read"
            continue
        target = directory / "files" / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(redactor.data(data))
        written += 1
    held = set(heard.files) | set(heard.links)
    dirs = sorted(p for p in heard.there if not any(h == p or h.startswith(f"{p}/") for h in held))
    card |= {
        "commands": commands,
        "links": dict(sorted(heard.links.items())),
        "dirs": dirs,
        "unreadable": unreadable,
        "file_identities": dict(sorted(heard.identities.items())),
    }
    text = json.dumps(card, ensure_ascii=False, indent=1) + "\n"
    (directory / "machine.json").write_text(redactor.text(text), encoding="utf-8")
    return written


def _command(
    argv: tuple[str, ...], answer: Answer | DoorError, directory: Path, redactor: Redactor, names: set[str]
) -> dict[str, Any]:
    if isinstance(answer, DoorError):
        return {"argv": list(argv), "error": next(name for kind, name in _NAMES if isinstance(answer, kind))}
    name = _free_name(argv, names)
    entry: dict[str, Any] = {"argv": list(argv), "exit_status": answer.exit_status}
    streams: Sequence[tuple[str, bytes, Callable[[bytes], bytes]]] = (
        ("stdout", answer.stdout, lambda data: redactor.output(argv, data)),
        ("stderr", answer.stderr, redactor.data),
    )
    for stream, data, made in streams:
        if data:
            path = f"out/{name}.{'txt' if stream == 'stdout' else 'stderr'}"
            (directory / path).write_bytes(made(data))
            entry[stream] = path
    return {**entry, "seconds": round(answer.seconds, 3)}


def _free_name(argv: tuple[str, ...], names: set[str]) -> str:
    base = "-".join(re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-") for word in argv if len(word) < 40).strip("-")
    name, number = base, 2
    while name in names:
        name, number = f"{base}-{number}", number + 1
    names.add(name)
    return name
