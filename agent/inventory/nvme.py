"""nvme-cli's answers, JSON of every version and the raw structures, which are the form to trust.

Traps by version are listed in the ERASURE design, section 11: numbers printed as text (2.2, 2.3), -1 or 4294967295
for "no time reported", a status under its own text as key (2.7, 2.8), errors as JSON documents (2.8 on).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agent.inventory.text import Noise, count, guarded, json_document, known_if, mapping, number, to_text, told
from agent.model.facts import Known
from agent.model.inventory import Disk, DiskNvme, DiskSanitize, Medium

SANITIZE_STATES = {0: "never", 1: "completed", 2: "in_progress", 3: "failed", 4: "completed_no_deallocate"}
_ACTIONS = {2: "block_erase", 3: "overwrite", 4: "crypto_erase"}
_NO_TIME = (-1, 0xFFFFFFFF)
_KELVIN = 273


def _document(data: bytes | str) -> Mapping[str, Any]:
    """The JSON object; an error, in JSON or as text, is no answer."""
    text = to_text(data)
    if "NVMe status:" in text or text.lstrip().startswith(("Failed", "Error", "failed", "error", "Usage")):
        raise Noise(text.strip().splitlines()[0][:160])
    value = json_document(text)
    if not isinstance(value, dict):
        raise Noise("not a JSON object")
    if isinstance(value.get("error"), str):
        raise Noise(value["error"][:160])
    return value


def _is_raw(data: bytes | str, size: int) -> bool:
    return isinstance(data, bytes) and len(data) >= size and b"\0" in data[:size] and not data.lstrip().startswith(b"{")


def _solid(**fields: Any) -> dict[str, Any]:
    return {"rotational": Known(False, "nvme"), "medium": Known(Medium.NVME.value, "nvme"), **fields}


@guarded
def parse_id_ctrl(data: bytes | str) -> Disk:
    """Identify Controller (NVMe base 2.0, figure 275). ``namespaces`` is NN: how many there may be, not are."""
    if _is_raw(data, 4096):
        fields = _raw_id_ctrl(data if isinstance(data, bytes) else b"")
    else:
        fields = dict(_document(data))
    source = "nvme id-ctrl"
    model, serial = fields.get("mn"), fields.get("sn")
    if not isinstance(model, str) or not isinstance(serial, str):
        raise Noise("no model and serial in it")
    sanicap = count(fields.get("sanicap"))
    total = count(fields.get("tnvmcap"))
    free = count(fields.get("unvmcap"))
    return Disk(
        **_solid(bus=Known("nvme", source)),
        model=told(model, source),
        serial=told(serial, source),
        firmware=told(fields.get("fr"), source),
        size_bytes=known_if(total or None, source),
        sanitize=None if sanicap is None else _sanitize(sanicap),
        nvme=DiskNvme(
            fna=known_if(count(fields.get("fna")), source),
            sanicap=known_if(sanicap, source),
            oacs=known_if(count(fields.get("oacs")), source),
            namespaces=known_if(count(fields.get("nn")), source),
        ),
        extra={"unallocated_bytes": free} if free else None,
    )


def _sanitize(sanicap: int) -> DiskSanitize:
    """SANICAP: bit 0 crypto erase, bit 1 block erase, bit 2 overwrite."""
    source = "nvme id-ctrl"
    return DiskSanitize(
        overwrite=Known(bool(sanicap & 4), source),
        block_erase=Known(bool(sanicap & 2), source),
        crypto_erase=Known(bool(sanicap & 1), source),
    )


def _ascii(raw: bytes) -> str:
    if not all(32 <= byte < 127 or byte == 0 for byte in raw):
        raise Noise("noise where a name should be")
    return raw.decode("ascii").strip(" \0")


def _little(raw: bytes, offset: int, length: int) -> int:
    return int.from_bytes(raw[offset : offset + length], "little")


def _raw_id_ctrl(raw: bytes) -> dict[str, Any]:
    return {
        "sn": _ascii(raw[4:24]),
        "mn": _ascii(raw[24:64]),
        "fr": _ascii(raw[64:72]),
        "oacs": _little(raw, 256, 2),
        "tnvmcap": _little(raw, 280, 16),
        "unvmcap": _little(raw, 296, 16),
        "sanicap": _little(raw, 328, 4),
        "nn": _little(raw, 516, 4),
        "fna": raw[524],
    }


@guarded
def parse_id_ns(data: bytes | str) -> Disk:
    """Identify Namespace (NVM command set 1.0, figure 97): its size in the LBA format in use, and its identifiers."""
    if _is_raw(data, 4096):
        fields = _raw_id_ns(data if isinstance(data, bytes) else b"")
    else:
        fields = dict(_document(data))
    source = "nvme id-ns"
    blocks, flbas = count(fields.get("nsze")), count(fields.get("flbas"))
    if blocks is None or flbas is None:
        raise Noise("no namespace size in it")
    formats = [mapping(item) for item in fields.get("lbafs", ())]
    index = (flbas & 0xF) | (flbas >> 1 & 0x30)
    shift = count(formats[index].get("ds")) if index < len(formats) else None
    block = 1 << shift if shift and 9 <= shift <= 16 else None
    return Disk(
        **_solid(bus=Known("nvme", source)),
        wwn=known_if(_wwn(fields), source),
        size_bytes=known_if(blocks * block if block else None, source),
        logical_block_size=known_if(block, source),
    )


def _wwn(fields: Mapping[str, Any]) -> str | None:
    for key, length in (("nguid", 32), ("eui64", 16)):
        digits = str(fields.get(key, "")).replace("-", "").lower()
        if re.fullmatch(rf"[0-9a-f]{{{length}}}", digits) and set(digits) - {"0"}:
            return f"eui.{digits}"
    return None


def _raw_id_ns(raw: bytes) -> dict[str, Any]:
    formats = [{"ds": raw[130 + 4 * i]} for i in range(raw[25] + 1)]
    return {
        "nsze": _little(raw, 0, 8),
        "flbas": raw[26],
        "nguid": raw[104:120].hex(),
        "eui64": raw[120:128].hex(),
        "lbafs": formats,
    }


@guarded
def parse_list_ns(data: bytes | str) -> Disk:
    """How many namespaces there are."""
    fields = _document(data)
    found = fields.get("nsid_list")
    if not isinstance(found, list):
        raise Noise("no list of namespaces in it")
    return Disk(nvme=DiskNvme(namespaces=Known(len(found), "nvme list-ns")))


@guarded
def parse_smart_log(data: bytes | str) -> Disk:
    """SMART / Health log page 02h. The temperature is in kelvin."""
    if _is_raw(data, 512) and isinstance(data, bytes):
        fields: Mapping[str, Any] = {
            "critical_warning": data[0],
            "temperature": _little(data, 1, 2),
            "avail_spare": data[3],
            "percent_used": data[5],
            "power_on_hours": _little(data, 128, 16),
            "media_errors": _little(data, 160, 16),
        }
    else:
        fields = _document(data)
    warning = fields.get("critical_warning")
    if isinstance(warning, dict):  # nvme-cli -H prints the bits apart
        warning = warning.get("value")
    if count(warning) is None and count(fields.get("power_on_hours")) is None:
        raise Noise("no health log in it")
    source = "nvme smart-log"
    kelvin = count(fields.get("temperature"))
    spare = count(fields.get("avail_spare"))
    return Disk(
        **_solid(),
        critical_warning=known_if(count(warning), source),
        temperature_c=known_if(kelvin - _KELVIN if kelvin else None, source),
        percentage_used=known_if(count(fields.get("percent_used", fields.get("percentage_used"))), source),
        power_on_hours=known_if(count(fields.get("power_on_hours")), source),
        media_errors=known_if(count(fields.get("media_errors")), source),
        extra=None if spare is None else {"available_spare": spare},
    )


@guarded
def parse_sanitize_log(data: bytes | str) -> Disk:
    """Sanitize status log page 81h (NVMe base 2.0, figure 291), raw, JSON or text, as ``extra["sanitize_log"]``."""
    if _is_raw(data, 512) and isinstance(data, bytes):
        return _log(_raw_log(data))
    text = to_text(data)
    if "(SSTAT)" in text:
        return _log(_text_log(text))
    document = _document(text)
    inner = [mapping(value) for value in document.values() if isinstance(value, dict) and "sprog" in value]
    fields = document if "sprog" in document else (inner[0] if inner else None)
    if fields is None:
        raise Noise("no sanitize log in it")
    return _log(_json_log(fields))


def _raw_log(raw: bytes) -> dict[str, int | None]:
    page = raw[:512]
    if len(set(page)) == 1 or any(page[64:]):
        raise Noise("noise where the sanitize log should be")
    status = _little(page, 2, 2)
    return {
        "sprog": _little(page, 0, 2),
        "state": status & 7,
        "passes": status >> 3 & 0x1F,
        "global": status >> 8 & 1,
        "action": _little(page, 4, 4) & 7,
        "overwrite": _little(page, 8, 4),
        "block_erase": _little(page, 12, 4),
        "crypto_erase": _little(page, 16, 4),
    }


def _json_log(fields: Mapping[str, Any]) -> dict[str, int | None]:
    status = fields.get("sstat")
    parts = mapping(status)
    action = count(fields.get("cdw10_info"))
    found = {
        "sprog": count(fields.get("sprog")),
        "action": None if action is None else action & 7,
        "overwrite": number(fields.get("time_over_write")),
        "block_erase": number(fields.get("time_block_erase")),
        "crypto_erase": number(fields.get("time_crypto_erase")),
    }
    if (bits := count(status)) is not None:  # the whole word, as the first versions print it
        return {**found, "state": bits & 7, "passes": bits >> 3 & 0x1F, "global": bits >> 8 & 1}
    return {
        **found,
        "state": _state_number(parts),
        "passes": count(parts.get("no_cmplted_passes")),
        "global": count(parts.get("global_erased")),
    }


def _state_number(status: Mapping[str, Any]) -> int | None:
    """The number in "(2) Sanitize in Progress.", under "status" or, in 2.7 and 2.8, under its own text."""
    for value in (status.get("status"), *status.values()):
        if isinstance(value, str) and (match := re.match(r"\s*\(?(0x)?(\d)\)", value)):
            return int(match[2])
    return None


def _text_log(text: str) -> dict[str, int | None]:
    """nvme-cli 2.3 prints bits 2:0 of the status word alone: what the others would tell is not known from here."""

    def line(name: str) -> int | None:
        match = re.search(rf"^{re.escape(name)}\s*:\s*(0x[0-9a-fA-F]+|\d+)", text, re.MULTILINE)
        return int(match[1], 0) if match else None

    status = line("Sanitize Status                        (SSTAT)")
    if status is None:
        raise Noise("no sanitize status in it")
    dword = line("Sanitize Command Dword 10 Information (SCDW10)")
    return {
        "sprog": line("Sanitize Progress                      (SPROG)"),
        "state": status & 7,
        "passes": None,
        "global": None,
        "action": None if dword is None else dword & 7,
        "overwrite": line("Estimated Time For Overwrite"),
        "block_erase": line("Estimated Time For Block Erase"),
        "crypto_erase": line("Estimated Time For Crypto Erase"),
    }


def _log(found: Mapping[str, int | None]) -> Disk:
    state = SANITIZE_STATES.get(-1 if found["state"] is None else found["state"], "unknown")
    log: dict[str, Any] = {"state": state}
    if state == "in_progress" and found["sprog"] is not None:
        log["progress"] = found["sprog"] / 65536
    if found["global"] is not None:
        log["global_data_erased"] = bool(found["global"])
    if found["passes"] is not None:
        log["overwrite_passes"] = found["passes"]
    if state != "never" and (action := _ACTIONS.get(found["action"] or 0)):
        log["last_action"] = action
    times = {name: found[name] for name in ("overwrite", "block_erase", "crypto_erase")}
    log["estimates_s"] = {name: value for name, value in times.items() if value is not None and value not in _NO_TIME}
    return Disk(extra={"sanitize_log": log})
