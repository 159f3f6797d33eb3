"""Détails (F3): the plan as it will be executed, the facts with where they come from, the QR of the certificate."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.tui import format as f
from agent.tui import paint
from agent.tui.paint import FAINT, PLAIN, STRONG, Ink, Line
from agent.tui.sheet import BenchScreen, Keys


class Pages(BenchScreen):
    """Rows to scroll with arrows and pages; Échap or F3 returns."""

    def __init__(self) -> None:
        super().__init__()
        self.top = 0

    def rows(self, width: int) -> list[Line]:
        raise NotImplementedError

    def body(self, width: int, height: int) -> list[Line]:
        rows = [paint.fit(r, width) for r in self.rows(width)]
        self.top = min(self.top, max(0, len(rows) - height))
        return paint.window(rows, height, self.top + height // 2)

    def move(self, dx: int, dy: int) -> None:
        self.top = max(0, self.top + dy)

    def keys(self) -> Keys:
        return [("↑↓", self.w("do-scroll")), (self.w("key-escape"), self.w("do-back"))]


class PlanScreen(Pages):
    """Every disk, method, step and the partition script: what the digest stands for."""

    name_id = "screen-plan"

    def rows(self, width: int) -> list[Line]:
        from agent.tui.screens.confirm import method_text

        w, plan = self.w, self.job.plan or {}
        rows: list[Line] = [paint.line(" ", (w("plan-digest", digest=self.job.plan_short), STRONG))]
        rows += [paint.line("   ", (t, FAINT)) for t in paint.wrap(self.job.plan_digest, width - 4)]
        for index, target in enumerate(plan.get("targets", []), start=1):
            identity, method = target["identity"], target["method"]
            rows.append(
                paint.rule(width, left=f"{w('fact-disk')} {index} : {identity['model']} {f.tail(identity['text'])}")
            )
            told = w(f"identity-{identity.get('kind', 'serial')}", text=identity["text"])
            size = f.disk_size(w, identity["size_bytes"])
            rows += _pair(w("plan-identity"), f"{told}, {size}", width)
            rows += _pair(w("confirm-method"), method_text(w, method), width)
            rows += _pair(w("confirm-reason"), f.say(w, method.get("reason"), method.get("params")), width)
            rows += _pair(w("plan-passes"), f.number(w, method.get("passes", 1)), width)
            verify = f"verify-{method.get('verify')}"
            rows += _pair(w("plan-verify"), w(verify) if w.has(verify) else str(method.get("verify")), width)
            if method.get("claim"):
                rows += _pair(w("confirm-claim"), f.say(w, method["claim"], method.get("params")), width)
            for skipped in method.get("skipped", []):
                name = f"technique-{skipped.get('technique')}"
                technique = w(name) if w.has(name) else skipped.get("technique")
                text = f"{technique} : {f.say(w, skipped.get('reason'), skipped.get('params'))}"
                rows += _pair(w("plan-skipped"), text, width)
            if after := method.get("fallback"):
                rows += _pair(w("plan-fallback"), f.say(w, after.get("reason"), after.get("params")), width)
        for one in plan.get("excluded", []):
            text = f"{one.get('model', '?')} : {f.say(w, one.get('reason'), one.get('params'))}"
            rows += _pair(w("confirm-excluded"), text, width)
        rows += self._install(plan.get("install"), width)
        return rows

    def _install(self, install: Mapping[str, Any] | None, width: int) -> list[Line]:
        w = self.w
        if not install:
            return [paint.rule(width, left=w("plan-no-install"))]
        head = w("plan-install", profile=str(install.get("profile", "")))
        rows = [paint.rule(width, left=head)]
        if install.get("rehearsed"):
            rows += _pair("", w("confirm-then-rehearsed"), width)
        image = install.get("image", {})
        if image.get("why"):
            rows += _pair(w("confirm-reason"), w(str(image["why"])), width)
        rows += _pair(w("plan-image"), " ".join(str(image[k]) for k in ("name", "version") if image.get(k)), width)
        rows += _pair("SHA-256", str(image.get("sha256", "?")), width)
        rows.append(paint.line("   ", (w("plan-partitions"), FAINT)))
        rows += [paint.line("      ", t) for t in str(install.get("partition_script", "")).splitlines()]
        for number, step in enumerate(install.get("steps", []), start=1):
            name = step.get("id", "?")
            rows.append(paint.line(f" {number:>3}. ", (w(name) if w.has(name) else name, STRONG)))
            rows += [paint.line("      ", (t, FAINT)) for t in paint.wrap(_detail(step), width - 7)]
            if step.get("postcondition"):
                text = w("plan-then-check", text=str(step["postcondition"]))
                rows += [paint.line("      ", t) for t in paint.wrap(text, width - 7)]
        return rows


def _detail(step: Mapping[str, Any]) -> str:
    detail = step.get("detail") or {}
    argv = detail.get("argv")
    if isinstance(argv, Sequence) and not isinstance(argv, str):
        return " ".join(str(a) for a in argv)
    return json.dumps(detail, ensure_ascii=False, sort_keys=True)


def _pair(label: str, text: str, width: int) -> list[Line]:
    return paint.labelled(label, text, width, indent=3, column=14) if text else []


class FactsScreen(Pages):
    """Every fact of the inventory: known, absent with its reason, unreadable with its error."""

    name_id = "screen-facts"

    def rows(self, width: int) -> list[Line]:
        w, job = self.w, self.job
        rows: list[Line] = [paint.line(" ", t) for t in paint.wrap(w("facts-what"), width - 2)]
        for name, error in job.probe_errors.items():
            rows += paint.labelled(name, w("fact-unreadable-why", why=str(error)), width, indent=3, column=30)
        for path, value in leaves(job.inventory or {}):
            rows += paint.labelled(path, self._text(value), width, indent=1, column=34)
        for system in ("linux", "windows11"):
            for check in f.dig(job.eligibility, system, "checks") or []:
                source = check.get("source")
                if source:
                    rows += paint.labelled(
                        f"{w(f'name-{system}')} · {check['id']}", str(source), width, indent=1, column=34
                    )
        return rows

    def _text(self, value: Any) -> str:
        if isinstance(value, Mapping) and "absent" in value:
            return self.w("fact-absent-why", why=str(value["absent"]))
        if isinstance(value, Mapping) and "unreadable" in value:
            return self.w("fact-unreadable-why", why=str(value["unreadable"]))
        return f.fact(self.w, value)


def leaves(wire: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every fact with its path: "disks 1 model"."""
    if isinstance(wire, Mapping) and not ({"absent", "unreadable"} & wire.keys()):
        for key, value in wire.items():
            yield from leaves(value, f"{path} {key}".strip())
    elif isinstance(wire, list) and any(isinstance(v, (Mapping, list)) for v in wire):
        for index, value in enumerate(wire, start=1):
            yield from leaves(value, f"{path} {index}")
    else:
        yield path, wire


