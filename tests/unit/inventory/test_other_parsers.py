"""Processor files, lshw, EDID, batteries: recordings where there are some, and their traps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.inventory.battery import parse_power_supply, parse_upower
from agent.inventory.cpu import parse_cpuinfo, parse_lscpu
from agent.inventory.edid import parse_edid
from agent.inventory.kernel_log import kept_lines, missing_firmware, remapped_disks
from agent.inventory.lshw import LshwFacts, parse_lshw
from agent.inventory.pci import with_log
from agent.inventory.scrub import edid as scrubbed_edid
from agent.inventory.scrub import smbios as scrubbed_smbios
from agent.inventory.windows_key import masked
from agent.model.facts import Known, Unreadable, known
from agent.model.inventory import Battery, Controller, Cpu, Display

MACHINES = Path(__file__).resolve().parents[2] / "machines"


def test_lscpu_of_the_development_set(shared: Path) -> None:
    for folder in sorted((shared / "fixtures/machines").glob("cpu-*")):
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        cpu = parse_lscpu((folder / "lscpu.txt").read_bytes())
        assert isinstance(cpu, Cpu)
        flags = known(cpu.flags) or ()
        assert known(cpu.brand_raw) == expected["cpu_brand"]
        assert [known(cpu.family), known(cpu.model), known(cpu.stepping)] == expected["cpu_family_model_stepping"]
        assert known(cpu.threads) == expected["logical_cpus"]
        assert ("lm" in flags, "sse4_2" in flags) == (expected["long_mode"], expected["sse4_2"])


def test_lshw_of_the_development_set(shared: Path) -> None:
    folder = shared / "fixtures/machines/dell-poweredge-r6515"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    data = (folder / "lshw.json").read_bytes()
    found = parse_lshw(data)
    assert isinstance(found, LshwFacts)
    assert [known(found.system.manufacturer), known(found.system.product)] == [
        expected["manufacturer"],
        expected["product"],
    ]
    assert known(found.memory.installed_bytes) == expected["memory_bytes_installed"]
    assert [known(found.memory.slots), len(found.memory.modules or ())] == [16, 8]
    assert [{"model": known(d.model), "size_bytes": known(d.size_bytes)} for d in found.disks] == expected[
        "internal_disks"
    ]
    drivers = [known(c.driver) for c in found.storage_controllers]
    assert drivers == [c["driver"] for c in expected["storage_controllers"]]
    assert len([p for p in found.network if known(p.kind) == "ethernet"]) == expected["ethernet_ports"]
    assert "192.0.2." not in repr(found)  # addresses are dropped
    assert parse_lshw(b"[" + data + b"]") == found
    assert isinstance(parse_lshw(data[:5000]), Unreadable)


def test_processors_that_disagree_are_unreadable() -> None:
    text = (MACHINES / "hp-elitebook-840-g3/files/proc/cpuinfo").read_text(encoding="utf-8")
    assert isinstance(parse_cpuinfo(text), Cpu)
    assert isinstance(parse_cpuinfo(text.replace("stepping\t: 3", "stepping\t: 4", 1)), Unreadable)


def test_a_cut_cpuinfo_does_not_give_fewer_instructions() -> None:
    text = (MACHINES / "hp-elitebook-840-g3/files/proc/cpuinfo").read_text(encoding="utf-8")
    assert isinstance(parse_cpuinfo(text[: text.index("flags")]), Unreadable)


def test_cores_and_threads() -> None:
    cpu = parse_cpuinfo((MACHINES / "lenovo-thinkpad-t480/files/proc/cpuinfo").read_bytes())
    assert isinstance(cpu, Cpu)
    assert (known(cpu.cores), known(cpu.threads), known(cpu.sockets)) == (4, 8, 1)


def test_arm_cpuinfo() -> None:
    text = "processor\t: 0\nBogoMIPS\t: 38.40\nFeatures\t: fp asimd atomics\nCPU implementer\t: 0x51\n\n"
    cpu = parse_cpuinfo(text)
    assert isinstance(cpu, Cpu)
    assert (cpu.family, known(cpu.flags)) == (None, ("fp", "asimd", "atomics"))


PANEL = MACHINES / "lenovo-thinkpad-t480/files/sys/class/drm/card0-eDP-1/edid"


def test_a_panel() -> None:
    panel = parse_edid(PANEL.read_bytes())
    assert isinstance(panel, Display)
    assert known(panel.manufacturer) == "LEN"
    assert (known(panel.width_px), known(panel.height_px), known(panel.diagonal_inches)) == (1920, 1080, 14.0)


@pytest.mark.parametrize("change", [b"", b"\0" * 128, PANEL.read_bytes()[:127]])
def test_a_damaged_edid(change: bytes) -> None:
    assert isinstance(parse_edid(change), Unreadable)


def test_one_wrong_byte_breaks_the_edid() -> None:
    data = bytearray(PANEL.read_bytes())
    data[60] ^= 1
    assert isinstance(parse_edid(bytes(data)), Unreadable)


def test_the_serial_of_a_screen_is_not_stored() -> None:
    data = bytearray(PANEL.read_bytes())
    data[12:16] = b"\x39\x30\x00\x00"
    data[127] = -sum(data[:127]) & 0xFF
    clean = scrubbed_edid(bytes(data))
    assert clean[12:16] == bytes(4)
    assert parse_edid(clean) == parse_edid(PANEL.read_bytes())


def uevent(**fields: str) -> str:
    return "".join(f"POWER_SUPPLY_{key}={value}\n" for key, value in {"NAME": "BAT0", **fields}.items())


def test_batteries_in_energy_and_in_charge() -> None:
    energy = parse_power_supply(uevent(ENERGY_FULL_DESIGN="24000000", ENERGY_FULL="12000000", CYCLE_COUNT="300"))
    charge = parse_power_supply(
        uevent(CHARGE_FULL_DESIGN="2000000", CHARGE_FULL="1000000", VOLTAGE_MIN_DESIGN="12000000")
    )
    assert isinstance(energy, Battery) and isinstance(charge, Battery)
    assert (known(energy.design_wh), known(energy.wear_percent), known(energy.cycles)) == (24.0, 50.0, 300)
    assert (known(charge.design_wh), known(charge.full_wh)) == (24.0, 12.0)


def test_battery_figures_that_mean_nothing() -> None:
    odd = parse_power_supply(uevent(ENERGY_FULL_DESIGN="0", ENERGY_FULL="12000000", CYCLE_COUNT="0"))
    better = parse_power_supply(uevent(ENERGY_FULL_DESIGN="24000000", ENERGY_FULL="25000000"))
    assert isinstance(odd, Battery) and isinstance(better, Battery)
    assert isinstance(odd.design_wh, Unreadable) and isinstance(odd.wear_percent, Unreadable)
    assert isinstance(odd.cycles, Unreadable)
    assert known(better.wear_percent) == 0.0


UPOWER = """Device: /org/freedesktop/UPower/devices/battery_BAT0
  native-path:          BAT0
  vendor:               SMP
  model:                01AV421
  power supply:         yes
  battery
    present:             yes
    state:               discharging
    energy-full:         20.31 Wh
    energy-full-design:  24 Wh
    percentage:          87%
    charge-cycles:       312

