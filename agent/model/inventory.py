"""What this PC is: the shape of ``regain inventory --json`` (COMMANDS contract).

Every leaf is a fact; ``None`` means the source does not tell. The same shapes carry one tool's view
(``regain parse``) and the merged view of the whole PC. Sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from agent.model.facts import Fact, MaybeFact
from agent.model.value import value


class SerialQuality(StrEnum):
    GOOD = "good"
    JUNK = "junk"
    ABSENT = "absent"
    WEAK = "weak"  # UUIDs only: zeros and a MAC


class Medium(StrEnum):
    HDD = "hdd"
    SSD = "ssd"
    NVME = "nvme"
    EMMC = "emmc"
    USB = "usb"
    OPTICAL = "optical"
    UNKNOWN = "unknown"


@value
class System:
    manufacturer: MaybeFact[str] = None
    product: MaybeFact[str] = None
    version: MaybeFact[str] = None
    sku: MaybeFact[str] = None
    family: MaybeFact[str] = None
    model_name: MaybeFact[str] = None  # what a person calls it (Lenovo: Version; placeholder product: the board)
    serial: MaybeFact[str] = None
    serial_quality: MaybeFact[str] = None
    uuid: MaybeFact[str] = None
    uuid_quality: MaybeFact[str] = None
    virtual: MaybeFact[bool] = None


@value
class Board:
    manufacturer: MaybeFact[str] = None
    product: MaybeFact[str] = None
    version: MaybeFact[str] = None
    serial: MaybeFact[str] = None
    serial_quality: MaybeFact[str] = None


@value
class Chassis:
    type: MaybeFact[str] = None
    serial: MaybeFact[str] = None
    serial_quality: MaybeFact[str] = None


@value
class Firmware:
    vendor: MaybeFact[str] = None
    version: MaybeFact[str] = None
    date: MaybeFact[str] = None
    mode: MaybeFact[str] = None  # uefi | bios
    bits: MaybeFact[int] = None  # 32 or 64, UEFI only
    uefi_supported: MaybeFact[bool] = None
    secure_boot: MaybeFact[str] = None  # on | off | setup | unsupported | unknown
    ca_2011: MaybeFact[bool] = None  # db holds "Microsoft Corporation UEFI CA 2011" (third party)
    ca_2023: MaybeFact[bool] = None  # db holds "Microsoft UEFI CA 2023" (third party)
    windows_ca_2011: MaybeFact[bool] = None  # db holds "Microsoft Windows Production PCA 2011"
    windows_ca_2023: MaybeFact[bool] = None  # db holds "Windows UEFI CA 2023"
    kek_2011: MaybeFact[bool] = None  # KEK holds "Microsoft Corporation KEK CA 2011": may bring new keys by itself
    kek_2023: MaybeFact[bool] = None  # KEK holds "Microsoft Corporation KEK 2K CA 2023"
    windows_pca_2011_revoked: MaybeFact[bool] = None  # dbx holds that certificate
    menu_at_restart: MaybeFact[bool] = None  # it opens its own menu at the next start when it is asked to
    admin_password: MaybeFact[str] = None  # enabled | disabled | not_implemented | unknown


@value
class Cache:
    """One cache as the first core has it, or, where only the firmware tells, all of that level together."""

    level: int
    kind: str  # data | instruction | unified
    size_bytes: int


@value
class Cpu:
    brand_raw: MaybeFact[str] = None
    vendor: MaybeFact[str] = None  # CPUID vendor string: GenuineIntel, AuthenticAMD, …
    family: MaybeFact[int] = None
    model: MaybeFact[int] = None
    stepping: MaybeFact[int] = None
    platform_id: MaybeFact[int] = None  # one-bit mask, Intel only
    signature: MaybeFact[str] = None
    cores: MaybeFact[int] = None
    threads: MaybeFact[int] = None
    sockets: MaybeFact[int] = None
    max_mhz: MaybeFact[int] = None
    flags: MaybeFact[tuple[str, ...]] = None
    caches: MaybeFact[tuple[Cache, ...]] = None


@value
class MemoryModule:
    size_bytes: MaybeFact[int] = None
    type: MaybeFact[str] = None
    form_factor: MaybeFact[str] = None
    speed_mts: MaybeFact[int] = None
    locator: MaybeFact[str] = None
    manufacturer: MaybeFact[str] = None
    part: MaybeFact[str] = None
    serial: MaybeFact[str] = None
    serial_quality: MaybeFact[str] = None  # good | junk | absent
    soldered: MaybeFact[bool] = None


@value
class Memory:
    installed_bytes: MaybeFact[int] = None
    usable_bytes: MaybeFact[int] = None
    slots: MaybeFact[int] = None
    slots_free: MaybeFact[int] = None
    array_devices: MaybeFact[int] = None
    max_bytes: MaybeFact[int] = None
    modules: tuple[MemoryModule, ...] | None = None


@value
class Tpm:
    present: MaybeFact[bool] = None
    version: MaybeFact[str] = None  # "2.0", "1.2"
    manufacturer: MaybeFact[str] = None
    seen_by: MaybeFact[str] = None  # kernel | acpi | smbios
    driver_bound: MaybeFact[bool] = None


@value
class DiskSecurity:
    """ATA SECURITY feature set as the drive tells it (ACS-3, IDENTIFY word 128)."""

    supported: MaybeFact[bool] = None
    enabled: MaybeFact[bool] = None
    locked: MaybeFact[bool] = None
    frozen: MaybeFact[bool] = None
    enhanced_erase: MaybeFact[bool] = None
    level: MaybeFact[str] = None
    erase_minutes: MaybeFact[int] = None
    enhanced_erase_minutes: MaybeFact[int] = None


@value
class DiskSanitize:
    overwrite: MaybeFact[bool] = None
    block_erase: MaybeFact[bool] = None
    crypto_erase: MaybeFact[bool] = None


@value
class DiskNvme:
    fna: MaybeFact[int] = None
    sanicap: MaybeFact[int] = None
    oacs: MaybeFact[int] = None
    namespaces: MaybeFact[int] = None  # that hold data, attached or not
    attached: MaybeFact[int] = None  # those of them that have a disk of their own here
    nsid: MaybeFact[int] = None  # this disk's number, where the drive shows several


@value
class Disk:
    """One disk, or what one tool tells of it. Keys are those of ``regain disks`` / ``regain parse``."""

    path: MaybeFact[str] = None
    model: MaybeFact[str] = None
    serial: MaybeFact[str] = None
    firmware: MaybeFact[str] = None
    wwn: MaybeFact[str] = None
    size_bytes: MaybeFact[int] = None
    logical_block_size: MaybeFact[int] = None
    physical_block_size: MaybeFact[int] = None
    rotational: MaybeFact[bool] = None
    rotation_rpm: MaybeFact[int] = None
    medium: MaybeFact[str] = None
    bus: MaybeFact[str] = None  # ata | nvme | usb | mmc | sas | scsi | loop | virtio
    removable: MaybeFact[bool] = None
    read_only: MaybeFact[bool] = None
    in_use: MaybeFact[tuple[str, ...]] = None  # why it is held: "mounted on /", "swap", "member of md0"; () = free
    major_minor: MaybeFact[str] = None
    backing_file: MaybeFact[str] = None  # loop devices only
    power_on_hours: MaybeFact[int] = None
    reallocated_sectors: MaybeFact[int] = None
    pending_sectors: MaybeFact[int] = None
    offline_uncorrectable: MaybeFact[int] = None
    media_errors: MaybeFact[int] = None
    grown_defects: MaybeFact[int] = None
    crc_errors: MaybeFact[int] = None
    percentage_used: MaybeFact[int] = None
    critical_warning: MaybeFact[int] = None
    temperature_c: MaybeFact[int] = None
    smart_passed: MaybeFact[bool] = None
    smart_exit_status: MaybeFact[int] = None
    security: DiskSecurity | None = None
    sanitize: DiskSanitize | None = None
    nvme: DiskNvme | None = None
    extra: Mapping[str, Any] | None = None  # what else the tool tells: hpa, dco, sanitize_log, …


@value
class Controller:
    """A storage, graphics or network function on the PCI bus."""

    slot: str
    pci_class: str  # six hex digits, "010802"
    vendor_id: str
    device_id: str
    vendor: MaybeFact[str] = None
    device: MaybeFact[str] = None
    driver: MaybeFact[str] = None
    hidden_disks: MaybeFact[int] = None


@value
class Display:
    connector: MaybeFact[str] = None
    manufacturer: MaybeFact[str] = None
    model: MaybeFact[str] = None
    year: MaybeFact[int] = None
    width_px: MaybeFact[int] = None
    height_px: MaybeFact[int] = None
    diagonal_inches: MaybeFact[float] = None
    internal: MaybeFact[bool] = None


@value
class Battery:
    name: MaybeFact[str] = None
    manufacturer: MaybeFact[str] = None
    design_wh: MaybeFact[float] = None
    full_wh: MaybeFact[float] = None
    wear_percent: MaybeFact[float] = None  # 0 = as new, 100 = dead
    cycles: MaybeFact[int] = None
    charge_percent: MaybeFact[int] = None
    state: MaybeFact[str] = None


@value
class NetworkPort:
    name: str
    kind: MaybeFact[str] = None  # ethernet | wifi | bluetooth | other
    driver: MaybeFact[str] = None
    mac: MaybeFact[str] = None  # permanent address, built-in interfaces only
    usb: MaybeFact[bool] = None
    vendor: MaybeFact[str] = None
    device: MaybeFact[str] = None  # name of its chip, or what a USB adapter calls itself


@value
class UsbDevice:
    """Something on USB, built in or plugged in; hubs apart. Its serial number is not asked."""

    slot: str  # bus and ports, "1-4.2"
    vendor_id: str
    device_id: str
    vendor: MaybeFact[str] = None
    device: MaybeFact[str] = None


@value
class Optical:
    name: str
    model: MaybeFact[str] = None
    writes: MaybeFact[bool] = None
    usb: MaybeFact[bool] = None  # beside the PC, or a server's virtual drive


@value
class Port:
    """Something to plug into, as firmware and kernel tell it; for a person to confirm."""

    kind: str  # usb | usb_c | video | ethernet | audio | other
    name: MaybeFact[str] = None


@value
class Clock:
    rtc_utc: MaybeFact[str] = None
    sane: MaybeFact[bool] = None


@value
class Inventory:
    """Everything the stages know of one PC. ``took_s`` is the time the probes needed."""

    system: System = System()
    board: Board = Board()
    chassis: Chassis = Chassis()
    firmware: Firmware = Firmware()
    cpu: Cpu = Cpu()
    memory: Memory = Memory()
    tpm: Tpm = Tpm()
    disks: Fact[tuple[Disk, ...]]
    gpus: MaybeFact[tuple[Controller, ...]] = None
    storage_controllers: MaybeFact[tuple[Controller, ...]] = None
    undriven: MaybeFact[tuple[Controller, ...]] = None  # devices a driver should have bound and none did
    displays: MaybeFact[tuple[Display, ...]] = None
    batteries: MaybeFact[tuple[Battery, ...]] = None
    mains: MaybeFact[bool] = None
    network: MaybeFact[tuple[NetworkPort, ...]] = None
    radios: MaybeFact[tuple[Controller, ...]] = None  # Wi-Fi chips on the bus (PCI class 0280), driven or not
    missing_firmware: MaybeFact[tuple[str, ...]] = None
    webcams: MaybeFact[tuple[str, ...]] = None
    usb_devices: MaybeFact[tuple[UsbDevice, ...]] = None
    optical: MaybeFact[tuple[Optical, ...]] = None
    ports: MaybeFact[tuple[Port, ...]] = None
    oem_windows_key: MaybeFact[str] = None  # present | absent | unknown
    oem_windows_key_suffix: MaybeFact[str] = None
    clock: Clock = Clock()
    kernel_limits_cpus: MaybeFact[bool] = None  # nosmt or maxcpus on the command line
    took_s: float = 0.0
