"""What the reports of one machine add up to, and that a rebuild from the signed bytes says the very same."""

from __future__ import annotations

import csv
import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from agent.model.erasure import Outcome
from agent.registry import schema, views
from agent.registry.audit import audit, rebuild
from agent.registry.export import cell
from tests.unit.registry.house import House, Stick, inventory
from tests.unit.registry.test_ingest import problem
from tests.unit.report import samples

UUID_A, UUID_B = "4c4c4544-0048-5110-8032-b7c04f5a4d32", "4c4c4544-0048-5110-8032-b7c04f5a4d33"
OTHER = "RC00001B"


def device(house: House, tag: str = "RC02041U") -> dict[str, Any]:
    answer = house.client.get(f"/v1/devices/{tag}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def events(told: dict[str, Any]) -> list[str]:
    return [e["kind"] for e in told["events"]]


def projections(house: House) -> dict[str, list[tuple[Any, ...]]]:
    with house.store.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.projection.sorted_tables
        }


# --- one machine ------------------------------------------------------------------------------------------------


def test_a_proven_machine_is_done(house: House) -> None:
    stick = house.stick()
    house.send(stick, samples.evidence())
    told = device(house)
    assert told["state"] == "done"
    assert (told["manufacturer"], told["product"]) == ("Dell Inc.", "Latitude 5490")
    assert told["facts"]["memory_bytes"] == 8 * 2**30 and told["facts"]["windows11"] == "eligible"
    assert [d["shown"] for d in told["disks"]] == ["cleared"]
    assert told["number"] == "2026-RC-010001" == told["certificates"][0]["number"]
    assert events(told) == ["final"]
    assert house.client.get("/v1/devices/rc02041u").json() == told


@pytest.mark.parametrize(
    ("erased", "state"),
    [
        ([samples.evidence(), samples.purged()], "done"),
        ([samples.with_exceptions()], "attention"),
        ([samples.evidence(outcome=Outcome.REFUSED)], "attention"),
        ([samples.failed()], "failed"),
        ([samples.evidence(), samples.failed(samples.SSD)], "failed"),
        ([samples.evidence(outcome=Outcome.UNKNOWN)], "unknown"),
        ([samples.failed(), samples.evidence(samples.SSD, outcome=Outcome.UNKNOWN)], "unknown"),
        ([samples.evidence(verification=None)], "unknown"),
    ],
)
def test_the_worst_disk_decides(house: House, erased: list[Any], state: str) -> None:
    house.send(house.stick(), *erased)
    assert device(house)["state"] == state


def test_a_claim_without_evidence_is_named_as_such(house: House) -> None:
    house.send(house.stick(), samples.evidence(verification=None))
    told = device(house)
    assert told["disks"][0]["outcome"] == "cleared" and told["disks"][0]["shown"] == "without_evidence"


def test_a_disk_left_in_the_machine_is_never_passed_over(house: House) -> None:
    stick = house.stick()
    left = {"model": "SAMSUNG", "suffix": "2345", "size_bytes": 1, "reason": "excluded-in-use", "params": {}}
    house.send(stick, samples.evidence(), plan=samples.PLAN | {"excluded": [left]})
    assert device(house)["state"] == "attention"
    house.send(stick, samples.evidence(), plan=samples.PLAN | {"excluded": [left | {"reason": "excluded-boot-medium"}]})
    assert device(house)["state"] == "done"


def test_a_machine_without_erasures_is_only_seen(house: House) -> None:
    stick = house.stick()
    wire = stick.wire(kind="audit", certificate_number=None)
    assert house.put(wire["report_id"], stick.sign(wire)).status_code == 201
    assert device(house)["state"] == "seen"


def test_the_last_word_on_a_disk_counts(house: House) -> None:
    stick = house.stick()
    house.send(stick, samples.failed())
    house.send(stick, samples.evidence())
    assert device(house)["state"] == "done"


def test_a_late_report_does_not_hide_a_newer_one(house: House) -> None:
    stick = house.stick()
    late = stick.token(samples.evidence(), duration_s=1.0)
    house.send(stick, samples.failed(), tag="RC02041U")
    assert house.put(*late).status_code == 201
    told = device(house)
    assert told["state"] == "failed" and told["number"] == "2026-RC-010002"


