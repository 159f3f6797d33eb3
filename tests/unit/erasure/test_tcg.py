"""TCG packets against what other people's tool sent and what real drives answered, and against noise.

The dumps were published in the issues of Drive-Trust-Alliance/sedutil; the number in #468 is replaced.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.erasure import tcg
from agent.model.tcg import OPENS, Discovery, read_discovery, receive_argv, received, send_argv

SN730 = """
000000b0 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
0001100c 11000000 00000000 00000000 0002100c 09000000 00000000 00000000 0003101c 01000000 00000000 00000200
00000000 00000001 00000000 00000000 0201100c 00000009 04000000 00000000 0202100c 00000009 00a00000 00000001
02031010 7ffe0001 00000400 09000000 00000000 0402100c 00000000 00000000 00000000"""
"""sedutil #507: WD SN730 after a revert."""

MX500 = """
000000b0 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
0001100c 11000000 00000000 00000000 0002100c 0b000000 00000000 00000000 0003101c 01000000 00000000 00000200
00000000 00000001 00000000 00000000 0201100c 00000009 03000000 00000000 0202100c 0000000a 00a00000 00000001
02031010 08880001 00000400 09000000 00000000 0402100c 01000000 00000000 00000000"""
"""#340: Crucial MX500 that somebody owns, not locked now."""

OPAL_1_AND_2 = """
000000b4 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
0001100c 11000000 00000000 00000000 0002100c 1f000000 00000000 00000000 0003101c 00000000 00000000 00000200
00000000 00000001 00000000 00000000 02001010 10040001 00000000 00000000 00000000 0201100c 00000009 04000000
00000000 0202100c 00000009 00a00000 00000001 02031010 10040001 00000400 09000000 00000000"""
"""#304: locked, with its shadow MBR in the way. The last four bytes are cut off in the dump."""

PROPERTIES_PM961 = """
00000000 10040000 00000000 00000000 000000b0 00000000 00000000 00000000 00000000 00000000 00000098 00000000
00000000 0000008c f8a80000 00000000 00ffa800 00000000 00ff01f0 f200f0f2 d0104d61 78436f6d 5061636b 65745369
7a658208 00f3f2ad 4d617850 61636b65 7453697a 658207ec f3f2af4d 6178496e 64546f6b 656e5369 7a658207 c8f3f2aa
4d617850 61636b65 747301f3 f2ad4d61 78537562 7061636b 65747301 f3f2aa4d 61784d65 74686f64 7301f3f1 f3f1f9f0
000000f1"""
"""#524: what sedutil sends to a Samsung PM961."""

START_PM981 = """
00000000 10040000 00000000 00000000 0000007c 00000000 00000000 00000000 00000000 00000000 00000064 00000000
00000000 00000058 f8a80000 00000000 00ffa800 00000000 00ff02f0 8169a800"""
"""#468: the head of sedutil's StartSession with the PSID authority; its tokens to the end are listed there."""
START_PM981_REST = (
    "00 02 05 00 00 00 01 01 f2 00 d0 20 {psid} f3 f2 03 a8 00 00 00 09 00 01 ff 01 f3 f1 f9 f0 00 00 00 f1"
)

NOTHING_MX200 = "00000000 10000000 00000000 00000000 00000000"
"""#64: what an MX200 answers to a number that it does not take."""

PSID = "2R0TEXAMPLE0NUMBER0PRINTED0HERE0"


def raw(text: str) -> bytes:
    return bytes.fromhex("".join(text.split()))


@pytest.mark.parametrize(
    ("dump", "wanted"),
    [
        (SN730, Discovery(family="opal2", comid=0x7FFE, supported=True, encrypts=True)),
        (MX500, Discovery(family="opal2", comid=0x0888, supported=True, enabled=True, encrypts=True)),
        (
            OPAL_1_AND_2,
            Discovery(
                family="opal2",
                comid=0x1004,
                supported=True,
                enabled=True,
                locked=True,
                encrypts=True,
                shadowed=True,
            ),
        ),
    ],
)
def test_real_drives_tell_what_they_are(dump: str, wanted: Discovery) -> None:
    found = read_discovery(raw(dump).ljust(2048, b"\0"))
    assert found is not None and found.locking[:4] == b"\0\2\x10\x0c"
    assert found == Discovery(**{**{f: getattr(wanted, f) for f in wanted.__slots__}, "locking": found.locking})
    assert found.family in OPENS and "locking" not in found.to_wire()


@pytest.mark.parametrize("length", range(0, 180, 7))
def test_a_discovery_that_is_cut_is_none(length: int) -> None:
    assert read_discovery(raw(SN730)[:length]) is None


def test_the_properties_call_is_the_one_that_works_elsewhere() -> None:
    sent = tcg.properties(0x1004)
    assert len(sent) == 512 and sent[: len(raw(PROPERTIES_PM961))] == raw(PROPERTIES_PM961)
    assert not any(sent[len(raw(PROPERTIES_PM961)) :])


def test_the_session_call_is_the_one_that_works_elsewhere() -> None:
    theirs = raw(START_PM981) + raw(START_PM981_REST.format(psid=PSID.encode().hex()))
    sent = tcg.start_session(0x1004, PSID, host_session=0x69)
    assert sent[: len(theirs)] == theirs and not any(sent[len(theirs) :])


def test_the_revert_call() -> None:
    """Opal SSC 2.01, 5.1.2.1: AdminSP.Revert [ ]."""
    sent = tcg.revert(0x1004, tcg.Session(tper=0x101A, host=0x69))
    assert sent[20:28] == raw("0000101a 00000069")
    assert sent[56:].rstrip(b"\0") == raw("f8a8 00000205 00000001 a8 00000006 00000202 f0f1 f9 f0 000000 f1")
    assert sent[52:56] == raw("0000001b") and sent[40:44] == raw("00000028") and sent[16:20] == raw("00000040")


