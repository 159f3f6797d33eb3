"""The certificate: readable by other people's libraries, looked at as text, and worthless after one changed byte."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.locale import words
from agent.model.errors import Exit, Fault
from agent.report import certificate as cert
from agent.report import seal
from agent.report import sign as s
from agent.report.keys import jwk_set
from agent.report.page import Page, qr_svg, qr_text
from agent.report.station import PUBLIC_KEYS
from agent.report.verify import BESIDE, GIVEN, STATION, KeySource, by_hand, check_chains, verify_file
from agent.report.wording import REQUIRED_TESTS
from tests.unit.report.samples import (
    DOUBTFUL,
    INVENTORY,
    SSD,
    chain,
    evidence,
    failed,
    purged,
    report,
    signed,
    with_exceptions,
)

KEY = s.SigningKey.generate(exercise=False)
KEYS = {KEY.kid: KEY.public}
REGISTRY = s.SigningKey.generate(exercise=False)

pikepdf = pytest.importorskip("pikepdf")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One certificate of three disks, with its record and keys beside it."""
    folder = tmp_path_factory.mktemp("papers")
    record, token = signed(KEY, evidence(), with_exceptions(SSD), purged(), created=DOUBTFUL)
    (folder / "certificat.jws").write_text(token)
    (folder / PUBLIC_KEYS).write_bytes(jwk_set(KEYS.items()))
    return cert.write_certificate(record, token, folder / "papier", key=KEY)


def refused(path: Path, **kwargs: Any) -> Fault:
    with pytest.raises(Fault) as caught:
        verify_file(path, **kwargs)
    assert caught.value.exit_code is Exit.VERIFICATION_FAILED
    return caught.value


# --- the file as others read it -------------------------------------------------------------------------------


def test_it_is_a_tagged_french_pdf_a_3a_with_the_record_as_its_source(made: Path) -> None:
    assert made.suffix == ".pdf"
    with pikepdf.open(made) as pdf:
        assert str(pdf.Root.Lang) == "fr"
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert (
            pdf.attachments["certificat.jws"].get_file().read_bytes() == (made.parent / "certificat.jws").read_bytes()
        )
        assert {str(f.AFRelationship) for f in pdf.Root.AF} == {"/Source"}
        assert pdf.check_pdf_syntax() == []


def test_every_font_is_embedded_and_every_picture_has_words(made: Path) -> None:
    with pikepdf.open(made) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
        assert fonts
        assert all(any(k in f for k in ("/FontFile", "/FontFile2", "/FontFile3")) for f in fonts)
        elements = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"]
        assert elements
        assert all(str(e.get("/Alt", "")) for e in elements)


def test_nothing_follows_the_end_of_file_mark_and_no_seal_line_is_too_long(made: Path) -> None:
    data = made.read_bytes()
    assert data.rstrip(b"\r\n").endswith(b"%%EOF")
    inner = data[data.index(seal.BEGIN) : data.index(seal.END)]
    assert max(map(len, inner.split(b"\n"))) <= 255


@pytest.mark.process
def test_poppler_reads_it_without_a_word(made: Path) -> None:
    for argv in (["pdfinfo", str(made)], ["pdffonts", str(made)], ["pdftotext", str(made), "-"]):
        result = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True)
        assert result.stderr == ""
    text = " ".join(result.stdout.replace("\u00a0", " ").replace("\u202f", " ").split())
    assert "Certificat d’effacement" in text
    assert "avec exceptions : 12 secteurs illisibles, 6 144 octets non couverts" in text
    assert "date non garantie (pile de l’horloge)" in text
    assert "Il ne prouve pas que le disque a dit la vérité" in text
    assert "page 1 sur" in text
    assert s.sha256_of((made.parent / "certificat.jws").read_text()) in text.replace(" ", "")


def test_a_rehearsal_says_so_on_every_page(tmp_path: Path) -> None:
    from pypdf import PdfReader

    key = s.SigningKey.generate(exercise=True)
    record, token = signed(key, *(evidence(rehearsal=True, rehearsal_scale=512) for _ in range(3)))
    path = cert.write_certificate(record, token, tmp_path / "x", key=key)
    pages = [page.extract_text() for page in PdfReader(path).pages]
    assert len(pages) >= 2
    for text in pages:
        assert "EXERCICE" in text
        assert "SPÉCIMEN" in text
        assert "EX-2026-RC-000001" in text


