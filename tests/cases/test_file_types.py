"""Files are proven by decoding them; what acts or tells more than it shows does not get in."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from cases.file_types import RefusedFile, pictures, prove, refusals
from cases.file_types.names import clean_name
from cases.file_types.pdfs import without_notes
from tests.cases import samples

LIMIT = 20 * 1024 * 1024
Name = pikepdf.Name


def take(data: bytes, name: str, *, limit: int = LIMIT):
    return prove(io.BytesIO(data), claimed_name=name, limit=limit)


def refusal(data: bytes, name: str, *, limit: int = LIMIT) -> RefusedFile:
    with pytest.raises(RefusedFile) as caught:
        take(data, name, limit=limit)
    return caught.value


def text_of(pdf: bytes) -> bytes:
    """Everything in a PDF uncompressed, so that a word left anywhere is found."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(
            target,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.specialized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return target.getvalue()


# What is taken


@pytest.mark.parametrize(
    ("data", "name", "media_type", "extension", "pages"),
    [
        (samples.pdf_bytes(pages=3), "brief.pdf", "application/pdf", "pdf", 3),
        (samples.jpeg_bytes(), "IMG_0042.JPG", "image/jpeg", "jpg", None),
        (samples.png_bytes(), "Screenshot.png", "image/png", "png", None),
        (samples.webp_bytes(), "photo.webp", "image/webp", "webp", None),
    ],
)
def test_pdf_and_pictures_are_taken_and_say_what_they_are(data, name, media_type, extension, pages):
    proven = take(data, name)
    assert (proven.media_type, proven.extension, proven.pages) == (media_type, extension, pages)
    assert proven.size == len(data)
    assert proven.received_sha256 == hashlib.sha256(data).hexdigest()
    assert proven.stored_sha256 == hashlib.sha256(proven.content).hexdigest()


def test_a_plain_file_counts_as_not_cleaned_and_one_with_an_author_as_cleaned():
    assert take(samples.png_bytes(), "a.png").cleaned is False
    proven = take(samples.pdf_bytes(author="Selam Tesfay"), "a.pdf")
    assert proven.cleaned is True
    assert b"Selam" not in text_of(proven.content)


def test_what_was_cleaned_is_taken_again():
    for data, name in ((samples.pdf_bytes(), "a.pdf"), (samples.jpeg_bytes(), "a.jpg")):
        once = take(data, name)
        assert take(once.content, name).media_type == once.media_type
    assert take(once.content, name).removed == frozenset()


def test_the_same_pdf_gives_the_same_stored_bytes():
    data = samples.pdf_bytes("same")
    assert take(data, "a.pdf").stored_sha256 == take(data, "b.pdf").stored_sha256


@pytest.mark.parametrize(
    "name",
    [
        "جواز السفر.jpg",
        "شهادة الميلاد‌ها ١٤٠٢.jpeg",
        "ፓስፖርት ናይ ሰላም.jpg",
        "መታወቒ ወረቐት — ኣስመራ.JPG",
        "ID-kaart (voorkant) & achter.jpg",
        "foto",
        "scan 12.03.2026",
        ".jpg",
        "",
        "名前.jpg",
        "a" * 400 + ".jpg",
        "ሰ" * 400,
    ],
)
def test_a_phone_photo_is_taken_under_any_name(name):
    proven = take(samples.jpeg_bytes(camera="Tecno"), name)
    assert proven.extension == "jpg"
    assert proven.name.lower().endswith((".jpg", ".jpeg"))
    assert len(proven.name) <= 155


def test_a_name_keeps_its_script_and_loses_folders_controls_and_turning_marks():
    assert clean_name("../../etc/ጽሑፍ.pdf") == "ጽሑፍ.pdf"
    assert clean_name("C:\\Users\\x\\brief.pdf") == "brief.pdf"
    assert clean_name("paspoort\u202egpj.exe") == "paspoortgpj.exe"
    assert clean_name("a\x00b\r\nc\u2028.pdf") == "abc.pdf"
    assert clean_name("Jose\u0301.pdf") == "Jos\u00e9.pdf"
    assert clean_name("می‌خواهم.pdf") == "می‌خواهم.pdf"
    assert clean_name("x" * 500 + ".pdf").endswith("xx.pdf")


@given(st.text())
def test_any_name_comes_out_fit_to_be_stored_and_sent(name):
    cleaned = clean_name(name)
    cleaned.encode("utf-8")
    assert len(cleaned) <= 150
    assert not set(cleaned) & set("/\\\0\n\r\u202e")


