"""The hands of the first start: keyboard, Wi-Fi, the account, and the word that it is done. Root, on the PC itself."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import os
import pwd
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from firstboot import answers as rules
from firstboot.answers import Answers, Network
from firstboot.words import language_of, read_words

GROUPS = ("sudo", "audio", "video", "netdev", "lpadmin", "scanner", "plugdev", "dialout", "bluetooth", "cdrom")
"""What a person may do with the PC in front of them; a group that does not exist is left out."""

KEY_FILE = "var/lib/regain/disk.key"
"""The installer's own key of an encrypted disk, on that disk: it lets the phrase be changed once, and goes."""

KIOSK = "etc/regain/kiosk"
"""``page=`` and ``idle_minutes=``, one a line: there on a kiosk only."""

KIOSK_BROWSER, KIOSK_SETTINGS = "regain-kiosk.service", "regain-kiosk-settings.service"

MANAGER = "var/lib/regain/kiosk-password"

_FONTS = ("32x16", "28x14", "24x12", "22x11", "20x10", "18x10", "16", "14")
_CONNECTION = "etc/NetworkManager/system-connections/regain-wifi.nmconnection"


def font_for(width: int, height: int) -> str:
    """The largest Lat15-TerminusBold that keeps 80 columns and 24 rows on so many pixels."""
    for size in _FONTS:
        down, _, across = size.partition("x")
        if width // int(across or 8) >= 80 and height // int(down) >= 24:
            return size
    return _FONTS[-1]


def filled(page: str, values: Mapping[str, str]) -> str:
    """``{name}`` and the others of an HTML page, all at once: a value is never looked into for another key."""
    return re.sub(r"\{(" + "|".join(values) + r")\}", lambda found: html.escape(values[found[1]]), page)


def _digest(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << 14, r=8, p=1).hex()


