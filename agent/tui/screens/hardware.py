"""Matériel: the facts, and the Windows 11 and Linux verdicts rule by rule, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.tui import facts, paint
from agent.tui import format as f
from agent.tui.commands import Command
from agent.tui.flow import Place
from agent.tui.paint import BAD, FAINT, FOCUS, GOOD, STRONG, WARN, Ink, Line
from agent.tui.sheet import BenchScreen, Keys

INKS: Mapping[str, Ink] = {"fail": BAD, "undetermined": WARN, "fixable": WARN, "pass": GOOD}
"""Ink of each answer beside its word; the first ones are shown first."""

LABEL = 15

SYSTEMS = ("windows11", "linux")
"""Windows rule by rule, then Linux; the last row always says how many Linux profiles fit."""


def rules(eligibility: Mapping[str, Any] | None, system: str) -> list[Mapping[str, Any]]:
    """The checks of a system, those that a person must read first; rules that block before notes."""
    checks = f.dig(eligibility, system, "checks") or []
    order = list(INKS)
    return sorted(checks, key=lambda c: (not c.get("blocks", True), order.index(c["verdict"])))


def _in_menu(check: Mapping[str, Any]) -> bool:
    """This answer is settled in the firmware's menu (``agent.eligibility.menu`` said how one gets there)."""
    return check["verdict"] != "pass" and "menu" in (check.get("params") or {})


