"""The stream of a pass against constructions that share no code with it: ECB blocks, RFC 8439 in words, openssl."""

from __future__ import annotations

import itertools
import struct
import subprocess

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.erasure.stream import AES, CHACHA, CHUNK, ZEROS, Keystream, faster_cipher, same
from agent.machine.blockio import aligned_buffer

KEY = bytes(range(32))
WRAP = 64 << 32  # where the low word of ChaCha20's counter wraps: 256 GiB
DISK = 1 << 54


def aes_by_blocks(key: bytes, offset: int, length: int) -> bytes:
    """NIST SP 800-38A, CTR: each block is the encrypted counter. ECB does the encryption, the counting is done here."""
    counters = b"".join((offset // 16 + n).to_bytes(16, "big") for n in range(length // 16 + 2))
    whole = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(counters)
    return whole[offset % 16 : offset % 16 + length]


def chacha_by_words(key: bytes, offset: int, length: int) -> bytes:
    """RFC 8439 section 2.3 in plain arithmetic, with the original cipher's 64-bit counter and a nonce of zeros."""

    def rotate(word: int, by: int) -> int:
        return ((word << by) | (word >> (32 - by))) & 0xFFFFFFFF

    def block(counter: int) -> bytes:
        start = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key)]
        start += [counter & 0xFFFFFFFF, counter >> 32, 0, 0]
        x = list(start)
        columns = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
        diagonals = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
        for _ in range(10):
            for a, b, c, d in columns + diagonals:
                for left, right, other, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                    x[left] = (x[left] + x[right]) & 0xFFFFFFFF
                    x[other] = rotate(x[other] ^ x[left], by)
        return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(x, start, strict=True)))

    whole = b"".join(block(offset // 64 + n) for n in range(length // 64 + 2))
    return whole[offset % 64 : offset % 64 + length]


ORACLES = {AES: aes_by_blocks, CHACHA: chacha_by_words}
CIPHERS = sorted(ORACLES)


def produced(cipher: str, key: bytes, offset: int, length: int) -> bytearray:
    buffer = bytearray(length)
    Keystream(cipher, key).fill(memoryview(buffer), offset)
    return buffer


def test_the_oracle_of_chacha_is_the_one_of_the_rfc() -> None:
    """RFC 8439 A.1, test vectors 1 and 2: key and nonce of zeros, counters 0 and 1."""
    assert chacha_by_words(bytes(32), 0, 16).hex() == "76b8e0ada0f13d90405d6ae55386bd28"
    assert chacha_by_words(bytes(32), 64, 16).hex() == "9f07e7be5551387a98ba977c732d080d"


@pytest.mark.parametrize("cipher", CIPHERS)
@given(
    key=st.binary(min_size=32, max_size=32),
    block=st.one_of(st.integers(0, DISK // 512), st.integers(WRAP // 512 - 3, WRAP // 512 + 1)),
    blocks=st.integers(1, 4),
    skip=st.sampled_from([0, 0, 0, 1, 15, 16, 63, 511]),
)
@settings(max_examples=60, deadline=None)
def test_any_place_of_the_stream_is_what_the_standard_says(
    cipher: str, key: bytes, block: int, blocks: int, skip: int
) -> None:
    offset, length = block * 512 + skip, blocks * 512
    expected = ORACLES[cipher](key, offset, length)
    assert produced(cipher, key, offset, length) == expected
    assert Keystream(cipher, key).matches(memoryview(bytearray(expected)), offset)


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("start", [0, WRAP - CHUNK - 4096, WRAP - CHUNK, WRAP - 512, 16 * WRAP - 2 * CHUNK])
def test_long_transfers_are_one_stream_also_across_the_wrap(cipher: str, start: int) -> None:
    """A transfer of several steps holds what single blocks produced alone hold, everywhere (disks over 256 GiB)."""
    length = 3 * CHUNK + 512
    whole = produced(cipher, KEY, start, length)
    for at in (0, 512, CHUNK - 512, CHUNK, CHUNK + 512, 2 * CHUNK + 4096, 3 * CHUNK, length - 512):
        assert whole[at : at + 512] == produced(cipher, KEY, start + at, 512), at
    stream = Keystream(cipher, KEY)
    assert stream.matches(memoryview(whole), start)
    whole[length - 1] ^= 1
    assert not stream.matches(memoryview(whole), start)
    assert stream.differences(memoryview(whole), start, block=512) == [(start + length - 512, start + length)]


@pytest.mark.process
@pytest.mark.parametrize("offset", [0, 4096, 3 << 40])
def test_openssl_gives_the_same_stream(offset: int) -> None:
    length = 64 << 10
    told = subprocess.run(
        ["openssl", "enc", "-aes-256-ctr", "-K", KEY.hex(), "-iv", f"{offset // 16:032x}"],
        input=bytes(length),
        capture_output=True,
        check=True,
    )
    assert produced(AES, KEY, offset, length) == told.stdout


@pytest.mark.process
@pytest.mark.parametrize("offset", [0, 4096, WRAP - 4096, WRAP, 3 << 40])
def test_openssl_gives_the_same_chacha20(offset: int) -> None:
    length = 4096
    counter = (offset // 64).to_bytes(8, "little") + bytes(8)
    told = subprocess.run(
        ["openssl", "enc", "-chacha20", "-K", KEY.hex(), "-iv", counter.hex()],
        input=bytes(length),
        capture_output=True,
        check=True,
    )
    assert produced(CHACHA, KEY, offset, length) == told.stdout


def test_a_key_gives_one_stream_and_another_key_another() -> None:
    assert produced(AES, KEY, 0, 512) == produced(AES, KEY, 0, 512)
    assert produced(AES, KEY, 0, 512) != produced(AES, KEY[::-1], 0, 512)
    assert produced(AES, KEY, 0, 512) != produced(CHACHA, KEY, 0, 512)


def test_zeros_are_a_stream_too() -> None:
    buffer = bytearray(b"x" * (CHUNK + 512))
    stream = Keystream(ZEROS, b"")
    stream.fill(memoryview(buffer), 12345)
    assert not any(buffer) and stream.matches(memoryview(buffer), 777)
    buffer[CHUNK + 3] = 1
    assert not stream.matches(memoryview(buffer), 777)


@pytest.mark.parametrize(("cipher", "key"), [("rot13", KEY), (AES, KEY[:16]), (CHACHA, b""), ("", KEY)])
def test_no_stream_without_a_known_cipher_and_a_whole_key(cipher: str, key: bytes) -> None:
    with pytest.raises(ValueError):
        Keystream(cipher, key)


# -- comparing -------------------------------------------------------------------------------------------------------


def test_one_differing_byte_is_found_at_every_position() -> None:
    left, right = bytearray(KEY * 20), bytearray(KEY * 20)
    assert same(memoryview(left), memoryview(right))
    for at in range(len(left)):
        right[at] ^= 0x80
        assert not same(memoryview(left), memoryview(right)), at
        right[at] ^= 0x80
    assert same(memoryview(left), memoryview(right))


def test_lengths_count_and_nothing_equals_nothing() -> None:
    assert same(memoryview(bytearray()), memoryview(bytearray()))
    assert not same(memoryview(bytearray(b"ab")), memoryview(bytearray(b"abc")))


@pytest.mark.parametrize("cipher", [AES, CHACHA, ZEROS])
def test_the_first_difference_is_found_in_every_block(cipher: str) -> None:
    start, length, block = WRAP - (32 << 10), 96 << 10, 512
    key = b"" if cipher == ZEROS else KEY
    data, stream = produced(cipher, key, start, length), Keystream(cipher, key)
    assert stream.differences(memoryview(data), start, block=block) == []
    for n in range(length // block):
        at = n * block + (n * 37) % block
        data[at] ^= 1
        found = stream.differences(memoryview(data), start, block=block)
        assert found == [(start + n * block, start + (n + 1) * block)]
        data[at] ^= 1


@given(
    places=st.sets(st.integers(0, 200 * 512 - 1), max_size=12),
    block=st.sampled_from([512, 4096]),
    cut=st.integers(0, 511),
)
@settings(max_examples=40, deadline=None)
def test_differences_are_the_blocks_that_hold_them_merged(places: set[int], block: int, cut: int) -> None:
    length = 200 * 512 - cut
    data = produced(AES, KEY, 8192, length)
    for at in (places := {p for p in places if p < length}):
        data[at] ^= 0xFF
    expected = {at // block for at in places}
    found = Keystream(AES, KEY).differences(memoryview(data), 8192, block=block)
    assert {n for a, b in found for n in range((a - 8192) // block, -(-(b - 8192) // block))} == expected
    assert all(a < b <= 8192 + length for a, b in found)
    assert all(left[1] < right[0] for left, right in itertools.pairwise(found)), "merged and in order"


def test_the_faster_cipher_is_one_of_both() -> None:
    assert faster_cipher(seconds=0.02) in (AES, CHACHA)


def test_buffers_are_aligned_for_direct_transfers() -> None:
    import ctypes

    for size in (512, 4096, CHUNK, 4 << 20):
        assert ctypes.addressof(ctypes.c_char.from_buffer(aligned_buffer(size))) % 4096 == 0
