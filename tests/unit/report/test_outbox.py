"""No cut, no full stick and no bad record loses a result or holds up another."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.model import strictjson
from agent.model.errors import Exit, Fault
from agent.report import files
from agent.report import sign as s
from agent.report.outbox import Outbox
from tests.unit.report.samples import chain, evidence, signed

KEY = s.SigningKey.generate(exercise=False)
REGISTRY = s.SigningKey.generate(exercise=False)
KEYS = {KEY.kid: KEY.public}
PINNED = {REGISTRY.kid: REGISTRY.public}
TOKENS = chain(KEY, 3)


def receipt(token: str, *, key: s.SigningKey = REGISTRY, **changes: Any) -> str:
    said = {"report_id": "x", "sha256": s.sha256_of(token), "received_at": "2026-11-23T15:00:00Z"}
    return s.sign(strictjson.dumps(said | changes), key=key, typ=s.TYP_RECEIPT)


def box(folder: Path) -> Outbox:
    return Outbox(folder / "outbox", keys=KEYS)


class PowerCut(BaseException):
    """The stick was pulled: no clean-up runs."""


STEPS = ("open", "write", "fsync", "replace")


@pytest.fixture
def cut_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Cut the power at the n-th call to the system: before it happens, and in the middle of a write."""
    real = {name: getattr(os, name) for name in STEPS}

    def arm(nth: int) -> None:
        count = iter(range(1, 1000))

        def wrapped(name: str) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                if next(count) == nth:
                    if name == "write":
                        real["write"](args[0], bytes(args[1])[: len(args[1]) // 2])
                    raise PowerCut
                return real[name](*args, **kwargs)

            return call

        for name in STEPS:
            monkeypatch.setattr(files.os, name, wrapped(name))

    yield arm
    monkeypatch.undo()


@pytest.mark.parametrize("nth", range(1, 8))
def test_a_cut_while_a_record_is_written_leaves_it_whole_or_absent(
    nth: int, tmp_path: Path, cut_at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = box(tmp_path)
    outbox.put(TOKENS[0])
    cut_at(nth)
    finished = True
    try:
        outbox.put(TOKENS[1])
    except PowerCut:
        finished = False
    monkeypatch.undo()
    again = box(tmp_path)
    again.recover()
    names = [e.name for e in again.pending()]
    assert [e.token() for e in again.pending()] == TOKENS[: len(names)]
    assert len(names) == 2 or not finished
    assert not list((tmp_path / "outbox").rglob("*.tmp"))
    again.put(TOKENS[1])
    assert [e.token() for e in again.pending()] == TOKENS[:2]
    if nth == 7:
        assert finished, "six calls to the system are all it takes: the loop above covered each"


@pytest.mark.parametrize("nth", range(1, 11))
def test_a_cut_while_a_receipt_is_filed_loses_neither_record_nor_receipt(
    nth: int, tmp_path: Path, cut_at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = box(tmp_path)
    entry = outbox.put(TOKENS[0])
    cut_at(nth)
    try:
        outbox.mark_sent(entry, receipt(TOKENS[0]))
    except PowerCut:
        pass
    finally:
        monkeypatch.undo()
    again = box(tmp_path)
    again.recover(registry=PINNED)
    here = again.pending() + again.entries("sent")
    assert [e.token() for e in here] == [TOKENS[0]]
    if again.entries("sent"):
        assert again.receipt(here[0]) == receipt(TOKENS[0])


def test_a_complete_temporary_file_is_taken_in_and_a_torn_one_set_aside(tmp_path: Path) -> None:
    outbox = box(tmp_path)
    entry = outbox.put(TOKENS[0])
    entry.path.rename(entry.path.with_name(entry.name + ".tmp"))
    torn = entry.path.with_name("00000002-torn.jws.tmp")
    torn.write_text(TOKENS[1][: len(TOKENS[1]) // 2])
    forged = entry.path.with_name("00000003-forged.jws.tmp")
    forged.write_text(chain(s.SigningKey.generate(exercise=False), 1)[0])
    assert outbox.pending() == []
    outbox.recover()
    assert [e.token() for e in outbox.pending()] == [TOKENS[0]]
    dead = sorted(p.name for p in (tmp_path / "outbox" / "dead").iterdir())
    assert dead == ["00000002-torn.jws.damaged", "00000003-forged.jws.damaged"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_a_full_stick_leaves_nothing_half_written(
    call: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = box(tmp_path)
    outbox.put(TOKENS[0])

    def full(*args: Any, **kwargs: Any) -> Any:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files.os, call, full)
    with pytest.raises(Fault) as caught:
        outbox.put(TOKENS[1])
    monkeypatch.undo()
    assert caught.value.error_id == "stick-full"
    assert caught.value.exit_code is Exit.REFUSED
    assert [p.name for p in (tmp_path / "outbox" / "pending").iterdir()] == [outbox.pending()[0].name]


def test_below_the_floor_no_job_starts(tmp_path: Path) -> None:
    outbox = box(tmp_path)
    outbox.require_room(min_free_bytes=1)
    with pytest.raises(Fault) as caught:
        outbox.require_room(min_free_bytes=1 << 60)
    assert caught.value.error_id == "stick-full"
    assert caught.value.params["free"] == files.free_bytes(tmp_path)


def test_records_wait_in_the_order_of_the_chain(tmp_path: Path) -> None:
    outbox = box(tmp_path)
    for token in (TOKENS[2], TOKENS[0], TOKENS[1]):
        outbox.put(token)
    assert [e.seq for e in outbox.pending()] == [1, 2, 3]
    assert outbox.head(KEY.kid) == (3, s.sha256_of(TOKENS[2]))
    assert outbox.head("another") is None


def test_the_same_record_twice_is_one_and_a_twin_is_refused(tmp_path: Path) -> None:
    outbox = box(tmp_path)
    first = outbox.put(TOKENS[0])
    assert outbox.put(TOKENS[0]) == first
    twin = signed(KEY, evidence(), operator="0043")[1]
    with pytest.raises(Fault) as caught:
        outbox.put(twin)
    assert caught.value.params["part"] == "twin"
    assert first.token() == TOKENS[0]


def test_a_record_with_a_wrong_signature_is_not_kept(tmp_path: Path) -> None:
    impostor = s.SigningKey(private=REGISTRY.private, kid=KEY.kid)
    with pytest.raises(Fault) as caught:
        box(tmp_path).put(signed(impostor, evidence())[1])
    assert caught.value.error_id == "record-bad-signature"


def test_sent_and_dead_keep_their_papers(tmp_path: Path) -> None:
    outbox = box(tmp_path)
    for token in TOKENS:
        outbox.put(token)
    first, second, third = outbox.pending()
    outbox.note_attempt(first.report_id, error_id="registry-unreachable")
    assert outbox.note_attempt(first.report_id, error_id="registry-portal") == 2
    assert outbox.attempts(first.report_id) == {"tries": 2, "error_id": "registry-portal"}
    assert outbox.attempts(first.report_id, target="glpi") == {}
    sent = outbox.mark_sent(first, receipt(TOKENS[0]))
    dead = outbox.mark_dead(second, {"status": 422, "title": "refusé"})
    assert outbox.receipt(sent) == receipt(TOKENS[0])
    assert outbox.problem(dead) == {"status": 422, "title": "refusé"}
    assert outbox.attempts(first.report_id) == {}
    assert [e.report_id for e in outbox.pending()] == [third.report_id]
    assert outbox.put(TOKENS[0]).state == "sent", "what was sent is not queued again"
    revived = outbox.revive(dead)
    assert outbox.recover() == []
    assert [e.path for e in outbox.pending()] == [revived.path, third.path]


def test_the_sidecar_may_be_lost_or_torn(tmp_path: Path) -> None:
    outbox = box(tmp_path)
    entry = outbox.put(TOKENS[0])
    outbox.note_attempt(entry.report_id, error_id="registry-portal")
    (outbox.folder / "delivery.json").write_text('{"torn":')
    assert outbox.attempts(entry.report_id) == {}
    assert outbox.note_attempt(entry.report_id, error_id="registry-portal") == 1


def test_carried_over_another_pc_and_back_twice(tmp_path: Path) -> None:
    stick, carried, other = box(tmp_path / "a"), tmp_path / "carried", box(tmp_path / "b")
    for token in TOKENS:
        stick.put(token)
    assert len(stick.export(carried).added) == 3
    assert len(stick.export(carried).known) == 3
    assert len(other.take_in(carried).added) == 3
    again = other.take_in(carried)
    assert (again.added, len(again.known)) == ((), 3)
    other.mark_sent(other.pending()[0], receipt(TOKENS[0]))
    other.export(carried / "back")
    stick.take_in(carried / "back")
    assert len(stick.pending()) == 3, "without the registry's key a receipt is only paper"
    stick.take_in(carried / "back", registry=PINNED)
    assert [e.token() for e in stick.pending()] == TOKENS[1:]
    assert [e.token() for e in stick.entries("sent")] == [TOKENS[0]]


def test_a_lying_receipt_closes_nothing(tmp_path: Path) -> None:
    stick = box(tmp_path / "a")
    for token in TOKENS:
        stick.put(token)
    stick.export(tmp_path / "carried")
    names = [e.name.removesuffix(".jws") + ".receipt.jws" for e in stick.pending()]
    lies = (receipt(TOKENS[1]), receipt(TOKENS[1], key=KEY), "noise")
    for name, lie in zip(names, lies, strict=True):
        (tmp_path / "carried" / "pending" / name).write_text(lie)
    stick.take_in(tmp_path / "carried", registry=PINNED)
    assert len(stick.pending()) == 3


def test_import_refuses_damage_by_name_and_takes_the_rest(tmp_path: Path) -> None:
    stick = box(tmp_path / "a")
    for token in TOKENS:
        stick.put(token)
    stick.export(tmp_path / "carried")
    victim = tmp_path / "carried" / "pending" / stick.pending()[1].name
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    shutil.rmtree(tmp_path / "a")
    result = box(tmp_path / "a").take_in(tmp_path / "carried")
    assert len(result.added) == 2
    assert list(result.refused) == [victim.name]
    assert result.refused[victim.name] in ("record-bad-signature", "record-damaged")