def test_a_correction_replaces_what_its_own_workshop_said(house: House) -> None:
    stick = house.stick("RC")
    house.send(stick, samples.evidence())
    wrong = stick.ids[-1]
    house.send(stick, samples.evidence(outcome=Outcome.UNKNOWN), kind="correction", supersedes=wrong)
    assert device(house)["state"] == "unknown"
    stranger = house.stick("BD")
    last = stick.ids[-1]
    house.send(stranger, kind="correction", supersedes=last, tag=None, inventory=inventory(serial="ZZ99ZZ9"))
    assert device(house)["state"] == "unknown", "another workshop changed nothing"
    paper = house.client.get(f"/c/2026-RC-010001/{views.report_rows(house.store, [wrong])[0]['sha256'][:16]}")
    assert "remplace cette ligne" in paper.text


def test_a_correction_may_arrive_before_what_it_corrects(house: House) -> None:
    stick = house.stick()
    first = stick.token(samples.failed())
    house.send(stick, samples.evidence(samples.SSD), kind="correction", supersedes=first[0])
    assert house.put(*first).status_code == 201
    assert [d["disk"] for d in device(house)["disks"]] == ["S3UGNX0K512345"]


# --- matching through the front door ------------------------------------------------------------------------------


def test_a_new_board_stays_the_same_machine(house: House) -> None:
    stick = house.stick()
    house.send(stick, inventory=inventory(uuid_text=UUID_A))
    house.send(stick, inventory=inventory(uuid_text=UUID_B))
    told = device(house)
    assert events(told) == ["final", "final", "board_replaced"] and told["reports"] == 2


def test_a_tag_on_two_machines_is_an_alarm_and_never_a_merge(house: House) -> None:
    stick = house.stick()
    house.send(stick, inventory=inventory(serial="7HQ2ZM2"))
    house.send(stick, inventory=inventory(serial="5CG7210DTB", maker="HP", product="EliteBook 840 G3"))
    told = device(house)
    assert told["product"] == "Latitude 5490" and told["alarm"] == "tag_twice" and len(told["same_tag"]) == 1
    assert told["state"] == "attention"
    other = views.one_device(house.store, told["same_tag"][0])
    assert other is not None and other["product"] == "EliteBook 840 G3" and other["alarm"] == "tag_twice"
    house.send(stick, inventory=inventory(serial="5CG7210DTB", maker="HP", product="EliteBook 840 G3"))
    assert (views.one_device(house.store, told["same_tag"][0]) or {})["reports"] == 2
    entry = house.client.get("/v1/reconciliations").json()["reconciliations"][0]
    assert entry["reason"] == "tag_twice" and entry["status"] == "open"
    body = {"report_id": entry["report_id"], "action": "another", "device_id": None}
    assert house.client.post("/v1/reconciliations", json=body).status_code == 200
    assert device(house)["alarm"] is None and device(house)["state"] == "done"
    assert audit(house.store).findings == ()


def test_five_machines_with_the_same_placeholder_stay_five(house: House) -> None:
    """The GLPI import of 2023 that dropped them (pluginsGLPI/ocsinventoryng 273)."""
    stick = house.stick()
    for _ in range(5):
        facts = inventory(serial="To be filled by O.E.M.", uuid_text="03000200-0400-0500-0006-000700080009")
        house.send(stick, tag=None, inventory=facts)
    assert views.search_devices(house.store)["total"] == 5
    assert house.client.get("/v1/reconciliations").json()["reconciliations"] == []


def _doubt(house: House) -> tuple[Stick, dict[str, Any]]:
    stick = house.stick()
    house.send(stick, inventory=inventory(serial="None", quality="junk", uuid_text=UUID_A))
    house.send(stick, tag=None, inventory=inventory(serial="None", quality="junk", uuid_text=UUID_A))
    entry = house.client.get("/v1/reconciliations").json()["reconciliations"][0]
    assert entry["reason"] == "weak_only" and len(entry["candidates"]) == 1
    return stick, entry


