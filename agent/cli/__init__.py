"""The command line: parse, call, word the result. One module per family of commands, loaded when asked for.

Machine-readable output goes to stdout and nothing else does; sentences for people go to stderr when ``--json``
is on. A Fault becomes three sentences (what, why, what to do) and its documented exit code.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from agent import __version__
from agent.model.errors import Exit, Fault
from agent.model.facts import to_wire

if TYPE_CHECKING:  # a document without a sentence does not wait for the words
    from agent.locale import Words

_chosen: str | None = None


def speak(lang: str | None) -> None:
    """What --lang said, for everything this command says."""
    global _chosen
    _chosen = lang


def language() -> str:
    """The language asked for with --lang, REGAIN_LANG, else French."""
    from agent.locale import LANGUAGES

    return _chosen or os.environ.get("REGAIN_LANG") or LANGUAGES[0]


def w() -> Words:
    from agent.locale import words

    return words(language())


def emit_json(thing: Any) -> None:
    """One JSON document, or one line of a stream, on stdout. Null stays: it is in the contract."""
    plain = thing if isinstance(thing, (dict, list)) else to_wire(thing)
    print(json.dumps(plain, ensure_ascii=False, default=to_wire), flush=True)


def say(text: str = "") -> None:
    print(text, flush=True)


def tell(text: str) -> None:
    """A sentence for a person, on stderr."""
    print(text, file=sys.stderr, flush=True)


def explain(fault: Fault, lang: Words) -> list[str]:
    """Code and what, why, what to do, and whether anything was written."""
    message = f"err-{fault.error_id}"
    lines = [
        f"{fault.code}  {lang(message, **fault.params)}",
        f"{lang('error-why')} {lang(message + '.why', **fault.params)}",
        f"{lang('error-todo')} {lang(message + '.todo', **fault.params)}",
    ]
    if fault.wrote is not None and fault.code[0] in "DPS":  # the others never come near a disk
        lines.append(lang("error-nothing-written" if not fault.wrote else "error-was-written"))
    return lines


def quit_with(fault: Fault) -> NoReturn:
    if sys.flags.no_site:  # the stick's program was started without it; words need packages
        import site

        site.main()
    for line in explain(fault, w()):
        tell(line)
    sys.exit(int(fault.exit_code))


def guarded(command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a command body; a Fault ends in its sentences and exit code, a bug in a report file and exit code 1."""
    try:
        return command(*args, **kwargs)
    except Fault as fault:
        quit_with(fault)
    except KeyboardInterrupt:
        quit_with(Fault("cancelled", wrote=None))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(int(Exit.DONE))
    except Exception:  # noqa: BLE001 the last door: a bug is written down and told, never swallowed
        import tempfile
        import traceback
        from pathlib import Path

        path = Path(tempfile.mkdtemp(prefix="regain-bug-")) / "rapport.txt"
        path.write_text(f"regain {__version__}\n{' '.join(sys.argv)}\n\n{traceback.format_exc()}", encoding="utf-8")
        quit_with(Fault("bug", wrote=None, path=str(path)))


def main() -> None:
    """Entry point of ``regain``."""
    from agent.cli import quick

    if quick.asked(sys.argv[1:]):
        guarded(quick.inventory)
        return
    from agent.cli.app import build

    guarded(build())
