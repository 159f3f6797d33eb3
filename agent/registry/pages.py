"""Pages for people: server-rendered, French first, nothing fetched from elsewhere, readable on a phone and on paper."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from agent.locale import LANGUAGES, words
from agent.model.errors import Fault
from agent.registry import views
from agent.registry.access import Caller, Context, context, decider, reader
from agent.registry.api import limited_body
from agent.registry.enrol import public_key_of
from agent.registry.language import preferred
from agent.registry.problems import Problem
from agent.registry.state import STATES
from agent.registry.wording import Wording
from agent.report.sign import TYP_RECEIPT, TYP_REPORT, from_jwk, verify

router = APIRouter(include_in_schema=False)

Ctx = Annotated[Context, Depends(context)]
Reader = Annotated[Caller, Depends(reader)]
FORM_LIMIT = 4096
STATIC = {"regain.css": "text/css; charset=utf-8", "board.js": "text/javascript; charset=utf-8"}


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("agent.registry", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def language_of(request: Request) -> str:
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else preferred(request.headers.get("accept-language", ""))


def page(request: Request, template: str, /, *, status: int = 200, public: bool = False, **values: Any) -> HTMLResponse:
    """One page. ``public``: for anybody, without the menu of the house."""
    ctx = context(request)
    wording = Wording(words(language_of(request)))
    shared = {"w": wording, "t": wording.t, "lang": wording.lang, "settings": ctx.settings, "public": public}
    text = _templates().get_template(template).render(**shared, path=request.url.path, **values)
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Language", "X-Robots-Tag": "noindex, nofollow"}
    return HTMLResponse(text, status_code=status, headers=headers)


_FACTS = ("cpu", "cores", "memory_bytes", "firmware", "tpm", "windows11", "linux", "profiles", "grade", "lot")
_EVENT = ("operator", "number", "disks", "install", "trusted")


def _complete(device: dict[str, Any]) -> dict[str, Any]:
    """The machine with every fact and event field a template may ask for: None where nothing is told."""
    events = [dict.fromkeys(_EVENT) | event for event in device.get("events", ())]
    return device | {"facts": dict.fromkeys(_FACTS) | device["facts"], "events": events}


@router.get("/static/{name}")
def static(name: str) -> Response:
    if name not in STATIC:
        raise Problem("not-found")
    data = resources.files("agent.registry").joinpath("static", name).read_bytes()
    return Response(data, media_type=STATIC[name], headers={"Cache-Control": "no-cache"})


@router.get("/")
def machines(
    request: Request,
    ctx: Ctx,
    _who: Reader,
    q: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> HTMLResponse:
    found = views.search_devices(ctx.store, text=q, state=state, page=number)
    found["devices"] = [_complete(device) for device in found["devices"]]
    return page(request, "machines.html", found=found, q=q, state=state if state in STATES else "", states=STATES)


def _proofs(ctx: Context, device: dict[str, Any]) -> list[dict[str, Any]]:
    """Each report of a machine with its signature and its receipt, verified now."""
    ids = list(dict.fromkeys(e["report_id"] for e in device["events"] if e["report_id"]))
    own = dict(
        from_jwk({k: jwk[k] for k in ("kty", "crv", "x", "kid")})
        for jwk in views.jwk_set(ctx.store)
        if jwk["role"] == "registry"
    )
    return [_proof(row, own) for row in views.report_rows(ctx.store, ids)]


def _proof(row: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    told = {k: row[k] for k in ("seq", "report_id", "sha256", "received_at", "workshop", "stick_number", "revoked_at")}
    return told | {"kid": row["kid"], "kept": row["jws"] is not None} | _checks(row, own)


def _checks(row: dict[str, Any], own: dict[str, Any]) -> dict[str, str]:
    signature = receipt = "good"
    if row["jws"] is None:
        signature = "blanked"
    else:
        try:
            verify(row["jws"], keys={row["kid"]: public_key_of(row["kid"], row["x"])}, typ=TYP_REPORT)
        except Fault:
            signature = "bad"
    try:
        verify(row["receipt"], keys=own, typ=TYP_RECEIPT)
    except Fault:
        receipt = "bad"
    return {"signature": signature, "receipt": receipt}


@router.get("/machines/{device_id}")
def machine(request: Request, ctx: Ctx, _who: Reader, device_id: str) -> HTMLResponse:
    device = views.one_device(ctx.store, device_id)
    if device is None:
        return page(request, "missing.html", status=404, what="machine")
    return page(request, "machine.html", device=_complete(device), proofs=_proofs(ctx, device))


@router.get("/board")
def board(request: Request, ctx: Ctx, _who: Reader) -> HTMLResponse:
    _, benches = ctx.board.view()
    return page(request, "board.html", benches=benches, recent=views.recent(ctx.store))


@router.get("/reconciliations")
def reconciliations(request: Request, ctx: Ctx, _who: Reader) -> HTMLResponse:
    return page(request, "reconciliations.html", entries=views.reconciliations(ctx.store))


@router.post("/reconciliations")
async def decide(request: Request, ctx: Ctx, who: Annotated[Caller, Depends(decider)]) -> Response:
    """A decision from the form of the page above; only this site's own page may send it."""
    fields = parse_qs((await limited_body(request, FORM_LIMIT)).decode("utf-8", "replace"))
    report_id, action = (fields.get(name, [""])[0] for name in ("report_id", "action"))
    device_id = fields.get("device_id", [None])[0]
    if action not in ("same_as", "another") or not report_id:
        raise Problem("bad-decision")
    await run_in_threadpool(
        views.decide, ctx.store, ctx.settings, report_id=report_id, action=action, device_id=device_id, by=who.name
    )
    return RedirectResponse("/reconciliations", status_code=303)


@router.get("/v/{tag}")
@router.get("/V/{tag}")
def tag_page(request: Request, ctx: Ctx, tag: str) -> HTMLResponse:
    """Public and poor: tags can be counted through, so an unknown one looks like a known one without a workshop."""
    return page(request, "tag.html", public=True, workshop=views.workshop_of_tag(ctx.store, tag))


@router.get("/c/{number}/{digest}")
@router.get("/C/{number}/{digest}")
def certificate_page(request: Request, ctx: Ctx, number: str, digest: str) -> HTMLResponse:
    """Public: what the holder of the paper may compare with it."""
    paper = views.by_certificate(ctx.store, number, digest)
    if paper is None:
        return page(request, "missing.html", status=404, public=True, what="certificate")
    return page(request, "certificate.html", public=True, paper=paper)
