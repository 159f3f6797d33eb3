"""The boot menu: what each entry starts, and what no entry may leave out."""

from __future__ import annotations

import re

from iso import menu


def kernel_lines() -> dict[str, str]:
    """Entry id -> its kernel line."""
    return {
        found[1]: found[2]
        for found in re.finditer(r"--id (\w+)[^{]*\{\n\s+linux (/live\S.*)\n", menu.grub_cfg())
    }  # fmt: skip


def test_every_entry_starts_the_live_system_and_touches_no_disk() -> None:
    lines = kernel_lines()
    assert list(lines) == ["normal", "simple", "texte", "memoire", "serie"]
    for line in lines.values():
        words = line.split()
        assert {"boot=live", "noresume", "nopersistence", "systemd.gpt_auto=no", "consoleblank=0"} <= set(words)
        assert "libata.allow_tpm=1" in words, "or no SATA drive says that it is locked"
        # the last console is where the system writes: the screen, not a serial port nobody looks at
        assert [w for w in words if w.startswith("console=")] == ["console=ttyS0,115200", "console=tty0"]


def test_entries_differ_by_their_words() -> None:
    lines = {name: set(line.split()) for name, line in kernel_lines().items()}
    extra = {name: words - lines["normal"] for name, words in lines.items()}
    assert extra == {
        "normal": set(),
        "simple": {"nomodeset"},
        "texte": {"regain.plain"},
        "memoire": {"toram=filesystem.squashfs"},
        "serie": {"regain.serial"},
    }


def test_the_menu_is_short_and_french() -> None:
    text = menu.grub_cfg()
    assert "set default=normal" in text and "set timeout=5" in text
    titles = re.findall(r'menuentry "([^"]+)"', text)
    assert titles[0] == "Démarrer Regain" and all(len(title) <= 72 for title in titles)


def test_the_stub_finds_this_build_only() -> None:
    assert "search --no-floppy --file --set=root /.disk/regain-0123\n" in menu.stub("regain-0123")
