"""``regain cpu`` and ``regain check``: the JSON contract, batches with bad rows, exit codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
from typer.testing import CliRunner, Result

from agent.cli import verdicts
from agent.model.eligibility import ProfileNeeds
from agent.model.errors import Fault
from tests.conftest import MACHINES
from tests.unit.eligibility.eligible_pc import OLD, k, part, pc

I5 = ("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", "--vendor", "GenuineIntel", "--family", "6", "--stepping", "10")
CPU_KEYS = {
    "type": "object",
    "required": ["brand_raw", "verdict", "name", "rule", "contradiction"],
    "properties": {
        "brand_raw": {"type": "string"},
        "verdict": {"enum": ["supported", "unsupported", "unlisted", "needs_platform_id", "unknown"]},
        "name": {"type": ["string", "null"]},
        "rule": {"enum": ["fms", "list", "both"]},
        "contradiction": {"type": "boolean"},
    },
}
CHECK = {
    "type": "object",
    "required": ["id", "verdict", "found", "required", "source", "remedy"],
    "properties": {
        "verdict": {"enum": ["pass", "fail", "fixable", "undetermined"]},
        "found": {"type": "string", "minLength": 1},
        "required": {"type": "string", "minLength": 1},
        "source": {"type": "string", "minLength": 1},
        "remedy": {"type": ["string", "null"]},
    },
}
CHECK_DOCUMENT = {
    "type": "object",
    "required": ["windows11", "linux"],
    "properties": {
        "windows11": {
            "type": "object",
            "required": ["verdict", "checks", "data"],
            "properties": {
                "verdict": {
                    "enum": [
                        "eligible",
                        "eligible_after_firmware_change",
                        "eligible_after_upgrade",
                        "not_eligible",
                        "undetermined",
                    ]
                },
                "checks": {"type": "array", "items": CHECK, "minItems": 11},
                "data": {
                    "type": "object",
                    "required": ["cpu_list"],
                    "properties": {"cpu_list": {"type": "object", "required": ["name", "date"]}},
                },
            },
        },
        "linux": {
            "type": "object",
            "required": ["verdict", "checks", "profiles"],
            "properties": {
                "verdict": {"enum": ["fits", "fits_with_limits", "does_not_fit", "undetermined"]},
                "checks": {"type": "array", "items": CHECK, "minItems": 9},
                "profiles": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
}
PROFILES = (ProfileNeeds(id="xfce-fr", ram_mib=1900, disk_gib=16, support_until="2030-06", label={"fr": "Bureau"}),)


def run(*args: str, **kwargs: Any) -> Result:
    app = typer.Typer()
    verdicts.register(app)
    return CliRunner().invoke(app, list(args), **kwargs)


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_processor_as_json() -> None:
    (answer,) = lines(run("cpu", *I5, "--model", "142", "--json"))
    jsonschema.validate(answer, CPU_KEYS)
    assert (answer["verdict"], answer["name"], answer["rule"]) == ("supported", "Core i5-8250U", "both")


def test_nulls_are_written() -> None:
    (answer,) = lines(
        run("cpu", "<BAD INDEX>", "--vendor", "AuthenticAMD", "--family", "25", "--model", "68", "--json")
    )
    assert answer["name"] is None
    assert answer["verdict"] == "unlisted"


@pytest.mark.parametrize("mask", ["0x10", "10", "0X10"])
def test_platform_id_is_hexadecimal(mask: str) -> None:
    amber = ("Intel(R) Core(TM) i5-8200Y CPU @ 1.30GHz", "--vendor", "GenuineIntel", "--family", "6", "--model", "142")
    (answer,) = lines(run("cpu", *amber, "--stepping", "9", "--platform-id", mask, "--json"))
    assert (answer["verdict"], answer["rule"]) == ("supported", "both")


def test_text_says_what_decided() -> None:
    result = run("cpu", *I5, "--model", "78")
    text = result.stdout.replace("\u00a0", " ")
    assert result.exit_code == 0
    assert "refusé par Windows 11" in text
    assert "Contradiction" in text
    assert max(map(len, text.splitlines())) <= 78


@pytest.mark.parametrize(
    "args",
    [("cpu",), ("cpu", "x", "--platform-id", "zz"), ("cpu", "x", "--family", "-1"), ("check", "--require", "mac")],
)
def test_wrong_usage(args: tuple[str, ...]) -> None:
    assert run(*args).exit_code == 2


def test_batch_follows_the_labels_in_order(shared: Path) -> None:
    path = shared / "fixtures" / "cpus" / "dev_cpus.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    answers = lines(run("cpu", "--batch", str(path)))
    assert [a["brand_raw"] for a in answers] == [r["brand_raw"] for r in rows]
    for answer, row in zip(answers, rows, strict=True):
        jsonschema.validate(answer, CPU_KEYS)
        if row["fms_check"] != "needs_platform_id" or row["expected"] != "unlisted":
            assert answer["verdict"] == row["expected"], row


BATCH = """brand_raw,vendor,family,model,stepping,platform_id,system_model
"AMD Ryzen 5 2600 Six-Core Processor",AuthenticAMD,23,8,2,,
x,GenuineIntel,six,142,9,,
x,GenuineIntel,6,142,9,0xZZ,
,,,,,,
x,GenuineIntel,-6,142,9,,
short row
"Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz",GenuineIntel,6,142,10,,,too,many
"Intel(R) Core(TM) i7-7820HQ CPU @ 2.90GHz",GenuineIntel,6,158,9,,Latitude 5480
"""


def test_bad_rows_answer_unknown_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "cpus.csv"
    path.write_text(BATCH, encoding="utf-8-sig")
    answers = lines(run("cpu", "--batch", str(path)))
    assert [(a["verdict"], a["reason"]) for a in answers] == [
        ("supported", "check-cpu-pass-named"),
        ("unknown", "cpu-row-bad-number"),
        ("unknown", "cpu-row-bad-number"),
        ("unknown", "cpu-row-no-brand"),
        ("unknown", "cpu-row-bad-number"),
        ("unknown", "check-cpu-unreadable"),
        ("supported", "check-cpu-pass-named"),
        ("unsupported", "check-cpu-fail-other-model"),
    ]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_batch_is_a_fault(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cpus.csv"
    path.write_bytes(content)
    result = run("cpu", "--batch", str(path))
    assert isinstance(result.exception, Fault)
    assert result.exception.error_id == "file-unreadable"
    missing = run("cpu", "--batch", str(tmp_path / "nothing.csv"))
    assert isinstance(missing.exception, Fault)


def test_noise_inside_a_batch_is_survived(tmp_path: Path) -> None:
    path = tmp_path / "cpus.csv"
    path.write_bytes(
        b"brand_raw,vendor,family,model,stepping\n\xff\xfe,GenuineIntel,6,142,10\n" + b"x" * 200_000 + b"\n"
    )
    answers = lines(run("cpu", "--batch", str(path)))
    assert [a["verdict"] for a in answers] == ["unlisted", "unknown"]


@pytest.fixture
def this_pc(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(inventory: Any) -> None:
        monkeypatch.setattr(verdicts, "_inventory", lambda machine: inventory)
        monkeypatch.setattr(verdicts, "_profiles", lambda: PROFILES)

    return use


def test_check_as_json(this_pc: Any) -> None:
    this_pc(pc())
    (document,) = lines(run("check", "--json"))
    jsonschema.validate(document, CHECK_DOCUMENT)
    assert (document["windows11"]["verdict"], document["linux"]["verdict"]) == ("eligible", "fits")
    assert document["linux"]["profiles"] == ["xfce-fr"]
    assert all("remedy" in c for c in document["windows11"]["checks"])


def test_exit_code_only_when_asked(this_pc: Any) -> None:
    this_pc(pc(cpu=OLD))
    assert run("check").exit_code == 0
    assert run("check", "--json", "--require", "windows11").exit_code == 7
    this_pc(pc())
    assert run("check", "--require", "windows11").exit_code == 0


def test_text_in_both_languages(this_pc: Any) -> None:
    this_pc(part(pc(), "firmware", secure_boot=k("setup")))
    french = run("check").stdout.replace("\u00a0", " ")
    assert "Windows 11 : ÉLIGIBLE APRÈS RÉGLAGE" in french
    assert "Bureau" in french
    english = run("check", env={"REGAIN_LANG": "en"}).stdout
    assert "Windows 11: ELIGIBLE AFTER A SETTING" in english


RECORDED = sorted(p.parent.name for p in MACHINES.glob("*/machine.json"))


@pytest.mark.skipif(not RECORDED, reason="no recorded PC in the repository")
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_pcs(name: str) -> None:
    (document,) = lines(run("check", "--machine", name, "--json"))
    jsonschema.validate(document, CHECK_DOCUMENT)
    text = run("check", "--machine", str(MACHINES / name)).stdout
    assert max(map(len, text.splitlines())) <= 78


def test_an_unknown_pc_is_a_fault() -> None:
    result = run("check", "--machine", "no-such-pc")
    assert isinstance(result.exception, Fault)
    assert result.exception.error_id == "machine-unknown"
