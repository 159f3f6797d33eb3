"""What the person answered, and the rules for it. Pure: no file, no program, no clock."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MIN_PASSWORD = 6
MIN_DISK = 12
MAX_NAME = 40

KEYBOARDS = (
    ("fr", "latin9"),
    ("fr", "bepo"),
    ("be", ""),
    ("ch", "fr"),
    ("ca", "fr"),
    ("gb", ""),
    ("us", ""),
    ("es", ""),
    ("pt", ""),
    ("de", ""),
    ("it", ""),
)
"""(layout, variant) of xkeyboard-config; the sentence of each is ``keyboard-<layout>-<variant>``."""

RESERVED = frozenset((
    *("root", "daemon", "bin", "sys", "sync", "games", "man", "mail", "news", "proxy", "backup", "list", "irc"),
    *("nobody", "admin", "sudo", "audio", "video", "users", "staff", "kiosk", "kiosque"),
))  # fmt: skip
"""Names that a system account has, or a group with rights."""


@dataclass(frozen=True)
class Network:
    """One Wi-Fi network as it is seen now. ``signal`` in percent."""

    name: str
    signal: int
    secured: bool


@dataclass(frozen=True)
class Answers:
    """None: not asked, or "later"."""

    keyboard: tuple[str, str] | None = None
    network: Network | None = None
    network_password: str = ""
    name: str = ""
    password: str = ""
    disk: str = ""
    page: str | None = None


def login_of(name: str) -> str:
    """The account name: "Jean-Zoé Ünal" -> "jean-zoe-unal" (useradd(8): letters, digits, hyphens, a letter first)."""
    letters = name.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode().lower()
    login = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-")
    if not login or login in RESERVED:
        return f"compte-{login}".strip("-")
    return login if login[0].isalpha() else f"u{login}"


def name_problem(name: str) -> str:
    """Message id of what is wrong, or "". A colon and a comma are separators of /etc/passwd (passwd(5))."""
    if not name.strip():
        return "name-empty"
    if len(name) > MAX_NAME:
        return "name-long"
    if re.search(r"[:,\x00-\x1f]", name):
        return "name-signs"
    return ""


def password_problem(password: str, again: str) -> str:
    """Length alone is asked for: rules of composition make people write it down on the PC."""
    if len(password) < MIN_PASSWORD:
        return "password-short"
    if re.search(r"[\x00-\x1f]", password):
        return "password-signs"
    return "" if password == again else "password-differs"


def disk_problem(phrase: str, again: str) -> str:
    """Typed before the system runs, so of the plain signs alone: no accents, which a later keyboard may not have."""
    if len(phrase) < MIN_DISK:
        return "disk-short"
    if re.search(r"[^ -~]", phrase):
        return "disk-signs"
    return "" if phrase == again else "password-differs"


def address_of(typed: str) -> str:
    """What a person types for a page, as an address: https where no scheme was typed."""
    text = typed.strip()
    return text if not text or "://" in text else f"https://{text}"


def page_problem(typed: str) -> str:
    """http and https only, of signs that mean nothing to a shell or a settings file; nothing: the image's own page."""
    address = address_of(typed)
    return "" if not address or re.fullmatch(r"https?://[!#-&(-;=?-\[\]_a-z~]{1,300}", address) else "page-bad"


def network_password_problem(password: str) -> str:
    """A WPA passphrase has 8 to 63 characters (IEEE 802.11-2020, J.4)."""
    return "" if 8 <= len(password.encode()) <= 63 else "wifi-password-length"


def parse_networks(text: str) -> list[Network]:
    """``nmcli -t -f SSID,SIGNAL,SECURITY device wifi list``: strongest first, each name once. ``\\:`` is a colon."""
    found: dict[str, Network] = {}
    for line in text.splitlines():
        fields = [part.replace("\\:", ":").replace("\\\\", "\\") for part in re.split(r"(?<!\\):", line)]
        if len(fields) != 3 or not fields[0] or not fields[1].isdigit():
            continue
        network = Network(fields[0], int(fields[1]), fields[2] not in ("", "--"))
        if network.name not in found or found[network.name].signal < network.signal:
            found[network.name] = network
    return sorted(found.values(), key=lambda n: -n.signal)


def keyboard_file(keyboard: tuple[str, str]) -> str:
    """/etc/default/keyboard (keyboard(5))."""
    layout, variant = keyboard
    return f'XKBMODEL="pc105"\nXKBLAYOUT="{layout}"\nXKBVARIANT="{variant}"\nXKBOPTIONS=""\nBACKSPACE="guess"\n'


def _keyfile(text: str) -> str:
    """A value of a GKeyFile, where a backslash begins an escape and a leading blank is lost."""
    escaped = text.replace("\\", "\\\\")
    return re.sub(r"^ ", r"\\s", escaped)


def connection_file(network: Network, password: str, uuid: str) -> str:
    """A NetworkManager profile (nm-settings-keyfile(5)); the name is written as bytes, so that any name works."""
    ssid = "".join(f"{byte};" for byte in network.name.encode())
    lines = [
        *("[connection]", "id=Wi-Fi", f"uuid={uuid}", "type=wifi", "", "[wifi]", "mode=infrastructure", f"ssid={ssid}"),
        *("", "[ipv4]", "method=auto", "", "[ipv6]", "method=auto", ""),
    ]
    if network.secured:
        lines += ["[wifi-security]", "key-mgmt=wpa-psk", f"psk={_keyfile(password)}", ""]
    return "\n".join(lines)
