"""Each row of the table of REPORT section 5, against a server that misbehaves on purpose."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model import strictjson
from agent.model.errors import Exit, Fault
from agent.report import sign as s
from agent.report.outbox import Outbox
from agent.report.push import Push, backoff_s, push
from agent.report.replies import MAX_REPLY, MAX_RETRY_AFTER_S, Reply, Step, judge, read_health, retry_after_s
from agent.report.transport import RegistryClient
from tests.unit.report.samples import chain, evidence, signed

KEY = s.SigningKey.generate(exercise=False)
REGISTRY = s.SigningKey.generate(exercise=False)
STRANGER = s.SigningKey.generate(exercise=False)
PINNED = {REGISTRY.kid: REGISTRY.public}
TOKENS = chain(KEY, 4)

Answer = tuple[int, dict[str, str], bytes]
HEALTH = {"service": "regain-registry", "instance": REGISTRY.kid, "time": "2026-11-23T15:00:00Z", "api": ["1.0"]}


def receipt(
    token: str, report_id: str, *, key: s.SigningKey = REGISTRY, typ: str = s.TYP_RECEIPT, **changes: Any
) -> str:
    said = {
        "report_id": report_id,
        "sha256": s.sha256_of(token),
        "received_at": "2026-11-23T15:00:00Z",
        "log_seq": 1,
        "verify_url": "https://registre.exemple.fr/c/1/2",
    }
    return s.sign(strictjson.dumps(said | changes), key=key, typ=typ)


def problem(status: int, title: str = "refusé", **headers: str) -> Answer:
    return status, {"Content-Type": "application/problem+json", **headers}, strictjson.dumps({"title": title})


class Server:
    """A registry on the loopback interface whose answers the test writes."""

    def __init__(self) -> None:
        self.health: Answer = (200, {"Content-Type": "application/json"}, strictjson.dumps(HEALTH))
        self.put: Callable[[str, str], Answer] = lambda token, rid: (
            201,
            {"Content-Type": "application/jose"},
            receipt(token, rid).encode(),
        )
        self.post: Answer = problem(403)
        self.seen: list[tuple[str, str, bytes, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _take(self) -> bytes:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.seen.append((self.command, self.path, body, {k.lower(): v for k, v in self.headers.items()}))
                return body

            def _give(self, answer: Answer) -> None:
                status, headers, body = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                self._take()
                self._give(outer.health)

            def do_POST(self) -> None:
                self._take()
                self._give(outer.post)

            def do_PUT(self) -> None:
                token = self._take().decode()
                self._give(outer.put(token, self.path.rsplit("/", 1)[-1]))

            def log_message(self, format: str, *args: Any) -> None:
                """Silence."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def puts(self) -> list[str]:
        return [path for method, path, _, _ in self.seen if method == "PUT"]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


class Naps:
    def __init__(self) -> None:
        self.taken: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)


def client(url: str, **changes: Any) -> RegistryClient:
    given: dict[str, Any] = {"key": KEY, "registry_public": PINNED, "instance": REGISTRY.kid}
    return RegistryClient(url, **(given | changes))


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    made = Outbox(tmp_path / "outbox", keys={KEY.kid: KEY.public})
    for token in TOKENS:
        made.put(token)
    return made


def send(box: Outbox, server: Server, **kwargs: Any) -> Push:
    return push(box, client(server.url), Naps(), chance=lambda: 0.5, **kwargs)


# --- delivered ------------------------------------------------------------------------------------------------


@pytest.mark.net
@pytest.mark.parametrize("status", [200, 201])
def test_a_valid_receipt_delivers_in_the_order_of_the_chain(status: int, box: Outbox, server: Server) -> None:
    server.put = lambda token, rid: (status, {}, receipt(token, rid).encode())
    result = send(box, server)
    assert (len(result.delivered), result.waiting, result.fault) == (4, 0, None)
    assert server.puts == [f"/v1/reports/00000000-0000-4000-8000-{n:012d}" for n in range(1, 5)]
    assert [e.token() for e in box.entries("sent")] == TOKENS
    assert result.delivered[0].receipt.received_at == "2026-11-23T15:00:00Z"
    assert result.health is not None
    assert result.health.utc == "2026-11-23T15:00:00Z"
    method, _, body, headers = next(one for one in server.seen if one[0] == "PUT")
    assert (method, body.decode(), headers["content-type"]) == ("PUT", TOKENS[0], "application/jose")
    assert "authorization" not in headers


def test_an_empty_outbox_asks_nobody(tmp_path: Path) -> None:
    assert push(Outbox(tmp_path), client("http://127.0.0.1:9"), Naps()) == Push()


# --- again later ----------------------------------------------------------------------------------------------


