"""Every block disk of the PC: lsblk, /sys/block, and what each drive says of itself (smartctl, hdparm, nvme, sg3-utils,
mmc-utils).

The serial number is lsblk's when it has one: the identity that consent is bound to is read again that way right
before a disk is opened.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any, TypeVar

from agent.inventory import lsblk, opal
from agent.inventory.asking import ask, at_once, parsed, read, read_word
from agent.inventory.first import CONFIGURED, HIDDEN, IDENTIFY, LSBLK, SMARTCTL_S, TOOL_S, hdparm, id_ctrl, smartctl
from agent.inventory.hdparm import parse_hdparm
from agent.inventory.lsblk import BlockDevice
from agent.inventory.mmc import parse_extcsd
from agent.inventory.nvme import parse_id_ctrl, parse_list_ns, parse_sanitize_log
from agent.inventory.sg import parse_opcodes, parse_readcap, parse_requests
from agent.inventory.smartctl import parse_smartctl
from agent.inventory.text import told
from agent.machine.door import DoorError, Machine
from agent.model.ata import sanitize_status
from agent.model.facts import Fact, Known, MaybeFact, Unreadable, first, known
from agent.model.inventory import Disk, DiskNvme, DiskSanitize, DiskSecurity, Medium
from agent.model.value import fields, replace

T = TypeVar("T")

_SPEAKS = {"ata", "sas", "scsi", "nvme", "usb"}


def list_disks(machine: Machine) -> Fact[tuple[Disk, ...]]:
    """All disks, each with what its own tools tell. Unreadable only when neither lsblk nor /sys/block answers."""
    found = parsed(ask(machine, LSBLK, timeout_s=TOOL_S), lsblk.parse_lsblk)
    devices = _from_sysfs(machine, found) if isinstance(found, Unreadable) else found
    if isinstance(devices, Unreadable):
        return devices
    disks = at_once([partial(_look_closer, machine, device) for device in devices])
    return Known(_numbered(machine, [disk for disk in disks if disk is not None]), "lsblk")


def _numbered(machine: Machine, disks: Sequence[Disk]) -> tuple[Disk, ...]:
    """Namespaces of one NVMe drive, which have its serial in common, with their number on it. The number in the name
    is the kernel's own."""
    serials = Counter(known(disk.serial) for disk in disks if known(disk.bus) == "nvme")

    def numbered(disk: Disk) -> Disk:
        serial = known(disk.serial)
        if known(disk.bus) != "nvme" or serial is None or serials[serial] < 2:
            return disk
        path: str = known(disk.path) or "?"
        where = f"/sys/block/{PurePosixPath(path).name}/nsid"
        word = read_word(machine, where) or ""
        nsid = Known(int(word), "sysfs") if word.isdigit() else Unreadable(f"could not read: {where}")
        return replace(disk, nvme=replace(disk.nvme or DiskNvme(), nsid=nsid))

    return tuple(numbered(disk) for disk in disks)


def _from_sysfs(machine: Machine, why: Unreadable) -> tuple[BlockDevice, ...] | Unreadable:
    """/sys/block when lsblk gives nothing. Use is then unknown, and a disk of unknown use is never a target."""
    if not machine.exists("/sys/block"):
        return why
    rows: list[dict[str, Any]] = []
    for folder in machine.glob("/sys/block/*"):
        name = PurePosixPath(folder).name
        size = read_word(machine, f"{folder}/size")
        rows.append(
            {
                "kname": name,
                "type": "loop" if name.startswith("loop") else "rom" if name.startswith("sr") else "disk",
                "size": int(size) * 512 if size and size.isdigit() else None,
                "model": read_word(machine, f"{folder}/device/model"),
                "serial": read_word(machine, f"{folder}/device/serial"),
                "rota": {"1": True, "0": False}.get(read_word(machine, f"{folder}/queue/rotational") or ""),
                "log-sec": read_word(machine, f"{folder}/queue/logical_block_size"),
                "phy-sec": read_word(machine, f"{folder}/queue/physical_block_size"),
                "rm": read_word(machine, f"{folder}/removable"),
                "ro": read_word(machine, f"{folder}/ro"),
                "maj:min": read_word(machine, f"{folder}/dev"),
            }
        )
    devices = lsblk.devices_of(rows)
    return tuple(replace(device, disk=replace(device.disk, in_use=Unreadable(why.error))) for device in devices)


_LIVE_SYSTEM = "/run/live/"


