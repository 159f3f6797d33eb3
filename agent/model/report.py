"""The contract of a signed report: ``regain-report/1.0`` (REPORT design, section 2).

The writer is strict: an unknown key, ``"1"`` for a number, NaN or a duplicate key is refused. The reader is
tolerant of what a later 1.x adds: it keeps the bytes and reads what it knows. Values that could not be read stay
``{"unreadable": why}``, those that are not there ``{"absent": why}``, and a missing key was not looked for.
Sizes are bytes, times seconds, instants ISO 8601 UTC.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from agent.model import strictjson
from agent.model.errors import Fault

SCHEMA = "regain-report/1.0"
MAX_BYTES = 256 * 1024
EXERCISE_KID_PREFIX = "EXERCICE-"
EXERCISE_NUMBER_PREFIX = "EX-"


class ReportKind(StrEnum):
    INTAKE = "intake"
    AUDIT = "audit"
    ERASURE = "erasure"
    INSTALL = "install"
    FINAL = "final"
    CHECK = "check"
    SCRAP = "scrap"
    CORRECTION = "correction"


class DiskOutcome(StrEnum):
    """The six outcomes of ``regain erase`` and the two that only a report knows."""

    PURGED = "purged"
    CLEARED = "cleared"
    CLEARED_WITH_EXCEPTIONS = "cleared_with_exceptions"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    INTERRUPTED = "interrupted"
    DESTROYED = "destroyed"

    @property
    def proven(self) -> bool:
        return self in (DiskOutcome.PURGED, DiskOutcome.CLEARED, DiskOutcome.CLEARED_WITH_EXCEPTIONS)


class Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True)


class AbsentFact(Wire):
    absent: str


class UnreadableFact(Wire):
    unreadable: str


TextFact = str | AbsentFact | UnreadableFact
IntFact = int | AbsentFact | UnreadableFact
Json = dict[str, JsonValue]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Utc = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")]
Size = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class Instant(Wire):
    """A moment and how much it is worth: ``boottime_s`` is CLOCK_BOOTTIME, which no clock setting moves."""

    utc: Utc
    source: Literal["ntp", "registry", "http_date", "rtc", "floor", "operator"]
    trusted: bool
    uncertainty_s: Seconds | None = None
    boottime_s: Seconds | None = None


class Lot(Wire):
    lot_id: str | None = None
    donor_ref: str | None = None
    donor_category: Literal["public_body", "company", "association", "individual", "unknown"] = "unknown"
    public_asset_tag: str | None = None
    reform_year: int | None = None
    status_on_arrival: Literal["product", "weee"] | None = None
    no_classified_media: bool | None = None


class Identifier(Wire):
    kind: str
    value: str
    scope: str = ""
    quality: Literal["good", "weak", "junk", "absent"]


class Mass(Wire):
    kg: Annotated[float, Field(gt=0)]
    basis: Literal["weighed", "model_table", "default"]


class Manufactured(Wire):
    year: int
    basis: str


class Device(Wire):
    tag: str | None = None
    form: TextFact | None = None
    manufacturer: TextFact | None = None
    product: TextFact | None = None
    sku: TextFact | None = None
    identifiers: list[Identifier] = []
    fingerprint: Sha256 | None = None
    mass: Mass | None = None
    manufactured: Manufactured | None = None


class FunctionTest(Wire):
    id: str
    result: Literal["pass", "fail", "warn", "skipped", "not_applicable"]
    mode: Literal["auto", "manual"]
    reason: str | None = None
    value: float | None = None
    unit: str | None = None


class Grade(Wire):
    scheme: str
    cosmetic: Literal["A", "B", "C", "D"] | None = None
    functional: Literal["A", "B", "C", "D"] | None = None
    performance: float | None = None


class ErasedDisk(Wire):
    """Which disk: ``identity`` is the text that the technician confirmed the end of."""

    identity: str
    identity_kind: str
    model: TextFact | None = None
    serial: TextFact | None = None
    wwn: TextFact | None = None
    firmware: TextFact | None = None
    bus: TextFact | None = None
    medium: TextFact | None = None
    size_bytes: Size
    logical_block_size: IntFact | None = None
    physical_block_size: IntFact | None = None
    power_on_hours: IntFact | None = None
    security: Json | None = None
    nvme: Json | None = None


class SkippedTechnique(Wire):
    technique: str
    reason: str
    params: Json = {}


class HiddenAreas(Wire):
    """``assessed`` false: nobody looked, or the drive did not answer. It is never guessed."""

    assessed: bool
    hpa: JsonValue = None
    dco: JsonValue = None


class ErasureException(Wire):
    """What the erasure did not cover. ``kind`` is a message id; ``bytes`` is missing when nobody can tell."""

    kind: str
    bytes: Size | None = None
    start: Size | None = None
    end: Size | None = None
    first_lba: Size | None = None
    last_lba: Size | None = None
    operation: str | None = None
    errno: int | None = None
    params: Json = {}


class OverwritePass(Wire):
    """One pass; the key is published on purpose, so that anyone may read the disk again and compare."""

    number: int
    cipher: str
    key: str
    bytes: Size
    seconds: Seconds
    started: str
    resumed_from: list[Size] = []


class CanaryCheck(Wire):
    key: str
    seed: str
    count: Size
    before_ok: Size
    alive: Size | None = None
    unreadable: Size | None = None


class WitnessCheck(Wire):
    count: Size
    matching: Size | None = None


class Readback(Wire):
    mode: Literal["full", "sample"]
    bytes: Size
    seconds: Seconds
    mismatches: Size
    unreadable_bytes: Size = 0
    seed: str = ""
    classes: dict[str, int] = {}
    mismatch_ranges: list[ErasureException] = []


class NoDisk(Wire):
    """A PC without a disk: why, in a person's words, and who said so."""

    why: Literal["removed", "arrived_without", "other"]
    text: str = ""
    by: str
    at: str


