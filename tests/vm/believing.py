"""Runs inside a virtual PC: techniques that believe an exit status, on QEMU's drives, which erase nothing.

``python3 believing.py SATA NVME SAS FLAKY SSD USB`` (serials) prints one JSON line for each story. The drives are
those of the lies table (ERASURE design, section 12); the product's own techniques would never have sent these commands.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
import subprocess
import sys
import threading
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from agent.erasure.commands import Conversation, Heard
from agent.erasure.overwrite import Overwrite
from agent.erasure.run import erase
from agent.erasure.technique import Refusal, Supported, Technique
from agent.inventory.disks import list_disks
from agent.job.consent import grant
from agent.machine.live import LiveMachine
from agent.model.erasure import Evidence, Level
from agent.model.facts import known, to_wire
from agent.model.identity import identify
from agent.model.inventory import Disk
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.warrant import Action

_DM = "=3I7IQ128s129s7s"  # struct dm_ioctl (linux/dm-ioctl.h)
_DM_CREATE, _DM_LOAD, _DM_RESUME = 0xC138FD03, 0xC138FD09, 0xC138FD06


class Believing(Technique):
    """Sends its lines and takes them at their word."""

    level = Level.PURGE
    lines: ClassVar[tuple[str, ...]]

    @classmethod
    def supports(cls, disk: Disk) -> Supported | Refusal:
        return Supported()

    def carry_out(self, talk: Conversation) -> Heard:
        for line in self.lines:
            talk.send(line.format(dev=talk.disk.path).split(), heard=lambda _: Heard())
        return Heard()


class SecurityErase(Believing):
    """With D_SENSE off, as the kernel starts: hdparm takes an aborted command for a done one."""

    name = "believes-security-erase"
    lines = (
        "sdparm --clear D_SENSE {dev}",
        "hdparm --user-master u --security-set-pass p {dev}",
        "hdparm --user-master u --security-erase p {dev}",
    )


class ScsiSanitize(Believing):
    name = "believes-sg-sanitize"
    lines = ("sg_sanitize --block --quick --early {dev}",)


class ScsiFormat(Believing):
    name = "believes-sg-format"
    lines = ("sg_format --format --quick --early {dev}",)


class Discard(Believing):
    name = "believes-blkdiscard"
    lines = ("blkdiscard -f {dev}",)


def carry_out(machine: LiveMachine, serial: str, technique: type[Technique]) -> Evidence:
    """The whole story of one disk: canaries, the technique's lines, a look, a verdict."""
    found = known(list_disks(machine)) or ()
    facts = next((disk for disk in found if known(disk.serial) == serial), None)
    assert facts is not None, [(known(d.path), known(d.serial), known(d.bus)) for d in found]
    identity = identify(facts)
    assert identity is not None
    method = technique.method(facts, verify=None, fallback=None)
    target = Target(identity=identity, path=str(known(facts.path)), medium="?", method=method)
    plan = Plan(
        machine="m", tag=None, targets=(target,), excluded=(), install=None, exercise=False, estimate_s=0.0,
        choice=Choice(system=SystemChoice.NONE, profile=None, chosen_by="07"),
    )  # fmt: skip
    typed = {identity.text: identity.suffix}
    warrant = grant(plan, typed, by="07", clock=machine.clock, new_id=lambda: uuid.uuid4().hex)
    with machine.open_disk(identity, warrant, Action.ERASE) as disk:
        return erase(
            machine, disk, target, facts=facts, plan_digest=plan.digest, warrant_id=warrant.warrant_id,
            emit=lambda kind, params: None, stop=threading.Event(), resume=None,
        )  # fmt: skip


def tell(story: str, evidence: Evidence) -> None:
    said = [{k: c.get(k) for k in ("argv", "exit_status", "said", "error")} for c in evidence.commands]
    told = {"outcome": evidence.outcome.value, "level": evidence.level.value, "reasons": list(evidence.reasons)}
    looked = to_wire(evidence.inspection) if evidence.inspection else None
    print(
        json.dumps({"story": story, **told, "commands": said, "inspection": looked}),
        flush=True,
    )


def drop_writes(device: str) -> str:
    """A dm-flakey device over ``device`` that says "written" and writes nothing (kernel: dm-flakey.rst); its path."""
    subprocess.run(["modprobe", "dm-flakey"], check=True)
    sectors = int(Path("/sys/block", Path(device).name, "size").read_text())
    params = f"{device} 0 0 1800 1 drop_writes".encode() + b"\0"
    spec = struct.pack("=QQiI16s", 0, sectors, 0, 0, b"flakey")
    with open("/dev/mapper/control", "rb") as control:
        for request, payload in ((_DM_CREATE, b""), (_DM_LOAD, spec + params), (_DM_RESUME, b"")):
            size = struct.calcsize(_DM)
            head = struct.pack(
                _DM, 4, 0, 0, size + len(payload), size, bool(payload), 0, 0, 0, 0, 0, b"flaky", b"", b""
            )
            fcntl.ioctl(control, request, bytearray(head + payload))
    return "/dev/dm-0"


def by_command(device: str) -> Mapping[str, Any]:
    """``regain erase`` on a loop device over ``device``, past the page cache: its last line, with the exit status."""
    argv = ["losetup", "--direct-io=on", "--find", "--show", device]
    loop = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()
    regain = [sys.executable, "-m", "agent"]
    env = {**os.environ, "REGAIN_HOME": "/tmp/home"}
    listed = subprocess.run([*regain, "disks", "--json"], check=True, capture_output=True, text=True, env=env)
    row = next(d for d in json.loads(listed.stdout) if d["path"] == loop)
    line = [*regain, "erase", loop, "--confirm", row["identity"][-4:], "--json", "--out", "/tmp/out"]
    done = subprocess.run(line, capture_output=True, text=True, env=env, check=False)
    return {**json.loads(done.stdout.splitlines()[-1]), "exit_status": done.returncode, "errors": done.stderr[-500:]}


def main() -> None:
    sata, nvme, sas, flaky, ssd, usb = sys.argv[1:]
    machine = LiveMachine()
    for serial, technique in (
        (sata, SecurityErase), (sas, ScsiSanitize), (sas, ScsiFormat), (nvme, Discard),
    ):  # fmt: skip
        tell(technique.name, carry_out(machine, serial, technique))
    for serial in (sata, sas, ssd, usb):
        tell(f"overwrite {serial}", carry_out(machine, serial, Overwrite))
    found = known(list_disks(machine)) or ()
    path = str(known(next(d for d in found if known(d.serial) == flaky).path))
    print(json.dumps({"story": "dropped-writes", **by_command(drop_writes(path))}), flush=True)


if __name__ == "__main__":
    main()
