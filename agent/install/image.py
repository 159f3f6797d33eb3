"""The image builder: packages of a profile -> a clean tree -> one squashfs -> a manifest entry (INSTALL design, 9).

Works in a hidden folder beside the result and renames at the end: an interrupted build leaves no half image, and
the next one goes on from the tree when the recipe has not changed. No host name of a package mirror stands here:
MIRROR, else mmdebstrap's own default, else the sources this computer itself is updated from.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.install import manifest as manifests
from agent.install.contents import FIRST_BOOT, Contents, ImageReader, all_findings, read_contents
from agent.install.linux.work import chroot_argv
from agent.install.own import write_sidecar
from agent.install.work import OWN_MOUNTS, last_line
from agent.machine.door import Answer, DoorError, Machine, ToolMissing
from agent.model.errors import Fault
from agent.model.profile import Build, ImageEntry, LinuxProfile

Tell = Callable[[str, float], None]
"""Message id of the phase, seconds since it began; called when a phase begins (0.0) and while it lasts."""

_HEARTBEAT_S = 5.0
_PACKAGES_TIMEOUT_S = 4 * 3600.0
DIES_WITH_US = [
    *("setpriv", "--pdeathsig", "KILL", "--"),
    *(*OWN_MOUNTS, "--pid", "--fork", "--kill-child", "--mount-proc"),
]
"""A tool has mounts and processes of its own that end with it, and it ends with us, however we end: nothing that
mmdebstrap mounts in the tree can be seen, or left behind, on this computer (unshare(1), prctl(2))."""
_SQUASH = ["-comp", "zstd", "-Xcompression-level", "15", "-b", "256K", "-noappend", "-quiet", "-no-progress"]

# Traces of the build and of any one machine. resolv.conf and hostname were copied from the builder by mmdebstrap;
# the package sources become those that Debian itself ships as an example.
CLEAN = r"""
set -eu
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/cache/ldconfig/aux-cache
find /var/log -type f -delete
rm -rf /tmp/* /var/tmp/* /root/.ssh /root/.bash_history
rm -f /etc/hostname /etc/resolv.conf /etc/apt/apt.conf.d/99mmdebstrap
rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed /etc/ssh/ssh_host_* /boot/grub/grub.cfg
: > /etc/machine-id
example=/usr/share/doc/apt/examples/debian.sources
test -s "$example"
grep -qw "$REGAIN_SUITE" "$example"
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
sources=/etc/apt/sources.list.d/debian.sources
sed -e '/^##/d' -e "s/^Components:.*/Components: $REGAIN_COMPONENTS/" "$example" > "$sources"
dpkg --audit
"""


@dataclass(kw_only=True)
class Builder:
    """One build. ``profiles`` is the folder that has the overlays and hooks, ``out`` the images folder."""

    machine: Machine
    profile: LinuxProfile
    profiles: Path
    out: Path
    tell: Tell
    mirror: str = ""
    _phase: str = field(default="", init=False)

    @property
    def folder(self) -> Path:
        return self.out / f".build-{self.profile.id}"

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def name(self) -> str:
        return f"linux/{self.profile.image.name}-{self.profile.image.version}.squashfs"

    def build(self) -> ImageEntry:
        """The manifest entry of the new image. Raises Fault not-root, tool-missing, build-impossible,
        image-build-failed; the images that are there stay as they are then."""
        self._possible()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._packages()
            self._overlays()
            self._hooks()
            packages = self._clean()
            temporary = self._squash()
            entry = self._entry(temporary, packages)
            self._keep(temporary, entry, packages)
            self._run(["rm", "-rf", "--one-file-system", str(self.folder)], timeout_s=600)
        return entry

    @property
    def recipe(self) -> Build:
        """Raises Fault build-impossible for a profile of an image that others made."""
        if self.profile.build is None:
            raise Fault("build-impossible", profile=self.profile.id, missing="build:")
        return self.profile.build

    def _possible(self) -> None:
        if not self.machine.is_root():
            raise Fault("not-root")
        overlays = self._overlay_folders()
        for tool in ("mmdebstrap", "mksquashfs", "unsquashfs"):
            try:
                self.machine.run([tool, "--version"] if tool == "mmdebstrap" else [tool, "-version"], timeout_s=30)
            except ToolMissing:
                raise Fault("tool-missing", tool=tool) from None
        wizard = self.profile.first_boot.mode == "wizard"
        if wizard and not any((place / FIRST_BOOT).is_file() for place in overlays):
            raise Fault("build-impossible", profile=self.profile.id, missing=FIRST_BOOT)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two builds of one profile would spoil each other's tree."""
        with (self.out / f".build-{self.profile.id}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Fault("image-build-failed", phase="build-packages", why="another build is running") from None
            yield

    # -- phases ----------------------------------------------------------------------------------------------

    def _packages(self) -> None:
        """The tree with all packages. A finished one of the same recipe is used again."""
        self._begin("build-packages")
        stamp, recipe = self.folder / "tree.done", self._recipe()
        if stamp.is_file() and stamp.read_text() == recipe and self.tree.is_dir():
            return
        stamp.unlink(missing_ok=True)
        mirrors = [self.mirror] if self.mirror else []
        answer = self._debstrap(mirrors)
        if answer.exit_status and not mirrors:
            mirrors = host_mirrors(self._apt_sources())
            if mirrors:
                answer = self._debstrap(mirrors)
        if answer.exit_status:
            raise self._failed(_why(answer))
        stamp.write_text(recipe)

    def _debstrap(self, mirrors: Sequence[str]) -> Answer:
        self._run(["rm", "-rf", "--one-file-system", str(self.tree)], timeout_s=600)
        build = self.recipe
        recommends = "true" if build.recommends else "false"
        argv = [
            *("mmdebstrap", "--mode=root", "--variant=minbase", f"--components={','.join(build.components)}"),
            f"--include={','.join(build.packages)}",
            f'--aptopt=Apt::Install-Recommends "{recommends}"',
            *(build.suite, str(self.tree), *mirrors),
        ]
        return self._long(argv, timeout_s=_PACKAGES_TIMEOUT_S)

    def _recipe(self) -> str:
        build = self.recipe
        text = "\n".join([build.suite, *build.components, str(build.recommends), *sorted(build.packages)])
        return hashlib.sha256(text.encode()).hexdigest()

    def _apt_sources(self) -> str:
        """What this computer is updated from, one-line and deb822 files together."""
        texts = []
        for path in ["/etc/apt/sources.list", *self.machine.glob("/etc/apt/sources.list.d/*")]:
            with contextlib.suppress(DoorError):  # a file that cannot be read gives no mirror, and that is all
                texts.append(self.machine.read(path).decode("utf-8", "replace"))
        return "\n\n".join(texts)

    def _overlay_folders(self) -> list[Path]:
        return [self.profiles / "overlays" / name for name in self.recipe.overlay]

    def _overlays(self) -> None:
        """Files as root's, 0644 or 0755: what the checkout's owner and umask are does not matter."""
        self._begin("build-overlays")
        for place in self._overlay_folders():
            for source in sorted(p for p in place.rglob("*") if p.is_file() and p.suffix != ".pyc"):
                mode = "0755" if source.stat().st_mode & 0o100 else "0644"
                target = str(self.tree / source.relative_to(place))
                self._run(["install", "-D", "-m", mode, "-o", "root", "-g", "root", str(source), target], timeout_s=60)

    def _hooks(self) -> None:
        self._begin("build-hooks")
        for name in sorted(self.recipe.hooks):
            script = (self.profiles / "hooks" / name).read_bytes()
            self._inside(script, what=f"hook {name}")

    def _clean(self) -> str:
        """Remove the traces of the build; returns the package list, one ``name=version`` a line, sorted."""
        self._begin("build-clean")
        left = self._inside(CLEAN.encode(), what="clean").text.strip()
        if left:
            raise self._failed(f"dpkg --audit: {left[-200:]}")
        listing = self._inside(b"dpkg-query -W -f '${Package}=${Version}\\n' | sort", what="dpkg-query").text
        return listing

    def _inside(self, script: bytes, *, what: str) -> Answer:
        """A shell script in the tree, with the profile's settings as REGAIN_*."""
        build, system = self.recipe, self.profile.system
        settings = {
            "REGAIN_PROFILE": self.profile.id,
            "REGAIN_LOCALE": system.locale,
            "REGAIN_TIMEZONE": system.timezone,
            "REGAIN_KEYBOARD": f"{system.keyboard.layout} {system.keyboard.variant}".strip(),
            "REGAIN_UPDATES": self.profile.updates.security,
            "REGAIN_SUITE": build.suite,
            "REGAIN_COMPONENTS": " ".join(build.components),
        }
        command = ["/usr/bin/env", *(f"{key}={value}" for key, value in settings.items()), "sh", "-s"]
        answer = self._long(chroot_argv(str(self.tree), command), timeout_s=3600, stdin=script)
        if answer.exit_status:
            raise self._failed(f"{what}: {_why(answer)}")
        return answer

    def _squash(self) -> Path:
        self._begin("build-squash")
        place = self.folder / "image.squashfs"
        place.unlink(missing_ok=True)
        answer = self._long(["mksquashfs", str(self.tree), str(place), *_SQUASH], timeout_s=_PACKAGES_TIMEOUT_S)
        if answer.exit_status or not place.is_file():
            raise self._failed(_why(answer))
        return place

    def _entry(self, image: Path, packages: str) -> ImageEntry:
        """Read back from the finished file, never from the tree. A finding that refuses ends the build."""
        self._begin("build-check")
        reader = ImageReader(self.machine, str(image))
        contents = read_contents(reader)
        refused = [f for f in all_findings(contents, reader, profile=self.profile) if f.refuses]
        if refused:
            raise self._failed("; ".join(f"{f.id}: {f.detail}" for f in refused))
        return make_entry(
            self.machine,
            image,
            contents,
            file=self.name,
            profile=self.profile,
            suite=self.recipe.suite,
            packages=packages,
            origin="network",
        )

    def _keep(self, temporary: Path, entry: ImageEntry, packages: str) -> None:
        final = self.out / entry.file
        final.parent.mkdir(parents=True, exist_ok=True)
        final.with_suffix(".packages.txt").write_text(packages, encoding="utf-8")
        self._run(["sync", "-f", str(temporary)], timeout_s=600)
        temporary.replace(final)
        write_sidecar(self.out, entry, self.profile)
        manifests.write_manifest(self.out, manifests.with_entry(manifests.read_manifest(self.out), entry))

    # -- running tools ---------------------------------------------------------------------------------------

    def _begin(self, phase: str) -> None:
        self._phase = phase
        self.tell(phase, 0.0)

    def _failed(self, why: str) -> Fault:
        return Fault("image-build-failed", phase=self._phase, why=why)

    def _run(self, argv: Sequence[str], *, timeout_s: float) -> Answer:
        try:
            answer = self.machine.run(argv, timeout_s=timeout_s)
        except DoorError as error:
            raise self._failed(str(error)) from None
        if answer.exit_status:
            raise self._failed(f"{argv[0]}: {_why(answer)}")
        return answer

    def _long(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        """In a thread, with a sign of life now and then. A build that is interrupted takes its tool with it."""
        argv = [*DIES_WITH_US, *argv]
        started = self.machine.clock.monotonic()
        outcome: list[Answer | BaseException] = []

        def body() -> None:
            try:
                outcome.append(self.machine.run(argv, timeout_s=timeout_s, stdin=stdin))
            except BaseException as error:  # noqa: BLE001 handed to the thread that waits, and raised there
                outcome.append(error)

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        while True:
            thread.join(_HEARTBEAT_S)
            if not thread.is_alive():
                break
            self.tell(self._phase, self.machine.clock.monotonic() - started)
        result = outcome[0]
        if isinstance(result, DoorError):
            raise self._failed(str(result))
        if isinstance(result, BaseException):
            raise result
        return result


def host_mirrors(sources: str) -> list[str]:
    """Debian archives among apt's sources: URIs of one-line and deb822 entries that carry ``main`` and end in
    /debian (sources.list(5)). Credentials and host names stay on this computer."""
    found: list[str] = []
    one_line = r"(?m)^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+\S+\s+(.*)$"
    pairs = re.findall(one_line, sources)
    for block in re.split(r"\n\s*\n", sources):
        fields = dict(re.findall(r"(?m)^([A-Za-z-]+):[ \t]*(.*)$", block))
        if "deb" in fields.get("Types", "").split():
            pairs += [(uri, fields.get("Components", "")) for uri in fields.get("URIs", "").split()]
    for uri, components in pairs:
        if "main" in components.split() and uri.rstrip("/").endswith("/debian") and uri not in found:
            found.append(uri)
    return found


def file_sha256(machine: Machine, path: Path) -> str:
    """Hash of a file as it is on the medium now. Raises Fault image-damaged when it cannot be read."""
    try:
        answer = machine.run(["sha256sum", "--zero", str(path)], timeout_s=3600)
    except DoorError as error:
        raise Fault("image-damaged", file=str(path), why=str(error)) from None
    if answer.exit_status:
        raise Fault("image-damaged", file=str(path), why=last_line(answer.errors))
    return answer.text.split(" ", 1)[0]


def make_entry(
    machine: Machine,
    image: Path,
    contents: Contents,
    *,
    file: str,
    profile: LinuxProfile,
    suite: str,
    packages: str,
    origin: str,
) -> ImageEntry:
    """The manifest entry of a squashfs. Nothing in it was assumed; a new image starts unproven."""
    versions = dict(line.split("=", 1) for line in packages.splitlines() if "=" in line)
    return ImageEntry.model_validate(
        {
            "file": file,
            "sha256": file_sha256(machine, image),
            "bytes": image.stat().st_size,
            "kind": "linux",
            "profile": profile.id,
            "version": profile.image.version,
            "built": machine.clock.utc(),
            "unpacked_bytes": contents.unpacked_bytes,
            "files": contents.files,
            "suite": suite,
            "kernel": contents.kernel,
            "shim_version": versions.get("shim-signed", "?"),
            "shim_signers": tuple(contents.signers),
            "packages_sha256": hashlib.sha256(packages.encode()).hexdigest(),
            "origin": origin,
            "status": "unproven",
        }
    )


def suite_of(os_release: str) -> str:
    """Debian's name of the release in os-release(5), or "?"."""
    found = re.search(r'(?m)^VERSION_CODENAME="?([a-z0-9-]+)"?$', os_release)
    return found[1] if found else "?"


def installed_packages(status: str) -> str:
    """``name=version`` a line, sorted, from /var/lib/dpkg/status: the list of an image that others built."""
    rows = []
    for block in status.split("\n\n"):
        fields = dict(re.findall(r"(?m)^(Package|Version|Status): (.*)$", block))
        if fields.get("Status", "").endswith(" installed"):
            rows.append(f"{fields.get('Package', '?')}={fields.get('Version', '?')}")
    return "".join(f"{row}\n" for row in sorted(rows))


def _why(answer: Answer) -> str:
    """The line of the tool's output that names the error, else the last one."""
    lines = [line.strip() for line in (answer.errors + "\n" + answer.text).splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"(?i)^(E:|error|fatal)", line)]
    return (named or lines or [f"exit {answer.exit_status}"])[-1]
