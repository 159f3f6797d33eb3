"""``regain registry serve``: the registry as a program of its own, and the settings its commands share."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from agent.model.errors import Fault
from agent.registry.keyfile import load_or_make
from agent.registry.settings import RegistrySettings

DEFAULT_DB = "sqlite:///registre.sqlite"
DEFAULT_LISTEN = "127.0.0.1:8080"
DB_VARIABLE, KEY_VARIABLE = "REGAIN_REGISTRY_DB", "REGAIN_REGISTRY_KEY"
STOP_S = 3


def database_url(given: str | None) -> str:
    """The URL asked for, else the environment's, else a SQLite file here; a bare path is a SQLite file."""
    text = given or os.environ.get(DB_VARIABLE) or DEFAULT_DB
    if "://" not in text:
        text = f"sqlite:///{Path(text).absolute()}"
    try:
        make_url(text)
    except ArgumentError as error:
        raise Fault("usage", what="--db") from error
    return text


def key_path(given: Path | None, db: str) -> Path:
    """The key file: asked for, else the environment's, else beside the SQLite file. Raises Fault usage."""
    if given is not None:
        return given
    told = os.environ.get(KEY_VARIABLE)
    if told:
        return Path(told)
    url = make_url(db)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(url.database).with_suffix(".key")
    raise Fault("usage", what=f"--key, {KEY_VARIABLE}")


def address(listen: str) -> tuple[str, int]:
    """``HOST:PORT`` in its parts; an IPv6 host is in brackets. Raises Fault usage."""
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise Fault("usage", what=f"--listen {listen}")
    return host, int(port)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def settings_for(
    *,
    db: str | None,
    key: Path | None = None,
    exercise: bool = False,
    network: str = "Regain",
    contact: str = "",
    base_url: str | None = None,
    open_pages: bool = False,
    login_header: str | None = None,
) -> RegistrySettings:
    """The settings of a registry on disk; its key is made at the first start. Raises Fault."""
    url = database_url(db)
    return RegistrySettings(
        db=url,
        key=load_or_make(key_path(key, url), exercise=exercise),
        exercise=exercise,
        network=network,
        contact=contact,
        base_url=base_url,
        open_pages=open_pages,
        login_header=login_header,
    )


def serve(settings: RegistrySettings, *, host: str, port: int) -> None:
    """Serve until interrupted."""
    import uvicorn

    from agent.registry.app import create_app

    app = create_app(settings)
    board = app.state.registry.board

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: object) -> None:
            board.close()  # the watchers of the board would hold the server open
            super().handle_exit(sig, frame)  # type: ignore[arg-type]

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,  # X-Forwarded-For must not choose who counts as the trusted proxy
        timeout_graceful_shutdown=STOP_S,
    )
    Server(config).run()
