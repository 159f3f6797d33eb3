"""The boot configuration store of one Windows on one disk, as bytes. Pure: every identifier is drawn by the caller.

A store is a registry hive: ``Objects\\{guid}\\Elements\\<8 hex digits>`` with one value ``Element``. The class of an
element stands in its number (bcdedit reference, "BCD element types"): bits 24 to 27 are 1 device, 2 text, 3 object,
4 list of objects, 5 integer, 6 yes or no, 7 list of integers.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.install.windows.hive import Key, Kind, Value, hive, text, texts

BOOT_MANAGER = "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
GLOBAL = "{7ea2e1ac-2e61-4728-aaa3-896d9d0a9f0e}"
DEBUGGER = "{4636856e-540f-4170-a130-a84776f4c654}"
EMS = "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}"
BAD_MEMORY = "{5189b25c-5558-4bf2-bca4-289b11bd29e2}"
LOADER_SETTINGS = "{6efb52bf-1766-41db-a6b3-0ee5eff72bd7}"
HYPERVISOR = "{7ff607e0-4395-11db-b0de-0800200c9a66}"
RESUME_SETTINGS = "{1afa9c49-16ab-4a5c-901b-212802da9460}"

BOOT_FILE = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"
LOADER_FILE = "\\Windows\\system32\\winload.efi"
RESUME_FILE = "\\Windows\\system32\\winresume.efi"
BOOT_MANAGER_NAME = "Windows Boot Manager"

Content = bytes | str | bool | int | Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BcdObject:
    """One object of a store; ``elements`` by number, in the form that ``_element`` writes for its class."""

    id: str
    type: int
    elements: Mapping[int, Content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A partition of a GPT disk, by its GUIDs."""

    disk_guid: str
    partition_guid: str

    def device(self) -> bytes:
        """88 bytes: options, then "qualified partition" with both GUIDs in Windows' byte order."""
        return (
            bytes(16)
            + struct.pack("<4I", 6, 0, 0x48, 0)
            + uuid.UUID(self.partition_guid).bytes_le
            + bytes(8)
            + uuid.UUID(self.disk_guid).bytes_le
            + bytes(16)
        )


def store(
    *, disk_guid: str, esp_guid: str, windows_guid: str, loader: str, resume: str, label: str, locale: str
) -> bytes:
    """The file ``EFI\\Microsoft\\Boot\\BCD``. ``loader`` and ``resume``: GUIDs drawn for this PC, without braces.

    Raises ValueError for an identifier that is not a GUID.
    """
    esp = Place(disk_guid=disk_guid, partition_guid=esp_guid)
    windows = Place(disk_guid=disk_guid, partition_guid=windows_guid)
    return pack(objects(esp, windows, loader=_braced(loader), resume=_braced(resume), label=label, locale=locale))


def _braced(guid: str) -> str:
    return "{" + str(uuid.UUID(guid)) + "}"


def objects(esp: Place, windows: Place, *, loader: str, resume: str, label: str, locale: str) -> tuple[BcdObject, ...]:
    """What a store made by Windows for one system has, without the tools that we do not offer."""
    manager: dict[int, Content] = {
        0x11000001: esp.device(),
        0x12000002: BOOT_FILE,
        0x12000004: BOOT_MANAGER_NAME,
        0x12000005: locale,
        0x14000006: (GLOBAL,),
        0x23000003: loader,
        0x23000006: resume,
        0x24000001: (loader,),
        0x25000004: 0,  # seconds: one system, nothing to ask
    }
    system: dict[int, Content] = {
        0x11000001: windows.device(),
        0x12000002: LOADER_FILE,
        0x12000004: label,
        0x12000005: locale,
        0x14000006: (LOADER_SETTINGS,),
        0x16000060: True,  # settings of the loader are its own
        0x17000077: struct.pack("<Q", 0x15000075),  # memory settings that may be changed
        0x21000001: windows.device(),
        0x22000002: "\\Windows",
        0x23000003: resume,
        0x25000020: 0,  # data execution prevention: opt-in
        0x250000C2: 1,  # boot menu: standard
    }
    hibernated: dict[int, Content] = {
        0x11000001: windows.device(),
        0x12000002: RESUME_FILE,
        0x12000004: "Windows Resume Application",
        0x12000005: locale,
        0x14000006: (RESUME_SETTINGS,),
        0x16000060: True,
        0x21000001: windows.device(),
        0x22000002: "\\hiberfil.sys",
    }
    shared: list[tuple[str, int, dict[int, Content]]] = [
        (GLOBAL, 0x20100000, {0x14000006: (DEBUGGER, EMS, BAD_MEMORY)}),
        (DEBUGGER, 0x20100000, {0x15000011: 4}),  # local
        (EMS, 0x20100000, {0x16000020: False}),
        (BAD_MEMORY, 0x20100000, {}),
        (LOADER_SETTINGS, 0x20200003, {0x14000006: (GLOBAL, HYPERVISOR)}),
        (HYPERVISOR, 0x20200003, {}),
        (RESUME_SETTINGS, 0x20200004, {0x14000006: (GLOBAL,)}),
    ]
    return (
        BcdObject(id=BOOT_MANAGER, type=0x10100002, elements=manager),
        BcdObject(id=loader, type=0x10200003, elements=system),
        BcdObject(id=resume, type=0x10200004, elements=hibernated),
        *(BcdObject(id=i, type=t, elements=e) for i, t, e in shared),
    )


def pack(store_objects: Sequence[BcdObject]) -> bytes:
    """The hive around the objects. The name is the one under which Windows mounts the system store."""
    description = Key(
        name="Description",
        values=(
            Value(name="KeyName", kind=Kind.SZ, data=text("BCD00000000")),
            Value(name="System", kind=Kind.DWORD, data=struct.pack("<I", 1)),
            Value(name="TreatAsSystem", kind=Kind.DWORD, data=struct.pack("<I", 1)),
        ),
    )
    return hive(
        Key(name="NewStoreRoot", keys=(description, Key(name="Objects", keys=[_key(o) for o in store_objects])))
    )


def _key(each: BcdObject) -> Key:
    kind = Value(name="Type", kind=Kind.DWORD, data=struct.pack("<I", each.type))
    elements = [Key(name=f"{number:08x}", values=(_element(number, c),)) for number, c in each.elements.items()]
    return Key(name=each.id, keys=(Key(name="Description", values=(kind,)), Key(name="Elements", keys=elements)))


def _element(number: int, content: Content) -> Value:
    kind, data = _wire(number >> 24 & 0xF, content)
    return Value(name="Element", kind=kind, data=data)


def _wire(shape: int, content: Content) -> tuple[Kind, bytes]:
    """Raises ValueError when the content is not what the element's number says."""
    match shape, content:
        case ((1 | 7), bytes()):
            return Kind.BINARY, content
        case ((2 | 3), str()):
            return Kind.SZ, text(content)
        case 4, tuple():
            return Kind.MULTI_SZ, texts([str(c) for c in content])
        case 6, bool():
            return Kind.BINARY, bytes([content])
        case 5, int():
            return Kind.BINARY, struct.pack("<Q", content)
    raise ValueError(f"element of class {shape}: {content!r}")
