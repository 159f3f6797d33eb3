"""The processor: /proc/cpuinfo first, lscpu as its stand-in; platform id and limits from /sys and the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agent.inventory.asking import ask, parsed, read, read_word
from agent.inventory.text import Noise, count, guarded, json_object, known_if, rows, size_in_bytes, to_text, told
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.inventory import Cache, Cpu
from agent.model.value import replace, value

_CPUINFO_LIMIT = 4 << 20  # 64 processors of 1.5 kB, and then some
_LSCPU_S = 5.0
_CPU0 = "/sys/devices/system/cpu/cpu0"

LIMITING_OPTIONS = frozenset(["nosmt", "maxcpus", "nr_cpus", "nosmp", "possible_cpus"])
"""Boot options that hide processors: fewer logical CPUs then say nothing of the PC."""


@value
class CpuProbe:
    cpu: Cpu
    hypervisor: MaybeFact[bool] = None
    limited: MaybeFact[bool] = None


@guarded
def parse_cpuinfo(data: bytes | str) -> Cpu:
    """/proc/cpuinfo of x86 or ARM. All processors must tell the same family, model and stepping."""
    blocks = [_block(part) for part in re.split(r"\n\s*\n", to_text(data).strip("\n\0")) if "processor" in part]
    blocks = [block for block in blocks if "processor" in block]
    if not blocks:
        raise Noise("no processor in it")
    for name in ("vendor_id", "cpu family", "model", "stepping", "flags"):
        values = {block.get(name) for block in blocks}
        if len(values) > 1 and (name != "flags" or None in values):
            raise Noise(f"the processors do not agree on {name}, or the file is cut short")
    one, source = blocks[0], "/proc/cpuinfo"
    x86 = "cpu family" in one
    flags = one.get("flags" if x86 else "Features")
    if x86 and not {"vendor_id", "model", "stepping", "flags"} <= set(one):
        raise Noise("the file is cut short")
    cores = {(b.get("physical id"), b.get("core id")) for b in blocks}
    counted = len(cores) if "core id" in one else None
    return Cpu(
        brand_raw=told(one.get("model name"), source),
        vendor=told(one.get("vendor_id"), source),
        family=known_if(count(one.get("cpu family")), source),
        model=known_if(count(one.get("model")), source),
        stepping=known_if(count(one.get("stepping")), source),
        cores=known_if(counted, source),
        threads=Known(len(blocks), source),
        sockets=known_if(len({b["physical id"] for b in blocks}) if "physical id" in one else None, source),
        flags=Known(tuple(flags.split()), source) if flags is not None else None,
    )


def _block(text: str) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


@guarded
def parse_lscpu(data: bytes | str) -> Cpu:
    """``lscpu`` as text or with -J (nested since util-linux 2.37)."""
    text = to_text(data)
    if text.lstrip().startswith("{"):
        found = dict(_json_fields(json_object(text).get("lscpu")))
    else:
        found = _block(text)
    if "Architecture" not in found or "Vendor ID" not in found:
        raise Noise("not lscpu's answer")
    source = "lscpu"
    flags = found.get("Flags")
    per_socket, sockets = count(found.get("Core(s) per socket")), count(found.get("Socket(s)"))
    online = found.get("On-line CPU(s) list")
    threads = count(found.get("CPU(s)")) if online is None else _listed(online)
    return Cpu(
        brand_raw=told(found.get("Model name"), source),
        vendor=told(found.get("Vendor ID"), source),
        family=known_if(count(found.get("CPU family")), source),
        model=known_if(count(found.get("Model")), source),
        stepping=known_if(count(found.get("Stepping")), source),
        cores=known_if(per_socket * sockets if per_socket and sockets else None, source),
        threads=known_if(threads, source),
        sockets=known_if(sockets, source),
        max_mhz=known_if(_mhz(found.get("CPU max MHz")), source),
        flags=Known(tuple(flags.split()), source) if flags else None,
    )


def _json_fields(table: Any) -> Iterator[tuple[str, str]]:
    for row in rows(table):
        yield str(row.get("field", "")).strip().rstrip(":"), str(row.get("data") or "")
        yield from _json_fields(row.get("children"))


def _listed(text: str) -> int | None:
    """How many processors "0-3,6" names."""
    total = 0
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if match is None:
            return None
        total += int(match[2] or match[1]) - int(match[1]) + 1
    return total


def _mhz(text: str | None) -> int | None:
    match = re.match(r"\s*(\d+)(?:[.,]\d+)?\s*$", text or "")
    return int(match[1]) if match else None


def brand_mhz(brand: str) -> int | None:
    """The clock a brand string names: "@ 1.60GHz"."""
    match = re.search(r"@\s*(\d+(?:\.\d+)?)\s*([GM])Hz", brand)
    return round(float(match[1]) * (1000 if match[2] == "G" else 1)) if match else None


def probe(machine: Machine) -> CpuProbe:
    """The processor as the running kernel sees it."""
    data = read(machine, "/proc/cpuinfo", limit=_CPUINFO_LIMIT)
    cpu: Cpu | Unreadable
    if isinstance(data, bytes):
        cpu = parse_cpuinfo(data)
    else:
        cpu = data or Unreadable("not there: /proc/cpuinfo")
    if isinstance(cpu, Unreadable):
        second = parsed(ask(machine, ["lscpu", "-J"], timeout_s=_LSCPU_S), parse_lscpu)
        if isinstance(second, Unreadable):
            return CpuProbe(cpu=_all_unreadable(cpu), limited=_limited(machine))
        cpu = second
    flags = cpu.flags.value if isinstance(cpu.flags, Known) else ()
    hypervisor = Known("hypervisor" in flags, "cpuid") if isinstance(cpu.flags, Known) else None
    brand = cpu.brand_raw.value if isinstance(cpu.brand_raw, Known) else ""
    clocks = [_sysfs_mhz(machine), brand_mhz(brand), cpu.max_mhz.value if isinstance(cpu.max_mhz, Known) else None]
    fastest = max((mhz for mhz in clocks if mhz), default=None)
    cpu = replace(
        cpu,
        platform_id=_platform_id(machine),
        max_mhz=known_if(fastest, "cpufreq, brand") or cpu.max_mhz,
        caches=_caches(machine),
    )
    return CpuProbe(cpu=cpu, hypervisor=hypervisor, limited=_limited(machine))


def _all_unreadable(why: Unreadable) -> Cpu:
    names = ("brand_raw", "vendor", "family", "model", "stepping", "cores", "threads", "flags")
    return Cpu(**{name: why for name in names})


def _sysfs_mhz(machine: Machine) -> int | None:
    text = read_word(machine, f"{_CPU0}/cpufreq/cpuinfo_max_freq")
    return int(text) // 1000 if text and text.isdigit() else None


def _platform_id(machine: Machine) -> MaybeFact[int]:
    """One-bit mask, hexadecimal. Virtual machines have no microcode folder."""
    path = f"{_CPU0}/microcode/processor_flags"
    data = read(machine, path)
    if data is None:
        return Absent("the kernel does not show it")
    if isinstance(data, Unreadable):
        return data
    try:
        return Known(int(data.decode("ascii", "replace").strip(), 16), path)
    except ValueError:
        return Unreadable("not a number")


def _caches(machine: Machine) -> MaybeFact[tuple[Cache, ...]]:
    """The first core's (Linux Documentation/ABI/testing/sysfs-devices-system-cpu); its sizes end in K."""
    if not machine.exists(_CPU0):
        return Unreadable(f"not there: {_CPU0}")
    found = []
    for folder in machine.glob(f"{_CPU0}/cache/index[0-9]*"):
        level, kind, size = (read_word(machine, f"{folder}/{name}") or "" for name in ("level", "type", "size"))
        size_bytes = size_in_bytes(f"{size}B")
        if not level.isdigit() or not size_bytes:
            return Unreadable(f"could not read: {folder}")
        found.append(Cache(level=int(level), kind=kind.lower(), size_bytes=size_bytes))
    return Known(tuple(found), f"{_CPU0}/cache") if found else Absent("the kernel does not show them")


def _limited(machine: Machine) -> MaybeFact[bool]:
    text = read_word(machine, "/proc/cmdline")
    if text is None:
        return Unreadable("not there: /proc/cmdline")
    words = {word.split("=", 1)[0] for word in text.split()}
    return Known(bool(words & LIMITING_OPTIONS), "/proc/cmdline")