@pytest.mark.net
@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_trouble_over_there_is_tried_again_without_end(status: int, box: Outbox, server: Server) -> None:
    server.put = lambda token, rid: (status, {"Content-Type": "text/html"}, b"<html>")
    result = send(box, server)
    assert result.fault is not None
    assert (result.fault.error_id, result.fault.exit_code) == ("registry-unreachable", Exit.NETWORK)
    assert (result.delivered, result.dead, result.waiting) == ((), (), 4)
    assert result.retry_after_s is not None
    assert result.retry_after_s > 0
    assert len(server.puts) == (1 if status in (429, 503) else 3)


@pytest.mark.net
def test_retry_after_wins(box: Outbox, server: Server) -> None:
    server.put = lambda token, rid: problem(429, **{"Retry-After": "17"})
    assert send(box, server).retry_after_s == 17.0


@pytest.mark.net
def test_one_record_that_the_registry_cannot_take_does_not_hold_up_the_others(box: Outbox, server: Server) -> None:
    def put(token: str, rid: str) -> Answer:
        return problem(500) if rid.endswith("2") else (201, {}, receipt(token, rid).encode())

    server.put = put
    result = send(box, server)
    assert (len(result.delivered), result.waiting) == (3, 1)
    assert box.attempts(box.pending()[0].report_id)["tries"] == 1


@pytest.mark.net
def test_no_server_is_a_normal_day(box: Outbox, server: Server) -> None:
    url = server.url
    server.close()
    result = push(box, client(url), Naps(), chance=lambda: 0.5)
    assert result.fault is not None
    assert result.fault.error_id == "registry-unreachable"
    assert (result.waiting, result.retry_after_s) == (4, 2.5)


@pytest.mark.net
def test_a_lost_answer_costs_nothing(box: Outbox, server: Server) -> None:
    """The registry kept the report, the answer was lost: the repeat gets the same receipt."""
    kept: dict[str, str] = {}

    def put(token: str, rid: str) -> Answer:
        if rid in kept:
            return 200, {}, kept[rid].encode()
        kept[rid] = receipt(token, rid)
        return 504, {}, b""

    server.put = put
    naps = Naps()
    result = push(box, client(server.url), naps, rounds=9, chance=lambda: 0.5)
    assert (len(result.delivered), result.waiting) == (4, 0)
    assert naps.taken
    assert all(box.receipt(e) == kept[e.report_id] for e in box.entries("sent"))


# --- portal, wrong server, lying receipts: paused, nothing marked ------------------------------------------------


def lies(token: str, rid: str) -> dict[str, bytes]:
    good = receipt(token, rid)
    return {
        "html": b"<html>Bienvenue sur le Wi-Fi</html>",
        "empty": b"",
        "json": b'{"ok":true}',
        "other key": receipt(token, rid, key=STRANGER).encode(),
        "borrowed name": receipt(token, rid, key=s.SigningKey(private=STRANGER.private, kid=REGISTRY.kid)).encode(),
        "other bytes": receipt(token, rid, sha256="0" * 64).encode(),
        "other report": receipt(token, "00000000-0000-4000-8000-000000000009").encode(),
        "no date": receipt(token, rid, received_at=None).encode(),
        "the report itself": token.encode(),
        "another type": receipt(token, rid, typ=s.TYP_CALL).encode(),
        "newline": good.encode() + b"\n",
        "flipped": good[:-20].encode() + bytes([good.encode()[-20] ^ 1]) + good[-19:].encode(),
        "endless": b"A" * (MAX_REPLY + 5),
    }


@pytest.mark.net
@pytest.mark.parametrize("lie", sorted(lies("a", "b")))
@pytest.mark.parametrize("status", [200, 201])
def test_a_lying_receipt_never_swallows_a_report(lie: str, status: int, box: Outbox, server: Server) -> None:
    server.put = lambda token, rid: (status, {"Content-Type": "text/html"}, lies(token, rid)[lie])
    result = send(box, server)
    assert result.fault is not None
    assert result.fault.error_id in ("registry-portal", "receipt-bad")
    assert (result.delivered, result.dead, result.waiting, len(server.puts)) == ((), (), 4, 1)
    assert result.retry_after_s is None, "paused: a person must look"


@pytest.mark.net
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_never_followed(status: int, box: Outbox, server: Server) -> None:
    server.put = lambda token, rid: (status, {"Location": server.url + "/ailleurs"}, b"")
    result = send(box, server)
    assert result.fault is not None
    assert result.fault.error_id == "registry-portal"
    assert not any(path == "/ailleurs" for _, path, _, _ in server.seen)
    assert len(box.pending()) == 4


