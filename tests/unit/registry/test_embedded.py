"""The registry over a real socket: start, stop, start again, be killed between the commit and the answer."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from agent.model.errors import Fault
from agent.registry.embedded import Embedded, start
from agent.report.replies import Step
from agent.report.sign import TYP_ENROLMENT, TYP_RECEIPT, SigningKey, public_jwk, sign, verify
from agent.report.transport import RegistryClient
from tests.unit.registry.house import Stick

pytestmark = [pytest.mark.net, pytest.mark.process]

REPO = Path(__file__).resolve().parents[3]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Embedded]:
    with start(tmp_path, exercise=True) as running:
        yield running


def client(running: Embedded, key: SigningKey) -> RegistryClient:
    pinned = {running.instance: running.public_key}
    return RegistryClient(running.url, key=key, registry_public=pinned, instance=running.instance)


def enrolled(running: Embedded, key: SigningKey) -> Stick:
    told = client(running, key).enrol(running.enrol_code("RC"), stick_label="banc")
    return Stick(key=key, workshop=told["workshop"], number=told["stick_number"])


def test_the_agents_own_client_enrols_delivers_and_asks(bench: Embedded) -> None:
    key = SigningKey.generate(exercise=True)
    stick, speaks = enrolled(bench, key), client(bench, key)
    health = speaks.health()
    assert health.instance == bench.instance and health.instance.startswith("EXERCICE-")
    report_id, token = stick.token()
    first, again = (speaks.put(token, report_id=report_id) for _ in range(2))
    assert first.step is again.step is Step.DELIVERED
    assert first.receipt is not None and again.receipt is not None and first.receipt.token == again.receipt.token
    assert first.receipt.verify_url is not None and first.receipt.verify_url.startswith(bench.url)
    assert requests.get(first.receipt.verify_url, timeout=5).status_code == 200
    path = f"/v1/benches/{key.kid}"
    line = json.dumps({"tag": "RC02041U", "stage": "erasure", "percent": 12.5, "state": "erasing"}).encode()
    assert speaks.ask("PUT", path, at=health.utc, body=line).status == 204
    seen = json.loads(speaks.ask("GET", "/v1/devices?serial=7HQ2ZM2", at=health.utc).body)
    assert seen["devices"][0]["tag"] == "RC02041U"


def test_a_wrong_code_and_a_real_report_are_worded(bench: Embedded) -> None:
    key = SigningKey.generate(exercise=True)
    with pytest.raises(Fault) as caught:
        client(bench, key).enrol("AAAA-BBBB-CCCC", stick_label="")
    assert caught.value.error_id == "enrol-code-bad"
    real = Stick(key=SigningKey.generate(exercise=False))
    report_id, token = real.token()
    assert client(bench, real.key).put(token, report_id=report_id).step is Step.DEAD


def test_it_starts_quickly_and_goes_on_after_a_second_start(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    key = SigningKey.generate(exercise=True)
    with start(tmp_path, exercise=True) as first:
        stick = enrolled(first, key)
        report_id, token = stick.token()
        receipt = requests.put(
            f"{first.url}/v1/reports/{report_id}",
            data=token,
            headers={"Content-Type": "application/jose"},
            timeout=5,
        ).text
        instance, url = first.instance, first.url
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/v1/health", timeout=2)
    began = time.monotonic()
    with start(tmp_path, exercise=True) as second:
        took = time.monotonic() - began
        assert second.instance == instance
        again = requests.get(f"{second.url}/v1/reports/{report_id}/receipt", timeout=5)
        assert again.text == receipt
        verify(receipt, keys={instance: second.public_key}, typ=TYP_RECEIPT)
    assert took < 3.0, f"{took:.2f} s"  # about 0.05 s on two idle cores; the rest is other people's load
    out, err = capfd.readouterr()
    assert out == "" and err == ""
    assert (tmp_path / "registre.key").stat().st_mode & 0o777 == 0o600


def test_a_rehearsal_folder_never_serves_for_real(tmp_path: Path) -> None:
    start(tmp_path, exercise=True).stop()
    with pytest.raises(Fault) as caught:
        start(tmp_path, exercise=False)
    assert caught.value.error_id == "usage"


def test_a_taken_port_is_an_error_and_stopping_twice_is_none(bench: Embedded, tmp_path: Path) -> None:
    port = int(bench.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        start(tmp_path / "autre", exercise=True, port=port)
    bench.stop()
    bench.stop()


def test_somebody_watching_the_board_does_not_hold_it_open(tmp_path: Path) -> None:
    running = start(tmp_path, exercise=True)
    with requests.get(f"{running.url}/v1/board/events", stream=True, timeout=5) as stream:
        assert next(stream.iter_lines()) == b"event: board"
        began = time.monotonic()
        running.stop()
        assert time.monotonic() - began < 3.5


KILLED_AFTER_COMMIT = """
import os, signal, sys
import uvicorn
from pathlib import Path
from agent.registry.app import create_app
from agent.registry.embedded import settings_of
from agent.registry.enrol import make_code

folder, port, deadly = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "deadly"
settings = settings_of(folder, exercise=True, base_url="http://127.0.0.1", network="x")
app = create_app(settings)
if deadly:
    print(make_code(app.state.registry.store, settings, workshop="RC"), flush=True)

async def deaf(scope, receive, send):
    async def stop_before_the_answer(message):
        if deadly and scope.get("method") == "PUT" and message["type"] == "http.response.start":
            os.kill(os.getpid(), signal.SIGKILL)  # after the commit, before the first byte of the answer
        await send(message)
    await app(scope, receive, stop_before_the_answer)

uvicorn.run(deaf, host="127.0.0.1", port=port, log_config=None)
"""


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            requests.get(f"{url}/v1/health", timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


def test_killed_between_the_commit_and_the_answer_nothing_is_lost(tmp_path: Path) -> None:
    port = _free_port()
    url, argv = f"http://127.0.0.1:{port}", [sys.executable, "-c", KILLED_AFTER_COMMIT, str(tmp_path), str(port)]
    env = os.environ | {"PYTHONPATH": str(REPO)}
    deadly = subprocess.Popen([*argv, "deadly"], stdout=subprocess.PIPE, text=True, env=env)
    survivor = None
    try:
        assert deadly.stdout is not None
        code = deadly.stdout.readline().strip()
        _wait(url)
        key = SigningKey.generate(exercise=True)
        body = {"code": code, "jwk": public_jwk(key), "proof": sign(code.encode(), key=key, typ=TYP_ENROLMENT)}
        assert requests.post(f"{url}/v1/enrolments", json=body, timeout=5).status_code == 201
        report_id, token = Stick(key=key).token()
        put = {"data": token, "headers": {"Content-Type": "application/jose"}, "timeout": 10}
        with pytest.raises(requests.ConnectionError):
            requests.put(f"{url}/v1/reports/{report_id}", **put)  # type: ignore[arg-type]
        assert deadly.wait(10) == -9
        survivor = subprocess.Popen([*argv, "calm"], stdout=subprocess.DEVNULL, env=env)
        _wait(url)
        answers = [requests.put(f"{url}/v1/reports/{report_id}", **put) for _ in range(2)]  # type: ignore[arg-type]
        assert [a.status_code for a in answers] == [200, 200], "it was committed before the answer"
        assert answers[0].content == answers[1].content
        assert requests.get(f"{url}/v1/log/heads", timeout=5).json()["heads"][0]["log_seq"] == 1
    finally:
        for child in filter(None, (deadly, survivor)):
            if child.poll() is None:
                child.kill()
            child.wait()
