"""The checks of a PC on its certificate: two grades that are never mixed, what was seen, what was passed over. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.locale import Words
from agent.model.report import FunctionTest, Report, ReportKind
from agent.report import phrases as p
from agent.report.wording import REQUIRED_TESTS, form_of

SHOWN = ("pass", "warn", "fail", "not_applicable")
"""Results with a line of their own, in this order; ``skipped`` stands with what nobody did."""

WHOLE_JOBS = frozenset({ReportKind.FINAL, ReportKind.AUDIT})


def has_checks(report: Report) -> bool:
    """A paper about one disk says nothing of the PC; a paper about the PC says even that nothing was checked."""
    return bool(report.tests or report.grade) or report.kind in WHOLE_JOBS


def passed_over(report: Report) -> list[str]:
    """Checks that this form of PC needs and nobody did, and those that were skipped."""
    done = {t.id for t in report.tests if t.result != "skipped"}
    skipped = {t.id for t in report.tests if t.result == "skipped"}
    return sorted((REQUIRED_TESTS[form_of(report)] - done) | skipped)


def rows(report: Report, w: Words) -> Iterator[tuple[str, Sequence[str]]]:
    """Label and lines, as text."""
    grade = report.grade
    functional, cosmetic = (grade.functional, grade.cosmetic) if grade else (None, None)
    yield (
        w("paper-grade-functional"),
        [w("paper-grade-said", grade=functional) if functional else w("paper-grade-open")],
    )
    looks = f"{cosmetic}, {w(f'looks-{cosmetic.lower()}')}" if cosmetic else w("paper-grade-looks-none")
    yield w("paper-grade-cosmetic"), [looks]
    for result in SHOWN:
        told = [_told(t, w) for t in report.tests if t.result == result]
        if told:
            lines = told if result in ("warn", "fail") else [", ".join(told)]
            yield w(f"paper-tests-{result.replace('_', '-')}"), lines
    left = [_name(test, w) for test in passed_over(report)]
    yield w("paper-tests-skipped"), [", ".join(left) if left else w("paper-tests-all-done")]


def _name(test: str, w: Words) -> str:
    found = f"function-{test.replace('_', '-')}"
    return w(found) if w.has(found) else test


def _told(test: FunctionTest, w: Words) -> str:
    """The name, with its figure and its reason where there are some."""
    value = f"{p.number(w, test.value)} {test.unit or ''}".strip() if test.value is not None else ""
    more = ", ".join(t for t in (value, p.phrase(w, test.reason) if test.reason else "") if t)
    return f"{_name(test.id, w)} ({more})" if more else _name(test.id, w)
