"""File names as people write them, in any script, without what could mislead or break."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 150
# Overrides and isolates turn "gpj.exe" round on the screen. Joiners and plain direction marks stay: names in
# Persian and Arabic need them.
_TURNS_TEXT_ROUND = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_DROPPED_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}

PICTURE_EXTENSIONS = frozenset(
    ("jpg", "jpeg", "jpe", "jfif", "jif", "png", "webp", "heic", "heif", "avif", "tif", "tiff", "bmp", "gif")
)
_OTHER_KNOWN_EXTENSIONS = re.compile(
    r"pdf|svgz?|doc[xm]?|dot[xm]?|odt|rtf|xls[xmb]?|ods|csv|ppt[xm]?|odp|pages|zip|rar|7z|t?gz|tar|bz2|xz|iso"
    r"|exe|com|bat|cmd|scr|msi|dll|js|vbs|ps1|sh|apk|jar|py|php|x?html?|mht(ml)?|xml|txt|eml|msg"
    r"|mp[34]|mov|avi|mkv|webm|3gp|m4a|wav|ogg|opus"
)


def clean_name(claimed_name: str) -> str:
    """The name without folders, control characters and text-turning marks, in composed form."""
    last_part = claimed_name.replace("\\", "/").rsplit("/", 1)[-1]
    composed = unicodedata.normalize("NFC", last_part)
    kept = "".join(
        sign
        for sign in composed
        if sign not in _TURNS_TEXT_ROUND and unicodedata.category(sign) not in _DROPPED_CATEGORIES
    ).strip(" .")
    if len(kept) > MAX_LENGTH:
        stem, dot, extension = kept.rpartition(".")
        if dot and len(extension) <= 10:
            kept = stem[: MAX_LENGTH - len(extension) - 1].rstrip(" .") + "." + extension
        else:
            kept = kept[:MAX_LENGTH]
    return kept


def claimed_extension(name: str) -> str:
    """The extension that the name claims, when it is one that means something; otherwise nothing."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    known = extension in PICTURE_EXTENSIONS or _OTHER_KNOWN_EXTENSIONS.fullmatch(extension)
    return extension if known else ""


def with_extension(name: str, extension: str, *, same: frozenset[str]) -> str:
    """The name ending in the proven extension; a claimed picture extension gives way to the proven one."""
    claimed = claimed_extension(name)
    if claimed in same:
        return name
    stem = name[: -len(claimed) - 1] if claimed in PICTURE_EXTENSIONS else name
    return f"{stem or 'document'}.{extension}"
