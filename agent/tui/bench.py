"""The application: one session, the screens over it, and the way from one to the next.

It listens to the session's events, keeps nothing of its own that the journal could tell, and never writes.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App
from textual.message import Message

from agent import __version__
from agent.locale import words
from agent.model.errors import Fault
from agent.model.events import Event, Kind
from agent.model.job import Job, State
from agent.model.linux import AS_IT_IS
from agent.model.plan import SystemChoice
from agent.tui import format as f
from agent.tui import keyboard, paint, theme
from agent.tui.cards import Card, ErrorCard, Note, Question
from agent.tui.commands import Command
from agent.tui.driver import BenchDriver
from agent.tui.facts import alarms
from agent.tui.flow import RUNNING, Place, place_of
from agent.tui.paint import Line
from agent.tui.sheet import BenchScreen
from agent.tui.sound import Speaker
from agent.tui.wall import Face, face
from agent.tui.wall import notes as wall_notes

if TYPE_CHECKING:
    from agent.job.session import Session

log = logging.getLogger(__name__)

TICK_S = 0.5
IDLE_S = 60.0


class OpensMachine(Protocol):
    def __call__(self, name: str, /) -> Session: ...


class Moved(Message):
    """Something happened in the job. Many become one: a fast producer never floods the screen."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Moved)


