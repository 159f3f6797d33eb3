"""The Windows images of a stick, as offers on one PC: what is shown, what is planned, why one is refused."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.install.windows.choice import Host, Trust, refuse
from agent.install.windows.layout import draw_identifiers
from agent.install.windows.plan import estimate_s, plan_windows
from agent.install.windows.sidecar import SIDECAR, drivers_for, folders, read_confirmations, read_sidecar
from agent.model.eligibility import WindowsVerdict
from agent.model.errors import Fault
from agent.model.facts import known
from agent.model.identity import DiskIdentity
from agent.model.inventory import Inventory
from agent.model.plan import InstallPlan
from agent.model.windows import Basis, WindowsImage

BY_HAND = "note-windows-by-hand"
NOT_PROVEN = "windows-not-proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One image under one licence: what a technician chooses. ``folder`` has its files."""

    image: WindowsImage
    basis: Basis
    folder: Path
    status: str

    @property
    def id(self) -> str:
        return f"{self.image.id}+{self.basis.value}"

    def facts(self, *, support_until: str) -> Mapping[str, Any]:
        """The same keys as a Linux profile has."""
        name, told = self.image.image.name, self.image.image
        return {
            "id": self.id,
            "label": {"fr": name, "en": name},
            "summary": {"fr": f"{told.edition} {told.version}", "en": f"{told.edition} {told.version}"},
            "support_until": support_until,
            "licence": f"windows-basis-{self.basis.value}",
            "image_bytes": self.image.bytes,
            "unpacked_bytes": told.unpacked_bytes,
            "space_bytes": told.unpacked_bytes,
            "status": self.status,
            "estimate_s": estimate_s(self.image),
            "sheet": "sheet-windows",
            "hidden": False,
        }


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
    )


def brought(images: Path) -> Iterator[Offer]:
    """Every image under every licence that its sidecar allows. A sidecar with a mistake offers nothing: it is told by
    ``regain image list``, and stops no job."""
    for folder in folders(images):
        try:
            image = read_sidecar(folder / SIDECAR)
            status = read_confirmations(folder, image).status
        except Fault:
            continue
        for basis in image.licence_bases:
            yield Offer(image=image, basis=basis, folder=folder, status=status)


def offers(images: Path, host: Host) -> tuple[Sequence[Offer], str | None]:
    """What this PC may get, and the note of the choice: the first reason when everything was refused."""
    good: list[Offer] = []
    reasons: list[str] = []
    for offer in brought(images):
        try:
            refuse(offer.image, host, offer.basis)
            good.append(offer)
        except Fault as fault:
            reasons.append(f"windows-reason-{fault.params['reason']}")
    if good:
        return good, NOT_PROVEN if any(o.status != "proven" for o in good) else None
    return (), reasons[0] if reasons else BY_HAND


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
    system = inventory.system
    return plan_windows(
        image=offer.image,
        status=offer.status,
        host=host,
        basis=offer.basis,
        despite=despite,
        drivers=drivers_for(offer.folder, maker=known(system.manufacturer) or "", product=known(system.product) or ""),
        identity=disk,
        disk_size_bytes=disk.size_bytes,
        logical_block=logical_block,
        identifiers=draw_identifiers(os.urandom),
        tag=tag,
        rehearsed=exercise,
    )
