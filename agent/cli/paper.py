"""``regain verify``, ``regain outbox`` and ``regain label``: papers checked, carried, sent and stuck on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import emit_json, language, say, tell, w
from agent.cli.options import Json
from agent.model.errors import Exit, Fault

if TYPE_CHECKING:
    from agent.report.outbox import Carried, Entry, Outbox
    from agent.report.station import StationView
    from agent.report.verify import Chain, KeySource, Verdict


def register(app: typer.Typer) -> None:
    app.command("verify", help="Contrôle des certificats et des rapports, sans réseau.")(verify)
    outbox = typer.Typer(help="Rapports en attente sur la clé.", no_args_is_help=True)
    outbox.command("list", help="Ce qui attend, ce qui est parti, ce qui est mis à part.")(outbox_list)
    outbox.command("push", help="Envoie au registre ce qui attend.")(outbox_push)
    outbox.command("enrol", help="Fait connaître cette clé à un registre, avec un code d'enrôlement.")(outbox_enrol)
    outbox.command("export", help="Copie tous les rapports dans un dossier.")(outbox_export)
    outbox.command("import", help="Reprend les rapports d'un dossier.")(outbox_import)
    app.add_typer(outbox, name="outbox")
    app.command("label", help="Une étiquette de poste.")(label)


def _station_folder() -> Path:
    from agent.wiring import data_home

    return data_home() / "station"


# --- verify -----------------------------------------------------------------------------------------------------


def verify(
    files: Annotated[list[Path], typer.Argument(help="Certificats (.pdf) et rapports (.jws).")],
    keys: Annotated[
        Path | None, typer.Option(help="Clés publiques de confiance (JWK). Aucune autre n'est lue.")
    ] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Refuse une suite dont un numéro manque.")] = False,
    disk: Annotated[
        str | None, typer.Option(help="Relit ce disque (ou cette image) et le compare à ce que le rapport dit.")
    ] = None,
    as_identity: Annotated[
        str | None, typer.Option("--as", help="Avec --disk : identité du disque effacé, quand il a été copié ailleurs.")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Avec --disk : relit un dixième.")] = False,
    canaries: Annotated[
        bool, typer.Option("--canaries", help="Avec --disk : cherche seulement les témoins et d'anciens contenus.")
    ] = False,
    as_json: Json = False,
) -> None:
    if disk is not None:
        from agent.cli.reverify import reverify

        reverify(disk, files, keys=keys, as_identity=as_identity, sample=sample, canaries=canaries, as_json=as_json)
    if as_identity is not None or sample or canaries:
        raise Fault("usage", what="--as, --sample, --canaries : --disk")
    from agent.report.verify import GIVEN, check_chains, read_source, verify_file

    given = read_source(GIVEN, keys) if keys else None
    station = _station_folder()
    results: list[tuple[Path, Verdict | Fault]] = []
    for path in files:
        try:
            results.append((path, verify_file(path, keys=given, station=station)))
        except Fault as refused:
            results.append((path, refused))
    good = [v for _, v in results if not isinstance(v, Fault)]
    chains = check_chains(good)
    faults = [v for _, v in results if isinstance(v, Fault)] + [c.fault for c in chains if c.fault]
    if complete:
        faults += [Fault("chain-broken", part="gap", seq=c.missing[0] + 1) for c in chains if c.missing]
    if as_json:
        told = [_verdict_wire(p, v) for p, v in results]
        emit_json({"ok": not faults, "files": told, "chains": [_chain_wire(c) for c in chains]})
    else:
        for path, verdict in results:
            _show_verdict(path, verdict)
        for chain in chains:
            _show_chain(chain)
        if good:
            _show_by_hand(good[0])
    for fault in faults:
        if as_json or fault.error_id == "chain-broken":
            _tell_fault(fault)
    if faults:
        raise typer.Exit(int(max(f.exit_code for f in faults)))


def _tell_fault(fault: Fault) -> None:
    from agent.cli import explain

    # the last line of an explanation speaks of disks: nothing here ever touches one
    for line in explain(fault, w())[:3]:
        tell(line)


def _verdict_wire(path: Path, verdict: Verdict | Fault) -> dict[str, Any]:
    lang = w()
    if isinstance(verdict, Fault):
        message = lang(f"err-{verdict.error_id}", **verdict.params)
        error = {"id": verdict.error_id, "code": verdict.code, "message": message, **verdict.params}
        return {"file": str(path), "ok": False, "error": error}
    wire: dict[str, Any] = {
        "file": str(path),
        "ok": True,
        "kind": verdict.kind,
        "kid": verdict.kid,
        "key_source": verdict.source.kind,
        "key_file": str(verdict.source.path),
        "sha256": verdict.sha256,
        "receipt": {"status": verdict.receipt, "received_at": verdict.received_at},
    }
    return wire | _claims_wire(verdict)


def _claims_wire(verdict: Verdict) -> dict[str, Any]:
    from agent.report.phrases import say as phrase
    from agent.report.wording import wording

    report, lang = verdict.report, w()
    if report is None:
        return {}
    said = wording(report, received_at=verdict.received_at)
    disks = [
        {
            "identity": e.disk.identity,
            "outcome": e.outcome.value,
            "level": e.level,
            "technique": e.technique,
            "proven": d.proven,
            "claim": phrase(lang, d.claim),
        }
        for e, d in zip(report.erasures, said.disks, strict=True)
    ]
    return {
        "report_id": report.report_id,
        "number": report.certificate_number,
        "tag": report.device.tag,
        "report_kind": report.kind.value,
        "exercise": report.exercise,
        "certificate": said.certificate,
        "title": lang(said.title.id),
        "created": report.time.created.utc,
        "chain": {"seq": report.chain.seq, "prev_sha256": report.chain.prev_sha256},
        "disks": disks,
        "install": [phrase(lang, line) for line in said.install],
    }


def _show_verdict(path: Path, verdict: Verdict | Fault) -> None:
    from agent.report.phrases import instant
    from agent.report.phrases import say as phrase
    from agent.report.wording import wording

    lang = w()
    if isinstance(verdict, Fault):
        say(lang("verify-bad", file=path.name))
        _tell_fault(verdict)
        return
    say(lang("verify-good", file=path.name))
    report = verdict.report
    if report is None:
        say("  " + lang("verify-receipt-good", when=instant(lang, verdict.received_at or "")))
        return
    said = wording(report, received_at=verdict.received_at)
    if said.exercise:
        say("  " + lang("verify-exercise"))
    number, tag = report.certificate_number or report.report_id, report.device.tag or lang("paper-no-tag")
    say("  " + lang("verify-claims-number", title=lang(said.title.id), number=number, tag=tag))
    for erasure, words in zip(report.erasures, said.disks, strict=True):
        model = erasure.disk.model if isinstance(erasure.disk.model, str) else "?"
        claim = phrase(lang, words.claim)
        say("  " + lang("verify-claims-disk", suffix=erasure.disk.identity[-4:], model=model, claim=claim))
        for line in words.beside:
            say("    " + phrase(lang, line))
    for line in said.install:
        say("  " + phrase(lang, line))
    when = instant(lang, report.time.created.utc)
    say("  " + lang("verify-signed", kid=verdict.kid, when=f"{when}, {phrase(lang, said.date)}" if said.date else when))
    say("  " + _source_words(verdict.source))
    receipt = f"verify-receipt-{'good' if verdict.receipt == 'valid' else verdict.receipt}"
    say("  " + lang(receipt, when=instant(lang, verdict.received_at or "")))


def _source_words(source: KeySource) -> str:
    return w()(f"verify-source-{source.kind}", path=str(source.path))


def _chain_wire(chain: Chain) -> dict[str, Any]:
    fault = chain.fault
    error = {"id": fault.error_id, "code": fault.code, **fault.params} if fault else None
    return {
        "kid": chain.kid,
        "first": chain.first,
        "last": chain.last,
        "missing": list(chain.missing),
        "ok": fault is None,
        "error": error,
    }


def _show_chain(chain: Chain) -> None:
    lang = w()
    if chain.fault is not None:
        return  # told with the faults
    if chain.first == chain.last:
        say(lang("verify-chain-single", kid=chain.kid, seq=chain.first))
    elif chain.missing:
        shown = ", ".join(str(n) for n in chain.missing[:20]) + (" …" if len(chain.missing) > 20 else "")
        say(lang("verify-chain-gap", kid=chain.kid, first=chain.first, last=chain.last, missing=shown))
    else:
        say(lang("verify-chain-good", kid=chain.kid, first=chain.first, last=chain.last))


def _show_by_hand(verdict: Verdict) -> None:
    from agent.report.verify import by_hand

    say()
    say(w()("verify-by-hand", file=verdict.path.name))
    for line in by_hand(verdict):
        say(f"  {line}")


# --- outbox -----------------------------------------------------------------------------------------------------


class _WallClock:
    """Waiting between tries of a command line is real waiting."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def _look() -> StationView:
    from agent.report.station import KEY_FILE, look

    folder = _station_folder()
    if not (folder / KEY_FILE).is_file():
        raise Fault("file-unreadable", path=str(folder / KEY_FILE), why=w()("outbox-no-station", path=str(folder)))
    return look(folder)


