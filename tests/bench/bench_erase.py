"""How fast is our overwrite, beside dd and nwipe, on the same loop device in the same run?

    python tests/bench/bench_erase.py [--mib 1024] [--rounds 5] [--buffered] [--no-nwipe] [--json]

Root. Makes one backing file and one loop device, and touches nothing else. The tools take turns, so that whatever
else the computer does weighs on all of them; the median of each is compared, and every run is printed.

write ratio   our pass (worker's own clock, fdatasync included) / ``dd if=/dev/zero oflag=direct bs=4M conv=fdatasync``
verify ratio  our full read-back (regenerated and compared) / ``dd iflag=direct bs=4M of=/dev/null``
nwipe         one random pass, no verification, no blanking, --sync=0, wall clock less the start-up of an empty run

The loop device uses direct I/O to its file unless --buffered: then a "disk" of the speed of memory is measured,
where the copies of the loop driver and our cipher share the processor.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from agent.erasure.run import Limits, erase  # noqa: E402
from agent.model.erasure import Outcome  # noqa: E402
from tests.unit.erasure.doubles import FileDisk, Journal, OneMachine, loop_facts, target_for  # noqa: E402

MIB = 1 << 20
_DD_RATE = re.compile(rb"(\d+) bytes .* copied, ([\d.,]+) s")


@contextmanager
def loop_device(size: int, *, buffered: bool) -> Iterator[str]:
    """A loop device over a preallocated file of our own; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="regain-bench-"))
    image = folder / "disk.img"
    device = ""
    try:
        with open(image, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        options = [] if buffered else ["--direct-io=on"]
        device = subprocess.check_output(["losetup", "--find", "--show", *options, str(image)], text=True).strip()
        yield device
    finally:
        if device:
            subprocess.run(["losetup", "--detach", device], check=True)
        shutil.rmtree(folder)


def dd(device: str, size: int, *, write: bool) -> float:
    """Bytes per second of dd, by its own clock."""
    ours = Path(f"/sys/block/{Path(device).name}/loop/backing_file").read_text()
    if "regain-bench-" not in ours:
        raise SystemExit(f"{device} is not ours")
    count = str(size // (4 * MIB))
    argv = (
        ["dd", "if=/dev/zero", f"of={device}", "bs=4M", f"count={count}", "oflag=direct", "conv=fdatasync"]
        if write
        else ["dd", f"if={device}", "of=/dev/null", "bs=4M", f"count={count}", "iflag=direct"]
    )
    done = subprocess.run(argv, capture_output=True, check=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
    found = _DD_RATE.search(done.stderr)
    if not found:
        raise SystemExit(f"dd said {done.stderr!r}")
    return int(found[1]) / float(found[2])


def ours(device: str, limits: Limits) -> tuple[float, float, float]:
    """(write, verify, whole run) in bytes per second. The outcome must be cleared, or the figure is worth nothing."""
    with FileDisk(Path(device), physical=4096) as disk:
        began = time.perf_counter()
        evidence = erase(
            OneMachine(),  # type: ignore[arg-type]
            disk,  # type: ignore[arg-type]
            target_for(disk),
            facts=loop_facts(disk.size_bytes),
            plan_digest="",
            warrant_id="",
            emit=Journal("bench").emit,
            stop=threading.Event(),
            resume=None,
            limits=limits,
        )
        took = time.perf_counter() - began
    check = evidence.verification
    if evidence.outcome is not Outcome.CLEARED or check is None:
        raise SystemExit(f"our own run ended {evidence.outcome}: {evidence.reasons}")
    write = evidence.passes[0]
    return write.bytes_written / write.seconds, check.bytes / check.seconds, 2 * disk.size_bytes / took


def nwipe(devices: Sequence[str], size: int) -> float:
    """Bytes per second and device of one nwipe random pass without verification or blanking; only ours are named."""
    log = Path(tempfile.mkdtemp(prefix="regain-bench-log-"))
    argv = ["nwipe", "--autonuke", "--nogui", "--nowait", "--nosignals", "--method=prng", "--prng=isaac64"]
    argv += ["--verify=off", "--noblank", "--rounds=1", "--sync=0", f"--logfile={log / 'log'}", *devices]
    began = time.perf_counter()
    done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, timeout=600, check=False)
    took = time.perf_counter() - began
    text = (log / "log").read_text(errors="replace") if (log / "log").exists() else ""
    shutil.rmtree(log)
    if done.returncode != 0 or not all(device in text for device in devices):
        raise SystemExit(f"nwipe failed ({done.returncode}): {text[-600:]} {done.stderr[-300:]!r}")
    return size / took


def measure(options: argparse.Namespace) -> Mapping[str, Any]:
    size = options.mib * MIB
    rates: dict[str, list[float]] = {}

    def keep(name: str, value: float) -> None:
        rates.setdefault(name, []).append(value)
        print(f"  {name:<16}{value / 1e6:10.0f} MB/s", file=sys.stderr, flush=True)

    limits = Limits(block_bytes=options.block_mib * MIB if options.block_mib else None)
    with loop_device(size, buffered=options.buffered) as device:
        dd(device, size, write=True)  # the first write of a new file pays for its blocks
        for number in range(options.rounds):
            print(f"round {number + 1}", file=sys.stderr)
            keep("dd write", dd(device, size, write=True))
            write, verify, whole = ours(device, limits)
            keep("regain write", write)
            keep("regain verify", verify)
            keep("regain all", whole)
            keep("dd read", dd(device, size, write=False))
            if options.nwipe:
                keep("nwipe isaac64", nwipe([device], size))
    middle = {name: median(values) for name, values in rates.items()}
    result: dict[str, Any] = {
        "device": "loop, buffered" if options.buffered else "loop, direct",
        "bytes": size,
        "rounds": options.rounds,
        "median_bytes_per_s": {name: round(value) for name, value in middle.items()},
        "write_ratio": round(middle["regain write"] / middle["dd write"], 3),
        "verify_ratio": round(middle["regain verify"] / middle["dd read"], 3),
    }
    if options.nwipe:
        result["nwipe_ratio"] = round(middle["regain write"] / middle["nwipe isaac64"], 3)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--block-mib", type=int, default=0)
    parser.add_argument("--buffered", action="store_true")
    parser.add_argument("--no-nwipe", dest="nwipe", action="store_false")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.nwipe and shutil.which("nwipe") is None:
        print("nwipe is not installed: left out", file=sys.stderr)
        options.nwipe = False
    result = measure(options)
    if options.json:
        print(json.dumps(result))
        return
    print(f"{result['device']}, {options.mib} MiB, median of {options.rounds}")
    for name, value in result["median_bytes_per_s"].items():
        print(f"  {name:<16}{value / 1e6:10.0f} MB/s")
    print(f"  write / dd write   {result['write_ratio']:.2f}   (goal 0.75)")
    print(f"  verify / dd read   {result['verify_ratio']:.2f}   (goal 0.75)")
    if "nwipe_ratio" in result:
        print(f"  write / nwipe      {result['nwipe_ratio']:.2f}   (goal: above 1)")


if __name__ == "__main__":
    main()
