"""The wall: word, colour, shape and sound of every state; letters made of blanks; contrasts recomputed."""

from __future__ import annotations

from typing import Any

import pytest

from agent.locale import words
from agent.model.events import Kind
from agent.model.job import Job, State
from agent.model.plan import SystemChoice
from agent.tui import paint, pixels, theme, wall
from agent.tui.paint import Ink
from agent.tui.sound import Speaker
from agent.tui.wall import Shape, Sound, face
from tests.unit.tui.scripted_session import DISK, SECOND, ScriptedSession

W = words("fr")


def consented(**options: Any) -> ScriptedSession:
    session = ScriptedSession(**options)
    session.start()
    session.read_tag("RC02041U")
    session.choose(SystemChoice.LINUX, "cinnamon-fr")
    session.consent({str(d["serial"]): str(d["serial"])[-4:] for d in session.disks})
    return session


def ended(outcome: str, job_outcome: str, code: int) -> Job:
    session = consented()
    session.erase(0.9)
    session.erased(outcome)
    session.finish(job_outcome, code)
    return session.job


def state_of(name: str) -> Job:
    if name == "ready":
        return Job(state=State.ASSESSED)
    if name == "erasing":
        session = consented()
        session.erase(0.43)
        return session.job
    if name == "verifying":
        session = consented()
        session.erase(0.12, phase="verify")
        return session.job
    if name in ("installing", "reporting"):
        session = consented()
        session.erase(0.9)
        session.erased()
        session.install(0.71, done=name == "reporting")
        return session.job
    return {
        "done": ended("cleared", "done", 0),
        "exceptions": ended("cleared_with_exceptions", "done", 0),
        "refused": ended("refused", "attention", 3),
        "failed": ended("failed", "failed", 4),
        "unknown": ended("unknown", "unknown", 4),
        "aborted": ended("failed", "aborted", 9),
    }[name]


TABLE = [
    ("ready", "PRÊT", theme.BLACK, Shape.NOTHING, Sound.NONE, ""),
    ("erasing", "EFFACEMENT", theme.BLUE, Shape.BAR, Sound.NONE, "43 %"),
    ("verifying", "RELECTURE", theme.BLUE, Shape.BAR, Sound.NONE, "12 %"),
    ("installing", "LINUX", theme.VIOLET, Shape.BAR, Sound.NONE, "71 %"),
    ("reporting", "CERTIFICAT", theme.BLUE, Shape.BAR, Sound.NONE, ""),
    ("exceptions", "À VOUS", theme.AMBER, Shape.REVERSED, Sound.CALL, ""),
    ("refused", "À VOUS", theme.AMBER, Shape.REVERSED, Sound.CALL, ""),
    ("done", "TERMINÉ", theme.GREEN, Shape.FRAME, Sound.DONE, ""),
    ("failed", "ÉCHEC", theme.RED, Shape.STRIPES, Sound.FAILED, ""),
    ("aborted", "ÉCHEC", theme.RED, Shape.STRIPES, Sound.FAILED, ""),
    ("unknown", "INCONNU", theme.RED, Shape.STRIPES, Sound.FAILED, ""),
]


@pytest.mark.parametrize(("name", "word", "slot", "shape", "sound", "figure"), TABLE, ids=[t[0] for t in TABLE])
def test_the_table_of_section_3(name: str, word: str, slot: int, shape: Shape, sound: Sound, figure: str) -> None:
    shown = face(state_of(name), W)
    assert (W(shown.word), shown.slot, shown.shape, shown.sound, shown.figure) == (word, slot, shape, sound, figure)


def test_consent_awaited_over_a_minute_calls() -> None:
    session = ScriptedSession()
    session.start()
    session.read_tag(None)
    session.choose(SystemChoice.NONE, None)
    assert W(face(session.job, W).word) == "PRÊT"
    assert W(face(session.job, W, waiting=True).word) == "À VOUS"


def test_done_is_never_green_over_a_disk_that_is_not_proven() -> None:
    """Whatever the job says of itself."""
    for outcome in ("failed", "refused", "unknown"):
        shown = face(ended(outcome, "done", 0), W)
        assert shown.slot != theme.GREEN
        assert W(shown.word) != "TERMINÉ"


def test_a_hundred_percent_is_only_said_by_the_word() -> None:
    assert wall.percent(1.0) == "99 %"
    assert wall.percent(0.9999) == "99 %"
    assert wall.percent(0.43) == "43 %"


def test_the_figure_covers_all_passes_and_leaves_out_stalled_and_ended_disks() -> None:
    session = consented(disks=(DISK, SECOND))
    session.erase(0.5)
    session.erase(0.1, disk=1, stalled=90.0)
    fraction, left, verifying = wall.erasure_progress(session.job)
    assert (round(fraction, 2), verifying) == (0.5, False)
    assert left is not None
    session.emit(Kind.PASS_STARTED, str(DISK["serial"]), number=2, passes=2, cipher="zeros", key="", **{"from": 0})
    session.emit(Kind.PROGRESS, str(DISK["serial"]), phase="write", done=0, total=int(DISK["size_bytes"]))
    session.job.disks[str(DISK["serial"])]
    fraction, _, _ = wall.erasure_progress(session.job)
    assert fraction >= 0.5


