from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.registry.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, exercise=True)
    yield made
    made.store.close()
