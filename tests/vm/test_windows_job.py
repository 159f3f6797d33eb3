"""Windows by command, on a virtual PC that may have it: brought as an ISO, installed on an NVMe disk under Secure Boot,
read back, and its first start confirmed; then Microsoft's Setup staged on the same disk, and what it installed
confirmed. The medium is synthetic; what Setup and a first start leave is put there by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.install.layout import ESP
from agent.install.windows.choice import CA_2023, PCA_2011
from agent.install.windows.layout import BASIC_DATA, MSR
from tests.loop.windows_image import run, synthetic_wim
from tests.loop.windows_media import synthetic_media
from tests.unit.install.conftest import signed_pe
from tests.vm import record
from tests.vm.bench import payload_of
from tests.vm.donations import DONATIONS

DISK = "/dev/nvme0n1"
JOB_S = 1500.0
"""The start and twelve commands: beside another load it outlived the time that a start alone is given."""
_INSIDE = f"""
export REGAIN_HOME=/mnt/home
regain() {{ n=$1; shift; python3 -m agent "$@" >/mnt/$n.out 2>/mnt/$n.err; echo $? >/mnt/$n.code; }}
modprobe -a loop isofs udf fuse 2>/dev/null
folder=/mnt/images/windows/win11-pro
regain asked image add /mnt/Win11.iso --windows win11-pro --licence retail-owned --out /mnt/images
regain added image add /mnt/Win11.iso --windows win11-pro --index 2 --licence retail-owned --operator 07 \\
    --setup --out /mnt/images --json
