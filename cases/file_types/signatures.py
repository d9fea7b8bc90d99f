"""What a file is by its first bytes, and what else may be hidden in it."""

from __future__ import annotations

import io
import zipfile

# Put together at run time, so that no scanner takes this module itself for the test virus.
_TEST_VIRUS = b"".join((b"$EICAR-", b"STANDARD-", b"ANTIVIRUS-", b"TEST-FILE!"))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_BY_FIRST_BYTES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "jpeg", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "png", "PNG"),
    (b"GIF8", "gif", "GIF"),
    (b"II*\x00", "other_picture", "TIFF"),
    (b"MM\x00*", "other_picture", "TIFF"),
    (b"BM", "other_picture", "BMP"),
    (b"\xff\x0a", "other_picture", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "other_picture", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "other_picture", "JPEG 2000"),
    (b"8BPS", "other_picture", "PSD"),
    (b"MZ", "program", "EXE"),
    (b"\x7fELF", "program", "ELF"),
    (b"\xca\xfe\xba\xbe", "program", "Java"),
    (b"\xcf\xfa\xed\xfe", "program", "Mach-O"),
    (b"\xce\xfa\xed\xfe", "program", "Mach-O"),
    (b"#!", "program", "script"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office", "Office"),
    (b"{\\rtf", "office", "RTF"),
    (b"Rar!\x1a\x07", "archive", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "7-Zip"),
    (b"\x1f\x8b", "archive", "GZIP"),
    (b"BZh", "archive", "BZIP2"),
    (b"\xfd7zXZ\x00", "archive", "XZ"),
    (b"ID3", "recording", "MP3"),
    (b"OggS", "recording", "OGG"),
    (b"\x1aE\xdf\xa3", "recording", "WEBM"),
    (b"#!AMR", "recording", "AMR"),
)
_PHOTO_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
_WEB_PAGE_STARTS = ("<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<!--")
_HIDDEN_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_HIDDEN_PROGRAM = b"This program cannot be run in DOS mode"
_HIDDEN_PAGE = (b"<script", b"<!doctype html", b"<?php ")


def carries_test_virus(data: bytes) -> bool:
    """Whether the harmless text by which scanners are tested (EICAR) is in it."""
    return _TEST_VIRUS in data


def identify(data: bytes) -> tuple[str, str]:
    """What the file is: a kind ("pdf", "jpeg", "archive" ...) and its common name."""
    if pdf_starts_at(data) >= 0:
        return "pdf", "PDF"
    if data[:4] == b"RIFF":
        return ("webp", "WEBP") if data[8:12] == b"WEBP" else ("recording", "RIFF")
    if data[4:8] == b"ftyp":
        return ("heic", "HEIC") if data[8:12] in _PHOTO_BRANDS else ("recording", "MP4")
    if data[:2] == b"PK":
        return _kind_of_zip(data)
    # AMR begins like a script, so the longer signature is asked first.
    for first_bytes, kind, name in sorted(_BY_FIRST_BYTES, key=lambda row: -len(row[0])):
        if data.startswith(first_bytes):
            return kind, name
    if data[257:262] == b"ustar":
        return "archive", "TAR"
    return _kind_of_text(data)


def pdf_starts_at(data: bytes) -> int:
    """Where a PDF header stands in the first kilobyte, -1 if there is none: readers accept it that far."""
    return data[:1024].find(b"%PDF-")


def _pdf_starts_cleanly(data: bytes) -> bool:
    # A byte order mark or white space before the header harms nobody.
    return not data[: pdf_starts_at(data)].removeprefix(_BYTE_ORDER_MARK).strip()


def hides_another_file(data: bytes, *, kind: str) -> bool:
    """Whether a file of this kind is at the same time an archive, a program, a web page or a PDF."""
    if _opens_as_zip(data) or _HIDDEN_PROGRAM in data or any(mark in data for mark in _HIDDEN_ARCHIVES):
        return True
    if kind == "pdf":
        # Further on, such words may be the document's own text.
        head = data[:1024].lower()
        return not _pdf_starts_cleanly(data) or any(mark in head for mark in (*_HIDDEN_PAGE, b"<html"))
    lowered = data.lower()
    return any(mark in lowered for mark in _HIDDEN_PAGE) or (b"%PDF-" in data and b"startxref" in data)


def _opens_as_zip(data: bytes) -> bool:
    try:
        zipfile.ZipFile(io.BytesIO(data)).close()
    except Exception:  # whatever trips the reader of archives, it does not read this one
        return False
    return True


def _kind_of_zip(data: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except Exception:  # a broken archive is still an archive
        names = []
    if "[Content_Types].xml" in names or "mimetype" in names or b"[Content_Types].xml" in data[:4096]:
        return "office", "Office"
    if "AndroidManifest.xml" in names or "META-INF/MANIFEST.MF" in names:
        return "program", "APK/JAR"
    return "archive", "ZIP"


def _kind_of_text(data: bytes) -> tuple[str, str]:
    start = data[:4096]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = start.decode("utf-16", errors="replace")
    else:
        if b"\x00" in start:
            return "unknown", ""
        text = start.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", errors="replace")
    lowered = text.lstrip().lower()
    if "<svg" in lowered:
        return "svg", "SVG"
    if lowered.startswith(_WEB_PAGE_STARTS) or "<html" in lowered:
        return "web_page", "HTML"
    readable = sum(sign.isprintable() or sign in "\r\n\t" for sign in text if sign != "\ufffd")
    return ("text", "TXT") if readable >= 0.95 * len(text) else ("unknown", "")
