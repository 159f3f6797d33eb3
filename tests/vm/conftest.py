"""``make test-vm``: needs root, QEMU and a built stick with the minimal image on it (REGAIN_ISO names another)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from iso import build, kvm
from tests.conftest import REPO
from tests.vm.bench import Registry, registry


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these start programs and talk to sockets of their own."""
    for item in items:
        if "tests/vm/" in str(item.path):
            item.add_marker(pytest.mark.loop)


@pytest.fixture(scope="session")
def iso() -> Path:
    path = Path(os.environ.get("REGAIN_ISO") or build.recipe_of(REPO / "build", None).iso)
    assert path.is_file(), f"{path} is not built: make iso IMAGES=build/images"
    return path


@pytest.fixture(scope="session")
def accelerated() -> bool:
    return kvm.works()


@pytest.fixture(scope="session")
def photos() -> Path:
    """Where photographs of the console are kept, to be looked at."""
    folder = REPO / "build" / "photos"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with registry(tmp_path_factory.mktemp("registre"), port) as running:
        yield running
