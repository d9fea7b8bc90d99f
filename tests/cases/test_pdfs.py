"""PDFs lose what acts or tells more than they show, and keep what is read."""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from cases.file_types.pdfs import without_notes
from tests.cases import samples
from tests.cases.uploads import refusal, take, text_of, with_scripts

Name = pikepdf.Name


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
        (with_scripts, "script"),
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


def test_letters_in_arabic_and_ethiopic_script_are_taken():
    folder = Path("/usr/share/fonts/truetype/noto")
    for font, text in (("NotoSansArabic-Regular.ttf", "رسالة"), ("NotoSansEthiopic-Regular.ttf", "ደብዳበ")):
        if not (folder / font).exists():
            pytest.skip(f"{font} is not on this machine")
        assert take(samples.pdf_bytes(text, font=folder / font), f"{text}.pdf").name == f"{text}.pdf"
