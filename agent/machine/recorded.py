"""A PC replayed from a folder that ``regain record`` wrote, or that was put together in the same layout.

``machine.json`` names the PC and maps command lines to their answers; ``files/`` mirrors the absolute paths that
were read. A command or a file that is not in the folder is an error, never a guess. Nothing can be opened here.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from agent.machine.clocks import RealClock
from agent.machine.door import (
    Answer,
    Clock,
    Denied,
    DoorError,
    NotThere,
    OpenDisk,
    ToolMissing,
    ToolTimedOut,
)
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.warrant import Action, Warrant

CARD = "machine.json"
FILES = "files"

_ERRORS: Mapping[str, type[DoorError]] = {
    "missing": ToolMissing,
    "timeout": ToolTimedOut,
    "denied": Denied,
    "failed": DoorError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineCard:
    """What a list of recorded PCs shows of one: the title is for people, one per language."""

    name: str
    title: Mapping[str, str]
    path: Path
    source: str = ""
    recorded: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    exit_status: int = 0
    stdout: Path | None = None
    stderr: Path | None = None
    seconds: float = 0.0
    error: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Tree:
    """Every path the recording knows, folders included; folders are those that hold something or are named."""

    nodes: frozenset[str] = frozenset()
    by_depth: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Sequence[str]) -> _Tree:
        nodes = {str(folder) for path in paths for folder in (PurePosixPath(path), *PurePosixPath(path).parents)}
        by_depth: dict[int, list[str]] = {}
        for node in sorted(nodes):
            by_depth.setdefault(node.count("/"), []).append(node)
        return cls(frozenset(nodes), {depth: tuple(found) for depth, found in by_depth.items()})

    def match(self, pattern: str) -> list[str]:
        """As glob does: a star stays inside one name and does not match a leading dot."""
        wanted = pattern.strip("/").split("/")
        tests = [re.compile(fnmatch.translate(part)) for part in wanted]
        hidden = [part.startswith(".") for part in wanted]
        found = []
        for node in self.by_depth.get(len(tests), ()):
            names = node.strip("/").split("/")
            pairs = zip(tests, names, hidden, strict=True)
            if node != "/" and all(test.match(name) and (dot or not name.startswith(".")) for test, name, dot in pairs):
                found.append(node)
        return found


class RecordedMachine:
    """One folder as a Machine: reading only, and only what was recorded."""

    exercise = True

    def __init__(self, directory: Path) -> None:
        self.directory = Path(directory)
        card = _load(self.directory)
        self.name = str(card.get("name") or self.directory.name)
        self.clock: Clock = RealClock()
        self._root = bool(card.get("root", True))
        self._replies = {tuple(c["argv"]): self._reply(c) for c in card.get("commands", ())}
        self._links: Mapping[str, str] = card.get("links", {})
        self._unreadable: Mapping[str, str] = card.get("unreadable", {})
        self._identities: Mapping[str, str] = card.get("file_identities", {})
        folder = self.directory / FILES
        files = ["/" + path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        named = [*self._links, *self._unreadable, *self._identities, *card.get("dirs", ())]
        self._tree = _Tree.of([*files, *named, "/"])
        self._files = frozenset(files)

    def _reply(self, entry: Mapping[str, Any]) -> _Reply:
        def stream(name: str) -> Path | None:
            return self.directory / entry[name] if entry.get(name) else None

        return _Reply(
            exit_status=int(entry.get("exit_status", 0)),
            stdout=stream("stdout"),
            stderr=stream("stderr"),
            seconds=float(entry.get("seconds", 0.0)),
            error=entry.get("error"),
            reason=str(entry.get("reason", "")),
        )

    def is_root(self) -> bool:
        return self._root

    def has_firmware(self, path: str) -> bool:
        return False

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        line = " ".join(argv)
        reply = self._replies.get(tuple(argv))
        if reply is None:
            raise ToolMissing(f"{self.name}: the recording has no answer for: {line}")
        if reply.error is not None:
            raise _ERRORS.get(reply.error, DoorError)(reply.reason or f"{argv[0]}: {reply.error}")
        return Answer(
            argv=tuple(argv),
            exit_status=reply.exit_status,
            stdout=self._bytes(reply.stdout),
            stderr=self._bytes(reply.stderr),
            seconds=reply.seconds,
        )

    def _bytes(self, path: Path | None) -> bytes:
        if path is None:
            return b""
        if not path.is_file():
            raise Fault("recording-lacks", machine=self.name, what=path.relative_to(self.directory).as_posix())
        return path.read_bytes()

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        if path in self._unreadable:
            reason = self._unreadable[path]
            raise (Denied if "needs root" in reason else DoorError)(reason)
        if path not in self._files:
            raise NotThere(f"{path}: not there")
        with open(self.directory / FILES / path.lstrip("/"), "rb") as file:
            return file.read(limit)

    def glob(self, pattern: str) -> list[str]:
        return self._tree.match(pattern)

    def exists(self, path: str) -> bool:
        return (path.rstrip("/") or "/") in self._tree.nodes

    def link(self, path: str) -> str:
        if path not in self._links:
            raise NotThere(f"{path}: not there")
        return self._links[path]

    def file_identity(self, path: str) -> str:
        if path not in self._identities:
            raise NotThere(f"{path}: not there")
        return self._identities[path]

    def open_disk(self, identity: DiskIdentity, warrant: Warrant | None, action: Action) -> OpenDisk:
        """A recording has no disks to open. Raises Fault "not-live", always."""
        raise Fault("not-live", machine=self.name, disk=identity.suffix)


def _load(directory: Path) -> Mapping[str, Any]:
    path = directory / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Fault("machine-unknown", name=str(directory), known="-") from None
    except (OSError, ValueError) as error:
        raise Fault("data-damaged", file=str(path), reason=str(error)) from None
    if not isinstance(card, dict) or not all(isinstance(c, dict) and c.get("argv") for c in card.get("commands", ())):
        raise Fault("data-damaged", file=str(path), reason="commands")
    return card


def describe(directory: Path) -> MachineCard:
    """The card of one recorded PC. Raises Fault machine-unknown, data-damaged."""
    card = _load(directory)
    title = card.get("title") if isinstance(card.get("title"), dict) else {}
    return MachineCard(
        name=str(card.get("name") or directory.name),
        title=title or {"fr": directory.name, "en": directory.name},
        path=directory,
        source=str(card.get("source", "")),
        recorded=str(card.get("recorded", "")),
        notes=str(card.get("notes", "")),
    )


def list_machines(folder: Path) -> list[MachineCard]:
    """The recorded PCs in a folder, by name; an empty list where there is no such folder."""
    if not folder.is_dir():
        return []
    return [describe(path.parent) for path in sorted(folder.glob(f"*/{CARD}"))]


def find_machine(name_or_dir: str, folder: Path) -> Path:
    """A recorded PC by the path of its folder or by its name in ``folder``. Raises Fault machine-unknown."""
    for candidate in (Path(name_or_dir), folder / name_or_dir):
        if (candidate / CARD).is_file():
            return candidate
    names = [path.parent.name for path in sorted(folder.glob(f"*/{CARD}"))] if folder.is_dir() else []
    raise Fault("machine-unknown", name=name_or_dir, known=", ".join(names) or "-")
