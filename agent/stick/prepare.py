"""At start, before the screens: where results go, what the network needs, what the clock may be believed.

Whatever goes wrong here, the PC gets a place for its results and a sentence that says where they are.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.machine.ancestry import standing_on
from agent.machine.clocks import set_system_clock
from agent.machine.door import DoorError, Machine
from agent.machine.processes import run_tool
from agent.machine.stick_disk import Run
from agent.model.errors import Fault
from agent.model.identity import is_usable_serial
from agent.model.stick import Stick, StickState, stick_from_wire
from agent.report.clock import format_utc, plausible, start_of
from agent.report.files import free_bytes, write_atomic
from agent.report.outbox import MIN_FREE_BYTES
from agent.stick import wifi
from agent.stick.layout import NoPlace
from agent.stick.medium import Data, Look, Medium
from agent.stick.partition import Unusable, create, mount
from agent.stick.settings import read_settings

NOTE = Path("/etc/regain/live-image")
BUILT_FALLBACK = "2026-11-24T00:00:00Z"
IMAGES = "images/manifest.json"
RTC = "/sys/class/rtc/rtc0/since_epoch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things are on a live system. Tests give their own."""

    run: Path = Path("/run/regain")
    note: Path = NOTE
    medium: Path = Path("/run/live/medium")
    profiles: Path = wifi.FOLDER
    loops: bool = False

    @property
    def mount(self) -> Path:
        return self.run / "data"

    @property
    def memory(self) -> Path:
        return self.run / "home"


def read_note(path: Path = NOTE) -> Mapping[str, str]:
    """What the image says of itself; empty when that cannot be read."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in told.items() if isinstance(v, str)} if isinstance(told, dict) else {}


def read_stick(run: Path = Places().run) -> Stick | None:
    """What ``prepare`` found last; None before it ran, or where it cannot be read."""
    try:
        return stick_from_wire(json.loads((run / "stick.json").read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def prepare(
    machine: Machine,
    places: Places | None = None,
    *,
    late: bool = False,
    run: Run = run_tool,
    set_clock: Callable[[float], None] = set_system_clock,
) -> Stick:
    """Find, make or mount the data partition, and write ``env`` and ``stick.json``. May be called again: ``late``."""
    places = places or Places()
    note = read_note(places.note)
    look = Look(machine=machine, run=run, note=note, loops=places.loops)
    finder = _Finder(look, places, late=late, never=set(standing_on(machine)))
    stick, never = finder.found(), finder.never
    before = read_stick(places.run)
    stick = dataclasses.replace(
        stick,
        never=tuple(sorted({w for w in never if w.startswith("/dev/") or ":" in w or is_usable_serial(w)}
                           | set(before.never if before else ()))),
        clock=before.clock if late and before else _clock(machine, settings_folder(stick, places), note, set_clock),
        settings_fault=_settings(stick, places, run, late=late),
    )  # fmt: skip
    write(stick, places)
    return stick


class _Finder:
    """The boot medium's own partition, found or made; where that cannot keep results, one other stick that has ours."""

    def __init__(self, look: Look, places: Places, *, late: bool, never: set[str]) -> None:
        self.look, self.places, self.late, self.never = look, places, late, never
        self.medium: Medium | None = None

    def found(self) -> Stick:
        own = self._attempt(self._own)
        if not own.in_memory:
            return own
        other = self._attempt(self._other)
        # what is wrong with our own is what a person must know, unless another stick is the trouble
        return own if other.why in ("stick-why-no-medium", "stick-why-failed") else other

    def _attempt(self, work: Callable[[], Stick]) -> Stick:
        """Whatever goes wrong, results have a place and the reason has words."""
        try:
            return work()
        except (NoPlace, Unusable) as error:
            state = StickState.CORRUPT if error.reason == "stick-why-corrupt" else StickState.NONE
            return _in_memory(self.places, state, error.reason, **error.params)
        except Fault as fault:
            told = (fault.code, fault.params.get("step"), fault.params.get("detail"))
            detail = " ".join(str(word) for word in told if word)
            return _in_memory(self.places, StickState.NONE, "stick-why-failed", detail=detail)
        except (DoorError, OSError) as error:
            return _in_memory(self.places, StickState.NONE, "stick-why-failed", detail=str(error))

    def _own(self) -> Stick:
        self.medium = self.look.medium()
        if self.medium is None:
            raise NoPlace("stick-why-no-medium")
        self.never |= self.medium.disk.names
        mine = self.look.data_on(self.medium.disk, boot=True)
        return (
            self._settled(mine[0], fresh=False) if mine else self._settled(create(self.look, self.medium), fresh=True)
        )

    def _other(self) -> Stick:
        found = self.look.data_elsewhere(self.medium)
        if not found:
            raise NoPlace("stick-why-no-medium")
        if len(found) > 1:
            raise NoPlace("stick-why-several")
        self.never |= found[0].disk.names
        return self._settled(found[0], fresh=False)

    def _settled(self, data: Data, *, fresh: bool) -> Stick:
        mounted = mount(self.look, data, self.places.mount, fresh=fresh)
        model = data.disk.model or data.disk.path
        free = free_bytes(mounted.folder)
        images = _images(self.places, mounted.folder)
        if mounted.writable and free < MIN_FREE_BYTES:
            # whoever stands here cannot make room on it: the job must not wait for that
            free_mb = free // 1_000_000
            stick = _in_memory(self.places, StickState.FULL, "stick-why-full", model=model, free_mb=free_mb)
        elif mounted.writable:
            state = StickState.LATE if self.late else StickState.CREATED if fresh else StickState.OK
            why = "stick-why-repaired" if mounted.repaired else f"stick-why-{state.value}"
            stick = Stick(state=state, home=str(mounted.folder), images=images, why=why, params={"model": model})
        else:
            stick = _in_memory(self.places, StickState.READ_ONLY, "stick-why-read-only", model=model)
        size = data.row.size * data.sector
        return dataclasses.replace(stick, images=images, device=mounted.node, size_bytes=size, free_bytes=free)


