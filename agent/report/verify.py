"""Checking records and certificates offline: signature, seal, chain, receipt, and what they claim.

A key's name is its own thumbprint, so a key found anywhere shows that nothing was changed; only where it was found says
something of the origin. Sources from the strongest: ``--keys`` (then no other is asked), this station, the folder of
the file.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.model import strictjson
from agent.model.errors import Fault
from agent.model.report import Report, read_report
from agent.report.certificate import ATTACHMENT, HTML_RECORD
from agent.report.files import read_bounded
from agent.report.keys import pem, read_jwk_set
from agent.report.outbox import JWS, RECEIPT, Keys
from agent.report.page import OPENSSL
from agent.report.replies import Receipt, read_receipt
from agent.report.seal import check_seal, kid_of_seal
from agent.report.sign import MAX_TOKEN, TYP_RECEIPT, TYP_REPORT, peek, sha256_of, token_of, verify
from agent.report.station import PUBLIC_KEYS

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_FILE = 20 * 1024 * 1024
GIVEN, STATION, BESIDE = "given", "station", "beside"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySource:
    """Public keys and where they come from: given | station | beside."""

    kind: str
    path: Path
    keys: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One file that verified. ``receipt`` is "none", "valid" or "unchecked" (no key of the registry here)."""

    path: Path
    kind: str  # jws | pdf | html | receipt
    token: str
    sha256: str
    kid: str
    source: KeySource
    public: Ed25519PublicKey
    report: Report | None
    receipt: str = "none"
    received_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The links of one key among the files given. ``missing`` are numbers between them that were not given."""

    kid: str
    first: int
    last: int
    missing: tuple[int, ...] = ()
    fault: Fault | None = None


# --- keys -------------------------------------------------------------------------------------------------------


def read_source(kind: str, path: Path) -> KeySource:
    """Raises Fault file-unreadable, record-damaged."""
    return KeySource(kind=kind, path=path, keys=read_jwk_set(read_bounded(path, limit=1 << 20)))


def sources_for(file: Path, *, given: KeySource | None = None, station: Path | None = None) -> list[KeySource]:
    """Where keys for this file may come from, strongest first. Keys that were given are the only ones then."""
    if given is not None:
        return [given]
    found = []
    for kind, path in ((STATION, station / PUBLIC_KEYS if station else None), (BESIDE, file.parent / PUBLIC_KEYS)):
        if path is not None and path.is_file():
            found.append(read_source(kind, path))
    return found


def _pick(kid: str, sources: Sequence[KeySource]) -> KeySource:
    for source in sources:
        if kid in source.keys:
            return source
    raise Fault("record-unknown-key", kid=kid)


# --- one file ---------------------------------------------------------------------------------------------------


def verify_file(path: Path, *, keys: Keys | KeySource | None = None, station: Path | None = None) -> Verdict:
    """What one record or certificate is, once everything in it verified.

    Raises Fault file-unreadable, record-damaged, record-bad-signature, record-unknown-key, record-too-big,
    certificate-altered.
    """
    given = keys if isinstance(keys, KeySource) or keys is None else KeySource(kind=GIVEN, path=path, keys=keys)
    data = read_bounded(path, limit=MAX_FILE)
    sources = sources_for(path, given=given, station=station)
    match _kind(path, data):
        case "jws":
            return _record(path, "jws", token_of(data), sources)
        case kind:
            return _certificate(path, kind, data, sources)


def _kind(path: Path, data: bytes) -> str:
    """By name first: a damaged first byte does not turn a certificate into something else."""
    suffix = path.suffix.lower()
    if suffix == ".pdf" or (suffix != JWS and data.startswith(b"%PDF-")):
        return "pdf"
    if suffix in (".html", ".htm") or (suffix != JWS and data.lstrip()[:9].upper() == b"<!DOCTYPE"):
        return "html"
    return "jws"


def _certificate(path: Path, kind: str, data: bytes, sources: Sequence[KeySource]) -> Verdict:
    kid = kid_of_seal(data)
    seal = check_seal(data, keys=_pick(kid, sources).keys)
    token = _pdf_record(data) if kind == "pdf" else _html_record(data)
    if sha256_of(token) != seal.report_sha256:
        raise Fault("certificate-altered", part="record")
    verdict = _record(path, kind, token, sources)
    report = verdict.report
    same = report is not None and (report.report_id, report.certificate_number) == (seal.report_id, seal.number)
    if not same or verdict.kid != seal.kid:
        raise Fault("certificate-altered", part="record")
    return verdict


def _pdf_record(data: bytes) -> str:
    """The attached record. The seal verified before: these bytes are the station's own."""
    import io

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        found = PdfReader(io.BytesIO(data)).attachments.get(ATTACHMENT, [])
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Fault("certificate-altered", part="record") from error
    # /AF and the name tree lead to the same object, so it may be told twice
    if len({hashlib.sha256(one).digest() for one in found}) != 1:
        raise Fault("certificate-altered", part="record")
    return token_of(found[0])


