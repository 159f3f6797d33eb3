"""A station never restarts its counters, never forks its chain, and survives the loss of its memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.model.errors import Fault
from agent.model.report import ChainLink, Report
from agent.report import files, outbox
from agent.report import sign as s
from agent.report.keys import read_jwk_set
from agent.report.station import KEY_FILE, PUBLIC_KEYS, STATION_FILE, Station, look
from agent.report.verify import check_chains, verify_file
from tests.unit.report.samples import evidence, report

REGISTRY = s.SigningKey.generate(exercise=False)


def new(folder: Path, **changes: Any) -> Station:
    return Station.create(folder, **({"pin": None, "policy": "essai", "label": "clé 7"} | changes))


def maker(station: Station) -> Callable[[ChainLink], Report]:
    def make(link: ChainLink) -> Report:
        return report(
            evidence(),
            report_id=f"00000000-0000-4000-8000-{link.seq:012d}",
            chain=link,
            certificate_number=station.take_number(year=2026),
            exercise=station.exercise,
        )

    return make


def answer(station: Station, **changes: Any) -> dict[str, Any]:
    told = {
        "kid": station.key.kid,
        "workshop": "RC",
        "stick_number": 7,
        "tag_range": {"workshop": "RC", "first": 90600, "last": 90601},
        "registry_jwk": s.public_jwk(REGISTRY),
        "instance": REGISTRY.kid,
        "policy": {},
    }
    return told | changes


def test_records_follow_each_other_and_verify(tmp_path: Path) -> None:
    station = new(tmp_path / "station")
    made = [station.publish(maker(station)) for _ in range(3)]
    assert [p.report.chain.seq for p in made] == [1, 2, 3]
    assert [p.report.chain.prev_sha256 for p in made] == [None, made[0].sha256, made[1].sha256]
    assert [p.report.certificate_number for p in made] == ["2026-XX-000001", "2026-XX-000002", "2026-XX-000003"]
    verdicts = [verify_file(p.entry.path, station=station.folder) for p in made]
    assert check_chains(verdicts)[0].fault is None


def test_everything_is_still_there_at_the_next_start(tmp_path: Path) -> None:
    station = new(tmp_path / "station", pin="1234", policy="")
    station.enrolled(answer(station), url="https://registre.exemple.fr")
    first = station.publish(maker(station))
    again = Station.open(tmp_path / "station", pin="1234")
    assert again.next_link() == ChainLink(kid=station.key.kid, seq=2, prev_sha256=first.sha256)
    assert again.take_number(year=2027) == "2027-RC-070002"
    assert again.registry_keys().keys() == {REGISTRY.kid}
    with pytest.raises(Fault) as caught:
        Station.open(tmp_path / "station")
    assert caught.value.error_id == "key-locked"


def test_a_cut_between_outbox_and_head_forks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    station = new(tmp_path / "station")
    first = station.publish(maker(station))

    class PowerCut(BaseException):
        pass

    def cut(note: Any) -> None:
        if note.head is not None and note.head.seq == 2:
            raise PowerCut
        Station._write(station, note)

    monkeypatch.setattr(station, "_write", cut)
    with pytest.raises(PowerCut):
        station.publish(maker(station))
    again = Station.open(tmp_path / "station")
    assert [e.seq for e in again.outbox.pending()] == [1, 2]
    third = again.publish(maker(again))
    assert third.report.chain.seq == 3
    assert third.report.certificate_number == "2026-XX-000003"
    verdicts = [verify_file(e.path, station=again.folder) for e in again.outbox.pending()]
    assert check_chains(verdicts)[0].fault is None
    assert verdicts[0].sha256 == first.sha256


def test_a_number_is_never_given_twice_even_when_signing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    station = new(tmp_path / "station")

    def full(*args: Any, **kwargs: Any) -> None:
        raise files.stick_full(tmp_path, needed=1)

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "write_atomic", full)
        with pytest.raises(Fault):
            station.publish(maker(station))
    made = Station.open(tmp_path / "station").publish(maker(station))
    assert made.report.chain.seq == 1
    assert station.note.certificates == 2


def test_a_lost_memory_comes_back_from_the_outbox(tmp_path: Path) -> None:
    station = new(tmp_path / "station")
    station.enrolled(answer(station), url="https://registre.exemple.fr")
    made = [station.publish(maker(station)) for _ in range(3)]
    (tmp_path / "station" / STATION_FILE).unlink()
    again = Station.open(tmp_path / "station")
    assert again.next_link() == ChainLink(kid=station.key.kid, seq=4, prev_sha256=made[-1].sha256)
    assert again.take_number(year=2026) == "2026-RC-070004"
    assert again.note.registry is None


def test_a_torn_memory_is_told(tmp_path: Path) -> None:
    new(tmp_path / "station")
    (tmp_path / "station" / STATION_FILE).write_text('{"format":"regain-station/1","certificates":-1}')
    with pytest.raises(Fault) as caught:
        Station.open(tmp_path / "station")
    assert caught.value.params["part"] == "station"


def test_the_report_must_be_for_the_link_it_was_given(tmp_path: Path) -> None:
    station = new(tmp_path / "station")
    with pytest.raises(ValueError, match="link"):
        station.publish(lambda link: report(evidence(), chain=ChainLink(kid=link.kid, seq=2, prev_sha256="a" * 64)))
    assert station.outbox.pending() == []


def test_a_rehearsal_station_is_marked_everywhere(tmp_path: Path) -> None:
    station = new(tmp_path / "station", exercise=True, policy="")
    made = station.publish(maker(station))
    assert made.report.certificate_number == "EX-2026-XX-000001"
    assert made.report.chain.kid.startswith("EXERCICE-")


def test_an_enrolment_for_another_key_is_refused(tmp_path: Path) -> None:
    station = new(tmp_path / "station")
    for bad in ({"kid": "other"}, {"registry_jwk": {"kty": "RSA"}}, {"stick_number": "7"}, {"workshop": "Atelier"}):
        with pytest.raises(Fault) as caught:
            station.enrolled(answer(station, **bad), url="https://registre.exemple.fr")
        assert caught.value.error_id == "registry-wrong"
    assert station.note.registry is None


def test_tags_of_the_stick_are_given_once(tmp_path: Path) -> None:
    station = new(tmp_path / "station")
    with pytest.raises(Fault):
        station.take_tag()
    station.enrolled(answer(station), url="https://registre.exemple.fr")
    given = [station.take_tag(), Station.open(tmp_path / "station").take_tag()]
    assert [t.number for t in given] == [90600, 90601]
    with pytest.raises(Fault) as caught:
        Station.open(tmp_path / "station").take_tag()
    assert caught.value.error_id == "not-enrolled"


def test_public_keys_beside_the_outputs_add_up(tmp_path: Path) -> None:
    a, b = new(tmp_path / "a"), new(tmp_path / "b")
    b.enrolled(answer(b), url="https://registre.exemple.fr")
    for station in (a, b, a):
        station.publish_keys(tmp_path / "out")
    assert set(read_jwk_set((tmp_path / "out" / PUBLIC_KEYS).read_bytes())) == {a.key.kid, b.key.kid, REGISTRY.kid}
    (tmp_path / "out" / PUBLIC_KEYS).write_text("torn")
    a.publish_keys(tmp_path / "out")
    assert (tmp_path / "out" / (PUBLIC_KEYS + ".damaged")).read_text() == "torn"


def test_looking_needs_no_pin(tmp_path: Path) -> None:
    station = new(tmp_path / "station", pin="1234", policy="")
    station.publish(maker(station))
    view = look(tmp_path / "station")
    assert (view.kid, len(view.outbox.pending()), view.registry) == (station.key.kid, 1, {})
    assert (tmp_path / "station" / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_the_floor_of_the_clock_only_rises(tmp_path: Path) -> None:
    station = new(tmp_path / "station")
    station.trust_time("2026-11-23T10:00:00Z")
    station.trust_time("2009-01-01T00:00:00Z")
    assert Station.open(tmp_path / "station").note.last_trusted_utc == "2026-11-23T10:00:00Z"
