"""The certificate as one HTML page, in one language. Pure: a report in, text out; the printer is elsewhere."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources

from agent.locale import Words
from agent.model.report import Area, DiskOutcome, Erasure, ErasureException, Report, SkippedTechnique
from agent.report import checks
from agent.report import phrases as p
from agent.report.wording import DiskWords, Wording, left_alone, wording

Row = tuple[str, str]
"""Label and value, both ready HTML."""

MAX_RANGES = 12
HASH_DIGITS = 16
OPENSSL = (
    "cut -d. -f1,2 certificat.jws | tr -d '\\n' > signe",
    "cut -d. -f3 certificat.jws | tr '_-' '/+' | sed 's/$/==/' | base64 -d > signature",
    "openssl pkeyutl -verify -pubin -inkey cle.pem -rawin -in signe -sigfile signature",
)
"""The signature checked by hand: signed part, 64 bytes of signature (base64url, padded), OpenSSL 3."""


def _p(text: str, cls: str = "") -> str:
    return f'<p class="{cls}">{escape(text)}</p>' if cls else f"<p>{escape(text)}</p>"


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def _table(rows: Sequence[Row]) -> str:
    body = "".join(f'<tr><th scope="row">{label}</th><td>{value}</td></tr>' for label, value in rows)
    return f"<table>{body}</table>"


def _pairs(rows: Sequence[Row]) -> str:
    """Two label-value pairs on a line."""
    cells = [f'<th scope="row">{label}</th><td>{value}</td>' for label, value in rows]
    if len(cells) % 2:
        cells.append("<td></td><td></td>")
    body = "".join(f"<tr>{a}{b}</tr>" for a, b in zip(cells[::2], cells[1::2], strict=True))
    return f'<table class="pair">{body}</table>'


def _css(text: str) -> str:
    """A CSS string: quotes, backslashes and anything that could end the style element are escaped."""
    return '"' + "".join(c if c.isalnum() or c in " .,-’°·" else f"\\{ord(c):06x}" for c in text) + '"'


def qr_svg(text: str) -> bytes:
    """A QR code, error correction M, as SVG. Capitals and digits keep it small (alphanumeric mode)."""
    import segno

    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="svg", border=0, scale=4, dark="#18202b", xmldecl=False)
    return buffer.getvalue()


def qr_text(report: Report, sha256: str, base_url: str | None) -> str:
    """``HTTPS://REGISTRE/C/<number>/<16 hex digits>``; without a registry the same without an address."""
    place = f"C/{report.certificate_number or report.report_id}/{sha256[:HASH_DIGITS]}".upper()
    return f"{base_url.rstrip('/').upper()}/{place}" if base_url else f"REGAIN:{place}"


