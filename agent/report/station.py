"""One station: its key, its place in the chain, its counters, its outbox and the registry it trusts. A folder.

``station.json`` is replaced atomically; when it is lost, the chain's head comes back from the outbox. The outbox is
written first and the head after it, so that a power cut between the two costs nothing. Certificate numbers are
reserved before they are used: a cut may leave a hole in them, never the same number twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.model import strictjson
from agent.model.errors import Fault
from agent.model.report import ChainLink, Report
from agent.model.tag import Tag, make_tag
from agent.report import keys as key_files
from agent.report.build import certificate_number
from agent.report.files import read_bounded, write_atomic
from agent.report.outbox import STATES, Entry, Outbox, open_report
from agent.report.sign import TYP_REPORT, SigningKey, from_jwk, peek, sha256_of, sign

STATION_FILE, KEY_FILE, OUTBOX, PUBLIC_KEYS = "station.json", "key.json", "outbox", "cles-publiques.json"
NO_WORKSHOP = "XX"
"""Letters of a station that no registry has enrolled: the X stands for nobody."""
_NUMBER = re.compile(r"(?:EX-)?\d{4}-(?P<workshop>[A-Z]{2})-(?P<stick>\d\d)(?P<counter>\d{4,})")


class _Note(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class RegistryNote(_Note):
    """The registry this station was enrolled with; ``jwk`` is pinned and independent of TLS."""

    url: str
    instance: str
    jwk: dict[str, str]


class TagRange(_Note):
    """Numbers for PCs without a sticker, ours alone; ``next`` is the first free one."""

    workshop: str
    first: int
    last: int
    next: int


class Head(_Note):
    kid: str
    seq: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StationNote(_Note):
    format: Literal["regain-station/1"] = "regain-station/1"
    workshop: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = NO_WORKSHOP
    stick_number: Annotated[int, Field(ge=0, le=99)] = 0
    label: str = ""
    certificates: Annotated[int, Field(ge=0)] = 0
    head: Head | None = None
    registry: RegistryNote | None = None
    tags: TagRange | None = None
    last_trusted_utc: str | None = None
    min_free_bytes: Annotated[int, Field(ge=0)] = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A record that is signed and on the medium."""

    report: Report
    token: str
    sha256: str
    entry: Entry


