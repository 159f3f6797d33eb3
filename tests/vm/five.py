"""Regain beside lshw, inxi, hwinfo and fusioninventory on one virtual PC with hardware to find: seconds, and facts.

    python -m tests.vm.five --stick build/regain-0.1.0.iso      (root; a Debian mirror; some ten minutes)

The peers are installed from Debian beside our own program in the root of the stick. Each tool answers in turn with the
others: once uncounted, so that the host has read the image for all of them, then with the kernel's caches dropped
before each, then as they are. Cold answers come in two heaps, 1.5 s apart, whatever the tool: one of them says nothing,
so there are many, and the middle one counts. What an answer holds is judged by the patterns of ``FACTS`` alone: most of
them are values that the PC was made with, so one pattern serves for every tool; the others name the words that each
tool uses.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from agent.install.image import host_mirrors
from iso.recipe import SUITE
from iso.tools import Failed
from iso.tree import apt_sources, squash
from tests.vm import record
from tests.vm.donations import FINE

TOOLS: Mapping[str, str] = {  # each with the options that make it say the most, no filter on serials
    "Regain": "/usr/local/bin/regain inventory --json",
    "lshw": "lshw -json -quiet",
    # --tty: without a terminal it takes itself for an IRC client and refuses
    "inxi": "inxi --tty -Faxxxm --edid -Z -c 0 -y -1 --output json --output-file print",
    "hwinfo": "hwinfo",
    "fusioninventory": "fusioninventory-inventory --no-category=software,process,user,environment",
}
PACKAGES = (
    *("lshw", "inxi", "hwinfo", "fusioninventory-agent"),
    *("pciutils", "usbutils", "read-edid", "libjson-xs-perl"),  # what they call when it is there
)
COLD, WARM = 9, 3
_LAST = COLD + WARM - 1
_ALL_S = 2400.0  # from power-on to the last answer, on a busy machine
MAC = "00:21:cc:d0:0d:1e"
SATA_SERIAL, SATA_MODEL = "S2RBNX0J512321", "Samsung SSD 850 EVO"
KEY = "TESTS-ONLYX-NOREA-LKEY0-ABCDE"

PC = replace(FINE, name="five-tools", slots=(1024, 1024, 0, 0), threads=2)


def _more(folder: Path) -> list[str]:
    """A second disk on SATA, and a table with a Windows key that opens nothing (ACPI MSDM)."""
    disk, table = folder / "sata.raw", folder / "msdm.bin"
    with disk.open("wb") as file:
        file.truncate(512 * 10**9 // 4096 * 4096)
    table.write_bytes(struct.pack("<5I", 1, 0, 1, 0, len(KEY)) + KEY.encode("ascii"))
    return [
        *("-drive", f"if=none,id=sata,format=raw,file={disk}"),
        *("-device", f"ide-hd,drive=sata,bus=ide.0,serial={SATA_SERIAL},model={SATA_MODEL},rotation_rate=1"),
        *("-acpitable", f"sig=MSDM,rev=3,oem_id=LENOVO,oem_table_id=TP-N24,data={table}"),
    ]


PC_UUID = "5c3e1c4f-8d0b-4d8a-9b0e-2f6a1d7c9e01"
NVME_SERIAL = f"S3Z8NB0K{PC.disk_gb:06}"
FACTS: Mapping[str, Sequence[str | tuple[str, ...]]] = {
    "maker and model": ["ThinkPad T480"],
    "system serial": ["PF1XYZ12"],
    "board serial": ["L1HF7AB01CD"],
    "UUID": [PC_UUID],
    "firmware version": ["N24ET70W"],
    "firmware date": ["05/12/2021", "2021-05-12"],
    "chassis type": ["notebook", r'"[\d#]*Type":"Laptop"'],
    "processor name": ["i5-8250U"],
    "processor family, model, stepping": [
        r'"family": 6,\s*"model": 142,\s*"stepping": 10',
        r"\b6\.142\.10\b",
        (r'family":"6"', r'model-id":"0x8E', r'stepping":"0xA'),
        ("<FAMILYNUMBER>6<", "<MODEL>142<", "<STEPPING>10<"),
    ],
    "processor flags (SSE4.2, POPCNT)": [("sse4_2", "popcnt")],
    "processor caches": [
        r'"level": 2, "kind": "unified", "size_bytes": \d', r"\bL2\b[^\n]{0,60}\d+ (?:MiB|KiB|kB|MB)", r"L2 cache",
        "<CACHE>",
    ],
    "memory installed": [
        r'"installed_bytes": 2147483648', r'"size"\s*:\s*2147483648', r'total":"2 GiB', r"Memory Size: 2 G",
        r"Size: 1024 MB[\s\S]*Size: 1024 MB", r"Size: 1 GB[\s\S]*Size: 1 GB",
        r"<CAPACITY>1024<[\s\S]*<CAPACITY>1024<",
    ],
    "memory modules: type and part": [("DDR4", "M471A5244CB0")],
    "memory modules: serial numbers": [("11223000", "11223001")],
    "memory slots, the empty ones too": [
        r'"slots": 4', r'slots":"4"', r"\[empty\]", r"Location: \"DIMM 3\"", r"<NUMSLOTS>4<",
    ],
    "memory maximum": [r'"max_bytes": 34359738368', r'capacity":"32 GiB', r"Max\. Size: 32 G"],
    "NVMe disk: serial": [NVME_SERIAL],
    "SATA disk: serial": [SATA_SERIAL],
    "bus of each disk": [
        (r'"bus": "nvme"', r'"bus": "ata"'), ("nvme@", r"ata"), (r"NVMe?\b", r"SATA|IDE"),
        ("<INTERFACE>NVM", "<INTERFACE>ATA"),
    ],
    "disk health (SMART)": [r'"smart_passed": (?:true|false)', r'health":"PASSED'],
    "erase commands that the drive offers": [r'"sanicap": \d'],
    "graphics chip": ["1234:1111", "bochs", r'"vendor_id": "1234",\s*"device_id": "1111"', "QEMU Virtual Video"],
    "screen: pixels and size": [
        (r'"width_px": 1280', "diagonal_inches"), "<BASE64>AP", (r"1280x800", r"325x20[0-9] ?mm"),
    ],
    "MAC address": [re.escape(MAC)],
    "network chip by name": ["82574L"],
    "USB devices by name": ["QEMU USB Keyboard"],
    "boot mode (UEFI)": [r'"mode": "uefi"', r'#UEFI":'],
    "Secure Boot state": [r'"secure_boot": "off"', r"secure.?boot\W+(?:off|disabled)"],
    "TPM version": [r'"tpm": \{[^}]*"version": "2', r"TPM[^\n]{0,40}\b2\.0"],
    "Windows key in the firmware": [r'"oem_windows_key": "present"', "MSDM", KEY],
    "setup password": [r'"admin_password": "', r'administrator.password\W+\w'],
    "driver of each device, or none": [
        r'"undriven": \[', r'"claimed" : (?:true|false)', r'Driver: "[\s\S]*Driver: "', r"<DRIVER>",
    ],
    "clock, and whether it is sane": [r'"sane": (?:true|false)'],
}  # fmt: skip
"""Which of these patterns an answer must hold (case apart) for a fact to count as found; all of a tuple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    cold_s: float  # the middle of ``COLD``
    cold_best_s: float
    warm_s: float  # best of ``WARM``
    found: tuple[str, ...]
    exit_status: int


