"""Why a fact is missing, as the probes say it to programs, in the words that people read.

The probes' own reasons are short English text: they stand on the wire and are compared. What a tool said itself is no
reason of ours and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TABLE: Sequence[tuple[str, str]] = (  # what is said -> message id; a group named ``what`` is its parameter
    (r"needs root", "needs-root"),
    (r"time-out", "late"),
    (r"time-out: (?P<what>.+)", "time-out"),
    (r"tool missing: (?P<what>.+)", "tool-missing"),
    (r"not there: (?P<what>.+)", "not-there"),
    (r"could not read: (?P<what>.+)", "could-not-read"),
    (r"no SMBIOS (structure in it|entry point found)", "no-smbios"),
    (r"empty (output|EDID)", "empty"),
    (r"no driver: what is behind it cannot be seen", "no-driver"),
    (r"a RAID controller shows its arrays, not its disks|RAID controller with driver .+", "raid"),
    (r"the kernel does not count remapped disks", "uncounted"),
    (r"every slot is said to be empty", "empty-slots"),
    (r"no (integrity word|correct checksum): nothing in it may be believed", "broken-answer"),
    (r"wrong checksum(: nothing in it may be believed)?|\d+ words instead of 256", "broken-answer"),
    (r"the file is cut short|the register dump is cut short|the processors do not agree on .+", "cut"),
    (r"not JSON, or cut short: .+|not a JSON object|damaged output: .+|noise where .+ should be", "garbage"),
    (
        r"not (lscpu's answer|upower's answer|a battery|smartctl's JSON|an EDID|a number|lshw's tree of one PC)",
        "garbage",
    ),
    (r".+: not a flag|no extended CSD: .+|size: .*|security: .+|\w+: not 64 bits", "garbage"),
    (
        r"no (processor|namespace size|list of .+|model and serial|health log|sanitize log|sanitize status) in it",
        "garbage",
    ),
    (r"the drive refused: .+|impossible sector counts?: the command was refused", "refused"),
    (r"the command did not reach the disk, or its answer was lost", "lost"),
    (r"not an ATA disk", "not-ata"),
    (r"more than (?P<what>\d+) minutes: a floor, not a time", "floor"),
    (r"not set|not specified|only placeholders", "blank"),
    (r"(the size of a module is|design capacity|full capacity|capacity) not told|not counted|no maker", "not-told"),
    (
        r"no memory record|it does not say|the kernel does not tell the version|lsblk does not tell what is mounted",
        "not-told",
    ),
    (r"the kernel does not show (it|them)", "not-shown"),
    (r"not in the drive's answer", "drive-silent"),
    (r"no drive behind it", "no-drive"),
    (r"not in the hardware database", "no-name"),
    (r"neither on PCI nor on USB", "no-known-bus"),
    (r"the firmware takes no such request", "no-menu-request"),
    (r"no SMART on this disk", "no-smart"),
    (r"0 is told, which is no temperature", "zero-degrees"),
    (r"the file behind it cannot be found", "no-file"),
    (r"no battery in the bay", "no-battery"),
    (r"no mains supply is told", "no-mains"),
    (r"no TPM visible to the kernel", "no-tpm"),
    (r"no EDID", "no-edid"),
    (r"no signature database", "no-signatures"),
    (r"no (?P<what>PCI|USB) bus", "no-bus"),
    (r"no driver bound", "no-driver-bound"),
    (r"no remapped disk", "none-hidden"),
    (r"the kernel sees the disks behind VMD; Windows Setup does not", "vmd"),
    (r"no key in the table", "no-key"),
    (r"no camera seen", "no-camera"),
    (r"no permanent address", "no-address"),
    (r"on USB", "on-usb"),
    (r"locally administered", "made-up-address"),
    (r"dmesg gave no log", "no-log"),
    (r"bug in this probe: (?P<what>.+)", "bug"),
    (r"mounted on (?P<what>[^,]+)", "mounted"),
    (r"member of (?P<what>[^,]+)", "member"),
    (r"held by (?P<what>[^,]+)", "held"),
    (r"swap", "swap"),
    (r"another build is running", "other-build"),
    (r"(?P<head>[\w -]*)absent: (?P<why>[^,]+)", "absent"),  # what a rule found, fact by fact
    (r"(?P<head>[\w -]*)unreadable: (?P<why>[^,]+)", "unreadable"),
    (r"(?P<head>[\w -]*)not looked for", "not-looked-for"),
    # what the C library says of a file (errno(3)), the commonest
    (r"No such file or directory", "no-such-file"),
    (r"Permission denied|Operation not permitted", "needs-root"),
    (r"Not a directory|not a folder", "no-folder"),
    (r"Is a directory", "is-folder"),
    (r"No space left on device", "full"),
    (r"Read-only file system", "write-protected"),
    (r"Input/output error", "io-error"),
    (r"Device or resource busy", "busy"),
    (r"No such device( or address)?|No medium found", "gone"),
)

PARAMETERS = ("why", "error", "evidence", "found")
"""Parameters of messages that carry such a reason."""


def message(reason: str) -> tuple[str, dict[str, str]] | None:
    """The message that words this reason, with its parameters; None when it is not one of ours."""
    for pattern, name in _TABLE:
        if found := re.fullmatch(pattern, reason, re.DOTALL):
            return f"inv-why-{name}", found.groupdict()
    return None
