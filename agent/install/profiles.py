"""Reading profiles: YAML with one meaning, every mistake told with its path in the file and the nearest right word."""

from __future__ import annotations

import difflib
import json
import os
import sys
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agent.model.errors import Fault
from agent.model.linux import LinuxOptions
from agent.model.profile import LinuxProfile, Refused

M = TypeVar("M", bound=BaseModel)

_BIGGEST = 64 * 1024  # bytes; a profile is a page of text


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake. ``kind`` picks the sentence ``profile-problem-<kind>``; ``line`` counts from 1 (0: not known)."""

    path: str
    kind: str
    detail: str = ""
    suggestion: str = ""
    line: int = 0


class _Loader(yaml.SafeLoader):
    """Safe, and without dates: ``2030-06-01`` stays a text, as it is in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def folder() -> Path:
    """Where the Linux profiles are: REGAIN_PROFILES, the checkout, or the installed share."""
    told = os.environ.get("REGAIN_PROFILES")
    places = [Path(told)] if told else []
    places.append(Path(__file__).resolve().parents[2] / "profiles" / "linux")
    places += [Path(root) / "share" / "regain" / "profiles" / "linux" for root in (sys.prefix, "/usr")]
    for place in places:
        if place.is_dir():
            return place
    raise Fault("file-unreadable", path=str(places[0]), why="not a folder")


def read_problems(path: Path) -> tuple[LinuxProfile | None, tuple[Problem, ...]]:
    """The profile in one file, or all its mistakes. Raises Fault file-unreadable when there is no such file."""
    try:
        with path.open("rb") as file:
            data = file.read(_BIGGEST + 1)
    except OSError as error:
        raise Fault("file-unreadable", path=str(path), why=error.strerror or "") from None
    profile, problems = parse_profile(data)
    if profile is not None:
        problems += tuple(_beside(profile, path))
    return (profile if not problems else None), problems


def read_alone(path: Path) -> LinuxProfile:
    """The profile in one file, whatever its name and what lies beside it. Raises Fault file-unreadable, profile-bad."""
    try:
        with path.open("rb") as file:
            data = file.read(_BIGGEST + 1)
    except OSError as error:
        raise Fault("file-unreadable", path=str(path), why=error.strerror or "") from None
    return _sound(path, *parse_profile(data))


def parse_profile(data: bytes) -> tuple[LinuxProfile | None, tuple[Problem, ...]]:
    """The profile in these bytes, or all their mistakes. Pure; never raises for bad content."""
    return parse_document(data, LinuxProfile)


def parse_document(data: bytes, model: type[M]) -> tuple[M | None, tuple[Problem, ...]]:
    """A YAML document of a closed shape, or all its mistakes. Pure; never raises for bad content."""
    if len(data) > _BIGGEST:
        return None, (Problem(path="", kind="too-long", detail=str(_BIGGEST)),)
    try:
        node = yaml.compose(data.decode("utf-8"), Loader=_Loader)
    except UnicodeDecodeError as error:
        return None, (Problem(path="", kind="not-text", detail=str(error.start)),)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or type(error).__name__
        return None, (Problem(path="", kind="not-yaml", detail=why, line=mark.line + 1 if mark else 0),)
    if not isinstance(node, yaml.MappingNode):
        return None, (Problem(path="", kind="not-a-profile"),)
    lines: dict[str, int] = {}
    problems = list(_walk(node, "", lines, set()))
    if any(p.kind == "alias" for p in problems):
        return None, tuple(problems)  # a loop in the graph cannot be turned into values
    profile, invalid = _validate(node, lines, model)
    problems += invalid
    return (profile if not problems else None), tuple(sorted(problems, key=lambda p: (p.line, p.path)))


def _walk(node: yaml.Node, path: str, lines: dict[str, int], seen: set[int]) -> Iterator[Problem]:
    """Keys written twice and aliases (one value must stand in one place), and the line of every path."""
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if id(node) in seen:
        yield Problem(path=path, kind="alias", line=line)
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            below = f"{path}.{name}" if path else name
            lines[below] = key.start_mark.line + 1
            if name in keys:
                yield Problem(path=below, kind="duplicate-key", detail=name, line=lines[below])
            keys.add(name)
            yield from _walk(value, below, lines, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, f"{path}.{index}", lines, seen)