# --- what the page says ---------------------------------------------------------------------------------------


def page(*erased: Any, lang: str = "fr", **changes: Any) -> str:
    return Page(report(*erased, **changes), "a" * 64, words(lang)).html()


def test_one_block_per_disk_failures_included() -> None:
    html = page(evidence(), failed(SSD, reasons=("reason-mismatch",)))
    assert html.count('<section class="disk">') == 2
    assert "<h1>Constat d’effacement non abouti</h1>" in html
    assert "Ne remettez pas ce poste" in html
    assert "Certificat d’effacement" not in html


@pytest.mark.parametrize("why", ["removed", "arrived_without", "other"])
def test_a_pc_without_a_disk_says_why_and_who_and_proves_nothing(why: str) -> None:
    said = {"why": why, "text": "remis à <mairie>", "by": "07", "at": "2026-11-23T14:05:00Z"}
    text = page(no_disk=said)
    assert "remis à &lt;mairie&gt;" in text and words("fr")("paper-no-disk-why", why=why) in text
    assert words("fr")("paper-no-disk-note") in text and words("fr")("paper-card", by="07") in text
    assert words("fr")("paper-title-certificate") not in text


def test_the_checks_and_both_grades_are_printed_with_what_was_passed_over() -> None:
    tests = [
        {"id": "keyboard", "result": "pass", "mode": "manual"},
        {"id": "battery", "result": "warn", "mode": "auto", "reason": "test-battery-worn", "value": 71.0, "unit": "%"},
        {"id": "webcam", "result": "skipped", "mode": "manual"},
        {"id": "touchscreen", "result": "not_applicable", "mode": "manual", "reason": "test-not-there"},
    ]
    text = page(evidence(), tests=tests, grade={"scheme": "regain-2026.11", "cosmetic": "B"})
    w = words("fr")
    assert w("paper-grade-open") in text and "B, visible, pas quand" in text
    assert "Batterie (71 %, usée)" in text and "Écran tactile (pas sur ce poste)" in text
    left = text.split(w("paper-tests-skipped"))[1].split("</tr>")[0]
    assert "Caméra" in left and "Mémoire vive" in left and "Clavier" not in left and "Batterie" not in left
    assert "Reconditionné" not in text
    assert w("paper-checks") not in page(evidence(), kind="erasure"), "a paper about one disk says nothing of the PC"


def test_refurbished_is_printed_only_when_everything_was_done() -> None:
    everything = [{"id": name, "result": "pass", "mode": "manual"} for name in sorted(REQUIRED_TESTS["laptop"])]
    grade = {"scheme": "regain-2026.11", "cosmetic": "A", "functional": "A"}
    install = {"os_family": "linux", "ok": True, "status": "done", "verified": "started", "image_status": "proven"}
    inventory = {**INVENTORY, "disks": INVENTORY["disks"][:1]}
    whole = page(evidence(), tests=everything, grade=grade, install=install, inventory=inventory)
    assert "Reconditionné" in whole and words("fr")("paper-tests-all-done") in whole and "A (de A à D)" in whole
    part = page(evidence(), tests=everything[1:], grade=grade, install=install, inventory=inventory)
    assert "Reconditionné" not in part and words("fr")("paper-tests-all-done") not in part


def test_hostile_facts_stay_text() -> None:
    from tests.unit.report.samples import HDD, INVENTORY

    nasty = '</style><script>alert(1)</script>"; background:url(file:///etc/passwd)'
    html = page(
        evidence(HDD | {"model": nasty, "serial": nasty}),
        inventory=INVENTORY | {"system": {"manufacturer": nasty, "product": nasty, "serial": nasty}},
        operator=nasty,
        tag=nasty,
    )
    assert "<script>" not in html
    assert html.count("</style>") == 1


