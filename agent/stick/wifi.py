"""Wi-Fi of the settings as NetworkManager profiles (nm-settings-keyfile(5)). A wired network needs none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from agent.report.files import write_atomic
from agent.stick.settings import Wifi

FOLDER = Path("/run/NetworkManager/system-connections")
PREFIX = "regain-wifi-"
_SPACE = uuid.UUID("9c8f9c33-6f6f-4c56-9d1c-51f8a8e3a4b1")


def profile(number: int, wifi: Wifi) -> str:
    """One profile. The name of the network is written as bytes: no character of it can be taken for syntax."""
    name = f"{PREFIX}{number}"
    ssid = "".join(f"{byte};" for byte in wifi.ssid.encode("utf-8"))
    lines = ["[connection]", f"id={name}", f"uuid={uuid.uuid5(_SPACE, name + wifi.ssid)}", "type=wifi"]
    # a cable comes first: its own priority is 0, and the earlier networks of the list before the later ones
    lines += [f"autoconnect-priority={-number}", "", "[wifi]", f"ssid={ssid}", "mode=infrastructure"]
    lines += ["hidden=true"] if wifi.hidden else []
    if wifi.password is not None:
        lines += ["", "[wifi-security]", "key-mgmt=wpa-psk", f"psk={_escaped(wifi.password)}"]
    lines += ["", "[ipv4]", "method=auto", "", "[ipv6]", "method=auto", ""]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """GKeyFile: a backslash is doubled, a leading blank written as \\s."""
    text = text.replace("\\", "\\\\")
    return text.replace(" ", "\\s") if text.startswith(" ") or text.endswith(" ") else text


def write_profiles(networks: Sequence[Wifi], folder: Path = FOLDER) -> list[Path]:
    """Replace our profiles there, mode 0600, and leave all others alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    paths = [folder / f"{PREFIX}{n}.nmconnection" for n in range(1, len(networks) + 1)]
    for old in set(folder.glob(f"{PREFIX}*.nmconnection")) - set(paths):
        old.unlink()
    for number, (path, wifi) in enumerate(zip(paths, networks, strict=True), start=1):
        write_atomic(path, profile(number, wifi).encode("utf-8"), mode=0o600)
    return paths
