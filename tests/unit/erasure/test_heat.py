"""The disk's temperature during a wipe: read from the kernel, kept as a curve, and a pause at the limit."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from agent.erasure.heat import MOST_POINTS, Heat, heat_of, sensor_of
from agent.erasure.run import erase
from agent.machine.door import NotThere
from agent.model.erasure import Outcome
from agent.model.events import Kind
from tests.unit.erasure.doubles import MIB, FileDisk, Journal, OneMachine, loop_facts, plant_old_content, target_for

SENSOR = "/sys/block/sda/device/hwmon/hwmon3/temp1_input"


class Warm(OneMachine):
    """Its sensor shows one value after the other and then stays at the last."""

    exercise = False

    def __init__(self, *celsius: int | None, most: int | None = None, sensor: str = SENSOR) -> None:
        super().__init__()
        self.values, self.most, self.sensor = list(celsius), most, sensor

    def glob(self, pattern: str) -> list[str]:
        return [self.sensor] if pattern.replace("*", "3", 1) == self.sensor else []

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        value = None
        if path == self.sensor:
            value = self.values.pop(0) if len(self.values) > 1 else self.values[0]
        elif path.endswith("temp1_max"):
            value = self.most
        else:
            return super().read(path, limit=limit)
        if value is None:
            raise NotThere(path)
        return f"{value * 1000}\n".encode()


def heat(machine: Warm, *, rotational: bool = True) -> Heat:
    found = heat_of(machine, "/dev/sda", rotational=rotational)  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("rotational", "most", "limit"),
    [(True, None, 60), (False, None, 70), (False, 84, 84), (True, 0, 60), (True, 65261, 60)],
)
def test_the_limit_is_the_drives_own_when_it_is_believable(rotational: bool, most: int | None, limit: int) -> None:
    assert heat(Warm(30, most=most), rotational=rotational).limit_c == limit


def test_nvme_sensors_lie_beside_the_controller() -> None:
    path = "/sys/block/nvme0n1/device/hwmon3/temp1_input"
    assert sensor_of(Warm(30, sensor=path), "/dev/nvme0n1") == path  # type: ignore[arg-type]
    assert heat_of(OneMachine(), "/dev/sda", rotational=True) is None  # type: ignore[arg-type]


def test_it_pauses_at_the_limit_and_goes_on_five_below() -> None:
    watch = heat(Warm(59, 60, 58, 56, 55, 59))
    seen = []
    for step in range(6):
        celsius = watch.look(step * 30.0)
        seen.append((celsius, watch.paused))
    assert seen == [(59, False), (60, True), (58, True), (56, True), (55, False), (59, False)]
    assert watch.paused_s == 90.0
    assert watch.look(151.0) is None, "not before thirty seconds have gone by"
    assert watch.to_wire() == {
        "sensor": SENSOR, "limit_c": 60, "max_c": 60, "paused_s": 90.0,
        "points": [[0, 59], [30, 60], [60, 58], [90, 56], [120, 55], [150, 59]],
    }  # fmt: skip


def test_a_sensor_that_is_lost_holds_nobody_up() -> None:
    watch = heat(Warm(61, None))
    watch.look(0.0)
    assert watch.paused
    assert watch.look(30.0) is None and not watch.paused
    assert heat(Warm(None)).to_wire() is None


def test_the_curve_of_a_long_wipe_stays_small_and_its_highest_exact() -> None:
    watch = heat(Warm(*([30] * 5001), 59, 30))
    for step in range(5005):
        watch.look(step * 30.0)
    wire = watch.to_wire()
    assert wire is not None and len(wire["points"]) <= MOST_POINTS and wire["max_c"] == 59
    assert wire["points"][0][0] < 60 and wire["points"][-1][0] > 140_000


@pytest.mark.process
def test_a_warm_disk_rests_and_is_then_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker really holds: nothing is written while it is too warm."""
    monkeypatch.setattr("agent.erasure.heat.EVERY_S", 1.0)
    path = tmp_path / "disk"
    plant_old_content(path, 32 * MIB)
    machine = Warm(60, 61, 60, 40)
    monkeypatch.setattr("agent.erasure.run.heat_of", lambda *args, **kw: heat(machine))
    with FileDisk(path) as disk:
        journal = Journal(disk.identity.text)
        done = erase(
            machine,  # type: ignore[arg-type]
            disk,  # type: ignore[arg-type]
            target_for(disk),
            facts=loop_facts(disk.size_bytes),
            plan_digest="d",
            warrant_id="w",
            emit=journal.emit,
            stop=threading.Event(),
            resume=None,
        )
    assert done.outcome is Outcome.CLEARED
    order = [k for k in journal.kinds if k in (Kind.HEAT_PAUSED, Kind.HEAT_RESUMED, Kind.VERIFY_FINISHED)]
    assert order == [Kind.HEAT_PAUSED, Kind.HEAT_RESUMED, Kind.VERIFY_FINISHED]
    assert done.temperature is not None and done.temperature["max_c"] == 61 and done.temperature["paused_s"] >= 2