def _look_closer(machine: Machine, device: BlockDevice) -> Disk | None:
    """One disk with everything its bus lets us ask. None for a loop device that has no file behind it."""
    disk = device.disk
    bus = known(disk.bus)
    if bus == "loop":
        return _loop(machine, device)
    path = known(disk.path) or f"/dev/{device.name}"
    views = at_once(_questions(machine, path, bus))
    if bus == "ata" and _offers_sanitize(views):
        views.append(_ata_sanitize(machine, path))
    if bus == "nvme":
        controller = views[-1]
        views.append(_namespaces(machine, device.name, path, controller))
        if ((known(controller.nvme.oacs) if controller.nvme else None) or 0) & 1:
            views += opal.look(machine, "nvme", path)
        if (known(controller.nvme.sanicap) if controller.nvme else None) or 0:
            argv = ["nvme", "get-log", path, "--log-id=0x81", "--log-len=512", "-b"]
            log = ask(machine, argv, timeout_s=TOOL_S, root=True)
            views.append(_view(log, parse_sanitize_log, _no_extra("sanitize_log")))
    if bus in ("sas", "scsi"):
        views += _scsi(machine, path, disk)
    if bus == "mmc":
        views += _mmc(machine, device.name, path)
    merged = _merge(disk, views)
    return replace(merged, in_use=_in_use(machine, device, merged.in_use))


def _questions(machine: Machine, path: str, bus: str | None) -> list[Callable[[], Disk]]:
    """What a drive is asked first: tools that need nothing of each other, so that it is waited for only once."""
    asked: list[Callable[[], Disk]] = []
    if bus in _SPEAKS:
        asked.append(
            lambda: _view(ask(machine, smartctl(path), timeout_s=SMARTCTL_S, root=True), parse_smartctl, _no_smart)
        )
    if bus in ("ata", "usb"):
        asked.append(lambda: _identify(machine, path, bus))
    if bus == "ata":
        asked.append(lambda: _view(_hdparm(machine, HIDDEN, path), parse_hdparm, _no_extra("hpa")))
        asked.append(lambda: _view(_hdparm(machine, CONFIGURED, path), parse_hdparm, _no_extra("dco")))
    if bus == "nvme":
        asked.append(lambda: _view(ask(machine, id_ctrl(path), timeout_s=TOOL_S, root=True), parse_id_ctrl, _no_nvme))
    return asked


def _identify(machine: Machine, path: str, bus: str | None) -> Disk:
    """IDENTIFY DEVICE, and what Level 0 Discovery tells of a drive that says it answers it."""
    answer = _hdparm(machine, IDENTIFY, path)
    view = _view(answer, parse_hdparm, _no_identify)
    told = opal.look(machine, "ata", path) if bus == "ata" and opal.trusted(answer) else []
    return replace(view, extra=_extras([view.extra, *(t.extra for t in told)]))


def _hdparm(machine: Machine, option: str, path: str) -> Any:
    return ask(machine, hdparm(option, path), timeout_s=TOOL_S, root=True)


def _view(answer: Any, parser: Callable[[bytes], Disk | Unreadable], lost: Callable[[Unreadable], Disk]) -> Disk:
    """One tool's view; where it failed, the facts that only it could tell are unreadable, with its reason.

    hdparm complains on stderr that it took zeros for an answer: both streams are read.
    """
    if not isinstance(answer, Unreadable) and b"bad/missing sense" in answer.stderr:
        return lost(Unreadable("the drive refused: bad/missing sense data"))
    found = parsed(answer, parser)
    if isinstance(found, Disk) and (found.extra or {}).get("sense_errors"):
        return lost(Unreadable("the drive refused: bad/missing sense data"))
    return lost(found) if isinstance(found, Unreadable) else found


def _no_smart(why: Unreadable) -> Disk:
    return Disk(smart_passed=why, power_on_hours=why)


def _no_identify(why: Unreadable) -> Disk:
    return Disk(
        security=DiskSecurity(supported=why, enabled=why, locked=why, frozen=why),
        sanitize=DiskSanitize(overwrite=why, block_erase=why, crypto_erase=why),
    )


def _no_opcodes(why: Unreadable) -> Disk:
    return Disk(
        sanitize=DiskSanitize(overwrite=why, block_erase=why, crypto_erase=why),
        extra={"format_unit": {"unreadable": why.error}},
    )


