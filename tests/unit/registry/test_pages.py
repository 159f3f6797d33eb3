"""Pages: two languages, nothing executable from a report, little on the public ones."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from agent.registry.language import preferred
from agent.report.sign import sha256_of
from tests.unit.registry.house import House, inventory
from tests.unit.report import samples

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}${7*7}"


class Tags(HTMLParser):
    """What a browser would see: element names, attributes, addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def paths_of(house: House, token: str) -> list[str]:
    told = house.client.get("/v1/devices/RC02041U").json()
    name = told["device_id"]
    return ["/", "/?q=x", "/board", "/reconciliations", f"/machines/{name}", f"/c/{told['number']}/{sha256_of(token)}"]


def sent(house: House, *erased: Any, **changes: Any) -> str:
    report_id, token = house.stick().token(*erased, **changes)
    assert house.put(report_id, token).status_code == 201
    return token


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_page_is_written_in_both_languages(house: House, lang: str) -> None:
    token = sent(house, samples.evidence(), samples.with_exceptions(samples.SSD))
    for path in [*paths_of(house, token), "/machines/none", "/c/2026-RC-1/0", "/v/RC02041U"]:
        answer = house.client.get(path, headers={"Accept-Language": lang})
        assert f'<html lang="{lang}">' in answer.text, path
        assert "registry-" not in answer.text and "paper-title" not in answer.text, path
        assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "fr"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9", "en"),
        ("de,en;q=0.5", "en"),
        ("de", "fr"),
        ("en;q=0.1,fr;q=0.9", "fr"),
        ("en;q=x", "fr"),
        ("*", "fr"),
        ("en;q=0", "fr"),
    ],
)
def test_the_language_is_french_unless_english_is_asked_for(header: str, lang: str) -> None:
    assert preferred(header) == lang


def test_nothing_in_a_report_becomes_markup(house: House) -> None:
    disk = samples.HDD | {"model": ATTACK, "serial": "x" + ATTACK}
    facts = inventory(maker=ATTACK, product=ATTACK) | {"cpu": {"brand_raw": ATTACK}}
    token = sent(house, samples.evidence(disk), inventory=facts, operator=ATTACK, kind="final")
    for path in paths_of(house, token):
        page = house.client.get(path)
        seen = Tags(page.text)
        assert not [e for e, _ in seen.elements if e == "img"], path
        assert [a for e, a in seen.elements if e == "script"] in ([], [{"src": "/static/board.js", "defer": None}]), (
            path
        )
        assert not [a for _, a in seen.elements for name in a if name.startswith("on") or name == "style"], path
        assert "49" not in re.sub(r"[0-9a-f-]{12,}", "", page.text) or "{{7*7}}" in page.text, path
    assert "&lt;script&gt;alert(1)" in house.client.get("/").text


def test_nothing_comes_from_elsewhere_and_nothing_inline_runs(house: House) -> None:
    token = sent(house)
    for path in paths_of(house, token):
        page = house.client.get(path)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src 'self'" in policy
        assert page.headers["x-content-type-options"] == "nosniff" and page.headers["referrer-policy"] == "no-referrer"
        for _, attributes in Tags(page.text).elements:
            for name in ("src", "href", "action"):
                value = attributes.get(name)
                assert value is None or value.startswith(("/", "#", "data:image/svg+xml")), (path, value)
                assert not (value or "").startswith("//"), (path, value)


def test_an_error_page_is_protected_too(house: House) -> None:
    assert "default-src 'none'" in house.client.get("/nowhere").headers["content-security-policy"]


def test_public_pages_tell_the_last_four_and_no_more(house: House) -> None:
    token = sent(house, samples.evidence(), inventory=inventory(macs=("54:bf:64:01:02:03",)))
    told = house.client.get("/v1/devices/RC02041U").json()
    paper = house.client.get(f"/C/{told['number']}/{sha256_of(token)[:16].upper()}").text
    assert (
        "…5309" in paper
        and sha256_of(token) in paper
        and "Latitude 5490" in paper
        and "Certificat d’effacement" in paper
    )
    tag = house.client.get("/V/rc02041u").text
    for page in (paper, tag):
        for secret in ("WX61A8675309", "7HQ2ZM2", "54:bf:64", "0042", told["device_id"]):
            assert secret not in page, secret
    assert "Latitude" not in tag and "2026-RC" not in tag


def test_the_fingerprint_is_needed_and_case_is_not(house: House) -> None:
    token = sent(house)
    number = house.client.get("/v1/devices/RC02041U").json()["number"]
    digest = sha256_of(token)
    for path in (f"/c/{number}/{digest[:16]}", f"/C/{number}/{digest[:16].upper()}", f"/c/{number.lower()}/{digest}"):
        assert house.client.get(path).status_code == 200, path
    for wrong in (digest[:15], "0" * 16, digest[:15] + "_", digest[:15] + "%", ""):
        assert house.client.get(f"/c/{number}/{wrong}").status_code == 404, wrong


