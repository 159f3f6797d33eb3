"""The label on the PC: tag, QR code, nothing of the person or the disk. ZPL as text, PDF 62 x 29 mm, PNG.

No printer was tried. Brother QL needs a raster driver that this version does not have.
"""

from __future__ import annotations

import base64
import io
from html import escape
from typing import Any

from agent.locale import words
from agent.model.errors import Fault
from agent.model.tag import Tag
from agent.report.certificate import NoPrinter
from agent.report.page import qr_svg

WIDTH_MM, HEIGHT_MM = 62, 29
DOTS_PER_MM = 8
"""203 dpi, the usual Zebra head."""


def qr_text(tag: Tag, base_url: str | None) -> str:
    """``HTTPS://REGISTRE/V/RC02041U``; the bare tag without a registry. Capitals: alphanumeric mode, fewer modules."""
    return f"{base_url.rstrip('/').upper()}/V/{tag.text}" if base_url else tag.text


def zpl(tag: Tag, *, base_url: str | None = None, network: str = "Regain") -> bytes:
    """ZPL II. Raises Fault usage for an address that would end a ZPL field."""
    text = qr_text(tag, base_url)
    if set(text + network) & set("^~\\\n\r"):
        raise Fault("usage", what=text)
    lines = [
        "^XA",
        "^CI28",
        f"^PW{WIDTH_MM * DOTS_PER_MM}",
        f"^LL{HEIGHT_MM * DOTS_PER_MM}",
        f"^FO16,20^BQN,2,{6 if len(text) <= 20 else 5}^FDMA,{text}^FS",
        f"^FO216,36^A0N,28,28^FD{network}^FS",
        f"^FO216,84^A0N,60,56^FD{tag.printed}^FS",
        "^XZ",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def pdf(tag: Tag, *, base_url: str | None = None, network: str = "Regain", lang: str = "fr") -> bytes:
    """One page of the label's size. Raises Fault pdf-unavailable without WeasyPrint and Pango."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise Fault("pdf-unavailable", detail=str(NoPrinter(str(error)))) from error
    picture = base64.b64encode(qr_svg(qr_text(tag, base_url))).decode("ascii")
    alt = escape(words(lang)("label-alt", tag=tag.printed))
    style = (
        f"@page{{size:{WIDTH_MM}mm {HEIGHT_MM}mm;margin:2mm}}body{{margin:0;font-family:'DejaVu Sans',sans-serif}}"
        "img{position:absolute;left:1.5mm;top:2mm;width:21mm;height:21mm}"
        "p{position:absolute;left:28mm;margin:0;white-space:nowrap}.n{top:4mm;font-size:8pt}"
        ".t{top:9mm;font-size:13pt;font-weight:700}"
    )
    page = (
        f'<html lang="{lang}"><head><title>{tag.printed}</title><style>{style}</style></head><body>'
        f'<img alt="{alt}" src="data:image/svg+xml;base64,{picture}">'
        f'<p class="n">{escape(network)}</p><p class="t">{tag.printed}</p></body></html>'
    )
    data: bytes = weasyprint.HTML(string=page).write_pdf()
    return data


def png(tag: Tag, *, base_url: str | None = None, network: str = "Regain") -> bytes:
    """A black and white picture, 203 dpi. Raises Fault pdf-unavailable without the imaging library."""
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise Fault("pdf-unavailable", detail=str(error)) from error
    import segno

    image: Any = Image.new("1", (WIDTH_MM * DOTS_PER_MM, HEIGHT_MM * DOTS_PER_MM), 1)
    code = segno.make(qr_text(tag, base_url), error="m", micro=False)
    buffer = io.BytesIO()
    scale = HEIGHT_MM * DOTS_PER_MM // code.symbol_size()[0]
    code.save(buffer, kind="png", scale=scale)  # with its quiet zone of four modules (ISO/IEC 18004)
    image.paste(Image.open(buffer).convert("1"), (0, 0))
    draw = ImageDraw.Draw(image)
    draw.text((228, 40), network, fill=0, font=ImageFont.load_default(24))
    draw.text((228, 84), tag.printed, fill=0, font=ImageFont.load_default(44))
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(DOTS_PER_MM * 25.4, DOTS_PER_MM * 25.4))
    return out.getvalue()
