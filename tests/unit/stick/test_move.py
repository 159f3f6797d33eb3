"""From memory to a late stick, with real stations: nothing lost, nothing replaced, whatever is there already."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.model.errors import Fault
from agent.model.report import ChainLink, Report
from agent.report import files
from agent.report.keys import read_jwk_set
from agent.report.outbox import PENDING, Outbox
from agent.report.station import Station, look
from agent.report.verify import check_chains, verify_file
from agent.stick import move
from agent.stick.move import STATIONS, move_home
from tests.unit.report.samples import evidence, report
from tests.unit.report.test_station import new


def maker(station: Station) -> Callable[[ChainLink], Report]:
    def make(link: ChainLink) -> Report:
        number = station.take_number(year=2026)
        return report(evidence(), report_id=str(uuid.uuid4()), chain=link, certificate_number=number, exercise=False)

    return make


def memory_home(folder: Path, records: int = 2) -> Station:
    station = new(folder / "station")
    for _ in range(records):
        published = station.publish(maker(station))
        files.write_atomic(folder / "records" / f"{published.report.certificate_number}.jws", published.token.encode())
    station.publish_keys(folder / "records")
    files.write_atomic(folder / "journal" / "j1.jsonl", b"{}\n")
    return station


def names(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir()] if folder.is_dir() else []


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "lock"}


def test_an_empty_stick_takes_the_whole_station(tmp_path: Path) -> None:
    memory, stick = tmp_path / "home", tmp_path / "data"
    (stick / "station").mkdir(parents=True)  # as the partition is furnished
    station = memory_home(memory)
    before = everything(memory)
    move_home(memory, stick)
    assert everything(stick) == before, "the same files, byte for byte"
    assert everything(memory) == {}
    assert (stick / "station" / "key.json").stat().st_mode & 0o777 == 0o600
    there = Station.open(stick / "station")
    assert there.key.kid == station.key.kid and there.next_link().seq == 3
    third = there.publish(maker(there))
    verdicts = [verify_file(e.path, station=there.folder) for e in there.outbox.pending()]
    assert third.report.chain.seq == 3 and check_chains(verdicts)[0].fault is None


def test_a_station_that_is_there_keeps_its_key_and_chain(tmp_path: Path) -> None:
    memory, stick = tmp_path / "home", tmp_path / "data"
    theirs = memory_home(stick, records=3)
    ours = memory_home(memory)
    mine = {e.token() for e in ours.outbox.pending()}
    kept = everything(stick)
    move_home(memory, stick)
    now = everything(stick)
    lists = {n for n in kept if n.endswith("cles-publiques.json")}
    assert {n: now[n] for n in kept if n not in lists} == {n: b for n, b in kept.items() if n not in lists}
    for name in lists:
        assert read_jwk_set(now[name]).keys() == {ours.key.kid, theirs.key.kid}, "both keys, for the records of both"
    for record in (stick / "records").glob("*.jws"):
        assert verify_file(record, station=stick / "station").report is not None
    there = Station.open(stick / "station")
    assert there.key.kid == theirs.key.kid and there.next_link() == theirs.next_link()
    assert mine <= {e.token() for e in there.outbox.pending()} and len(there.outbox.pending()) == 5
    apart = look(stick / STATIONS / ours.key.kid)
    assert apart.kid == ours.key.kid and apart.note.certificates == 2, "its key and counters are not lost"
    assert len(list((stick / "records").glob("*.jws"))) == 5, "equal numbers of two stations: both kept"
    assert everything(memory) == {}


def test_twice_is_harmless(tmp_path: Path) -> None:
    memory, stick = tmp_path / "home", tmp_path / "data"
    ours = memory_home(memory)
    move_home(memory, stick)
    once = everything(stick)
    move_home(memory, stick)
    move_home(tmp_path / "none", stick)
    assert everything(stick) == once
    again = memory_home(memory)  # another evening without a stick
    move_home(memory, stick)
    assert {ours.key.kid, again.key.kid} == {look(stick / "station").kid, *names(stick / STATIONS)}


@pytest.mark.parametrize("cut", range(0, 14, 2))
@pytest.mark.parametrize("occupied", [False, True])
def test_a_cut_at_any_file_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int, occupied: bool
) -> None:
    memory, stick = tmp_path / "home", tmp_path / "data"
    if occupied:
        memory_home(stick, records=1)
    ours = memory_home(memory)
    tokens = {e.token() for e in ours.outbox.pending()}
    before = everything(memory)
    left = [cut]
    real = files.write_atomic

    def pulled(path: Path, data: bytes, *, mode: int = 0o644) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(5, "Input/output error")
        real(path, data, mode=mode)

    monkeypatch.setattr(move, "write_atomic", pulled)
    try:
        move_home(memory, stick)
    except OSError:
        assert everything(memory) == before, "everything is still in memory"
    monkeypatch.setattr(move, "write_atomic", real)
    move_home(memory, stick)
    there = look(stick / "station")
    assert tokens <= {e.token() for e in there.outbox.pending()}
    kids = {there.kid, *names(stick / STATIONS)}
    assert ours.key.kid in kids and everything(memory) == {}


def test_a_damaged_station_there_is_not_touched(tmp_path: Path) -> None:
    memory, stick = tmp_path / "home", tmp_path / "data"
    memory_home(memory)
    files.write_atomic(stick / "station" / "key.json", b"\0\0\0")
    with pytest.raises(Fault, match="record-damaged"):
        move_home(memory, stick)
    assert (stick / "station" / "key.json").read_bytes() == b"\0\0\0"
    assert len(Station.open(memory / "station").outbox.pending()) == 2


def test_an_outbox_without_its_key_gets_our_records_and_keeps_its_own(tmp_path: Path) -> None:
    memory, stick = tmp_path / "home", tmp_path / "data"
    memory_home(stick, records=1)
    (stick / "station" / "key.json").unlink()
    ours = memory_home(memory)
    move_home(memory, stick)
    assert len(Outbox(stick / "station" / "outbox").entries(PENDING)) == 3
    assert look(stick / STATIONS / ours.key.kid).kid == ours.key.kid


def test_a_full_stick_says_so_and_all_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, stick = tmp_path / "home", tmp_path / "data"
    memory_home(memory)
    before = everything(memory)

    def full(path: Path, data: bytes, *, mode: int = 0o644) -> None:
        raise Fault("stick-full", path=str(path), free=0, needed=1, free_mb=0, needed_mb=1)

    monkeypatch.setattr(move, "write_atomic", full)
    with pytest.raises(Fault, match="stick-full"):
        move_home(memory, stick)
    assert everything(memory) == before
