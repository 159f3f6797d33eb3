"""What dmidecode tells: identity, firmware, processor, memory, TPM record, batteries, passwords (SMBIOS 3.7, clause 7).

dmidecode is run once, whole, and read as text. Its OEM strings are never read: Dell's string 27 is the service tag.
"""

from __future__ import annotations

import re

from agent.inventory import ports, quality
from agent.inventory.smbios import Structure, Table, parse_structures
from agent.inventory.text import count, guarded, known_if, size_in_bytes, to_text, told
from agent.model.facts import Absent, Known, MaybeFact, Unreadable, known
from agent.model.inventory import Battery, Board, Cache, Chassis, Cpu, Firmware, Memory, MemoryModule, Port, System, Tpm
from agent.model.value import value

_VENDORS = (  # how firmware spells the maker of the processor -> CPUID vendor string
    (r"intel", "GenuineIntel"),
    (r"advanced micro devices|\bamd\b|authenticamd", "AuthenticAMD"),
    (r"qualcomm", "Qualcomm Technologies Inc"),
    (r"hygon", "HygonGenuine"),
    (r"zhaoxin|shanghai", "  Shanghai  "),
    (r"\bvia\b|centaur", "CentaurHauls"),
)
_VIRTUAL_MAKERS = re.compile(r"qemu|red hat|innotek|vmware|^xen|bochs|parallels|kvm|openstack|nutanix|amazon ec2", re.I)
_SOLDERED = {"row of chips", "tsop", "chip"}
_SOCKETED = {"dimm", "sodimm", "simm", "sip", "rimm", "srimm", "fb-dimm", "camm"}
_MAX_PLAUSIBLE_MHZ = 6500  # HP and Surface firmware say 8300 for a 2.4 GHz part

_CUT = "the dump is cut short"


@value
class DmiFacts:
    """One dmidecode dump. Sections the dump has no structure for hold None everywhere."""

    system: System
    board: Board
    chassis: Chassis
    firmware: Firmware
    cpu: Cpu
    memory: Memory
    tpm: Tpm
    batteries: tuple[Battery, ...] | None
    ports: tuple[Port, ...] | None = None
    power_on_password: MaybeFact[str] = None


@guarded
def parse_dmidecode(data: bytes | str) -> DmiFacts:
    """Facts of one whole ``dmidecode`` output; Unreadable when there is no structure in it."""
    table = parse_structures(to_text(data))
    maker = known(_field(_first(table, 1), "Manufacturer"))
    return DmiFacts(
        system=_system(table, maker),
        board=_board(table, maker),
        chassis=_chassis(table, maker),
        firmware=_firmware(table),
        cpu=_cpu(table),
        memory=_memory(table, maker),
        tpm=_tpm(table),
        batteries=_batteries(table),
        ports=ports.parse_connectors(table),
        power_on_password=_password(table, "Power-On Password Status"),
    )


def _first(table: Table, type_: int) -> Structure | None:
    return next(iter(table.of(type_)), None)


def _field(structure: Structure | None, *names: str) -> MaybeFact[str]:
    if structure is None:
        return None
    return told(structure.get(*names), f"dmidecode {structure.type}")


def _quality(fact: MaybeFact[str], maker: str | None) -> MaybeFact[str]:
    """Quality of a serial number; the same three states as the serial, but a missing line tells nothing."""
    if fact is None or isinstance(fact, Unreadable):
        return fact
    return Known(quality.serial_quality(known(fact), manufacturer=maker).value, "dmidecode")


def _system(table: Table, maker: str | None) -> System:
    one = _first(table, 1)
    if one is None:
        return System(virtual=_virtual(table, maker))
    serial, uuid = _field(one, "Serial Number"), one.get("UUID")
    kind = None
    if uuid is not None:
        kind = Known(quality.uuid_quality(uuid, manufacturer=maker).value, "dmidecode 1")
    absent = kind is not None and kind.value == "absent"
    return System(
        manufacturer=_field(one, "Manufacturer"),
        product=_field(one, "Product Name"),
        version=_field(one, "Version"),
        sku=_field(one, "SKU Number"),
        family=_field(one, "Family"),
        model_name=_model_name(one, _first(table, 2)),
        serial=serial,
        serial_quality=_quality(serial, maker),
        uuid=Absent("not set") if absent else told(uuid, "dmidecode 1"),
        uuid_quality=kind,
        virtual=_virtual(table, maker),
    )


