"""Does Windows 11 accept this processor? Family, model and stepping decide; the by-name list testifies.

The rule is Microsoft's own (HardwareReadiness.ps1 and the appraiser's table, restated in ``data/rules.yaml``).
The list never turns a refusal into a yes; it decides alone only where one number could not be read
(6-142-9 and 6-158-9 without a platform id) or where no number was given at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent.eligibility import lists, names
from agent.eligibility.evidence import date_params
from agent.eligibility.names import Listed
from agent.model.eligibility import Answer


class CpuVerdict(StrEnum):
    """The word of ``regain cpu``. *unlisted* passes and is on no by-name list."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNLISTED = "unlisted"
    NEEDS_PLATFORM_ID = "needs_platform_id"
    UNKNOWN = "unknown"


class Rule(StrEnum):
    """What decided: the numbers, the list, or both in agreement."""

    FMS = "fms"
    LIST = "list"
    BOTH = "both"


class CpuCheck(StrEnum):
    """The rule alone, on the numbers given."""

    PASS = "pass"
    FAIL = "fail"
    NEEDS_PLATFORM_ID = "needs_platform_id"
    NOT_X86 = "not_x86"  # ARM whose feature flags are not known
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuAnswer:
    """``check`` is the answer of the Windows check ``cpu``; ``reason`` a message id that ``params`` fill."""

    brand_raw: str
    verdict: CpuVerdict
    name: str | None
    rule: Rule
    contradiction: bool
    check: Answer
    cpu_check: CpuCheck
    cpu_listed: Listed
    reason: str
    series: str | None = None
    engineering_sample: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)

    def wire(self) -> dict[str, Any]:
        """The object of ``regain cpu --json``; keys with no value are null, not left out (COMMANDS contract)."""
        return {
            "brand_raw": self.brand_raw,
            "verdict": self.verdict.value,
            "name": self.name,
            "rule": self.rule.value,
            "contradiction": self.contradiction,
            "cpu_check": self.cpu_check.value,
            "cpu_listed": self.cpu_listed.value,
            "series": self.series,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Everything the table of section 4 looks at."""

    cpu_check: CpuCheck
    listed: Listed
    brand_usable: bool
    device_bound: bool  # i7-7820HQ: named on the list for two PC models only
    model_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line of the table: check, verdict, rule, contradiction, sentence."""

    check: Answer
    verdict: CpuVerdict
    rule: Rule
    reason: str
    contradiction: bool = False


def vendor_key(vendor: str | None, brand: str | None) -> str | None:
    """ "intel", "amd", "qualcomm", "other", or None when neither the vendor nor the brand tells."""
    if vendor and vendor.strip():
        said = _plain(vendor)
        for table in (lists.rules()["cpu"]["vendors"], lists.rules()["cpu"]["vendors_in_smbios"]):
            for key, spellings in table.items():
                if said in {_plain(s) for s in spellings}:
                    return str(key)
        # firmware words the maker in many ways: "Intel Corp.", "QUALCOMM", "Advanced Micro Devices"
        known = {"genuine": "intel", "intel": "intel", "amd": "amd", "advanced": "amd", "authentic": "amd"}
        first = re.split(r"[ (]", said, maxsplit=1)[0]
        return {**known, "qualcomm": "qualcomm"}.get(first, "qualcomm" if _is_snapdragon(said, brand) else "other")
    words = set(re.findall(r"[a-z]+", names.tidy(brand or "").lower()))
    for key, signs in (
        ("intel", {"intel"}),
        ("amd", {"amd", "ryzen", "epyc", "athlon"}),
        ("qualcomm", {"qualcomm", "snapdragon"}),
        ("intel", {"celeron", "pentium", "xeon"}),
        ("other", {"zhaoxin", "via", "hygon"}),
    ):
        if words & signs:
            return key
    return None


def _is_snapdragon(vendor: str, brand: str | None) -> bool:
    """ARM cores are said to be of "ARM", or of the maker of the PC; the name tells whose chip it is."""
    return vendor in ("arm", "microsoft", "aarch64") and bool(re.search(r"snapdragon|\bsq[123]\b", brand or "", re.I))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9() ]", " ", text.lower()).split())


