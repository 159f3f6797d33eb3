"""Eight disks at once: their sum beside eight parallel dd and one nwipe of all eight, on loop devices of the same run.

    python tests/bench/bench_eight.py [--disks 8] [--mib 256] [--rounds 3] [--no-nwipe] [--json]

Root. Every tool writes all disks at the same time; its figure is the bytes of all of them over the time until the last
one is done, flushed. Ours is the first pass alone, one worker process a disk as in a job; what the process that
watches them takes of one core meanwhile is measured too. The tools take turns and the medians are compared.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agent.model.erasure import Outcome
from agent.model.events import Kind
from tests.bench.bench_erase import MIB, Limits, dd, erase, loop_device, nwipe
from tests.unit.erasure.doubles import FileDisk, OneMachine, loop_facts, target_for

GOAL = 0.90
WATCHER_GOAL = 0.05


def all_dd(devices: Sequence[str], size: int) -> float:
    with ThreadPoolExecutor(len(devices)) as pool:
        began = time.perf_counter()
        list(pool.map(lambda device: dd(device, size, write=True), devices))
        return len(devices) * size / (time.perf_counter() - began)


class Stretch:
    """From the first pass that begins to the last one that is synced, whatever the disks do before and after."""

    def __init__(self) -> None:
        self.began = self.ended = 0.0
        self.cpu = [0.0, 0.0]
        self._lock = threading.Lock()

    def emit(self, kind: Kind, params: Mapping[str, Any]) -> None:
        with self._lock:
            if kind is Kind.PASS_STARTED and not self.began:
                self.began, self.cpu[0] = time.perf_counter(), time.process_time()
            elif kind is Kind.PASS_FINISHED:
                self.ended, self.cpu[1] = time.perf_counter(), time.process_time()

    @property
    def watching(self) -> float:
        """Share of one core that this process took: the workers are others."""
        return (self.cpu[1] - self.cpu[0]) / (self.ended - self.began)


def all_ours(devices: Sequence[str], size: int) -> tuple[float, float]:
    """Bytes per second of all passes together, and the watching process\'s share of a core. Every outcome must be
    cleared, or the figure is worth nothing."""
    stretch = Stretch()
    gate = threading.Barrier(len(devices))

    def one(device: str) -> Outcome:
        with FileDisk(Path(device), physical=4096) as disk:

            def emit(kind: Kind, params: Mapping[str, Any]) -> None:
                if kind is Kind.CANARIES_PLANTED:
                    gate.wait(120)  # all passes begin together
                stretch.emit(kind, params)
                if kind is Kind.PASS_FINISHED:
                    gate.wait(600)  # nobody reads back while another still writes

            return erase(
                OneMachine(),  # type: ignore[arg-type]
                disk,  # type: ignore[arg-type]
                target_for(disk, verify="sample"),
                facts=loop_facts(disk.size_bytes),
                plan_digest="",
                warrant_id="",
                emit=emit,
                stop=threading.Event(),
                resume=None,
                limits=Limits(),
            ).outcome

    with ThreadPoolExecutor(len(devices)) as pool:
        outcomes = set(pool.map(one, devices))
    if outcomes != {Outcome.CLEARED}:
        raise SystemExit(f"our own run ended {outcomes}")
    return len(devices) * size / (stretch.ended - stretch.began), stretch.watching


def all_nwipe(devices: Sequence[str], size: int) -> float:
    """One nwipe for all, as its users run it."""
    return len(devices) * nwipe(devices, size)


def measure(options: argparse.Namespace) -> Mapping[str, Any]:
    size = options.mib * MIB
    found: dict[str, list[float]] = {}

    def keep(name: str, value: float, unit: str = "MB/s") -> None:
        found.setdefault(name, []).append(value)
        print(f"  {name:<16}{value / 1e6 if unit == 'MB/s' else value:10.3g} {unit}", file=sys.stderr, flush=True)

    with ExitStack() as stack:
        devices = [stack.enter_context(loop_device(size, buffered=False)) for _ in range(options.disks)]
        all_dd(devices, size)  # the first write of a new file pays for its blocks
        for number in range(options.rounds):
            print(f"round {number + 1}", file=sys.stderr)
            keep("dd", all_dd(devices, size))
            rate, watching = all_ours(devices, size)
            keep("regain", rate)
            keep("watching", watching, "of a core")
            if options.nwipe:
                keep("nwipe", all_nwipe(devices, size))
    middle = {name: median(values) for name, values in found.items()}
    ratios = {"dd_ratio": round(middle["regain"] / middle["dd"], 3), "watching": round(middle["watching"], 4)}
    if "nwipe" in middle:
        ratios["nwipe_ratio"] = round(middle["regain"] / middle["nwipe"], 2)
    return {"disks": options.disks, "bytes_each": size, "median": middle, **ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--disks", type=int, default=8)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
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
    print(f"{result['disks']} disks of {options.mib} MiB at once, median of {options.rounds}")
    print(f"  sum / sum of dd     {result['dd_ratio']:.2f}   (goal {GOAL})")
    print(f"  watching process    {result['watching']:.1%} of a core   (goal {WATCHER_GOAL:.0%})")
    if "nwipe_ratio" in result:
        print(f"  sum / nwipe         {result['nwipe_ratio']:.1f}   (goal: above 1)")


if __name__ == "__main__":
    main()
