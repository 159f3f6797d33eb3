"""The Windows images of a stick, as offers on one PC: what is shown, what is planned, why one is refused.

Two ways lead to a Windows: the image is applied from here, or Microsoft's own Setup is left on the disk and does it
when the PC starts. The second one is offered where the first is refused for a reason that it gets round.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.install.windows.choice import BY_SETUP, Host, Trust, refuse, refuse_setup
from agent.install.windows.layout import draw_identifiers
from agent.install.windows.plan import estimate_s, plan_windows
from agent.install.windows.setup_plan import estimate_s as estimate_setup_s
from agent.install.windows.setup_plan import plan_setup
from agent.install.windows.sidecar import (
    SIDECAR,
    drivers_for,
    folders,
    read_confirmations,
    read_sidecar,
    storage_drivers,
)
from agent.model.eligibility import WindowsVerdict
from agent.model.errors import Fault
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.identity import DiskIdentity
from agent.model.inventory import Inventory
from agent.model.plan import InstallPlan
from agent.model.windows import Basis, WindowsImage

BY_HAND = "note-windows-by-hand"
NOT_PROVEN = "windows-not-proven"
STAGED = "windows-setup-note"
STAGED_PROVEN = "windows-setup-note-proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One image under one licence: what a technician chooses. ``folder`` has its files.

    ``setup``: Microsoft's own Setup is staged, and no Windows is installed.
    """

    image: WindowsImage
    basis: Basis
    folder: Path
    status: str
    setup: bool = False

    @property
    def id(self) -> str:
        return f"{self.image.id}+{self.basis.value}{'+setup' if self.setup else ''}"

    def drivers(self, inventory: Inventory) -> str | None:
        """Their folder below the image's, for this very model."""
        maker, product = known(inventory.system.manufacturer) or "", known(inventory.system.product) or ""
        return drivers_for(self.folder, maker=maker, product=product)

    def facts(self, *, support_until: str) -> Mapping[str, Any]:
        """The same keys as a Linux profile has."""
        name, told = self.image.image.name, self.image.image
        if self.setup and self.image.setup is not None:
            label = {"fr": f"Installateur de Microsoft : {name}", "en": f"Microsoft's Setup: {name}"}
            seconds = estimate_setup_s(self.image, self.image.setup)
        else:
            label, seconds = {"fr": name, "en": name}, estimate_s(self.image)
        return {
            "id": self.id,
            "label": label,
            "summary": {"fr": f"{told.edition} {told.version}", "en": f"{told.edition} {told.version}"},
            "support_until": support_until,
            "licence": f"windows-basis-{self.basis.value}",
            "image_bytes": self.image.bytes,
            "unpacked_bytes": told.unpacked_bytes,
            "space_bytes": told.unpacked_bytes,
            "status": self.status,
            "estimate_s": seconds,
            "sheet": "sheet-windows-setup" if self.setup else "sheet-windows",
            "hidden": False,
        }


_OUTSIDE: tuple[str | None, ...] = ("usb", "optical")


def host_of(inventory: Inventory, verdict: WindowsVerdict) -> Host:
    firmware = inventory.firmware
    return Host(
        firmware_mode=known(firmware.mode) or "unknown",
        secure_boot=known(firmware.secure_boot) or "unknown",
        trust=Trust(
            knows_2011=known(firmware.windows_ca_2011),
            knows_2023=known(firmware.windows_ca_2023),
            revokes_2011=known(firmware.windows_pca_2011_revoked),
        ),
        verdict=verdict,
        oem_key=known(inventory.oem_windows_key) or "unknown",
        vendor_storage=vendor_storage(inventory),
        disks=inner_disks(inventory),
    )


def inner_disks(inventory: Inventory) -> int | None:
    """How many disks Windows may count inside this PC; None when a controller may keep some out of our sight."""
    disks, controllers = known(inventory.disks), inventory.storage_controllers
    hidden = [c.hidden_disks for c in known(controllers) or ()]
    if disks is None or any(isinstance(fact, Unreadable) for fact in (controllers, *hidden)):
        return None
    return len([disk for disk in disks if known(disk.medium) not in _OUTSIDE]) + sum(known(n) or 0 for n in hidden)


