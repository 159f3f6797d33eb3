"""Errors on the wire: RFC 9457 ``application/problem+json``, worded in the reader's language.

``type`` is ``urn:regain:problem:<slug>``: the slug is stable, programs may rely on it; title and detail are sentences.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from agent.locale import words
from agent.registry.language import preferred

MEDIA_TYPE = "application/problem+json"

STATUS = {
    "not-found": 404,
    "method-not-allowed": 405,
    "bad-request": 400,
    "bad-token": 400,
    "bad-signature": 400,
    "bad-json": 400,
    "unknown-key": 401,
    "login-needed": 401,
    "bad-call": 401,
    "revoked-key": 403,
    "wrong-stick": 403,
    "bad-code": 403,
    "key-enrolled": 409,
    "workshop-full": 409,
    "other-bytes": 409,
    "already-decided": 409,
    "too-large": 413,
    "wrong-media-type": 415,
    "invalid": 422,
    "wrong-id": 422,
    "wrong-kid": 422,
    "wrong-workshop": 422,
    "exercise-refused": 422,
    "exercise-only": 422,
    "bad-decision": 422,
    "too-many": 429,
    "busy": 503,
    "http": 500,
}


class ProblemBody(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    errors: list[str] | None = None


class Problem(Exception):
    """An answer that is not the one hoped for. ``errors`` lists places in the document, never values."""

    def __init__(self, slug: str, *, errors: list[str] | None = None, retry_after_s: int | None = None) -> None:
        self.slug = slug
        self.status = STATUS[slug]
        self.errors = errors
        self.retry_after_s = retry_after_s
        super().__init__(slug)


def response(request: Request, problem: Problem, *, status: int | None = None) -> JSONResponse:
    w = words(preferred(request.headers.get("accept-language", "")))
    status = status or problem.status
    body: dict[str, Any] = {
        "type": f"urn:regain:problem:{problem.slug}",
        "title": w(f"problem-{problem.slug}"),
        "status": status,
        "detail": w(f"problem-{problem.slug}.detail"),
    }
    if problem.errors:
        body["errors"] = problem.errors
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _places(error: RequestValidationError) -> list[str]:
    return [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()][:20]


def install(app: FastAPI) -> None:
    """Every error of this application leaves as a problem document."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> JSONResponse:
        return response(request, error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return response(request, Problem("invalid", errors=_places(error)))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        slug = {404: "not-found", 405: "method-not-allowed", 400: "bad-request"}.get(error.status_code, "http")
        answer = response(request, Problem(slug), status=error.status_code)
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer

    @app.exception_handler(OperationalError)
    async def on_busy(request: Request, _error: OperationalError) -> JSONResponse:
        return response(request, Problem("busy", retry_after_s=5))


def documented(*slugs: str) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route: one entry per status that these problems have."""
    table: dict[int | str, dict[str, Any]] = {}
    for slug in (*slugs, "busy"):
        entry = table.setdefault(STATUS[slug], {"model": ProblemBody, "description": ""})
        entry["description"] = ", ".join(filter(None, [entry["description"], slug]))
        entry["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    return table
