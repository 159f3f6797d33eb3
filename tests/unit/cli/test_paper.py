"""``regain verify``, ``outbox`` and ``label`` as other programs see them: JSON, exit codes, words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from agent.cli import paper
from agent.model.errors import Exit, Fault
from agent.report import sign as s
from agent.report.certificate import write_certificate
from agent.report.keys import jwk_set
from agent.report.station import PUBLIC_KEYS, Station
from tests.unit.report.samples import evidence, failed, report, signed

pytestmark = pytest.mark.usefixtures("printer")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REGAIN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("REGAIN_LANG", raising=False)
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Run:
    app = typer.Typer()
    paper.register(app)

    def call(*argv: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, [str(a) for a in argv])
        if isinstance(result.exception, Fault):  # ``guarded`` words it, one floor up
            return int(result.exception.exit_code), result.stdout, result.exception.error_id
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Two records of one key in a row, the first with its certificate, and the public keys beside them."""
    key = s.SigningKey.generate(exercise=False)
    folder = tmp_path / "papiers"
    folder.mkdir()
    first, token = signed(key, evidence())
    (folder / "un.jws").write_text(token)
    write_certificate(first, token, folder / "un", key=key)
    second = signed(key, failed(), seq=2, prev=s.sha256_of(token))[1]
    (folder / "deux.jws").write_text(second)
    third = signed(key, evidence(), seq=3, prev=s.sha256_of(second))[1]
    (folder / "trois.jws").write_text(third)
    (folder / PUBLIC_KEYS).write_bytes(jwk_set([(key.kid, key.public)]))
    return folder


# --- verify -----------------------------------------------------------------------------------------------------


def test_verify_says_what_the_papers_claim(run: Run, papers: Path) -> None:
    code, out, _ = run("verify", papers / "un.pdf", papers / "deux.jws")
    text = plain(out)
    assert code == 0
    assert "un.pdf : INTACT" in text
    assert "Certificat d’effacement, n° 2026-RC-000001, poste RC02041U" in text
    assert "Effacement simple (Clear, IEEE 2883-2022 / NIST SP 800-88r2)" in text
    assert "Constat d’effacement non abouti" in text
    assert "Elle ne prouve pas d’où vient le document." in text
    assert "n° 1 à 2, sans trou" in text
    assert "openssl pkeyutl -verify" in text


def test_verify_json_is_one_document(run: Run, papers: Path) -> None:
    code, out, _ = run("verify", papers / "un.pdf", papers / "un.jws", "--json")
    told = json.loads(out)
    assert (code, told["ok"], [f["kind"] for f in told["files"]]) == (0, True, ["pdf", "jws"])
    first = told["files"][0]
    assert (first["number"], first["certificate"], first["exercise"]) == ("2026-RC-000001", True, False)
    assert (first["key_source"], first["sha256"]) == ("beside", told["files"][1]["sha256"])
    assert first["disks"][0]["proven"] is True
    assert first["disks"][0]["outcome"] == "cleared"


