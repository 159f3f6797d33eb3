"""Choix: which system. Both columns have the same rows and the same inks, and nothing is preselected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.model.plan import SystemChoice
from agent.tui import facts, paint
from agent.tui import format as f
from agent.tui.commands import Command
from agent.tui.flow import Place
from agent.tui.paint import FAINT, FOCUS, STRONG, WARN, Line
from agent.tui.screens.linux import LinuxScreen, summary
from agent.tui.sheet import BenchScreen, Keys

ROWS = ("possible", "reason", "install", "updates", "licence", "space", "time", "sheet", "note")
"""Facts of each column, in this order; each takes the same number of rows on both sides."""

COLUMNS = (SystemChoice.LINUX, SystemChoice.WINDOWS)
ORDER = (*COLUMNS, SystemChoice.NONE)
LABEL = 13


class ChoiceScreen(BenchScreen):
    """``1`` ``2`` ``3`` choose; arrows pick a column first when a digit key is broken, then a profile."""

    name_id = "screen-choice"

    def __init__(self) -> None:
        super().__init__()
        self.column: int | None = None
        self.profile: dict[str, int] = {}

    def subject(self) -> str:
        label = f.tag(self.job.tag) or self.w("no-tag")
        return f"{label}  {facts.short_machine(self.w, self.job.inventory)}"

    def option(self, system: SystemChoice) -> Mapping[str, Any]:
        return next((o for o in self.job.options if o["system"] == system.value), {"system": system.value})

    def chosen_profile(self, system: SystemChoice) -> Mapping[str, Any]:
        profiles: Sequence[Mapping[str, Any]] = self.option(system).get("profiles") or ()
        if not profiles:
            return {}
        return profiles[min(self.profile.get(system.value, 0), len(profiles) - 1)]

    def body(self, width: int, height: int) -> list[Line]:
        half = (width - 1) // 2
        foot = self._foot(width)
        names = [n for n in ROWS if n != "reason" or not all(self.option(s).get("possible") for s in COLUMNS)]
        columns = [self._column(system, half, names) for system in COLUMNS]
        rows: list[Line] = [self._headings(half, width)]
        for cells in zip(*columns, strict=True):
            deep = max(len(c) for c in cells)
            for index in range(deep):
                left, right = (c[index] if index < len(c) else () for c in cells)
                rows.append((*paint.fit(left, half), ("│", FAINT), *paint.fit(right, width - half - 1)))
        room = height - len(foot)
        if self.column is not None:
            self.cell = (1 + self.column * half, 2) if self.column < 2 else (1, 2 + min(len(rows), room) + 1)
        return [*rows[:room], *[()] * max(0, min(1, room - len(rows))), *foot]

    def _foot(self, width: int) -> list[Line]:
        """The third choice, and what is recorded of any choice."""
        option = self.option(SystemChoice.NONE)
        third = f"3  {self.w(str(option.get('note') or 'choice-none'))}"
        nothing = paint.line((f" {third} ", FOCUS if self.column == 2 else STRONG))
        pad = " " * max(0, (width - paint.width_of(nothing)) // 2)
        reason = "" if option.get("possible", True) else f.say(self.w, option.get("reason"), option.get("params"))
        rows: list[Line] = [paint.line(pad, *nothing), *([paint.line("  ", (reason, WARN))] if reason else [])]
        by = self.w("choice-recorded-card", card=self.job.operator) if self.job.operator else self.w("choice-recorded")
        return [*rows, *(paint.line(" ", t) for t in paint.wrap(by, width - 1))]

    def _headings(self, half: int, width: int) -> Line:
        cells = []
        for index, system in enumerate(COLUMNS):
            text = f"{index + 1}  {self.w('choice-' + system.value)}"
            ink = FOCUS if self.column == index else STRONG
            side = " " * ((half - len(text) - 2) // 2)
            cells.append(paint.fit(paint.line(side, (f" {text} ", ink)), half if index == 0 else width - half - 1))
        return (*cells[0], ("│", FAINT), *cells[1])

    def _column(self, system: SystemChoice, width: int, names: Sequence[str]) -> list[list[Line]]:
        """One list of rows for each name; the motive of an impossible system is a row on both sides."""
        option, profile = self.option(system), self.chosen_profile(system)
        texts = {name: getattr(self, f"_{name}")(system, option, profile) for name in names}
        return [paint.labelled(self.w(f"choice-row-{n}"), texts[n], width - 1, column=LABEL) for n in names]

    def _possible(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        if not option.get("possible"):
            return self.w("choice-impossible")
        profiles = option.get("profiles")
        return self.w("choice-possible-profiles", n=len(profiles)) if profiles else self.w("choice-possible")

    def _reason(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        reason = f.say(self.w, option.get("reason"), option.get("params"))
        return reason or self.w("choice-no-reason")

    def _install(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        label = profile.get("label")
        if isinstance(label, Mapping):
            name = str(label.get(self.w.lang) or next(iter(label.values()), ""))
            asked = summary(self.w, self.bench.linux) if system is SystemChoice.LINUX else ""
            return f"{name}, {asked}" if asked else name
        return str(
            label or profile.get("id") or self.w("choice-by-hand" if option.get("possible") else "fact-not-told")
        )

    def _updates(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        until = profile.get("support_until") or option.get("support_until")
        return self.w("choice-until", date=f.day(self.w, str(until)[:7])) if until else self.w("fact-not-told")

    def _licence(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        licence = profile.get("licence") or option.get("licence")
        return f.say(self.w, str(licence)) if licence else self.w("fact-not-told")

    def _space(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        size = profile.get("unpacked_bytes") or option.get("space_bytes")
        sizes = (d.get("size_bytes") for d in facts.inside(self.job.inventory))
        disk = next((n for n in sizes if isinstance(n, int)), None)
        if not size:
            return self.w("fact-not-told")
        if disk is None:
            return f.disk_size(self.w, size)
        return self.w("choice-space", size=f.disk_size(self.w, size), disk=f.disk_size(self.w, disk))

    def _time(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        seconds = profile.get("estimate_s") or option.get("estimate_s")
        return f.duration(self.w, seconds) if seconds else self.w("fact-not-told")

    def _sheet(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        return f.say(self.w, option.get("sheet")) or self.w("fact-not-told")

    def _note(self, system: SystemChoice, option: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
        note = f.say(self.w, option.get("note"))
        status = profile.get("status")
        told = self.w(f"status-{status}") if status and self.w.has(f"status-{status}") else ""
        return " ".join(t for t in (told, note) if t) or self.w("choice-no-note")

    def keys(self) -> Keys:
        w = self.w
        return [("1 2 3", w("do-choose")), ("← →", w("do-column")), ("↑↓", w("do-profile")),
                ("F3", w("screen-hardware-short")), ("F6", w("do-options")),
                (w("key-escape"), w("do-back"))]  # fmt: skip

    def move(self, dx: int, dy: int) -> None:
        if dx:
            self.column = (0 if dx > 0 else 2) if self.column is None else (self.column + dx) % 3
        elif self.column is not None:
            system = ORDER[self.column]
            count = len(self.option(system).get("profiles") or ())
            if count:
                self.profile[system.value] = (self.profile.get(system.value, 0) + dy) % count

    def page(self, direction: int) -> None:
        """Nothing to page through."""

    def enter(self) -> None:
        if self.column is not None:
            self._choose(ORDER[self.column])

    def character(self, character: str, at: float) -> bool:
        if character == " ":
            self.enter()
            return True
        if character in ("1", "2", "3"):
            self._choose(ORDER[int(character) - 1])
            return True
        if character.lower() == "c":
            from agent.tui.screens.functions import FunctionsScreen

            self.bench.lay(FunctionsScreen())
            return True
        return False

    def _choose(self, system: SystemChoice) -> None:
        profile = self.chosen_profile(system).get("id")
        self.bench.choose(system, str(profile) if profile else None)

    def command(self, command: Command) -> bool:
        if command is Command.DETAILS:
            from agent.tui.screens.hardware import HardwareScreen

            self.bench.lay(HardwareScreen(side=True))
            return True
        if command is Command.UNTAGGED:
            self.bench.lay(LinuxScreen())
            return True
        return False

    def escape(self) -> None:
        if self.column is not None:
            self.column = None
        else:
            self.bench.seen_facts = False
            self.bench.go(Place.HARDWARE)
