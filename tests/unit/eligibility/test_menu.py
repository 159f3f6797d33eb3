"""The way into the firmware's menu: the key by maker, the restart where the firmware takes it, the sentence."""

from __future__ import annotations

import dataclasses

import pytest

from agent.eligibility import linux, menu, windows11
from agent.locale import LANGUAGES, words
from agent.model.eligibility import Answer
from agent.model.facts import Absent
from agent.model.inventory import System
from agent.model.value import replace
from tests.unit.eligibility.eligible_pc import k, pc
from tests.unit.eligibility.test_whole_machines import NO_TPM


@pytest.mark.parametrize(
    ("maker", "product", "name", "key"),
    [
        ("LENOVO", "20L5S0E200", "ThinkPad T480", "f1"),
        ("LENOVO", "10M8S0A300", "ThinkCentre M910q", "f1"),
        ("LENOVO", "81C3", "YOGA C630-13Q50", "f2"),
        ("Hewlett-Packard", "HP EliteBook 840 G3", "HP EliteBook 840 G3", "f10"),
        ("HP", "HP 200 G3 AiO PC", "HP 200 G3 AiO PC", "f10"),
        ("Dell Inc.", "OptiPlex 7010", "OptiPlex 7010", "f2"),
        ("ASUSTeK COMPUTER INC.", "G551JM", "G551JM", "f2"),
        ("Micro-Star International Co., Ltd.", "MS-7A38", "MS-7A38", "delete"),
        ("Microsoft Corporation", "Surface Go 2", "Surface Go 2", "volume"),
        ("Microsoft Corporation", "Virtual Machine", "Virtual Machine", "any"),
        ("Unheard Of", "X", "X", "any"),
    ],
)
def test_the_key_by_maker(maker: str, product: str, name: str, key: str) -> None:
    system = System(manufacturer=k(maker), product=k(product), model_name=k(name))
    assert menu.key(replace(pc(), system=system)) == key


def test_nothing_known_of_the_pc_names_all_keys() -> None:
    assert menu.key(replace(pc(), system=System())) == "any"


@pytest.mark.parametrize(("fact", "told"), [(k(True), "yes"), (k(False), "no"), (Absent("none"), "no"), (None, "no")])
def test_a_restart_is_promised_only_where_the_firmware_takes_it(fact: object, told: str) -> None:
    found = pc(tpm=NO_TPM)
    found = replace(found, firmware=replace(found.firmware, menu_at_restart=fact))
    (check,) = [c for c in windows11.judge(found).checks if c.remedy == "tpm-enable"]
    assert check.params["restart"] == told
    assert menu.needed(windows11.judge(found).checks) == check


def test_nobody_is_sent_there_who_has_nothing_to_settle() -> None:
    checks = windows11.judge(pc()).checks
    assert menu.needed(checks) is None
    passed = [dataclasses.replace(c, verdict=Answer.PASS, remedy="secure-boot-on") for c in checks]
    assert menu.needed(passed) is None, "an optional setting sends nobody"
    assert not any(
        "menu" in c.params for c in [*checks, *linux.judge(pc(), ()).checks] if c.remedy not in menu.REMEDIES
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("remedy", sorted(menu.REMEDIES - {"secure-boot-on"}))
def test_each_remedy_names_the_key_and_no_other(lang: str, remedy: str) -> None:
    say = words(lang)
    for key, shown in (
        ("f1", "F1"),
        ("f2", "F2"),
        ("delete", "Suppr" if lang == "fr" else "Del"),
        ("any", "F1, F2, F10"),
    ):
        text = say(remedy, menu=key, restart="no")
        assert shown in text and "{" not in text
        assert key == "any" or "F1, F2" not in text
    assert "volume" in say(remedy, menu="volume", restart="no")
