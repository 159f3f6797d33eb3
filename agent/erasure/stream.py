"""The stream a pass writes: any byte of it can be produced again from the key (ERASURE design, section 6).

AES-256-CTR over zeros, counter = byte offset / 16 as a 128-bit big-endian number (NIST SP 800-38A, nonce 0), or
ChaCha20 with counter = byte offset / 64 (RFC 8439's cipher in its original 64-bit counter form, nonce 0). The key
is published in the record: the stream defeats compression and dropped writes, it hides nothing.
"""

from __future__ import annotations

import ctypes
import secrets
import time
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from agent.machine.blockio import aligned_buffer

AES = "aes-256-ctr"
CHACHA = "chacha20"
ZEROS = "zeros"

KEY_BYTES = 32
CHUNK = 1 << 20  # a step small enough to stay in the processor's cache
_WRAP = 64 << 32  # bytes after which the low word of ChaCha20's counter wraps: the library refuses to cross it

_libc = ctypes.CDLL(None)
_libc.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
_libc.memcmp.restype = ctypes.c_int


def same(left: memoryview, right: memoryview) -> bool:
    """memcmp: 70 times the speed of comparing memoryviews. Both must be writable and of the same length."""
    if len(left) != len(right):
        return False
    if not len(left):
        return True
    a, b = ctypes.c_char.from_buffer(left), ctypes.c_char.from_buffer(right)
    return bool(_libc.memcmp(ctypes.addressof(a), ctypes.addressof(b), len(left)) == 0)


class Keystream:
    """One pass's stream. ``fill`` and ``matches`` may run in several threads, each with a Keystream of its own."""

    def __init__(self, cipher: str, key: bytes) -> None:
        """Raises ValueError for an unknown cipher or a key that is not 32 bytes (none for "zeros")."""
        if cipher not in (AES, CHACHA, ZEROS):
            raise ValueError(f"unknown cipher: {cipher}")
        if cipher != ZEROS and len(key) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self.cipher = cipher
        self.key = key
        self._zeros = memoryview(aligned_buffer(CHUNK))  # never written: the kernel backs it with its zero page
        self._work = memoryview(aligned_buffer(CHUNK))

    def fill(self, into: memoryview, offset: int) -> None:
        """Put bytes [offset, offset + len(into)) of the stream into the buffer."""
        for at, end, context in self._steps(offset, len(into)):
            piece = into[at:end]
            if context is None:
                piece[:] = self._zeros[: len(piece)]
            else:
                context.update_into(self._zeros[: len(piece)], piece)

    def matches(self, data: memoryview, offset: int) -> bool:
        """True when ``data`` is what the stream has at ``offset``: its sum with the stream must be all zeros."""
        for at, end, context in self._steps(offset, len(data)):
            piece = data[at:end]
            if context is not None:
                context.update_into(piece, self._work)
                piece = self._work[: len(piece)]
            if not same(piece, self._zeros[: len(piece)]):
                return False
        return True

    def differences(self, data: memoryview, offset: int, *, block: int) -> list[tuple[int, int]]:
        """Ranges [start, end) of the disk, in whole blocks, where ``data`` is not the stream; merged, in order."""
        found: list[tuple[int, int]] = []
        coarse = max(block, 64 << 10)
        expected = memoryview(aligned_buffer(coarse))
        for at in range(0, len(data), coarse):
            piece = data[at : at + coarse]
            if self.matches(piece, offset + at):
                continue
            self.fill(expected[: len(piece)], offset + at)
            for small in range(0, len(piece), block):
                end = min(small + block, len(piece))
                if piece[small:end].tobytes() == expected[small:end].tobytes():
                    continue
                start = offset + at + small
                if found and found[-1][1] == start:
                    found[-1] = (found[-1][0], offset + at + end)
                else:
                    found.append((start, offset + at + end))
        return found

    def _steps(self, offset: int, length: int) -> Iterator[tuple[int, int, CipherContext | None]]:
        """Steps [at, end) of at most CHUNK bytes, each with the cipher that stands at its first byte."""
        at, context = 0, self._at(offset)
        while at < length:
            if at and (offset + at) % _WRAP == 0:
                context = self._at(offset + at)
            end = min(at + CHUNK, length, at + _WRAP - (offset + at) % _WRAP)
            yield at, end, context
            at = end

    def _at(self, offset: int) -> CipherContext | None:
        """A cipher standing at this byte of the stream; None for zeros."""
        if self.cipher == ZEROS:
            return None
        if self.cipher == AES:
            counter, skip = divmod(offset, 16)
            context = Cipher(algorithms.AES(self.key), modes.CTR(counter.to_bytes(16, "big"))).encryptor()
        else:
            counter, skip = divmod(offset, 64)
            nonce = counter.to_bytes(8, "little") + bytes(8)
            context = Cipher(algorithms.ChaCha20(self.key, nonce), mode=None).encryptor()
        if skip:
            context.update(bytes(skip))
        return context


def faster_cipher(*, seconds: float = 0.2) -> str:
    """Compare both ciphers on this processor for ``seconds`` in all: without AES instructions ChaCha20 wins."""
    rates = {}
    buffer = memoryview(aligned_buffer(CHUNK))
    for cipher in (AES, CHACHA):
        stream, moved = Keystream(cipher, secrets.token_bytes(KEY_BYTES)), 0
        began = time.perf_counter()
        while (took := time.perf_counter() - began) < seconds / 2 or not moved:
            stream.fill(buffer, moved)
            moved += len(buffer)
        rates[cipher] = moved / max(took, 1e-9)
    return max(rates, key=lambda name: rates[name])
