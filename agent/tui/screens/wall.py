"""Mur: seen from three metres. Row 1 says the same in plain text; nobody needs to come closer."""

from __future__ import annotations

from agent.tui import paint, wall
from agent.tui.commands import Command
from agent.tui.flow import Place
from agent.tui.paint import Line
from agent.tui.sheet import BenchScreen, Keys


class WallScreen(BenchScreen):
    """Also drawn when a bench is idle: PRÊT on the home screen, À VOUS when consent is awaited."""

    name_id = "screen-wall"
    framed = False

    def body(self, width: int, height: int) -> list[Line]:
        job, w = self.job, self.w
        face, notes = self.bench.wall_view(width - 10)
        title = wall.title(job, w, face, width - (11 if self.bench.exercise else 0), self.bench.clock_text())
        if self.bench.exercise:
            mark = paint.line((f" {w('exercise')} ", paint.REVERSED), (" ", paint.PLAIN))
            title = (*mark, *title)
        foot = [paint.keys(self.keys()), self.slots()]
        room = height - 3 - 1
        if face.shape is wall.Shape.BAR:
            field = wall.field(face, w, width, room, notes, lit=self.bench.lit)
            field.append(wall.bar(face.fraction or 0.0, width, face.slot))
        else:
            field = wall.field(face, w, width, room + 1, notes, lit=self.bench.lit)
        return [paint.fit(title, width), *field, *foot]

    def keys(self) -> Keys:
        w = self.w
        if self.bench.asleep:
            return [(w("any-key"), w("do-wake"))]
        if self.job.ended:
            return [("F2", w("do-see-result")), (w("key-enter"), w("do-see-result")), ("F7", w("key-journal"))]
        return [("F7", w("key-journal")), ("F8", w("key-stop")), ("C", w("do-functions"))]

    def allowed(self) -> frozenset[Command]:
        return frozenset({Command.NEXT}) if self.job.ended else frozenset()

    def command(self, command: Command) -> bool:
        if command is Command.NEXT and self.job.ended:
            self._show_result()
            return True
        if command is Command.DETAILS and self.job.plan:
            from agent.tui.screens.details import PlanScreen

            self.bench.lay(PlanScreen())
            return True
        return False

    def enter(self) -> None:
        if self.job.ended:
            self._show_result()

    def escape(self) -> None:
        self.enter()

    def character(self, character: str, at: float) -> bool:
        if character == " ":
            self.enter()
        if character.lower() == "c":
            from agent.tui.screens.functions import FunctionsScreen

            self.bench.lay(FunctionsScreen())
        return character.lower() in (" ", "c")

    def _show_result(self) -> None:
        self.bench.dismissed = True
        self.bench.go(Place.RESULT)