@pytest.mark.parametrize("name", ["un.pdf", "un.jws"])
def test_one_flipped_byte_is_exit_5(name: str, run: Run, papers: Path) -> None:
    data = bytearray((papers / name).read_bytes())
    data[len(data) // 3] ^= 1
    (papers / name).write_bytes(data)
    code, out, err = run("verify", papers / name, papers / "deux.jws", "--json")
    told = json.loads(out)
    assert (code, told["ok"], [f["ok"] for f in told["files"]]) == (5, False, [False, True])
    assert told["files"][0]["error"]["code"] in ("C02", "C03", "C05")
    assert re.match(r"C0[235]  ", err)
    assert run("verify", papers / name)[0] == 5


def test_keys_that_were_given_are_the_only_ones(run: Run, papers: Path, tmp_path: Path) -> None:
    other = s.SigningKey.generate(exercise=False)
    (tmp_path / "autres.json").write_bytes(jwk_set([(other.kid, other.public)]))
    code, out, _ = run("verify", papers / "un.jws", "--keys", tmp_path / "autres.json", "--json")
    assert (code, json.loads(out)["files"][0]["error"]["id"]) == (5, "record-unknown-key")
    code, out, _ = run("verify", papers / "un.jws", "--keys", papers / PUBLIC_KEYS, "--json")
    assert (code, json.loads(out)["files"][0]["key_source"]) == (0, "given")


def test_a_hole_in_the_chain_is_told_and_refused_on_demand(run: Run, papers: Path) -> None:
    code, out, _ = run("verify", papers / "un.jws", papers / "trois.jws")
    assert code == 0
    assert "Numéros non donnés : 2." in plain(out)
    code, out, err = run("verify", papers / "un.jws", papers / "trois.jws", "--complete", "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["chains"][0]["missing"]) == (5, False, [2])
    assert "C11" in err


def test_two_records_with_one_number_are_exit_5(run: Run, papers: Path, tmp_path: Path) -> None:
    key = s.SigningKey.generate(exercise=False)
    for name, operator in (("a", "1"), ("b", "2")):
        (tmp_path / f"{name}.jws").write_text(signed(key, evidence(), operator=operator)[1])
    (tmp_path / PUBLIC_KEYS).write_bytes(jwk_set([(key.kid, key.public)]))
    code, out, _ = run("verify", tmp_path / "a.jws", tmp_path / "b.jws", "--json")
    told = json.loads(out)
    assert (code, told["chains"][0]["ok"], told["chains"][0]["error"]["part"]) == (5, False, "twin")


def test_a_missing_file_is_wrong_usage_and_the_others_are_checked(run: Run, papers: Path) -> None:
    code, out, _ = run("verify", papers / "absent.pdf", papers / "un.pdf", "--json")
    assert (code, [f["ok"] for f in json.loads(out)["files"]]) == (int(Exit.USAGE), [False, True])


def test_a_rehearsal_is_called_one(run: Run, tmp_path: Path) -> None:
    key = s.SigningKey.generate(exercise=True)
    (tmp_path / "x.jws").write_text(signed(key, evidence(rehearsal=True))[1])
    (tmp_path / PUBLIC_KEYS).write_bytes(jwk_set([(key.kid, key.public)]))
    code, out, _ = run("verify", tmp_path / "x.jws")
    assert (code, "EXERCICE, SPÉCIMEN" in out) == (0, True)


def test_verify_says_how_far_the_install_went(run: Run, tmp_path: Path) -> None:
    """A staged Setup is no Windows, for whoever checks the paper too."""
    key = s.SigningKey.generate(exercise=False)
    staged = {"ok": True, "os_family": "windows", "verified": "checked", "status": "staged", "path": "setup"}
    (tmp_path / "x.jws").write_text(signed(key, evidence(), install=staged | {"image_status": "unproven"})[1])
    (tmp_path / PUBLIC_KEYS).write_bytes(jwk_set([(key.kid, key.public)]))
    code, out, _ = run("verify", tmp_path / "x.jws")
    assert code == 0 and "Windows n’est pas encore installé" in out and "Système installé" not in out
    _, out, _ = run("verify", tmp_path / "x.jws", "--json")
    assert "Windows n’est pas encore installé" in json.loads(out)["files"][0]["install"][0]


# --- outbox -----------------------------------------------------------------------------------------------------


def station_with(home: Path, records: int) -> Station:
    station = Station.create(home / "station", pin=None, policy="essai")
    for n in range(1, records + 1):
        station.publish(
            lambda link, n=n: report(
                evidence(),
                chain=link,
                report_id=f"00000000-0000-4000-8000-{n:012d}",
                certificate_number=station.take_number(year=2026),
            )
        )
    return station


def test_outbox_list_push_export_import(run: Run, home: Path, tmp_path: Path) -> None:
    station = station_with(home, 2)
    code, out, _ = run("outbox", "list", "--json")
    rows = json.loads(out)
    assert (code, [r["state"] for r in rows], [r["number"] for r in rows]) == (
        0,
        ["pending", "pending"],
        ["2026-XX-000001", "2026-XX-000002"],
    )
    assert "EN ATTENTE D’ENVOI : 2" in plain(run("outbox", "list")[1])
    assert run("outbox", "push")[::2] == (int(Exit.NETWORK), "not-enrolled")
    code, out, _ = run("outbox", "export", tmp_path / "copie", "--json")
    assert (code, len(json.loads(out)["added"])) == (0, 2)
    code, out, _ = run("outbox", "import", tmp_path / "copie", "--json")
    assert (code, len(json.loads(out)["known"])) == (0, 2)
    exported = sorted((tmp_path / "copie" / "pending").glob("*.jws"))
    (tmp_path / "copie" / PUBLIC_KEYS).rename(tmp_path / "copie" / "pending" / PUBLIC_KEYS)
    assert run("verify", *exported)[0] == 0
    victim = station.outbox.pending()[0]
    for entry in (victim,):
        entry.path.unlink()
    torn = bytearray(exported[0].read_bytes())
    torn[-5] ^= 1
    exported[0].write_bytes(torn)
    code, out, _ = run("outbox", "import", tmp_path / "copie", "--json")
    assert (code, list(json.loads(out)["refused"])) == (5, [exported[0].name])


def test_outbox_push_without_a_network_keeps_everything(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.report import transport

    station = station_with(home, 1)
    registry = s.SigningKey.generate(exercise=False)
    told: dict[str, Any] = {"kid": station.key.kid, "workshop": "RC", "stick_number": 1}
    station.enrolled(told | {"registry_jwk": s.public_jwk(registry)}, url="https://registre.invalid")

    def away(*args: Any, **kwargs: Any) -> None:
        raise Fault("registry-unreachable", url="https://registre.invalid", detail="DNS")

    monkeypatch.setattr(transport.RegistryClient, "_call", away)
    code, out, err = run("outbox", "push", "--json")
    result = json.loads(out)
    assert (code, result["waiting"], result["error"]["code"]) == (int(Exit.NETWORK), 1, "R01")
    assert "Rien n’est perdu" in err


def test_outbox_without_a_station_says_where_it_looked(run: Run) -> None:
    assert run("outbox", "list")[0] == int(Exit.USAGE)


# --- label ------------------------------------------------------------------------------------------------------


def test_labels(run: Run, tmp_path: Path) -> None:
    from pypdf import PdfReader

    for form, magic in (("zpl", b"^XA"), ("pdf", b"%PDF-"), ("png", b"\x89PNG")):
        path = tmp_path / f"e.{form}"
        code, _, _ = run(
            "label", "rc 02041 u", "--format", form, "--out", path, "--registry", "https://registre.exemple.fr"
        )
        assert code == 0
        assert path.read_bytes().startswith(magic)
    text = (tmp_path / "e.zpl").read_text()
    assert "^FDMA,HTTPS://REGISTRE.EXEMPLE.FR/V/RC02041U^FS" in text
    assert text.rstrip().endswith("^XZ")
    page = PdfReader(tmp_path / "e.pdf").pages[0]
    assert [round(float(v) / 72 * 25.4) for v in page.mediabox[2:]] == [62, 29]
    assert "RC 02041 U" in page.extract_text()


def test_a_wrong_label_and_an_unsupported_printer_are_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("label", "RC02041V")[::2] == (int(Exit.USAGE), "tag-bad")
    assert run("label", "RC02041U", "--format", "brother")[::2] == (int(Exit.USAGE), "usage")
    assert run("label", "RC02041U", "--format", "svg")[::2] == (int(Exit.USAGE), "usage")
    assert run("label", "RC02041U", "--format", "zpl", "--registry", "HTTPS://A^XZ")[0] == int(Exit.USAGE)
