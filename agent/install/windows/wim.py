"""What is in a WIM, an ESD or a split SWM: asked of wimlib-imagex, never guessed from the name of the file.

``info --header`` and ``info --xml`` of wimlib 1.13 and 1.14 (wimlib-imagex-info(1)); the XML is the one that the
tools of Windows write ("WIM File Format" white paper), and wimlib keeps it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from agent.install.windows.plan import ESSENTIAL, WIMLIB
from agent.install.work import last_line
from agent.machine.door import DoorError, Machine
from agent.model.errors import Fault

if TYPE_CHECKING:
    from agent.machine.door import Answer

_ARCHITECTURES = {"0": "x86", "5": "arm", "9": "x86_64", "12": "arm64"}
_BIGGEST_XML = 4 << 20  # bytes

BOOT = "/Windows/Boot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One image of the file, as its XML tells. An empty text is a thing that is not told."""

    number: int
    name: str
    edition: str
    language: str
    arch: str
    version: tuple[int, int]  # 10.0
    build: str
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    guid: str
    part: int
    parts: int
    images: int
    boot: int  # the image that starts, 0 for none


class NotAWim(ValueError):
    """The text is not what wimlib writes of a whole WIM; ``str()`` says why."""


def parse_header(text: str) -> Header:
    """Raises NotAWim."""
    found = dict(re.findall(r"(?m)^([A-Za-z ]+?)\s*=\s*(\S+)", text))
    try:
        return Header(
            guid=found["GUID"],
            part=int(found["Part Number"]),
            parts=int(found["Total Parts"]),
            images=int(found["Image Count"]),
            boot=int(found.get("Boot Index", "0")),
        )
    except (KeyError, ValueError) as error:
        raise NotAWim(f"header: {error}") from None


def parse_xml(data: bytes) -> tuple[Index, ...]:
    """The images of a WIM, by number. Raises NotAWim."""
    try:
        if len(data) > _BIGGEST_XML:
            raise NotAWim(f"{len(data)} bytes of XML")
        text = data.decode("utf-16").strip().removeprefix("\ufeff")
        if "<!" in text:  # no document type: an entity could unfold without end
            raise NotAWim("a document type in the XML")
        root = ElementTree.fromstring(text)
        return tuple(sorted((_index(node) for node in root.findall("IMAGE")), key=lambda i: i.number))
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        raise NotAWim(f"XML: {error}") from None


def _index(node: ElementTree.Element) -> Index:
    def told(path: str) -> str:
        return (node.findtext(path) or "").strip()

    try:
        build = ".".join(part for part in (told("WINDOWS/VERSION/BUILD"), told("WINDOWS/VERSION/SPBUILD")) if part)
        return Index(
            number=int(node.attrib["INDEX"]),
            name=told("DISPLAYNAME") or told("NAME"),
            edition=told("WINDOWS/EDITIONID"),
            language=told("WINDOWS/LANGUAGES/DEFAULT") or told("WINDOWS/LANGUAGES/LANGUAGE"),
            arch=_ARCHITECTURES.get(told("WINDOWS/ARCH"), ""),
            version=(int(told("WINDOWS/VERSION/MAJOR") or 0), int(told("WINDOWS/VERSION/MINOR") or 0)),
            build=build,
            total_bytes=int(told("TOTALBYTES") or 0),
        )
    except (KeyError, ValueError) as error:
        raise NotAWim(f"XML: {error}") from None


@dataclass(frozen=True, kw_only=True)
class Wim:
    """The files of one image. ``files[0]`` is the first part; the others are handed to wimlib as references."""

    machine: Machine
    files: Sequence[Path]

    @property
    def references(self) -> list[str]:
        return [f"--ref={part}" for part in self.files[1:]]

    def header(self, file: Path | None = None) -> Header:
        try:
            return parse_header(self._ask(["info", str(file or self.files[0]), "--header"]).text)
        except NotAWim as error:
            raise self.damaged(str(error)) from None

    def indexes(self) -> tuple[Index, ...]:
        try:
            return parse_xml(self._ask(["info", str(self.files[0]), "--xml"]).stdout)
        except NotAWim as error:
            raise self.damaged(str(error)) from None

    def index(self, number: int) -> Index:
        """Raises Fault wim-no-index when the file has no such image."""
        found = {i.number: i for i in self.indexes()}
        if number not in found:
            raise Fault("wim-no-index", file=self.files[0].name, index=number, have=", ".join(map(str, found)) or "-")
        return found[number]

    def whole_set(self) -> None:
        """Raises Fault wim-parts when a part of a split image is missing, is there twice, or is of another set."""
        headers = [self.header(file) for file in self.files]
        first = headers[0]
        if {h.guid for h in headers} != {first.guid} or [h.part for h in headers] != list(range(1, first.parts + 1)):
            have = ", ".join(f"{f.name} {h.part}/{h.parts}" for f, h in zip(self.files, headers, strict=True))
            raise Fault("wim-parts", file=self.files[0].name, have=have, want=first.parts)

    def verify(self) -> None:
        """Every byte of every image against the SHA-1 that the WIM has of it: minutes."""
        self._ask(["verify", str(self.files[0]), *self.references], timeout_s=3600)

    def names(self, number: int) -> list[str]:
        """Every path of one image below its root, in the order of the WIM."""
        text = self._ask(["dir", str(self.files[0]), str(number)], timeout_s=600).text
        return [line for line in text.splitlines() if line.startswith("/") and line != "/"]

    def content(self, number: int, path: str) -> bytes:
        """One file. Raises Fault image-damaged, image-unfit when it is not there."""
        argv = ["extract", str(self.files[0]), str(number), path, "--to-stdout", *self.references]
        return self._ask(argv, timeout_s=600, missing=path).stdout

    def damaged(self, why: str) -> Fault:
        return Fault("image-damaged", file=self.files[0].name, why=why)

    def _ask(self, argv: Sequence[str], *, timeout_s: float = 120, missing: str = "") -> Answer:
        try:
            answer = self.machine.run([*WIMLIB, *argv], timeout_s=timeout_s)
        except DoorError as error:
            raise self.damaged(str(error)) from None
        if answer.exit_status == _NOT_IN_THE_IMAGE and missing:
            raise Fault("image-unfit", file=self.files[0].name, missing=missing)
        if answer.exit_status:
            raise self.damaged(f"wimlib {answer.exit_status}: {last_line(answer.errors)}")
        return answer


_NOT_IN_THE_IMAGE = 49  # WIMLIB_ERR_PATH_DOES_NOT_EXIST (wimlib.h)


def lacking(names: Sequence[str]) -> Iterator[str]:
    """What a Windows must have and this image has not. NTFS names differ by more than their case."""
    have = {name.lower() for name in names}
    yield from (path for path in (*ESSENTIAL, f"{BOOT}/EFI/bootmgfw.efi") if path.lower() not in have)


def boot_manager(folder: str) -> str:
    """Where the boot manager lies: ``EFI/bootmgfw.efi``, ``EFI_EX/bootmgfw_EX.efi`` (pbatard/rufus 2244)."""
    return f"{BOOT}/{folder}/bootmgfw{folder.removeprefix('EFI')}.efi"
