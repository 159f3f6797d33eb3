"""An encrypted root (INSTALL design, 11): the container, a boot volume in the open, and an initrd that opens it.

The phrase is handed to ``Work`` for the time of the install. It goes to cryptsetup's standard input alone: it is in
no plan, no command line, no event, no report.
"""

from __future__ import annotations

from agent.install.layout import CONTAINER
from agent.install.linux.work import must_inside, system
from agent.install.partitions import blkid
from agent.install.work import StepFailed, Work, expect
from agent.machine.door import DoorError
from agent.model.errors import Fault

_MAKE_KEY = 'set -e; umask 077; head -c 64 /dev/urandom > "$1"; stat -c "%s %a" "$1"'
_MOVE = 'set -e; cp -a "$1/boot/." "$2"; diff -r -x lost+found "$1/boot" "$2"; find "$1/boot" -mindepth 1 -delete'
_SLOW_KDF_S = 600.0  # cryptsetup measures this PC first


def can_encrypt(work: Work) -> None:
    """This live system has cryptsetup and a phrase was drawn. Raises Fault tool-missing, encryption-refused."""
    try:
        work.machine.run(["cryptsetup", "--version"], timeout_s=30)
    except DoorError:
        raise Fault("tool-missing", tool="cryptsetup") from None
    if not work.phrase:
        raise Fault("encryption-refused", profile=work.plan.profile)
    if "aes" not in work.look("/proc/cpuinfo").decode("utf-8", "replace").split():
        work.warnings.append("install-warning-no-aes")


def open_container(work: Work) -> None:
    """Made, opened, and read back: the header says LUKS2 and the planned UUID."""
    make, open_it = work.detail("step-format")["luks"]
    phrase = work.phrase.encode()
    work.must(make, stdin=phrase, timeout_s=_SLOW_KDF_S)
    blkid(work, "luks", {"TYPE": "crypto_LUKS", "VERSION": "2", "UUID": work.plan.identifiers["luks_uuid"]})
    work.container = True  # before the call: an opening that was cut may have happened
    work.must(open_it, stdin=phrase, timeout_s=_SLOW_KDF_S)


def separate_boot(work: Work) -> str:
    """Kernels and initrds move to their own volume; diff(1) compares them before the first copy goes."""
    place = f"{work.folder}/boot"
    mount = work.detail("step-boot-volume")["mount"]
    work.must(["mkdir", place])
    work.must([*mount[:-1], place])
    try:
        work.must(["sh", "-c", _MOVE, "regain", work.target, place], timeout_s=600)
    finally:
        work.must(["umount", place], timeout_s=600)
        work.must(["rmdir", place])
    work.boot_mounted = True
    work.must(mount)
    kernels = must_inside(work, ["sh", "-c", "ls /boot/vmlinuz-*"]).text.split()
    return f"{len(kernels)} kernels on the boot volume"


def add_key(work: Work, key_file: str) -> None:
    """The key by which the first start changes the phrase: it lies inside the container, for root alone."""
    made = must_inside(work, ["sh", "-c", _MAKE_KEY, "regain", key_file]).text.strip()
    expect(key_file, made, "64 600")
    add = ["cryptsetup", "luksAddKey", "--batch-mode", "--key-file", "-", "--new-keyfile", work.target + key_file]
    work.must([*add, "{luks}"], stdin=work.phrase.encode(), timeout_s=_SLOW_KDF_S)


def write_initramfs(work: Work) -> str:
    """cryptsetup's hook warns and goes on when it does not understand the disk: such an initrd asks for nothing."""
    detail = work.detail("step-initramfs")
    said = system(work, detail["chroot"], timeout_s=1800)
    told = [line for line in (said.text + said.errors).splitlines() if "cryptsetup: " in line]
    if told:
        raise StepFailed(told[0].strip())
    images = must_inside(work, ["sh", "-c", "ls /boot/initrd.img-*"]).text.split()
    for image in images:
        names = system(work, ["lsinitramfs", image], timeout_s=300).text.splitlines()
        for ending in detail["holds"]:
            if not any(name.endswith(ending) for name in names):
                raise StepFailed(f"{image}: no {ending}")
    return f"{len(images)} initrds open {CONTAINER}"


def close_container(work: Work) -> None:
    """The phrase still opens it, then it is closed. Raises StepFailed."""
    test = ["cryptsetup", "open", "--test-passphrase", "--key-file", "-", "{luks}"]
    work.must(test, stdin=work.phrase.encode(), timeout_s=_SLOW_KDF_S)
    work.must(["cryptsetup", "close", CONTAINER])
    work.container = False