class Bench(App[int], inherit_bindings=False):
    """The bench. ``now`` and ``monotonic`` are given by tests; ``language`` is the first language shown."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { background: ansi_black; color: ansi_white; overflow: hidden hidden; }"

    def __init__(
        self,
        session: Session | None,
        *,
        lang: str,
        machines: Sequence[tuple[str, str]] = (),
        open_machine: OpensMachine | None = None,
        restart: Callable[[], None] | None = None,
        now: Callable[[], dt.datetime] = dt.datetime.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(driver_class=BenchDriver)
        self.session = session
        self.w = words(lang)
        self.machines = tuple(machines)
        self.open_machine = open_machine
        self.restart = restart
        self.now = now
        self.monotonic = monotonic
        self.card: Card | None = None
        self.place: Place | None = None
        self.seen_facts = False
        self.linux = AS_IT_IS  # what was asked of Linux for this PC
        self.dismissed = False  # the ended wall was looked at, the result is shown
        self.lit = True
        self.figure: tuple[float, Face, list[str]] | None = None
        self.last_key = monotonic()
        self.asleep = False
        self.speaker = Speaker(monotonic)
        self.ended_code: int | None = None
        self.failure: Exception | None = None
        self._faults_shown = 0
        self._last_kind = State.STARTING

    def _handle_exception(self, error: Exception) -> None:
        """Keep the error for ``run_bench`` to raise again once the terminal is its own: ``run`` would only print it."""
        self.failure = error
        super()._handle_exception(error)

    def _print_error_renderables(self) -> None:
        """No traceback on a technician's screen: the command line turns ``failure`` into a card and a file."""

    # -- what the screens read ---------------------------------------------------------------------------

    @property
    def job(self) -> Job:
        return self.session.job if self.session else Job()

    @property
    def exercise(self) -> bool:
        return bool(self.session.exercise) if self.session else bool(self.machines)

    def subject(self) -> str:
        if self.job.inventory is None:
            return ""
        label = f.tag(self.job.tag) or (self.w("no-tag") if self.tag_done() else "")
        return "  ".join(t for t in (label, f.machine_name(self.w, self.job.inventory)) if t)

    def clock_text(self) -> str:
        return self.now().strftime("%H:%M")

    def pending_text(self) -> str:
        waiting = self.session.pending() if self.session else 0
        return self.w("pending", n=waiting)

    def version_text(self) -> str:
        return self.w("stick-version", version=__version__)

    def tag_done(self) -> bool:
        if self.job.tag:
            return True
        return bool(self.session) and any(e.kind is Kind.TAG_READ for e in self.session.events())  # type: ignore[union-attr]

    def resumable(self) -> list[str]:
        """Disks whose erasure was cut in an earlier run and may go on where it was."""
        return list(self._left_by_a_cut("resumable"))

    def cut_later(self) -> Mapping[str, str]:
        """Disks that were erased when an earlier run was cut, with what was cut: ``install`` or ``record``."""
        return self._left_by_a_cut("cut")

    def _left_by_a_cut(self, key: str) -> Mapping[str, Any]:
        events = self.session.events() if self.session else ()
        told = [e.params.get(key) or {} for e in events if e.kind is Kind.ASSESSED]
        return told[-1] if told else {}

    def untouched(self, message_id: str) -> str:
        """The reassuring sentence, or the narrower one that stays true when an earlier run was cut on a disk."""
        return self.w("nothing-since-start" if self.resumable() or self.cut_later() else message_id)

    def running(self) -> bool:
        return self.job.state in RUNNING

    def always_allowed(self) -> frozenset[Command]:
        allowed = {Command.HELP, Command.JOURNAL}
        allowed.add(Command.STOP if self.running() else Command.POWER)
        return frozenset(allowed)

    # -- life --------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.register_theme(theme.bench_theme())
        self.theme = "regain"
        self.set_interval(TICK_S, self.tick)
        if self.session is None:
            self.go(Place.PICKER)
        else:
            self.listen(self.session)

    def listen(self, session: Session) -> None:
        """Begin with a session: a late or resumed screen shows what its events already say."""
        self.session = session
        self._faults_shown = len(session.job.faults)
        session.subscribe(self._told)
        self.go(self.right_place())
        if session.job.state in (State.STARTING, State.SCANNING) and session.job.inventory is None:
            session.start()

    def _told(self, event: Event) -> None:
        """Called from the engine's threads."""
        if self.is_running:
            self.post_message(Moved())

    def on_moved(self, message: Moved) -> None:
        self.follow()

    def tick(self) -> None:
        self.lit = not self.lit
        if not self.asleep and self.monotonic() - self.last_key > IDLE_S and self.card is None:
            if self.place in (Place.HOME, Place.CONFIRM) and self.at_flow():
                self.sleep_on_wall()
            elif self.place is Place.RESULT and self.at_flow():
                self.dismissed = False
                self.go(Place.WALL)
        if self.session is not None:
            self.session.send_when_due(self.monotonic())
        self.follow()

    def at_flow(self) -> bool:
        """True when no help, journal or other side screen lies on top."""
        return isinstance(self.screen, BenchScreen) and len(self.screen_stack) == 2

    # -- where to be -------------------------------------------------------------------------------------

    def right_place(self) -> Place:
        return place_of(self.job, tag_done=self.tag_done(), seen_facts=self.seen_facts,
                        alarmed=bool(alarms(self.job)), dismissed=self.dismissed)  # fmt: skip

    def follow(self) -> None:
        """Go where the job is, show its new faults, repaint."""
        if self.session is None:
            self.redraw()
            return
        job = self.job
        if job.state in (State.STARTING, State.SCANNING) and self.place not in (Place.HOME, None):
            self.seen_facts = self.dismissed = False
            self._faults_shown = 0
        wanted = self.right_place()
        if self._must_move(wanted):
            self.wake()
            self.go(wanted)
        if len(job.faults) > self._faults_shown:
            self._faults_shown = len(job.faults)
            fault = job.faults[-1]
            self.show_card(ErrorCard(error_id=str(fault.get("error_id", "bug")), params=fault.get("params") or {},
                                     wrote=fault.get("wrote")))  # fmt: skip
        self._sounds()
        if job.exit_code is not None:
            self.ended_code = job.exit_code
        self.redraw()

    def _must_move(self, wanted: Place) -> bool:
        """A person may step back from the plan; nobody steps out of a running job, and a scan goes on by itself."""
        if wanted is self.place:
            return False
        if wanted in (Place.WALL, Place.RESULT) or self.place in (Place.WALL, Place.RESULT):
            return True
        if wanted is Place.HOME:
            return self.job.state in (State.STARTING, State.SCANNING) or not self.tag_done()
        return self.place is Place.HOME

    def go(self, place: Place) -> None:
        """Show the flow screen of a place, closing whatever lies on it."""
        from agent.tui.screens import flow_screen

        self.place = place
        self.asleep = False
        self.figure = None
        while len(self.screen_stack) > 2:
            self.pop_screen()
        screen = flow_screen(place)
        if len(self.screen_stack) == 2:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def lay(self, screen: BenchScreen) -> None:
        """A side screen on the present one: help, journal, plan. One of each kind at most."""
        if isinstance(self.screen, type(screen)):
            self.back()
        else:
            self.push_screen(screen)

    def back(self) -> None:
        """Échap: close the side screen; on the flow, each screen says what its own Échap does."""
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def sleep_on_wall(self) -> None:
        from agent.tui.screens.wall import WallScreen

        self.asleep = True
        self.push_screen(WallScreen())

    def wake(self) -> bool:
        if not self.asleep:
            return False
        self.asleep = False
        self.last_key = self.monotonic()
        self.back()
        return True

    # -- drawing -----------------------------------------------------------------------------------------

    def redraw(self) -> None:
        if isinstance(self.screen, BenchScreen):
            self.screen.redraw()

    def wall_view(self, width: int) -> tuple[Face, list[str]]:
        """What the wall says now and its notes; figures change at most once a second, a new state at once."""
        fresh = face(self.job, self.w, waiting=self.asleep)
        at = self.monotonic()
        if self.figure is not None:
            since, shown, notes = self.figure
            if shown.word == fresh.word and shown.reason == fresh.reason and 0 <= at - since < 1.0:
                return shown, notes
        self.figure = (at, fresh, wall_notes(self.job, self.w, width))
        return self.figure[1:]

    def _sounds(self) -> None:
        if self.session is not None and self.place in (Place.WALL, Place.CONFIRM):
            tune = self.speaker.due(face(self.job, self.w, waiting=self.asleep).sound)
            driver = self._driver
            if tune and driver is not None:
                driver.write(tune)

    def broken(self, error: Exception, width: int, height: int) -> list[Line]:
        """The X card in place of a view that failed."""
        card = ErrorCard(error_id="bug", params={"path": f"{type(error).__name__}: {error}"}, wrote=None)
        return [paint.line(self.w("exercise") if self.exercise else ""), *card.lines(self.w, min(80, width))]

    def with_card(self, lines: list[Line], width: int, height: int) -> list[Line]:
        """The card on top, near the bottom of the body, and its keys in row 23."""
        if self.card is None:
            return lines
        card = self.card.lines(self.w, min(79, width - 1))
        padded = [paint.fit(parts, width) for parts in lines] + [paint.fit((), width)] * (height - len(lines))
        shown = paint.overlay(padded, card, row=max(2, height - 3 - len(card)), column=1)
        shown[height - 2] = paint.fit(paint.keys(self.card.keys(self.w)), width)
        return shown

    def show_card(self, card: Card) -> None:
        self.wake()
        self.card = card
        self.redraw()

    # -- keys --------------------------------------------------------------------------------------------

    def pressed(self, screen: BenchScreen, key: str, character: str | None) -> None:
        """One key, on one screen. A Fault ends as a card: never a traceback, never nothing."""
        try:
            keyboard.pressed(self, screen, key, character)
        except Fault as fault:
            self.show_card(ErrorCard.of(fault))
        self.redraw()

    def set_language(self, lang: str) -> None:
        self.w = words(lang)
        self.figure = None
        if self.session is not None:
            self.session.lang = lang

    def stop_job(self) -> None:
        if self.session is not None:
            self.session.stop()

    def power(self) -> None:
        if self.running():
            self.card = Note(title_id="power-title", text=lambda w: w("power-refused"))
            return
        lost = self.session is not None and self.session.in_memory and not self.exercise
        question = "quit-question" if self.exercise else "power-memory" if lost else "power-question"
        self.card = Question(title_id="power-title", text=lambda w: w(question), answer=self.leave, grave=bool(lost))

    def ask_restart(self) -> None:
        """Into the firmware's menu: ``restart`` is told, and does it once the screens are left."""

        def answer() -> None:
            if self.restart is not None:
                self.restart()
                self.leave()

        lost = self.session is not None and self.session.in_memory
        question = "menu-memory" if lost else "menu-question"
        self.card = Question(title_id="do-menu", text=lambda w: w(question), answer=answer, grave=bool(lost))

    def leave(self) -> None:
        self.exit(self.ended_code or 0)

    # -- what a person decides ---------------------------------------------------------------------------

    def open_named(self, name: str) -> None:
        """A recorded PC was picked: its session begins."""
        if self.open_machine is not None:
            self.listen(self.open_machine(name))

    def choose(self, system: SystemChoice, profile: str | None) -> None:
        if self.session is None:
            return
        if system is SystemChoice.NONE and self.session.no_disk_seen():
            from agent.tui.screens.no_disk import NoDiskScreen

            self.lay(NoDiskScreen())
        else:
            self.session.choose(system, profile, chosen_by=self.job.operator, linux=self.linux)
            self.go(Place.CONFIRM)

    def next_machine(self) -> None:
        if self.session is None:
            return
        self.seen_facts = self.dismissed = False
        self.linux = AS_IT_IS
        if self.machines and self.open_machine is not None:  # the list again: the next PC is another recorded one
            self.session = None
            self.go(Place.PICKER)
            return
        self.session.next_machine()
        self._faults_shown = 0
        self.go(Place.HOME)