class QrScreen(BenchScreen):
    """The certificate's number and hash as a code for a phone, two columns a module; the number in text beside it."""

    name_id = "screen-qr"
    framed = False

    def body(self, width: int, height: int) -> list[Line]:
        w, paper = self.w, self.job.certificate or {}
        number = str(paper.get("number", "?"))
        picture = qr_rows(paper, width - 30, height)
        light, dark = Ink(0, 7), Ink(7, 0)
        rows: list[Line] = [tuple(("  ", dark if c else light) for c in row) for row in picture]
        rows += [paint.line("")] * (height - len(rows))
        code_width = 2 * len(picture[0]) if picture else 0
        told = [w("exercise") if self.bench.exercise else "", number, ""]
        told += [*paint.wrap(str(paper.get("sha256", "")), 26), ""]
        told += [*paint.wrap(paint.drawable_keep(w("qr-what" if picture else "qr-too-small")), 28), ""]
        told.append(f"{w('key-escape')} {w('do-back')}")
        beside: list[Line] = [paint.line("  ", (t, STRONG if i < 2 else PLAIN)) for i, t in enumerate(told)]
        blank = [paint.fit(r, width) for r in rows]
        return paint.overlay(blank, beside[:height], row=1 if height > len(beside) else 0, column=code_width)


def qr_texts(paper: Mapping[str, Any]) -> list[str]:
    """What the code may say, richest first: the address that verifies, else number and hash, cut to fit."""
    number, digest = str(paper.get("number", "")).upper(), str(paper.get("sha256", "")).upper()
    texts = [str(paper[k]).upper() for k in ("verify_url", "verify_text") if paper.get(k)]
    return [*texts, f"{number}/{digest[:16]}", f"{number}/{digest[:8]}", number]


def qr_rows(paper: Mapping[str, Any], width: int, height: int) -> list[list[bool]]:
    """Modules with a one-module margin, True for dark; empty when nothing fits the screen."""
    import segno

    for text in qr_texts(paper):
        if not text:
            continue
        code = segno.make_qr(text, error="l", boost_error=False)
        matrix = [[bool(m) for m in row] for row in code.matrix]
        side = len(matrix) + 2
        if side <= height and 2 * side <= width:
            margin = [False] * side
            return [margin, *([False, *row, False] for row in matrix), margin]
    return []
