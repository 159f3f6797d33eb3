"""Step 8: the last look, from outside the new system."""

from __future__ import annotations

from agent.install.leave import unmount
from agent.install.linux.encrypted import close_container
from agent.install.linux.sample import compare
from agent.install.linux.work import system
from agent.install.work import StepFailed, Work, expect


def check(work: Work) -> str:
    detail = work.detail("step-check")
    expect("dpkg --audit", system(work, detail["chroot"]).text.strip(), "")
    unmount(work)
    for argv in detail["argvs"]:
        answer = work.run(argv, timeout_s=1800)
        if answer.exit_status:
            raise StepFailed(f"{argv[0]}: exit {answer.exit_status}: {answer.text.strip()[-200:]}")
    compared = compare(work)
    if work.container:
        close_container(work)
    work.must(["blockdev", "--flushbufs", "{disk}"])
    return f"ext4 clean, FAT clean, {compared}, nothing mounted"
