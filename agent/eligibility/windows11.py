"""The Windows 11 verdict: one pure function per rule, then the worst answer (ELIGIBILITY sections 3 and 6).

``not_eligible`` > ``undetermined`` > ``eligible_after_upgrade`` > ``eligible_after_firmware_change`` > ``eligible``.
A fact that could not be read gives ``undetermined``; nothing here rounds it to yes or no.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from agent.eligibility import firmware as fw
from agent.eligibility import kinds, lists, menu
from agent.eligibility.capacity import disk, memory
from agent.eligibility.cpu import CpuAnswer, CpuCheck, judge_cpu
from agent.eligibility.evidence import (
    conflicts,
    said,
    sources,
    why,
    windows_check,
    without_root,
)
from agent.model.eligibility import Answer, Check, Windows11, WindowsVerdict
from agent.model.facts import Unreadable, known
from agent.model.inventory import Controller, Inventory


def processor(inventory: Inventory) -> CpuAnswer:
    """The processor of this PC, judged."""
    c = inventory.cpu
    return judge_cpu(
        brand_raw=known(c.brand_raw),
        vendor=known(c.vendor),
        family=known(c.family),
        model=known(c.model),
        stepping=known(c.stepping),
        platform_id=known(c.platform_id),
        system_model=known(inventory.system.product),
        flags=known(c.flags),
    )


def cpu(inventory: Inventory) -> Check:
    """Vendor, family, model and stepping by Microsoft's rule; the list is printed as evidence."""
    c = inventory.cpu
    judged = processor(inventory)
    verdict, message = judged.check, judged.reason
    numbers = (c.vendor, c.family, c.model, c.stepping)
    if verdict is Answer.PASS and any(isinstance(fact, Unreadable) for fact in numbers):
        verdict, message = Answer.UNDETERMINED, "check-cpu-unreadable"  # a part of the signature is missing
    if kinds.is_virtual(inventory):
        verdict, message = Answer.UNDETERMINED, "check-cpu-virtual"
    return windows_check(
        "cpu",
        verdict,
        message,
        found=f"{said(c.brand_raw)}; {said(c.vendor)} {judged.params['numbers']}; platform id {_mask(inventory)}; "
        f"rule {judged.cpu_check.value}, list {judged.cpu_listed.value}",
        source=sources(c.family, c.model, c.brand_raw),
        params={**judged.params, "why": why(*numbers)},
    )


def _mask(inventory: Inventory) -> str:
    mask = known(inventory.cpu.platform_id)
    return said(inventory.cpu.platform_id) if mask is None else f"{mask:#x}"


def cpu_instructions(inventory: Inventory) -> Check:
    """SSE4.2 and POPCNT (24H2 does not start without) and the documented ones.

    A processor that passes has them all, so a gap there is a conflict between two sources, not a refusal.
    """
    rule = lists.rules()["cpu_instructions"]
    flags = known(inventory.cpu.flags)
    judged = processor(inventory)
    wanted = [*rule["must"], *rule["documented"]]
    if kinds.is_arm(inventory):
        wanted = [lists.rules()["cpu"]["arm_needs_flag"]]
    missing = [name for name in wanted if name not in (flags or ())]
    params = {"missing": ", ".join(missing) or "-", "why": why(inventory.cpu.flags)}
    if flags is None:
        verdict, message = Answer.UNDETERMINED, "check-cpu-instructions-unreadable"
    elif not missing:
        verdict, message = Answer.PASS, "check-cpu-instructions-pass"
    elif judged.check is Answer.FAIL:
        verdict, message = Answer.FAIL, "check-cpu-instructions-fail"
    else:
        verdict, message = Answer.UNDETERMINED, "check-cpu-instructions-conflict"
    found = said(inventory.cpu.flags) if flags is None else f"missing: {params['missing']}"
    return windows_check(
        "cpu_instructions", verdict, message, found=found, source=sources(inventory.cpu.flags), params=params
    )


def cores(inventory: Inventory) -> Check:
    """Two logical processors or more, as the kernel counts them."""
    least = lists.rules()["cores"]["threads_min"]
    c = inventory.cpu
    counted = known(c.threads) or known(c.cores)
    params = {"threads": counted or 0, "cores": known(c.cores) or 0, "need": least, "why": why(c.threads)}
    limited = inventory.kernel_limits_cpus
    if counted is None or isinstance(c.threads, Unreadable):
        verdict, message = Answer.UNDETERMINED, "check-cores-unreadable"
    elif counted >= least:
        verdict, message = Answer.PASS, "check-cores-pass"
    elif known(limited) or isinstance(limited, Unreadable):
        verdict, message = Answer.UNDETERMINED, "check-cores-limited"
    else:
        verdict, message = Answer.FAIL, "check-cores-fail"
    return windows_check(
        "cores", verdict, message, found=said(c.threads), source=sources(c.threads, c.cores), params=params
    )