class Consent(Wire):
    by: str
    at: str
    suffix: str | None = None


Observation = Literal[
    "written_whole",
    "read_back_full",
    "read_back_sample",
    "canaries_gone",
    "witnesses_gone",
    "transition_seen",
    "smart_compared",
    "second_tool_agrees",
    "second_person",
]


class CommandCheck(Wire):
    """What was seen between the drive's own erase command and our pass: its answer is in ``commands``, and proves
    nothing."""

    technique: str
    looked: Size
    alive: Size
    unreadable: Size
    witnesses_matching: Size
    classes: dict[str, Size] = {}


class SecondReading(Wire):
    """Another reader after ours: another program, another person (``by``: card number), or our sample of zeros.

    ``agrees`` false and the disk is failed; missing: it could not tell, and ``detail`` says why.
    """

    tool: str
    by: str = ""
    expected: str
    argv: list[str] = []
    started: str
    bytes: Size
    seconds: Seconds
    agrees: bool | None = None
    differs_at: Size | None = None
    detail: str = ""


class Area(Wire):
    """One more area of an eMMC; ``outcome`` "left" and "locked" are listed among the exceptions too."""

    name: str
    bytes: Size
    outcome: Literal["cleared", "locked", "left"]
    cipher: str = ""
    key: str = ""
    read_back: Size = 0
    mismatches: Size = 0
    detail: str = ""


class HealthReason(Wire):
    """One rule that spoke of this disk; ``id`` is a message id."""

    rule: str
    id: str
    verdict: Literal["keep", "keep_with_notes", "reject", "destroy"]
    source: str
    params: Json = {}


class DiskHealth(Wire):
    """Is the disk worth keeping: judged by the dated rules of ``rules_version``, not by whoever signs."""

    rules_version: str
    verdict: Literal["keep", "keep_with_notes", "reject", "destroy"]
    reasons: list[HealthReason] = []


