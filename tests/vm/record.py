"""Start the virtual donated PCs, let ``regain record`` run inside each, keep the folders.

    python -m tests.vm.record --stick build/regain-0.1.0.iso --out tests/virtual [NAME …]      (root)

The kernel, the tools and Python are those of the stick; its root is unpacked once and given to the guest read-only
over 9p, so that a start costs half a minute under emulation and no disk is added to what the guest sees. A folder
that holds ``root.squashfs`` gives that as the root instead.
"""

from __future__ import annotations

import argparse
import lzma
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.eligibility.assess import assess
from agent.inventory.collect import collect
from agent.machine.recorded import RecordedMachine
from tests.conftest import REPO
from tests.vm.donations import DONATIONS, Donation

OVMF = Path("/usr/share/OVMF")
BOOT_S = 420.0
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")  # a PC that nobody waits for would run for ever
FIRMWARE = {  # code, variables
    "secureboot": ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd"),
    "off": ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd"),
    "setup": ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd"),
}

_INIT = """#!/busybox sh
/busybox mkdir -p /proc /dev /sys /r /t
/busybox mount -t devtmpfs d /dev
exec >/dev/ttyS0 2>&1
for m in /modules/*.ko; do /busybox insmod $m || echo no $m; done
/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro root /r
if [ -f /r/root.squashfs ]; then
  for m in /more/*.ko; do /busybox insmod $m || echo no $m; done
  /busybox mount -t squashfs -o loop,ro /r/root.squashfs /r
fi
for d in proc:proc sys:sysfs; do /busybox mount -t ${d#*:} x /r/${d%:*}; done
/busybox mount -t devtmpfs d /r/dev
for d in tmp run var/tmp mnt root; do /busybox mount -t tmpfs t /r/$d; done
/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288 out /r/mnt
exec /busybox chroot /r /bin/sh /mnt/inside.sh
"""

INSIDE = """
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
modprobe efivarfs 2>/dev/null && mount -t efivarfs e /sys/firmware/efi/efivars 2>/dev/null
/usr/lib/systemd/systemd-udevd --daemon 2>/dev/null
udevadm trigger --action=add; udevadm settle -t 60
cd /mnt
%s
sync
echo >/mnt/done
while :; do read -t 60 x </dev/ttyS0; done
"""
RECORD = """
python3 -m agent record /mnt/recording --redact >/mnt/err.txt 2>&1
"""


