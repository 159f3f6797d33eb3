"""Putting everything back as it was: nothing mounted, no folder left, no partition that the kernel believes in."""

from __future__ import annotations

from pathlib import PurePath

from agent.install.layout import CONTAINER
from agent.install.work import StepFailed, Work
from agent.machine.door import DoorError
from agent.model.plan import SystemChoice


def unmount(work: Work) -> None:
    """Raises StepFailed when something of this disk stays mounted."""
    if work.boot_mounted:
        work.must(["umount", "{target}/boot"], timeout_s=600)
        work.boot_mounted = False
    if work.mounted:
        work.must(["umount", "{target}"], timeout_s=1800)
        work.mounted = False
    held = mounted_from(work)
    if held:
        raise StepFailed(f"still mounted: {', '.join(held)}")


def mounted_from(work: Work) -> list[str]:
    """Mount points of this disk's partitions (proc_pid_mountinfo(5): major:minor is the third word)."""
    base = f"/sys/block/{work.disk_name}"
    places = [base, f"/sys/block/{_mapped(work)}"] if work.container else [base]
    places += [f"{base}/{work.partition_name(n)}" for n in work.numbers.values()]
    numbers = {work.look(f"{p}/dev").decode().strip() for p in places if work.machine.exists(f"{p}/dev")}
    rows = [line.split() for line in work.look("/proc/self/mountinfo").decode("utf-8", "replace").splitlines()]
    return [row[4] for row in rows if len(row) > 4 and row[2] in numbers]


def _mapped(work: Work) -> str:
    """The kernel's name of the opened container: dm-0."""
    return PurePath(work.must(["readlink", "-f", "{root}"]).text.strip()).name


def put_back(work: Work, *, failed: bool) -> None:
    """Nothing left mounted, no temporary folder; the kernel forgets the partitions of a file or of a failed disk.

    Never raises: what could not be put back is a warning of the result, the first failure is what counts.
    """
    try:
        if work.boot_mounted:
            work.run(["umount", "{target}/boot"], timeout_s=600)
        if work.mounted:
            work.run(["umount", "{target}"], timeout_s=1800)
        if work.container:
            work.run(["cryptsetup", "close", CONTAINER])
            work.container = False
        if work.folder:
            work.run(["rm", "-f", "{flag}"])
            if work.plan.system is SystemChoice.WINDOWS:
                work.run(["rm", "-rf", "--one-file-system", "{boot}"])
                work.run(["rmdir", f"{work.folder}/volume"])  # there when a mount failed
                work.run(["rmdir", work.folder])
            else:
                work.run(["rmdir", "{target}", work.folder])
        if work.wrote and (failed or work.disk.identity.kind == "file"):
            work.run(["partx", "-d", "{disk}"])
        if mounted_from(work):
            work.warnings.append("install-warning-mounted")
    except (StepFailed, DoorError):
        work.warnings.append("install-warning-mounted")
