"""Driving the screens with Pilot: a clock that a test moves, text as a person reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from agent.tui.app import prepare_environment

prepare_environment()

from textual.pilot import Pilot  # noqa: E402

from agent.tui.bench import Bench  # noqa: E402
from agent.tui.sheet import BenchScreen  # noqa: E402
from tests.unit.tui.scripted_session import T0, ScriptedSession  # noqa: E402

HAND_S = 0.2
SCANNER_S = 0.01


class Clock:
    """Seconds; each key costs ``pace`` of them, so that a test types like a hand or like a scanner."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Driver:
    """One bench under test."""

    def __init__(self, bench: Bench, pilot: Pilot[Any], clock: Clock) -> None:
        self.bench, self.pilot, self.clock = bench, pilot, clock
        self.keys = 0

    @property
    def screen(self) -> BenchScreen:
        assert isinstance(self.bench.screen, BenchScreen)
        return self.bench.screen

    @property
    def place(self) -> str:
        return type(self.screen).__name__.removesuffix("Screen").lower()

    def lines(self) -> list[str]:
        return self.screen.sheet.text()

    def text(self) -> str:
        return "\n".join(self.lines())

    async def press(self, *keys: str, pace_s: float = HAND_S) -> None:
        for key in keys:
            self.clock.at += pace_s
            self.keys += 1
            await self.pilot.press(key)
        await self.pilot.pause()

    async def type(self, text: str, *, pace_s: float = HAND_S) -> None:
        await self.press(*(NAMES.get(c, c) for c in text), pace_s=pace_s)

    async def scan(self, text: str) -> None:
        """A bar code: fast, then Entrée."""
        before = self.keys
        await self.type(text, pace_s=SCANNER_S)
        await self.press("enter", pace_s=SCANNER_S)
        self.keys = before

    async def settle(self) -> None:
        """What the engine said reaches the screen, and a second passes."""
        self.clock.at += 1.1
        await self.pilot.pause()
        self.bench.follow()
        await self.pilot.pause()


NAMES = {"&": "ampersand", '"': "quotation_mark", "'": "apostrophe", "(": "left_parenthesis", "-": "minus",
         "_": "underscore", " ": "space", ",": "comma", "?": "question_mark"}  # fmt: skip


@asynccontextmanager
async def bench(
    session: ScriptedSession | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    lang: str = "fr",
    **more: Any,
) -> AsyncIterator[Driver]:
    clock = Clock()
    app = Bench(session, lang=lang, now=lambda: T0, monotonic=clock, **more)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot, clock)
        await pilot.pause()
        yield driver


def run(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """An async test as a plain one, without another plugin."""
    import functools

    @functools.wraps(test)
    def plain(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))  # type: ignore[arg-type]

    return plain


async def to_confirm(driver: Driver, choice: str = "1") -> None:
    """A tag and a choice: the plan is on the screen."""
    await driver.scan("RC02041U")
    await driver.press(choice)
    assert driver.place == "confirm", driver.text()
