"""Staging Microsoft's own Setup: the ISO's content on a FAT32 partition, and our answers in the image that starts.

FAT is written and read with mtools and never mounted; ``boot.wim`` is changed in a memory file system of its own that
ends with the command. Whatever is copied is read back from the disk and hashed. The file that the firmware starts comes
last: a disk on which the copying was cut, wherever it was, starts nothing.
"""

from __future__ import annotations

import functools
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

from agent.install.background import run_watched
from agent.install.layout import fat_serial
from agent.install.leave import unmount
from agent.install.partitions import blkid, same_disk
from agent.install.shim import signers
from agent.install.windows.autounattend import FOLDER, NAME, faults
from agent.install.windows.choice import authority
from agent.install.windows.gate import file_hash, same_files
from agent.install.windows.media import BOOT_FILE, BOOT_WIM
from agent.install.windows.plan import WIMLIB
from agent.install.windows.setup_plan import MEDIA
from agent.install.windows.volume import written
from agent.install.work import OWN_MOUNTS, StepFailed, Work, expect, last_line
from agent.machine.door import DoorError
from agent.model.errors import Fault

# All but the boot file. Ended from outside, the tool is ended too: nothing writes on the disk afterwards.
_COPY = r"""
set -e
to=$1 media=$2; shift 2
tool=
trap 'kill $tool 2>/dev/null || :; wait; exit 143' TERM
copy() { mcopy -s -o -Q -i "$to" -- "$@" & tool=$!; wait $tool; }
cd "$media"
mmd -i "$to" ::/EFI ::/EFI/BOOT
for name in *; do
  case $name in
    [eE][fF][iI]) ;;
    *) copy "$name" ::/ ;;
  esac
done
for name in [eE][fF][iI]/*; do
  case ${name##*/} in
    [bB][oO][oO][tT]) ;;
    *) copy "$name" ::/EFI/ ;;
  esac
done
for name in [eE][fF][iI]/[bB][oO][oO][tT]/*; do
  case ${name##*/} in
    [bB][oO][oO][tT][xX]64.[eE][fF][iI]) ;;
    *) copy "$name" ::/EFI/BOOT/ ;;
  esac
done
cd ..
mmd -D s -i "$to" ::/sources 2>/dev/null || :
copy "$@" ::/sources/
"""
# Lines of a hash list on stdin; a name in FAT is the same whatever its case.
_READ_BACK = r"""
blockdev --flushbufs "$1"
count=0
while IFS= read -r line; do
  name=${line#*  }; planned=${line%% *}
  seen=$(mcopy -i "$1" "::/${name#./}" - | sha256sum)
  [ "${seen%% *}" = "$planned" ] || { printf '%s: %s\n' "$name" "$seen" >&2; exit 3; }
  count=$((count + 1))
done
echo $count
"""
# The newer boot files of the medium's own boot.wim, under the names that the older ones have (rufus 2244; Microsoft's
# Make2023BootableMedia.ps1 puts them in the same places).
_NEWER = r"""
set -e
cd "$1"
to=$2
[ ! -f image/EFI_EX/bootmgr_EX.efi ] || mcopy -o -Q -i "$to" image/EFI_EX/bootmgr_EX.efi ::/bootmgr.efi
for file in image/Fonts_EX/*; do
  [ -f "$file" ] || continue
  name=${file##*/}
  mmd -D s -i "$to" ::/EFI/Microsoft ::/EFI/Microsoft/Boot ::/EFI/Microsoft/Boot/Fonts 2>/dev/null || :
  mcopy -o -Q -i "$to" "$file" "::/EFI/Microsoft/Boot/Fonts/$(printf %s "$name" | sed 's/_EX\(\.[^.]*\)$/\1/')"
done
"""
# $1 partition, $2 the file that the firmware starts, $3 where it looks for it by itself
_BOOT_FILE = r"""
set -e
mcopy -o -Q -i "$1" "$2" "$3"
blockdev --flushbufs "$1"
mcopy -i "$1" "$3" - | cmp - "$2"
"""
# In a private set of mounts. $1 partition, $2 image, $3 folder with add/; stdin: commands for wimlib. The boot.wim that
# is changed is the one on the disk, whose hash is right by now.
_ANSWERS = r"""
set -e
to=$1 number=$2; cd "$3"
export WIMLIB_IMAGEX_IGNORE_CASE=1
mkdir -p wim
mount -t tmpfs -o mode=700,size=90% tmpfs wim
mcopy -i "$to" ::/sources/boot.wim wim/boot.wim
wimlib-imagex update wim/boot.wim "$number" >/dev/null
wimlib-imagex verify wim/boot.wim >/dev/null
shift 3
wimlib-imagex extract wim/boot.wim "$number" "$@" --dest-dir=wim/back --no-acls >/dev/null
diff -r add wim/back
mcopy -o -Q -i "$to" wim/boot.wim ::/sources/boot.wim
mcopy -o -Q -i "$to" add/Autounattend.xml ::/
blockdev --flushbufs "$to"
sha256sum < wim/boot.wim
mcopy -i "$to" ::/sources/boot.wim - | sha256sum
"""
_EFI_LIMIT = 32 << 20  # bytes of one program

