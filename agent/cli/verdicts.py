"""``regain cpu`` and ``regain check``: what a processor, or a PC, may run, with the evidence and the remedies."""

from __future__ import annotations

import csv
import json
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

import typer

from agent.cli import say, w
from agent.cli.options import Json
from agent.model.errors import Exit, Fault
from agent.model.facts import known, to_wire

if TYPE_CHECKING:
    from agent.eligibility.advice import Advice
    from agent.eligibility.cpu import CpuAnswer
    from agent.locale import Words
    from agent.model.eligibility import Check, Eligibility, ProfileNeeds
    from agent.model.inventory import Inventory

WIDTH = 78
LABEL = 15
INDENT = " " * (2 + 5 + LABEL)


def register(app: typer.Typer) -> None:
    app.command("cpu", help="Un processeur : Windows 11 l'accepte-t-il, et selon quelle preuve ?")(cpu)
    app.command("check", help="Ce PC, ou un PC enregistré : verdicts Windows 11 et Linux, preuves et remèdes.")(check)


def _print_json(thing: Any) -> None:
    """One document on a line; keys without a value are null (the contract names them)."""
    print(json.dumps(thing, ensure_ascii=False), flush=True)


# -- regain cpu ----------------------------------------------------------------------------------------------------


def cpu(
    brand: Annotated[str | None, typer.Argument(help="Le nom tel que Linux le montre (/proc/cpuinfo).")] = None,
    vendor: Annotated[str | None, typer.Option(help="GenuineIntel, AuthenticAMD, …")] = None,
    family: Annotated[int | None, typer.Option(min=0, help="Famille, en décimal.")] = None,
    model: Annotated[int | None, typer.Option(min=0, help="Modèle, en décimal.")] = None,
    stepping: Annotated[int | None, typer.Option(min=0, help="Révision, en décimal.")] = None,
    platform_id: Annotated[str | None, typer.Option(help="Masque hexadécimal, par exemple 0x10.")] = None,
    system_model: Annotated[str | None, typer.Option(help="Modèle du PC (pour le seul i7-7820HQ).")] = None,
    batch: Annotated[Path | None, typer.Option(help="Fichier CSV : un objet JSON par ligne, dans l'ordre.")] = None,
    as_json: Json = False,
) -> None:
    from agent.eligibility.cpu import judge_cpu

    if batch is not None:
        for answer in _batch(batch):
            _print_json(answer.wire())
        return
    if brand is None:
        raise typer.BadParameter("BRAND | --batch FILE")
    try:
        mask = int(platform_id, 16) if platform_id else None
    except ValueError:
        raise typer.BadParameter(str(platform_id), param_hint="--platform-id") from None
    answer = judge_cpu(
        brand_raw=brand,
        vendor=vendor,
        family=family,
        model=model,
        stepping=stepping,
        platform_id=mask,
        system_model=system_model,
    )
    if as_json:
        _print_json(answer.wire())
        return
    lang = w()
    for piece in _wrap(
        lang("cpu-line", brand=answer.params["brand"], verdict=lang(f"cpu-verdict-{answer.verdict}")), ""
    ):
        say(piece)
    for line in _cpu_reasons(answer, lang):
        for piece in _wrap(line, "  "):
            say(piece)


def _cpu_reasons(answer: CpuAnswer, lang: Words) -> Iterator[str]:
    yield lang(answer.reason, **answer.params)
    if answer.verdict != "unknown":
        yield lang(f"cpu-decided-{answer.rule}", **answer.params)
    if answer.contradiction:
        yield lang("cpu-contradiction")
    if answer.engineering_sample:
        yield lang("note-engineering-sample")


def _batch(path: Path) -> Iterator[CpuAnswer]:
    """One answer a row, in order; a row that cannot be read is *unknown* with its reason.

    Raises Fault file-unreadable when there is no file or no column that could name a processor.
    """
    from agent.eligibility.cpu import unreadable_row

    try:
        stream: IO[str] = (
            sys.stdin if str(path) == "-" else path.open(encoding="utf-8-sig", errors="replace", newline="")
        )
        rows = csv.DictReader(stream)
        columns = set(rows.fieldnames or ())
    except (OSError, csv.Error) as error:
        raise Fault("file-unreadable", path=str(path), why=str(error), error=str(error)) from None
    with stream:
        if not columns & {"brand_raw", "family"}:
            raise Fault("file-unreadable", path=str(path), why="brand_raw ?", error="brand_raw ?")
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield unreadable_row("", "cpu-row-broken", why=str(error))
                continue
            yield _judge_row(row)


