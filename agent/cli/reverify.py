"""``regain verify --disk``: an erased disk is read again, years later and elsewhere, from its record alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from agent.cli import emit_json, language, say, tell, w
from agent.cli.one_disk import interruptible
from agent.model.errors import Exit, Fault

if TYPE_CHECKING:
    from agent.erasure.reverify import Expected, Progress, Reread, Traces
    from agent.machine.live import LookedAt
    from agent.model.report import Erasure, Report
    from agent.report.opened import Opened

LISTED, LISTED_JSON = 20, 100
"""Ranges named one by one; all of them are counted."""

LEAST_SUFFIX = 4
SPACED_S = 60.0


def reverify(
    device: str,
    files: list[Path],
    *,
    keys: Path | None,
    as_identity: str | None,
    sample: bool,
    canaries: bool,
    as_json: bool,
) -> NoReturn:
    """Exit 0: the disk holds what the record says. 5: it does not, or not all of it could be read."""
    if len(files) != 1:
        raise Fault("usage", what="regain verify --disk DISQUE RAPPORT")
    try:
        wire = _Reverify(device, files[0], as_identity=as_identity, as_json=as_json).run(
            keys=keys, mode="sample" if sample else "full", canaries=canaries
        )
    except Fault as fault:
        if as_json:
            message = w()(f"err-{fault.error_id}", **fault.params)
            error = {"id": fault.error_id, "code": fault.code, "message": message, **fault.params}
            emit_json({"ok": False, "verdict": None, "error": error})
        raise
    if as_json:
        emit_json(wire)
    raise typer.Exit(int(Exit.DONE if wire["ok"] else Exit.VERIFICATION_FAILED))


class _Reverify:
    def __init__(self, device: str, record: Path, *, as_identity: str | None, as_json: bool) -> None:
        self.device, self.record, self.as_identity, self.as_json = device, record, as_identity, as_json
        self.out: Callable[[str], None] = tell if as_json else say

    def run(self, *, keys: Path | None, mode: str, canaries: bool) -> dict[str, Any]:
        from agent.machine.live import LiveMachine

        opened = self._open(keys)
        with LiveMachine().read_disk(self.device) as disk:
            erasure = self._erasure(opened.report, disk)
            self._check_size(erasure, disk)
            head = {"record": _record_wire(opened), "disk": self._disk_wire(erasure, disk)}
            self._introduce(opened, erasure, disk)
            try:
                told = self._traces(erasure, disk) if canaries else self._stream(erasure, disk, mode)
            except OSError as error:
                raise Fault("reverify-unreadable", disk=disk.path, why=error.strerror or "?") from None
        return {"ok": told["verdict"] == "same", "verdict": told.pop("verdict"), **head, **told}

    def _open(self, keys: Path | None) -> Opened:
        from agent.report.opened import open_record
        from agent.report.verify import GIVEN, read_source
        from agent.wiring import data_home

        given = read_source(GIVEN, keys) if keys else None
        return open_record(self.record, keys=given, station=data_home() / "station")

    # -- which disk ------------------------------------------------------------------------------------------

    def _erasure(self, report: Report, disk: LookedAt) -> Erasure:
        """The entry of this very disk, or the one that ``--as`` names. Raises Fault reverify-…"""
        known = ", ".join(e.disk.identity for e in report.erasures) or "–"
        found = disk.identity.text if disk.identity else "?"
        if self.as_identity is None:
            mine = [e for e in report.erasures if e.disk.identity == found]
            if not mine:
                raise Fault("reverify-other-disk", disk=disk.path, found=found, known=known)
            return mine[-1]
        word = self.as_identity.strip().upper()
        mine = [
            e
            for e in report.erasures
            if e.disk.identity.upper() == word or (len(word) >= LEAST_SUFFIX and e.disk.identity.upper().endswith(word))
        ]
        if len({e.disk.identity for e in mine}) != 1:
            raise Fault("reverify-not-in-record", identity=self.as_identity, known=known)
        return mine[-1]

    def _check_size(self, erasure: Erasure, disk: LookedAt) -> None:
        """A copy may lie on a larger carrier; the disk itself has the very size that was erased."""
        size, wanted = disk.io.size_bytes, erasure.bytes_total
        if size < wanted or (self.as_identity is None and size != wanted):
            raise Fault("reverify-size", disk=disk.path, size=size, wanted=wanted)

    # -- the two ways to look --------------------------------------------------------------------------------

    def _stream(self, erasure: Erasure, disk: LookedAt, mode: str) -> dict[str, Any]:
        from agent.erasure.lanes import Stopped
        from agent.erasure.reverify import expected, has_canaries, reread

        try:
            want = expected(erasure)
        except Fault as fault:
            if fault.params.get("part") == "firmware" and not has_canaries(erasure):
                raise Fault("reverify-no-stream", technique=erasure.technique, part="no-canaries") from None
            raise
        self._say_expected(want)
        try:
            seen = interruptible(
                lambda stop: reread(
                    disk.io, want, mode=mode, rotational=disk.rotational, stop=stop, told=_Teller(self.out)
                )
            )
        except Stopped:
            raise Fault("cancelled", wrote=None) from None
        self._say_reread(seen, want)
        return {"verdict": seen.verdict, "expected": _expected_wire(want), "verification": _reread_wire(seen, want)}

    def _traces(self, erasure: Erasure, disk: LookedAt) -> dict[str, Any]:
        from agent.erasure.lanes import Stopped
        from agent.erasure.reverify import look_for_traces

        try:
            seen = interruptible(lambda stop: look_for_traces(disk.io, erasure, stop=stop))
        except Stopped:
            raise Fault("cancelled", wrote=None) from None
        self._say_traces(seen)
        return {
            "verdict": seen.verdict,
            "canaries": {
                "looked": seen.looked,
                "alive": seen.alive,
                "unreadable": seen.unreadable,
                "classes": seen.classes,
                "signatures": list(seen.signatures),
                "seconds": seen.seconds,
            },
        }

    # -- what is said ----------------------------------------------------------------------------------------

    def _say(self, message: str, **params: Any) -> None:
        from agent.tui.plain import wrapped

        for line in wrapped(w()(message, **params)):
            self.out(line)

    def _introduce(self, opened: Opened, erasure: Erasure, disk: LookedAt) -> None:
        from agent.report.phrases import instant

        report, lang = opened.report, w()
        number, when = report.certificate_number or report.report_id, instant(lang, report.time.created.utc)
        self._say("reverify-record", number=number, when=when)
        self._say(f"reverify-signature-{opened.signature.replace('_', '-')}", kid=opened.kid or "")
        if report.exercise:
            self._say("verify-exercise")
        if self.as_identity is not None:
            self._say("reverify-as", path=disk.path, identity=erasure.disk.identity)
        else:
            self._say("reverify-disk", path=disk.path, identity=erasure.disk.identity)
        if report.install is not None and report.install.result in ("done", "staged"):
            self._say("reverify-installed" if report.install.result == "done" else "reverify-staged")

    def _say_expected(self, want: Expected) -> None:
        from agent.erasure.ranges import total
        from agent.report.phrases import number

        self._say("reverify-zeros" if want.cipher == "zeros" else "reverify-stream", cipher=want.cipher.upper(),
                  number=want.pass_number)  # fmt: skip
        if want.left_out:
            size = number(w(), total(want.left_out))
            self._say("reverify-left-out", count=len(want.left_out), bytes=size)
        if want.not_listed:
            self._say("reverify-not-listed", count=want.not_listed)

    def _say_reread(self, seen: Reread, want: Expected) -> None:
        from agent.report.phrases import number, span

        lang = w()
        told = {"bytes": number(lang, seen.bytes_read), "time": span(lang, seen.seconds)}
        self._say(f"reverify-{seen.verdict}-{seen.mode}", **told, n=seen.mismatches)
        self._say_ranges("reverify-mismatch", seen.mismatch_ranges, want.logical_block)
        if seen.unreadable_bytes:
            self._say("reverify-unread", bytes=number(lang, seen.unreadable_bytes))
            self._say_ranges("reverify-unread-range", seen.unreadable_ranges, want.logical_block)
        if seen.gave_up:
            self._say("reverify-gave-up")

    def _say_ranges(self, message: str, found: Iterable[tuple[int, int]], block: int) -> None:
        from agent.report.phrases import number

        lang, rows = w(), list(found)
        for start, end in rows[:LISTED]:
            sectors = -(-(end - start) // block)
            place = {"first": number(lang, start // block), "last": number(lang, (end - 1) // block)}
            self._say(message, count=sectors, **place, offset=number(lang, start))
        if len(rows) > LISTED:
            self._say("reverify-more", count=len(rows) - LISTED)

    def _say_traces(self, seen: Traces) -> None:
        from agent.report.phrases import phrase

        lang = w()
        classes = ", ".join(phrase(lang, f"content-{name}") for name in sorted(seen.classes)) or "–"
        self._say(f"reverify-traces-{seen.verdict}", alive=seen.alive, looked=seen.looked, content=classes)
        if seen.unreadable:
            self._say("reverify-traces-unreadable", unreadable=seen.unreadable, looked=seen.looked)
        if seen.signatures:
            self._say("reverify-signatures", found=", ".join(seen.signatures))
        self._say("reverify-traces-limit")

    def _disk_wire(self, erasure: Erasure, disk: LookedAt) -> dict[str, Any]:
        return {
            "path": disk.path,
            "identity": disk.identity.text if disk.identity else None,
            "size_bytes": disk.io.size_bytes,
            "erased_identity": erasure.disk.identity,
            "erased_bytes": erasure.bytes_total,
            "outcome": erasure.outcome.value,
        }


class _Teller:
    """One line after ten seconds, then at each tenth, or every minute."""

    def __init__(self, out: Callable[[str], None]) -> None:
        self._out = out
        self._began = self._last = time.monotonic()
        self._tenth = 0
        self._first = True

    def __call__(self, seen: Progress) -> None:
        from agent.locale import words
        from agent.report.phrases import number
        from agent.tui.plain import time_text, wrapped

        now, tenth = time.monotonic(), seen.done * 10 // max(1, seen.total)
        early = self._first and now - self._began >= 10.0
        if not (early or tenth > self._tenth or now - self._last >= SPACED_S):
            return
        self._first, self._last, self._tenth = False, now, max(self._tenth, tenth)
        lang = words(language())
        left = "?" if seen.eta_s is None else time_text(seen.eta_s, lang)
        rate = number(lang, seen.bytes_per_s / 1e6)
        percent = seen.done * 100 // max(1, seen.total)
        for line in wrapped(lang("reverify-progress", percent=percent, rate=rate, left=left)):
            self._out(line)


def _record_wire(opened: Opened) -> dict[str, Any]:
    report = opened.report
    return {
        "file": str(opened.path),
        "signature": opened.signature,
        "kid": opened.kid,
        "key_source": opened.source.kind if opened.source else None,
        "report_id": report.report_id,
        "number": report.certificate_number,
        "created": report.time.created.utc,
        "exercise": report.exercise,
    }


def _expected_wire(want: Expected) -> dict[str, Any]:
    return {
        "cipher": want.cipher,
        "pass": want.pass_number,
        "logical_block_size": want.logical_block,
        "left_out": [_place(a, b, want.logical_block) for a, b in want.left_out[:LISTED_JSON]],
        "left_out_bytes": sum(b - a for a, b in want.left_out),
        "not_listed": want.not_listed,
    }


def _reread_wire(seen: Reread, want: Expected) -> dict[str, Any]:
    block = want.logical_block
    return {
        "mode": seen.mode,
        "seed": seen.seed or None,
        "bytes": seen.bytes_read,
        "seconds": seen.seconds,
        "mismatches": seen.mismatches,
        "mismatch_ranges": [_place(a, b, block) for a, b in seen.mismatch_ranges[:LISTED_JSON]],
        "unreadable_bytes": seen.unreadable_bytes,
        "unreadable_ranges": [_place(a, b, block) for a, b in seen.unreadable_ranges[:LISTED_JSON]],
        "classes": seen.classes,
        "gave_up": seen.gave_up,
    }


def _place(start: int, end: int, block: int) -> dict[str, int]:
    return {"first_lba": start // block, "last_lba": (end - 1) // block, "start": start, "end": end}
