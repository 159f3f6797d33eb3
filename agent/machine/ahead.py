"""This PC, with the answers of a few tools asked for before anybody needs them: they work while the rest is loaded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from agent.machine.door import Answer, DoorError
from agent.machine.live import LiveMachine


class AheadMachine(LiveMachine):
    """Each line that ``lines`` names, with its seconds, is started at once; its answer is given once, to who asks for
    that very line. They need root: without it none is started."""

    def __init__(self, lines: Callable[[LiveMachine], Sequence[tuple[Sequence[str], float]]]) -> None:
        super().__init__()
        run = super().run
        chosen = lines(self) if self.is_root() else ()
        self._asked = {tuple(argv): _Asked(run, argv, timeout_s) for argv, timeout_s in chosen}

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        asked = self._asked.pop(tuple(argv), None)
        return super().run(argv, timeout_s=timeout_s, stdin=stdin) if asked is None else asked.answer()

    def leave(self) -> None:
        """Wait for what nobody asked for: a tool must not outlive who started it."""
        for asked in self._asked.values():
            asked.wait()


class _Asked:
    """One tool at work in a thread of its own."""

    def __init__(self, run: Callable[..., Answer], argv: Sequence[str], timeout_s: float) -> None:
        self._result: Answer | DoorError | None = None
        self._thread = threading.Thread(target=self._work, args=(run, argv, timeout_s), daemon=True)
        self._thread.start()

    def _work(self, run: Callable[..., Answer], argv: Sequence[str], timeout_s: float) -> None:
        try:
            self._result = run(argv, timeout_s=timeout_s)
        except DoorError as error:
            self._result = error

    def wait(self) -> None:
        self._thread.join()

    def answer(self) -> Answer:
        """What the tool answered, or its failure as the door tells it."""
        self.wait()
        if isinstance(self._result, Answer):
            return self._result
        raise self._result or DoorError("the thread that asked it broke")
