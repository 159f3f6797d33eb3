"""The dated facts of ``data/*.yaml``: rules, by-name lists, series, errata, support dates.

Every file carries a header (name, date, data_version, sources, count, sha256) and a body. A file whose count or
digest does not agree with its header is refused: a damaged list must not decide what a PC may run. After a wanted
change, ``python -m agent.eligibility.lists`` prints the count and digest that each header should carry.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from agent.model.errors import Fault

FOLDER_VARIABLE = "REGAIN_LISTS"
"""Names the folder that ``regain lists update`` fills; on the stick it is on the data partition."""

FILES = ("rules", "cpus-intel", "cpus-amd", "cpus-qualcomm", "series", "errata", "lifecycle")
VENDORS = ("intel", "amd", "qualcomm")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """One checked file. ``date`` is the day its facts were collected, ISO 8601."""

    name: str
    date: str
    data_version: str
    sources: tuple[str, ...]
    count: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series row of a Microsoft page; ``matches`` is tried on the whole normalised name in lower case."""

    vendor: str
    name: str
    pages: tuple[str, ...]
    matches: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The by-name lists, ready for whole-name look-ups; keys are (vendor, name in lower case)."""

    listed: Mapping[tuple[str, str], str]
    aliases: Mapping[tuple[str, str], str]
    delisted: Mapping[tuple[str, str], Mapping[str, str]]
    series: tuple[Series, ...]
    spellings: tuple[tuple[str, re.Pattern[str], str], ...]
    unusable: tuple[re.Pattern[str], ...]
    engineering_sample: tuple[re.Pattern[str], ...]


def digest(body: Any) -> str:
    """SHA-256 of the body as canonical JSON, so that comments and line breaks do not count."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def count_of(file: str, body: Mapping[str, Any]) -> int:
    """Names of a by-name list; elsewhere the entries of every first-level list or mapping."""
    if file.startswith("cpus-"):
        return len(expand(body))
    return sum(len(part) if isinstance(part, (list, dict)) else 1 for part in body.values())


def expand(body: Mapping[str, Any]) -> list[str]:
    """Full names of a by-name list: prefix and model put together."""
    return [f"{family['prefix']}{model}" for family in body["families"] for model in family["models"].split(", ")]


def parse(file: str, text: str) -> DataFile:
    """Check one file. Raises Fault data-damaged (``file``, ``reason``)."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(text, Loader=loader)  # both loaders are safe ones
        header, body = document["header"], document["body"]
        found = count_of(file, body), digest(body)
        stated = int(header["count"]), str(header["sha256"])
        data = DataFile(
            name=str(header["name"]),
            date=str(header["date"]),
            data_version=str(header["data_version"]),
            sources=tuple(header["sources"]),
            count=stated[0],
            body=body,
        )
    except (yaml.YAMLError, TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise Fault("data-damaged", file=f"{file}.yaml", reason=f"{type(error).__name__}: {error}") from None
    if found[0] != stated[0]:
        raise Fault("data-damaged", file=f"{file}.yaml", reason=f"count {found[0]} != {stated[0]}")
    if found[1] != stated[1]:
        raise Fault("data-damaged", file=f"{file}.yaml", reason=f"sha256 {found[1][:12]} != {stated[1][:12]}")
    return data


def packaged_text(file: str) -> str:
    """Raises Fault data-damaged."""
    try:
        return resources.files("agent.eligibility.data").joinpath(f"{file}.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Fault("data-damaged", file=f"{file}.yaml", reason=str(error)) from None


def newer_folder() -> Path | None:
    told = os.environ.get(FOLDER_VARIABLE)
    return Path(told) if told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The file that counts. ``refused`` is why a file of the updater's folder does not."""

    data: DataFile
    updated: bool = False
    refused: str = ""


@functools.cache
def find(file: str) -> Found:
    """The package's file, or a newer one of the updater's folder. Read and checked once per process.

    A damaged newer file decides nothing: the package's counts, and the person is told. Raises Fault data-damaged when
    the package's own is damaged.
    """
    mine = parse(file, packaged_text(file))
    folder = newer_folder()
    if folder is None or not (folder / f"{file}.yaml").is_file():
        return Found(data=mine)
    try:
        theirs = parse(file, (folder / f"{file}.yaml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return Found(data=mine, refused=str(error))
    except Fault as fault:
        return Found(data=mine, refused=str(fault.params.get("reason", "")))
    return Found(data=theirs, updated=True) if theirs.data_version > mine.data_version else Found(data=mine)


def load(file: str) -> DataFile:
    """The file that counts. Raises Fault data-damaged."""
    return find(file).data


def refused() -> Mapping[str, str]:
    """Files of the updater's folder that are damaged, with why."""
    return {f"{file}.yaml": found.refused for file in FILES if (found := find(file)).refused}


def rules() -> Mapping[str, Any]:
    return load("rules").body


@functools.cache
def names() -> Names:
    """All by-name evidence. Raises Fault data-damaged."""
    return names_of({file: load(file).body for file in FILES})


def names_of(bodies: Mapping[str, Mapping[str, Any]]) -> Names:
    """By-name evidence of these bodies. Raises KeyError, TypeError or re.error for bodies of another form."""
    errata = bodies["errata"]
    return Names(
        listed={(v, name.lower()): name for v in VENDORS for name in expand(bodies[f"cpus-{v}"])},
        aliases={(e["vendor"], e["reports"].lower()): e["listed"] for e in errata["aliases"]},
        delisted={(e["vendor"], e["name"].lower()): e for e in errata["delisted"]},
        series=tuple(
            Series(vendor=e["vendor"], name=e["name"], pages=tuple(e["pages"]), matches=re.compile(e["matches"]))
            for e in bodies["series"]["series"]
        ),
        spellings=tuple((e["vendor"], re.compile(e["pattern"]), e["becomes"]) for e in errata["spellings"]),
        unusable=_patterns(errata["unusable"]),
        engineering_sample=_patterns(errata["engineering_sample"]),
    )


def _patterns(sources: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(source, re.IGNORECASE) for source in sources)


def provenance() -> dict[str, Any]:
    """Names and dates of lists and rules, for the screen, the JSON and the report."""
    by_name, series, rule = load("cpus-intel"), load("series"), load("rules")
    return {
        "data_version": rule.data_version,
        "cpu_list": {"name": "Microsoft Windows 11 supported processors, by name", "date": by_name.date},
        "cpu_series": {"name": series.name, "date": series.date},
        "rule": {"name": "Microsoft HardwareReadiness.ps1", "date": rule.date},
    }


def _seals() -> None:
    """Print what each header should carry (for whoever edits a file)."""
    import yaml

    for file in FILES:
        text = packaged_text(file)
        body = yaml.safe_load(text)["body"]
        print(f"{file}.yaml  count: {count_of(file, body)}  sha256: {digest(body)}")


if __name__ == "__main__":
    _seals()