def judge(answer: str) -> tuple[str, ...]:
    """The facts that stand in an answer."""

    def holds(pattern: str | tuple[str, ...]) -> bool:
        return all(re.search(p, answer, re.IGNORECASE) for p in ((pattern,) if isinstance(pattern, str) else pattern))

    return tuple(name for name, patterns in FACTS.items() if any(holds(pattern) for pattern in patterns))


def install_peers(root: Path) -> None:
    """The four peers from Debian into the stick's root, once; no service is started there."""
    if (root / "usr/bin/inxi").exists() and (root / "usr/sbin/hwinfo").exists():
        return
    mirrors = host_mirrors(apt_sources())
    if not mirrors:
        raise Failed("no Debian archive among apt's sources: the four peers come from one")
    (root / "etc/apt/sources.list").write_text(f"deb {mirrors[0]} {SUITE} main\n")
    for other in (root / "etc/apt/sources.list.d").glob("*"):
        other.unlink()
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    for name in ("etc/resolv.conf", "etc/hosts"):
        (root / name).write_bytes(Path("/", name).read_bytes())
    for settings in Path("/etc/apt/apt.conf.d").iterdir():
        (root / "etc/apt/apt.conf.d" / settings.name).write_bytes(settings.read_bytes())
    (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    apt = ["chroot", str(root), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    subprocess.run([*apt, "update"], check=True, capture_output=True)
    subprocess.run([*apt, "install", "-y", "--no-install-recommends", *PACKAGES], check=True, capture_output=True)


def pressed(root: Path, work: Path) -> Path:
    """The root as one compressed file, as on a stick: opened through 9p, each of a program's files costs a journey."""
    folder = work / "image"
    folder.mkdir(exist_ok=True)
    squash(root, folder / "root.squashfs", epoch=int(time.time()), level=3)
    return folder


def commands() -> str:
    """What the guest runs: rounds of all tools; seconds from the kernel's own clock, without a process for it."""
    lines = ["modprobe bochs 2>/dev/null; udevadm settle -t 60; sleep 20", "exec 3>/mnt/times"]
    lines.append(f"dpkg-query -W -f '${{Package}} ${{Version}}\\n' {' '.join(PACKAGES[:4])} >/mnt/versions")
    lines += [f"{command} >/dev/null 2>&1 </dev/null" for command in TOOLS.values()]
    lines.append("echo >/mnt/counting")
    for turn in range(COLD + WARM):
        for name, command in TOOLS.items():
            lines += [
                "sync; echo 3 >/proc/sys/vm/drop_caches" if turn < COLD else ":",
                "read a x </proc/uptime",
                f"{command} >/mnt/{name}.{turn} 2>/mnt/{name}.{turn}.err </dev/null; status=$?",
                f'read b x </proc/uptime; echo "{name} {turn} $a $b $status" >&3',
            ]
    return "\n".join(lines)


def results(share: Path) -> dict[str, Result]:
    rows = [line.split() for line in (share / "times").read_text().splitlines()]
    made = {}
    for name in TOOLS:
        took = {int(turn): float(b) - float(a) for tool, turn, a, b, _status in rows if tool == name}
        status = next(int(row[4]) for row in reversed(rows) if row[0] == name)
        answer = (share / f"{name}.{_LAST}").read_text(encoding="utf-8", errors="replace")
        made[name] = Result(
            cold_s=median(took[n] for n in range(COLD)),
            cold_best_s=min(took[n] for n in range(COLD)),
            warm_s=min(took[n] for n in range(COLD, COLD + WARM)),
            found=judge(answer),
            exit_status=status,
        )
    return made


def table(found: Mapping[str, Result]) -> str:
    """The figures as a table of Markdown."""
    rows = [
        ["", *found],
        ["---"] * (1 + len(found)),
        [f"seconds, best of {WARM}", *(f"{r.warm_s:.2f}" for r in found.values())],
        [f"seconds, caches dropped, middle of {COLD}", *(f"{r.cold_s:.2f}" for r in found.values())],
        ["the same, best", *(f"{r.cold_best_s:.2f}" for r in found.values())],
        [f"of {len(FACTS)} facts", *(str(len(r.found)) for r in found.values())],
        *([fact, *("yes" if fact in r.found else "–" for r in found.values())] for fact in FACTS),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stick", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("/var/tmp/regain-five"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder for the last answer of each tool (.xz): tests read them")
    told = parser.parse_args(argv)
    told.work.mkdir(parents=True, exist_ok=True)
    root = record.unpack(told.stick.resolve(), told.work)
    install_peers(root)
    share = record.run(PC, told.work, pressed(root, told.work), commands(), more=_more, boot_s=_ALL_S)
    if not (share / "done").exists():
        print(f"the PC did not get that far: {share.parent / 'serial.log'}", file=sys.stderr)
        return 1
    found = results(share)
    for name in TOOLS if told.keep else ():
        (told.keep / f"{name}.xz").write_bytes(lzma.compress((share / f"{name}.{_LAST}").read_bytes(), preset=9))
    print((share / "versions").read_text(), file=sys.stderr)
    if told.json:
        print(
            json.dumps({name: [r.warm_s, r.cold_s, r.cold_best_s, r.exit_status, r.found] for name, r in found.items()})
        )
    else:
        print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
