"""A long tool in a thread, with progress told from the disk and not by the tool; a stop, or Ctrl+C, ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from agent.install.work import Work
from agent.machine.door import Answer

_HALF_SECOND = 0.5
_TIMEOUT_S = 4 * 3600.0  # an old USB 2 disk

# Neither unsquashfs nor wimlib can be asked to stop: a file beside the target stops them.
_STOPPABLE = r"""
flag=$1; shift
"$@" & child=$!
while kill -0 $child 2>/dev/null; do
  if [ -e "$flag" ]; then kill $child; fi
  sleep 0.2
done
wait $child
"""


def run_watched(work: Work, argv: list[str], *, total: int, done: Callable[[], int]) -> Answer:
    """Run it, and tell twice a second how many of ``total`` bytes ``done`` counts on the disk."""
    argv = ["sh", "-c", _STOPPABLE, "regain", "{flag}", *argv]
    outcome: list[Answer | BaseException] = []

    def body() -> None:
        try:
            outcome.append(work.run(argv, timeout_s=_TIMEOUT_S))
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
                work.tell(min(total, max(0, done())), total)
    finally:
        if thread.is_alive():
            work.must(["touch", "{flag}"])
            thread.join(30)
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    return result