def test_unknown_ids_of_a_later_version_are_shown_as_they_are() -> None:
    html = page(evidence(reasons=("reason-of-the-future",), exceptions=({"id": "exception-of-the-future", "x": 1},)))
    assert "reason-of-the-future" in html
    assert "exception-of-the-future" in html


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("kind", ["good", "exceptions", "failed", "none", "left", "unreadable"])
def test_no_sentence_is_missing_in_either_language(kind: str, lang: str) -> None:
    from tests.unit.report.samples import HDD, INVENTORY, PLAN

    unread = {"unreadable": "x"}
    left = {"model": "M", "suffix": "1234", "reason": "excluded-in-use", "params": {}}
    html = {
        "good": lambda: page(evidence(), purged(), lang=lang, install={"ok": True, "verified": "checked"}),
        "exceptions": lambda: page(with_exceptions(interruptions=2, canaries=None), lang=lang, lot={"lot_id": "L1"}),
        "failed": lambda: page(failed(verification=None), lang=lang, consent=None, created=DOUBTFUL),
        "none": lambda: page(lang=lang, kind="audit", certificate_number=None, tag=None, plan=None),
        "left": lambda: page(evidence(), lang=lang, plan=PLAN | {"excluded": [left]}, checker="0007", workshop=None),
        "unreadable": lambda: page(
            evidence(HDD | {"model": unread, "medium": unread}), lang=lang, inventory=INVENTORY | {"system": {}}
        ),
    }[kind]()
    assert "{ $" not in html
    assert "{$" not in html
    assert "None" not in html


def test_the_qr_code_is_small_and_holds_number_and_hash() -> None:
    import segno

    text = qr_text(report(evidence()), "9f3a77c1d2e45b60" + "0" * 48, "https://registre.exemple.fr")
    assert text == "HTTPS://REGISTRE.EXEMPLE.FR/C/2026-RC-000001/9F3A77C1D2E45B60"
    assert segno.make(text, error="m", micro=False).version == 3
    assert qr_svg(text).startswith(b"<svg")
    assert qr_text(report(evidence()), "9" * 64, None).startswith("REGAIN:C/2026-RC-000001/")


def test_a_certificate_loads_nothing_from_outside() -> None:
    fetcher = cert._only_inline()
    for url in ("file:///etc/passwd", "https://exemple.fr/x.png", "http://127.0.0.1/"):
        with pytest.raises(ValueError):
            fetcher.fetch(url)


# --- without Pango --------------------------------------------------------------------------------------------


def test_without_a_printer_it_is_an_html_certificate_that_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    record, token = signed(KEY, evidence())
    path = cert.write_certificate(record, token, tmp_path / "papier.pdf", key=KEY)
    assert path.name == "papier.html"
    assert verify_file(path, keys=KEYS).report == record
    data = path.read_bytes()
    for position in range(0, len(data), 61):
        damaged = bytearray(data)
        damaged[position] ^= 1
        path.write_bytes(damaged)
        assert refused(path, keys=KEYS).error_id in ("certificate-altered", "record-unknown-key")


def test_only_the_signing_key_seals(tmp_path: Path) -> None:
    record, token = signed(KEY, evidence())
    with pytest.raises(ValueError):
        cert.write_certificate(record, token, tmp_path / "x", key=REGISTRY)


# --- one changed byte -----------------------------------------------------------------------------------------


def test_an_untouched_certificate_and_its_record_verify(made: Path) -> None:
    for path, kind in ((made, "pdf"), (made.parent / "certificat.jws", "jws")):
        verdict = verify_file(path)
        assert (verdict.kind, verdict.source.kind, verdict.receipt) == (kind, BESIDE, "none")
        assert verdict.report is not None
        assert verdict.report.certificate_number == "2026-RC-000001"


def test_three_hundred_flipped_bytes_of_a_pdf_are_refused(made: Path, tmp_path: Path) -> None:
    data = made.read_bytes()
    rng = random.Random(2026)
    ends = [0, 1, 5, 8, len(data) - 1, len(data) - 2, len(data) - 7, data.index(seal.BEGIN), data.index(seal.END)]
    inner = range(data.index(seal.BEGIN), data.index(seal.END) + len(seal.END), 9)
    for position in [*ends, *inner, *rng.sample(range(len(data)), 300)]:
        damaged = bytearray(data)
        damaged[position] ^= 1 << rng.randrange(8)
        path = tmp_path / "abime.pdf"
        path.write_bytes(damaged)
        assert refused(path, keys=KEYS).error_id in ("certificate-altered", "record-unknown-key")