def test_a_person_may_say_that_two_are_one(house: House) -> None:
    stick, entry = _doubt(house)
    name, known = entry["device"]["device_id"], entry["candidates"][0]["device_id"]
    body = {"report_id": entry["report_id"], "action": "same_as", "device_id": known}
    assert house.client.post("/v1/reconciliations", json=body).status_code == 200
    told = device(house)
    assert told["reports"] == 2 and events(told) == ["final", "final", "weak_only", "merged"]
    assert (views.one_device(house.store, name) or {})["device_id"] == known, "the old name leads to the machine"
    problem(house.client.post("/v1/reconciliations", json=body), 409, "already-decided")
    house.send(stick)
    before = projections(house)
    assert audit(house.store).findings == ()
    rebuild(house.store)
    assert projections(house) == before


@pytest.mark.parametrize(
    ("changes", "status", "slug"),
    [
        ({"action": "same_as", "device_id": None}, 422, "bad-decision"),
        ({"action": "same_as", "device_id": "000000000000"}, 422, "bad-decision"),
        ({"action": "another", "device_id": "000000000000"}, 422, "bad-decision"),
        ({"action": "destroy"}, 422, "invalid"),
        ({"report_id": "00000000-0000-4000-8000-0000000000ff"}, 404, "not-found"),
    ],
)
def test_an_impossible_decision_is_refused(house: House, changes: dict[str, Any], status: int, slug: str) -> None:
    _, entry = _doubt(house)
    body = {"report_id": entry["report_id"], "action": "another", "device_id": None}
    problem(house.client.post("/v1/reconciliations", json=body | changes), status, slug)
    assert house.client.get("/v1/reconciliations").json()["reconciliations"][0]["status"] == "open"