def _model_name(one: Structure, two: Structure | None) -> MaybeFact[str]:
    texts = {name: known(_field(one, name)) for name in ("Manufacturer", "Product Name", "Version", "Family")}
    return model_name(
        maker=texts["Manufacturer"],
        product=texts["Product Name"],
        version=texts["Version"],
        family=texts["Family"],
        board=known(_field(two, "Product Name")),
        source="dmidecode",
    )


def model_name(
    *, maker: str | None, product: str | None, version: str | None, family: str | None, board: str | None, source: str
) -> MaybeFact[str]:
    """What a person calls it. Lenovo puts the name in Version and a machine type in Product; a placeholder product
    gives way to the board's."""

    def usable(text: str | None) -> bool:
        return bool(text) and not quality.is_placeholder(text or "")

    if (maker or "").strip().lower() == "lenovo":
        for text in (version, family):
            if text and usable(text) and re.search(r"[A-Za-z]{3}", text):
                return Known(re.sub(r"^lenovo\s+", "", text.strip(), flags=re.IGNORECASE), source)
    for text in (product, board):
        if text and usable(text):
            return Known(text.strip(), source)
    return Absent("only placeholders") if product is not None or board is not None else None


def _virtual(table: Table, maker: str | None) -> MaybeFact[bool]:
    zero, one = _first(table, 0), _first(table, 1)
    marks = zero.lists.get("Characteristics", ()) if zero else ()
    if "System is a virtual machine" in marks:
        return Known(True, "dmidecode 0")
    return virtual_by_name(maker, known(_field(one, "Product Name")), "dmidecode 1") if one else None


def virtual_by_name(maker: str | None, product: str | None, source: str) -> MaybeFact[bool]:
    """Whether maker and product are those of a virtual machine; None without a maker."""
    if maker is None:
        return None
    hyper_v = maker.startswith("Microsoft") and (product or "") == "Virtual Machine"
    return Known(bool(_VIRTUAL_MAKERS.search(maker)) or hyper_v, source)


def _board(table: Table, maker: str | None) -> Board:
    two = _first(table, 2)
    serial = _field(two, "Serial Number")
    return Board(
        manufacturer=_field(two, "Manufacturer"),
        product=_field(two, "Product Name"),
        version=_field(two, "Version"),
        serial=serial,
        serial_quality=_quality(serial, maker),
    )


def _chassis(table: Table, maker: str | None) -> Chassis:
    three = _first(table, 3)
    serial = _field(three, "Serial Number")
    return Chassis(type=_field(three, "Type"), serial=serial, serial_quality=_quality(serial, maker))


def _firmware(table: Table) -> Firmware:
    zero = _first(table, 0)
    marks = zero.lists.get("Characteristics") if zero else None
    supported = None if marks is None else Known("UEFI is supported" in marks, "dmidecode 0")
    return Firmware(
        vendor=_field(zero, "Vendor"),
        version=_field(zero, "Version"),
        date=iso_date(_field(zero, "Release Date")),
        uefi_supported=supported,
        admin_password=_password(table, "Administrator Password Status"),
    )


def iso_date(fact: MaybeFact[str]) -> MaybeFact[str]:
    """ "05/25/2022" as "2022-05-25"; anything else stays as printed. Two-digit years are of the last century."""
    if not isinstance(fact, Known):
        return fact
    match = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(\d{1,2})\s*/\s*(\d{4}|\d{2})\s*", fact.value)
    if match is None:
        return fact
    month, day, year = (int(part) for part in match.groups())
    year += 1900 if year < 100 else 0
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return fact
    return Known(f"{year:04}-{month:02}-{day:02}", fact.source)


def _password(table: Table, name: str) -> MaybeFact[str]:
    fact = _field(_first(table, 24), name)
    return Known(fact.value.lower().replace(" ", "_"), fact.source) if isinstance(fact, Known) else fact


def decode_signature(id_bytes: str) -> tuple[int, int, int] | None:
    """Family, model, stepping from the processor ID field "EA 06 08 00 …" (CPUID leaf 1 EAX, little-endian)."""
    raw = bytes.fromhex(id_bytes)
    eax = int.from_bytes(raw[:4], "little")
    if len(raw) < 4 or eax in (0, 0xFFFFFFFF):
        return None
    family = eax >> 8 & 0xF
    model = (eax >> 4 & 0xF) + (eax >> 16 & 0xF) * 16
    if family == 0xF:
        family += eax >> 20 & 0xFF
    return family, model, eax & 0xF


