"""The composition root: the only module that may import everything. It decides which parts meet, and nothing else."""

from __future__ import annotations

import contextlib
import os
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.machine.door import Machine
from agent.model.errors import Fault

if TYPE_CHECKING:
    from agent.job.paper import StationPaper
    from agent.job.parts import Kept
    from agent.job.session import Session
    from agent.model.stick import Stick
    from agent.registry.embedded import Embedded
    from agent.report.station import Station
    from agent.report.timekeeper import Timekeeper

LIVE_MARKER = Path("/etc/regain/live-image")
"""Written by the image builder: this system was started from the stick."""

NTP_MARKER = "/run/systemd/timesync/synchronized"
"""Touched by systemd-timesyncd(8) when it has set the clock."""

DEMO_PORT = 8470
"""Where the registry of the bench answers when the port is free, so that its page can be kept open."""

WORKSHOP_OF_THE_BENCH = "EX"
SCREEN_PACE = 9 << 20
"""Bytes per second of a rehearsal disk on the screens: a wipe lasts long enough to be watched."""


def on_live_stick() -> bool:
    return LIVE_MARKER.exists()


def switch_off() -> None:
    """Power this PC off: « Éteindre » on the stick."""
    from agent.machine.live import LiveMachine

    LiveMachine().run(["systemctl", "poweroff"], timeout_s=60)


def restart_into_menu() -> None:
    """Restart this PC into its firmware's menu (systemctl(1), reboot --firmware-setup)."""
    from agent.machine.live import LiveMachine

    LiveMachine().run(["systemctl", "reboot", "--firmware-setup"], timeout_s=60)


def data_home() -> Path:
    """REGAIN_HOME, else the user's data folder."""
    told = os.environ.get("REGAIN_HOME")
    if told:
        return Path(told)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "regain"


def images_folder() -> Path:
    from agent.install.manifest import images_folder as folder

    return folder(os.environ)


# -- recorded PCs ----------------------------------------------------------------------------------------------


def machines_folder() -> Path:
    """REGAIN_MACHINES, else the recorded PCs of this checkout."""
    told = os.environ.get("REGAIN_MACHINES")
    return Path(told) if told else Path(__file__).resolve().parent.parent / "tests" / "machines"


def machines() -> Sequence[tuple[str, dict[str, str]]]:
    """Name and titles (by language) of every recorded PC. Raises Fault machine-unknown when there is none."""
    from agent.machine.recorded import list_machines

    found = [(m.name, dict(m.title)) for m in list_machines(machines_folder())]
    if not found:
        raise Fault("machine-unknown", name=str(machines_folder()), known="")
    return found


def _rehearsal_opener(name: str, home: Path, *, faults: Sequence[str], paced: bool) -> Callable[[], Machine]:
    """Opens the recorded PC with fresh virtual disks, unless a cut erasure of it is waiting to go on."""
    from agent.inventory.disks import list_disks
    from agent.job.history import cut_runs
    from agent.machine.clocks import VirtualClock
    from agent.machine.door import DoorError
    from agent.machine.drives.laboratory import Laboratory
    from agent.machine.drives.stand_in import stand_ins
    from agent.machine.recorded import RecordedMachine, find_machine
    from agent.machine.rehearsal import FAULTS, RehearsalMachine
    from agent.model.facts import Known

    path = find_machine(name, machines_folder())
    disks = home / "disks" / path.name
    options: dict[str, Any] = {"faults": faults, "pace_bytes_per_s": SCREEN_PACE if paced else None}

    def opened() -> Machine:
        if not cut_runs(home / "journal"):
            shutil.rmtree(disks, ignore_errors=True)
        recorded, clock = RecordedMachine(path), VirtualClock(pace=0.05 if paced else 0.0)
        plain = RehearsalMachine(recorded, disks, clock=clock, **options)
        if FAULTS.keys() & set(faults):  # faults under our own writing: a drive that erases itself would hide them
            return plain
        found = list_disks(recorded)
        disks_seen = found.value if isinstance(found, Known) else ()
        drives = stand_ins(disks_seen, backing=plain.disk_file, clock=clock, faults=faults)
        laboratory = Laboratory(tuple(drives.values()), cache=home / "laboratory")
        try:
            laboratory.__enter__()
        except DoorError:  # no C compiler: disks are files, and the plan says that there is no real drive
            return plain
        paths = {text: drive.path for text, drive in drives.items()}
        machine = RehearsalMachine(recorded, disks, clock=clock, laboratory=laboratory, stand_ins=paths, **options)
        weakref.finalize(machine, laboratory.__exit__, None, None, None)
        return machine

    return opened