STARTS = "::/EFI/BOOT/BOOTX64.EFI"
"""Where a firmware looks by itself (UEFI 2.10, 3.5.1.1)."""


def gate(work: Work) -> str:
    """Raises Fault disk-changed, image-damaged, wim-no-index, wim-parts, image-unfit: nothing has been written then."""
    same_disk(work)
    told = _same_stick(work)
    work.stop_if_asked()
    return f"{work.plan.disk.suffix}, {told}, {work.detail('step-gate')['media']['files']} files of the medium"


def _same_stick(work: Work) -> str:
    """The image and the medium are what the sidecar says. Raises Fault as ``gate`` does."""
    told = same_files(work)
    media, folder = work.detail("step-gate")["media"], Path(work.image).parent
    found = file_hash(work.machine, folder / media["list"])
    if found != media["sha256"]:
        raise Fault("image-damaged", file=media["list"], why=f"sha256 {found[:12]}…, sidecar {media['sha256'][:12]}…")
    argv = ["env", "-C", str(folder / MEDIA), "sha256sum", "--check", "--strict", "--quiet", f"../{media['list']}"]
    try:
        answer = work.machine.run(argv, timeout_s=3600)
    except DoorError as error:
        raise Fault("image-damaged", file=MEDIA, why=str(error)) from None
    if answer.exit_status:
        raise Fault("image-damaged", file=MEDIA, why=last_line(answer.text) or last_line(answer.errors))
    return told


def _or_the_stick(step: Callable[[Work], str]) -> Callable[[Work], str]:
    """A step that failed because the stick is no longer the one of the gate says so. Raises Fault image-damaged."""

    @functools.wraps(step)
    def told(work: Work) -> str:
        try:
            return step(work)
        except StepFailed:
            _same_stick(work)
            raise

    return told


def make_file_system(work: Work) -> str:
    detail, ids = work.detail("step-format"), work.plan.identifiers
    work.must(detail["argv"], timeout_s=600)
    blkid(work, "setup", {"TYPE": "vfat", "VERSION": "FAT32", "UUID": fat_serial(ids), "LABEL": "SETUP"})
    sector = work.must(["head", "-c", "512", "{setup}"]).stdout
    expect("setup: hidden sectors", struct.unpack_from("<I", sector, 0x1C)[0], detail["hidden"])
    return f"FAT32 {fat_serial(ids)}"


@_or_the_stick
def copy_media(work: Work) -> str:
    """The stick's files on the partition, but for what starts it; then each one hashed as the disk gives it back.

    Raises Fault image-damaged for a stick that gave out, install-disk-full.
    """
    detail, gate = work.detail("step-media"), work.detail("step-gate")
    work.make_folder()
    rows = [row for row in _listed(work) if row[1].lower() != BOOT_FILE]
    rows += [(digest, f"sources/{name}") for name, digest in gate["files"]]
    total, before = detail["bytes"], written(work, "setup")
    argv = ["sh", "-c", _COPY, "regain", "{setup}", f"{{images}}/{MEDIA}", *(name for name, _ in gate["files"])]
    answer = run_watched(work, argv, total=total, done=lambda: written(work, "setup") - before)
    work.stop_if_asked()
    if answer.exit_status:
        why = last_line(answer.errors)
        if "full" in why.lower():
            raise Fault("install-disk-full", wrote=True, disk=work.plan.disk.suffix)
        raise StepFailed(f"mcopy: exit {answer.exit_status}: {why}")
    planned = "".join(f"{digest}  {name}\n" for digest, name in rows)
    count = work.must(["sh", "-c", _READ_BACK, "regain", "{setup}"], stdin=planned.encode(), timeout_s=2 * 3600)
    expect("files read back", count.text.strip(), str(detail["files"]))
    work.tell(total, total)
    return f"{count.text.strip()} files read back"


def _listed(work: Work) -> list[tuple[str, str]]:
    """Hash and name of every file of the medium, from the list whose own hash is in the plan. Raises StepFailed."""
    media = work.detail("step-gate")["media"]
    data = work.look(f"{Path(work.image).parent}/{media['list']}", limit=8 << 20)
    expect("hash list", hashlib.sha256(data).hexdigest(), media["sha256"])
    pairs = (line.split("  ", 1) for line in data.decode().splitlines())
    return [(digest, name.removeprefix("./")) for digest, name in pairs]


