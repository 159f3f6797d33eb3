"""Microsoft's own Setup staged: the plan as text, what its answer file says and never says, and every refusal."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.install.execute import STAGING
from agent.install.layout import ESP, MIB, usable_end
from agent.install.windows.autounattend import NAME, SHELL, autounattend, faults, shell
from agent.install.windows.choice import refuse, refuse_setup
from agent.install.windows.layout import BASIC_DATA, setup_gpt
from agent.install.windows.plan import plan_windows
from agent.install.windows.setup_plan import plan_setup
from agent.install.windows.sidecar import read_sidecar, storage_drivers, write_sidecar
from agent.install.windows.stage import _COPY
from agent.install.windows.unattend import unattend
from agent.locale import LANGUAGES, words
from agent.model.errors import Fault
from agent.model.facts import to_wire
from agent.model.plan import InstallPlan
from agent.model.windows import Basis

from .test_choice import HOST, windows_image
from .test_plan import DISK, fixed_identifiers

MEDIA = {
    "sha256": "b" * 64,
    "files": 900,
    "bytes": 1_500_000_000,
    "boot_index": 2,
    "boot_signers": [{"folder": "EFI", "authority": "2011"}, {"folder": "EFI_EX", "authority": "2023"}],
}
IMAGE = windows_image(setup=MEDIA)
UNATTEND = "{urn:schemas-microsoft-com:unattend}"
KEY = "-".join(("ABCDE",) * 5)


def make(**changes: Any) -> InstallPlan:
    given: dict[str, Any] = {
        "image": IMAGE,
        "status": "unproven",
        "host": HOST,
        "basis": Basis.RETAIL_OWNED,
        "despite": None,
        "drivers": None,
        "storage": (),
        "identity": DISK,
        "disk_size_bytes": DISK.size_bytes,
        "logical_block": 512,
        "identifiers": fixed_identifiers(),
        "tag": "RC-000123",
        "rehearsed": False,
    }
    return plan_setup(**{**given, **changes})


def answers(plan: InstallPlan) -> str:
    return str(next(s for s in plan.steps if s.id == "step-answers").detail["files"][NAME])


def test_the_same_inputs_are_the_same_plan_and_every_step_can_be_done() -> None:
    text = json.dumps(to_wire(make()))
    assert text == json.dumps(to_wire(make())) and "/dev/" not in text
    assert [s.id for s in make().steps] == list(STAGING)
    assert make().staged and make().image["path"] == "setup" and make().image["status"] == "unproven"
    assert make(identity=dataclasses.replace(DISK, kind="file")).steps[-1].id == "step-check"


@pytest.mark.parametrize("sector", [512, 4096])
def test_one_partition_and_all_the_rest_is_free(sector: int) -> None:
    """Not an ESP: Setup makes that one itself, and two of them stop Windows. The first: number 1 whoever counts."""
    layout = setup_gpt(
        disk_bytes=64 << 30, sector=sector, identifiers=fixed_identifiers(), media=7_000_000_001, windows_needs=20 << 30
    )
    (part,) = layout.partitions
    assert part.type == BASIC_DATA != ESP and part.start * sector == MIB
    assert 7_000_000_001 <= part.size * sector < 7_000_000_001 + MIB
    assert f"label-id: {fixed_identifiers()['disk_guid']}" in layout.script and layout.script.count("start=") == 1


@given(st.integers(40 << 30, 4 << 40), st.integers(1, 12 << 30), st.integers(1, 40 << 30))
def test_windows_gets_what_it_needs_or_the_disk_is_refused(disk: int, media: int, needs: int) -> None:
    try:
        layout = setup_gpt(
            disk_bytes=disk, sector=512, identifiers=fixed_identifiers(), media=media, windows_needs=needs
        )
    except Fault as fault:
        assert fault.error_id == "disk-too-small" and int(str(fault.params["need"])) > disk
        return
    end = (layout.partitions[0].start + layout.partitions[0].size) * 512
    assert usable_end(disk, 512) - end - 316 * MIB >= needs


def test_a_disk_for_the_image_but_not_for_the_medium_beside_it_is_refused() -> None:
    huge = windows_image(setup={**MEDIA, "bytes": 240_000_000_000})
    for changes in ({"image": huge}, {"disk_size_bytes": 50_000_000_000}):
        with pytest.raises(Fault) as caught:
            make(**changes)
        assert caught.value.error_id == "disk-too-small"


# -- the answer file ---------------------------------------------------------------------------------------------


def test_the_answer_file_wipes_nothing_and_installs_behind_our_partition() -> None:
    root = ElementTree.fromstring(answers(make()))
    disk = root.find(f".//{UNATTEND}DiskConfiguration/{UNATTEND}Disk")
    assert disk is not None and disk.findtext(f"{UNATTEND}WillWipeDisk") == "false"
    made = [(n.findtext(f"{UNATTEND}Type"), n.findtext(f"{UNATTEND}Size"), n.findtext(f"{UNATTEND}Extend"))
            for n in disk.iter(f"{UNATTEND}CreatePartition")]  # fmt: skip
    assert made == [("EFI", "300", None), ("MSR", "16", None), ("Primary", None, "true")]
    changed = {n.findtext(f"{UNATTEND}PartitionID"): n.findtext(f"{UNATTEND}Format")
               for n in disk.iter(f"{UNATTEND}ModifyPartition")}  # fmt: skip
    assert changed == {"2": "FAT32", "3": None, "4": "NTFS"}
    into = root.find(f".//{UNATTEND}InstallTo")
    assert into is not None and [n.text for n in into] == ["0", "4"]
    data = root.find(f".//{UNATTEND}MetaData")
    assert data is not None and [n.text for n in data] == ["/IMAGE/INDEX", "6"]


def test_the_recipient_is_left_what_is_theirs() -> None:
    text = answers(make())
    assert list(faults(text)) == []
    passes = [n.get("pass") for n in ElementTree.fromstring(text)]
    assert passes == ["windowsPE", "specialize", "oobeSystem"]
    for theirs in ("AcceptEula", "UserAccounts", "OOBE>", "LabConfig", "BypassTPMCheck", "AutoLogon"):
        assert theirs not in text
    assert "<UILanguage>fr-FR</UILanguage>" in text and "040c:0000040c" in text and "\r\n" in text
    assert "PreventDeviceEncryption" in text and "<ComputerName>RG-RC-000123</ComputerName>" in text


def test_both_ways_set_the_first_start_alike() -> None:
    """What comes after the image is on the disk does not depend on who put it there."""
    applied = unattend(computer="RG-RC-000123", language="fr-FR", keyboard="040c:0000040c",
                       timezone="Romance Standard Time", drivers=False, device_encryption=False)  # fmt: skip
    assert applied[applied.index('<settings pass="specialize">') :] in answers(make())


def _changed(old: str, new: str) -> str:
    text = answers(make())
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_changed("<WillWipeDisk>false", "<WillWipeDisk>true"), "WillWipeDisk"),
        (_changed("<DiskID>0", "<DiskID>1"), "DiskID"),
        (_changed("<PartitionID>2", "<PartitionID>1"), "partition of Setup"),
        (_changed("<ProductKey>", f"<ProductKey><Key>{KEY}</Key>"), "product key"),
        (_changed("<ProductKey>", "<ProductKey><Key>x</Key>"), "Key: not ours"),
        (_changed("<UserData>", "<UserData><AcceptEula>true</AcceptEula>"), "AcceptEula"),
        (_changed("/IMAGE/INDEX", "/IMAGE/NAME"), "MetaData"),
        (_changed("</unattend>", ""), "XML"),
        ("<unattend/>", "root"),
        (_changed("<InstallTo>", "<InstallToAvailablePartition>true</InstallToAvailablePartition><InstallTo>"),
         "InstallToAvailablePartition"),
    ],
)  # fmt: skip
def test_an_answer_file_with_a_fault_is_told(text: str, said: str) -> None:
    assert any(said in fault for fault in faults(text))


@given(st.sampled_from(["fr-FR", "en-US", "x<y&z"]), st.text(min_size=1, max_size=15), st.booleans())
def test_whatever_is_put_in_stays_one_value(language: str, computer: str, drivers: bool) -> None:
    clean = "".join(c for c in computer if c.isprintable()) or "PC"
    text = autounattend(index=1, computer=clean, language=language, keyboard="040c:0000040c",
                        timezone="Romance Standard Time", drivers=drivers)  # fmt: skip
    root = ElementTree.fromstring(text.encode())
    assert [n.text for n in root.iter(f"{UNATTEND}ComputerName")] == [clean]
    assert set(n.text for n in root.iter(f"{UNATTEND}UILanguage")) == {language}
    assert ("X:\\regain\\drivers" in text) is drivers


def test_the_driver_of_the_disk_is_loaded_before_setup_looks_for_its_files() -> None:
    plan = make(drivers="drivers/acme/p1", storage=("vmd/iaStorVD.inf",))
    files = next(s for s in plan.steps if s.id == "step-answers").detail["files"]
    rows = files[SHELL].split("\r\n")
    assert rows[0] == "[LaunchApps]" and rows[1].endswith("wpeinit.exe") and rows[3].endswith("\\sources\\setup.exe")
    assert rows[2] == "%SYSTEMDRIVE%\\Windows\\System32\\drvload.exe, X:\\regain\\drivers\\vmd\\iaStorVD.inf"
    assert shell(()) is None and SHELL not in next(s for s in make().steps if s.id == "step-answers").detail["files"]


def test_only_drivers_of_disk_controllers_are_loaded_first(tmp_path: Path) -> None:
    root = tmp_path / "drivers/acme/p1"
    root.mkdir(parents=True)
    (root / "vmd.INF").write_bytes("[Version]\r\nClass = SCSIAdapter ; disks\r\n".encode("utf-16"))
    (root / "ahci.inf").write_bytes(b"[Version]\r\nClass=HDC\r\n")
    (root / "net.inf").write_bytes(b"[Version]\r\nClass=Net\r\nFriend=HDC\r\n")
    (root / "readme.txt").write_bytes(b"Class=HDC\r\n")
    assert storage_drivers(tmp_path, "drivers/acme/p1") == ("ahci.inf", "vmd.INF")
    assert storage_drivers(tmp_path, None) == ()


# -- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "image", "driver", "reason"),
    [
        ({"firmware_mode": "bios"}, {}, True, "bios"),
        ({"secure_boot": "unsupported"}, {}, True, "no-secure-boot"),
        ({"oem_key": "absent"}, {}, True, "no-oem-key"),
        ({}, {"setup": None}, True, "no-setup"),
        ({"disks": 2}, {}, True, "setup-disks"),
        ({"disks": None}, {}, True, "setup-disks-unseen"),
        ({"vendor_storage": True}, {}, False, "setup-driver"),
        ({}, {"setup": {**MEDIA, "boot_signers": [{"folder": "EFI", "authority": "2023"}]}}, True, None),
        (
            {"trust": dataclasses.replace(HOST.trust, knows_2023=False)},
            {"setup": {**MEDIA, "boot_signers": [{"folder": "EFI", "authority": "2023"}]}},
            True,
            "boot-unknown",
        ),
        ({"vendor_storage": True}, {}, True, None),
        ({"vendor_storage": None}, {}, False, None),
    ],
)
def test_setup_has_the_locks_of_an_applied_image_and_its_own(
    changes: dict[str, Any], image: dict[str, Any], driver: bool, reason: str | None
) -> None:
    host, brought = dataclasses.replace(HOST, **changes), windows_image(**{"setup": MEDIA, **image})
    if reason is None:
        assert refuse_setup(brought, host, Basis.OEM_MSDM, storage_driver=driver) is brought.setup
        return
    with pytest.raises(Fault) as caught:
        refuse_setup(brought, host, Basis.OEM_MSDM, storage_driver=driver)
    assert caught.value.error_id == "windows-refused" and caught.value.params["reason"] == reason


ONLY_2023 = [{"folder": "EFI", "authority": "2023"}]
ONLY_2011 = [{"folder": "EFI", "authority": "2011"}]


@pytest.mark.parametrize(
    ("changes", "image", "driver", "reason"),
    [
        ({}, {"setup": MEDIA}, True, "vendor-storage"),
        ({}, {}, True, "vendor-storage-no-setup"),
        ({}, {"setup": MEDIA}, False, "vendor-storage-setup-driver"),
        ({"disks": 2}, {"setup": MEDIA}, True, "vendor-storage-setup-disks"),
        ({"disks": None}, {"setup": MEDIA}, True, "vendor-storage-setup-disks-unseen"),
        (
            {"trust": dataclasses.replace(HOST.trust, knows_2023=False)},
            {"setup": {**MEDIA, "boot_signers": ONLY_2023}},
            True,
            "vendor-storage-setup-boot",
        ),
    ],
)
def test_where_the_disk_needs_a_driver_the_reason_names_setup_or_what_it_lacks(
    changes: dict[str, Any], image: dict[str, Any], driver: bool, reason: str
) -> None:
    brought = windows_image(**image)
    refuse(brought, dataclasses.replace(HOST, **changes), Basis.OEM_MSDM, storage_driver=driver)
    host = dataclasses.replace(HOST, vendor_storage=True, **changes)
    with pytest.raises(Fault) as caught:
        refuse(brought, host, Basis.OEM_MSDM, storage_driver=driver)
    assert caught.value.params["reason"] == reason
    for lang in LANGUAGES:
        said = words(lang)(f"windows-reason-{reason}")
        assert said in words(lang)("err-windows-refused.why", reason=reason)
        assert "AHCI" in said and ("Microsoft" in said) and "VMD" in said


def test_the_plan_says_which_way_and_why() -> None:
    """Neither way is ever taken in silence: the reason is part of the plan, and so of what is consented to."""
    behind = dataclasses.replace(HOST, vendor_storage=True)
    unknown = windows_image(boot_signers=ONLY_2023, setup={**MEDIA, "boot_signers": ONLY_2011})
    old = dataclasses.replace(HOST, trust=dataclasses.replace(HOST.trust, knows_2023=False))
    for plan, path, why in (
        (make(), "setup", "windows-why-setup-asked"),
        (make(host=behind, drivers="drivers/a/b", storage=("vmd.inf",)), "setup", "windows-why-setup-driver"),
        (make(host=old, image=unknown), "setup", "windows-why-setup-boot"),
        (_applied(vendor_storage=False), "apply", "windows-why-apply"),
        (_applied(vendor_storage=None), "apply", "windows-why-apply-unseen"),
    ):
        assert (plan.image["path"], plan.image["why"]) == (path, why)
        assert plan.staged is (path == "setup") and words("fr")(why) != why


def _applied(**changes: Any) -> InstallPlan:
    return plan_windows(
        image=IMAGE, status="unproven", host=dataclasses.replace(HOST, **changes), basis=Basis.RETAIL_OWNED,
        despite=None, drivers=None, identity=DISK, disk_size_bytes=DISK.size_bytes, logical_block=512,
        identifiers=fixed_identifiers(), tag=None, rehearsed=False,
    )  # fmt: skip


def test_what_the_firmware_starts_is_written_last() -> None:
    """A disk on which the copying was cut starts nothing: only two looks come after the boot file."""
    ids = [s.id for s in make().steps]
    assert ids[ids.index("step-bootfiles") :] == ["step-bootfiles", "step-check", "step-nvram"]
    media = next(s for s in make().steps if s.id == "step-media").detail
    assert media["files"] == MEDIA["files"] - 1 + len(IMAGE.files)  # type: ignore[operator]


@pytest.mark.process
def test_a_copy_that_is_ended_leaves_no_tool_that_writes(tmp_path: Path) -> None:
    """A stop ends the shell: the mcopy under it must not go on writing on the disk."""
    (tmp_path / "setup/sources").mkdir(parents=True)
    tool = tmp_path / "bin/mcopy"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\necho $$ >"{tmp_path}/pid"\nexec sleep 60\n')
    (tmp_path / "bin/mmd").write_text("#!/bin/sh\n")
    for each in tool.parent.iterdir():
        each.chmod(0o755)
    env = {"PATH": f"{tool.parent}:/usr/bin:/bin"}
    argv = ["sh", "-c", _COPY, "regain", "/nowhere", str(tmp_path / "setup"), "install.wim"]
    with subprocess.Popen(argv, env=env) as shell_process:
        until = time.monotonic() + 10
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            assert time.monotonic() < until
            time.sleep(0.02)
        shell_process.terminate()
        assert shell_process.wait(10) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_the_boot_file_is_the_one_of_the_medium_and_not_of_the_image() -> None:
    only_old = windows_image(setup={**MEDIA, "boot_signers": [{"folder": "EFI", "authority": "2011"}]})
    for image, wanted in ((IMAGE, ["EFI_EX", "2023"]), (only_old, ["EFI", "2011"])):
        detail = next(s for s in make(image=image).steps if s.id == "step-bootfiles").detail
        assert [detail["folder"], detail["authority"]] == wanted


def test_the_medium_is_in_the_sidecar_and_an_older_sidecar_has_none(tmp_path: Path) -> None:
    for image in (IMAGE, windows_image()):
        folder = tmp_path / str(image.setup is None) / image.id
        assert read_sidecar(write_sidecar(folder, image)) == image
