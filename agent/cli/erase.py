"""``regain disks`` and ``regain erase``: one disk, from identity to certificate."""

from __future__ import annotations

import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import Json, emit_json, say, w
from agent.model.erasure import Level, Outcome
from agent.model.errors import Exit, Fault
from agent.model.events import Event, Kind
from agent.model.facts import Known, Unreadable, known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.job.engine import Result
    from agent.job.stream import EventStream
    from agent.machine.door import Machine
    from agent.model.inventory import Disk
    from agent.model.plan import Exclusion, Plan


def register(app: typer.Typer) -> None:
    app.command("disks", help="Les disques : identité, état, méthode prévue et pourquoi.")(disks)
    app.command("erase", help="Efface un disque, le prouve, écrit le rapport signé et le certificat.")(erase)


def disks(as_json: Json = False) -> None:
    from agent.erasure.gate import exclude
    from agent.inventory.disks import list_disks
    from agent.machine.live import LiveMachine

    fact = list_disks(LiveMachine())
    if isinstance(fact, Unreadable):
        raise Fault("tool-garbage", tool="lsblk", why=fact.error)
    found = known(fact) or ()
    rows = [_row(d, x) for d, x in zip(found, exclude(found, allow_loop=True, allow_usb=True), strict=True)]
    if as_json:
        emit_json(rows)
        return
    if not rows:
        say(w()("cli-disks-none"))
    for row in rows:
        _show(row)


def _row(disk: Disk, exclusion: Exclusion | None) -> dict[str, Any]:
    """One disk as the contract has it: facts, identity, why it is excluded (null: it is not), method and why."""
    from agent.erasure.ladder import choose
    from agent.inventory.parse import disk_wire
    from agent.model.identity import identify

    identity = identify(disk)
    row: dict[str, Any] = disk_wire(disk) | {
        "identity": identity.text if identity else None,
        "excluded": w()(exclusion.reason, **exclusion.params) if exclusion else None,
        "excluded_id": exclusion.reason if exclusion else None,
    }
    try:
        method = choose(disk, level=None)
        row["method"] = {
            "name": method.technique,
            "level": method.level,
            "passes": method.passes,
            "verify": method.verify,
            "reason": w()(method.reason, **method.params),
            "estimate_s": method.estimate_s,
            "skipped": [{"name": s.technique, "why": w()(s.reason, **s.params)} for s in method.skipped],
        }
    except Fault as fault:
        row["method"] = {"name": None, "level": Level.NONE, "reason": w()(f"err-{fault.error_id}", **fault.params)}
    return row


def _show(row: dict[str, Any]) -> None:
    from agent.tui.plain import size_text, wrapped

    lang = w()

    def text(key: str) -> str:
        value = row.get(key)
        return str(value) if value is not None and not isinstance(value, dict) else "?"

    size = row.get("size_bytes")
    size_words = size_text(size, lang) if isinstance(size, int) else "?"
    say(f"{text('path')}  {text('model')}  {size_words}  {text('medium')}  {text('bus')}")
    if row["identity"]:
        say("  " + lang("cli-disk-identity", identity=row["identity"], suffix=row["identity"][-4:]))
    if row["excluded"]:
        for line in wrapped(lang("cli-disk-excluded", why=row["excluded"]), "  "):
            say(line)
        return
    method = row["method"]
    for line in wrapped(
        lang("cli-disk-method", method=f"{method['name']} ({method['level']}). {method['reason']}"), "  "
    ):
        say(line)
    for skipped in method.get("skipped", ()):
        for line in wrapped(f"- {skipped['name']} : {skipped['why']}", "    "):
            say(line)