@pytest.mark.parametrize("size", [(80, 20), (80, 21), (100, 26), (120, 40)])
@pytest.mark.parametrize("lit", [True, False])
@pytest.mark.parametrize("name", [t[0] for t in TABLE])
def test_letters_are_blanks_only_and_the_field_is_exact(name: str, lit: bool, size: tuple[int, int]) -> None:
    shown = face(state_of(name), W)
    rows = wall.field(shown, W, *size, [], lit=lit)
    assert len(rows) == size[1]
    assert {paint.width_of(r) for r in rows} == {size[0]}
    grounds = {ink.bg for row in rows for _, ink in row}
    assert grounds <= {0, 1, 2, 3, 4, 5, 7}
    letters = "".join(paint.plain(r) for r in rows).strip()
    assert letters in ("", paint.drawable(shown.reason)), "only the reason is text"
    for row in rows:
        for text, ink in row:
            if text.strip():
                assert theme.contrast(theme.PALETTE[ink.fg], theme.PALETTE[ink.bg]) >= 4.5
                assert (ink.fg == 0) == (ink.bg in (3, 7))


def test_only_attention_moves() -> None:
    for name, *_ in TABLE:
        shown = face(state_of(name), W)
        same = wall.field(shown, W, 80, 20, [], lit=True) == wall.field(shown, W, 80, 20, [], lit=False)
        assert same == (shown.shape is not Shape.REVERSED)


def test_shapes_differ_without_colour() -> None:
    """Red and green are told apart by somebody who sees neither."""

    def shape(name: str) -> tuple[str, ...]:
        rows = wall.field(face(state_of(name), W), W, 80, 20, [], lit=True)
        return tuple("".join(("#" if ink.bg == 7 else ".") * len(t) for t, ink in r)[:3] for r in rows)

    assert len({shape(n) for n in ("done", "failed", "erasing", "refused")}) == 4


def test_letters() -> None:
    for word in ("EFFACEMENT", "RELECTURE", "LINUX", "WINDOWS", "TERMINÉ", "ÉCHEC", "INCONNU", "À VOUS", "PRÊT"):
        assert pixels.fits(word, 80, 7) is not None, word
        assert len(pixels.bitmap(word)) == (7 if pixels.has_accent(word) else 5)
    assert 2 * pixels.width("EFFACEMENT") == 78
    assert 2 * pixels.width("RELECTURE") == 70
    assert 2 * pixels.width("WINDOWS") == 58
    for alphabet in ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789%"):  # S is drawn as 5, O as 0, never side by side
        shapes = {c: pixels.bitmap(c) for c in alphabet}
        assert len({tuple(s) for s in shapes.values()}) == len(shapes), "two letters look the same"
        assert all(len(r) == len(s[0]) for s in shapes.values() for r in s)


def test_english_words_have_letters_too() -> None:
    for lang in ("fr", "en"):
        w = words(lang)
        for name in ("ready", "erasing", "verifying", "linux", "windows", "done", "failed", "unknown", "call"):
            assert pixels.fits(w(f"wall-{name}"), 80, 7) is not None


def test_contrasts_of_the_palette() -> None:
    """WCAG, recomputed: white on each background, black on amber, bright inks on near-black."""
    p = theme.PALETTE
    for slot, least in ((0, 18.4), (1, 5.5), (2, 5.0), (4, 6.8), (5, 9.3), (6, 5.5)):
        assert theme.contrast("FFFFFF", p[slot]) > least, slot
    assert theme.contrast(p[0], p[3]) > 8.5
    assert theme.contrast("FFFFFF", p[3]) < 4.5, "hence black ink on amber"
    assert all(theme.contrast(p[slot], p[0]) > 7 for slot in range(8, 16))
    assert [theme.ink_on(s) for s in range(8)] == [15, 15, 15, 0, 15, 15, 15, 0]


def test_styles_are_slots_and_nothing_else() -> None:
    for fg in range(16):
        style = theme.style(Ink(fg, 3))
        assert not (style.bold or style.dim or style.italic or style.underline or style.blink)
        assert style.color is not None and style.color.number == fg


def test_sound_is_never_endless() -> None:
    at = [0.0]
    speaker = Speaker(lambda: at[0], console=True)
    beeps = 0
    for _ in range(2000):
        at[0] += 1
        beeps += bool(speaker.due(Sound.CALL))
    assert beeps == 10
    assert speaker.due(Sound.DONE) and not speaker.due(Sound.DONE)
    speaker.muted = True
    assert speaker.due(Sound.FAILED) == ""


def test_the_bar_is_two_backgrounds() -> None:
    assert wall.bar(0.5, 80, 4) == ((" " * 40, Ink(0, 7)), (" " * 40, Ink(15, 4)))
    assert paint.width_of(wall.bar(1.0, 80, 4)) == 80