def _html_record(data: bytes) -> str:
    mark = HTML_RECORD.encode("ascii")
    if data.count(mark) != 1:
        raise Fault("certificate-altered", part="record")
    start = data.index(mark) + len(mark)
    return token_of(data[start : data.find(b"<", start)])


def _record(path: Path, kind: str, token: str, sources: Sequence[KeySource]) -> Verdict:
    header = peek(token)
    source = _pick(header.kid, sources)
    report, status, received_at = None, "valid", None
    if header.typ == TYP_RECEIPT:
        kind = "receipt"
        received_at = _receipt_words(verify(token, keys=source.keys, typ=TYP_RECEIPT))
    else:
        report = read_report(verify(token, keys=source.keys, typ=TYP_REPORT))
        if report.chain.kid != header.kid:
            raise Fault("record-damaged", part="content", where="chain.kid", detail=header.kid)
        status, received_at = _receipt(path, token, report, sources)
    return Verdict(
        path=path,
        kind=kind,
        token=token,
        sha256=sha256_of(token),
        kid=header.kid,
        source=source,
        public=source.keys[header.kid],
        report=report,
        receipt=status,
        received_at=received_at,
    )


def _receipt_words(payload: bytes) -> str:
    try:
        said = strictjson.loads(payload)
    except strictjson.NotStrict:
        raise Fault("record-damaged", part="content", where="json", detail="receipt") from None
    received = said.get("received_at") if isinstance(said, dict) else None
    if not isinstance(received, str):
        raise Fault("record-damaged", part="content", where="received_at", detail="receipt")
    return received


def _receipt(path: Path, token: str, report: Report, sources: Sequence[KeySource]) -> tuple[str, str | None]:
    """The receipt beside the file; one that is there and does not verify is a fault.

    The station's own key signs no receipt, though it is in the same set.
    """
    beside = path.with_name(path.stem + RECEIPT)
    if not beside.is_file():
        return "none", None
    data = read_bounded(beside, limit=MAX_TOKEN)
    others = {kid: key for source in sources for kid, key in source.keys.items() if kid != report.chain.kid}
    try:
        receipt: Receipt = read_receipt(data, token=token, report_id=report.report_id, registry=others)
    except Fault as fault:
        if fault.params.get("part") == "record-unknown-key":
            return "unchecked", None
        raise Fault("record-damaged", part="receipt", where=str(beside)) from fault
    return "valid", receipt.received_at


# --- several files ----------------------------------------------------------------------------------------------


def check_chains(verdicts: Iterable[Verdict]) -> list[Chain]:
    """One chain per key: twins and links that do not hold are faults, numbers that were not given are told."""
    links: dict[str, dict[int, set[tuple[str, str | None]]]] = defaultdict(lambda: defaultdict(set))
    for verdict in verdicts:
        if verdict.report is not None:
            chain = verdict.report.chain
            links[chain.kid][chain.seq].add((verdict.sha256, chain.prev_sha256))
    return [_chain(kid, by_seq) for kid, by_seq in sorted(links.items())]


def _chain(kid: str, by_seq: dict[int, set[tuple[str, str | None]]]) -> Chain:
    first, last = min(by_seq), max(by_seq)
    present = set(by_seq)
    missing = [n for n in range(first, last + 1) if n not in present] if last - first < 100_000 else []
    fault: Fault | None = None
    for seq in sorted(by_seq):
        if len(by_seq[seq]) > 1:
            fault = Fault("chain-broken", part="twin", seq=seq)
            break
        (_, prev) = next(iter(by_seq[seq]))
        before = {sha for sha, _ in by_seq.get(seq - 1, set())}
        if before and prev not in before:
            fault = Fault("chain-broken", part="link", seq=seq)
            break
    return Chain(kid=kid, first=first, last=last, missing=tuple(missing), fault=fault)


def by_hand(verdict: Verdict) -> list[str]:
    """Shell lines that check the same signature without us: the key, the record, and OpenSSL in three lines."""
    lines = pem(verdict.public).decode("ascii").split()
    body = [line for line in lines if line not in ("-----BEGIN", "-----END", "PUBLIC", "KEY-----")]
    quoted = " ".join(f"'{part}'" for part in ("-----BEGIN PUBLIC KEY-----", *body, "-----END PUBLIC KEY-----"))
    name = _quote(verdict.path.name)
    if verdict.kind == "pdf":
        take = [f"pdfdetach -save 1 -o {ATTACHMENT} {name}"]
    elif verdict.kind == "html":
        cut = "cut -d'>' -f2 | tr -d '\\n'"
        take = [f"grep -o 'id=\"{ATTACHMENT}\">[^<]*' {name} | {cut} > {ATTACHMENT}"]
    else:
        take = [f"cp {name} {ATTACHMENT}"] if verdict.path.name != ATTACHMENT else []
    return [f"printf '%s\\n' {quoted} > cle.pem", *take, *OPENSSL]


def _quote(name: str) -> str:
    import shlex

    return shlex.quote(name if not name.startswith("-") else f"./{name}")