def test_the_name_follows_the_proven_type():
    assert take(samples.png_bytes(), "photo.jpg").name == "photo.png"
    assert take(samples.pdf_bytes(), "scan").name == "scan.pdf"
    assert take(samples.pdf_bytes(), "brief 01.04").name == "brief 01.04.pdf"


def test_a_photo_with_its_iphone_name_but_sent_as_jpeg_is_taken():
    assert take(samples.jpeg_bytes(), "IMG_0001.HEIC").name == "IMG_0001.jpg"


# Pictures


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


# PDFs


def _javascript(pdf):
    script = pdf.make_indirect(pikepdf.Dictionary(S=Name.JavaScript, JS=b"app.alert('MARK')"))
    pdf.Root.OpenAction = script
    pdf.Root.AA = pikepdf.Dictionary(WC=script)
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[b"MARK", script]))
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=script)


def _launch(pdf):
    action = pikepdf.Dictionary(
        S=Name.Launch, F=b"MARK.exe", Next=[pikepdf.Dictionary(S=Name.JavaScript, JS=b"MARK")]
    )
    link = pikepdf.Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].obj.Annots = [pdf.make_indirect(link)]


def _script_behind_a_harmless_action(pdf):
    script = pikepdf.Dictionary(S=Name.JavaScript, JS=b"MARK", Type=Name.StructElem, P=pdf.Root)
    pdf.pages[0].obj.Annots = [
        pikepdf.Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(S=Name.URI, URI=b"https://example.org", Next=script),
        )
    ]


def _script_in_a_list(pdf):
    script = pikepdf.Dictionary(S=Name.JavaScript, JS=b"MARK")
    address = pikepdf.Dictionary(S=Name.URI, URI=b"https://example.org", Next=[script])
    pdf.pages[0].obj.Annots = [
        pikepdf.Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=address)
    ]


def _attachment_by_an_unknown_way(pdf):
    pdf.pages[0].obj.Odd = [pdf.make_stream(b"MARK", Type=Name.EmbeddedFile)]


def _script_as_address(pdf):
    action = pikepdf.Dictionary(S=Name.URI, URI=b"javascript:MARK")
    pdf.pages[0].obj.Annots = [
        pikepdf.Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    ]


def _attachment(pdf):
    pdf.attachments["MARK.docx"] = pikepdf.AttachedFileSpec(pdf, b"MARK inside", filename="MARK.docx")


def _attachment_on_a_page(pdf):
    content = pdf.make_stream(b"MARK", Type=Name.EmbeddedFile)
    file = pikepdf.Dictionary(Type=Name.Filespec, F=b"MARK.exe", EF=pikepdf.Dictionary(F=content))
    note = pikepdf.Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=file)
    pdf.pages[0].obj.Annots = [pdf.make_indirect(note)]


def _rich_media(pdf):
    film = pdf.make_stream(b"MARK", Type=Name.EmbeddedFile)
    note = pikepdf.Dictionary(
        Type=Name.Annot,
        Subtype=Name.RichMedia,
        Rect=[0, 0, 9, 9],
        RichMediaContent=pikepdf.Dictionary(Assets=pikepdf.Dictionary(Names=[b"MARK", film])),
    )
    pdf.pages[0].obj.Annots = [note]


def _form_with_scripts(pdf):
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            FT=Name.Tx,
            T=b"field",
            AA=pikepdf.Dictionary(K=pikepdf.Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"MARK"))),
        )
    )
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], XFA=pdf.make_stream(b"<xdp>MARK</xdp>"))


def _metadata(pdf):
    pdf.docinfo["/Author"] = "MARK"
    pdf.Root.Metadata = pdf.make_stream(b"<x:xmpmeta>MARK</x:xmpmeta>", Type=Name.Metadata, Subtype=Name.XML)
    pdf.pages[0].obj.PieceInfo = pikepdf.Dictionary(Word=pikepdf.Dictionary(Private=b"MARK"))
    pdf.trailer.Extra = pikepdf.String("MARK")