class Station:
    """See the module. ``key`` is unlocked: a station that cannot sign is not opened."""

    def __init__(self, folder: Path, *, key: SigningKey, note: StationNote) -> None:
        self.folder = folder
        self.key = key
        self.note = note
        self.outbox = Outbox(folder / OUTBOX, keys={key.kid: key.public})

    # -- opening ---------------------------------------------------------------------------------------------

    @classmethod
    def create(
        cls, folder: Path, *, pin: str | None, policy: str = "", exercise: bool = False, label: str = ""
    ) -> Station:
        """A new station with a key of its own. Raises FileExistsError where there is a key already."""
        key = key_files.create(folder / KEY_FILE, pin=pin, policy=policy, exercise=exercise)
        station = cls(folder, key=key, note=StationNote(label=label))
        station._write(station.note)
        station.publish_keys(folder)
        return station

    @classmethod
    def open(cls, folder: Path, *, pin: str | None = None) -> Station:
        """The station in this folder, its outbox put in order after a cut.

        Raises Fault key-locked, file-unreadable, record-damaged.
        """
        key = key_files.unlock(key_files.load(folder / KEY_FILE), pin=pin)
        remembered = (folder / STATION_FILE).is_file()
        station = cls(folder, key=key, note=_read_note(folder / STATION_FILE))
        station.outbox.recover(registry=station.registry_keys())
        if not remembered:
            station._write(station._rebuilt())
        found = station.outbox.head(key.kid)
        head = station._own_head()
        if found is not None and found[0] > (head.seq if head else 0):
            station._write(station.note.model_copy(update={"head": Head(kid=key.kid, seq=found[0], sha256=found[1])}))
        return station

    @classmethod
    def open_or_create(
        cls, folder: Path, *, pin: str | None = None, policy: str = "", exercise: bool = False
    ) -> Station:
        if (folder / KEY_FILE).is_file():
            return cls.open(folder, pin=pin)
        return cls.create(folder, pin=pin, policy=policy, exercise=exercise)

    # -- signing ---------------------------------------------------------------------------------------------

    @property
    def exercise(self) -> bool:
        return self.key.exercise

    @property
    def workshop(self) -> str:
        return self.note.workshop

    def ready(self) -> None:
        """Raises Fault stick-full when the result of a job might not fit."""
        self.outbox.require_room(min_free_bytes=self.note.min_free_bytes)

    def next_link(self) -> ChainLink:
        """Where the next record stands in the chain of this key."""
        head = self._own_head()
        if head is None:
            return ChainLink(kid=self.key.kid, seq=1)
        return ChainLink(kid=self.key.kid, seq=head.seq + 1, prev_sha256=head.sha256)

    def take_number(self, *, year: int) -> str:
        """The next certificate number; it is spent on the medium before it is returned."""
        counter = self.note.certificates + 1
        self._write(self.note.model_copy(update={"certificates": counter}))
        return certificate_number(
            year=year, workshop=self.workshop, stick=self.note.stick_number, counter=counter, exercise=self.exercise
        )

    def take_tag(self) -> Tag:
        """A tag of this stick's own range, for a PC without a sticker. Raises Fault not-enrolled when there is none."""
        tags = self.note.tags
        if tags is None or tags.next > tags.last:
            raise Fault("not-enrolled", kid=self.key.kid)
        self._write(self.note.model_copy(update={"tags": tags.model_copy(update={"next": tags.next + 1})}))
        return make_tag(tags.workshop, tags.next)

    def publish(self, make: Callable[[ChainLink], Report]) -> Published:
        """Sign what ``make`` builds for the next link, keep it in the outbox, move the head.

        Raises Fault stick-full, record-too-big; ValueError when the report names another place in the chain.
        """
        link = self.next_link()
        report = make(link)
        if report.chain != link:
            raise ValueError("the report is not for this link")
        token = sign(report.to_bytes(), key=self.key, typ=TYP_REPORT)
        entry = self.outbox.put(token)
        head = Head(kid=self.key.kid, seq=link.seq, sha256=sha256_of(token))
        self._write(self.note.model_copy(update={"head": head}))
        return Published(report=report, token=token, sha256=head.sha256, entry=entry)

    def publish_keys(self, folder: Path) -> Path:
        """Write the public keys beside the outputs: with them anyone checks these offline, with OpenSSL too."""
        path = publish_keys(folder, {self.key.kid: self.key.public, **self.registry_keys()})
        write_atomic(folder / pem_name(self.key.kid), key_files.pem(self.key.public))
        return path

    # -- registry --------------------------------------------------------------------------------------------

    def registry_keys(self) -> dict[str, Ed25519PublicKey]:
        """The pinned key by ``kid``; empty before enrolment."""
        return dict([from_jwk(self.note.registry.jwk)]) if self.note.registry else {}

    def enrolled(self, answer: Mapping[str, Any], *, url: str) -> None:
        """Keep what the registry said at enrolment. Raises Fault registry-wrong when it does not hold together."""
        try:
            if answer["kid"] != self.key.kid:
                raise ValueError("another key was enrolled")
            kid, _ = from_jwk(answer["registry_jwk"])
            registry = RegistryNote(url=url, instance=str(answer.get("instance", kid)), jwk=answer["registry_jwk"])
            told = answer.get("tag_range")
            tags = TagRange(**{k: told[k] for k in ("workshop", "first", "last")}, next=told["first"]) if told else None
            changed = self.note.model_dump() | {
                "workshop": answer["workshop"],
                "stick_number": answer["stick_number"],
                "registry": registry.model_dump(),
                "tags": tags.model_dump() if tags else None,
            }
            note = StationNote.model_validate(changed)
        except (KeyError, TypeError, ValueError, Fault) as error:
            raise Fault("registry-wrong", url=url, detail=str(error)) from error
        self._write(note)
        self.publish_keys(self.folder)

    def trust_time(self, utc: str) -> None:
        """Remember the last trusted time: the floor of the next start."""
        if utc > (self.note.last_trusted_utc or ""):
            self._write(self.note.model_copy(update={"last_trusted_utc": utc}))

    # -- inside ----------------------------------------------------------------------------------------------

    def _own_head(self) -> Head | None:
        head = self.note.head
        return head if head is not None and head.kid == self.key.kid else None

    def _rebuilt(self) -> StationNote:
        """Workshop, stick number and counter as our own records tell them; the registry must be told again."""
        best = StationNote()
        for entry in (e for state in STATES for e in self.outbox.entries(state)):
            try:
                token = entry.token()
                report = open_report(token, self.outbox.keys) if peek(token).kid == self.key.kid else None
            except Fault:
                continue  # a damaged record: push and verify tell it
            match = _NUMBER.fullmatch(report.certificate_number or "") if report else None
            if match and int(match["counter"]) > best.certificates:
                best = StationNote(
                    certificates=int(match["counter"]), workshop=match["workshop"], stick_number=int(match["stick"])
                )
        return best

    def _write(self, note: StationNote) -> None:
        write_atomic(self.folder / STATION_FILE, note.model_dump_json(exclude_none=True).encode("utf-8"))
        self.note = note


def publish_keys(folder: Path, known: Mapping[str, Ed25519PublicKey]) -> Path:
    """Add these keys to ``cles-publiques.json`` there: outputs of several stations may share a folder."""
    path = folder / PUBLIC_KEYS
    merged = dict(known)
    if path.is_file():
        try:
            merged = {**key_files.read_jwk_set(path.read_bytes()), **merged}
        except Fault:
            path.replace(path.with_name(PUBLIC_KEYS + ".damaged"))  # kept, so that nobody wonders where it went
    write_atomic(path, key_files.jwk_set(sorted(merged.items(), key=lambda k: k[0])))
    return path


def pem_name(kid: str) -> str:
    """File name of a public key for OpenSSL, beside the outputs."""
    return f"cle-{kid[-8:]}.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationView:
    """A station read without its PIN: enough to list, carry and send, not to sign."""

    kid: str
    note: StationNote
    outbox: Outbox
    registry: dict[str, Ed25519PublicKey]


def look(folder: Path) -> StationView:
    """The station in this folder, key locked. Raises Fault file-unreadable, record-damaged."""
    file = key_files.load(folder / KEY_FILE)
    note = _read_note(folder / STATION_FILE)
    registry = dict([from_jwk(note.registry.jwk)]) if note.registry else {}
    outbox = Outbox(folder / OUTBOX, keys={file.kid: file.public})
    return StationView(kid=file.kid, note=note, outbox=outbox, registry=registry)


def _read_note(path: Path) -> StationNote:
    """What the station remembers; fresh when the file is gone. Raises Fault record-damaged when it is torn."""
    if not path.is_file():
        return StationNote()
    data = read_bounded(path, limit=1 << 20)
    try:
        strictjson.loads(data)
        return StationNote.model_validate_json(data)
    except (ValidationError, strictjson.NotStrict):
        raise Fault("record-damaged", part="station") from None