def _no_extra(key: str) -> Callable[[Unreadable], Disk]:
    return lambda why: Disk(extra={key: {"unreadable": why.error}})


def _offers_sanitize(views: Sequence[Disk]) -> bool:
    """Some SANITIZE action is in the drive's own list: what the last one is doing can be asked."""
    parts = [view.sanitize for view in views if view.sanitize is not None]
    facts = [fact for part in parts for fact in (part.overwrite, part.block_erase, part.crypto_erase)]
    return any(isinstance(fact, Known) and fact.value for fact in facts)


def _ata_sanitize(machine: Machine, path: str) -> Disk:
    """What a sanitize operation is doing. A drive in failure mode aborts the question: hdparm says it on stderr."""
    answer = _hdparm(machine, "--sanitize-status", path)
    if isinstance(answer, Unreadable):
        return Disk(extra={"sanitize_status": {"unreadable": answer.error}})
    return Disk(extra={"sanitize_status": sanitize_status(answer.text + answer.errors)})


def _scsi(machine: Machine, path: str, disk: Disk) -> list[Disk]:
    """The commands it supports, what a sanitize is doing, and the length of its sectors where the kernel gives no size:
    it takes none that is not a power of two (drivers/scsi/sd.c)."""
    opcodes = ask(machine, ["sg_opcodes", path], timeout_s=TOOL_S, root=True)
    views = [_view(opcodes, parse_opcodes, _no_opcodes)]
    if opal.listed(opcodes):
        views += opal.look(machine, "scsi", path)
    if _offers_sanitize(views):
        answer = ask(machine, ["sg_requests", path], timeout_s=TOOL_S, root=True)
        if isinstance(answer, Unreadable):
            views.append(_no_extra("sanitize_status")(answer))
        else:  # the sense data are on the one stream, their number on the other
            found = parse_requests(answer.stdout + answer.stderr)
            views.append(found if isinstance(found, Disk) else _no_extra("sanitize_status")(found))
    if not known(disk.size_bytes):
        argv = ["sg_readcap", "--long", path]
        views.append(_view(ask(machine, argv, timeout_s=TOOL_S, root=True), parse_readcap, _no_extra("capacity")))
    return views


def _no_nvme(why: Unreadable) -> Disk:
    return Disk(
        nvme=DiskNvme(fna=why, sanicap=why, oacs=why),
        sanitize=DiskSanitize(overwrite=why, block_erase=why, crypto_erase=why),
    )


def _namespaces(machine: Machine, name: str, path: str, controller: Disk) -> Disk:
    """How many namespaces there are; NN of Identify only says how many there may be.

    /sys shows those that are attached. A controller that manages namespaces (OACS bit 3) may hold others, with data in
    them: it is asked for all that are allocated.
    """
    shown = machine.glob(f"/sys/class/nvme/{re.sub(r'n[0-9]+$', '', name)}/nvme*n*")
    attached = Known(len(shown), "sysfs") if shown else None
    if ((known(controller.nvme.oacs) if controller.nvme else None) or 0) & 8:
        argv = ["nvme", "list-ns", path, "-a", "-o", "json"]
        listed = parsed(ask(machine, argv, timeout_s=TOOL_S, root=True), parse_list_ns)
        if isinstance(listed, Unreadable):
            return Disk(nvme=DiskNvme(namespaces=listed, attached=attached))
        if listed.nvme is not None and (known(listed.nvme.namespaces) or 0) >= len(shown):
            return Disk(nvme=DiskNvme(namespaces=listed.nvme.namespaces, attached=attached))
    return Disk(nvme=DiskNvme(namespaces=attached, attached=attached))


def _mmc(machine: Machine, name: str, path: str) -> list[Disk]:
    """eMMC is soldered, an SD card is not a disk of the PC: /sys tells them apart."""
    folder = f"/sys/block/{name}/device"
    kind = read_word(machine, f"{folder}/type")
    views = [
        Disk(
            medium=Known(Medium.EMMC.value if kind == "MMC" else Medium.UNKNOWN.value, "sysfs") if kind else None,
            model=told(read_word(machine, f"{folder}/name"), "sysfs"),
            serial=told(read_word(machine, f"{folder}/serial"), "sysfs"),
            firmware=told(read_word(machine, f"{folder}/fwrev"), "sysfs"),
            removable=Known(kind != "MMC", "sysfs") if kind else None,
        )
    ]
    if kind == "MMC":
        argv = ["mmc", "extcsd", "read", path]
        views.append(_view(ask(machine, argv, timeout_s=TOOL_S, root=True), parse_extcsd, _no_extra("emmc")))
    return views


