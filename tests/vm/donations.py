"""Virtual PCs that meet each Windows 11 verdict and remedy: QEMU 7.2 with SMBIOS, processor, TPM, firmware chosen.

Every one is started for real by ``tests/vm/record.py``; what Regain recorded inside is in ``tests/virtual/``. The
processor's hypervisor flag and QEMU's "virtual machine" bits are taken away, or every verdict would be
*undetermined: virtual machine*; one PC keeps them, to show just that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.vm import smbios
from tests.vm.smbios import DDR3, DDR4, DIMM, LPDDR4, NOTEBOOK, ROW_OF_CHIPS, SODIMM

GB = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """What CPUID says. ``without``: instructions taken away."""

    brand: str
    family: int
    model: int
    stepping: int
    vendor: str = "GenuineIntel"
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Donation:
    """One virtual donated PC, and what a person who knows the rules expects of it."""

    name: str
    story: str
    verdict: str
    remedies: tuple[str, ...] = ()
    chip: Chip
    maker: str = "LENOVO"
    product: str = "20L5S0E200"
    version: str = "ThinkPad T480"
    firmware: str = "off"  # secureboot | off (keys, switched off) | setup (no keys) | bios
    uefi_flag: bool = True
    bios_date: str = "05/12/2021"
    chassis: int = NOTEBOOK
    slots: tuple[int, ...] = (8192, 0)  # MiB, 0 = empty
    most_gib: int = 32
    form: int = SODIMM
    kind: int = DDR4
    threads: int = 4
    disk_gb: int | None = 256
    bus: str = "nvme"
    tpm: str | None = "2.0"
    tpm_record: int | None = None  # major version in SMBIOS type 43
    setup_password: bool = False
    clock: str = "2026-11-20T09:00:00"
    disguised: bool = True

    @property
    def tables(self) -> list[bytes]:
        made = [
            smbios.chassis(self.maker, self.chassis, "PF1XYZ12"),
            smbios.memory_array(slots=len(self.slots), most_gib=self.most_gib),
            *(
                smbios.memory_device(i, mib=mib, form=self.form, kind=self.kind, mts=2400)
                for i, mib in enumerate(self.slots)
            ),
            smbios.passwords(administrator=self.setup_password),
        ]
        if self.disguised:
            made.append(smbios.firmware(self.maker, "N24ET70W (1.45 )", self.bios_date, uefi=self.uefi_flag))
        if self.tpm_record:
            made.append(smbios.tpm(vendor="STM ", major=self.tpm_record))
        return made


I5_8250U = Chip(brand="Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", family=6, model=142, stepping=10)
I5_8500 = Chip(brand="Intel(R) Core(TM) i5-8500 CPU @ 3.00GHz", family=6, model=158, stepping=10)
I5_6300U = Chip(brand="Intel(R) Core(TM) i5-6300U CPU @ 2.40GHz", family=6, model=78, stepping=3)
I7_7700 = Chip(brand="Intel(R) Core(TM) i7-7700 CPU @ 3.60GHz", family=6, model=158, stepping=9)
R5_3500U = Chip(
    vendor="AuthenticAMD", brand="AMD Ryzen 5 3500U with Radeon Vega Mobile Gfx", family=23, model=24, stepping=1
)
R5_1600 = Chip(vendor="AuthenticAMD", brand="AMD Ryzen 5 1600 Six-Core Processor", family=23, model=1, stepping=1)

FINE = Donation(name="eligible", story="everything Windows 11 asks for", verdict="eligible", chip=I5_8250U)
HP = replace(FINE, maker="HP", product="HP ProBook 445R G6", version="", chip=R5_3500U)
DELL = replace(
    FINE, maker="Dell Inc.", product="OptiPlex 7060", version="", chip=I5_8500, chassis=smbios.DESKTOP, form=DIMM,
    bus="sata",
)  # fmt: skip

FIRMWARE, UPGRADE, NO = "eligible_after_firmware_change", "eligible_after_upgrade", "not_eligible"

DONATIONS = (
    replace(FINE, name="eligible-secure-boot", firmware="secureboot"),
    replace(HP, name="tpm-off", story="AMD, firmware TPM off", firmware="secureboot", verdict=FIRMWARE,
            remedies=("tpm-enable",), tpm=None),
    replace(DELL, name="tpm-hidden", story="SMBIOS tells of a TPM 2.0 that the system does not see", verdict=FIRMWARE,
            remedies=("tpm-enable",), tpm=None, tpm_record=2),
    replace(DELL, name="tpm-1-2-dell-2017", story="TPM 1.2 that this maker can flash", verdict=FIRMWARE,
            remedies=("tpm-flash",), tpm="1.2", bios_date="09/12/2017"),
    replace(FINE, name="tpm-1-2-other", story="TPM 1.2 and no update for it", verdict=NO, maker="Medion",
            product="S6445", version="", tpm="1.2", bios_date="03/02/2018"),
    replace(FINE, name="legacy-boot", story="started in the old mode, though the firmware has UEFI", verdict=FIRMWARE,
            remedies=("uefi-boot",), firmware="bios"),
    replace(FINE, name="no-uefi", story="no UEFI at all", verdict=NO, firmware="bios", uefi_flag=False),
    replace(FINE, name="setup-mode", story="the Secure Boot keys are missing", verdict=FIRMWARE,
            remedies=("keys-restore",), firmware="setup"),
    replace(FINE, name="ram-2-gb-free-slot", story="2 GB and a free slot", verdict=UPGRADE, remedies=("ram-add",),
            slots=(2048, 0)),
    replace(FINE, name="ram-2-gb-soldered", story="2 GB soldered, nothing can be added", verdict=NO, slots=(2048,),
            most_gib=2, form=ROW_OF_CHIPS, kind=LPDDR4),
    replace(DELL, name="disk-32-gb", story="an SSD of 32 GB", verdict=UPGRADE, remedies=("disk-replace",), disk_gb=32),
    replace(DELL, name="no-disk", story="the disk was taken out", verdict=UPGRADE, remedies=("disk-replace",),
            disk_gb=None),
    replace(HP, name="ram-and-tpm", story="two things to do, both must be said", verdict=UPGRADE,
            remedies=("ram-add", "tpm-enable"), slots=(2048, 0), tpm=None),
    replace(HP, name="tpm-off-password", story="TPM off behind a setup password", verdict=FIRMWARE,
            remedies=("tpm-enable",), tpm=None, setup_password=True),
    replace(FINE, name="cpu-6th-generation", story="blocked processor", verdict=NO, chip=I5_6300U,
            version="ThinkPad T460", kind=DDR3),
    replace(DELL, name="cpu-needs-platform-id", story="6-158-9 without a mask: the list decides", verdict=NO,
            chip=I7_7700, product="OptiPlex 7050"),
    replace(HP, name="cpu-ryzen-5-1600", story="first Zen", verdict=NO, chip=R5_1600),
    replace(FINE, name="one-thread", story="a single logical processor", verdict=NO, threads=1),
    replace(FINE, name="cpu-without-popcnt", story="a processor that passes and yet lacks an instruction: a conflict",
            verdict="undetermined", chip=replace(I5_8250U, without=("popcnt",))),
    replace(FINE, name="dead-clock", story="flat CMOS battery, everything else fine", verdict="eligible",
            clock="2002-01-01T00:00:00"),
    replace(FINE, name="plain-virtual-machine", story="QEMU that says so", verdict="undetermined", maker="QEMU",
            product="Standard PC (Q35 + ICH9, 2009)", version="pc-q35-7.2", disguised=False),
)  # fmt: skip
