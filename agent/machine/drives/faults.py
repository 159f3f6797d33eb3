"""What virtual drives lie about and how they break, one set for each command set.

Each was met on a real drive or is a must-fail row of the erasure design (section 12). None of them may end in a
certificate.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from agent.machine.drives.medium import Leaves


class AtaFault(StrEnum):
    ABORTS_SECURITY = "aborts_security"  # QEMU: hdparm exits 0 with D_SENSE=0, the data are intact
    ABORTS_SANITIZE = "aborts_sanitize"  # real MX500: "started in background", then SD0 from an aborted status
    ABORTS_LIMITS = "aborts_limits"  # READ NATIVE MAX and SET MAX
    ABORTS_DCO = "aborts_dco"  # "Real max sectors: 1"
    ABORTS_ENHANCED = "aborts_enhanced"  # told in word 128, refused when asked
    ERASE_DOES_NOTHING = "erase_does_nothing"  # SECURITY ERASE accepted, enabled bit cleared (FAST'11)
    ERASE_LEAVES_HALF = "erase_leaves_half"
    ERASE_LEAVES_BLOCK = "erase_leaves_block"
    ERASE_FAILS = "erase_fails"  # aborted after its time, half done, password enabled
    ERASE_KEEPS_PASSWORD = "erase_keeps_password"  # all erased, still enabled
    RESETS_IN_ERASE = "resets_in_erase"  # gone at 40 %, comes back locked
    SANITIZE_IGNORED = "sanitize_ignored"  # accepted with good status, SD0 for ever
    SANITIZE_DOES_NOTHING = "sanitize_does_nothing"  # SD2, then completed without error
    SANITIZE_LEAVES_HALF = "sanitize_leaves_half"
    SANITIZE_LEAVES_BLOCK = "sanitize_leaves_block"
    SANITIZE_NEVER_ENDS = "sanitize_never_ends"  # progress 655 of 65536 for a week (nvme-cli #3027)
    SANITIZE_FAILS = "sanitize_fails"  # SD3
    SANITIZE_FROZEN = "sanitize_frozen"  # SD1 from the firmware on, at every power on
    FORGETS_SANITIZE = "forgets_sanitize"  # "completed" is lost with the power
    SET_MAX_DOES_NOTHING = "set_max_does_nothing"


class ScsiFault(StrEnum):
    NO_OPCODES = "no_opcodes"  # REPORT SUPPORTED OPERATION CODES refused
    SANITIZE_REFUSED = "sanitize_refused"  # listed, refused when asked
    SANITIZE_TRANSPORT_ERROR = "sanitize_transport_error"  # DID_ERROR: sg_sanitize 1.46 exits 0
    SANITIZE_DOES_NOTHING = "sanitize_does_nothing"
    SANITIZE_LEAVES_HALF = "sanitize_leaves_half"
    SANITIZE_LEAVES_BLOCK = "sanitize_leaves_block"
    SANITIZE_NEVER_ENDS = "sanitize_never_ends"
    SANITIZE_FAILS = "sanitize_fails"  # 03/31/03
    SILENT = "silent"  # erases, and says 02/04/1B nowhere
    FORMAT_DOES_NOTHING = "format_does_nothing"
    FORMAT_FAILS = "format_fails"  # 03/31/01
    FORMAT_KEEPS_BLOCK = "format_keeps_block"  # 520 bytes stay 520


class MmcFault(StrEnum):
    SANITIZE_DOES_NOTHING = "sanitize_does_nothing"
    SANITIZE_FAILS = "sanitize_fails"  # SWITCH_ERROR
    SANITIZE_NEVER_ENDS = "sanitize_never_ends"  # the ioctl times out
    ERASE_DOES_NOTHING = "erase_does_nothing"
    ERASE_LEAVES_HALF = "erase_leaves_half"
    ERASES_TO_ONES = "erases_to_ones"  # reads 0xFF though EXT_CSD says 0x00 (QEMU 11.1)
    NO_EXT_CSD = "no_ext_csd"


def leaves(kind: str, faults: Collection[StrEnum]) -> Leaves:
    """What is left by a ``kind`` ("erase", "sanitize", "format") under these faults."""
    told = {fault.value for fault in faults}
    if f"{kind}_does_nothing" in told:
        return Leaves.EVERYTHING
    if f"{kind}_leaves_half" in told:
        return Leaves.HALF
    return Leaves.BLOCK if f"{kind}_leaves_block" in told else Leaves.NOTHING
