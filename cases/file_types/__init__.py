"""What may be handed in, proven by decoding: PDF, JPEG, PNG and WEBP, and nothing that acts or tells more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from cases.file_types import names, pdfs, pictures, signatures
from cases.file_types.refusals import RefusedFile

__all__ = ["ACCEPT", "ProvenFile", "RefusedFile", "prove"]

# For the file field of a form. Without HEIC in the list, an iPhone sends its photos as JPEG by itself.
ACCEPT = "application/pdf,image/jpeg,image/png,image/webp"

_JPEG_EXTENSIONS = frozenset(("jpg", "jpeg", "jpe", "jfif", "jif"))


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    media_type: str
    extension: str
    extensions: frozenset[str]


_KINDS = {
    "pdf": _Kind("PDF", "application/pdf", "pdf", frozenset(("pdf",))),
    "jpeg": _Kind("JPEG", "image/jpeg", "jpg", _JPEG_EXTENSIONS),
    "png": _Kind("PNG", "image/png", "png", frozenset(("png",))),
    "webp": _Kind("WEBP", "image/webp", "webp", frozenset(("webp",))),
}


@dataclass(frozen=True, slots=True)
class ProvenFile:
    """A file that may be kept: the fingerprint of what came in, and the clean content that is stored."""

    name: str
    media_type: str
    extension: str
    # Of the bytes received, as the receipt shows them.
    size: int
    received_sha256: str
    # What is stored and served.
    content: bytes
    stored_sha256: str
    pages: int | None
    # Of "metadata", "location", "script", "form_script", "action", "attachment", "signature".
    removed: frozenset[str]
    # A virus scanner is set up but has not answered: nobody opens the file until it has.
    quarantined: bool = False

    @property
    def cleaned(self) -> bool:
        """Whether something beside the visible content was taken out."""
        return bool(self.removed)


def prove(upload: BinaryIO, *, claimed_name: str, limit: int) -> ProvenFile:
    """The clean file, or RefusedFile with the reason and the cure."""
    if upload.seekable():
        upload.seek(0)
    data = upload.read(limit + 1)
    if not data:
        raise RefusedFile("empty")
    if len(data) > limit:
        raise RefusedFile("too_big", limit=f"{limit / 1024 / 1024:.3g}")
    if signatures.carries_test_virus(data):
        raise RefusedFile("virus")
    found, found_name = signatures.identify(data)
    kind = _KINDS.get(found)
    if kind is None:
        raise RefusedFile(found, found=found_name)
    if signatures.hides_another_file(data, kind=found):
        raise RefusedFile("mixed")
    name = names.clean_name(claimed_name)
    _check_name(name, found, kind)
    pages: int | None = None
    if found == "pdf":
        content, pages, removed = pdfs.clean(data)
    else:
        content, removed = pictures.rebuild(data, picture_format=kind.name)
    return ProvenFile(
        name=names.with_extension(name, kind.extension, same=kind.extensions),
        media_type=kind.media_type,
        extension=kind.extension,
        size=len(data),
        received_sha256=hashlib.sha256(data).hexdigest(),
        content=content,
        stored_sha256=hashlib.sha256(content).hexdigest(),
        pages=pages,
        removed=frozenset(removed),
    )


def _check_name(name: str, found: str, kind: _Kind) -> None:
    claimed = names.claimed_extension(name)
    if not claimed or claimed in kind.extensions:
        return
    # Messengers save pictures under the name of another picture format; that misleads nobody.
    if found != "pdf" and claimed in names.PICTURE_EXTENSIONS:
        return
    raise RefusedFile("name_mismatch", claimed=claimed.upper(), found=kind.name)
