"""Real files for the sample cases: letters as PDF, photos as JPEG, proven like any upload."""

from functools import lru_cache
from io import BytesIO

from fpdf import FPDF
from PIL import Image, ImageDraw

from cases.file_types import ProvenFile, prove

_LIMIT = 10**7


@lru_cache
def letter(title: str) -> ProvenFile:
    """A one-page letter."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=16)
    pdf.cell(text="SAMPLE - " + title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=12)
    pdf.multi_cell(0, text="\nThis letter belongs to an invented case. It says nothing about a real person.")
    return prove(
        BytesIO(bytes(pdf.output())), claimed_name=f"{title.lower().replace(' ', '-')}.pdf", limit=_LIMIT
    )


def photo(name: str = "foto.jpg") -> ProvenFile:
    """A photo as a phone makes it."""
    picture = Image.linear_gradient("L").resize((1280, 960)).convert("RGB")
    ImageDraw.Draw(picture).rectangle((120, 160, 1160, 800), outline="white", width=8)
    target = BytesIO()
    picture.save(target, format="JPEG", quality=80)
    return prove(BytesIO(target.getvalue()), claimed_name=name, limit=_LIMIT)
