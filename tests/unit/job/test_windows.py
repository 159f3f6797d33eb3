"""Windows on the bench: the same facts as Linux, nothing preselected, refusals before anything is wiped."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from agent.install.windows.sidecar import confirm, write_sidecar
from agent.job.windows import host_of, inner_disks, offers, vendor_storage
from agent.model.eligibility import WindowsVerdict
from agent.model.errors import Fault
from agent.model.facts import Absent, Known, MaybeFact, Unreadable, known
from agent.model.inventory import Controller, Inventory
from agent.model.job import State
from agent.model.plan import SystemChoice
from tests.unit.install.windows.test_choice import HOST, _seen, windows_image
from tests.unit.install.windows.test_setup import MEDIA

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


# -- Microsoft's own Setup, staged -------------------------------------------------------------------------------

NEWER = [{"folder": "EFI", "authority": "2023"}]  # a boot file that the recorded PC does not know
OLDER = {**MEDIA, "boot_signers": [{"folder": "EFI", "authority": "2011"}]}


def test_setup_is_offered_only_where_the_image_cannot_be_applied(tmp_path: Path) -> None:
    _with_image(tmp_path, setup=OLDER)
    s, _ = session(tmp_path, ELIGIBLE)
    assert [p["id"] for p in s.job.options[1]["profiles"]] == ["win11-pro+oem-msdm", "win11-pro+retail-owned"]


def test_staged_setup_is_never_called_a_windows_that_is_installed(tmp_path: Path) -> None:
    _with_image(tmp_path, boot_signers=NEWER, setup=OLDER)
    s, notes = session(tmp_path, ELIGIBLE)
    windows = s.job.options[1]
    assert [p["id"] for p in windows["profiles"]] == ["win11-pro+oem-msdm+setup", "win11-pro+retail-owned+setup"]
    assert windows["note"] == "windows-setup-note" and windows["profiles"][0]["label"]["fr"].startswith("Installateur")
    s.choose(SystemChoice.WINDOWS, "win11-pro+retail-owned+setup", chosen_by="07")
    plan = s.job.plan or {}
    assert plan["install"]["image"]["path"] == "setup" and plan["install"]["partition_script"].count("start=") == 1
    assert plan["install"]["image"]["why"] == "windows-why-setup-boot"
    consent(s)
    done = notes.install
    assert done is not None and done["status"] == "rehearsed" and done["verified"] == "none"
    assert (done["layout"], done["path"]) == ("windows-setup", "setup")
    assert done["detail"]["path_reason"] == "windows-why-setup-boot"


def _controllers(*found: tuple[str, MaybeFact[str]]) -> Inventory:
    made = [
        Controller(slot="0000:00:0e.0", pci_class=c, vendor_id="8086", device_id="9a0b", driver=d) for c, d in found
    ]
    return Inventory(disks=Known((), "lsblk"), storage_controllers=Known(tuple(made), "sysfs pci"))


def test_a_disk_behind_vmd_or_a_raid_mode_needs_a_driver_of_its_own() -> None:
    ahci, nvme = ("010601", Known("ahci", "uevent")), ("010802", Known("nvme", "uevent"))
    assert vendor_storage(_controllers(ahci, nvme)) is False
    assert vendor_storage(_controllers(nvme, ("010400", Known("vmd", "uevent")))) is True
    assert vendor_storage(_controllers(("010400", Known("ahci", "uevent")))) is True
    assert vendor_storage(_controllers(("010400", Absent("no driver")))) is True
    assert vendor_storage(Inventory(disks=Known((), "lsblk"), storage_controllers=Unreadable("no /sys"))) is None
    assert vendor_storage(Inventory(disks=Known((), "lsblk"), storage_controllers=Absent("no PCI bus"))) is False


def test_behind_vmd_setup_is_offered_with_the_driver_of_the_model_and_refused_without(tmp_path: Path) -> None:
    folder = _with_image(tmp_path, setup=OLDER, licence_bases=["retail-owned"])
    inventory, host = _controllers(("010400", Known("vmd", "uevent"))), dataclasses.replace(HOST, vendor_storage=True)
    inventory = dataclasses.replace(
        inventory,
        system=dataclasses.replace(inventory.system, manufacturer=Known("Acme", "dmi"), product=Known("P1", "dmi")),
    )
    assert host_of(inventory, WindowsVerdict.ELIGIBLE).vendor_storage is True
    assert offers(tmp_path / "images", inventory, host) == ((), "windows-reason-vendor-storage-setup-driver")
    (folder / "drivers/acme/p1").mkdir(parents=True)
    (folder / "drivers/acme/p1/iaStorVD.inf").write_bytes(b"[Version]\r\nClass=SCSIAdapter\r\n")
    found, note = offers(tmp_path / "images", inventory, host)
    assert [o.id for o in found] == ["win11-pro+retail-owned+setup"] and note == "windows-setup-note"
    for number, (maker, model) in enumerate([("Dell", "7010"), ("HP", "840"), ("HP", "600")]):
        seen = _seen(number, maker, model).model_copy(update={"path": "setup"})
        confirm(folder, windows_image(), seen)
    found, note = offers(tmp_path / "images", inventory, host)
    assert [o.status for o in found] == ["proven"] and note == "windows-setup-note-proven"
    other_disks = dataclasses.replace(host, disks=2)
    assert offers(tmp_path / "images", inventory, other_disks) == ((), "windows-reason-vendor-storage-setup-disks")


def test_without_the_medium_the_reason_is_the_disk(tmp_path: Path) -> None:
    _with_image(tmp_path)
    host = dataclasses.replace(HOST, vendor_storage=True)
    assert offers(tmp_path / "images", Inventory(disks=Known((), "lsblk")), host) == (
        (),
        "windows-reason-vendor-storage-no-setup",
    )


def test_what_is_against_setup_is_said_where_the_image_alone_is_refused(tmp_path: Path) -> None:
    """The boot file of the image is unknown here, and Setup may not guess among two disks: the latter can be mended."""
    _with_image(tmp_path, boot_signers=NEWER, setup=OLDER, licence_bases=["retail-owned"])
    host = dataclasses.replace(HOST, trust=dataclasses.replace(HOST.trust, knows_2023=False), disks=2)
    told = offers(tmp_path / "images", Inventory(disks=Known((), "lsblk")), host)
    assert told == ((), "windows-reason-setup-disks")


def test_a_disk_that_may_be_hidden_is_counted_or_unknown() -> None:
    """An answer file names a disk by a number that only Windows knows."""
    vmd = _controllers(("010400", Known("vmd", "uevent")))
    assert inner_disks(vmd) == 0

    def hiding(fact: MaybeFact[int]) -> Inventory:
        each = dataclasses.replace((known(vmd.storage_controllers) or ())[0], hidden_disks=fact)
        return dataclasses.replace(vmd, storage_controllers=Known((each,), "sysfs pci"))

    assert inner_disks(hiding(Known(2, "remapped_nvme"))) == 2
    assert inner_disks(hiding(Unreadable("no driver"))) is None
    assert inner_disks(dataclasses.replace(vmd, storage_controllers=Unreadable("no /sys"))) is None
    assert inner_disks(dataclasses.replace(vmd, disks=Unreadable("no lsblk"))) is None
