"""A kiosk seen by eye: installed on a disk file, its questions answered, its browser and its settings photographed.

    python -m tests.vm.kiosk [--firmware uefi|secureboot|bios] [--images build/images] [--keep FOLDER]

Root, QEMU, and the image (``regain image build kiosque-fr``); by hand, it is long without KVM. The page that it is sent
to is served by this computer. Photographs go to build/photos.
"""

from __future__ import annotations

import argparse
import contextlib
import http.server
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from agent.install.manifest import find_image, read_manifest
from iso import kvm
from iso.tools import Failed
from iso.virtual import Firmware, keys_of
from iso.vm import VirtualPC
from tests.conftest import REPO
from tests.vm.bench import GUEST_HOST, wait_words
from tests.vm.desktop import AWAKE, GIB, Desktop, by_hand, facts, first_prompt, install_on, pc_with

PROFILE = "kiosque-fr"
PASSWORD = "la borne du hall"
PORT = 8123
OWN_PAGE_COLOUR, PAGE_COLOUR, PAGE_INK = "ffffff", "dfeedd", 0.005
PAGE = f"""<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><title>Mairie</title>
<body style="font: 40px sans-serif; background: #{PAGE_COLOUR}"><h1>La page de la mairie</h1><p>Horaires, agenda.</p>
"""


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Set-Cookie", "visiteur=1; Max-Age=999999")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, format: str, *args: object) -> None:
        return


@contextlib.contextmanager
def served() -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), _Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class Kiosk(Desktop):
    """The second console has the settings."""

    def settings(self, *words: str) -> str:
        reader = "d=open('/dev/vcsa2','rb').read(4);t=open('/dev/vcsu2','rb').read().decode('utf-32-le','replace');"
        reader += "print('\\n'.join(t[i:i+d[1]].rstrip() for i in range(0,len(t),d[1])))"
        return wait_words(lambda: self.shell(f'python3 -c "{reader}"'), *words, timeout_s=90)

    def second_console(self, *words: str) -> None:
        """Again when the keys were lost, as ``press`` does; cage lets the console go late on a busy computer."""
        try:
            for _ in range(3):
                self.pc.keys("ctrl-alt-f2")
                with contextlib.suppress(Failed):
                    self.until("test $(fgconsole) = 2", 60)
                    break
            else:
                raise Failed("the second console did not come")
            self.settings(*words)
        except Failed:
            state = "fgconsole; systemctl status --no-pager -n 30 regain-kiosk regain-kiosk-settings; true"
            print(self.shell(state), flush=True)
            self.photo("0-sans-reglages")
            raise

    def browser(self) -> str:
        """Process id of the service's main process: another one when the session began again."""
        return self.shell("systemctl show -P MainPID regain-kiosk.service").strip()

    def drawn(self, background: str, timeout_s: float = 900) -> None:
        """Until a page of that background colour (rrggbb) has words on it: no process says so."""
        try:
            self.until("pgrep -u kiosque -f 'firefox-esr.*-contentproc' >/dev/null", 300)
            until = time.monotonic() + timeout_s
            while (seen := self.pc.look()).ink < PAGE_INK or seen.background != background:
                if time.monotonic() > until:
                    raise Failed(f"no page within {timeout_s:g} s: {seen}")
                time.sleep(2)
        except Failed:
            print(self.shell("journalctl -b --no-pager -u regain-kiosk -n 60"), flush=True)
            self.photo("0-sans-page")
            raise
        time.sleep(10)  # the rest of it


def answer(kiosk: Kiosk) -> None:
    kiosk.wait("est une borne", "Entrée", timeout_s=900)
    kiosk.photo("1-bienvenue")
    kiosk.press("ret", "Votre clavier", "Français (AZERTY)")
    kiosk.press("ret", "Essayez votre clavier")
    kiosk.press("ret", "La page d’accueil")
    kiosk.photo("2-page")
    kiosk.press("ret", "Le mot de passe du responsable")
    kiosk.photo("3-responsable")
    kiosk.pc.keys("f2")
    kiosk.write(PASSWORD)
    kiosk.press("ret", "encore une fois")
    kiosk.pc.keys("f2")
    kiosk.write(PASSWORD)
    kiosk.pc.keys("ret")
    kiosk.until("! test -e /var/lib/regain/first-boot", 300)


