"""What the stick is: names, places, version and dates. Pure, apart from asking git for the commit."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent

SUITE = "trixie"
COMPONENTS = ("main", "non-free-firmware")
PYTHON = "3.13"
"""What Debian trixie has; the wheels are resolved for it, not for the Python of the builder."""

LABEL = "REGAIN"
LARGEST_ISO = 700 * 10**6
"""Bytes, without installable images: it still fits on a CD and copies in a minute."""

DOCUMENTS = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/lintian/*")
KEPT_DOCUMENTS = (
    "/usr/share/doc/*/copyright",
    "/usr/share/doc/apt/examples/*",
    "/usr/share/locale/[f]r/LC_MESSAGES/grub.mo",
)
"""Licences stay, the package sources that Debian ships as an example, and the French of the boot menu. dpkg keeps
the folders of an included file only up to the first wildcard of its pattern (dpkg(1)): hence the brackets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One build."""

    version: str
    commit: str
    epoch: int
    """Seconds since 1970 that every date in the image is cut down to (SOURCE_DATE_EPOCH)."""

    out: Path
    images: Path | None = None
    """Installable images to put on the medium, under /images."""

    @property
    def name(self) -> str:
        return f"regain-{self.version}"

    @property
    def iso(self) -> Path:
        return self.out / f"{self.name}.iso"

    @property
    def work(self) -> Path:
        return self.out / ".iso"

    @property
    def built(self) -> str:
        return datetime.fromtimestamp(self.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def token(self) -> str:
        """The name of a file that only this medium has: GRUB looks for it among all disks of the PC."""
        return "regain-" + hashlib.sha256(f"{self.version} {self.commit} {self.epoch}".encode()).hexdigest()[:12]

    def marker(self) -> str:
        """/etc/regain/live-image: this system was started from the stick, and from which one."""
        facts = {"version": self.version, "built": self.built, "commit": self.commit, "suite": SUITE}
        return json.dumps(facts, indent=1) + "\n"


def read_packages(text: str) -> list[str]:
    """One package a line; ``#`` begins a remark."""
    return [name for line in text.splitlines() if (name := line.partition("#")[0].strip())]


def project_version(pyproject: str) -> str:
    return str(tomllib.loads(pyproject)["project"]["version"])


def runtime_requirements(pyproject: str) -> list[str]:
    """What the agent needs on the stick: neither the registry nor the tests."""
    return [str(requirement) for requirement in tomllib.loads(pyproject)["project"]["dependencies"]]


def tree_digest(packages: list[str]) -> str:
    """Changes when the tree of packages has to be made again."""
    text = "\n".join([SUITE, *COMPONENTS, *DOCUMENTS, *KEPT_DOCUMENTS, *sorted(packages)])
    return hashlib.sha256(text.encode()).hexdigest()


def epoch_of(environment: Mapping[str, str], now: float) -> int:
    """SOURCE_DATE_EPOCH (reproducible-builds.org), else now."""
    return int(environment.get("SOURCE_DATE_EPOCH") or now)
