"""What wimlib says of an image, recorded from wimlib 1.13.6, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.install.windows.sidecar import confirm, drivers_for, read_confirmations, read_sidecar, write_sidecar
from agent.install.windows.wim import NotAWim, boot_manager, lacking, parse_header, parse_xml
from agent.model.errors import Fault

from .test_choice import _seen, windows_image

HEADER = """Magic Characters            = MSWIM\\0\\0\\0
Header Size                 = 208
Flags                       = 0x4008a
    WIM_HDR_FLAG_COMPRESSION is set
GUID                        = 73b3a14ec092dfb6b9117c6ad1364870
Part Number                 = 2
Total Parts                 = 3
Image Count                 = 1
"""
XML = """<WIM><IMAGE INDEX="2"><NAME>Pro</NAME><DIRCOUNT>7</DIRCOUNT><FILECOUNT>5</FILECOUNT>
<TOTALBYTES>270016</TOTALBYTES><WINDOWS><ARCH>9</ARCH><EDITIONID>Professional</EDITIONID><LANGUAGES><LANGUAGE>fr-FR</LANGUAGE><DEFAULT>fr-FR</DEFAULT>
</LANGUAGES><VERSION><MAJOR>10</MAJOR><MINOR>0</MINOR><BUILD>26200</BUILD><SPBUILD>1234</SPBUILD></VERSION></WINDOWS>
<DISPLAYNAME>Windows 11 Professionnel</DISPLAYNAME></IMAGE><IMAGE INDEX="1"><NAME>Core</NAME></IMAGE></WIM>"""


def test_a_header_tells_which_part_of_how_many() -> None:
    header = parse_header(HEADER)
    assert (header.part, header.parts, header.images, header.guid[:4]) == (2, 3, 1, "73b3")
    for text in ("", "Part Number = x\nTotal Parts = 1", HEADER.replace("Total", "Some")):
        with pytest.raises(NotAWim):
            parse_header(text)


def test_the_xml_tells_edition_language_and_build() -> None:
    core, pro = parse_xml(XML.encode("utf-16"))
    assert (core.number, core.name, core.edition, core.arch) == (1, "Core", "", "")
    assert (pro.number, pro.name) == (2, "Windows 11 Professionnel")
    assert (pro.edition, pro.language, pro.build, pro.arch) == ("Professional", "fr-FR", "26200.1234", "x86_64")
    assert pro.version == (10, 0) and pro.total_bytes == 270016


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        "<WIM><IMAGE/></WIM>".encode("utf-16"),
        "<WIM>".encode("utf-16"),
        '<WIM><IMAGE INDEX="x"/></WIM>'.encode("utf-16"),
        '<!DOCTYPE a [<!ENTITY b "c">]><WIM>&b;</WIM>'.encode("utf-16"),
        XML.encode(),
    ],
)
def test_what_is_not_the_xml_of_a_wim_is_said(data: bytes) -> None:
    with pytest.raises(NotAWim):
        parse_xml(data)


@given(st.binary(max_size=300))
def test_no_bytes_end_in_another_error(data: bytes) -> None:
    try:
        parse_xml(data)
    except NotAWim:
        pass


def test_what_a_windows_must_have_whatever_the_case() -> None:
    have = ["/windows/system32/WINLOAD.efi", "/Windows/System32/ntoskrnl.exe", "/Windows/System32/config/SYSTEM"]
    assert list(lacking(have)) == ["/Windows/Boot/EFI/bootmgfw.efi"]
    assert boot_manager("EFI") == "/Windows/Boot/EFI/bootmgfw.efi"
    assert boot_manager("EFI_EX") == "/Windows/Boot/EFI_EX/bootmgfw_EX.efi"


def test_a_sidecar_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = write_sidecar(tmp_path / "win11-pro", windows_image())
    assert read_sidecar(path) == windows_image()
    assert "PRODUCT" not in path.read_text().upper() and [p.name for p in path.parent.iterdir()] == ["sidecar.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("index: 6", "index: 0", "image.index"),
        ("arch: x86_64", "arch: arm64", "image.arch"),
        ("licence_bases:\n- oem-msdm", "licence_bases:\n- found-on-the-street", "licence_bases.0"),
        ("name: install.wim", "name: ../install.wim", "files"),
        ("from: iso", "from: torrent", "obtained.from"),
        ("id: win11-pro", "id: win11-home", "id"),
        ("index: 6", "index: 6\n  status: proven", "image.status"),
    ],
)
def test_a_mistake_in_a_sidecar_is_told_with_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    path = write_sidecar(tmp_path / "win11-pro", windows_image())
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(Fault) as caught:
        read_sidecar(path)
    assert caught.value.error_id == "sidecar-bad" and caught.value.params["path"] == place


def test_what_was_confirmed_of_other_files_is_not_confirmed(tmp_path: Path) -> None:
    image = windows_image()
    for number, (maker, model) in enumerate([("Dell", "7010"), ("HP", "840"), ("HP", "600")]):
        seen = confirm(tmp_path, image, _seen(number, maker, model))
    assert seen.status("apply") == "proven" and read_confirmations(tmp_path, image).status("apply") == "proven"
    other: Any = windows_image(files=[{"name": "install.wim", "sha256": "b" * 64, "bytes": 5}])
    assert read_confirmations(tmp_path, other).seen == ()


def test_drivers_are_found_by_the_names_of_the_pc(tmp_path: Path) -> None:
    (tmp_path / "drivers/dell-inc/OptiPlex 7010").mkdir(parents=True)
    assert drivers_for(tmp_path, maker="Dell Inc.", product="OptiPlex 7010") == "drivers/dell-inc/OptiPlex 7010"
    assert drivers_for(tmp_path, maker="Dell Inc.", product="OptiPlex 7020") is None
    assert drivers_for(tmp_path, maker="", product="") is None
