"""The boot menu: one ``grub.cfg`` for BIOS and UEFI, and the stubs that find it (GRUB manual, 2.12)."""

from __future__ import annotations

from dataclasses import dataclass

KERNEL = "/live/vmlinuz"
INITRD = "/live/initrd.img"
MEMTEST_BIOS = "/boot/memtest86+x64.bin"
MEMTEST_EFI = "/boot/memtest86+x64.efi"

WORDS = (
    *("boot=live", "nopersistence", "noeject", "noresume", "systemd.gpt_auto=no", "consoleblank=0"),
    *("quiet", "loglevel=3", "mitigations=off", "libata.allow_tpm=1", "console=ttyS0,115200", "console=tty0"),
)
"""Kernel words of every entry. Nothing is resumed, mounted or swapped on because a donated disk carries it.
``mitigations=off``: the stick runs no program but its own, and old PCs pay most for the guards between programs.
``libata.allow_tpm=1``: self-encrypting SATA drives are asked whether they are locked, and take the number of their
label (the kernel keeps TRUSTED SEND and RECEIVE back otherwise)."""

TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    title: str
    words: tuple[str, ...] = ()
    key: str = ""
    """Starts the entry at once, also from the serial line; the same place on QWERTY and AZERTY."""


ENTRIES = (
    Entry("normal", "Démarrer Regain"),
    Entry("simple", "Affichage simple (si l'écran reste noir)", ("nomodeset",), key="v"),
    Entry("texte", "Mode texte / braille", ("regain.plain",), key="t"),
    Entry(
        "memoire",
        "Depuis la mémoire (la clé peut être retirée ; 2 Go au moins)",
        ("toram=filesystem.squashfs",),
        key="r",
    ),
    Entry("serie", "Console série (ttyS0, 115200)", ("regain.serial",), key="s"),
)


def _entry(entry: Entry) -> str:
    key = f" --hotkey={entry.key}" if entry.key else ""
    words = " ".join((*WORDS, *entry.words))
    return f'menuentry "{entry.title}" --id {entry.id}{key} {{\n    linux {KERNEL} {words}\n    initrd {INITRD}\n}}\n'


def grub_cfg() -> str:
    """The menu. The text terminal of a BIOS has no accents, so letters are drawn whenever a font can be loaded."""
    head = f"""\
set default=normal
set timeout={TIMEOUT_S}
if [ "$grub_platform" = efi ]; then
    insmod all_video
else
    insmod vbe
    insmod vga
fi
set gfxmode=1024x768,800x600,auto
set gfxpayload=keep
if loadfont unicode; then
    insmod gfxterm
    terminal_output gfxterm
fi
if serial --unit=0 --speed=115200; then
    terminfo --utf8 serial vt100
    terminal_input --append serial
    terminal_output --append serial
fi
set locale_dir=$prefix/locale
set lang=fr
insmod gettext
set menu_color_normal=white/black
set menu_color_highlight=black/light-gray

"""
    memtest = f"""\
if [ "$grub_platform" = efi ]; then
    menuentry "Test de la mémoire vive (pas avec le démarrage sécurisé)" --id memtest {{
        linux {MEMTEST_EFI}
    }}
    menuentry "Réglages du PC (BIOS / UEFI)" --id reglages {{
        fwsetup
    }}
else
    menuentry "Test de la mémoire vive" --id memtest {{
        linux {MEMTEST_BIOS}
    }}
fi
menuentry "Éteindre" --id eteindre {{
    halt
}}
"""
    return head + "".join(map(_entry, ENTRIES)) + memtest


def stub(token: str) -> str:
    """What GRUB reads first, wherever it was loaded from: find the medium of this very build, then its menu."""
    return (
        f"search --no-floppy --file --set=root /.disk/{token}\n"
        "set prefix=($root)/boot/grub\n"
        "configfile $prefix/grub.cfg\n"
    )
