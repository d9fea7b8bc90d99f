"""PDFs: proven by parsing, and written anew without scripts, attachments, forms that act, and metadata."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf.settings import set_qpdf_limits

from cases.file_types import signatures
from cases.file_types.refusals import RefusedFile

MAX_PAGES = 2_000
MAX_PICTURE_PIXELS = 300_000_000  # a large sheet scanned very finely
# A few kilobytes of compressed nothing must not become gigabytes. The limit holds for the whole process.
set_qpdf_limits(flate_max_memory=64 * 1024 * 1024, run_length_max_memory=64 * 1024 * 1024)

# What a click or the opening of a page may not do. Left: going to a page and opening a web address.
_ACTIONS = re.compile(
    r"/(JavaScript|Launch|SubmitForm|ImportData|ResetForm|GoToE|GoToR|Rendition|Movie|Sound"
    r"|RichMediaExecute|GoTo3DView|Hide|SetOCGState|Thread)"
)
_SAFE_ADDRESS = re.compile(rb"(https?://|mailto:|tel:)", re.IGNORECASE)
_ACTIVE_ANNOTATIONS = {"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/FileAttachment", "/Projection"}
# Keys with a fixed meaning in these dictionaries. Elsewhere the same letters may be the name of a font.
_TYPES_WITH_FIXED_KEYS = {"/Catalog", "/Pages", "/Page", "/Annot", "/Font", "/FontDescriptor", "/Filespec"}
_KEYS = {
    "/OpenAction": "action",
    "/AA": "action",
    "/Metadata": "metadata",
    "/PieceInfo": "metadata",
    "/LastModified": "metadata",
    "/Thumb": "metadata",
    "/AF": "attachment",
    "/Collection": "attachment",
    "/Requirements": "action",
    "/PresSteps": "action",
    "/Perms": "signature",
    "/Legal": "metadata",
    "/SpiderInfo": "metadata",
}
_KEYS_OF_STREAMS = {key: _KEYS[key] for key in ("/Metadata", "/PieceInfo", "/LastModified", "/AF")}
# The last six are of a cross-reference stream, which is its own trailer.
_TRAILER_KEYS = {"/Root", "/Size", "/ID", "/Prev", "/XRefStm"} | {
    "/Type",
    "/W",
    "/Index",
    "/Length",
    "/Filter",
    "/DecodeParms",
}
_NAME_TREES = {
    "/JavaScript": "script",
    "/EmbeddedFiles": "attachment",
    "/Renditions": "attachment",
    "/AlternatePresentations": "action",
}


def clean(data: bytes) -> tuple[bytes, int, set[str]]:
    """The PDF written anew, its number of pages, and what was left behind."""
    _check_end(data)
    try:
        with pikepdf.open(io.BytesIO(data), inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                raise RefusedFile("pdf_locked")
            pages = _count_pages(pdf)
            removed = _remove_what_acts_or_tells(pdf)
            target = io.BytesIO()
            # Old versions of changed pages, comments between objects and unreferenced objects do not survive.
            pdf.save(
                target,
                deterministic_id=True,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
    except RefusedFile:
        raise
    except pikepdf.PasswordError as problem:
        raise RefusedFile("pdf_locked") from problem
    except Exception as problem:  # a hostile file may trip the parser anywhere; each way it is unreadable
        raise RefusedFile("pdf_damaged") from problem
    return target.getvalue(), pages, removed


def _check_end(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise RefusedFile("pdf_damaged")
    after = data[end + 5 :].strip(b"\x00\t\n\x0c\r \x1a")
    if re.search(rb"\d\s+\d+\s+obj\b", after):  # an earlier mark of the end, and then the file breaks off
        raise RefusedFile("pdf_damaged")
    # Scanners and mail gateways leave a few stray bytes; a payload is longer or known by its first bytes.
    if len(after) > 64 or (after and signatures.identify(after)[0] not in ("unknown", "text")):
        raise RefusedFile("mixed")


def _count_pages(pdf: pikepdf.Pdf) -> int:
    # By hand: a small tree whose branches point to the same pages again and again would unfold without end.
    steps, waiting = 0, [pdf.Root.Pages]
    while waiting:
        node = waiting.pop()
        steps += 1
        if steps > 4 * MAX_PAGES:
            raise RefusedFile("pdf_too_long", limit=MAX_PAGES)
        if isinstance(node, pikepdf.Dictionary) and "/Kids" in node:
            waiting.extend(node.Kids)
    if not len(pdf.pages):
        raise RefusedFile("pdf_damaged")
    if len(pdf.pages) > MAX_PAGES:
        raise RefusedFile("pdf_too_long", limit=MAX_PAGES)
    return len(pdf.pages)


def _remove_what_acts_or_tells(pdf: pikepdf.Pdf) -> set[str]:
    removed: set[str] = set()
    _clean_catalogue(pdf, removed)
    condemned: list[Any] = []
    for thing in _containers(pdf):
        if isinstance(thing, pikepdf.Array):
            continue
        _clean_dictionary(thing, removed, condemned)
        if isinstance(thing, pikepdf.Stream):
            _clean_stream(thing, removed)
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if isinstance(annotations, pikepdf.Array):
            kept = [note for note in annotations if _verdict(note) != "attachment"]
            if len(kept) != len(annotations):
                page.obj.Annots = pikepdf.Array(kept)
    # Emptied last: whoever refers to one by a way not foreseen above finds nothing that acts.
    for dictionary in condemned:
        for key in list(dictionary.keys()):
            del dictionary[key]
    return removed


def _clean_catalogue(pdf: pikepdf.Pdf, removed: set[str]) -> None:
    for key in list(pdf.trailer.keys()):
        if key not in _TRAILER_KEYS:
            if key == "/Info":
                removed.add("metadata")
            del pdf.trailer[key]
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        _drop(names, _NAME_TREES, removed)
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        _drop(form, {"/XFA": "form_script", "/CO": "form_script", "/SigFlags": "signature"}, removed)


def _containers(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary, stream and array of the file once, at whatever depth."""
    for top in pdf.objects:
        waiting: list[Any] = [top]
        while waiting:
            thing = waiting.pop()
            if isinstance(thing, pikepdf.Array):
                children = list(thing)
            elif isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
                children = [thing[key] for key in thing.keys()]  # noqa: SIM118 - not a Python dict
            else:
                continue
            yield thing
            # What has a number of its own comes by itself; following it here would go round in circles.
            waiting.extend(
                child for child in children if isinstance(child, pikepdf.Object) and not child.is_indirect
            )


