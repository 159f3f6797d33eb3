"""``regain disks`` and ``regain erase``: one disk, from identity to certificate."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import emit_json, say, w
from agent.cli.one_disk import OneDisk, interruptible
from agent.cli.options import Json
from agent.model.erasure import Level, Outcome
from agent.model.errors import Exit, Fault
from agent.model.events import Kind
from agent.model.facts import Known, Unreadable, known

if TYPE_CHECKING:
    from agent.erasure.resume import ResumePoint
    from agent.job.stream import EventStream
    from agent.model.erasure import Method
    from agent.model.inventory import Disk
    from agent.model.plan import Exclusion, Plan


PSID_METHOD = "opal-psid"


def register(app: typer.Typer) -> None:
    app.command("disks", help="Les disques : identité, état, méthode prévue et pourquoi.")(disks)
    app.command("erase", help="Efface un disque, le prouve, écrit le rapport signé et le certificat.")(erase)


def disks(as_json: Json = False) -> None:
    from agent.erasure.gate import exclude
    from agent.erasure.thaw import possible
    from agent.inventory.disks import list_disks
    from agent.job.planning import boot_medium
    from agent.machine.live import LiveMachine
    from agent.wiring import never_targets

    machine = LiveMachine()
    fact = list_disks(machine)
    if isinstance(fact, Unreadable):
        raise Fault("tool-garbage", tool="lsblk", why=fact.error)
    found = known(fact) or ()
    never = boot_medium(found, never_targets(machine))
    exclusions = exclude(found, allow_loop=True, allow_usb=True, boot_medium=never)
    thaws = possible(machine, found)
    rows = [_row(d, x, thaws=thaws) for d, x in zip(found, exclusions, strict=True)]
    if as_json:
        emit_json(rows)
        return
    if not rows:
        say(w()("cli-disks-none"))
    for row in rows:
        _show(row)


def _row(disk: Disk, exclusion: Exclusion | None, *, thaws: bool) -> dict[str, Any]:
    """One disk as the contract has it: facts, identity, why it is excluded (null: it is not), method and why."""
    from agent.erasure.ladder import choose
    from agent.inventory.wire import disk_wire
    from agent.model.identity import identify

    identity = identify(disk)
    row: dict[str, Any] = disk_wire(disk) | {
        "identity": identity.text if identity else None,
        "excluded": w()(exclusion.reason, **exclusion.params) if exclusion else None,
        "excluded_id": exclusion.reason if exclusion else None,
    }
    try:
        method = choose(disk, level=None, reached=True, lifted={"skip-frozen"} if thaws else ())
        row["method"] = {
            "name": method.technique,
            "level": method.level,
            "passes": method.passes,
            "verify": method.verify,
            "reason": w()(method.reason, **method.params),
            "estimate_s": method.estimate_s,
            "skipped": [{"name": s.technique, "why": w()(s.reason, **s.params)} for s in method.skipped],
            "fallback": _fallback(method.fallback),
        }
    except Fault as fault:
        row["method"] = {"name": None, "level": Level.NONE, "reason": w()(f"err-{fault.error_id}", **fault.params)}
    return row


def _fallback(method: Method | None) -> dict[str, Any] | None:
    """What the plan goes on with when the drive refuses its command or was not seen to erase."""
    if method is None:
        return None
    return {"name": method.technique, "passes": method.passes, "reason": w()(method.reason, **method.params)}


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
    if after := method.get("fallback"):
        for line in wrapped(lang("plain-fallback", method=after["reason"]), "  "):
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
    reveal: Annotated[
        str | None, typer.Option(help="Montre d'abord les secteurs cachés, pour toujours : hpa, ou dco (HPA et DCO).")
    ] = None,
    operator: Annotated[str, typer.Option(help="Numéro de carte.")] = "",
    tag: Annotated[str | None, typer.Option(help="Étiquette du poste.")] = None,
    zero_pass: Annotated[
        bool, typer.Option("--zero-pass", help="Une dernière passe de zéros, après la relecture du flux.")
    ] = False,
    second_tool: Annotated[
        str | None, typer.Option(help="Second contrôle par un autre programme : cmp, sha256 ou badblocks.")
    ] = None,
    second_person: Annotated[
        str | None, typer.Option(help="Numéro de carte de la personne qui fait le second contrôle.")
    ] = None,
    psid: Annotated[
        str | None,
        typer.Option(help="Disque Opal : le code PSID de son étiquette ; « ? » pour le taper à la question."),
    ] = None,
    boot_areas: Annotated[
        bool,
        typer.Option(
            "--boot-areas", help="eMMC : efface aussi les zones d'amorçage. Le poste peut ne plus jamais démarrer."
        ),
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Une phrase par ligne (c'est l'affichage normal ici).")
    ] = False,
    as_json: Json = False,
) -> None:
    if verify not in (None, "full", "sample") or level is Level.NONE:
        raise Fault("usage", what="--verify full|sample, --level clear|purge")
    if reveal not in (None, "hpa", "dco"):
        raise Fault("usage", what="--reveal hpa|dco")
    _check_second(second_tool, second_person, operator)
    number = _psid(psid, method)
    run = _Erase(disk, confirm, out, operator=operator, tag=tag, as_json=as_json)
    code = run(
        technique=PSID_METHOD if number else None if method == "auto" else method,
        level=level,
        verify=verify,
        reveal=reveal,
        second={"tool": second_tool, "person": second_person, "zero_pass": zero_pass},
        psid=number,
        boot_areas=boot_areas,
    )
    raise typer.Exit(int(code))


def _psid(typed: str | None, method: str) -> str:
    """The number as the drive wants it, "" when it is not asked for. Raises Fault usage, psid-missing."""
    from agent.erasure.tcg import clean_psid

    if typed is None and method != PSID_METHOD:
        return ""
    if method not in ("auto", PSID_METHOD):
        raise Fault("usage", what=f"--psid PSID [--method {PSID_METHOD}]")
    if typed in (None, "?"):
        typed = typer.prompt(w()("cli-ask-psid"))
    number = clean_psid(str(typed))
    if number is None:
        raise Fault("psid-missing", disk="")
    return number


def _check_second(tool: str | None, person: str | None, operator: str) -> None:
    """A second person is another one, and has something to look with. Raises Fault usage."""
    from agent.erasure.second import TOOLS

    if tool is not None and tool not in TOOLS:
        raise Fault("usage", what=f"--second-tool {'|'.join(TOOLS)}")
    if person is not None and (tool is None or not person.strip() or person.strip() == operator.strip()):
        raise Fault("usage", what="--second-person CARTE --second-tool …, --operator CARTE")


class _Erase(OneDisk):
    held = Kind.ERASURE_FINISHED

    def __call__(
        self,
        *,
        technique: str | None,
        level: Level | None,
        verify: str | None,
        reveal: str | None,
        second: Mapping[str, Any],
        psid: str = "",
        boot_areas: bool = False,
    ) -> Exit:
        from agent.job.engine import run_plan
        from agent.job.history import close_runs, resume_points
        from agent.job.planning import disk_facts

        facts = self.target_facts()
        stream = self._reveal(facts, dco=reveal == "dco") if reveal else None
        if stream is not None:
            facts = self.target_facts()  # its size is another one, and so is what --confirm consents to
        points = resume_points(self.journals)
        plan = self._plan(
            facts,
            points,
            technique=technique,
            level=level,
            verify=verify,
            second=second,
            boot_areas=boot_areas,
        )
        name = plan.targets[0].identity.text
        warrant = self.consent(plan, plan.targets[0].identity)
        paper = self.paper()
        resume = {n: p for n, p in points.items() if n == name}
        stream = self.open_story(plan, warrant, stream=stream)
        known_facts = {**disk_facts(self.disks), name: facts}
        result = interruptible(
            lambda stop: run_plan(
                self.machine,
                stream,
                plan,
                warrant,
                known_facts,
                stop=stop,
                install=None,
                resume=resume,
                psids={name: psid} if psid else None,
            )
        )
        if result.exit_code is Exit.REFUSED:
            # a guard said no and nothing was written: a sentence, no paper
            self.last_line({})
            return Exit.REFUSED
        paper.finish(stream, plan=plan, evidence=result.evidence, install=None)
        close_runs(self.journals, [e.identity.text for e in result.evidence if e.outcome is not Outcome.UNKNOWN])
        stream.emit(Kind.JOB_FINISHED, outcome=result.outcome, exit_code=int(result.exit_code))
        self.last_line(stream.job.certificate or {})
        return result.exit_code

    def _reveal(self, facts: Disk, *, dco: bool) -> EventStream | None:
        """Show what the drive hides; None when it hides nothing. Raises Fault confirm-wrong, not-revealed."""
        from agent.job.consent import grant_reveal
        from agent.job.revealing import offer, run_reveal

        wanted = offer(facts, exercise=False, dco=dco)
        if wanted is None:
            return None
        clock = self.machine.clock
        warrant = grant_reveal(
            wanted, self.confirm, by=self.operator, clock=clock, new_id=lambda: secrets.token_hex(16)
        )
        stream = self.begin_story()
        run_reveal(self.machine, stream, wanted, warrant, facts)
        stream.emit(Kind.ASSESSED, eligibility={}, options=[])
        return stream

    def _plan(
        self,
        disk: Disk,
        points: Mapping[str, ResumePoint],
        *,
        technique: str | None,
        level: Level | None,
        verify: str | None,
        second: Mapping[str, Any],
        boot_areas: bool,
    ) -> Plan:
        from dataclasses import replace

        from agent.erasure.areas import with_boot_areas
        from agent.erasure.second import asked
        from agent.erasure.thaw import possible
        from agent.job.history import liars
        from agent.job.planning import make_plan, obstacles_lifted, plan_targets
        from agent.model.inventory import Inventory
        from agent.model.plan import Choice, SystemChoice

        targets = plan_targets(
            [disk],
            [None],
            level=level,
            reaches=self.machine.has_firmware,
            technique=technique,
            verify=verify,
            liars=liars(self.journals),
            lifted=obstacles_lifted(thaws=possible(self.machine, self.disks), points=points),
        )
        if any(second.values()):
            targets = tuple(replace(t, method=asked(t.method, **second)) for t in targets)
        if boot_areas:
            targets = tuple(replace(t, method=with_boot_areas(t.method, disk)) for t in targets)
        return make_plan(
            inventory=Inventory(disks=Known((disk,), "lsblk")),
            tag=self.tag,
            targets=targets,
            excluded=(),
            choice=Choice(system=SystemChoice.NONE, profile=None, chosen_by=self.operator),
            install=None,
            exercise=False,
        )
