"""Steps 0 to 2: is it the planned disk and a sound image, then partitions, then file systems."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.install.contents import ImageReader, boot_findings, read_contents
from agent.install.layout import fat_serial
from agent.install.linux.work import PARTITIONS, StepFailed, Work, expect
from agent.machine.door import DoorError
from agent.model.errors import Fault

_NODE_WAIT_S = 10.0


def gate(work: Work) -> str:
    """Raises Fault disk-changed, image-damaged, image-unfit: nothing has been written then."""
    detail, planned, disk = work.detail("step-gate"), work.plan.disk, work.disk
    found = (disk.identity.text, disk.size_bytes, disk.logical_block)
    if found != (planned.text, detail["size_bytes"], detail["sector"]):
        raise Fault("disk-changed", disk=planned.suffix)
    try:
        answer = work.machine.run(["sha256sum", "--zero", work.image], timeout_s=1800)
    except DoorError as error:
        raise Fault("image-damaged", file=work.image, why=str(error)) from None
    digest = answer.text.split(" ", 1)[0].removeprefix("\\")
    if answer.exit_status or digest != detail["sha256"]:
        why = answer.errors.strip() or f"sha256 {digest[:12]}…, manifest {str(detail['sha256'])[:12]}…"
        raise Fault("image-damaged", file=work.image, why=why)
    contents = read_contents(ImageReader(work.machine, work.image))
    lacking = [finding for finding in boot_findings(contents) if finding.refuses]
    if lacking:
        raise Fault("image-unfit", file=work.image, missing="; ".join(f.detail for f in lacking))
    return f"{disk.identity.suffix}, {disk.size_bytes} bytes, sha256 {digest[:12]}"


def partition(work: Work) -> str:
    detail = work.detail("step-partition")
    work.run(["partx", "-d", "{disk}"])  # fails when there were none: what counts is read back below
    work.must(detail["argv"], stdin=detail["stdin"].encode())
    if detail["pmbr_boot_flag"]:
        work.must(["sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", "-A", "{disk}", "1"])
    work.run(["partx", "-a", "{disk}"])  # "busy" when udev was quicker
    if work.machine.exists("/run/udev/control"):  # it makes the nodes, and may still be looking at them
        work.run(["udevadm", "settle", "--timeout=10"], timeout_s=15)
    _wait_for_nodes(work)
    _same_table(work, detail)
    _same_kernel_view(work, detail)
    return f"GPT {work.plan.identifiers['disk_guid']}, {len(PARTITIONS)} partitions"


def _wait_for_nodes(work: Work) -> None:
    clock = work.machine.clock
    deadline = clock.monotonic() + _NODE_WAIT_S
    while True:
        missing = [work.partition(name) for name in PARTITIONS if not work.machine.exists(work.partition(name))]
        if not missing:
            return
        if clock.monotonic() >= deadline:
            raise StepFailed(f"{missing[0]} did not appear")
        clock.sleep(0.2)


def _same_table(work: Work, detail: Mapping[str, Any]) -> None:
    answer = work.must(["sfdisk", "--json", "{disk}"])
    try:
        table = json.loads(answer.stdout)["partitiontable"]
        found = [{k: p.get(k) for k in ("name", "type", "uuid", "start", "size")} for p in table["partitions"]]
    except (ValueError, KeyError, TypeError):
        raise StepFailed("sfdisk --json: not understood") from None
    expect("label", table.get("label"), "gpt")
    expect("disk GUID", table.get("id"), work.plan.identifiers["disk_guid"])
    expect("sector size", table.get("sectorsize"), work.disk.logical_block)
    expect("partitions", found, [dict(p) for p in detail["partitions"]])


def _same_kernel_view(work: Work, detail: Mapping[str, Any]) -> None:
    """An old partition that the kernel still believes in would send the file system to another place."""
    per_sector = work.disk.logical_block // 512  # sysfs counts in 512 bytes, whatever the disk does
    for number, planned in enumerate(detail["partitions"], start=1):
        base = f"/sys/block/{work.disk_name}/{work.partition_name(number)}"
        seen = [int(work.look(f"{base}/{key}").decode().strip() or -1) for key in ("start", "size")]
        expect(f"kernel, partition {number}", seen, [planned["start"] * per_sector, planned["size"] * per_sector])


def make_file_systems(work: Work) -> str:
    for argv in work.detail("step-format")["argvs"]:
        work.must(argv, timeout_s=600)
    ids = work.plan.identifiers
    _blkid(work, "root", {"TYPE": "ext4", "UUID": ids["root_uuid"], "LABEL": "root"})
    _blkid(work, "esp", {"TYPE": "vfat", "VERSION": "FAT32", "UUID": fat_serial(ids), "LABEL": "ESP"})
    return f"ext4 {ids['root_uuid']}, FAT32 {fat_serial(ids)}"


def _blkid(work: Work, name: str, planned: Mapping[str, str]) -> None:
    """``-p``: from the device itself, never from blkid's cache."""
    answer = work.must(["blkid", "-p", "-o", "export", "{" + name + "}"])
    seen = dict(line.split("=", 1) for line in answer.text.splitlines() if "=" in line)
    expect(name, {key: seen.get(key) for key in planned}, dict(planned))
