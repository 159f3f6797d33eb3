"""A virtual donated PC as values: model, firmware, disks, and the QEMU command line they become. Pure.

Sources: qemu(1) 7.2, QEMU docs/devel/blkdebug.rst, OVMF README (Secure Boot wants SMM and protected flash).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

OVMF = Path("/usr/share/OVMF")


class Firmware(StrEnum):
    UEFI = "uefi"
    SECUREBOOT = "secureboot"
    BIOS = "bios"


class Bus(StrEnum):
    NVME = "nvme"
    SATA = "sata"
    USB = "usb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What dmidecode shows of the PC; QEMU 7.2 always says "Other" for the chassis."""

    manufacturer: str
    product: str
    version: str
    serial: str
    bios: str
    cpu: str


MODELS = {
    "thinkpad": Model(
        manufacturer="LENOVO", product="20L5S0E200", version="ThinkPad T480", serial="PF1XYZ12",
        bios="N24ET70W (1.45 )",
        cpu="vendor=GenuineIntel,family=6,model=142,stepping=10,model-id=Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz",
    ),
    "optiplex": Model(
        manufacturer="Dell Inc.", product="OptiPlex 7010", version="01", serial="7K2FX5J", bios="A29",
        cpu="vendor=GenuineIntel,family=6,model=58,stepping=9,model-id=Intel(R) Core(TM) i5-3470 CPU @ 3.20GHz",
    ),
}  # fmt: skip
"""Two PCs that workshops see every week: a notebook that may run Windows 11, a desktop that may not."""


