"""What a self-encrypting drive tells of itself, and how it is asked: TCG Storage Level 0 Discovery.

Sources: TCG Core 2.01 (3.3.6 Level 0 Discovery), Opal SSC 2.01 (3.1.1), Pyrite SSC 2.00; SPC-4 6.30 and 6.31 SECURITY
PROTOCOL IN and OUT, NVMe base 2.0 5.25 and 5.26 Security Receive and Send. Numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from agent.model.value import value

TCG, DISCOVERY = 0x01, 0x0001
"""Security protocol of the ComPackets, and the ComID that answers with Level 0 Discovery."""

RECEIVE_BYTES = 2048
_BLOCK = 512
_HEADER_BYTES = 48
_TPER, _LOCKING, _ENTERPRISE = 0x0001, 0x0002, 0x0100
_FAMILIES: Mapping[int, str] = MappingProxyType(
    {0x0200: "opal", 0x0203: "opal2", 0x0301: "opalite", 0x0302: "pyrite", 0x0303: "pyrite2", 0x0304: "ruby"}
)


@value
class Discovery:
    """``family``: the SSC, "enterprise" for the other one, "" for none. ``enabled``: an owner has switched locking on.
    ``encrypts``: everything is written through a key of the drive. ``comid``: where packets go."""

    family: str = ""
    comid: int = 0
    supported: bool = False
    enabled: bool = False
    locked: bool = False
    encrypts: bool = False
    shadowed: bool = False  # a shadow MBR stands where the first sectors are
    locking: bytes = b""  # the locking feature descriptor as it came

    def to_wire(self) -> Mapping[str, str | bool]:
        names = ("family", "supported", "enabled", "locked", "encrypts", "shadowed")
        return {name: getattr(self, name) for name in names}


def read_discovery(raw: bytes) -> Discovery | None:
    """Level 0 Discovery; None when these bytes are none: too short, cut, or of another structure."""
    if len(raw) < _HEADER_BYTES:
        return None
    end = int.from_bytes(raw[0:4], "big") + 4
    if end < _HEADER_BYTES or end > len(raw) or int.from_bytes(raw[4:6], "big") != 0:
        return None
    features = _features(raw[_HEADER_BYTES:end])
    if features is None or _TPER not in features:
        return None
    family, comid = "", 0
    for code, name in _FAMILIES.items():  # the newest that it knows
        if code in features and len(features[code]) >= 6:
            family, comid = name, int.from_bytes(features[code][4:6], "big")
    if not family and _ENTERPRISE in features:
        family = "enterprise"
    locking = features.get(_LOCKING, b"")
    bits = locking[4] if len(locking) > 4 else 0
    return Discovery(
        family=family,
        comid=comid,
        supported=bool(bits & 0x01),
        enabled=bool(bits & 0x02),
        locked=bool(bits & 0x04),
        encrypts=bool(bits & 0x08),
        shadowed=bool(bits & 0x10) and not bits & 0x20,
        locking=locking,
    )


def _features(raw: bytes) -> dict[int, bytes] | None:
    """Feature descriptors by code, each with its four bytes of header; None when one reaches over the end."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(raw):
        length = raw[at + 3] + 4
        if at + length > len(raw):
            return None
        found.setdefault(int.from_bytes(raw[at : at + 2], "big"), raw[at : at + length])
        at += length
    return found


# -- how it is asked -----------------------------------------------------------------------------------------------


def receive_argv(bus: str, path: str, *, comid: int, protocol: int = TCG) -> list[str]:
    """The command line that fetches ``RECEIVE_BYTES`` from the drive's security protocol, raw on standard output."""
    if bus == "nvme":
        size = str(RECEIVE_BYTES)
        told = [f"--secp={protocol}", f"--spsp={comid}", f"--size={size}", f"--al={size}"]
        return ["nvme", "security-recv", path, *told, "--raw-binary"]
    asks = ["sg_raw", "--readonly", "--binary", "--request", str(RECEIVE_BYTES)]
    return [*asks, path, *_cdb(0xA2, protocol, comid, RECEIVE_BYTES)]


def received(stdout: bytes) -> bytes:
    """What the drive gave: the end of what was printed. nvme-cli 2.3 says "Success" before the bytes."""
    return stdout[-RECEIVE_BYTES:] if len(stdout) >= RECEIVE_BYTES else b""


def send_argv(bus: str, path: str, *, comid: int, length: int, protocol: int = TCG) -> list[str]:
    """The command line that gives the drive ``length`` bytes of standard input, a multiple of 512: both tools read it
    there when no file is named."""
    if length % _BLOCK:
        raise ValueError(f"{length} bytes are no whole blocks")
    if bus == "nvme":
        return ["nvme", "security-send", path, f"--secp={protocol}", f"--spsp={comid}", f"--tl={length}"]
    return ["sg_raw", "--send", str(length), path, *_cdb(0xB5, protocol, comid, length)]


def _cdb(opcode: int, protocol: int, comid: int, length: int) -> list[str]:
    """SECURITY PROTOCOL IN or OUT, its length in blocks of 512 bytes (INC_512): the only form that ATA has."""
    blocks = length // _BLOCK
    raw = bytes([opcode, protocol, *comid.to_bytes(2, "big"), 0x80, 0, *blocks.to_bytes(4, "big"), 0, 0])
    return [f"{byte:02x}" for byte in raw]


OPENS: Collection[str] = frozenset(_FAMILIES.values())
"""Families whose packets we speak. Enterprise drives call their methods by other names."""

ENCRYPTING: Collection[str] = frozenset({"opal", "opal2", "opalite", "ruby"})
"""Those whose factory revert replaces the key of everything; Pyrite drives do not encrypt."""
