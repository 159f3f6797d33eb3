"""lshw -json: the fallback for what dmidecode does not give. Volumes, labels and IP addresses are never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.inventory import quality
from agent.inventory.dmidecode import cpu_vendor, is_soldered, iso_date, model_name, virtual_by_name
from agent.inventory.text import Noise, count, guarded, json_document, known_if, mapping, rows, told
from agent.model.facts import Known, MaybeFact, known
from agent.model.inventory import (
    Battery,
    Board,
    Chassis,
    Controller,
    Cpu,
    Disk,
    Firmware,
    Medium,
    Memory,
    MemoryModule,
    NetworkPort,
    System,
)

_SOURCE = "lshw"
_NUMERIC = re.compile(r"\s*\[[0-9a-fA-F]{4}(:[0-9a-fA-F]{4})?\]$")  # what lshw -numeric adds
_CLASSES = (  # description -> PCI class
    (re.compile(r"serial attached scsi", re.I), "010700"),
    (re.compile(r"non-volatile memory|nvme", re.I), "010802"),
    (re.compile(r"raid", re.I), "010400"),
    (re.compile(r"sata", re.I), "010601"),
    (re.compile(r"\bide\b", re.I), "010100"),
    (re.compile(r"scsi", re.I), "010000"),
    (re.compile(r"vga|display|3d", re.I), "030000"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LshwFacts:
    system: System
    board: Board
    chassis: Chassis
    firmware: Firmware
    cpu: Cpu
    memory: Memory
    disks: tuple[Disk, ...]
    usb_disks: tuple[Disk, ...]
    gpus: tuple[Controller, ...]
    storage_controllers: tuple[Controller, ...]
    network: tuple[NetworkPort, ...]
    batteries: tuple[Battery, ...] | None


@dataclass(frozen=True, slots=True)
class _Node:
    """One node, with the bus addresses of those above it."""

    node: Mapping[str, Any]
    above: tuple[Mapping[str, Any], ...]

    def text(self, key: str) -> str:
        return str(self.node.get(key) or "")

    @property
    def usb(self) -> bool:
        return any(str(n.get("businfo", "")).startswith("usb@") for n in (self.node, *self.above))


@guarded
def parse_lshw(data: bytes | str) -> LshwFacts:
    """Facts of one ``lshw -json``; a list of roots is the form of the newer versions."""
    document = json_document(data)
    tops = rows(document if isinstance(document, list) else [document])
    if len(tops) != 1 or tops[0].get("class") != "system":
        raise Noise("not lshw's tree of one PC")
    nodes = list(_walk(tops[0], ()))
    core = next((n.node for n in nodes if n.text("class") == "bus" and n.text("id") == "core"), {})
    return LshwFacts(
        system=_system(tops[0], core),
        board=_board(tops[0], core),
        chassis=Chassis(type=told(mapping(tops[0].get("configuration")).get("chassis"), _SOURCE)),
        firmware=_firmware(nodes),
        cpu=_cpu(nodes),
        memory=_memory(nodes),
        disks=tuple(_disk(n) for n in nodes if _is_disk(n) and not n.usb),
        usb_disks=tuple(_disk(n) for n in nodes if _is_disk(n) and n.usb),
        gpus=tuple(_controller(n) for n in nodes if n.text("class") == "display" and n.text("businfo")),
        storage_controllers=tuple(
            _controller(n)
            for n in nodes
            if n.text("class") == "storage" and n.text("businfo").startswith("pci@") and not n.usb
        ),
        network=tuple(_port(n) for n in nodes if n.text("class") == "network" and n.text("logicalname")),
        batteries=tuple(_battery(n) for n in nodes if n.text("class") == "power" and "battery" in n.text("id")) or None,
    )


def _walk(node: Mapping[str, Any], above: tuple[Mapping[str, Any], ...]) -> Iterator[_Node]:
    yield _Node(node, above)
    for child in rows(node.get("children")):
        yield from _walk(child, (*above, node))


def _name(text: Any) -> MaybeFact[str]:
    return told(_NUMERIC.sub("", str(text)) if text is not None else None, _SOURCE)


def _judged(serial: MaybeFact[str], maker: str | None) -> MaybeFact[str]:
    if serial is None:
        return None
    return Known(quality.serial_quality(known(serial), manufacturer=maker).value, _SOURCE)


def _system(top: Mapping[str, Any], core: Mapping[str, Any]) -> System:
    settings = mapping(top.get("configuration"))
    sku = str(settings.get("sku") or "")
    product = str(top.get("product") or "").removesuffix(f" ({sku})") if top.get("product") is not None else None
    maker, version = told(top.get("vendor"), _SOURCE), told(top.get("version"), _SOURCE)
    serial, uuid = told(top.get("serial"), _SOURCE), told(settings.get("uuid"), _SOURCE)
    name = model_name(
        maker=known(maker),
        product=product,
        version=known(version),
        family=settings.get("family") if isinstance(settings.get("family"), str) else None,
        board=core.get("product") if isinstance(core.get("product"), str) else None,
        source=_SOURCE,
    )
    grade = quality.uuid_quality(known(uuid), manufacturer=known(maker)).value if uuid is not None else None
    return System(
        manufacturer=maker,
        product=told(product, _SOURCE),
        version=version,
        sku=told(settings.get("sku"), _SOURCE),
        family=told(settings.get("family"), _SOURCE),
        model_name=name,
        serial=serial,
        serial_quality=_judged(serial, known(maker)),
        uuid=uuid,
        uuid_quality=known_if(grade, _SOURCE),
        virtual=virtual_by_name(known(maker), product, _SOURCE),
    )


def _board(top: Mapping[str, Any], core: Mapping[str, Any]) -> Board:
    serial = told(core.get("serial"), _SOURCE)
    return Board(
        manufacturer=told(core.get("vendor"), _SOURCE),
        product=told(core.get("product"), _SOURCE),
        version=told(core.get("version"), _SOURCE),
        serial=serial,
        serial_quality=_judged(serial, str(top.get("vendor") or "")),
    )


def _firmware(nodes: list[_Node]) -> Firmware:
    one = next((n.node for n in nodes if n.text("id").startswith("firmware") and n.text("class") == "memory"), None)
    if one is None:
        return Firmware()
    return Firmware(
        vendor=told(one.get("vendor"), _SOURCE),
        version=told(one.get("version"), _SOURCE),
        date=iso_date(told(one.get("date"), _SOURCE)),
        uefi_supported=Known("uefi" in mapping(one.get("capabilities")), _SOURCE),
    )


def _cpu(nodes: list[_Node]) -> Cpu:
    found = [n.node for n in nodes if n.text("class") == "processor" and n.text("id").split(":")[0] == "cpu"]
    found = [n for n in found if n.get("product") and not n.get("disabled")]
    if not found:
        return Cpu()
    one = found[0]
    settings = mapping(one.get("configuration"))
    signature = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", str(one.get("version") or ""))
    parts = [int(part) for part in signature.groups()] if signature else [None, None, None]
    flags = list(mapping(one.get("capabilities")))
    if "x86-64" in flags and "lm" not in flags:
        flags.append("lm")
    cores, threads = count(settings.get("cores")), count(settings.get("threads"))
    fastest = count(one.get("capacity"))
    return Cpu(
        brand_raw=told(one.get("product"), _SOURCE),
        vendor=known_if(cpu_vendor(str(one.get("vendor") or "")), _SOURCE),
        family=known_if(parts[0], _SOURCE),
        model=known_if(parts[1], _SOURCE),
        stepping=known_if(parts[2], _SOURCE),
        cores=known_if(cores * len(found) if cores else None, _SOURCE),
        threads=known_if(threads * len(found) if threads else None, _SOURCE),
        sockets=Known(len(found), _SOURCE),
        max_mhz=known_if(fastest // 1_000_000 if fastest else None, _SOURCE),
        flags=Known(tuple(flags), _SOURCE) if flags else None,
    )


def _memory(nodes: list[_Node]) -> Memory:
    """System memory and its banks; flash ROM has banks too and is not memory."""
    arrays = [n.node for n in nodes if n.text("class") == "memory" and n.text("id").split(":")[0] == "memory"]
    arrays = [a for a in arrays if not re.search(r"flash|rom\b|cache|bios", str(a.get("description") or ""), re.I)]
    if not arrays:
        return Memory()
    banks = [b for a in arrays for b in rows(a.get("children")) if str(b.get("id", "")).startswith("bank")]
    fitted = [b for b in banks if count(b.get("size"))]
    whole = sum(count(a.get("size")) or 0 for a in arrays)
    return Memory(
        installed_bytes=known_if(sum(count(b["size"]) or 0 for b in fitted) or None, f"{_SOURCE} banks"),
        usable_bytes=known_if(whole or None, f"{_SOURCE} memory") if not fitted else None,
        slots=known_if(len(banks) or None, f"{_SOURCE} banks"),
        modules=tuple(_module(b) for b in fitted) or None,
    )


def _module(bank: Mapping[str, Any]) -> MemoryModule:
    words = str(bank.get("description") or "")
    form = re.search(r"\b(SODIMM|DIMM|Row of chips|TSOP|Chip)\b", words, re.I)
    kind = re.search(r"\b(LP)?DDR\d?\w?\b", words)
    rate = re.search(r"(\d+) (?:MHz|MT/s)", words)
    place = str(bank.get("slot") or "")
    serial = told(bank.get("serial"), _SOURCE)
    soldered = is_soldered(form[1] if form else "", kind[0] if kind else "", place)
    return MemoryModule(
        size_bytes=known_if(count(bank.get("size")), _SOURCE),
        type=known_if(kind[0] if kind else None, _SOURCE),
        form_factor=known_if(form[1] if form else None, _SOURCE),
        speed_mts=known_if(int(rate[1]) if rate else None, _SOURCE),
        locator=told(bank.get("slot"), _SOURCE),
        manufacturer=told(bank.get("vendor"), _SOURCE),
        part=told(bank.get("product"), _SOURCE),
        serial=serial,
        serial_quality=_judged(serial, None),
        soldered=known_if(soldered, _SOURCE),
    )


def _is_disk(found: _Node) -> bool:
    """A disk or an NVMe namespace with a size; not an optical drive, not the volume of an empty reader."""
    if found.text("class") != "disk" or found.text("id").startswith(("cdrom", "medium", "hwmon", "ng")):
        return False
    return bool(count(found.node.get("size"))) and not re.search(r"dvd|cd-rom|virtual", found.text("description"), re.I)


def _disk(found: _Node) -> Disk:
    parent = found.above[-1] if found.above else {}
    nvme = found.text("businfo").startswith("nvme@") or "nvme" in str(parent.get("description", "")).lower()
    own = found.node if found.node.get("product") and not nvme else parent if nvme else found.node
    path = found.node.get("logicalname")
    settings = {**mapping(parent.get("configuration")), **mapping(found.node.get("configuration"))}
    medium = Medium.USB if found.usb else Medium.NVME if nvme else None
    return Disk(
        path=told(path[0] if isinstance(path, list) and path else path, _SOURCE),
        model=_name(own.get("product")),
        serial=told(own.get("serial"), _SOURCE),
        firmware=told(own.get("version"), _SOURCE),
        size_bytes=known_if(count(found.node.get("size")), _SOURCE),
        logical_block_size=known_if(count(settings.get("logicalsectorsize")), _SOURCE),
        medium=known_if(medium.value if medium else None, _SOURCE),
        rotational=known_if(False if nvme else None, _SOURCE),
        bus=known_if("usb" if found.usb else "nvme" if nvme else None, _SOURCE),
    )


def _controller(found: _Node) -> Controller:
    words = f"{found.text('description')} {found.text('product')}"
    class_ = next((code for pattern, code in _CLASSES if pattern.search(words)), "")
    driver = mapping(found.node.get("configuration")).get("driver")
    return Controller(
        slot=found.text("businfo").removeprefix("pci@"),
        pci_class=class_,
        vendor_id="",
        device_id="",
        vendor=_name(found.node.get("vendor")),
        device=_name(found.node.get("product")),
        driver=told(driver, _SOURCE),
    )


def _port(found: _Node) -> NetworkPort:
    abilities, settings = mapping(found.node.get("capabilities")), mapping(found.node.get("configuration"))
    wifi = "wireless" in abilities or "wireless" in settings or "Wireless" in found.text("description")
    name = found.node.get("logicalname")
    return NetworkPort(
        name=str(name[0] if isinstance(name, list) and name else name),
        kind=Known("wifi" if wifi else "ethernet" if "ethernet" in abilities else "other", _SOURCE),
        driver=told(settings.get("driver"), _SOURCE),
        mac=told(found.node.get("serial"), _SOURCE),
        usb=Known(found.usb, _SOURCE),
    )


def _battery(found: _Node) -> Battery:
    capacity = count(found.node.get("capacity"))
    return Battery(
        name=told(found.node.get("product"), _SOURCE),
        manufacturer=told(found.node.get("vendor"), _SOURCE),
        design_wh=known_if(capacity / 1000 if capacity else None, _SOURCE),
    )
