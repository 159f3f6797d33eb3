"""How long is an install, beside a bare unsquashfs of the same image on the same device in the same run?

    python tests/bench/bench_install.py [--image FILE] [--rounds 5] [--json]

Root. Makes one backing file and one loop device, and touches nothing else. The two take turns, so that whatever else
the computer does weighs on both; a ratio is the median of those of each turn.

copy ratio    our copy step (mount, unsquashfs, sync, every file counted again) / mount, unsquashfs, sync
whole ratio   from partitioning to the last check, without the fixed steps / the same bare copy
fixed steps   those whose length does not depend on the image's size; each is listed
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from agent.install.layout import draw_identifiers, mkfs_root  # noqa: E402
from agent.install.manifest import entry_of, find_image, images_folder, read_manifest  # noqa: E402
from agent.machine.live import LiveMachine  # noqa: E402
from agent.model.profile import ImageEntry  # noqa: E402
from tests.loop.installing import carry_out, loop_plan  # noqa: E402

GIB = 1 << 30
GOAL = 1.5
GROWING = ("step-unpack", "step-check")
"""Steps that grow with the image: the copy, and the file system check over what was copied."""

BEFORE = ("step-gate",)
"""The image's own hash, before partitioning begins."""


@contextmanager
def loop_device(size: int) -> Iterator[str]:
    """A loop device over a preallocated file of our own; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="regain-bench-"))
    device = ""
    try:
        with open(folder / "disk.img", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        device = subprocess.check_output(["losetup", "--find", "--show", str(folder / "disk.img")], text=True).strip()
        yield device
    finally:
        if device:
            subprocess.run(["losetup", "--detach", device], check=True)
        shutil.rmtree(folder)


def bare(device: str, image: Path) -> float:
    """Seconds of mount, unsquashfs and sync on a fresh ext4 with the options of our own layout."""
    ours = Path(f"/sys/block/{Path(device).name}/loop/backing_file").read_text()
    if "regain-bench-" not in ours:
        raise SystemExit(f"{device} is not ours")
    subprocess.run(["wipefs", "--quiet", "--all", device], check=True)
    make = [word.replace("{root}", device) for word in mkfs_root(draw_identifiers(os.urandom))]
    subprocess.run(make, check=True)
    target = Path(tempfile.mkdtemp(prefix="regain-bench-mount-"))
    began = time.perf_counter()
    subprocess.run(["mount", "-t", "ext4", "-o", "noatime", device, str(target)], check=True)
    try:
        subprocess.run(["unsquashfs", "-q", "-n", "-f", "-d", str(target), str(image)], check=True, capture_output=True)
        subprocess.run(["sync", "-f", str(target)], check=True)
        took = time.perf_counter() - began
    finally:
        subprocess.run(["umount", str(target)], check=True)
        target.rmdir()
    subprocess.run(["wipefs", "--quiet", "--all", device], check=True)
    return took


def measure(image: Path, entry: ImageEntry, rounds: int) -> Mapping[str, Any]:
    machine = LiveMachine()
    steps: dict[str, list[float]] = {}
    bares: list[float] = []
    with loop_device(max(4 * GIB, 2 * entry.unpacked_bytes)) as device:
        for number in range(rounds):
            bares.append(bare(device, image))
            done = carry_out(machine, loop_plan(machine, device, entry, mode="uefi"), image, [])
            if not done.ok or done.verified != "checked":
                raise SystemExit(f"the install ended {done.verified}")
            for step in done.steps:
                steps.setdefault(step.step, []).append(step.seconds)
            copy = steps["step-unpack"][-1]
            print(f"round {number + 1}: bare {bares[-1]:.2f} s, our copy {copy:.2f} s", file=sys.stderr, flush=True)
    middle = {step: median(seconds) for step, seconds in steps.items()}
    reference = median(bares)
    fixed = {step: s for step, s in middle.items() if step not in (*GROWING, *BEFORE)}
    return {
        "image": entry.file,
        "unpacked_bytes": entry.unpacked_bytes,
        "rounds": rounds,
        "bare_s": round(reference, 2),
        "steps_s": {step: round(seconds, 2) for step, seconds in middle.items()},
        "fixed_s": {step: round(seconds, 2) for step, seconds in fixed.items()},
        "copy_ratio": round(median(s / b for s, b in zip(steps["step-unpack"], bares, strict=True)), 3),
        "whole_ratio": round(
            median(sum(turn) / b for *turn, b in zip(*(steps[g] for g in GROWING), bares, strict=True)), 3
        ),
        "partition_to_verified_s": round(sum(s for step, s in middle.items() if step not in BEFORE), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--image", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.image is None:
        folder = images_folder({"REGAIN_IMAGES": str(REPO / "build" / "images"), **os.environ})
        entry = find_image(read_manifest(folder), "minimal")
        if entry is None or os.geteuid() != 0:
            print("left out: needs root and the minimal image (make image)", file=sys.stderr)
            return
        image = folder / entry.file
    else:
        listed = entry_of(options.image)
        if listed is None:
            raise SystemExit(f"{options.image} is in no manifest")
        image, entry = options.image, listed[1]
    result = measure(image, entry, options.rounds)
    if options.json:
        print(json.dumps(result))
        return
    print(f"{result['image']}, {entry.unpacked_bytes / 1e6:.0f} MB unpacked, median of {options.rounds}")
    print(f"  bare unsquashfs                      {result['bare_s']:8.2f} s")
    for step, seconds in result["steps_s"].items():
        kind = "before" if step in BEFORE else "with the image" if step in GROWING else "fixed"
        print(f"  {step:<20} {kind:<15} {seconds:8.2f} s")
    print(f"  partition to verified                {result['partition_to_verified_s']:8.2f} s")
    print(f"  copy / bare          {result['copy_ratio']:.2f}   (goal: at most {GOAL})")
    print(f"  whole without the fixed steps / bare  {result['whole_ratio']:.2f}   (goal: at most {GOAL})")


if __name__ == "__main__":
    main()
