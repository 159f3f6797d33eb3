"""A Windows that only Microsoft's Setup will install: no screen calls it installed, and each says why this way."""

from __future__ import annotations

import pytest

from agent.locale import words
from agent.model.events import Kind
from tests.unit.tui.driving import bench, run, to_confirm
from tests.unit.tui.scripted_session import ScriptedSession
from tests.unit.tui.test_screens import SIZES, well_made

STAGED = {
    "profile": "win11-pro", "rehearsed": False, "firmware_mode": "uefi", "estimate_s": 400.0, "steps": [],
    "image": {"name": "win11-pro", "version": "25H2", "sha256": "ab" * 32, "path": "setup", "status": "unproven",
              "licence_basis": "oem-msdm", "why": "windows-why-setup-driver"},
    "partition_script": "label: gpt\nsize=6GiB, type=E",
}  # fmt: skip


@pytest.mark.parametrize("lang", ["fr", "en"])
@run
async def test_a_staged_setup_never_reads_as_installed(lang: str) -> None:
    session, size = ScriptedSession(), SIZES[0]
    w = words(lang)

    def flat(text: str) -> str:
        """However it is broken into rows; no-break spaces are blanks like others."""
        return " ".join(text.split())

    async with bench(session, size=size, lang=lang) as d:
        await to_confirm(d, "2")
        plan = dict(session.job.plan or {}) | {"install": STAGED}
        session.emit(Kind.PLANNED, plan=plan, digest="9f3a77c1" * 8, short_digest="9F3A-77C1")
        await d.settle()
        well_made(d, size)
        told = flat(d.text())
        assert (
            flat(w("windows-why-setup-driver")) in told
            and flat(w("confirm-then-setup", profile="").split(".")[0]) in told
        )
        await d.press("f3")
        assert flat(w("windows-why-setup-driver")) in flat(d.text())
        await d.press("escape")
        await d.type("7k2f")
        await d.press("enter")
        session.erase(0.2)
        session.erased()
        session.emit(Kind.INSTALL_STARTED, profile="win11-pro", steps=8, rehearsed=False)
        session.emit(Kind.STEP_STARTED, step="step-media", index=4, total=8)
        session.emit(Kind.INSTALL_FINISHED, ok=True, verified="checked", seconds=200.0, staged=True)
        session.finish()
        await d.settle()
        assert w("wall-done") not in d.lines()[0] and flat(w("wall-why-staged")) in flat(d.text())
        await d.press("enter")
        assert d.place == "result"
        well_made(d, size)
        told = flat(d.text())
        assert flat(w("install-staged")) in told and flat(w("install-checked")) not in told
        for step in ("todo-setup-start", "todo-setup-end"):
            assert flat(w(step)) in told
        await d.press("escape", "f7")
        assert w("ev-install-staged") in d.text() and w("ev-install-finished") not in d.text()


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("lacks", ["no-setup", "setup-driver", "setup-disks", "setup-disks-unseen", "setup-boot"])
@run
async def test_why_windows_is_not_offered_behind_vmd_fits_its_column(lang: str, lacks: str) -> None:
    session, w = ScriptedSession(), words(lang)
    async with bench(session, size=SIZES[0], lang=lang) as d:
        await d.scan("RC02041U")
        note = f"windows-reason-vendor-storage-{lacks}"
        next(o for o in session.job.options if o["system"] == "windows")["note"] = note
        await d.press("right")
        well_made(d, SIZES[0])
        column = " ".join(" ".join(line.split("│")[-1] for line in d.lines()).split())
        assert " ".join(w(note).split()) in column