def test_a_failure_is_never_called_a_certificate(house: House) -> None:
    token = sent(house, samples.evidence(), samples.failed(samples.SSD))
    number = house.client.get("/v1/devices/RC02041U").json()["number"]
    page = house.client.get(f"/c/{number}/{sha256_of(token)[:16]}").text
    assert "<h1>Constat d’effacement non abouti</h1>" in page


def test_a_state_is_a_word_a_colour_and_a_shape(house: House) -> None:
    sent(house, samples.failed())
    page = house.client.get("/").text
    badge = re.search(r'<span class="badge s-failed">(.*?)</span></span>', page, re.S)
    assert badge and "<svg" in badge.group(1) and "ÉCHEC" in badge.group(1)


def test_a_spoiled_report_is_shown_as_such(house: House) -> None:
    from sqlalchemy import update

    from agent.registry import schema

    token = sent(house)
    name = house.client.get("/v1/devices/RC02041U").json()["device_id"]
    assert "signature vérifiée" in house.client.get(f"/machines/{name}").text
    with house.store.write() as connection:
        connection.execute(update(schema.report).values(jws=token[:-8] + "AAAAAAAA"))
    assert "SIGNATURE FAUSSE" in house.client.get(f"/machines/{name}").text


def test_an_exercise_says_so_on_every_page(rehearsal: House) -> None:
    stick = rehearsal.stick()
    report_id, token = stick.token()
    assert rehearsal.put(report_id, token).status_code == 201
    for path in [*paths_of(rehearsal, token), "/v/RC02041U", "/machines/none"]:
        page = rehearsal.client.get(path).text
        assert page.count("EXERCICE") >= 3 and "SPÉCIMEN" in page, path


def test_the_list_filters_and_pages(house: House) -> None:
    stick = house.stick()
    for number in range(103):
        house.send(stick, tag=None, inventory=inventory(serial=f"SER{number:05d}X", product=f"Modèle {number:03d}"))
    first = house.client.get("/").text
    assert "Page 1 sur 2" in first and "Modèle 102" in first and "Modèle 002" not in first
    assert "Modèle 002" in house.client.get("/?page=2").text
    assert house.client.get("/?page=99").status_code == 200
    assert "Aucun poste ne correspond" in house.client.get("/?state=failed").text
    assert house.client.get("/?state=<x>").status_code == 200
    assert "SER00007X" not in house.client.get("/?q=SER00008X").text


# --- board ------------------------------------------------------------------------------------------------------


def test_a_bench_speaks_for_itself_and_is_forgotten(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    house.app.state.registry.board.clock = lambda: now[0]
    stick, other = house.stick(), house.stick()
    path = f"/v1/benches/{stick.key.kid}"
    line = {"tag": "RC02041U", "stage": "erasure", "percent": 43.0, "state": "erasing"}
    assert house.client.put(path, json=line, headers=house.bearer(stick, "PUT", path)).status_code == 204
    assert house.client.put(path, json=line, headers=house.bearer(other, "PUT", path)).status_code == 403
    assert house.client.put(path, json=line).status_code == 401
    assert (
        house.client.put(path, json=line | {"percent": 101}, headers=house.bearer(stick, "PUT", path)).status_code
        == 422
    )
    told = house.client.get("/v1/board").json()["benches"]
    assert [(b["stick"], b["percent"], b["state"]) for b in told] == [("RC-01", 43.0, "erasing")]
    page = house.client.get("/board").text
    assert "EFFACEMENT" in page and "43" in page and 'class="bench b-erasing"' in page
    now[0] += 91
    assert house.client.get("/v1/board").json()["benches"] == []


def test_watchers_are_told_at_once_and_let_go_at_the_end(house: House) -> None:
    import asyncio

    from agent.registry.api import _watch

    class Here:
        async def is_disconnected(self) -> bool:
            return False

    async def watch() -> list[str]:
        stream = _watch(house.app.state.registry, Here())  # type: ignore[arg-type]
        seen = [await anext(stream)]
        await asyncio.to_thread(sent, house)
        seen.append(await anext(stream))
        house.app.state.registry.board.close()
        async for more in stream:
            seen.append(more)
        return seen

    first, second = asyncio.run(asyncio.wait_for(watch(), 5))
    assert json.loads(first.split("data: ")[1])["recent"] == []
    assert first.startswith("event: board\n") and second.endswith("\n\n")
    assert json.loads(second.split("data: ")[1])["recent"][0]["tag"] == "RC02041U"


def test_the_script_never_builds_markup_from_data() -> None:
    script = (Path(__file__).resolve().parents[3] / "agent/registry/static/board.js").read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("):
        assert word not in script
