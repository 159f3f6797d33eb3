"""Lines, numbers and the pace of a hand: small pure things every screen stands on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.locale import words
from agent.tui import format as f
from agent.tui import paint
from agent.tui.console import PALETTE_RESET, Console, palette_sequence
from agent.tui.scanner import Typist, is_confirm_card
from agent.tui.screens.confirm import is_end
from agent.tui.screens.details import leaves, qr_rows, qr_texts

FR, EN = words("fr"), words("en")
TEXT = st.text(max_size=120)


@given(TEXT, st.integers(1, 100))
def test_fit_is_exact_and_drawable(text: str, width: int) -> None:
    fitted = paint.fit(paint.line(text), width)
    assert paint.width_of(fitted) == width
    assert set(paint.plain(fitted)) <= paint.budget()


@given(TEXT, st.integers(4, 60))
def test_wrap_loses_nothing_but_blanks(text: str, width: int) -> None:
    clean = paint.drawable_keep(text)
    rows = paint.wrap(clean, width)
    assert all(len(r) <= width for r in rows)
    assert "".join("".join(rows).split(" ")) == "".join(clean.split(" "))


@given(st.integers(0, 60), st.integers(1, 30), st.integers(0, 80))
def test_window_keeps_the_focus_in_sight(count: int, height: int, focus: int) -> None:
    rows = [paint.fit(paint.line(f"row {i} "), 20) for i in range(count)]
    shown = paint.window(rows, height, min(focus, max(0, count - 1)))
    assert len(shown) == min(count, height)
    if count:
        assert any(f"row {min(focus, count - 1)} " in paint.plain(r) for r in shown)


def test_overlay_and_box() -> None:
    under = [paint.line("." * 10)] * 4
    shown = paint.overlay(under, paint.box([paint.line("ab")], 6), row=1, column=2)
    assert [paint.plain(r) for r in shown] == ["..........", "..┌────┐..", "..│ ab │..", "..└────┘.."]


@pytest.mark.parametrize(
    ("text", "fr", "en"),
    [(f.disk_size, "256 Go", "256 GB"), (f.memory_size, "238,5 Gio", "238.5 GiB")],
)
def test_sizes(text: object, fr: str, en: str) -> None:
    size = 256_060_514_304
    assert [t.replace("\u00a0", " ") for t in (text(FR, size), text(EN, size))] == [fr, en]  # type: ignore[operator]


def test_numbers_times_and_tags() -> None:
    assert f.number(FR, 1234.5, decimals=1) == "1\u202f234,5"
    assert f.number(EN, 1234.5, decimals=1) == "1,234.5"
    assert f.number(FR, 2000) == "2\u202f000"
    assert f.disk_size(FR, 1_000_204_886_016).replace("\u00a0", " ") == "1 To"
    assert [f.duration(FR, s).replace("\u00a0", " ") for s in (0, 40, 240, 4800)] == ["1 s", "40 s", "4 min", "1 h 20"]
    assert f.day(FR, "2026-11-23") == "23 nov. 2026" and f.day(FR, "2030-06") == "juin 2030"
    assert f.day(FR, "bientôt") == "bientôt"
    assert f.tag("RC02041U") == "RC 02041 U" and f.tag("ABC-1") == "ABC-1" and f.tag(None) == ""


def test_three_states_of_a_fact_are_three_words() -> None:
    said = {f.fact(FR, v) for v in (None, {"absent": "x"}, {"unreadable": "y"}, "8", True, False)}
    assert len(said) == 6
    assert not f.is_known({"unreadable": "y"}) and not f.is_known(None) and f.is_known(0) and f.is_known(False)


def test_leaves_keep_absent_and_unreadable_whole() -> None:
    wire = {"a": {"b": 1, "c": {"absent": "no"}}, "d": [{"e": {"unreadable": "x"}}], "flags": ["sse", "avx"]}
    assert dict(leaves(wire)) == {
        "a b": 1,
        "a c": {"absent": "no"},
        "d 1 e": {"unreadable": "x"},
        "flags": ["sse", "avx"],
    }


@given(st.lists(st.floats(0.051, 2.0), min_size=4, max_size=20))
def test_a_hand_is_never_a_scanner(gaps: list[float]) -> None:
    typist, at = Typist(), 0.0
    for gap in gaps:
        at += gap
        assert not typist.feel("7", at)


@given(st.text("ABC123", min_size=4, max_size=20), st.floats(0.001, 0.045))
def test_a_scanner_is_always_seen_and_read_whole(code: str, gap: float) -> None:
    typist = Typist()
    seen = [typist.feel(c, i * gap) for i, c in enumerate(code)]
    assert seen[3:] == [True] * (len(code) - 3)
    assert typist.finish() == code
    assert typist.finish() == ""


def test_the_red_card() -> None:
    assert is_confirm_card("CONFIRMER") and is_confirm_card("confirmer ") and is_confirm_card("CONFIR,ER")
    assert not is_confirm_card("CONFIRME") and not is_confirm_card("") and not is_confirm_card("7K2F")


@given(st.text("ABCDEF0123456789", min_size=6, max_size=20), st.text(max_size=6))
def test_only_the_whole_end_is_exact(serial: str, typed: str) -> None:
    if is_end(serial, typed, 4):
        assert len(typed) == 4
    assert is_end(serial, serial[-4:].lower(), 4)
    assert not is_end(serial, serial[-5:], 4) and not is_end(serial, serial[-3:], 4) and not is_end(serial, "", 4)


def test_qr_fits_a_console_and_says_number_and_hash() -> None:
    segno = pytest.importorskip("segno")
    paper = {"number": "2026-RC-000123", "sha256": "9f3a77c1" * 8}
    small = qr_rows(paper, 50, 24)
    assert len(small) == 23 and all(len(r) == 23 for r in small)
    expected = segno.make_qr("2026-RC-000123/9F3A77C1", error="l", boost_error=False).matrix
    assert [[bool(m) for m in row] for row in expected] == [row[1:-1] for row in small[1:-1]]
    assert len(qr_rows(paper, 70, 30)) > 23, "a larger screen says more of the hash"
    assert qr_rows(paper, 20, 10) == []
    assert qr_texts({**paper, "verify_url": "https://r.example/c/1"})[0] == "HTTPS://R.EXAMPLE/C/1"


def test_console_layer_leaves_other_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setenv("TERM", "linux")
    stream = io.StringIO()
    console = Console.found(stream)
    assert not console.real
    console.enter()
    console.leave()
    assert stream.getvalue() == ""


def test_palette_sequence_is_what_the_console_takes() -> None:
    text = palette_sequence()
    assert text.startswith("\x1b]P0101418\x1b]P1C62828") and text.endswith("\x1b]PFFFFFFF")
    assert len(text) == 16 * (4 + 6)
    assert PALETTE_RESET == "\x1b]R"
