"""Names of chips and USB devices, and the processor's caches: each known, absent or unreadable. On a virtual PC that
was started and recorded, and on folders of which one thing was taken away or changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.inventory import cpu, firmware, names, network, pci, usb
from agent.inventory.scrub import file as scrubbed
from agent.machine.recorded import RecordedMachine
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Cache, UsbDevice

RECORDED = Path(__file__).resolve().parents[2] / "virtual" / "eligible-secure-boot"
OS_INDICATIONS = "/sys/firmware/efi/efivars/OsIndicationsSupported-8be4df61-93ca-11d2-aa0d-00e098032b8c"


@pytest.fixture
def pc() -> RecordedMachine:
    return RecordedMachine(RECORDED)


def folder(path: Path, files: dict[str, bytes | str], *, links: dict[str, str] | None = None) -> RecordedMachine:
    """A machine that has these files alone."""
    for name, data in files.items():
        target = path / "files" / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else data.encode())
    card = {"name": "x", "commands": [], "dirs": [], "links": links or {}}
    (path / "machine.json").write_text(json.dumps(card))
    return RecordedMachine(path)


def test_the_network_chip_by_name(pc: RecordedMachine) -> None:
    (port,) = known(network.probe(pc)) or ()
    assert port.vendor == Known("Intel Corporation", "udev hwdb")
    assert port.device == Known("82574L Gigabit Network Connection", "udev hwdb")


def test_controllers_by_name(pc: RecordedMachine) -> None:
    found = pci.probe(pc)
    storage = {known(c.device) for c in known(found.storage) or ()}
    assert "QEMU NVM Express Controller" in storage
    (screen,) = known(found.gpus) or ()  # what no list knows keeps the maker of our own short one
    assert (known(screen.vendor), screen.device) == ("QEMU", Absent("not in the hardware database"))


def test_usb_devices_by_name_and_no_hub(pc: RecordedMachine) -> None:
    found = known(usb.probe(pc).devices) or ()
    keyboard = next(d for d in found if d.vendor_id == "0627")
    assert (keyboard.device_id, keyboard.device) == ("0001", Known("QEMU USB Keyboard", "usb"))
    assert not any(d.slot.startswith("usb") or d.vendor_id == "1d6b" for d in found)


HUB = "MAJOR=189\nMINOR=1\nPRODUCT=5e3/608/101\nTYPE=9/0/1\n"
READER = "MAJOR=189\nMINOR=4\nPRODUCT=138a/97/164\nTYPE=255/17/255\n"
BUS = "/sys/bus/usb/devices"


def test_a_usb_device_that_says_nothing_is_named_by_the_database(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        f"{BUS}/1-2/uevent": HUB,
        f"{BUS}/1-2.4/uevent": READER,
        f"{BUS}/1-2.4:1.0/uevent": "PRODUCT=138a/97/164\n",
        "/sys/class/x": "",
        "/run/udev/data/c189:4": "E:ID_VENDOR_FROM_DATABASE=Validity Sensors, Inc.\nE:ID_SERIAL_SHORT=0f1e\n",
    }
    assert usb.probe(folder(tmp_path, files)).devices == Known(
        (
            UsbDevice(
                slot="1-2.4",
                vendor_id="138a",
                device_id="0097",
                vendor=Known("Validity Sensors, Inc.", "udev hwdb"),
                device=Absent("not in the hardware database"),
            ),
        ),
        "sysfs usb",
    )


def test_no_usb_no_device_and_nothing_to_read_are_three_answers(tmp_path: Path) -> None:
    def devices(name: str, files: dict[str, bytes | str]) -> Any:
        (tmp_path / name).mkdir()
        return usb.probe(folder(tmp_path / name, {"/sys/class/x": "", **files})).devices

    assert devices("none", {}) == Absent("no USB bus")
    assert devices("hub", {f"{BUS}/1-2/uevent": HUB}) == Known((), "sysfs usb")
    assert devices("lost", {f"{BUS}/1-2/product": "Keyboard\n"}) == Unreadable(f"could not read: {BUS}")


def test_without_udev_a_name_is_unreadable_and_unlisted_is_absent(tmp_path: Path) -> None:
    nowhere = folder(tmp_path, {"/sys/x": ""})
    assert names.on_pci(nowhere, "0000:00:02.0") == (Unreadable("not there: /run/udev/data"),) * 2
    listed = folder(tmp_path, {"/run/udev/data/+pci:0000:00:03.0": "E:ID_MODEL_FROM_DATABASE=X 1\n"})
    assert names.on_pci(listed, "0000:00:03.0") == (Absent("not in the hardware database"), Known("X 1", "udev hwdb"))
    assert names.on_pci(listed, "0000:00:02.0") == (Absent("not in the hardware database"),) * 2


@pytest.mark.parametrize(
    ("link", "device"),
    [
        ("../../../0000:00:19.0", Known("I219-LM", "udev hwdb")),
        ("../../../2-1:1.0", Known("USB Ethernet", "usb")),
        ("../../../virtio0", Absent("neither on PCI nor on USB")),
        (None, Unreadable("could not read: /sys/class/net/e0/device")),
    ],
)
def test_the_name_of_an_adapter_by_its_bus(tmp_path: Path, link: str | None, device: Any) -> None:
    files: dict[str, bytes | str] = {
        "/sys/class/net/e0/type": "1\n",
        "/sys/class/net/e0/device/vendor": "0x8086\n",
        "/run/udev/data/+pci:0000:00:19.0": "E:ID_MODEL_FROM_DATABASE=I219-LM\n",
        "/sys/bus/usb/devices/2-1/product": "USB Ethernet\n",
    }
    links = {} if link is None else {"/sys/class/net/e0/device": link}
    (port,) = known(network.probe(folder(tmp_path, files, links=links))) or ()
    assert port.device == device


@pytest.mark.parametrize(
    ("kind", "address", "mac"),
    [
        ("0", "00:21:cc:d0:0d:1e", Known("00:21:cc:d0:0d:1e", "/sys/class/net/e0")),
        ("0", "00:00:00:00:00:00", Absent("no permanent address")),
        ("0", "02:21:cc:d0:0d:1e", Absent("locally administered")),
        ("3", "00:21:cc:d0:0d:1e", Unreadable("tool missing: ethtool")),  # set by software: only the driver knows
    ],
)
def test_an_interface_that_has_its_own_address_needs_no_program(
    tmp_path: Path, kind: str, address: str, mac: Any
) -> None:
    files: dict[str, bytes | str] = {
        "/sys/class/net/e0/device/vendor": "0x8086\n",
        "/sys/class/net/e0/addr_assign_type": f"{kind}\n",
        "/sys/class/net/e0/address": f"{address}\n",
    }
    (port,) = known(network.probe(folder(tmp_path, files))) or ()
    assert port.mac == mac


def test_caches_of_the_first_core(pc: RecordedMachine) -> None:
    caches = known(cpu.probe(pc).cpu.caches) or ()
    assert Cache(level=1, kind="data", size_bytes=32 << 10) in caches
    assert [c.level for c in caches] == [1, 1, 2, 3]


def test_caches_not_shown_damaged_and_out_of_sight(tmp_path: Path) -> None:
    info = (RECORDED / "files/proc/cpuinfo").read_bytes()
    index = "/sys/devices/system/cpu/cpu0/cache/index2"

    def caches(name: str, files: dict[str, bytes | str]) -> Any:
        (tmp_path / name).mkdir()
        return cpu.probe(folder(tmp_path / name, {"/proc/cpuinfo": info, **files})).cpu.caches

    whole: dict[str, bytes | str] = {f"{index}/level": "2\n", f"{index}/type": "Unified\n", f"{index}/size": "256K\n"}
    found = caches("whole", whole)
    assert found == Known((Cache(level=2, kind="unified", size_bytes=256 << 10),), "/sys/devices/system/cpu/cpu0/cache")
    assert caches("none", {"/sys/devices/system/cpu/cpu0/online": "1\n"}) == Absent("the kernel does not show them")
    assert caches("cut", {**whole, f"{index}/size": "\n"}) == Unreadable(f"could not read: {index}")
    assert isinstance(caches("nowhere", {}), Unreadable)


def test_whether_the_firmware_opens_its_menu_by_itself(tmp_path: Path, pc: RecordedMachine) -> None:
    assert known(firmware.probe(pc).menu_at_restart) is True

    def told(name: str, data: bytes | None) -> Any:
        (tmp_path / name).mkdir()
        there: dict[str, bytes | str] = {OS_INDICATIONS.replace("OsIndicationsSupported", "SetupMode"): b"\6\0\0\0\0"}
        return firmware.probe(
            folder(tmp_path / name, there if data is None else {**there, OS_INDICATIONS: data})
        ).menu_at_restart

    assert told("no", b"\6\0\0\0" + bytes(8)) == Known(False, "OsIndicationsSupported")
    assert told("absent", None) == Absent("the firmware takes no such request")
    assert isinstance(told("cut", b"\6\0\0\0\1"), Unreadable)


def test_what_udev_knows_beside_the_names_is_not_stored() -> None:
    data = b"I:123\nE:ID_SERIAL_SHORT=ABC123\nE:ID_MODEL_FROM_DATABASE=X 1\nE:ID_NET_NAME_MAC=enx0021cc\n"
    for path in ("/run/udev/data/+pci:0000:00:02.0", "/run/udev/data/c189:4"):
        assert scrubbed(path, data) == b"E:ID_MODEL_FROM_DATABASE=X 1\n"
    assert scrubbed("/proc/meminfo", data) == data
