"""The builder around its tools: where packages come from, what stops a build, what a failed one leaves."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agent.install.image import DIES_WITH_US, Builder, host_mirrors, installed_packages
from agent.install.manifest import read_manifest
from agent.install.profiles import folder, load_profile
from agent.machine.clocks import VirtualClock
from agent.machine.door import Answer, NotThere, ToolMissing
from agent.model.errors import Fault

from .conftest import listing


class Host:
    """A computer whose tools answer what the test says; files are only kept in mind."""

    name = "host"
    exercise = False

    def __init__(self, answer: Callable[[tuple[str, ...]], Answer | None] | None = None, *, sources: str = "") -> None:
        self.clock = VirtualClock()
        self.calls: list[tuple[str, ...]] = []
        self.root = True
        self._answer = answer or (lambda argv: None)
        self._sources = sources

    def is_root(self) -> bool:
        return self.root

    def glob(self, pattern: str) -> list[str]:
        return ["/etc/apt/sources.list.d/debian.sources"] if self._sources else []

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        if path.endswith("debian.sources"):
            return self._sources.encode()
        raise NotThere(path)

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        words = tuple(argv)[len(DIES_WITH_US) :] if argv[0] == "setpriv" else tuple(argv)
        self.calls.append(words)
        good = Answer(argv=words, exit_status=0, stdout=b"", stderr=b"", seconds=0.0)
        return self._answer(words) or good

    def tools(self) -> list[str]:
        return [c[0] for c in self.calls]


def _fails(tool: str, stderr: bytes = b"E: broken\n") -> Callable[[tuple[str, ...]], Answer | None]:
    def answer(argv: tuple[str, ...]) -> Answer | None:
        if argv[0] != tool or argv[1:] in (("--version",), ("-version",)):
            return None
        return Answer(argv=argv, exit_status=1, stdout=b"", stderr=stderr, seconds=0.0)

    return answer


def _builder(host: Host, out: Path, profile: str = "minimal", mirror: str = "") -> tuple[Builder, list[str]]:
    phases: list[str] = []
    builder = Builder(
        machine=host,  # type: ignore[arg-type]
        profile=load_profile(profile),
        profiles=folder(),
        out=out,
        tell=lambda phase, seconds: phases.append(phase),
        mirror=mirror,
    )
    return builder, phases


def _debstraps(host: Host) -> list[tuple[str, ...]]:
    return [c for c in host.calls if c[0] == "mmdebstrap" and "--version" not in c]


def test_only_root_builds(tmp_path: Path) -> None:
    host = Host()
    host.root = False
    with pytest.raises(Fault) as caught:
        _builder(host, tmp_path)[0].build()
    assert caught.value.error_id == "not-root" and host.calls == []


def test_a_missing_tool_is_named(tmp_path: Path) -> None:
    def answer(argv: tuple[str, ...]) -> Answer | None:
        if argv[0] == "mksquashfs":
            raise ToolMissing("mksquashfs: not installed")
        return None

    with pytest.raises(Fault) as caught:
        _builder(Host(answer), tmp_path)[0].build()
    assert caught.value.error_id == "tool-missing" and caught.value.params["tool"] == "mksquashfs"


def test_a_profile_whose_questions_nobody_can_ask_is_not_built(tmp_path: Path) -> None:
    host = Host()
    builder = _builder(host, tmp_path, "xfce-fr")[0]
    alone = builder.profile.build.model_copy(update={"overlay": ("common",)})
    builder.profile = builder.profile.model_copy(update={"build": alone})
    with pytest.raises(Fault) as caught:
        builder.build()
    assert caught.value.error_id == "build-impossible" and caught.value.exit_code == 3
    assert not _debstraps(host)


def test_packages_come_from_the_builders_default_then_from_this_hosts_sources(tmp_path: Path) -> None:
    sources = "Types: deb\nURIs: http://archive.example/debian\nSuites: bookworm\nComponents: main\n"
    host = Host(_fails("mmdebstrap", b"I: working\nE: nothing answers\n"), sources=sources)
    with pytest.raises(Fault) as caught:
        _builder(host, tmp_path)[0].build()
    first, second = _debstraps(host)
    assert first[-2:] == ("trixie", str(tmp_path / ".build-minimal" / "tree"))
    assert second[-1] == "http://archive.example/debian"
    assert caught.value.params == {"phase": "build-packages", "why": "E: nothing answers"}


def test_a_mirror_that_was_given_is_the_only_one(tmp_path: Path) -> None:
    host = Host(_fails("mmdebstrap"))
    with pytest.raises(Fault):
        _builder(host, tmp_path, mirror="http://mirror.example/debian")[0].build()
    assert [c[-1] for c in _debstraps(host)] == ["http://mirror.example/debian"]


def test_a_failed_build_leaves_the_manifest_alone_and_names_the_phase(tmp_path: Path) -> None:
    host = Host(_fails("mksquashfs", b"FATAL ERROR: no space left on device\n"))
    builder, phases = _builder(host, tmp_path)
    with pytest.raises(Fault) as caught:
        builder.build()
    assert caught.value.params["phase"] == "build-squash" and "no space" in caught.value.params["why"]
    assert caught.value.exit_code == 6
    assert phases[:5] == ["build-packages", "build-overlays", "build-hooks", "build-clean", "build-squash"]
    assert read_manifest(tmp_path).images == () and not list(tmp_path.glob("linux/*"))


def test_a_finished_tree_of_the_same_recipe_is_used_again(tmp_path: Path) -> None:
    def answer(argv: tuple[str, ...]) -> Answer | None:
        if argv[0] == "mmdebstrap" and len(argv) > 2:
            (tmp_path / ".build-minimal" / "tree").mkdir(parents=True, exist_ok=True)
        return _fails("mksquashfs")(argv)

    for _ in range(2):
        host = Host(answer)
        with pytest.raises(Fault):
            _builder(host, tmp_path)[0].build()
    assert _debstraps(host) == []


def test_an_image_that_could_not_start_ends_the_build(tmp_path: Path) -> None:
    def answer(argv: tuple[str, ...]) -> Answer | None:
        if argv[0] == "mksquashfs" and len(argv) > 2:
            Path(argv[2]).write_bytes(b"hsqs")
        if argv[:2] == ("unsquashfs", "-lln"):
            return Answer(argv=argv, exit_status=0, stdout=listing(["etc"]).encode(), stderr=b"", seconds=0)
        return None

    with pytest.raises(Fault) as caught:
        _builder(Host(answer), tmp_path)[0].build()
    assert caught.value.params["phase"] == "build-check" and "no-kernel" in caught.value.params["why"]
    assert read_manifest(tmp_path).images == ()


def test_two_builds_of_one_profile_do_not_meet(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / ".build-minimal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        host = Host()
        with pytest.raises(Fault) as caught:
            _builder(host, tmp_path)[0].build()
    assert "another build" in caught.value.params["why"] and not _debstraps(host)


def test_overlay_files_become_roots(tmp_path: Path) -> None:
    host = Host(_fails("mksquashfs"))
    with pytest.raises(Fault):
        _builder(host, tmp_path)[0].build()
    installed = {
        os.path.relpath(c[-1], tmp_path / ".build-minimal" / "tree"): c for c in host.calls if c[0] == "install"
    }
    assert installed["usr/lib/regain/refresh-esp"][3] == "0755"
    assert installed["etc/default/grub"][3] == "0644"
    assert all("root" in call for call in installed.values())


def test_hosts_mirrors_are_found_in_both_forms_of_sources() -> None:
    text = (
        "# deb http://commented.example/debian trixie main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian trixie main contrib\n"
        "deb http://one.example/debian-security trixie-security main\n"
        "deb-src http://src.example/debian trixie main\n"
        "deb https://tool.example/apt stable main\n"
        "\n"
        "Types: deb\nURIs: http://two.example/debian/\nSuites: trixie\nComponents: main non-free\n"
        "\n"
        "Types: deb-src\nURIs: http://three.example/debian\nSuites: trixie\nComponents: main\n"
    )
    assert host_mirrors(text) == ["http://one.example/debian", "http://two.example/debian/"]


def test_packages_of_an_image_that_others_built() -> None:
    status = (
        "Package: zsh\nStatus: install ok installed\nVersion: 5.9-8\nDescription: shell\n Version: not this one\n\n"
        "Package: bash\nVersion: 5.2\nStatus: install ok installed\n\n"
        "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
    )
    assert installed_packages(status) == "bash=5.2\nzsh=5.9-8\n"


def test_no_mirror_is_named_in_the_sources_of_the_builder() -> None:
    for path in (Path(__file__).parents[3] / "agent" / "install").rglob("*.py"):
        assert not re.search(r"deb\.debian|https?://(?!schemas)", path.read_text(encoding="utf-8")), path
