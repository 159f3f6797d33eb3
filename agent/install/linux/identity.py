"""Step 4: this PC's own settings, and nothing of any other PC. Everything happens inside the new root."""

from __future__ import annotations

from pathlib import PurePosixPath

from agent.install.linux.encrypted import add_key
from agent.install.linux.work import inside, must_inside
from agent.install.work import StepFailed, Work, expect

# the old name is removed first: writing through a link of the image would land elsewhere
_WRITE = 'set -e; mkdir -p "${1%/*}"; rm -f "$1"; cat > "$1"; chmod 0644 "$1"'
_REMOVE = 'cd / && rm -f -- $1 && for left in $1; do if [ -e "$left" ]; then echo "$left"; fi; done'
_SWAP = 'set -e; fallocate -l "$1" /swapfile; chmod 0600 /swapfile; mkswap /swapfile >/dev/null; stat -c %s /swapfile'


def give_identity(work: Work) -> str:
    detail = work.detail("step-identity")
    must_inside(work, ["mkdir", "-p", *(f"/{name}" for name in detail["folders"])])
    for pattern in detail["remove"]:
        left = must_inside(work, ["sh", "-c", _REMOVE, "regain", pattern]).text.strip()
        expect("left behind", left, "")
    for name, content in detail["files"].items():
        must_inside(work, ["sh", "-c", _WRITE, "regain", f"/{name}"], stdin=content.encode())
        expect(name, must_inside(work, ["cat", f"/{name}"]).text, content)
    for name, target in detail["links"].items():
        if inside(work, ["test", "-e", target]).exit_status:
            raise StepFailed(f"{target} is not in the image")
        must_inside(work, ["ln", "-sfn", target, f"/{name}"])
        expect(name, must_inside(work, ["readlink", f"/{name}"]).text.strip(), target)
    _no_device_names(work)
    if detail["swap_file_bytes"]:
        size = must_inside(work, ["sh", "-c", _SWAP, "regain", str(detail["swap_file_bytes"])], timeout_s=600).text
        expect("swap file", size.strip(), str(detail["swap_file_bytes"]))
    if "key_file" in detail:
        add_key(work, detail["key_file"])
    _look_for_locale(work, detail["files"]["etc/default/locale"])
    return str(detail["files"]["etc/hostname"]).strip()


def _no_device_names(work: Work) -> None:
    for line in must_inside(work, ["cat", "/etc/fstab"]).text.splitlines():
        if PurePosixPath(line.split()[0] if line.split() else "-").is_relative_to("/dev"):
            raise StepFailed(f"fstab: {line}")


def _look_for_locale(work: Work, setting: str) -> None:
    """A language that the image was not built with shows English: a warning, the PC starts all the same."""
    wanted = setting.strip().removeprefix("LANG=").replace("UTF-8", "utf8")
    if wanted not in inside(work, ["locale", "-a"]).text.split():
        work.warnings.append("install-warning-locale")
