from __future__ import annotations

from typing import Any

import pytest

from agent.model.facts import Known, Unreadable
from agent.model.identity import identify
from agent.model.inventory import Disk, DiskNvme


def disk(serial: str = "", wwn: str = "", size: int = 1000, bus: str = "ata") -> Disk:
    return Disk(
        serial=Known(serial, "t"), wwn=Known(wwn, "t"), size_bytes=Known(size, "t"), bus=Known(bus, "t"),
        model=Known("M", "t"),
    )  # fmt: skip


def test_serial_then_wwn() -> None:
    assert identify(disk("S4DXNX0M317K2F", "eui.1"))
    both = identify(disk("S4DXNX0M317K2F", "eui.0025385b71b00a01"))
    assert both is not None and both.kind == "serial" and both.suffix == "7K2F"
    only = identify(disk("", "eui.0025385b71b00a01"))
    assert only is not None and only.kind == "wwn"


@pytest.mark.parametrize("serial", ["", "0000000000", "N/A", "To Be Filled By O.E.M.", "  "])
def test_a_placeholder_identifies_nothing(serial: str) -> None:
    assert identify(disk(serial)) is None


def test_no_size_no_identity() -> None:
    assert identify(disk("S4DXNX0M317K2F", size=0)) is None


@pytest.mark.parametrize(
    ("wwn", "nsid", "text", "kind"),
    [
        ("eui.001b444a41c72302", Known(2, "sysfs"), "eui.001b444a41c72302", "wwn"),
        (None, Known(2, "sysfs"), "20358F401277-n2", "namespace"),
        (None, Unreadable("x"), None, None),
        ("eui.001b444a41c72302", None, "20358F401277", "serial"),  # the only one of its drive
    ],
)
def test_a_namespace_among_several_is_not_named_by_the_drive_s_serial(
    wwn: str | None, nsid: Any, text: str | None, kind: str | None
) -> None:
    disk = Disk(
        serial=Known("20358F401277", "lsblk"),
        wwn=Known(wwn, "lsblk") if wwn else None,
        size_bytes=Known(1 << 30, "lsblk"),
        nvme=DiskNvme(nsid=nsid),
    )
    found = identify(disk)
    assert (found and found.text, found and found.kind) == (text, kind)
