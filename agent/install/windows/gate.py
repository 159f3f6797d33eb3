"""Step 0: the planned disk, files whose hash was written beforehand, and the very image that the sidecar tells of."""

from __future__ import annotations

from pathlib import Path

from agent.install.partitions import same_disk
from agent.install.shim import signers
from agent.install.windows.choice import authority
from agent.install.windows.wim import Wim, boot_manager, lacking
from agent.install.work import Work
from agent.machine.door import DoorError, Machine
from agent.model.errors import Fault


def gate(work: Work) -> str:
    """Raises Fault disk-changed, image-damaged, wim-no-index, wim-parts, image-unfit: nothing has been written then."""
    same_disk(work)
    told = same_files(work)
    detail = work.detail("step-gate")
    wim = _wim(work)
    missing = list(lacking(wim.names(detail["index"])))
    if missing:
        raise Fault("image-unfit", file=work.image, missing=", ".join(missing))
    name, planned = detail["boot"]
    found = authority(signers(wim.content(detail["index"], boot_manager(name)))) or "?"
    if found != planned:
        raise Fault("image-unfit", file=work.image, missing=f"{boot_manager(name)}: {planned} (is {found})")
    return f"{work.plan.disk.suffix}, {told}, boot {planned}"


def _wim(work: Work) -> Wim:
    folder = Path(work.image).parent
    return Wim(machine=work.machine, files=[folder / name for name, _ in work.detail("step-gate")["files"]])


def same_files(work: Work) -> str:
    """The files of the image by their hashes, and the edition that is planned. Raises as ``gate`` does."""
    detail = work.detail("step-gate")
    folder = Path(work.image).parent
    for name, planned in detail["files"]:
        found = file_hash(work.machine, folder / name)
        if found != planned:
            why = f"sha256 {found[:12]}…, sidecar {planned[:12]}…"
            raise Fault("image-damaged", file=name, why=why)
        work.stop_if_asked()
    wim = _wim(work)
    wim.whole_set()
    told = wim.index(detail["index"])
    if (told.edition, told.language) != (detail["edition"], detail["language"]):
        raise Fault("image-unfit", file=work.image, missing=f"{detail['edition']} {detail['language']}")
    return f"{len(detail['files'])} files, {told.name}"


def file_hash(machine: Machine, file: Path) -> str:
    """SHA-256 as read from the medium now. Raises Fault image-damaged."""
    try:
        answer = machine.run(["sha256sum", "--zero", str(file)], timeout_s=3600)
    except DoorError as error:
        raise Fault("image-damaged", file=file.name, why=str(error)) from None
    if answer.exit_status:
        raise Fault("image-damaged", file=file.name, why=answer.errors.strip())
    return answer.text.split(" ", 1)[0].removeprefix("\\")
