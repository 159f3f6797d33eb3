"""Every row of the table of section 8, at its threshold and just under it; what is absent is never 0."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.health import Rates, health, read_thresholds, thresholds
from agent.inventory.smart import smart_of
from agent.inventory.smartctl import parse_smartctl
from agent.locale import LANGUAGES, words
from agent.model.errors import Fault
from agent.model.facts import Absent, Known, Unreadable
from agent.model.health import Health, Smart, Verdict, unreadable
from agent.model.inventory import Disk
from agent.report.phrases import health_reason

RULES = thresholds()
GOOD: dict[str, Any] = {"smart_passed": True, "power_on_hours": 12_000, "reallocated_sectors": 0, "pending_sectors": 0}


def smart(**values: Any) -> Smart:
    return Smart(**{k: v if not isinstance(v, (int, bool)) else Known(v, "t") for k, v in (GOOD | values).items()})


def judge(after: Smart | None, before: Smart | None = None, *, purged: bool = False, **more: Any) -> Health:
    return health(smart() if before is None else before, after, RULES, firmware_purged=purged, **more)


def test_a_healthy_disk_is_kept_without_a_word() -> None:
    assert judge(smart()) == Health(rules_version=RULES.version, verdict=Verdict.KEEP)


@pytest.mark.parametrize(
    ("values", "verdict", "rule"),
    [
        ({"smart_passed": False}, "reject", "status"),
        ({"critical_warning": 1}, "reject", "critical-warning"),
        ({"critical_warning": 0}, "keep", None),
        ({"available_spare": 9, "available_spare_threshold": 10}, "reject", "spare"),
        ({"available_spare": 10, "available_spare_threshold": 10}, "keep", None),
        ({"available_spare": 3}, "keep", None),
        ({"power_on_hours": 60_000}, "reject", "hours"),
        ({"power_on_hours": 59_999}, "keep", None),
        ({"reallocated_sectors": 1}, "keep_with_notes", "reallocated"),
        ({"reallocated_sectors": 49}, "keep_with_notes", "reallocated"),
        ({"reallocated_sectors": 50}, "reject", "reallocated"),
        ({"grown_defects": 1}, "keep_with_notes", "reallocated"),
        ({"grown_defects": 50}, "reject", "reallocated"),
        ({"percentage_used": 79}, "keep", None),
        ({"percentage_used": 80}, "keep_with_notes", "wear"),
        ({"percentage_used": 100}, "reject", "wear"),
        ({"emmc_life_a": 10}, "keep", None),
        ({"emmc_life_b": 11}, "reject", "emmc-life"),
        ({"emmc_pre_eol": 2}, "keep", None),
        ({"emmc_pre_eol": 3}, "reject", "emmc-eol"),
    ],
)
def test_each_level(values: dict[str, Any], verdict: str, rule: str | None) -> None:
    """The same before and after: nothing grew."""
    found = judge(smart(**values), smart(**values))
    assert (found.verdict, [r.rule for r in found.reasons]) == (verdict, [rule] if rule else [])


@pytest.mark.parametrize("counter", ["pending_sectors", "offline_uncorrectable"])
def test_sectors_that_cannot_be_read_after_the_wipe(counter: str) -> None:
    now = smart(**{counter: 1})
    assert judge(now, now).verdict is Verdict.DESTROY, "an overwrite did not reach what is in them"
    assert judge(now, now, purged=True).verdict is Verdict.REJECT
    assert judge(smart(), smart(**{counter: 8})).verdict is Verdict.KEEP, "the wipe cured them"


@pytest.mark.parametrize(
    "counter",
    ["reallocated_sectors", "reallocation_events", "media_errors", "grown_defects", "uncorrected_errors"],
)
def test_growth_during_the_wipe_rejects(counter: str) -> None:
    found = judge(smart(**{counter: 4}), smart(**{counter: 3}))
    assert found.verdict is Verdict.REJECT
    (reason,) = [r for r in found.reasons if r.rule == "growth"]
    assert reason.params == {"counter": counter, "before": 3, "after": 4}
    assert not [r for r in judge(smart(**{counter: 3}), smart(**{counter: 4})).reasons if r.rule == "growth"]


def test_transmission_errors_alone_speak_of_the_cable() -> None:
    found = judge(smart(crc_errors=12), smart(crc_errors=2))
    assert (found.verdict, [r.id for r in found.reasons]) == (Verdict.KEEP_WITH_NOTES, ["health-cable"])
    assert judge(smart(crc_errors=900), smart(crc_errors=900)).verdict is Verdict.KEEP


@pytest.mark.parametrize("state", [Absent("no"), Unreadable("no"), None])
def test_what_is_not_told_is_neither_zero_nor_growth(state: Any) -> None:
    assert judge(smart(reallocated_sectors=7), smart(reallocated_sectors=state)).reasons[0].rule == "reallocated"
    assert judge(smart(reallocated_sectors=state), smart(reallocated_sectors=7)).verdict is Verdict.KEEP


def test_a_drive_that_tells_nothing_is_kept_with_a_note() -> None:
    for lost in (unreadable("time-out"), None, Smart(temperature_c=Known(30, "t"))):
        found = health(lost, lost, RULES, firmware_purged=False)
        assert (found.verdict, [r.id for r in found.reasons]) == (Verdict.KEEP_WITH_NOTES, ["health-not-told"])


def test_when_only_one_reading_succeeded_it_is_said_and_used() -> None:
    worn = smart(power_on_hours=70_000, pending_sectors=3)
    found = health(worn, unreadable("gone"), RULES, firmware_purged=False)
    assert [r.id for r in found.reasons] == ["health-hours", "health-not-read-after"], "3 pending may have been cured"
    found = health(unreadable("busy"), smart(), RULES, firmware_purged=False)
    assert [r.id for r in found.reasons] == ["health-not-read-before"]


def test_the_worst_rule_gives_the_verdict_and_comes_first() -> None:
    found = judge(smart(percentage_used=85, pending_sectors=2, power_on_hours=60_001))
    assert [r.verdict for r in found.reasons] == ["destroy", "reject", "reject", "keep_with_notes"]


def test_a_slow_disk_of_its_class_is_noted() -> None:
    slow = judge(smart(), rates=Rates(medium="ssd", write=28e6, read=390e6))
    assert [(r.id, r.params["way"], r.params["percent"]) for r in slow.reasons] == [("health-rate", "write", 7)]
    assert judge(smart(), rates=Rates(medium="ssd", write=161e6)).reasons == ()
    assert judge(smart(), rates=Rates(medium="unknown", write=1.0)).reasons == ()


def test_every_rule_has_a_source_and_the_file_a_version_and_a_date() -> None:
    assert RULES.version and RULES.date and all(rule.source for rule in RULES.rules)
    assert len({rule.id for rule in RULES.rules}) == len(RULES.rules)


@pytest.mark.parametrize(
    "text",
    [
        "header: {version: 1, date: d}\nrules: [{id: a, kind: level, facts: [not_a_counter], source: s}]",
        "header: {version: 1, date: d}\nrules: [{id: a, kind: odd, source: s}]",
        "header: {version: 1, date: d}\nrules: [{id: a, kind: level, facts: [media_errors]}]",
        "header: {version: 1, date: d}\nrules: [{id: a, kind: flag, source: s, typo: 3}]",
        "rules: []",
        "- a\n- b",
    ],
)
def test_a_misread_file_judges_nobody(text: str) -> None:
    with pytest.raises(Fault) as refused:
        read_thresholds(text)
    assert refused.value.error_id == "data-damaged"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_and_counter_has_its_words(lang: str) -> None:
    w = words(lang)
    for rule in RULES.rules:
        for name in rule.facts or ("",):
            params = {"counter": name, "value": 3, "limit": 2, "before": 1, "after": 2, "way": "write", "percent": 9}
            said = health_reason(w, f"health-{rule.id}", params)
            assert "{" not in said and "health-" not in said and "counter-" not in said, said
    for verdict in Verdict:
        assert w.has(f"health-{verdict.replace('_', '-')}")


# -- what real drives answered -------------------------------------------------------------------------------------


def of(shared: Path, name: str) -> Smart:
    found = parse_smartctl((shared / "fixtures/disks/smartctl" / name).read_bytes())
    assert isinstance(found, Disk), found
    return smart_of(found)


@pytest.mark.parametrize(
    ("name", "verdict", "rules"),
    [
        ("ST3500418AS_11.json", None, {"reallocated"}),
        ("WDC_WD20EFRX-68EUZN0_17.json", None, None),
        ("sat-HGST_Ultrastar_7K6000-HGST_HUS726020ALE614-sda.json", "reject", {"hours"}),
        ("sat-Hitachi_Deskstar_7K1000.C-Hitachi_HDS721010CLA332-sda.json", "reject", {"hours"}),
        ("MB0500EBNCR_13.json", "reject", {"hours"}),
        ("ata-pending-and-realloc.json", "destroy", {"pending", "reallocated"}),
        ("sas-st600mm0006.json", None, None),
        ("SAMSUNG_MZVL21T0HCLR-00B00_23.json", "keep", set()),
        ("nvme-null-Samsung_SSD_970_EVO_Plus_250GB-nvme0.json", "keep", set()),
    ],
)
def test_real_drives(shared: Path, name: str, verdict: str | None, rules: set[str] | None) -> None:
    smart = of(shared, name)
    found = health(smart, smart, RULES, firmware_purged=False)
    assert smart.told and found.rules_version == RULES.version
    assert verdict is None or found.verdict == verdict
    assert rules is None or {r.rule for r in found.reasons} >= rules


def test_every_recorded_drive_is_judged_the_same_twice(shared: Path) -> None:
    judged = 0
    for path in sorted((shared / "fixtures/disks/smartctl").glob("*.json")):
        found = parse_smartctl(path.read_bytes())
        if not isinstance(found, Disk):
            continue
        smart = smart_of(found)
        result = health(smart, smart, RULES, firmware_purged=False)
        assert not [r for r in result.reasons if r.rule in ("growth", "cable")], path.name
        judged += 1
    assert judged > 25


def test_an_attribute_that_a_drive_does_not_have_is_absent(shared: Path) -> None:
    smart = of(shared, "ironlib-r6515-sda.json")  # a boot SSD without attribute 197
    document = json.loads((shared / "fixtures/disks/smartctl/ironlib-r6515-sda.json").read_bytes())
    ids = {row["id"] for row in document["ata_smart_attributes"]["table"]}
    assert 197 not in ids and isinstance(smart.pending_sectors, Absent)
    assert of(shared, "SAMSUNG_MZVL21T0HCLR-00B00_23.json").pending_sectors is None, "no such counter on NVMe"
