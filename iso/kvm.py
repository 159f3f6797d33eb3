"""Does hardware virtualisation work here? A device node proves nothing: a tiny guest has to do something."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

_BOOT_SECTOR = bytes([0xB0, 0x10, 0xE6, 0xF4, 0xF4]).ljust(510, b"\0") + b"\x55\xaa"
"""mov al, 0x10; out 0xf4, al; hlt."""

_DID_IT = (0x10 << 1) | 1
"""QEMU's isa-debug-exit ends with twice the byte plus one."""


def works() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        sector = Path(folder) / "boot"
        sector.write_bytes(_BOOT_SECTOR.ljust(1 << 20, b"\0"))
        argv = [
            *("qemu-system-x86_64", "-accel", "kvm", "-cpu", "host", "-m", "16", "-nodefaults", "-display", "none"),
            *("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"),
            *("-drive", f"if=ide,format=raw,file={sector}", "-no-reboot"),
        ]
        try:
            ended = subprocess.run(argv, capture_output=True, timeout=15, check=False)
        except (subprocess.TimeoutExpired, FileNotFoundError):
            return False
    return ended.returncode == _DID_IT