class Erasure(Wire):
    """One disk, failures included (ERASURE design, section 10)."""

    disk: ErasedDisk
    outcome: DiskOutcome
    level: Literal["clear", "purge", "destroy", "none"]
    technique: str
    passes: int
    standard: str | None = None
    why: str
    why_params: Json = {}
    skipped: list[SkippedTechnique] = []
    claims: list[str] = []
    reasons: list[str] = []
    hidden_areas: HiddenAreas
    bytes_total: Size
    bytes_covered: Size
    exceptions: list[ErasureException] = []
    exceptions_omitted: Size = 0
    exception_bytes: Size = 0
    evidence: list[Observation] = []
    command_check: CommandCheck | None = None
    verification: Readback | None = None
    overwrite: list[OverwritePass] = []
    canaries: CanaryCheck | None = None
    witnesses: WitnessCheck | None = None
    commands: list[Json] = []
    status_timeline: list[Json] = []
    smart_before: Json | None = None
    smart_after: Json | None = None
    health: DiskHealth | None = None
    second_checks: list[SecondReading] = []
    areas: list[Area] = []
    temperature: Json | None = None
    plan_digest: str
    warrant_id: str
    consent: Consent | None = None
    transcript_sha256: Sha256 | None = None
    started: str
    seconds: Seconds
    interruptions: Size = 0
    operator: str
    rehearsal: bool = False
    rehearsal_scale: int | None = None


class LeftAlone(Wire):
    """A disk of this PC that the plan did not touch, and the message id of why."""

    model: str
    suffix: str
    size_bytes: int | None = None
    reason: str
    params: Json = {}


class PlanSummary(Wire):
    system: str
    profile: str | None = None
    chosen_by: str
    left_alone: list[LeftAlone] = []


class Install(Wire):
    """``result`` is what happened here, ``verified`` how much of it was seen, ``status`` what the image's manifest
    says of the image (INSTALL design, section 14). ``staged``: Microsoft's own Setup lies on the disk, and no system.
    """

    os_family: str | None = None
    profile: str | None = None
    image_id: str | None = None
    image_sha256: str | None = None
    version: str | None = None
    edition: str | None = None
    language: str | None = None
    licence_basis: str | None = None
    path: str | None = None
    layout: str | None = None
    result: Literal["done", "staged", "failed", "rehearsed", "locked", "unknown"]
    verified: Literal["none", "checked", "rehearsed", "started"] = "none"
    status: Literal["proven", "rehearsed", "unproven"] | None = None
    unproven_reason: str | None = None
    seconds: Seconds | None = None
    detail: Json = {}


class Repair(Wire):
    part: str
    action: str
    origin: str | None = None
    from_tag: str | None = None


class Disposition(Wire):
    outcome: Literal["reuse", "spare_parts", "weee", "return_to_donor", "pending"]
    channel: str | None = None
    beneficiary_category: str | None = None
    date: str | None = None
    waste_doc_ref: str | None = None
    charger_included: bool | None = None
    without_system: bool = False


class Agent(Wire):
    name: Literal["regain"] = "regain"
    version: str
    image: str | None = None
    image_sha256: str | None = None
    kernel: str | None = None
    tools: dict[str, str] = {}
    stick_number: int | None = None
    machine: str | None = None


class Time(Wire):
    created: Instant
    duration_s: Seconds


class ChainLink(Wire):
    """Place in the chain of one key; ``prev_sha256`` is the hash of the token before it, null for the first."""

    kid: str
    seq: Annotated[int, Field(ge=1)]
    prev_sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _first_has_no_past(self) -> ChainLink:
        if (self.seq == 1) != (self.prev_sha256 is None):
            raise ValueError("only the first link has no previous hash")
        return self


