"""The house rules that a machine can check: import direction, one door, one place where consent is made."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
AGENT = REPO / "agent"

STAGES = {"inventory", "eligibility", "erasure", "install", "report"}
MAY_IMPORT = {
    "model": {"model"},
    "locale": {"locale"},
    "machine": {"machine", "model"},
    **{stage: {stage, "machine", "model", "locale"} for stage in STAGES},
    "job": {"job", *STAGES, "machine", "model"},
    "stick": {"stick", "job", "report", "machine", "model", "locale"},
    "registry": {"registry", "report", "model", "locale"},
    "tui": {"tui", "job", "machine", "model", "locale"},
    "cli": {"cli", "wiring", "stick", "tui", "job", *STAGES, "registry", "machine", "model", "locale"},
}
REGISTRY_MAY_USE_OF_REPORT = {"agent.report.sign", "agent.report.wording", "agent.report.keys"}


def _sources() -> list[Path]:
    return sorted(p for p in AGENT.rglob("*.py"))


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", _sources(), ids=lambda p: str(p.relative_to(AGENT)))
def test_imports_run_one_way(path: Path) -> None:
    room = path.relative_to(AGENT).parts[0]
    if room not in MAY_IMPORT:  # __init__, __main__, wiring
        return
    ours = {m for m in _imports(path) if m.startswith("agent.")}
    rooms = {_room(m) for m in ours} & set(MAY_IMPORT) | ({"wiring"} if "agent.wiring" in ours else set())
    assert rooms <= MAY_IMPORT[room], f"{path.name} imports {sorted(rooms - MAY_IMPORT[room])}"
    if room == "registry":
        used = {m for m in ours if m.startswith("agent.report.") and m.count(".") == 2}
        assert used <= REGISTRY_MAY_USE_OF_REPORT, f"{path.name} imports {used - REGISTRY_MAY_USE_OF_REPORT}"


def _users_of(*names: str) -> set[str]:
    return {
        str(path.relative_to(AGENT))
        for path in _sources()
        if any(m == n or m.startswith(n + ".") for m in _imports(path) for n in names)
    }


def test_only_the_screens_import_textual() -> None:
    assert {p.split("/")[0] for p in _users_of("textual")} <= {"tui"}


def test_only_the_door_starts_processes() -> None:
    assert _users_of("subprocess", "multiprocessing", "pty") <= {"machine/processes.py"}


def test_only_report_and_registry_talk_to_the_network() -> None:
    users = _users_of("socket", "requests", "http.client", "urllib.request", "uvicorn", "httpx")
    assert {p.split("/")[0] for p in users} <= {"report", "registry"}


def test_model_is_pure() -> None:
    allowed = {"agent", "pydantic"} | set(sys.stdlib_module_names)
    effects = {"os", "subprocess", "socket", "time", "random", "secrets", "io", "shutil", "tempfile", "threading"}
    for path in (AGENT / "model").rglob("*.py"):
        roots = {m.split(".")[0] for m in _imports(path)}
        assert roots <= allowed, (path.name, roots - allowed)
        assert not roots & effects, (path.name, roots & effects)


def test_only_consent_makes_a_warrant() -> None:
    makers = set()
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Warrant":
                makers.add(str(path.relative_to(AGENT)))
    assert makers == {"job/consent.py"}


def test_no_error_is_swallowed() -> None:
    """An except clause whose body is a bare ``pass`` hides what happened."""
    silent = []
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and all(isinstance(b, ast.Pass) for b in node.body):
                silent.append(f"{path.relative_to(AGENT)}:{node.lineno}")
    assert silent == []


@pytest.mark.process
def test_starting_the_command_line_loads_nothing_heavy() -> None:
    code = "import sys, agent.cli; print(*sorted(sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    heavy = {"textual", "weasyprint", "requests", "fastapi", "sqlalchemy", "yaml", "pydantic", "cryptography"}
    assert not heavy & loaded, heavy & loaded
