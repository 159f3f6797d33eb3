"""A registry inside this process, on a free loopback port: for the rehearsal bench, ``make demo`` and tests.

It is the real registry with its own folder (database, key); started again on the same folder it goes on.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.model.errors import Fault
from agent.report.sign import SigningKey

if TYPE_CHECKING:
    import uvicorn

    from agent.registry.access import Context
    from agent.registry.settings import RegistrySettings

DATABASE = "registre.sqlite"
KEY_FILE = "registre.key"
START_LIMIT_S = 20.0
STOP_LIMIT_S = 10.0


def needed() -> None:
    """Raise Fault registry-extra-missing when the optional libraries are not installed."""
    import importlib.util

    missing = [n for n in ("fastapi", "uvicorn", "sqlalchemy", "jinja2") if importlib.util.find_spec(n) is None]
    if missing:
        raise Fault("registry-extra-missing", modules=", ".join(missing))


class Embedded:
    """A running registry. ``stop()`` ends it; also a context manager."""

    def __init__(
        self, *, settings: RegistrySettings, context: Context, server: uvicorn.Server, sock: socket.socket
    ) -> None:
        self._settings = settings
        self._context = context
        self._server = server
        self._socket = sock
        self._thread = threading.Thread(target=self._serve, name="regain-registry", daemon=True)
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        return str(self._settings.base_url)

    @property
    def key(self) -> SigningKey:
        return self._settings.key

    @property
    def public_key(self) -> Ed25519PublicKey:
        """What the receipts verify with."""
        return self._settings.key.public

    @property
    def instance(self) -> str:
        return self._settings.instance

    @property
    def exercise(self) -> bool:
        return self._settings.exercise

    def enrol_code(self, workshop: str) -> str:
        """A code that enrols one stick of this workshop. Raises Fault usage on bad letters."""
        from agent.registry.enrol import make_code

        return make_code(self._context.store, self._settings, workshop=workshop)

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:  # noqa: BLE001  kept for whoever waits in begin(): nobody else hears a thread
            self._failure = error

    def begin(self) -> None:
        """Serve, and return once it answers. Raises RuntimeError when it does not."""
        import time

        self._thread.start()
        limit = time.monotonic() + START_LIMIT_S
        while not self._server.started:
            if self._failure is not None or not self._thread.is_alive() or time.monotonic() > limit:
                self._server.should_exit = True
                self._socket.close()
                raise RuntimeError("the embedded registry did not start") from self._failure
            time.sleep(0.005)

    def stop(self) -> None:
        """Finish the calls in progress, close the database, free the port. Twice is harmless."""
        self._context.board.close()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_LIMIT_S)
        with contextlib.suppress(OSError):
            self._socket.close()
        self._context.store.close()

    def __enter__(self) -> Embedded:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def settings_of(folder: Path, *, exercise: bool, base_url: str, network: str) -> RegistrySettings:
    from agent.registry.keyfile import load_or_make
    from agent.registry.settings import RegistrySettings

    folder.mkdir(parents=True, exist_ok=True)
    return RegistrySettings(
        db=f"sqlite:///{(folder / DATABASE).absolute()}",
        key=load_or_make(folder / KEY_FILE, exercise=exercise),
        exercise=exercise,
        network=network,
        base_url=base_url,
        open_pages=True,
    )


def start(folder: Path, *, exercise: bool, host: str = "127.0.0.1", port: int = 0, network: str = "Regain") -> Embedded:
    """Start a registry over this folder, made when it is missing. ``port`` 0: a free one.

    Pages are open: use it on the loopback interface. Raises Fault registry-extra-missing; OSError when the port is
    taken.
    """
    needed()
    import uvicorn

    from agent.registry.app import create_app

    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
        name = f"[{host}]" if ":" in host else host
        base_url = f"http://{name}:{sock.getsockname()[1]}"
        settings = settings_of(folder, exercise=exercise, base_url=base_url, network=network)
        app = create_app(settings)
    except BaseException:
        sock.close()
        raise
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
        ws="none",
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    running = Embedded(settings=settings, context=app.state.registry, server=server, sock=sock)
    running.begin()
    return running