def _clean_dictionary(thing: Any, removed: set[str], condemned: list[Any]) -> None:
    if isinstance(thing, pikepdf.Stream):
        _drop(thing, _KEYS_OF_STREAMS, removed)
    elif _name(thing, "/Type") in _TYPES_WITH_FIXED_KEYS or "/Subtype" in thing or "/FT" in thing:
        _drop(thing, _KEYS, removed)
    verdict = _verdict(thing)
    if verdict:
        removed.add(verdict)
        condemned.append(thing)
    for key in list(thing.keys()):
        child = thing[key]
        if not isinstance(child, pikepdf.Object):
            continue
        reason = _verdict(child)
        if reason is None and key == "/AA" and _is_table_of_triggers(child):
            reason = "action"
        if reason is None and key == "/Metadata" and isinstance(child, pikepdf.Stream):
            reason = "metadata"
        if reason is None and key == "/EF" and _holds_files(child):
            reason = "attachment"
        if reason:
            del thing[key]
            removed.add(reason)


def _verdict(thing: Any) -> str | None:
    """Why this object may not stay: a script, an action, an attachment, a signature that no longer holds."""
    if isinstance(thing, pikepdf.Stream) or not isinstance(thing, pikepdf.Dictionary):
        return None
    action = _name(thing, "/S")
    if _ACTIONS.fullmatch(action):
        return "script" if action == "/JavaScript" else "action"
    if action == "/URI" and not _SAFE_ADDRESS.match(_bytes(thing.get("/URI"))):
        return "action"
    if _name(thing, "/Subtype") in _ACTIVE_ANNOTATIONS:
        return "attachment"
    if "/ByteRange" in thing and "/Contents" in thing:
        return "signature"
    return None


def _clean_stream(stream: Any, removed: set[str]) -> None:
    if _name(stream, "/Type") == "/EmbeddedFile":
        stream.write(b"")
        del stream["/Type"]
        removed.add("attachment")
    if _name(stream, "/Subtype") != "/Image":
        return
    width, height = stream.get("/Width", 0), stream.get("/Height", 0)
    if isinstance(width, int) and isinstance(height, int) and width * height > MAX_PICTURE_PIXELS:
        raise RefusedFile(
            "too_many_pixels", found=width * height // 1_000_000, limit=MAX_PICTURE_PIXELS // 1_000_000
        )
    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array) and len(filters) == 1:
        filters = filters[0]
    if filters == pikepdf.Name.DCTDecode:
        before = stream.read_raw_bytes()
        after = without_notes(before)
        if after != before:
            parameters = stream.get("/DecodeParms")
            stream.write(after, filter=pikepdf.Name.DCTDecode, decode_parms=parameters)
            removed.add("metadata")


def without_notes(jpeg: bytes) -> bytes:
    """A JPEG inside a PDF without the camera's notes (place, time, device); its pixels are not touched."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xDA:  # from here on the pixels
            return b"".join(kept) + jpeg[at:]
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        # APP0 and APP14 tell how to read the colours; the other application parts and comments are notes.
        if not (0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            kept.append(jpeg[at:end])
        at = end
    return jpeg


def _drop(dictionary: Any, keys: dict[str, str], removed: set[str]) -> None:
    for key, reason in keys.items():
        if key in dictionary:
            # To open at a certain page and size is no action, but it goes with the rest.
            if not (key == "/OpenAction" and isinstance(dictionary[key], pikepdf.Array)):
                removed.add(reason)
            del dictionary[key]


def _name(dictionary: Any, key: str) -> str:
    value = dictionary.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, pikepdf.String) else b""


def _is_table_of_triggers(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and any(
        isinstance(thing[key], pikepdf.Dictionary) and "/S" in thing[key]
        for key in thing.keys()  # noqa: SIM118
    )


def _holds_files(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and any(
        isinstance(thing.get(key), pikepdf.Stream) for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix")
    )