regain disks disks --json
end=$(python3 -c 'import json
print(next(d["identity"][-4:] for d in json.load(open("/mnt/disks.out")) if d["path"] == "{DISK}"))')
set -- install {DISK} --profile win11-pro --image $folder --licence retail-owned --operator 07 --out /mnt/out --json
regain wrong "$@" --confirm 0000 --unproven essai
regain locked "$@" --confirm $end
regain installed "$@" --confirm $end --unproven essai
efibootmgr -v >/mnt/boot.txt 2>&1
sfdisk --json {DISK} >/mnt/table.json
job=$(python3 -c 'import json
print(json.loads(open("/mnt/installed.out").read().splitlines()[-1])["record"])')
set -- install {DISK} --confirm-boot --image $folder --install-record $job --operator 12 --out /mnt/out --json
regain early "$@"
mkdir -p /tmp/volume
ntfs-3g {DISK}p3 /tmp/volume
mkdir -p /tmp/volume/Windows/Panther/UnattendGC
echo specialize >/tmp/volume/Windows/Panther/UnattendGC/setupact.log
umount /tmp/volume
regain confirmed "$@"
set -- install {DISK} --setup --profile win11-pro --image $folder --licence retail-owned --operator 07 --out /mnt/out
regain staged "$@" --confirm $end --unproven essai --json
efibootmgr -v >/mnt/boot-staged.txt 2>&1
sfdisk --json {DISK} >/mnt/table-staged.json
job=$(python3 -c 'import json
print(json.loads(open("/mnt/staged.out").read().splitlines()[-1])["record"])')
printf 'size=300MiB, type={ESP}\\nsize=16MiB, type={MSR}\\ntype={BASIC_DATA}\\n' | sfdisk -q --append {DISK}
mkntfs -F -Q -q -L Windows {DISK}p4
set -- install {DISK} --confirm-boot --image $folder --install-record $job --operator 12 --out /mnt/out --json
regain empty "$@"
ntfs-3g {DISK}p4 /tmp/volume
mkdir -p /tmp/volume/Windows/Panther/UnattendGC
echo specialize >/tmp/volume/Windows/Panther/UnattendGC/setupact.log
umount /tmp/volume
regain seen "$@"
regain listed image list --out /mnt/images --json
"""


@pytest.fixture(scope="module")
def share(iso: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the guest wrote: for each command NAME.out, NAME.err and NAME.code."""
    work = tmp_path_factory.mktemp("windows-job")
    root = record.unpack(iso, work)
    boot = {
        "EFI/bootmgfw.efi": signed_pe(PCA_2011),
        "EFI_EX/bootmgfw_EX.efi": signed_pe(CA_2023),
    }
    wim = synthetic_wim(work, files=20, boot=boot)
    synthetic_media(work / "tree", wim)
    medium = work / "Win11.iso"
    run("xorriso", "-as", "mkisofs", "-quiet", "-iso-level", "3", "-J", "-o", str(medium), str(work / "tree"))
    pc = replace(next(d for d in DONATIONS if d.name == "eligible-secure-boot"), slots=(4096, 0), threads=2)
    return record.run(pc, work, root, _INSIDE, files=[medium], boot_s=JOB_S)


def told(share: Path, name: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one command of the guest."""
    code = share / f"{name}.code"
    assert code.exists(), f"{name} never ran: {sorted(p.name for p in share.iterdir())}"
    return int(code.read_text()), (share / f"{name}.out").read_text(), (share / f"{name}.err").read_text()


def last(share: Path, name: str) -> Mapping[str, Any]:
    code, out, errors = told(share, name)
    assert code == 0, (out[-500:], errors)
    found: Mapping[str, Any] = json.loads(out.splitlines()[-1])
    return found


def test_an_iso_gives_its_image_and_says_what_is_in_it(share: Path) -> None:
    code, _, errors = told(share, "asked")
    assert code == 2 and "Professionnel" in errors, errors
    assert last(share, "added")["image"]["edition"] == "Professional"
    assert (share / "images/windows/win11-pro/install.wim").is_file()


def test_a_wrong_end_and_a_disk_without_proof_write_nothing(share: Path) -> None:
    assert told(share, "wrong")[0] == 3
    code, _, errors = told(share, "locked")
    assert code == 3 and errors.strip(), errors


def test_the_install_ends_verified_with_a_signed_record(share: Path) -> None:
    done = last(share, "installed")
    assert done["ok"] is True and done["verified"] == "checked", done
    signed = payload_of(Path(str(done["record"]).replace("/mnt", str(share))))
    assert signed["install"]["verified"] == "checked" and signed["install"]["status"] == "unproven"
    parts = json.loads((share / "table.json").read_text())["partitiontable"]["partitions"]
    assert len(parts) == 4, parts
    assert "Windows Boot Manager" in (share / "boot.txt").read_text(), (share / "boot.txt").read_text()


def test_a_first_start_is_believed_only_when_the_disk_shows_it(share: Path) -> None:
    code, _, errors = told(share, "early")
    assert code != 0 and errors.strip()
    confirmed = last(share, "confirmed")
    signed = payload_of(Path(str(confirmed["record"]).replace("/mnt", str(share))))
    assert signed["install"]["verified"] == "started"
    listed = last(share, "listed")["windows"][0]
    assert listed["status"] == listed["setup_status"] == "unproven", "one PC is not three models of two makers"


def test_a_staged_setup_is_signed_as_that_and_found_by_the_firmware(share: Path) -> None:
    done = last(share, "staged")
    assert (done["ok"], done["staged"]) == (True, True), done
    install = payload_of(Path(str(done["record"]).replace("/mnt", str(share))))["install"]
    assert (install["result"], install["path"], install["layout"]) == ("staged", "setup", "windows-setup")
    assert install["detail"]["path_reason"] == "windows-why-setup-asked"
    assert "Windows n’est pas encore installé" in told(share, "staged")[2]
    (part,) = json.loads((share / "table-staged.json").read_text())["partitiontable"]["partitions"]
    assert part["name"] == "SETUP" and part["type"] == BASIC_DATA
    entry = next(x for x in (share / "boot-staged.txt").read_text().splitlines() if "Windows Setup" in x)
    assert part["uuid"].lower() in entry.lower() and "BOOTX64.EFI" in entry.upper()


def test_what_setup_installed_is_confirmed_by_who_saw_it(share: Path) -> None:
    code, _, errors = told(share, "empty")
    assert code == 3 and "S21" in errors, errors
    seen = last(share, "seen")
    assert seen["path"] == "setup"
    install = payload_of(Path(str(seen["record"]).replace("/mnt", str(share))))["install"]
    assert (install["result"], install["verified"], install["path"]) == ("done", "started", "setup")
    first = payload_of(Path(str(last(share, "staged")["record"]).replace("/mnt", str(share))))
    assert install["detail"]["after"] == first["report_id"]