def test_no_stick_and_no_foreign_page_decides(house: House) -> None:
    stick, entry = _doubt(house)
    body = {"report_id": entry["report_id"], "action": "another", "device_id": None}
    for headers in (
        house.bearer(stick, "POST", "/v1/reconciliations"),
        {"Origin": "https://attaquant.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        problem(house.client.post("/v1/reconciliations", json=body, headers=headers), 401, "login-needed")
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    sent = f"report_id={entry['report_id']}&action=another"
    answer = house.client.post("/reconciliations", content=sent, headers=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/reconciliations")


# --- search, export -----------------------------------------------------------------------------------------------


def test_seen_before_by_any_serial(house: House) -> None:
    house.send(house.stick(), inventory=inventory(uuid_text=UUID_A))
    swapped = str(uuid.UUID(bytes=uuid.UUID(UUID_A).bytes_le))
    for serial in ("7hq2zm2", "WX61A8675309", UUID_A.upper(), swapped):
        found = house.client.get("/v1/devices", params={"serial": serial}).json()["devices"]
        assert [d["tag"] for d in found] == ["RC02041U"], serial
    assert house.client.get("/v1/devices", params={"serial": "RC02041U"}).json() == {"devices": []}
    problem(house.client.get("/v1/devices/RC99999X"), 404, "not-found")


def test_search_takes_words_and_no_patterns(house: House) -> None:
    house.send(house.stick())
    for text in ("latitude dell", "rc02041", "2026-rc-010001", "wx61a"):
        assert views.search_devices(house.store, text=text)["total"] == 1, text
    for text in ("%", "_", "latitude hp", "'; drop table device; --"):
        assert views.search_devices(house.store, text=text)["total"] == 0, text


def test_the_export_follows_french_rules(house: House) -> None:
    stick = house.stick()
    house.send(stick, inventory=inventory(maker="=HYPERLINK(1)", product='Lati;tude "5490"'))
    data = house.client.get("/v1/exports/devices.csv").content
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == 2
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0]["Marque"] == "'=HYPERLINK(1)" and rows[0]["Modèle"] == 'Lati;tude "5490"'
    assert rows[0]["Mémoire (Gio)"] == "8,0" and rows[0]["Première réception"] == "24/11/2026"
    assert rows[0]["État"] == "TERMINÉ" and rows[0]["Windows 11"] == "éligible"


STAGED = {
    "ok": True, "os_family": "windows", "profile": "win11-pro", "verified": "checked", "status": "staged",
    "image_status": "unproven", "path": "setup", "layout": "windows-setup",
}  # fmt: skip


def test_a_staged_setup_is_no_installed_system_and_a_person_has_to_look(house: House) -> None:
    """Until somebody saw the Windows that it installed: that report takes its place."""
    stick = house.stick()
    house.send(stick, install=STAGED)
    told = house.client.get("/v1/devices/RC02041U").json()
    assert told["install"]["result"] == "staged" and told["state"] == "attention"
    page = house.client.get(f"/machines/{told['device_id']}").text
    assert "<dt>Préparé</dt>" in page and "<dt>Installé</dt>" not in page
    assert "Windows pas encore installé" in page and "jamais vu démarrer" in page and "contenu vérifié" not in page
    assert "Windows pas encore installé" in house.client.get("/").text
    data = house.client.get("/v1/exports/devices.csv").content
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
    assert row["Système"].startswith("win11-pro (préparé, Windows pas encore installé") and row["État"] == "À VOUS"
    house.send(stick, install=STAGED | {"status": "done", "verified": "started"})
    told = house.client.get("/v1/devices/RC02041U").json()
    assert (told["install"]["result"], told["install"]["verified"], told["state"]) == ("done", "started", "done")
    assert "<dt>Installé</dt>" in house.client.get(f"/machines/{told['device_id']}").text


def test_an_exercise_export_says_so_in_every_line(rehearsal: House) -> None:
    rehearsal.send(rehearsal.stick(), exercise=True)
    lines = rehearsal.client.get("/v1/exports/devices.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and all(line.startswith("EXERCICE;") for line in lines)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == "'" + text


# --- live equals rebuild --------------------------------------------------------------------------------------------

SERIALS = st.sampled_from(["7HQ2ZM2", "5CG7210DTB", "Default string"])
TAGS = st.sampled_from(["RC02041U", OTHER, None])
ERASED = st.sampled_from([samples.evidence(), samples.failed(), samples.purged(), samples.with_exceptions()])
STEP = st.tuples(SERIALS, TAGS, ERASED, st.sampled_from([UUID_A, UUID_B, None]), st.integers(0, 1), st.booleans())


@given(st.lists(STEP, min_size=1, max_size=7), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_sent_a_rebuild_equals_the_live_tables(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any], chance: Any
) -> None:
    house = House(tmp_path_factory.mktemp("registre"))
    sticks = [house.stick("RC"), house.stick("BD")]
    waiting = []
    for serial, tag, erased, unique, who, correct in steps:
        changes: dict[str, Any] = {"tag": tag, "inventory": inventory(serial=serial, uuid_text=unique)}
        if correct and sticks[who].ids:
            changes |= {"kind": "correction", "supersedes": chance.choice(sticks[who].ids)}
        waiting.append(sticks[who].token(erased, **changes))
    chance.shuffle(waiting)
    for report_id, token in waiting:
        assert house.put(report_id, token).status_code == 201
        doubts = [e for e in views.reconciliations(house.store) if e["status"] == "open"]
        if doubts and chance.random() < 0.5:
            entry = chance.choice(doubts)
            targets = [c["device_id"] for c in entry["candidates"]]
            body = {"report_id": entry["report_id"], "action": "same_as", "device_id": chance.choice(targets)}
            assert house.client.post("/v1/reconciliations", json=body).status_code in (200, 422)
    before = projections(house)
    assert audit(house.store).findings == ()
    assert rebuild(house.store) == len(steps)
    assert projections(house) == before
    house.store.close()


def test_a_second_start_goes_on(tmp_path: Path) -> None:
    first = House(tmp_path)
    stick = first.stick()
    first.send(stick)
    first.store.close()
    second = House(tmp_path, key=first.settings.key)
    second.send(stick)
    assert device(second)["reports"] == 2 and audit(second.store).findings == ()
    second.store.close()