def clock(inventory: Inventory) -> Check:
    """More than 1000 MHz at best: never the idle clock. The brand may tell it when nothing else does."""
    above = lists.rules()["clock"]["mhz_above"]
    c = inventory.cpu
    mhz = known(c.max_mhz)
    source = sources(c.max_mhz)
    if mhz is None and not isinstance(c.max_mhz, Unreadable):
        mhz, source = _brand_mhz(known(c.brand_raw)), sources(c.brand_raw)
    params = {"ghz": round((mhz or 0) / 1000, 1), "need_ghz": above // 1000, "why": why(c.max_mhz)}
    if mhz is None:
        verdict, message = Answer.UNDETERMINED, "check-clock-unreadable"
    elif mhz > above:
        verdict, message = Answer.PASS, "check-clock-pass"
    else:
        verdict, message = Answer.FAIL, "check-clock-fail"
    found = said(c.max_mhz) if mhz is None else f"{mhz} MHz"
    return windows_check("clock", verdict, message, found=found, source=source, params=params)


def _brand_mhz(brand: str | None) -> int | None:
    found = re.search(r"@\s*(\d+(?:\.\d+)?)\+?\s*(GHz|MHz)", brand or "", re.IGNORECASE)
    if not found:
        return None
    return round(float(found[1]) * (1000 if found[2].lower() == "ghz" else 1))


def gpu(inventory: Inventory) -> Check:
    """A note: Microsoft's script does not test graphics."""
    rule = lists.rules()["gpu"]
    fact = inventory.gpus
    found = known(fact) or ()
    named = ", ".join(" ".join(filter(None, (known(g.vendor), _name(g)))) for g in found)
    params = {"gpu": named or "-", "why": why(fact)}
    if not found:
        verdict, message = Answer.UNDETERMINED, "check-gpu-unreadable"
    elif any(_directx12(g, rule, inventory) for g in found):
        verdict, message = Answer.PASS, "check-gpu-pass"
    else:
        verdict, message = Answer.UNDETERMINED, "check-gpu-not-known"
    return windows_check(
        "gpu", verdict, message, found=named or said(fact), source=sources(fact), params=params, blocks=False
    )


def _name(card: Controller) -> str:
    return known(card.device) or f"{card.vendor_id}:{card.device_id}"


def _directx12(card: Controller, rule: Any, inventory: Inventory) -> bool:
    """Known to have DirectX 12; False means not known."""
    driver = known(card.driver)
    vendor, device = card.vendor_id.lower().removeprefix("0x"), card.device_id.lower().removeprefix("0x")
    if vendor == "10de":
        number = int(device, 16) if re.fullmatch(r"[0-9a-f]{4}", device) else 0
        return any(first <= number <= last for first, last in rule["nvidia_ids"])
    if vendor == "8086" and processor(inventory).cpu_check is not CpuCheck.PASS:
        return False  # i915 drives older generations too
    return driver in rule["drivers"]


def display(inventory: Inventory) -> Check:
    """A note: 720 lines and more than 9 inches, for the panel of the PC itself."""
    rule = lists.rules()["display"]
    fact = inventory.displays
    panels = [d for d in known(fact) or () if known(d.internal)]
    params: dict[str, Any] = {"width": "-", "height": "-", "inches": 0, "why": why(fact)}
    if known(fact) is None:
        verdict, message = Answer.UNDETERMINED, "check-display-unreadable"
    elif not panels:
        verdict, message = Answer.PASS, "check-display-none"
    else:
        panel = panels[0]
        height, inches = known(panel.height_px), known(panel.diagonal_inches)
        params.update(width=str(known(panel.width_px) or "-"), height=str(height or "-"), inches=round(inches or 0, 1))
        if height is None or inches is None:
            verdict, message = Answer.UNDETERMINED, "check-display-unreadable"
        elif height >= rule["height_px_min"] and inches > rule["diagonal_inches_above"]:
            verdict, message = Answer.PASS, "check-display-pass"
        else:
            verdict, message = Answer.FAIL, "check-display-small"
    found = f"{params['width']}x{params['height']}" if panels else said(fact) if known(fact) is None else "none inside"
    return windows_check("display", verdict, message, found=found, source=sources(fact), params=params, blocks=False)


def all_checks(inventory: Inventory) -> tuple[Check, ...]:
    """Every rule in the order of the screen; the last two are notes."""
    return (
        cpu(inventory),
        cpu_instructions(inventory),
        cores(inventory),
        clock(inventory),
        memory(inventory),
        disk(inventory),
        fw.tpm(inventory, processor(inventory)),
        fw.firmware(inventory),
        fw.secure_boot(inventory),
        gpu(inventory),
        display(inventory),
    )


def worst(checks: Sequence[Check]) -> WindowsVerdict:
    """The worst answer of the checks that block."""
    blocking = [c for c in checks if c.blocks]
    if any(c.verdict is Answer.FAIL for c in blocking):
        return WindowsVerdict.NOT_ELIGIBLE
    if any(c.verdict is Answer.UNDETERMINED for c in blocking):
        return WindowsVerdict.UNDETERMINED
    fixes = {c.kind for c in blocking if c.verdict is Answer.FIXABLE}
    if "upgrade" in fixes:
        return WindowsVerdict.AFTER_UPGRADE
    return WindowsVerdict.AFTER_FIRMWARE_CHANGE if fixes else WindowsVerdict.ELIGIBLE


def _chromebook(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """A reflashed Chromebook passes only when every rule passes as it stands."""
    others = [c for c in checks if c.blocks and c.id != "firmware"]
    if not any(c.verdict in (Answer.FAIL, Answer.FIXABLE) for c in others):
        return checks
    return tuple(
        dataclasses.replace(c, verdict=Answer.FAIL, message="check-firmware-chromebook", remedy=None, kind=None)
        if c.id == "firmware"
        else c
        for c in checks
    )


def _notes(inventory: Inventory, checks: Sequence[Check]) -> list[dict[str, Any]]:
    """What must be read beside the verdict: special machines, locks, a flat clock battery."""
    notes: list[dict[str, Any]] = []

    def note(message: str, **params: Any) -> None:
        notes.append({"id": message, "params": params})

    if kinds.is_virtual(inventory):
        note("note-virtual-machine")
    if kinds.is_apple(inventory):
        note("note-apple")
    if kinds.is_chromebook(inventory):
        note("note-chromebook")
    if kinds.is_arm(inventory):
        note("note-arm")
    if processor(inventory).engineering_sample:
        note("note-engineering-sample")
    if kinds.setup_is_locked(inventory):
        note("firmware-locked")
    if known(inventory.firmware.secure_boot) == "on" and known(inventory.firmware.windows_ca_2023) is False:
        note("note-windows-ca-2023")
    if known(inventory.clock.sane) is False:
        note("cmos-battery")
    if damaged := lists.refused():
        note("note-lists-refused", files=", ".join(damaged))
    if paths := without_root(inventory):
        note("note-needs-root", facts=", ".join(paths[:4]))
    return notes


def judge(inventory: Inventory) -> Windows11:
    """The whole Windows 11 side. Raises Fault data-damaged."""
    checks = menu.told(inventory, all_checks(inventory))
    if kinds.is_chromebook(inventory):
        checks = _chromebook(checks)
    verdict = worst(checks)
    if kinds.is_virtual(inventory):
        verdict = WindowsVerdict.UNDETERMINED  # the result says nothing of a real PC, good or bad
    if verdict in (WindowsVerdict.ELIGIBLE, WindowsVerdict.AFTER_FIRMWARE_CHANGE, WindowsVerdict.AFTER_UPGRADE):
        verdict = WindowsVerdict.UNDETERMINED if without_root(inventory) else verdict
    judged = processor(inventory)
    found_conflicts = list(conflicts(inventory))
    if judged.contradiction:
        found_conflicts.append(f"cpu: rule {judged.cpu_check.value}, list {judged.cpu_listed.value}: {judged.name}")
    return Windows11(
        verdict=verdict,
        checks=checks,
        data={
            **lists.provenance(),
            "cpu": {"cpu_check": judged.cpu_check.value, "cpu_listed": judged.cpu_listed.value, "name": judged.name},
            "contradictions": found_conflicts,
            "notes": _notes(inventory, checks),
        },
    )
