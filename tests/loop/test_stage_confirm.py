"""Microsoft's Setup has run on the disk where it was staged: who saw its Windows start signs it, and only then.

What Setup and a first start leave is put there by hand: no real Setup ran here.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from agent.install.layout import ESP
from agent.install.windows.layout import BASIC_DATA, MSR
from agent.job.journal import Journal
from agent.job.stream import EventStream
from agent.job.systems import wire
from agent.machine.live import LiveMachine
from agent.model.events import Kind
from agent.model.install import InstallResult
from agent.model.report import Report
from agent.report.wording import wording
from agent.wiring import paper_for
from tests.vm.bench import payload_of

from .test_install_command import Regain, regain  # noqa: F401 a fixture
from .test_install_linux import loop  # noqa: F401 a fixture
from .test_install_windows import _do
from .test_stage_setup import brought, medium, staging_plan  # noqa: F401 fixtures
from .windows_image import run

pytestmark = [
    pytest.mark.loop,
    pytest.mark.slow,
    pytest.mark.skipif(not os.access("/dev/fuse", os.W_OK), reason="no FUSE: ntfs-3g cannot mount here"),
]


def _record(home: Path, result: InstallResult) -> tuple[Path, dict[str, Any]]:
    """The signed record of a staging, as ``regain install`` leaves it on a PC with UEFI."""
    machine = LiveMachine()
    paper = paper_for(home=home, machine=machine, records=home / "records", deliver=False)
    paper.ready()
    stream: EventStream = EventStream(machine.clock, Journal(home / "journal" / "staged.jsonl"))
    stream.emit(Kind.JOB_STARTED, job_id="staged", machine="live", exercise=False, version="0")
    stream.emit(Kind.TAG_READ, tag="RC02041U", operator="07")
    stream.emit(Kind.ASSESSED, eligibility={}, options=[])
    paper.finish(stream, plan=None, evidence=(), install=wire(result))
    signed = next(e for e in stream.events() if e.kind is Kind.RECORD_SIGNED)
    return Path(str(signed.params["path"])), payload_of(Path(str(signed.params["path"])))


def _as_setup_would(device: str) -> str:
    """The partitions of the answer file, behind ours; the volume of Windows, made. Its GUIDs are nobody's we know."""
    rows = f"size=300MiB, type={ESP}\nsize=16MiB, type={MSR}\ntype={BASIC_DATA}\n".encode()
    subprocess.run(["sfdisk", "--append", "--no-reread", device], input=rows, check=True, capture_output=True)
    run("partx", "-u", device)
    run("mkntfs", "-F", "-Q", "-q", "-L", "Windows", f"{device}p4")
    return f"{device}p4"


def _left_on(volume: str, folder: Path, file: str) -> None:
    folder.mkdir(exist_ok=True)
    run("ntfs-3g", volume, str(folder))
    try:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("specialize\n")
    finally:
        run("umount", str(folder))


def test_who_saw_windows_start_after_setup_signs_it(loop: str, regain: Regain, brought: Path, tmp_path: Path) -> None:  # noqa: F811
    plan = staging_plan(loop, brought)
    record, first = _record(tmp_path / "home", _do(plan, brought / "install.wim", []))
    assert (first["install"]["result"], first["install"]["verified"]) == ("staged", "checked")
    assert first["install"]["detail"]["path_reason"] == "windows-why-setup-driver"
    argv = ("install", loop, "--confirm-boot", "--image", str(brought), "--install-record", str(record),
            "--operator", "12", "--json")  # fmt: skip
    early = regain(*argv)
    assert early.returncode == 3 and "S21" in early.stderr, "Setup has not run"
    volume = _as_setup_would(loop)
    assert regain(*argv).returncode == 3, "an empty volume"
    _left_on(volume, tmp_path / "volume", "pagefile.sys")
    assert regain(*argv).returncode == 3, "a page file: Setup may have left it"
    _left_on(volume, tmp_path / "volume", "Windows/Panther/UnattendGC/setupact.log")
    done = regain(*argv)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["path"] == "setup" and told["traces"] == ["/Windows/Panther/UnattendGC/setupact.log"]
    second = payload_of(Path(told["record"]))
    seen = second["install"]
    assert (seen["result"], seen["verified"], seen["path"]) == ("done", "started", "setup")
    assert (seen["detail"]["after"], seen["detail"]["seen_by"]) == (first["report_id"], "12")
    said = wording(Report.model_validate_json(json.dumps(second))).install
    assert "paper-install-setup-started" in [line.id for line in said]
    listed = json.loads(regain("image", "list", "--out", str(brought.parents[1]), "--json").stdout)["windows"][0]
    assert (listed["status"], listed["setup_status"], listed["present"]) == ("unproven", "unproven", True)
    assert json.loads((brought / "confirmed.json").read_text())["seen"][0]["path"] == "setup"
    words_of_it = regain(*argv[:-1])
    assert "installé par l’installateur de Microsoft" in words_of_it.stdout
    run("sfdisk", "--disk-id", "--no-reread", loop, "11111111-2222-4333-8444-555555555555")
    assert regain(*argv).returncode == 3, "another disk, or one that somebody wiped"
