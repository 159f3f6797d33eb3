"""The calls under ``/v1`` (REPORT design, section 9)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from agent.model.report import MAX_BYTES
from agent.registry import enrol, export, views
from agent.registry.access import Caller, Context, client_of, context, decider, reader, stick
from agent.registry.board import Bench
from agent.registry.ingest import take_in
from agent.registry.plain import plain
from agent.registry.problems import Problem, documented
from agent.registry.settings import TOKEN_LIMIT
from agent.report.sign import MAX_TOKEN

router = APIRouter(prefix="/v1")

JOSE = "application/jose"
HEARTBEAT_S = 15.0
LOOK_S = 0.25

Ctx = Annotated[Context, Depends(context)]
Reader = Annotated[Caller, Depends(reader)]
ReportId = Annotated[str, Path(pattern=r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")]
Name = Annotated[str, Path(min_length=1, max_length=80)]


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Enrolment(Strict):
    """``proof``: JWS ``regain-enrolment+jws`` over the code, by the private half of ``jwk``."""

    code: str = Field(min_length=1, max_length=64)
    jwk: dict[str, Any]
    stick_label: str = Field(default="", max_length=80)
    proof: str = Field(min_length=1, max_length=4000)


class BenchLine(Strict):
    tag: str | None = Field(default=None, max_length=32)
    stage: str = Field(max_length=40)
    percent: float | None = Field(default=None, ge=0, le=100, allow_inf_nan=False)
    state: str = Field(max_length=40)


class DecisionBody(Strict):
    """``same_as``: the report is about ``device_id``. ``another``: it is a machine of its own."""

    report_id: str = Field(max_length=36)
    action: str = Field(pattern="^(same_as|another)$")
    device_id: str | None = Field(default=None, max_length=40)


class Health(BaseModel):
    service: str
    instance: str
    time: str
    api: list[str]
    exercise: bool


@router.get("/health", summary="Connection test, portal test and time source at once")
def health(ctx: Ctx) -> Health:
    settings = ctx.settings
    return Health(
        service="regain-registry",
        instance=settings.instance,
        time=settings.now(),
        api=["1.0"],
        exercise=settings.exercise,
    )


@router.post(
    "/enrolments",
    status_code=201,
    summary="Spend a code on the key of one stick",
    responses=documented(
        "invalid",
        "bad-token",
        "bad-code",
        "key-enrolled",
        "workshop-full",
        "exercise-refused",
        "exercise-only",
        "too-many",
        "too-large",
    ),
)
def enrolments(request: Request, ctx: Ctx, body: Enrolment) -> dict[str, Any]:
    label = plain(body.stick_label, 80)
    try:
        enrolled = enrol.enrol(
            ctx.store, ctx.settings, code=body.code, jwk=body.jwk, stick_label=label, proof=body.proof
        )
    except Problem as problem:
        if problem.slug in ("bad-code", "bad-token"):
            ctx.failed_enrolments.spend(client_of(request))
        raise
    return enrol.answer(ctx.settings, enrolled)


async def limited_body(request: Request, limit: int) -> bytes:
    """The whole body, refused as soon as it is too long. Raises Problem too-large."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise Problem("too-large")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Problem("too-large")
        parts.append(part)
    return b"".join(parts)


def base_url_of(request: Request) -> str:
    return str(request.base_url).rstrip("/")


@router.put(
    "/reports/{report_id}",
    summary="Hand in one signed report; the receipt is signed and stays the same for the same bytes",
    response_class=PlainTextResponse,
    responses=documented(
        "bad-token",
        "unknown-key",
        "revoked-key",
        "other-bytes",
        "too-large",
        "wrong-media-type",
        "invalid",
        "too-many",
    )
    | {
        201: {"description": "New: the receipt", "content": {JOSE: {"schema": {"type": "string"}}}},
        200: {
            "description": "These bytes were here: the same receipt",
            "content": {JOSE: {"schema": {"type": "string"}}},
        },
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"Compact JWS regain-report+jws, at most {MAX_BYTES} bytes inside",
            "content": {JOSE: {"schema": {"type": "string", "maxLength": MAX_TOKEN}}},
        }
    },
)
async def put_report(request: Request, ctx: Ctx, report_id: ReportId) -> Response:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JOSE:
        raise Problem("wrong-media-type")
    ctx.puts.spend(client_of(request))
    body = await limited_body(request, TOKEN_LIMIT)
    base_url = base_url_of(request)
    taken = await run_in_threadpool(take_in, ctx.store, ctx.settings, report_id=report_id, body=body, base_url=base_url)
    if taken.new:
        ctx.board.touch()
    headers = {"Cache-Control": "no-store", "Location": f"/v1/reports/{report_id.lower()}"}
    return Response(taken.receipt, status_code=201 if taken.new else 200, media_type=JOSE, headers=headers)


@router.get(
    "/reports/{report_id}",
    summary="The signed report, byte for byte",
    response_class=PlainTextResponse,
    responses=documented("login-needed", "revoked-key", "not-found", "invalid")
    | {200: {"description": "The token", "content": {JOSE: {"schema": {"type": "string"}}}}},
)
def get_report(ctx: Ctx, _who: Reader, report_id: ReportId) -> Response:
    return _file(views.report_tokens(ctx.store, report_id.lower())[0], f"{report_id.lower()}.jws")


