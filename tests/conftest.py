"""No unit test starts a process, opens a socket or touches a device, unless its marker says so.

``process`` allows subprocesses, ``net`` allows sockets, ``laboratory`` allows both, ``loop`` block devices as well.
"""

from __future__ import annotations

import builtins
import importlib
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

REPO = Path(__file__).resolve().parent.parent
SHARED = REPO.parent / "shared"
MACHINES = REPO / "tests" / "machines"

settings.register_profile("regain", deadline=None)  # a busy machine is no defect: times are measured in tests/bench
settings.load_profile("regain")


class Forbidden(AssertionError):
    """A unit test reached for the outside world without saying so."""


def _is_device(path: object) -> bool:
    text = os.fspath(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
    if isinstance(text, bytes):
        text = os.fsdecode(text)
    return text.startswith("/dev/") and not text.startswith(("/dev/null", "/dev/urandom", "/dev/shm", "/dev/tty"))


@pytest.fixture(autouse=True)
def closed_doors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = {mark.name for mark in request.node.iter_markers()}
    if not marks & {"loop", "process", "laboratory"}:

        def no_process(*args: Any, **kwargs: Any) -> Any:
            raise Forbidden(f"a unit test started a process: {args[:1]}")

        monkeypatch.setattr(subprocess.Popen, "__init__", no_process)
        monkeypatch.setattr(os, "system", no_process)
        monkeypatch.setattr(os, "posix_spawn", no_process)
        monkeypatch.setattr(os, "fork", no_process)
    if not marks & {"loop", "net", "laboratory"}:

        def no_socket(self: socket.socket, address: Any) -> Any:
            raise Forbidden(f"a unit test opened a connection to {address}")

        monkeypatch.setattr(socket.socket, "connect", no_socket)
        monkeypatch.setattr(socket.socket, "connect_ex", no_socket)
        monkeypatch.setattr(socket.socket, "bind", no_socket)
    if "loop" not in marks:
        real_open, real_os_open = builtins.open, os.open

        def guarded_open(file: Any, *args: Any, **kwargs: Any) -> Any:
            if _is_device(file):
                raise Forbidden(f"a unit test opened the device {file}")
            return real_open(file, *args, **kwargs)

        def guarded_os_open(path: Any, *args: Any, **kwargs: Any) -> int:
            if _is_device(path):
                raise Forbidden(f"a unit test opened the device {path}")
            return real_os_open(path, *args, **kwargs)

        monkeypatch.setattr(builtins, "open", guarded_open)
        monkeypatch.setattr(os, "open", guarded_os_open)


@pytest.fixture(scope="session")
def printer() -> None:
    """WeasyPrint, loaded before the doors close: to find Pango, ctypes asks ldconfig and the compiler."""
    importlib.import_module("weasyprint")


@pytest.fixture
def shared() -> Path:
    """The reference material beside the clone; a test that needs it is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this clone")
    return SHARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    loops = Path("/dev/loop-control").exists() and os.geteuid() == 0
    skip = pytest.mark.skip(reason="needs root and loop devices")
    for item in items:
        if item.get_closest_marker("loop") and not loops:
            item.add_marker(skip)