def run_rule(
    *,
    vendor: str | None,
    family: int | None,
    model: int | None,
    stepping: int | None,
    platform_id: int | None,
    flags: Collection[str] | None = None,
) -> CpuCheck:
    """Microsoft's rule on the numbers alone; ``vendor`` as ``vendor_key`` tells it. None = not known.

    A refusal that the known numbers already prove is FAIL, whatever else is missing.
    """
    rule = lists.rules()["cpu"]
    if vendor == "other":
        return CpuCheck.FAIL
    if vendor is None:
        return CpuCheck.UNREADABLE
    if vendor == "qualcomm":
        if flags is None:
            return CpuCheck.NOT_X86
        return CpuCheck.PASS if rule["arm_needs_flag"] in flags else CpuCheck.FAIL
    if flags is not None and rule["needs_flag"] not in flags:
        return CpuCheck.FAIL
    answers = {
        _refused(line, family=family, model=model, stepping=stepping, platform_id=platform_id)
        for line in rule["refused"][vendor]
    }
    for worst in (CpuCheck.FAIL, CpuCheck.UNREADABLE, CpuCheck.NEEDS_PLATFORM_ID):
        if worst in answers:
            return worst
    return CpuCheck.PASS if family is not None else CpuCheck.UNREADABLE


def _refused(
    line: Mapping[str, Any], *, family: int | None, model: int | None, stepping: int | None, platform_id: int | None
) -> CpuCheck:
    """Does one line of the table refuse this processor? FAIL = yes, PASS = no, else what is missing to tell."""
    parts = [_within(family, line["family"])]
    if "model" in line:
        outside = model is not None and model in line.get("not_models", ())
        parts.append(False if outside else _within(model, line["model"]))
    if "stepping" in line:
        parts.append(None if stepping is None else stepping == line["stepping"])
    if False in parts:
        return CpuCheck.PASS
    if None in parts:
        return CpuCheck.UNREADABLE
    if "unless_mask" not in line:
        return CpuCheck.FAIL
    if platform_id is None or platform_id.bit_count() != 1:  # the kernel prints exactly one bit; anything else is noise
        return CpuCheck.NEEDS_PLATFORM_ID
    return CpuCheck.PASS if platform_id == line["unless_mask"] else CpuCheck.FAIL


def _within(number: int | None, bounds: list[int]) -> bool | None:
    return None if number is None else bounds[0] <= number <= bounds[1]


def _exception(brand: str | None, system_model: str | None) -> bool:
    """The one name that passes by itself: i7-7820HQ in two PC models (step 5 of the rule)."""
    rule = lists.rules()["cpu"]["exception"]
    named = rule["brand_contains"] in names.tidy(brand or "").lower()
    return named and (system_model or "").strip().lower() in rule["system_models"]


def _decide(case: _Case) -> _Row:
    """The table of ELIGIBILITY section 4."""
    named = case.listed in (Listed.EXACT, Listed.ALIAS)
    if case.cpu_check is CpuCheck.PASS:
        if named:
            return _Row(check=Answer.PASS, verdict=CpuVerdict.SUPPORTED, rule=Rule.BOTH, reason="check-cpu-pass-named")
        reason = f"check-cpu-pass-{case.listed.value}"
        return _Row(check=Answer.PASS, verdict=CpuVerdict.UNLISTED, rule=Rule.FMS, reason=reason)
    if case.cpu_check is CpuCheck.FAIL:
        reason = "check-cpu-fail-named" if named else "check-cpu-fail"
        return _Row(
            check=Answer.FAIL, verdict=CpuVerdict.UNSUPPORTED, rule=Rule.FMS, reason=reason, contradiction=named
        )
    if case.cpu_check is CpuCheck.NEEDS_PLATFORM_ID:
        return _decide_without_platform_id(case, named=named)
    return _decide_by_list(case, named=named)


def _decide_without_platform_id(case: _Case, *, named: bool) -> _Row:
    undecided = _Row(
        check=Answer.UNDETERMINED,
        verdict=CpuVerdict.NEEDS_PLATFORM_ID,
        rule=Rule.FMS,
        reason="check-cpu-needs-platform-id",
    )
    if not case.brand_usable or (case.device_bound and not case.model_known):
        return undecided
    if case.device_bound:
        return _Row(
            check=Answer.FAIL,
            verdict=CpuVerdict.UNSUPPORTED,
            rule=Rule.BOTH,
            reason="check-cpu-fail-other-model",
            contradiction=True,
        )
    if named:
        return _Row(check=Answer.PASS, verdict=CpuVerdict.SUPPORTED, rule=Rule.LIST, reason="check-cpu-pass-by-list")
    return _Row(check=Answer.FAIL, verdict=CpuVerdict.UNSUPPORTED, rule=Rule.LIST, reason="check-cpu-fail-by-list")


