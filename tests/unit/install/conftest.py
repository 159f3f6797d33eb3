"""A scripted disk: answers recorded from a real install on a loop device, with one thing at a time going wrong."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

from agent.install import shim
from agent.install.layout import MOKMANAGER, SHIM, SIGNED_GRUB, draw_identifiers
from agent.install.plan import plan_install
from agent.install.profiles import load_profile
from agent.machine.clocks import VirtualClock
from agent.machine.door import Answer, NotThere, ToolMissing
from agent.model.identity import DiskIdentity
from agent.model.plan import InstallPlan
from agent.model.profile import ImageEntry

RECORDED = Path(__file__).parent / "recorded" / "install.json"
IDENTITY = DiskIdentity(text="FILE-FE00-0012C023", kind="file", model="disk.img", size_bytes=3 << 30)
TARGET = "/run/regain-install.RECORDED/root"
IMAGE = Path("/images/linux/minimal-2026.11.squashfs")


def fixed_identifiers() -> dict[str, str]:
    """The ones the recording was made with."""
    drawn = 0

    def same_bytes(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return bytes([drawn * 16 + 1] * count)

    return draw_identifiers(same_bytes)


def recorded_entry(recording: Mapping[str, Any], **changes: Any) -> ImageEntry:
    return ImageEntry.model_validate_json(json.dumps({**recording["image"], **changes}))


def _certificate(common_name: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name(common_name)).issuer_name(name(issuer))
    builder = builder.public_key(key.public_key()).serial_number(1)
    return builder.not_valid_before(start).not_valid_after(start + timedelta(days=9)).sign(key, hashes.SHA256())


def certificate_table(*issuers: str) -> bytes:
    """The certificate table of a PE file with one signature for each issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    table = b""
    for issuer in issuers:
        chain = [_certificate("a signer", issuer, key), _certificate(issuer, "a root", key)]
        body = pkcs7.serialize_certificates(chain, serialization.Encoding.DER)
        entry = struct.pack("<IHH", 8 + len(body), 0x0200, 2) + body
        table += entry + bytes(-len(entry) % 8)
    return table


def signed_pe(*issuers: str) -> bytes:
    """A PE32+ file without code whose certificate table has one signature for each issuer."""
    table = certificate_table(*issuers)
    head = bytearray(512)
    head[:2] = b"MZ"
    struct.pack_into("<I", head, 0x3C, 0x80)
    head[0x80:0x84] = b"PE\0\0"
    struct.pack_into("<H", head, 0x80 + 24, 0x20B)
    struct.pack_into("<II", head, 0x80 + 24 + 112 + 32, len(head), len(table))
    return bytes(head) + table


LISTING = (
    *("usr/lib/grub/i386-pc/boot.img", "usr/lib/grub/i386-pc/kernel.img", "usr/lib/grub/i386-pc/moddep.lst"),
    *("usr/sbin/grub-install", "usr/sbin/update-grub", SHIM, MOKMANAGER, SIGNED_GRUB),
    *("boot/vmlinuz-6.12.117+deb13-amd64", "boot/initrd.img-6.12.117+deb13-amd64"),
)


def listing(names: Sequence[str]) -> str:
    """Lines as ``unsquashfs -lln`` of squashfs-tools 4.5.1 prints them."""
    rows = [f"-rw-r--r-- 0/0                     100 2026-11-12 09:30 squashfs-root/{name}" for name in names]
    return "\n".join(["drwxr-xr-x 0/0                     343 2026-11-24 04:04 squashfs-root", *rows, ""])


Change = Callable[[tuple[str, ...], Answer], Answer | None]
"""Given a command line and its good answer, another answer; None keeps the good one."""