SMALL = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
SEALED = seal.put_seal(SMALL, key=KEY, report_id="r", report_sha256="a" * 64, number="n")


def opens(data: bytes) -> bool:
    try:
        seal.check_seal(data, keys=KEYS)
    except Fault as fault:
        assert fault.exit_code is Exit.VERIFICATION_FAILED
        return False
    return True


def test_every_bit_of_a_sealed_file_counts() -> None:
    assert opens(SEALED)
    for position in range(len(SEALED)):
        for bit in range(8):
            damaged = bytearray(SEALED)
            damaged[position] ^= 1 << bit
            assert not opens(bytes(damaged)), (position, bit)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SEALED)), st.binary(min_size=1, max_size=30), st.integers(0, 30))
def test_nothing_can_be_inserted_cut_or_replaced(position: int, insert: bytes, cut: int) -> None:
    changed = SEALED[:position] + insert + SEALED[position + cut :]
    assert changed == SEALED or not opens(changed)


@pytest.mark.parametrize("change", ["lower", "wrap", "twice", "moved", "without", "appended"])
def test_the_seal_has_one_place_and_one_spelling(change: str) -> None:
    start, end = SEALED.index(seal.BEGIN), SEALED.index(seal.END) + len(seal.END)
    block = SEALED[start:end]
    changed = {
        "lower": SEALED.replace(b"regain-seal-begin", b"REGAIN-seal-begin"),
        "wrap": SEALED[: start + 150] + b"\n%" + SEALED[start + 150 :],
        "twice": SEALED[:start] + block + SEALED[start:],
        "moved": SEALED[:start][:9] + block + SEALED[9:start] + SEALED[end:],
        "without": SMALL,
        "appended": SEALED + b"\n",
    }[change]
    assert not opens(changed)


def test_a_seal_of_another_key_is_unknown_and_a_report_is_no_seal() -> None:
    other = seal.put_seal(SMALL, key=REGISTRY, report_id="r", report_sha256="a" * 64, number="n")
    with pytest.raises(Fault) as caught:
        seal.check_seal(other, keys=KEYS)
    assert caught.value.error_id == "record-unknown-key"
    with pytest.raises(ValueError):
        seal.put_seal(SEALED, key=KEY, report_id="r", report_sha256="a" * 64, number="n")
    with pytest.raises(ValueError):
        seal.put_seal(b"neither", key=KEY, report_id="r", report_sha256="a" * 64, number="n")


def test_a_certificate_around_another_record_is_refused(made: Path, tmp_path: Path) -> None:
    """The station's own key sealing somebody else's pages: number and record must agree with the seal."""
    record, token = signed(KEY, evidence())
    other = signed(KEY, purged(), seq=2, prev=s.sha256_of(token))[1]
    pdf = cert.render_pdf(Page(record, s.sha256_of(token), words("fr")), other)
    facts: dict[str, Any] = {"key": KEY, "report_id": record.report_id, "number": record.certificate_number}
    path = tmp_path / "x.pdf"
    for sha in (s.sha256_of(token), s.sha256_of(other)):
        path.write_bytes(seal.put_seal(pdf, report_sha256=sha, **facts))
        assert refused(path, keys=KEYS).params["part"] == "record"