# -- stations, paper, sessions ---------------------------------------------------------------------------------


def open_station(home: Path, *, exercise: bool) -> Station:
    """The station of this folder. REGAIN_PIN locks its key; without it the policy below is written in the file."""
    from agent.report.station import Station

    pin = os.environ.get("REGAIN_PIN") or None
    return Station.open_or_create(home / "station", pin=pin, policy="no PIN was set on this station", exercise=exercise)


def _more_than_is_free(home: Path) -> int:
    """Bytes that the fault "stick-full" asks for."""
    home.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(home).free + 50_000_000


_NOBODY_LISTENS = "http://127.0.0.1:9"
"""An address of this machine where nothing answers: the fault "registry-down" tries it for real."""


def paper_for(
    *,
    home: Path,
    machine: Machine,
    records: Path,
    deliver: bool,
    registry: Embedded | None = None,
    url: str | None = None,
    room: int | None = None,
    ca: Path | None = None,
    time: Timekeeper | None = None,
    wall: Callable[[], str] | None = None,
) -> StationPaper:
    """The paper of the station in ``home``, enrolled with ``registry`` when one is given and does not know it yet.

    ``url`` is where to look for the registry when it moved, ``ca`` an authority of its own; ``room`` the free bytes a
    job asks for; ``time`` and ``wall`` how much the clock of this PC is worth.
    """
    from agent.job.paper import StationPaper, client_for, enrol

    def reopen() -> Station:
        return open_station(home, exercise=machine.exercise)

    station = reopen()
    if registry is not None and (station.note.registry is None or station.note.registry.instance != registry.instance):
        code = registry.enrol_code(WORKSHOP_OF_THE_BENCH)
        enrol(station, url=registry.url, code=code, label="banc d'exercice")
    client = client_for(station, url=url or (registry.url if registry else None), ca=ca)
    return StationPaper(
        station,
        machine=machine,
        records=records,
        client=client,
        deliver=deliver,
        reopen=reopen,
        room=room,
        time=time,
        wall=wall,
    )


def bench_session(
    name: str, home: Path, *, faults: Sequence[str], registry: Embedded | None, lang: str, paced: bool
) -> Session:
    """A rehearsal of one recorded PC, with the embedded registry when there is one."""
    from agent.job.session import Session
    from agent.job.systems import Systems
    from agent.locale import words

    opener = _rehearsal_opener(name, home, faults=faults, paced=paced)
    paper = paper_for(
        home=home,
        machine=opener(),
        records=home / "records",
        deliver=True,
        registry=registry,
        url=_NOBODY_LISTENS if "registry-down" in faults else None,
        room=_more_than_is_free(home) if "stick-full" in faults else None,
    )
    return Session(open_machine=opener, paper=paper, systems=Systems(images_folder(), words), home=home, lang=lang)


