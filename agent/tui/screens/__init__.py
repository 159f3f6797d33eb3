"""The screens of the bench, loaded one by one when they are first shown."""

from __future__ import annotations

from agent.tui.commands import Command
from agent.tui.flow import Place
from agent.tui.sheet import BenchScreen


def flow_screen(place: Place) -> BenchScreen:
    """The screen of a place on the way of one PC."""
    match place:
        case Place.PICKER:
            from agent.tui.screens.picker import PickerScreen

            return PickerScreen()
        case Place.HOME:
            from agent.tui.screens.home import HomeScreen

            return HomeScreen()
        case Place.HARDWARE:
            from agent.tui.screens.hardware import HardwareScreen

            return HardwareScreen()
        case Place.CHOICE:
            from agent.tui.screens.choice import ChoiceScreen

            return ChoiceScreen()
        case Place.CONFIRM:
            from agent.tui.screens.confirm import ConfirmScreen

            return ConfirmScreen()
        case Place.WALL:
            from agent.tui.screens.wall import WallScreen

            return WallScreen()
        case Place.RESULT:
            from agent.tui.screens.result import ResultScreen

            return ResultScreen()


def side_screen(command: Command, under: BenchScreen) -> BenchScreen:
    """A screen laid on another: help on the one under it, the journal, the outbox, the settings."""
    match command:
        case Command.JOURNAL:
            from agent.tui.screens.journal import JournalScreen

            return JournalScreen()
        case Command.OUTBOX:
            from agent.tui.screens.outbox import OutboxScreen

            return OutboxScreen()
        case Command.SETTINGS:
            from agent.tui.screens.settings import SettingsScreen

            return SettingsScreen()
        case _:
            from agent.tui.screens.help import HelpScreen

            return HelpScreen(under.name_id)
