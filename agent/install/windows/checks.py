"""Step 6: the last look. Nothing here says that Windows starts: that is seen on the PC, and nowhere else."""

from __future__ import annotations

import hashlib
from pathlib import Path

from agent.install.leave import unmount
from agent.install.windows.plan import ESSENTIAL
from agent.install.windows.wim import Wim
from agent.install.work import StepFailed, Work, expect


def check(work: Work) -> str:
    """The files without which nothing starts, from the volume itself and not from a cache, against the image."""
    detail = work.detail("step-check")
    unmount(work)
    work.must(["blockdev", "--flushbufs", "{disk}"], timeout_s=3600)
    work.must([*detail["argv"], "--dest-dir={boot}/essential"], timeout_s=900)
    gate = work.detail("step-gate")
    files = [Path(work.image).parent / name for name, _ in gate["files"]]
    spelt = {n.lower(): n for n in Wim(machine=work.machine, files=files).names(gate["index"])}
    for path in [spelt.get(p.lower(), p) for p in ESSENTIAL]:  # ntfscat minds the case, Windows does not
        planned = work.must(["sha256sum", "{boot}/essential/" + path.rsplit("/", 1)[-1]], timeout_s=300).text.split()[0]
        answer = work.must(["ntfscat", "-f", "{windows}", path], timeout_s=300)
        expect(path, hashlib.sha256(answer.stdout).hexdigest(), planned)
    for argv in detail["argvs"]:
        answer = work.run(argv, timeout_s=1800)
        if answer.exit_status:
            raise StepFailed(f"{argv[0]}: exit {answer.exit_status}: {answer.text.strip()[-200:]}")
    return f"{len(ESSENTIAL)} files equal, NTFS clean, FAT clean, nothing mounted"
