"""Which boot file this firmware starts, and every refusal with its reason."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from agent.install.windows.choice import CA_2023, PCA_2011, Host, Trust, authority, boot_folder, refuse, refuse_edition
from agent.model.eligibility import WindowsVerdict
from agent.model.errors import Fault
from agent.model.windows import Basis, BootSigner, Confirmation, Confirmations, WindowsImage

IMAGE: dict[str, Any] = {
    "schema": "regain-windows-image/1",
    "id": "win11-pro",
    "files": [{"name": "install.wim", "sha256": "a" * 64, "bytes": 6_000_000_000}],
    "image": {
        "index": 6,
        "name": "Windows 11 Professionnel",
        "edition": "Professional",
        "version": "25H2",
        "build": "26200.1234",
        "language": "fr-FR",
        "arch": "x86_64",
        "unpacked_bytes": 16_000_000_000,
        "entries": 112_000,
    },
    "boot_signers": [{"folder": "EFI", "authority": "2011"}, {"folder": "EFI_EX", "authority": "2023"}],
    "obtained": {"from": "iso", "date": "2026-11-02", "by": "RC"},
    "licence_bases": ["oem-msdm", "retail-owned"],
}
HOST = Host(
    firmware_mode="uefi",
    secure_boot="on",
    trust=Trust(knows_2011=True, knows_2023=True, revokes_2011=False),
    verdict=WindowsVerdict.ELIGIBLE,
    oem_key="present",
)


def windows_image(**changes: Any) -> WindowsImage:
    return WindowsImage.model_validate_json(json.dumps({**IMAGE, **changes}))


BOTH = (BootSigner(folder="EFI", authority="2011"), BootSigner(folder="EFI_EX", authority="2023"))
OLD = (BootSigner(folder="EFI", authority="2011"),)
NEW = (BootSigner(folder="EFI", authority="2023"),)  # media since April 2026


@pytest.mark.parametrize(
    ("knows_2011", "knows_2023", "revoked", "signers", "taken"),
    [
        (True, False, False, BOTH, "EFI"),
        (True, False, False, OLD, "EFI"),
        (True, False, False, NEW, "boot-unknown"),
        (True, True, False, BOTH, "EFI_EX"),
        (True, True, False, OLD, "EFI"),
        (True, True, False, NEW, "EFI"),
        (False, True, False, BOTH, "EFI_EX"),
        (False, True, False, OLD, "boot-unknown"),
        (True, True, True, BOTH, "EFI_EX"),
        (True, True, True, OLD, "boot-revoked"),
        (True, False, True, BOTH, "keys-lacking"),
        (False, False, False, BOTH, "keys-lacking"),
        (True, None, False, BOTH, "keys-unreadable"),
        (True, True, None, BOTH, "keys-unreadable"),
    ],
)
def test_the_boot_file_follows_the_keys_of_the_firmware(
    knows_2011: bool | None, knows_2023: bool | None, revoked: bool | None, signers: Any, taken: str
) -> None:
    trust = Trust(knows_2011=knows_2011, knows_2023=knows_2023, revokes_2011=revoked)
    if taken.startswith("EFI"):
        assert boot_folder(signers, trust) == taken
        return
    with pytest.raises(Fault) as caught:
        boot_folder(signers, trust)
    assert caught.value.error_id == "windows-refused" and caught.value.params["reason"] == taken


def test_the_signer_is_read_in_the_file() -> None:
    assert authority([PCA_2011]) == "2011" and authority([CA_2023]) == "2023"
    assert authority([PCA_2011, CA_2023]) == "2023" and authority(["Debian Secure Boot CA"]) is None


@pytest.mark.parametrize(
    ("changes", "basis", "reason"),
    [
        ({"firmware_mode": "bios"}, Basis.RETAIL_OWNED, "bios"),
        ({"secure_boot": "unsupported"}, Basis.RETAIL_OWNED, "no-secure-boot"),
        ({"verdict": WindowsVerdict.NOT_ELIGIBLE}, Basis.RETAIL_OWNED, "not-eligible"),
        ({"verdict": WindowsVerdict.UNDETERMINED}, Basis.RETAIL_OWNED, "undetermined"),
        ({"verdict": WindowsVerdict.AFTER_UPGRADE}, Basis.RETAIL_OWNED, "eligible-after-upgrade"),
        ({}, None, "no-basis"),
        ({}, Basis.MAR_COMMERCIAL, "basis-not-allowed"),
        ({"oem_key": "absent"}, Basis.OEM_MSDM, "no-oem-key"),
        ({"oem_key": "unknown"}, Basis.OEM_MSDM, "no-oem-key"),
    ],
)
def test_every_refusal_has_its_reason(changes: dict[str, Any], basis: Basis | None, reason: str) -> None:
    with pytest.raises(Fault) as caught:
        refuse(windows_image(), dataclasses.replace(HOST, **changes), basis)
    assert caught.value.params["reason"] == reason and caught.value.wrote is False


def test_an_eligible_pc_with_a_licence_is_not_refused() -> None:
    for basis in (Basis.OEM_MSDM, Basis.RETAIL_OWNED):
        refuse(windows_image(), HOST, basis)


def test_a_written_reason_opens_the_eligibility_rules_and_nothing_else() -> None:
    refuse(
        windows_image(), dataclasses.replace(HOST, verdict=WindowsVerdict.NOT_ELIGIBLE), Basis.RETAIL_OWNED, despite="x"
    )
    for changes, basis in (({"firmware_mode": "bios"}, Basis.RETAIL_OWNED), ({"oem_key": "absent"}, Basis.OEM_MSDM)):
        with pytest.raises(Fault):
            refuse(windows_image(), dataclasses.replace(HOST, **changes), basis, despite="x")


def test_the_edition_of_the_key_is_read_on_the_label() -> None:
    for declared in ("Professional", "Windows 11 Pro", "professionnel"):
        refuse_edition(windows_image(), declared, Basis.OEM_MSDM)
    refuse_edition(windows_image(), None, Basis.RETAIL_OWNED)
    with pytest.raises(Fault) as caught:
        refuse_edition(windows_image(), "Famille", Basis.OEM_MSDM)
    assert caught.value.error_id == "windows-edition"
    with pytest.raises(Fault) as caught:
        refuse_edition(windows_image(), None, Basis.OEM_MSDM)
    assert caught.value.params["reason"] == "edition-not-told"


def _seen(number: int, maker: str, model: str) -> Confirmation:
    return Confirmation(report_id=str(number), maker=maker, model=model, workshop="RC", card="7", date="2026-11-25")


def test_an_image_is_proven_by_three_models_of_two_makers() -> None:
    seen = [_seen(1, "Dell", "7010"), _seen(2, "dell", "7010"), _seen(3, "Dell", "5520"), _seen(4, "Dell", "3050")]
    assert Confirmations(sha256="a" * 64, seen=tuple(seen)).status("apply") == "unproven"  # one maker
    assert Confirmations(sha256="a" * 64, seen=(*seen[:3], _seen(5, "HP", "840 G3"))).status("apply") == "proven"


def test_a_windows_that_setup_installed_proves_nothing_of_one_that_is_applied() -> None:
    seen = [_seen(1, "Dell", "7010"), _seen(2, "Dell", "5520"), _seen(3, "HP", "840 G3")]
    by_setup = Confirmations(sha256="a" * 64, seen=tuple(each.model_copy(update={"path": "setup"}) for each in seen))
    assert (by_setup.status("setup"), by_setup.status("apply")) == ("proven", "unproven")
    mixed = Confirmations(sha256="a" * 64, seen=(*by_setup.seen[:2], seen[2]))
    assert (mixed.status("setup"), mixed.status("apply")) == ("unproven", "unproven")
