"""Self-relative security descriptors of what we write for Windows (MS-DTYP 2.4.6). Pure."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SYSTEM = bytes.fromhex("010100000000000512000000")  # S-1-5-18
ADMINISTRATORS = bytes.fromhex("01020000000000052000000020020000")  # S-1-5-32-544
USERS = bytes.fromhex("01020000000000052000000021020000")  # S-1-5-32-545

KEY_ALL = 0x000F003F
FILE_ALL = 0x001F01FF
FILE_READ = 0x001200A9  # read and execute

_INHERIT_KEY = 0x02  # container
_INHERIT_FILE = 0x03  # object and container


def descriptor() -> bytes:
    """Of a file or folder: Administrators own it and may do all, SYSTEM too; users read."""
    return _pack(_INHERIT_FILE, [(SYSTEM, FILE_ALL), (ADMINISTRATORS, FILE_ALL), (USERS, FILE_READ)])


def key_descriptor() -> bytes:
    """Of a registry key: SYSTEM and Administrators may do all, nobody else anything."""
    return _pack(_INHERIT_KEY, [(SYSTEM, KEY_ALL), (ADMINISTRATORS, KEY_ALL)])


def _pack(flags: int, allowed: Sequence[tuple[bytes, int]]) -> bytes:
    """Owner Administrators, group SYSTEM, and one "allowed" entry for each."""
    aces = b"".join(struct.pack("<BBHI", 0, flags, 8 + len(sid), rights) + sid for sid, rights in allowed)
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(aces), len(allowed), 0) + aces
    owner = 20
    group = owner + len(ADMINISTRATORS)
    head = struct.pack("<BBHIIII", 1, 0, 0x8004, owner, group, 0, group + len(SYSTEM))
    return head + ADMINISTRATORS + SYSTEM + acl
