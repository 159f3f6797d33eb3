"""What an ATA drive is: its parameters, and real ones whose IDENTIFY data are known word for word."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Freeze(StrEnum):
    """When the drive is found frozen: firmware sends SECURITY FREEZE LOCK at boot, some also after a suspend."""

    NEVER = "never"
    BOOT = "boot"  # now; a pulled plug or a suspend thaws it
    POWER_ON = "power_on"  # at each power on; only a suspend thaws it
    ALWAYS = "always"


class Action(StrEnum):
    CRYPTO = "crypto_scramble"
    BLOCK = "block_erase"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartAttribute:
    id: int
    flags: int
    value: int
    raw: int
    worst: int | None = None
    threshold: int = 0


WD_BLUE_ATTRIBUTES = (
    SmartAttribute(id=1, flags=0x2F, value=200, raw=0, threshold=51),
    SmartAttribute(id=5, flags=0x33, value=200, raw=0, threshold=140),
    SmartAttribute(id=9, flags=0x32, value=55, raw=33120),
    SmartAttribute(id=12, flags=0x32, value=98, raw=2311),
    SmartAttribute(id=194, flags=0x22, value=112, worst=98, raw=31),
    SmartAttribute(id=196, flags=0x32, value=200, raw=0),
    SmartAttribute(id=197, flags=0x32, value=200, raw=0),
    SmartAttribute(id=198, flags=0x30, value=200, raw=0),
    SmartAttribute(id=199, flags=0x32, value=200, raw=0),
)
SSD_ATTRIBUTES = (
    SmartAttribute(id=1, flags=0x2F, value=100, raw=0),
    SmartAttribute(id=5, flags=0x32, value=100, raw=0, threshold=10),
    SmartAttribute(id=9, flags=0x32, value=100, raw=11204),
    SmartAttribute(id=12, flags=0x32, value=100, raw=1873),
    SmartAttribute(id=194, flags=0x22, value=69, worst=50, raw=31),
    SmartAttribute(id=196, flags=0x32, value=100, raw=0),
    SmartAttribute(id=197, flags=0x32, value=100, raw=0),
    SmartAttribute(id=198, flags=0x30, value=100, raw=0),
    SmartAttribute(id=199, flags=0x32, value=100, raw=0),
    SmartAttribute(id=202, flags=0x30, value=93, raw=7, threshold=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtaMake:
    """``rotation``: rpm, 1 for a solid state drive. ``erase_word``, ``enhanced_word``: IDENTIFY words 89 and 90 as
    they are (two-minute units, bit 15 the extended format). Seconds are how long the drive really takes; a pass of
    SANITIZE overwrite and SECURITY ERASE take ``pass_s``."""

    model: str = "REGAIN VIRTUAL HDD"
    serial: str = "RGV0000001"
    firmware: str = "1.0"
    wwn: int = 0x50014EE2B3A81C07
    rotation: int = 7200
    form_factor: int = 0  # word 168: 2 is 3.5 inch, 3 is 2.5 inch
    logical: int = 512
    physical: int = 512
    versions: int = 0x01F0  # word 80
    security: bool = True
    enhanced: bool = True
    erase_word: int = 43
    enhanced_word: int = 43
    sanitize: frozenset[Action] = frozenset()
    antifreeze: bool = False
    hpa: bool = True
    dco: bool = True
    trim: bool = False
    trim_blocks: int = 8  # the limit in word 105, 0 for none told
    trim_zeros: bool = True
    smart: bool = True
    attributes: tuple[SmartAttribute, ...] = WD_BLUE_ATTRIBUTES
    freeze: Freeze = Freeze.NEVER
    crypto_s: float = 2.0
    block_s: float = 40.0
    pass_s: float = 5160.0
    erased_to_ones: bool = False  # block erase leaves 0xFF


@dataclass(frozen=True, slots=True, kw_only=True)
class AtaPast:
    """How the drive comes to us. Sectors are counts; ``dco_sectors`` is what an overlay leaves of the whole."""

    password: bytes = b""
    master: bytes = b""
    master_revision: int = 0xFFFE
    maximum: bool = False
    unlocked: bool = False  # the firmware of the PC has given the password already
    hpa_sectors: int | None = None
    dco_sectors: int | None = None
    attributes: dict[int, int] = field(default_factory=dict)  # raw values by attribute number


def mx500(serial: str = "2317E6C09A44") -> AtaMake:
    return AtaMake(
        model="CT1000MX500SSD1",
        serial=serial,
        firmware="M3CR046",
        wwn=0x500A0751E6C09A44,
        rotation=1,
        form_factor=3,
        physical=4096,
        versions=0x0FF0,
        erase_word=1,
        enhanced_word=1,
        sanitize=frozenset({Action.CRYPTO, Action.BLOCK}),
        antifreeze=True,
        trim=True,
        attributes=SSD_ATTRIBUTES,
        pass_s=90.0,
    )


def wd5000(serial: str = "WD-WMAYU7834521") -> AtaMake:
    """As most PCs leave it: frozen at boot."""
    return AtaMake(model="WDC WD5000AAKX-001CA0", serial=serial, firmware="15.01H15", freeze=Freeze.BOOT)


def hts545050(serial: str = "TE95113Q2H7KLM") -> AtaMake:
    return AtaMake(
        model="HGST HTS545050A7E380",
        serial=serial,
        firmware="GG2OAC90",
        wwn=0x5000CCA7C6D51F02,
        rotation=5400,
        physical=4096,
        erase_word=0x36,
        enhanced_word=0x37,
        pass_s=6480.0,
    )


def wd80(serial: str = "VKG9R2TY") -> AtaMake:
    """SANITIZE overwrite, and erase times in the extended format."""
    return AtaMake(
        model="WDC WD80EFZX-68UW8N0",
        serial=serial,
        firmware="83.H0A83",
        wwn=0x5000CCA3B7E10D55,
        rotation=5400,
        physical=4096,
        versions=0x07F0,
        erase_word=0x8000 | 540,
        enhanced_word=0x8000 | 1200,
        sanitize=frozenset({Action.OVERWRITE}),
        pass_s=54000.0,
    )


def st2000dm(serial: str = "S1E0K3ZT") -> AtaMake:
    """ "More than 508 minutes": a floor, not a time."""
    return AtaMake(
        model="ST2000DM001-9YN164",
        serial=serial,
        firmware="CC4B",
        wwn=0x5000C5003F91D0E8,
        physical=4096,
        erase_word=0xFF,
        enhanced_word=0xFF,
        pass_s=36000.0,
    )


def st500lt012(serial: str = "W3P4Z7QA") -> AtaMake:
    return AtaMake(
        model="ST500LT012-1DG142",
        serial=serial,
        firmware="0003LVM1",
        wwn=0x5000C50067E2A9B4,
        rotation=5400,
        physical=4096,
        erase_word=51,
        enhanced_word=51,
        pass_s=6120.0,
    )


def thnsnh(serial: str = "63LS10A7T0WX") -> AtaMake:
    """A solid state drive without the Security feature set."""
    return AtaMake(
        model="TOSHIBA THNSNH128GBST",
        serial=serial,
        firmware="HTRAN101",
        wwn=0x500080D910A4C2E1,
        rotation=1,
        trim=True,
        trim_blocks=0,
        trim_zeros=False,
        security=False,
        hpa=False,
        dco=False,
        attributes=SSD_ATTRIBUTES,
    )
