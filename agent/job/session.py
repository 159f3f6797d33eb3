"""One bench, one PC after the other: what a screen, a text console or a recipe may ask for.

A session holds no screen and no sentence. It starts threads, and everything that happens comes out as
events; ``job`` is their fold. Nothing here can start a wipe but ``consent``.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from agent import __version__
from agent.erasure.resume import ResumePoint
from agent.inventory.collect import ProbeDone, collect
from agent.inventory.health.facts import settled
from agent.inventory.health.limits import scheme
from agent.job import functions
from agent.job.background import Background, tell, tell_bug
from agent.job.consent import grant, grant_reveal, needed_characters
from agent.job.courier import Courier
from agent.job.draft import Wishes, draft
from agent.job.engine import Result, run_plan
from agent.job.history import close_runs, cut_later, resume_points
from agent.job.journal import Journal
from agent.job.options import options
from agent.job.parts import OutboxLine, Paper, Storage, Systems
from agent.job.revealing import run_reveal
from agent.job.seen import Seen, examine
from agent.job.stream import EventStream, Listener
from agent.machine.door import DoorError, Machine
from agent.model.erasure import Level, Outcome
from agent.model.errors import Exit, Fault
from agent.model.events import Event, Kind
from agent.model.facts import to_wire
from agent.model.functions import Result as TestResult
from agent.model.functions import Tried
from agent.model.identity import DiskIdentity
from agent.model.inventory import Disk
from agent.model.job import Job, State
from agent.model.linux import AS_IT_IS, LinuxOptions
from agent.model.nodisk import NoDisk
from agent.model.plan import Choice, Plan, Reveal, SystemChoice
from agent.model.stick import Stick
from agent.model.tag import Tag, normalise

_QUIET = (State.ASSESSED, State.CHOSEN, State.PLANNED)
"""Nothing else runs on this PC then."""


@dataclass(kw_only=True)
class Session:
    """See the module. ``open_machine`` gives a fresh machine for each PC; ``home`` is the data folder on the stick."""

    open_machine: Callable[[], Machine]
    paper: Paper
    systems: Systems
    home: Path
    lang: str = "fr"
    level: Level | None = None
    operator: str = ""
    second_tool: str | None = None
    """The workshop's default for each PC: another program that reads the disks after us; None: none."""
    storage: Storage | None = None
    _stream: EventStream = field(init=False)
    _machine: Machine = field(init=False)
    _journal: Journal | None = field(init=False, default=None)
    _seen: Seen | None = field(init=False, default=None)
    _wishes: Wishes = field(init=False, default_factory=Wishes)
    _plan: Plan | None = field(init=False, default=None)
    _unsigned: tuple[Plan, Result] | None = field(init=False, default=None)
    _stop: threading.Event = field(init=False, default_factory=threading.Event)
    _background: Background = field(init=False, default_factory=Background)
    _listeners: list[Listener] = field(init=False, default_factory=list)
    _saving: threading.Lock = field(init=False, default_factory=threading.Lock)
    _courier: Courier = field(init=False)

    def __post_init__(self) -> None:
        self._courier = Courier(self._try_again)
        self._fresh()

    # -- what a screen reads ---------------------------------------------------------------------------------

    @property
    def job(self) -> Job:
        return self._stream.job

    @property
    def exercise(self) -> bool:
        return self._machine.exercise

    @property
    def machine_name(self) -> str:
        return self._machine.name

    @property
    def stick(self) -> Stick | None:
        return self.storage.stick if self.storage else None

    @property
    def in_memory(self) -> bool:
        """True while what this PC tells would be lost when it is switched off."""
        return self.stick is not None and (self.stick.in_memory or not self._stream.safe)

    def events(self) -> Sequence[Event]:
        return self._stream.events()

    def outbox(self) -> Sequence[OutboxLine]:
        return self.paper.lines()

    def pending(self) -> int:
        return sum(line.state == "pending" for line in self.paper.lines())

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)
        self._stream.subscribe(listener)

    def needed_characters(self) -> Mapping[str, int]:
        return needed_characters(self._plan) if self._plan else {}

    def resumable(self) -> Mapping[str, Any]:
        """Disks of this PC whose erasure was cut in an earlier run, with the byte where it may go on."""
        return {name: point.offset for name, point in self._resume_points().items()}

    def _resume_points(self) -> Mapping[str, ResumePoint]:
        mine = self._facts()
        return {name: point for name, point in resume_points(self._journals).items() if name in mine}

    def _cut_later(self) -> Mapping[str, str]:
        """Disks of this PC that were erased when an earlier run was cut: ``install`` or ``record``."""
        mine = self._facts()
        return {name: stage for name, stage in cut_later(self._journals).items() if name in mine}

    # -- what a person does ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin the inventory, in a thread: it needs no consent and no key."""
        self._in_thread(self._take_inventory)

    def rescan(self) -> None:
        """Look again, after a setting was changed. Not possible once consent was given."""
        if self.job.state in (State.SCANNING, State.ASSESSED, State.CHOSEN, State.PLANNED) and self._idle():
            tag, operator = self.job.tag, self.job.operator
            self._fresh()
            if tag or operator:
                self._stream.emit(Kind.TAG_READ, tag=tag, operator=operator)
            self.start()

    def read_tag(self, text: str | None, *, operator: str = "") -> None:
        """The label of the PC; None when it has none. Raises Fault tag-bad."""
        tag: Tag | None = None if text is None else normalise(text)
        self._stream.emit(Kind.TAG_READ, tag=str(tag) if tag else None, operator=operator or self.operator)

    def choose(
        self, system: SystemChoice, profile: str | None, *, chosen_by: str = "", linux: LinuxOptions = AS_IT_IS
    ) -> None:
        """A person chose a system; the plan follows. Raises Fault choice-impossible, choice-missing, phrase-no-stick
        (a phrase that could not be kept), ladder faults."""
        job = self.job
        option = next((o for o in job.options if o["system"] == system.value), None)
        if option is None:
            raise Fault("choice-missing")
        if not option["possible"]:
            raise Fault("choice-impossible", system=system.value, reason=option["reason"])
        if not self.has_targets():
            if self.no_disk_seen():
                raise Fault("no-disk-unexplained")
            self.record_only()
            return
        if system is SystemChoice.LINUX or profile is not None:  # Windows without an image is installed by hand
            offered = [p["id"] for p in option["profiles"]]
            profile = profile or offered[0]
            if profile not in offered:
                raise Fault("profile-unknown", profile=profile, known=", ".join(offered))
        linux = linux if system is SystemChoice.LINUX else AS_IT_IS
        if linux.encrypt and self.in_memory and not self.exercise:
            raise Fault("phrase-no-stick")
        by = chosen_by or job.operator
        plan = self._draft(Choice(system=system, profile=profile, chosen_by=by, linux=linux))
        self._stream.emit(Kind.CHOSEN, system=system.value, profile=profile, chosen_by=by, linux=to_wire(linux))
        self._show_plan(plan)

    def _show_plan(self, plan: Plan) -> None:
        self._plan = plan
        self._stream.emit(
            Kind.PLANNED,
            plan=plan.to_wire(),
            digest=plan.digest,
            short_digest=plan.short_digest,
        )

    def consent(self, typed: Mapping[str, str]) -> bool:
        """The only way to a wipe. False when a disk's end was not typed right: nothing else happens then."""
        plan = self._plan
        if plan is None or self.job.state is not State.PLANNED:
            raise Fault("choice-missing")
        self.paper.ready()
        by = self.job.operator or self.operator
        try:
            warrant = grant(plan, typed, by=by, clock=self._machine.clock, new_id=lambda: secrets.token_hex(16))
        except Fault as fault:
            if fault.error_id != "confirm-wrong":
                raise
            self._stream.emit(Kind.CONSENT_REFUSED, reason=fault.error_id, model=fault.params["model"])
            return False
        confirmed = [{"identity": t.identity.text, "suffix": t.identity.suffix} for t in plan.targets]
        self._stream.emit(
            Kind.CONSENTED, warrant_id=warrant.warrant_id, plan_digest=plan.digest, by=by, disks=confirmed
        )

        psids = self._wishes.psids.hand_over()

        def work() -> None:
            installer = self.systems.installer(self.home) if plan.install else None
            result = run_plan(
                self._machine,
                self._stream,
                plan,
                warrant,
                self._facts(),
                stop=self._stop,
                install=installer,
                resume=self._resume_points(),
                psids=psids,
            )
            self._finish(plan, result)

        self._in_thread(work)
        return True

    def locked(self) -> Mapping[str, DiskIdentity]:
        """Disks that are locked, by identity, and that the number of their label (PSID) opens."""
        return self._seen.locked(level=self.level, reaches=self._machine.has_firmware) if self._seen else {}

    def unopened(self) -> Mapping[str, DiskIdentity]:
        """Locked disks, while nobody typed the number of their label or left them locked."""
        return {name: found for name, found in self.locked().items() if not self._wishes.psids.answered(name)}

    def take_psid(self, identity: str, typed: str) -> None:
        """The number of this disk's label: another plan, with that it is here. Raises Fault psid-missing,
        choice-missing."""
        self._answer_locked(identity, lambda: self._wishes.psids.take(identity, typed))

    def leave_locked(self, identity: str) -> None:
        """A person leaves this disk locked: nothing will be written to it. Raises Fault choice-missing."""
        self._answer_locked(identity, lambda: self._wishes.psids.leave(identity))

    def ask_psids(self) -> None:
        """What was answered for the locked disks is forgotten, and the plan made anew. Raises Fault choice-missing."""
        self._answer_locked(next(iter(self.locked()), ""), self._wishes.psids.forget)

    def _answer_locked(self, identity: str, answer: Callable[[], None]) -> None:
        plan = self._plan
        if identity not in self.locked() or plan is None or self.job.state is not State.PLANNED:
            raise Fault("choice-missing")
        answer()
        self._show_plan(self._draft(plan.choice))

    def hidden(self, *, dco: bool = True) -> Mapping[str, Reveal]:
        """Disks that hide sectors, by identity, with what can be shown of them."""
        return self._seen.hidden(exercise=self.exercise, dco=dco) if self._seen else {}

    def unanswered(self) -> Mapping[str, Reveal]:
        """Disks of the plan that hide sectors, while nobody said whether to show them."""
        return {
            name: found for name, found in self.hidden().items() if self._wishes.left_hidden.get(name) != found.areas
        }

    def leave_hidden(self, identity: str) -> None:
        """A person lets the hidden sectors be: another plan, with that in it. Raises Fault choice-missing."""
        found, plan = self.hidden().get(identity), self._plan
        if found is None or plan is None or self.job.state is not State.PLANNED:
            raise Fault("choice-missing")
        self._wishes.left_hidden[identity] = found.areas
        self._show_plan(self._draft(plan.choice))

    def reveal(self, identity: str, typed: str, *, dco: bool = True) -> None:
        """Show the hidden sectors of this disk, take the inventory again, and plan anew what was planned. Raises Fault
        confirm-wrong, choice-missing (too late, or nothing is hidden)."""
        wanted = self.hidden(dco=dco).get(identity)
        if wanted is None or self.job.state not in (State.ASSESSED, State.CHOSEN, State.PLANNED):
            raise Fault("choice-missing")
        by = self.job.operator or self.operator
        warrant = grant_reveal(wanted, typed, by=by, clock=self._machine.clock, new_id=lambda: secrets.token_hex(16))
        facts = self._facts()[identity]
        choice = self._plan.choice if self._plan else None

        def work() -> None:
            run_reveal(self._machine, self._stream, wanted, warrant, facts)
            self._plan = None
            self._wishes.left_hidden.pop(identity, None)
            self._take_inventory()
            if choice is not None and self.job.state is State.ASSESSED:
                self.choose(choice.system, choice.profile, chosen_by=choice.chosen_by, linux=choice.linux)

        self._in_thread(work)

    def ask_second(self, tool: str | None, person: str | None) -> None:
        """Another program, and perhaps another person, look at the disks after us: another plan, if there is one.

        Raises Fault second-person-same, choice-missing (consent was given).
        """
        if person is not None and (tool is None or person == (self.job.operator or self.operator)):
            raise Fault("second-person-same")
        if self.job.state not in _QUIET:
            raise Fault("choice-missing")
        self._wishes.second_tool, self._wishes.second_person = tool, person
        if self._plan is not None and self.job.state is State.PLANNED:
            self._show_plan(self._draft(self._plan.choice))

    def has_targets(self) -> bool:
        """False when no disk of this PC can be erased: an alarm, never an empty list that passes."""
        return self._seen is not None and bool(self._seen.targets)

    def no_disk_seen(self) -> bool:
        """True when this PC shows no disk of its own: only a person can say whether that is right."""
        return self._seen is not None and self._seen.no_disk_of_its_own

    def record_only(self, no_disk: NoDisk | None = None) -> None:
        """Sign what was seen of a PC whose disks cannot be erased. It ends as "à vous": a person must look, or has
        looked and says why there is no disk. Raises Fault no-disk-unexplained when that reason is not one."""
        if self.job.state is not State.ASSESSED:
            raise Fault("choice-missing")
        bare = self.no_disk_seen()
        if no_disk is not None and bare and not no_disk.complete:
            raise Fault("no-disk-unexplained")
        self.paper.ready()
        explained = no_disk is not None and bare
        if no_disk is not None and bare:
            self._stream.emit(Kind.NO_DISK, why=no_disk.why.value, text=no_disk.text.strip(), by=no_disk.by.strip())
        told = "no-disk-explained" if explained else "no-disk" if bare else "all-excluded"
        self._stream.emit(Kind.ATTENTION, reason=f"attention-{told}")

        def work() -> None:
            self.paper.finish(self._stream, plan=None, evidence=(), install=None)
            if explained:
                self._stream.emit(Kind.JOB_FINISHED, outcome="attention", exit_code=int(Exit.DONE))
                return
            fault = Fault("disk-none-found")
            tell(self._stream, fault)
            self._stream.emit(Kind.JOB_FINISHED, outcome="attention", exit_code=int(fault.exit_code))

        self._in_thread(work)

    def tested(self, test: str, result: TestResult, *, reason: str = "") -> None:
        """A person tried something, or passed it over. Nothing is taken once the record is signed."""
        if self.job.certificate is None:
            tried = Tried(id=test, result=result, mode="manual", reason=reason)
            self._stream.emit(Kind.FUNCTION_TESTED, **tried.wire())

    def grade(self, cosmetic: str | None) -> None:
        """How the PC looks, A to D; None takes it back."""
        if self.job.certificate is None:
            self._stream.emit(Kind.GRADED, cosmetic=cosmetic, scheme=scheme())

    def try_load(self) -> None:
        """Temperature under load and memory: a minute each, and never beside a disk that is being written."""
        if self.job.trying or self.job.certificate is not None or self.job.state not in _QUIET:
            return
        stream, machine = self._stream, self._machine
        stream.emit(Kind.TRIAL_STARTED, tests=list(functions.TIMED))

        def tell(tried: Tried) -> None:
            if stream.job.certificate is None:
                stream.emit(Kind.FUNCTION_TESTED, **tried.wire())

        threading.Thread(target=functions.run_timed, args=(machine, tell), name="trial", daemon=True).start()

    def sound(self) -> bool:
        """A tone on each side. False when no tool or no sound card could play it."""
        argv = ["speaker-test", "-t", "sine", "-f", "440", "-c", "2", "-l", "1"]
        try:
            return self._machine.run(argv, timeout_s=12).exit_status == 0
        except DoorError:
            return False

    def stop(self) -> None:
        """Stop what can be stopped. A disk that was not finished is not certified."""
        if not self._stop.is_set():
            self._stop.set()
            self._stream.emit(Kind.STOP_REQUESTED)

    def next_machine(self) -> None:
        """Back to the first state, for the next PC."""
        if self._idle():
            self._fresh()
            self.start()

    def send_now(self) -> None:
        def work() -> None:
            self.paper.deliver(self._stream)

        self._in_thread(work)

    def send_when_due(self, now: float) -> None:
        """What waits goes by itself. Called about once a second; ``now``: seconds of a clock that never jumps."""
        self._courier.tick(now, lambda: 0 if self.in_memory or self._saving.locked() else self.pending())

    def next_try_s(self, now: float) -> float | None:
        """Seconds until what waits is tried again; None when it is not, or just now."""
        return self._courier.left_s(now)

    def _try_again(self) -> float | None:
        stream = self._stream
        try:
            return self.paper.deliver(stream)
        except (Fault, OSError):
            return None  # a stick that was pulled, a full one: the queue is as it was, and the next try tells
        except Exception:  # noqa: BLE001 a bug ends on the screen and in the journal; the job under way goes on
            tell_bug(stream, self._folder(stream))
            return None

    def save_results(self) -> None:
        """Look for a stick and move to it what is in memory; whatever is running ends first."""
        storage = self.storage
        if storage is None or self._saving.locked():
            return
        running = self._background.running()

        def work() -> None:
            with self._saving:
                for thread in running:
                    thread.join()
                self._courier.join()
                keep()

        def keep() -> None:
            kept = storage.save()
            self.home, self.paper, self.systems = kept.home, kept.paper, kept.systems
            if self._journal is not None:
                self._journal = self._stream.move_journal(self._journals / self._journal.path.name)
            unsigned, self._unsigned = self._unsigned, None
            if unsigned is not None:
                self._sign(*unsigned)
                self._stream.emit(Kind.ATTENTION, reason="attention-paper-late")

        self._in_thread(work)

    def wait(self, timeout_s: float | None = None) -> None:
        """Until every thread of this session has ended (for ``--plain``, ``--json`` and tests)."""
        self._background.wait(timeout_s)

    def diagnostic(self) -> Path:
        """A folder with the journal and the facts, for whoever helps. No serial leaves without the technician."""
        folder = self._folder(self._stream)
        folder.mkdir(parents=True, exist_ok=True)
        lines = [str(event.to_wire()) for event in self.events()]
        (folder / "journal.txt").write_text("\n".join(lines), encoding="utf-8")
        (folder / "version.txt").write_text(f"regain {__version__}\n", encoding="utf-8")
        return folder

    # -- inside ----------------------------------------------------------------------------------------------

    @property
    def _journals(self) -> Path:
        return self.home / "journal"

    def _folder(self, stream: EventStream) -> Path:
        """For whoever helps with this PC."""
        return self.home / "diagnostic" / (stream.job.job_id or "none")

    def _facts(self) -> Mapping[str, Disk]:
        return self._seen.facts if self._seen else {}

    def _idle(self) -> bool:
        return not self._background.running()

    def _fresh(self) -> None:
        self._machine = self.open_machine()
        stamp = datetime.fromisoformat(self._machine.clock.utc()).strftime("%Y%m%dT%H%M%S%f")
        job_id = f"{stamp}-{secrets.token_hex(3)}"
        path = self._journals / f"{job_id}.jsonl"
        try:
            journal = Journal(path)
        except OSError as error:
            raise Fault("journal-write-failed", path=str(path), why=error.strerror or "") from error
        if self._journal is not None:
            self._journal.close()
        self._journal = journal
        self._stream = EventStream(self._machine.clock, self._journal)
        for listener in self._listeners:
            self._stream.subscribe(listener)
        self._seen = self._plan = self._unsigned = None
        self._wishes = Wishes(second_tool=self.second_tool)
        self._stop = threading.Event()
        self._stream.emit(
            Kind.JOB_STARTED,
            job_id=job_id,
            machine=self._machine.name,
            exercise=self._machine.exercise,
            version=__version__,
        )

    def _in_thread(self, work: Callable[[], None]) -> None:
        stream = self._stream
        self._background.run(work, stream=stream, folder=lambda: self._folder(stream))

    def _take_inventory(self) -> None:
        def told(probe: ProbeDone) -> None:
            self._stream.emit(
                Kind.PROBE_FINISHED,
                probe=probe.probe,
                done=probe.done,
                total=probe.total,
                ok=probe.ok,
                error=probe.error,
            )

        inventory = collect(self._machine, on_probe=told)
        self._stream.emit(Kind.INVENTORY_FINISHED, inventory=to_wire(inventory), seconds=inventory.took_s)
        for tried in settled(inventory):
            self._stream.emit(Kind.FUNCTION_TESTED, **tried.wire())
        never = self.stick.never if self.stick else ()
        seen = self._seen = examine(self._machine, inventory, needs=self.systems.needs(), never=never)
        offers = [self.systems.facts(name) for name in seen.eligibility.linux.profiles]
        # an exercise needs no image: its install is rehearsed
        profiles = [facts for facts in offers if facts["image_bytes"] or (self.exercise and not facts["hidden"])]
        verdict = seen.eligibility.windows11.verdict
        self._stream.emit(
            Kind.ASSESSED,
            eligibility=to_wire(seen.eligibility),
            options=options(
                seen.eligibility,
                linux_profiles=profiles,
                windows=self.systems.windows_facts(inventory, verdict),
                windows_profiles=self.systems.windows_offers(inventory, verdict),
                disks=len(seen.targets),
            ),
            excluded=to_wire(seen.excluded),
            resumable=self.resumable(),
            cut=self._cut_later(),
        )

    def _draft(self, choice: Choice) -> Plan:
        if self._seen is None:
            raise Fault("choice-missing")
        return draft(
            self._seen,
            choice,
            self._wishes,
            machine=self._machine,
            systems=self.systems,
            journals=self._journals,
            level=self.level,
            tag=self.job.tag,
        )

    def _finish(self, plan: Plan, result: Result) -> None:
        try:
            self._sign(plan, result)
        except (Fault, OSError) as error:
            # a stick that was pulled, or that went read-only in the middle: it is signed when a stick is there
            self._unsigned = (plan, result)
            pulled = Fault("journal-write-failed", path=str(self.home), wrote=None)
            fault = error if isinstance(error, Fault) else pulled
            tell(self._stream, fault)
            self._stream.emit(Kind.ATTENTION, reason="attention-no-paper")
            self._stream.emit(Kind.JOB_FINISHED, outcome="attention", exit_code=int(fault.exit_code))
            return
        if not self._stream.safe:
            self._stream.emit(Kind.JOB_FINISHED, outcome="attention", exit_code=int(result.exit_code))
            return
        self._stream.emit(Kind.JOB_FINISHED, outcome=result.outcome, exit_code=int(result.exit_code))

    def _sign(self, plan: Plan, result: Result) -> None:
        self.paper.finish(self._stream, plan=plan, evidence=result.evidence, install=result.install)
        if self._stream.safe:
            close_runs(self._journals, [e.identity.text for e in result.evidence if e.outcome is not Outcome.UNKNOWN])
