"""Whatever is changed behind the registry's back, the audit names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from agent.model.errors import Fault
from agent.registry import schema
from agent.registry.audit import Finding, audit, rebuild
from agent.report.sign import TYP_RECEIPT, SigningKey, b64url, sign
from tests.unit.registry.house import House
from tests.unit.report import samples


@pytest.fixture
def busy(house: House) -> House:
    stick, other = house.stick("RC"), house.stick("BD")
    for _ in range(3):
        house.send(stick, samples.evidence(), samples.purged())
    house.send(other, tag=None, inventory=samples.INVENTORY | {"system": {}, "board": {}, "network": []})
    assert audit(house.store).findings == ()
    return house


def kinds(findings: tuple[Finding, ...]) -> set[str]:
    return {f.kind for f in findings}


def change(house: House, *statements: Any) -> None:
    with house.store.write() as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_sound_registry_has_a_head(busy: House) -> None:
    done = audit(busy.store)
    assert (done.reports, done.keys) == (4, 2)
    head = busy.client.get("/v1/log/heads").json()["heads"][0]["head"]
    assert done.head == head and audit(busy.store, head=head).findings == ()


def test_every_flipped_bit_of_a_stored_report_is_found(busy: House) -> None:
    with busy.store.read() as connection:
        token = str(connection.scalar(select(schema.report.c.jws).where(schema.report.c.seq == 2)))
    for place in range(0, len(token), max(1, len(token) // 23)):
        spoiled = token[:place] + chr(ord(token[place]) ^ 1) + token[place + 1 :]
        change(busy, update(schema.report).where(schema.report.c.seq == 2).values(jws=spoiled))
        found = audit(busy.store).findings
        assert any(f.seq == 2 and f.kind in ("hash", "signature") for f in found), place
    change(busy, update(schema.report).where(schema.report.c.seq == 2).values(jws=token))
    assert audit(busy.store).findings == ()


def _row(seq: int, **values: Any) -> Callable[[House], Any]:
    return lambda _house: update(schema.report).where(schema.report.c.seq == seq).values(**values)


def _forged_receipt(house: House) -> Any:
    with house.store.read() as connection:
        row = connection.execute(select(schema.report).where(schema.report.c.seq == 2)).one()
    forged = sign(b'{"report_id":"x"}', key=house.settings.key, typ=TYP_RECEIPT)
    assert row.receipt != forged
    return update(schema.report).where(schema.report.c.seq == 2).values(receipt=forged)


def _foreign_receipt(house: House) -> Any:
    forged = sign(b"{}", key=SigningKey.generate(exercise=False), typ=TYP_RECEIPT)
    return update(schema.report).where(schema.report.c.seq == 2).values(receipt=forged)


def _stolen_key(house: House) -> Any:
    other = b64url(SigningKey.generate(exercise=False).public.public_bytes_raw())
    return update(schema.key).where(schema.key.c.workshop == "RC").values(x=other)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(_row(2, received_at="2020-01-01T00:00:00.000000Z"), "receipt-differs", id="date moved"),
        pytest.param(_row(2, log_prev="0" * 64), "log-chain", id="chain rewritten"),
        pytest.param(_row(2, sha256="0" * 64), "hash", id="hash rewritten"),
        pytest.param(_row(2, report_id="00000000-0000-4000-8000-0000000000ff"), "row", id="another id"),
        pytest.param(_row(2, kid="someone"), "row", id="another author"),
        pytest.param(_forged_receipt, "receipt-differs", id="receipt for something else"),
        pytest.param(_foreign_receipt, "receipt", id="receipt by another key"),
        pytest.param(_stolen_key, "key-altered", id="key swapped"),
        pytest.param(lambda _: delete(schema.report).where(schema.report.c.seq == 2), "log-gap", id="entry removed"),
        pytest.param(lambda _: update(schema.device).values(state="done", tag="BD"), "projection", id="view changed"),
        pytest.param(lambda _: update(schema.erasure).values(outcome="purged"), "projection", id="outcome embellished"),
        pytest.param(lambda _: delete(schema.event), "projection", id="history removed"),
    ],
)
def test_each_tampering_has_its_name(busy: House, act: Callable[[House], Any], expected: str) -> None:
    change(busy, act(busy))
    assert expected in kinds(audit(busy.store).findings)


def test_a_removed_report_also_shows_in_its_own_chain(busy: House) -> None:
    change(busy, delete(schema.report).where(schema.report.c.seq == 2))
    gaps = [f for f in audit(busy.store).findings if f.kind == "gap"]
    assert [(f.params["count"], f.params["numbers"]) for f in gaps] == [(1, "2")]


def test_a_log_cut_at_its_end_is_missed_by_a_noted_head(busy: House) -> None:
    head = audit(busy.store).head
    change(busy, delete(schema.report).where(schema.report.c.seq == 4))
    rebuild(busy.store)
    assert audit(busy.store).findings == (), "the rest holds together: only the noted head can tell"
    assert kinds(audit(busy.store, head=head).findings) == {"head-lost"}


def test_a_stick_that_signs_two_stories_is_named(house: House) -> None:
    stick = house.stick()
    house.send(stick)
    first = stick.last
    house.send(stick)
    stick.seq, stick.last = 1, first
    other = stick.token(report_id="00000000-0000-4000-8000-0000000000aa", duration_s=1.0)
    assert house.put(*other).status_code == 201, "order is judged by people, delivery is not refused"
    assert "fork" in kinds(audit(house.store).findings)


def test_a_broken_chain_of_a_stick_is_named(house: House) -> None:
    stick = house.stick()
    house.send(stick)
    stick.last = "0" * 64
    house.send(stick)
    assert kinds(audit(house.store).findings) == {"chain"}


def test_a_report_that_has_not_arrived_yet_is_a_gap(house: House) -> None:
    stick = house.stick()
    kept = stick.token()
    house.send(stick)
    assert kinds(audit(house.store).findings) == {"gap"}
    house.put(*kept)
    assert audit(house.store).findings == ()


def test_a_body_may_be_blanked_at_the_end_of_its_retention(busy: House) -> None:
    """The log chains hashes: a body can go, its hash and receipt stay (REPORT design, section 13)."""
    change(busy, update(schema.report).where(schema.report.c.seq == 1).values(jws=None))
    assert kinds(audit(busy.store).findings) == {"projection"}
    rebuild(busy.store)
    assert audit(busy.store).findings == ()


def test_rebuild_mends_the_views_and_nothing_else(busy: House) -> None:
    change(busy, update(schema.erasure).values(outcome="purged"), delete(schema.identifier))
    assert rebuild(busy.store) == 4
    assert audit(busy.store).findings == ()


def test_rebuild_changes_nothing_when_a_report_is_damaged(busy: House) -> None:
    change(busy, update(schema.report).where(schema.report.c.seq == 3).values(jws="x.y.z"))
    with busy.store.read() as connection:
        before = connection.execute(select(schema.device).order_by(schema.device.c.device_id)).all()
    with pytest.raises(Fault) as caught:
        rebuild(busy.store)
    assert caught.value.error_id == "audit-failed"
    with busy.store.read() as connection:
        assert connection.execute(select(schema.device).order_by(schema.device.c.device_id)).all() == before


def test_a_copy_made_while_serving_audits(busy: House, tmp_path: Any) -> None:
    """The backup of section 16: ``VACUUM INTO``, then the audit of the copy."""
    from agent.registry.store import Store

    copy = tmp_path / "copie.sqlite"
    with busy.store.engine.connect() as connection:
        connection.connection.driver_connection.execute(f"VACUUM INTO '{copy}'")  # type: ignore[union-attr]
    store = Store(f"sqlite:///{copy}")
    with store.read() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    done = audit(store)
    assert done.findings == () and done.reports == 4
    store.close()


def test_the_database_waits_for_the_medium(house: House) -> None:
    with house.store.read() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