def _loop(machine: Machine, device: BlockDevice) -> Disk | None:
    """A loop device is named by the file behind it; without a file it is not there. The one that this very system
    runs from (live-boot mounts it under /run/live) belongs to the stick, not to the PC."""
    if any(_LIVE_SYSTEM in reason for reason in known(device.disk.in_use) or ()):
        return None
    data = read(machine, f"/sys/block/{device.name}/loop/backing_file", limit=4096)
    if data is None or isinstance(data, Unreadable):
        return None
    file = data.decode("utf-8", "replace").strip()
    try:
        serial: MaybeFact[str] = Known(machine.file_identity(file), "stat")
    except DoorError:
        serial = Unreadable("the file behind it cannot be found")
    return replace(
        device.disk,
        model=Known(PurePosixPath(file).name, "sysfs"),
        serial=serial,
        backing_file=Known(file, "sysfs"),
        medium=Known(Medium.UNKNOWN.value, "lsblk"),
        rotational=None,
        in_use=_in_use(machine, device, device.disk.in_use),
    )


def _in_use(machine: Machine, device: BlockDevice, told_by_lsblk: MaybeFact[tuple[str, ...]]) -> MaybeFact[Any]:
    """lsblk's reasons, then holders in /sys and swaps in /proc that it does not show."""
    if not isinstance(told_by_lsblk, Known):
        return told_by_lsblk or Unreadable("lsblk does not tell what is mounted")
    name = device.name
    reasons = list(told_by_lsblk.value)
    for pattern in (f"/sys/block/{name}/holders/*", f"/sys/block/{name}/{name}*/holders/*"):
        for holder in machine.glob(pattern):
            word = PurePosixPath(holder).name
            reasons.append(f"member of {word}" if word.startswith("md") else f"held by {word}")
    for line in (read_word(machine, "/proc/swaps") or "").splitlines()[1:]:
        device_name = PurePosixPath(line.split()[0]).name if line.split() else ""
        if device_name == name or (device_name.startswith(name) and device_name[len(name) :].lstrip("p").isdigit()):
            reasons.append("swap")
    return Known(tuple(dict.fromkeys(reasons)), "lsblk")


# The drive's own word comes first for these: lsblk cuts them, or asks a bridge.
_DRIVE_FIRST = {"model", "firmware", "rotational", "medium", "removable"}


def _merge(disk: Disk, views: Sequence[Disk]) -> Disk:
    """One Disk from several tools' views, fact by fact."""
    values: dict[str, Any] = {}
    for name in fields(Disk):
        mine, others = getattr(disk, name), [getattr(view, name) for view in views]
        if name == "extra":
            values[name] = _extras([mine, *others])
        elif name in ("security", "sanitize", "nvme"):
            values[name] = _merge_parts([*reversed(others), mine])
        elif name in _DRIVE_FIRST:
            values[name] = _plain_first([*others, mine])
        else:
            values[name] = _plain_first([mine, *others])
    if known(disk.bus) == "usb":
        values["medium"] = Known(Medium.USB.value, "lsblk")
    values["bus"] = disk.bus
    values["path"] = disk.path
    return Disk(**values)


def _plain_first(facts: Sequence[MaybeFact[Any]]) -> MaybeFact[Any]:
    """As ``first``; a shorter form of the same text is no conflict."""
    best = first(*facts)
    if isinstance(best, Known) and isinstance(best.value, str) and best.note:
        values = [f.value for f in facts if isinstance(f, Known)]
        if all(str(v).replace("_", " ")[:8] == best.value.replace("_", " ")[:8] for v in values):
            return Known(best.value, best.source)
    return best


def _merge_parts(parts: Sequence[Any]) -> Any:
    """Security, sanitize and NVMe facts: field by field, the first tool that knows."""
    given = [part for part in parts if part is not None]
    if not given:
        return None
    kind = type(given[0])
    values = {name: first(*(getattr(part, name) for part in given)) for name in fields(kind)}
    counted = values.get("namespaces")
    if isinstance(counted, Known):  # Identify says how many there may be: no conflict with how many there are
        values["namespaces"] = Known(counted.value, counted.source)
    return kind(**values)


def _extras(parts: Sequence[Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
    merged: dict[str, Any] = {}
    for part in parts:
        merged.update(part or {})
    return merged or None
