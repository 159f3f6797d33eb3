"""What an image must hold and must not hold, from its listing and a few of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.install import shim
from agent.install.contents import (
    FIRST_BOOT,
    KIOSK_FILES,
    Contents,
    Entry,
    Finding,
    ImageReader,
    boot_findings,
    broken_packages,
    first_boot_findings,
    identity_findings,
    kiosk_findings,
    parse_listing,
    private_hosts,
    read_contents,
    system_findings,
)
from agent.model.errors import Fault

from .conftest import LISTING, signed_pe

KERNEL = "6.12.117+deb13-amd64"

# recorded: unsquashfs -lln of squashfs-tools 4.5.1 on an image of ours
RECORDED = """\
drwxr-xr-x 0/0                     343 2026-11-24 04:04 squashfs-root
lrwxrwxrwx 0/0                       7 2026-11-08 20:20 squashfs-root/bin -> usr/bin
drwxr-xr-x 0/0                     164 2026-11-24 04:04 squashfs-root/boot
-rw-r--r-- 0/0                12171200 2026-11-12 09:30 squashfs-root/boot/vmlinuz-6.12.117+deb13-amd64
crw-rw-rw- 0/0                   5,  1 2026-11-24 04:03 squashfs-root/dev/console
-rw-r--r-- 0/0                       0 2026-11-24 04:04 squashfs-root/etc/machine-id
"""


def test_a_recorded_listing_is_read() -> None:
    entries = parse_listing(RECORDED)
    contents = Contents(entries=entries)
    assert contents.files == 5 and contents.unpacked_bytes == 12171200
    assert entries["bin"] == Entry(kind="l", size=7, target="usr/bin")
    assert entries["dev/console"].kind == "c"


@given(st.text())
def test_any_listing_is_answered(text: str) -> None:
    assert all(name for name in parse_listing(text))


def _contents(names: Sequence[str] = LISTING, signers: tuple[str, ...] = shim.WANTED, kernel: str = KERNEL) -> Contents:
    return Contents(entries={n: Entry(kind="-", size=9) for n in names}, signers=signers, kernel=kernel)


def test_a_whole_image_starts_everywhere() -> None:
    assert list(boot_findings(_contents())) == []


@pytest.mark.parametrize(
    ("lacks", "finding"),
    [
        (f"boot/initrd.img-{KERNEL}", "no-initrd"),
        ("usr/lib/grub/i386-pc/boot.img", "no-bios-grub"),
        ("usr/sbin/update-grub", "no-grub-tools"),
        ("usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "no-signed-grub"),
        ("usr/lib/shim/shimx64.efi.signed", "no-shim"),
        ("usr/lib/shim/mmx64.efi.signed", "no-shim"),
    ],
)
def test_what_is_missing_is_named(lacks: str, finding: str) -> None:
    found = list(boot_findings(_contents([n for n in LISTING if n != lacks])))
    assert found == [Finding(id=finding, refuses=True, detail=lacks)]


def test_a_shim_with_one_signature_is_refused() -> None:
    found = list(boot_findings(_contents(signers=(shim.MICROSOFT_2011,))))
    assert found == [Finding(id="shim-signers", refuses=True, detail=shim.MICROSOFT_2023)]


def test_an_image_without_a_kernel_is_refused() -> None:
    assert [f.id for f in boot_findings(_contents(kernel=""))] == ["no-kernel"]


def _identity(entries: Mapping[str, int], files: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    given = {"etc/machine-id": 0, **entries}
    texts = files or {}
    contents = Contents(entries={n: Entry(kind="-", size=s) for n, s in given.items()})
    found = identity_findings(contents, lambda names: "".join(texts[n] for n in names).encode())
    return [(f.id, f.detail) for f in found]


def test_a_clean_image_tells_nobody() -> None:
    passwd = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    shadow = "root:*:20000:0:99999:7:::\nmessagebus:!*:20000::::::\n"
    names = {"etc/passwd": 1, "etc/shadow": 1, "home": 0}
    assert _identity(names, {"etc/passwd": passwd, "etc/shadow": shadow}) == []


@pytest.mark.parametrize(
    ("entries", "files", "finding"),
    [
        ({"etc/machine-id": 33}, {}, "machine-id"),
        ({"etc/ssh/ssh_host_ed25519_key": 400}, {}, "ssh-host-keys"),
        ({"etc/NetworkManager/system-connections/Maison.nmconnection": 300}, {}, "wifi-secret"),
        ({"home/marie/Documents": 0}, {}, "home-not-empty"),
        ({"root/.mozilla/firefox": 0}, {}, "profile-left"),
        ({"etc/passwd": 1}, {"etc/passwd": "marie:x:1000:1000::/home/marie:/bin/bash\n"}, "user-left"),
        ({"etc/shadow": 1}, {"etc/shadow": "root:$y$j9T$abc:20000:0:99999:7:::\n"}, "password-left"),
        ({"etc/shadow": 1}, {"etc/shadow": "root::20000:0:99999:7:::\n"}, "password-left"),
    ],
)
def test_a_trace_of_somebody_is_refused(entries: dict[str, int], files: dict[str, str], finding: str) -> None:
    assert [f for f, _ in _identity(entries, files)] == [finding]


def test_a_missing_machine_id_is_refused_like_a_full_one() -> None:
    found = list(identity_findings(Contents(entries={}), lambda names: b""))
    assert [(f.id, f.detail) for f in found] == [("machine-id", "missing")]


def test_half_installed_packages_are_found() -> None:
    status = (
        "Package: bash\nStatus: install ok installed\nVersion: 5\n\n"
        "Package: old\nStatus: deinstall ok config-files\n\n"
        "Package: libreoffice\nStatus: install ok half-configured\nVersion: 4\n"
    )
    assert broken_packages(status) == ["libreoffice half-configured"]


def test_package_sources_of_ones_own_network_are_found() -> None:
    sources = (
        "deb http://192.168.1.5/debian trixie main\n"
        "deb [signed-by=/k] https://apt-cache.lan:3142/debian trixie main\n"
        "# deb http://10.0.0.1/debian trixie main\n"
        "deb http://user:pw@mirror/debian trixie main\n"
        "Types: deb\nURIs: http://deb.example.org/debian\n"
    )
    assert private_hosts(sources) == ["192.168.1.5", "apt-cache.lan", "mirror"]


def _system(names: Sequence[str], files: Mapping[str, str]) -> list[tuple[str, bool]]:
    contents = Contents(entries={n: Entry(kind="-", size=1) for n in names})
    found = system_findings(contents, lambda wanted: "".join(files[n] for n in wanted).encode())
    return [(f.id, f.refuses) for f in found]


def test_an_initrd_for_one_pc_is_refused() -> None:
    conf = "etc/initramfs-tools/initramfs.conf"
    assert _system([conf], {conf: "MODULES=most\n"}) == []
    assert _system([conf], {conf: "MODULES=dep\n"}) == [("initrd-modules", True)]
    assert _system([], {}) == [("initrd-modules", False)]
    local = "etc/initramfs-tools/conf.d/local"
    assert _system([conf, local], {conf: "#\nMODULES=most\n", local: "MODULES=dep\n"}) != []


def test_a_promise_to_ask_needs_the_program_that_asks() -> None:
    assert [f.id for f in first_boot_findings(_contents(), wizard=True)] == ["no-first-boot"]
    assert list(first_boot_findings(_contents(), wizard=False)) == []
    assert list(first_boot_findings(_contents([FIRST_BOOT]), wizard=True)) == []


def test_the_scripted_image_is_read_through_the_door(bench: Any) -> None:
    contents = read_contents(ImageReader(bench(), "/images/linux/minimal-2026.11.squashfs"))
    assert contents.kernel == KERNEL and contents.signers == shim.WANTED


def test_the_newest_kernel_is_the_one_that_counts(bench: Any) -> None:
    names = (*LISTING, "boot/vmlinuz-6.12.9+deb13-amd64")
    assert read_contents(ImageReader(bench(names=names), "/x.squashfs")).kernel == KERNEL


def test_an_image_without_unsquashfs_is_told_as_damaged(bench: Any) -> None:
    class NoTool:
        def run(self, argv: Sequence[str], *, timeout_s: float) -> Any:
            from agent.machine.door import ToolMissing

            raise ToolMissing("unsquashfs: not installed")

    with pytest.raises(Fault) as caught:
        ImageReader(NoTool(), "/x.squashfs").listing()  # type: ignore[arg-type]
    assert caught.value.error_id == "image-damaged"


# -- signatures ----------------------------------------------------------------------------------------------


def test_signers_of_a_program_signed_twice() -> None:
    assert shim.signers(signed_pe(*shim.WANTED)) == shim.WANTED
    assert shim.missing_signers(shim.signers(signed_pe("Debian Secure Boot CA"))) == shim.WANTED


@pytest.mark.parametrize("cut", [0, 1, 2, 0x3C, 0x90, 300, 512, 600, -1])
def test_a_cut_program_has_no_signer_it_does_not_show(cut: int) -> None:
    whole = signed_pe(*shim.WANTED)
    assert set(shim.signers(whole[:cut])) <= set(shim.WANTED)


@given(st.binary(max_size=2000))
def test_any_bytes_have_no_signers(data: bytes) -> None:
    assert shim.signers(b"MZ" + data) == ()


@given(st.integers(0, 700), st.integers(0, 255))
def test_a_flipped_byte_never_raises(place: int, value: int) -> None:
    data = bytearray(signed_pe(shim.MICROSOFT_2011))
    data[place % len(data)] = value
    assert isinstance(shim.signers(bytes(data)), tuple)


def test_a_kiosk_without_its_parts_or_with_a_login_screen_is_refused() -> None:
    masked = {name: Entry(kind="l", size=9, target="/dev/null") for name in KIOSK_FILES[-2:]}
    whole = {name: Entry(kind="-", size=9) for name in KIOSK_FILES} | masked
    assert not list(kiosk_findings(Contents(entries=whole), kiosk=True))
    assert not list(kiosk_findings(Contents(entries={}), kiosk=False))
    for name in KIOSK_FILES:
        (found,) = kiosk_findings(Contents(entries={n: e for n, e in whole.items() if n != name}), kiosk=True)
        assert found == Finding(id="no-kiosk", refuses=True, detail=name)
    shown = whole | {"etc/systemd/system/getty@tty1.service": Entry(kind="l", size=9, target="/lib/systemd/x")}
    assert [f.detail for f in kiosk_findings(Contents(entries=shown), kiosk=True)] == [KIOSK_FILES[-2]]
