"""The recorded PCs of the repository: what each is there for, and that none holds what may not be stored."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from agent.inventory.collect import collect
from agent.machine.recorded import RecordedMachine, list_machines
from agent.model.facts import Absent, Unreadable, known
from agent.model.identity import identify
from agent.model.inventory import Inventory

MACHINES = Path(__file__).resolve().parents[2] / "machines"
CARDS = list_machines(MACHINES)


def inventory(name: str) -> Inventory:
    return collect(RecordedMachine(MACHINES / name))


def internal(found: Inventory) -> list[str]:
    return [str(known(d.medium)) for d in known(found.disks) or () if known(d.bus) != "usb"]


def test_there_are_enough_and_they_differ() -> None:
    assert len(CARDS) >= 9
    media = {medium for card in CARDS for medium in internal(inventory(card.name))}
    assert media >= {"hdd", "ssd", "nvme", "emmc"}
    states = {known(inventory(card.name).firmware.secure_boot) for card in CARDS}
    assert states >= {"on", "off", "setup", "unsupported", "unknown"}


@pytest.mark.parametrize("card", CARDS, ids=lambda c: c.name)
def test_a_recorded_pc(card: object) -> None:
    from agent.machine.recorded import MachineCard

    assert isinstance(card, MachineCard)
    assert card.name == card.path.name
    assert set(card.title) == {"fr", "en"} and card.source and card.notes
    if "linuxhw" in card.source:
        assert "CC-BY-4.0" in card.source and "The Hardware Probe Project" in card.source
    size = sum(path.stat().st_size for path in card.path.rglob("*") if path.is_file())
    assert size < 60_000
    started = time.monotonic()
    found = inventory(card.name)
    assert time.monotonic() - started < 0.5
    assert known(found.cpu.family) is not None
    for disk in known(found.disks) or ():
        if known(disk.bus) != "virtio":
            assert identify(disk) is not None, disk
            assert known(disk.in_use) is not None


def test_no_two_disks_have_one_identity() -> None:
    texts = []
    for card in CARDS:
        for disk in known(inventory(card.name).disks) or ():
            which = identify(disk)
            if which is not None and known(disk.bus) != "usb":
                texts.append(which.text)
    assert len(texts) == len(set(texts))


def test_no_product_key_and_no_serial_of_others(shared: Path) -> None:
    everything = "\n".join(p.read_bytes().decode("latin-1") for p in MACHINES.rglob("*") if p.is_file())
    assert not re.search(r"(?:[0-9A-WYZ]{5}-){4}[0-9A-Z]{5}", everything)
    for dump in (shared / "fixtures/machines").glob("*/dmidecode.txt"):
        expected = json.loads((dump.parent / "expected.json").read_text(encoding="utf-8"))
        serial = re.search(r"DMI type 1,.*?Serial Number: (\S+)", dump.read_text(errors="replace"), re.DOTALL)
        if serial and expected["serial_quality"] == "good":
            assert serial[1] not in everything, dump.parent.name


def test_two_disks() -> None:
    assert internal(inventory("acer-aspire-a315-41")) == ["ssd", "hdd"]


def test_a_disk_hidden_by_the_controller() -> None:
    found = inventory("dell-precision-5520")
    assert internal(found) == []
    hidden = [known(c.hidden_disks) for c in known(found.storage_controllers) or ()]
    assert hidden == [1]


def test_old_mode_frozen_disk_and_flat_battery() -> None:
    found = inventory("dell-optiplex-7010")
    assert (known(found.firmware.mode), known(found.firmware.uefi_supported)) == ("bios", True)
    assert known(found.clock.sane) is False
    disk = (known(found.disks) or ())[0]
    assert disk.security is not None and known(disk.security.frozen) is True
    assert known(disk.reallocated_sectors) == 3
    assert disk.extra is not None and disk.extra["dco"] == {"max_sectors": 976773168}


def test_the_stick_is_seen_and_held() -> None:
    stick = (known(inventory("lenovo-thinkpad-t480").disks) or ())[-1]
    assert (known(stick.bus), known(stick.in_use)) == ("usb", ("mounted on /run/live/medium",))
    assert isinstance(stick.smart_passed, Unreadable)


def test_soldered_emmc() -> None:
    found = inventory("microsoft-surface-go-2")
    assert internal(found) == ["emmc"]
    assert known(found.cpu.platform_id) == 0x10
    assert all(known(m.soldered) for m in found.memory.modules or ())


def test_the_security_chip_three_ways() -> None:
    assert known(inventory("lenovo-thinkpad-t480").tpm.version) == "2.0"
    assert isinstance(inventory("acer-aspire-a315-41").tpm.present, Absent)
    assert known(inventory("azw-green-g4").tpm.manufacturer) == "INTC"


def test_a_virtual_machine_and_its_nameless_disk() -> None:
    found = inventory("qemu-standard-pc")
    assert known(found.system.virtual) is True
    assert [identify(d) for d in known(found.disks) or ()] == [None]