class Page:
    """One certificate. ``sha256`` is that of the signed record, in hex."""

    def __init__(
        self, report: Report, sha256: str, w: Words, *, base_url: str | None = None, received_at: str | None = None
    ) -> None:
        self.report, self.sha256, self.w, self.base_url = report, sha256, w, base_url
        self.said: Wording = wording(report, received_at=received_at)

    @property
    def title(self) -> str:
        return self.w(self.said.title.id)

    @property
    def number(self) -> str:
        return self.report.certificate_number or self.report.report_id

    def html(self) -> str:
        css = resources.files("agent.report").joinpath("templates", "certificate.css").read_text(encoding="utf-8")
        name = f"{self.title} {self.number}"
        parts = [
            self._watermark(),
            self._head(),
            self._verdict(),
            self._machine(),
            *(self._disk(n, e, d) for n, (e, d) in enumerate(zip(self.report.erasures, self.said.disks, strict=True))),
            self._left(),
            self._no_disk(),
            self._checks(),
            self._install(),
            self._proof(),
        ]
        return (
            f'<!DOCTYPE html>\n<html lang="{self.w.lang}"><head><meta charset="utf-8"><title>{escape(name)}</title>'
            f'<meta name="author" content="Regain {escape(self.report.workshop or "")}">'
            f'<meta name="description" content="{escape(self._subject())}">'
            f'<meta name="viewport" content="width=device-width">'
            f"<style>{css}{self._margins()}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
        )

    # -- head ------------------------------------------------------------------------------------------------

    def _tag(self) -> str:
        tag = self.report.device.tag
        if tag is None:
            return self.w("paper-no-tag")
        return f"{tag[:2]} {tag[2:7]} {tag[7:]}" if len(tag) == 8 else tag

    def _subject(self) -> str:
        return self.w("paper-subject", tag=self._tag())

    def _margins(self) -> str:
        """The page margins: number and tag below, EXERCICE above on every page of a rehearsal."""
        foot = f"{self.title} {self.w('paper-number', number=self.number)} · {self._tag()}"
        pages = f'{_css(self.w("paper-page"))} " " counter(page) " " {_css(self.w("paper-of"))} " " counter(pages)'
        rules = f"@bottom-left{{content:{_css(foot)}}}@bottom-right{{content:{pages}}}"
        if self.said.exercise:
            rules += f"@top-center{{content:{_css(self.w('paper-exercise'))}}}"
        return f"@page{{{rules}}}"

    def _watermark(self) -> str:
        if not self.said.exercise:
            return ""
        return f'<div class="watermark" aria-hidden="true">{escape(self.w("paper-exercise"))}</div>'

    def _head(self) -> str:
        issuer = f"Regain · {self.w('paper-workshop')} {self.report.workshop}" if self.report.workshop else "Regain"
        number = self.w("paper-number", number=self.number)
        stamp = _p(self.w("paper-exercise"), "stamp") if self.said.exercise else ""
        return (
            f"<header>{_p(issuer, 'issuer')}{_p(number, 'number')}</header>{stamp}"
            f"<h1>{escape(self.title)}</h1>{_p(self._subject(), 'subject')}"
        )

    def _verdict(self) -> str:
        w, said = self.w, self.said
        if not said.disks:
            cls = "mixed"
            lines = [w("paper-no-disk-note" if self.report.no_disk else "paper-title-statement-note")]
        elif not said.certificate:
            cls, lines = "bad", [w("paper-summary-failed")]
        else:
            mixed = any(e.exceptions for e in self.report.erasures)
            lines = [w("paper-summary-certificate", count=len(said.disks))]
            lines += [w("paper-summary-exceptions")] if mixed else []
            cls = "mixed" if mixed else "good"
        if said.exercise:
            cls, lines = "bad", [w("paper-exercise-note"), *lines]
        return f'<div class="verdict {cls}">{"".join(_p(line) for line in lines)}</div>'

    def _machine(self) -> str:
        w, report = self.w, self.report
        device, inventory = report.device, report.inventory
        system, cpu, memory = (self._part(inventory, name) for name in ("system", "cpu", "memory"))
        maker = p.fact(w, device.manufacturer) if device.manufacturer is not None else ""
        size = memory.get("installed_bytes")
        rows: list[Row] = [
            (w("paper-tag"), f"<strong>{escape(self._tag())}</strong>"),
            (w("paper-model"), escape(f"{maker} {p.fact(w, device.product)}".strip())),
            (w("paper-form"), escape(p.fact(w, device.form))),
            (w("paper-serial"), escape(self._serial(system))),
            (w("paper-cpu"), escape(p.fact(w, cpu.get("brand_raw")))),
            (w("paper-memory"), escape(p.memory(w, size) if isinstance(size, int) else p.fact(w, size))),
            (w("paper-date"), escape(self._date())),
            (w("paper-operator"), escape(self._card(report.operator))),
        ]
        if report.checker:
            rows.append((w("paper-checker"), escape(self._card(report.checker))))
        if report.lot and report.lot.lot_id:
            rows.append((w("paper-lot"), escape(report.lot.lot_id)))
        if report.lot and report.lot.donor_ref:
            rows.append((w("paper-donor"), escape(report.lot.donor_ref)))
        if self.said.windows:
            rows.append((w("paper-windows"), _list(p.say(w, line) for line in self.said.windows)))
        if self.said.condition:
            rows.append((w("paper-condition"), escape(p.say(w, self.said.condition))))
        return f"<section><h2>{escape(w('paper-machine'))}</h2>{_pairs(rows)}</section>"

    @staticmethod
    def _part(inventory: object, name: str) -> dict[str, object]:
        value = inventory.get(name) if isinstance(inventory, dict) else None
        return value if isinstance(value, dict) else {}

    def _serial(self, system: dict[str, object]) -> str:
        """A placeholder of the factory is printed as what it is: it identifies nobody."""
        said = p.fact(self.w, system.get("serial"))
        return self.w("paper-serial-junk", serial=said) if system.get("serial_quality") == "junk" else said

    def _card(self, by: str) -> str:
        return self.w("paper-card", by=by) if by else self.w("paper-no-card")

    def _date(self) -> str:
        said = p.instant(self.w, self.report.time.created.utc)
        return f"{said}, {p.say(self.w, self.said.date)}" if self.said.date else said

    # -- one disk --------------------------------------------------------------------------------------------

    def _disk(self, index: int, e: Erasure, said: DiskWords) -> str:
        w = self.w
        title = w("paper-disk-of", n=index + 1, count=len(self.report.erasures))
        model = p.fact(w, e.disk.model)
        cls = "bad" if not said.proven and e.outcome is not DiskOutcome.DESTROYED else "good"
        if said.proven and e.exceptions:
            cls = "mixed"
        lines = _p(p.say(w, said.claim), "claim") + "".join(_p(p.say(w, line)) for line in said.beside)
        return (
            f'<section class="disk"><div class="disk-head"><h2>{escape(w("paper-pair", name=title, value=model))}</h2>'
            f'<div class="verdict {cls}">{lines}</div></div>{_table(self._disk_rows(e))}</section>'
        )

    def _disk_rows(self, e: Erasure) -> list[Row]:
        w = self.w
        medium = e.disk.medium if isinstance(e.disk.medium, str) else "unknown"
        facts = f"{w('paper-medium-name', medium=medium)}, {p.size(w, e.disk.size_bytes)}"
        exact = f"{facts} ({w('size-b', n=p.number(w, e.disk.size_bytes))})"
        rows: list[Row] = [
            (w("paper-serial"), f"<strong>{escape(e.disk.identity)}</strong>"),
            (w("paper-medium"), escape(exact)),
            (w("paper-technique"), escape(self._technique(e))),
            (w("paper-why"), escape(p.phrase(w, e.why, **{"passes": e.passes, **e.why_params}))),
        ]
        if e.skipped:
            left = [self._skipped(s) for s in e.skipped]
            rows.append((w("paper-skipped"), _list(left)))
        rows.append((w("paper-result"), _list(p.phrase(w, r) for r in e.reasons) if e.reasons else self._outcome(e)))
        covered, total = (p.number(w, n) for n in (e.bytes_covered, e.bytes_total))
        rows.append((w("paper-covered"), escape(w("paper-covered-of", covered=covered, total=total))))
        rows.append((w("paper-readback"), escape(self._readback(e))))
        if others := self._second(e):
            rows.append((w("paper-second"), _list(others)))
        if e.areas:
            rows.append((w("paper-areas"), _list([self._area(a) for a in e.areas])))
        if sent := self._command(e):
            rows.append((w("paper-command"), _list(sent)))
        if e.canaries is not None:
            rows.append((w("paper-canaries"), _list(self._canaries(e))))
        rows.append((w("paper-hidden"), escape(w(self._hidden(e)))))
        rows.append((w("paper-exceptions-label"), self._exceptions(e)))
        rows.append((w("paper-health"), self._health(e)))
        heat = e.temperature or {}
        if isinstance(heat.get("max_c"), int):
            rows.append((w("paper-heat"), escape(w("paper-heat-said", n=str(heat["max_c"])))))
        started = f"{p.instant(w, e.started)}, {p.span(w, e.seconds)}"
        rows.append((w("paper-started"), escape(started)))
        if e.consent is not None:
            by, at = self._card(e.consent.by), p.instant(w, e.consent.at)
            told = w("paper-consent-said", by=by, at=at, suffix=e.consent.suffix or "?")
            rows.append((w("paper-consent"), escape(told)))
        return rows

    def _skipped(self, s: SkippedTechnique) -> str:
        return self.w("paper-pair", name=p.technique(self.w, s.technique), value=p.phrase(self.w, s.reason, **s.params))

    def _outcome(self, e: Erasure) -> str:
        return escape(p.phrase(self.w, f"outcome-{e.outcome.value}"))

    def _technique(self, e: Erasure) -> str:
        parts = [p.technique(self.w, e.technique), self.w("paper-passes-said", count=e.passes)]
        ciphers = sorted({one.cipher.upper() for one in e.overwrite})
        return ", ".join([*parts, *ciphers])

    def _readback(self, e: Erasure) -> str:
        v = e.verification
        if v is None:
            return self.w("paper-readback-none")
        size = self.w("size-b", n=p.number(self.w, v.bytes))
        return self.w("paper-readback-said", mode=v.mode, bytes=size, mismatches=v.mismatches)

    def _command(self, e: Erasure) -> list[str]:
        """What was sent to erase, what the tool answered, and what was seen before anything was written over it."""
        lines = []
        for command in (c for c in e.commands if c.get("technique")):
            words, status = command.get("argv"), command.get("exit_status")
            sent = " ".join(str(word) for word in words) if isinstance(words, list) else "?"
            lines.append(self.w("paper-command-said", argv=sent, exit="none" if status is None else str(status)))
        if (c := e.command_check) is not None:
            classes = ", ".join(p.phrase(self.w, f"content-{name}") for name in sorted(c.classes)) or "–"
            told = {"alive": c.alive + c.witnesses_matching, "looked": c.looked, "content": classes}
            lines.append(self.w("paper-command-seen", **told))
        return lines

    def _canaries(self, e: Erasure) -> list[str]:
        c, lines = e.canaries, []
        if c is not None and c.alive is None:
            lines.append(self.w("paper-canaries-unchecked", count=c.count))
        elif c is not None:
            lines.append(self.w("paper-canaries-said", count=c.before_ok, alive=c.alive or 0))
        if e.witnesses is not None and e.witnesses.count and e.witnesses.matching is not None:
            told = {"count": e.witnesses.count, "matching": e.witnesses.matching}
            lines.append(self.w("paper-witnesses-said", **told))
        return lines

    def _hidden(self, e: Erasure) -> str:
        if not e.hidden_areas.assessed:
            return "paper-hidden-unread"
        found = any(x.kind.startswith(("exception-hpa", "exception-dco")) for x in e.exceptions)
        return "paper-hidden-found" if found else "paper-hidden-none"

    def _area(self, area: Area) -> str:
        """One more area of an eMMC, and what came of it."""
        size = self.w("size-b", n=p.number(self.w, area.bytes))
        return self.w("paper-area-said", area=area.name, bytes=size, outcome=area.outcome)

    def _second(self, e: Erasure) -> list[str]:
        """Who else read the disk, with what, and what was seen."""
        lines = []
        for c in e.second_checks:
            agrees = {True: "yes", False: "no"}.get(c.agrees, "unknown") if c.agrees is not None else "unknown"
            size = self.w("size-b", n=p.number(self.w, c.bytes))
            said = self.w("paper-second-said", tool=c.tool, bytes=size, agrees=agrees)
            lines.append(said + (f", {self._card(c.by)}" if c.by else ""))
        return lines

    def _health(self, e: Erasure) -> str:
        """The verdict, every rule that spoke, and the version of the rules."""
        if e.health is None:
            return escape(self.w("paper-health-none"))
        head = self.w("paper-health-said", verdict=e.health.verdict, version=e.health.rules_version)
        reasons = [p.health_reason(self.w, r.id, r.params) for r in e.health.reasons]
        return _list([head, *reasons]) if reasons else escape(head)

    def _exceptions(self, e: Erasure) -> str:
        if not e.exceptions:
            return escape(self.w("paper-none"))
        ranges = [x for x in e.exceptions if x.first_lba is not None]
        named = [x for x in e.exceptions if x.first_lba is None]
        lines = [self._named(x) for x in named] + [self._range(x) for x in ranges[:MAX_RANGES]]
        more = len(ranges) - MAX_RANGES + e.exceptions_omitted
        if more > 0:
            lines.append(self.w("paper-more-ranges", count=more))
        return _list(lines)

    def _named(self, x: ErasureException) -> str:
        told = {"bytes": p.number(self.w, x.bytes)} if x.bytes is not None else {}
        return p.phrase(self.w, x.kind, **{**x.params, **told})

    def _range(self, x: ErasureException) -> str:
        first, last = p.number(self.w, x.first_lba or 0), p.number(self.w, x.last_lba or 0)
        return self.w("paper-range", first=first, last=last, operation=x.operation or "read")

    # -- the rest --------------------------------------------------------------------------------------------

    def _left(self) -> str:
        disks = left_alone(self.report)
        if not disks:
            return ""
        told = [self.w("paper-left-line", model=d.model or "?", suffix=d.suffix or "?", reason=d.reason) for d in disks]
        title, note = self.w("paper-left-title"), self.w("paper-left-note")
        return f'<section><h2>{escape(title)}</h2><div class="verdict bad">{_p(note)}{_list(told)}</div></section>'

    def _checks(self) -> str:
        if not checks.has_checks(self.report):
            return ""
        told = checks.rows(self.report, self.w)
        rows = [(escape(label), _list(lines) if len(lines) > 1 else escape(lines[0])) for label, lines in told]
        return f"<section><h2>{escape(self.w('paper-checks'))}</h2>{_table(rows)}</section>"

    def _no_disk(self) -> str:
        """Why the PC has no disk, in the words of the person who says so."""
        w, said = self.w, self.report.no_disk
        if said is None:
            return ""
        reason = w("paper-no-disk-why", why=said.why)
        rows: list[Row] = [
            (w("paper-no-disk-reason"), escape(f"{reason} {said.text}".strip())),
            (w("paper-no-disk-by"), escape(f"{self._card(said.by)}, {p.instant(w, said.at)}")),
        ]
        return f"<section><h2>{escape(w('paper-no-disk'))}</h2>{_table(rows)}</section>"

    def _install(self) -> str:
        w, install = self.w, self.report.install
        if install is None:
            return ""
        rows: list[Row] = [(w("paper-result"), _list(p.say(w, line) for line in self.said.install))]
        if install.profile:
            rows.append((w("paper-profile"), escape(install.profile)))
        if install.image_id:
            version = f" {install.version}" if install.version else ""
            rows.append((w("paper-image"), escape(install.image_id + version)))
        if install.image_sha256:
            rows.append(("SHA-256", f'<span class="mono">{escape(install.image_sha256)}</span>'))
        return f"<section><h2>{escape(w('paper-install'))}</h2>{_table(rows)}</section>"

    def _proof(self) -> str:
        w, report = self.w, self.report
        rows: list[Row] = [
            (w("paper-sha256"), f'<span class="mono">{self.sha256}</span>'),
            (w("paper-kid"), f'<span class="mono">{escape(report.chain.kid)}</span>'),
            (w("paper-chain"), escape(w("paper-chain-said", seq=report.chain.seq))),
        ]
        digests = sorted({e.plan_digest for e in report.erasures})
        if digests:
            short = ", ".join(f"{d[:4]}-{d[4:8]}".upper() for d in digests)
            rows.append((w("paper-plan"), escape(short)))
        rows.append(("Regain", escape(report.agent.version)))
        qr = base64.b64encode(qr_svg(qr_text(report, self.sha256, self.base_url))).decode("ascii")
        alt = escape(w("paper-qr-alt"))
        commands = "\n".join(OPENSSL)
        enrolled = report.workshop and report.workshop != "XX"
        first = (
            w(self.said.signature[0].id, workshop=report.workshop) if enrolled else w("paper-signature-not-enrolled")
        )
        return (
            f'<section class="proof"><h2>{escape(w("paper-proof"))}</h2><div class="proof-grid"><div class="text">'
            f'{_table(rows)}</div><img class="qr" alt="{alt}" src="data:image/svg+xml;base64,{qr}"></div>'
            f"{_p(w('paper-proof-how'), 'small')}<pre>regain verify {escape(self.number)}.pdf</pre>"
            f"{_p(w('paper-proof-openssl'), 'small')}<pre>{escape(commands)}</pre>"
            f'<div class="limits">{_p(first)}{_p(w(self.said.signature[1].id))}</div></section>'
        )
