"""Which command lines destroy. The live door runs none of them without an opened, warranted disk.

A list of what is known to write to a disk, from the tools' manual pages; a program that is not known to
read only, given a block device, counts as destructive.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

_KNOWN_TOOLS = frozenset(
    {
        *("blkid", "blockdev", "cat", "dmidecode", "e2fsck", "ethtool", "fsck.vfat", "fsck.fat", "hdparm", "losetup"),
        *("lsblk", "lscpu", "lshw", "mcopy", "mdir", "mmc", "mokutil", "ntfscat", "ntfsls", "nvme", "partx"),
        *("sdparm", "sfdisk", "sgdisk"),
        *("sg_inq", "sg_opcodes", "sg_raw", "sg_readcap", "sg_requests", "smartctl", "udevadm", "wipefs"),
    }
)

# For tools that both read and write: the arguments that make them write.
_WRITING: dict[str, str] = {
    "hdparm": (
        r"^--(security-(set-pass|erase|erase-enhanced|disable|unlock|freeze|prompt.*)|sanitize-(?!status).*|trim-.*|"
        r"write-sector|repair-sector|make-bad-sector|dco-(restore|freeze|setmax)|format.*|fwdownload.*)$|^-N.+|^p\d+$"
    ),
    "nvme": (
        r"^(format|sanitize|write.*|dsm|delete-ns|create-ns|attach-ns|detach-ns|fw-.*|security-send|"
        r"reset|subsystem-reset|copy|zns|lockdown|sed|admin-passthru|io-passthru|set-feature)$"
    ),
    "mmc": r"^(sanitize|erase|write.*|enh_area|csize|gp|hwreset|bootpart|bkops.*|ffu.*|rpmb)$",
    "sdparm": r"^(--set|-s|--clear|-c|--command.*|-C.*|--defaults|-D)",
    "blockdev": r"^--(setrw|flushbufs|rereadpt)$",
    "losetup": r"^(-d|-D|--detach.*|-c|--set-capacity)$",
    "smartctl": r"^(-s|--set|-t|--test).*",
    "wipefs": r"^(-a|--all|-o|--offset|-f|--force|-b|--backup)",
    "e2fsck": r"^-(?!.*n)[a-zA-Z]*[pyfcD]",
    "fsck.vfat": r"^-[aryw]",
    "fsck.fat": r"^-[aryw]",
    "partx": r"^(-a|-u|-d|--add|--update|--delete)",
}
_READING_MODE: dict[str, str] = {  # writes unless one of these is there
    "sfdisk": r"^(--json|-J|--dump|-d|--list|-l|--verify|-V|--no-act|-n|--version|-v|--show-.*|-g)$",
    "sgdisk": r"^(--print|-p|--verify|-v|--info.*|-i.*)$",
    "e2fsck": r"^-[a-zA-Z]*n",
}


_SG_RAW_ASKS = re.compile(r"^(--readonly|--binary|--request|[0-9]+)$")
_SECURITY_PROTOCOL_IN = "a2"
_TEST_UNIT_READY = ["00"] * 6


def _only_receives(words: Sequence[str]) -> bool:
    """Two raw SCSI commands of all are known to write nothing, in the one form that we send them."""
    if words[1:] == _TEST_UNIT_READY:
        return True
    device = next((at for at, word in enumerate(words) if word.startswith("/dev/")), len(words))
    asks = all(_SG_RAW_ASKS.match(word) for word in words[:device])
    return asks and [word.lower() for word in words[device + 1 : device + 2]] == [_SECURITY_PROTOCOL_IN]


def destroys(argv: Sequence[str]) -> bool:
    """True when this command line could write to a disk."""
    tool = PurePath(argv[0]).name
    words = list(argv[1:])
    if tool not in _KNOWN_TOOLS:
        return any(re.match(r"^(of=)?/dev/(?!null$|zero$|full$|u?random$|std|fd/|tty|rtc|mem$)", w) for w in words)
    if tool in _READING_MODE and not any(re.match(_READING_MODE[tool], w) for w in words):
        return any(w.startswith("/dev/") for w in words)
    if tool == "sg_raw":
        return not _only_receives(words)
    writing = _WRITING.get(tool)
    return writing is not None and any(re.match(writing, w) for w in words)