@pytest.mark.net
@pytest.mark.parametrize(
    ("health", "error_id"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>Portail</html>"), "registry-portal"),
        ((302, {"Location": "http://portail.invalid/"}, b""), "registry-portal"),
        ((511, {}, b""), "registry-unreachable"),
        ((404, {}, b""), "registry-wrong"),
        ((200, {}, strictjson.dumps(HEALTH | {"instance": "autre"})), "registry-wrong"),
        ((200, {}, strictjson.dumps(HEALTH | {"service": "nextcloud"})), "registry-wrong"),
        ((200, {}, strictjson.dumps(HEALTH | {"api": ["2.0"]})), "registry-wrong"),
        ((200, {}, b'{"service":"a","service":"b"}'), "registry-portal"),
        ((503, {}, b""), "registry-unreachable"),
    ],
)
def test_whoever_is_not_the_registry_gets_no_report(health: Answer, error_id: str, box: Outbox, server: Server) -> None:
    server.health = health
    result = send(box, server)
    assert result.fault is not None
    assert result.fault.error_id == error_id
    assert server.puts == []
    assert result.waiting == 4
    send(box, server)
    told = [box.attempts(entry.report_id) for entry in box.pending()]
    assert told == [{"tries": 2, "error_id": error_id}] * 4, "the queue says how often, and why"


@pytest.mark.net
def test_tls_with_a_stranger_is_a_wrong_server(box: Outbox, server: Server) -> None:
    """An https address answered in plain text: the handshake fails, and that is never waited away."""
    result = push(box, client(server.url.replace("http:", "https:")), Naps())
    assert result.fault is not None
    assert result.fault.error_id == "registry-portal"
    assert (result.waiting, result.retry_after_s) == (4, None)


# --- refused --------------------------------------------------------------------------------------------------


@pytest.mark.net
@pytest.mark.parametrize("status", [401, 403])
def test_a_revoked_key_pauses_the_queue(status: int, box: Outbox, server: Server) -> None:
    server.put = lambda token, rid: problem(status)
    result = send(box, server)
    assert result.fault is not None
    assert result.fault.error_id == "registry-revoked"
    assert (result.waiting, len(server.puts), result.retry_after_s) == (4, 1, None)


@pytest.mark.net
def test_a_foreign_record_of_a_revoked_stick_does_not_hold_up_ours(box: Outbox, server: Server) -> None:
    foreign = signed(STRANGER, evidence(), report_id="00000000-0000-4000-8000-00000000000f")[1]
    box.put(foreign)

    def put(token: str, rid: str) -> Answer:
        return problem(403) if token == foreign else (201, {}, receipt(token, rid).encode())

    server.put = put
    result = send(box, server)
    assert (len(result.delivered), result.waiting) == (4, 1)


@pytest.mark.net
@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_a_refusal_buries_that_record_with_its_reason_and_the_others_go_on(
    status: int, box: Outbox, server: Server
) -> None:
    def put(token: str, rid: str) -> Answer:
        return problem(status, "schéma") if rid.endswith("2") else (201, {}, receipt(token, rid).encode())

    server.put = put
    result = send(box, server)
    assert (len(result.delivered), len(result.dead), result.waiting) == (3, 1, 0)
    dead = box.entries("dead")[0]
    note = box.problem(dead)
    assert (dead.token(), note["error_id"], note["problem"]) == (
        TOKENS[1],
        "registry-refused",
        {"title": "schéma", "status": status},
    )


@pytest.mark.net
@pytest.mark.parametrize("status", [400, 401, 403, 409, 413, 415, 422])
def test_a_proxy_that_says_no_in_html_buries_nothing(status: int, box: Outbox, server: Server) -> None:
    server.put = lambda token, rid: (status, {"Content-Type": "text/html"}, b"<html>nginx</html>")
    result = send(box, server)
    assert result.fault is not None
    assert result.fault.error_id == "registry-portal"
    assert (result.dead, result.waiting) == ((), 4)


