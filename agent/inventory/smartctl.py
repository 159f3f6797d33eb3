"""smartctl --json, for ATA, NVMe and SCSI, from version 6.7 on; and the ATA security line of its text form.

The exit status is a bit mask, not a success code: bit 0 command line, bit 1 open failed, the others speak of the
drive's health (smartctl(8)).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agent.inventory.ata import decode_security, medium_of
from agent.inventory.text import Noise, count, guarded, json_object, known_if, mapping, number, rows, to_text, told
from agent.model.facts import Absent, Known, MaybeFact
from agent.model.inventory import Disk, DiskNvme, DiskSecurity, Medium

_SOURCE = "smartctl"
_SECURITY_LINE = re.compile(r"^ATA Security is:\s+(.*)$", re.MULTILINE)


@guarded
def parse_smartctl(data: bytes | str) -> Disk:
    """What smartctl tells of one disk; Unreadable when it could not open it or printed no device."""
    text = to_text(data)
    if match := _SECURITY_LINE.search(text):
        return Disk(security=_security_words(match[1]))
    document = json_object(text)
    about = mapping(document.get("smartctl"))
    device = mapping(document.get("device"))
    status = count(about.get("exit_status"))
    if not about:
        raise Noise("not smartctl's JSON")
    if status is not None and status & 3 and not _model(document):
        raise Noise(_message(about) or f"smartctl: exit status {status}")
    if not device:
        raise Noise(_message(about) or "no device in it")
    protocol = str(device.get("protocol", "")).upper()
    disk = _common(document, device, protocol, status)
    if protocol == "NVME":
        return _nvme(document, disk)
    return _scsi(document, disk) if protocol == "SCSI" else _ata(document, about, disk)


def _message(about: Mapping[str, Any]) -> str:
    return "; ".join(str(row.get("string", "")) for row in rows(about.get("messages"))).strip("; ")


def _model(document: Mapping[str, Any]) -> str | None:
    for key in ("model_name", "scsi_model_name"):
        if document.get(key):
            return str(document[key])
    parts = [document.get("vendor") or document.get("scsi_vendor"), document.get("product")]
    return " ".join(str(p) for p in parts if p) or None


def _common(
    document: Mapping[str, Any], device: Mapping[str, Any], protocol: str, status: int | None
) -> dict[str, Any]:
    """Fields of a Disk that every protocol shares."""
    rate = count(document.get("rotation_rate"))
    turning = False if protocol == "NVME" else (None if rate is None else rate > 0)
    capacity = count(mapping(document.get("user_capacity")).get("bytes"))
    revision = document.get("firmware_version") or document.get("scsi_revision") or document.get("revision")
    return {
        "path": told(device.get("name"), _SOURCE),
        "model": told(_model(document), _SOURCE),
        "serial": told(document.get("serial_number"), _SOURCE),
        "firmware": told(revision, _SOURCE),
        "wwn": known_if(_wwn(document), _SOURCE),
        "size_bytes": known_if(capacity or None, _SOURCE),
        "logical_block_size": known_if(count(document.get("logical_block_size")), _SOURCE),
        "physical_block_size": known_if(count(document.get("physical_block_size")), _SOURCE),
        "rotational": known_if(turning, _SOURCE),
        "rotation_rpm": known_if(rate if rate and rate > 1 else None, _SOURCE),
        "medium": known_if(Medium.NVME.value if protocol == "NVME" else medium_of(turning), _SOURCE),
        "bus": known_if(_bus(document, device, protocol), _SOURCE),
        "power_on_hours": known_if(count(mapping(document.get("power_on_time")).get("hours")), _SOURCE),
        "temperature_c": _temperature(document),
        "smart_passed": _passed(document),
        "smart_exit_status": known_if(status, _SOURCE),
    }


def _bus(document: Mapping[str, Any], device: Mapping[str, Any], protocol: str) -> str | None:
    kind = str(device.get("type", ""))
    if kind.startswith(("usb", "snt")):
        return "usb"
    if protocol == "NVME":
        return "nvme"
    if protocol == "SCSI":
        transport = str(mapping(document.get("scsi_transport_protocol")).get("name", ""))
        return "sas" if transport.upper().startswith("SAS") else "scsi"
    return "ata" if protocol == "ATA" else None


def _temperature(document: Mapping[str, Any]) -> MaybeFact[int]:
    """Zero is what bridges and drives without a sensor fill in (log page 0Dh, attribute 194)."""
    celsius = number(mapping(document.get("temperature")).get("current"))
    return Absent("0 is told, which is no temperature") if celsius == 0 else known_if(celsius, _SOURCE)


def _passed(document: Mapping[str, Any]) -> MaybeFact[bool]:
    passed = mapping(document.get("smart_status")).get("passed")
    if isinstance(passed, bool):
        return Known(passed, _SOURCE)
    support = mapping(document.get("smart_support"))
    return Absent("no SMART on this disk") if support.get("available") is False else None


def _wwn(document: Mapping[str, Any]) -> str | None:
    parts = mapping(document.get("wwn"))
    naa, oui, unique = (count(parts.get(key)) for key in ("naa", "oui", "id"))
    if naa is not None and oui is not None and unique is not None:
        return f"0x{naa:x}{oui:06x}{unique:09x}"
    if isinstance(document.get("logical_unit_id"), str):
        return str(document["logical_unit_id"]).strip() or None
    for space in rows(document.get("nvme_namespaces")):
        eui = mapping(space.get("eui64"))
        oui, unique = count(eui.get("oui")), count(eui.get("ext_id"))
        if oui is not None and unique:
            return f"eui.{oui:06x}{unique:010x}"
    return None


def _nvme(document: Mapping[str, Any], disk: dict[str, Any]) -> Disk:
    health = mapping(document.get("nvme_smart_health_information_log"))
    total = count(document.get("nvme_total_capacity"))
    spaces = count(document.get("nvme_number_of_namespaces"))
    disk["size_bytes"] = disk["size_bytes"] or known_if(total or None, _SOURCE)
    extra = {
        "available_spare": count(health.get("available_spare")),
        "available_spare_threshold": count(health.get("available_spare_threshold")),
        "unallocated_bytes": count(document.get("nvme_unallocated_capacity")),
    }
    return Disk(
        **disk,
        media_errors=known_if(count(health.get("media_errors")), _SOURCE),
        percentage_used=known_if(count(health.get("percentage_used")), _SOURCE),
        critical_warning=known_if(count(health.get("critical_warning")), _SOURCE),
        nvme=DiskNvme(namespaces=known_if(spaces, _SOURCE)) if spaces is not None else None,
        extra=_kept(extra),
    )


def _kept(extra: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return {key: value for key, value in extra.items() if value is not None} or None


def _scsi(document: Mapping[str, Any], disk: dict[str, Any]) -> Disk:
    log = mapping(document.get("scsi_error_counter_log"))
    errors = [count(mapping(part).get("total_uncorrected_errors")) for part in log.values()]
    known_errors = [value for value in errors if value is not None]
    used = count(document.get("scsi_percentage_used_endurance_indicator"))
    return Disk(
        **disk,
        grown_defects=known_if(count(document.get("scsi_grown_defect_list")), _SOURCE),
        percentage_used=known_if(used, _SOURCE),
        extra=_kept({"uncorrected_errors": sum(known_errors) if known_errors else None}),
    )


def _ata(document: Mapping[str, Any], about: Mapping[str, Any], disk: dict[str, Any]) -> Disk:
    table = rows(mapping(document.get("ata_smart_attributes")).get("table"))
    raw = {count(row.get("id")): _raw(row) for row in table}

    def attribute(number_: int) -> MaybeFact[int]:
        return known_if(raw.get(number_), f"{_SOURCE} id {number_}")

    used = count(mapping(document.get("endurance_used")).get("current_percent"))
    return Disk(
        **disk,
        reallocated_sectors=attribute(5),
        pending_sectors=attribute(197),
        offline_uncorrectable=attribute(198),
        crc_errors=attribute(199),
        percentage_used=known_if(_statistic(document) if used is None else used, _SOURCE),
        security=_security(document, about),
        extra=_kept({"reported_uncorrect": raw.get(187), "reallocation_events": raw.get(196)}),
    )


def _raw(row: Mapping[str, Any]) -> int | None:
    """The count in a raw value. Several may be packed into 48 bits; the printed text begins with the one meant."""
    raw = mapping(row.get("raw"))
    match = re.match(r"\s*(\d+)(\s|$|/)", str(raw.get("string", "")))
    return int(match[1]) if match else count(raw.get("value"))


def _statistic(document: Mapping[str, Any]) -> int | None:
    """ "Percentage Used Endurance Indicator" of the device statistics log (ACS-3, A.5.7)."""
    for page in rows(mapping(document.get("ata_device_statistics")).get("pages")):
        for row in rows(page.get("table")):
            if row.get("name") == "Percentage Used Endurance Indicator" and mapping(row.get("flags")).get("valid"):
                return count(row.get("value"))
    return None


def _security(document: Mapping[str, Any], about: Mapping[str, Any]) -> DiskSecurity | None:
    """``ata_security.state`` is word 128 itself. No such key although it was asked for: the drive has none."""
    found = mapping(document.get("ata_security"))
    state = count(found.get("state"))
    if state is not None:
        return decode_security(state, _SOURCE)
    if found:
        return _security_words(str(found.get("string", "")))
    argv = [str(word) for word in about.get("argv", ())]
    asked = "-x" in argv or "security" in argv or "--get=security" in argv or "--xall" in argv
    version = [count(part) or 0 for part in about.get("version", ())]
    told_of = asked and version >= [7, 0] and document.get("ata_version") is not None
    return DiskSecurity(supported=Known(False, _SOURCE)) if told_of else None


def _security_words(text: str) -> DiskSecurity:
    """ "Disabled, NOT FROZEN [SEC1]", "ENABLED, PW level HIGH, **LOCKED** [SEC4]", "Unavailable"."""
    word = text.lower()
    if word.startswith("unavailable"):
        return DiskSecurity(supported=Known(False, _SOURCE))
    if not word.startswith(("enabled", "disabled")):
        raise Noise(f"security: {text}")
    enabled = word.startswith("enabled")
    frozen = "frozen" in word and "not frozen" not in word
    locked = enabled and "locked" in word and "not locked" not in word
    level = "maximum" if "level max" in word else ("high" if "level high" in word else None)
    return DiskSecurity(
        supported=Known(True, _SOURCE),
        enabled=Known(enabled, _SOURCE),
        locked=Known(locked, _SOURCE),
        frozen=Known(frozen, _SOURCE) if "frozen" in word else None,
        level=known_if(level, _SOURCE),
    )
