"""Our boot store, read by four parsers that other people wrote."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from dissect.regf import RegistryHive as DissectHive
from hypothesis import given, settings
from hypothesis import strategies as st
from regipy.plugins.bcd.boot_entry_list import BootEntryListPlugin
from regipy.registry import RegistryHive as RegipyHive
from Registry import Registry

from agent.install.windows import bcd
from agent.install.windows.hive import BIGGEST_VALUE, Key, Kind, Value, checksum, hive, text, texts

IDS = {
    "disk_guid": "11111111-2222-4333-8444-555555555555",
    "esp_guid": "AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE",
    "windows_guid": "12345678-9ABC-4DEF-8123-456789ABCDEF",
    "loader": "00112233-4455-4677-8899-AABBCCDDEEFF",
    "resume": "ffeeddcc-bbaa-4988-8766-554433221100",
}
LOADER = "{00112233-4455-4677-8899-aabbccddeeff}"
RESUME = "{ffeeddcc-bbaa-4988-8766-554433221100}"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    file = tmp_path / "BCD"
    file.write_bytes(bcd.store(**IDS, label="Windows 11 Professionnel", locale="fr-FR"))
    return file


def _elements(store: Path, guid: str) -> dict[str, Any]:
    root = Registry.Registry(str(store))
    return {k.name(): k.value("Element").value() for k in root.open(f"Objects\\{guid}\\Elements").subkeys()}


def test_regipy_finds_the_disk_the_partition_and_the_loader(store: Path) -> None:
    plugin = BootEntryListPlugin(RegipyHive(str(store)), as_json=True)
    plugin.run()
    by_guid = {e["guid"]: e for e in plugin.entries}
    assert by_guid[LOADER]["gpt_disk"] == IDS["disk_guid"].lower()
    assert by_guid[LOADER]["gpt_partition"] == IDS["windows_guid"].lower()
    assert by_guid[LOADER]["image_path"] == "\\Windows\\system32\\winload.efi"
    assert by_guid[LOADER]["name"] == "Windows 11 Professionnel"
    assert by_guid[bcd.BOOT_MANAGER]["gpt_partition"] == IDS["esp_guid"].lower()


def test_python_registry_reads_every_object(store: Path) -> None:
    root = Registry.Registry(str(store))
    assert root.open("Description").value("KeyName").value() == "BCD00000000"
    objects = {k.name(): k.subkey("Description").value("Type").value() for k in root.open("Objects").subkeys()}
    assert len(objects) == 10 and objects[bcd.BOOT_MANAGER] == 0x10100002 and objects[LOADER] == 0x10200003
    manager = _elements(store, bcd.BOOT_MANAGER)
    assert manager["23000003"] == LOADER and [x for x in manager["24000001"] if x] == [LOADER]
    assert manager["23000006"] == RESUME and manager["25000004"] == bytes(8)


def test_dissect_reads_the_same(store: Path) -> None:
    with store.open("rb") as file:
        parsed = DissectHive(file)
        base = f"Objects\\{LOADER}\\Elements"
        assert parsed.open(f"{base}\\12000004").value("Element").value == "Windows 11 Professionnel"
        assert parsed.open(f"{base}\\16000060").value("Element").value == b"\x01"
        device = parsed.open(f"{base}\\21000001").value("Element").value
        assert len(device) == 88 and struct.unpack_from("<4I", device, 16) == (6, 0, 0x48, 0)


@pytest.mark.process
@pytest.mark.skipif(shutil.which("hivexget") is None, reason="libhivex-bin is not here")
def test_hivex_reads_the_same(store: Path) -> None:
    argv = ["hivexget", str(store), f"\\Objects\\{LOADER}\\Elements\\12000004"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '"Element"="Windows 11 Professionnel"'
    listed = subprocess.run(
        ["hivexsh", str(store)], input="cd Objects\nls\n", capture_output=True, text=True, check=True
    )
    assert len(listed.stdout.split()) == 10 and listed.stderr == ""


def test_every_reference_in_the_store_leads_to_an_object_of_it(store: Path) -> None:
    root = Registry.Registry(str(store))
    names = {k.name() for k in root.open("Objects").subkeys()}
    for name in names:
        for value in _elements(store, name).values():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str) and each.startswith("{"):
                    assert each in names


def test_the_bytes_depend_on_nothing_but_what_is_handed_in() -> None:
    one, two = (bcd.store(**IDS, label="Windows 11", locale="fr-FR") for _ in range(2))
    assert one == two and len(one) == 16384


def test_what_systemd_boot_asks_of_a_store(store: Path) -> None:
    """src/boot/bcd.c reads regf 1.3 with "lf" lists only; with "lh" it falls back to its own name."""
    data = store.read_bytes()
    assert struct.unpack_from("<4s4xI8xIII", data)[0] == b"regf"
    assert struct.unpack_from("<II", data, 20) == (1, 3)
    assert b"lf" in data and not re.search(rb"[\0-\xff]{4}lh[\x01-\x40]\0", data)
    assert struct.unpack_from("<I", data, 508)[0] == checksum(data[:512])


def test_an_identifier_that_is_no_guid_is_refused() -> None:
    with pytest.raises(ValueError):
        bcd.store(**{**IDS, "loader": "x"}, label="Windows 11", locale="fr-FR")
    with pytest.raises(ValueError):
        bcd.pack([bcd.BcdObject(id=bcd.GLOBAL, type=1, elements={0x25000004: "zero"})])


NAME = st.text(
    alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\"), min_size=1, max_size=24
)
VALUES = st.lists(
    st.builds(Value, name=NAME, kind=st.just(Kind.BINARY), data=st.binary(min_size=1, max_size=600)),
    max_size=4,
    unique_by=lambda v: v.name.upper(),
)
KEYS = st.lists(
    st.builds(Key, name=NAME, values=VALUES, keys=st.just(())), max_size=12, unique_by=lambda k: k.name.upper()
)


@settings(deadline=None)
@given(st.builds(Key, name=NAME, values=VALUES, keys=KEYS))
def test_any_tree_is_read_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, tree: Key) -> None:
    file = tmp_path_factory.getbasetemp() / "tree.hive"
    file.write_bytes(hive(tree))
    root = Registry.Registry(str(file)).root()
    assert root.name() == tree.name
    assert {v.name(): v.value() for v in root.values()} == {v.name: v.data for v in tree.values}
    assert [k.name() for k in root.subkeys()] == sorted((k.name for k in tree.keys), key=str.upper)
    for key in tree.keys:
        assert {v.name(): v.value() for v in root.subkey(key.name).values()} == {v.name: v.data for v in key.values}


@pytest.mark.parametrize(
    "bad",
    [
        Key(name="é"),
        Key(name="x" * 256),
        Key(name="r", keys=(Key(name="A"), Key(name="a"))),
        Key(name="r", values=(Value(name="v", kind=Kind.BINARY, data=bytes(BIGGEST_VALUE + 1)),)),
    ],
)
def test_what_the_format_cannot_hold_is_refused(bad: Key) -> None:
    with pytest.raises(ValueError):
        hive(bad)


def test_texts() -> None:
    assert text("é").decode("utf-16-le") == "é\0"
    assert texts(["a", "b"]).decode("utf-16-le") == "a\0b\0\0" and texts([]).decode("utf-16-le") == "\0"
