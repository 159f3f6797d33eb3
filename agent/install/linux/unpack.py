"""Step 3: the image on the root file system, with progress told from the disk and not by the tool."""

from __future__ import annotations

import threading

from agent.install.work import StepFailed, Work, expect, last_line
from agent.machine.door import Answer

_HALF_SECOND = 0.5
_UNPACK_TIMEOUT_S = 4 * 3600.0  # an old USB 2 disk

# unsquashfs cannot be asked to stop: a file beside the root stops it.
_STOPPABLE = r"""
flag=$1; shift
"$@" & child=$!
while kill -0 $child 2>/dev/null; do
  if [ -e "$flag" ]; then kill $child; fi
  sleep 0.2
done
wait $child
"""


def unpack(work: Work) -> str:
    detail = work.detail("step-unpack")
    work.folder = work.must(["mktemp", "-d", "-p", "/run", "regain-install.XXXXXXXX"]).text.strip()
    work.must(["mkdir", "{target}"])
    work.mounted = True  # before the call: a mount that was cut may have happened
    work.must(detail["mount"])
    before = used_bytes(work)
    answer = _in_background(work, ["sh", "-c", _STOPPABLE, "regain", "{flag}", *detail["argv"]], before)
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


def _in_background(work: Work, argv: list[str], before: int) -> Answer:
    """Run it in a thread and tell twice a second how much of the disk is used. A stop, or Ctrl+C, ends it."""
    total = int(work.detail("step-unpack")["bytes"])
    outcome: list[Answer | BaseException] = []

    def body() -> None:
        try:
            outcome.append(work.run(argv, timeout_s=_UNPACK_TIMEOUT_S))
        except BaseException as error:  # noqa: BLE001 handed to the thread that waits, and raised there
            outcome.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    try:
        while True:
            thread.join(_HALF_SECOND)
            if not thread.is_alive():
                break
            if work.stop.is_set():
                work.must(["touch", "{flag}"])
            else:
                work.tell(min(total, max(0, used_bytes(work) - before)), total)
    finally:
        if thread.is_alive():
            work.must(["touch", "{flag}"])
            thread.join(30)
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    return result
