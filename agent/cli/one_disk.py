"""What ``regain erase`` and ``regain install`` share: one named disk, one consent, one story, one paper."""

from __future__ import annotations

import secrets
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from agent.cli import emit_json, say, w
from agent.model.errors import Fault
from agent.model.events import Event, Kind
from agent.model.facts import known

if TYPE_CHECKING:
    from agent.job.paper import StationPaper
    from agent.job.stream import EventStream
    from agent.machine.door import Machine
    from agent.model.identity import DiskIdentity
    from agent.model.inventory import Disk
    from agent.model.plan import Plan
    from agent.model.warrant import Warrant

T = TypeVar("T")


class OneDisk:
    """A command on one disk. ``held`` is the kind of event that is printed last, with the names of its papers."""

    held: Kind

    def __init__(
        self, disk: str, confirm: str, out: Path | None, *, operator: str, tag: str | None, as_json: bool
    ) -> None:
        from agent.machine.live import LiveMachine
        from agent.wiring import data_home

        self.path, self.confirm, self.operator, self.tag, self.as_json = disk, confirm, operator, tag, as_json
        self.machine: Machine = LiveMachine()
        self.out = (out or data_home() / "records").resolve()
        self.disks: Sequence[Disk] = ()
        self._last: Event | None = None

    @property
    def journals(self) -> Path:
        return self.out / "journal"

    def target_facts(self) -> Disk:
        """The disk that was named, as the gate lets it through: never the live system, nothing mounted.

        Raises Fault not-root, disk-not-found, disk-excluded, disk-no-identity.
        """
        from agent.erasure.gate import exclude
        from agent.inventory.disks import list_disks
        from agent.job.planning import boot_medium
        from agent.model.identity import identify
        from agent.wiring import never_targets

        if not self.machine.is_root():
            raise Fault("not-root")
        found = known(list_disks(self.machine)) or ()
        self.disks = found
        real = str(Path(self.path).resolve())
        never = boot_medium(found, never_targets(self.machine))
        exclusions = exclude(found, allow_loop=True, allow_usb=True, boot_medium=never)
        for disk, exclusion in zip(found, exclusions, strict=True):
            if known(disk.path) != real:
                continue
            if exclusion is not None:
                raise Fault("disk-excluded", disk=real, why=w()(exclusion.reason, **exclusion.params))
            if identify(disk) is None:
                raise Fault("disk-no-identity", disk=real)
            return disk
        raise Fault("disk-not-found", disk=self.path)

    def consent(self, plan: Plan, identity: DiskIdentity) -> Warrant:
        """The warrant, when --confirm is the end of this disk's identity. Raises Fault confirm-wrong."""
        from agent.job.consent import grant

        typed = {identity.text: self.confirm}
        return grant(plan, typed, by=self.operator, clock=self.machine.clock, new_id=lambda: secrets.token_hex(16))

    def paper(self) -> StationPaper:
        """Results go to ``out``, the station (its key, counters, outbox) stays at home. Raises Fault stick-full."""
        from agent.wiring import data_home, paper_for

        paper = paper_for(home=data_home(), machine=self.machine, records=self.out, deliver=False)
        paper.ready()
        return paper

    def begin_story(self) -> EventStream:
        """A journal of its own, begun with the events before a plan, in short: one disk has no inventory screen."""
        from agent import __version__
        from agent.job.journal import Journal
        from agent.job.stream import EventStream

        stamp = self.machine.clock.utc().replace(":", "").replace("-", "").replace(".", "")
        job_id = f"{stamp}-{secrets.token_hex(3)}"
        stream = EventStream(self.machine.clock, Journal(self.journals / f"{job_id}.jsonl"))
        stream.subscribe(self._sink())
        stream.emit(Kind.JOB_STARTED, job_id=job_id, machine="live", exercise=False, version=__version__)
        if self.tag or self.operator:  # the record names the PC and the card from here
            stream.emit(Kind.TAG_READ, tag=self.tag, operator=self.operator)
        stream.emit(Kind.ASSESSED, eligibility={}, options=[])
        return stream

    def open_story(self, plan: Plan, warrant: Warrant, *, stream: EventStream | None = None) -> EventStream:
        """The story up to consent; ``stream``: one that has begun."""
        stream = stream or self.begin_story()
        choice = plan.choice
        stream.emit(Kind.CHOSEN, system=choice.system.value, profile=choice.profile, chosen_by=choice.chosen_by)
        stream.emit(Kind.PLANNED, plan=plan.to_wire(), digest=plan.digest, short_digest=plan.short_digest)
        confirmed = [{"identity": p.identity.text, "suffix": p.identity.suffix} for p in warrant.permits]
        stream.emit(
            Kind.CONSENTED,
            warrant_id=warrant.warrant_id,
            plan_digest=plan.digest,
            by=self.operator,
            disks=confirmed,
        )
        return stream

    def _sink(self) -> Callable[[Event], None]:
        from agent.tui.plain import PlainSink

        plain = PlainSink(say, w())

        def sink(event: Event) -> None:
            if event.kind is self.held:
                self._last = event
            if not self.as_json:
                plain(event)
            elif event.kind not in (self.held, Kind.JOB_FINISHED):
                emit_json(event.to_wire())

        return sink

    def last_line(self, papers: Mapping[str, Any]) -> None:
        """With --json the stream ends on the outcome, with the record and the certificate (null: none was made)."""
        if self.as_json and self._last is not None:
            certificate = papers.get("pdf") or papers.get("html")
            emit_json({**self._last.to_wire(), "record": papers.get("path"), "certificate": certificate})


def interruptible(work: Callable[[threading.Event], T]) -> T:
    """Run ``work`` in a thread; Ctrl+C and SIGTERM ask it to stop, and it is waited for: no half-told story.

    Whatever it raises is raised here.
    """
    stop = threading.Event()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work(stop))
        except BaseException as error:  # noqa: BLE001 raised again below, in the thread that waits
            errors.append(error)

    before = {s: signal.signal(s, lambda number, frame: stop.set()) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        thread = threading.Thread(target=run)
        thread.start()
        while thread.is_alive():
            thread.join(0.5)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if errors:
        raise errors[0]
    return results[0]
