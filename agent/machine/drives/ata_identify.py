"""IDENTIFY DEVICE, built: the 256 words of ACS-3 clause 7.12.7 from a make and the state of the drive."""

from __future__ import annotations

import struct

from agent.machine.drives.ata_make import Action, AtaMake

_COMMON = {
    0: 0x0040,
    1: 0x3FFF,
    3: 16,
    6: 63,
    47: 0x8010,
    49: 0x2F00,
    50: 0x4000,
    53: 0x0007,
    54: 0x3FFF,
    55: 16,
    56: 63,
    57: 0xFC10,
    58: 0x00FB,
    63: 0x0007,
    64: 0x0003,
    65: 120,
    66: 120,
    67: 120,
    68: 120,
    75: 31,  # queue depth 32
    76: 0x0F0E,
    77: 0x0006,
    78: 0x004C,
    79: 0x0040,
    84: 0x4163,
    87: 0x4163,
    88: 0x407F,
    119: 0x401C,
    120: 0x401C,
    206: 0x003D,  # SCT
    222: 0x10FE,
}
_SECURITY, _HPA, _DCO, _SMART = 1 << 1, 1 << 10, 1 << 11, 1 << 0
_SANITIZE_BITS = {Action.CRYPTO: 1 << 13, Action.OVERWRITE: 1 << 14, Action.BLOCK: 1 << 15}


def build_identify(
    make: AtaMake, *, sectors: int, word_128: int, master_revision: int, wwn: bool = True, trusted: bool = False
) -> bytes:
    """512 bytes with the integrity word: signature A5h and a checksum over all of them. ``trusted``: word 48, the
    Trusted Computing feature set."""
    words = [0] * 256
    for index, value in _COMMON.items():
        words[index] = value
    _string(words, 10, 20, make.serial)
    _string(words, 23, 8, make.firmware)
    _string(words, 27, 40, make.model)
    words[48] = 0x4001 if trusted else 0
    words[59] = _sanitize(make)
    _number(words, 60, 2, min(sectors, 0x0FFFFFFF))
    _number(words, 100, 4, sectors)
    words[80] = make.versions
    _features(words, make, enabled=bool(word_128 & 2))
    if make.security:
        words[89], words[90], words[92] = make.erase_word, make.enhanced_word, master_revision
    words[106] = _sector_size(make)
    if make.logical != 512:
        _number(words, 117, 2, make.logical // 2)
    if wwn:
        for index in range(4):
            words[108 + index] = make.wwn >> 48 - 16 * index & 0xFFFF
    words[128] = word_128
    words[168] = make.form_factor
    if make.trim:
        words[69], words[105], words[169] = (0x4020 if make.trim_zeros else 0), make.trim_blocks, 1
    words[217] = make.rotation
    words[255] = 0xA5
    total = sum((word & 0xFF) + (word >> 8) for word in words)
    words[255] |= (-total & 0xFF) << 8
    return struct.pack("<256H", *words)


def _string(words: list[int], first: int, length: int, text: str) -> None:
    raw = text.encode("ascii").ljust(length)[:length]
    for index in range(0, length, 2):
        words[first + index // 2] = raw[index] << 8 | raw[index + 1]


def _number(words: list[int], first: int, count: int, value: int) -> None:
    for index in range(count):
        words[first + index] = value >> 16 * index & 0xFFFF


def _sanitize(make: AtaMake) -> int:
    if not make.sanitize:
        return 0x0110
    bits = 0x0110 | 1 << 12 | (1 << 10 if make.antifreeze else 0)
    return bits | sum(_SANITIZE_BITS[action] for action in make.sanitize)


def _features(words: list[int], make: AtaMake, *, enabled: bool) -> None:
    """Words 82 and 83 say what is supported, 85 and 86 what is on: the password is the one that changes."""
    absent = 0 if make.security else _SECURITY
    absent |= 0 if make.hpa else _HPA
    absent |= 0 if make.smart else _SMART
    words[82] = 0x746B & ~absent
    words[85] = words[82] & ~_SECURITY | (_SECURITY if enabled else 0)
    words[83] = 0x7D01 & ~(0 if make.dco else _DCO) & ~(0 if make.hpa else 1 << 8)
    words[86] = words[83] & 0x3FFF & ~(1 << 8)


def _sector_size(make: AtaMake) -> int:
    exponent = (make.physical // make.logical).bit_length() - 1
    return 0x4000 | (0x2000 | exponent if exponent else 0) | (0x1000 if make.logical != 512 else 0)
