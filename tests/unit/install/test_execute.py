"""The executor against a scripted disk: each postcondition that does not hold ends the install, and nothing stays."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.install.contents import Entry
from agent.install.execute import install
from agent.install.linux.boot import linux_lines
from agent.install.linux.sample import LARGEST, MOST_BYTES, pick
from agent.install.nvram import nvram_entry
from agent.machine.door import Answer, ToolTimedOut
from agent.model.errors import Fault
from agent.model.events import Event, Kind
from agent.model.job import Job, State, apply
from agent.model.plan import InstallPlan

IMAGE = Path("/images/linux/minimal-2026.11.squashfs")
Events = list[tuple[Kind, Mapping[str, Any]]]


def _go(bench: Any, plan: InstallPlan, stop: threading.Event | None = None) -> tuple[Any, Events]:
    events: Events = []
    result = install(bench, bench, plan, IMAGE, emit=lambda k, p: events.append((k, p)), stop=stop or threading.Event())
    return result, events


def _fails(bench: Any, plan: InstallPlan) -> tuple[Fault, Events]:
    events: Events = []
    with pytest.raises(Fault) as caught:
        install(bench, bench, plan, IMAGE, emit=lambda k, p: events.append((k, p)), stop=threading.Event())
    assert not bench.mounted
    assert events[-1][0] is Kind.INSTALL_FINISHED
    assert events[-1][1]["ok"] is False and events[-1][1]["verified"] == "none"
    return caught.value, events


def test_the_recorded_install_ends_checked(bench: Any, install_plan: Any) -> None:
    scripted = bench()
    result, events = _go(scripted, install_plan())
    assert result.ok and result.verified == "checked" and not result.rehearsed and result.warnings == ()
    assert result.versions["kernel"] == "6.12.117+deb13-amd64"
    assert [s.step for s in result.steps] == [p["step"] for k, p in events if k is Kind.STEP_FINISHED]
    assert not scripted.mounted
    assert scripted.calls[-1] == ("partx", "-d", "/dev/loop7")  # the kernel forgets the partitions of a file


def test_the_events_fold_into_a_job(bench: Any, install_plan: Any) -> None:
    _, events = _go(bench(), install_plan())
    job = Job(state=State.ERASED)
    for seq, (kind, params) in enumerate(events):
        job = apply(job, Event(kind=kind, seq=seq, t="", disk="x", params=params))
    assert job.state is State.ERASED and job.install_result is not None and job.install_result["ok"]
    assert (job.install_index, job.install_total, job.install_fraction) == (9, 9, 1.0)


def _replace(prefix: tuple[str, ...], **fields: Any) -> Callable[[tuple[str, ...], Answer], Answer | None]:
    def change(argv: tuple[str, ...], answer: Answer) -> Answer | None:
        return dataclasses.replace(answer, **fields) if argv[: len(prefix)] == prefix else None

    return change


def _swap(prefix: tuple[str, ...], old: bytes, new: bytes) -> Callable[[tuple[str, ...], Answer], Answer | None]:
    def change(argv: tuple[str, ...], answer: Answer) -> Answer | None:
        if argv[: len(prefix)] != prefix:
            return None
        assert old in answer.stdout, f"the recording of {prefix} lacks {old!r}"
        return dataclasses.replace(answer, stdout=answer.stdout.replace(old, new))

    return change


def _ending(words: tuple[str, ...], **fields: Any) -> Callable[[tuple[str, ...], Answer], Answer | None]:
    def change(argv: tuple[str, ...], answer: Answer) -> Answer | None:
        return dataclasses.replace(answer, **fields) if argv[-len(words) :] == words else None

    return change


CHROOT = ("chroot", "/run/regain-install.RECORDED/root")
NAMED = b"\tlinux\t/boot/vmlinuz root=/dev/loop7p3 ro\n"  # what update-grub writes without a by-uuid link
FLAGGED = b"GRUB".ljust(446, b"\1") + b"\x80".ljust(64, b"\0") + b"\x55\xaa"
CORRUPT = b"FATAL ERROR: corruption\n"
FULL = b"Write to output file failed because No space left on device\n"
FAILURES = [
    ("step-partition", _replace(("sfdisk", "--quiet"), exit_status=1, stderr=b"sfdisk: cannot open\n"), "cannot open"),
    ("step-partition", _swap(("sfdisk", "--json"), b"1052672", b"1052680"), "1052680"),
    ("step-partition", _swap(("sfdisk", "--json"), b'"name": "ESP"', b'"name": "EFI"'), "EFI"),
    ("step-partition", _replace(("sfdisk", "--json"), stdout=b"{"), "not understood"),
    ("step-format", _replace(("mkfs.ext4",), exit_status=1, stderr=b"mkfs.ext4: Input/output error\n"), "Input/output"),
    ("step-format", _swap(("blkid",), b"51515151-5151", b"00000000-0000"), "00000000"),
    ("step-format", _swap(("blkid",), b"TYPE=ext4", b"TYPE=ext3") , "ext3"),
    ("step-unpack", _replace(("mount",), exit_status=32, stderr=b"mount: unknown filesystem type\n"), "unknown"),
    ("step-unpack", _replace(("sh", "-c"), exit_status=1, stderr=FULL), "No space left"),
    ("step-unpack", _replace(("find",), stdout=b"f 12\n"), "1, 12"),
    ("step-unpack", _replace(("df",), stdout=b"df: garbage"), "df"),
    ("step-identity", _ending(("cat", "/etc/hostname"), stdout=b"another\n"), "etc/hostname"),
    ("step-identity", _ending(("cat", "/etc/machine-id"), stdout=b"0123456789abcdef0123456789abcdef\n"), "machine-id"),
    ("step-identity", _ending(("test", "-e", "/usr/share/zoneinfo/Europe/Paris"), exit_status=1), "not in the image"),
    ("step-identity", _ending(("regain", "etc/ssh/ssh_host_*"), stdout=b"etc/ssh/ssh_host_rsa_key\n"), "ssh_host_rsa"),
    ("step-menu", _ending(("cat", "/boot/grub/grub.cfg"), stdout=NAMED), "loop7p3"),
    ("step-menu", _ending(("cat", "/boot/grub/grub.cfg"), stdout=b"menuentry Debian\n"), "no linux line"),
    ("step-menu", _ending(("test", "-s", "/boot/initrd.img-6.12.117+deb13-amd64"), exit_status=1), "initrd"),
    ("step-menu", _ending(("update-grub",), exit_status=1, stderr=b"grub-probe: error: no device\n"), "no device"),
    ("step-bios", _replace(("head", "-c", "512"), stdout=bytes(510) + b"\x55\xaa"), "no GRUB"),
    ("step-bios", _replace(("head", "-c", "512"), stdout=FLAGGED), "boot flag"),
    ("step-bios", _replace(("head", "-c", "4096"), stdout=bytes(4096)), "core.img"),
    ("step-uefi", _ending(("::/EFI/BOOT/BOOTX64.EFI", "-"), stdout=b"torn"), "BOOTX64"),
    ("step-uefi", _ending(("::/EFI/debian/grub.cfg", "-"), stdout=b""), "grub.cfg"),
    ("step-uefi", _replace(("mmd",), exit_status=1, stderr=b"Disk full\n"), "Disk full"),
    ("step-check", _ending(("dpkg", "--audit"), stdout=b"The following packages are only half configured\n"), "half"),
    ("step-check", _replace(("e2fsck",), exit_status=4, stdout=b"UNEXPECTED INCONSISTENCY\n"), "INCONSISTENCY"),
    ("step-check", _replace(("fsck.vfat",), exit_status=1, stdout=b"FATs differ\n"), "FATs differ"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "change", "seen"), FAILURES, ids=[f"{s}-{o[:12]}" for s, _, o in FAILURES])
def test_a_postcondition_that_does_not_hold_ends_the_install(
    bench: Any, install_plan: Any, step: str, change: Any, seen: str
) -> None:
    scripted = bench(change=change)
    fault, events = _fails(scripted, install_plan())
    assert fault.error_id == "install-step-failed" and fault.exit_code == 6 and fault.wrote is True
    assert fault.params["step"] == step and seen in fault.params["observed"]
    assert [p["step"] for k, p in events if k is Kind.STEP_FAILED] == [step]
    assert scripted.calls[-1] == ("partx", "-d", "/dev/loop7")


def test_partitions_that_do_not_appear_end_the_install(bench: Any, install_plan: Any) -> None:
    fault, _ = _fails(bench(missing_nodes=("/dev/loop7p3",)), install_plan())
    assert "/dev/loop7p3 did not appear" in fault.params["observed"]


def test_an_old_partition_that_the_kernel_believes_in_ends_the_install(bench: Any, install_plan: Any) -> None:
    fault, _ = _fails(bench(reads={"/sys/block/loop7/loop7p3/start": b"2048\n"}), install_plan())
    assert "kernel, partition 3" in fault.params["observed"]


def test_a_root_that_cannot_be_unmounted_is_not_an_install(bench: Any, install_plan: Any) -> None:
    busy = _replace(("umount",), exit_status=32, stderr=b"target is busy\n")
    scripted = bench(change=busy)
    events: Events = []
    with pytest.raises(Fault) as caught:
        install(
            scripted, scripted, install_plan(), IMAGE, emit=lambda k, p: events.append((k, p)), stop=threading.Event()
        )
    assert caught.value.params["step"] == "step-check" and "busy" in caught.value.params["observed"]


REFUSALS = [
    ({"names": ()}, "image-unfit", "vmlinuz"),
    ({"lacks": "usr/lib/grub/i386-pc/boot.img"}, "image-unfit", "i386-pc/boot.img"),
    ({"lacks": "usr/lib/shim/shimx64.efi.signed"}, "image-unfit", "shimx64"),
    ({"lacks": "boot/initrd.img-6.12.117+deb13-amd64"}, "image-unfit", "initrd"),
    ({"shim_signers": ("Microsoft Corporation UEFI CA 2011",)}, "image-unfit", "2023"),
    ({"shim_signers": ()}, "image-unfit", "2011"),
    ({"change": _replace(("sha256sum",), stdout=b"0" * 64 + b"  x\0")}, "image-damaged", "000000000000"),
    ({"change": _replace(("unsquashfs", "-lln"), exit_status=1, stderr=CORRUPT)}, "image-damaged", "corruption"),
    ({"size_bytes": 2 << 30}, "disk-changed", ""),
    ({"logical_block": 4096}, "disk-changed", ""),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "error_id", "said"), REFUSALS)
def test_the_gate_refuses_before_anything_is_written(
    bench: Any, install_plan: Any, changes: dict[str, Any], error_id: str, said: str
) -> None:
    scripted = bench(**{key: value for key, value in changes.items() if key != "lacks"})
    scripted.names = tuple(n for n in scripted.names if n != changes.get("lacks"))
    fault, events = _fails(scripted, install_plan())
    assert fault.error_id == error_id and fault.wrote is False
    assert said in " ".join(str(v) for v in fault.params.values())
    assert {p["step"] for k, p in events if k is Kind.STEP_STARTED} == {"step-gate"}
    assert not [c for c in scripted.calls if c[0] in ("sfdisk", "mkfs.ext4", "mount", "mmd")]


def test_a_tool_that_does_not_answer_is_a_failed_step(bench: Any, install_plan: Any) -> None:
    def late(argv: tuple[str, ...], answer: Answer) -> Answer | None:
        if argv[0] == "mkfs.vfat":
            raise ToolTimedOut("mkfs.vfat: no answer within 600 s")
        return None

    fault, _ = _fails(bench(change=late), install_plan())
    assert fault.params["step"] == "step-format" and "no answer" in fault.params["observed"]


def test_a_stop_before_the_first_write_writes_nothing(bench: Any, install_plan: Any) -> None:
    scripted, stop = bench(), threading.Event()
    stop.set()
    with pytest.raises(Fault) as caught:
        _go(scripted, install_plan(), stop)
    assert caught.value.error_id == "cancelled" and caught.value.wrote is False
    assert scripted.calls == []


def test_ctrl_c_in_the_middle_leaves_nothing_mounted(bench: Any, install_plan: Any) -> None:
    def interrupt(argv: tuple[str, ...], answer: Answer) -> Answer | None:
        if argv[-1] == "update-grub":
            raise KeyboardInterrupt
        return None

    scripted = bench(change=interrupt)
    with pytest.raises(KeyboardInterrupt):
        _go(scripted, install_plan())
    assert not scripted.mounted and scripted.calls[-1] == ("partx", "-d", "/dev/loop7")


def test_a_missing_language_is_a_warning(bench: Any, install_plan: Any) -> None:
    result, _ = _go(bench(change=_ending(("locale", "-a"), stdout=b"C\nC.utf8\nPOSIX\n")), install_plan())
    assert result.ok and result.warnings == ("install-warning-locale",)


def test_a_rehearsal_plan_is_never_executed(bench: Any, install_plan: Any) -> None:
    scripted = bench()
    with pytest.raises(Fault):
        _go(scripted, install_plan(rehearsed=True))
    assert scripted.calls == []


@given(st.text())
def test_menus_and_nvram_listings_of_any_kind_are_read_without_raising(text: str) -> None:
    assert isinstance(linux_lines(text), list)
    assert nvram_entry(text, "AAAAAAAA-0000-4000-8000-000000000003", "shimx64.efi") in (
        None,
        *[text[4:8]],
        *_numbers(text),
    )


def _numbers(text: str) -> list[str]:
    return [line[4:8] for line in text.splitlines() if line.startswith("Boot")]


def test_a_file_that_reads_back_otherwise_ends_the_install(bench: Any, install_plan: Any) -> None:
    def one_bit(argv: tuple[str, ...], answer: Answer) -> Answer | None:
        if argv[:2] == ("sh", "-c") and argv[2].startswith("cd ") and "sha256sum" in argv[2]:
            return dataclasses.replace(answer, stdout=answer.stdout.replace(b"5891", b"5890"))
        return None

    fault, _ = _fails(bench(change=one_bit), install_plan())
    assert fault.error_id == "install-step-failed" and fault.params["step"] == "step-check"
    assert "files read back" in fault.params["observed"]


def test_the_sample_is_of_files_that_no_step_changes() -> None:
    entries = {f"usr/share/f{n:04}": Entry(kind="-", size=1 << 20) for n in range(400)}
    entries |= {
        "etc/fstab": Entry(kind="-", size=9),
        "usr/lib": Entry(kind="d", size=9),
        "usr/bin/[": entries["usr/share/f0001"],
    }
    entries["usr/big"] = Entry(kind="-", size=LARGEST + 1)
    picked = pick(entries, "a")
    assert picked == sorted(picked) and len(picked) == MOST_BYTES >> 20 and set(picked) < set(entries)
    assert not {"etc/fstab", "usr/lib", "usr/bin/[", "usr/big"} & set(picked)
    assert picked == pick(entries, "a") != pick(entries, "b")
