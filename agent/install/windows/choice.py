"""Which of the image's boot files this firmware starts, and who may have this Windows. Pure.

Microsoft signs boot managers under two authorities: "Windows Production PCA 2011" and "Windows UEFI CA 2023". Old
firmware knows the first only, new firmware may have revoked it. Judged by the signer read inside the file, never by
its folder: media since April 2026 may hold a 2023 signer in ``EFI``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.model.eligibility import WindowsVerdict
from agent.model.errors import Fault
from agent.model.windows import Basis, BootSigner, SetupMedia, WindowsImage

PCA_2011 = "Microsoft Windows Production PCA 2011"
CA_2023 = "Windows UEFI CA 2023"
AUTHORITIES: Mapping[str, str] = {PCA_2011: "2011", CA_2023: "2023"}

LANGUAGE = "fr-FR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the signature databases say; None where they could not be read."""

    knows_2011: bool | None
    knows_2023: bool | None
    revokes_2011: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What must be known of the PC. ``verdict`` is the one of the Windows 11 rules."""

    firmware_mode: str
    secure_boot: str  # on | off | setup | unsupported | unknown
    trust: Trust
    verdict: WindowsVerdict
    oem_key: str  # present | absent | unknown
    vendor_storage: bool | None = None  # Intel VMD or a RAID mode: Windows needs a driver to see the disk
    disks: int | None = 1  # inside the PC, whatever is done with them; None: more may be hidden


def authority(signers: Sequence[str]) -> str | None:
    """2023 when that authority signed, else 2011, else None: nobody that this product knows."""
    found = {AUTHORITIES[s] for s in signers if s in AUTHORITIES}
    return max(found, default=None)


def boot_folder(signers: Sequence[BootSigner], trust: Trust) -> str:
    """``EFI`` or ``EFI_EX``. Raises Fault windows-refused.

    | db has 2023 | dbx revokes 2011 | take |
    | no | no | 2011 |
    | yes | no | 2023, else 2011 while db still has it |
    | yes | yes | 2023 |
    | no | yes, or anything unreadable | nothing: factory keys first |
    """
    by = {s.authority: s.folder for s in signers}
    if trust.knows_2023 is None or trust.revokes_2011 is None:
        raise _refused("keys-unreadable")
    may_2011 = bool(trust.knows_2011) and not trust.revokes_2011
    if not trust.knows_2023 and not may_2011:
        raise _refused("keys-lacking")
    if trust.knows_2023 and "2023" in by:
        return by["2023"]
    if may_2011 and "2011" in by:
        return by["2011"]
    raise _refused("boot-revoked" if trust.revokes_2011 else "boot-unknown")


VENDOR_STORAGE = "vendor-storage"
"""Why an image is not applied: its disk needs a driver. Alone: Setup can be staged. With an ending: what it lacks."""

BY_SETUP = frozenset({VENDOR_STORAGE, "boot-revoked", "boot-unknown"})
"""Reasons against applying an image that Setup may get round: its own driver, its own boot file."""

_LACKS = frozenset({"no-setup", "setup-disks", "setup-disks-unseen", "setup-driver"})


def refuse(
    image: WindowsImage,
    host: Host,
    basis: Basis | None,
    *,
    storage_driver: bool = False,
    despite: str | None = None,
) -> None:
    """Raises Fault windows-refused with the first reason against this image on this PC, profile-less and final.

    A driver that the disk needs from the very start cannot be added to an image that is applied from here. Last of
    all, and the reason names the other way: Setup where it can be staged, or what is missing for it.
    """
    _refuse_both(image, host, basis, despite)
    boot_folder(image.boot_signers, host.trust)
    if host.vendor_storage:
        try:
            refuse_setup(image, host, basis, storage_driver=storage_driver, despite=despite)
        except Fault as fault:
            lacks = str(fault.params["reason"])
            raise _refused(f"{VENDOR_STORAGE}-{lacks if lacks in _LACKS else 'setup-boot'}") from None
        raise _refused(VENDOR_STORAGE)


def why_apply(host: Host) -> str:
    """Message id: why an image is applied here and Setup is not staged."""
    return "windows-why-apply" if host.vendor_storage is False else "windows-why-apply-unseen"


def why_setup(
    image: WindowsImage, host: Host, basis: Basis | None, *, storage_driver: bool, despite: str | None = None
) -> str:
    """Message id: why Setup is staged and the image is not applied. The first is only ever somebody's wish."""
    try:
        refuse(image, host, basis, storage_driver=storage_driver, despite=despite)
    except Fault as fault:
        return "windows-why-setup-driver" if fault.params["reason"] == VENDOR_STORAGE else "windows-why-setup-boot"
    return "windows-why-setup-asked"


def refuse_setup(
    image: WindowsImage, host: Host, basis: Basis | None, *, storage_driver: bool, despite: str | None = None
) -> SetupMedia:
    """The same locks for Microsoft's own Setup. Raises Fault windows-refused.

    An answer file names a disk by a number that only Windows knows: with a second disk inside it could be another one.
    ``storage_driver``: the drivers for this very model have one for its disk.
    """
    _refuse_both(image, host, basis, despite)
    if image.setup is None:
        raise _refused("no-setup")
    if host.disks is None:
        raise _refused("setup-disks-unseen")
    if host.disks > 1:
        raise _refused("setup-disks")
    if host.vendor_storage and not storage_driver:
        raise _refused("setup-driver")
    boot_folder(image.setup.boot_signers, host.trust)
    return image.setup


def _refuse_both(image: WindowsImage, host: Host, basis: Basis | None, despite: str | None) -> None:
    """Whatever the way to this Windows.

    ``despite``: a written reason, printed in the report, that opens only the eligibility rules: nothing makes a PC
    start that has no UEFI, and nothing makes up for a licence.
    """
    if host.firmware_mode != "uefi":
        raise _refused("bios")
    if host.secure_boot == "unsupported":
        raise _refused("no-secure-boot")
    if host.verdict is not WindowsVerdict.ELIGIBLE and not despite:
        raise _refused(host.verdict.value.replace("_", "-"))
    if basis is None:
        raise _refused("no-basis")
    if basis not in image.licence_bases:
        raise _refused("basis-not-allowed")
    if basis is Basis.OEM_MSDM and host.oem_key != "present":
        raise _refused("no-oem-key")


def refuse_edition(image: WindowsImage, declared: str | None, basis: Basis) -> None:
    """The key in the firmware is for one edition, which cannot be read from here: the technician reads the label.

    Raises Fault windows-refused, windows-edition.
    """
    if basis is not Basis.OEM_MSDM:
        return
    if not declared:
        raise _refused("edition-not-told")
    if edition(declared) != edition(image.image.edition):
        raise Fault("windows-edition", declared=declared, image=image.image.edition)


_EDITIONS = {
    **dict.fromkeys(("core", "home", "famille", "coresinglelanguage", "corecountryspecific"), "core"),
    **dict.fromkeys(("professional", "pro", "professionnel"), "professional"),
}


def edition(name: str) -> str:
    """The names on labels and in files for one edition; an unknown one stays itself."""
    plain = "".join(c for c in name.lower() if c.isalnum()).removeprefix("windows11").removeprefix("windows10")
    return _EDITIONS.get(plain, plain)


def _refused(reason: str) -> Fault:
    return Fault("windows-refused", reason=reason)
