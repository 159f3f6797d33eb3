"""The input of the screens when nothing can come any more, and when too much comes."""

from __future__ import annotations

import os
import threading
from types import SimpleNamespace

from textual.events import Key

from agent.tui.driver import BenchDriver


def heard_of(data: bytes) -> list[object]:
    """What the screens hear of these bytes before the console is gone."""
    ours, theirs = os.pipe()
    heard: list[object] = []
    fake = SimpleNamespace(fileno=ours, _debug=False, exit_event=threading.Event(), process_message=heard.append)
    thread = threading.Thread(target=BenchDriver.run_input_thread, args=(fake,), daemon=True)
    thread.start()
    os.write(theirs, data)
    os.close(theirs)
    thread.join(10)
    alive = thread.is_alive()
    fake.exit_event.set()
    thread.join(10)
    os.close(ours)
    assert not alive, "a hung-up console is always ready and gives nothing: reading on would hold a core"
    return heard


def test_the_input_ends_with_its_console() -> None:
    assert [key.character for key in heard_of(b"a") if isinstance(key, Key)] == ["a"]


def test_a_babbling_line_is_one_unreadable_character_and_the_next_key_is_heard() -> None:
    keys = [key.character for key in heard_of(b"\x80" * 4000 + b"a\xffb") if isinstance(key, Key)]
    assert keys == ["\ufffd", "a", "\ufffd", "b"]