def _photo_with_place(pdf):
    photo = pdf.make_stream(
        samples.jpeg_bytes(camera="MARK", gps=(1.0, 2.0, 3.0)),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=320,
        Height=240,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceRGB,
        Filter=Name.DCTDecode,
    )
    pdf.pages[0].obj.Resources.XObject = pikepdf.Dictionary(Photo=photo)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_javascript, "script"),
        (_launch, "action"),
        (_script_behind_a_harmless_action, "script"),
        (_script_in_a_list, "script"),
        (_script_as_address, "action"),
        (_attachment_by_an_unknown_way, "attachment"),
        (_attachment, "attachment"),
        (_attachment_on_a_page, "attachment"),
        (_rich_media, "attachment"),
        (_form_with_scripts, "form_script"),
        (_metadata, "metadata"),
        (_photo_with_place, "metadata"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_what_acts_or_tells_in_a_pdf_is_left_behind(change, reason, packed):
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    data = samples.changed_pdf(change, text="Kept text", object_stream_mode=mode)
    assert b"MARK" in text_of(data)
    proven = take(data, "a.pdf")
    assert reason in proven.removed
    plain = text_of(proven.content)
    assert b"MARK" not in plain
    assert not any(
        word in plain for word in (b"/JavaScript", b"/Launch", b"/EmbeddedFiles", b"/OpenAction", b"/XFA")
    )
    assert proven.pages == 1
    assert take(proven.content, "a.pdf").removed == frozenset()


def test_links_forms_and_oddly_named_fonts_stay():
    def change(pdf):
        page = pdf.pages[0].obj
        fonts = page.Resources.Font
        font = fonts[next(iter(fonts.keys()))]
        for name in ("/AA", "/AF", "/JS", "/EF", "/Metadata", "/OpenAction"):
            fonts[name] = font
        page.Annots = [
            pikepdf.Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(S=Name.URI, URI=b"https://www.rechtspraak.nl/"),
            )
        ]
        field = pikepdf.Dictionary(FT=Name.Tx, T=b"name", V=b"Filled in by hand")
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.make_indirect(field)])

    proven = take(samples.changed_pdf(change), "a.pdf")
    with pikepdf.open(io.BytesIO(proven.content)) as pdf:
        assert {"/AA", "/AF", "/JS", "/EF", "/Metadata", "/OpenAction"} <= set(
            pdf.pages[0].obj.Resources.Font.keys()
        )
        assert bytes(pdf.pages[0].obj.Annots[0].A.URI) == b"https://www.rechtspraak.nl/"
        assert bytes(pdf.Root.AcroForm.Fields[0].V) == b"Filled in by hand"


def test_a_signature_that_cleaning_would_break_is_taken_off_and_told():
    def change(pdf):
        signature = pikepdf.Dictionary(
            Type=Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"\x00" * 20, Name=b"MARK"
        )
        field = pikepdf.Dictionary(FT=Name.Sig, T=b"sig", V=pdf.make_indirect(signature))
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.make_indirect(field)], SigFlags=3)

    proven = take(samples.changed_pdf(change), "a.pdf")
    assert "signature" in proven.removed
    assert b"MARK" not in text_of(proven.content)


def test_the_earlier_version_of_a_changed_pdf_does_not_survive():
    first = samples.pdf_bytes()
    root = re.search(rb"/Root (\d+ 0 R)", first)[1]
    before = re.search(rb"startxref\s+(\d+)", first)[1]
    # An object of the first version, then a second version that no longer refers to it.
    at = len(first)
    data = first + b"99 0 obj\n(OLDVERSION)\nendobj\n"
    data += b"xref\n99 1\n%010d 00000 n \ntrailer<</Size 100/Root %s/Prev %s>>" % (at, root, before)
    data += b"\nstartxref\n%d\n%%%%EOF\n" % (at + 30)
    assert b"OLDVERSION" not in text_of(take(data, "a.pdf").content)


@pytest.mark.parametrize("passwords", [{"user": "a", "owner": "b"}, {"user": "", "owner": "b"}])
def test_a_locked_pdf_is_refused(passwords):
    data = samples.changed_pdf(lambda pdf: None, encryption=pikepdf.Encryption(**passwords))
    assert refusal(data, "a.pdf").code == "pdf_locked"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_pdf_that_breaks_off_is_refused(share):
    data = samples.pdf_bytes("words " * 500, pages=3)
    assert refusal(data[: int(len(data) * share)], "a.pdf").code == "pdf_damaged"


def test_a_linearised_pdf_that_breaks_off_is_refused():
    data = samples.changed_pdf(lambda pdf: None, text="words " * 500, linearize=True)
    assert take(data, "a.pdf").pages
    assert refusal(data[: int(len(data) * 0.8)], "a.pdf").code == "pdf_damaged"


@pytest.mark.parametrize(
    "around", [(b"\xef\xbb\xbf", b""), (b"\r\n", b"\r\n\x00\x00\x1a"), (b"", b"\nstray")]
)
def test_stray_bytes_of_scanners_and_mail_do_no_harm(around):
    assert take(around[0] + samples.pdf_bytes() + around[1], "a.pdf").pages == 1


