"""One writer at a time, whoever writes: threads, a second server on the same file, PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from agent.registry import schema
from agent.registry.audit import audit, rebuild
from agent.registry.ingest import take_in
from agent.report.sign import SigningKey
from tests.unit.registry.house import House
from tests.unit.registry.test_audit import kinds
from tests.unit.registry.test_devices import projections

SENDERS, EACH = 4, 6


def crowd(houses: list[House]) -> None:
    """Sticks that all send at once, through servers that know nothing of each other; each report is sent twice."""
    work = [(houses[n % len(houses)], [houses[0].stick() for _ in range(SENDERS)][n]) for n in range(SENDERS)]
    reports = [(house, [stick.token() for _ in range(EACH)]) for house, stick in work]
    errors: list[BaseException] = []

    def send(house: House, tokens: list[tuple[str, str]]) -> None:
        try:
            for report_id, token in tokens * 2:
                body = token.encode()
                take_in(house.store, house.settings, report_id=report_id, body=body, base_url="http://x")
        except BaseException as error:  # noqa: BLE001  told below, in the thread that asserts
            errors.append(error)

    threads = [threading.Thread(target=send, args=one) for one in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with houses[0].store.read() as connection:
        numbers = connection.scalars(select(schema.report.c.seq).order_by(schema.report.c.seq)).all()
    assert numbers == list(range(1, SENDERS * EACH + 1))
    assert audit(houses[0].store).findings == ()


def test_two_servers_on_one_file_write_one_log(tmp_path: Path) -> None:
    first = House(tmp_path)
    second = House(tmp_path, key=first.settings.key)
    crowd([first, second])
    first.store.close()
    second.store.close()


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


def _initdb() -> str | None:
    found = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
    return str(Path(found).resolve()) if found else None


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL server of our own: data in a temporary folder, loopback, gone at the end."""
    initdb = _initdb()
    if initdb is None:
        pytest.skip("no PostgreSQL here")
    server = Path(initdb).with_name("postgres")
    user = None  # it refuses to run as root
    data = tmp_path / "pg"
    data.mkdir()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        user = nobody.pw_uid
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        for parent in data.parents:
            if str(parent).startswith("/tmp/"):
                parent.chmod(0o755)
    made = subprocess.run(
        [initdb, "-D", str(data), "-U", "regain", "-A", "trust", "-E", "UTF8", "--no-locale"],
        user=user,
        capture_output=True,
        cwd=data,
        timeout=120,
    )
    assert made.returncode == 0, made.stderr
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    argv = [str(server), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(data), "-F"]
    running = subprocess.Popen(argv, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=data)
    try:
        assert running.stderr is not None
        for line in running.stderr:
            if b"ready to accept connections" in line:
                break
        threading.Thread(target=running.stderr.read, daemon=True).start()
        yield f"postgresql://regain@127.0.0.1:{port}/postgres"
    finally:
        running.terminate()
        running.wait(30)


@pytest.mark.process
@pytest.mark.net
@pytest.mark.slow
def test_postgresql_keeps_the_same_log_and_the_same_views(postgres: str, tmp_path: Path) -> None:
    key = SigningKey.generate(exercise=False)
    first, second = House(tmp_path, db=postgres, key=key), House(tmp_path, db=postgres, key=key)
    crowd([first, second])
    assert len(first.client.get("/v1/devices", params={"serial": "7hq2zm2"}).json()["devices"]) == 1
    for path in ("/", "/?q=latitude", "/board", "/v1/log/heads", "/v1/exports/devices.csv", "/v1/keys"):
        assert first.client.get(path).status_code == 200, path
    stick = first.stick()
    nul = {"system": {"manufacturer": "A\x00B", "product": "\x00", "serial": "Z\x00Z9Q"}, "cpu": {"brand_raw": "\x00"}}
    first.send(stick, tag=None, inventory=nul)
    before = projections(first)
    with first.store.write() as connection:
        connection.execute(update(schema.device).values(state="done", search="x"))
    assert kinds(audit(first.store).findings) == {"projection"}
    rebuild(first.store)
    assert projections(first) == before and audit(first.store).findings == ()
    first.store.close()
    second.store.close()
