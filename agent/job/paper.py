"""From what happened to what is signed, printed, queued and delivered; each step is an event.

The record is signed and on the medium before anything says that the job is done. The certificate is a view
of it, and delivery can wait for ever.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import platform
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent import __version__
from agent.job import functions
from agent.job.parts import OutboxLine
from agent.job.stream import EventStream
from agent.machine.door import Machine
from agent.model.erasure import Evidence
from agent.model.errors import Fault
from agent.model.events import Event, Kind
from agent.model.plan import Plan
from agent.model.report import ChainLink, Instant, Report, ReportKind
from agent.report import clock as clocks
from agent.report.build import build_report
from agent.report.files import write_atomic
from agent.report.outbox import DEAD, PENDING, SENT, Entry, open_report
from agent.report.push import Push, push
from agent.report.replies import Health
from agent.report.station import NO_WORKSHOP, Published, Station
from agent.report.timekeeper import Timekeeper
from agent.report.transport import RegistryClient

BUILT = "2026-11-24T00:00:00Z"
"""Floor of the clock where no image says when it was built: this version did not exist before."""

SAME_TIME_S = 2.0


class StationPaper:
    """The ``Paper`` of a session: one station, a folder for what people take away, perhaps a registry."""

    def __init__(
        self,
        station: Station,
        *,
        machine: Machine,
        records: Path,
        client: RegistryClient | None,
        deliver: bool,
        reopen: Callable[[], Station],
        room: int | None = None,
        time: Timekeeper | None = None,
        wall: Callable[[], str] | None = None,
    ) -> None:
        """``wall`` is the system clock as it is now, which may have been set since the job began."""
        self._station = station
        self._sending = threading.Lock()
        self._reopen = reopen
        self._machine = machine
        self._records = records
        self._client = client
        self._deliver = deliver
        floor = clocks.floor_of(image_built=BUILT, last_trusted=station.note.last_trusted_utc)
        self._time = time or Timekeeper(floor=floor)
        self._wall = wall or machine.clock.utc
        self._room = station.note.min_free_bytes if room is None else room

    def ready(self) -> None:
        self._station.outbox.require_room(min_free_bytes=self._room)

    def finish(
        self,
        stream: EventStream,
        *,
        plan: Plan | None,
        evidence: Sequence[Evidence],
        install: Mapping[str, Any] | None,
    ) -> None:
        with held(self._station.folder):
            # several commands may share a station: each takes its place in the chain as it is now
            self._station = self._reopen()
            published = self._station.publish(lambda link: self._report(stream, link, plan, evidence, install))
        number = published.report.certificate_number or published.report.report_id
        path = self._free(number, published.sha256)
        write_atomic(path, published.token.encode("ascii"))
        self._station.publish_keys(self._records)
        stream.emit(
            Kind.RECORD_SIGNED,
            number=number,
            report_id=published.report.report_id,
            sha256=published.sha256,
            path=str(path),
        )
        self._print(stream, published, path.with_suffix(".pdf"))
        stream.emit(
            Kind.REPORT_QUEUED, report_id=published.report.report_id, waiting=len(self._station.outbox.pending())
        )
        if self._deliver:
            self.deliver(stream)

    def _free(self, number: str, sha256: str) -> Path:
        """Where a record goes. Records of two stations may share a folder and a number: none replaces another."""
        path = self._records / f"{number}.jws"
        return self._records / f"{number}-{sha256[:8]}.jws" if path.exists() else path

    def _report(
        self,
        stream: EventStream,
        link: ChainLink,
        plan: Plan | None,
        evidence: Sequence[Evidence],
        install: Mapping[str, Any] | None,
    ) -> Report:
        job, events = stream.job, stream.events()
        created = self._time.now(system_utc=self._wall(), boottime_s=self._machine.clock.monotonic())
        behind = _behind(created, stream.now())
        kind = _kind(plan, whole_job=bool(job.inventory), evidence=evidence)
        if install is None and plan is not None and plan.choice.system.value == "windows":
            # nothing was installed here, and the report says so; who chose it is in the plan
            install = {"os_family": "windows", "ok": False, "status": "unknown", "verified": "none"}
        return build_report(
            report_id=str(uuid.uuid4()),
            kind=kind,
            inventory=job.inventory or {},
            eligibility=job.eligibility or {},
            evidence=[dataclasses.replace(e, started=_moved(e.started, behind)) for e in evidence],
            install=install,
            plan=plan.to_wire() if plan else None,
            tag=job.tag,
            operator=job.operator,
            lot=None,
            created=created,
            duration_s=_duration(events),
            agent={"version": __version__, "kernel": platform.release(), "machine": self._machine.name},
            workshop=None if self._station.workshop == NO_WORKSHOP else self._station.workshop,
            chain=link,
            certificate_number=self._station.take_number(year=int(created.utc[:4])),
            exercise=self._machine.exercise,
            checker=next((c.by for e in evidence for c in e.second_checks if c.by and c.agrees is not None), None),
            consent=_consent(events, behind),
            tests=functions.results(job),
            grade=functions.grade(job),
            no_disk=_no_disk(events, behind),
        )

    def _print(self, stream: EventStream, published: Published, path: Path) -> None:
        """The certificate. A failure here costs the paper and never the record: it is told and the job goes on."""
        from agent.report.certificate import write_certificate

        try:
            written = write_certificate(
                published.report,
                published.token,
                path,
                key=self._station.key,
                base_url=self._client.url if self._client else None,
            )
        except Fault as fault:
            stream.emit(Kind.FAULT, error_id=fault.error_id, code=fault.code, params=dict(fault.params), wrote=None)
            return
        stream.emit(Kind.CERTIFICATE_WRITTEN, path=str(written), kind=written.suffix.lstrip("."))

    def deliver(self, stream: EventStream | None) -> float | None:
        """Try once to send what waits. Nothing is marked without a receipt that verifies.

        The answer is how many seconds the registry asked to be left alone, or None.
        """
        with self._sending:
            return self._push(stream)

    def _push(self, stream: EventStream | None) -> float | None:
        waiting = self._station.outbox.pending()
        if not waiting:
            return None
        if self._client is None:
            result = Push(waiting=len(waiting), fault=Fault("not-enrolled", kid=self._station.key.kid))
        else:
            result = push(self._station.outbox, self._client, self._machine.clock)
            if result.fault is not None and self._helped_by_date(result.fault, self._client):
                result = push(self._station.outbox, self._client, self._machine.clock)
        if result.health is not None:
            self._trust(result.health)
        if stream is None:
            return result.retry_after_s
        papers = stream.job.certificate or {}
        mine = papers.get("report_id")
        for delivered in result.delivered:
            if delivered.receipt.report_id == mine:
                # beside the record, so that whoever takes it away can check when the registry had it
                beside = self._records / Path(papers["path"]).with_suffix(".receipt.jws").name
                write_atomic(beside, delivered.receipt.token.encode("ascii"))
                stream.emit(Kind.REPORT_DELIVERED, report_id=mine, received_at=delivered.receipt.received_at)
        news = result.fault is not None and stream.job.delivery_error != result.fault.error_id
        if result.fault and news and any(e.report_id == mine for e in self._station.outbox.pending()):
            stream.emit(Kind.REPORT_WAITING, report_id=mine, error_id=result.fault.error_id)
        return result.retry_after_s

    def _helped_by_date(self, fault: Fault, client: RegistryClient) -> bool:
        """A clock that was set to the floor makes a newer TLS certificate "not yet valid": any date is better then."""
        clock = self._machine.clock
        if fault.params.get("status") != "TLS" or not self._time.at_floor or (date := client.date()) is None:
            return False
        now, system = clock.monotonic(), self._wall()
        return self._time.heard(date, "http_date", boottime_s=now, system_utc=system) is not None

    def _trust(self, health: Health) -> None:
        """The registry told the time: it is the floor of the next start, and worth more than this PC's clock."""
        clock = self._machine.clock
        moment = {"boottime_s": clock.monotonic(), "round_trip_s": health.round_trip_s}
        if self._time.heard(health.utc, "registry", system_utc=self._wall(), **moment) is not None:
            self._station.trust_time(health.utc)

    def lines(self) -> Sequence[OutboxLine]:
        """What waits first, then what was refused, then the last that were sent."""
        box = self._station.outbox
        entries = [*box.entries(PENDING), *box.entries(DEAD), *reversed(box.entries(SENT)[-20:])]
        return [self._line(entry) for entry in entries]

    def _line(self, entry: Entry) -> OutboxLine:
        tries = self._station.outbox.attempts(entry.report_id)
        try:
            report = open_report(entry.token(), self._station.outbox.keys)
            tag, number, written = report.device.tag or "", report.certificate_number or "", report.time.created.utc
        except Fault as fault:
            return OutboxLine(
                tag="", number=entry.report_id[:13], written="", tries=0, state=entry.state, last_error=fault.error_id
            )
        return OutboxLine(
            tag=tag,
            number=number,
            written=written,
            tries=int(tries.get("tries", 0)),
            state=entry.state,
            last_error=str(tries.get("error_id", "")),
        )


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """One process at a time between opening a station and moving its head (flock on a file beside it)."""
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _duration(events: Sequence[Event]) -> float:
    """Seconds between the first event and the last, by the same clock that stamped them."""
    if len(events) < 2:
        return 0.0
    return max(0.0, (clocks.parse_utc(events[-1].t) - clocks.parse_utc(events[0].t)).total_seconds())


