"""The matching table of REPORT section 3: a tag first, then one strong match, else a person."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.report import Device, Identifier
from agent.registry.match import Candidate, Clue, Identity, Reason, canonical_uuid, decide, identity_of, is_junk

STRONG = Clue(kind="system_serial", value="dell inc.|7hq2zm2", shown="7HQ2ZM2", strong=True)
OTHER_STRONG = Clue(kind="system_serial", value="dell inc.|aaaaaaa", shown="AAAAAAA", strong=True)
UUID = Clue(kind="uuid", value="u-1", shown="u-1")
OTHER_UUID = Clue(kind="uuid", value="u-2", shown="u-2")
MAC = Clue(kind="mac", value="54bf64010203", shown="54:bf:64:01:02:03")
DELL, HP = "dell inc. latitude 5490", "hp elitebook"


def mine(tag: str | None, *clues: Clue, make: str = DELL) -> Identity:
    return Identity(tag=tag, clues=clues, make=make)


def seen(name: str, tag: str | None, *clues: Clue, make: str = DELL, waiting: bool = False) -> Candidate:
    keys = frozenset(clue.key for clue in clues)
    return Candidate(device_id=name, tags=frozenset({tag} if tag else ()), keys=keys, make=make, open=waiting)


T, U = "RC02041U", "RC00001B"


@pytest.mark.parametrize(
    ("told", "known", "device", "reason", "notes"),
    [
        pytest.param(mine(T, STRONG), [], None, None, (), id="never seen"),
        pytest.param(mine(T, STRONG), [seen("a", T, STRONG)], "a", None, (), id="tag and serial agree"),
        pytest.param(
            mine(T, STRONG, OTHER_UUID), [seen("a", T, STRONG, UUID)], "a", None, ("board_replaced",), id="new board"
        ),
        pytest.param(mine(T, OTHER_UUID), [seen("a", T, UUID)], "a", None, ("board_replaced",), id="only a UUID, new"),
        pytest.param(mine(T), [seen("a", T, STRONG)], "a", None, (), id="tag alone is enough"),
        pytest.param(mine(None, STRONG), [seen("a", T, STRONG)], "a", None, (), id="no tag, one strong match"),
        pytest.param(mine(T, STRONG), [seen("a", None, STRONG)], "a", None, ("tagged",), id="tag stuck on later"),
        pytest.param(mine(T, STRONG), [seen("a", U, STRONG)], None, Reason.RETAGGED, (), id="serial under another tag"),
        pytest.param(mine(None, UUID), [seen("a", T, UUID)], None, Reason.WEAK_ONLY, (), id="only a UUID"),
        pytest.param(mine(None, MAC), [seen("a", None, MAC)], None, Reason.WEAK_ONLY, (), id="only a MAC"),
        pytest.param(
            mine(None, STRONG),
            [seen("a", T, STRONG), seen("b", U, STRONG)],
            None,
            Reason.TWO_CANDIDATES,
            (),
            id="two machines with this serial",
        ),
        pytest.param(
            mine(T, OTHER_STRONG), [seen("a", T, STRONG)], None, Reason.TAG_TWICE, (), id="tag on another machine"
        ),
        pytest.param(
            mine(T, make=HP), [seen("a", T, STRONG)], None, Reason.TAG_TWICE, (), id="tag on another model, no serial"
        ),
        pytest.param(
            mine(T, OTHER_STRONG),
            [seen("a", T, STRONG), seen("b", T, OTHER_STRONG)],
            "b",
            None,
            (),
            id="the alarm is known: each goes to its own",
        ),
        pytest.param(
            mine(T, STRONG, OTHER_UUID),
            [seen("a", T, UUID), seen("b", U, STRONG)],
            None,
            Reason.TWO_CANDIDATES,
            (),
            id="tag says one, serial says another",
        ),
        pytest.param(
            mine(None, UUID),
            [seen("a", T, UUID), seen("p", None, UUID, waiting=True)],
            "p",
            None,
            (),
            id="the same doubt again joins the first",
        ),
    ],
)
def test_the_table(
    told: Identity, known: list[Candidate], device: str | None, reason: Reason | None, notes: tuple[str, ...]
) -> None:
    match = decide(told, known)
    assert (match.device_id, match.reason, match.notes) == (device, reason, notes)
    assert bool(match.candidates) == (reason is not None)


@pytest.mark.parametrize(
    "text",
    [
        "To Be Filled By O.E.M.",
        "Default string",
        "System Serial Number",
        "Not Specified",
        "None",
        "N/A",
        "Chassis Serial Number",
        "00000000",
        "XXXXXXXX",
        "........",
        "123456789",
        "0123456789",
        "12",
        "",
        "   ",
        "1234567890123456",
    ],
)
def test_junk_is_junk_whatever_the_agent_said(text: str) -> None:
    assert is_junk(text)
    device = Device(identifiers=[Identifier(kind="system_serial", value=text, scope="Dell Inc.", quality="good")])
    assert identity_of(device).clues == ()


@pytest.mark.parametrize("text", ["7HQ2ZM2", "PC0XYZ12", "5CG7210DTB", "R90M1234", "123456780"])
def test_real_serials_are_not_junk(text: str) -> None:
    assert not is_junk(text)


@given(st.uuids())
def test_both_byte_orders_of_a_uuid_are_one(value: uuid.UUID) -> None:
    swapped = uuid.UUID(bytes=value.bytes_le)
    assert canonical_uuid(str(value)) == canonical_uuid(str(swapped).upper())


@pytest.mark.parametrize(
    "text",
    [
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "not a uuid",
        "",
    ],
)
def test_placeholder_uuids_identify_nothing(text: str) -> None:
    assert canonical_uuid(text) is None


def test_a_serial_without_its_maker_is_not_strong() -> None:
    def only(scope: str, quality: str = "good") -> Clue:
        made = Identifier.model_validate(
            {"kind": "system_serial", "value": "7HQ2ZM2", "scope": scope, "quality": quality}
        )
        return identity_of(Device(identifiers=[made])).clues[0]

    assert only("Dell Inc.").strong
    assert not only("").strong and not only("To be filled by O.E.M.").strong and not only("Dell Inc.", "weak").strong


def test_local_multicast_and_empty_addresses_are_left_out() -> None:
    addresses = ["02:11:22:33:44:55", "01:00:5e:00:00:01", "00:00:00:00:00:00", "zz", "54-BF-64-01-02-03"]
    found = [Identifier(kind="mac", value=a, quality="good") for a in addresses]
    assert [c.value for c in identity_of(Device(identifiers=found)).clues] == ["54bf64010203"]
