"""Which disk is this? One string that a person confirms and a program compares.

Names such as /dev/sda move between boots; the identity does not. Order: a good serial, else WWN/EUI,
and for a loop device the identity of the file behind it. The namespaces of one NVMe drive have its serial
in common: there it is the EUI or NGUID, else the serial with the namespace's number. A disk with none of
them has no identity and is never a target.
"""

from __future__ import annotations

from agent.model.facts import known
from agent.model.inventory import Disk
from agent.model.value import value

_JUNK = {"", "0", "none", "unknown", "n/a", "not specified", "to be filled by o.e.m.", "default string"}

SUFFIX_CHARS = 4


def is_usable_serial(text: str) -> bool:
    """False for blanks, placeholders and runs of one character (bridges answer with those)."""
    word = text.strip()
    return word.lower() not in _JUNK and len(word) >= 3 and len(set(word)) > 1


@value
class DiskIdentity:
    """What consent is bound to. ``text`` is the confirmed string; size in bytes."""

    text: str
    kind: str  # serial | wwn | namespace | file
    model: str
    size_bytes: int

    @property
    def suffix(self) -> str:
        return self.text[-SUFFIX_CHARS:]

    def matches_suffix(self, typed: str) -> bool:
        """Case is ignored; the typed text must be at least four characters and the very end of the identity."""
        word = typed.strip().upper()
        return len(word) >= min(SUFFIX_CHARS, len(self.text)) and self.text.upper().endswith(word)


def identify(disk: Disk) -> DiskIdentity | None:
    """The disk's identity, or None when nothing in it identifies (then it cannot be a target)."""
    size = known(disk.size_bytes)
    if not size:
        return None
    model = (known(disk.model) or "?").strip()
    serial = (known(disk.serial) or "").strip()
    wwn = (known(disk.wwn) or "").strip()
    if known(disk.bus) == "loop":
        return DiskIdentity(text=serial, kind="file", model=model, size_bytes=size) if serial else None
    if disk.nvme is not None and disk.nvme.nsid is not None:
        return _namespace(serial, wwn, known(disk.nvme.nsid), model=model, size_bytes=size)
    if is_usable_serial(serial):
        return DiskIdentity(text=serial, kind="serial", model=model, size_bytes=size)
    if is_usable_serial(wwn):
        return DiskIdentity(text=wwn, kind="wwn", model=model, size_bytes=size)
    return None


def _namespace(serial: str, wwn: str, nsid: int | None, *, model: str, size_bytes: int) -> DiskIdentity | None:
    if is_usable_serial(wwn):
        return DiskIdentity(text=wwn, kind="wwn", model=model, size_bytes=size_bytes)
    if not is_usable_serial(serial) or nsid is None:
        return None
    return DiskIdentity(text=f"{serial}-n{nsid}", kind="namespace", model=model, size_bytes=size_bytes)
