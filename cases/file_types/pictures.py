"""Photos and scans: proven by decoding, and built anew from their pixels alone."""

from __future__ import annotations

import io

from PIL import Image

from cases.file_types.refusals import RefusedFile

# Above what the main cameras of phones give (64 million); a decoded pixel takes up to four bytes.
MAX_PIXELS = 65_000_000
_ORIENTATION, _GPS = 0x0112, 0x8825
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_METADATA = {"exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop", "Raw profile type exif"}
_SAVE_OPTIONS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 90},
    "PNG": {},
    "WEBP": {"quality": 90},
}


def rebuild(data: bytes, *, picture_format: str) -> tuple[bytes, set[str]]:
    """The picture saved from its pixels, the right way up, and what was left behind."""
    try:
        return _rebuild(data, picture_format=picture_format)
    except RefusedFile:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as flood:
        raise _too_many_pixels() from flood
    except Exception as problem:  # a hostile file may trip the decoder anywhere; each way it is unreadable
        raise RefusedFile("picture_damaged") from problem


def _rebuild(data: bytes, *, picture_format: str) -> tuple[bytes, set[str]]:
    # Opening reads the header only. Many phones write "MPO": a JPEG followed by a small second picture.
    formats = ["JPEG", "MPO"] if picture_format == "JPEG" else [picture_format]
    with Image.open(io.BytesIO(data), formats=formats) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise _too_many_pixels(width * height)
        if picture_format != "JPEG" and getattr(image, "is_animated", False):
            raise RefusedFile("gif")
        image.load()
        orientation, removed = _read_metadata(image)
        pixels = _plain_mode(image, with_transparency=picture_format != "JPEG")
    if orientation in _UPRIGHT:
        pixels = pixels.transpose(_UPRIGHT[orientation])
    # Saving looks into the picture's notes (comment, colour profile, text): a fresh picture has none.
    fresh = Image.new(pixels.mode, pixels.size)
    fresh.paste(pixels)
    target = io.BytesIO()
    fresh.save(target, format=picture_format, **_SAVE_OPTIONS[picture_format])
    return target.getvalue(), removed


def _too_many_pixels(pixels: int | None = None) -> RefusedFile:
    found = "?" if pixels is None else str(-(-pixels // 1_000_000))
    return RefusedFile("too_many_pixels", found=found, limit=MAX_PIXELS // 1_000_000)


def _read_metadata(image: Image.Image) -> tuple[int, set[str]]:
    removed = {"metadata"} if _METADATA & set(image.info) or getattr(image, "text", None) else set()
    try:
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION, 1)
        if exif.get_ifd(_GPS):
            removed.add("location")
    except Exception:  # broken notes of a camera are no reason to refuse a photo
        return 1, removed
    return orientation, removed


def _plain_mode(image: Image.Image, *, with_transparency: bool) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey: a plain convert would cut off all but the darkest
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    transparent = image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info
    mode = "RGBA" if transparent and with_transparency else "RGB"
    if image.mode in ("1", "L") and not transparent:
        mode = "L"
    # A large photo takes a hundred megabytes: it is not copied without need.
    return image if image.mode == mode else image.convert(mode)
