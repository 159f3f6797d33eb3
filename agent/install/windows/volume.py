"""Steps 2, 3 and 5: the file systems, the image on the unmounted volume, and the first-start settings on it.

wimlib writes NTFS itself, through libntfs-3g: on a mounted folder it would lose security descriptors, attributes and
short names (wimlib-imagex-apply(1), "NTFS VOLUME EXTRACTION").
"""

from __future__ import annotations

import struct

from agent.install.background import run_watched
from agent.install.layout import fat_serial
from agent.install.partitions import blkid
from agent.install.work import OWN_MOUNTS, StepFailed, Work, expect, last_line
from agent.model.errors import Fault

# In a set of mounts that ends with the command. $1 the volume, $2 options, $3 the folder; then the work.
_MOUNTED = r"""
set -e
volume=$1 options=$2 folder=$3 work=$4; shift 4
mkdir -p "$folder"
ntfs-3g -o "$options" "$volume" "$folder"
status=0
(set -e; cd "$folder"; eval "$work") || status=$?
umount "$folder"
rmdir "$folder"
exit $status
"""
_COUNT = "find . -xdev -mindepth 1 -printf x | wc -c"
# ntfs-3g lets everybody write what it creates (seen with "inherit" too): what we add gets a descriptor of its own.
_WRITE = r"""
folder=${1%/*}
if [ ! -d "$folder" ]; then mkdir -p "$folder"; setfattr -n system.ntfs_acl -v "$2" "$folder"; fi
cat > "$1"
setfattr -n system.ntfs_acl -v "$2" "$1"
cat "$1"
"""
_DRIVERS = r"""
rm -rf ./Drivers
cp -r "$1" ./Drivers
find ./Drivers -exec setfattr -n system.ntfs_acl -v "$2" {} +
diff -r "$1" ./Drivers
find ./Drivers -type f -printf x | wc -c
"""
_WHO = 'getfattr -e hex -n system.ntfs_acl "$1"'

# wimlib.h, enum wimlib_error_code: what means that the files on the stick cannot be read, or are not what they were
# (decompression, integrity, header, tables, metadata, part number, hash, not a WIM, open, read, not found, end, XML)
_SOURCE_ERRORS = frozenset({2, 13, 15, 16, 17, 20, 21, 25, 28, 36, 43, 47, 50, 55, 65, 67, 73})


def make_file_systems(work: Work) -> str:
    detail = work.detail("step-format")
    for argv in detail["argvs"]:
        work.must(argv, timeout_s=600)
    ids = work.plan.identifiers
    blkid(work, "esp", {"TYPE": "vfat", "VERSION": "FAT32", "UUID": fat_serial(ids), "LABEL": "SYSTEM"})
    blkid(work, "windows", {"TYPE": "ntfs", "LABEL": "Windows"})
    blkid(work, "recovery", {"TYPE": "ntfs", "LABEL": "Recovery"})
    for name, start in detail["hidden"].items():
        sector = work.must(["head", "-c", "512", "{" + name + "}"]).stdout
        expect(f"{name}: hidden sectors", struct.unpack_from("<I", sector, 0x1C)[0], start)  # BIOS parameter block
    return f"FAT32 {fat_serial(ids)}, NTFS Windows, NTFS Recovery"


def apply(work: Work) -> str:
    """The image on the volume. A file of the stick that gives out is told as such: the disk is then not installed.

    Raises Fault image-damaged, install-disk-full.
    """
    detail = work.detail("step-unpack")
    work.make_folder()
    before = written(work, "windows")
    total = detail["bytes"]
    answer = run_watched(work, detail["argv"], total=total, done=lambda: written(work, "windows") - before)
    work.stop_if_asked()
    if answer.exit_status:
        raise _why(work, answer.exit_status, answer.errors)
    work.must(["blockdev", "--flushbufs", "{windows}"], timeout_s=3600)
    count = mounted(work, "ro", _COUNT, timeout_s=3600).strip()
    expect("names on the volume", count, str(detail["entries"]))
    work.tell(total, total)
    return f"{count} names"


def _why(work: Work, status: int, errors: str) -> Exception:
    if "No space left" in errors:
        return Fault("install-disk-full", wrote=True, disk=work.plan.disk.suffix)
    if status in _SOURCE_ERRORS:
        return Fault("image-damaged", wrote=True, file=work.image, why=f"wimlib {status}: {last_line(errors)}")
    return StepFailed(f"wimlib {status}: {last_line(errors)}")


def written(work: Work, partition: str) -> int:
    """Bytes written to a partition since it appeared (Documentation/block/stat.rst: 512-byte sectors)."""
    name = work.partition_name(work.numbers[partition])
    words = work.look(f"/sys/block/{work.disk_name}/{name}/stat").split()
    return int(words[6]) * 512 if len(words) > 6 and words[6].isdigit() else 0


def mounted(work: Work, options: str, script: str, *words: str, stdin: bytes = b"", timeout_s: float = 600) -> str:
    """What a short shell script answers inside the mounted volume; it is unmounted when this returns."""
    argv = [*OWN_MOUNTS, "sh", "-c", _MOUNTED, "regain"]
    argv += ["{windows}", options, f"{work.folder}/volume", script, *words]
    return work.must(argv, stdin=stdin, timeout_s=timeout_s).stdout.decode("utf-8", "replace")


def write_answers(work: Work) -> str:
    detail = work.detail("step-answers")
    owned = f"0x{detail['descriptor']}"
    for place, content in detail["files"].items():
        expect(place, mounted(work, "rw", _WRITE, place, owned, stdin=content.encode()), content)
        if owned not in mounted(work, "ro", _WHO, place):
            raise StepFailed(f"{place}: who may write it is not as planned")
    drivers = 0
    if detail["drivers"]:
        source = f"{work.places()['images']}/{detail['drivers']}"
        if not work.machine.exists(source):
            raise StepFailed(f"{source}: not there")
        drivers = int(mounted(work, "rw", _DRIVERS, source, owned, timeout_s=1800) or 0)
        if not drivers:
            raise StepFailed(f"{source}: no driver in it")
    return f"{detail['computer']}, {drivers} driver files"