def _decide_by_list(case: _Case, *, named: bool) -> _Row:
    """No numbers: a name on the list says yes, its absence says nothing (the list is not exhaustive)."""
    if case.device_bound:
        if not case.model_known:
            return _unknown("check-cpu-device-bound", Rule.LIST)
        return _Row(
            check=Answer.UNDETERMINED,
            verdict=CpuVerdict.UNSUPPORTED,
            rule=Rule.LIST,
            reason="check-cpu-fail-other-model",
            contradiction=True,
        )
    if named:
        return _Row(
            check=Answer.UNDETERMINED,
            verdict=CpuVerdict.SUPPORTED,
            rule=Rule.LIST,
            reason="check-cpu-named-without-numbers",
        )
    return _unknown("check-cpu-unreadable", Rule.LIST if case.brand_usable else Rule.FMS)


def _unknown(reason: str, rule: Rule) -> _Row:
    return _Row(check=Answer.UNDETERMINED, verdict=CpuVerdict.UNKNOWN, rule=rule, reason=reason)


def _known_arm_without_atomics(brand: str | None) -> bool:
    known = {name.lower() for name in lists.rules()["cpu"]["arm_without_flag"]}
    return names.normalise(brand or "").lower() in known


def judge_cpu(
    *,
    brand_raw: str | None,
    vendor: str | None,
    family: int | None,
    model: int | None,
    stepping: int | None,
    platform_id: int | None,
    system_model: str | None,
    flags: Collection[str] | None = None,
) -> CpuAnswer:
    """One processor: rule, list, verdict. ``family`` and ``model`` extended, as /proc/cpuinfo prints them.

    ``platform_id`` is the one-bit mask of the kernel; None and "" mean "not known". Raises Fault data-damaged.
    """
    brand = brand_raw or ""
    key = vendor_key(vendor, brand)
    match = names.look_up(brand, key) if key != "other" else names.Match(kind=Listed.NONE)
    excepted = _exception(brand, system_model)
    check = (
        CpuCheck.PASS
        if excepted
        else run_rule(vendor=key, family=family, model=model, stepping=stepping, platform_id=platform_id, flags=flags)
    )
    if check is CpuCheck.NOT_X86 and _known_arm_without_atomics(brand):
        check = CpuCheck.FAIL
    bound = (match.name or "").lower() == lists.rules()["cpu"]["exception"]["brand_name"]
    case = _Case(
        cpu_check=check,
        listed=match.kind,
        brand_usable=names.usable(brand),
        device_bound=bound and not excepted,
        model_known=bool(system_model and system_model.strip()),
    )
    row = _decide(case)
    return CpuAnswer(
        brand_raw=brand,
        verdict=row.verdict,
        name=match.name,
        rule=row.rule,
        contradiction=row.contradiction,
        check=row.check,
        cpu_check=check,
        cpu_listed=match.kind,
        reason=row.reason,
        series=match.series,
        engineering_sample=names.engineering_sample(brand),
        params=_params(brand, match, (family, model, stepping), vendor, system_model),
    )


def _params(
    brand: str, match: names.Match, numbers: tuple[int | None, ...], vendor: str | None, system_model: str | None
) -> dict[str, Any]:
    """What every sentence about a processor may need; all of it text, so that no number is grouped."""
    dates = lists.provenance()
    return {
        "brand": names.tidy(brand) or "-",
        "name": match.name or "-",
        "series": match.series or "-",
        "vendor": (vendor or "").strip() or "-",
        "numbers": "-".join("?" if n is None else str(n) for n in numbers),
        "product": (system_model or "").strip() or "-",
        **date_params(match.until, "until_"),
        **date_params(dates["cpu_list"]["date"], "list_"),
        **date_params(dates["rule"]["date"], "rule_"),
    }


def unreadable_row(brand_raw: str, reason: str, **params: Any) -> CpuAnswer:
    """The answer for numbers that could not be read (a bad row of a batch): never a guess, never a crash."""
    return CpuAnswer(
        brand_raw=brand_raw,
        verdict=CpuVerdict.UNKNOWN,
        name=None,
        rule=Rule.FMS,
        contradiction=False,
        check=Answer.UNDETERMINED,
        cpu_check=CpuCheck.UNREADABLE,
        cpu_listed=Listed.NONE,
        reason=reason,
        params=params,
    )
