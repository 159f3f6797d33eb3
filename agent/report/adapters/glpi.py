"""The inventory as a GLPI 10/11 native inventory document (github.com/glpi-project/inventory_format, 1.2.3).

Pure: the wire form of ``regain inventory --json`` in, one document out. A fact that is absent or could not be read is
left out, never turned into an empty text: GLPI would store it. Junk serial numbers are left out as well, since GLPI
merges computers by them. No user, no software, no address of a network, no screen serial.
Units are GLPI's: MiB for memory, 10^6 bytes for disks, mWh for batteries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent import __version__
from agent.model.facts import is_state

Wire = Mapping[str, Any]

_MIB, _MB = 1 << 20, 10**6
_SECURE_BOOT = {"on": "enabled", "off": "disabled", "setup": "disabled", "unsupported": "unsupported"}
_MAKERS = {"GenuineIntel": "Intel", "AuthenticAMD": "AMD"}
_BUSES = {"ata": "SATA", "nvme": "NVMe", "usb": "USB", "mmc": "MMC", "sas": "SAS", "scsi": "SCSI", "virtio": "virtio"}
_NETWORKS = {"ethernet", "wifi", "bluetooth"}
_PORTS = {"usb": "USB", "usb_c": "USB", "video": "Video Port", "ethernet": "Network Port", "audio": "Audio Port"}


def document(inventory: Wire, *, tag: str | None, entity: str | None = None, description: str = "") -> dict[str, Any]:
    """The document to import. One ``deviceid`` a machine: its tag, else its good serial or its UUID, never the stick.

    ``entity`` is GLPI's TAG (the workshop), ``description`` the one sentence that GLPI has a place for.
    """
    system = _part(inventory, "system")
    name = tag or _good(system, "serial") or _good(system, "uuid") or "sans-etiquette"
    content = {
        "versionclient": f"Regain-Agent_v{__version__}",
        "hardware": _hardware(inventory, tag=tag, description=description),
        "bios": _bios(inventory, tag=tag),
        "cpus": _cpus(_part(inventory, "cpu")),
        "memories": list(_memories(_part(inventory, "memory"))),
        "storages": [*_storages(_rows(inventory, "disks")), *_optical(_rows(inventory, "optical"))],
        "batteries": [_battery(b) for b in _rows(inventory, "batteries")],
        "networks": [_network(p) for p in _rows(inventory, "network")],
        "videos": [_video(c) for c in _rows(inventory, "gpus")],
        "monitors": [_monitor(d) for d in _rows(inventory, "displays")],
        "controllers": [_controller(c) for c in _rows(inventory, "storage_controllers")],
        "usbdevices": [_usb(d) for d in _rows(inventory, "usb_devices")],
        "cameras": [{"designation": name} for name in _list(inventory, "webcams") if isinstance(name, str)],
        "ports": [_port(p) for p in _rows(inventory, "ports")],
        "firmwares": _firmwares(inventory),
    }
    kept = {key: value for key, value in content.items() if value}
    made = {"action": "inventory", "deviceid": f"regain-{name}", "itemtype": "Computer", "content": kept}
    return made | ({"tag": entity} if entity else {})


def _part(wire: Wire, name: str) -> Wire:
    value = wire.get(name)
    return value if isinstance(value, Mapping) and not is_state(value) else {}


def _list(wire: Wire, name: str) -> Sequence[Any]:
    value = wire.get(name)
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _rows(wire: Wire, name: str) -> list[Wire]:
    return [row for row in _list(wire, name) if isinstance(row, Mapping) and not is_state(row)]


def _text(wire: Wire, key: str) -> str | None:
    value = wire.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _number(wire: Wire, key: str) -> int | None:
    value = wire.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _good(wire: Wire, key: str) -> str | None:
    """The value when its quality says that it identifies something."""
    return _text(wire, key) if wire.get(f"{key}_quality") == "good" else None


def _kept(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value != ""}


def _day(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def _hardware(inventory: Wire, *, tag: str | None, description: str) -> dict[str, Any]:
    system, memory = _part(inventory, "system"), _part(inventory, "memory")
    size = _number(memory, "installed_bytes")
    virtual = system.get("virtual")
    return _kept(
        name=tag,
        uuid=_good(system, "uuid"),
        chassis_type=_text(_part(inventory, "chassis"), "type"),
        memory=size // _MIB if size else None,
        vmsystem="Physical" if virtual is False else None,
        description=description,
    )


def _bios(inventory: Wire, *, tag: str | None) -> dict[str, Any]:
    system, board, firmware = (_part(inventory, name) for name in ("system", "board", "firmware"))
    return _kept(
        assettag=tag,
        ssn=_good(system, "serial"),
        smanufacturer=_text(system, "manufacturer"),
        smodel=_text(system, "model_name") or _text(system, "product"),
        skunumber=_text(system, "sku"),
        mmanufacturer=_text(board, "manufacturer"),
        mmodel=_text(board, "product"),
        msn=_good(board, "serial"),
        enclosureserial=_good(_part(inventory, "chassis"), "serial"),
        bmanufacturer=_text(firmware, "vendor"),
        bversion=_text(firmware, "version"),
        bdate=_day(_text(firmware, "date")),
        secure_boot=_SECURE_BOOT.get(str(firmware.get("secure_boot"))),
    )


def _cpus(cpu: Wire) -> list[dict[str, Any]]:
    """One entry a socket. ``thread`` is GLPI's number of threads, not of threads a core."""
    name, vendor = _text(cpu, "brand_raw"), _text(cpu, "vendor")
    if name is None and _number(cpu, "family") is None:
        return []
    sockets = max(1, _number(cpu, "sockets") or 1)
    cores, threads = _number(cpu, "cores"), _number(cpu, "threads")
    flags = _list(cpu, "flags")
    family, model = _number(cpu, "family"), _number(cpu, "model")
    one = _kept(
        name=name,
        manufacturer=_MAKERS.get(vendor or "", (vendor or "").strip()),
        arch="x86_64" if "lm" in flags else "i686" if flags and "fpu" in flags else None,
        core=cores // sockets if cores else None,
        thread=threads // sockets if threads else None,
        speed=_number(cpu, "max_mhz"),
        familynumber=None if family is None else str(family),
        model=None if model is None else str(model),
        stepping=_number(cpu, "stepping"),
        cache=", ".join(_cache(c) for c in _rows(cpu, "caches")),
    )
    return [dict(one) for _ in range(sockets)]