@_or_the_stick
def write_boot_files(work: Work) -> str:
    """The boot file that this firmware trusts, on the path that it looks at by itself: from here on the disk starts."""
    detail = work.detail("step-bootfiles")
    spelt = {name.lower(): (digest, f"{{images}}/{MEDIA}/{name}") for digest, name in _listed(work)}
    digest, source = spelt[BOOT_FILE]
    if detail["folder"] == "EFI_EX":
        work.must(["mkdir", "-p", "{boot}"])
        wim, number = spelt[BOOT_WIM][1], str(detail["boot_index"])
        parts = ["/Windows/Boot/EFI_EX", "/Windows/Boot/Fonts_EX"]
        work.must([*WIMLIB, "extract", wim, number, *parts, "--nullglob", "--dest-dir={boot}/image"], timeout_s=900)
        work.must(["sh", "-c", _NEWER, "regain", "{boot}", "{setup}"], timeout_s=600)
        source = "{boot}/image/EFI_EX/bootmgfw_EX.efi"
    content = work.must(["cat", source], timeout_s=300).stdout[:_EFI_LIMIT]
    expect("BOOTX64.EFI: signed by", authority(signers(content)), detail["authority"])
    if detail["folder"] == "EFI":
        expect("BOOTX64.EFI", hashlib.sha256(content).hexdigest(), digest)
    work.must(["sh", "-c", _BOOT_FILE, "regain", "{setup}", source, STARTS], timeout_s=600)
    return f"boot file signed {detail['authority']}"


def write_answers(work: Work) -> str:
    """Our files into the image that starts, out of it again, and the whole image back from the disk."""
    detail = work.detail("step-answers")
    work.must(["mkdir", "-p", f"{{boot}}/add/{FOLDER}"])
    commands = [f"add 'add/{FOLDER}' '/{FOLDER}'"]
    places = [f"/{FOLDER}"]
    for name, content in detail["files"].items():
        if name == NAME:
            _judge(content)
        place = f"/{name}" if name == NAME else f"/Windows/System32/{name}"
        work.must(["sh", "-c", 'cat > "$1"', "regain", f"{{boot}}/add/{name}"], stdin=content.encode())
        commands.append(f"add 'add/{name}' '{place}'")
        places.append(place)
    if detail["drivers"]:
        work.must(["cp", "-r", f"{{images}}/{detail['drivers']}", f"{{boot}}/add/{FOLDER}/drivers"], timeout_s=1800)
    argv = [*OWN_MOUNTS, "sh", "-c", _ANSWERS, "regain", "{setup}"]
    argv += [str(detail["boot_index"]), "{boot}", *places]
    script = "".join(f"{line}\n" for line in commands)
    planned, seen = work.must(argv, stdin=script.encode(), timeout_s=3600).text.split("\n")[:2]
    expect("boot.wim on the disk", seen, planned)
    back = work.must(["mcopy", "-i", "{setup}", f"::/{NAME}", "-"]).stdout.decode("utf-8", "replace")
    expect(NAME, back, detail["files"][NAME])
    _judge(back)
    return f"{NAME}, {'drivers, ' if detail['drivers'] else ''}boot.wim {planned[:12]}…"


def _judge(answers: str) -> None:
    for fault in faults(answers):
        raise StepFailed(f"{NAME}: {fault}")


def check(work: Work) -> str:
    """The last look. Nothing here says that Setup starts: that is seen on the PC, and nowhere else.

    What is not as planned must not start either: its boot file is taken away again.
    """
    try:
        return _look(work)
    except StepFailed:
        work.run(["mdel", "-i", "{setup}", STARTS])
        work.run(["blockdev", "--flushbufs", "{setup}"], timeout_s=600)
        raise


def _look(work: Work) -> str:
    detail = work.detail("step-check")
    unmount(work)
    work.must(["blockdev", "--flushbufs", "{disk}"], timeout_s=3600)
    for argv in detail["argvs"]:
        answer = work.run(argv, timeout_s=1800)
        if answer.exit_status:
            raise StepFailed(f"{argv[0]}: exit {answer.exit_status}: {answer.text.strip()[-200:]}")
    listing = work.must(["mdir", "-/", "-b", "-i", "{setup}", "::/"], timeout_s=600).text
    count = sum(1 for line in listing.splitlines() if line.startswith("::/") and not line.endswith("/"))
    if count < detail["files"]:
        raise StepFailed(f"{count} files on the partition, planned {detail['files']}")
    return f"{count} files, FAT clean, nothing mounted"
