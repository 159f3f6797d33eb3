"""Windows 11 checks that hang on firmware: TPM, boot mode, Secure Boot (ELIGIBILITY section 6).

A TPM that nobody sees on a PC whose processor passes is almost surely a firmware TPM that is off: *fixable*,
never "no TPM".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agent.eligibility import kinds, lists
from agent.eligibility.cpu import CpuAnswer
from agent.eligibility.evidence import said, sources, why, windows_check
from agent.model.eligibility import Answer, Check
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Inventory, Tpm


def tpm(inventory: Inventory, processor: CpuAnswer) -> Check:
    """TPM 2.0 (table of section 6, first line that holds). ``present`` is what the kernel or ACPI sees."""
    chip = inventory.tpm
    params: dict[str, Any] = {
        "version": known(chip.version) or "-",
        "maker": known(inventory.system.manufacturer) or "-",
        "why": why(chip.present, chip.version),
    }
    source = sources(chip.present, chip.version)

    def answer(verdict: Answer, message: str, *, remedy: str | None = None, blocks: bool = True) -> Check:
        return windows_check(
            "tpm",
            verdict,
            message,
            found=f"present {said(chip.present)}, version {said(chip.version)}",
            source=source,
            params=params,
            remedy=remedy,
            kind="firmware" if verdict is Answer.FIXABLE else None,
            blocks=blocks,
        )

    major = _major(known(chip.version))
    not_visible = known(chip.present) is False or isinstance(chip.present, Absent)
    in_smbios = known(chip.seen_by) == "smbios" and not isinstance(chip.present, Unreadable)  # and the kernel sees none
    here = known(chip.present) or in_smbios
    if here and major is not None and major >= lists.rules()["tpm"]["major_min"]:
        return _seen(chip, answer)
    if kinds.is_apple(inventory) and not_visible:
        return answer(Answer.FAIL, "check-tpm-apple")
    if here and major is not None:
        if _flash_offered(inventory):
            return answer(Answer.FIXABLE, "check-tpm-old-flash", remedy="tpm-flash")
        return answer(Answer.FAIL, "check-tpm-old")
    if here:  # it is there, its version is not readable
        return answer(Answer.UNDETERMINED, "check-tpm-version-unreadable")
    if not_visible:
        if processor.check is Answer.FAIL:
            return answer(Answer.UNDETERMINED, "check-tpm-not-seen-note", blocks=False)
        return answer(Answer.FIXABLE, "check-tpm-not-seen", remedy="tpm-enable")
    return answer(Answer.UNDETERMINED, "check-tpm-unreadable")


def _seen(chip: Tpm, answer: Callable[..., Check]) -> Check:
    """A TPM 2.0 exists; who sees it decides whether it is on."""
    if isinstance(chip.seen_by, Unreadable):
        return answer(Answer.UNDETERMINED, "check-tpm-unreadable")
    if known(chip.seen_by) == "smbios":
        return answer(Answer.FIXABLE, "check-tpm-hidden", remedy="tpm-enable")
    if known(chip.seen_by) == "acpi" or known(chip.driver_bound) is False:
        return answer(Answer.PASS, "check-tpm-pass-no-driver")
    return answer(Answer.PASS, "check-tpm-pass")


def _major(version: str | None) -> int | None:
    found = re.match(r"\s*(\d+)", version or "")
    return int(found[1]) if found else None


def _flash_offered(inventory: Inventory) -> bool:
    """Does the maker publish an update from 1.2 to 2.0 for PCs of this age (data, unverified)?"""
    offer = lists.rules()["tpm"]["flash_offered"]
    maker = (known(inventory.system.manufacturer) or "").lower()
    year = re.search(r"\b(20\d\d)\b", known(inventory.firmware.date) or "")
    first, last = offer["firmware_years"]
    return maker.startswith(tuple(offer["makers"])) and year is not None and first <= int(year[1]) <= last


def firmware(inventory: Inventory) -> Check:
    """Boot mode: the mode this PC started in outranks the SMBIOS flag."""
    fw = inventory.firmware
    mode, bits = known(fw.mode), fw.bits
    source = sources(fw.mode, fw.uefi_supported)
    found = f"mode {said(fw.mode)}, UEFI flag {said(fw.uefi_supported)}"
    params = {"why": why(fw.mode, fw.uefi_supported, fw.bits)}

    def answer(verdict: Answer, message: str, *, remedy: str | None = None) -> Check:
        kind = "firmware" if verdict is Answer.FIXABLE else None
        return windows_check(
            "firmware", verdict, message, found=found, source=source, params=params, remedy=remedy, kind=kind
        )

    if mode == "uefi":
        if known(bits) == 32:
            return answer(Answer.FAIL, "check-firmware-32bit")
        if isinstance(bits, Unreadable):
            return answer(Answer.UNDETERMINED, "check-firmware-unreadable")
        if kinds.is_chromebook(inventory):
            return answer(Answer.PASS, "check-firmware-chromebook-reflashed")
        return answer(Answer.PASS, "check-firmware-pass")
    if mode == "bios":
        if known(fw.uefi_supported):
            return answer(Answer.FIXABLE, "check-firmware-legacy", remedy="uefi-boot")
        if isinstance(fw.uefi_supported, (Known, Absent)):
            return answer(Answer.FAIL, "check-firmware-none")
    return answer(Answer.UNDETERMINED, "check-firmware-unreadable")


def secure_boot(inventory: Inventory) -> Check:
    """Microsoft's test: the state can be read, on or off. Under legacy boot it cannot: see the boot mode."""
    fw = inventory.firmware
    state = known(fw.secure_boot)
    source = sources(fw.secure_boot, fw.mode)
    found = f"{said(fw.secure_boot)}, mode {said(fw.mode)}"
    params = {"why": why(fw.secure_boot, fw.mode)}

    def answer(verdict: Answer, message: str, *, remedy: str | None = None) -> Check:
        kind = "firmware" if verdict is Answer.FIXABLE else None
        return windows_check(
            "secure_boot", verdict, message, found=found, source=source, params=params, remedy=remedy, kind=kind
        )

    if kinds.is_apple(inventory):
        return answer(Answer.FAIL, "check-secure-boot-apple")
    if known(fw.mode) == "bios":
        boot = firmware(inventory).verdict
        if boot is Answer.FIXABLE:
            return answer(Answer.FIXABLE, "check-secure-boot-legacy", remedy="uefi-boot")
        if boot is Answer.FAIL:
            return answer(Answer.FAIL, "check-secure-boot-none")
        return answer(Answer.UNDETERMINED, "check-secure-boot-unreadable")
    if state == "on":
        return answer(Answer.PASS, "check-secure-boot-on")
    if state == "off":
        return answer(Answer.PASS, "check-secure-boot-off", remedy="secure-boot-on")
    if state == "setup":
        return answer(Answer.FIXABLE, "check-secure-boot-setup", remedy="keys-restore")
    nothing = state == "unsupported" or isinstance(fw.secure_boot, Absent)
    if nothing and known(fw.mode) == "uefi":
        return answer(Answer.FAIL, "check-secure-boot-none")
    return answer(Answer.UNDETERMINED, "check-secure-boot-unreadable")
