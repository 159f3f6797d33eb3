"""A Windows image that a workshop brought itself: the closed shape of its sidecar (INSTALL design, 12).

No Windows file comes with this product. What is written here was read in the files, or said by who brought them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from agent.model.profile import Closed, ProfileId, Refused, Sentence, Sha256


class Basis(StrEnum):
    """Why this PC may have this Windows. Asked once, written in the report; not legal advice."""

    OEM_MSDM = "oem-msdm"  # the key in the firmware of this PC, same edition
    RETAIL_OWNED = "retail-owned"  # a licence that the workshop or the recipient owns
    MAR_CITIZENSHIP = "mar-citizenship"  # registered refurbisher: a new licence and label for each PC
    MAR_COMMERCIAL = "mar-commercial"


FileName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()-]{0,100}\.(wim|esd|swm|WIM|ESD|SWM)$")
]


class WimFile(Closed):
    name: FileName
    sha256: Sha256
    bytes: int = Field(gt=0)


class WimImage(Closed):
    """One image of the files. ``unpacked_bytes`` and ``entries`` (names below the root): counted on the disk too."""

    index: int = Field(ge=1, le=200)
    name: Sentence
    edition: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{2,60}$")]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.]{1,12}$")]
    build: Annotated[str, StringConstraints(pattern=r"^\d{3,6}(\.\d{1,6})?$")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{4})?-[A-Z]{2}$")]
    arch: Literal["x86_64"]
    unpacked_bytes: int = Field(gt=0)
    entries: int = Field(gt=0)


class Obtained(Closed):
    """Where the files come from, when, and whose card says so."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    from_: Literal["iso", "volume-portal", "mar-portal"] = Field(alias="from")
    date: Annotated[str, StringConstraints(pattern=r"^20\d\d-\d\d-\d\d$")]
    by: Annotated[str, StringConstraints(max_length=40)] = ""


BootFolder = Literal["EFI", "EFI_EX"]
Authority = Literal["2011", "2023"]


class BootSigner(Closed):
    """Who signed the boot manager in ``Windows/Boot/<folder>``: read in the file, whatever the folder is called."""

    folder: BootFolder
    authority: Authority


class SetupMedia(Closed):
    """The content of the ISO beside the image, for Microsoft's own Setup: ``setup/`` and its list of hashes.

    ``boot_signers``: "EFI" is the boot file of the medium itself, "EFI_EX" the newer one inside its ``boot.wim``.
    """

    sha256: Sha256  # of the list: every file's own hash is in it
    files: int = Field(gt=0)
    bytes: int = Field(gt=0)
    boot_index: int = Field(ge=1, le=20)  # the image of boot.wim that starts
    boot_signers: tuple[BootSigner, ...] = Field(min_length=1, max_length=2)


class WindowsImage(Closed):
    """``images/windows/<id>/sidecar.yaml``."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    schema_: Literal["regain-windows-image/1"] = Field(alias="schema")
    id: ProfileId
    files: tuple[WimFile, ...] = Field(min_length=1)
    image: WimImage
    boot_signers: tuple[BootSigner, ...] = Field(min_length=1, max_length=2)
    obtained: Obtained
    licence_bases: tuple[Basis, ...] = Field(min_length=1)
    setup: SetupMedia | None = None

    @model_validator(mode="after")
    def _single(self) -> WindowsImage:
        for what, names in (
            ("files", [f.name.lower() for f in self.files]),
            ("boot_signers", [b.folder for b in self.boot_signers]),
        ):
            if len(set(names)) != len(names):
                raise Refused("twice", what)
        return self

    @property
    def bytes(self) -> int:
        return sum(f.bytes for f in self.files)


Way = Literal["apply", "setup"]
"""The image was applied from here, or Microsoft's own Setup was staged and did it when the PC started."""


class Confirmation(Closed):
    """A PC that was seen starting this very image; written by ``--confirm-boot`` and by nothing else.

    ``path``: a Windows that Setup installed says nothing of one that is applied from here, nor the other way round.
    """

    report_id: str
    maker: str
    model: str
    workshop: str
    card: str
    date: str
    path: Way = "apply"


class Confirmations(Closed):
    """``confirmed.json`` beside a sidecar. A fact about what was seen, so never in the file that people write."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    schema_: Literal["regain-windows-confirmed/1"] = Field(alias="schema", default="regain-windows-confirmed/1")
    sha256: Sha256  # of the first file: a new image starts unproven again
    seen: tuple[Confirmation, ...] = ()

    def models(self, path: Way) -> set[tuple[str, str]]:
        """Maker and model of every PC that was seen starting what came by this path."""
        return {(c.maker.lower(), c.model.lower()) for c in self.seen if c.path == path}

    def status(self, path: Way) -> Literal["proven", "unproven"]:
        """Proven by three models of two makers (INSTALL design, 14)."""
        models = self.models(path)
        makers = {maker for maker, _ in models}
        return "proven" if len(models) >= PROVEN_MODELS and len(makers) >= PROVEN_MAKERS else "unproven"


PROVEN_MODELS, PROVEN_MAKERS = 3, 2