def outbox_list(as_json: Json = False) -> None:
    from agent.report.outbox import DEAD, PENDING, SENT

    view, lang = _look(), w()
    view.outbox.recover(registry=view.registry)
    rows = [_entry_wire(view.outbox, e) for state in (PENDING, SENT, DEAD) for e in view.outbox.entries(state)]
    if as_json:
        emit_json(rows)
        return
    if not rows:
        say(lang("outbox-empty"))
    for state in (PENDING, SENT, DEAD):
        here = [row for row in rows if row["state"] == state]
        if here:
            say(lang(f"outbox-head-{state}", count=len(here)))
        for row in here:
            _show_entry(row)


def _entry_wire(outbox: Outbox, entry: Entry) -> dict[str, Any]:
    from agent.report.outbox import open_report

    tried = outbox.attempts(entry.report_id)
    note = outbox.problem(entry)
    row: dict[str, Any] = {
        "file": entry.name,
        "state": entry.state,
        "seq": entry.seq,
        "report_id": entry.report_id,
        "tries": tried.get("tries", 0),
        "last_error": note.get("error_id") or tried.get("error_id"),
    }
    try:
        report = open_report(entry.token(), outbox.keys)
    except Fault as fault:
        return row | {"damaged": fault.error_id}
    return row | {"number": report.certificate_number, "tag": report.device.tag, "created": report.time.created.utc}