def test_a_page_tree_that_unfolds_without_end_is_refused():
    def change(pdf):
        node = pdf.pages[0].obj
        for _level in range(20):
            node = pdf.make_indirect(pikepdf.Dictionary(Type=Name.Pages, Kids=[node] * 10, Count=10))
        pdf.Root.Pages = node

    assert refusal(samples.changed_pdf(change), "a.pdf").code == "pdf_too_long"


def test_very_many_pages_are_refused_before_they_are_laid_out():
    def change(pdf):
        page = pdf.pages[0].obj
        kids = pikepdf.Array([page] * 9000)
        pdf.Root.Pages = pdf.make_indirect(pikepdf.Dictionary(Type=Name.Pages, Kids=kids, Count=9000))

    data = samples.changed_pdf(change)
    assert len(data) < 100_000
    assert refusal(data, "a.pdf").code == "pdf_too_long"


def test_a_scan_with_a_picture_of_many_megabytes_unpacked_is_taken():
    def change(pdf):
        scan = pdf.make_stream(
            zlib.compress(b"\x80" * (70 * 1024 * 1024), 1),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=7000,
            Height=10480,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray,
            Filter=Name.FlateDecode,
        )
        pdf.pages[0].obj.Resources.XObject = pikepdf.Dictionary(Scan=scan)

    data = samples.changed_pdf(
        change, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False
    )
    assert len(data) < 1024 * 1024
    assert take(data, "a.pdf").pages == 1


