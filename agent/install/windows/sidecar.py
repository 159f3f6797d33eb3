"""The Windows images of a stick: ``images/windows/<id>/`` with a sidecar, the files, and what was confirmed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from agent.install.profiles import parse_document
from agent.install.shim import signers
from agent.install.windows.choice import LANGUAGE, authority
from agent.install.windows.gate import file_hash
from agent.install.windows.wim import Index, Wim, boot_manager, lacking
from agent.machine.door import Machine
from agent.model import strictjson
from agent.model.errors import Fault
from agent.model.windows import (
    Basis,
    BootSigner,
    Confirmation,
    Confirmations,
    Obtained,
    SetupMedia,
    WimFile,
    WimImage,
    WindowsImage,
)

FOLDER = "windows"
SIDECAR = "sidecar.yaml"
CONFIRMED = "confirmed.json"
DRIVERS = "drivers"
_BIGGEST = 1 << 20  # bytes of a sidecar or of confirmations

VERSIONS = {"22000": "21H2", "22621": "22H2", "22631": "23H2", "26100": "24H2", "26200": "25H2"}
"""Build to version (Microsoft Learn, "Windows 11 release information")."""


def read_sidecar(path: Path) -> WindowsImage:
    """Raises Fault file-unreadable, sidecar-bad with the first mistake."""
    try:
        with path.open("rb") as file:
            data = file.read(_BIGGEST)
    except OSError as error:
        raise Fault("file-unreadable", path=str(path), why=error.strerror or "") from None
    image, problems = parse_document(data, WindowsImage)
    if image is None:
        first = problems[0]
        raise Fault("sidecar-bad", file=str(path), path=first.path or "-", detail=first.detail or first.kind)
    if image.id != path.parent.name:
        raise Fault("sidecar-bad", file=str(path), path="id", detail=path.parent.name)
    return image


def folders(images: Path) -> list[Path]:
    """Where the Windows images of an images folder are, by id."""
    return sorted(path.parent for path in (images / FOLDER).glob(f"*/{SIDECAR}"))


def read_confirmations(folder: Path, image: WindowsImage) -> Confirmations:
    """What was seen of this very image; nothing when the files are others. Raises Fault file-unreadable."""
    path = folder / CONFIRMED
    try:
        with path.open("rb") as file:
            data = file.read(_BIGGEST)
        strictjson.loads(data)
        seen = Confirmations.model_validate_json(data, strict=True)
    except FileNotFoundError:
        return Confirmations(sha256=image.files[0].sha256)
    except (OSError, ValidationError, strictjson.NotStrict) as error:
        why = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise Fault("file-unreadable", path=str(path), why=why or "") from None
    return seen if seen.sha256 == image.files[0].sha256 else Confirmations(sha256=image.files[0].sha256)


def confirm(folder: Path, image: WindowsImage, each: Confirmation) -> Confirmations:
    """Add one PC that was seen starting it; the same report counts once."""
    before = read_confirmations(folder, image)
    kept = tuple(c for c in before.seen if c.report_id != each.report_id)
    after = Confirmations(sha256=before.sha256, seen=(*kept, each))
    _replace(folder / CONFIRMED, after.model_dump_json(by_alias=True, indent=1) + "\n")
    return after


def drivers_for(folder: Path, *, maker: str, product: str) -> str | None:
    """``drivers/<maker>/<product>`` when the folder has it, whatever the case and the blanks; None otherwise."""

    def same(name: str, told: str) -> bool:
        return bool(told) and re.sub(r"[^a-z0-9]", "", name.lower()) == re.sub(r"[^a-z0-9]", "", told.lower())

    for place in sorted((folder / DRIVERS).glob("*/*")):
        if place.is_dir() and same(place.parent.name, maker) and same(place.name, product):
            return str(place.relative_to(folder))
    return None


def storage_drivers(folder: Path, drivers: str | None) -> tuple[str, ...]:
    """The .inf files for disk controllers, by their path below the drivers (class SCSIAdapter or HDC, in the file)."""
    root = folder / drivers if drivers else None
    found = sorted(p for p in root.rglob("*") if p.suffix.lower() == ".inf") if root else []
    return tuple(str(p.relative_to(root)) for p in found if root and _DISK_CLASS.search(_text(p)))


_DISK_CLASS = re.compile(r"(?im)^\s*Class\s*=\s*\"?(SCSIAdapter|HDC)\b")


def _text(inf: Path) -> str:
    """An .inf is UTF-16 with a mark, or one byte a letter. Raises Fault file-unreadable."""
    try:
        with inf.open("rb") as file:
            data = file.read(_BIGGEST)
    except OSError as error:
        raise Fault("file-unreadable", path=str(inf), why=error.strerror or "") from None
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace")


def make_sidecar(
    machine: Machine,
    files: Sequence[Path],
    number: int,
    *,
    image_id: str,
    obtained: Mapping[str, str],
    bases: Sequence[Basis],
    language: str | None = None,
    setup: SetupMedia | None = None,
) -> WindowsImage:
    """What a sidecar says, all of it read in the files; every checksum of the image is tried, which takes minutes.

    ``language``: said by the technician when the image is not in French. Raises Fault image-damaged, image-unfit,
    wim-no-index, wim-parts, windows-refused (architecture, language).
    """
    wim = Wim(machine=machine, files=files)
    wim.whole_set()
    told = wim.index(number)
    _usable(told, files[0].name, language)
    names = wim.names(number)
    missing = list(lacking(names))
    if missing:
        raise Fault("image-unfit", file=files[0].name, missing=", ".join(missing))
    wim.verify()
    return WindowsImage(
        schema="regain-windows-image/1",
        id=image_id,
        files=tuple(
            WimFile(name=file.name, sha256=file_hash(machine, file), bytes=file.stat().st_size) for file in files
        ),
        image=WimImage(
            index=number,
            name=told.name,
            edition=told.edition,
            version=VERSIONS.get(told.build.split(".")[0], told.build.split(".")[0]),
            build=told.build,
            language=told.language,
            arch="x86_64",
            unpacked_bytes=told.total_bytes,
            entries=len(names),
        ),
        boot_signers=_boot_signers(wim, number, names),
        obtained=Obtained.model_validate(dict(obtained)),
        licence_bases=tuple(bases),
        setup=setup,
    )


def _usable(told: Index, file: str, language: str | None) -> None:
    lacking_words = [name for name in ("name", "edition", "language", "build") if not getattr(told, name)]
    if lacking_words:
        raise Fault("image-unfit", file=file, missing=", ".join(lacking_words))
    if told.arch != "x86_64":
        raise Fault("windows-refused", reason="architecture")
    if told.language not in (LANGUAGE, language):
        raise Fault("windows-refused", reason="language")


def _boot_signers(wim: Wim, number: int, names: Sequence[str]) -> tuple[BootSigner, ...]:
    """Of each boot manager in the image, who signed it. Raises Fault image-unfit when nobody known signed any."""
    have = {name.lower() for name in names}
    found: list[BootSigner] = []
    read: list[str] = []
    for folder in ("EFI", "EFI_EX"):
        path = boot_manager(folder)
        if path.lower() in have:
            names_in_it = signers(wim.content(number, path))
            read += names_in_it or ("-",)
            known = authority(names_in_it)
            if known:
                found.append(BootSigner.model_validate({"folder": folder, "authority": known}))
    if not found:
        raise Fault("image-unfit", file=wim.files[0].name, missing=f"bootmgfw.efi ({', '.join(read)})")
    return tuple(found)


def write_sidecar(folder: Path, image: WindowsImage) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(image.model_dump(mode="json", by_alias=True), sort_keys=False, allow_unicode=True)
    _replace(folder / SIDECAR, text)
    return folder / SIDECAR


def _replace(path: Path, text: str) -> None:
    """Written beside and renamed: whole, or not at all. Raises Fault file-unreadable on a medium that refuses."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise Fault("file-unreadable", path=str(path), why=error.strerror or "") from None
