"""What may be installed from this stick, as facts for the choice, a plan, and the installer behind it."""

from __future__ import annotations

import dataclasses
import functools
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.eligibility.advice import windows_version
from agent.install.execute import install
from agent.install.layout import draw_identifiers
from agent.install.manifest import find_image, read_manifest
from agent.install.own import profile_of, profiles_with
from agent.install.plan import estimate_s, plan_install
from agent.install.profiles import adapted
from agent.install.rehearse import rehearse
from agent.install.sheet import FOLDER, Words, write_sheet
from agent.install.windows.sidecar import FOLDER as SIDECARS
from agent.job import windows
from agent.job.engine import EmitInstall
from agent.machine.door import Machine
from agent.model.eligibility import ProfileNeeds, WindowsVerdict
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.facts import known, to_wire
from agent.model.identity import DiskIdentity
from agent.model.install import InstallResult
from agent.model.inventory import Inventory
from agent.model.linux import AS_IT_IS, LinuxOptions, language
from agent.model.plan import InstallPlan, Plan, SystemChoice
from agent.model.profile import ImageEntry, LinuxProfile
from agent.model.warrant import Action, Warrant


class Systems:
    """Profiles of the product and of the stick's images (``images``: folder with manifest.json). ``words``: of the
    sheet that goes with an encrypted disk."""

    def __init__(self, images: Path, words: Callable[[str], Words]) -> None:
        self._images, self._words = images, words

    def needs(self) -> Sequence[ProfileNeeds]:
        """Of every profile of the product and of the images. One that is hidden shows where somebody put its image."""
        return [dataclasses.replace(each.needs(), hidden=self._hidden(each)) for each in profiles_with(self._images)]

    def _hidden(self, profile: LinuxProfile) -> bool:
        return profile.hidden and self._image(profile.id) is None

    def _image(self, profile_id: str) -> ImageEntry | None:
        return find_image(read_manifest(self._images), profile_id)

    def facts(self, profile_id: str) -> Mapping[str, Any]:
        profile, image = profile_of(profile_id, self._images), self._image(profile_id)
        return {
            "id": profile.id,
            "label": {"fr": profile.label.fr, "en": profile.label.en},
            "summary": {"fr": profile.summary.fr, "en": profile.summary.en},
            "support_until": profile.support_until,
            "licence": f"licence-{profile.licence}",
            "image_bytes": image.bytes if image else None,
            "unpacked_bytes": image.unpacked_bytes if image else None,
            "space_bytes": image.unpacked_bytes if image else None,
            "status": image.status if image else "unproven",
            "estimate_s": estimate_s(image),
            "sheet": "sheet-linux",
            "hidden": self._hidden(profile),
        }

    def windows_offers(self, inventory: Inventory, verdict: WindowsVerdict) -> Sequence[Mapping[str, Any]]:
        found, _ = windows.offers(self._images, inventory, windows.host_of(inventory, verdict))
        return [offer.facts(support_until=windows_version()[1]) for offer in found]

    def windows_facts(self, inventory: Inventory, verdict: WindowsVerdict) -> Mapping[str, Any]:
        """What is said of Windows on this PC; of an image that was brought, its own facts say the rest."""
        found, note = windows.offers(self._images, inventory, windows.host_of(inventory, verdict))
        key = known(inventory.oem_windows_key)
        licence = {"present": "licence-oem-present", "absent": "licence-oem-absent"}.get(key or "", "licence-unknown")
        version, ends = windows_version()
        told: dict[str, Any] = {"support_until": ends, "version": version, "note": note, "sheet": "sheet-windows"}
        return told if found else {**told, "licence": licence}

    def plan_windows(
        self,
        offer_id: str,
        disk: DiskIdentity,
        *,
        inventory: Inventory,
        verdict: WindowsVerdict,
        logical_block: int,
        tag: str | None,
        exercise: bool,
    ) -> InstallPlan:
        return windows.plan_offer(
            windows.find(self._images, offer_id),
            disk,
            inventory=inventory,
            host=windows.host_of(inventory, verdict),
            logical_block=logical_block,
            tag=tag,
            exercise=exercise,
        )

    def plan(
        self,
        profile_id: str,
        disk: DiskIdentity,
        *,
        linux: LinuxOptions = AS_IT_IS,
        logical_block: int,
        firmware_mode: str,
        tag: str | None,
        exercise: bool,
    ) -> InstallPlan:
        return plan_install(
            profile=adapted(profile_of(profile_id, self._images), linux),
            identity=disk,
            disk_size_bytes=disk.size_bytes,
            logical_block=logical_block,
            image=self._image(profile_id),
            identifiers=draw_identifiers(os.urandom, encrypted=linux.encrypt),
            firmware_mode=firmware_mode,
            tag=tag,
            rehearsed=exercise,
        )

    def installer(self, home: Path) -> Any:
        return functools.partial(_install, self._images, functools.partial(_keep_phrase, home / FOLDER, self._words))