@router.get(
    "/reports/{report_id}/receipt",
    summary="The receipt of a report",
    response_class=PlainTextResponse,
    responses=documented("login-needed", "revoked-key", "not-found", "invalid")
    | {200: {"description": "The token", "content": {JOSE: {"schema": {"type": "string"}}}}},
)
def get_receipt(ctx: Ctx, _who: Reader, report_id: ReportId) -> Response:
    return _file(views.report_tokens(ctx.store, report_id.lower())[1], f"{report_id.lower()}.receipt.jws")


def _file(token: str | None, name: str) -> Response:
    if token is None:
        raise Problem("not-found")
    return Response(token, media_type=JOSE, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get(
    "/devices",
    summary="Machines by serial number of the machine or of a disk",
    responses=documented("login-needed", "revoked-key", "invalid"),
)
def devices_by_serial(
    ctx: Ctx, _who: Reader, serial: Annotated[str, Query(min_length=1, max_length=120)]
) -> dict[str, Any]:
    return {"devices": views.by_serial(ctx.store, serial)}


@router.get(
    "/devices/{tag}",
    summary="State and history of the machine with this tag",
    responses=documented("login-needed", "revoked-key", "not-found", "invalid"),
)
def device_by_tag(ctx: Ctx, _who: Reader, tag: Name) -> dict[str, Any]:
    found = views.by_tag(ctx.store, tag)
    if not found:
        raise Problem("not-found")
    return found[0] | {"same_tag": [other["device_id"] for other in found[1:]]}


@router.get("/keys", summary="Every key that ever signed here, with its dates", responses=documented())
def keys(ctx: Ctx) -> dict[str, Any]:
    return {"keys": views.jwk_set(ctx.store)}


@router.get("/log/heads", summary="The newest entry of each day and of now", responses=documented())
def heads(ctx: Ctx) -> dict[str, Any]:
    return {"instance": ctx.settings.instance, "heads": views.log_heads(ctx.store)}


@router.put(
    "/benches/{stick_name}",
    status_code=204,
    summary="What a bench is doing now",
    responses=documented("invalid", "login-needed", "revoked-key", "wrong-stick"),
)
def put_bench(
    ctx: Ctx, who: Annotated[Caller, Depends(stick)], stick_name: Name, body: Annotated[BenchLine, Body()]
) -> Response:
    if stick_name != who.name:
        raise Problem("wrong-stick")
    ctx.board.put(
        Bench(
            stick=views.stick_name(ctx.store, who.name),
            workshop=who.workshop or "",
            tag=plain(body.tag, 32) if body.tag else None,
            stage=plain(body.stage, 40),
            percent=body.percent,
            state=plain(body.state, 40),
            at=ctx.board.clock(),
        )
    )
    return Response(status_code=204)


@router.get("/board", summary="Every bench that spoke in the last 90 seconds", responses=documented("login-needed"))
def board(ctx: Ctx, _who: Reader) -> dict[str, Any]:
    version, benches = ctx.board.view()
    return {"version": version, "benches": benches, "recent": views.recent(ctx.store)}


async def _watch(ctx: Context, request: Request) -> AsyncIterator[str]:
    """Server-sent events: the whole board at each change, a comment now and then so that proxies keep the line."""
    seen, quiet = -1, 0.0
    while not ctx.board.closed and not await request.is_disconnected():
        version, benches = ctx.board.view()
        if version != seen:
            seen, quiet = version, 0.0
            recent = await run_in_threadpool(views.recent, ctx.store)
            told = {"version": version, "benches": benches, "recent": recent}
            yield f"event: board\ndata: {json.dumps(told)}\n\n"
        elif quiet >= HEARTBEAT_S:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(LOOK_S)
        quiet += LOOK_S


@router.get(
    "/board/events",
    summary="The board as server-sent events",
    response_class=StreamingResponse,
    responses=documented("login-needed")
    | {200: {"description": "A stream", "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def board_events(request: Request, ctx: Ctx, _who: Reader) -> StreamingResponse:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_watch(ctx, request), media_type="text/event-stream", headers=headers)


@router.get(
    "/exports/devices.csv",
    summary="One line per machine, French conventions",
    response_class=PlainTextResponse,
    responses=documented("login-needed")
    | {200: {"description": "A file", "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def devices_csv(ctx: Ctx, _who: Reader) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="postes.csv"', "Cache-Control": "no-store"}
    data = export.devices_csv(views.all_devices(ctx.store), exercise=ctx.settings.exercise)
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/reconciliations", summary="Matches that a person must decide", responses=documented("login-needed"))
def reconciliations(ctx: Ctx, _who: Reader) -> dict[str, Any]:
    return {"reconciliations": views.reconciliations(ctx.store)}


@router.post(
    "/reconciliations",
    summary="The decision of a person",
    responses=documented("login-needed", "not-found", "already-decided", "invalid"),
)
def decide(ctx: Ctx, who: Annotated[Caller, Depends(decider)], body: DecisionBody) -> dict[str, Any]:
    return views.decide(
        ctx.store,
        ctx.settings,
        report_id=body.report_id.lower(),
        action=body.action,
        device_id=body.device_id,
        by=who.name,
    )