def test_other_pdfs_are_not_certificates(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    for data in (b"", SMALL, b"%PDF-1.7 " + b"\x00" * 500, b"not a pdf"):
        path.write_bytes(data)
        assert refused(path, keys=KEYS).error_id == "certificate-altered"


# --- keys, receipts, chains -----------------------------------------------------------------------------------


def test_where_the_key_was_found_is_told_and_given_keys_are_the_only_ones(made: Path, tmp_path: Path) -> None:
    station = tmp_path / "station"
    station.mkdir()
    (station / PUBLIC_KEYS).write_bytes(jwk_set(KEYS.items()))
    assert verify_file(made, station=station).source.kind == STATION
    assert verify_file(made).source.kind == BESIDE
    assert verify_file(made, keys=KEYS).source.kind == GIVEN
    stranger = KeySource(kind=GIVEN, path=made, keys={REGISTRY.kid: REGISTRY.public})
    assert refused(made, keys=stranger).error_id == "record-unknown-key"
    lonely = tmp_path / "seul.pdf"
    lonely.write_bytes(made.read_bytes())
    assert refused(lonely).error_id == "record-unknown-key"


def receipt_for(token: str, key: s.SigningKey, report_id: str) -> str:
    from agent.model import strictjson

    said = {"report_id": report_id, "sha256": s.sha256_of(token), "received_at": "2026-11-24T09:00:00Z"}
    return s.sign(strictjson.dumps(said), key=key, typ=s.TYP_RECEIPT)


def test_receipts_are_checked_when_the_registrys_key_is_known(tmp_path: Path) -> None:
    record, token = signed(KEY, evidence())
    path, beside = tmp_path / "a.jws", tmp_path / "a.receipt.jws"
    path.write_text(token)
    both = {**KEYS, REGISTRY.kid: REGISTRY.public}
    assert verify_file(path, keys=both).receipt == "none"
    beside.write_text(receipt_for(token, REGISTRY, record.report_id))
    verdict = verify_file(path, keys=both)
    assert (verdict.receipt, verdict.received_at) == ("valid", "2026-11-24T09:00:00Z")
    assert verify_file(path, keys=KEYS).receipt == "unchecked"
    assert verify_file(beside, keys=both).kind == "receipt"
    beside.write_text(receipt_for(token + "x", REGISTRY, record.report_id))
    assert refused(path, keys=both).params["part"] == "receipt"
    beside.write_text(receipt_for(token, KEY, record.report_id))
    assert verify_file(path, keys=both).receipt == "unchecked", "a station signs no receipts for itself"


def test_chains_over_several_files(tmp_path: Path) -> None:
    verdicts = []
    for n, token in enumerate(chain(KEY, 4)):
        (tmp_path / f"{n}.jws").write_text(token)
        verdicts.append(verify_file(tmp_path / f"{n}.jws", keys=KEYS))
    whole = check_chains(reversed(verdicts))[0]
    assert (whole.first, whole.last, whole.missing, whole.fault) == (1, 4, (), None)
    assert check_chains([*verdicts, *verdicts])[0].fault is None
    gap = check_chains([verdicts[0], verdicts[3]])[0]
    assert (gap.missing, gap.fault) == ((2, 3), None)
    twin = signed(KEY, evidence(), operator="0099", seq=2, prev=verdicts[0].sha256)[1]
    (tmp_path / "twin.jws").write_text(twin)
    forged = verify_file(tmp_path / "twin.jws", keys=KEYS)
    doubled = check_chains([*verdicts, forged])[0].fault
    assert doubled is not None
    assert doubled.params == {"part": "twin", "seq": 2}
    broken = check_chains([verdicts[0], forged, verdicts[2]])[0].fault
    assert broken is not None
    assert broken.params == {"part": "link", "seq": 3}


def test_a_record_that_claims_another_key_in_its_chain_is_refused(tmp_path: Path) -> None:
    stolen = s.SigningKey(private=KEY.private, kid=KEY.kid)
    record = report(evidence(), key=REGISTRY)
    (tmp_path / "a.jws").write_text(s.sign(record.to_bytes(), key=stolen, typ=s.TYP_REPORT))
    assert refused(tmp_path / "a.jws", keys=KEYS).error_id == "record-damaged"


@pytest.mark.process
@pytest.mark.parametrize("kind", ["pdf", "jws", "html"])
def test_the_lines_to_check_by_hand_work_as_printed(
    kind: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"un papier d'essai.{kind}"
    if kind == "html":
        record, token = signed(KEY, evidence())
        with monkeypatch.context() as patched:
            patched.setitem(__import__("sys").modules, "weasyprint", None)
            cert.write_certificate(record, token, path, key=KEY)
    else:
        path.write_bytes((made if kind == "pdf" else made.parent / "certificat.jws").read_bytes())
    lines = by_hand(verify_file(path, keys=KEYS))
    assert sum("openssl" in line for line in lines) == 1
    script = "\n".join(["set -e", *lines])
    result = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, "Signature Verified Successfully"), result.stderr
    tampered = script.replace(lines[-3], lines[-3] + "; printf x >> signe")
    assert subprocess.run(["sh", "-c", tampered], cwd=tmp_path, capture_output=True, check=False).returncode != 0