@dataclass(frozen=True, slots=True)
class BadSectors:
    """Sectors of 512 bytes that answer with an I/O error, for ``iotype`` read, write or both."""

    first: int
    count: int
    iotypes: tuple[str, ...] = ("read",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    path: Path
    serial: str
    bus: Bus
    model: str = "Regain Virtual Disk"
    bad: tuple[BadSectors, ...] = ()
    removable: bool = False
    readonly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """``none`` still has a screen to photograph; ``vnc`` shows it on 127.0.0.1, display ``number``."""

    kind: str = "none"
    number: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    folder: Path
    """Where the sockets, the firmware variables and the TPM state are."""

    model: Model
    firmware: Firmware
    disks: tuple[Disk, ...]
    boot: str
    """Serial of the disk to start from."""

    memory_mib: int = 2048
    cores: int = 2
    kvm: bool = False
    tpm: str | None = "2.0"
    network: bool = True
    """False: no network card at all."""

    screen: Screen = Screen()
    credentials: tuple[str, ...] = ()
    """``name=value`` handed to the guest's systemd in SMBIOS type 11 (systemd.exec(5), Credentials)."""

    units: tuple[tuple[str, str], ...] = ()
    """(credential, text of several lines), for instance ``systemd.extra-unit.NAME`` (systemd-debug-generator(8))."""

    def place(self, name: str) -> Path:
        return self.folder / name


MOST_BAD_SECTORS = 4096
"""blkdebug has one rule for each sector, and asks all of them at each request."""


def blockdev(disk: Disk, name: str) -> list[str]:
    """``-blockdev`` with the rules of its bad sectors: raw on blkdebug on the file."""
    file: dict[str, object] = {"driver": "file", "filename": str(disk.path), "discard": "unmap"}
    if disk.bad:
        rules = [
            {"event": "none", "iotype": iotype, "errno": 5, "sector": sector}
            for bad in disk.bad
            for sector in range(bad.first, bad.first + bad.count)
            for iotype in bad.iotypes
        ]
        if len(rules) > MOST_BAD_SECTORS:
            raise ValueError(f"{len(rules)} bad sectors, {MOST_BAD_SECTORS} at most")
        file = {"driver": "blkdebug", "image": file, "inject-error": rules}
    whole = {"driver": "raw", "node-name": name, "read-only": disk.readonly, "file": file}
    return ["-blockdev", json.dumps(whole)]


def device(disk: Disk, name: str, *, boot: bool) -> list[str]:
    index = ",bootindex=0" if boot else ""
    match disk.bus:
        case Bus.NVME:
            return ["-device", f"nvme,drive={name},serial={disk.serial}{index}"]
        case Bus.SATA:
            return ["-device", f"ide-hd,bus=ide.{name[-1]},drive={name},serial={disk.serial},model={disk.model}{index}"]
        case Bus.USB:
            removable = "on" if disk.removable else "off"
            return ["-device", f"usb-storage,drive={name},serial={disk.serial},removable={removable}{index}"]


def smbios(model: Model) -> list[str]:
    return [
        *("-smbios", f"type=0,vendor={model.manufacturer},version={model.bios},date=05/12/2021"),
        "-smbios",
        f"type=1,manufacturer={model.manufacturer},product={model.product},version={model.version},"
        f"serial={model.serial},uuid=4c4c4544-004b-3210-8046-b7c04f58354a",
        *("-smbios", f"type=2,manufacturer={model.manufacturer},product={model.product},serial=B{model.serial}"),
        *("-smbios", f"type=3,manufacturer={model.manufacturer},serial={model.serial}"),
        *("-smbios", "type=17,manufacturer=Samsung,part=M471A1K43CB1-CRC,speed=2400,serial=11223344"),
    ]


def firmware_files(firmware: Firmware) -> tuple[Path, Path] | None:
    """(code, variables) of OVMF; None for SeaBIOS, which QEMU brings."""
    match firmware:
        case Firmware.UEFI:
            return OVMF / "OVMF_CODE_4M.fd", OVMF / "OVMF_VARS_4M.fd"
        case Firmware.SECUREBOOT:
            return OVMF / "OVMF_CODE_4M.secboot.fd", OVMF / "OVMF_VARS_4M.ms.fd"
        case Firmware.BIOS:
            return None


def qemu_argv(machine: Machine) -> list[str]:
    secure = machine.firmware is Firmware.SECUREBOOT
    argv = [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-name", machine.model.product),
        *("-machine", f"q35,smm={'on' if secure else 'off'}", "-accel", "kvm" if machine.kvm else "tcg,thread=multi"),
        *("-cpu", f"{'host' if machine.kvm else 'max'},{machine.model.cpu}", "-smp", str(machine.cores)),
        *("-m", str(machine.memory_mib), "-vga", "std"),
        *("-nic", "user,model=e1000e" if machine.network else "none"),
        *("-device", "qemu-xhci", "-device", "usb-kbd", "-rtc", "base=utc"),
        *("-chardev", f"socket,id=serial,path={machine.place('serial.sock')},server=on,wait=off,"
                      f"logfile={machine.place('serial.log')},logappend=on"),
        *("-serial", "chardev:serial", "-qmp", f"unix:{machine.place('qmp.sock')},server=on,wait=off"),
        *smbios(machine.model),
    ]  # fmt: skip
    for credential in machine.credentials:
        argv += ["-smbios", f"type=11,value=io.systemd.credential:{credential}"]
    for credential, text in machine.units:
        whole = base64.b64encode(text.encode()).decode()
        argv += ["-smbios", f"type=11,value=io.systemd.credential.binary:{credential}={whole}"]
    files = firmware_files(machine.firmware)
    if files:
        argv += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={files[0]}"]
        argv += ["-drive", f"if=pflash,format=raw,unit=1,file={machine.place('vars.fd')}"]
    if secure:
        argv += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    if machine.tpm:
        argv += ["-chardev", f"socket,id=tpm,path={machine.place('tpm.sock')}"]
        argv += ["-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device", "tpm-tis,tpmdev=tpm0"]
    for number, disk in enumerate(machine.disks):
        name = f"disk{number}"
        argv += blockdev(disk, name) + device(disk, name, boot=disk.serial == machine.boot)
    return argv + screen_argv(machine.screen)


def screen_argv(screen: Screen) -> list[str]:
    if screen.kind == "vnc":
        return ["-display", "none", "-vnc", f"127.0.0.1:{screen.number}"]
    return ["-display", screen.kind]


def swtpm_argv(machine: Machine) -> list[str]:
    """In the foreground, so that it ends with us; absolute paths."""
    state, socket = machine.place("tpm").resolve(), machine.place("tpm.sock").resolve()
    version = ["--tpm2"] if machine.tpm == "2.0" else []
    return ["swtpm", "socket", *version, "--tpmstate", f"dir={state}", "--ctrl", f"type=unixio,path={socket}"]


_US_ROWS = {" ": "spc", "\n": "ret", "-": "minus", "=": "equal", ".": "dot", ",": "comma", "/": "slash",
            ";": "semicolon", "'": "apostrophe", "\t": "tab"}  # fmt: skip
_FR_KEYS = {
    **{"a": "q", "q": "a", "z": "w", "w": "z", "m": "semicolon", " ": "spc", "\n": "ret", "\t": "tab"},
    **{",": "m", ";": "comma", ":": "dot", "!": "slash", ")": "minus", "=": "equal", "-": "6", "_": "8"},
    **{"é": "2", "'": "4", "è": "7", "ç": "9", "à": "0", "@": "alt_r-0"},
    **{".": "shift-comma", "/": "shift-dot"},
    **{digit: f"shift-{digit}" for digit in "0123456789"},
}


def keys_of(text: str, layout: str = "fr") -> Sequence[str]:
    """Key names for QMP, by position on a US keyboard, that make this text under the layout of the guest."""
    table = _FR_KEYS if layout == "fr" else {**_US_ROWS, **{digit: digit for digit in "0123456789"}}
    keys = []
    for letter in text:
        key = table.get(letter.lower()) or (letter.lower() if letter.isascii() and letter.isalnum() else None)
        if key is None:
            raise ValueError(f"no key for {letter!r}")
        keys.append(f"shift-{key}" if letter.isupper() else key)
    return keys
