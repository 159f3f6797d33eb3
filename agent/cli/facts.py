"""``regain inventory``, ``regain parse`` and ``regain record``: what a PC is, and what its tools say."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli import emit_json, say, tell, w
from agent.cli.options import Json
from agent.locale import Words
from agent.model.errors import Fault
from agent.model.facts import Absent, Known, MaybeFact, Unreadable, known

if TYPE_CHECKING:
    from agent.machine.door import Machine
    from agent.model.inventory import Disk, Inventory

_WIDTH = 78
_LABEL = 21
_GB, _GIB = 10**9, 1 << 30


def register(app: typer.Typer) -> None:
    app.command("inventory", help="Les faits de ce poste, ou d'un poste enregistré.")(inventory)
    app.command("health", help="Ce que les faits disent de l'état, une charge et la mémoire libre (2 min).")(health)
    app.command("parse", help="Ce que nos lecteurs lisent dans la réponse enregistrée d'un outil.")(parse)
    app.command("record", help="Enregistre ce poste dans un dossier, pour le banc et les tests.")(record)


def inventory(
    machine: Annotated[
        str | None, typer.Option(help="Dossier d'un poste enregistré, ou son nom. Sans elle : ce poste.")
    ] = None,
    as_json: Json = False,
    glpi: Annotated[bool, typer.Option("--glpi", help="Un document d'inventaire GLPI 10 ou 11, à importer.")] = False,
    tag: Annotated[str | None, typer.Option(help="Avec --glpi : l'étiquette du poste.")] = None,
    entity: Annotated[str | None, typer.Option(help="Avec --glpi : le TAG GLPI de l'atelier.")] = None,
) -> None:
    from agent.inventory.collect import collect
    from agent.inventory.wire import inventory_wire

    opened = _open(machine)
    found = collect(opened)
    if glpi:
        from agent.report.adapters.glpi import document
        from agent.report.device import public_inventory

        emit_json(document(public_inventory(inventory_wire(found)), tag=tag, entity=entity))
        return
    if as_json:
        emit_json(inventory_wire(found))
        return
    for line in inventory_text(found, w(), name=opened.name if opened.exercise else None):
        say(line)


def _open(machine: str | None) -> Machine:
    if machine is None:
        from agent.machine.live import LiveMachine

        return LiveMachine()
    from agent import wiring
    from agent.machine.recorded import RecordedMachine, find_machine

    return RecordedMachine(find_machine(machine, wiring.machines_folder()))


def health(
    seconds: Annotated[float, typer.Option(min=1, help="Durée de chacun des deux essais.")] = 60,
    as_json: Json = False,
) -> None:
    """Results in the form of the report; a test that could not be done is passed over with its reason."""
    from agent.inventory.collect import collect
    from agent.inventory.health import trial
    from agent.inventory.health.facts import settled
    from agent.machine.live import LiveMachine

    machine, lang = LiveMachine(), w()
    tried = [
        *settled(collect(machine)),
        trial.cpu_stress(machine, seconds=seconds),
        trial.ram(machine, seconds=seconds),
    ]
    if as_json:
        emit_json([one.wire() for one in tried])
        return
    for one in tried:
        value = "" if one.value is None else f" {one.value:g} {one.unit}".replace(".", lang("number-decimal"))
        reason = f", {lang(one.reason) if lang.has(one.reason) else lang.reason(one.reason)}" if one.reason else ""
        name = lang(f"function-{one.id.replace('_', '-')}")
        say(f"{name:<20} {lang('function-' + one.result.value.replace('_', '-'))}{value}{reason}")


def parse(
    tool: Annotated[str, typer.Argument(help="dmidecode, lshw, smartctl, hdparm, nvme-id-ctrl, …")],
    file: Annotated[Path, typer.Argument(help="La réponse de l'outil, telle quelle.")],
    as_json: Json = False,
) -> None:
    from agent.inventory.parse import TOOLS, parse_tool

    if tool not in TOOLS:
        raise typer.BadParameter(f"{tool} : {', '.join(TOOLS)}", param_hint="TOOL")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Fault("file-unreadable", path=str(file), why=error.strerror or "") from None
    wire = parse_tool(tool, data)
    if as_json:
        emit_json(wire)
    elif set(wire) == {"unreadable"}:
        say(w()("inv-parse-unreadable", why=wire["unreadable"]))
    else:
        say(json.dumps(wire, ensure_ascii=False, indent=2))


def record(
    directory: Annotated[Path, typer.Argument(help="Un dossier nouveau ou vide.")],
    redact: Annotated[bool, typer.Option("--redact", help="Remplace n° de série, UUID et adresses.")] = False,
) -> None:
    from agent.inventory.capture import record as capture
    from agent.machine.live import LiveMachine

    lang, machine = w(), LiveMachine()
    done = capture(machine, directory, redact=redact)
    size = -(-done.size_bytes // 1000)
    say(lang("inv-recorded", path=str(directory), commands=done.commands, files=done.files, size=size))
    say(lang("inv-recorded-redacted", n=done.replaced) if redact else lang("inv-recorded-plain"))
    if not machine.is_root():
        tell(lang("inv-recorded-partial"))


# -- text ----------------------------------------------------------------------------------------------------------


def inventory_text(found: Inventory, lang: Words, *, name: str | None = None) -> Iterator[str]:
    """One screen of facts: a label and its value, continued under the value, at most 78 columns."""
    yield lang("inv-exercise", name=name) if name else lang("inv-title")
    yield ""
    for label, value in _lines(found, lang):
        indent = " " * _LABEL
        first = f"{label:<{_LABEL - 1}} "
        yield from textwrap.wrap(value, _WIDTH, initial_indent=first, subsequent_indent=indent) or [first.rstrip()]
    yield ""
    yield lang("inv-took", seconds=f"{found.took_s:.2f}".replace(".", lang("number-decimal")))


def _said(fact: MaybeFact[Any], lang: Words) -> str:
    if fact is None:
        return lang("fact-not-told")
    if isinstance(fact, Absent):
        return lang("fact-absent")
    if isinstance(fact, Unreadable):
        return lang("fact-unreadable-why", why=fact.error)
    return f"{fact.value} ({lang('inv-estimated')})" if fact.note == "estimated" else str(fact.value)


def _joined(*facts: MaybeFact[str]) -> MaybeFact[str]:
    """Known words side by side; when none is known, the first fact."""
    words = [fact.value for fact in facts if isinstance(fact, Known)]
    return Known(" ".join(words), "") if words else facts[0]


def _gib(size: int) -> str:
    return f"{size / _GIB:.1f}".rstrip("0").rstrip(".")


def _lines(found: Inventory, lang: Words) -> Iterator[tuple[str, str]]:
    system, firmware = found.system, found.firmware
    virtual = f", {lang('inv-virtual')}" if known(system.virtual) else ""
    yield lang("inv-machine"), _said(_joined(system.manufacturer, system.model_name), lang) + virtual
    yield lang("inv-serial"), _serial(found, lang)
    yield lang("inv-chassis"), _said(found.chassis.type, lang)
    locked = f", {lang('inv-bios-locked')}" if known(firmware.admin_password) == "enabled" else ""
    yield lang("inv-bios"), _said(_joined(firmware.vendor, firmware.version, firmware.date), lang) + locked
    yield lang("inv-boot"), _boot(found, lang)
    secure = known(firmware.secure_boot)
    yield lang("inv-secure-boot"), lang(f"inv-secure-boot-{secure}") if secure else _said(firmware.secure_boot, lang)
    yield lang("inv-cpu"), _cpu(found, lang)
    yield lang("inv-memory"), _memory(found, lang)
    yield lang("inv-tpm"), _tpm(found, lang)
    yield from _labelled(lang("inv-disks"), _disks(found, lang))
    yield from _labelled(lang("inv-graphics"), _functions(found.gpus, lang))
    yield from _labelled(lang("inv-screen"), _screens(found, lang))
    yield from _labelled(lang("inv-battery"), _batteries(found, lang))
    yield from _labelled(lang("inv-network"), _network(found, lang))
    if known(found.undriven):
        yield from _labelled(lang("inv-missing"), _functions(found.undriven, lang))
    if missing := known(found.missing_firmware):
        yield from _labelled(lang("inv-firmware-files"), list(missing))
    yield lang("inv-windows-key"), _key(found, lang)
    time = known(found.clock.rtc_utc)
    flat = known(found.clock.sane) is False
    clock = lang("inv-clock-flat" if flat else "inv-clock-fine", time=time) if time else None
    yield lang("inv-clock"), clock or _said(found.clock.rtc_utc, lang)


def _labelled(label: str, values: list[str]) -> Iterator[tuple[str, str]]:
    for i, value in enumerate(values):
        yield ("" if i else label), value


def _serial(found: Inventory, lang: Words) -> str:
    quality = known(found.system.serial_quality)
    if quality is None:
        return _said(found.system.serial, lang)
    return lang(f"inv-serial-{quality}", serial=known(found.system.serial) or "-")


def _boot(found: Inventory, lang: Words) -> str:
    mode = known(found.firmware.mode)
    if mode == "uefi":
        return lang("inv-boot-uefi", bits=known(found.firmware.bits) or 64)
    if mode == "bios":
        return lang("inv-boot-uefi-possible" if known(found.firmware.uefi_supported) else "inv-boot-bios")
    return _said(found.firmware.mode, lang)


def _cpu(found: Inventory, lang: Words) -> str:
    brand = _said(found.cpu.brand_raw, lang)
    cores, threads = known(found.cpu.cores), known(found.cpu.threads)
    return f"{brand}, {lang('inv-cpu-cores', cores=cores, threads=threads)}" if cores and threads else brand


def _memory(found: Inventory, lang: Words) -> str:
    memory = found.memory
    if not isinstance(memory.installed_bytes, Known):
        return _said(memory.installed_bytes, lang)
    parts = [lang("size-gib", n=_gib(memory.installed_bytes.value))]
    if memory.installed_bytes.note:
        parts.append(lang("inv-estimated"))
    slots = known(memory.slots)
    if memory.modules and slots:
        parts.append(lang("inv-memory-modules", modules=len(memory.modules), slots=slots))
        kinds = {known(m.type) for m in memory.modules} - {None}
        parts += sorted(str(kind) for kind in kinds)
        if all(known(m.soldered) is True for m in memory.modules):
            parts.append(lang("inv-memory-soldered"))
    if largest := known(memory.max_bytes):
        parts.append(lang("inv-memory-max", size=lang("size-gib", n=_gib(largest))))
    return ", ".join(parts)


def _tpm(found: Inventory, lang: Words) -> str:
    version, seen = known(found.tpm.version), known(found.tpm.seen_by)
    if version and seen in ("smbios", "acpi"):
        return lang("inv-tpm-hidden" if seen == "smbios" else "inv-tpm-unbound", version=version)
    return version or _said(found.tpm.version if known(found.tpm.present) else found.tpm.present, lang)


def _disks(found: Inventory, lang: Words) -> list[str]:
    if not isinstance(found.disks, Known):
        return [_said(found.disks, lang)]
    lines = [_disk(disk, lang) for disk in found.disks.value]
    for controller in known(found.storage_controllers) or ():
        if hidden := known(controller.hidden_disks):
            lines.append(lang("inv-hidden", n=hidden))
        elif isinstance(controller.hidden_disks, Unreadable):
            lines.append(lang("inv-hidden-unknown", why=controller.hidden_disks.error))
    return lines or [lang("inv-none")]


def _disk(disk: Disk, lang: Words) -> str:
    size, medium = known(disk.size_bytes), known(disk.medium)
    name: str | None = known(disk.model) or known(disk.path)
    parts: list[str] = [
        name or "?",
        lang("size-gb", n=round(size / _GB)) if size else _said(disk.size_bytes, lang),
        lang(f"inv-medium-{medium or 'unknown'}"),
    ]
    if serial := known(disk.serial):
        parts.append(lang("inv-disk-serial", serial=serial))
    if (hours := known(disk.power_on_hours)) is not None:
        parts.append(lang("inv-disk-hours", hours=hours))
    if moved := known(disk.reallocated_sectors):
        parts.append(lang("inv-disk-reallocated", n=moved))
    if known(disk.smart_passed) is False:
        parts.append(lang("inv-disk-smart-failed"))
    if disk.security is not None and known(disk.security.locked):
        parts.append(lang("inv-disk-locked"))
    elif disk.security is not None and known(disk.security.frozen):
        parts.append(lang("inv-disk-frozen"))
    if uses := known(disk.in_use):
        parts.append(lang("inv-disk-in-use", why=", ".join(lang.reason(use) for use in uses)))
    return ", ".join(parts)


def _functions(fact: Any, lang: Words) -> list[str]:
    if not isinstance(fact, Known):
        return [_said(fact, lang)]
    lines = []
    for one in fact.value:
        maker = known(one.vendor) or one.vendor_id
        driver = known(one.driver)
        name = known(one.device) or f"{one.vendor_id}:{one.device_id}"
        lines.append(f"{maker} {name}" + (f", {driver}" if driver else ""))
    return lines or [lang("inv-none")]


def _screens(found: Inventory, lang: Words) -> list[str]:
    if not isinstance(found.displays, Known):
        return [_said(found.displays, lang)]
    lines = []
    for one in found.displays.value:
        words = {
            "maker": known(one.manufacturer) or "?",
            "model": known(one.model) or "?",
            "width": str(known(one.width_px) or "?"),
            "height": str(known(one.height_px) or "?"),
            "inches": str(known(one.diagonal_inches) or "?").replace(".", lang("number-decimal")),
        }
        lines.append(lang("inv-screen-line", **words))
    return lines or [lang("inv-none")]


def _batteries(found: Inventory, lang: Words) -> list[str]:
    if not isinstance(found.batteries, Known):
        return [_said(found.batteries, lang)]

    def figure(fact: MaybeFact[float]) -> str:
        value = known(fact)
        return "?" if value is None else f"{value:g}".replace(".", lang("number-decimal"))

    lines = []
    for one in found.batteries.value:
        line = lang(
            "inv-battery-line",
            name=known(one.name) or "?",
            full=figure(one.full_wh),
            design=figure(one.design_wh),
            wear=figure(one.wear_percent),
        )
        cycles = known(one.cycles)
        lines.append(f"{line}, {lang('inv-battery-cycles', n=cycles)}" if cycles else line)
    return lines or [lang("inv-none")]


def _network(found: Inventory, lang: Words) -> list[str]:
    if not isinstance(found.network, Known):
        return [_said(found.network, lang)]
    lines = []
    for port in found.network.value:
        kind, driver, mac = known(port.kind) or "other", known(port.driver), known(port.mac)
        lines.append(", ".join(part for part in (lang(f"inv-kind-{kind}"), known(port.device), driver, mac) if part))
    return lines or [lang("inv-none")]


def _key(found: Inventory, lang: Words) -> str:
    state, suffix = known(found.oem_windows_key), known(found.oem_windows_key_suffix)
    if state == "present":
        return lang("inv-key-present", suffix=suffix) if suffix else lang("inv-key-present-unread")
    return lang(f"inv-key-{state}") if state else _said(found.oem_windows_key, lang)
