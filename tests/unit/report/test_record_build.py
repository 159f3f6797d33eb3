"""The contract: what a report holds, what it must not hold, and what no reader may misread."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model import strictjson
from agent.model.errors import Exit, Fault
from agent.model.report import MAX_BYTES, ChainLink, Report, read_report, read_strict
from agent.report import sign as s
from agent.report.build import certificate_number
from agent.report.device import fingerprint, identifiers_of
from tests.unit.report.samples import DOUBTFUL, HDD, PLAN, SSD, chain, evidence, failed, purged, report, with_exceptions


def damaged(data: bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        read_report(data)
    assert caught.value.exit_code is Exit.VERIFICATION_FAILED
    return caught.value


def test_a_report_comes_back_as_it_was_written() -> None:
    made = report(evidence(), purged(), with_exceptions(), failed(), created=DOUBTFUL)
    data = made.to_bytes()
    assert read_strict(data) == read_report(data) == made
    assert read_report(data).to_bytes() == data


def test_the_keys_of_the_contract_are_there() -> None:
    wire = report(evidence()).to_wire()
    assert wire["schema"] == "regain-report/1.0"
    assert wire["supersedes"] is None
    assert wire["confirms"] is None
    assert wire["time"]["created"]["utc"] == "2026-11-23T14:05:12.000Z"
    assert {"device", "inventory", "eligibility", "erasures", "agent", "operator", "time", "chain"} <= set(wire)
    entry = wire["erasures"][0]
    assert entry["disk"]["identity"] == "WX61A8675309"
    assert entry["consent"] == {"by": "0042", "at": "2026-11-23T12:19:50.000Z", "suffix": "5309"}
    assert entry["skipped"] == [
        {"technique": "ata-sanitize-overwrite", "reason": "skip-drive-lacks-it", "params": {"bit": 12}}
    ]
    assert entry["overwrite"][0]["key"] == "ab" * 32
    assert entry["canaries"]["alive"] == 0
    assert entry["witnesses"] == {"count": 998, "matching": 0}
    assert entry["evidence"] == ["written_whole", "read_back_full", "canaries_gone", "witnesses_gone", "smart_compared"]


def test_it_is_of_the_size_the_design_says() -> None:
    assert len(report(evidence(), purged()).to_bytes()) < 25_000


def test_facts_keep_their_three_states() -> None:
    inventory = read_report(report(evidence()).to_bytes()).inventory
    assert inventory["tpm"] == {"absent": "no TPM device"}
    assert inventory["firmware"]["admin_password"] == {"unreadable": "needs root"}
    made = report(evidence(HDD | {"firmware": {"unreadable": "no answer"}}))
    assert made.to_wire()["erasures"][0]["disk"]["firmware"] == {"unreadable": "no answer"}
    assert "wwn" not in made.to_wire()["erasures"][0]["disk"]


def test_what_privacy_forbids_does_not_travel() -> None:
    text = report(evidence()).to_bytes().decode()
    for forbidden in ("particulier", "vacances", "00:e0:4c:68:00:01", "02:11:22:33:44:55", "AAAAA", "BBBBB"):
        assert forbidden not in text
    assert "CCCCC" in text
    assert "54:bf:64:01:02:03" in text


def test_identifiers_hold_no_disk_serial_and_the_fingerprint_only_good_ones() -> None:
    made = report(evidence())
    kinds = {(i.kind, i.quality) for i in made.device.identifiers}
    assert kinds == {
        ("system_serial", "good"),
        ("chassis_serial", "junk"),
        ("board_serial", "good"),
        ("uuid", "good"),
        ("mac", "good"),
    }
    assert "WX61A8675309" not in {i.value for i in made.device.identifiers}
    without_junk = [i for i in made.device.identifiers if i.kind != "chassis_serial"]
    assert made.device.fingerprint == fingerprint(reversed(without_junk))


def test_two_anonymous_machines_have_no_common_fingerprint() -> None:
    assert fingerprint(identifiers_of({"system": {"serial": "Default string", "serial_quality": "junk"}})) is None


def test_a_range_that_failed_twice_is_counted_once() -> None:
    entry = report(with_exceptions()).erasures[0]
    assert entry.exception_bytes == 6144
    assert [(e.first_lba, e.last_lba) for e in entry.exceptions] == [(800, 807), (800, 807), (7200, 7203)]


def test_thousands_of_ranges_are_summed_and_the_list_is_cut() -> None:
    from agent.model.erasure import BadRange

    bad = tuple(BadRange(start=n * 8192, end=n * 8192 + 4096, operation="write", errno=5) for n in range(1500))
    entry = report(with_exceptions(bad_ranges=bad)).erasures[0]
    assert (len(entry.exceptions), entry.exceptions_omitted, entry.exception_bytes) == (1000, 500, 1500 * 4096)


def test_named_exceptions_are_kept_with_their_parameters() -> None:
    entry = report(
        with_exceptions(bad_ranges=(), exceptions=({"kind": "exception-hpa", "sectors": 2048, "bytes": 1048576},))
    ).erasures[0]
    assert entry.exceptions[0].kind == "exception-hpa"
    assert entry.exceptions[0].params == {"sectors": 2048}
    assert entry.exception_bytes == 1048576


def test_the_exceptions_of_the_erasure_stage_fit() -> None:
    said = (
        {"id": "exception-write-ranges", "bytes": 6144, "ranges": 2, "first": 409600},
        {"id": "exception-hpa-not-assessed", "bytes": None},
        {"id": "exception-dco", "bytes": 1024},
    )
    entry = report(with_exceptions(exceptions=said)).erasures[0]
    assert entry.exception_bytes == 6144 + 1024
    assert [e.kind for e in entry.exceptions][:3] == [str(e["id"]) for e in said]
    assert entry.exceptions[1].bytes is None
    assert entry.exceptions[0].params == {"ranges": 2, "first": 409600}


def test_hidden_areas_are_assessed_only_when_both_were_read() -> None:
    assert report(evidence()).erasures[0].hidden_areas.assessed
    assert not report(evidence(SSD)).erasures[0].hidden_areas.assessed
    unread = HDD | {"extra": {"hpa": {"unreadable": "bad sense"}, "dco": {"absent": "no DCO"}}}
    assert not report(evidence(unread)).erasures[0].hidden_areas.assessed


def test_an_excluded_disk_is_named() -> None:
    left = {
        "path": "/dev/sdb",
        "model": "WDC",
        "suffix": "9999",
        "size_bytes": 5,
        "reason": "excluded-in-use",
        "params": {"path": "/dev/sdb", "evidence": "mounted on /home/particulier", "count": 1},
    }
    made = report(evidence(), plan=PLAN | {"excluded": [left]})
    assert made.plan is not None
    assert made.plan.left_alone[0].suffix == "9999"
    assert made.plan.left_alone[0].params == {"count": 1}
    assert "particulier" not in made.to_bytes().decode()
    assert "/dev/sdb" not in made.to_bytes().decode()


def test_install_is_a_projection_and_loses_nothing() -> None:
    done = {"ok": True, "rehearsed": True, "verified": "none", "seconds": 12, "status": "unproven", "warnings": ["w-x"]}
    made = report(evidence(), install=done | {"image": {"file": "debian.img", "sha256": "bb" * 32, "version": "13.2"}})
    assert made.install is not None
    assert (made.install.result, made.install.verified, made.install.seconds) == ("rehearsed", "none", 12.0)
    assert (made.install.image_id, made.install.status) == ("debian.img", "unproven")
    assert made.install.detail == {"ok": True, "rehearsed": True, "warnings": ["w-x"]}
    locked = {"ok": False, "verified": "none", "status": "locked", "reason": "lock-not-proven"}
    for told, expected in (({"ok": False}, "failed"), ({"ok": True}, "done"), ({}, "unknown"), (locked, "locked")):
        install = report(evidence(), install=told).install
        assert install is not None
        assert install.result == expected


@pytest.mark.parametrize(
    ("told", "exercise", "result", "status"),
    [
        ({"ok": True, "status": "rehearsed", "image_status": "unproven"}, False, "rehearsed", "unproven"),
        ({"ok": True, "status": "done", "image_status": "proven"}, False, "done", "proven"),
        ({"ok": True, "status": "rehearsed", "detail": {"image_status": "proven"}}, False, "rehearsed", "proven"),
        ({"ok": True, "status": "done", "image_status": "proven"}, True, "rehearsed", "proven"),
        ({"ok": True, "status": "rehearsed"}, False, "done", "rehearsed"),
        ({"ok": True, "status": "rehearsed"}, True, "rehearsed", "rehearsed"),
        ({"ok": False, "status": "unknown"}, False, "unknown", None),
        ({"ok": False, "status": "failed", "error": "x"}, True, "failed", None),
    ],
)
def test_a_bench_installs_nothing(told: dict[str, object], exercise: bool, result: str, status: str | None) -> None:
    install = report(evidence(rehearsal=exercise), install=told, exercise=exercise).install
    assert install is not None
    assert (install.result, install.status) == (result, status)


def test_the_result_of_the_install_stage_fits() -> None:
    from agent.model.facts import to_wire
    from agent.model.identity import DiskIdentity
    from agent.model.install import InstallResult, StepResult, Verified

    result = InstallResult(
        ok=True,
        verified=Verified.CHECKED,
        rehearsed=False,
        profile="debian-xfce",
        disk=DiskIdentity(text="WX61A8675309", kind="serial", model="WDC", size_bytes=500107862016),
        image={"file": "debian.img", "sha256": "bb" * 32, "version": "13.2", "status": "proven"},
        status="proven",
        steps=(StepResult(step="step-partition", seconds=1.5, observed="2 partitions"),),
        seconds=312.0,
        versions={"kernel": "6.12.57"},
        firmware_mode="uefi",
    )
    install = report(evidence(), install=to_wire(result)).install
    assert install is not None
    assert (install.result, install.verified, install.status) == ("done", "checked", "proven")
    assert install.detail["versions"] == {"kernel": "6.12.57"}


def test_a_rehearsal_never_passes_for_real() -> None:
    with pytest.raises(ValueError, match="rehearsal"):
        report(evidence(rehearsal=True))
    with pytest.raises(ValueError, match="key"):
        report(evidence(), chain=ChainLink(kid="EXERCICE-x", seq=1))
    with pytest.raises(ValueError, match="number"):
        report(evidence(), certificate_number="EX-2026-RC-000001")
    made = report(evidence(rehearsal=True, rehearsal_scale=1000), exercise=True)
    assert made.certificate_number == "EX-2026-RC-000001"
    assert made.erasures[0].rehearsal_scale == 1000
    wire = made.to_wire() | {"exercise": False}
    assert damaged(json.dumps(wire).encode()).error_id == "record-damaged"


def test_the_first_link_has_no_past_and_only_the_first() -> None:
    with pytest.raises(ValueError):
        ChainLink(kid="k", seq=1, prev_sha256="a" * 64)
    with pytest.raises(ValueError):
        ChainLink(kid="k", seq=2, prev_sha256=None)


@pytest.mark.parametrize(
    "change",
    [
        {"report_id": "1"},
        {"kind": "wipe"},
        {"schema": "regain-report/2.0"},
        {"exercise": "false"},
        {"exercise": 0},
        {"operator": 42},
        {"time": {}},
        {"erasures": {}},
        {"chain": {"kid": "k" * 43, "seq": 1.0}},
        {"chain": {"kid": "k" * 43, "seq": True}},
    ],
)
def test_loose_types_are_refused(change: dict[str, object]) -> None:
    wire = report(evidence()).to_wire() | change
    assert damaged(json.dumps(wire).encode()).params["part"] == "content"


def test_a_duplicate_key_nan_and_garbage_are_refused() -> None:
    data = report(evidence()).to_bytes()
    assert damaged(data[:-1] + b',"operator":"9999"}').error_id == "record-damaged"
    assert damaged(data.replace(b'"duration_s":5612.4', b'"duration_s":NaN')).error_id == "record-damaged"
    assert damaged(data.replace(b'"duration_s":5612.4', b'"duration_s":1e999')).error_id == "record-damaged"
    for noise in (b"", b"[]", b"null", data[:-1], b"\xff" + data, b"[" * 100_000):
        assert damaged(noise).error_id == "record-damaged"


def test_a_report_above_256_kb_is_neither_written_nor_read() -> None:
    with pytest.raises(Fault) as caught:
        report(evidence(smart_before={"raw": "x" * MAX_BYTES})).to_bytes()
    assert caught.value.error_id == "record-too-big"
    assert damaged(b" " * (MAX_BYTES + 1)).error_id == "record-too-big"


def test_the_reader_accepts_what_a_later_minor_version_adds_and_the_writer_does_not() -> None:
    wire = report(evidence()).to_wire() | {"schema": "regain-report/1.7", "novelty": {"a": 1}}
    wire["erasures"][0]["novelty"] = [1]
    wire["erasures"][0]["disk"]["novelty"] = 2
    wire["time"]["created"]["novelty"] = True
    data = json.dumps(wire).encode()
    assert read_report(data).erasures == report(evidence()).erasures
    with pytest.raises(Fault) as caught:
        read_strict(data)
    assert caught.value.params["where"].endswith("novelty")


@given(st.binary(max_size=200))
def test_noise_is_a_fault_and_never_another_exception(data: bytes) -> None:
    damaged(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.dictionaries(st.text(), v), max_leaves=8
    )
)
def test_strict_json_reads_what_json_wrote(value: object) -> None:
    assert strictjson.loads(json.dumps(value)) == value


def test_certificate_numbers() -> None:
    assert certificate_number(year=2026, workshop="RC", stick=0, counter=123, exercise=False) == "2026-RC-000123"
    assert certificate_number(year=2026, workshop="RC", stick=7, counter=12345, exercise=True) == "EX-2026-RC-0712345"
    for stick, counter in ((100, 1), (-1, 1), (0, 0)):
        with pytest.raises(ValueError):
            certificate_number(year=2026, workshop="RC", stick=stick, counter=counter, exercise=False)


def test_the_json_schema_can_be_told_to_others() -> None:
    schema = Report.model_json_schema()
    assert schema["properties"]["schema"]["pattern"].startswith("^regain-report/1")
    assert schema["additionalProperties"] is False


def test_a_chain_of_records_names_its_past() -> None:
    key = s.SigningKey.generate(exercise=False)
    tokens = chain(key, 3)
    links = [read_report(s.verify(t, keys={key.kid: key.public}, typ=s.TYP_REPORT)).chain for t in tokens]
    assert [link.prev_sha256 for link in links] == [None, s.sha256_of(tokens[0]), s.sha256_of(tokens[1])]
