from __future__ import annotations

from agent.model.facts import Absent, Known, Unreadable, first, to_wire
from agent.model.inventory import Disk, DiskSecurity, Tpm


def test_three_states_stay_three_on_the_wire() -> None:
    tpm = Tpm(present=Unreadable("needs root"), version=Absent("no chip"), manufacturer=Known("INTC", "sysfs"))
    assert to_wire(tpm) == {
        "present": {"unreadable": "needs root"},
        "version": {"absent": "no chip"},
        "manufacturer": "INTC",
    }


def test_a_key_nobody_looked_for_is_missing() -> None:
    assert to_wire(Disk(model=Known("X", "t"), security=DiskSecurity(frozen=Known(False, "t")))) == {
        "model": "X",
        "security": {"frozen": False},
    }


def test_first_prefers_the_known_then_what_hides_more() -> None:
    assert first(None, Absent("a"), Known(1, "s")) == Known(1, "s")
    assert first(Absent("a"), Unreadable("u")) == Unreadable("u")
    assert first(None, None) is None


def test_first_keeps_a_disagreement() -> None:
    best = first(Known(4, "dmidecode"), Known(8, "lshw"))
    assert isinstance(best, Known)
    assert best.value == 4
    assert "lshw: 8" in best.note
