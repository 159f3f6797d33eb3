"""Identity of the PC: dmidecode, run once and whole; /sys/class/dmi/id where dmidecode gives nothing."""

from __future__ import annotations

from agent.inventory import quality
from agent.inventory.asking import ask, parsed, read
from agent.inventory.dmidecode import DmiFacts, iso_date, model_name, parse_dmidecode, virtual_by_name
from agent.inventory.first import TOOL_S
from agent.inventory.text import told
from agent.machine.door import Machine
from agent.model.facts import Known, MaybeFact, Unreadable, known
from agent.model.inventory import Board, Chassis, Cpu, Firmware, Memory, System, Tpm

_FOLDER = "/sys/class/dmi/id"
_SOURCE = "sysfs dmi"

# SMBIOS 3.7, clause 7.4.1: the chassis types that donated PCs have
_CHASSIS = {
    1: "Other",
    2: "Unknown",
    3: "Desktop",
    4: "Low Profile Desktop",
    5: "Pizza Box",
    6: "Mini Tower",
    7: "Tower",
    8: "Portable",
    9: "Laptop",
    10: "Notebook",
    11: "Hand Held",
    12: "Docking Station",
    13: "All In One",
    14: "Sub Notebook",
    15: "Space-saving",
    16: "Lunch Box",
    17: "Main Server Chassis",
    23: "Rack Mount Chassis",
    24: "Sealed-case PC",
    30: "Tablet",
    31: "Convertible",
    32: "Detachable",
    34: "Embedded PC",
    35: "Mini PC",
    36: "Stick PC",
}


def probe(machine: Machine) -> DmiFacts:
    """dmidecode's facts, or the part of them that /sys shows, each other one unreadable with dmidecode's reason."""
    found = parsed(ask(machine, ["dmidecode"], timeout_s=TOOL_S, root=True), parse_dmidecode)
    return _from_sysfs(machine, found) if isinstance(found, Unreadable) else found


def _from_sysfs(machine: Machine, why: Unreadable) -> DmiFacts:
    there = machine.exists(_FOLDER)

    def fact(name: str) -> MaybeFact[str]:
        if not there:
            return why
        data = read(machine, f"{_FOLDER}/{name}", limit=4096)
        if isinstance(data, bytes):
            return told(data.decode("utf-8", "replace"), _SOURCE)
        return why if data is None else data

    maker = known(fact("sys_vendor"))

    def judged(serial: MaybeFact[str]) -> MaybeFact[str]:
        if serial is None or isinstance(serial, Unreadable):
            return serial
        return Known(quality.serial_quality(known(serial), manufacturer=maker).value, _SOURCE)

    serials = {name: fact(name) for name in ("product_serial", "board_serial", "chassis_serial")}
    uuid = fact("product_uuid")
    kind = (
        Known(quality.uuid_quality(uuid.value, manufacturer=maker).value, _SOURCE) if isinstance(uuid, Known) else uuid
    )
    number = fact("chassis_type")
    chassis = number
    if isinstance(number, Known):
        chassis = Known(_CHASSIS.get(int(number.value) & 0x7F, number.value) if number.value.isdigit() else "", _SOURCE)
    product, board = fact("product_name"), fact("board_name")
    name = model_name(
        maker=maker,
        product=known(product),
        version=known(fact("product_version")),
        family=known(fact("product_family")),
        board=known(board),
        source=_SOURCE,
    )
    return DmiFacts(
        system=System(
            manufacturer=fact("sys_vendor"),
            product=product,
            version=fact("product_version"),
            sku=fact("product_sku"),
            family=fact("product_family"),
            model_name=name or why,
            serial=serials["product_serial"],
            serial_quality=judged(serials["product_serial"]),
            uuid=uuid,
            uuid_quality=kind,
            virtual=virtual_by_name(maker, known(product), _SOURCE),
        ),
        board=Board(
            manufacturer=fact("board_vendor"),
            product=board,
            version=fact("board_version"),
            serial=serials["board_serial"],
            serial_quality=judged(serials["board_serial"]),
        ),
        chassis=Chassis(
            type=chassis, serial=serials["chassis_serial"], serial_quality=judged(serials["chassis_serial"])
        ),
        firmware=Firmware(
            vendor=fact("bios_vendor"),
            version=fact("bios_version"),
            date=iso_date(fact("bios_date")),
            uefi_supported=why,
            admin_password=why,
        ),
        cpu=Cpu(),
        memory=Memory(installed_bytes=why, slots=why, max_bytes=why),
        tpm=Tpm(),
        batteries=None,
    )
