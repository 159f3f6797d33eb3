"""Profiles: every shipped one is valid, every mistake is named with its path and the nearest right word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.install.profiles import folder, load_file, load_profile, load_profiles, parse_profile, read_problems
from agent.model.errors import Fault

GOOD = (folder() / "minimal.yaml").read_text(encoding="utf-8")


def _mistakes(text: str) -> list[tuple[str, str, str]]:
    profile, problems = parse_profile(text.encode())
    assert (profile is None) == bool(problems)
    return [(p.path, p.kind, p.suggestion) for p in problems]


def test_every_shipped_profile_is_valid() -> None:
    profiles = load_profiles()
    assert {p.id for p in profiles} >= {"minimal", "xfce-fr", "kiosque-fr"}
    assert all(p.build and p.checks for p in profiles)
    for path in folder().glob("*.yaml"):
        assert read_problems(path)[1] == ()


def test_a_test_profile_is_hidden_from_the_bench() -> None:
    asked = {p.id: p.needs() for p in load_profiles()}
    assert asked["minimal"].hidden and not asked["xfce-fr"].hidden
    assert asked["xfce-fr"].suits_ram_mib == (1900, 6000)
    assert asked["xfce-fr"].label["fr"] == "Bureau léger (Xfce)"


def _change(old: str, new: str) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


MISTAKES = [
    (_change("schema: regain-profile/1", "schema: regain-profile/2"), ("schema", "bad-value", "regain-profile/1")),
    (_change("id: minimal", "id: Minimal!"), ("id", "bad-form", "")),
    (_change("kind: linux", "kind: windows"), ("kind", "bad-value", "")),
    (_change("for: test", "for: tests"), ("for", "bad-value", "test")),
    (_change("licence: free", "licence: fre"), ("licence", "bad-value", "free")),
    (_change('support_until: "2030-06"', 'support_until: "2030-13"'), ("support_until", "bad-form", "")),
    (_change('support_until: "2030-06"', "support_until: 2030-06-01"), ("support_until", "bad-form", "")),
    (_change("arch: x86_64", "arch: i686"), ("requires.arch", "bad-value", "")),
    (_change("ram_mib: 500", 'ram_mib: "500"'), ("requires.ram_mib", "wrong-type", "")),
    (_change("ram_mib: 500", "ram_mib: 5"), ("requires.ram_mib", "out-of-range", "")),
    (_change("ram_mib: 500", "ram_mb: 500"), ("requires.ram_mb", "unknown-key", "ram_mib")),
    (_change("firmware: [uefi, bios]", "firmware: [uefi, bois]"), ("requires.firmware.1", "bad-value", "bios")),
    (_change("firmware: [uefi, bios]", "firmware: []"), ("requires.firmware", "empty", "")),
    (_change('version: "2026.11"', 'version: "11"'), ("image.version", "bad-form", "")),
    (_change("layout: hybrid-gpt", "layout: hybrid-gtp"), ("storage.layout", "bad-value", "hybrid-gpt")),
    (_change("layout: hybrid-gpt", "layout: mbr"), ("storage.layout", "bad-value", "")),
    (_change("encryption: ask", "encryption: always"), ("storage.encryption", "bad-value", "")),
    (_change("root_fs: ext4", "root_fs: btrfs"), ("storage.root_fs", "bad-value", "")),
    (_change("kind: zram", "kind: zrm"), ("storage.swap.kind", "bad-value", "zram")),
    (_change("percent: 60, ", ""), ("storage.swap", "swap-needs", "")),
    (_change("percent: 60", "percent: 60, size_mib: 1024"), ("storage.swap.size_mib", "swap-no-use", "")),
    (_change("percent: 60", "percent: 900"), ("storage.swap.percent", "out-of-range", "")),
    (_change("[noatime]", "['noatime,exec']"), ("storage.mount_options.0", "bad-form", "")),
    (_change("fr_FR.UTF-8", "french"), ("system.locale", "bad-form", "")),
    (_change("Europe/Paris", "paris"), ("system.timezone", "bad-form", "")),
    (_change("Europe/Paris", "Europe/../../etc"), ("system.timezone", "bad-form", "")),
    (_change('"regain-{tag}"', '"regain {serial}"'), ("system.hostname", "bad-form", "")),
    (_change("mode: none", "mode: wizzard"), ("first_boot.mode", "bad-value", "wizard")),
    (_change("suite: trixie", "suite: trixi"), ("build.suite", "bad-value", "trixie")),
    (_change("[main, non-free-firmware]", "[main, non-fre]"), ("build.components.1", "bad-value", "non-free")),
    (_change("- zstd", "- 'zstd; reboot'"), ("build.packages.2", "bad-form", "")),
    (_change("recommends: false", "recommends: maybe"), ("build.recommends", "wrong-type", "")),
    (_change("no-sshd]", "no-ssh]"), ("checks.7", "bad-value", "no-sshd")),
    (_change('fr: "Système minimal (essais)", ', ""), ("label.fr", "missing", "")),
    (_change('"Minimal system (tests)"', '""'), ("label.en", "empty", "")),
    (_change("timezone: Europe/Paris\n  ", ""), ("system.timezone", "missing", "")),
    (GOOD + "id: minimal\n", ("id", "duplicate-key", "")),
    (_change("kind: zram,", "kind: zram, kind: none,"), ("storage.swap.kind", "duplicate-key", "")),
    (GOOD + "desktop: xfce\n", ("desktop", "unknown-key", "")),
    (_change("percent: 60", "percent: &p 60") + "copy: *p\n", ("copy", "alias", "")),
    ("id: [unclosed", ("", "not-yaml", "")),
    ("- a list\n", ("", "not-a-profile", "")),
    ("", ("", "not-a-profile", "")),
    (_change("ram_mib: 500", "ram_mib: !!python/object/apply:os.system [id]"), ("", "not-yaml", "")),
    ("x: " + "y" * 70_000, ("", "too-long", "")),
]


KIOSK = (folder() / "kiosque-fr.yaml").read_text(encoding="utf-8")


def _kiosk(old: str, new: str) -> str:
    assert old in KIOSK, old
    return KIOSK.replace(old, new, 1)


MISTAKES += [
    (_change("updates:", "kiosk: {idle_minutes: 5}\nupdates:"), ("kiosk", "kiosk-no-use", "for: kiosk")),
    (_change("{mode: none}", "{mode: wizard, ask: [page]}"), ("first_boot.ask.0", "kiosk-ask", "name")),
    (_change("{mode: none}", "{mode: none, autologin: true}"), ("first_boot.autologin", "kiosk-autologin", "false")),
    (_kiosk("kiosk: {idle_minutes: 5}\n", ""), ("", "kiosk-needs", "")),
    (_kiosk("page, password]", "name, password]"), ("first_boot.ask.2", "kiosk-ask", "page")),
    (_kiosk("autologin: true", "autologin: false"), ("first_boot.autologin", "kiosk-autologin", "true")),
    (_kiosk("encryption: never", "encryption: ask"), ("storage.encryption", "kiosk-encryption", "never")),
    (_kiosk("idle_minutes: 5", "idle_minutes: 0"), ("kiosk.idle_minutes", "out-of-range", "")),
    (_kiosk("idle_minutes: 5", "idle_minute: 5"), ("kiosk.idle_minute", "unknown-key", "idle_minutes")),
    *(
        (_kiosk("idle_minutes: 5", f"idle_minutes: 5, start_page: {address}"), ("kiosk.start_page", "bad-form", ""))
        for address in ("www.mairie.fr", "'file:///etc'", "'https://a b'", "'https://a`id`'", '"https://a\\"b"')
    ),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[f"{m[0] or 'file'}-{m[1]}" for _, m in MISTAKES])
def test_a_mistake_is_named(text: str, expected: tuple[str, str, str]) -> None:
    assert expected in _mistakes(text)


def test_suits_must_be_ordered() -> None:
    text = (folder() / "xfce-fr.yaml").read_text(encoding="utf-8").replace("[1900, 6000]", "[6000, 1900]", 1)
    assert ("suits.ram_mib", "range-order", "") in _mistakes(text)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = _change("kind: zram", "kind: zrm").replace("ram_mib: 500", "ram_mib: -1").replace("for: test", "for: x")
    _, problems = parse_profile(text.encode())
    assert [p.path for p in problems] == ["for", "requires.ram_mib", "storage.swap.kind"]
    assert [p.line for p in problems] == sorted(p.line for p in problems)
    assert all(text.splitlines()[p.line - 1].lstrip().startswith(p.path.split(".")[0]) for p in problems[:1])


def test_every_contradiction_of_a_kiosk_is_told_with_its_line() -> None:
    text = _kiosk("autologin: true", "autologin: false").replace("encryption: never", "encryption: ask")
    _, problems = parse_profile(text.replace("for: kiosk", "for: family").encode())
    assert [(p.path, p.kind) for p in problems] == [
        ("first_boot.ask.2", "kiosk-ask"),
        ("kiosk", "kiosk-no-use"),
    ]
    _, problems = parse_profile(text.encode())
    assert [(p.path, text.splitlines()[p.line - 1].split(":")[0].strip()) for p in problems] == [
        ("storage.encryption", "encryption"),
        ("first_boot.autologin", "first_boot"),
    ]


def test_bytes_that_are_no_text_are_told() -> None:
    assert parse_profile(b"id: \xff\xfe")[1][0].kind == "not-text"


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(data: bytes) -> None:
    profile, problems = parse_profile(data)
    assert (profile is None) == bool(problems)


@given(st.data())
def test_a_damaged_profile_is_answered(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    text = GOOD[:start] + data.draw(st.text(max_size=20)) + GOOD[start + data.draw(st.integers(0, 40)) :]
    profile, problems = parse_profile(text.encode("utf-8", "surrogatepass"))
    assert (profile is None) == bool(problems)


def test_a_profile_is_named_after_its_file_and_has_its_overlays(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(GOOD, encoding="utf-8")
    found = {(p.path, p.kind) for p in read_problems(path)[1]}
    assert {("id", "not-file-name"), ("build.overlay.0", "no-overlay"), ("build.hooks.0", "no-hook")} <= found
    with pytest.raises(Fault) as caught:
        load_file(path)
    assert caught.value.error_id == "profile-bad" and caught.value.exit_code == 7


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(Fault) as caught:
        load_profile("mint")
    assert caught.value.error_id == "profile-unknown" and "minimal" in caught.value.params["known"]
    with pytest.raises(Fault):
        load_profile("../linux/minimal")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        read_problems(tmp_path / "none.yaml")
    assert caught.value.error_id == "file-unreadable"


def test_the_folder_may_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGAIN_PROFILES", str(tmp_path))
    assert folder() == tmp_path and load_profiles() == ()


def test_no_package_mirror_and_no_host_stands_in_the_profiles() -> None:
    for path in folder().rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            assert not re.search(r"https?://\w|ftp\.|deb\.", path.read_text(encoding="utf-8")), path