def nobody_gets_a_shell(kiosk: Kiosk) -> None:
    """What stands behind the screen: each line is asserted."""
    asked = {
        "account": ("id -nG kiosque", "kiosque"),
        "shell": ("getent passwd kiosque | cut -d: -f6,7", "/var/lib/kiosque:/usr/sbin/nologin"),
        "passwords": ("cut -d: -f2 /etc/shadow | grep -vc '^[!*]'; true", "0"),
        "login screens": ("pgrep -c 'agetty|login$'; true", "0"),
        "ssh": ("test -e /usr/sbin/sshd && echo there || echo none", "none"),
        "on the disk": ("find /var/lib/kiosque -mindepth 1 | wc -l", "0"),
        "start menu": ("grep -c 'set superusers' /boot/grub/grub.cfg", "1"),
        "kernel keys": ("cat /proc/sys/kernel/sysrq", "0"),
        "restart": ("apt-config dump Unattended-Upgrade::Automatic-Reboot | cut -d' ' -f2", '"true";'),
    }
    wrong = []
    for name, (command, wanted) in asked.items():
        said = kiosk.shell(command).strip()
        print(f"  {name:<18}{said!r}", flush=True)
        if said != wanted:
            wrong.append(name)
    if wrong:
        raise Failed(f"not as promised: {', '.join(wrong)}")


def visit(kiosk: Kiosk) -> None:
    """The manager's settings, the page that was chosen, and a session that forgets."""
    pc = kiosk.pc
    kiosk.second_console("réservés au responsable")
    time.sleep(5)
    kiosk.photo("5-reglages")
    for key in keys_of("faux"):
        pc.keys(key, pause_s=0.6)
    pc.keys("ret")
    kiosk.settings("pas le bon mot de passe")
    pc.keys("backspace", "backspace", "backspace", "backspace", pause_s=0.6)
    for key in keys_of(PASSWORD):
        pc.keys(key, pause_s=0.6)
    pc.keys("ret")
    kiosk.settings("Que voulez-vous changer")
    kiosk.photo("6-menu")
    pc.keys("ret")
    kiosk.settings("La page d’accueil")
    for key in keys_of(f"http://{GUEST_HOST}:{PORT}/"):
        pc.keys(key, pause_s=0.6)
    kiosk.settings(f"http://{GUEST_HOST}:{PORT}/")
    pc.keys("ret")
    kiosk.settings("Que voulez-vous changer")
    pc.keys("esc")
    time.sleep(5)
    kiosk.drawn(PAGE_COLOUR)
    kiosk.photo("7-page-choisie")
    inside = f"nsenter -t {kiosk.browser()} -m"
    print(kiosk.shell(f"{inside} sh -c 'ls -A /var/lib/kiosque; findmnt -no FSTYPE /var/lib/kiosque'"), flush=True)
    kiosk.shell(f"{inside} touch /var/lib/kiosque/trace")
    before = kiosk.browser()
    pc.keys("ctrl-alt-f3", "ctrl-alt-delete", "alt-sysrq-r", "alt-esc", "f12", "ctrl-shift-k", pause_s=2)
    time.sleep(15)
    kiosk.photo("8-touches")
    assert kiosk.browser() == before, "the keys of a visitor ended the session"
    idle = float(kiosk.shell("sed -n 's/^idle_minutes=//p' /etc/regain/kiosk")) * 60
    kiosk.until(f"test $(systemctl show -P MainPID regain-kiosk.service) != {before}", idle + 240)
    print(f"{pc.seconds():6.0f} s  nobody touched it for {idle:.0f} s: a new session", flush=True)
    kiosk.drawn(PAGE_COLOUR)
    kiosk.shell(f"nsenter -t {kiosk.browser()} -m test ! -e /var/lib/kiosque/trace")
    nobody_gets_a_shell(kiosk)


def run(told: argparse.Namespace, folder: Path) -> None:
    entry = find_image(read_manifest(told.images), PROFILE)
    if entry is None or not (told.images / entry.file).is_file():
        print(f"left out: no image of {PROFILE} in {told.images} (regain image build {PROFILE})")
        return
    disk = folder / "disk.raw"
    if not disk.exists():
        mode = "bios" if told.firmware is Firmware.BIOS else "uefi"
        install_on(disk, told.images / entry.file, entry, size=9 * GIB, mode=mode)
    photos = REPO / "build" / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    with served(), VirtualPC(pc_with(disk, told.firmware, accelerated=kvm.works())) as pc:
        kiosk = Kiosk(pc, photos, PROFILE)
        first_prompt(pc, 1200)
        print(f"{pc.seconds():6.0f} s  a shell answers", flush=True)
        kiosk.shell(AWAKE)
        if kiosk.shell("ls /var/lib/regain/first-boot 2>/dev/null; true").strip():
            answer(kiosk)
        kiosk.drawn(OWN_PAGE_COLOUR)
        kiosk.photo("4-borne")
        facts(kiosk, told.firmware, asked_for=False)
        nobody_gets_a_shell(kiosk)
        visit(kiosk)
        kiosk.shell("systemctl poweroff", 60)
        pc.wait_off(300)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.vm.kiosk", description=(__doc__ or "").splitlines()[0])
    return by_hand(parser, run)


if __name__ == "__main__":
    sys.exit(main())
