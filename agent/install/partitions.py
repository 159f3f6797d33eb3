"""The planned disk and its partitions, read back: the same for every system."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.install.work import StepFailed, Work, expect
from agent.model.errors import Fault

_NODE_WAIT_S = 10.0
_COLUMNS = ("name", "type", "uuid", "start", "size", "attrs")


def same_disk(work: Work) -> None:
    """Raises Fault disk-changed when the opened disk is not the planned one."""
    detail, planned, disk = work.detail("step-gate"), work.plan.disk, work.disk
    found = (disk.identity.text, disk.size_bytes, disk.logical_block)
    if found != (planned.text, detail["size_bytes"], detail["sector"]):
        raise Fault("disk-changed", disk=planned.suffix)


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
    return f"GPT {work.plan.identifiers['disk_guid']}, {len(work.numbers)} partitions"


def _wait_for_nodes(work: Work) -> None:
    clock = work.machine.clock
    deadline = clock.monotonic() + _NODE_WAIT_S
    while True:
        missing = [work.partition(name) for name in work.numbers if not work.machine.exists(work.partition(name))]
        if not missing:
            return
        if clock.monotonic() >= deadline:
            raise StepFailed(f"{missing[0]} did not appear")
        clock.sleep(0.2)


def _same_table(work: Work, detail: Mapping[str, Any]) -> None:
    answer = work.must(["sfdisk", "--json", "{disk}"])
    try:
        table = json.loads(answer.stdout)["partitiontable"]
        found = [{k: p[k] for k in _COLUMNS if k in p} for p in table["partitions"]]
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


def blkid(work: Work, name: str, planned: Mapping[str, str]) -> None:
    """``-p``: from the device itself, never from blkid's cache."""
    answer = work.must(["blkid", "-p", "-o", "export", "{" + name + "}"])
    seen = dict(line.split("=", 1) for line in answer.text.splitlines() if "=" in line)
    expect(name, {key: seen.get(key) for key in planned}, dict(planned))
