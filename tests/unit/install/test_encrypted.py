"""An encrypted install as text: where everything lies, what opens it, and that its phrase is in no plan."""

from __future__ import annotations

import json
import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from agent.install.execute import STEPS, install
from agent.install.layout import draw_identifiers, hybrid_gpt
from agent.install.phrase import LETTERS, draw_phrase, keep_sheet
from agent.install.profiles import adapted, load_profile
from agent.job.systems import wire
from agent.model.errors import Fault
from agent.model.facts import to_wire
from agent.model.linux import AS_IT_IS, LinuxOptions
from agent.model.plan import InstallPlan, SystemChoice

from .conftest import IMAGE

GIB, MIB = 1 << 30, 1 << 20
IDS = draw_identifiers(os.urandom, encrypted=True)


def _plan(install_plan: Any, **changes: Any) -> InstallPlan:
    plan: InstallPlan = install_plan(identifiers=IDS, **changes)
    return plan


@pytest.mark.parametrize("sector", [512, 4096])
def test_kernels_lie_in_the_open_and_the_root_in_the_container(sector: int) -> None:
    layout = hybrid_gpt(disk_bytes=8 * GIB, sector=sector, identifiers=IDS, root_needs=GIB)
    assert [p.name for p in layout.partitions] == ["bios_boot", "ESP", "boot", "luks"]
    assert [p.start * sector // MIB for p in layout.partitions] == [1, 2, 514, 1538]
    ends = [(p.start + p.size) * sector for p in layout.partitions]
    assert ends[:-1] == [p.start * sector for p in layout.partitions[1:]] and ends[-1] <= 8 * GIB - 33 * 512
    assert len({p.guid for p in layout.partitions}) == 4


def test_a_plain_disk_has_none_of_it(install_plan: Any) -> None:
    text = json.dumps(to_wire(install_plan()))
    assert not any(word in text for word in ("luks", "crypt", "step-initramfs", "disk.key"))


def test_what_the_new_system_is_told_of_its_disk(install_plan: Any) -> None:
    plan = _plan(install_plan)
    steps = {s.id: s.detail for s in plan.steps}
    assert set(steps) <= set(STEPS[SystemChoice.LINUX])
    order = [s.id for s in plan.steps]
    assert order.index("step-unpack") < order.index("step-boot-volume") < order.index("step-identity")
    assert order.index("step-identity") < order.index("step-initramfs") < order.index("step-menu")
    files = steps["step-identity"]["files"]
    options = "luks,discard,initramfs,tries=0,keyscript=/usr/lib/regain/ask-phrase"
    assert files["etc/crypttab"] == f"regain-root UUID={IDS['luks_uuid']} none {options}\n"
    assert f"UUID={IDS['root_uuid']} / ext4" in files["etc/fstab"]
    assert f"UUID={IDS['boot_uuid']} /boot ext4" in files["etc/fstab"] and "/dev/" not in files["etc/fstab"]
    stub = steps["step-uefi"]["stub"][1]
    assert IDS["boot_uuid"] in stub and "prefix=($root)/grub\n" in stub and IDS["root_uuid"] not in stub
    assert steps["step-menu"]["root"] == f"UUID={IDS['root_uuid']}"


def test_the_recipient_is_asked_for_another_phrase(install_plan: Any, recording: Any) -> None:
    profile = load_profile("xfce-fr")
    plan = _plan(install_plan, profile=profile, image=None, rehearsed=True, disk_size_bytes=20 * GIB)
    marker = next(s for s in plan.steps if s.id == "step-identity").detail["files"]["var/lib/regain/first-boot"]
    assert "ask=keyboard wifi name password disk\n" in marker and f"luks={IDS['luks_uuid']}\n" in marker


def test_a_profile_that_never_encrypts_refuses(install_plan: Any) -> None:
    plain = load_profile("minimal")
    never = plain.model_copy(update={"storage": plain.storage.model_copy(update={"encryption": "never"})})
    with pytest.raises(Fault) as caught:
        _plan(install_plan, profile=never)
    assert caught.value.error_id == "encryption-refused" and caught.value.exit_code == 3


def test_an_image_that_could_not_open_its_own_disk_is_refused_before_anything_is_written(
    bench: Any, install_plan: Any
) -> None:
    scripted = bench()
    with pytest.raises(Fault) as caught:
        install(
            scripted, scripted, _plan(install_plan), IMAGE, emit=lambda k, p: None, stop=threading.Event(), phrase="x"
        )
    assert caught.value.error_id == "image-unfit" and caught.value.wrote is False
    assert "usr/sbin/cryptsetup" in caught.value.params["missing"]
    assert not any(call[0] in ("sfdisk", "mkfs.ext4", "cryptsetup") and "--json" not in call for call in scripted.calls)


def test_a_phrase_is_of_letters_that_every_keyboard_has_in_one_place() -> None:
    assert not set(LETTERS) & set("aqzwym,;")
    phrases = {draw_phrase(os.urandom) for _ in range(50)}
    assert len(phrases) == 50
    for phrase in phrases:
        assert [len(group) for group in phrase.split(" ")] == [4] * 5 and set(phrase) <= set(LETTERS + " ")


def test_every_letter_of_a_phrase_comes_as_often() -> None:
    drawn = random.Random(7)
    letters = "".join(draw_phrase(drawn.randbytes) for _ in range(4000)).replace(" ", "")
    counts = [letters.count(letter) for letter in LETTERS]
    assert max(counts) < 1.15 * min(counts)


def test_the_sheet_is_for_its_owner_alone_and_never_written_over(tmp_path: Path) -> None:
    path = keep_sheet(tmp_path / "out", "phrase.txt", ["a", "b"])
    assert path.read_text() == "a\nb\n" and path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        keep_sheet(tmp_path / "out", "phrase.txt", ["c"])


def test_the_report_names_the_layout(bench: Any, install_plan: Any) -> None:
    from agent.install.execute import result

    assert wire(result(_plan(install_plan), (), seconds=1.0))["layout"] == "hybrid-gpt-luks"
    assert wire(result(install_plan(), (), seconds=1.0))["layout"] == "hybrid-gpt"


def test_another_language_is_three_settings() -> None:
    told = adapted(
        load_profile("minimal"), LinuxOptions(locale="en_GB.UTF-8", keyboard="fr-bepo", timezone="Europe/Lisbon")
    ).system
    assert (told.locale, told.keyboard.layout, told.keyboard.variant) == ("en_GB.UTF-8", "fr", "bepo")
    assert told.timezone == "Europe/Lisbon"
    assert adapted(load_profile("minimal"), AS_IT_IS) == load_profile("minimal")
    for wrong in ({"locale": "english"}, {"keyboard": "Français"}, {"timezone": "../etc"}):
        with pytest.raises(Fault) as caught:
            adapted(load_profile("minimal"), LinuxOptions(**wrong))
        assert caught.value.error_id == "usage" and next(iter(wrong)) in caught.value.params["what"]
