"""``regain registry``: serve, enrol-code, audit, rebuild, export, and revoke for a lost stick."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import emit_json, explain, guarded, say, tell, w
from agent.cli.options import Json
from agent.model.errors import Fault

if TYPE_CHECKING:
    from agent.registry.settings import RegistrySettings
    from agent.registry.store import Store

Db = Annotated[str | None, typer.Option("--db", help="URL de la base, ou chemin d'un fichier SQLite.")]
Key = Annotated[Path | None, typer.Option("--key", help="Fichier de la clé du registre.")]
EXERCISE_HELP = "Registre d'exercice : il ne reçoit que des exercices."


def register(app: typer.Typer) -> None:
    family = typer.Typer(name="registry", help="Le registre de référence.", no_args_is_help=True)

    @family.command("serve", help="Sert le registre.")
    def serve(
        db: Db = None,
        key: Key = None,
        listen: Annotated[str, typer.Option("--listen", help="ADRESSE:PORT.")] = "127.0.0.1:8080",
        exercise: Annotated[bool, typer.Option("--exercise", help=EXERCISE_HELP)] = False,
        network: Annotated[str, typer.Option("--network", help="Nom du réseau sur les pages.")] = "Regain",
        contact: Annotated[str, typer.Option("--contact", help="Contact montré sur les pages publiques.")] = "",
        base_url: Annotated[str | None, typer.Option("--base-url", help="Adresse publique, pour les reçus.")] = None,
        login_header: Annotated[
            str | None, typer.Option("--login-header", help="En-tête que le mandataire pose après connexion.")
        ] = None,
    ) -> None:
        guarded(
            _serve,
            listen=listen,
            db=db,
            key=key,
            exercise=exercise,
            network=network,
            contact=contact,
            base_url=base_url,
            login_header=login_header,
        )

    @family.command("enrol-code", help="Donne un code qui enrôle une clé, une seule fois.")
    def enrol_code(
        workshop: Annotated[str, typer.Option("--workshop", help="Les deux lettres de l'atelier.")],
        days: Annotated[int, typer.Option("--days", help="Durée de validité en jours.", min=1, max=365)] = 14,
        db: Db = None,
        key: Key = None,
        as_json: Json = False,
    ) -> None:
        guarded(_enrol_code, workshop=workshop, days=days, db=db, key=key, as_json=as_json)

    @family.command("revoke", help="Révoque une clé perdue ; ce qui est déjà reçu reste valable.")
    def revoke(
        kid: str,
        why: Annotated[str, typer.Option("--why", help="Motif, gardé dans la base.")] = "",
        db: Db = None,
        key: Key = None,
    ) -> None:
        guarded(_revoke, kid=kid, why=why, db=db, key=key)

    @family.command("audit", help="Contrôle signatures, reçus, journal, chaînes et vues.")
    def audit(
        head: Annotated[str | None, typer.Option("--head", help="Tête notée plus tôt, à retrouver.")] = None,
        db: Db = None,
        as_json: Json = False,
    ) -> None:
        guarded(_audit, head=head, db=db, as_json=as_json)

    @family.command("rebuild", help="Refait les vues à partir des rapports signés.")
    def rebuild(db: Db = None) -> None:
        guarded(_rebuild, db=db)

    @family.command("export", help="Les postes en CSV (règles françaises) ou en JSON.")
    def export(
        form: Annotated[str, typer.Option("--format", help="csv ou json.")] = "csv",
        out: Annotated[Path | None, typer.Option("--out", help="Fichier ; sinon la sortie standard.")] = None,
        db: Db = None,
    ) -> None:
        guarded(_export, form=form, out=out, db=db)

    app.add_typer(family)


def _serve(*, listen: str, **given: Any) -> None:
    _needed()
    from agent.registry import server

    host, port = server.address(listen)
    open_pages = server.is_loopback(host) and given["login_header"] is None
    settings = server.settings_for(open_pages=open_pages, **given)
    tell(w()("registry-cli-listening", url=f"http://{listen}/"))
    tell(w()("registry-cli-instance", instance=settings.instance))
    tell(w()("registry-cli-open" if open_pages else "registry-cli-closed"))
    server.serve(settings, host=host, port=port)


def _needed() -> None:
    from agent.registry.embedded import needed

    needed()


def _with_settings(
    db: str | None, key: Path | None, act: Callable[[Store, RegistrySettings], Any], *, exercise: bool = False
) -> Any:
    """Open a registry that may be serving meanwhile, do one thing, close it."""
    _needed()
    from agent.registry import server
    from agent.registry.store import Store

    settings = server.settings_for(db=db, key=key, exercise=exercise)
    store = Store(settings.db)
    try:
        store.create()
        return act(store, settings)
    finally:
        store.close()


def _with_store(db: str | None, act: Callable[[Store], Any]) -> Any:
    """Open an existing database, do one thing, close it. Raises Fault file-unreadable when there is none."""
    _needed()
    from sqlalchemy.engine import make_url

    from agent.registry.server import database_url
    from agent.registry.store import Store

    url = database_url(db)
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).is_file():
        raise Fault("file-unreadable", path=parsed.database, error="")
    store = Store(url)
    try:
        return act(store)
    finally:
        store.close()


def _enrol_code(*, workshop: str, days: int, db: str | None, key: Path | None, as_json: bool) -> None:
    _needed()
    from agent.registry.enrol import make_code

    code = _with_settings(db, key, lambda store, settings: make_code(store, settings, workshop=workshop, days=days))
    if as_json:
        emit_json({"code": code, "workshop": workshop.upper(), "days": days})
        return
    tell(w()("registry-cli-code", workshop=workshop.upper(), days=days))
    say(code)


def _revoke(*, kid: str, why: str, db: str | None, key: Path | None) -> None:
    _needed()
    from agent.registry import enrol

    _with_settings(db, key, lambda store, settings: enrol.revoke(store, settings, kid=kid, why=why))
    say(w()("registry-cli-revoked", kid=kid))


def _audit(*, head: str | None, db: str | None, as_json: bool) -> None:
    _needed()
    from agent.registry.audit import audit

    lang = w()
    done = _with_store(db, lambda store: audit(store, head=head))
    lines = [lang(f"registry-audit-{f.kind}", seq=f.seq or 0, **f.params) for f in done.findings]
    if as_json:
        emit_json(
            {
                "reports": done.reports,
                "keys": done.keys,
                "head": done.head or "",
                "findings": [{"kind": f.kind, "seq": f.seq, **f.params} for f in done.findings],
            }
        )
    if done.findings:
        fault = Fault("audit-failed", count=len(done.findings))
        for line in [*([] if as_json else lines), *explain(fault, lang)]:
            tell(line)
        sys.exit(int(fault.exit_code))
    if not as_json:
        say(lang("registry-cli-audit-good", reports=done.reports, keys=done.keys))
        say(lang("registry-cli-audit-head", head=done.head) if done.head else lang("registry-cli-audit-empty"))


def _rebuild(*, db: str | None) -> None:
    _needed()
    from agent.registry.audit import rebuild

    say(w()("registry-cli-rebuilt", reports=_with_store(db, rebuild)))


def _export(*, form: str, out: Path | None, db: str | None) -> None:
    import json

    if form not in ("csv", "json"):
        raise Fault("usage", what=f"--format {form}")
    _needed()
    from agent.registry.export import devices_csv
    from agent.registry.views import all_devices, is_exercise

    devices, exercise = _with_store(db, lambda store: (all_devices(store), is_exercise(store)))
    if form == "csv":
        data = devices_csv(devices, exercise=exercise)
    else:
        told = {"exercise": exercise, "devices": devices}
        data = (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    out.write_bytes(data)
    tell(w()("registry-cli-exported", count=len(devices), path=str(out)))
