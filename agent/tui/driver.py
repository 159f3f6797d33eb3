"""The keyboard as bytes: whatever a keyboard, a scanner or a serial line sends, the screens stay."""

from __future__ import annotations

import os
import re
import selectors
from codecs import getincrementaldecoder
from typing import NoReturn

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

WAIT_S = 0.1
CHUNK = 4096
UNREADABLE = re.compile("\ufffd+")


class BenchDriver(LinuxDriver):
    """Textual's own driver ends the application on a byte that is not UTF-8, as if somebody had left. Here a run
    of such bytes is one unreadable character (a line that babbles sends thousands, and the next key would wait behind
    them), and any other error of the input is an error of the screens."""

    def run_input_thread(self) -> None:
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(WAIT_S):
                    data = os.read(self.fileno, CHUNK)
                    if not data:  # the console is gone: it would be ready for ever
                        break
                    text = UNREADABLE.sub("\ufffd", decode(data))
                    for message in parser.feed(text) if text else ():
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 told where every other error of the screens is told
            failed = error

            def again() -> NoReturn:
                raise failed

            self._app.call_later(again)