def unpack(stick: Path, work: Path) -> Path:
    """The stick's root, kernel, boot loaders and a small initial system; made once. Returns the root."""
    root = work / "root"
    if not root.exists():
        medium = work / "medium"
        command = ["xorriso", "-osirrox", "on", "-indev", str(stick), "-extract", "/live", str(medium)]
        subprocess.run([*command, "-extract", "/EFI/BOOT", str(work / "efi")], check=True, capture_output=True)
        squashed = str(medium / "filesystem.squashfs")
        subprocess.run(["unsquashfs", "-q", "-d", str(root), squashed], check=True, capture_output=True)
        shutil.copyfile(medium / "vmlinuz", work / "vmlinuz")
    _initrd(root, work)
    ours = root / "usr/lib/regain/agent"  # the program under test, compiled by the Python that will run it
    shutil.rmtree(ours, ignore_errors=True)
    shutil.copytree(REPO / "agent", ours, ignore=shutil.ignore_patterns("__pycache__"))
    compiling = ["python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "/usr/lib/regain/agent"]
    subprocess.run(["chroot", str(root), *compiling], check=True)
    gathering = 'import sys; sys.path.insert(0, "/usr/lib/regain"); from agent.loaded import write; write(sys.argv[1])'
    gathered = ["python3", "-BIS", "-c", gathering, "/usr/lib/regain/inventory.modules"]
    subprocess.run(["chroot", str(root), *gathered], check=True)
    shutil.copyfile(REPO / "iso/overlay/usr/local/bin/regain", root / "usr/local/bin/regain")
    for copy in (root / "var/lib/smartmontools/drivedb").glob("drivedb.h*"):  # as iso/configure.sh does
        copy.unlink()
    return root


def _initrd(root: Path, work: Path) -> None:
    tree = work / "initial"
    shutil.rmtree(tree, ignore_errors=True)
    for folder in ("modules", "more"):
        (tree / folder).mkdir(parents=True)
    shutil.copyfile("/usr/bin/busybox", tree / "busybox")
    (tree / "busybox").chmod(0o755)
    (tree / "init").write_text(_INIT)
    (tree / "init").chmod(0o755)
    kernel = next((root / "usr/lib/modules").iterdir())
    needs = dict(line.split(":", 1) for line in (kernel / "modules.dep").read_text().splitlines())
    paths = {Path(name).name.split(".")[0]: name for name in needs}
    for folder, modules in (("modules", ("9pnet_virtio", "9p")), ("more", ("loop", "squashfs"))):
        wanted: list[str] = []
        for module in modules:
            for name in (*reversed(needs[paths[module]].split()), paths[module]):
                if name not in wanted:
                    wanted.append(name)
        for number, name in enumerate(wanted):
            data = (kernel / name).read_bytes()
            plain = lzma.decompress(data) if name.endswith(".xz") else data
            (tree / folder / f"{number:02}-{Path(name).name.removesuffix('.xz')}").write_bytes(plain)
    archive = f"cd {tree} && find . | cpio -o -H newc --quiet >{work / 'initrd'}"
    subprocess.run(["sh", "-c", archive], check=True)


def _boot_stick(work: Path, folder: Path, words: str) -> Path:
    """Under Secure Boot the kernel is started as on a real PC: Debian's signed shim, its GRUB, from a USB stick."""
    image = folder / "stick.img"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.vfat", "-n", "CLE", str(image)], check=True, capture_output=True)
    menu = folder / "grub.cfg"
    search = "search --file --set=root /vmlinuz"
    menu.write_text(f"{search}\nlinux /vmlinuz {words}\ninitrd /initrd\nboot\n")
    subprocess.run(["mmd", "-i", str(image), "::EFI", "::EFI/BOOT", "::EFI/debian"], check=True)
    for source, target in (
        (work / "efi/BOOTX64.EFI", "EFI/BOOT/BOOTX64.EFI"), (work / "efi/grubx64.efi", "EFI/BOOT/grubx64.efi"),
        (menu, "EFI/debian/grub.cfg"), (work / "vmlinuz", "vmlinuz"), (work / "initrd", "initrd"),
    ):  # fmt: skip
        subprocess.run(["mcopy", "-i", str(image), str(source), f"::{target}"], check=True)
    return image


def qemu(pc: Donation, work: Path, folder: Path, root: Path) -> list[str]:
    words = "console=ttyS0 quiet loglevel=3 mitigations=off no_timer_check"  # a busy host misses the timer
    secure = pc.firmware in ("secureboot", "off", "setup")
    cpu = pc.chip
    flags = [f"-{f}" for f in cpu.without] + (["-hypervisor"] if pc.disguised else [])
    chip = f"vendor={cpu.vendor},family={cpu.family},model={cpu.model},stepping={cpu.stepping},model-id={cpu.brand}"
    argv = [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-vga", "std"),
        *("-machine", f"q35,smm={'on' if secure else 'off'}", "-accel", "tcg,thread=multi", "-rtc", f"base={pc.clock}"),
        *("-cpu", ",".join(["max", "x-force-features=on", "+3dnowprefetch", *flags, chip])),
        *("-smp", str(pc.threads), "-m", str(sum(pc.slots))),
        *("-serial", f"file:{folder / 'serial.log'}", "-nic", "none", "-device", "e1000e,mac=00:21:cc:d0:0d:1e"),
        *("-device", "qemu-xhci", "-device", "usb-kbd"),
        *shared("root", root, readonly=True), *shared("out", folder / "share", readonly=False),
        *("-smbios", f"type=1,manufacturer={pc.maker},product={pc.product},version={pc.version},serial=PF1XYZ12,"
                     "uuid=5c3e1c4f-8d0b-4d8a-9b0e-2f6a1d7c9e01"),
        *("-smbios", f"type=2,manufacturer={pc.maker},product={pc.product},serial=L1HF7AB01CD"),
        *("-smbios", f"type=4,manufacturer={'Intel(R) Corporation' if cpu.vendor == 'GenuineIntel' else cpu.vendor},"
                     f"version={cpu.brand},max-speed=3400,current-speed=1600"),
    ]  # fmt: skip
    for number, table in enumerate(pc.tables):
        path = folder / f"smbios{number}.bin"
        path.write_bytes(table)
        argv += ["-smbios", f"file={path}"]
    if pc.firmware in FIRMWARE:
        code, variables = FIRMWARE[pc.firmware]
        state = (OVMF / variables).read_bytes()
        (folder / "vars.fd").write_bytes(_switched_off(state) if pc.firmware == "off" else state)
        argv += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF / code}"]
        argv += ["-drive", f"if=pflash,format=raw,unit=1,file={folder / 'vars.fd'}"]
    if secure:
        argv += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    if pc.firmware == "secureboot":
        stick = _boot_stick(work, folder, words)
        argv += ["-drive", f"if=none,id=stick,format=raw,file={stick}"]
        argv += ["-device", "usb-storage,drive=stick,serial=REGAIN01,removable=on,bootindex=0"]
    else:
        argv += ["-kernel", str(work / "vmlinuz"), "-initrd", str(work / "initrd"), "-append", words]
    if pc.tpm:
        argv += ["-chardev", f"socket,id=tpm,path={folder / 'tpm.sock'}", "-tpmdev", "emulator,id=tpm0,chardev=tpm"]
        argv += ["-device", "tpm-tis,tpmdev=tpm0"]
    if pc.disk_gb:
        disk = folder / "disk.raw"
        with disk.open("wb") as file:
            file.truncate(pc.disk_gb * 10**9 // 4096 * 4096)
        kind = "nvme" if pc.bus == "nvme" else "ide-hd"
        rest = "" if pc.bus == "nvme" else ",bus=ide.0,rotation_rate=1,model=Samsung SSD 860"
        argv += ["-drive", f"if=none,id=disk,format=raw,file={disk}"]
        argv += ["-device", f"{kind},drive=disk,serial=S3Z8NB0K{pc.disk_gb:06}{rest}"]
    return argv


def _switched_off(variables: bytes) -> bytes:
    """The firmware's own switch beside the keys (edk2, SecureBootEnable): the byte after its name."""
    name = "SecureBootEnable\0".encode("utf-16-le")
    at = variables.index(name) + len(name)
    return variables[:at] + b"\0" + variables[at + 1 :]


def shared(tag: str, folder: Path, *, readonly: bool) -> list[str]:
    only = ",readonly=on" if readonly else ""
    return ["-virtfs", f"local,id={tag},path={folder},mount_tag={tag},security_model=none,multidevs=remap{only}"]


def _nothing_more(_folder: Path) -> list[str]:
    return []


def start(argv: Sequence[str], share: Path, log: Path, limit_s: float) -> None:
    """One power-on of this QEMU, until the guest says ``done`` in its share, is off, or its time is up."""
    with log.open("wb") as told:
        machine = subprocess.Popen([*_DIES_WITH_US, *argv], stdin=subprocess.DEVNULL, stderr=told)
    try:
        until = time.monotonic() + limit_s
        while not (share / "done").exists() and machine.poll() is None and time.monotonic() < until:
            time.sleep(0.5)
    finally:
        machine.kill()
        machine.wait()


def run(
    pc: Donation, work: Path, root: Path, commands: str = RECORD, *, more: Callable[[Path], list[str]] = _nothing_more,
    boot_s: float = BOOT_S, files: Sequence[Path] = (),
) -> Path:  # fmt: skip
    """One power-on; returns the folder that the guest wrote, which is empty when it did not get that far.

    ``more`` makes further hardware in the PC's folder and says it in QEMU's words; ``files`` are put there for the
    guest."""
    folder = work / "pcs" / pc.name
    shutil.rmtree(folder, ignore_errors=True)
    share = folder / "share"
    share.mkdir(parents=True)
    (share / "inside.sh").write_text(INSIDE % commands)
    for file in files:
        shutil.copyfile(file, share / file.name)
    chip = None
    if pc.tpm:
        (folder / "tpm").mkdir()
        version = ["--tpm2"] if pc.tpm == "2.0" else []
        control = f"type=unixio,path={folder / 'tpm.sock'}"
        chip = subprocess.Popen(
            [*_DIES_WITH_US, "swtpm", "socket", *version, "--tpmstate", f"dir={folder / 'tpm'}", "--ctrl", control],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(0.5)
    try:
        start([*qemu(pc, work, folder, root), *more(folder)], share, folder / "qemu.log", boot_s)
    finally:
        if chip is not None:
            chip.kill()
            chip.wait()
        for disk in folder.glob("*.raw"):
            disk.unlink()
    return share


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stick", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=REPO / "tests" / "virtual")
    parser.add_argument("--work", type=Path, default=Path("/var/tmp/regain-virtual"))
    parser.add_argument("names", nargs="*")
    told = parser.parse_args(argv)
    told.work.mkdir(parents=True, exist_ok=True)
    root = unpack(told.stick.resolve(), told.work)
    for pc in [d for d in DONATIONS if d.name in told.names or not told.names]:
        started = time.monotonic()
        share = run(pc, told.work, root)
        if not (share / "recording" / "machine.json").exists():
            print(f"{pc.name}: nothing came back; {share.parent / 'serial.log'}", file=sys.stderr)
            continue
        target = told.out / pc.name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(share / "recording", target)
        answer = assess(collect(RecordedMachine(target)), ()).windows11
        todo = sorted({c.remedy for c in answer.checks if c.remedy and c.verdict != "pass"})
        right = answer.verdict == pc.verdict and set(pc.remedies) <= set(todo)
        seconds = time.monotonic() - started
        print(f"{'ok ' if right else 'BAD'} {pc.name}: {answer.verdict} {todo} {seconds:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