def _cache(cache: Wire) -> str:
    """ "L2 256 KiB"; level 1 has one for data and one for instructions."""
    letter = {"data": "d", "instruction": "i"}.get(str(cache.get("kind")), "")
    return f"L{cache.get('level')}{letter} {(_number(cache, 'size_bytes') or 0) >> 10} KiB"


def _memories(memory: Wire) -> Iterator[dict[str, Any]]:
    for slot, module in enumerate(_rows(memory, "modules"), start=1):
        size, speed = _number(module, "size_bytes"), _number(module, "speed_mts")
        yield _kept(
            capacity=size // _MIB if size else None,
            caption=_text(module, "locator"),
            description=_text(module, "form_factor"),
            manufacturer=_text(module, "manufacturer"),
            model=_text(module, "part"),
            serialnumber=_good(module, "serial"),
            type=_text(module, "type"),
            speed=f"{speed} MT/s" if speed else None,
            numslots=slot,
        )


def _storages(disks: Sequence[Wire]) -> Iterator[dict[str, Any]]:
    """Disks of the PC: neither the stick nor a card in a reader."""
    for disk in disks:
        if disk.get("bus") == "usb" or disk.get("removable") is True:
            continue
        size = _number(disk, "size_bytes")
        path = _text(disk, "path")
        yield _kept(
            name=path.rsplit("/", 1)[-1] if path else None,
            model=_text(disk, "model"),
            serial=_text(disk, "serial"),
            firmware=_text(disk, "firmware"),
            wwn=_text(disk, "wwn"),
            disksize=size // _MB if size else None,
            interface=_BUSES.get(str(disk.get("bus"))),
            description=_text(disk, "medium"),
            type="disk",
        )


def _optical(drives: Sequence[Wire]) -> Iterator[dict[str, Any]]:
    for drive in drives:
        yield _kept(name=_text(drive, "name"), model=_text(drive, "model"), type="cd-rom")


def _milliwatt_hours(battery: Wire, key: str) -> int | None:
    value = battery.get(key)
    return round(value * 1000) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _battery(battery: Wire) -> dict[str, Any]:
    return _kept(
        name=_text(battery, "name"),
        manufacturer=_text(battery, "manufacturer"),
        capacity=_milliwatt_hours(battery, "design_wh"),
        real_capacity=_milliwatt_hours(battery, "full_wh"),
    )


def _network(port: Wire) -> dict[str, Any]:
    name = _text(port, "name") or "?"
    kind = str(port.get("kind"))
    return _kept(
        description=name,
        mac=_text(port, "mac"),
        driver=_text(port, "driver"),
        manufacturer=_text(port, "vendor"),
        model=_text(port, "device"),
        type=kind if kind in _NETWORKS else None,
        virtualdev=False,
    )


def _usb(device: Wire) -> dict[str, Any]:
    return _kept(
        name=_text(device, "device"),
        manufacturer=_text(device, "vendor"),
        vendorid=_text(device, "vendor_id"),
        productid=_text(device, "device_id"),
    )


def _ids(card: Wire) -> str:
    return f"{card.get('vendor_id', '')}:{card.get('device_id', '')}".strip(":")


def _video(card: Wire) -> dict[str, Any]:
    words = [_text(card, "vendor"), _text(card, "device") or _ids(card)]
    return _kept(
        name=" ".join(word for word in words if word),
        chipset=_text(card, "driver"),
        pcislot=_slot(card),
    )


def _slot(card: Wire) -> str | None:
    return (_text(card, "slot") or "").removeprefix("0000:") or None


def _monitor(display: Wire) -> dict[str, Any]:
    year = _number(display, "year")
    return _kept(
        caption=_text(display, "model"),
        name=_text(display, "model"),
        manufacturer=_text(display, "manufacturer"),
        description=str(year) if year else None,
        port=_text(display, "connector"),
    )


def _controller(card: Wire) -> dict[str, Any]:
    return _kept(
        name=_text(card, "device") or _ids(card),
        manufacturer=_text(card, "vendor"),
        driver=_text(card, "driver"),
        pciclass=(_text(card, "pci_class") or "")[:4],
        pcislot=_slot(card),
        vendorid=_text(card, "vendor_id"),
        productid=_text(card, "device_id"),
    )


def _port(port: Wire) -> dict[str, Any]:
    return _kept(type=_PORTS.get(str(port.get("kind")), "Other"), name=_text(port, "name"))


def _firmwares(inventory: Wire) -> list[dict[str, Any]]:
    """GLPI has no field for the security chip: its firmware record carries the version of the specification."""
    chip = _part(inventory, "tpm")
    version = _text(chip, "version")
    if version is None or chip.get("present") is not True:
        return []
    return [_kept(name="TPM", type="TPM", version=version, manufacturer=_text(chip, "manufacturer"))]
