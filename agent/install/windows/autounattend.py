"""``Autounattend.xml``: what Microsoft's own Setup is told when it starts from the disk that it installs on. Pure text.

Source of the settings: Microsoft Learn, "Unattended Windows Setup Reference" (DiskConfiguration, ImageInstall,
DriverPaths, DynamicUpdate), and "Winpeshl.ini Reference". Never tried with a real Setup here.

The file lies in the image that starts, ``boot.wim``: Setup looks at the root of its own drive X: without being told a
letter, and a disk inside the PC is no "removable media", the only other root that it looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from agent.install.windows.layout import LEFT_BY_SETUP
from agent.install.windows.unattend import document, first_start, lines, locale, part

NAME = "Autounattend.xml"
SHELL = "winpeshl.ini"
FOLDER = "regain"
"""Of the drivers, at the root of the image that starts."""

SETUP_PARTITION = 1  # ours: it stays as it is
_WINDOWS_PARTITION = SETUP_PARTITION + len(LEFT_BY_SETUP) + 1
_DISK = 0  # the only one inside: another is refused (choice.refuse_setup)

_KEY = re.compile(r"\b[0-9A-Z]{5}(-[0-9A-Z]{5}){4}\b", re.IGNORECASE)
_NAMESPACE = "{urn:schemas-microsoft-com:unattend}"
THEIRS = ("AcceptEula", "HideEULAPage", "Key", "UserAccounts", "AutoLogon", "SkipMachineOOBE", "SkipUserOOBE",
          "HideOnlineAccountScreens", "BypassNRO", "LabConfig", "InstallToAvailablePartition")  # fmt: skip
"""Settings that are the recipient's to answer, that get round a rule, or that let Setup take any disk."""


def autounattend(*, index: int, computer: str, language: str, keyboard: str, timezone: str, drivers: bool) -> str:
    """``index``: the image of install.wim. Nothing is wiped: Setup makes its partitions in what we left free."""
    shown = f"      <SetupUILanguage>\n{lines({'UILanguage': language})}      </SetupUILanguage>\n"
    passes = part("Microsoft-Windows-International-Core-WinPE", shown + lines(locale(language, keyboard)))
    if drivers:
        passes += part("Microsoft-Windows-PnpCustomizationsWinPE", _drivers())
    passes += part("Microsoft-Windows-Setup", _disk() + _image(index) + _QUIET)
    after = first_start(computer=computer, language=language, keyboard=keyboard, timezone=timezone)
    return document({"windowsPE": passes, **after})


# No network is asked for; without a key of ours Setup takes the one of the PC, or asks.
_QUIET = """\
      <DynamicUpdate><Enable>false</Enable><WillShowUI>Never</WillShowUI></DynamicUpdate>
      <UserData><ProductKey><WillShowUI>OnError</WillShowUI></ProductKey></UserData>
"""


def _drivers() -> str:
    return (
        '      <DriverPaths><PathAndCredentials wcm:action="add" wcm:keyValue="1">'
        f"<Path>X:\\{FOLDER}\\drivers</Path></PathAndCredentials></DriverPaths>\n"
    )


def _disk() -> str:
    """ESP, MSR, then Windows on all the rest. The numbers go on after ours."""
    made = "".join(
        f'<CreatePartition wcm:action="add"><Order>{order}</Order><Type>{kind}</Type><Size>{mib}</Size>'
        "</CreatePartition>\n          "
        for order, (kind, mib) in enumerate(LEFT_BY_SETUP, start=1)
    )
    made += (
        f'<CreatePartition wcm:action="add"><Order>{len(LEFT_BY_SETUP) + 1}</Order><Type>Primary</Type>'
        "<Extend>true</Extend></CreatePartition>"
    )
    formats = ("<Format>FAT32</Format><Label>SYSTEM</Label>", "",
               "<Format>NTFS</Format><Label>Windows</Label><Letter>C</Letter>")  # fmt: skip
    changed = "\n          ".join(
        f'<ModifyPartition wcm:action="add"><Order>{order}</Order>'
        f"<PartitionID>{SETUP_PARTITION + order}</PartitionID>{inner}</ModifyPartition>"
        for order, inner in enumerate(formats, start=1)
    )
    return f"""\
      <DiskConfiguration>
        <WillShowUI>OnError</WillShowUI>
        <Disk wcm:action="add">
          <DiskID>{_DISK}</DiskID>
          <WillWipeDisk>false</WillWipeDisk>
          <CreatePartitions>
          {made}
          </CreatePartitions>
          <ModifyPartitions>
          {changed}
          </ModifyPartitions>
        </Disk>
      </DiskConfiguration>
"""


def _image(index: int) -> str:
    return f"""\
      <ImageInstall><OSImage>
        <InstallFrom><MetaData wcm:action="add"><Key>/IMAGE/INDEX</Key><Value>{index}</Value></MetaData></InstallFrom>
        <InstallTo><DiskID>{_DISK}</DiskID><PartitionID>{_WINDOWS_PARTITION}</PartitionID></InstallTo>
        <WillShowUI>OnError</WillShowUI>
      </OSImage></ImageInstall>
"""


def shell(storage: Sequence[str]) -> str | None:
    """``winpeshl.ini``: the disk's own driver before Setup, because Setup's files are behind it. None without one:
    then Setup starts the way Microsoft made it. ``storage``: .inf files below the drivers, with slashes."""
    if not storage:
        return None
    load = [
        f"%SYSTEMDRIVE%\\Windows\\System32\\drvload.exe, X:\\{FOLDER}\\drivers\\{inf.replace('/', chr(92))}"
        for inf in storage
    ]
    rows = ["[LaunchApps]", "%SYSTEMDRIVE%\\Windows\\System32\\wpeinit.exe", *load, "%SYSTEMDRIVE%\\sources\\setup.exe"]
    return "".join(f"{row}\r\n" for row in rows)


def faults(text: str) -> Iterator[str]:
    """What is wrong with such a file; nothing for one that may be used. Read back from the disk, and judged again."""
    try:
        root = ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        yield f"XML: {error}"
        return
    if _KEY.search(text):
        yield "a product key"
    if root.tag != f"{_NAMESPACE}unattend":
        yield f"root {root.tag}"
    tags = [node.tag.removeprefix(_NAMESPACE) for node in root.iter()]
    keys = [n for n in root.iter(f"{_NAMESPACE}Key") if n.text != "/IMAGE/INDEX"]
    yield from (f"{tag}: not ours to say" for tag in THEIRS if tag in tags and (tag != "Key" or keys))
    told = {
        name: [n.text for n in root.iter(_NAMESPACE + name)]
        for name in ("WillWipeDisk", "DiskID", "PartitionID", "Key")
    }
    if told["WillWipeDisk"] != ["false"]:
        yield f"WillWipeDisk {told['WillWipeDisk']}"
    if set(told["DiskID"]) != {str(_DISK)}:
        yield f"DiskID {told['DiskID']}"
    if str(SETUP_PARTITION) in told["PartitionID"]:
        yield "the partition of Setup itself would be formatted"
    if told["Key"] != ["/IMAGE/INDEX"]:
        yield f"MetaData {told['Key']}"
