"""Step 4: the ESP. Files of the image under the names that firmware and boot manager look for, and our own BCD.

Laid out in the live system's memory first, copied with mtools (nothing is mounted), read back as a whole and compared.
"""

from __future__ import annotations

import hashlib

from agent.install.shim import signers
from agent.install.windows.choice import authority
from agent.install.windows.plan import boot_store
from agent.install.work import StepFailed, Work, expect

_EFI_LIMIT = 32 << 20  # bytes of one program

# bcdboot(1)'s own layout. Of the folders that end in _EX, each file loses the _EX of its name (pbatard/rufus 2244).
_LAY_OUT = r"""
set -e
cd "$1"
to=stage/EFI/Microsoft/Boot
rm -rf stage back
mkdir -p "$to" stage/EFI/BOOT
cp -r image/EFI/. "$to"
overlay() {
  [ -d "image/$1" ] || return 0
  mkdir -p "$2"
  for file in "image/$1"/*; do
    if [ -f "$file" ]; then
      name=${file##*/}; cp "$file" "$2/$(printf %s "$name" | sed 's/_EX\(\.[^.]*\)$/\1/')"
    fi
  done
}
[ ! -d image/Fonts ] || cp -r image/Fonts "$to/Fonts"
[ ! -d image/Resources ] || cp -r image/Resources "$to/Resources"
if [ "$2" = EFI_EX ]; then overlay EFI_EX "$to"; overlay Fonts_EX "$to/Fonts"; fi
rm -f "$to"/BCD*
cat > "$to/BCD"
cp "$to/bootmgfw.efi" stage/EFI/BOOT/BOOTX64.EFI
find stage -type f -printf x | wc -c
"""


def write_boot_files(work: Work) -> str:
    detail = work.detail("step-bootfiles")
    store = _planned_store(work)
    work.make_folder()
    work.must(["mkdir", "-p", "{boot}"])
    work.must([*detail["argv"], "--nullglob", "--dest-dir={boot}/image"], timeout_s=900)
    count = work.must(["sh", "-c", _LAY_OUT, "regain", "{boot}", detail["folder"]], stdin=store).text.strip()
    work.must(["mcopy", "-s", "-o", "-Q", "-i", "{esp}", "{boot}/stage/EFI", "::/"], timeout_s=900)
    work.must(["mkdir", "{boot}/back"])
    work.must(["mcopy", "-s", "-n", "-i", "{esp}", "::/EFI", "{boot}/back/"], timeout_s=900)
    answer = work.run(["diff", "-r", "{boot}/stage/EFI", "{boot}/back/EFI"], timeout_s=300)
    if answer.exit_status:
        raise StepFailed(f"ESP: {answer.text.strip()[-200:]}")
    _as_planned(work, store)
    return f"{count} files, boot file signed {detail['authority']}, BCD {len(store)} bytes"


def _planned_store(work: Work) -> bytes:
    told = work.detail("step-bootfiles")["store"]
    store = boot_store(work.plan.identifiers, label=told["label"], locale=told["locale"])
    expect("BCD", hashlib.sha256(store).hexdigest(), told["sha256"])
    return store


def _as_planned(work: Work, store: bytes) -> None:
    """Both paths that a firmware takes, and the store, from what came back from the ESP."""
    planned = work.detail("step-bootfiles")["authority"]
    back = f"{work.folder}/boot/back/EFI"
    for place in ("BOOT/BOOTX64.EFI", "Microsoft/Boot/bootmgfw.efi"):
        content = work.look(f"{back}/{place}", limit=_EFI_LIMIT)
        expect(f"{place}: signed by", authority(signers(content)), planned)
    expect("BCD on the ESP", work.look(f"{back}/Microsoft/Boot/BCD"), store)