@pytest.mark.net
def test_a_damaged_record_is_set_aside_and_the_others_go_on(box: Outbox, server: Server) -> None:
    victim = box.pending()[1]
    data = bytearray(victim.path.read_bytes())
    data[len(data) // 2] ^= 1
    victim.path.write_bytes(data)
    result = send(box, server)
    assert (len(result.delivered), len(result.dead), result.waiting) == (3, 1, 0)
    assert box.problem(box.entries("dead")[0])["error_id"] in ("record-bad-signature", "record-damaged")
    assert bytes(data) not in [body for _, _, body, _ in server.seen]


# --- enrolment and signed calls ---------------------------------------------------------------------------------


@pytest.mark.net
def test_enrolment_proves_possession_and_reads_the_answer(server: Server) -> None:
    told = {"kid": KEY.kid, "workshop": "RC", "stick_number": 7, "registry_jwk": s.public_jwk(REGISTRY)}
    server.post = (201, {"Content-Type": "application/json"}, strictjson.dumps(told))
    answer = client(server.url, instance=None).enrol(" BCDF-1234-XY ", stick_label="clé 7")
    assert answer["workshop"] == "RC"
    sent = strictjson.loads(server.seen[-1][2])
    assert s.verify(sent["proof"], keys={KEY.kid: KEY.public}, typ=s.TYP_ENROLMENT) == b"BCDF-1234-XY"
    assert (sent["jwk"], sent["stick_label"]) == (s.public_jwk(KEY), "clé 7")


@pytest.mark.net
@pytest.mark.parametrize(
    ("post", "error_id"),
    [
        (problem(403), "enrol-code-bad"),
        (problem(409), "registry-refused"),
        (problem(503), "registry-unreachable"),
        ((403, {"Content-Type": "text/html"}, b"<html>"), "registry-portal"),
        ((201, {"Content-Type": "text/html"}, b"<html>"), "registry-portal"),
        ((201, {"Content-Type": "application/json"}, b"{}"), "registry-wrong"),
        ((201, {"Content-Type": "application/json"}, b"[]"), "registry-wrong"),
        (
            (
                201,
                {"Content-Type": "application/json"},
                strictjson.dumps({"kid": "x", "registry_jwk": s.public_jwk(REGISTRY)}),
            ),
            "registry-wrong",
        ),
    ],
)
def test_enrolment_says_what_went_wrong(post: Answer, error_id: str, server: Server) -> None:
    server.post = post
    with pytest.raises(Fault) as caught:
        client(server.url).enrol("BCDF", stick_label="x")
    assert caught.value.error_id == error_id


@pytest.mark.net
def test_a_signed_call_names_registry_method_path_and_moment(server: Server) -> None:
    reply = client(server.url).ask("GET", "/v1/devices?serial=7HQ2ZM2", at="2026-11-23T15:00:00Z")
    assert reply.status == 200
    bearer = server.seen[-1][3]["authorization"].removeprefix("Bearer ")
    said = strictjson.loads(s.verify(bearer, keys={KEY.kid: KEY.public}, typ=s.TYP_CALL))
    path = "/v1/devices?serial=7HQ2ZM2"
    assert said == {"instance": REGISTRY.kid, "method": "GET", "path": path, "at": "2026-11-23T15:00:00Z"}


@pytest.mark.parametrize("url", ["", "registre", "ftp://registre.exemple.fr", "http://"])
def test_an_address_that_is_none_is_said_so(url: str) -> None:
    with pytest.raises(Fault) as caught:
        client(url).health()
    assert caught.value.error_id == "registry-wrong"


# --- pure parts -------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_waiting_grows_and_is_bounded(tries: int, chance: float) -> None:
    assert 0 <= backoff_s(tries, chance=chance) <= 900
    assert backoff_s(tries, chance=1.0) == min(900.0, 5.0 * 2 ** min(tries, 30))


@given(st.integers(100, 599), st.binary(max_size=60), st.sampled_from(["text/html", "application/problem+json", ""]))
def test_no_answer_delivers_without_a_receipt(status: int, body: bytes, media: str) -> None:
    reply = Reply(status=status, headers={"content-type": media}, body=body)
    verdict = judge(reply, token=TOKENS[0], report_id="r", registry=PINNED, url="u", now_utc=0.0)
    assert verdict.step is not Step.DELIVERED
    assert verdict.fault is not None
    assert verdict.step is not Step.DEAD or status in (400, 409, 413, 415, 422)


def test_a_status_that_http_does_not_have_comes_from_a_stranger() -> None:
    """RFC 9110, section 15: 100 to 599. No try is promised for it, neither for a report nor for the health page."""
    reply = Reply(status=600, headers={}, body=b"")
    verdict = judge(reply, token="a.b.c", report_id="r", registry=PINNED, url="https://r", now_utc=0.0)
    assert verdict.step is Step.PAUSE and verdict.fault is not None and verdict.fault.error_id == "registry-portal"
    with pytest.raises(Fault) as raised:
        read_health(reply, url="https://r", instance=None)
    assert raised.value.error_id == "registry-portal"


def test_retry_after_as_number_and_date() -> None:
    assert retry_after_s("120", now_utc=0) == 120.0
    assert retry_after_s("Thu, 01 Jan 1970 00:01:40 GMT", now_utc=40.0) == 60.0
    assert retry_after_s("Thu, 01 Jan 1970 00:00:00 GMT", now_utc=40.0) == 0.0
    assert retry_after_s("99999999999999", now_utc=0) == MAX_RETRY_AFTER_S
    for noise in (None, "", "soon", "-5", "²"):
        assert retry_after_s(noise, now_utc=0) is None
