"""Step 3: the image on the root file system, with progress told from the disk and not by the tool."""

from __future__ import annotations

from agent.install.background import run_watched
from agent.install.work import StepFailed, Work, expect, last_line


def unpack(work: Work) -> str:
    detail = work.detail("step-unpack")
    work.make_folder()
    work.must(["mkdir", "{target}"])
    work.mounted = True  # before the call: a mount that was cut may have happened
    work.must(detail["mount"])
    before = used_bytes(work)
    answer = run_watched(work, detail["argv"], total=detail["bytes"], done=lambda: used_bytes(work) - before)
    work.stop_if_asked()
    if answer.exit_status:
        raise StepFailed(f"unsquashfs: exit {answer.exit_status}: {last_line(answer.errors)}")
    work.must(["sync", "-f", "{target}"], timeout_s=3600)
    seen = count(work)
    expect("files and bytes", seen, (detail["files"], detail["bytes"]))
    work.tell(detail["bytes"], detail["bytes"])
    return f"{seen[0]} files, {seen[1]} bytes"


def used_bytes(work: Work) -> int:
    """Used on the target now, from statfs by way of df."""
    lines = work.must(["df", "--output=used", "-B1", "{target}"]).text.split()
    if not lines or not lines[-1].isdigit():
        raise StepFailed("df: not understood")
    return int(lines[-1])


def count(work: Work) -> tuple[int, int]:
    """Names below the root without ext4's own folder, and the bytes of the regular files among them."""
    argv = [
        "find",
        "{target}",
        "-xdev",
        "-mindepth",
        "1",
        "-not",
        "-path",
        "{target}/lost+found",
        "-printf",
        "%y %s\\n",
    ]
    rows = [line.split() for line in work.must(argv, timeout_s=600).text.splitlines()]
    return len(rows), sum(int(row[1]) for row in rows if row[0] == "f")
