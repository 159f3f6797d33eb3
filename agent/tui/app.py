"""The way into the screens: the environment first, then Textual, then the console, and everything put back after."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.job.session import Session
    from agent.tui.bench import OpensMachine

ENVIRONMENT = {
    "TEXTUAL_COLOR_SYSTEM": "standard",
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    "TEXTUAL_FPS": "15",
    "TEXTUAL_DISABLE_KITTY_KEY": "1",
    "ESCDELAY": "100",
}
"""Read once by Textual when it is imported (WORKBENCH section 8)."""


def prepare_environment() -> None:
    """Set what Textual reads at import. A terminal that says nothing is taken for the Linux console."""
    os.environ.update(ENVIRONMENT)
    for name in ("COLORTERM", "NO_COLOR", "FORCE_COLOR"):
        os.environ.pop(name, None)
    if os.environ.get("TERM", "dumb") in ("", "dumb", "unknown"):
        os.environ["TERM"] = "linux"
    if not any("utf" in os.environ.get(name, "").lower() for name in ("LC_ALL", "LC_CTYPE", "LANG")):
        os.environ["LANG"] = os.environ["LC_ALL"] = "C.UTF-8"


def run_bench(
    session: Session | Callable[[], Session] | None,
    *,
    lang: str,
    machines: Sequence[tuple[str, str]] = (),
    open_machine: OpensMachine | None = None,
    log_file: Path | None = None,
    restart: Callable[[], None] | None = None,
) -> int:
    """Show the screens until the technician leaves; the exit code of the last job that ended, else 0.

    ``session`` is one, or makes one. None: the technician picks among ``machines`` (name, title) first, and
    ``open_machine`` makes the session of that name. Warnings of the screens go to ``log_file`` or nowhere: the
    driver draws on standard error. ``restart`` hears that the technician wants the PC to restart into its firmware's
    menu; without it nobody is offered that. A bug of the screens is raised again, after the terminal was put back.
    """
    prepare_environment()
    from agent.tui.bench import Bench
    from agent.tui.console import Console

    first = session() if callable(session) else session
    bench = Bench(first, lang=lang, machines=machines, open_machine=open_machine, restart=restart)
    handler = logging.FileHandler(log_file, encoding="utf-8") if log_file else logging.NullHandler()
    logging.getLogger("agent").addHandler(handler)
    console = Console.found(sys.__stderr__)
    console.enter()
    bench.speaker.console = console.real
    try:
        code = bench.run(mouse=False)
    finally:
        console.leave()
        logging.getLogger("agent").removeHandler(handler)
    if bench.failure is not None:
        raise bench.failure
    return code if code is not None else int(bench.return_code or 0)
