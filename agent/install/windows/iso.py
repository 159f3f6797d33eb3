"""The image file out of an ISO that somebody downloaded, and the rest of it for Microsoft's own Setup.

Needs root: the ISO is mounted, read only, for the copy alone. A folder with the same content serves as well: an ISO
that is mounted already, or the USB stick that Microsoft's own tool made.
"""

from __future__ import annotations

from pathlib import Path

from agent.install.work import OWN_MOUNTS, last_line
from agent.machine.door import DoorError, Machine
from agent.model.errors import Fault

# Microsoft's ISOs are UDF; the mount is private and ends with the command.
_COPY = r"""
set -e
iso=$1 folder=$2 media=$3
if [ -d "$iso" ]; then
  here=$iso
else
  here=$(mktemp -d -p /run regain-iso.XXXXXXXX)
  trap 'cd /; umount "$here" 2>/dev/null || :; rmdir "$here"' EXIT
  mount -o ro,loop,nosuid,nodev,noexec "$iso" "$here"
fi
found=
for name in "$here"/[sS][oO][uU][rR][cC][eE][sS]/[iI][nN][sS][tT][aA][lL][lL]*; do
  case $name in
    *.wim|*.esd|*.swm|*.WIM|*.ESD|*.SWM)
      to=$folder/$(printf %s "${name##*/}" | tr A-Z a-z)
      cp "$name" "$to.part"; mv "$to.part" "$to"; printf '%s\n' "$to"; found=1 ;;
  esac
done
[ -n "$found" ] || { echo "no install.wim, install.esd, install.swm" >&2; exit 3; }
[ -n "$media" ] || exit 0
rm -rf "$folder/$media.part" "$folder/$media"
mkdir "$folder/$media.part"
cd "$here"
find . -type f ! -ipath './sources/install.wim' ! -ipath './sources/install.esd' ! -ipath './sources/install*.swm' \
  ! -ipath './System Volume Information/*' -exec cp --parents -- {} "$folder/$media.part" \;
mv "$folder/$media.part" "$folder/$media"
"""


def copy_out(machine: Machine, iso: Path, folder: Path, *, media: str = "") -> list[Path]:
    """The files of the image, in ``folder``; with ``media`` everything else too, in that folder of it.

    Raises Fault not-root, image-damaged, image-unfit.
    """
    if not machine.is_root():
        raise Fault("not-root")
    folder.mkdir(parents=True, exist_ok=True)
    argv = [
        *OWN_MOUNTS,
        "sh",
        "-c",
        _COPY,
        "regain",
        str(iso),
        str(folder.absolute()),
        media,
    ]
    try:
        answer = machine.run(argv, timeout_s=2 * 3600)
    except DoorError as error:
        raise Fault("image-damaged", file=iso.name, why=str(error)) from None
    if answer.exit_status == _NOTHING:
        raise Fault("image-unfit", file=iso.name, missing=last_line(answer.errors))
    if answer.exit_status:
        lines = [line for line in answer.errors.splitlines() if line.strip() and "dmesg" not in line]
        raise Fault("image-damaged", file=iso.name, why=lines[-1].strip() if lines else f"exit {answer.exit_status}")
    return in_order([Path(line) for line in answer.text.splitlines() if line])


_NOTHING = 3


def in_order(files: list[Path]) -> list[Path]:
    """install.swm, install2.swm, … install10.swm: by number, not by letter."""

    def number(file: Path) -> int:
        digits = "".join(c for c in file.stem if c.isdigit())
        return int(digits) if digits else 1

    return sorted(files, key=lambda f: (number(f), f.name))