class HardwareScreen(BenchScreen):
    """``side``: laid over another screen to look again (Échap returns), instead of the step before the choice."""

    name_id = "screen-hardware"

    def __init__(self, *, side: bool = False) -> None:
        super().__init__()
        self.side = side
        self.row: int | None = None
        self.open = False

    def checks(self) -> list[tuple[str, Mapping[str, Any]]]:
        job = self.job
        return [(s, c) for s in SYSTEMS for c in rules(job.eligibility, s)]

    def body(self, width: int, height: int) -> list[Line]:
        head = [*self._alarms(width), *self._facts(width)]
        rows, focus = self._verdicts(width)
        foot = paint.rule(width, left=self._profiles(), right=self.bench.untouched("error-nothing-written"))
        room = height - 1
        whole = [*head, *rows]
        at = len(head) + focus if self.row is not None else 0
        shown = paint.window([paint.fit(r, width) for r in whole], room, at)
        if self.row is not None:
            start = min(max(0, at - room // 2), max(0, len(whole) - room)) if len(whole) > room else 0
            self.cell = (1, 2 + at - start)
        return [*shown, *[paint.fit((), width)] * (room - len(shown)), foot]

    def _alarms(self, width: int) -> list[Line]:
        rows: list[Line] = []
        for alarm in facts.alarms(self.job):
            if alarm.shown:
                text = paint.wrap(paint.drawable_keep(self.w(alarm.id, **alarm.params)), width - 6)
                rows += [paint.line((" ! " if i == 0 else "   ", BAD), (t, WARN)) for i, t in enumerate(text)]
        return rows

    def _facts(self, width: int) -> list[Line]:
        w, inventory = self.w, self.job.inventory
        rows = self._pair(
            "fact-processor", facts.processor(w, inventory), "fact-memory", facts.memory(w, inventory), width
        )
        disks = facts.disks_of(inventory)
        for index, disk in enumerate(disks, start=1):
            label = f"{w('fact-disk')} {index}/{len(disks)}"
            rows += paint.labelled(label, facts.disk(w, disk), width, column=LABEL - 2)
        screen = f"{facts.display(w, inventory)}  {facts.firmware(w, inventory)}"
        return [*rows, *self._pair("fact-battery", facts.battery(w, inventory), "fact-display", screen, width)]

    def _pair(self, left: str, left_text: str, right: str, right_text: str, width: int) -> list[Line]:
        """Two labelled facts on one row where they fit, else on two."""
        start = paint.line(" ", (self.w(left).ljust(LABEL - 2), FAINT), left_text, "  ")
        end = paint.line((f"{self.w(right)}  ", FAINT), right_text, " ")
        if paint.width_of(start) + paint.width_of(end) < width:
            return [paint.both_ends(start, end, width)]
        column = LABEL - 2
        return [*paint.labelled(self.w(left), left_text, width, column=column),
                *paint.labelled(self.w(right), right_text, width, column=column)]  # fmt: skip

    def _verdicts(self, width: int) -> tuple[list[Line], int]:
        """Rows of both systems, and the row in focus."""
        rows: list[Line] = []
        focus = 0
        number = 0
        for system in SYSTEMS:
            headline = self._headline(system)
            rows.append(paint.rule(width, left=headline))
            checks = rules(self.job.eligibility, system)
            last = max((at for at, check in enumerate(checks) if _in_menu(check)), default=None)
            for at, check in enumerate(checks):
                if number == self.row:
                    focus = len(rows)
                rows += self._check(check, width, focused=number == self.row)
                rows += self._menu(width) if at == last else []
                number += 1
        return rows, focus

    def _menu(self, width: int) -> list[Line]:
        """How one moves about in the firmware's menu, below the last line that sends somebody there."""
        text = self.w("check-menu")
        if self._opens_menu():
            text = f"{self.w('menu-by-key')} {text}"
        return [paint.line(" " * 10, piece) for piece in paint.wrap(paint.drawable_keep(text), width - 11)]

    def _opens_menu(self) -> bool:
        """This PC can be restarted straight into its menu from here, and a line sends somebody there."""
        sent = [check for _, check in self.checks() if _in_menu(check)]
        return self.bench.restart is not None and any(check["params"]["restart"] == "yes" for check in sent)

    def _headline(self, system: str) -> str:
        w = self.w
        verdict = str(f.dig(self.job.eligibility, system, "verdict") or "undetermined")
        short = "windows" if system == "windows11" else system
        label = w("verdict-line", system=w(f"name-{system}"), verdict=w(f"verdict-{short}-{verdict}").upper())
        if system == "linux":
            return label
        todo = sum(c["verdict"] != "pass" and c.get("blocks", True) for c in rules(self.job.eligibility, system))
        return f"{label}, {w('points-to-settle', n=todo)}" if todo else label

    def _profiles(self) -> str:
        profiles = f.dig(self.job.eligibility, "linux", "profiles") or []
        return self.w("verdict-line", system=self.w("name-linux"), verdict=self.w("profiles-fit", n=len(profiles)))

    def _check(self, check: Mapping[str, Any], width: int, *, focused: bool) -> list[Line]:
        w = self.w
        ink = INKS[check["verdict"]]
        mark = w(f"answer-{check['verdict']}", kind=check.get("kind") or "")
        label = w(f"check-{check['id']}") if w.has(f"check-{check['id']}") else check["id"]
        params = check.get("params") or {}
        text = f.say(w, check.get("message"), params) or w("found-required", found=check.get("found", "?"),
                                                           required=check.get("required", "?"))  # fmt: skip
        if check["verdict"] != "pass" and check.get("remedy"):
            text = f"{text.rstrip('. ')}. {f.say(w, check['remedy'], params)}"
        room = width - 8 - LABEL - 2
        arrow = "→" if focused else " "
        head: list[Line] = []
        for index, piece in enumerate(paint.wrap(paint.drawable_keep(text), room)):
            lead = (f" {arrow} ", STRONG) if index == 0 else ("   ", STRONG)
            word = (f"{mark:<5}", ink) if index == 0 else (" " * 5, ink)
            name = (f"{label:<{LABEL}} ", FAINT if not focused else FOCUS) if index == 0 else (" " * (LABEL + 1), FAINT)
            head.append(paint.line(lead, word, name, piece))
        if focused:
            head = [paint.recolour(paint.fit(r, width), FOCUS) for r in head]
            if self.open:
                if _in_menu(check):
                    names = self.w("check-where", makers=self.w(f"remedy-{check['remedy']}.makers"))
                    head += [paint.line(" " * 10, (t, STRONG)) for t in paint.wrap(names, width - 11)]
                source = check.get("source") or w("source-none")
                head += [paint.line(" " * 10, (t, STRONG)) for t in paint.wrap(
                    w("source-line", source=source, found=check.get("found", "?"), required=check.get("required", "?")),
                    width - 11)]  # fmt: skip
        return head

    def keys(self) -> Keys:
        w = self.w
        pairs = [("↑↓", w("do-line")), (w("key-enter"), w("do-source"))]
        if not self.side:
            pairs += [("F5", w("key-retry")), ("F2", w("do-go-on"))]
        return [
            *pairs,
            ("F3", w("do-facts")),
            *([("U", w("key-menu"))] if self._opens_menu() else []),
            *([("C", w("do-functions")), (w("key-escape"), w("do-back"))] if self.side else []),
        ]

    def allowed(self) -> frozenset[Command]:
        return frozenset() if self.side else frozenset({Command.NEXT})

    def move(self, dx: int, dy: int) -> None:
        last = len(self.checks()) - 1
        if last >= 0:
            self.row = 0 if self.row is None else min(max(0, self.row + dy), last)

    def enter(self) -> None:
        self.open = not self.open if self.row is not None else False

    def character(self, character: str, at: float) -> bool:
        if character == " ":
            self.enter()
        if character.lower() == "u" and self._opens_menu():
            self.bench.ask_restart()
        if character.lower() == "c":
            from agent.tui.screens.functions import FunctionsScreen

            self.bench.lay(FunctionsScreen())
        return character.lower() in (" ", "c") or (character.lower() == "u" and self._opens_menu())

    def command(self, command: Command) -> bool:
        if command is Command.NEXT and not self.side:
            self.bench.seen_facts = True
            self.bench.go(Place.CHOICE)
            return True
        if command is Command.RETRY and not self.side and self.bench.session is not None:
            self.bench.session.rescan()
            return True
        if command is Command.DETAILS:
            from agent.tui.screens.details import FactsScreen

            self.bench.lay(FactsScreen())
            return True
        return False