def _show_entry(row: dict[str, Any]) -> None:
    from agent.model.errors import ERRORS

    lang = w()
    if "damaged" in row:
        say("  " + lang("outbox-line-damaged", name=row["file"], code=ERRORS[row["damaged"]][0]))
        return
    line = lang("outbox-line", seq=row["seq"], number=row["number"] or "", tag=row["tag"] or lang("paper-no-tag"))
    code = ERRORS[row["last_error"]][0] if row["last_error"] in ERRORS else ""
    if row["tries"]:
        line += " · " + lang("outbox-tries", tries=row["tries"], why=code)
    elif code:
        line += f" · {code}"
    say("  " + line)


def outbox_push(
    rounds: Annotated[int, typer.Option(help="Nombre d'essais ; l'attente grandit entre deux.", min=1, max=20)] = 1,
    ca: Annotated[Path | None, typer.Option(help="Autorité de certification du registre (PEM).")] = None,
    as_json: Json = False,
) -> None:
    from agent.report.push import push
    from agent.report.transport import RegistryClient

    view, lang = _look(), w()
    view.outbox.recover(registry=view.registry)
    note = view.note.registry
    if note is None:
        raise Fault("not-enrolled", kid=view.kid)
    client = RegistryClient(
        note.url, key=None, kid=view.kid, registry_public=view.registry, instance=note.instance, ca=ca
    )
    result = push(view.outbox, client, _WallClock(), rounds=rounds)
    counts = {"delivered": len(result.delivered), "dead": len(result.dead), "waiting": result.waiting}
    if as_json:
        error = {"id": result.fault.error_id, "code": result.fault.code} if result.fault else None
        emit_json(counts | {"retry_after_s": result.retry_after_s, "error": error})
    else:
        say(lang("outbox-pushed", **counts))
        if result.retry_after_s is not None:
            say(lang("outbox-retry-in", seconds=round(result.retry_after_s)))
    if result.fault is not None:
        _tell_fault(result.fault)
        raise typer.Exit(int(Exit.NETWORK))


