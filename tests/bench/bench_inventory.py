"""What Regain finds on this machine, and how long it takes, beside lshw, inxi, hwinfo and fusioninventory-inventory.

    python -m tests.bench.bench_inventory [--rounds 5] [--json]      (root; missing tools are installed on Debian)

Every tool is run as a person would run it for a whole inventory, from a cold start of its own process, in turn with
the others so that a busy moment meets them all; the best of the rounds counts. Where the kernel lets us, each round has
a second pass with its caches dropped before each tool. A fact counts as found when the value this PC really has stands
in the tool's answer.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PEERS: Mapping[str, tuple[str, list[str]]] = {
    "lshw -json": ("lshw", ["lshw", "-json", "-quiet"]),
    # --tty: without a terminal it takes itself for an IRC client and refuses; -Z: no filter on serials
    "inxi": (
        "inxi",
        ["inxi", "--tty", "-Faxxxm", "--edid", "-Zc0", "-y-1", "--output", "json", "--output-file", "print"],
    ),
    "hwinfo": ("hwinfo", ["hwinfo"]),
    "fusioninventory": ("fusioninventory-agent", ["fusioninventory-inventory", "--no-category=software,process,user"]),
}
OURS = [str(Path(sys.executable).with_name("regain")), "inventory", "--json"]
PACKAGES = ("lshw", "inxi", "hwinfo", "fusioninventory-agent")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def truth() -> dict[str, list[str]]:
    """Patterns of which one must stand in an answer, for each fact this machine has. From the kernel, tool by tool."""
    info = _read("/proc/cpuinfo")

    def field(name: str) -> str:
        found = re.search(rf"^{name}\s*: (.*)$", info, re.MULTILINE)
        return found[1].strip() if found else ""

    family, model, stepping = (field(n) for n in ("cpu family", "model", "stepping"))
    numbers = [
        rf'family"?\W+{family}\b', rf"\b{family}\.{model}\.{stepping}\b", rf"familynumber\W+{family}\b",
        rf"{family}\.{model}\.{stepping}", rf"FAMILYNUMBER>{family}<",
    ]  # fmt: skip
    facts = {
        "maker and model": [re.escape(_read("/sys/class/dmi/id/product_name"))],
        "system serial": [re.escape(_read("/sys/class/dmi/id/product_serial"))],
        "UUID": [re.escape(_read("/sys/class/dmi/id/product_uuid"))],
        "firmware version, date": [re.escape(_read("/sys/class/dmi/id/bios_version"))],
        "processor name": [re.escape(field("model name"))],
        "family, model, stepping": numbers,
        "platform id": [r'"platform_id": \d+']
        if _read("/sys/devices/system/cpu/cpu0/microcode/processor_flags")
        else [],
        "memory installed": [r"installed_bytes\W+\d{9,}", r"bank:\d+", r"Memory Size|Size: \d+ [GM]", r"<CAPACITY>\d+"],
        "boot mode (UEFI or not)": [
            r'"mode": "(?:uefi|bios)"',
            r"UEFI\b.{0,4}\[|Firmware\W+(?:UEFI|BIOS)",
            r"type\W+UEFI",
        ],
        "Secure Boot state": [
            r'"secure_boot": "(?:on|off|setup|unsupported)"',
            r"secure.?boot\W+(?:on|off|enabled|disabled)",
        ],
        "TPM and its version": [r'"tpm": \{[^}]*"version": "[12]', r"TPM[^\n]{0,40}[12]\.[02]"],
        "Windows key in firmware": [r'"oem_windows_key": "(?:present|absent)"', r"MSDM"],
        "missing driver": [r'"undriven"', r"UNCLAIMED|driver\W+N/A"],
        "missing firmware file": [r'"missing_firmware"'],
        "clock sane": [r'"sane": (?:true|false)'],
        "setup password": [r'"admin_password"', r"Administrator Password"],
        "permanent MAC": [re.escape(_mac())] if _mac() else [],
        "screen size in pixels": [r'"width_px"', r"\d+x\d+"] if list(Path("/sys/class/drm").glob("card*-*")) else [],
        "disk sizes": _disk_sizes(),
    }
    return {name: [p for p in patterns if p] for name, patterns in facts.items() if any(patterns)}


def _mac() -> str:
    for folder in sorted(Path("/sys/class/net").glob("*/device")):
        return _read(str(folder.parent / "address"))
    return ""


def _disk_sizes() -> list[str]:
    sizes = []
    for folder in Path("/sys/block").glob("*"):
        sectors = _read(str(folder / "size"))
        if (folder / "device").exists() and sectors.isdigit() and int(sectors):
            size = int(sectors) * 512
            sizes += [
                rf"\b{size}\b",
                rf"\b{size // 10**6}\b",
                rf"{size / 2**30:.1f}|{size / 2**30:.2f}",
                rf"\b{sectors}\b",
            ]
    return sizes


def run(argv: Sequence[str]) -> tuple[float, str]:
    """Seconds and what it said."""
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    started = time.monotonic()
    try:
        done = subprocess.run(argv, capture_output=True, env=env, timeout=300, stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired:
        return 300.0, ""
    return time.monotonic() - started, done.stdout.decode("utf-8", "replace")


def drop_caches() -> bool:
    """Nothing of any file is in memory any more (proc_sys_vm(5)); False where the kernel refuses."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return False
    return True


def measure(rounds: int) -> dict[str, Any]:
    tools = {"regain": OURS, **{name: argv for name, (_package, argv) in PEERS.items() if shutil.which(argv[0])}}
    warm, cold = dict.fromkeys(tools, 300.0), dict.fromkeys(tools, 300.0)
    answers = {name: run(argv)[1] for name, argv in tools.items()}  # read into memory; not counted
    for _ in range(rounds):
        warm = {name: min(warm[name], run(argv)[0]) for name, argv in tools.items()}
    dropped = drop_caches()
    for _ in range(rounds if dropped else 0):
        for name, argv in tools.items():
            drop_caches()
            cold[name] = min(cold[name], run(argv)[0])
    facts = {
        fact: {name: any(re.search(p, text, re.I) for p in patterns) for name, text in answers.items()}
        for fact, patterns in truth().items()
    }
    passes = {"warm": warm, **({"cold": cold} if dropped else {})}
    return {
        "seconds": {which: {name: round(s, 3) for name, s in took.items()} for which, took in passes.items()},
        "ratio": {
            which: {name: round(s / took["regain"], 2) for name, s in took.items()} for which, took in passes.items()
        },
        "found": {name: sum(row[name] for row in facts.values()) for name in answers},
        "of": len(facts),
        "facts": facts,
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args(argv)
    missing = [package for package, command in PEERS.values() if not shutil.which(command[0])]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
        subprocess.run(install, capture_output=True, check=False)
    found = measure(told.rounds)
    if told.json:
        print(json.dumps(found))
        return 0
    names = list(found["found"])
    print(f"{'':26}" + "".join(f"{n:>17}" for n in names))
    for which, took in found["seconds"].items():
        ratio = found["ratio"][which]
        print(f"{f'seconds, caches {which}':26}" + "".join(f"{took[n]:>17}" for n in names))
        print(f"{'times as long as Regain':26}" + "".join(f"{ratio[n]:>17}" for n in names))
    if "cold" not in found["seconds"]:
        print("cold: not measured, the kernel drops its caches for root alone")
    for fact, row in found["facts"].items():
        print(f"{fact:26}" + "".join(f"{'yes' if row[n] else '-':>17}" for n in names))
    print(f"{'facts found':26}" + "".join(f"{found['found'][n]}/{found['of']}".rjust(17) for n in names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
