"""What may be installed: the closed shape of a Linux profile and of the image manifest (INSTALL design, 6 and 8).

``extra="forbid"`` and strict types everywhere: a key that is not here, or a value outside its list, is a mistake
of the person who wrote the file and is told with its path. Only what this version can really install is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from agent.model.eligibility import ProfileNeeds

_ID = r"^[a-z0-9-]{2,40}$"
_HASH = r"^[0-9a-f]{64}$"

ProfileId = Annotated[str, StringConstraints(pattern=_ID)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.=+-]+$")]
PackageName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9+.-]+$")]
PartName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Sha256 = Annotated[str, StringConstraints(pattern=_HASH)]


class Refused(ValueError):
    """A value that contradicts another one; ``kind`` is the end of a message id, ``detail`` fills it. ``at``: its path
    below what is being checked, ``instead``: the value that would be right, ``others``: found in the same check."""

    def __init__(self, kind: str, detail: str, *, at: str = "", instead: str = "") -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.at = at
        self.instead = instead
        self.others: tuple[Refused, ...] = ()


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Text(Closed):
    """The same sentence in every language of the product."""

    fr: Sentence
    en: Sentence


class Requires(Closed):
    """Hard needs. ``ram_mib`` in MiB as the kernel counts them, ``disk_gib`` in GiB."""

    arch: Literal["x86_64"]
    ram_mib: int = Field(ge=128, le=1 << 20)
    disk_gib: int = Field(ge=2, le=4096)
    firmware: tuple[Literal["uefi", "bios"], ...] = Field(min_length=1)
    cpu_flags: tuple[Word, ...] = ()


class Suits(Closed):
    """Ranking only, never a veto."""

    ram_mib: tuple[int, int]
    medium: tuple[Literal["hdd", "ssd", "nvme", "emmc"], ...] = ()

    @field_validator("ram_mib")
    @classmethod
    def _ordered(cls, span: tuple[int, int]) -> tuple[int, int]:
        if span[0] < 0 or span[0] > span[1]:
            raise Refused("range-order", f"{span[0]} > {span[1]}")
        return span


class ImageName(Closed):
    name: ProfileId
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}\.\d{2}(\.\d{1,3})?$")]


class Swap(Closed):
    """zram: ``percent`` of the memory, compressed with ``algorithm``. file: ``size_mib`` on the root file system."""

    kind: Literal["zram", "file", "none"]
    percent: int | None = Field(default=None, ge=10, le=200)
    algorithm: Literal["zstd", "lz4", "lzo-rle"] | None = None
    size_mib: int | None = Field(default=None, ge=128, le=65536)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted = {"zram": {"percent", "algorithm"}, "file": {"size_mib"}, "none": set[str]()}[self.kind]
        given = {name for name in ("percent", "algorithm", "size_mib") if getattr(self, name) is not None}
        for name in sorted(wanted - given):
            raise Refused("swap-needs", name)
        for name in sorted(given - wanted):
            raise Refused("swap-no-use", name, at=name)
        return self


class Storage(Closed):
    layout: Literal["hybrid-gpt"]
    root_fs: Literal["ext4"]
    mount_options: tuple[Word, ...] = ()
    encryption: Literal["never", "ask"]  # "ask": only when the technician asks for it; never by itself
    swap: Swap


class Keyboard(Closed):
    layout: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,8}$")]
    variant: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]*$")] = ""


class SystemSettings(Closed):
    """``hostname`` knows ``{tag}`` and ``{serial4}``."""

    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}_[A-Z]{2}\.UTF-8$")]
    keyboard: Keyboard
    timezone: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]+(/[A-Za-z_+-]+){1,2}$")]
    hostname: Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]|\{tag\}|\{serial4\}){1,60}$")]


class FirstBoot(Closed):
    """``none``: nobody is asked anything and nobody can log in, for tests only. ``page``: the address of a kiosk, whose
    ``password`` opens its settings. ``autologin``: only a kiosk, on an account without rights."""

    mode: Literal["wizard", "none"]
    ask: tuple[Literal["keyboard", "wifi", "page", "name", "password"], ...] = ()
    autologin: bool = False
    welcome: PartName | None = None


class Kiosk(Closed):
    """A browser alone on the screen. ``start_page``: an address, or nothing for the page of the image that says how to
    set one. ``idle_minutes`` without a touch: everything is forgotten and the start page is back."""

    start_page: Annotated[str, StringConstraints(pattern=r"^https?://[!#-&(-;=?-\[\]_a-z~]{1,300}$")] | None = None
    idle_minutes: int = Field(ge=1, le=120)


class Updates(Closed):
    security: Literal["automatic", "ask", "none"]
    release: Literal["ask", "none"]


class Build(Closed):
    """How the image is made: Debian suite and packages, then overlays, then hooks in the chroot by name."""

    suite: Literal["trixie"]
    components: tuple[Literal["main", "contrib", "non-free", "non-free-firmware"], ...] = Field(min_length=1)
    recommends: bool
    base: PartName
    packages: tuple[PackageName, ...] = Field(min_length=1)
    overlay: tuple[PartName, ...] = ()
    hooks: tuple[PartName, ...] = ()


CheckName = Literal[
    "grub-uuid", "efi-files", "initrd", "fstab", "no-identity", "dpkg-audit", "no-user", "no-sshd", "first-boot"
]


class LinuxProfile(Closed):
    """One choice on the screen. Who it is for, what it needs, and what is written on the disk. Without ``build``: of an
    image that somebody else made, where this file lies beside it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    schema_: Literal["regain-profile/1"] = Field(alias="schema")
    id: ProfileId
    kind: Literal["linux"]
    label: Text
    summary: Text
    for_: Literal["beginner", "family", "association", "kiosk", "school", "test"] = Field(alias="for")
    requires: Requires
    suits: Suits | None = None
    image: ImageName
    storage: Storage
    system: SystemSettings
    first_boot: FirstBoot
    kiosk: Kiosk | None = None
    updates: Updates
    support_until: Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
    licence: Literal["free"]
    build: Build | None = None
    checks: tuple[CheckName, ...] = ()

    @model_validator(mode="after")
    def _kiosk_or_person(self) -> Self:
        found = list(self._kiosk_mistakes())
        if found:
            found[0].others = tuple(found[1:])
            raise found[0]
        return self

    def _kiosk_mistakes(self) -> Iterator[Refused]:
        """A kiosk is nobody's PC: it starts without a person, rights or a phrase. All else is somebody's."""
        kiosk, first = self.for_ == "kiosk", self.first_boot
        if kiosk and self.kiosk is None:
            yield Refused("kiosk-needs", "kiosk")
        if not kiosk and self.kiosk is not None:
            yield Refused("kiosk-no-use", self.for_, at="kiosk", instead="for: kiosk")
        for index, key in enumerate(first.ask):
            if key == ("name" if kiosk else "page"):
                yield Refused("kiosk-ask", key, at=f"first_boot.ask.{index}", instead="page" if kiosk else "name")
        if kiosk != first.autologin:
            yield Refused("kiosk-autologin", self.for_, at="first_boot.autologin", instead=str(kiosk).lower())
        if kiosk and self.storage.encryption != "never":
            yield Refused("kiosk-encryption", "", at="storage.encryption", instead="never")

    @property
    def hidden(self) -> bool:
        """Made for tests: never on the screen."""
        return self.for_ == "test"

    def needs(self) -> ProfileNeeds:
        """What the eligibility stage asks about."""
        return ProfileNeeds(
            id=self.id,
            ram_mib=self.requires.ram_mib,
            disk_gib=self.requires.disk_gib,
            firmware=self.requires.firmware,
            cpu_flags=self.requires.cpu_flags,
            suits_ram_mib=self.suits.ram_mib if self.suits else None,
            suits_medium=self.suits.medium if self.suits else (),
            hidden=self.hidden,
            support_until=self.support_until,
            label={"fr": self.label.fr, "en": self.label.en},
        )


class ImageEntry(Closed):
    """One image of the manifest. Sizes in bytes.

    ``unpacked_bytes`` is the sum of the sizes of the regular files by name (a hard link counts each time), ``files``
    the number of names below the root: both are counted again on the installed disk.
    ``status`` is a fact about what was seen, never about what is hoped.
    """

    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$")]
    sha256: Sha256
    bytes: int = Field(gt=0)
    kind: Literal["linux"]
    profile: ProfileId
    version: str
    built: str  # ISO 8601 UTC
    unpacked_bytes: int = Field(gt=0)
    files: int = Field(gt=0)
    suite: str
    kernel: str
    shim_version: str
    shim_signers: tuple[str, ...]
    packages_sha256: Sha256
    origin: Literal["network", "local"]
    status: Literal["proven", "rehearsed", "unproven"]

    @field_validator("file")
    @classmethod
    def _inside(cls, file: str) -> str:
        if ".." in file.split("/"):
            raise Refused("outside", file)
        return file


class Manifest(Closed):
    """``images/manifest.json``: every image on this stick."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    schema_: Literal["regain-images/1"] = Field(alias="schema", default="regain-images/1")
    images: tuple[ImageEntry, ...] = ()
