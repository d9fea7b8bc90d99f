"""Why a file is refused, in words that say what to do about it."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_REASONS: dict[str, Promise] = {
    "empty": _("This file is empty. Choose the file again, or make the photo or scan again."),
    "too_big": _(
        "This file is too big. A file can be at most %(limit)s MB. "
        "Send the pages in more than one file, or make the photo or scan with a lower quality."
    ),
    "name_mismatch": _(
        "The name of this file says %(claimed)s, but the file is %(found)s. "
        "Save the document again as a PDF or JPEG, and send that file."
    ),
    "virus": _(
        "This file looks like a computer virus. We did not keep it. "
        "Make a photo or a scan of the document and send that."
    ),
    "mixed": _(
        "There is another file hidden inside this file. "
        "Print the document to a new PDF, or make a photo of it, and send that."
    ),
    "pdf_locked": _(
        "This PDF is locked with a password. "
        "Open it, print it to a new PDF without a password, and send the new PDF."
    ),
    "pdf_damaged": _(
        "We cannot read this PDF. Maybe a part of it is missing. "
        "Send it again. If that does not help, make a new PDF or a photo of each page."
    ),
    "pdf_too_long": _("This PDF has too many pages. The most is %(limit)s. Send it in parts."),
    "picture_damaged": _(
        "We cannot read this picture. Maybe a part of it is missing. Send it again, or make the photo again."
    ),
    "too_many_pixels": _(
        "This picture is too large: %(found)s million pixels. The most is %(limit)s million. "
        "Make the photo or scan again with a lower resolution."
    ),
    "gif": _("You cannot send a GIF or a moving picture. Save the picture as JPEG or PNG and send that."),
    "svg": _("You cannot send a drawing (SVG). Save it as PDF, JPEG or PNG and send that."),
    "heic": _(
        "This photo has a format that not everybody can open (HEIC or AVIF). Send it as JPEG. "
        "On an iPhone: Settings, Camera, Formats, Most Compatible. Then make the photo again."
    ),
    "other_picture": _(
        "You cannot send this kind of picture (%(found)s). Save it as JPEG, PNG or PDF and send that."
    ),
    "office": _(
        "You cannot send a Word, Excel or other office file. Open it, choose “Save as PDF”, and send the PDF."
    ),
    "archive": _(
        "You cannot send an archive (%(found)s). Take the files out of it and send each file by itself."
    ),
    "web_page": _("You cannot send a web page (HTML). Print the page to a PDF and send the PDF."),
    "program": _(
        "This file is a computer program. You cannot send it. Send your document as PDF, JPEG or PNG."
    ),
    "text": _("You cannot send a text file. Print the text to a PDF, or make a photo of it, and send that."),
    "recording": _(
        "You cannot send a video or a sound recording here. Ask your lawyer how you can hand it in."
    ),
    "unknown": _(
        "We do not know this kind of file, or it is damaged. Send your document as PDF, JPEG or PNG."
    ),
}


class RefusedFile(Exception):
    """A file that is not taken in: a stable code, and a sentence with the cure."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.message = _REASONS[code]
        self.params = params
        super().__init__(code, params)

    def __str__(self) -> str:
        return str(self.message) % self.params
