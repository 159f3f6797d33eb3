"""The Linux side of the same screen: does it start, is everything driven, which profile fits (ELIGIBILITY section 8).

A profile's ``requires`` decides and ``suits`` only ranks. A check of kind "limit" is one the person must know of and
that does not forbid: a hard disk, a dead Wi-Fi chip, an old processor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.eligibility import kinds, lists, menu, parts
from agent.eligibility.evidence import GIB, MIB, date_params, gb, gib, said, sources, why
from agent.eligibility.fitting import disks_inside, least, level, memory_bytes, offered, rank
from agent.model.eligibility import Answer, Check, Linux, LinuxVerdict, ProfileNeeds
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Controller, Inventory, NetworkPort

LIMIT = "limit"


def _check(
    check_id: str,
    verdict: Answer,
    message: str,
    *,
    found: str,
    source: str,
    params: Mapping[str, Any] | None = None,
    remedy: str | None = None,
    kind: str | None = None,
    blocks: bool = False,
) -> Check:
    required = str(lists.rules()["linux"]["required"][check_id]).format_map(_Blank(params or {}))
    return Check(
        id=check_id,
        verdict=verdict,
        found=found,
        required=required,
        source=source or "-",
        remedy=remedy,
        kind=kind,
        blocks=blocks,
        message=message,
        params=dict(params or {}),
    )


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "-"


def boot(inventory: Inventory) -> Check:
    """The live system is running: that is the best evidence there is."""
    fw = inventory.firmware
    mode, secure = known(fw.mode), known(fw.secure_boot)
    params = {"mode": mode or "-", "secure": secure or "unknown", "why": why(fw.mode)}
    found = f"mode {said(fw.mode)}, Secure Boot {said(fw.secure_boot)}"
    if kinds.is_arm(inventory):
        verdict, message, kind = Answer.FAIL, "linux-boot-arm", None
    elif mode is None:
        verdict, message, kind = Answer.UNDETERMINED, "linux-boot-unknown", None
    elif mode == "uefi" and known(fw.bits) == 32:
        verdict, message, kind = Answer.PASS, "linux-boot-32bit", LIMIT
    else:
        verdict, message, kind = Answer.PASS, "linux-boot-pass", None
    return _check("boot", verdict, message, found=found, source=sources(fw.mode), params=params, kind=kind, blocks=True)


def drivers(inventory: Inventory) -> Check:
    """Every device that wants a driver has one (bridges and the like never do)."""
    fact = inventory.undriven
    left = known(fact) or ()
    params = {"devices": ", ".join(_device(c) for c in left) or "-", "count": len(left), "why": why(fact)}
    if not isinstance(fact, (Known, Absent)):
        verdict, message, kind = Answer.UNDETERMINED, "linux-drivers-unknown", LIMIT
    elif left:
        verdict, message, kind = Answer.FAIL, "linux-drivers-missing", LIMIT
    else:
        verdict, message, kind = Answer.PASS, "linux-drivers-pass", None
    found = params["devices"] if isinstance(fact, Known) else said(fact)
    return _check("drivers", verdict, message, found=str(found), source=sources(fact), params=params, kind=kind)


def _device(card: Controller) -> str:
    return known(card.device) or f"{card.vendor_id}:{card.device_id}"


def wifi(inventory: Inventory) -> Check:
    """Wi-Fi works when an interface has phy80211; a bound driver alone proves nothing (BCM43228)."""
    rule = lists.rules()["linux"]
    fact = inventory.network
    ports: Sequence[NetworkPort] = fact.value if isinstance(fact, Known) else ()
    radios = [p for p in ports if known(p.kind) == "wifi"]
    working = [p for p in radios if known(p.driver) not in (None, *rule["wifi_no_interface"])]
    chips = [*(known(inventory.radios) or ()), *(known(inventory.undriven) or ())]
    dead = [c for c in chips if c.pci_class.lower().startswith("0280")]
    wired = any(known(p.kind) == "ethernet" for p in ports)
    driver = known(working[0].driver) if working else None
    missing = known(inventory.missing_firmware) or ()
    params = {
        "driver": driver or "-",
        "device": _device(dead[0]) if dead else radios[0].name if radios else "-",
        "files": ", ".join(missing) or "-",
        "why": why(fact, inventory.undriven),
    }

    def answer(verdict: Answer, message: str, kind: str | None = None) -> Check:
        found = ", ".join(f"{p.name} ({said(p.driver)})" for p in radios) or str(params["device"])
        return _check("wifi", verdict, message, found=found, source=sources(fact), params=params, kind=kind)

    if not isinstance(fact, (Known, Absent)):
        return answer(Answer.UNDETERMINED, "linux-wifi-unknown", LIMIT)
    if driver in rule["wifi_unsigned_module"]:
        return answer(Answer.PASS, "linux-wifi-unsigned", LIMIT)
    if driver in rule["wifi_needs_download"]:
        return answer(Answer.PASS, "linux-wifi-download", LIMIT)
    if working:
        return answer(Answer.PASS, "linux-wifi-pass")
    if radios or dead:
        return answer(Answer.FAIL, "linux-wifi-dead", LIMIT)
    if isinstance(inventory.undriven, Unreadable):  # a chip without a driver would not be seen
        return answer(Answer.UNDETERMINED, "linux-wifi-unknown", LIMIT)
    if wired:
        return answer(Answer.PASS, "linux-wifi-none")
    return answer(Answer.FAIL, "linux-no-network", LIMIT)


def firmware_files(inventory: Inventory) -> Check:
    """Files a driver asked for and did not get, from dmesg."""
    fact = inventory.missing_firmware
    files = known(fact) or ()
    params = {"files": ", ".join(files) or "-", "count": len(files), "why": why(fact)}
    if not isinstance(fact, (Known, Absent)):
        verdict, message, kind = Answer.UNDETERMINED, "linux-firmware-files-unknown", LIMIT
    elif files:
        verdict, message, kind = Answer.FAIL, "linux-firmware-files-missing", LIMIT
    else:
        verdict, message, kind = Answer.PASS, "linux-firmware-files-pass", None
    found = params["files"] if isinstance(fact, Known) else said(fact)
    return _check("firmware_files", verdict, message, found=str(found), source=sources(fact), params=params, kind=kind)


def cpu_level(inventory: Inventory) -> Check:
    """Debian 13 runs on x86-64-v1; it has no 32-bit kernel."""
    fact = inventory.cpu.flags
    reached = level(known(fact))
    params = {"level": str(reached) if reached is not None else "-", "why": why(fact)}
    kind = None
    if kinds.is_arm(inventory):
        verdict, message = Answer.FAIL, "linux-cpu-level-arm"
    elif reached is None:
        verdict, message = Answer.UNDETERMINED, "linux-cpu-level-unknown"
    elif reached == 0:
        verdict, message = Answer.FAIL, "linux-cpu-level-32bit"
    elif reached == 1:
        verdict, message, kind = Answer.PASS, "linux-cpu-level-old", LIMIT
    else:
        verdict, message = Answer.PASS, "linux-cpu-level-pass"
    found = f"x86-64-v{reached}" if reached else said(fact) if reached is None else "no lm"
    return _check(
        "cpu_level", verdict, message, found=found, source=sources(fact), params=params, kind=kind, blocks=True
    )


def memory(inventory: Inventory, profiles: Sequence[ProfileNeeds]) -> Check:
    """Enough memory for the smallest profile."""
    m = inventory.memory
    size = memory_bytes(inventory)
    need_mib = least(profiles)[0]
    params: dict[str, Any] = {
        "gib": gib(size or 0),
        "mib": need_mib,
        "need_gib": gib(need_mib * MIB),
        "why": why(m.installed_bytes, m.usable_bytes),
    }
    remedy = None
    if not size:
        verdict, message = Answer.UNDETERMINED, "linux-memory-unknown"
    elif size >= need_mib * MIB:
        verdict, message = Answer.PASS, "linux-memory-pass"
    else:
        verdict, message = Answer.FAIL, "linux-memory-low"
        can, offer = parts.more_memory(m, need_mib * MIB)
        if can is parts.Can.YES:
            remedy, params = "ram-add", {**params, **offer}
    found = f"{size // MIB} MiB" if size else said(m.installed_bytes)
    return _check(
        "memory",
        verdict,
        message,
        found=found,
        source=sources(m.installed_bytes, m.usable_bytes),
        params=params,
        remedy=remedy,
        blocks=True,
    )


def disk(inventory: Inventory, profiles: Sequence[ProfileNeeds]) -> Check:
    """Room for the smallest profile on the largest internal disk; a hard disk is named as slow."""
    fact = inventory.disks
    found = disks_inside(inventory)
    hidden = parts.hidden_disks(inventory)
    need_gib = least(profiles)[1]
    params = {
        "gb": gb(found.size_bytes),
        "gib": need_gib,
        "need_gb": gb(need_gib * GIB),
        "advised_gb": gb(lists.rules()["disk"]["advised_bytes"]),
        "why": why(fact, inventory.storage_controllers),
        **parts.disk_words(found.best),
    }
    remedy = kind = None
    if not isinstance(fact, Known):
        verdict, message = Answer.UNDETERMINED, "linux-disk-unknown"
    elif found.best is not None and found.size_bytes >= need_gib * GIB:
        spins = known(found.best.medium) == "hdd" or known(found.best.rotational)
        verdict, message, kind = (
            Answer.PASS,
            "linux-disk-slow" if spins else "linux-disk-pass",
            LIMIT if spins else None,
        )
    elif hidden is parts.Hidden.FROM_US:
        verdict, message, remedy = Answer.UNDETERMINED, "linux-disk-hidden", "vmd-ahci"
    elif found.doubtful or (found.best is None and hidden is parts.Hidden.UNKNOWN):
        verdict, message = Answer.UNDETERMINED, "linux-disk-unknown"
    else:
        verdict, message = Answer.FAIL, "linux-disk-small" if found.best else "linux-disk-none"
        remedy = None if found.best and known(found.best.medium) == "emmc" else "disk-replace"
    text = (
        f"{found.size_bytes} bytes, {params['disk']}" if found.best else said(fact) if known(fact) is None else "none"
    )
    return _check(
        "disk",
        verdict,
        message,
        found=text,
        source=sources(fact),
        params=params,
        remedy=remedy,
        kind=kind,
        blocks=True,
    )


def secure_boot(inventory: Inventory) -> Check:
    """Our shim needs a third-party key in db when Secure Boot is on. Having started with it on proves it."""
    fw = inventory.firmware
    state = known(fw.secure_boot)
    third_party = [known(fw.ca_2011), known(fw.ca_2023)]
    params = {"state": state or "unknown", "why": why(fw.secure_boot)}
    found = f"{said(fw.secure_boot)}; third-party CA 2011 {said(fw.ca_2011)}, 2023 {said(fw.ca_2023)}"
    lacks = third_party == [False, False]
    remedy = kind = None
    if known(fw.mode) == "bios":
        verdict, message = Answer.PASS, "linux-secure-boot-bios"
    elif state == "on" and lacks:
        verdict, message, remedy, kind = Answer.FIXABLE, "linux-secure-boot-no-key", "third-party-ca", "firmware"
    elif state == "on":
        verdict, message = Answer.PASS, "linux-secure-boot-on"
    elif state in ("off", "setup") and lacks:
        verdict, message, remedy = Answer.PASS, "linux-secure-boot-off-no-key", "third-party-ca"
    elif state in ("off", "setup", "unsupported") or isinstance(fw.secure_boot, Absent):
        verdict, message = Answer.PASS, "linux-secure-boot-off"
    else:
        verdict, message, kind = Answer.UNDETERMINED, "linux-secure-boot-unknown", LIMIT
    return _check(
        "secure_boot",
        verdict,
        message,
        found=found,
        source=sources(fw.secure_boot, fw.mode),
        params=params,
        remedy=remedy,
        kind=kind,
    )


def support(best: ProfileNeeds | None) -> Check:
    """Until when the best profile's distribution is supported: the same line as Windows' date."""
    until = best.support_until if best else None
    params = {"profile": best.id if best else "-", **date_params(until)}
    if until:
        return _check(
            "support",
            Answer.PASS,
            "linux-support-until",
            found=until,
            source=f"profile {params['profile']}",
            params=params,
        )
    message = "linux-support-unknown" if best else "linux-support-no-profile"
    return _check("support", Answer.UNDETERMINED, message, found="-", source="-", params=params)


def judge(inventory: Inventory, profiles: Sequence[ProfileNeeds]) -> Linux:
    """The whole Linux side. Raises Fault data-damaged."""
    ranked = rank(inventory, profiles)
    judged = (
        boot(inventory),
        drivers(inventory),
        wifi(inventory),
        firmware_files(inventory),
        cpu_level(inventory),
        memory(inventory, profiles),
        disk(inventory, profiles),
        secure_boot(inventory),
        support(ranked[0] if ranked else None),
    )
    checks = menu.told(inventory, judged)
    nothing_left = bool(offered(profiles)) and not offered(ranked)
    return Linux(verdict=worst(checks, nothing_fits=nothing_left), checks=checks, profiles=tuple(p.id for p in ranked))


def worst(checks: Sequence[Check], *, nothing_fits: bool) -> LinuxVerdict:
    """does_not_fit > undetermined > fits_with_limits > fits."""
    blocking = [c for c in checks if c.blocks]
    if nothing_fits or any(c.verdict is Answer.FAIL for c in blocking):
        return LinuxVerdict.DOES_NOT_FIT
    if any(c.verdict is Answer.UNDETERMINED for c in blocking):
        return LinuxVerdict.UNDETERMINED
    if any(c.kind == LIMIT or c.verdict is Answer.FIXABLE for c in checks):
        return LinuxVerdict.FITS_WITH_LIMITS
    return LinuxVerdict.FITS