def vendor_storage(inventory: Inventory) -> bool | None:
    """True when a controller hides its disks from a Windows without its driver: Intel VMD, or a RAID mode (RST)."""
    controllers = inventory.storage_controllers
    if isinstance(controllers, Absent):  # no such bus: nothing to hide behind
        return False
    if not isinstance(controllers, Known):
        return None
    return any(
        c.pci_class.startswith("0104") or known(c.driver) == "vmd" or (known(c.hidden_disks) or 0) > 0
        for c in controllers.value
    )


def brought(images: Path) -> Iterator[Offer]:
    """Every image under every licence that its sidecar allows. A sidecar with a mistake offers nothing: it is told by
    ``regain image list``, and stops no job."""
    for folder in folders(images):
        try:
            image = read_sidecar(folder / SIDECAR)
            seen = read_confirmations(folder, image)
        except Fault:
            continue
        for basis in image.licence_bases:
            offer = Offer(image=image, basis=basis, folder=folder, status=seen.status("apply"))
            yield offer
            if image.setup is not None:
                yield replace(offer, status=seen.status("setup"), setup=True)


def offers(images: Path, inventory: Inventory, host: Host) -> tuple[Sequence[Offer], str | None]:
    """What this PC may get, and the note of the choice: the first reason when everything was refused."""
    good: list[Offer] = []
    reasons: list[str] = []
    refused = ""  # why the image before could not be applied
    for offer in brought(images):
        if offer.setup and refused not in BY_SETUP:
            continue  # the image itself can be applied, or Setup would meet the same lock
        try:
            refuse_offer(offer, inventory, host)
            good.append(offer)
            refused = ""
        except Fault as fault:
            refused = str(fault.params["reason"])
            if offer.setup:
                reasons.pop()  # the image's own: what is against Setup is what can still be mended
            reasons.append(refused)
    proven = all(o.status == "proven" for o in good)
    if any(o.setup for o in good):
        return good, STAGED_PROVEN if proven else STAGED
    if good:
        return good, None if proven else NOT_PROVEN
    return (), f"windows-reason-{reasons[0]}" if reasons else BY_HAND


def refuse_offer(offer: Offer, inventory: Inventory, host: Host, *, despite: str | None = None) -> None:
    """Raises Fault windows-refused with the first reason against this offer on this PC."""
    storage = bool(storage_drivers(offer.folder, offer.drivers(inventory)))
    lock = refuse_setup if offer.setup else refuse
    lock(offer.image, host, offer.basis, storage_driver=storage, despite=despite)


def find(images: Path, offer_id: str) -> Offer:
    """Raises Fault profile-unknown."""
    found = {offer.id: offer for offer in brought(images)}
    if offer_id not in found:
        raise Fault("profile-unknown", profile=offer_id, known=", ".join(found) or "-")
    return found[offer_id]


def plan_offer(
    offer: Offer,
    disk: DiskIdentity,
    *,
    inventory: Inventory,
    host: Host,
    logical_block: int,
    tag: str | None,
    exercise: bool,
    despite: str | None = None,
) -> InstallPlan:
    """Raises Fault windows-refused, disk-too-small."""
    drivers = offer.drivers(inventory)
    given: dict[str, Any] = {
        "image": offer.image,
        "status": offer.status,
        "host": host,
        "basis": offer.basis,
        "despite": despite,
        "drivers": drivers,
        "storage": storage_drivers(offer.folder, drivers),
        "identity": disk,
        "disk_size_bytes": disk.size_bytes,
        "logical_block": logical_block,
        "identifiers": draw_identifiers(os.urandom),
        "tag": tag,
        "rehearsed": exercise,
    }
    return plan_setup(**given) if offer.setup else plan_windows(**given)
