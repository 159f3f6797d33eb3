"""What an image holds, read from the outside: can it start a PC, and is it free of anybody's identity?

Used before an install (only what a start needs) and by ``regain image check`` (everything of INSTALL design, 8).
Nothing is unpacked on a disk; ``unsquashfs`` lists and prints single files.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.install import shim
from agent.install.layout import MOKMANAGER, SHIM, SIGNED_GRUB
from agent.machine.door import DoorError, Machine
from agent.model.errors import Fault
from agent.model.profile import LinuxProfile

BOOT_FINDINGS = frozenset(
    {"no-kernel", "no-initrd", "no-bios-grub", "no-signed-grub", "no-shim", "shim-signers", "no-grub-tools"}
)
"""Findings after which an installed disk could not start: the install is refused."""

_BIOS_FILES = ("usr/lib/grub/i386-pc/boot.img", "usr/lib/grub/i386-pc/kernel.img", "usr/lib/grub/i386-pc/moddep.lst")
_TOOLS = ("usr/sbin/grub-install", "usr/sbin/update-grub")
_LINE = re.compile(
    r"^(?P<kind>[-dlcbps])\S{9}\s+\d+/\d+\s+(?P<size>\d+)(,\s*\d+)?\s+\S+\s+\S+\s+squashfs-root(?P<path>/.*)?$"
)
_PRIVATE_NAMES = (".local", ".lan", ".home", ".internal", ".localdomain", ".arpa")
_SECRETS = (
    (re.compile(r"^etc/NetworkManager/system-connections/.+"), "wifi-secret"),
    (re.compile(r"^etc/wpa_supplicant/.+\.conf$"), "wifi-secret"),
    (re.compile(r"^(home/[^/]+|root)/\.(mozilla|thunderbird|config/(google-chrome|chromium))(/|$)"), "profile-left"),
    (re.compile(r"^home/.+"), "home-not-empty"),
    (re.compile(r"^var/(mail|spool/mail)/.+"), "profile-left"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    kind: str  # one letter of ls -l
    size: int
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``id`` picks the sentence ``image-finding-<id>``; a finding that does not refuse is a warning."""

    id: str
    refuses: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Names below the root, without the root. Sizes in bytes."""

    entries: Mapping[str, Entry]
    signers: tuple[str, ...] = ()
    kernel: str = ""

    @property
    def files(self) -> int:
        return len(self.entries)

    @property
    def unpacked_bytes(self) -> int:
        return sum(e.size for e in self.entries.values() if e.kind == "-")


def parse_listing(text: str) -> dict[str, Entry]:
    """Output of ``unsquashfs -lln``. A line that is not understood is left out: the count then tells."""
    found: dict[str, Entry] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None or not match["path"]:
            continue
        path, _, target = match["path"][1:].partition(" -> ") if match["kind"] == "l" else (match["path"][1:], "", "")
        found[path] = Entry(kind=match["kind"], size=int(match["size"]), target=target)
    return found


class ImageReader:
    """One squashfs through ``unsquashfs``. Raises Fault image-damaged when it cannot be read."""

    def __init__(self, machine: Machine, path: str) -> None:
        self._machine = machine
        self.path = path

    def listing(self) -> dict[str, Entry]:
        try:
            answer = self._machine.run(["unsquashfs", "-lln", self.path], timeout_s=600)
        except DoorError as error:
            raise Fault("image-damaged", file=self.path, why=str(error)) from None
        if answer.exit_status:
            raise Fault("image-damaged", file=self.path, why=_last_line(answer.errors))
        return parse_listing(answer.text)

    def text_of(self, names: Sequence[str]) -> bytes:
        """The content of files of the image, one after the other; they must be in it."""
        if not names:
            return b""
        answer = self._machine.run(["unsquashfs", "-no-wildcards", "-cat", self.path, *names], timeout_s=300)
        if answer.exit_status:
            raise Fault("image-damaged", file=self.path, why=_last_line(answer.errors))
        return answer.stdout


def read_contents(reader: ImageReader) -> Contents:
    """Names, kernel version and shim signers of an image."""
    entries = reader.listing()
    signers = shim.signers(reader.text_of([SHIM])) if SHIM in entries else ()
    return Contents(entries=entries, signers=signers, kernel=_newest_kernel(entries))


def _newest_kernel(entries: Mapping[str, Entry]) -> str:
    versions = [p.removeprefix("boot/vmlinuz-") for p in entries if p.startswith("boot/vmlinuz-")]
    return max(versions, key=lambda v: [int(n) for n in re.findall(r"\d+", v)], default="")


def boot_findings(contents: Contents) -> Iterator[Finding]:
    """What keeps the installed disk from starting, on UEFI with Secure Boot or on BIOS."""
    have = contents.entries
    if not contents.kernel:
        yield Finding(id="no-kernel", refuses=True, detail="boot/vmlinuz-*")
    elif f"boot/initrd.img-{contents.kernel}" not in have:
        yield Finding(id="no-initrd", refuses=True, detail=f"boot/initrd.img-{contents.kernel}")
    yield from _absent(have, _BIOS_FILES, "no-bios-grub")
    yield from _absent(have, _TOOLS, "no-grub-tools")
    yield from _absent(have, (SIGNED_GRUB,), "no-signed-grub")
    yield from _absent(have, (SHIM, MOKMANAGER), "no-shim")
    lacking = shim.missing_signers(contents.signers)
    if SHIM in have and lacking:
        yield Finding(id="shim-signers", refuses=True, detail=", ".join(lacking))


def _absent(have: Mapping[str, Entry], names: Sequence[str], finding: str) -> Iterator[Finding]:
    lacking = [name for name in names if name not in have]
    if lacking:
        yield Finding(id=finding, refuses=True, detail=", ".join(lacking))


def identity_findings(contents: Contents, text_of: Callable[[Sequence[str]], bytes]) -> Iterator[Finding]:
    """Traces of a person or of one machine: what every PC made from this image would share."""
    have = contents.entries
    machine_id = have.get("etc/machine-id")
    if machine_id is None or machine_id.kind != "-" or machine_id.size:
        why = "missing" if machine_id is None else "not empty"
        yield Finding(id="machine-id", refuses=True, detail=why)
    keys = [p for p in have if re.match(r"^etc/ssh/ssh_host_.+", p)]
    if keys:
        yield Finding(id="ssh-host-keys", refuses=True, detail=", ".join(sorted(keys)))
    for kind in ("wifi-secret", "profile-left", "home-not-empty"):
        left = sorted(p for p in have if any(k == kind and pattern.match(p) for pattern, k in _SECRETS))
        if left:
            yield Finding(id=kind, refuses=True, detail=left[0] + (f" (+{len(left) - 1})" if len(left) > 1 else ""))
    if "etc/passwd" in have:
        yield from _users(text_of(["etc/passwd"]).decode("utf-8", "replace"))
    if "etc/shadow" in have:
        yield from _passwords(text_of(["etc/shadow"]).decode("utf-8", "replace"))


def _users(passwd: str) -> Iterator[Finding]:
    rows = [line.split(":") for line in passwd.splitlines()]
    people = [r[0] for r in rows if len(r) > 2 and r[2].isdigit() and int(r[2]) >= 1000 and r[0] != "nobody"]
    if people:
        yield Finding(id="user-left", refuses=True, detail=", ".join(people))


def _passwords(shadow: str) -> Iterator[Finding]:
    """shadow(5): "!" or "*" cannot be typed; an empty field means no password at all."""
    rows = [line.split(":") for line in shadow.splitlines() if ":" in line]
    usable = [r[0] for r in rows if not r[1] or r[1][0] not in "!*"]
    if usable:
        yield Finding(id="password-left", refuses=True, detail=", ".join(usable))


def system_findings(contents: Contents, text_of: Callable[[Sequence[str]], bytes]) -> Iterator[Finding]:
    """What makes a bad installed system: half-installed packages, a private package source, an initrd for one PC."""
    have = contents.entries
    if "var/lib/dpkg/status" in have:
        broken = broken_packages(text_of(["var/lib/dpkg/status"]).decode("utf-8", "replace"))
        if broken:
            yield Finding(id="dpkg-audit", refuses=True, detail=", ".join(broken[:5]))
    sources = [p for p in have if re.match(r"^etc/apt/sources\.list(\.d/.+\.(list|sources))?$", p)]
    private = private_hosts(text_of(sorted(sources)).decode("utf-8", "replace"))
    if private:
        yield Finding(id="private-source", refuses=True, detail=", ".join(private))
    settings = [p for p in have if re.match(r"^etc/initramfs-tools/(initramfs\.conf|conf\.d/.+)$", p)]
    in_order = sorted(settings, key=lambda p: ("/conf.d/" in p, p))  # conf.d has the last word (initramfs.conf(5))
    modes = re.findall(rb"(?m)^\s*MODULES=(\w+)", text_of(in_order))
    if modes and modes[-1] != b"most":
        yield Finding(id="initrd-modules", refuses=True, detail=modes[-1].decode())
    if not modes:
        yield Finding(id="initrd-modules", refuses=False, detail="?")
    if "usr/sbin/sshd" in have:
        yield Finding(id="sshd", refuses=False, detail="usr/sbin/sshd")


def broken_packages(status: str) -> list[str]:
    """Packages of /var/lib/dpkg/status that are neither installed nor only configuration (dpkg --audit)."""
    broken = []
    for block in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if re.match(r"^(Package|Status): ", line))
        state = fields.get("Status", "").split()
        if len(state) == 3 and (state[1] != "ok" or state[2] not in ("installed", "config-files", "not-installed")):
            broken.append(f"{fields.get('Package', '?')} {state[2]}")
    return broken


def private_hosts(sources: str) -> list[str]:
    """Hosts of package sources that only exist on somebody's own network."""
    hosts = {m.lower() for m in re.findall(r"(?m)^[^#\n]*?\b(?:https?|ftp)://(?:[^@/\s]*@)?([^/:\s]+)", sources)}
    found = []
    for host in sorted(hosts):
        try:
            private = ipaddress.ip_address(host).is_private
        except ValueError:
            private = "." not in host or host.endswith(
                (".local", ".lan", ".home", ".internal", ".localdomain", ".arpa")
            )
        if private:
            found.append(host)
    return found


