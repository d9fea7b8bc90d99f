"""Pictures lose where and with what they were made, and keep what they show."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from cases.file_types import pictures
from tests.cases import samples
from tests.cases.uploads import refusal, take


def test_a_photo_loses_where_and_with_what_it_was_made():
    data = samples.jpeg_bytes(gps=(52.0, 5.0, 30.0), camera="SecretPhone 9")
    data = data[:2] + b"\xff\xfe\x00\x0dSecretPhone" + data[2:]
    assert b"SecretPhone" in data
    proven = take(data, "a.jpg")
    assert proven.removed == {"metadata", "location"}
    assert b"SecretPhone" not in proven.content
    with Image.open(io.BytesIO(proven.content)) as image:
        assert not image.getexif()
        assert {"exif", "xmp", "comment", "icc_profile"}.isdisjoint(image.info)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_stored_the_right_way_up(orientation):
    # The sensor's upper left corner is red; where it must be seen follows from what the eight values mean.
    corner = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[
        orientation
    ]
    with Image.open(io.BytesIO(take(samples.jpeg_bytes(orientation=orientation), "a.jpg").content)) as image:
        assert image.size == ((240, 320) if orientation >= 5 else (320, 240))
        at = tuple(20 if side == 0 else length - 20 for side, length in zip(corner, image.size, strict=True))
        red, green, _blue = image.getpixel(at)
        assert red > 200
        assert green < 60


def test_a_photo_with_broken_notes_is_taken():
    broken = b"\xff\xe1" + struct.pack(">H", 34) + b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xee" * 16
    data = samples.jpeg_bytes()
    assert take(data[:2] + broken + data[2:], "a.jpg").extension == "jpg"


def test_a_moving_photo_of_a_phone_is_taken_without_its_film():
    film = b"\x00\x00\x00\x18ftypmp42" + b"\x00film\x00" * 50
    proven = take(samples.jpeg_bytes() + film, "PXL_2026.MP.jpg")
    assert b"film" not in proven.content


def test_a_photo_with_a_second_small_picture_is_taken():
    target = io.BytesIO()
    with Image.open(io.BytesIO(samples.jpeg_bytes())) as image:
        image.save(target, format="MPO", save_all=True, append_images=[image.resize((32, 24))])
    assert take(target.getvalue(), "a.jpg").extension == "jpg"


def test_texts_in_a_png_are_left_behind():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Hidden Name")
    notes.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Hidden Name</x:xmpmeta>")
    proven = take(samples.png_bytes(pnginfo=notes), "a.png")
    assert "metadata" in proven.removed
    assert b"Hidden" not in proven.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_scans_of_every_depth_are_taken(mode):
    image = Image.linear_gradient("L").convert("RGB" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.linear_gradient("L").convert("I").point(lambda grey: grey * 256).convert("I;16")
    target = io.BytesIO()
    image.save(target, format="PNG")
    with Image.open(io.BytesIO(take(target.getvalue(), "a.png").content)) as stored:
        grey = stored.convert("L")
        assert grey.getpixel((128, 2)) < 20
        assert grey.getpixel((128, 253)) > 235
        if mode not in ("1", "P"):
            assert 110 < grey.getpixel((128, 128)) < 145


def test_a_print_picture_in_four_colours_is_taken():
    target = io.BytesIO()
    Image.new("CMYK", (50, 50), (0, 255, 255, 0)).save(target, format="JPEG")
    with Image.open(io.BytesIO(take(target.getvalue(), "a.jpg").content)) as stored:
        assert stored.mode == "RGB"


def test_a_pixel_flood_is_refused_before_it_is_decoded(monkeypatch):
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    flood = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9000))
    assert refusal(flood + chunk(b"IEND", b""), "a.png").code == "too_many_pixels"
    monkeypatch.setattr(pictures, "MAX_PIXELS", 320 * 240 - 1)
    for data, name in ((samples.jpeg_bytes(), "a.jpg"), (samples.webp_bytes(), "a.webp")):
        assert refusal(data, name).code == "too_many_pixels"


@pytest.mark.parametrize(("maker", "name"), [(samples.jpeg_bytes, "a.jpg"), (samples.png_bytes, "a.png")])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_picture_that_breaks_off_is_refused(maker, name, share):
    data = maker((800, 600))
    assert refusal(data[: int(len(data) * share)], name).code == "picture_damaged"


def test_a_moving_picture_is_refused():
    target = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(target, format="PNG", save_all=True, append_images=frames[1:])
    assert refusal(target.getvalue(), "a.png").code == "gif"
