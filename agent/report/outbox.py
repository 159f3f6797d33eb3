"""Records waiting on the stick: one file each, in the folder that says where it stands.

``pending/<seq>-<report_id>.jws`` waits, ``sent/`` holds it with ``<…>.receipt.jws``, ``dead/`` with
``<…>.problem.json``. A signed file proves itself, so the folders can be copied, mailed and merged. What a target
answered so far is in ``delivery.json``, which may be lost without losing anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.model import strictjson
from agent.model.errors import Fault
from agent.model.report import Report, read_report
from agent.report.files import TMP_SUFFIX, free_bytes, move, read_bounded, stick_full, write_atomic
from agent.report.sign import (
    MAX_TOKEN,
    TYP_RECEIPT,
    TYP_REPORT,
    b64url_decode,
    peek,
    sha256_of,
    token_of,
    verify,
)

PENDING, SENT, DEAD = "pending", "sent", "dead"
STATES = (PENDING, SENT, DEAD)
MIN_FREE_BYTES = 50_000_000
JWS, RECEIPT, PROBLEM, DAMAGED = ".jws", ".receipt.jws", ".problem.json", ".damaged"
_NAME = re.compile(r"(?P<seq>\d{8,})-(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jws")

Keys = Mapping[str, Ed25519PublicKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record of the outbox. ``seq`` orders the sending; it is the chain's, told by the name of the file."""

    seq: int
    report_id: str
    state: str
    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def token(self) -> str:
        """Raises Fault file-unreadable, record-damaged, record-too-big."""
        return token_of(read_bounded(self.path, limit=MAX_TOKEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What an import or export did, by file name."""

    added: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)  # name -> error id


def open_report(token: str, keys: Keys | None = None) -> Report:
    """The report in a token; its signature is checked when one of these keys made it.

    Raises Fault record-damaged, record-bad-signature, record-too-big. An unknown key is no fault here: whoever
    knows the key checks (the registry, ``regain verify``).
    """
    header = peek(token)
    if keys and header.kid in keys:
        return read_report(verify(token, keys=keys, typ=TYP_REPORT))
    if header.typ != TYP_REPORT:
        raise Fault("record-damaged", part="type")
    return read_report(b64url_decode(token.split(".")[1], part="content"))


def file_name(report: Report) -> str:
    return f"{report.chain.seq:08d}-{report.report_id}{JWS}"


class Outbox:
    """The folder. ``keys`` are the public keys whose signatures this station can check (its own)."""

    def __init__(self, folder: Path | str, *, keys: Keys | None = None) -> None:
        self.folder = Path(folder)
        self.keys: Keys = keys or {}

    # -- reading ---------------------------------------------------------------------------------------------

    def entries(self, state: str) -> list[Entry]:
        """Records in that state, by ``seq`` and then by id."""
        return sorted(self._entries(state), key=lambda e: (e.seq, e.report_id))

    def _entries(self, state: str) -> Iterator[Entry]:
        for path in (self.folder / state).glob(f"*{JWS}"):
            if match := _NAME.fullmatch(path.name):
                yield Entry(seq=int(match["seq"]), report_id=match["id"], state=state, path=path)

    def pending(self) -> list[Entry]:
        return self.entries(PENDING)

    def problem(self, entry: Entry) -> Mapping[str, Any]:
        """Why a record is dead; empty when the note was lost."""
        return _read_json(self._beside(entry, PROBLEM)) if entry.state == DEAD else {}

    def receipt(self, entry: Entry) -> str | None:
        path = self._beside(entry, RECEIPT)
        return token_of(read_bounded(path, limit=MAX_TOKEN)) if path.is_file() else None

    def head(self, kid: str) -> tuple[int, str] | None:
        """``(seq, sha256)`` of the last record that this key signed, wherever it lies; None when there is none."""
        everything = sorted((e for s in STATES for e in self._entries(s)), key=lambda e: e.seq, reverse=True)
        for entry in everything:
            try:
                token = entry.token()
                if peek(token).kid == kid and open_report(token, self.keys).chain.seq == entry.seq:
                    return entry.seq, sha256_of(token)
            except Fault:
                continue  # told by verify and set aside by push; the head is then an older one
        return None

    # -- writing ---------------------------------------------------------------------------------------------

    def require_room(self, *, min_free_bytes: int = MIN_FREE_BYTES) -> None:
        """Raises Fault stick-full when a job's result might not fit."""
        if free_bytes(self.folder) < min_free_bytes:
            raise stick_full(self.folder, needed=min_free_bytes)

    def put(self, token: str) -> Entry:
        """Keep a signed record, on the medium when this returns. The same bytes twice are one record.

        Raises Fault stick-full (nothing half-written stays), record-damaged when other bytes have this id.
        """
        report = open_report(token, self.keys)
        name = file_name(report)
        for state in STATES:
            path = self.folder / state / name
            if path.is_file():
                entry = Entry(seq=report.chain.seq, report_id=report.report_id, state=state, path=path)
                if entry.token() != token:
                    raise Fault("record-damaged", part="twin", name=name)
                return entry
        path = self.folder / PENDING / name
        write_atomic(path, token.encode("ascii"))
        return Entry(seq=report.chain.seq, report_id=report.report_id, state=PENDING, path=path)

    def mark_sent(self, entry: Entry, receipt: str) -> Entry:
        """Receipt first, then the record moves: a cut between the two is completed by ``recover``."""
        write_atomic(self.folder / SENT / _stem(entry.name, RECEIPT), receipt.encode("ascii"))
        moved = self._moved(entry, SENT)
        self.forget_attempts(entry.report_id)
        return moved

    def mark_dead(self, entry: Entry, problem: Mapping[str, Any]) -> Entry:
        """Set aside with the reason; the others go on. It stays readable and can be sent again with ``revive``."""
        write_atomic(self.folder / DEAD / _stem(entry.name, PROBLEM), strictjson.dumps(dict(problem)))
        return self._moved(entry, DEAD)

    def revive(self, entry: Entry) -> Entry:
        """A dead record waits again, after whatever was wrong has been put right."""
        self._beside(entry, PROBLEM).unlink(missing_ok=True)  # first: a note and a waiting record mean a cut move
        return self._moved(entry, PENDING)

    def recover(self, *, registry: Keys | None = None) -> list[str]:
        """After a power cut: finish moves, take in complete ``*.tmp``, set torn ones aside. Names that were touched.

        On FAT and exFAT a rename is not atomic, so a temporary file may hold the only copy.
        """
        touched = []
        for draft in sorted((self.folder / PENDING).glob(f"*{TMP_SUFFIX}")):
            touched.append(self._take_draft(draft))
        for state in (SENT, DEAD):
            for draft in (self.folder / state).glob(f"*{TMP_SUFFIX}"):
                draft.unlink()  # a receipt or a note: it will be asked for again
        for entry in self.pending():
            receipt = self.folder / SENT / _stem(entry.name, RECEIPT)
            note = self.folder / DEAD / _stem(entry.name, PROBLEM)
            if receipt.is_file() and self._receipt_fits(entry, receipt, registry):
                touched.append(self._moved(entry, SENT).name)
            elif note.is_file():
                touched.append(self._moved(entry, DEAD).name)
        return touched

    def _take_draft(self, draft: Path) -> str:
        try:
            token = token_of(read_bounded(draft, limit=MAX_TOKEN))
            report = read_report(verify(token, keys=self.keys, typ=TYP_REPORT))
            name = file_name(report)
        except Fault:
            torn = self.folder / DEAD / (draft.name.removesuffix(TMP_SUFFIX) + DAMAGED)
            move(draft, torn)
            return torn.name
        if any((self.folder / state / name).is_file() for state in STATES):
            draft.unlink()
        else:
            move(draft, self.folder / PENDING / name)
        return name

    def _receipt_fits(self, entry: Entry, path: Path, registry: Keys | None) -> bool:
        """Without the registry's key the receipt is taken at its word about the hash: it was checked when written."""
        try:
            receipt = token_of(read_bounded(path, limit=MAX_TOKEN))
            if registry:
                payload = verify(receipt, keys=registry, typ=TYP_RECEIPT)
            else:
                payload = b64url_decode(receipt.split(".")[1], part="content") if receipt.count(".") == 2 else b""
            said = strictjson.loads(payload)
            return isinstance(said, dict) and said.get("sha256") == sha256_of(entry.token())
        except (Fault, strictjson.NotStrict):
            return False

    # -- attempts: a sidecar that can be lost ------------------------------------------------------------------

    def attempts(self, report_id: str, *, target: str = "registry") -> Mapping[str, Any]:
        """``{"tries": n, "error_id": …}`` of the deliveries tried so far; empty when there was none."""
        told = _read_json(self._sidecar).get(report_id, {})
        found = told.get(target, {}) if isinstance(told, dict) else {}
        return found if isinstance(found, dict) else {}

    def note_attempt(self, report_id: str, *, error_id: str, target: str = "registry") -> int:
        """One more try that failed; returns how many there were."""
        return self.note_attempts([report_id], error_id=error_id, target=target)

    def note_attempts(self, report_ids: Iterable[str], *, error_id: str, target: str = "registry") -> int:
        """One more try that failed for each of them, in one write; returns the most that any of them had."""
        notes, most = dict(_read_json(self._sidecar)), 0
        for report_id in report_ids:
            mine = dict(notes[report_id]) if isinstance(notes.get(report_id), dict) else {}
            before = mine.get(target)
            tries = int(before.get("tries", 0)) + 1 if isinstance(before, dict) else 1
            mine[target] = {"tries": tries, "error_id": error_id}
            notes[report_id] = mine
            most = max(most, tries)
        write_atomic(self._sidecar, strictjson.dumps(notes))
        return most

    def forget_attempts(self, report_id: str) -> None:
        notes = dict(_read_json(self._sidecar))
        if notes.pop(report_id, None) is not None:
            write_atomic(self._sidecar, strictjson.dumps(notes))

    # -- carrying by hand --------------------------------------------------------------------------------------

    def export(self, folder: Path) -> Carried:
        """Copy every record, receipt and note to another folder of the same shape. Copying twice is harmless."""
        added: list[str] = []
        known: list[str] = []
        refused: dict[str, str] = {}
        for source in self._carried_files():
            target = folder / source.relative_to(self.folder)
            if not target.is_file():
                write_atomic(target, source.read_bytes())
                added.append(source.name)
            elif target.read_bytes() == source.read_bytes():
                known.append(source.name)
            else:
                refused[source.name] = "record-damaged"
        return Carried(added=tuple(added), known=tuple(known), refused=refused)

    def take_in(self, folder: Path, *, registry: Keys | None = None) -> Carried:
        """Import records, and receipts that verify with the registry's key. Twice is harmless; nothing is replaced."""
        added: list[str] = []
        known: list[str] = []
        refused: dict[str, str] = {}
        for path in sorted(p for p in folder.rglob(f"*{JWS}") if not p.name.endswith(RECEIPT)):
            try:
                token = token_of(read_bounded(path, limit=MAX_TOKEN))
                name = file_name(open_report(token, self.keys))
                there = any((self.folder / state / name).is_file() for state in STATES)
                entry = self.put(token)
                self._take_receipt(entry, path, registry)
            except Fault as fault:
                refused[path.name] = fault.error_id
                continue
            (known if there else added).append(path.name)
        return Carried(added=tuple(added), known=tuple(known), refused=refused)

    def _take_receipt(self, entry: Entry, source: Path, registry: Keys | None) -> None:
        """A receipt beside an imported record closes it here too, if the registry that we trust signed it."""
        receipt = source.with_name(_stem(source.name, RECEIPT))
        if registry and entry.state == PENDING and receipt.is_file() and self._receipt_fits(entry, receipt, registry):
            self.mark_sent(entry, token_of(read_bounded(receipt, limit=MAX_TOKEN)))

    def _carried_files(self) -> Iterable[Path]:
        for state in STATES:
            for path in sorted((self.folder / state).glob("*")):
                if path.is_file() and path.name.endswith((JWS, PROBLEM)):
                    yield path

    # -- small helpers -----------------------------------------------------------------------------------------

    @property
    def _sidecar(self) -> Path:
        return self.folder / "delivery.json"

    def _beside(self, entry: Entry, suffix: str) -> Path:
        return entry.path.with_name(_stem(entry.name, suffix))

    def _moved(self, entry: Entry, state: str) -> Entry:
        target = self.folder / state / entry.name
        move(entry.path, target)
        return Entry(seq=entry.seq, report_id=entry.report_id, state=state, path=target)


def _stem(name: str, suffix: str) -> str:
    return name.removesuffix(JWS) + suffix


def _read_json(path: Path) -> Mapping[str, Any]:
    """A note that may be lost: missing or torn is empty."""
    try:
        value = strictjson.loads(path.read_bytes())
    except (OSError, strictjson.NotStrict):
        return {}
    return value if isinstance(value, dict) else {}
