"""The inventory's modules in one file: found there, and everything else as ever."""

from __future__ import annotations

import importlib
import json
import marshal
import subprocess
import sys
from pathlib import Path

import pytest

from agent.loaded import Loaded
from tests.conftest import REPO


def test_a_module_and_a_package_come_from_the_file_and_know_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = marshal.dumps(compile("here = __name__", "x", "exec"))
    folder = tmp_path / "kept_together"
    folder.mkdir()
    (folder / "beside.py").write_text("here = 'a file of its own'\n")
    held = {
        "kept_together": (str(folder / "__init__.py"), [str(folder)], code),
        "kept_together.inner": (str(folder / "inner.py"), None, code),
    }
    (tmp_path / "modules").write_bytes(marshal.dumps(held))
    monkeypatch.setattr(sys, "meta_path", [Loaded(str(tmp_path / "modules")), *sys.meta_path])
    try:
        inner = importlib.import_module("kept_together.inner")
        assert (inner.here, inner.__file__) == ("kept_together.inner", str(folder / "inner.py"))
        assert not hasattr(inner, "__path__")
        assert importlib.import_module("kept_together.beside").here == "a file of its own"
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("kept_together.nowhere")
    finally:
        for name in [name for name in sys.modules if name.startswith("kept_together")]:
            del sys.modules[name]


@pytest.mark.process
def test_the_inventory_needs_no_other_file_and_gives_the_same_facts(tmp_path: Path) -> None:
    """As the stick starts it."""
    modules, start = tmp_path / "inventory.modules", f"import sys; sys.path.insert(0, {str(REPO)!r})\n"
    write = f"{start}from agent.loaded import write; write({str(modules)!r})"
    subprocess.run([sys.executable, "-IS", "-c", write], check=True)
    program = (
        f"{start}from agent.loaded import Loaded; sys.meta_path.insert(0, Loaded({str(modules)!r}))\n"
        "sys.argv = ['regain', 'inventory', '--json']\n"
        "from agent.cli import main; main()\n"
    )
    told = subprocess.run([sys.executable, "-IS", "-v", "-c", program], capture_output=True, text=True, check=True)
    ordinary = subprocess.run(
        [sys.executable, "-m", "agent", "inventory", "--json"], cwd=REPO, capture_output=True, text=True, check=True
    )
    moving = {"took_s", "clock"}
    ours, theirs = json.loads(told.stdout), json.loads(ordinary.stdout)
    assert {k: v for k, v in ours.items() if k not in moving} == {k: v for k, v in theirs.items() if k not in moving}
    files = {line.split("'")[1] for line in told.stderr.splitlines() if line.startswith("# code object from '")}
    ours_from_files = {Path(name).name.split(".")[0] for name in files if name.startswith(f"{REPO}/agent/")}
    assert ours_from_files == {"__init__", "loaded"}, "these two are read before the file is"
