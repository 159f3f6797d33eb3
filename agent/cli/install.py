"""``regain install``: one profile on one disk whose erasure is proven."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import images, tell, w
from agent.cli.one_disk import OneDisk, interruptible
from agent.cli.options import Json
from agent.model.errors import Exit, Fault
from agent.model.events import Kind
from agent.model.facts import Known, known
from agent.model.linux import AS_IT_IS, LinuxOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.job.stream import EventStream
    from agent.model.install import InstallResult
    from agent.model.inventory import Disk
    from agent.model.plan import InstallPlan, Plan
    from agent.model.report import Report
    from agent.model.warrant import Warrant


def register(app: typer.Typer) -> None:
    app.command("install", help="Installe un profil sur un disque prouvé vide.")(install)
    images.register(app)


def install(
    disk: Annotated[str, typer.Argument(help="Le disque, par exemple /dev/sdb ou /dev/loop3.")],
    image: Annotated[Path, typer.Option(help="L'image du profil (squashfs), ou le dossier d'une image Windows.")],
    profile: Annotated[str, typer.Option(help="Profil Linux (regain profile list) ou nom de l'image Windows.")] = "",
    confirm: Annotated[str, typer.Option(help="Les quatre derniers caractères de l'identité (regain disks).")] = "",
    erasure_record: Annotated[
        Path | None, typer.Option("--erasure-record", help="Le rapport d'effacement signé de ce disque.")
    ] = None,
    unproven: Annotated[
        str | None, typer.Option("--unproven", help="Installer sans preuve : le motif est imprimé.")
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="Clés publiques qui vérifient le rapport d'effacement.")] = None,
    out: Annotated[Path | None, typer.Option(help="Dossier du rapport signé.")] = None,
    operator: Annotated[str, typer.Option(help="Numéro de carte.")] = "",
    tag: Annotated[str | None, typer.Option(help="Étiquette du poste.")] = None,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Linux : disque chiffré. La phrase est écrite sur une feuille à remettre.")
    ] = False,
    locale: Annotated[str | None, typer.Option(help="Linux : autre langue, par exemple en_GB.UTF-8.")] = None,
    keyboard: Annotated[str | None, typer.Option(help="Linux : autre clavier, par exemple gb ou fr-bepo.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Linux : autre fuseau, par exemple Europe/Lisbon.")] = None,
    start_page: Annotated[
        str | None,
        typer.Option("--start-page", help="Borne : l'adresse qu'elle montre, par exemple https://www.mairie.fr."),
    ] = None,
    licence: Annotated[str | None, typer.Option(help="Windows : oem-msdm, retail-owned, mar-…")] = None,
    edition: Annotated[str | None, typer.Option(help="Windows : l'édition lue sur l'étiquette du poste.")] = None,
    despite: Annotated[
        str | None, typer.Option(help="Windows : installer malgré le verdict ; le motif est imprimé.")
    ] = None,
    setup: Annotated[
        bool, typer.Option("--setup", help="Windows : préparer l'installateur de Microsoft au lieu d'installer.")
    ] = False,
    confirm_boot: Annotated[
        bool, typer.Option("--confirm-boot", help="Windows a démarré sur ce poste : le constater et le signer.")
    ] = False,
    install_record: Annotated[
        Path | None, typer.Option("--install-record", help="Le rapport signé de l'installation (--confirm-boot).")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Une phrase par ligne (c'est l'affichage normal ici).")
    ] = False,
    as_json: Json = False,
) -> None:
    if unproven is not None and not unproven.strip():
        raise Fault("usage", what="--unproven MOTIF")
    if despite is not None and not despite.strip():
        raise Fault("usage", what="--despite MOTIF")
    if confirm_boot:
        _confirm_boot(disk, image, install_record, keys, out, operator=operator, as_json=as_json)
        raise typer.Exit(int(Exit.DONE))
    if not profile or not confirm:
        raise Fault("usage", what="--profile" if not profile else "--confirm")
    asked = _Windows(licence=licence, edition=edition, despite=despite, setup=setup)
    run = _Install(disk, profile, image, confirm, out, asked=asked, operator=operator, tag=tag, as_json=as_json)
    run.linux = LinuxOptions(
        encrypt=encrypt, locale=locale, keyboard=keyboard, timezone=timezone, start_page=start_page
    )
    code = run(erasure_record=erasure_record, unproven=unproven, keys=keys)
    raise typer.Exit(int(code))


def _confirm_boot(
    disk: str,
    image: Path,
    record: Path | None,
    keys: Path | None,
    out: Path | None,
    *,
    operator: str,
    as_json: bool,
) -> None:
    """Nothing is written on the disk: it is read, and what a person saw is signed."""
    from agent.cli import windows

    folder = windows.sidecar_folder(image)
    if folder is None or record is None:
        raise Fault("usage", what="--install-record --image")
    run = _Install(disk, "", image, "", out, asked=_Windows(), operator=operator, tag=None, as_json=as_json)
    if not run.machine.is_root():
        raise Fault("not-root")
    report = run.verified(record, keys)
    windows.confirm_boot(run.machine, disk, folder, report, operator=operator, out=run.out, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Windows:
    """What only a Windows image asks."""

    licence: str | None = None
    edition: str | None = None
    despite: str | None = None
    setup: bool = False


class _Install(OneDisk):
    held = Kind.INSTALL_FINISHED
    linux = AS_IT_IS

    def __init__(
        self,
        disk: str,
        profile: str,
        image: Path,
        confirm: str,
        out: Path | None,
        *,
        asked: _Windows,
        operator: str,
        tag: str | None,
        as_json: bool,
    ) -> None:
        super().__init__(disk, confirm, out, operator=operator, tag=tag, as_json=as_json)
        self.profile, self.image, self.asked = profile, image, asked

    def __call__(self, *, erasure_record: Path | None, unproven: str | None, keys: Path | None) -> Exit:
        facts = self.target_facts()
        planned = self._install_plan(facts)
        self._unlock(planned, erasure_record, unproven=unproven, keys=keys)
        plan = self._plan(facts, planned, unproven=unproven)
        warrant = self.consent(plan, planned.disk)
        paper = self.paper()
        stream = self.open_story(plan, warrant)
        result, fault = self._run(stream, planned, warrant)
        if fault is not None and fault.wrote is False:
            raise fault  # a guard said no: three sentences, no paper
        self._sign(paper, stream, plan, result, fault)
        code = fault.exit_code if fault else Exit.DONE
        outcome = "done" if fault is None else "aborted" if code is Exit.CANCELLED else "failed"
        stream.emit(Kind.JOB_FINISHED, outcome=outcome, exit_code=int(code))
        self.last_line(stream.job.certificate or {})
        if fault is not None:
            raise fault
        tell(w()(self._next(planned)))
        return code

    def _next(self, planned: InstallPlan) -> str:
        """Message id of what the technician does now."""
        from agent.install.plan import asks_recipient
        from agent.model.plan import SystemChoice

        if planned.staged:
            return "windows-setup-next"
        if planned.system is SystemChoice.WINDOWS:
            return "install-next-windows"
        return "install-next-questions" if asks_recipient(planned) else "install-next-start"

    def _windows_plan(self, facts: Disk, folder: Path) -> InstallPlan:
        from agent.cli import windows
        from agent.model.identity import identify

        identity = identify(facts)
        if identity is None:
            raise Fault("disk-no-identity", disk=self.path)
        planned = windows.plan(
            self.machine,
            folder,
            identity,
            profile=self.profile,
            licence=self.asked.licence,
            edition=self.asked.edition,
            despite=self.asked.despite,
            setup=self.asked.setup,
            logical_block=known(facts.logical_block_size) or 512,
            tag=self.tag,
        )
        self.image = folder / str(planned.image["file"])
        return planned

    def _install_plan(self, facts: Disk) -> InstallPlan:
        from agent.cli import windows
        from agent.install.layout import draw_identifiers
        from agent.install.manifest import entry_of
        from agent.install.own import profile_of
        from agent.install.plan import plan_install
        from agent.install.profiles import adapted
        from agent.model.identity import identify

        folder = windows.sidecar_folder(self.image)
        if folder is not None:
            if self.linux != AS_IT_IS:
                raise Fault("usage", what="--encrypt, --locale, --keyboard, --timezone, --start-page: Linux")
            return self._windows_plan(facts, folder)
        if self.asked.setup:
            raise Fault("usage", what="--setup: Windows")
        asked, listed = self.linux, entry_of(self.image)
        profile = adapted(profile_of(self.profile, listed[0] if listed else None), asked)
        if not self.image.is_file():
            raise Fault("image-missing", profile=self.profile)
        if listed is None:
            raise Fault("image-unlisted", file=str(self.image))
        identity = identify(facts)
        if identity is None:
            raise Fault("disk-no-identity", disk=self.path)
        return plan_install(
            profile=profile,
            identity=identity,
            disk_size_bytes=identity.size_bytes,
            logical_block=known(facts.logical_block_size) or 512,
            image=listed[1],
            identifiers=draw_identifiers(os.urandom, encrypted=asked.encrypt),
            firmware_mode="uefi" if self.machine.exists("/sys/firmware/efi") else "bios",
            tag=self.tag,
            rehearsed=False,
        )

    def _unlock(self, planned: InstallPlan, record: Path | None, *, unproven: str | None, keys: Path | None) -> None:
        """Raises Fault install-locked without a proof for this very disk, install-bad-ranges when that proof tells of
        sectors that no longer work and no reason is given, record faults for a paper that is wrong."""
        if record is not None:
            report = self.verified(record, keys).to_wire()
            if not proves_erased(report, planned.disk.text):
                raise Fault("install-locked", disk=planned.disk.suffix, record=record.name)
            if unproven is None and has_bad_ranges(report, planned.disk.text):
                raise Fault("install-bad-ranges", disk=planned.disk.suffix)
        elif unproven is None:
            raise Fault("install-locked", disk=planned.disk.suffix, record="-")

    def verified(self, record: Path, keys: Path | None) -> Report:
        """The report in a signed record or certificate whose signature holds, under given keys or our stations' own.

        Raises Fault file-unreadable, record-damaged, record-unknown-key, record-bad-signature, certificate-altered.
        """
        from agent.report.station import KEY_FILE, PUBLIC_KEYS
        from agent.report.verify import GIVEN, STATION, read_source, verify_file
        from agent.wiring import data_home

        trusted = dict(read_source(GIVEN, keys).keys) if keys else {}
        for station in [home / "station" for home in (self.out, data_home(), record.resolve().parent)]:
            # a station is ours when its private key lies here too; a lone list of keys beside a record proves nothing
            if keys is None and (station / KEY_FILE).is_file() and (station / PUBLIC_KEYS).is_file():
                trusted |= read_source(STATION, station / PUBLIC_KEYS).keys
        report = verify_file(record, keys=trusted).report
        if report is None:
            raise Fault("record-damaged", part="type")
        return report

    def _plan(self, facts: Disk, planned: InstallPlan, *, unproven: str | None) -> Plan:
        from agent.job.planning import make_plan
        from agent.model.inventory import Inventory
        from agent.model.plan import Choice

        return make_plan(
            inventory=Inventory(disks=Known((facts,), "lsblk")),
            tag=self.tag,
            targets=(),
            excluded=(),
            choice=Choice(system=planned.system, profile=planned.profile, chosen_by=self.operator),
            install=planned,
            exercise=False,
            unproven_reason=unproven,
        )

    def _run(
        self, stream: EventStream, planned: InstallPlan, warrant: Warrant
    ) -> tuple[InstallResult | None, Fault | None]:
        """Ctrl+C ends the step under way; everything is unmounted before the last word."""
        from agent.install.execute import install as execute
        from agent.model.warrant import Action

        def emit(kind: Kind, params: Mapping[str, Any]) -> None:
            stream.emit(kind, planned.disk.text, **params)

        phrase = self._phrase(planned) if planned.encrypted else ""

        def work(stop: threading.Event) -> InstallResult:
            with self.machine.open_disk(planned.disk, warrant, Action.INSTALL) as disk:
                return execute(self.machine, disk, planned, self.image, emit=emit, stop=stop, phrase=phrase)

        try:
            return interruptible(work), None
        except Fault as fault:
            return None, fault

    def _phrase(self, planned: InstallPlan) -> str:
        from agent.install.sheet import write_sheet

        phrase, sheet = write_sheet(self.out, planned, tag=self.tag, words=w())
        tell(w()("phrase-sheet-kept", path=str(sheet)))
        return phrase

    def _sign(
        self, paper: Any, stream: EventStream, plan: Plan, result: InstallResult | None, fault: Fault | None
    ) -> None:
        """The signed record of what was done, a failed install included."""
        from agent.job.systems import wire

        failed = {"ok": False, "verified": "none", "status": "failed", "error": fault.error_id if fault else ""}
        paper.finish(stream, plan=plan, evidence=(), install=wire(result) if result else failed)


def proves_erased(report: Mapping[str, Any], identity: str) -> bool:
    """True when the last erasure that the report has of this disk is proven, and the report is no rehearsal."""
    from agent.model.erasure import Outcome

    if report.get("exercise") is not False:
        return False
    proven = [Outcome(o).value for o in Outcome if o.proven]
    mine = _erasures(report, identity)
    return bool(mine) and mine[-1].get("outcome") in proven and not mine[-1].get("rehearsal", False)


def has_bad_ranges(report: Mapping[str, Any], identity: str) -> bool:
    """True when the last erasure of this disk lists sectors that could not be written or read."""
    from agent.model.erasure import BAD_RANGE_IDS

    return any(
        x.get("kind") in BAD_RANGE_IDS for e in _erasures(report, identity)[-1:] for x in e.get("exceptions", ())
    )


def _erasures(report: Mapping[str, Any], identity: str) -> list[Mapping[str, Any]]:
    return [e for e in report.get("erasures", ()) if e.get("disk", {}).get("identity") == identity]