def _validate(node: yaml.MappingNode, lines: dict[str, int], model: type[M]) -> tuple[M | None, list[Problem]]:
    loader = _Loader("")
    try:
        values = loader.construct_document(node)
        text = json.dumps(values)
    except (yaml.YAMLError, TypeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or str(error)
        return None, [Problem(path="", kind="not-yaml", detail=why, line=mark.line + 1 if mark else 0)]
    finally:
        loader.dispose()
    try:
        return model.model_validate_json(text), []
    except ValidationError as error:
        return None, [problem for e in error.errors(include_url=False) for problem in _problems(e, lines, model)]


_KINDS = {
    "missing": "missing",
    "extra_forbidden": "unknown-key",
    "literal_error": "bad-value",
    "string_pattern_mismatch": "bad-form",
    "string_too_short": "empty",
    "too_short": "empty",
}


def _problems(error: Any, lines: dict[str, int], model: type[BaseModel]) -> Iterator[Problem]:
    """One pydantic error in our words: a value that contradicts others may do so more than once."""
    steps = [str(step) for step in error["loc"]]
    refused = error.get("ctx", {}).get("error")
    if not isinstance(refused, Refused):
        yield _problem(error, steps, lines, model)
        return
    for each in (refused, *refused.others):
        place = [*steps, *(each.at.split(".") if each.at else ())]
        told = {"kind": each.kind, "detail": each.detail, "suggestion": each.instead}
        yield Problem(path=".".join(place), line=_line(place, lines), **told)


def _problem(error: Any, steps: Sequence[str], lines: dict[str, int], model: type[BaseModel]) -> Problem:
    path, context = ".".join(steps), error.get("ctx", {})
    kind = _KINDS.get(error["type"], "")
    detail, suggestion = "", ""
    if kind == "unknown-key":
        detail, suggestion = steps[-1], _closest(steps[-1], _known_keys(steps[:-1], model))
    elif kind == "missing":
        detail = steps[-1]
    elif kind == "bad-value":
        allowed = [part.strip("' ") for part in context["expected"].replace(" or ", ", ").split(",")]
        detail = ", ".join(allowed)
        suggestion = _closest(str(error["input"]), allowed)
    elif kind == "bad-form":
        detail = context["pattern"]
    elif kind == "empty":
        detail = ""
    elif error["type"].endswith(("_type", "_parsing")):
        kind, detail = "wrong-type", error["type"].removesuffix("_type").removesuffix("_parsing")
    else:
        bounds = [f"{key} {value}" for key, value in context.items() if key in ("ge", "le", "gt", "max_length")]
        kind, detail = ("out-of-range", ", ".join(bounds)) if bounds else ("other", error["msg"])
    return Problem(path=path, kind=kind, detail=detail, suggestion=suggestion, line=_line(steps, lines))


def _line(steps: Sequence[str], lines: dict[str, int]) -> int:
    """Line of the path, or of what holds it."""
    for length in range(len(steps), -1, -1):
        found = lines.get(".".join(steps[:length]))
        if found:
            return found
    return 0


def _closest(word: str, choices: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.55)
    return near[0] if near else ""


def _known_keys(steps: Sequence[str], model: type[BaseModel]) -> list[str]:
    """The keys the schema has at this place."""
    for step in steps:
        fields = {f.alias or name: f for name, f in model.model_fields.items()}
        inner = _model_in(fields[step].annotation) if step in fields else None
        if inner is None:
            return []
        model = inner
    return [f.alias or name for name, f in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        for part in typing.get_args(annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                return part
    return None


def _beside(profile: LinuxProfile, path: Path) -> Iterator[Problem]:
    """What the file's name and the folders beside it must agree with."""
    if path.stem != profile.id:
        yield Problem(path="id", kind="not-file-name", detail=path.stem, suggestion=path.stem)
    if profile.build is None:
        return
    for index, name in enumerate(profile.build.overlay):
        if not (path.parent / "overlays" / name).is_dir():
            yield Problem(path=f"build.overlay.{index}", kind="no-overlay", detail=name)
    for index, name in enumerate(profile.build.hooks):
        if not (path.parent / "hooks" / name).is_file():
            yield Problem(path=f"build.hooks.{index}", kind="no-hook", detail=name)


def load_profiles(directory: Path | None = None) -> tuple[LinuxProfile, ...]:
    """Every profile of the folder, by id. Raises Fault profile-bad for the first file with a mistake."""
    paths = sorted((directory or folder()).glob("*.yaml"))
    return tuple(load_file(path) for path in paths)


def load_profile(profile_id: str, directory: Path | None = None) -> LinuxProfile:
    """One profile by id. Raises Fault profile-unknown, profile-bad."""
    place = directory or folder()
    path = place / f"{profile_id}.yaml"
    names = sorted(p.stem for p in place.glob("*.yaml"))
    if profile_id not in names:
        raise Fault("profile-unknown", profile=profile_id, known=", ".join(names))
    return load_file(path)


def load_file(path: Path) -> LinuxProfile:
    return _sound(path, *read_problems(path))


def _sound(path: Path, profile: LinuxProfile | None, problems: Sequence[Problem]) -> LinuxProfile:
    if profile is None:
        first = problems[0]
        raise Fault("profile-bad", file=path.name, path=first.path or "-", detail=first.detail, count=len(problems))
    return profile


def adapted(profile: LinuxProfile, asked: LinuxOptions) -> LinuxProfile:
    """The profile in another language; a kiosk with another start page.

    Raises Fault usage for a value of another form, and for a start page where nothing shows it.
    """
    if asked.start_page is not None and profile.kiosk is None:
        raise Fault("usage", what="--start-page")
    wire = profile.model_dump(mode="json", by_alias=True)
    if asked.keyboard:
        layout, _, variant = asked.keyboard.partition("-")
        wire["system"]["keyboard"] = {"layout": layout, "variant": variant}
    wire["system"] |= {key: value for key, value in (("locale", asked.locale), ("timezone", asked.timezone)) if value}
    if asked.start_page is not None:
        wire["kiosk"]["start_page"] = asked.start_page or None
    try:
        return LinuxProfile.model_validate_json(json.dumps(wire))
    except ValidationError as error:
        raise Fault("usage", what=f"--{str(error.errors()[0]['loc'][1]).replace('_', '-')}") from None
