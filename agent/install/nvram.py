"""The last step on a UEFI PC: the entry in the firmware's own list."""

from __future__ import annotations

import re

from agent.install.work import StepFailed, Work


def write_nvram(work: Work) -> str:
    """A full or read-only NVRAM is common on old PCs: a warning, the removable path starts all the same."""
    argv = work.detail("step-nvram")["argv"]
    loader = argv[argv.index("--loader") + 1].rsplit("\\")[-1]
    try:
        work.must(argv)
        listing = work.must(["efibootmgr", "-v"]).text
    except StepFailed as failure:
        work.warnings.append("install-warning-nvram")
        return str(failure)
    entry = nvram_entry(listing, work.plan.identifiers["esp_guid"], loader)
    order = re.search(r"(?m)^BootOrder:\s*([0-9A-F]{4})", listing)
    if entry is None or order is None or order[1] != entry:
        work.warnings.append("install-warning-nvram")
        return f"entry {entry}, order {order[1] if order else '?'}"
    return f"Boot{entry}"


def nvram_entry(listing: str, esp_guid: str, loader: str) -> str | None:
    """Number of the boot entry that points at this file on this ESP, in ``efibootmgr -v``."""
    for line in listing.splitlines():
        match = re.match(r"^Boot([0-9A-F]{4})", line)
        if match and esp_guid.lower() in line.lower() and loader.lower() in line.lower():
            return match[1]
    return None
