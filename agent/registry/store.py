"""The database: one writer at a time, nothing acknowledged before it is on the medium.

SQLite: WAL, ``synchronous=FULL``, ``BEGIN IMMEDIATE`` (https://sqlite.org/lang_transaction.html). PostgreSQL: a
transaction-level advisory lock (the tests run PostgreSQL 15 where it is installed). The lock in this process only
keeps threads from queueing inside the database.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

from agent.registry import schema

WRITER_LOCK = 0x52454741494E  # "REGAIN": the advisory lock of PostgreSQL
BUSY_TIMEOUT_MS = 10_000


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("regain_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            engine = create_engine(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False})
        else:
            engine = create_engine(parsed)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_pre_ping=True)


class Store:
    """Connections of one registry. ``write()`` is the only way to change anything."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = threading.Lock()
        self._writer = self.engine.execution_options(regain_writes=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def create(self) -> None:
        """Make the tables that are missing."""
        with self.write() as connection:
            schema.truth.create_all(connection)
            schema.projection.create_all(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction with the write lock held from its start; committed at the end, undone by an exception."""
        with self._writing, self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def close(self) -> None:
        self.engine.dispose()
