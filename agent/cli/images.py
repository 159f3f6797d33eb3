"""``regain profile …`` and ``regain image …``: what may be installed, checked and made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import emit_json, say, tell, w
from agent.cli.options import Json
from agent.model.errors import Exit, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.install.contents import Contents, Finding, ImageReader
    from agent.install.profiles import Problem
    from agent.model.profile import ImageEntry, LinuxProfile

Images = Annotated[Path | None, typer.Option("--out", help="Dossier des images (sinon REGAIN_IMAGES).")]


def register(app: typer.Typer) -> None:
    profiles = typer.Typer(help="Les profils Linux : vérifier, lister.", no_args_is_help=True)
    profiles.command("check", help="Chaque erreur de chaque fichier, avec son chemin.")(profile_check)
    profiles.command("list", help="Les profils de ce programme.")(profile_list)
    app.add_typer(profiles, name="profile")
    images = typer.Typer(help="Les images : fabriquer, vérifier, ajouter, confirmer, lister.", no_args_is_help=True)
    images.command("build", help="Fabrique l'image d'un profil (root).")(image_build)
    images.command("check", help="Compare une image au manifeste et à ce qu'une image doit contenir.")(image_check)
    images.command("add", help="Ajoute votre image au manifeste.")(image_add)
    images.command("confirm", help="Confirme une image d'après des rapports signés d'atelier.")(image_confirm)
    images.command("list", help="Les images du dossier.")(image_list)
    app.add_typer(images, name="image")


# -- profiles ------------------------------------------------------------------------------------------------


def profile_check(
    files: Annotated[list[Path], typer.Argument(help="Fichiers YAML.")],
    as_json: Json = False,
) -> None:
    from agent.install.profiles import read_problems

    rows, bad = [], False
    for path in files:
        profile, problems = read_problems(path)
        bad = bad or profile is None
        rows.append({"file": str(path), "ok": profile is not None, "problems": [_problem(p) for p in problems]})
    if as_json:
        emit_json({"ok": not bad, "files": rows})
    else:
        for row in rows:
            _say_file(row)
    raise typer.Exit(int(Exit.NOT_ELIGIBLE if bad else Exit.DONE))


def _problem(problem: Problem) -> dict[str, Any]:
    facts = {"path": problem.path, "line": problem.line, "kind": problem.kind, "detail": problem.detail}
    message = w()(f"profile-problem-{problem.kind}", detail=problem.detail)
    return {**facts, "suggestion": problem.suggestion or None, "message": message}


def _say_file(row: dict[str, Any]) -> None:
    say(w()("profile-file-good" if row["ok"] else "profile-file-bad", file=row["file"], count=len(row["problems"])))
    for problem in row["problems"]:
        where = problem["path"] or w()("profile-whole-file")
        say("  " + w()("profile-problem-line", path=where, line=problem["line"], message=problem["message"]))
        if problem["suggestion"]:
            say("    " + w()("profile-suggestion", word=problem["suggestion"]))


def profile_list(as_json: Json = False) -> None:
    from agent.cli import language
    from agent.install.profiles import load_profiles

    found = load_profiles()
    if as_json:
        emit_json([_profile_row(p) for p in found])
        return
    for profile in found:
        label = getattr(profile.label, language())
        note = w()("profile-hidden") if profile.hidden else ""
        say(f"{profile.id:<16} {label}  {note}".rstrip())


def _profile_row(profile: LinuxProfile) -> dict[str, Any]:
    wire = profile.model_dump(mode="json", by_alias=True, exclude={"build", "checks"})
    return wire | {"hidden": profile.hidden}


# -- images --------------------------------------------------------------------------------------------------


def _folder(out: Path | None) -> Path:
    from agent.install.manifest import images_folder

    return (out or images_folder(os.environ)).expanduser().resolve()


def image_build(
    profile: Annotated[str, typer.Argument(help="Nom du profil, par exemple minimal.")],
    out: Images = None,
    as_json: Json = False,
) -> None:
    from agent.install.image import Builder
    from agent.install.profiles import folder, load_profile
    from agent.machine.live import LiveMachine

    machine = LiveMachine()
    started = machine.clock.monotonic()

    def progress(phase: str, seconds: float) -> None:
        line = w()("image-build-goes-on" if seconds else "image-build-phase", phase=w()(phase), seconds=round(seconds))
        (tell if as_json else say)(line)

    builder = Builder(
        machine=machine,
        profile=load_profile(profile),
        profiles=folder(),
        out=_folder(out),
        tell=progress,
        mirror=os.environ.get("MIRROR", ""),
    )
    entry = builder.build()
    seconds = round(machine.clock.monotonic() - started, 1)
    if as_json:
        emit_json({**entry.model_dump(mode="json"), "folder": str(builder.out), "seconds": seconds})
    else:
        path = str(builder.out / entry.file)
        say(w()("image-built", path=path, mib=round(entry.bytes / (1 << 20)), seconds=round(seconds)))


def image_check(
    file: Annotated[Path, typer.Argument(help="L'image (squashfs).")],
    as_json: Json = False,
) -> None:
    """Exit 5: the file does not equal its manifest, cannot be read, or could not start a PC."""
    if _is_windows(file):
        _check_windows(file, as_json=as_json)
    from agent.install.contents import ImageReader, all_findings, read_contents
    from agent.install.image import file_sha256
    from agent.install.manifest import entry_of
    from agent.install.own import profile_of
    from agent.machine.live import LiveMachine

    _must_be_there(file)
    machine = LiveMachine()
    listed = entry_of(file)
    entry = listed[1] if listed else None
    findings: list[Finding] = []
    answer: dict[str, Any] = {"file": str(file), "listed": entry is not None, "sha256": None, "contents": None}
    try:
        answer["sha256"] = file_sha256(machine, file)
        reader = ImageReader(machine, str(file.resolve()))
        contents = read_contents(reader)
        answer["contents"] = _contents_row(contents)
        profile = profile_of(listed[1].profile, listed[0]) if listed else None
        findings += all_findings(contents, reader, profile=profile)
        findings += _against_manifest(entry, answer["sha256"], contents) if entry else []
    except Fault as fault:
        if fault.error_id != "image-damaged":
            raise
        findings.append(_finding("unreadable", str(fault.params.get("why", ""))))
    ok = not any(f.refuses for f in findings)
    _tell_findings(answer, findings, ok=ok, as_json=as_json)
    raise typer.Exit(int(Exit.DONE if ok else Exit.VERIFICATION_FAILED))


def _is_windows(file: Path) -> bool:
    from agent.cli import windows

    return windows.sidecar_folder(file) is not None


def _check_windows(file: Path, *, as_json: bool) -> None:
    """A Windows image against its sidecar. Always ends the command."""
    from agent.cli import windows

    folder = windows.sidecar_folder(file)
    assert folder is not None
    findings = [_finding(kind, detail) for kind, detail in windows.check(folder)]
    answer = {"file": str(folder), "listed": True}
    _tell_findings(answer, findings, ok=not findings, as_json=as_json)
    if not as_json:
        say("  " + w()("windows-not-proven"))
    raise typer.Exit(int(Exit.VERIFICATION_FAILED if findings else Exit.DONE))


def _contents_row(contents: Contents) -> dict[str, Any]:
    return {
        "files": contents.files,
        "unpacked_bytes": contents.unpacked_bytes,
        "kernel": contents.kernel,
        "shim_signers": list(contents.signers),
    }


def _finding(finding_id: str, detail: str) -> Finding:
    from agent.install.contents import Finding

    return Finding(id=finding_id, refuses=True, detail=detail)


def _against_manifest(entry: ImageEntry, sha256: str, contents: Contents) -> list[Finding]:
    found = []
    if sha256 != entry.sha256:
        found.append(_finding("hash", f"{sha256[:12]}… ≠ {entry.sha256[:12]}…"))
    if (contents.files, contents.unpacked_bytes) != (entry.files, entry.unpacked_bytes):
        found.append(_finding("count", f"{contents.files} / {entry.files}"))
    return found


def _tell_findings(answer: dict[str, Any], findings: Sequence[Finding], *, ok: bool, as_json: bool) -> None:
    rows = [
        {"id": f.id, "refuses": f.refuses, "detail": f.detail, "message": w()(f"image-finding-{f.id}", detail=f.detail)}
        for f in findings
    ]
    if as_json:
        emit_json({**answer, "ok": ok, "findings": rows})
        return
    say(w()("image-check-good" if ok else "image-check-bad", file=answer["file"]))
    if not answer["listed"]:
        say("  " + w()("image-check-unlisted"))
    for row in rows:
        say(f"  {w()('image-refusal' if row['refuses'] else 'image-warning')} {row['message']}")
    say("  " + w()("image-check-not-started"))


def _must_be_there(file: Path) -> None:
    if not file.is_file():
        raise Fault("file-unreadable", path=str(file), why="not a file")


def image_add(
    file: Annotated[Path, typer.Argument(help="Votre image (squashfs), ou le WIM, ESD, SWM ou ISO de Windows.")],
    profile: Annotated[Path | None, typer.Option("--profile", help="Linux : son profil (YAML).")] = None,
    windows: Annotated[str | None, typer.Option("--windows", help="Windows : le nom à donner à l'image.")] = None,
    index: Annotated[int | None, typer.Option(help="Windows : numéro de l'image dans le fichier.")] = None,
    origin: Annotated[str, typer.Option("--from", help="Windows : iso, volume-portal ou mar-portal.")] = "iso",
    licence: Annotated[list[str] | None, typer.Option(help="Windows : licences permises (à répéter).")] = None,
    language: Annotated[str | None, typer.Option(help="Windows : langue, si ce n'est pas le français.")] = None,
    setup: Annotated[
        bool, typer.Option("--setup", help="Windows : garder aussi l'installateur de Microsoft (ISO ou son dossier).")
    ] = False,
    operator: Annotated[str, typer.Option(help="Numéro de carte.")] = "",
    out: Images = None,
    as_json: Json = False,
) -> None:
    if (profile is None) == (windows is None):
        raise Fault("usage", what="--profile / --windows")
    if windows is not None:
        from agent.cli import windows as bring

        bring.add(
            file, image_id=windows, index=index, origin=origin, licences=licence or (), language=language,
            operator=operator, images=_folder(out), setup=setup, as_json=as_json,
        )  # fmt: skip
        return
    assert profile is not None
    from agent.install import manifest as manifests
    from agent.install.contents import ImageReader, all_findings, read_contents
    from agent.install.image import installed_packages, make_entry, suite_of
    from agent.install.own import read_brought, write_sidecar
    from agent.machine.live import LiveMachine

    _must_be_there(file)
    chosen, folder = read_brought(profile), _folder(out)
    real = file.resolve()
    if not real.is_relative_to(folder):
        raise Fault("usage", what=w()("image-add-inside", folder=str(folder)))
    machine = LiveMachine()
    reader = ImageReader(machine, str(real))
    contents = read_contents(reader)
    refused = [f for f in all_findings(contents, reader, profile=chosen) if f.refuses]
    if refused:
        missing = "; ".join(w()(f"image-finding-{f.id}", detail=f.detail) for f in refused)
        raise Fault("image-unfit", file=file.name, missing=missing)
    entry = make_entry(
        machine, real, contents, file=str(real.relative_to(folder)), profile=chosen,
        suite=suite_of(_text_in(contents, reader, "usr/lib/os-release")),
        packages=installed_packages(_text_in(contents, reader, "var/lib/dpkg/status")), origin="local",
    )  # fmt: skip
    write_sidecar(folder, entry, chosen)
    manifests.write_manifest(folder, manifests.with_entry(manifests.read_manifest(folder), entry))
    if as_json:
        emit_json(entry.model_dump(mode="json"))
    else:
        say(w()("image-added", file=entry.file, profile=entry.profile))


def _text_in(contents: Contents, reader: ImageReader, name: str) -> str:
    return reader.text_of([name]).decode("utf-8", "replace") if name in contents.entries else ""


CONFIRM_MODELS, CONFIRM_MAKERS = 3, 2


def image_confirm(
    image: Annotated[str, typer.Argument(help="Nom de l'image ou du profil.")],
    out: Images = None,
) -> None:
    """Always refused in this version: no report can say ``started`` before a real PC has told so."""
    from agent.install.manifest import find_image, read_manifest

    if find_image(read_manifest(_folder(out)), image) is None:
        raise Fault("image-missing", profile=image)
    raise Fault("image-unconfirmed", image=image, models=CONFIRM_MODELS, makers=CONFIRM_MAKERS, have=0)


def _profile_fault(entry: ImageEntry, folder: Path) -> str | None:
    """Why nobody can choose this image: its profile is not of this program, and its sidecar is missing or wrong."""
    from agent.install.own import profile_of

    try:
        profile_of(entry.profile, folder)
    except Fault as fault:
        return w()(f"err-{fault.error_id}", **fault.params)
    return None


def image_list(out: Images = None, as_json: Json = False) -> None:
    from agent.cli import windows
    from agent.install.manifest import read_manifest

    folder = _folder(out)
    entries = read_manifest(folder).images
    brought = windows.rows(folder)
    if as_json:
        rows = [
            {**e.model_dump(mode="json"), "present": (folder / e.file).is_file(), "problem": _profile_fault(e, folder)}
            for e in entries
        ]
        emit_json({"folder": str(folder), "images": rows, "windows": brought})
        return
    if not entries and not brought:
        say(w()("image-list-none", folder=str(folder)))
    for entry in entries:
        status = w()(f"image-status-{entry.status}")
        size = f"{entry.bytes / (1 << 20):.0f} Mio"
        missing = "" if (folder / entry.file).is_file() else "  " + w()("image-list-missing")
        say(f"{entry.profile:<16} {entry.version:<10} {size:>9}  {status}{missing}")
        wrong = _profile_fault(entry, folder)
        if wrong:
            say("  " + w()("image-list-no-profile", why=wrong))
    for row in brought:
        if "error" in row:
            say(f"{row['id']:<16} {row['error']}")
            continue
        status = w()(f"image-status-{row['status']}")
        missing = "" if row["present"] else "  " + w()("image-list-missing")
        told = row["image"]
        say(f"{row['id']:<16} {told['name']} {told['version']} {told['language']}  {status}{missing}")
        if row.get("setup"):
            say(" " * 17 + w()("windows-setup-listed", status=w()(f"image-status-{row['setup_status']}")))
