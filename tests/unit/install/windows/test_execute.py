"""Each step of a Windows install against a scripted disk: what does not hold ends it, and is told as failed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.install.execute import install
from agent.install.windows.choice import PCA_2011
from agent.install.windows.plan import ESSENTIAL, boot_store
from agent.machine.clocks import VirtualClock
from agent.machine.door import Answer, DoorError, NotThere
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.plan import InstallPlan
from tests.unit.install.conftest import signed_pe

from .test_choice import HOST, IMAGE, windows_image
from .test_plan import DISK, make
from .test_wim import HEADER

FILE = Path("/images/windows/win11-pro/install.wim")
FOLDER = "/run/regain-install.SCRIPTED"
XML = """<WIM><IMAGE INDEX="6"><NAME>Windows 11 Professionnel</NAME><TOTALBYTES>5</TOTALBYTES><WINDOWS><ARCH>9</ARCH>
<EDITIONID>Professional</EDITIONID><LANGUAGES><DEFAULT>fr-FR</DEFAULT></LANGUAGES></WINDOWS></IMAGE></WIM>"""
OLD = dataclasses.replace(HOST, trust=dataclasses.replace(HOST.trust, knows_2023=False))
Change = Callable[[str, tuple[str, ...], Answer], Answer | None]


def plan(**changes: Any) -> InstallPlan:
    return make(identity=dataclasses.replace(DISK, kind="file"), host=OLD, **changes)


@dataclass(kw_only=True)
class Bench:
    """Machine and opened disk in one. ``change`` puts one thing wrong: it gets the program, the words, the answer."""

    plan: InstallPlan
    change: Change = lambda tool, argv, answer: None
    calls: list[tuple[str, ...]] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=VirtualClock)
    size_bytes: int = DISK.size_bytes
    logical_block: int = 512
    path: str = "/dev/loop7"
    name: str = "scripted"
    exercise: bool = False
    pe: bytes = field(default_factory=lambda: signed_pe(PCA_2011))

    @property
    def identity(self) -> Any:
        return self.plan.disk

    def detail(self, step: str) -> Mapping[str, Any]:
        return next(s for s in self.plan.steps if s.id == step).detail

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        words = tuple(argv)
        self.calls.append(words)
        tool = words[2] if words[0] == "env" else words[0]
        out = self._good(tool, words, stdin)
        good = Answer(argv=words, exit_status=0, stdout=out, stderr=b"", seconds=0.0)
        return self.change(tool, words, good) or good

    def _good(self, tool: str, argv: tuple[str, ...], stdin: bytes) -> bytes:
        rows = self.detail("step-partition")["partitions"]
        if tool == "sha256sum" and argv[-1] == str(FILE):
            return b"a" * 64 + b"  x\0"
        if tool == "sha256sum":
            return hashlib.sha256(b"same").hexdigest().encode() + b"  x\n"
        if tool == "wimlib-imagex":
            return self._wimlib(argv[3:])
        if argv[:2] == ("sfdisk", "--json"):
            ids = self.plan.identifiers
            table = {"label": "gpt", "id": ids["disk_guid"], "sectorsize": 512, "partitions": rows}
            return json.dumps({"partitiontable": table}).encode()
        if tool == "blkid":
            fat = self.plan.identifiers["esp_id"]
            kinds = {
                "p1": f"TYPE=vfat\nVERSION=FAT32\nLABEL=SYSTEM\nUUID={fat[:4]}-{fat[4:]}\n",
                "p3": "TYPE=ntfs\nLABEL=Windows\n",
                "p4": "TYPE=ntfs\nLABEL=Recovery\n",
            }
            return kinds[argv[-1][-2:]].encode()
        if tool == "head":
            start = rows[int(argv[-1][-1]) - 1]["start"]
            return bytes(0x1C) + struct.pack("<I", start) + bytes(480)
        if tool == "mktemp":
            return FOLDER.encode()
        if tool == "unshare":
            return self._mounted(argv[-1], argv, stdin)
        if tool == "sh" and "stage/EFI" in argv[2]:
            return b"12\n"
        return b"same" if tool == "ntfscat" else b""

    def _wimlib(self, argv: tuple[str, ...]) -> bytes:
        if "--header" in argv:
            return (
                HEADER.replace("Number                 = 2", "Number = 1")
                .replace("Parts                 = 3", "Parts = 1")
                .encode()
            )
        if "--xml" in argv:
            return XML.encode("utf-16")
        if argv[0] == "dir":
            return "\n".join(["/", *ESSENTIAL, "/Windows/Boot/EFI/bootmgfw.efi"]).encode()
        return self.pe if "--to-stdout" in argv else b""

    def _mounted(self, last: str, argv: tuple[str, ...], stdin: bytes) -> bytes:
        if "find . -xdev" in last:
            return str(self.detail("step-unpack")["entries"]).encode()
        if any("getfattr" in word and "setfattr" not in word for word in argv):
            return f"system.ntfs_acl=0x{self.detail('step-answers')['descriptor']}\n".encode()
        return b"3\n" if any("./Drivers" in word for word in argv) else stdin

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        if path.endswith("/stat"):
            return b"1 2 3 4 5 6 7000 8"
        if path.startswith("/sys/block/loop7/") and path.endswith(("start", "size")):
            row = self.detail("step-partition")["partitions"][int(path.split("/")[-2][-1]) - 1]
            return str(row[path.rsplit("/", 1)[1]]).encode()
        if path.endswith(".EFI") or path.endswith(".efi"):
            return self.pe
        if path.endswith("/BCD"):
            told = self.detail("step-bootfiles")["store"]
            return boot_store(self.plan.identifiers, label=told["label"], locale=told["locale"])
        if path.endswith(("mountinfo", "/dev")):
            return b"7:7"
        raise NotThere(path)

    def exists(self, path: str) -> bool:
        return not path.startswith("/run/udev")


Events = list[tuple[Kind, Mapping[str, Any]]]


def _fails(bench: Bench) -> tuple[Fault, Events]:
    events: Events = []
    with pytest.raises(Fault) as caught:
        install(bench, bench, bench.plan, FILE, emit=lambda k, p: events.append((k, p)), stop=threading.Event())  # type: ignore[arg-type]
    assert events[-1][0] is Kind.INSTALL_FINISHED
    assert events[-1][1]["ok"] is False and events[-1][1]["verified"] == "none"
    return caught.value, events


def test_a_good_disk_ends_checked_and_never_started() -> None:
    bench = Bench(plan=plan(drivers="drivers/a/b"))
    done = install(bench, bench, bench.plan, FILE, emit=lambda k, p: None, stop=threading.Event())  # type: ignore[arg-type]
    assert done.ok and done.verified == "checked" and done.status == "unproven" and done.system == "windows"
    assert [s.step for s in done.steps] == [s.id for s in bench.plan.steps]
    assert done.versions == {"version": "25H2", "build": "26200.1234"}
    assert ("rmdir", FOLDER) in bench.calls


def _bad(program: str, word: str = "", **fields: Any) -> Change:
    def change(tool: str, argv: tuple[str, ...], answer: Answer) -> Answer | None:
        hit = tool == program and (not word or any(word in each for each in argv))
        return dataclasses.replace(answer, **fields) if hit else None

    return change


def _swapped(program: str, word: str, old: bytes, new: bytes) -> Change:
    def change(tool: str, argv: tuple[str, ...], answer: Answer) -> Answer | None:
        if tool != program or not any(word in each for each in argv):
            return None
        assert old in answer.stdout
        return dataclasses.replace(answer, stdout=answer.stdout.replace(old, new))

    return change


FAILURES = [
    ("step-partition", _swapped("sfdisk", "--json", b"RequiredPartition GUID:63", b""), "GUID:63"),
    ("step-partition", _swapped("sfdisk", "--json", b"MSR", b"ESP"), "MSR"),
    ("step-format", _bad("mkntfs", exit_status=1, stderr=b"Input/output error\n"), "Input/output"),
    ("step-format", _swapped("blkid", "p4", b"ntfs", b"ext4"), "ext4"),
    ("step-format", _bad("head", "p3", stdout=bytes(512)), "hidden sectors"),
    ("step-unpack", _bad("unshare", "find . -xdev", stdout=b"7"), "names on the volume"),
    ("step-unpack", _bad("sh", "apply", exit_status=99, stderr=b"something else\n"), "something else"),
    ("step-bootfiles", _bad("sh", "stage/EFI", exit_status=1, stderr=b"cp: no bootmgfw.efi\n"), "bootmgfw"),
    ("step-bootfiles", _bad("mcopy", exit_status=1, stderr=b"Disk full\n"), "Disk full"),
    ("step-bootfiles", _bad("diff", exit_status=1, stdout=b"Files a and b differ\n"), "differ"),
    ("step-answers", _bad("unshare", "unattend.xml", stdout=b"torn"), "unattend.xml"),
    ("step-answers", _bad("unshare", "getfattr -e", stdout=b"system.ntfs_acl=0x01\n"), "who may write"),
    ("step-answers", _bad("unshare", "./Drivers", stdout=b"0"), "no driver"),
    ("step-check", _bad("ntfscat", "ntoskrnl", stdout=b"other"), "ntoskrnl"),
    ("step-check", _bad("ntfscat", "SYSTEM", exit_status=1, stderr=b"Couldn't open inode\n"), "inode"),
    ("step-check", _bad("ntfsfix", exit_status=1, stdout=b"Volume is corrupt\n"), "corrupt"),
    ("step-check", _bad("fsck.vfat", exit_status=1, stdout=b"FATs differ\n"), "FATs differ"),
]


@pytest.mark.parametrize(("step", "change", "seen"), FAILURES, ids=[f"{s}-{o[:12]}" for s, _, o in FAILURES])
def test_a_postcondition_that_does_not_hold_ends_the_install(step: str, change: Change, seen: str) -> None:
    fault, events = _fails(Bench(plan=plan(drivers="drivers/a/b"), change=change))
    assert fault.error_id == "install-step-failed" and fault.exit_code == 6 and fault.wrote is True
    assert fault.params["step"] == step and seen in fault.params["observed"]
    assert [p["step"] for k, p in events if k is Kind.STEP_FAILED] == [step]


@pytest.mark.parametrize(
    ("status", "errors", "error_id"),
    [
        (
            65,
            b"ERROR: Exiting with error code 65:\n       Unexpectedly reached the end of the file.\n",
            "image-damaged",
        ),
        (50, b"[ERROR] Error reading data: Input/output error\n", "image-damaged"),
        (28, b"The SHA-1 message digest of a WIM resource did not match\n", "image-damaged"),
        (72, b"[ERROR] Failed to write: No space left on device\n", "install-disk-full"),
    ],
)
def test_a_stick_that_gives_out_and_a_full_disk_are_told_apart(status: int, errors: bytes, error_id: str) -> None:
    fault, events = _fails(Bench(plan=plan(), change=_bad("sh", "apply", exit_status=status, stderr=errors)))
    assert fault.error_id == error_id and fault.wrote is True and fault.exit_code == 6
    assert [p["step"] for k, p in events if k is Kind.STEP_FAILED] == ["step-unpack"]


def _silent(tool: str, argv: tuple[str, ...], answer: Answer) -> Answer | None:
    if tool == "sha256sum":
        raise DoorError("Input/output error")
    return None


REFUSALS = [
    (_bad("sha256sum", stdout=b"0" * 64 + b"  x\0"), "image-damaged", "000000000000"),
    (_silent, "image-damaged", "Input/output"),
    (
        _bad("wimlib-imagex", "--header", exit_status=65, stderr=b"end of the file\n"),
        "image-damaged",
        "end of the file",
    ),
    (_swapped("wimlib-imagex", "--header", b"Parts = 1", b"Parts = 3"), "wim-parts", "3"),
    (_bad("wimlib-imagex", "--xml", stdout=XML.replace("6", "1").encode("utf-16")), "wim-no-index", "1"),
    (_bad("wimlib-imagex", "--xml", stdout=XML.replace("fr-FR", "de-DE").encode("utf-16")), "image-unfit", "fr-FR"),
    (_bad("wimlib-imagex", "dir", stdout=b"/\n/Windows\n"), "image-unfit", "winload.efi"),
    (_bad("wimlib-imagex", "--to-stdout", stdout=b"MZ"), "image-unfit", "2011 (is ?)"),
    (_bad("wimlib-imagex", "--to-stdout", exit_status=49), "image-unfit", "bootmgfw.efi"),
]


@pytest.mark.parametrize(("change", "error_id", "said"), REFUSALS)
def test_the_gate_refuses_before_anything_is_written(change: Change, error_id: str, said: str) -> None:
    bench = Bench(plan=plan(), change=change)
    fault, events = _fails(bench)
    assert fault.error_id == error_id and fault.wrote is False
    assert said in " ".join(str(v) for v in fault.params.values())
    assert {p["step"] for k, p in events if k is Kind.STEP_STARTED} == {"step-gate"}
    assert not [c for c in bench.calls if c[0] in ("sfdisk", "mkfs.vfat", "mkntfs", "mcopy", "unshare")]


def test_another_disk_is_refused() -> None:
    fault, _ = _fails(Bench(plan=plan(), size_bytes=1 << 30))
    assert fault.error_id == "disk-changed"


def test_every_part_of_a_split_image_is_hashed_and_handed_over() -> None:
    files = [{"name": f"install{n}.swm", "sha256": "a" * 64, "bytes": 5} for n in ("", "2", "3")]
    made = plan(image=windows_image(files=files))
    argv = next(s for s in made.steps if s.id == "step-unpack").detail["argv"]
    assert argv[-2:] == ["--ref={images}/install2.swm", "--ref={images}/install3.swm"]
    assert len(made.steps[0].detail["files"]) == 3 and IMAGE["files"][0]["name"] == "install.wim"
