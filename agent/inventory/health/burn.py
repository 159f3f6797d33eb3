"""A process that keeps every processor busy: ``python -m agent.inventory.health.burn SECONDS``. Prints one JSON line.

Hashing large buffers leaves the interpreter's lock, so that threads load all processors.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time

_BLOCK = 1 << 20


def burn(seconds: float, workers: int) -> int:
    """Bytes hashed by all the workers together."""
    until = time.monotonic() + seconds
    done = [0] * workers

    def work(number: int) -> None:
        block = os.urandom(_BLOCK)
        while time.monotonic() < until:
            hashlib.sha512(block).digest()
            done[number] += _BLOCK

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done)


if __name__ == "__main__":
    wanted = float(sys.argv[1])
    started = time.monotonic()
    total = burn(wanted, os.cpu_count() or 1)
    print(json.dumps({"bytes": total, "seconds": round(time.monotonic() - started, 2)}))