def answer(tokens: bytes, *, comid: int = 0x1004) -> bytes:
    padded = tokens + bytes(-len(tokens) % 4)
    lengths = [n.to_bytes(4, "big") for n in (36 + len(padded), 12 + len(padded), len(tokens))]
    head = bytes(4) + comid.to_bytes(2, "big") + bytes(10) + lengths[0]
    return (head + bytes(20) + lengths[1] + bytes(8) + lengths[2] + padded).ljust(2048, b"\0")


SYNC = raw("f8a8 00000000 000000ff a8 00000000 0000ff03 f0 84 00000069 84 0000101a f1 f9 f0 000000 f1")


def test_a_session_that_is_opened() -> None:
    reply = tcg.read_reply(answer(SYNC), 0x1004)
    assert reply.status == tcg.MethodStatus.SUCCESS and reply.word == "SUCCESS"
    assert tcg.session_of(reply, host_session=0x69) == tcg.Session(tper=0x101A, host=0x69)
    with pytest.raises(tcg.Garbled):
        tcg.session_of(reply, host_session=0x68)


@pytest.mark.parametrize(
    ("code", "word"), [(0x01, "NOT_AUTHORIZED"), (0x12, "AUTHORITY_LOCKED_OUT"), (0x3F, "FAIL"), (0x2A, "0x2a")]
)
def test_a_status_by_its_name(code: int, word: str) -> None:
    reply = tcg.read_reply(answer(SYNC.replace(raw("f9f0000000f1"), raw(f"f9f0{code:02x}0000f1"))), 0x1004)
    assert (reply.status, reply.word) == (code, word)


def test_nothing_and_not_yet() -> None:
    assert tcg.read_reply(raw(NOTHING_MX200), 0x1000) == tcg.Reply()
    later = raw("00000000 10040000 00000001 00000001 00000000")
    assert tcg.read_reply(later, 0x1004).pending


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        answer(SYNC)[:70],
        answer(SYNC[:-3]),
        answer(SYNC, comid=0x1005),
        answer(raw("f0f1f9f000")),
        answer(raw("a9 00")),
        answer(raw("d0")),
        answer(raw("e2 0000")),
    ],
)
def test_what_is_cut_is_no_answer(broken: bytes) -> None:
    with pytest.raises(tcg.Garbled):
        tcg.read_reply(broken, 0x1004)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_noise_never_succeeds_by_accident(noise: bytes) -> None:
    """Bytes of any kind are an answer with a status, none yet, or Garbled; nothing else."""
    for shown in (noise, answer(noise)):
        try:
            reply = tcg.read_reply(shown, 0x1004)
        except tcg.Garbled:
            continue
        assert reply.status is None or reply.status >= 0
        if reply.status == 0 and shown is not noise:
            assert b"\xf9\xf0" in noise or b"\xf9\xff" in noise
    found = read_discovery(noise)
    assert found is None or len(noise) >= 48


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(raw(MX500)) - 1), st.integers(0, 255))
def test_one_byte_that_is_wrong_raises_nothing(at: int, byte: int) -> None:
    changed = bytearray(raw(MX500))
    changed[at] = byte
    read_discovery(bytes(changed))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 0xFFFFFFFF), st.integers(1, 0xFFFFFFFF), st.integers(0, 0xFFFF))
def test_numbers_come_back_as_they_were_sent(host: int, tper: int, comid: int) -> None:
    sent = tcg.revert(comid, tcg.Session(tper=tper, host=host))
    assert len(sent) % 512 == 0 and int.from_bytes(sent[4:6], "big") == comid
    assert (int.from_bytes(sent[20:24], "big"), int.from_bytes(sent[24:28], "big")) == (tper, host)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        (PSID, PSID),
        (" ".join(PSID[i : i + 4] for i in range(0, 32, 4)), PSID),
        ("00000000-EXAMPLE1-00000000-EXAMPLE2", "00000000EXAMPLE100000000EXAMPLE2"),
        (PSID.lower(), PSID.lower()),
        (PSID[:-1], None),
        (PSID + "0", None),
        (PSID[:-1] + "é", None),
        ("", None),
    ],
)
def test_the_number_as_a_person_types_it(typed: str, clean: str | None) -> None:
    assert tcg.clean_psid(typed) == clean


def test_command_lines_carry_lengths_and_no_number() -> None:
    sent = tcg.start_session(0x07FE, PSID, host_session=1)
    for bus, path in (("nvme", "/dev/nvme0n1"), ("ata", "/dev/sda"), ("scsi", "/dev/sdb")):
        line = send_argv(bus, path, comid=0x07FE, length=len(sent))
        assert path in line and not any(PSID[:8] in word for word in line)
        assert path in receive_argv(bus, path, comid=1)
    ata = " ".join(send_argv("ata", "/dev/sda", comid=0x07FE, length=512))
    assert ata.endswith("/dev/sda b5 01 07 fe 80 00 00 00 00 01 00 00")
    assert " ".join(receive_argv("sas", "/dev/sda", comid=1)).endswith("/dev/sda a2 01 00 01 80 00 00 00 00 04 00 00")
    with pytest.raises(ValueError, match="no whole blocks"):
        send_argv("nvme", "/dev/nvme0", comid=1, length=100)


def test_what_a_tool_says_before_the_bytes_is_left_out() -> None:
    """nvme-cli 2.3, recorded: a sentence, then the bytes."""
    given = bytes(range(256)) * 8
    assert received(b"NVME Security Receive Command Success\n" + given) == given
    assert received(given) == given and received(given[:-1]) == b""