class Report(Wire):
    """One signed statement about one machine. Written once, never edited."""

    contract: Annotated[str, Field(alias="schema", pattern=r"^regain-report/1\.\d{1,3}$")] = SCHEMA
    report_id: Uuid
    kind: ReportKind
    supersedes: Uuid | None = None
    confirms: Uuid | None = None
    exercise: bool
    certificate_number: (
        Annotated[str, Field(pattern=r"^(EX-)?\d{4}-[A-Z]{2}-\d{6,9}$", examples=["2026-RC-000123"])] | None
    ) = None
    lot: Lot | None = None
    device: Device
    inventory: Json
    eligibility: Json
    tests: list[FunctionTest] = []
    grade: Grade | None = None
    erasures: list[Erasure] = []
    no_disk: NoDisk | None = None
    plan: PlanSummary | None = None
    install: Install | None = None
    repairs: list[Repair] = []
    disposition: Disposition | None = None
    agent: Agent
    workshop: str | None = None
    operator: str
    checker: str | None = None
    time: Time
    chain: ChainLink
    ext: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")], JsonValue] = {}

    @model_validator(mode="after")
    def _rehearsal_never_passes_for_real(self) -> Report:
        rehearsed = [e for e in self.erasures if e.rehearsal]
        if rehearsed and not self.exercise:
            raise ValueError("an erasure of a rehearsal in a report that is not one")
        if self.chain.kid.startswith(EXERCISE_KID_PREFIX) != self.exercise:
            raise ValueError("exercise and the key's name disagree")
        number = self.certificate_number
        if number is not None and number.startswith(EXERCISE_NUMBER_PREFIX) != self.exercise:
            raise ValueError("exercise and the certificate number disagree")
        return self

    def to_wire(self) -> dict[str, Any]:
        """Plain JSON values; ``supersedes`` and ``confirms`` are null rather than missing."""
        wire = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        head = {"schema": wire.pop("schema"), "report_id": wire.pop("report_id"), "kind": wire.pop("kind")}
        return head | {"supersedes": None, "confirms": None} | wire

    def to_bytes(self) -> bytes:
        """The bytes to sign. Raises Fault record-too-big above 256 kB."""
        data = strictjson.dumps(self.to_wire())
        if len(data) > MAX_BYTES:
            raise Fault("record-too-big", bytes=len(data), limit=MAX_BYTES)
        return data


def _nested(annotation: Any) -> type[Wire] | None:
    """The model behind a field, when it holds one: ``M``, ``M | None`` or ``list[M]``; a fact is a leaf."""
    if isinstance(annotation, type) and issubclass(annotation, Wire):
        return None if annotation in (AbsentFact, UnreadableFact) else annotation
    found = [model for model in map(_nested, get_args(annotation)) if model is not None]
    return found[0] if len(found) == 1 else None


def _known_only(value: Any, model: type[Wire]) -> Any:
    """The value without the keys that this version of the contract does not know."""
    if isinstance(value, list):
        return [_known_only(item, model) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in value:
            inner = _nested(field.annotation)
            kept[key] = _known_only(value[key], inner) if inner is not None else value[key]
    return kept


def _read(data: bytes, *, tolerant: bool) -> Report:
    if len(data) > MAX_BYTES:
        raise Fault("record-too-big", bytes=len(data), limit=MAX_BYTES)
    try:
        value = strictjson.loads(data)
        return Report.model_validate_json(strictjson.dumps(_known_only(value, Report)) if tolerant else data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "report"
        raise Fault("record-damaged", part="content", where=where, detail=first["msg"]) from None
    except strictjson.NotStrict as error:
        raise Fault("record-damaged", part="content", where="json", detail=str(error)) from None


def read_report(data: bytes) -> Report:
    """The report in these bytes, whatever keys a later 1.x added. Raises Fault record-damaged, record-too-big."""
    return _read(data, tolerant=True)


def read_strict(data: bytes) -> Report:
    """As ``read_report``, and an unknown key is refused: what the agent itself may write."""
    return _read(data, tolerant=False)