def erase(
    disk: Annotated[str, typer.Argument(help="Le disque, par exemple /dev/sdb ou /dev/loop3.")],
    confirm: Annotated[str, typer.Option(help="Les quatre derniers caractères de son identité (regain disks).")],
    method: Annotated[str, typer.Option(help="auto, ou le nom d'une technique.")] = "auto",
    level: Annotated[Level | None, typer.Option(help="Niveau exigé : clear ou purge.")] = None,
    verify: Annotated[str | None, typer.Option(help="full : tout relire ; sample : par échantillon.")] = None,
    out: Annotated[Path | None, typer.Option(help="Dossier du rapport et du certificat.")] = None,
    operator: Annotated[str, typer.Option(help="Numéro de carte.")] = "",
    tag: Annotated[str | None, typer.Option(help="Étiquette du poste.")] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Une phrase par ligne (c'est l'affichage normal ici).")
    ] = False,
    as_json: Json = False,
) -> None:
    if verify not in (None, "full", "sample") or level is Level.NONE:
        raise Fault("usage", what="--verify full|sample, --level clear|purge")
    run = _Erase(disk, confirm, out, operator=operator, tag=tag, as_json=as_json)
    code = run(technique=None if method == "auto" else method, level=level, verify=verify)
    raise typer.Exit(int(code))