def _judge_row(row: Mapping[str, Any]) -> CpuAnswer:
    from agent.eligibility.cpu import judge_cpu, unreadable_row

    cells = {key: value.strip() for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
    brand = row.get("brand_raw")
    brand = brand if isinstance(brand, str) else ""
    numbers: dict[str, int | None] = {}
    for column, base in (("family", 10), ("model", 10), ("stepping", 10), ("platform_id", 16)):
        text = cells.get(column, "")
        try:
            numbers[column] = int(text, base) if text else None
        except ValueError:
            return unreadable_row(brand, "cpu-row-bad-number", column=column, value=text)
        if (numbers[column] or 0) < 0:
            return unreadable_row(brand, "cpu-row-bad-number", column=column, value=text)
    if not brand.strip() and numbers["family"] is None:
        return unreadable_row(brand, "cpu-row-no-brand")
    return judge_cpu(
        brand_raw=brand,
        vendor=cells.get("vendor") or None,
        family=numbers["family"],
        model=numbers["model"],
        stepping=numbers["stepping"],
        platform_id=numbers["platform_id"],
        system_model=cells.get("system_model") or None,
    )


# -- regain check --------------------------------------------------------------------------------------------------


def check(
    machine: Annotated[
        str | None, typer.Option(help="Dossier d'un PC enregistré, ou son nom. Sans elle : ce PC.")
    ] = None,
    require: Annotated[
        str | None, typer.Option(help="windows11 : code de sortie 7 quand ce PC n'est pas éligible tel quel.")
    ] = None,
    as_json: Json = False,
) -> None:
    from agent.eligibility.advice import advise
    from agent.eligibility.assess import assess

    if require not in (None, "windows11"):
        raise typer.BadParameter("windows11", param_hint="--require")
    inventory = _inventory(machine)
    profiles = _profiles()
    eligibility = assess(inventory, profiles)
    advice = advise(eligibility, profiles, today=_today(inventory, live=machine is None))
    if as_json:
        _print_json(wire(eligibility, advice))
    else:
        for line in report_text(inventory, eligibility, advice, profiles, w()):
            say(line)
    if require and eligibility.windows11.verdict != "eligible":
        raise typer.Exit(int(Exit.NOT_ELIGIBLE))


def _inventory(machine: str | None) -> Inventory:
    from agent.inventory.collect import collect

    if machine is None:
        from agent.machine.live import LiveMachine

        return collect(LiveMachine())
    from agent.machine.recorded import RecordedMachine, find_machine

    folder = Path(__file__).resolve().parents[2] / "tests" / "machines"
    return collect(RecordedMachine(find_machine(machine, folder)))


def _profiles() -> tuple[ProfileNeeds, ...]:
    from agent.install.manifest import images_folder
    from agent.install.own import profiles_with

    return tuple(profile.needs() for profile in profiles_with(images_folder(os.environ)))


def _today(inventory: Inventory, *, live: bool) -> Any:
    """Today, unless the clock of this PC is known to be wrong: then nothing is called past."""
    import datetime

    if live and known(inventory.clock.sane) is False:
        return None
    return datetime.datetime.now(datetime.UTC).date()


def wire(eligibility: Eligibility, advice: Sequence[Advice] = ()) -> dict[str, Any]:
    """The document of ``regain check --json`` (COMMANDS contract; ``advice`` and the last keys of a check are ours)."""
    windows, linux = eligibility.windows11, eligibility.linux
    return {
        "windows11": {
            "verdict": windows.verdict.value,
            "checks": [_check_wire(c) for c in windows.checks],
            "data": _plain(windows.data),
        },
        "linux": {
            "verdict": linux.verdict.value,
            "checks": [_check_wire(c) for c in linux.checks],
            "profiles": list(linux.profiles),
        },
        "advice": [{"topic": a.topic, "message": a.message, "params": _plain(a.params)} for a in advice],
    }


def _plain(thing: Any) -> Any:
    """Plain JSON that keeps nulls."""
    if isinstance(thing, Mapping):
        return {str(key): _plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_plain(item) for item in thing]
    return to_wire(thing)


def _check_wire(c: Check) -> dict[str, Any]:
    return {
        "id": c.id,
        "verdict": c.verdict.value,
        "found": c.found,
        "required": c.required,
        "source": c.source,
        "remedy": c.remedy,
        "kind": c.kind,
        "blocks": c.blocks,
        "message": c.message,
        "params": _plain(c.params),
    }


# -- the text of regain check --------------------------------------------------------------------------------------


def report_text(
    inventory: Inventory,
    eligibility: Eligibility,
    advice: Sequence[Advice],
    profiles: Sequence[ProfileNeeds],
    lang: Words,
) -> list[str]:
    """78 columns: both systems with the same number of lines, then what to do, then remarks."""
    windows, linux = eligibility.windows11, eligibility.linux
    labels = {p.id: p.label.get(lang.lang, p.id) for p in profiles}
    dated = {a.topic: _advice(a, lang, labels) for a in advice}
    rules = [c for c in windows.checks if c.blocks or c.id not in ("gpu", "display")]
    first = [
        lang("check-headline-windows", verdict=_verdict("windows", windows.verdict, windows.checks, lang)),
        *(line for c in rules for line in _rule(c, lang, labels)),
        *_wrap(dated["windows"], "  "),
    ]
    hidden = {p.id for p in profiles if p.hidden}
    shown = [p for p in linux.profiles if p not in hidden] or linux.profiles  # a test profile only for want of others
    names = ", ".join(labels.get(p, p) for p in shown)
    second = [
        lang("check-headline-linux", verdict=_verdict("linux", linux.verdict, linux.checks, lang)),
        *(line for c in linux.checks for line in _rule(c, lang, labels)),
        *_wrap(dated["linux"], "  "),
    ]
    height = max(len(first), len(second))  # neutral: the same room for both
    first += [""] * (height - len(first))
    second += [""] * (height - len(second))
    maker, model = known(inventory.system.manufacturer), known(inventory.system.model_name)
    model = model or known(inventory.system.product)
    title = lang("check-title", maker=maker or "", model=model or "").strip()
    profile_line = lang("check-profiles", profiles=names) if names else lang("check-profiles-none")
    return [
        title or lang("check-title-unknown"),
        "",
        *first,
        "",
        *second,
        "",
        *_wrap(profile_line, ""),
        *_remedies(eligibility, lang),
        *_remarks(eligibility, lang),
        *(piece for a in advice if a.topic == "data" for piece in _wrap(_advice(a, lang, labels), "")),
    ]


def _advice(line: Advice, lang: Words, labels: Mapping[str, str]) -> str:
    return lang(line.message, **_labelled(line.params, labels))


def _labelled(params: Mapping[str, Any], labels: Mapping[str, str]) -> Mapping[str, Any]:
    """The profile by its name for people instead of its id."""
    return {**params, "profile": labels.get(params["profile"], params["profile"])} if "profile" in params else params


def _verdict(system: Literal["windows", "linux"], verdict: str, checks: Sequence[Check], lang: Words) -> str:
    """The word in capitals, with the reason behind a no."""
    message = f"verdict-{system}-{verdict}"
    failed = [_small(lang(f"check-{c.id}")) for c in checks if c.blocks and c.verdict == "fail"]
    if verdict in ("not_eligible", "does_not_fit") and failed:
        word, _, reason = lang(f"{message}-because", reason=", ".join(failed)).partition(" (")
        return f"{word.upper()} ({reason}"
    return lang(message).upper()


def _small(name: str) -> str:
    """The name of a rule inside a sentence; an abbreviation keeps its capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _rule(c: Check, lang: Words, labels: Mapping[str, str]) -> list[str]:
    answer = lang(f"answer-{c.verdict}", kind=c.kind or "-")
    arrow = "→" if c.remedy and c.verdict != "pass" else " "
    head = f"{arrow} {answer:<4} {lang(f'check-{c.id}'):<{LABEL}}"
    text = lang(c.message, **_labelled(c.params, labels)) if c.message else c.found
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=INDENT) or [head]


def _remedies(eligibility: Eligibility, lang: Words) -> list[str]:
    """Every remedy once, in the order of the rules; the optional ones last."""
    from agent.eligibility import menu

    wanted: dict[str, Mapping[str, Any]] = {}
    for note in eligibility.windows11.data.get("notes", ()):
        if note["id"] in ("firmware-locked", "cmos-battery"):
            wanted[note["id"]] = note["params"]
    checks = [*eligibility.windows11.checks, *eligibility.linux.checks]
    for c in sorted(checks, key=lambda c: c.verdict == "pass"):
        if c.remedy:
            wanted.setdefault(c.remedy, c.params)
    if not wanted:
        return ["", lang("check-remedies-none")]
    lines = ["", lang("check-remedies")]
    for number, (remedy, params) in enumerate(wanted.items(), 1):
        lines += _wrap(f"{number}. {lang(remedy, **params)}", "  ", hang=3)
        makers = lang(f"remedy-{remedy}.makers")
        if makers != "–":
            lines += _wrap(lang("check-where", makers=makers), "     ")
    if (sent := menu.needed(checks)) is not None:
        lines += _wrap(lang("check-menu"), "  ")
        if sent.params["restart"] == "yes":
            lines += _wrap(lang("check-menu-restart"), "  ")
    return lines


def _remarks(eligibility: Eligibility, lang: Words) -> list[str]:
    notes = [
        lang(n["id"], **n["params"]) for n in eligibility.windows11.data.get("notes", ()) if n["id"].startswith("note-")
    ]
    notes += [
        lang("check-note-line", rule=lang(f"check-{c.id}"), text=lang(c.message or "", **c.params))
        for c in eligibility.windows11.checks
        if not c.blocks and c.id in ("gpu", "display")
    ]
    contradictions = eligibility.windows11.data.get("contradictions", ())
    lines = ["", lang("check-notes")] + [piece for n in notes for piece in _wrap(n, "  ")]
    if contradictions:
        lines += [lang("check-contradictions")] + [piece for c in contradictions for piece in _wrap(c, "  ")]
    return [*lines, ""]


def _wrap(text: str, indent: str, *, hang: int = 0) -> list[str]:
    """Lines of at most 78 columns; the no-break spaces of French stay with their words."""
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + " " * hang) or [""]