@dataclass(kw_only=True)
class Bench:
    """Machine and opened disk in one; ``change`` puts one thing wrong, ``calls`` is everything that was run."""

    recording: Mapping[str, Any]
    names: tuple[str, ...] = LISTING
    shim_signers: tuple[str, ...] = shim.WANTED
    missing_nodes: tuple[str, ...] = ()
    change: Change = lambda argv, answer: None
    reads: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    mounted: bool = False
    clock: VirtualClock = field(default_factory=VirtualClock)
    name: str = "scripted"
    exercise: bool = False
    identity: DiskIdentity = IDENTITY
    path: str = "/dev/loop7"
    size_bytes: int = 3 << 30
    logical_block: int = 512
    physical_block: int = 512
    rehearsal_scale: int | None = None

    def __post_init__(self) -> None:
        self._answers = {tuple(row["argv"]): row for row in self.recording["answers"]}
        self._efi = {
            SHIM: signed_pe(*self.shim_signers),
            MOKMANAGER: signed_pe("Debian Secure Boot CA"),
            SIGNED_GRUB: signed_pe("Debian Secure Boot CA"),
        }
        self._esp: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        words = tuple(argv)
        with self._lock:
            self.calls.append(words)
        stdout, status, errors = self._good(words, stdin)
        good = Answer(argv=words, exit_status=status, stdout=stdout, stderr=errors, seconds=0.0)
        answer = self.change(words, good) or good
        if words[0] in ("mount", "umount") and not answer.exit_status:
            self.mounted = words[0] == "mount"
        return answer

    def _good(self, argv: tuple[str, ...], stdin: bytes) -> tuple[bytes, int, bytes]:
        made = self._made(argv, stdin)
        if made is not None:
            return made, 0, b""
        key = tuple("<script>" if "\n" in w or w.startswith(("set -e;", "cd / &&")) else w for w in argv)
        row = self._answers.get(key)
        if row is None:
            raise ToolMissing(f"{' '.join(argv[:4])}: not in the recording")
        return (row["stdout"] or "").encode("latin-1"), row["status"], row["stderr"].encode("latin-1")

    def _made(self, argv: tuple[str, ...], stdin: bytes) -> bytes | None:
        """What was too large, or not ours, to be kept in the recording."""
        image = self.recording["image"]
        if argv[0] == "mount" and "ro,noload" in argv:
            return b""
        if argv[:2] == ("sh", "-c") and argv[2].endswith("| sha256sum"):
            return b"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  -\n"
        if argv[:2] == ("unsquashfs", "-lln"):
            return listing(self.names).encode()
        if argv[:1] == ("unsquashfs",):
            return self._efi[argv[-1]]
        if argv[0] == "find":
            return (f"f {image['unpacked_bytes']}\n" + "d 4096\n" * (image["files"] - 1)).encode()
        if argv[:2] == ("head", "-c") and argv[2] == "512":
            return b"\xeb\x63" + b"GRUB ".ljust(508, b"\0") + b"\x55\xaa"
        if argv[:2] == ("head", "-c"):
            return b"patched!" * 64 + b"core" * 896
        if "core.img" in argv[-1]:
            return b"original" * 64 + b"core" * 896
        if argv[0] == "mcopy" and "-o" in argv:
            source, place = argv[-2], argv[-1].removeprefix("::/")
            self._esp[place] = stdin if source == "-" else self._efi[source.removeprefix(f"{TARGET}/")]
            return b""
        if argv[0] == "mcopy":
            return self._esp[argv[-2].removeprefix("::/")]
        return None

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        if path in self.reads:
            return self.reads[path]
        if path == "/proc/self/mountinfo":
            root = b"22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
            ours = f"42 22 259:2 / {TARGET} rw,noatime - ext4 /dev/loop7p3 rw\n".encode()
            return root + (ours if self.mounted else b"")
        if path.startswith(f"{TARGET}/"):
            return self._efi[path.removeprefix(f"{TARGET}/")]
        if path in self.recording["reads"]:
            return str(self.recording["reads"][path]).encode()
        raise NotThere(f"{path}: not there")

    def exists(self, path: str) -> bool:
        if path.startswith("/dev/loop7p"):
            return path not in self.missing_nodes
        return path in self.recording["reads"]


@pytest.fixture(scope="session")
def recording() -> Mapping[str, Any]:
    return dict(json.loads(RECORDED.read_text(encoding="utf-8")))


@pytest.fixture
def bench(recording: Mapping[str, Any]) -> Callable[..., Bench]:
    return lambda **changes: Bench(recording=recording, **changes)


@pytest.fixture
def install_plan(recording: Mapping[str, Any]) -> Callable[..., InstallPlan]:
    def make(**changes: Any) -> InstallPlan:
        given: dict[str, Any] = {
            "profile": load_profile("minimal"),
            "identity": IDENTITY,
            "disk_size_bytes": 3 << 30,
            "logical_block": 512,
            "image": recorded_entry(recording),
            "identifiers": fixed_identifiers(),
            "firmware_mode": "uefi",
            "tag": "RC-000123",
            "rehearsed": False,
        }
        return plan_install(**{**given, **changes})

    return make