def _in_memory(places: Places, state: StickState, why: str, **params: Any) -> Stick:
    places.memory.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {k: v if isinstance(v, int) else str(v) for k, v in params.items()}
    return Stick(state=state, home=str(places.memory), images=_images(places, places.memory), why=why, params=told)


def _images(places: Places, home: Path) -> str:
    """The first folder that holds images; without any, where they would be put."""
    for folder in (home, places.medium):
        if (folder / IMAGES).is_file():
            return str(folder / "images")
    return str(home / "images")


def _clock(
    machine: Machine, home: Path, note: Mapping[str, str], set_clock: Callable[[float], None]
) -> Mapping[str, Any]:
    """REPORT design, section 6: a clock that cannot be is set to the floor; without that, TLS fails.

    The battery clock is judged, not the system's: systemd has moved an old one to its own build time before us.
    """
    system = time.time()
    start = start_of(
        built=note.get("built") or BUILT_FALLBACK, last_trusted=_last_trusted(home), now=_battery(machine) or system
    )
    told: dict[str, Any] = {"source": start.source, "floor": format_utc(start.floor), "found": start.found}
    if not plausible(datetime.fromtimestamp(system, UTC), start.floor):
        try:
            set_clock(start.floor.timestamp())
        except OSError as error:  # the records then say floor all the same
            told["error"] = str(error)
    return told


def _battery(machine: Machine) -> float | None:
    """Seconds since 1970 by the battery clock; None where there is none to read."""
    try:
        return float(machine.read(RTC))
    except (DoorError, ValueError):
        return None


def without_station(stick: Stick, fault: Fault, places: Places | None = None) -> Stick:
    """The station on the stick cannot be opened: it is left as it is, and results stay in memory."""
    places = places or Places()
    said = _in_memory(places, StickState.NONE, "stick-why-station", code=fault.code)
    said = dataclasses.replace(stick, state=said.state, home=said.home, why=said.why, params=said.params)
    write(said, places)
    return said


def _last_trusted(home: Path) -> str | None:
    """From the station's memory, which needs no PIN to be read."""
    try:
        told = json.loads((home / "station" / "station.json").read_bytes()).get("last_trusted_utc")
    except (OSError, ValueError, AttributeError):
        return None
    return told if isinstance(told, str) else None


def settings_folder(stick: Stick, places: Places | None = None) -> Path:
    """Settings are read on a stick that nobody can write to as well."""
    return (places or Places()).mount if stick.device else Path(stick.home)


def _settings(stick: Stick, places: Places, run: Run, *, late: bool) -> Mapping[str, Any] | None:
    """Wi-Fi profiles for NetworkManager; a mistake in the file is told on the screen and stops nothing."""
    try:
        wifi.write_profiles(read_settings(settings_folder(stick, places)).wifi, places.profiles)
        if late:
            run(["nmcli", "connection", "reload"], timeout_s=10)
    except Fault as fault:
        return {"error_id": fault.error_id, "code": fault.code, "params": dict(fault.params)}
    except (DoorError, OSError) as error:
        params = {"file": str(places.profiles), "problems": str(error)}
        return {"error_id": "settings-bad", "code": Fault("settings-bad").code, "params": params}
    return None


def write(stick: Stick, places: Places) -> None:
    """``env`` for the units and shells of the live system, ``stick.json`` for the program."""
    env = f"REGAIN_HOME={stick.home}\nREGAIN_IMAGES={stick.images}\n"
    write_atomic(places.run / "env", env.encode())
    write_atomic(places.run / "stick.json", json.dumps(stick.to_wire(), ensure_ascii=False, indent=1).encode() + b"\n")
