"""The certificate as a file: PDF/A-3a with the signed record inside, sealed; an HTML page where Pango is missing.

The record (``certificat.jws``) is the truth, the pages are its reading. See ``seal`` for what binds the two.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NoReturn

from agent.locale import words
from agent.model.errors import Fault
from agent.model.report import Report
from agent.report.clock import parse_utc
from agent.report.files import write_atomic
from agent.report.page import Page
from agent.report.seal import put_seal
from agent.report.sign import SigningKey, sha256_of

ATTACHMENT = "certificat.jws"
PDF, HTML = "pdf", "html"
HTML_RECORD = '<script type="application/jose" id="certificat.jws">'


class NoPrinter(Exception):
    """WeasyPrint or the Pango library behind it is not on this PC. ``str()`` is the reason."""


def write_certificate(
    report: Report,
    token: str,
    path: Path,
    lang: str = "fr",
    *,
    key: SigningKey,
    base_url: str | None = None,
    received_at: str | None = None,
) -> Path:
    """Write the certificate of a signed record; the file's suffix says what it became: HTML where no PDF can be made.

    ``key`` is the one that signed the record: it seals the file too. Raises Fault stick-full, pdf-unavailable.
    """
    if key.kid != report.chain.kid:
        raise ValueError("the record was signed by another key")
    page = Page(report, sha256_of(token), words(lang), base_url=base_url, received_at=received_at)
    try:
        kind, document = PDF, render_pdf(page, token)
    except NoPrinter:
        kind, document = HTML, render_html(page, token)
    sealed = put_seal(
        document,
        key=key,
        report_id=report.report_id,
        report_sha256=sha256_of(token),
        number=report.certificate_number,
    )
    target = path.with_suffix(f".{kind}")
    try:
        write_atomic(target, sealed)
    except OSError as error:
        raise Fault("pdf-unavailable", detail=error.strerror or str(error)) from error
    return target


def render_html(page: Page, token: str) -> bytes:
    """The page with the record inside, for a browser."""
    return page.html().replace("</body>", f"{HTML_RECORD}{token}</script></body>").encode("utf-8")


def render_pdf(page: Page, token: str) -> bytes:
    """PDF/A-3a: tagged, its fonts embedded, the record attached with the relationship *Source*.

    Raises NoPrinter when WeasyPrint or Pango is missing, Fault pdf-unavailable when rendering fails.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # OSError: the shared library is missing
        raise NoPrinter(str(error)) from error
    created = parse_utc(page.report.time.created.utc)
    attachment = weasyprint.Attachment(
        string=token, name=ATTACHMENT, description=page.title, created=created, modified=created, relationship="Source"
    )
    try:
        document = weasyprint.HTML(string=page.html(), url_fetcher=_only_inline())
        data: bytes = document.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_identifier=hashlib.sha256(token.encode("ascii")).digest()[:16],
            attachments=[attachment],
        )
    except (ValueError, TypeError, OSError, KeyError, IndexError) as error:
        raise Fault("pdf-unavailable", detail=f"{type(error).__name__}: {error}") from error
    return data


def _only_inline() -> Any:
    """A fetcher that reads ``data:`` and nothing else: a certificate is never a reason to open a file or a socket."""
    from weasyprint.urls import URLFetcher

    class OnlyInline(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no type hints
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                refuse(url)
            return super().fetch(url, headers)

    return OnlyInline()


def refuse(url: str) -> NoReturn:
    raise ValueError(f"a certificate loads nothing: {url[:60]}")
