"""Windows on the bench: the same facts as Linux, nothing preselected, refusals before anything is wiped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.install.windows.sidecar import confirm, write_sidecar
from agent.model.errors import Fault
from agent.model.job import State
from agent.model.plan import SystemChoice
from tests.unit.install.windows.test_choice import _seen, windows_image

from .test_session import ONE_DISK, consent, session

pytestmark = pytest.mark.process

ELIGIBLE = "lenovo-thinkpad-t480"


def _with_image(tmp_path: Path, **changes: Any) -> Path:
    folder = tmp_path / "images" / "windows" / "win11-pro"
    write_sidecar(folder, windows_image(**changes))
    return folder


def test_both_systems_have_the_same_facts_and_none_is_chosen(tmp_path: Path) -> None:
    _with_image(tmp_path)
    s, _ = session(tmp_path, ELIGIBLE)
    linux, windows, _none = s.job.options
    assert set(linux) == set(windows) and s.job.chosen is None
    assert windows["possible"] and [p["id"] for p in windows["profiles"]] == [
        "win11-pro+oem-msdm",
        "win11-pro+retail-owned",
    ]
    assert set(windows["profiles"][0]) == set(linux["profiles"][0])
    assert windows["note"] == "windows-not-proven" and windows["profiles"][0]["status"] == "unproven"
    assert windows["profiles"][0]["licence"] == "windows-basis-oem-msdm"


def test_a_windows_install_is_rehearsed_and_never_called_installed(tmp_path: Path) -> None:
    _with_image(tmp_path)
    s, notes = session(tmp_path, ELIGIBLE)
    s.choose(SystemChoice.WINDOWS, "win11-pro+oem-msdm", chosen_by="07")
    consent(s)
    assert s.job.state is State.DONE, s.job.faults
    done = notes.install
    assert done is not None and done["status"] == "rehearsed" and done["verified"] == "none"
    assert (done["os_family"], done["layout"], done["path"]) == ("windows", "windows-gpt", "apply")
    assert (done["edition"], done["language"], done["licence_basis"]) == ("Professional", "fr-FR", "oem-msdm")
    assert done["detail"]["image_status"] == "unproven"


def test_without_an_image_windows_is_by_hand_and_says_so(tmp_path: Path) -> None:
    s, notes = session(tmp_path, ELIGIBLE)
    windows = s.job.options[1]
    assert windows["possible"] and windows["profiles"] == [] and windows["note"] == "note-windows-by-hand"
    s.choose(SystemChoice.WINDOWS, None, chosen_by="07")
    consent(s)
    assert notes.install is None


def test_an_image_that_may_not_be_used_here_gives_the_reason(tmp_path: Path) -> None:
    _with_image(tmp_path, boot_signers=[{"folder": "EFI", "authority": "2023"}])
    s, _ = session(tmp_path, ELIGIBLE)
    windows = s.job.options[1]
    assert windows["profiles"] == [] and windows["note"] == "windows-reason-boot-unknown"


def test_an_ineligible_pc_is_offered_none(tmp_path: Path) -> None:
    _with_image(tmp_path)
    s, _ = session(tmp_path, ONE_DISK)
    windows = s.job.options[1]
    assert not windows["possible"] and windows["profiles"] == []
    with pytest.raises(Fault) as caught:
        s.choose(SystemChoice.WINDOWS, "win11-pro+retail-owned")
    assert caught.value.error_id == "choice-impossible"


def test_an_image_that_is_not_offered_cannot_be_chosen(tmp_path: Path) -> None:
    _with_image(tmp_path, licence_bases=["retail-owned"])
    s, _ = session(tmp_path, ELIGIBLE)
    with pytest.raises(Fault) as caught:
        s.choose(SystemChoice.WINDOWS, "win11-pro+oem-msdm")
    assert caught.value.error_id == "profile-unknown"


def test_a_sidecar_with_a_mistake_stops_no_job(tmp_path: Path) -> None:
    folder = _with_image(tmp_path)
    (folder / "sidecar.yaml").write_text("schema: regain-windows-image/1\n")
    s, _ = session(tmp_path, ELIGIBLE)
    assert s.job.options[1]["note"] == "note-windows-by-hand"


def test_a_confirmed_image_needs_no_warning(tmp_path: Path) -> None:
    folder = _with_image(tmp_path)
    for number, (maker, model) in enumerate([("Dell", "7010"), ("HP", "840"), ("HP", "600")]):
        confirm(folder, windows_image(), _seen(number, maker, model))
    s, _ = session(tmp_path, ELIGIBLE)
    windows = s.job.options[1]
    assert windows["note"] is None and windows["profiles"][0]["status"] == "proven"
    assert json.loads((folder / "confirmed.json").read_text())["sha256"] == "a" * 64
