"""``regain verify --disk`` on image files: what is compared, what is refused, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.stream import AES, Keystream
from agent.machine.live import LiveMachine
from agent.model.erasure import PassRecord
from agent.model.identity import DiskIdentity
from agent.report import sign as s
from agent.report.keys import jwk_set
from agent.report.station import PUBLIC_KEYS
from tests.unit.cli.test_paper import Run, home, run  # noqa: F401 fixtures
from tests.unit.report.samples import HDD, evidence, purged, signed

SIZE = 4 << 20
KEY = bytes(range(32))
Make = Callable[..., tuple[Path, Path]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """An image that holds the stream, and its signed record in a folder of its own."""

    def made(*, published: bool = False, **changes: Any) -> tuple[Path, Path]:
        image, record = tmp_path / "disque.img", tmp_path / "papiers" / "rapport.jws"
        content = bytearray(SIZE)
        Keystream(AES, KEY).fill(memoryview(content), 0)
        image.write_bytes(content)
        name = LiveMachine().file_identity(str(image))
        identity = DiskIdentity(text=name, kind="file", model="disque.img", size_bytes=SIZE)
        one = PassRecord(number=1, cipher=AES, key=KEY.hex(), bytes_written=SIZE, seconds=1.0, started="t")
        key = s.SigningKey.generate(exercise=False)
        facts = {"identity": identity, "bytes_total": SIZE, "bytes_covered": SIZE, "passes": (one,)}
        token = signed(key, evidence(HDD | {"bus": "loop"}, **(facts | changes)), certificate_number=None)[1]
        record.parent.mkdir()
        record.write_text(token)
        if published:
            (record.parent / PUBLIC_KEYS).write_bytes(jwk_set([(key.kid, key.public)]))
        return image, record

    return made


def document(out: str) -> Any:
    lines = out.splitlines()
    assert len(lines) == 1, "one document"
    return json.loads(lines[0])


def test_the_record_alone_is_enough(make: Make, run: Run) -> None:  # noqa: F811
    image, record = make()
    code, out, err = run("verify", "--disk", image, record, "--json")
    said = document(out)
    assert code == 0 and said["ok"] and said["verdict"] == "same"
    assert said["record"]["signature"] == "unknown_key", "nobody here knows the key, and it is said"
    assert said["verification"]["bytes"] == SIZE and said["verification"]["mismatches"] == 0
    assert "non contrôlée" in err and "CONFORME" in err


def test_the_signature_is_checked_where_the_key_is_known(make: Make, run: Run) -> None:  # noqa: F811
    image, record = make(published=True)
    assert document(run("verify", "--disk", image, record, "--json")[1])["record"]["signature"] == "valid"
    head, body, signature = record.read_text().split(".")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    record.write_text(f"{head}.{body}.{flipped}")
    code, out, fault = run("verify", "--disk", image, record, "--json")
    assert (code, fault, document(out)["error"]["code"]) == (5, "record-bad-signature", "C02")


def test_keys_that_were_given_are_the_only_ones(make: Make, run: Run, tmp_path: Path) -> None:  # noqa: F811
    image, record = make(published=True)
    others = tmp_path / "autres.json"
    other = s.SigningKey.generate(exercise=False)
    others.write_bytes(jwk_set([(other.kid, other.public)]))
    assert run("verify", "--disk", image, record, "--keys", others)[2] == "record-unknown-key"


def test_plain_json_is_read_and_called_unsigned(make: Make, run: Run) -> None:  # noqa: F811
    image, record = make()
    plain = record.with_suffix(".json")
    plain.write_bytes(s.b64url_decode(record.read_text().split(".")[1], part="content"))
    assert document(run("verify", "--disk", image, plain, "--json")[1])["record"]["signature"] == "none"


def test_one_sector_is_named(make: Make, run: Run) -> None:  # noqa: F811
    image, record = make()
    with image.open("r+b") as file:
        file.seek(512 * 1234)
        file.write(bytes(512))
    code, out, _ = run("verify", "--disk", image, record, "--json")
    said = document(out)
    assert code == 5 and said["verdict"] == "different" and said["verification"]["mismatches"] == 1
    named = {"first_lba": 1234, "last_lba": 1234, "start": 512 * 1234, "end": 512 * 1235}
    assert said["verification"]["mismatch_ranges"] == [named]
    code, out, _ = run("verify", "--disk", image, record)
    text = out.replace("\u00a0", " ").replace("\u202f", " ")
    assert code == 5 and "Secteur 1 234 (octet 631 808)" in text and "DIFFÉRENT : 1 secteur" in text


def test_another_disk_is_refused_and_a_copy_must_be_named(make: Make, run: Run, tmp_path: Path) -> None:  # noqa: F811
    image, record = make()
    copy = tmp_path / "copie.img"
    copy.write_bytes(image.read_bytes())
    assert run("verify", "--disk", copy, record)[::2] == (3, "reverify-other-disk")
    erased = LiveMachine().file_identity(str(image))
    assert run("verify", "--disk", copy, record, "--as", erased)[0] == 0
    assert run("verify", "--disk", copy, record, "--as", erased[-4:].lower(), "--sample")[0] == 0
    assert run("verify", "--disk", copy, record, "--as", "WX61")[::2] == (3, "reverify-not-in-record")
    with copy.open("ab") as file:
        file.write(bytes(4096))
    assert run("verify", "--disk", copy, record, "--as", erased)[0] == 0, "a larger carrier holds the copy"
    copy.write_bytes(image.read_bytes()[:-512])
    assert run("verify", "--disk", copy, record, "--as", erased)[::2] == (3, "reverify-size")


def test_a_firmware_erase_offers_the_canaries(make: Make, run: Run) -> None:  # noqa: F811
    gone = purged(HDD)
    image, record = make(
        passes=(), method=gone.method, outcome=gone.outcome, level=gone.level, status_timeline=gone.status_timeline
    )
    assert run("verify", "--disk", image, record)[::2] == (3, "reverify-no-stream")
    code, out, _ = run("verify", "--disk", image, record, "--canaries", "--json")
    said = document(out)
    assert code == 0 and said["canaries"]["alive"] == 0 and set(said["canaries"]["classes"]) == {"random"}
    with image.open("r+b") as file:
        file.write(b"EFI PART donateur" * 40_000)
    assert run("verify", "--disk", image, record, "--canaries")[0] == 5


def test_wrong_usage(make: Make, run: Run) -> None:  # noqa: F811
    image, record = make()
    assert run("verify", "--disk", image, record, record)[::2] == (2, "usage")
    assert run("verify", record, "--sample")[::2] == (2, "usage")
    assert run("verify", "--disk", image.parent / "absent", record)[::2] == (3, "disk-not-found")
    assert run("verify", "--disk", "/dev/null", record)[::2] == (3, "disk-not-found")


def test_nothing_is_written_to_the_disk(make: Make, run: Run) -> None:  # noqa: F811
    image, record = make()
    image.chmod(0o400)
    before = image.stat().st_mtime_ns, image.read_bytes()
    assert run("verify", "--disk", image, record)[0] == 0
    assert (image.stat().st_mtime_ns, image.read_bytes()) == before
