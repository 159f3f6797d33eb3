"""``python -m agent.stick prepare``: run once at start as root, before the network and the screens."""

from __future__ import annotations

import os
import sys

from agent.locale import words
from agent.machine.live import LiveMachine
from agent.model.errors import Exit
from agent.stick.prepare import NOTE, prepare


def main(argv: list[str]) -> int:
    """One line for the boot log. Exit 0 whenever results have a place, in memory too."""
    lang = words(os.environ.get("REGAIN_LANG", "fr"))
    if argv != ["prepare"]:
        print("python -m agent.stick prepare", file=sys.stderr)
        return int(Exit.USAGE)
    if not NOTE.exists():
        print(lang("cli-not-on-stick"), file=sys.stderr)
        return int(Exit.REFUSED)
    stick = prepare(LiveMachine())
    print(lang(stick.why, **stick.params))
    return int(Exit.DONE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