class _Erase:
    """The command as an object, because a run keeps a machine, a stream and a folder together."""

    def __init__(
        self, disk: str, confirm: str, out: Path | None, *, operator: str, tag: str | None, as_json: bool
    ) -> None:
        from agent.machine.live import LiveMachine
        from agent.wiring import data_home

        self.path, self.confirm, self.operator, self.tag = disk, confirm, operator, tag
        self.machine: Machine = LiveMachine()
        self.out = (out or data_home() / "records").resolve()
        self.as_json = as_json
        self._held: Event | None = None  # erasure_finished comes last, with the names of its papers

    def __call__(self, *, technique: str | None, level: Level | None, verify: str | None) -> Exit:
        from agent.job.consent import grant
        from agent.job.history import close_runs, resume_points
        from agent.job.planning import disk_facts

        facts = self._target_facts()
        plan = self._plan(facts, technique=technique, level=level, verify=verify)
        target = plan.targets[0]
        warrant = grant(
            plan,
            {target.identity.text: self.confirm},
            by=self.operator,
            clock=self.machine.clock,
            new_id=lambda: secrets.token_hex(16),
        )
        paper = self._paper()
        paper.ready()
        journals = self.out / "journal"
        resume = {n: p for n, p in resume_points(journals).items() if n == target.identity.text}
        stream = self._stream(journals)
        self._open_story(stream, plan, warrant.warrant_id)
        result = self._run(stream, plan, warrant, disk_facts([facts]), resume)
        refused = [e for e in result.evidence if e.outcome is Outcome.REFUSED]
        if refused and result.exit_code is Exit.REFUSED:
            # a guard said no and nothing was written: a sentence, no paper
            self._last_line(stream, {})
            return Exit.REFUSED
        paper.finish(stream, plan=plan, evidence=result.evidence, install=None)
        close_runs(journals, [e.identity.text for e in result.evidence if e.outcome is not Outcome.UNKNOWN])
        stream.emit(Kind.JOB_FINISHED, outcome=result.outcome, exit_code=int(result.exit_code))
        self._last_line(stream, stream.job.certificate or {})
        return result.exit_code

    def _target_facts(self) -> Disk:
        """The disk that was named, as the gate lets it through. Raises Fault disk-not-found, disk-excluded."""
        from agent.erasure.gate import exclude
        from agent.inventory.disks import list_disks
        from agent.model.identity import identify

        if not self.machine.is_root():
            raise Fault("not-root")
        found: Sequence[Disk] = known(list_disks(self.machine)) or ()
        real = str(Path(self.path).resolve())
        for disk, exclusion in zip(found, exclude(found, allow_loop=True, allow_usb=True), strict=True):
            if known(disk.path) != real:
                continue
            if exclusion is not None:
                raise Fault("disk-excluded", disk=real, why=w()(exclusion.reason, **exclusion.params))
            if identify(disk) is None:
                raise Fault("disk-no-identity", disk=real)
            return disk
        raise Fault("disk-not-found", disk=self.path)

    def _plan(self, disk: Disk, *, technique: str | None, level: Level | None, verify: str | None) -> Plan:
        from agent.job.planning import make_plan, plan_targets
        from agent.model.inventory import Inventory
        from agent.model.plan import Choice, SystemChoice

        return make_plan(
            inventory=Inventory(disks=Known((disk,), "lsblk")),
            tag=self.tag,
            targets=plan_targets([disk], [None], level=level, technique=technique, verify=verify),
            excluded=(),
            choice=Choice(system=SystemChoice.NONE, profile=None, chosen_by=self.operator),
            install=None,
            exercise=False,
        )

    def _paper(self) -> Any:
        from agent.wiring import data_home, paper_for

        return paper_for(home=data_home(), machine=self.machine, records=self.out, deliver=False)

    def _stream(self, journals: Path) -> EventStream:
        from agent.job.journal import Journal
        from agent.job.stream import EventStream

        stamp = self.machine.clock.utc().replace(":", "").replace("-", "").replace(".", "")
        journal = Journal(journals / f"{stamp}-{secrets.token_hex(3)}.jsonl")
        stream = EventStream(self.machine.clock, journal)
        stream.subscribe(self._sink())
        return stream

    def _sink(self) -> Any:
        from agent.tui.plain import PlainSink

        plain = PlainSink(say, w())

        def sink(event: Event) -> None:
            if event.kind is Kind.ERASURE_FINISHED:
                self._held = event
            if not self.as_json:
                plain(event)
            elif event.kind not in (Kind.ERASURE_FINISHED, Kind.JOB_FINISHED):
                emit_json(event.to_wire())

        return sink

    def _open_story(self, stream: EventStream, plan: Plan, warrant_id: str) -> None:
        """The events before consent, in short: a single disk has no inventory screen and no choice of system."""
        from agent import __version__

        job_id = stream.events()[-1].params["job_id"] if stream.events() else secrets.token_hex(6)
        stream.emit(Kind.JOB_STARTED, job_id=job_id, machine="live", exercise=False, version=__version__)
        stream.emit(Kind.ASSESSED, eligibility={"windows11": None, "linux": None}, options=[])
        stream.emit(Kind.CHOSEN, system="none", profile=None, chosen_by=self.operator)
        stream.emit(Kind.PLANNED, plan=plan.to_wire(), digest=plan.digest, short_digest=plan.short_digest)
        confirmed = [{"identity": t.identity.text, "suffix": t.identity.suffix} for t in plan.targets]
        stream.emit(Kind.CONSENTED, warrant_id=warrant_id, plan_digest=plan.digest, by=self.operator, disks=confirmed)

    def _run(self, stream: EventStream, plan: Plan, warrant: Any, facts: Any, resume: Any) -> Result:
        """In a thread, so that Ctrl+C asks the worker to stop and the record still tells how far it came."""
        from agent.job.engine import run_plan

        stop = threading.Event()
        results: list[Result] = []

        def work() -> None:
            results.append(run_plan(self.machine, stream, plan, warrant, facts, stop=stop, install=None, resume=resume))

        def ask_to_stop(number: int, frame: object) -> None:
            stop.set()

        before = {s: signal.signal(s, ask_to_stop) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            thread = threading.Thread(target=work)
            thread.start()
            while thread.is_alive():
                thread.join(0.5)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if not results:
            raise Fault("bug", wrote=None, path="engine")
        return results[0]

    def _last_line(self, stream: EventStream, papers: Any) -> None:
        if self.as_json and self._held is not None:
            line = self._held.to_wire()
            line["record"] = papers.get("path")
            line["certificate"] = papers.get("pdf") or papers.get("html")
            emit_json(line)
        sys.stdout.flush()