def _keep_phrase(
    folder: Path, words: Callable[[str], Words], plan: Plan, planned: InstallPlan, emit: EmitInstall
) -> str:
    """The phrase of a disk that the plan encrypts, once its sheet is on the medium; "" for any other."""
    if not planned.encrypted:
        return ""
    phrase, sheet = write_sheet(folder, planned, tag=plan.tag, words=words(language(plan.choice.linux)))
    emit(Kind.PHRASE_KEPT, {"file": str(sheet)})
    return phrase


def _install(
    images: Path,
    keep_phrase: Callable[[Plan, InstallPlan, EmitInstall], str],
    machine: Machine,
    plan: Plan,
    warrant: Warrant,
    emit: EmitInstall,
    stop: threading.Event,
) -> Mapping[str, Any]:
    """Install for real, or rehearse where no system can be written; the wire form the report takes."""
    planned = plan.install
    if planned is None:
        raise Fault("choice-missing")
    if planned.rehearsed:
        return wire(rehearse(machine, planned, emit=emit, stop=stop))
    file = planned.image.get("file")
    if not file:
        raise Fault("image-missing", profile=planned.profile)
    if planned.system is SystemChoice.WINDOWS:
        file = f"{SIDECARS}/{planned.profile}/{file}"
    phrase = keep_phrase(plan, planned, emit)
    with machine.open_disk(planned.disk, warrant, Action.INSTALL) as disk:
        return wire(install(machine, disk, planned, images / str(file), emit=emit, stop=stop, phrase=phrase))


def wire(result: InstallResult) -> Mapping[str, Any]:
    """``status`` is what happened here; what the manifest says of the image goes to ``detail.image_status``."""
    good = "staged" if result.staged else "done"  # no system is on the disk then: never the word of one that is
    status = "rehearsed" if result.rehearsed else good if result.ok else "failed"
    return {
        "ok": result.ok,
        "os_family": result.system.value,
        "profile": result.profile,
        "version": result.image.get("version"),
        "image_id": result.image.get("name"),
        "image_sha256": result.image.get("sha256"),
        "verified": result.verified.value,
        "status": status,
        "layout": _layout(result),
        **_windows_wire(result),
        "seconds": float(result.seconds),
        "unproven_reason": result.unproven_reason,
        "detail": {
            "image_status": result.status,
            **({"path_reason": result.image["why"]} if "why" in result.image else {}),
            "steps": to_wire(result.steps),
            "versions": dict(result.versions),
            "firmware_mode": result.firmware_mode,
            "warnings": list(result.warnings),
            "identifiers": dict(result.identifiers),
        },
    }


def _layout(result: InstallResult) -> str:
    if result.system is SystemChoice.WINDOWS:
        return "windows-setup" if result.staged else "windows-gpt"
    return "hybrid-gpt-luks" if "luks_uuid" in result.identifiers else "hybrid-gpt"


def _windows_wire(result: InstallResult) -> Mapping[str, Any]:
    """Edition, language and the right to them; who lays it out: we do, or Microsoft's own Setup later on."""
    if result.system is not SystemChoice.WINDOWS:
        return {}
    told = {key: result.image.get(key) for key in ("edition", "language", "licence_basis")}
    path = result.image.get("path", "apply")
    return {**told, "path": path, **({"despite": result.image["despite"]} if result.image.get("despite") else {})}