Device: /org/freedesktop/UPower/devices/mouse_hidpp
  native-path:          hidpp_battery_0
  model:                Mouse
  power supply:         no
  battery
    percentage:          50%

Device: /org/freedesktop/UPower/devices/DisplayDevice
  power supply:         yes
  battery
    energy-full:         20.31 Wh
"""


def test_upower_leaves_out_the_mouse_and_the_sum() -> None:
    found = parse_upower(UPOWER)
    assert isinstance(found, tuple)
    assert [known(b.name) for b in found] == ["01AV421"]
    assert (known(found[0].wear_percent), known(found[0].cycles)) == (15.4, 312)


def test_missing_firmware() -> None:
    log = (
        "[ 5.1] iwlwifi 0000:03:00.0: Direct firmware load for iwlwifi-8265-99.ucode failed with error -2\n"
        "[ 5.2] iwlwifi 0000:03:00.0: loaded firmware version 36.ca7b901d.0 8265-36.ucode op_mode iwlmvm\n"
        "[ 5.3] platform regulatory.0: Direct firmware load for regulatory.db failed with error -2\n"
        "[ 6.0] rtw89_8852be: Direct firmware load for rtw89/rtw8852b_fw-1.bin failed with error -2\n"
        "[ 7.0] systemd[1]: Hostname set to <somebodys-pc>.\n"
    )
    assert missing_firmware(log) == ("rtw89/rtw8852b_fw-1.bin",)
    assert "somebodys-pc" not in kept_lines(log)
    assert missing_firmware(kept_lines(log)) == missing_firmware(log)


def test_remapped_disks_in_the_log() -> None:
    line = "[    1.5] ahci 0000:00:17.0: Found 2 remapped NVMe devices.\n"
    assert remapped_disks(line) == {"0000:00:17.0": 2}
    assert kept_lines(line) == line
    controller = Controller(slot="0000:00:17.0", pci_class="010601", vendor_id="8086", device_id="282a")
    told = with_log(Known((controller,), "sysfs pci"), remapped_disks(line))
    assert [known(c.hidden_disks) for c in told.value] == [2]


def test_a_product_key_is_crossed_out() -> None:
    table = b"MSDM".ljust(56, b"\0") + b"ABCDE-FGHIJ-KLMNO-PQRST-UVWXY"
    assert masked(table)[56:] == b"XXXXX-XXXXX-XXXXX-XXXXX-UVWXY"


def test_strings_of_the_maker_are_not_stored() -> None:
    text = (
        "Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Dell Inc.\n\n"
        "Handle 0x0002, DMI type 11, 5 bytes\nOEM Strings\n\tString 1: 27[18423560258]\n\n"
    )
    clean = scrubbed_smbios(text)
    assert "18423560258" not in clean
    assert "Dell Inc." in clean
