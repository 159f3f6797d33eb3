"""What an NVMe drive is and how it comes to us, with the values of a recorded one; its lies and faults."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NvmeFault(StrEnum):
    """What a drive lies about or how it breaks (ERASURE design, section 12). None may end in a certificate, but
    DONE_WHEN_LOOKED, whose content is erased and must show it."""

    SANITIZE_REFUSED = "sanitize_refused"  # advertised, invalid opcode when asked: SK hynix PC801 (nvme-cli #2710)
    SANITIZE_IGNORED = "sanitize_ignored"  # accepted; the log stays what it was
    SANITIZE_DOES_NOTHING = "sanitize_does_nothing"  # progress, then completed; the content is what it was
    SANITIZE_LEAVES_HALF = "sanitize_leaves_half"
    SANITIZE_LEAVES_BLOCK = "sanitize_leaves_block"  # 4 KiB in the last subsection
    SANITIZE_NEVER_ENDS = "sanitize_never_ends"  # progress 655 of 65536 for a week (nvme-cli #3027)
    SANITIZE_FAILS = "sanitize_fails"  # status 3, at 60 %
    SANITIZE_UNKNOWN_STATUS = "sanitize_unknown_status"  # ends in a status that no standard knows
    SANITIZE_OTHER_ACTION = "sanitize_other_action"  # completed, but the log tells another action than was asked for
    LOG_VANISHES = "log_vanishes"  # invalid log page once a sanitize was started
    DONE_WHEN_LOOKED = "done_when_looked"  # any sanitize takes no time: nobody sees it run
    POWER_CUT = "power_cut"  # gone at 40 %, until ``power_cut`` is called: that is the plug put back
    FORMAT_REFUSED = "format_refused"  # invalid opcode though OACS says that it is there
    FORMAT_DOES_NOTHING = "format_does_nothing"
    FORMAT_LEAVES_BLOCK = "format_leaves_block"
    FORMAT_CRYPTO_IS_ZEROS = "format_crypto_is_zeros"  # SES 2 accepted without FNA bit 2: zeros, no key changed (QEMU)


@dataclass(frozen=True, slots=True, kw_only=True)
class LbaFormat:
    data_bits: int = 9  # a block has 2 ** data_bits bytes
    metadata_bytes: int = 0
    performance: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Seconds as log 81h tells them (NVMe base 2.0, figure 291); None where no time is reported. ``kept_*``: the same
    with No-Deallocate After Sanitize."""

    overwrite: int | None = None
    block: int | None = 180
    crypto: int | None = 13
    kept_overwrite: int | None = None
    kept_block: int | None = 0
    kept_crypto: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NvmeMake:
    """Identify Controller by its own field names (NVMe base 2.0, figure 275). ``*_s``: how long the drive really
    takes, a pass of overwrite for itself. The defaults are those of a WDC PC SN730."""

    model: str = "WDC PC SN730 SDBQNTY-256G-1001"
    serial: str = "20358F401277"
    firmware: str = "11170101"
    eui64: int = 0x001B444A41C72301
    vid: int = 0x15B7
    ieee: int = 0x001B44
    oacs: int = 0x17  # security, format, firmware, self-test; bit 3 is namespace management
    sanicap: int = 0x60000003  # crypto, block; no-deallocate inhibited, media not modified afterwards
    fna: int = 0x04
    nn: int = 1
    formats: tuple[LbaFormat, ...] = (LbaFormat(),)
    estimates: Estimates = Estimates()
    crypto_s: float = 13.0
    block_s: float = 180.0
    pass_s: float = 600.0
    format_s: float = 5.0
    erased_to_ones: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NvmeSmart:
    """Log 02h (NVMe base 2.0, figure 208)."""

    critical_warning: int = 0
    kelvin: int = 314
    spare: int = 100
    spare_threshold: int = 10
    used: int = 7
    data_units_read: int = 12345678
    data_units_written: int = 23456789
    host_reads: int = 204857621
    host_writes: int = 301223344
    busy_minutes: int = 77
    power_cycles: int = 1820
    power_on_hours: int = 9123
    unsafe_shutdowns: int = 88
    media_errors: int = 0
    error_entries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NvmePast:
    """How the drive comes to us. ``sanitized``: command dword 10 of a sanitize that a former owner completed.
    ``firmware_locked``: Format and Sanitize are denied until the PC has slept."""

    smart: NvmeSmart = NvmeSmart()
    sanitized: int | None = None
    firmware_locked: bool = False