def _kind(plan: Plan | None, *, whole_job: bool, evidence: Sequence[Evidence]) -> ReportKind:
    if plan is None:
        return ReportKind.AUDIT
    if whole_job:
        return ReportKind.FINAL
    return ReportKind.ERASURE if evidence else ReportKind.INSTALL


def _consent(events: Sequence[Event], behind: timedelta) -> Mapping[str, Any] | None:
    for event in events:
        if event.kind is Kind.CONSENTED:
            return {"by": event.params["by"], "at": _moved(event.t, behind)}
    return None


def _no_disk(events: Sequence[Event], behind: timedelta) -> Mapping[str, Any] | None:
    told = [event for event in events if event.kind is Kind.NO_DISK]
    return {**told[-1].params, "at": _moved(told[-1].t, behind)} if told else None


def _behind(created: Instant, stamped: str) -> timedelta:
    """How far the clock of the journal is behind a trusted one: earlier moments of the job are computed back."""
    apart = clocks.parse_utc(created.utc) - clocks.parse_utc(stamped)
    return apart if created.trusted and abs(apart.total_seconds()) > SAME_TIME_S else timedelta(0)


def _moved(utc: str, by: timedelta) -> str:
    return clocks.format_utc(clocks.parse_utc(utc) + by) if by else utc


def enrol(station: Station, *, url: str, code: str, label: str) -> None:
    """Make this station known to a registry and pin its key. Raises the Faults of RegistryClient.enrol."""
    client = RegistryClient(url, key=station.key, registry_public={}, instance=None)
    health = client.health()
    answer = dict(client.enrol(code, stick_label=label))
    station.enrolled({**answer, "instance": health.instance}, url=url)


def client_for(station: Station, *, url: str | None = None, ca: Path | None = None) -> RegistryClient | None:
    """A client for the registry this station was enrolled with; ``url`` when it moved. None before enrolment.

    ``ca``: an authority of the workshop's own (PEM), beside those of the system.
    """
    note = station.note.registry
    if note is None:
        return None
    return RegistryClient(
        url or note.url, key=station.key, registry_public=station.registry_keys(), instance=note.instance, ca=ca
    )