def cpu_vendor(maker: str) -> str | None:
    """CPUID vendor string from a maker's name; None when the name is of no maker of processors."""
    return next((vendor for pattern, vendor in _VENDORS if re.search(pattern, maker, re.IGNORECASE)), None)


def _cpu(table: Table) -> Cpu:
    records = [s for s in table.of(4) if (s.get("Type") or "Central Processor") == "Central Processor"]
    if not records:
        return Cpu()
    populated = [s for s in records if "unpopulated" not in (s.get("Status") or "").lower()] or records
    one = populated[0]
    source = "dmidecode 4"
    maker = known(_field(one, "Manufacturer"))
    arm = "arm" in (one.get("Family") or "").lower().split() or cpu_vendor(maker or "") == "Qualcomm Technologies Inc"
    id_bytes = one.get("ID") or ""
    valid = re.fullmatch(r"([0-9A-Fa-f]{2}\s*){4,8}", id_bytes) is not None
    signature = decode_signature(id_bytes) if valid and not arm else None
    sockets = {s.get("Socket Designation") or s.handle: s for s in populated}
    parts = signature or (None, None, None)
    return Cpu(
        brand_raw=_field(one, "Version"),
        vendor=known_if(cpu_vendor(maker or ""), source),
        family=known_if(parts[0], source),
        model=known_if(parts[1], source),
        stepping=known_if(parts[2], source),
        signature=_field(one, "Signature"),
        cores=known_if(_sum(sockets.values(), "Core Count"), source),
        threads=known_if(_sum(sockets.values(), "Thread Count"), source),
        sockets=Known(len(sockets), source),
        max_mhz=known_if(_mhz(one.get("Max Speed")), source),
        caches=_caches(table),
    )


def _caches(table: Table) -> MaybeFact[tuple[Cache, ...]]:
    """Type 7, of the whole processor. None without such a record: this source does not tell."""
    found = []
    for record in table.of(7):
        level = re.search(r"\bLevel (\d)$", record.get("Configuration") or "")
        size = size_in_bytes(record.get("Installed Size") or "")
        if level and size:
            kind = (record.get("System Type") or "unknown").lower()
            found.append(Cache(level=int(level[1]), kind=kind, size_bytes=size))
    return Known(tuple(found), "dmidecode 7") if found else None


def _sum(records: object, name: str) -> int | None:
    values = [count(s.get(name)) for s in records]  # type: ignore[attr-defined]
    return sum(v for v in values if v is not None) if values and all(v for v in values) else None


def _mhz(text: str | None) -> int | None:
    match = re.match(r"(\d+) MHz", text or "")
    return int(match[1]) if match and 0 < int(match[1]) <= _MAX_PLAUSIBLE_MHZ else None


def _memory(table: Table, maker: str | None) -> Memory:
    arrays = [s for s in table.of(16) if (s.get("Use") or "System Memory") == "System Memory"]
    others = {s.handle for s in table.of(16)} - {s.handle for s in arrays}
    devices = [s for s in table.of(17) if (s.get("Array Handle") or "").upper() not in others and not _is_flash(s)]
    limits = [size_in_bytes(s.get("Maximum Capacity") or "") for s in arrays]
    places = [count(s.get("Number Of Devices")) for s in arrays]
    return Memory(
        installed_bytes=_installed(devices, complete=table.complete),
        slots=_whole(len(devices) or None, "dmidecode 17", complete=table.complete),
        slots_free=_whole(sum(not _is_fitted(s) for s in devices), "dmidecode 17", complete=table.complete)
        if devices
        else None,
        array_devices=known_if(sum(p or 0 for p in places) or None, "dmidecode 16"),
        max_bytes=known_if(sum(v or 0 for v in limits) if all(limits) and limits else None, "dmidecode 16"),
        modules=tuple(_module(s, maker) for s in devices if _is_fitted(s)) or None,
    )


def _is_flash(device: Structure) -> bool:
    return (device.get("Type") or "").lower() in ("flash", "rom", "eeprom", "feprom", "eprom")


def _is_fitted(device: Structure) -> bool:
    return (device.get("Size") or "").lower() not in ("no module installed", "not installed", "0 mb", "0 kb", "")


