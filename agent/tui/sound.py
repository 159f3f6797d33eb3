"""The console bell as three short tunes, never endless (WORKBENCH section 10). Colour is the reference."""

from __future__ import annotations

from collections.abc import Callable

from agent.tui.wall import Sound

CALL_EVERY_S = 30.0
CALLS_AT_MOST = 10


def _note(hertz: int, milliseconds: int) -> str:
    """Linux console: pitch, length, bell; the kernel queues nothing, so notes of one tune may merge."""
    return f"\x1b[10;{hertz}]\x1b[11;{milliseconds}]\a"


TUNES = {
    Sound.CALL: _note(880, 150),
    Sound.DONE: _note(660, 120) + _note(990, 180),
    Sound.FAILED: _note(220, 250) * 3,
}


class Speaker:
    """Decides when a tune is due. ``console``: pitch and length escapes are understood, else a plain bell."""

    def __init__(self, monotonic: Callable[[], float], *, console: bool = False) -> None:
        self._monotonic = monotonic
        self.console = console
        self.muted = False
        self._last = Sound.NONE
        self._last_at = 0.0
        self._calls = 0

    def due(self, sound: Sound) -> str:
        """What to send to the terminal now, "" for silence."""
        at = self._monotonic()
        changed = sound is not self._last
        if changed:
            self._last, self._calls = sound, 0
        repeat = sound is Sound.CALL and self._calls < CALLS_AT_MOST and at - self._last_at >= CALL_EVERY_S
        if sound is Sound.NONE or self.muted or not (changed or repeat):
            return ""
        self._last_at = at
        self._calls += 1
        return TUNES[sound] if self.console else "\a"