def outbox_enrol(
    url: Annotated[str, typer.Argument(help="Adresse du registre.")],
    code: Annotated[str, typer.Option(help="Code donné par « regain registry enrol-code ».")],
    name: Annotated[str, typer.Option(help="Nom de cette clé pour les gens du registre.")] = "banc",
) -> None:
    from agent.job.paper import enrol
    from agent.wiring import data_home, open_station

    station = open_station(data_home(), exercise=False)
    enrol(station, url=url, code=code, label=name)
    say(w()("outbox-enrolled", workshop=station.workshop, stick=station.note.stick_number))


def outbox_export(folder: Annotated[Path, typer.Argument(help="Dossier de copie.")], as_json: Json = False) -> None:
    from agent.report.station import publish_keys

    view = _look()
    carried = view.outbox.export(folder)
    publish_keys(folder, {**view.outbox.keys, **view.registry})
    _show_carried(carried, "outbox-exported", as_json=as_json)


def outbox_import(
    folder: Annotated[Path, typer.Argument(help="Dossier à reprendre.", exists=True, file_okay=False)],
    as_json: Json = False,
) -> None:
    view = _look()
    _show_carried(view.outbox.take_in(folder, registry=view.registry), "outbox-imported", as_json=as_json)


def _show_carried(carried: Carried, message: str, *, as_json: bool) -> None:
    from agent.model.errors import ERRORS

    lang = w()
    if as_json:
        emit_json({"added": carried.added, "known": carried.known, "refused": carried.refused})
    else:
        say(lang(message, added=len(carried.added), known=len(carried.known)))
        for name, error_id in carried.refused.items():
            say(lang("outbox-refused", name=name, code=ERRORS[error_id][0]))
    if carried.refused:
        raise typer.Exit(int(Exit.VERIFICATION_FAILED))


# --- label ------------------------------------------------------------------------------------------------------


def label(
    tag: Annotated[str, typer.Argument(metavar="LABEL", help="L'étiquette, par exemple RC02041U.")],
    form: Annotated[str, typer.Option("--format", help="zpl, brother, pdf ou png.")] = "pdf",
    out: Annotated[Path | None, typer.Option(help="Fichier à écrire.")] = None,
    registry: Annotated[str | None, typer.Option(help="Adresse du registre, pour le QR code.")] = None,
) -> None:
    from agent.model.tag import normalise
    from agent.report import label as labels
    from agent.report.files import write_atomic

    made = normalise(tag)
    match form:
        case "zpl":
            data = labels.zpl(made, base_url=registry)
        case "pdf":
            data = labels.pdf(made, base_url=registry, lang=language())
        case "png":
            data = labels.png(made, base_url=registry)
        case "brother":
            raise Fault("usage", what=w()("label-brother"))
        case _:
            raise Fault("usage", what=f"--format {form}")
    path = out or Path(f"{made.text}.{form}")
    try:
        write_atomic(path, data)
    except OSError as error:
        raise Fault("file-unreadable", path=str(path), why=error.strerror or "?") from error
    say(w()("label-written", tag=made.printed, path=str(path)))
