"""A hand or a scanner? More than 20 characters a second is a machine (WORKBENCH section 12)."""

from __future__ import annotations

from dataclasses import dataclass, field

FASTEST_HAND_PER_S = 20.0
BURST = 4
GAP_S = 0.3
"""A pause this long ends a scan that sent no terminator."""

CONFIRM_CARD = "CONFIRMER"
_US_SCAN_ON_FRENCH = str.maketrans({",": "M", "?": "M", ";": "M"})


def is_confirm_card(text: str) -> bool:
    """True for the red card's bar code, in whichever layout scanner and console are (only its M moves)."""
    return text.strip().upper().translate(_US_SCAN_ON_FRENCH) == CONFIRM_CARD


@dataclass(slots=True)
class Typist:
    """Watches the pace of one field. Times are seconds of a monotonic clock."""

    times: list[float] = field(default_factory=list)
    scanned: str = ""
    recent: str = ""
    scanning: bool = False

    def feel(self, character: str, at: float) -> bool:
        """Note one character; True when it belongs to a scan."""
        if self.times and at - self.times[-1] > GAP_S:
            self.reset()
        self.times.append(at)
        self.recent += character
        if self.scanning:
            self.scanned += character
        elif len(self.times) >= BURST:
            span = at - self.times[-BURST]
            if span * FASTEST_HAND_PER_S < BURST - 1:
                self.scanning = True
                self.scanned = self.recent
        return self.scanning

    def finish(self) -> str:
        """The scanned text at its terminator; "" when a hand typed."""
        text = self.scanned if self.scanning else ""
        self.reset()
        return text

    def reset(self) -> None:
        self.times.clear()
        self.recent = self.scanned = ""
        self.scanning = False
