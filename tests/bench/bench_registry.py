"""How many signed reports a second does the registry take over HTTP, and how long does one wait?

    python tests/bench/bench_registry.py [--reports 400] [--flights 8,32] [--kib 24] [--json]

The real server in a process of its own on the loopback interface, SQLite with synchronous=FULL in a temporary folder;
this process signs everything beforehand and sends with that many threads. Both share the same processors, and whatever
else runs weighs on the figures. Then, in process: rebuild, lookup by tag, audit. Nothing is left behind.

The targets of the REPORT design, section 17: 100 reports a second, p99 under 1 s. The need: 200 an hour.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

SERVER = """
import sys
from pathlib import Path
from agent.registry.embedded import start
with start(Path(sys.argv[1]), exercise=True) as running:
    print(running.url, *[running.enrol_code("RC") for _ in range(int(sys.argv[2]))], flush=True)
    sys.stdin.read()
"""


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def signed(sticks: list[Any], count: int, kib: int) -> list[list[tuple[str, str]]]:
    """``count`` reports of different machines shared out among the sticks, padded to about ``kib`` KiB."""
    from tests.unit.registry.house import inventory

    lots: list[list[tuple[str, str]]] = [[] for _ in sticks]
    for number in range(count):
        stick = sticks[number % len(sticks)]
        facts = inventory(serial=f"S{id(stick) % 9973:04d}{number:06d}Q", product=f"Modèle {number % 40}")
        changes = {"tag": None, "inventory": facts, "exercise": True}
        wire = stick.wire(*_erased(), **changes)
        missing = kib * 1024 - len(json.dumps(wire, ensure_ascii=False).encode())
        wire["ext"] = {"org.example.padding": "x" * max(0, missing)}
        lots[number % len(sticks)].append((wire["report_id"], stick.sign(wire)))
    return lots


def _erased() -> tuple[Any, ...]:
    from tests.unit.report import samples

    return (samples.evidence(), samples.purged())


def send(url: str, lots: list[list[tuple[str, str]]]) -> tuple[float, list[float]]:
    """Everything at once, one thread a lot: seconds in all, seconds of each."""
    import requests

    times: list[float] = []
    lock = threading.Lock()

    def work(lot: list[tuple[str, str]]) -> None:
        session = requests.Session()
        for report_id, token in lot:
            began = time.perf_counter()
            headers = {"Content-Type": "application/jose"}
            answer = session.put(f"{url}/v1/reports/{report_id}", data=token, headers=headers, timeout=60)
            took = time.perf_counter() - began
            if answer.status_code != 201:
                raise SystemExit(f"{answer.status_code} {answer.text}")
            with lock:
                times.append(took)

    threads = [threading.Thread(target=work, args=(lot,)) for lot in lots]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began, times


def enrolled(url: str, codes: list[str]) -> list[Any]:
    import requests

    from agent.report.sign import TYP_ENROLMENT, SigningKey, public_jwk, sign
    from tests.unit.registry.house import Stick

    sticks = []
    for code in codes:
        key = SigningKey.generate(exercise=True)
        body = {"code": code, "jwk": public_jwk(key), "proof": sign(code.encode(), key=key, typ=TYP_ENROLMENT)}
        told = requests.post(f"{url}/v1/enrolments", json=body, timeout=10).json()
        sticks.append(Stick(key=key, workshop="RC", number=told["stick_number"]))
    return sticks


def measure(folder: Path, *, reports: int, flights: list[int], kib: int) -> dict[str, Any]:
    argv = [sys.executable, "-c", SERVER, str(folder), str(max(flights))]
    server = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPO)
    result: dict[str, Any] = {"kib": kib, "http": []}
    try:
        assert server.stdout is not None
        url, *codes = server.stdout.readline().split()
        sticks = enrolled(url, codes)
        for flight in flights:
            lots = signed(sticks[:flight], reports, kib)
            seconds, times = send(url, lots)
            line = {"in_flight": flight, "reports": len(times), "per_second": round(len(times) / seconds, 1)}
            line |= {f"p{int(s * 100)}_s": round(percentile(times, s), 3) for s in (0.5, 0.99)}
            result["http"].append(line)
    finally:
        server.communicate(timeout=30)
    return result | in_process(folder)


def in_process(folder: Path) -> dict[str, Any]:
    from agent.registry import views
    from agent.registry.audit import audit, rebuild
    from agent.registry.embedded import DATABASE
    from agent.registry.store import Store

    store = Store(f"sqlite:///{folder / DATABASE}")
    began = time.perf_counter()
    folded = rebuild(store)
    rebuilt = time.perf_counter() - began
    names = [d["device_id"] for d in views.search_devices(store)["devices"]]
    looks = []
    for name in names:
        began = time.perf_counter()
        views.one_device(store, name)
        looks.append(time.perf_counter() - began)
    began = time.perf_counter()
    done = audit(store)
    audited = time.perf_counter() - began
    store.close()
    if done.findings:
        raise SystemExit(f"the audit found {done.findings[:3]}")
    told = {"rebuild_per_second": round(folded / rebuilt, 1), "audit_per_second": round(done.reports / audited, 1)}
    return told | {"lookup_p99_ms": round(1000 * percentile(looks, 0.99), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=400)
    parser.add_argument("--flights", default="8,32")
    parser.add_argument("--kib", type=int, default=24)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    flights = [int(word) for word in given.flights.split(",")]
    with tempfile.TemporaryDirectory(prefix="regain-bench-registry-") as folder:
        result = measure(Path(folder), reports=given.reports, flights=flights, kib=given.kib)
    if given.json:
        print(json.dumps(result))
        return
    for line in result["http"]:
        print(
            f"{line['in_flight']:>3} in flight, {given.kib} KiB: {line['per_second']:>6} a second, "
            f"p50 {line['p50_s']} s, p99 {line['p99_s']} s"
        )
    print(f"rebuild {result['rebuild_per_second']} a second, audit {result['audit_per_second']} a second")
    print(f"one machine with its story, p99 {result['lookup_p99_ms']} ms")


if __name__ == "__main__":
    main()
