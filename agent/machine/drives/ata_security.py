"""The Security feature set of an ATA drive (ATA8-ACS clause 4.18, ACS-3 clause 4.18): passwords, locking, freezing."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.machine.drives.ata_make import AtaMake, AtaPast, Freeze

TRIES = 5
_MASTER, _ENHANCED, _MAXIMUM = 1, 2, 0x100


def _word(data: bytes, index: int) -> int:
    return int.from_bytes(data[2 * index : 2 * index + 2], "little")


def _password(data: bytes) -> bytes:
    return data[2:34].ljust(32, b"\0")


@dataclass(slots=True)
class Security:
    """Every method says whether the drive takes the command; one that it does not take is aborted."""

    make: AtaMake
    past: AtaPast
    user: bytes = field(init=False, default=b"")
    master: bytes = field(init=False, default=b"")
    revision: int = field(init=False)
    enabled: bool = field(init=False)
    maximum: bool = field(init=False)
    locked: bool = field(init=False)
    frozen: bool = field(init=False)
    prepared: bool = field(init=False, default=False)
    tries: int = field(init=False, default=TRIES)

    def __post_init__(self) -> None:
        past = self.past
        self.enabled = bool(past.password)
        self.user, self.master = past.password.ljust(32, b"\0"), past.master.ljust(32, b"\0")
        self.revision = past.master_revision
        self.maximum = past.maximum
        self.locked = self.enabled and not past.unlocked
        self.frozen = self.make.freeze is not Freeze.NEVER and not self.locked

    @property
    def word_128(self) -> int:
        if not self.make.security:
            return 0
        bits = 1 | (0x20 if self.make.enhanced else 0) | (8 if self.frozen else 0)
        bits |= (2 if self.enabled else 0) | (4 if self.locked else 0) | (0 if self.tries else 0x10)
        return bits | (_MAXIMUM if self.enabled and self.maximum else 0)

    def power_on(self, *, after_suspend: bool) -> None:
        """Comes back locked when a password is set, with its tries; else frozen when the firmware does so (a locked
        drive aborts SECURITY FREEZE LOCK)."""
        self.locked, self.tries, self.prepared = self.enabled, TRIES, False
        freezes = self.make.freeze is Freeze.ALWAYS or (self.make.freeze is Freeze.POWER_ON and not after_suspend)
        self.frozen = freezes and not self.locked

    def set_password(self, data: bytes) -> bool:
        if self.frozen or self.locked:
            return False
        if _word(data, 0) & _MASTER:
            self.master = _password(data)
            if _word(data, 17) not in (0, 0xFFFF):
                self.revision = _word(data, 17)
            return True
        self.user, self.enabled = _password(data), True
        self.maximum = bool(_word(data, 0) & _MAXIMUM)
        return True

    def unlock(self, data: bytes) -> bool:
        if self.frozen or not self.tries:
            return False
        if self._known(data, master_counts=not self.maximum):
            self.locked = False
            return True
        self.tries -= 1 if self.locked else 0
        return False

    def disable(self, data: bytes) -> bool:
        if self.frozen or self.locked or not self._known(data, master_counts=not self.maximum):
            return False
        self.enabled = False
        return True

    def freeze(self) -> bool:
        self.frozen = self.frozen or not self.locked
        return not self.locked

    def prepare(self) -> bool:
        self.prepared = not self.frozen
        return self.prepared

    def takes_erase(self, data: bytes) -> bool:
        """The master password erases at both levels. ERASE PREPARE came right before (the caller sees to that)."""
        if self.frozen or not self.prepared or not self.tries:
            return False
        if wants_enhanced(data) and not self.make.enhanced:
            return False
        if self._known(data, master_counts=True):
            return True
        self.tries -= 1 if self.locked else 0
        return False

    def erased(self) -> None:
        self.enabled = self.locked = self.maximum = False

    def _known(self, data: bytes, *, master_counts: bool) -> bool:
        if _word(data, 0) & _MASTER:
            return master_counts and _password(data) == self.master
        return self.enabled and _password(data) == self.user


def wants_enhanced(data: bytes) -> bool:
    return bool(_word(data, 0) & _ENHANCED)
