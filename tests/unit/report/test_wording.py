"""Each row of the table of REPORT section 10: a report that must produce the words and one that must not."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.locale import words
from agent.model.erasure import Level, Outcome
from agent.model.report import Disposition, Report
from agent.report.phrases import say
from agent.report.wording import REQUIRED_TESTS, Line, Wording, missing_tests, wording
from tests.unit.report.samples import (
    DOUBTFUL,
    ELIGIBILITY,
    HDD,
    INSTANT,
    INVENTORY,
    OVERWRITE,
    PLAN,
    SSD,
    evidence,
    failed,
    formatted,
    purged,
    report,
    with_exceptions,
)

FORBIDDEN = re.compile(
    r"certifi[ée]e? (nist|anssi|cspn)|nist certified|\bdod\b|militaire|military|irr[ée]cup[ée]rable|unrecoverable"
    r"|100 ?%|effacement réussi|erasure succeeded|licence garantie|compatible windows|comme neuf|état neuf|à neuf"
    r"|like new|as new|conforme rgpd|gdpr compliant|zéro carbone|écologique|green",
    re.IGNORECASE,
)


def ids(said: Wording) -> set[str]:
    lines: list[Line | None] = [said.title, said.date, said.condition, *said.windows, *said.install, *said.signature]
    for disk in said.disks:
        lines += [disk.claim, *disk.beside]
    return {line.id for line in lines if line is not None}


def text(made: Report, lang: str = "fr") -> str:
    """Everything that would be printed, in one string."""
    said, w = wording(made), words(lang)
    lines: list[Line | None] = [said.title, said.date, said.condition, *said.windows, *said.install]
    for disk in said.disks:
        lines += [disk.claim, *disk.beside]
    spoken = "\n".join(say(w, line) for line in lines if line is not None)
    return spoken.replace("\u00a0", " ").replace("\u202f", " ")


# --- titles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "good", [[evidence()], [purged()], [with_exceptions()], [evidence(), purged(), with_exceptions()]]
)
def test_proven_disks_make_a_certificate(good: list[Any]) -> None:
    said = wording(report(*good))
    assert said.certificate
    assert words("fr")(said.title.id) == "Certificat d’effacement"


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REFUSED, Outcome.UNKNOWN])
def test_one_disk_that_is_not_proven_makes_a_statement_of_failure(outcome: Outcome) -> None:
    said = wording(report(evidence(), failed(SSD, outcome=outcome)))
    assert not said.certificate
    assert words("fr")(said.title.id) == "Constat d’effacement non abouti"
    assert "certificat" not in words("fr")(said.title.id).lower()


def test_a_disk_left_alone_makes_no_certificate_and_a_stick_does_not_matter() -> None:
    def plan(reason: str) -> dict[str, Any]:
        return PLAN | {
            "excluded": [{"path": "/dev/sdb", "model": "M", "suffix": "1234", "size_bytes": 1, "reason": reason}]
        }

    assert not wording(report(evidence(), plan=plan("excluded-in-use"))).certificate
    assert not wording(report(evidence(), plan=plan("something-new"))).certificate
    assert wording(report(evidence(), plan=plan("excluded-boot-medium"))).certificate


def test_without_erasures_there_is_no_certificate() -> None:
    assert wording(report(kind="audit", certificate_number=None)).title.id == "paper-title-statement"


# --- claims -----------------------------------------------------------------------------------------------------


def test_purge_is_said_when_it_was_purged_and_the_evidence_is_there() -> None:
    made = report(purged())
    assert "Effacement renforcé (Purge, IEEE 2883-2022 / NIST SP 800-88r2), technique : SANITIZE ATA, blocs." in text(
        made
    )


NO_TRANSITION = purged(status_timeline=({"t": "1", "state": "completed"},))
ALIVE = dataclasses.replace(purged().canaries, alive_after=1)  # type: ignore[type-var]
NEVER_LOOKED = dataclasses.replace(purged().canaries, alive_after=None)  # type: ignore[type-var]
MATCHING = dataclasses.replace(purged().canaries, witnesses_matching=2)  # type: ignore[type-var]


@pytest.mark.parametrize(
    "weak",
    [
        NO_TRANSITION,
        purged(verification=None),
        purged(verification=dataclasses.replace(purged().verification, mismatches=1)),  # type: ignore[type-var]
        purged(canaries=None),
        purged(canaries=ALIVE),
        purged(canaries=NEVER_LOOKED),
        purged(canaries=MATCHING),
        purged(level=Level.CLEAR),
    ],
)
def test_purge_without_its_evidence_is_not_said(weak: Any) -> None:
    said = wording(report(weak))
    assert said.disks[0].claim.id == "paper-claim-without-evidence"
    assert not said.certificate
    assert "Purge" not in text(report(weak))


def test_clear_is_said_and_never_purge_for_an_overwrite() -> None:
    made = report(evidence())
    assert "Effacement simple (Clear" in text(made)
    assert "renforcé (Purge" not in text(made)
    assert "Purge" not in text(made)


@pytest.mark.parametrize(
    "weak",
    [
        evidence(verification=None),
        evidence(bytes_covered=HDD["size_bytes"] - 512),
        evidence(passes=()),
        evidence(canaries=dataclasses.replace(evidence().canaries, alive_after=3)),  # type: ignore[type-var]
        evidence(level=Level.PURGE),
        evidence(exceptions=({"id": "exception-hpa", "bytes": 512},)),
    ],
)
def test_clear_without_its_evidence_is_not_said(weak: Any) -> None:
    said = wording(report(weak))
    assert said.disks[0].claim.id == "paper-claim-without-evidence"
    assert not said.certificate


def test_an_overwritten_ssd_says_that_it_is_no_purge_and_a_disk_does_not() -> None:
    sentence = "L’écrasement d’un SSD n’est pas un effacement renforcé."
    assert sentence in text(report(evidence(SSD)))
    assert sentence in text(report(evidence(SSD | {"medium": "nvme"})))
    assert sentence not in text(report(evidence(HDD)))
    assert sentence not in text(report(purged(SSD)))


def test_exceptions_are_counted_in_words_and_success_is_not_said() -> None:
    made = report(with_exceptions())
    assert "avec exceptions : 12 secteurs illisibles, 6 144 octets non couverts" in text(made)
    assert "réussi" not in text(made)
    assert "avec exceptions" not in text(report(evidence()))


def test_named_exceptions_stand_beside_the_claim() -> None:
    made = report(with_exceptions(exceptions=({"id": "exception-hpa-not-assessed", "bytes": None},)))
    assert "exception-hpa-not-assessed" in ids(wording(made))
    assert "paper-hidden-not-assessed" not in ids(wording(made)), "it is said once"
    assert "paper-hidden-not-assessed" in ids(wording(report(evidence(SSD))))
    assert "paper-hidden-not-assessed" not in ids(wording(report(evidence(HDD))))


def test_a_record_cannot_bring_its_own_claim() -> None:
    forged = dataclasses.replace(OVERWRITE, claim="paper-claim-purge")
    assert "paper-claim-purge" not in ids(wording(report(evidence(method=forged))))


def test_a_rehearsal_says_so() -> None:
    made = report(evidence(rehearsal=True, rehearsal_scale=4096), exercise=True)
    said = wording(made)
    assert said.exercise
    assert said.disks[0].beside[-1] == Line(id="paper-rehearsal-scale", params={"scale": 4096})
    assert said.condition is None
    assert not wording(report(evidence())).exercise


# --- date -------------------------------------------------------------------------------------------------------


def test_the_date_is_worth_what_the_clock_was() -> None:
    assert "date non garantie (pile de l’horloge)" in text(report(evidence(), created=DOUBTFUL))
    assert "date non garantie" not in text(report(evidence(), created=INSTANT))
    rtc = INSTANT.model_copy(update={"source": "rtc", "trusted": False})
    assert "horloge du poste non vérifiée" in text(report(evidence(), created=rtc))
    received = wording(report(evidence(), created=DOUBTFUL), received_at="2026-11-23T15:00:00Z").date
    assert received is not None
    assert received.id == "paper-date-received"


# --- windows and install -----------------------------------------------------------------------------------------


def test_an_oem_key_is_present_or_not_said() -> None:
    assert "Clé OEM Windows présente" in text(report(evidence()))
    assert "OEM" not in text(report(evidence(), inventory=INVENTORY | {"oem_windows_key": "absent"}))
    assert "OEM" not in text(report(evidence(), inventory=INVENTORY | {"oem_windows_key": {"unreadable": "x"}}))


@pytest.mark.parametrize(
    "verdict",
    ["eligible", "eligible_after_firmware_change", "eligible_after_upgrade", "not_eligible", "undetermined"],
)
def test_every_verdict_has_its_word_and_undetermined_stays_so(verdict: str) -> None:
    eligibility = ELIGIBILITY | {"windows11": {"verdict": verdict, "checks": []}}
    said = text(report(evidence(), eligibility=eligibility))
    assert "Windows 11 : " in said
    assert ("indéterminé" in said) == (verdict == "undetermined")
    assert "compatible" not in said


def test_an_image_is_unconfirmed_until_its_manifest_says_proven() -> None:
    done = {"ok": True, "verified": "checked", "seconds": 1.0}
    assert "Image non confirmée en atelier" in text(report(evidence(), install=done | {"status": "unproven"}))
    assert "Image non confirmée en atelier" in text(report(evidence(), install=done))
    assert "non confirmée" not in text(report(evidence(), install=done | {"status": "proven"}))


def test_an_install_says_how_much_was_seen() -> None:
    for install, expected in (
        ({"ok": True, "verified": "none"}, "paper-install-none"),
        ({"ok": True, "verified": "checked"}, "paper-install-checked"),
        ({"ok": True, "verified": "started"}, "paper-install-started"),
        ({"ok": True, "verified": "none", "rehearsed": True}, "paper-install-repeated"),
        ({"ok": False, "verified": "none"}, "paper-install-failed"),
        ({"ok": False, "status": "locked"}, "paper-install-locked"),
        ({"ok": True, "verified": "checked", "status": "staged", "image_status": "proven"}, "paper-install-staged"),
    ):
        assert expected in ids(wording(report(evidence(), install=install)))
    why = report(evidence(), install={"ok": True}, plan=PLAN | {"unproven_reason": "disque neuf"})
    assert "paper-install-unproven" in ids(wording(why))


def test_staged_setup_is_no_installed_system_on_the_paper() -> None:
    """Not even when somebody says that it started: that is said of a Windows, with a record of its own."""
    staged = {"ok": True, "verified": "started", "status": "staged", "image_status": "proven", "os_family": "windows"}
    made = report(evidence(), install=staged)
    assert made.install is not None and made.install.result == "staged"
    said = ids(wording(made))
    assert "paper-install-staged" in said and not {"paper-install-started", "paper-install-checked"} & set(said)
    assert "Système installé" not in text(made)
    for said_so in ("Préparé", "Windows n’est pas encore installé", "premier démarrage", "Personne ne l’a vu démarrer"):
        assert said_so in text(made)


def test_a_windows_that_setup_installed_is_told_so_once_a_person_saw_it() -> None:
    seen = {"ok": True, "verified": "started", "status": "done", "image_status": "unproven", "os_family": "windows"}
    made = report(evidence(), install=seen | {"path": "setup"})
    said = ids(wording(made))
    assert "paper-install-setup-started" in said and not {"paper-install-started", "paper-windows-start"} & set(said)
    assert "paper-install-started" in ids(wording(report(evidence(), install=seen | {"path": "apply"})))


# --- the word « reconditionné » ----------------------------------------------------------------------------------


def results_of(form: str, **results: str) -> list[dict[str, Any]]:
    passed = {name: "pass" for name in REQUIRED_TESTS[form]} | results
    return [
        {"id": n, "result": r, "mode": "manual", "reason": "n'existe pas" if r == "not_applicable" else None}
        for n, r in passed.items()
    ]


STARTED = {"ok": True, "verified": "started", "status": "proven"}


def refurbished(*erased: Any, **changes: Any) -> Report:
    given: dict[str, Any] = {"tests": results_of("laptop"), "install": STARTED}
    return report(*(erased or (evidence(),)), **(given | changes))


def condition(made: Report) -> str | None:
    line = wording(made).condition
    return line.id if line else None


def test_refurbished_is_said_when_everything_was_tested_emptied_and_started() -> None:
    assert condition(refurbished()) == "paper-condition-refurbished"
    assert "Reconditionné" in text(refurbished())
    assert condition(refurbished(purged())) == "paper-condition-refurbished"
    optional = results_of("laptop", touchscreen="not_applicable")
    assert condition(refurbished(tests=optional)) == "paper-condition-refurbished"
    without = refurbished(install=None).model_copy(
        update={"disposition": Disposition(outcome="reuse", without_system=True)}
    )
    assert condition(without) == "paper-condition-refurbished"


@pytest.mark.parametrize("name", sorted(REQUIRED_TESTS["laptop"]))
@pytest.mark.parametrize("result", ["fail", "skipped", "warn"])
def test_one_test_is_enough_to_lose_the_word(name: str, result: str) -> None:
    made = refurbished(tests=results_of("laptop", **{name: result}))
    assert missing_tests(made) == [name]
    assert condition(made) == "paper-condition-used-tested"
    assert "econditionné" not in text(made)


@pytest.mark.parametrize(
    "changes",
    [
        {"install": None},
        {"install": STARTED | {"verified": "checked"}},
        {"install": STARTED | {"ok": False}},
        {"tests": results_of("desktop")},
        {"tests": []},
        {"inventory": INVENTORY | {"disks": {"unreadable": "lsblk failed"}}},
        {"inventory": INVENTORY | {"disks": [{"model": "a"}, {"model": "b"}]}},
        {"inventory": {k: v for k, v in INVENTORY.items() if k != "disks"}},
        {"plan": PLAN | {"excluded": [{"model": "M", "suffix": "1", "reason": "excluded-in-use"}]}},
    ],
)
def test_anything_missing_loses_the_word(changes: dict[str, Any]) -> None:
    assert condition(refurbished(**changes)) != "paper-condition-refurbished"


def test_a_test_that_does_not_apply_needs_its_reason() -> None:
    told = [
        t | {"reason": None} if t["id"] == "touchscreen" else t
        for t in results_of("laptop", touchscreen="not_applicable")
    ]
    assert condition(refurbished(tests=told)) == "paper-condition-used-tested"


def test_exceptions_lose_the_word_and_failures_lose_all_words() -> None:
    assert condition(refurbished(with_exceptions())) == "paper-condition-used-tested"
    assert condition(refurbished(failed())) is None
    assert condition(refurbished(evidence(rehearsal=True), exercise=True)) is None


def test_an_unknown_form_asks_for_the_longest_list() -> None:
    unknown = INVENTORY | {"chassis": {"type": {"unreadable": "x"}}}
    assert condition(refurbished(inventory=unknown, tests=results_of("desktop"))) == "paper-condition-used-tested"
    desktop = INVENTORY | {"chassis": {"type": "Mini Tower"}}
    assert condition(refurbished(inventory=desktop, tests=results_of("desktop"))) == "paper-condition-refurbished"


def test_for_parts() -> None:
    assert condition(report(failed(), kind="scrap")) == "paper-condition-parts"
    assert condition(report(evidence())) == "paper-condition-used"


# --- never ------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.sampled_from([evidence(), evidence(SSD), purged(), with_exceptions(), failed()]), max_size=3),
    st.sampled_from([None, STARTED, {"ok": False}, {"ok": True, "rehearsed": True}]),
    st.sampled_from(["eligible", "undetermined", "not_eligible"]),
    st.sampled_from(["fr", "en"]),
)
def test_no_report_produces_a_forbidden_word(erased: list[Any], install: Any, verdict: str, lang: str) -> None:
    made = report(*erased, install=install, eligibility={"windows11": {"verdict": verdict}})
    assert not FORBIDDEN.search(text(made, lang))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_sentence_of_the_room_holds_a_forbidden_word(lang: str) -> None:
    from importlib import resources

    room = resources.files("agent.locale").joinpath(lang, "report.ftl").read_text(encoding="utf-8")
    assert FORBIDDEN.findall(room.replace("Clé OEM", "")) == []


# --- a command of the drive -----------------------------------------------------------------------------------------


def test_a_format_that_was_looked_at_is_a_clear_and_says_it_is_no_purge() -> None:
    made = report(formatted())
    said = wording(made)
    assert said.certificate and {"paper-claim-clear", "claim-nvme-format"} <= ids(said)
    assert "technique : Format NVMe" in text(made) and "pas un effacement renforcé" in text(made)
    assert "paper-ssd-overwrite" not in ids(said)
    [entry] = made.to_wire()["erasures"]
    assert entry["command_check"] == {
        "technique": "nvme-format",
        "looked": 2902,
        "alive": 0,
        "unreadable": 0,
        "witnesses_matching": 0,
        "classes": {"zeros": 2902},
    }


@pytest.mark.parametrize(
    "changes",
    [None, {"alive": 1}, {"witnesses_matching": 1}, {"looked": 0}, {"unreadable": 2902}],
    ids=["never-looked", "canary", "former-content", "nothing-to-look-at", "unreadable"],
)
def test_a_format_nobody_saw_erase_is_no_certificate_whatever_the_record_claims(changes: Any) -> None:
    seen = formatted().inspection
    assert seen is not None
    made = report(formatted(inspection=None if changes is None else dataclasses.replace(seen, **changes)))
    said = wording(made)
    assert not said.certificate and "paper-claim-without-evidence" in ids(said)


def test_a_drive_that_only_said_done_is_named_beside_the_overwrite() -> None:
    told = {"id": "exception-command-erased-nothing", "bytes": None, "alive": 2902, "looked": 2902}
    after = dataclasses.replace(OVERWRITE, passes=2, claim="claim-ssd-overwrite")
    made = report(
        formatted(
            method=after, outcome=Outcome.CLEARED_WITH_EXCEPTIONS, exceptions=(told,), bytes_covered=SSD["size_bytes"]
        )
    )
    assert {"paper-claim-clear-exceptions", "paper-ssd-overwrite"} <= ids(wording(made))
    assert "encorelà:2902sur2902" in text(made).replace(" ", "")
