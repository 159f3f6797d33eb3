"""``unattend.xml``: what is set so that the recipient is asked only what is theirs to answer. Pure text.

Not in it, on purpose: the licence terms, the account, a product key, any bypass of a requirement. Source of the
settings: Microsoft Learn, "Unattended Windows Setup Reference". Never tried on a real image here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

DRIVERS = "Drivers"
"""Folder at the root of the Windows volume."""

PLACE = "Windows/Panther/unattend.xml"

_COMPONENT = (
    'processorArchitecture="amd64" publicKeyToken="31bf3856ad364e35" language="neutral" versionScope="nonSxS" '
    'xmlns:wcm="http://schemas.microsoft.com/WMIConfig/2002/State"'
)
_PNPUTIL = f"cmd /c pnputil /add-driver C:\\{DRIVERS}\\*.inf /subdirs /install"
# A recipient without a Microsoft account would never get the key of a disk that encrypts by itself.
_NO_ENCRYPTION = (
    "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\BitLocker /v PreventDeviceEncryption /t REG_DWORD /d 1 /f"
)


def computer_name(tag: str | None, suffix: str) -> str:
    """At most 15 characters, letters, digits and hyphens: ``RG-`` and the label, or the end of the serial number."""
    label = re.sub(r"[^A-Z0-9]+", "-", (tag or suffix).upper()).strip("-") or "PC"
    return f"RG-{label}"[:15].rstrip("-")


def unattend(
    *, computer: str, language: str, keyboard: str, timezone: str, drivers: bool, device_encryption: bool
) -> str:
    """The file, with the line ends of Windows. ``keyboard`` as "040c:0000040c"."""
    commands = ([] if device_encryption else [_NO_ENCRYPTION]) + ([_PNPUTIL] if drivers else [])
    return document(first_start(computer=computer, language=language, keyboard=keyboard, timezone=timezone,
                                commands=commands))  # fmt: skip


def first_start(
    *, computer: str, language: str, keyboard: str, timezone: str, commands: Sequence[str] = (_NO_ENCRYPTION,)
) -> dict[str, str]:
    """The passes after the image is on the disk, the same whoever put it there."""
    specialize = part("Microsoft-Windows-Shell-Setup", lines({"ComputerName": computer, "TimeZone": timezone}))
    return {
        "specialize": specialize + (_commands(commands) if commands else ""),
        "oobeSystem": part("Microsoft-Windows-International-Core", lines(locale(language, keyboard))),
    }


def locale(language: str, keyboard: str) -> dict[str, str]:
    return {"InputLocale": keyboard, "SystemLocale": language, "UILanguage": language, "UserLocale": language}


def document(passes: Mapping[str, str]) -> str:
    """The file, with the line ends of Windows."""
    settings = "".join(f'  <settings pass="{name}">\n{inner}  </settings>\n' for name, inner in passes.items())
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<unattend xmlns="urn:schemas-microsoft-com:unattend">\n{settings}</unattend>\n'
    )
    return text.replace("\n", "\r\n")


def lines(values: Mapping[str, str]) -> str:
    return "".join(f"      <{key}>{escape(value)}</{key}>\n" for key, value in values.items())


def part(name: str, inner: str) -> str:
    """One component of a pass around its settings."""
    return f'    <component name="{name}" {_COMPONENT}>\n{inner}    </component>\n'


def _commands(commands: Sequence[str]) -> str:
    rows = "".join(
        '        <RunSynchronousCommand wcm:action="add">\n'
        f"          <Order>{order}</Order>\n          <Path>{escape(line)}</Path>\n"
        "        </RunSynchronousCommand>\n"
        for order, line in enumerate(commands, start=1)
    )
    return (
        f'    <component name="Microsoft-Windows-Deployment" {_COMPONENT}>\n'
        f"      <RunSynchronous>\n{rows}      </RunSynchronous>\n    </component>\n"
    )