def packed_objects(padding: int) -> bytes:
    """A PDF whose objects are packed into one stream, with this much nothing after them."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"]
    objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    starts = [0, len(objects[0]) + 1, len(objects[0]) + len(objects[1]) + 2]
    index = b" ".join(b"%d %d" % pair for pair in zip((1, 2, 3), starts, strict=True)) + b" "
    packed = zlib.compress(index + b" ".join(objects) + b" " * padding)
    head = b"<</Type/ObjStm/N 3/First %d/Filter/FlateDecode/Length %d>>" % (len(index), len(packed))
    data = b"%PDF-1.5\n5 0 obj" + head + b"stream\n" + packed + b"\nendstream endobj\n"
    places = [(0, 0, 0), (2, 5, 0), (2, 5, 1), (2, 5, 2), (0, 0, 0), (1, 9, 0), (1, len(data), 0)]
    rows = b"".join(struct.pack(">BIB", *place) for place in places)
    end = b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % len(data)
    return (
        data + b"6 0 obj<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(rows) + rows + end
    )


def test_objects_packed_to_a_bomb_are_refused():
    assert take(packed_objects(padding=1000), "a.pdf").pages == 1
    bomb = packed_objects(padding=80 * 1024 * 1024)
    assert len(bomb) < 100_000
    assert refusal(bomb, "a.pdf").code == "pdf_damaged"


def test_the_notes_of_a_photo_in_a_pdf_go_and_its_pixels_stay():
    photo = samples.jpeg_bytes(camera="SecretPhone")
    bare = without_notes(photo)
    assert b"SecretPhone" not in bare
    with Image.open(io.BytesIO(photo)) as before, Image.open(io.BytesIO(bare)) as after:
        assert before.tobytes() == after.tobytes()
    assert without_notes(photo[:40]) == photo[:40]


# What is refused


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.pdf", "empty"),
        (samples.docx_bytes(), "brief.docx", "office"),
        (samples.docx_bytes(), "brief.pdf", "office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "brief.doc", "office"),
        (b"{\\rtf1 hello}", "brief.rtf", "office"),
        (samples.zip_bytes(), "alles.zip", "archive"),
        (samples.zip_bytes(), "foto.jpg", "archive"),
        (b"Rar!\x1a\x07\x01\x00" + b"\0" * 100, "alles.rar", "archive"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a.pdf", "web_page"),
        (b"\xef\xbb\xbf  <html><body>", "a.jpg", "web_page"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "a.svg", "svg"),
        ("<svg/>".encode("utf-16"), "a.png", "svg"),
        (b"MZ\x90\x00" + b"\0" * 100, "foto.jpg", "program"),
        (b"\x7fELF" + b"\0" * 100, "foto", "program"),
        (b"#!/bin/sh\nrm -rf /\n", "a.pdf", "program"),
        (b"GIF89a" + b"\0" * 40, "a.gif", "gif"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "IMG_1.HEIC", "heic"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 40, "film.mp4", "recording"),
        (b"II*\0" + b"\0" * 40, "scan.tif", "other_picture"),
        ("Mijn verhaal, በዓል, قصة".encode(), "verhaal.txt", "text"),
        (b"\x01\x02\x03\x00\xff\xfe" * 20, "a.pdf", "unknown"),
        (samples.pdf_bytes(), "foto.jpg", "name_mismatch"),
        (samples.jpeg_bytes(), "brief.pdf", "name_mismatch"),
        (samples.pdf_bytes(), "brief.exe", "name_mismatch"),
        (samples.png_bytes(), "film.mp4", "name_mismatch"),
        (samples.eicar_bytes(), "a.pdf", "virus"),
        (samples.jpeg_bytes() + samples.eicar_bytes(), "a.jpg", "virus"),
        (samples.pdf_bytes() + samples.zip_bytes(), "a.pdf", "mixed"),
        (samples.pdf_bytes() + b"\n" + b"A" * 100, "a.pdf", "mixed"),
        (samples.pdf_bytes() + b"<script>alert(1)</script>", "a.pdf", "mixed"),
        (b"GIF89a junk " + samples.pdf_bytes(), "a.pdf", "mixed"),
        (b"\xff\xd8\xff\xe0" + samples.pdf_bytes(), "a.jpg", "mixed"),
        (b"<html>" + samples.pdf_bytes(), "a.pdf", "mixed"),
        (samples.pdf_bytes().replace(b"\n", b"\n%<script>alert(1)</script>\n", 1), "a.pdf", "mixed"),
        (samples.jpeg_bytes() + samples.zip_bytes(), "a.jpg", "mixed"),
        (samples.png_bytes() + samples.pdf_bytes(), "a.png", "mixed"),
        (samples.jpeg_bytes() + b"<SCRIPT>alert(1)</SCRIPT>", "a.jpg", "mixed"),
        (samples.jpeg_bytes() + b"Rar!\x1a\x07\x00", "a.jpg", "mixed"),
    ],
)
def test_other_files_and_liars_are_refused_with_their_reason(data, name, code):
    assert refusal(data, name).code == code


def test_a_zip_with_a_pdf_in_it_that_passes_for_both_is_refused():
    target = io.BytesIO(samples.pdf_bytes())
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("virus.js", "x")
        archive.comment = b"%%EOF"
    assert target.getvalue().endswith(b"%%EOF")
    assert refusal(target.getvalue(), "a.pdf").code == "mixed"


def test_a_file_may_be_as_big_as_the_limit_and_no_bigger():
    data = samples.jpeg_bytes()
    assert take(data, "a.jpg", limit=len(data)).size == len(data)
    refused = refusal(data, "a.jpg", limit=len(data) - 1)
    assert refused.code == "too_big"
    assert "20 MB" in str(refusal(b"\0" * (LIMIT + 1), "a.jpg"))


def test_a_file_that_was_read_before_is_read_from_its_start():
    upload = io.BytesIO(samples.png_bytes())
    upload.read(100)
    assert prove(upload, claimed_name="a.png", limit=LIMIT).extension == "png"


def test_every_reason_reads_as_a_sentence_with_a_cure():
    params = {"limit": 20, "found": "X", "claimed": "Y"}
    with translation.override("en"):
        for code in refusals._REASONS:
            sentence = str(RefusedFile(code, **params))
            assert sentence.endswith((".", "?"))
            assert "%(" not in sentence
            assert sentence.count(".") >= 2


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_good_file_brings_the_program_down(data):
    good, name = data.draw(st.sampled_from(GOOD))
    at = data.draw(st.integers(0, len(good) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=40))
    cut = data.draw(st.integers(0, 60))
    damaged = good[:at] + junk + good[at + cut :]
    try:
        proven = take(damaged, name)
    except RefusedFile:
        return
    assert proven.content


GOOD = [
    (samples.pdf_bytes("some text"), "a.pdf"),
    (samples.changed_pdf(_javascript), "a.pdf"),
    (samples.jpeg_bytes((60, 40), gps=(1.0, 2.0, 3.0)), "a.jpg"),
    (samples.png_bytes((60, 40)), "a.png"),
    (samples.webp_bytes((60, 40)), "a.webp"),
]


def test_letters_in_arabic_and_ethiopic_script_are_taken():
    folder = Path("/usr/share/fonts/truetype/noto")
    for font, text in (("NotoSansArabic-Regular.ttf", "رسالة"), ("NotoSansEthiopic-Regular.ttf", "ደብዳበ")):
        if not (folder / font).exists():
            pytest.skip(f"{font} is not on this machine")
        assert take(samples.pdf_bytes(text, font=folder / font), f"{text}.pdf").name == f"{text}.pdf"
