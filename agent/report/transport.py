"""The only HTTP client: it speaks to the registry. What the answers mean is in ``replies``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import __version__
from agent.model import strictjson
from agent.model.errors import Fault
from agent.report.clock import http_date
from agent.report.outbox import Keys
from agent.report.replies import MAX_REPLY, Health, Reply, Step, Verdict, judge, problem_of, read_health
from agent.report.sign import TYP_CALL, TYP_ENROLMENT, SigningKey, from_jwk, public_jwk, sign

if TYPE_CHECKING:
    import requests

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 30.0


class RegistryClient:
    """One registry. ``registry_public`` is the pinned key by ``kid``; ``instance`` the name it was enrolled under.

    TLS is checked against the system's authorities plus ``ca`` (a PEM file on the stick), and never switched off.
    """

    def __init__(
        self,
        url: str,
        *,
        key: SigningKey | None,
        registry_public: Keys,
        instance: str | None,
        session: requests.Session | None = None,
        ca: Path | None = None,
        kid: str | None = None,
    ) -> None:
        """``kid`` names our key where it need not be unlocked: a PUT carries its own signature."""
        self.url = url.rstrip("/")
        self.key = key
        self.kid = key.kid if key is not None else kid
        self.registry_public = registry_public
        self.instance = instance
        self._session = session
        self._ca = ca

    def health(self) -> Health:
        """Raises Fault registry-unreachable, registry-portal, registry-wrong."""
        return read_health(self._call("GET", "/v1/health"), url=self.url, instance=self.instance)

    def date(self) -> str | None:
        """The ``Date`` that answers without TLS at the registry's name: good enough to make its certificate valid.

        Asked for only when this PC's clock is known to be wrong; None when nobody answers.
        """
        try:
            plain = RegistryClient(
                "http://" + self.url.partition("://")[2], key=None, registry_public={}, instance=None
            )
            return http_date(plain._call("GET", "/v1/health").headers.get("date", ""))
        except Fault:
            return None

    def enrol(self, code: str, *, stick_label: str) -> Mapping[str, Any]:
        """Prove possession of our key and get workshop, numbers and the registry's key.

        Raises Fault enrol-code-bad, registry-refused, and those of ``health``.
        """
        if self.key is None:
            raise Fault("key-locked", reason="pin-needed")
        proof = sign(code.strip().encode("utf-8"), key=self.key, typ=TYP_ENROLMENT)
        body = {"code": code.strip(), "jwk": public_jwk(self.key), "stick_label": stick_label, "proof": proof}
        reply = self._call("POST", "/v1/enrolments", strictjson.dumps(body), media_type="application/json")
        if reply.status == 201 and reply.media_type == "application/json":
            try:
                answer = strictjson.loads(reply.body)
                from_jwk(answer["registry_jwk"])
            except (strictjson.NotStrict, KeyError, TypeError, AttributeError, Fault) as error:
                raise Fault("registry-wrong", url=self.url, detail="enrolment") from error
            if answer.get("kid") != self.key.kid:
                raise Fault("registry-wrong", url=self.url, detail="kid")
            return dict(answer)
        problem = problem_of(reply)
        if reply.away:
            raise Fault("registry-unreachable", url=self.url, detail=f"HTTP {reply.status}")
        if problem is None:
            raise Fault("registry-portal", url=self.url, status=reply.status)
        if reply.status == 403:
            raise Fault("enrol-code-bad")
        told = str(problem.get("detail") or problem.get("title") or reply.status)
        raise Fault("registry-refused", url=self.url, status=reply.status, detail=told)

    def put(self, token: str, *, report_id: str) -> Verdict:
        """Send one report and judge the answer; trouble on the way is a verdict too. Raises nothing of the network."""
        try:
            reply = self._call("PUT", f"/v1/reports/{report_id}", token.encode("ascii"), media_type="application/jose")
        except Fault as fault:
            away = fault.error_id == "registry-unreachable"
            return Verdict(step=Step.RETRY if away else Step.PAUSE, fault=fault, everyone=True)
        return judge(
            reply,
            token=token,
            report_id=report_id,
            registry=self.registry_public,
            url=self.url,
            now_utc=time.time(),
        )

    def ask(self, method: str, path: str, *, at: str, body: bytes | None = None) -> Reply:
        """A call that the stick signs for: bearer token over instance, method, path (with its query) and ``at``."""
        if self.key is None:
            raise Fault("key-locked", reason="pin-needed")
        call = {"instance": self.instance, "method": method, "path": path, "at": at}
        bearer = sign(strictjson.dumps(call), key=self.key, typ=TYP_CALL)
        headers = {"Authorization": f"Bearer {bearer}"}
        return self._call(method, path, body, media_type="application/json" if body else None, headers=headers)

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        media_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One exchange. Redirects are never followed. Raises Fault registry-unreachable, registry-portal (TLS)."""
        import requests

        given = {"User-Agent": f"Regain/{__version__}", "Accept": "application/jose, application/json"} | dict(
            headers or {}
        )
        if media_type:
            given["Content-Type"] = media_type
        started = time.monotonic()
        try:
            with self._open_session().request(
                method,
                self.url + path,
                data=body,
                headers=given,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,
                stream=True,
            ) as answer:
                data = _read_at_most(answer, MAX_REPLY, deadline=started + 2 * READ_TIMEOUT_S)
                names = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(status=answer.status_code, headers=names, body=data, seconds=time.monotonic() - started)
        except requests.exceptions.SSLError as error:
            raise Fault("registry-portal", url=self.url, status="TLS") from error
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            raise Fault("registry-wrong", url=self.url, detail="url") from None
        except requests.exceptions.RequestException as error:
            raise Fault("registry-unreachable", url=self.url, detail=type(error).__name__) from error

    def _open_session(self) -> requests.Session:
        if self._session is None:
            self._session = make_session(self._ca)
        return self._session


def make_session(ca: Path | None) -> requests.Session:
    """A session that trusts the system's authorities and those in ``ca``. Proxy variables are honoured."""
    import ssl

    import requests
    from requests.adapters import HTTPAdapter

    context = ssl.create_default_context()
    if ca is not None:
        try:
            context.load_verify_locations(cafile=str(ca))
        except (OSError, ssl.SSLError) as error:
            raise Fault("file-unreadable", path=str(ca), why=str(error)) from error

    class SystemAuthorities(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs, ssl_context=context)

        def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
            return super().proxy_manager_for(*args, **kwargs, ssl_context=context)

    session = requests.Session()
    session.mount("https://", SystemAuthorities())
    return session


def _read_at_most(answer: requests.Response, limit: int, *, deadline: float) -> bytes:
    """The body, cut at ``limit``: a wrong server may send without end, or one byte a minute."""
    import requests

    data = bytearray()
    for chunk in answer.iter_content(16 * 1024):
        data += chunk
        if len(data) >= limit:
            break
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout("body")
    return bytes(data[:limit])