def _whole(value: int | None, source: str, *, complete: bool) -> MaybeFact[int]:
    """A count over all structures is a fact only when the dump has its end."""
    if value is None:
        return None
    return Known(value, source) if complete else Unreadable(_CUT)


def _installed(devices: list[Structure], *, complete: bool) -> MaybeFact[int]:
    """Sum of the modules. Every slot empty on a running PC is not zero bytes: it could not be read."""
    if not devices:
        return None
    fitted = [s for s in devices if _is_fitted(s)]
    if not fitted:
        return Unreadable("every slot is said to be empty")
    sizes = [size_in_bytes(s.get("Size") or "") for s in fitted]
    if not all(sizes):
        return Unreadable("the size of a module is not told")
    return _whole(sum(size or 0 for size in sizes), "dmidecode 17", complete=complete)


def _module(device: Structure, maker: str | None) -> MemoryModule:
    source = "dmidecode 17"
    serial = _named(device, "Serial Number")
    form, kind, place = (device.get(name) or "" for name in ("Form Factor", "Type", "Locator"))
    size = size_in_bytes(device.get("Size") or "")
    return MemoryModule(
        size_bytes=Known(size, source) if size else Unreadable(f"size: {device.get('Size') or ''}".strip()),
        type=_named(device, "Type"),
        form_factor=_named(device, "Form Factor"),
        speed_mts=known_if(_rate(device.get("Speed")) or _rate(_configured(device)), source),
        locator=_field(device, "Locator"),
        manufacturer=_named(device, "Manufacturer"),
        part=_part(device),
        serial=serial,
        serial_quality=_quality(serial, maker),
        soldered=known_if(is_soldered(form, kind, place), source),
    )


def is_soldered(form: str, kind: str, place: str) -> bool | None:
    """Soldered memory may claim SODIMM (LPDDR on Chromebooks); the type and the place tell more than the form."""
    if form.lower() in _SOLDERED or kind.upper().startswith("LPDDR"):
        return True
    if re.search(r"\bon.?board\b|^motherboard$|system board", place, re.IGNORECASE):
        return True
    return False if form.lower() in _SOCKETED else None


def _named(device: Structure, name: str) -> MaybeFact[str]:
    fact = _field(device, name)
    if isinstance(fact, Known) and fact.value.lower() in ("unknown", "[empty]", "no dimm", "undefined", "0x0000"):
        return Absent(fact.value)
    return fact


def _configured(device: Structure) -> str | None:
    return device.get("Configured Memory Speed", "Configured Clock Speed")


def _rate(text: str | None) -> int | None:
    """MT/s. Before 3.1 dmidecode prints the same number with "MHz"."""
    match = re.match(r"(\d+)\s*(MT/s|MHz)", text or "")
    return int(match[1]) if match and int(match[1]) else None


def _part(device: Structure) -> MaybeFact[str]:
    """The part number; Apple and old boards print its characters as one hexadecimal number."""
    fact = _named(device, "Part Number")
    if isinstance(fact, Known) and re.fullmatch(r"0x([0-9A-Fa-f]{2}){6,}", fact.value):
        word = bytes.fromhex(fact.value[2:]).decode("ascii", "replace").strip("\0 ")
        if word.isprintable() and word.isascii() and word:
            return Known(word, fact.source, note=f"printed as {fact.value}")
    return fact


def _tpm(table: Table) -> Tpm:
    record = _first(table, 43)
    version = _field(record, "Specification Version")
    return Tpm(
        version=version,
        manufacturer=_field(record, "Vendor ID"),
        seen_by=Known("smbios", "dmidecode 43") if isinstance(version, Known) else None,
    )


def _batteries(table: Table) -> tuple[Battery, ...] | None:
    """Type 22 does not prove a battery in the bay, and its absence does not prove none: None then."""
    found = tuple(_battery(s) for s in table.of(22))
    return found or None


def _battery(record: Structure) -> Battery:
    match = re.match(r"(\d+) mWh", record.get("Design Capacity") or "")
    capacity = int(match[1]) if match else 0
    return Battery(
        name=_field(record, "Name"),
        manufacturer=_field(record, "Manufacturer"),
        design_wh=Known(capacity / 1000, "dmidecode 22") if capacity else Unreadable("design capacity not told"),
    )