class PC:
    """``root``: where the system is; a test gives a folder."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root
        self.told = dict(
            line.split("=", 1) for line in self.text("var/lib/regain/first-boot").splitlines() if "=" in line
        )

    def asked(self) -> list[str]:
        return self.told.get("ask", "").split()

    def words(self) -> dict[str, str]:
        return read_words(language_of(self._setting("etc/default/locale", "LANG")))

    # -- console and keyboard --------------------------------------------------------------------------------

    def prepare_console(self) -> None:
        """Large letters, and no message of the kernel or of systemd over the question."""
        size = self.text("sys/class/graphics/fb0/virtual_size") or "640,400"
        width, height = (int(n) for n in size.strip().split(","))
        self.run(["setfont", f"/usr/share/consolefonts/Lat15-TerminusBold{font_for(width, height)}.psf.gz"])
        self.run(["dmesg", "--console-off"])
        if self.root == Path("/"):
            os.kill(1, signal.SIGRTMIN + 21)  # no more words of systemd on the console (systemd(1), Signals)

    def keyboard(self) -> tuple[str, str]:
        return self._setting("etc/default/keyboard", "XKBLAYOUT"), self._setting("etc/default/keyboard", "XKBVARIANT")

    def load_keyboard(self, keyboard: tuple[str, str]) -> None:
        """For this console now, and for every later start."""
        self.write("etc/default/keyboard", rules.keyboard_file(keyboard))
        self.run(["setupcon", "--keyboard-only", "--force", "--save"], timeout_s=180)
        self.run(["udevadm", "trigger", "--action=change", "--subsystem-match=input"])

    # -- network ---------------------------------------------------------------------------------------------

    def has_wifi(self) -> bool:
        return "wifi" in self.run(["nmcli", "-t", "-f", "TYPE", "device"])[1].split()

    def is_online(self) -> bool:
        """A cable that is connected: nobody needs to look for a Wi-Fi network now."""
        return "ethernet:connected" in self.run(["nmcli", "-t", "-f", "TYPE,STATE", "device"])[1].split()

    def networks(self) -> list[Network]:
        listing = ["nmcli", "-t", "-f", "SSID,SIGNAL,SECURITY", "device", "wifi", "list", "--rescan", "yes"]
        return rules.parse_networks(self.run(listing)[1])

    def join(self, network: Network, password: str) -> bool:
        """The password goes to a file that root alone can read, never on a command line."""
        name = str(uuid.uuid4())
        self.write(_CONNECTION, rules.connection_file(network, password, name), mode=0o600)
        self.run(["nmcli", "connection", "reload"])
        joined = self.run(["nmcli", "--wait", "45", "connection", "up", "uuid", name])[0] == 0
        if not joined:
            (self.root / _CONNECTION).unlink()
            self.run(["nmcli", "connection", "reload"])
        return joined

    # -- the end ---------------------------------------------------------------------------------------------

    def finish(self, answers: Answers) -> None:
        """The account, its first steps, and the marker. A power cut before the marker is gone asks everything again.
        Raises RuntimeError when the account could not be made: the questions come again."""
        if self.is_kiosk():
            self.set_start_page(answers.page or "")
            self.keep_manager(answers.password)
        elif answers.password:
            self._account(rules.login_of(answers.name), answers)
        if answers.disk:
            self._new_disk_phrase(answers.disk)
        self._started()
        (self.root / "var/lib/regain/first-boot").unlink()
        os.sync()
        # A unit that this PC does not have is none of our business. Those of the first console come last: as they start
        # they hang it up (TTYVHangup), and with it this program, wherever it is then.
        for unit in ("display-manager.service", KIOSK_SETTINGS, "getty@tty1.service", KIOSK_BROWSER):
            self.run(["systemctl", "start", "--no-block", unit])

    # -- kiosk -----------------------------------------------------------------------------------------------

    def is_kiosk(self) -> bool:
        return (self.root / KIOSK).is_file()

    def start_page(self) -> str:
        return self._setting(KIOSK, "page")

    def set_start_page(self, address: str) -> None:
        """Kept for every later start; the browser that runs begins again with it."""
        kept = [line for line in self.text(KIOSK).splitlines() if not line.startswith("page=")]
        self.write(KIOSK, "\n".join([f"page={address}", *kept, ""]))
        self.run(["systemctl", "try-restart", "--no-block", KIOSK_BROWSER])

    def keep_manager(self, password: str) -> None:
        """The password of the settings: salted scrypt (RFC 7914), for root alone."""
        salt = os.urandom(16)
        self.write(MANAGER, f"{salt.hex()} {_digest(password, salt)}\n", mode=0o600)

    def is_manager(self, password: str) -> bool:
        salt, _, kept = self.text(MANAGER).strip().partition(" ")
        return bool(kept) and hmac.compare_digest(_digest(password, bytes.fromhex(salt)), kept)

    def show_kiosk(self) -> None:
        self.run(["chvt", "1"])

    def _account(self, login: str, answers: Answers) -> None:
        there = [name for name in GROUPS if re.search(rf"(?m)^{name}:", self.text("etc/group"))]
        words = [*("--create-home", "--shell", "/bin/bash"), "--comment", answers.name, "--groups", ",".join(there)]
        status, said = self.run(["useradd", *words, login])
        if status not in (0, 9):  # 9: it was made before a power cut
            raise RuntimeError(f"useradd: {said}")
        status, said = self.run(["chpasswd"], stdin=f"{login}:{answers.password}\n")
        if status:
            raise RuntimeError(f"chpasswd: {said}")
        self._first_steps(login, answers)

    def _first_steps(self, login: str, answers: Answers) -> None:
        """The page on the desktop, opened by itself at the first session."""
        locale = self._setting("etc/default/locale", "LANG")
        kind = self.told.get("welcome", "").partition("-")[2]  # of "fr-facile"
        page = self.text(f"usr/share/regain/welcome/{language_of(locale)}-{kind}.html")
        if not page:
            return
        tag = self.told.get("tag") or self.text("etc/hostname").strip()
        page = filled(page, {"name": answers.name, "login": login, "tag": tag})
        home = ["runuser", "-u", login, "--", "env", f"LANG={locale}"]
        self.run([*home, "xdg-user-dirs-update"])
        desktop = self.run([*home, "xdg-user-dir", "DESKTOP"])[1].strip()
        account = pwd.getpwnam(login)
        folder = Path(desktop if desktop.startswith(account.pw_dir) else account.pw_dir)
        folder.mkdir(exist_ok=True)
        place = folder / f"{self.words()['first-steps']}.html"
        place.write_text(page, "utf-8")
        start = Path(account.pw_dir, ".config/autostart/regain-first-steps.desktop")
        start.parent.mkdir(parents=True, exist_ok=True)
        start.write_text("[Desktop Entry]\nType=Application\nName=Regain\nExec=/usr/lib/regain/first-steps\n", "utf-8")
        for path in (folder, place, start.parent.parent, start.parent, start):
            os.chown(path, account.pw_uid, account.pw_gid)

    def _new_disk_phrase(self, phrase: str) -> None:
        """The recipient's phrase is added by the installer's key, then every other one is taken away: the sheet of
        the workshop and that key open nothing any more. Raises RuntimeError; until then the old phrase still opens."""
        key, device = self.root / KEY_FILE, f"/dev/disk/by-uuid/{self.told.get('luks', '')}"
        if not key.is_file():
            return  # changed before a power cut
        add = ["cryptsetup", "luksAddKey", "--batch-mode", "--key-file", str(key), "--new-keyfile", "-", device]
        steps = [(add, phrase), (["cryptsetup", "open", "--test-passphrase", "--key-file", "-", device], phrase)]
        steps += [(["cryptsetup", "luksKillSlot", "--key-file", "-", device, str(n)], phrase) for n in (0, 1)]
        steps += [(["update-initramfs", "-u"], "")]  # the prompt of the start speaks the chosen keyboard
        for argv, stdin in steps:
            status, said = self.run(argv, stdin=stdin, timeout_s=1800)
            if status:
                raise RuntimeError(f"{argv[0]} {argv[1]}: {said}")
        key.unlink()

    def _started(self) -> None:
        """What the workshop's stick reads if the PC comes back: it did start."""
        seen = {
            "kernel": os.uname().release,
            "firmware_mode": "uefi" if (self.root / "sys/firmware/efi").exists() else "bios",
            "monotonic_s": round(time.monotonic(), 1),
        }
        self.write("var/lib/regain/started", json.dumps(seen) + "\n")

    # -- files and programs ----------------------------------------------------------------------------------

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 90) -> tuple[int, str]:
        """(exit status, what it said); a program that is not there or does not end has status 127."""
        try:
            done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=timeout_s, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return 127, str(error)
        return done.returncode, done.stdout or done.stderr

    def text(self, name: str) -> str:
        try:
            return (self.root / name).read_text("utf-8")
        except OSError:
            return ""  # a file that is not there says nothing

    def _setting(self, name: str, key: str) -> str:
        found = re.search(rf'(?m)^{key}="?([^"\n]*)"?$', self.text(name))
        return found[1] if found else ""

    def write(self, name: str, content: str, *, mode: int = 0o644) -> None:
        """Written beside, synced, renamed: a power cut leaves the old one or the new one."""
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f".{place.name}.new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