FIRST_BOOT = "usr/lib/regain/first-boot"
"""The program that asks the recipient; overlay ``first-boot``."""


UPDATES = "etc/apt/apt.conf.d/20auto-upgrades"


def update_findings(
    contents: Contents, text_of: Callable[[Sequence[str]], bytes], *, automatic: bool
) -> Iterator[Finding]:
    """A profile that promises security updates needs the program and the setting that starts it every day."""
    if not automatic:
        return
    yield from _absent(contents.entries, ("usr/bin/unattended-upgrade", UPDATES), "no-updates")
    setting = text_of([UPDATES]).decode("utf-8", "replace") if UPDATES in contents.entries else ""
    if setting and not re.search(r'(?m)^\s*APT::Periodic::Unattended-Upgrade\s+"1"', setting):
        yield Finding(id="no-updates", refuses=True, detail=f"{UPDATES}: Unattended-Upgrade")


def first_boot_findings(contents: Contents, *, wizard: bool) -> Iterator[Finding]:
    """A profile that promises the first-boot questions needs the program that asks them: else nobody can log in."""
    if wizard and FIRST_BOOT not in contents.entries:
        yield Finding(id="no-first-boot", refuses=True, detail=FIRST_BOOT)


KIOSK_FILES = (
    *(
        "usr/bin/cage",
        "usr/bin/firefox-esr",
        "usr/bin/swayidle",
        "usr/lib/regain/kiosk",
        "usr/lib/regain/kiosk-settings",
    ),
    *("etc/systemd/system/multi-user.target.wants/regain-kiosk.service", "etc/grub.d/06_regain-kiosk"),
    *("etc/systemd/system/getty@tty1.service", "etc/systemd/system/autovt@.service"),
)
"""A browser alone, started by itself; a start menu that nobody changes; and login screens, masked."""


def kiosk_findings(contents: Contents, *, kiosk: bool) -> Iterator[Finding]:
    """A profile that promises a kiosk needs its parts, and no way to a login screen: else visitors see one."""
    if kiosk:
        yield from _absent(contents.entries, KIOSK_FILES, "no-kiosk")
        for name in KIOSK_FILES[-2:]:
            entry = contents.entries.get(name)
            if entry is not None and entry.target != "/dev/null":
                yield Finding(id="no-kiosk", refuses=True, detail=name)


def all_findings(contents: Contents, reader: ImageReader, *, profile: LinuxProfile | None) -> tuple[Finding, ...]:
    """Everything; without a profile nothing is promised: neither questions at the first start nor updates."""
    wizard = profile is not None and profile.first_boot.mode == "wizard"
    automatic = profile is not None and profile.updates.security == "automatic"
    return (
        *boot_findings(contents),
        *identity_findings(contents, reader.text_of),
        *system_findings(contents, reader.text_of),
        *first_boot_findings(contents, wizard=wizard),
        *update_findings(contents, reader.text_of, automatic=automatic),
        *kiosk_findings(contents, kiosk=profile is not None and profile.kiosk is not None),
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "?"
