"""What is Windows' own of ``regain image add``, of ``regain install``, and of ``--confirm-boot``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.cli import emit_json, say, w
from agent.model.errors import Fault
from agent.model.facts import known

if TYPE_CHECKING:
    from agent.install.windows.wim import Index
    from agent.job.stream import EventStream
    from agent.machine.door import Machine
    from agent.model.identity import DiskIdentity
    from agent.model.inventory import Inventory
    from agent.model.plan import InstallPlan
    from agent.model.report import Report
    from agent.model.windows import Way


def sidecar_folder(image: Path) -> Path | None:
    """The folder of a Windows image, from that folder or a file in it; None for anything else."""
    from agent.install.windows.sidecar import SIDECAR

    folder = image if image.is_dir() else image.parent
    return folder if (folder / SIDECAR).is_file() else None


def basis_of(word: str | None) -> Any:
    """Raises Fault usage for a licence that does not exist, or none."""
    from agent.model.windows import Basis

    try:
        return Basis(word or "")
    except ValueError:
        raise Fault("usage", what=w()("windows-licence-asked")) from None


def look_at_pc(machine: Machine) -> tuple[Inventory, Any]:
    """The facts of this PC and its Windows 11 verdict."""
    from agent.eligibility.assess import assess
    from agent.inventory.collect import collect

    inventory = collect(machine)
    return inventory, assess(inventory, ()).windows11.verdict


def plan(
    machine: Machine,
    folder: Path,
    identity: DiskIdentity,
    *,
    profile: str,
    licence: str | None,
    edition: str | None,
    despite: str | None,
    logical_block: int,
    tag: str | None,
    setup: bool = False,
) -> InstallPlan:
    """The plan of ``regain install`` for a Windows image. Raises Fault usage, windows-refused, windows-edition."""
    from agent.install.windows.choice import refuse_edition
    from agent.install.windows.sidecar import SIDECAR, read_confirmations, read_sidecar
    from agent.job import windows

    image = read_sidecar(folder / SIDECAR)
    if profile != image.id:
        raise Fault("profile-unknown", profile=profile, known=image.id)
    basis = basis_of(licence)
    refuse_edition(image, edition, basis)
    inventory, verdict = look_at_pc(machine)
    status = read_confirmations(folder, image).status("setup" if setup else "apply")
    offer = windows.Offer(image=image, basis=basis, folder=folder, status=status, setup=setup)
    return windows.plan_offer(
        offer,
        identity,
        inventory=inventory,
        host=windows.host_of(inventory, verdict),
        logical_block=logical_block,
        tag=tag,
        exercise=False,
        despite=despite,
    )


# -- bringing an image -----------------------------------------------------------------------------------------


def add(
    file: Path,
    *,
    image_id: str,
    index: int | None,
    origin: str,
    licences: Sequence[str],
    language: str | None,
    operator: str,
    images: Path,
    setup: bool,
    as_json: bool,
) -> None:
    """Read everything in the files and write the sidecar; nothing is assumed. ``setup``: keep what Setup needs too.

    Raises Fault.
    """
    from agent.install.windows import media
    from agent.install.windows.iso import copy_out, in_order
    from agent.install.windows.setup_plan import MEDIA
    from agent.install.windows.sidecar import FOLDER, make_sidecar, write_sidecar
    from agent.install.windows.wim import Wim
    from agent.machine.live import LiveMachine

    whole = file.is_dir() or file.suffix.lower() == ".iso"
    if not file.is_file() and not whole:
        raise Fault("file-unreadable", path=str(file), why="not a file")
    if setup and not whole:
        raise Fault("usage", what=w()("windows-setup-iso"))
    machine = LiveMachine()
    bases = [basis_of(word) for word in licences] or [basis_of(None)]
    folder = images / FOLDER / image_id
    if whole:
        files = copy_out(machine, file.resolve(), folder, media=MEDIA if setup else "")
        say_or_skip("windows-copied", as_json=as_json, file=", ".join(f.name for f in files))
    else:
        if file.resolve().parent != folder.resolve():
            raise Fault("usage", what=w()("image-add-inside", folder=str(folder)))
        files = (
            in_order([f for f in folder.iterdir() if f.suffix.lower() == ".swm"])
            if file.suffix.lower() == ".swm"
            else [file.resolve()]
        )
    if index is None:
        lines = [_line(each) for each in Wim(machine=machine, files=files).indexes()]
        raise Fault("usage", what="\n".join([w()("windows-index-asked"), *lines]))
    obtained = {"from": origin, "date": machine.clock.utc()[:10], "by": operator}
    kept = None
    if setup:
        kept, files = media.take(machine, folder), media.split(machine, files)
    image = make_sidecar(
        machine, files, index, image_id=image_id, obtained=obtained, bases=bases, language=language, setup=kept
    )
    path = write_sidecar(folder, image)
    if as_json:
        emit_json({**image.model_dump(mode="json", by_alias=True), "sidecar": str(path)})
    else:
        say(w()("windows-added", file=str(path), name=image.image.name, language=image.image.language))
        if kept is not None:
            say(w()("windows-setup-added", files=kept.files))


def _line(each: Index) -> str:
    facts = {"index": each.number, "name": each.name, "edition": each.edition, "language": each.language}
    return w()("windows-index-line", **facts, build=each.build)


def say_or_skip(message: str, *, as_json: bool, **params: Any) -> None:
    if not as_json:
        say(w()(message, **params))


def rows(images: Path) -> list[dict[str, Any]]:
    """The Windows images of a folder, for ``regain image list``; one with a mistake says it."""
    from agent.install.windows.setup_plan import LIST
    from agent.install.windows.sidecar import SIDECAR, folders, read_confirmations, read_sidecar

    found = []
    for folder in folders(images):
        try:
            image = read_sidecar(folder / SIDECAR)
            seen = read_confirmations(folder, image)
            present = all((folder / part.name).is_file() for part in image.files)
            wire = image.model_dump(mode="json", by_alias=True)
            told = {"kind": "windows", "status": seen.status("apply"), "present": present}
            if image.setup is not None:
                told |= {"setup_status": seen.status("setup"), "present": present and (folder / LIST).is_file()}
            found.append({**wire, **told})
        except Fault as fault:
            why = w()(f"err-{fault.error_id}.why", **fault.params)
            found.append({"id": folder.name, "kind": "windows", "error": why})
    return found


def check(folder: Path) -> list[tuple[str, str]]:
    """(finding id, detail) of an image against its sidecar: hashes, then every checksum inside."""
    from agent.install.windows import media
    from agent.install.windows.gate import file_hash
    from agent.install.windows.sidecar import SIDECAR, read_sidecar
    from agent.install.windows.wim import Wim
    from agent.machine.live import LiveMachine

    machine, image = LiveMachine(), read_sidecar(folder / SIDECAR)
    found: list[tuple[str, str]] = []
    try:
        for part in image.files:
            digest = file_hash(machine, folder / part.name)
            if digest != part.sha256:
                found.append(("hash", f"{part.name}: {digest[:12]}… ≠ {part.sha256[:12]}…"))
        if not found:
            wim = Wim(machine=machine, files=[folder / part.name for part in image.files])
            wim.whole_set()
            wim.verify()
        if image.setup is not None:
            found += [("hash", why) for why in media.check(machine, folder, image.setup)]
    except Fault as fault:
        found.append(("unreadable", str(fault.params.get("why") or fault.params)))
    return found


# -- the first start -------------------------------------------------------------------------------------------


def confirm_boot(
    machine: Machine, disk: str, folder: Path, report: Report, *, operator: str, out: Path, as_json: bool
) -> None:
    """The technician saw Windows start on this PC: looked for on the disk, signed, written beside the image.

    ``report`` is the verified record of the install, or of a Setup that was staged and has installed since then.
    Raises Fault boot-not-seen, usage without a card.
    """
    from agent.install.windows.sidecar import SIDECAR, confirm, read_sidecar
    from agent.install.windows.started import find_traces
    from agent.install.windows.wim import Wim
    from agent.model.windows import PROVEN_MAKERS, PROVEN_MODELS, Confirmation

    if not operator.strip():
        raise Fault("usage", what="--operator")
    image = read_sidecar(folder / SIDECAR)
    install = report.install
    if install is None or install.os_family != "windows" or install.result not in _CONFIRMED or report.exercise:
        raise Fault("boot-not-seen", why=w()("windows-other-record"))
    path = _CONFIRMED[install.result]
    if install.image_sha256 != image.files[0].sha256:
        raise Fault("boot-not-seen", why=w()("windows-other-image"))
    wim = Wim(machine=machine, files=[folder / part.name for part in image.files])
    names = frozenset(name.lower() for name in wim.names(image.image.index))
    told = install.detail.get("identifiers")
    identifiers = told if isinstance(told, dict) else {}
    traces = find_traces(machine, disk, identifiers, image_names=names, staged=path == "setup")
    inventory, _ = look_at_pc(machine)
    stream = _sign(machine, out, inventory, report, traces, operator=operator)
    maker, model = known(inventory.system.manufacturer) or "?", known(inventory.system.product) or "?"
    seen = confirm(
        folder,
        image,
        Confirmation(
            report_id=stream["report_id"],
            maker=maker,
            model=model,
            workshop=report.workshop or "",
            card=operator,
            date=machine.clock.utc()[:10],
            path=path,
        ),
    )
    models = seen.models(path)
    makers = {each for each, _ in models}
    if as_json:
        emit_json({**stream, "image": image.id, "path": path, "status": seen.status(path), "models": len(models),
                   "makers": len(makers), "traces": traces})  # fmt: skip
    else:
        say(w()("windows-confirmed", id=image.id, maker=maker, model=model, models=len(models), want=PROVEN_MODELS,
                makers=len(makers), wantmakers=PROVEN_MAKERS, path=path))  # fmt: skip


_CONFIRMED: Mapping[str, Way] = {"done": "apply", "staged": "setup"}
"""Result of the record that is confirmed, and by which path its Windows came."""

_KEPT = (
    "os_family",
    "profile",
    "image_id",
    "image_sha256",
    "version",
    "edition",
    "language",
    "licence_basis",
    "path",
    "layout",
)


def _sign(
    machine: Machine,
    out: Path,
    inventory: Inventory,
    report: Report,
    traces: Sequence[str],
    *,
    operator: str,
) -> dict[str, Any]:
    """A signed record that says "started", from the record that said "checked", or that only Setup was there."""
    import secrets

    from agent import __version__
    from agent.job.journal import Journal
    from agent.job.stream import EventStream
    from agent.model.events import Kind
    from agent.model.facts import to_wire
    from agent.wiring import data_home, paper_for

    paper = paper_for(home=data_home(), machine=machine, records=out, deliver=False)
    paper.ready()
    job_id = secrets.token_hex(6)
    stream: EventStream = EventStream(machine.clock, Journal(out / "journal" / f"{job_id}.jsonl"))
    stream.emit(Kind.JOB_STARTED, job_id=job_id, machine=machine.name, exercise=machine.exercise, version=__version__)
    stream.emit(Kind.TAG_READ, tag=None, operator=operator)
    stream.emit(Kind.INVENTORY_FINISHED, inventory=to_wire(inventory), seconds=inventory.took_s)
    stream.emit(Kind.ASSESSED, eligibility={}, options=[])  # nothing is chosen here: what was installed is confirmed
    install = report.install.model_dump(mode="json") if report.install else {}
    identifiers = install.get("detail", {}).get("identifiers", {})
    detail = {"traces": list(traces), "seen_by": operator, "identifiers": identifiers, "after": str(report.report_id)}
    wire = {key: install.get(key) for key in _KEPT}
    told = {**wire, "ok": True, "status": "done", "verified": "started", "detail": detail}
    paper.finish(stream, plan=None, evidence=(), install=told)
    signed = next(e for e in reversed(stream.events()) if e.kind is Kind.RECORD_SIGNED)
    stream.emit(Kind.JOB_FINISHED, outcome="done", exit_code=0)
    return {"report_id": str(signed.params["report_id"]), "record": str(signed.params["path"])}
