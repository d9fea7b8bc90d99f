"""Makers of real files for tests and sample cases: PDFs, photos, and files that mean harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
from fpdf import FPDF
from PIL import Image, ImageDraw


def pdf_bytes(text: str = "A letter", *, pages: int = 1, font: Path | None = None, author: str = "") -> bytes:
    """A real PDF with this text on each page; a font file is needed for Arabic and Ethiopic script."""
    pdf = FPDF()
    if author:
        pdf.set_author(author)
    if font:
        pdf.add_font("letter", fname=font)
        pdf.set_text_shaping(True)
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("letter" if font else "Helvetica", size=12)
        pdf.multi_cell(0, text=text, new_x="LMARGIN", new_y="NEXT")
        pdf.cell(text=str(number))
    return bytes(pdf.output())


def _picture(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    image = Image.linear_gradient("L").resize(size).convert(mode)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red" if mode == "RGB" else 1)
    return image


def jpeg_bytes(
    size: tuple[int, int] = (320, 240),
    *,
    orientation: int = 1,
    gps: tuple[float, float, float] | None = None,
    camera: str = "",
) -> bytes:
    """A photo as a phone makes it: red in the upper left corner of the sensor, with the notes asked for."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    if camera:
        exif[0x010F] = camera
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: gps, 3: "E", 4: gps})
    target = io.BytesIO()
    _picture(size).save(target, format="JPEG", quality=85, exif=exif)
    return target.getvalue()


def png_bytes(size: tuple[int, int] = (320, 240), *, mode: str = "RGB", **options: Any) -> bytes:
    """A screenshot or scan as PNG."""
    target = io.BytesIO()
    _picture(size, mode).save(target, format="PNG", **options)
    return target.getvalue()


def webp_bytes(size: tuple[int, int] = (320, 240)) -> bytes:
    """A picture as messengers send it."""
    target = io.BytesIO()
    _picture(size).save(target, format="WEBP")
    return target.getvalue()


def zip_bytes(**members: str) -> bytes:
    """An archive with these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in (members or {"readme": "hello"}).items():
            archive.writestr(name, text)
    return target.getvalue()


def docx_bytes() -> bytes:
    """The bones of a Word file."""
    return zip_bytes(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})


def eicar_bytes() -> bytes:
    """The harmless text by which virus scanners are tested, put together at run time."""
    return "".join(
        ("X5O!P%@AP[4\\", "PZX54(P^)7CC)7}", "$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!", "$H+H*")
    ).encode()


def changed_pdf(change: Any, *, text: str = "A letter", **save: Any) -> bytes:
    """A real PDF after `change(pdf)` has added something to it."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_bytes(text))) as pdf:
        change(pdf)
        pdf.save(target, **save)
    return target.getvalue()
