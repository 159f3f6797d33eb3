"""Steps 0 and 2: a sound image for the planned disk, then file systems."""

from __future__ import annotations

from agent.install.contents import ImageReader, boot_findings, read_contents
from agent.install.layout import fat_serial
from agent.install.linux.encrypted import can_encrypt, open_container
from agent.install.linux.sample import pick
from agent.install.partitions import blkid, same_disk
from agent.install.work import Work
from agent.machine.door import DoorError
from agent.model.errors import Fault


def gate(work: Work) -> str:
    """Raises Fault disk-changed, image-damaged, image-unfit: nothing has been written then."""
    same_disk(work)
    detail, disk = work.detail("step-gate"), work.disk
    try:
        answer = work.machine.run(["sha256sum", "--zero", work.image], timeout_s=1800)
    except DoorError as error:
        raise Fault("image-damaged", file=work.image, why=str(error)) from None
    digest = answer.text.split(" ", 1)[0].removeprefix("\\")
    if answer.exit_status or digest != detail["sha256"]:
        why = answer.errors.strip() or f"sha256 {digest[:12]}…, manifest {str(detail['sha256'])[:12]}…"
        raise Fault("image-damaged", file=work.image, why=why)
    contents = read_contents(ImageReader(work.machine, work.image))
    lacking = [finding.detail for finding in boot_findings(contents) if finding.refuses]
    lacking += [name for name in detail.get("needs", ()) if name not in contents.entries]
    if lacking:
        raise Fault("image-unfit", file=work.image, missing="; ".join(lacking))
    if "needs" in detail:
        can_encrypt(work)
    work.sample = pick(contents.entries, work.plan.identifiers["disk_guid"])
    return f"{disk.identity.suffix}, {disk.size_bytes} bytes, sha256 {digest[:12]}"


def make_file_systems(work: Work) -> str:
    detail, ids = work.detail("step-format"), work.plan.identifiers
    if "luks" in detail:
        open_container(work)
    for argv in detail["argvs"]:
        work.must(argv, timeout_s=600)
    if "luks" in detail:
        blkid(work, "boot", {"TYPE": "ext4", "UUID": ids["boot_uuid"], "LABEL": "boot"})
    blkid(work, "root", {"TYPE": "ext4", "UUID": ids["root_uuid"], "LABEL": "root"})
    blkid(work, "esp", {"TYPE": "vfat", "VERSION": "FAT32", "UUID": fat_serial(ids), "LABEL": "ESP"})
    return f"ext4 {ids['root_uuid']}, FAT32 {fat_serial(ids)}"