def live_session(home: Path, *, lang: str) -> Session:
    """The job on this PC. On the live stick its results go where the stick says, and move when one comes late."""
    from agent.job.session import Session
    from agent.machine.live import LiveMachine

    machine = LiveMachine()
    if not on_live_stick():
        from agent.job.systems import Systems
        from agent.locale import words

        paper = paper_for(home=home, machine=machine, records=home / "records", deliver=True)
        return Session(
            open_machine=LiveMachine, paper=paper, systems=Systems(images_folder(), words), home=home, lang=lang
        )
    from agent.stick.prepare import prepare, settings_folder, without_station
    from agent.stick.settings import read_settings
    from agent.stick.storage import LiveStorage

    stick = current_stick()
    if stick is None or not _alive(Path(stick.home)):  # not prepared at start, or pulled since
        stick = prepare(machine)
    try:
        kept = _kept_on(stick, machine)
    except Fault as fault:
        stick = without_station(stick, fault)
        kept = _kept_on(stick, machine)
    storage = LiveStorage(stick, machine=machine, opened=lambda found: _kept_on(found, machine))
    second_tool = None if stick.settings_fault else read_settings(settings_folder(stick)).second_tool
    return Session(
        open_machine=LiveMachine,
        paper=kept.paper,
        systems=kept.systems,
        home=kept.home,
        lang=lang,
        storage=storage,
        second_tool=second_tool,
    )


def current_stick() -> Stick | None:
    """What the start of the live system found; None anywhere else."""
    from agent.stick.prepare import read_stick

    return read_stick() if on_live_stick() else None


def never_targets(machine: Machine) -> frozenset[str]:
    """What names the disks the system stands on, and the stick even when it is not mounted."""
    from agent.machine.ancestry import standing_on

    stick = current_stick()
    return standing_on(machine) | frozenset(stick.never if stick else ())


def _alive(home: Path) -> bool:
    """Something can be written there now."""
    from agent.report.files import write_atomic

    try:
        write_atomic(home / ".alive", b"")
        (home / ".alive").unlink()
    except (Fault, OSError) as error:
        return isinstance(error, Fault)  # full is alive: the rule about room answers for it
    return True


def _kept_on(stick: Stick, machine: Machine) -> Kept:
    from agent.job.parts import Kept
    from agent.job.systems import Systems
    from agent.locale import words
    from agent.machine.clocks import RealClock, set_system_clock
    from agent.report.clock import parse_utc
    from agent.report.timekeeper import Timekeeper
    from agent.stick.prepare import settings_folder
    from agent.stick.settings import RegistrySettings, read_settings

    home = Path(stick.home)
    time = Timekeeper(
        floor=parse_utc(stick.clock["floor"]),
        at_floor=stick.clock["source"] == "floor",
        synchronised=lambda: machine.exists(NTP_MARKER),
        set_clock=set_system_clock,
    )
    # settings with a mistake are told on the screen: sending then goes the way it was enrolled
    folder = settings_folder(stick)
    registry = RegistrySettings() if stick.settings_fault else read_settings(folder).registry
    paper = paper_for(
        home=home,
        machine=machine,
        records=home / "records",
        deliver=True,
        url=registry.url,
        ca=folder / registry.ca if registry.ca else None,
        time=time,
        wall=RealClock().utc,
    )
    return Kept(home=home, paper=paper, systems=Systems(Path(stick.images), words))


@contextlib.contextmanager
def embedded_registry(home: Path) -> Iterator[Embedded]:
    from agent.registry.embedded import start

    try:
        registry = start(home / "registry", exercise=True, port=DEMO_PORT, network="Regain, exercice")
    except OSError:  # another bench has the port
        registry = start(home / "registry", exercise=True, network="Regain, exercice")
    with registry:
        yield registry


def run_bench_screens(
    name: str | None, home: Path, *, faults: Sequence[str], registry: Embedded | None, lang: str
) -> int:
    """The screens on the rehearsal bench; without a name the first one is the list of PCs."""
    from agent.tui.app import run_bench

    def opened(chosen: str) -> Session:
        return bench_session(chosen, home, faults=faults, registry=registry, lang=lang, paced=True)

    if name is not None:
        return run_bench(opened(name), lang=lang)
    cards = [(each, titles[lang]) for each, titles in machines()]
    return run_bench(None, lang=lang, machines=cards, open_machine=opened)
